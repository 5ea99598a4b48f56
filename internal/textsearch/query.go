package textsearch

import (
	"encoding/binary"
	"hash/crc32"

	"howdah/pgerr"
)

// Operator is what joins the parts of a query.
type Operator uint8

// The operators by PostgreSQL's numbers, which order queries; Operand is none.
const (
	Operand Operator = 0
	Not     Operator = 1
	And     Operator = 2
	Or      Operator = 3
	Phrase  Operator = 4
)

// priority says how strongly an operator binds.
func (o Operator) priority() int { return [...]int{0, 4, 2, 1, 3}[o] }

// Node is a part of a query: a lexeme or an operator over nodes.
type Node struct {
	Op       Operator
	Distance int     // of Phrase, of 16 bits: it overflows as PostgreSQL's does
	Left     *Node   // not of Not
	Right    *Node   // what Not negates
	Lexeme   []byte  // of an operand
	Weights  uint8   // of an operand: a bit for each weight that it may have, 0 = any
	Prefix   bool    // of an operand: a lexeme that begins so will do
	stop     bool    // an operand that was a stop word; such are gone when a query is made
	many     []*Node // while a query is rewritten: the parts of a flattened operator
	kept     bool    // likewise: put in, not to be looked into
	height   int32   // while a query is read: of operators, one above the other
}

// Query is a tsquery as it is stored, which is its binary form: the number of nodes and the nodes, an operator first,
// then its right part, then its left. It is made here only and always well formed.
type Query []byte

// What is recursed over has its bounds: operators one above the other, and brackets within brackets. PostgreSQL's stack
// ends there too, somewhere.
const (
	maxDepth   = 20000
	maxNesting = 6000
)

func tooDeep() error {
	return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.")
}

// Len is the number of nodes.
func (q Query) Len() int { return int(binary.BigEndian.Uint32(q)) }

const (
	valueItem    = 1
	operatorItem = 2
)

// Tree gives the query's root, nil if it is empty. Lexemes are views.
func (q Query) Tree() *Node {
	n := q.Len()
	if n == 0 {
		return nil
	}
	nodes := make([]Node, n)
	at := 4
	var read func() *Node
	read = func() *Node {
		node := &nodes[0]
		nodes = nodes[1:]
		if q[at] == valueItem {
			node.Weights, node.Prefix = q[at+1], q[at+2] != 0
			start := at + 3
			for at = start; q[at] != 0; at++ {
			}
			node.Lexeme = q[start:at:at]
			at++
			return node
		}
		node.Op = Operator(q[at+1])
		at += 2
		if node.Op == Phrase {
			node.Distance = int(int16(binary.BigEndian.Uint16(q[at:])))
			at += 2
		}
		node.Right = read()
		if node.Op != Not {
			node.Left = read()
		}
		return node
	}
	return read()
}

// AppendQuery appends the query of a tree, nil being the empty one.
func AppendQuery(dst []byte, root *Node) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	count := 0
	var write func(n *Node)
	write = func(n *Node) {
		count++
		if n.Op == Operand {
			prefix := byte(0)
			if n.Prefix {
				prefix = 1
			}
			dst = append(append(append(dst, valueItem, n.Weights, prefix), n.Lexeme...), 0)
			return
		}
		dst = append(dst, operatorItem, byte(n.Op))
		if n.Op == Phrase {
			dst = binary.BigEndian.AppendUint16(dst, uint16(n.Distance))
		}
		write(n.Right)
		if n.Op != Not {
			write(n.Left)
		}
	}
	if root != nil {
		write(root)
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(count))
	return dst
}

// ParseQueryBinary appends a query read from its binary form (tsqueryrecv).
func ParseQueryBinary(dst, b []byte) ([]byte, error) {
	r := binaryReader{b}
	n, err := r.number(4)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > 0x3fffffff/12 {
		return nil, badMessage(pgerr.InternalError, "invalid size of tsquery")
	}
	if n == 0 {
		return AppendQuery(dst, nil), r.end()
	}
	nodes, total := make([]Node, 0, min(n, len(b))), 0
	for i := range n {
		kind, err := r.number(1)
		if err != nil {
			return nil, err
		}
		node := Node{}
		switch kind {
		case valueItem:
			if err := r.value(&node, &total); err != nil {
				return nil, err
			}
		case operatorItem:
			op, err := r.number(1)
			if err != nil {
				return nil, err
			}
			if op < int(Not) || op > int(Phrase) {
				return nil, badMessage(pgerr.InternalError, "invalid tsquery: unrecognized operator type %d", int8(op))
			}
			if i == n-1 {
				return nil, badMessage(pgerr.InternalError, "invalid pointer to right operand")
			}
			node.Op = Operator(op)
			if node.Op == Phrase {
				d, err := r.number(2)
				if err != nil {
					return nil, err
				}
				node.Distance = int(int16(d))
			}
		default:
			return nil, badMessage(pgerr.InternalError, "unrecognized tsquery node type: %d", int8(kind))
		}
		nodes = append(nodes, node)
	}
	root, rest, err := joinNodes(nodes, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, badMessage(pgerr.InternalError, "malformed tsquery: extra nodes")
	}
	return AppendQuery(dst, root), r.end()
}

func (r *binaryReader) value(node *Node, total *int) error {
	weights, err := r.number(1)
	if err != nil {
		return err
	}
	prefix, err := r.number(1)
	if err != nil {
		return err
	}
	if node.Lexeme, err = r.cstring(); err != nil {
		return err
	}
	switch {
	case weights > 0xf:
		return badMessage(pgerr.InternalError, "invalid tsquery: invalid weight bitmap")
	case len(node.Lexeme) > maxLexeme:
		return badMessage(pgerr.InternalError, "invalid tsquery: operand too long")
	case *total > maxStrings:
		return badMessage(pgerr.InternalError, "invalid tsquery: total operand length exceeded")
	}
	node.Weights, node.Prefix = uint8(weights), prefix != 0
	*total += len(node.Lexeme) + 1
	return nil
}

// joinNodes makes a tree of nodes in the order of storage and gives those that are left.
func joinNodes(nodes []Node, depth int) (*Node, []Node, error) {
	if depth > maxDepth {
		return nil, nil, tooDeep()
	}
	if len(nodes) == 0 {
		return nil, nil, badMessage(pgerr.InternalError, "malformed tsquery: operand not found")
	}
	n, rest := &nodes[0], nodes[1:]
	if n.Op == Operand {
		return n, rest, nil
	}
	var err error
	if n.Right, rest, err = joinNodes(rest, depth+1); err != nil || n.Op == Not {
		return n, rest, err
	}
	n.Left, rest, err = joinNodes(rest, depth+1)
	return n, rest, err
}

// AppendText appends the query's text form (tsqueryout).
func (q Query) AppendText(dst []byte) []byte {
	if root := q.Tree(); root != nil {
		dst = root.appendText(dst, -1, false)
	}
	return dst
}

// appendText writes a node below an operator of the priority; inPhrase says that it is the right side of a phrase.
func (n *Node) appendText(dst []byte, priority int, inPhrase bool) []byte {
	if n.Op == Operand {
		dst = appendQuoted(dst, n.Lexeme)
		if n.Weights == 0 && !n.Prefix {
			return dst
		}
		dst = append(dst, ':')
		if n.Prefix {
			dst = append(dst, '*')
		}
		for w := 3; w >= 0; w-- {
			if n.Weights&(1<<w) != 0 {
				dst = append(dst, 'D'-byte(w))
			}
		}
		return dst
	}
	own := n.Op.priority()
	brackets := own < priority || n.Op == Phrase && inPhrase
	if brackets {
		dst = append(dst, "( "...)
	}
	if n.Op == Not {
		dst = n.Right.appendText(append(dst, '!'), own, false)
	} else {
		dst = n.Left.appendText(dst, own, false)
		switch {
		case n.Op == Or:
			dst = append(dst, " | "...)
		case n.Op == And:
			dst = append(dst, " & "...)
		case n.Distance != 1:
			dst = append(appendInt(append(dst, " <"...), n.Distance), "> "...)
		default:
			dst = append(dst, " <-> "...)
		}
		dst = n.Right.appendText(dst, own, n.Op == Phrase)
	}
	if brackets {
		dst = append(dst, " )"...)
	}
	return dst
}

// Compare orders as tsquery_cmp does, which heeds neither weights nor prefixes.
func (q Query) Compare(p Query) int {
	if c := q.Len() - p.Len(); c != 0 {
		return c
	}
	a, b := q.Tree(), p.Tree()
	if a == nil {
		return 0
	}
	if c := a.size() - b.size(); c != 0 {
		return c
	}
	return compareNodes(a, b)
}

// size is the number of bytes of all lexemes with their ends.
func (n *Node) size() int {
	if n == nil {
		return 0
	}
	if n.Op == Operand {
		return len(n.Lexeme) + 1
	}
	return n.Left.size() + n.Right.size()
}

// parts are the nodes below an operator, the right one first.
func (n *Node) parts() []*Node {
	switch {
	case n.many != nil:
		return n.many
	case n.Op == Operand:
		return nil
	case n.Op == Not:
		return []*Node{n.Right}
	}
	return []*Node{n.Right, n.Left}
}

// compareNodes is QTNodeCompare: the greater comes first in nearly everything.
func compareNodes(a, b *Node) int {
	if (a.Op == Operand) != (b.Op == Operand) {
		if a.Op == Operand {
			return 1
		}
		return -1
	}
	if a.Op != Operand {
		if a.Op != b.Op {
			return int(b.Op) - int(a.Op)
		}
		x, y := a.parts(), b.parts()
		if len(x) != len(y) {
			return len(y) - len(x)
		}
		for i := range x {
			if c := compareNodes(x[i], y[i]); c != 0 {
				return c
			}
		}
		return b.Distance - a.Distance
	}
	if c, d := oldCRC(a.Lexeme), oldCRC(b.Lexeme); c != d {
		if c > d {
			return -1
		}
		return 1
	}
	if c := len(b.Lexeme) - len(a.Lexeme); c != 0 {
		return c
	}
	for i, c := range a.Lexeme {
		if d := b.Lexeme[i]; c != d {
			return int(c) - int(d)
		}
	}
	return 0
}

// oldCRC is the checksum by which PostgreSQL orders lexemes in queries: the table of the reflected polynomial used
// as if it were not (COMP_LEGACY_CRC32).
func oldCRC(b []byte) int32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc = crc32.IEEETable[byte(crc>>24)^c] ^ crc<<8
	}
	return int32(^crc)
}

// HashKey appends what is the same for queries that Compare equal, and for no others.
func (q Query) HashKey(dst []byte) []byte {
	var write func(n *Node)
	write = func(n *Node) {
		dst = append(dst, byte(n.Op))
		if n.Op == Operand {
			dst = append(append(dst, n.Lexeme...), 0)
			return
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(n.Distance))
		write(n.Right)
		if n.Left != nil {
			write(n.Left)
		}
	}
	if root := q.Tree(); root != nil {
		write(root)
	}
	return dst
}
