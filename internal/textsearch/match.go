package textsearch

import (
	"math"
	"slices"
)

// verdict is PostgreSQL's TSTernaryValue.
type verdict uint8

const (
	no    verdict = iota
	yes           // for sure
	maybe         // the lexeme is there, but nothing is known of its positions
)

// places are where a part of a query matches: at the end of width+1 lexemes each; or everywhere but there.
type places struct {
	list   []Position
	negate bool
	width  int
}

// operandCheck tells whether an operand is matched; where, if at is not nil.
type operandCheck func(n *Node, at *places) verdict

// Matches tells whether the vector satisfies the query of the tree; the empty query (nil) is never satisfied.
func (v Vector) Matches(root *Node) bool {
	return root != nil && execute(root, v.check) != no
}

// execute is TS_execute above phrases.
func execute(n *Node, check operandCheck) verdict {
	switch n.Op {
	case Operand:
		return check(n, nil)
	case Not:
		switch execute(n.Right, check) {
		case no:
			return yes
		case yes:
			return no
		}
		return maybe
	case And:
		left := execute(n.Left, check)
		if left == no {
			return no
		}
		right := execute(n.Right, check)
		if right == yes {
			return left
		}
		return right
	case Or:
		left := execute(n.Left, check)
		if left == yes {
			return yes
		}
		right := execute(n.Right, check)
		if right == no {
			return left
		}
		return right
	}
	// The uncertain becomes a no at the topmost phrase, and nowhere else.
	if executePhrase(n, check, nil) == yes {
		return yes
	}
	return no
}

// What merge keeps.
const (
	onlyLeft = 1 << iota
	onlyRight
	inBoth
)

// merge joins two ascending lists after shifting them (TS_phrase_output). Without out, one position is enough.
func merge(out *places, a, b *places, keep, shiftA, shiftB int) verdict {
	i, j := 0, 0
	for i < len(a.list) || j < len(b.list) {
		p, q := math.MaxInt, math.MaxInt
		if i < len(a.list) {
			p = a.list[i].Place() + shiftA
		} else if keep&onlyRight == 0 {
			break
		}
		if j < len(b.list) {
			q = b.list[j].Place() + shiftB
		} else if keep&onlyLeft == 0 {
			break
		}
		found := 0
		switch {
		case p < q:
			if keep&onlyLeft != 0 {
				found = p
			}
			i++
		case p == q:
			if keep&inBoth != 0 {
				found = p
			}
			i++
			j++
		default:
			if keep&onlyRight != 0 {
				found = q
			}
			j++
		}
		if found > 0 {
			if out == nil {
				return yes
			}
			out.list = append(out.list, Position(found))
		}
	}
	if out != nil && len(out.list) > 0 {
		return yes
	}
	return no
}

// executePhrase is TS_phrase_execute: it finds where a node matches. at is empty at first, and nil only at the top.
func executePhrase(n *Node, check operandCheck, at *places) verdict {
	switch n.Op {
	case Operand:
		return check(n, at)
	case Not:
		switch executePhrase(n.Right, check, at) {
		case no:
			at.negate = true
			return yes
		case yes:
			if len(at.list) > 0 {
				at.negate = !at.negate
				return yes
			}
			at.negate = false
			return no
		}
		return maybe
	}
	var a, b places
	left := executePhrase(n.Left, check, &a)
	if left == no && n.Op != Or {
		return no
	}
	right := executePhrase(n.Right, check, &b)
	switch {
	case right == no && (n.Op != Or || left == no):
		return no
	case left == maybe || right == maybe:
		return maybe
	}
	if left == no {
		a.width = 0
	}
	if right == no {
		b.width = 0
	}
	var shiftA, shiftB, width int
	if n.Op == Phrase {
		shiftA = n.Distance + b.width
		width = n.Distance + a.width + b.width
	} else {
		width = max(a.width, b.width)
		shiftA, shiftB = width-a.width, width-b.width
	}
	if at != nil {
		at.width = width
	}
	if n.Op == Or {
		switch {
		case a.negate && b.negate:
			merge(at, &a, &b, inBoth, shiftA, shiftB)
		case a.negate:
			merge(at, &a, &b, onlyLeft, shiftA, shiftB)
		case b.negate:
			merge(at, &a, &b, onlyRight, shiftA, shiftB)
		default:
			return merge(at, &a, &b, inBoth|onlyLeft|onlyRight, shiftA, shiftB)
		}
		at.negate = true
		return yes
	}
	switch {
	case a.negate && b.negate:
		merge(at, &a, &b, inBoth|onlyLeft|onlyRight, shiftA, shiftB)
		if at != nil {
			at.negate = true
		}
		return yes
	case a.negate:
		return merge(at, &a, &b, onlyRight, shiftA, shiftB)
	case b.negate:
		return merge(at, &a, &b, onlyLeft, shiftA, shiftB)
	}
	return merge(at, &a, &b, inBoth, shiftA, shiftB)
}

// check looks an operand up in the vector (checkcondition_str).
func (v Vector) check(n *Node, at *places) verdict {
	i, found := v.Find(n.Lexeme)
	result := no
	if found {
		result = v.checkEntry(i, n, at)
	}
	if !n.Prefix || result == yes && at == nil {
		return result
	}
	result = no
	var all []Position
	for ; i < v.Len() && hasPrefix(v.Lexeme(i), n.Lexeme); i++ {
		if at == nil {
			if r := v.checkEntry(i, n, nil); r == yes {
				return yes
			} else if result == no {
				result = r
			}
			continue
		}
		*at = places{}
		switch v.checkEntry(i, n, at) {
		case maybe:
			*at = places{}
			return maybe
		case yes:
			all = append(all, at.list...)
		}
	}
	if at == nil {
		return result
	}
	*at = places{}
	if len(all) == 0 {
		return no
	}
	for k, p := range all {
		all[k] = makePosition(p.Place(), 0)
	}
	slices.Sort(all)
	at.list = slices.Compact(all)
	return yes
}

func hasPrefix(s, prefix []byte) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == string(prefix)
}

// checkEntry looks at an entry's weights and gives its positions (checkclass_str).
func (v Vector) checkEntry(i int, n *Node, at *places) verdict {
	count := v.Count(i)
	switch {
	case count == 0: // of stripped vectors every weight is true
		if at != nil {
			return maybe
		}
		return yes
	case n.Weights == 0:
		if at != nil {
			at.list = v.Positions(nil, i)
		}
		return yes
	}
	for k := range count {
		p := v.Position(i, k)
		if n.Weights&(1<<p.Weight()) == 0 {
			continue
		}
		if at == nil {
			return yes
		}
		at.list = append(at.list, makePosition(p.Place(), 0))
	}
	if at == nil || len(at.list) == 0 {
		return no
	}
	return yes
}
