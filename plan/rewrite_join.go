package plan

import (
	"sync"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
)

// reorder puts inner joins that would be cross products behind those that have a condition: what stands in a FROM list
// in any order is joined along its equalities.
func (p *planner) reorder(n Node) Node {
	if j, ok := n.(*Join); ok && j.Kind == InnerJoin && !j.IsLateral {
		return p.reorderInner(j)
	}
	setInputs(n, p.reorder)
	return n
}

// setInputs replaces each input of a node by what f makes of it.
func setInputs(n Node, f func(Node) Node) {
	switch n := n.(type) {
	case *ProjectSet:
		n.Input = f(n.Input)
	case *Filter:
		n.Input = f(n.Input)
	case *Project:
		n.Input = f(n.Input)
	case *Sort:
		n.Input = f(n.Input)
	case *Limit:
		n.Input = f(n.Input)
	case *Aggregate:
		n.Input = f(n.Input)
	case *Window:
		n.Input = f(n.Input)
	case *Unique:
		n.Input = f(n.Input)
	case *Subquery:
		n.Input = f(n.Input)
	case *Join:
		n.Left, n.Right = f(n.Left), f(n.Right)
	case *SetOp:
		n.Left, n.Right = f(n.Left), f(n.Right)
	case *Append:
		for i := range n.All {
			n.All[i] = f(n.All[i])
		}
	case *With:
		n.Input = f(n.Input)
		for _, c := range n.CTEs {
			c.Root = f(c.Root)
			if c.Step != nil {
				c.Step = f(c.Step)
			}
		}
	}
}

// joined is an input of a flattened inner join: its columns stand at from in the flat numbering.
type joined struct {
	node Node
	from int
}

// flatten lists the inputs of nested inner joins and their conditions, numbered over all inputs.
func flatten(n Node, from int, items []joined, quals []expr.Expr) ([]joined, []expr.Expr) {
	j, ok := n.(*Join)
	if !ok || j.Kind != InnerJoin || j.IsLateral {
		return append(items, joined{n, from}), quals
	}
	items, quals = flatten(j.Left, from, items, quals)
	items, quals = flatten(j.Right, from+len(j.Left.Columns()), items, quals)
	for _, q := range j.Residual {
		quals = append(quals, shiftVars(q, from))
	}
	return items, quals
}

func (p *planner) reorderInner(j *Join) Node {
	items, quals := flatten(j, 0, nil, nil)
	owner := make([]int, len(j.Cols)) // of each column, its item
	for i := range items {
		items[i].node = p.reorder(items[i].node)
		for c := range items[i].node.Columns() {
			owner[items[i].from+c] = i
		}
	}
	uses := make([]map[int]bool, len(quals))
	for k, q := range quals {
		uses[k] = map[int]bool{}
		for _, v := range expr.Vars(q) {
			uses[k][owner[v.Col]] = true
		}
	}
	order := []int{0}
	in := map[int]bool{0: true}
	for len(order) < len(items) {
		next := -1
		for i := range items {
			if in[i] {
				continue
			}
			if next < 0 {
				next = i
			}
			if connected(quals, uses, in, i) {
				next = i
				break
			}
		}
		order = append(order, next)
		in[next] = true
	}
	// place[c] is where flat column c stands in the output so far.
	place := make([]int, len(j.Cols))
	for c := range place {
		place[c] = -1
	}
	applied := make([]bool, len(quals))
	var root Node
	width := 0
	in = map[int]bool{}
	for _, i := range order {
		it := items[i]
		in[i] = true
		for c := range it.node.Columns() {
			place[it.from+c] = width + c
		}
		width += len(it.node.Columns())
		var here []expr.Expr
		for k, q := range quals {
			if applied[k] || !within(uses[k], in) || root == nil && len(items) > 1 && len(uses[k]) == 0 {
				continue
			}
			applied[k] = true
			here = append(here, replaceVars(q, func(v *expr.Var) expr.Expr {
				if v.Level != 0 {
					return nil
				}
				c := *v
				c.Col = place[v.Col]
				return &c
			}))
		}
		if root == nil {
			root = filtered(it.node, here)
			continue
		}
		cols := append(append([]Column(nil), root.Columns()...), it.node.Columns()...)
		root = &Join{Output: Output{Cols: cols}, Kind: InnerJoin, Left: root, Right: it.node, Residual: here}
	}
	for c, at := range place {
		if c != at {
			pr := &Project{Output: Output{Cols: j.Cols}, Input: root}
			for c, at := range place {
				pr.Exprs = append(pr.Exprs, column(j.Cols[c], at))
			}
			return pr
		}
	}
	return root
}

// connected tells whether an equality joins item i to what is joined already.
func connected(quals []expr.Expr, uses []map[int]bool, in map[int]bool, i int) bool {
	for k, u := range uses {
		if !u[i] || len(u) < 2 {
			continue
		}
		if f, ok := quals[k].(*expr.Func); !ok || !isHashEquality(f) {
			continue
		}
		all := true
		for other := range u {
			all = all && (other == i || in[other])
		}
		if all {
			return true
		}
	}
	return false
}

func within(u, in map[int]bool) bool {
	for i := range u {
		if !in[i] {
			return false
		}
	}
	return true
}

// joinKeys takes equalities between the sides out of the joins' conditions.
func (p *planner) joinKeys(root Node) {
	allNodes(root, func(n Node) {
		j, ok := n.(*Join)
		if !ok || j.IsLateral || len(j.LeftKeys) > 0 {
			return
		}
		lw := len(j.Left.Columns())
		var rest []expr.Expr
		for _, q := range j.Residual {
			l, r, eq := equality(q, lw)
			if eq == nil {
				rest = append(rest, q)
				continue
			}
			j.LeftKeys, j.RightKeys, j.Equal = append(j.LeftKeys, l), append(j.RightKeys, shiftVars(r, -lw)), append(j.Equal, eq)
		}
		j.Residual = rest
	})
}

// equality gives the two sides of a condition that can be hashed, or nil.
func equality(q expr.Expr, lw int) (left, right expr.Expr, eq *expr.Func) {
	f, ok := q.(*expr.Func)
	if !ok || !isHashEquality(f) || hasSublink(f) || expr.Volatile(f) {
		return nil, nil, nil
	}
	l0, r0 := sides(f.Args[0], lw)
	l1, r1 := sides(f.Args[1], lw)
	switch {
	case l0 && !r0 && r1 && !l1:
		return f.Args[0], f.Args[1], f
	case r0 && !l0 && l1 && !r1:
		return f.Args[1], f.Args[0], f
	}
	return nil, nil, nil
}

var hashEqualities = sync.OnceValue(func() map[uint32]bool {
	m := map[uint32]bool{}
	for _, op := range pgdata.OperatorsByName("=") {
		if op.CanHash {
			m[op.Proc] = true
		}
	}
	return m
})

// isHashEquality tells of an equality whose two sides are stored, hashed and compared alike.
func isHashEquality(f *expr.Func) bool {
	if len(f.Args) != 2 || !hashEqualities()[f.Proc.OID] {
		return false
	}
	a, b := hashClass(f.Args[0].Type().OID), hashClass(f.Args[1].Type().OID)
	return a == b
}

// hashClass maps types whose equal values are stored alike to one of them.
func hashClass(t types.OID) types.OID {
	switch t {
	case types.Int2OID, types.Int4OID:
		return types.Int8OID
	case types.Float4OID:
		return types.Float8OID
	case types.VarcharOID:
		return types.TextOID
	}
	return t
}

// buildSides has the smaller side of a hash join held.
func (p *planner) buildSides(root Node) {
	allNodes(root, func(n Node) {
		j, ok := n.(*Join)
		if !ok || j.IsLateral || j.Kind == SemiJoin || j.Kind == AntiJoin {
			return
		}
		j.BuildLeft = j.Left.Estimate().Rows*2 < j.Right.Estimate().Rows
	})
}
