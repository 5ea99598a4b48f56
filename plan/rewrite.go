package plan

import (
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
func (p *planner) plan(root Node) (Node, error) { return p.planAs(root, passed) }

func (p *planner) planAs(root Node, how use) (Node, error) {
	root = p.constants(root)
	root = p.groupjoins(p.semijoins(root))
	root = p.push(root, nil)
	root = p.derive(root)
	root = p.reorder(root)
	p.joinKeys(root)
	need := make([]use, len(root.Columns()))
	for i := range need {
		need[i] = how
	}
	root = exact(root, need)
	p.topN(root)
	p.estimate(root)
	if err := p.offers(root); err != nil {
		return nil, err
	}
	p.estimate(root)
	p.buildSides(root)
	p.estimate(root)
	return root, p.subplans(root)
}

// constants folds what can be computed now.
func (p *planner) constants(root Node) Node {
	allNodes(root, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			switch e.(type) {
			case *expr.Agg, *expr.WindowCall:
				return e
			case *expr.Func:
				if _, ok := n.(*Function); ok {
					return e
				}
				if ps, ok := n.(*ProjectSet); ok && slices.Contains(ps.Exprs, e) {
					return e
				}
			}
			return expr.Fold(e, p.fold)
		})
	})
	return root
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
		root, e2 := p.planAs(b.root, used)
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
