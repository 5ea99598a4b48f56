package plan

import (
	"sync"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
)

// reorder joins what stands under nested inner joins, and the semi-joins over them, in the order that is estimated to
// make the fewest rows.
func (p *planner) reorder(n Node) Node {
	if j, ok := n.(*Join); ok && !j.IsLateral {
		switch j.Kind {
		case InnerJoin:
			return p.reorderInner(j)
		case SemiJoin, AntiJoin:
			if l, ok := j.Left.(*Join); ok && !l.IsLateral && (l.Kind == InnerJoin || l.Kind == SemiJoin || l.Kind == AntiJoin) {
				return p.reorderInner(j)
			}
		}
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
	case *Keep:
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
		if !ok || j.IsLateral || j.NullAware || (j.Kind == SemiJoin || j.Kind == AntiJoin) && len(j.LeftKeys) == 0 {
			return
		}
		j.BuildLeft = j.Left.Estimate().Rows*2 < j.Right.Estimate().Rows
	})
}
