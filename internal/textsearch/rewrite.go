package textsearch

import "math/bits"

// AppendRewritten appends the query with subst in the place of every target (ts_rewrite).
func AppendRewritten(dst []byte, q, target, subst Query) ([]byte, error) {
	if q.Len() == 0 || target.Len() == 0 {
		return append(dst, q...), nil
	}
	root, want := q.Tree(), target.Tree()
	root.flatten()
	root.order()
	want.flatten()
	want.order()
	root = replaced(root, want, subst)
	if root != nil {
		root.unflatten()
		if root.depth() > maxDepth {
			return nil, tooDeep()
		}
	}
	return AppendQuery(dst, root), nil
}

// flatten joins operators of one kind into one with many parts (QTNTernary), which a phrase or a negation cannot be.
func (n *Node) flatten() {
	if n.Op == Operand {
		return
	}
	parts := n.parts()
	n.many = nil
	for _, p := range parts {
		p.flatten()
		if p.Op == n.Op && (n.Op == And || n.Op == Or) {
			n.many = append(n.many, p.many...)
		} else {
			n.many = append(n.many, p)
		}
	}
}

// order sorts the parts of And and Or (QTNSort).
func (n *Node) order() {
	for _, p := range n.many {
		p.order()
	}
	if n.Op == And || n.Op == Or {
		sortLikeServer(n.many, compareNodes)
	}
}

// unflatten makes operators binary again (QTNBinary).
func (n *Node) unflatten() {
	if n.Op == Operand {
		return
	}
	for _, p := range n.many {
		p.unflatten()
	}
	list := n.many
	n.many = nil
	for len(list) > 2 {
		joined := &Node{Op: n.Op, Right: list[0], Left: list[1]}
		last := list[len(list)-1]
		list = append([]*Node{joined, last}, list[2:len(list)-1]...)
		// PostgreSQL moves the last part into the hole that joining leaves.
	}
	n.Right, n.Left = list[0], nil
	if len(list) > 1 {
		n.Left = list[1]
	}
}

// sign has a bit for each lexeme's checksum, to tell soon that trees differ.
func (n *Node) sign() uint32 {
	if n.Op == Operand {
		return bits.RotateLeft32(1, int(uint32(oldCRC(n.Lexeme))%32))
	}
	s := uint32(0)
	for _, p := range n.parts() {
		s |= p.sign()
	}
	return s
}

// copied gives a tree of its own that is not looked into again.
func copied(subst Query) *Node {
	root := subst.Tree()
	if root != nil {
		root.spread()
		root.kept = true
	}
	return root
}

// spread lists the parts of binary operators.
func (n *Node) spread() {
	n.many = n.parts()
	for _, p := range n.many {
		p.spread()
	}
}

// replaced is dofindsubquery: nil if nothing is left.
func replaced(n, want *Node, subst Query) *Node {
	n = matched(n, want, subst)
	if n == nil || n.kept || n.Op == Operand {
		return n
	}
	parts := make([]*Node, 0, len(n.many))
	for _, p := range n.many {
		if p = replaced(p, want, subst); p != nil {
			parts = append(parts, p)
		}
	}
	n.many = parts
	switch {
	case len(parts) == 0:
		return nil
	case len(parts) == 1 && n.Op != Not:
		return parts[0]
	}
	return n
}

// matched is findeq: the node, or what takes its place, or the node with some of its parts replaced.
func matched(n, want *Node, subst Query) *Node {
	if s := want.sign(); n.sign()&s != s || n.Op != want.Op || n.kept {
		return n
	}
	if n.Op == Operand || len(n.many) == len(want.many) {
		if n.sign() == want.sign() && compareNodes(n, want) == 0 {
			return copied(subst)
		}
		return n
	}
	if len(n.many) < len(want.many) || len(want.many) == 0 {
		return n
	}
	hit := make([]bool, len(n.many))
	i, j := 0, 0
	for i < len(n.many) && j < len(want.many) {
		c := compareNodes(n.many[i], want.many[j])
		if c > 0 {
			break
		}
		if c == 0 {
			hit[i] = true
			j++
		}
		i++
	}
	if j < len(want.many) {
		return n
	}
	rest := make([]*Node, 0, len(n.many))
	for i, p := range n.many {
		if !hit[i] {
			rest = append(rest, p)
		}
	}
	if s := copied(subst); s != nil {
		rest = append(rest, s)
	}
	n.many = rest
	n.order()
	return n
}
