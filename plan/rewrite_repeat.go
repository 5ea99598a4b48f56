package plan

import (
	"howdah/expr"
)

// What is run for each row of something else (a correlated sub-query, the right side of a lateral join, the step of a
// recursive query) is made of parts that depend on that row and parts that do not. The latter are kept.

const (
	keptBytes = 16 << 20 // files up to so large are parted from the conditions that depend on a row
	heldRows  = 1 << 20  // and sides of joins up to so many rows are hashed once
)

// partRepeated parts the scans in what is repeated within root.
func (p *planner) partRepeated(root Node) {
	allNodes(root, func(n Node) {
		switch n := n.(type) {
		case *Join:
			if n.IsLateral {
				n.Right = p.part(n.Right)
			}
		}
	})
}

// part takes conditions on Exec parameters off the scans of small files, so that what is read stays the same.
func (p *planner) part(n Node) Node {
	s, ok := n.(*Scan)
	if !ok {
		if j, ok := n.(*Join); ok && j.IsLateral {
			j.Left = p.part(j.Left) // the right side has parameters of its own
			return n
		}
		setInputs(n, p.part)
		return n
	}
	if s.Rel.Bytes < 0 || s.Rel.Bytes > keptBytes {
		return n
	}
	same, other := split(s.Quals, func(q expr.Expr) bool { return !readsExec(q) })
	if len(other) == 0 {
		return n
	}
	at := map[int]int{}
	for k, w := range s.Want {
		at[w] = k
	}
	for i, q := range other {
		for _, v := range expr.Vars(q) {
			if _, known := at[v.Col]; !known {
				return n
			}
		}
		other[i] = replaceVars(q, func(v *expr.Var) expr.Expr {
			c := *v
			c.Col = at[v.Col]
			return &c
		})
	}
	s.Quals = same
	return filtered(s, other)
}

// retainRepeated keeps what stays the same in what is repeated within root.
func (p *planner) retainRepeated(root Node) {
	allNodes(root, func(n Node) {
		switch n := n.(type) {
		case *Join:
			if n.IsLateral {
				n.Repeats = len(n.Lateral) > 0 && (n.Kind == InnerJoin || n.Kind == LeftJoin) && !p.readsOutside(n.Right) && !p.volatileWithin(n.Right)
				n.Right = p.retain(n.Right)
			}
		case *With:
			for _, c := range n.CTEs {
				if c.Step != nil {
					c.Step = p.retain(c.Step)
				}
			}
		}
	})
}

// retain keeps the largest parts of a tree that give the same rows each time.
func (p *planner) retain(n Node) Node {
	if p.same(n) {
		return keep(n)
	}
	j, ok := n.(*Join)
	switch {
	case ok && j.IsLateral:
		j.Left = p.retain(j.Left)
	case ok:
		l, r := p.same(j.Left), p.same(j.Right)
		if l != r && len(j.LeftKeys) > 0 && !j.NullAware { // what is hashed once need not be hashed again
			side := j.Left
			if r {
				side = j.Right
			}
			if side.Estimate().Rows <= heldRows {
				j.BuildLeft = l
			}
		}
		j.KeepBuild = j.BuildLeft && l || !j.BuildLeft && r
		if !j.KeepBuild || !j.BuildLeft {
			j.Left = p.retain(j.Left)
		}
		if !j.KeepBuild || j.BuildLeft {
			j.Right = p.retain(j.Right)
		}
	default:
		setInputs(n, p.retain)
	}
	return n
}

// same tells whether a tree gives the same rows whenever it is run within one execution.
func (p *planner) same(n Node) bool {
	return !usesExec(n) && !p.readsOutside(n) && !p.volatileWithin(n)
}

// keep puts a Keep over what takes more than remembering.
func keep(n Node) Node {
	worth := false
	allNodes(n, func(n Node) {
		switch n.(type) {
		case *Scan, *System, *Function, *Join, *Aggregate, *Sort, *SetOp, *Window:
			worth = true
		}
	})
	if _, kept := n.(*Keep); kept || !worth {
		return n
	}
	return &Keep{Output: Output{Cols: n.Columns(), Cost: n.Estimate()}, Input: n}
}

// unlateral makes plain joins of lateral ones whose right side meets the left row only in conditions.
func (p *planner) unlateral(n Node) Node {
	setInputs(n, p.unlateral)
	j, ok := n.(*Join)
	if !ok || !j.IsLateral || j.Kind != InnerJoin && j.Kind != LeftJoin || anyHas(j.Lateral) || anyHas(j.Residual) {
		return n
	}
	inner, quals, outputs := pullUp(j.Right, false)
	if len(quals) == 0 || usesExec(inner) || anyHas(quals) || anyHas(outputs) || usesExecAny(outputs) || volatileTree(j.Right) {
		return n
	}
	lw := len(j.Left.Columns())
	out := &Project{Output: Output{Cols: j.Cols}}
	for i, c := range j.Left.Columns() {
		out.Exprs = append(out.Exprs, column(c, i))
	}
	for _, o := range outputs {
		if _, isVar := o.(*expr.Var); !isVar && j.Kind == LeftJoin {
			return n // it would be computed for rows that are filled up
		}
		out.Exprs = append(out.Exprs, shiftVars(o, lw))
	}
	join := &Join{Kind: j.Kind, Left: j.Left, Right: inner}
	join.Cols = append(append(join.Cols, j.Left.Columns()...), inner.Columns()...)
	for _, q := range quals {
		join.Residual = append(join.Residual, joinCondition(q, j.Lateral, lw))
	}
	for _, q := range j.Residual {
		join.Residual = append(join.Residual, replaceVars(q, func(v *expr.Var) expr.Expr { return out.Exprs[v.Col] }))
	}
	out.Input = join
	return out
}
