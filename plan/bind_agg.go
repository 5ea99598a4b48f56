package plan

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// aggregate puts an Aggregate below the select list where the query groups or aggregates, and rewrites what stands above
// it in terms of its output: keys, then aggregates.
func (s *selecting) aggregate() error {
	needed := s.grouped || len(s.having) > 0 || s.scope.HasAggs || s.sel.HavingClause != nil
	for _, t := range s.targets {
		needed = needed || findAgg(t.expr) != nil
	}
	if !needed {
		return nil
	}
	if s.scope.ReadsItself {
		for _, e := range append(s.targetExprs(), s.having...) {
			if a := findAgg(e); a != nil {
				return s.q.errorAt(s.q.b.res.Loc(a), pgerr.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term")
			}
		}
	}
	in, keys := s.root, s.group
	if s.scope.HasSets {
		var err error
		if in, keys, err = s.spreadSets(in, keys); err != nil {
			return err
		}
	}
	a := &Aggregate{Input: in, Keys: keys, Sets: s.sets}
	for _, k := range s.group {
		a.Cols = append(a.Cols, describe(k, keyName(k)))
	}
	g := &grouping{s: s, node: a, keys: s.group}
	for _, t := range s.targets {
		t.expr = g.rewrite(t.expr)
	}
	for i, h := range s.having {
		s.having[i] = g.rewrite(h)
	}
	for _, w := range s.windows {
		for i, p := range w.partition {
			w.partition[i] = g.rewrite(p)
		}
		for i := range w.order {
			w.order[i].Expr = g.rewrite(w.order[i].Expr)
		}
	}
	if g.err != nil {
		return g.err
	}
	if a.SetColumn {
		a.Cols = append(a.Cols, Column{Name: "grouping set", Type: types.Of(types.Int4OID)})
		last := len(a.Cols) - 1
		for _, v := range g.setVars {
			v.Col = last
		}
	}
	s.root = a
	if len(s.having) > 0 {
		s.root = &Filter{Output: Output{Cols: a.Cols}, Input: a, Quals: s.having}
	}
	return nil
}

func (s *selecting) targetExprs() []expr.Expr {
	out := make([]expr.Expr, len(s.targets))
	for i, t := range s.targets {
		out[i] = t.expr
	}
	return out
}

func keyName(e expr.Expr) string {
	if v, ok := e.(*expr.Var); ok {
		return v.Name
	}
	return "?column?"
}

// grouping rewrites expressions over an aggregation's input into ones over its output.
type grouping struct {
	s       *selecting
	node    *Aggregate
	keys    []expr.Expr // as they are written; the node's are over what sets in them were spread into
	setVars []*expr.Var // which grouping set: their place is known at the end
	err     error
	below   bool // inside a sub-query's arguments
}

func (g *grouping) rewrite(e expr.Expr) expr.Expr {
	return expr.Transform(e, func(e expr.Expr) expr.Expr {
		if g.err != nil {
			return e
		}
		for i, k := range g.keys {
			if expr.Equal(k, e) {
				if _, constant := e.(*expr.Const); constant && g.node.Sets == nil {
					return e
				}
				return column(g.node.Cols[i], i)
			}
		}
		switch e := e.(type) {
		case *expr.Field:
			if e.Index == groupingMark {
				return g.call(e)
			}
		case *expr.Agg:
			if e.Level != 0 {
				return e // computed by a query around
			}
			return g.aggregate(e)
		case *expr.Sublink:
			return g.sublink(e)
		case *expr.Var:
			if e.Level == 0 {
				g.err = g.ungrouped(e)
				return e
			}
		}
		return nil
	})
}

// aggregate gives the output column of a call, adding the call if it is new.
func (g *grouping) aggregate(a *expr.Agg) expr.Expr {
	keys := len(g.keys)
	for i, have := range g.node.Aggs {
		if expr.Equal(have, a) && !expr.Volatile(a) {
			return column(g.node.Cols[keys+i], keys+i)
		}
	}
	g.node.Aggs = append(g.node.Aggs, a)
	g.node.Cols = append(g.node.Cols, describe(a, a.Proc.Name))
	i := len(g.node.Cols) - 1
	return column(g.node.Cols[i], i)
}

// sublink rewrites what a sub-query takes from the row.
func (g *grouping) sublink(e *expr.Sublink) expr.Expr {
	c := *e
	c.Args, c.Left = nil, nil
	g.below = true
	for _, a := range e.Args {
		c.Args = append(c.Args, g.rewrite(a))
	}
	g.below = false
	for _, l := range e.Left {
		c.Left = append(c.Left, g.rewrite(l))
	}
	return &c
}

// ungrouped is the error about a column that is neither grouped nor aggregated.
func (g *grouping) ungrouped(v *expr.Var) error {
	name := v.Name
	if e := g.s.entryOf(v.Col); e != "" {
		name = e + "." + v.Name
	}
	loc := g.s.q.b.res.Loc(v)
	if g.below {
		return g.s.q.errorAt(loc, pgerr.GroupingError, `subquery uses ungrouped column "%s" from outer query`, name)
	}
	return g.s.q.errorAt(loc, pgerr.GroupingError, `column "%s" must appear in the GROUP BY clause or be used in an aggregate function`, name)
}

// entryOf names the FROM item that a column comes from.
func (s *selecting) entryOf(col int) string {
	for _, e := range s.scope.Entries {
		if !e.RelVisible {
			continue
		}
		for _, c := range e.Columns {
			if v, ok := c.Expr.(*expr.Var); ok && v.Col == col && v.Level == 0 {
				return e.Name
			}
		}
	}
	return ""
}
