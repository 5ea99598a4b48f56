package textsearch

import (
	"bytes"
	"slices"
)

// AppendJoined appends a op b, or the one that is not empty.
func AppendJoined(dst []byte, op Operator, distance int, a, b Query) ([]byte, error) {
	if op == Phrase && (distance < 0 || distance > maxPosition) {
		return nil, badDistance()
	}
	switch {
	case a.Len() == 0:
		return append(dst, b...), nil
	case b.Len() == 0:
		return append(dst, a...), nil
	}
	root := &Node{Op: op, Left: a.Tree(), Right: b.Tree()}
	if op == Phrase {
		root.Distance = distance
	}
	if root.depth() > maxDepth {
		return nil, tooDeep()
	}
	return AppendQuery(dst, root), nil
}

func (n *Node) depth() int {
	if n == nil {
		return 0
	}
	return 1 + max(n.Left.depth(), n.Right.depth())
}

// AppendNegated appends the query's negation.
func AppendNegated(dst []byte, q Query) ([]byte, error) {
	root := q.Tree()
	if root == nil {
		return append(dst, q...), nil
	}
	if root = (&Node{Op: Not, Right: root}); root.depth() > maxDepth {
		return nil, tooDeep()
	}
	return AppendQuery(dst, root), nil
}

// lexemes are the distinct ones of a query, in order.
func (q Query) lexemes() [][]byte {
	var out [][]byte
	q.Tree().walk(func(n *Node) { out = append(out, n.Lexeme) })
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}

// walk visits operands in the order of storage.
func (n *Node) walk(visit func(*Node)) {
	switch {
	case n == nil:
	case n.Op == Operand:
		visit(n)
	default:
		n.Right.walk(visit)
		n.Left.walk(visit)
	}
}

// Contains tells whether all lexemes of p occur in q.
func (q Query) Contains(p Query) bool {
	have := q.lexemes()
	for _, l := range p.lexemes() {
		if _, ok := slices.BinarySearchFunc(have, l, bytes.Compare); !ok {
			return false
		}
	}
	return true
}
