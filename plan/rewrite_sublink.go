package plan

import (
	"howdah/expr"
)

// semijoins makes joins of EXISTS, IN and their negations in WHERE where the sub-query meets the outer row only in
// conditions; the others stay and run once for each row, or once at all.
func (p *planner) semijoins(n Node) Node {
	setInputs(n, p.semijoins)
	f, ok := n.(*Filter)
	if !ok {
		return n
	}
	var plain []expr.Expr
	var joins []*Join
	for _, q := range f.Quals {
		if j := p.semijoin(q, f.Input); j != nil {
			joins = append(joins, j)
		} else {
			plain = append(plain, q)
		}
	}
	if len(joins) == 0 {
		return n
	}
	root := filtered(f.Input, plain)
	for _, j := range joins {
		j.Left = root
		root = j
	}
	return root
}

// semijoin makes the join that a condition over left means; nil if it is not such a condition.
func (p *planner) semijoin(q expr.Expr, left Node) *Join {
	negated := false
	if n, ok := q.(*expr.Not); ok {
		negated, q = true, n.Arg
	}
	s, ok := q.(*expr.Sublink)
	if !ok {
		return nil
	}
	b, ok := s.Plan.(*bound)
	if !ok || volatileTree(b.root) || anyHas(s.Left) {
		return nil
	}
	lw := len(left.Columns())
	j := &Join{Output: Output{Cols: left.Columns()}, Kind: SemiJoin}
	if negated {
		j.Kind = AntiJoin
	}
	switch s.Kind {
	case expr.ExistsSublink:
		if len(b.args) == 0 {
			return nil // once is enough
		}
		inner, quals, _ := pullUp(b.root, true)
		if usesExec(inner) {
			return nil
		}
		j.Right = inner
		for _, q := range quals {
			j.Residual = append(j.Residual, joinCondition(q, s.Args, lw))
		}
	case expr.AnySublink:
		inner, quals, outputs := pullUp(b.root, false)
		if usesExec(inner) {
			return nil
		}
		cmp := replaceVars(s.Cmp, func(v *expr.Var) expr.Expr {
			if v.Col < len(s.Left) {
				return s.Left[v.Col]
			}
			return shiftVars(outputs[v.Col-len(s.Left)], lw)
		})
		if negated {
			l, _, eq := equality(cmp, lw)
			if len(quals) > 0 || eq == nil || len(s.Left) != 1 || l == nil {
				return nil
			}
			j.NullAware = true
		}
		j.Right = inner
		for _, q := range quals {
			j.Residual = append(j.Residual, joinCondition(q, s.Args, lw))
		}
		for _, o := range outputs {
			if readsExec(o) {
				return nil
			}
		}
		j.Residual = append(j.Residual, conjuncts(cmp)...)
	default:
		return nil
	}
	j.Right = p.semijoins(j.Right)
	return j
}

func anyHas(es []expr.Expr) bool {
	for _, e := range es {
		if hasSublink(e) || expr.Volatile(e) {
			return true
		}
	}
	return false
}

// pullUp takes the filters off a sub-query: inner is what they filter, outputs are the sub-query's columns over inner.
// For EXISTS, what only orders or renames is dropped too.
func pullUp(root Node, exists bool) (inner Node, quals, outputs []expr.Expr) {
	inner = root
	for i, c := range root.Columns() {
		outputs = append(outputs, column(c, i))
	}
	for {
		switch n := inner.(type) {
		case *Project:
			over := func(v *expr.Var) expr.Expr {
				if v.Level != 0 {
					return nil
				}
				return n.Exprs[v.Col]
			}
			for i, e := range outputs {
				outputs[i] = replaceVars(e, over)
			}
			for i, e := range quals {
				quals[i] = replaceVars(e, over)
			}
			inner = n.Input
			continue
		case *Subquery:
			inner = n.Input
			continue
		case *Filter:
			if usesExecAny(n.Quals) {
				quals = append(quals, n.Quals...)
				inner = n.Input
				continue
			}
		case *Sort:
			if exists {
				inner = n.Input
				continue
			}
		case *Limit:
			if k, ok := limitOf(n); exists && ok && k > 0 && n.Offset == nil {
				inner = n.Input
				continue
			}
		}
		return inner, quals, outputs
	}
}

func usesExecAny(es []expr.Expr) bool {
	for _, e := range es {
		if readsExec(e) {
			return true
		}
	}
	return false
}

// joinCondition turns a sub-query's condition, over its rows and Exec parameters, into one over left and right rows.
func joinCondition(q expr.Expr, args []expr.Expr, lw int) expr.Expr {
	return expr.Transform(q, func(e expr.Expr) expr.Expr {
		switch e := e.(type) {
		case *expr.Var:
			if e.Level == 0 {
				c := *e
				c.Col += lw
				return &c
			}
		case *expr.Param:
			if e.Exec {
				return args[e.Index]
			}
		}
		return nil
	})
}
