package plan

import (
	"strconv"

	"howdah/expr"
)

// describer makes EXPLAIN's steps of a query.
type describer struct {
	q      *Query
	o      ExplainOptions
	actual *Actuals
	prefix bool             // columns are called by their tables too
	args   map[int][]string // of sub-plans: how their arguments are called
	params map[int]int      // of InitPlans: the number of the parameter that they set
	refs   map[place]string
}

// place is a column of a node.
type place struct {
	node Node
	col  int
}

func newDescriber(q *Query, o ExplainOptions, actual *Actuals) *describer {
	d := &describer{q: q, o: o, actual: actual, args: map[int][]string{}, params: map[int]int{}, refs: map[place]string{}}
	tables := 0
	count := func(n Node) {
		switch n := n.(type) {
		case *Scan, *System, *Function, *CTEScan:
			tables++
		case *Values:
			if len(n.Rows) != 1 {
				tables++
			}
		}
	}
	allNodes(q.Root, count)
	for _, s := range q.Subplans {
		allNodes(s.Root, count)
	}
	d.prefix = o.Verbose || tables > 1
	return d
}

// frame is a part of a query whose Exec parameters mean the same.
type frame struct {
	*describer
	params []string // how they are called
	inits  []*step
	used   []int // sub-plans that were shown and have no step yet
}

// tree describes a query, or a sub-query that is run with arguments of those names.
func (d *describer) tree(n Node, params []string) *step {
	f := &frame{describer: d, params: params}
	s := f.describe(n)
	s.inits = append(f.inits, s.inits...)
	return s
}

// inside is the frame of a lateral right side.
func (f *frame) inside(params []string) *frame { return &frame{describer: f.describer, params: params} }

// over prints expressions over the columns of the nodes, one after the other.
func (f *frame) over(inputs ...Node) shower {
	return shower{params: f.params, sublink: f.sublink, name: func(v *expr.Var) string {
		col := v.Col
		for _, in := range inputs {
			if w := len(in.Columns()); col >= w {
				col -= w
				continue
			}
			return f.ref(in, col)
		}
		return expr.QuoteIdentifier(v.Name)
	}}
}

// beside is over for both sides of a lateral join.
func (f *frame) beside(n *Join, right *frame) shower {
	w := f.over(n.Left)
	left, lw := w.name, len(n.Left.Columns())
	w.name = func(v *expr.Var) string {
		if v.Col < lw {
			return left(v)
		}
		return right.ref(n.Right, v.Col-lw)
	}
	return w
}

// see takes note of the sub-plans in expressions that are not shown.
func (f *frame) see(w shower, es ...expr.Expr) {
	for _, e := range es {
		if e != nil {
			w.show(e)
		}
	}
}

// sublink prints a sub-query as PostgreSQL 15 does: the parameter that an InitPlan sets, or the SubPlan's number.
func (f *frame) sublink(w shower, s *expr.Sublink) string {
	if _, known := f.args[s.Index]; !known {
		f.args[s.Index] = w.showAll(s.Args)
		f.used = append(f.used, s.Index)
	}
	for _, l := range s.Left {
		w.show(l)
	}
	sub := &f.q.Subplans[s.Index]
	name := "SubPlan " + strconv.Itoa(s.Index+1)
	switch {
	case sub.Cached && s.Kind != expr.AnySublink && s.Kind != expr.AllSublink:
		if _, ok := f.describer.params[s.Index]; !ok {
			f.describer.params[s.Index] = len(f.describer.params)
		}
		return "$" + strconv.Itoa(f.describer.params[s.Index])
	case sub.Cached && s.Kind == expr.AnySublink:
		return "(hashed " + name + ")"
	}
	return "(" + name + ")"
}

// attach describes the sub-plans that a node has shown: those that are run once belong to the whole query.
func (f *frame) attach(s *step) {
	for len(f.used) > 0 {
		i := f.used[0]
		f.used = f.used[1:]
		sub := &f.q.Subplans[i]
		t := f.tree(sub.Root, f.args[i])
		if p, init := f.describer.params[i]; init {
			t.role = "InitPlan " + strconv.Itoa(i+1) + " (returns $" + strconv.Itoa(p) + ")"
			f.inits = append(f.inits, t)
			continue
		}
		t.role = "SubPlan " + strconv.Itoa(i+1)
		if sub.CacheKey != nil {
			t.add("Cache Key", f.args[i]...)
		}
		s.subs = append(s.subs, t)
	}
}

func (f *frame) qualify(table, column string) string {
	if !f.prefix || table == "" {
		return expr.QuoteIdentifier(column)
	}
	return expr.QuoteIdentifier(table) + "." + expr.QuoteIdentifier(column)
}

func aliasOf(alias, name string) string {
	if alias == "" {
		return name
	}
	return alias
}

// longestRef is up to how long what a column is made of is told; a longer one is called by its name.
const longestRef = 400

// ref is how a node's column is called above it: a table's column, or what it is computed from in parentheses.
func (f *frame) ref(n Node, col int) string {
	key := place{n, col}
	if s, ok := f.refs[key]; ok {
		return s
	}
	s := f.find(n, col)
	if len(s) > longestRef {
		s = expr.QuoteIdentifier(n.Columns()[col].Name)
	}
	f.refs[key] = s
	return s
}

func (f *frame) find(n Node, col int) string {
	computed := func(e expr.Expr, in Node) string {
		switch e.(type) {
		case *expr.Var, *expr.Const, *expr.Param:
			return f.over(in).show(e)
		}
		if _, ok := n.(*Project); ok {
			return "(" + f.at(in).show(e) + ")"
		}
		return "(" + f.over(in).show(e) + ")"
	}
	switch n := n.(type) {
	case *Scan:
		return f.qualify(aliasOf(n.Alias, n.Rel.Name), n.Rel.Columns[n.Want[col]].Name)
	case *System:
		return f.qualify(aliasOf(n.Alias, n.Rel.Name), n.Cols[col].Name)
	case *Filter:
		return f.ref(n.Input, col)
	case *Sort:
		return f.ref(n.Input, col)
	case *Limit:
		return f.ref(n.Input, col)
	case *Unique:
		return f.ref(n.Input, col)
	case *Keep:
		return f.ref(n.Input, col)
	case *Subquery:
		return f.ref(n.Input, col)
	case *With:
		return f.ref(n.Input, col)
	case *Project:
		return computed(n.Exprs[col], n.Input)
	case *ProjectSet:
		return computed(n.Exprs[col], n.Input)
	case *Aggregate:
		switch at := col - len(n.Keys); {
		case at < 0:
			return computed(n.Keys[col], n.Input)
		case at < len(n.Aggs):
			return computed(n.Aggs[at], n.Input)
		}
	case *Window:
		w := len(n.Input.Columns())
		if col < w {
			return f.ref(n.Input, col)
		}
		return computed(n.Calls[col-w], n.Input)
	case *Join:
		lw := len(n.Left.Columns())
		switch {
		case col < lw:
			return f.ref(n.Left, col)
		case n.IsLateral:
			return f.inside(f.over(n.Left).showAll(n.Lateral)).ref(n.Right, col-lw)
		}
		return f.ref(n.Right, col-lw)
	case *Values:
		if len(n.Rows) == 1 {
			return f.over().show(n.Rows[0][col])
		}
		return f.qualify("*VALUES*", n.Cols[col].Name)
	case *Function:
		return f.qualify(n.Alias, n.Cols[col].Name)
	case *CTEScan:
		return f.qualify(aliasOf(n.Alias, n.Name), n.Cols[col].Name)
	case *Append:
		return f.ref(n.All[0], col)
	case *SetOp:
		return f.ref(n.Left, col)
	}
	return expr.QuoteIdentifier(n.Columns()[col].Name)
}

// at prints expressions that the step of a node computes with its rows: the calls that are made there have no parentheses.
func (f *frame) at(in Node) shower {
	w, n := f.over(in), in
	if filter, ok := n.(*Filter); ok {
		n = filter.Input
	}
	var calls []expr.Expr // what is computed, from column first on
	var first int
	var below shower
	switch n := n.(type) {
	case *Aggregate:
		first, below = len(n.Keys), f.over(n.Input)
		for _, a := range n.Aggs {
			calls = append(calls, a)
		}
	case *Window:
		first, below = len(n.Input.Columns()), f.over(n.Input)
		for _, c := range n.Calls {
			calls = append(calls, c)
		}
	default:
		return w
	}
	above := w.name
	w.name = func(v *expr.Var) string {
		if at := v.Col - first; at >= 0 && at < len(calls) {
			return below.show(calls[at])
		}
		return above(v)
	}
	return w
}

// distinct are the columns by which rows are told apart.
func (f *frame) distinct(n *Unique) (keys []string) {
	for i := range n.Cols {
		in := n.On == nil
		for _, o := range n.On {
			in = in || o == i
		}
		if in {
			keys = append(keys, f.ref(n, i))
		}
	}
	return keys
}
