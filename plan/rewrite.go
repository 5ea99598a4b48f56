package plan

import (
	"cmp"
	"slices"

	"howdah/expr"
	"howdah/types"
)

// planner turns a bound query into the one that runs. Each step rebuilds the tree; the order of the steps matters.
type planner struct {
	q    *query
	out  *Query
	fold *expr.Env
}

// plan plans a tree and, after it, the sub-queries of its expressions. want is how the columns that come out are used.
func (p *planner) plan(root Node) (Node, error) { return p.planAs(root, passed, false) }

// planAs plans a tree; again says that it is run many times, for other values of its Exec parameters.
func (p *planner) planAs(root Node, how use, again bool) (Node, error) {
	need := slices.Repeat([]use{how}, len(root.Columns()))
	root = exact(p.constants(root), need) // what nobody looks at is not computed, and cannot fail
	p.fail(root)
	root = p.unlateral(root)
	root = p.groupjoins(p.semijoins(root))
	root = p.push(root, nil)
	root = p.derive(root)
	root = p.reorder(root)
	p.joinKeys(root)
	if again {
		root = p.part(root)
	}
	p.partRepeated(root)
	root = exact(root, slices.Repeat([]use{max(how, passed)}, len(root.Columns())))
	p.order(root)
	p.topN(root)
	p.estimate(root)
	if err := p.offers(root); err != nil {
		return nil, err
	}
	p.estimate(root)
	p.buildSides(root)
	p.estimate(root)
	if err := p.subplans(root); err != nil {
		return nil, err
	}
	p.retainRepeated(root)
	if again {
		root = p.retain(root)
	}
	return root, nil
}

// constants folds what can be computed now.
func (p *planner) constants(root Node) Node {
	allNodes(root, func(n Node) {
		switch n := n.(type) { // a list of conditions is an AND: behind a false one nothing is computed
		case *Filter:
			n.Quals = p.conditions(n.Quals)
			return
		case *Join:
			n.Residual = p.conditions(n.Residual)
		}
		eachExpr(n, func(e expr.Expr) expr.Expr {
			if f, ok := e.(*expr.Func); ok {
				ps, isSet := n.(*ProjectSet)
				if _, ok := n.(*Function); ok || isSet && slices.Contains(ps.Exprs, e) {
					call := *f
					call.Args = slices.Clone(f.Args)
					for i, a := range f.Args {
						call.Args[i] = expr.Fold(a, p.fold)
					}
					return &call
				}
			}
			return expr.Fold(e, p.fold)
		})
	})
	return root
}

func (p *planner) conditions(quals []expr.Expr) []expr.Expr {
	if len(quals) == 0 {
		return nil
	}
	return conjuncts(expr.Fold(&expr.And{Args: quals}, p.fold))
}

// fail looks for constants that cannot be computed, as PostgreSQL's planner would: the query fails with the first one
// whenever it is run, be it that no row comes by. Sub-queries of expressions are looked at too.
func (p *planner) fail(root Node) {
	allNodes(root, func(n Node) {
		_, filter := n.(*Filter)
		eachExpr(n, func(e expr.Expr) expr.Expr {
			if p.out.Failed == nil {
				p.out.Failed = expr.FoldError(e, p.fold)
			}
			if p.out.Failed == nil && filter {
				p.out.Failed = p.badPattern(e)
			}
			expr.Walk(e, func(e expr.Expr) bool {
				if s, ok := e.(*expr.Sublink); ok {
					if b, ok := s.Plan.(*bound); ok {
						sub, how := p.constants(b.root), used
						if s.Kind == expr.ExistsSublink {
							sub, how = existing(sub)
						}
						p.fail(exact(sub, slices.Repeat([]use{how}, len(sub.Columns()))))
					}
				}
				return true
			})
			return e
		})
	})
}

// badPattern compiles the regular expressions of a condition, as PostgreSQL does to guess how many rows match.
func (p *planner) badPattern(q expr.Expr) (err error) {
	expr.Walk(q, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.And, *expr.Or, *expr.Not:
			return err == nil
		case *expr.Func:
			switch e.Proc.Src {
			case "textregexeq", "textregexne", "texticregexeq", "texticregexne":
				if _, constant := e.Args[1].(*expr.Const); constant {
					f := *e
					f.Args = []expr.Expr{&expr.Const{Typ: types.Of(types.TextOID), Coll: types.CCollation}, e.Args[1]}
					err = expr.FoldError(&f, p.fold)
				}
			}
		}
		return false
	})
	return err
}

// existing is what is left of a query of which only matters whether there are rows, and how its columns are used then:
// what it computes, orders and groups is dropped, unless that decides (simplify_EXISTS_query).
func existing(root Node) (Node, use) {
	for n := root; ; {
		switch x := n.(type) {
		case *Project:
			n = x.Input
			continue
		case *Sort:
			n = x.Input
			continue
		case *Unique:
			n = x.Input
			continue
		case *Limit:
			if k, ok := limitOf(x); ok && k > 0 && x.Offset == nil {
				n = x.Input
				continue
			}
			return root, used
		case *Aggregate:
			if len(x.Keys) > 0 && len(x.Aggs) == 0 && x.Sets == nil {
				n = x.Input
				continue
			}
			return root, used
		case *Filter:
			if _, having := x.Input.(*Aggregate); having {
				return root, used
			}
		case *Window, *ProjectSet, *SetOp, *Append, *With:
			return root, used
		}
		return n, unused
	}
}

// order puts the cheaper conditions of a node first (order_qual_clauses).
func (p *planner) order(root Node) {
	sort := func(quals []expr.Expr) {
		slices.SortStableFunc(quals, func(a, b expr.Expr) int { return cmp.Compare(expr.Cost(a), expr.Cost(b)) })
	}
	allNodes(root, func(n Node) {
		switch n := n.(type) {
		case *Scan:
			sort(n.Quals)
		case *Filter:
			sort(n.Quals)
		case *Join:
			sort(n.Residual)
		}
	})
}

// subplans numbers the sub-queries of all expressions below root and plans each.
func (p *planner) subplans(root Node) error {
	var failed error
	allNodes(root, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			if failed != nil {
				return e
			}
			out, err := p.number(e)
			if err != nil {
				failed = err
				return e
			}
			return out
		})
	})
	return failed
}

func (p *planner) number(e expr.Expr) (out expr.Expr, err error) {
	out = expr.Transform(e, func(e expr.Expr) expr.Expr {
		s, ok := e.(*expr.Sublink)
		if !ok || err != nil {
			return nil
		}
		b, ok := s.Plan.(*bound)
		if !ok {
			return nil
		}
		i := len(p.out.Subplans)
		p.out.Subplans = append(p.out.Subplans, Subplan{})
		sub, how := p.constants(b.root), used
		if s.Kind == expr.ExistsSublink {
			sub, how = existing(sub)
		}
		root, e2 := p.planAs(sub, how, len(b.args) > 0)
		if e2 != nil {
			err = e2
			return nil
		}
		p.out.Subplans[i] = Subplan{Root: root, Args: len(b.args), Cached: len(b.args) == 0 && !p.readsOutside(root) && !volatileTree(root)}
		c := *s
		c.Index, c.Plan = i, root
		c.Repeats = len(b.args) > 0 && !p.readsOutside(root) && !p.volatileWithin(root)
		if c.Repeats {
			p.out.Subplans[i].CacheKey = b.args
		}
		c.Args, c.Left = nil, nil
		for _, a := range s.Args {
			a, e2 := p.number(a)
			if e2 != nil {
				err = e2
			}
			c.Args = append(c.Args, a)
		}
		for _, l := range s.Left {
			l, e2 := p.number(l)
			if e2 != nil {
				err = e2
			}
			c.Left = append(c.Left, l)
		}
		return &c
	})
	return out, err
}

// volatileWithin is volatileTree that looks into the sub-queries of the tree's expressions too; they are planned already.
func (p *planner) volatileWithin(root Node) bool {
	if volatileTree(root) {
		return true
	}
	found := false
	allNodes(root, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			expr.Walk(e, func(e expr.Expr) bool {
				if s, ok := e.(*expr.Sublink); ok && !found {
					r, planned := s.Plan.(Node)
					found = !planned || p.volatileWithin(r) || p.readsOutside(r)
				}
				return !found
			})
			return e
		})
	})
	return found
}

// readsOutside tells whether a sub-query reads a common table expression whose rows may change between its runs.
func (p *planner) readsOutside(root Node) bool {
	own := map[int]bool{}
	allNodes(root, func(n Node) {
		if w, ok := n.(*With); ok {
			for _, c := range w.CTEs {
				own[c.ID] = true
			}
		}
	})
	outside := false
	allNodes(root, func(n Node) {
		if s, ok := n.(*CTEScan); ok && !own[s.ID] && (s.Work || !p.q.closed[s.ID]) {
			outside = true
		}
	})
	return outside
}

// topN tells sorts how many of their rows a limit above takes.
func (p *planner) topN(root Node) {
	allNodes(root, func(n Node) {
		l, ok := n.(*Limit)
		if !ok || l.WithTies || l.Count == nil {
			return
		}
		in := l.Input
		for {
			if pr, ok := in.(*Project); ok {
				in = pr.Input
				continue
			}
			break
		}
		s, ok := in.(*Sort)
		if !ok {
			return
		}
		if n, ok := limitOf(l); ok {
			s.Limit = n
			return
		}
		if !hasSublink(l.Count) && (l.Offset == nil || !hasSublink(l.Offset)) {
			s.Top = []expr.Expr{l.Count}
			if l.Offset != nil {
				s.Top = append(s.Top, l.Offset)
			}
		}
	})
}

// limitOf gives count plus offset where both are constants.
func limitOf(l *Limit) (int64, bool) {
	if l.WithTies || l.Count == nil {
		return 0, false
	}
	c, ok := l.Count.(*expr.Const)
	if !ok || c.Value.Null || c.Value.Int < 0 {
		return 0, false
	}
	n := c.Value.Int
	if l.Offset != nil {
		o, ok := l.Offset.(*expr.Const)
		if !ok || o.Value.Int < 0 {
			return 0, false
		}
		if !o.Value.Null {
			n += o.Value.Int
		}
	}
	return n, n >= 0
}

func hasSublink(e expr.Expr) bool {
	return !expr.Walk(e, func(e expr.Expr) bool {
		_, ok := e.(*expr.Sublink)
		return !ok
	})
}

// constantBool tells whether e is a boolean constant; NULL counts as false, as it does in a condition.
func constantBool(e expr.Expr) (value, ok bool) {
	c, ok := e.(*expr.Const)
	if !ok || c.Typ.OID != types.BoolOID {
		return false, false
	}
	return !c.Value.Null && c.Value.Bool, true
}
