package plan

import (
	"slices"

	"howdah/expr"
	"howdah/types"
)

// push moves quals, over n's output, as far down as they mean the same, and drops nodes that only rename.
func (p *planner) push(n Node, quals []expr.Expr) Node {
	quals = common(quals)
	quals = slices.DeleteFunc(slices.Clone(quals), func(q expr.Expr) bool {
		v, ok := constantBool(q)
		return ok && v
	})
	for _, q := range quals {
		if v, ok := constantBool(q); ok && !v {
			return &Empty{Output{Cols: n.Columns()}}
		}
	}
	switch n := n.(type) {
	case *Filter:
		return p.push(n.Input, append(slices.Clone(n.Quals), quals...))
	case *Subquery:
		return p.push(n.Input, quals)
	case *Project:
		down, stay := p.through(quals, func(v *expr.Var) expr.Expr { return n.Exprs[v.Col] })
		n.Input = p.push(n.Input, down)
		return filtered(n, stay)
	case *ProjectSet:
		down, stay := p.through(quals, func(v *expr.Var) expr.Expr {
			if n.Set[v.Col] {
				return nil
			}
			return n.Exprs[v.Col]
		})
		n.Input = p.push(n.Input, down)
		return filtered(n, stay)
	case *Sort:
		if n.Limit < 0 {
			n.Input = p.push(n.Input, quals)
			return n
		}
	case *Unique:
		if n.On == nil {
			down, stay := split(quals, expr.Volatile)
			n.Input = p.push(n.Input, stay)
			return filtered(n, down)
		}
		down, stay := p.through(quals, func(v *expr.Var) expr.Expr { // takes or leaves whole groups
			if slices.Contains(n.On, v.Col) {
				return v
			}
			return nil
		})
		n.Input = p.push(n.Input, down)
		return filtered(n, stay)
	case *Aggregate:
		return p.pushAggregate(n, quals)
	case *Window: // what only looks at the partition takes or leaves whole partitions
		down, stay := p.through(quals, func(v *expr.Var) expr.Expr {
			for _, k := range n.Partition {
				if c, ok := k.(*expr.Var); ok && c.Col == v.Col {
					return c
				}
			}
			return nil
		})
		n.Input = p.push(n.Input, down)
		return filtered(n, stay)
	case *Append:
		all := n.All[:0:0]
		for _, in := range n.All {
			in = p.push(in, quals)
			if _, none := in.(*Empty); !none {
				all = append(all, in)
			}
		}
		if len(all) == 0 {
			return &Empty{n.Output}
		}
		n.All = all
		return n
	case *SetOp:
		n.Left = p.push(n.Left, quals)
		if n.Kind == Except {
			n.Right = p.push(n.Right, nil)
		} else {
			n.Right = p.push(n.Right, quals)
		}
		return n
	case *With:
		for _, c := range n.CTEs {
			c.Root = p.push(c.Root, nil)
			if c.Step != nil {
				c.Step = p.push(c.Step, nil)
			}
		}
		n.Input = p.push(n.Input, quals)
		return n
	case *Join:
		return p.pushJoin(n, quals)
	case *Scan:
		down, stay := split(quals, func(q expr.Expr) bool { return !hasSublink(q) && !expr.Volatile(q) })
		for _, q := range down {
			n.Quals = append(n.Quals, replaceVars(q, func(v *expr.Var) expr.Expr {
				c := *v
				c.Col = n.Want[v.Col]
				return &c
			}))
		}
		return filtered(n, stay)
	case *Empty:
		return n
	case *Limit:
		n.Input = p.push(n.Input, nil)
		return filtered(n, quals)
	}
	return filtered(p.inputs(n), quals)
}

// inputs pushes nothing into the inputs of a node that lets nothing through.
func (p *planner) inputs(n Node) Node {
	switch n := n.(type) {
	case *Sort:
		n.Input = p.push(n.Input, nil)
	case *Unique:
		n.Input = p.push(n.Input, nil)
	}
	return n
}

func filtered(n Node, quals []expr.Expr) Node {
	if len(quals) == 0 {
		return n
	}
	return &Filter{Output: Output{Cols: n.Columns()}, Input: n, Quals: quals}
}

// split parts the quals for which yes holds from the others.
func split(quals []expr.Expr, yes func(expr.Expr) bool) (in, out []expr.Expr) {
	for _, q := range quals {
		if yes(q) {
			in = append(in, q)
		} else {
			out = append(out, q)
		}
	}
	return in, out
}

// through rewrites quals in terms of a node's input; what cannot be, or would be computed twice, stays.
func (p *planner) through(quals []expr.Expr, source func(*expr.Var) expr.Expr) (down, stay []expr.Expr) {
	for _, q := range quals {
		ok := !expr.Volatile(q)
		for _, v := range expr.Vars(q) {
			e := source(v)
			ok = ok && e != nil && !expr.Volatile(e) && !hasSublink(e)
		}
		if !ok {
			stay = append(stay, q)
			continue
		}
		down = append(down, replaceVars(q, func(v *expr.Var) expr.Expr { return source(v) }))
	}
	return down, stay
}

// pushAggregate lets through what only looks at grouping keys.
func (p *planner) pushAggregate(n *Aggregate, quals []expr.Expr) Node {
	stay := quals
	var down []expr.Expr
	if len(n.Keys) > 0 && n.Sets == nil {
		down, stay = p.through(quals, func(v *expr.Var) expr.Expr {
			if v.Col < len(n.Keys) {
				return n.Keys[v.Col]
			}
			return nil
		})
	}
	n.Input = p.push(n.Input, down)
	return filtered(n, stay)
}

// sides tells which inputs of a join an expression over both looks at.
func sides(e expr.Expr, left int) (l, r bool) {
	for _, v := range expr.Vars(e) {
		if v.Col < left {
			l = true
		} else {
			r = true
		}
	}
	return l, r
}

func (p *planner) pushJoin(n *Join, quals []expr.Expr) Node {
	lw := len(n.Left.Columns())
	if anti, rest := unmatchedOnly(n, quals, lw); anti != nil {
		return p.push(anti, rest)
	}
	n.Kind = simplified(n, quals, lw)
	var toLeft, toRight, above, residual []expr.Expr
	toRightSide := func(q expr.Expr) { toRight = append(toRight, shiftVars(q, -lw)) }
	once := n.Kind == SemiJoin || n.Kind == AntiJoin
	for _, q := range quals { // WHERE's
		l, r := sides(q, lw)
		fixed := expr.Volatile(q) || hasSublink(q) && (l && r)
		switch {
		case fixed:
			above = append(above, q)
		case once:
			toLeft = append(toLeft, q)
		case n.Kind == InnerJoin && l && r:
			residual = append(residual, q)
			if e := implied(q, func(v *expr.Var) bool { return v.Col < lw }); e != nil {
				toLeft = append(toLeft, e)
			}
			if e := implied(q, func(v *expr.Var) bool { return v.Col >= lw }); e != nil {
				toRightSide(e)
			}
		case !r && (n.Kind == InnerJoin || n.Kind == LeftJoin):
			toLeft = append(toLeft, q)
		case !l && (n.Kind == InnerJoin || n.Kind == RightJoin) && !(n.IsLateral && readsExec(q)):
			toRightSide(q)
		default:
			above = append(above, q)
		}
	}
	for _, q := range n.Residual { // ON's
		l, r := sides(q, lw)
		fixed := expr.Volatile(q) || hasSublink(q)
		switch {
		case fixed || l && r:
			residual = append(residual, q)
		case !r && (n.Kind == InnerJoin || n.Kind == RightJoin || n.Kind == SemiJoin):
			toLeft = append(toLeft, q)
		case r && n.Kind != FullJoin && n.Kind != RightJoin && !n.NullAware && !(n.IsLateral && readsExec(q)):
			toRightSide(q)
		case r && n.Kind == FullJoin, !l && !r:
			residual = append(residual, q)
		default:
			residual = append(residual, q)
		}
	}
	if n.NullAware {
		residual = n.Residual
	}
	n.Residual = residual
	n.Left = p.push(n.Left, toLeft)
	n.Right = p.push(n.Right, toRight)
	if none(n) {
		return &Empty{n.Output}
	}
	return filtered(n, above)
}

// none tells of a join that cannot give a row, since a side is empty.
func none(n *Join) bool {
	_, left := n.Left.(*Empty)
	_, right := n.Right.(*Empty)
	switch n.Kind {
	case InnerJoin, SemiJoin:
		return left || right
	case LeftJoin, AntiJoin:
		return left
	case RightJoin:
		return right
	}
	return left && right
}

// simplified makes an outer join an inner one where a condition above fails for every row that was filled up.
func simplified(n *Join, quals []expr.Expr, lw int) JoinKind {
	rejects := func(left bool) bool {
		return slices.ContainsFunc(quals, func(q expr.Expr) bool {
			return rejectsNull(q, func(v *expr.Var) bool { return v.Level == 0 && (v.Col < lw) == left })
		})
	}
	kind := n.Kind
	if kind == LeftJoin && rejects(false) {
		return InnerJoin
	}
	if kind == RightJoin && rejects(true) {
		return InnerJoin
	}
	if kind == FullJoin {
		l, r := rejects(true), rejects(false)
		switch {
		case l && r:
			return InnerJoin
		case l:
			return LeftJoin
		case r:
			return RightJoin
		}
	}
	return kind
}

// unmatchedOnly makes an anti-join of a left join whose rows pass only if a column is NULL that is not in any row that
// has a partner; nil if it is none.
func unmatchedOnly(n *Join, quals []expr.Expr, lw int) (anti Node, rest []expr.Expr) {
	if n.Kind != LeftJoin || n.IsLateral || anyHas(n.Residual) {
		return nil, nil
	}
	at := slices.IndexFunc(quals, func(q expr.Expr) bool {
		t, ok := q.(*expr.NullTest)
		if !ok || t.Not {
			return false
		}
		null, ok := t.Arg.(*expr.Var)
		return ok && null.Level == 0 && null.Col >= lw && null.Typ.OID != types.RecordOID && slices.ContainsFunc(n.Residual, func(r expr.Expr) bool {
			return rejectsNull(r, func(v *expr.Var) bool { return v.Level == 0 && v.Col == null.Col })
		})
	})
	if at < 0 {
		return nil, nil
	}
	out := &Project{Output: Output{Cols: n.Cols}, Input: &Join{Output: Output{Cols: n.Left.Columns()}, Kind: AntiJoin, Left: n.Left, Right: n.Right, Residual: n.Residual}}
	for i, c := range n.Cols {
		if i < lw {
			out.Exprs = append(out.Exprs, column(c, i))
		} else {
			out.Exprs = append(out.Exprs, &expr.Const{Typ: c.Type, Coll: c.Collation, Value: types.NullDatum})
		}
	}
	return out, slices.Delete(slices.Clone(quals), at, at+1)
}

// rejectsNull tells whether the condition is never true when all the variables in of are NULL.
func rejectsNull(q expr.Expr, of func(*expr.Var) bool) bool {
	switch q := q.(type) {
	case *expr.And:
		return slices.ContainsFunc(q.Args, func(a expr.Expr) bool { return rejectsNull(a, of) })
	case *expr.Or:
		return !slices.ContainsFunc(q.Args, func(a expr.Expr) bool { return !rejectsNull(a, of) })
	case *expr.NullTest:
		return q.Not && nullIfNull(q.Arg, of)
	case *expr.AnyAll:
		return !q.All && q.Op.Strict && nullIfNull(q.Left, of)
	}
	return nullIfNull(q, of)
}

// nullIfNull tells whether e is surely NULL when all the variables in of are.
func nullIfNull(e expr.Expr, of func(*expr.Var) bool) bool {
	switch e := e.(type) {
	case *expr.Var:
		return of(e)
	case *expr.Func:
		return e.Proc.Strict && !e.Proc.RetSet && slices.ContainsFunc(e.Args, func(a expr.Expr) bool { return nullIfNull(a, of) })
	case *expr.Relabel:
		return nullIfNull(e.Arg, of)
	case *expr.ViaIO:
		return nullIfNull(e.Arg, of)
	case *expr.Collate:
		return nullIfNull(e.Arg, of)
	case *expr.Not:
		return nullIfNull(e.Arg, of)
	}
	return false
}
