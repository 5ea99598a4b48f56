package textsearch

// withoutStops removes placeholders of stop words and the operators over them. Where a phrase loses a part, the
// distances around it grow: left and right say by how much at either side of what is left (clean_stopword_intree).
func withoutStops(n *Node) (kept *Node, left, right int) {
	switch {
	case n.stop:
		return nil, 0, 0
	case n.Op == Operand:
		return n, 0, 0
	case n.Op == Not:
		if n.Right, left, right = withoutStops(n.Right); n.Right == nil {
			return nil, left, right
		}
		return n, left, right
	}
	var ll, lr, rl, rr int
	n.Left, ll, lr = withoutStops(n.Left)
	n.Right, rl, rr = withoutStops(n.Right)
	phrase := n.Op == Phrase
	switch {
	case n.Left == nil && n.Right == nil:
		// What is gone wholly has the same on both sides, and whoever takes it in counts it once.
		sum := max(ll, rl)
		if phrase {
			sum = ll + n.Distance + rl
		}
		return nil, sum, sum
	case n.Left == nil:
		if phrase {
			rl += ll + n.Distance
		}
		return n.Right, rl, rr
	case n.Right == nil:
		if phrase {
			lr += n.Distance + rr
		}
		return n.Left, ll, lr
	case phrase:
		n.Distance = int(int16(n.Distance + lr + rl))
		return n, ll, rr
	}
	return n, 0, 0
}

// withoutNots removes what an index cannot look for: negations, and alternatives to them (clean_NOT).
func withoutNots(n *Node) *Node {
	switch n.Op {
	case Operand:
		return n
	case Not:
		return nil
	}
	left, right := withoutNots(n.Left), withoutNots(n.Right)
	switch {
	case left != nil && right != nil:
		c := *n
		c.Left, c.Right = left, right
		return &c
	case n.Op == Or:
		return nil
	case left != nil:
		return left
	}
	return right
}

// AppendIndexable appends what of the query an index can look for: T if that is everything (querytree).
func (q Query) AppendIndexable(dst []byte) []byte {
	root := q.Tree()
	if root == nil {
		return dst
	}
	if root = withoutNots(root); root == nil {
		return append(dst, 'T')
	}
	return root.appendText(dst, -1, false)
}
