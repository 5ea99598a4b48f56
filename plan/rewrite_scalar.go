package plan

import (
	"slices"

	"howdah/expr"
	"howdah/types"
)

// groupjoins makes joins of conditions that compare a row with an aggregate over the rows of a sub-query that have
// equal keys, as in x < (select avg(y) from t where t.k = outer.k): the aggregate is computed once for all keys, and
// joined. It is left alone where the aggregate of no rows, or of rows that no outer row asks for, could make itself felt.
func (p *planner) groupjoins(n Node) Node {
	setInputs(n, p.groupjoins)
	f, ok := n.(*Filter)
	if !ok {
		return n
	}
	root, quals := f.Input, slices.Clone(f.Quals)
	width := len(root.Columns())
	var on []expr.Expr
	for i, q := range quals {
		right, cond, q := groupjoin(q, len(root.Columns()))
		if right == nil {
			continue
		}
		right = p.groupjoins(right)
		cols := append(slices.Clone(root.Columns()), right.Columns()...)
		root = &Join{Output: Output{Cols: cols}, Kind: InnerJoin, Left: root, Right: right, Residual: cond}
		quals[i] = nil
		on = append(on, q)
	}
	if len(on) == 0 {
		return n
	}
	quals = append(slices.DeleteFunc(quals, func(q expr.Expr) bool { return q == nil }), on...)
	out := &Project{Output: Output{Cols: f.Cols}, Input: filtered(root, quals)}
	for i, c := range f.Cols[:width] {
		out.Exprs = append(out.Exprs, column(c, i))
	}
	return out
}

// groupjoin gives what a condition is to be joined with, the join's equalities, and the condition over the join whose
// left side has lw columns; nil if it is not such a condition.
func groupjoin(q expr.Expr, lw int) (right Node, on []expr.Expr, over expr.Expr) {
	s := onlySublink(q)
	if s == nil || s.Kind != expr.ScalarSublink || len(s.Args) == 0 || anyHas(s.Args) || expr.Volatile(q) {
		return nil, nil, nil
	}
	b, ok := s.Plan.(*bound)
	if !ok || volatileTree(b.root) {
		return nil, nil, nil
	}
	root, value := b.root, expr.Expr(nil)
	if len(root.Columns()) != 1 {
		return nil, nil, nil
	}
	value = column(root.Columns()[0], 0)
	for {
		switch n := root.(type) {
		case *Project:
			value = replaceVars(value, func(v *expr.Var) expr.Expr { return n.Exprs[v.Col] })
			root = n.Input
			continue
		case *Subquery:
			root = n.Input
			continue
		}
		break
	}
	a, ok := root.(*Aggregate)
	if !ok || len(a.Keys) > 0 || a.Sets != nil || readsExec(value) || hasSublink(value) || slices.ContainsFunc(a.Aggs, unfitAggregate) {
		return nil, nil, nil
	}
	// Where there is no row all the aggregates are NULL: the condition must not be true then.
	mark := &expr.Var{Col: lw, Typ: s.Typ, Coll: s.Coll}
	isMark := func(v *expr.Var) bool { return v == mark }
	marked := expr.Transform(q, func(e expr.Expr) expr.Expr {
		if e == expr.Expr(s) {
			return mark
		}
		return nil
	})
	if !rejectsNull(marked, isMark) || !nullIfNull(value, func(v *expr.Var) bool { return v.Level == 0 }) {
		return nil, nil, nil
	}
	f, ok := a.Input.(*Filter)
	if !ok {
		return nil, nil, nil
	}
	var keys, left, plain []expr.Expr
	for _, q := range f.Quals {
		if !readsExec(q) {
			plain = append(plain, q)
			continue
		}
		inner, outer := correlation(q, s.Args)
		if inner == nil {
			return nil, nil, nil
		}
		keys, left = append(keys, inner), append(left, outer)
		e := *q.(*expr.Func)
		e.Args = slices.Clone(e.Args)
		k := 0
		if e.Args[0] != inner {
			k = 1
		}
		e.Args[k] = &expr.Var{Col: lw + len(keys) - 1, Typ: inner.Type(), Coll: inner.Collation(), Name: nameOf(inner)}
		e.Args[1-k] = outer
		on = append(on, &e)
	}
	if len(keys) == 0 || usesExec(f.Input) {
		return nil, nil, nil
	}
	g := &Aggregate{Input: filtered(f.Input, plain), Keys: keys, Aggs: a.Aggs}
	for _, k := range keys {
		g.Cols = append(g.Cols, Column{Name: nameOf(k), Type: k.Type(), Collation: k.Collation()})
	}
	g.Cols = append(g.Cols, a.Cols...)
	value = shiftVars(value, lw+len(keys))
	over = expr.Transform(q, func(e expr.Expr) expr.Expr {
		if e == expr.Expr(s) {
			return value
		}
		return nil
	})
	return g, on, over
}

func nameOf(e expr.Expr) string {
	if v, ok := e.(*expr.Var); ok {
		return v.Name
	}
	return "key"
}

// onlySublink gives the one sub-query in a condition.
func onlySublink(q expr.Expr) *expr.Sublink {
	var found *expr.Sublink
	one := expr.Walk(q, func(e expr.Expr) bool {
		s, ok := e.(*expr.Sublink)
		if !ok {
			return true
		}
		if found != nil {
			return false
		}
		found = s
		return true
	})
	if !one {
		return nil
	}
	return found
}

// unfitAggregate tells of an aggregate that is not NULL over no rows, or that rows nobody asks for could make fail.
func unfitAggregate(a *expr.Agg) bool {
	if a.Filter != nil || a.Star || a.Level != 0 || len(a.Args) != 1 || len(a.Direct) > 0 || len(a.Order) > 0 {
		return true
	}
	if _, ok := a.Args[0].(*expr.Var); !ok {
		return true
	}
	switch a.Proc.Name {
	case "min", "max":
		return false
	case "sum", "avg":
		switch a.Args[0].Type().OID {
		case types.Int2OID, types.Int4OID, types.Int8OID, types.NumericOID:
			return false
		}
	}
	return true
}

// correlation gives the two sides of an equality of a column of the sub-query with a value of the outer row.
func correlation(q expr.Expr, args []expr.Expr) (inner, outer expr.Expr) {
	f, ok := q.(*expr.Func)
	if !ok || !isHashEquality(f) {
		return nil, nil
	}
	for i, a := range f.Args {
		v, isVar := a.(*expr.Var)
		other := f.Args[1-i]
		if !isVar || v.Level != 0 || len(expr.Vars(other)) > 0 || hasSublink(other) {
			continue
		}
		return v, joinCondition(other, args, 0)
	}
	return nil, nil
}
