package plan

import (
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/plan/viewdef"
	"howdah/types"
)

// selected notes a SELECT once its clauses are bound, before they are written anew over what is below them.
func (r *record) selected(s *selecting, where, having, count, offset expr.Expr) {
	if r == nil {
		return
	}
	d := r.cur
	for _, t := range s.targets {
		if !t.hidden {
			d.Targets = append(d.Targets, viewdef.Target{Expr: t.expr, Name: t.name})
		}
	}
	d.Where, d.Having = where, having
	for _, o := range s.order {
		k := o.key
		k.Expr = s.targets[o.target].expr
		d.Order = append(d.Order, k)
	}
	if d.Distinct = len(s.sel.DistinctClause) > 0; d.Distinct && s.on != nil {
		d.DistinctOn = []expr.Expr{}
		var on []int // those that are sorted by come first
		for _, o := range s.order {
			if slices.Contains(s.on, o.target) {
				on = append(on, o.target)
			}
		}
		for _, i := range union(on, s.on) {
			d.DistinctOn = append(d.DistinctOn, s.targets[i].expr)
		}
	}
	if s.sets == nil || len(s.sets) == 1 && len(s.group) > 0 { // one set alone is plain GROUP BY
		d.Group = slices.Clone(s.group)
	} else {
		for _, n := range s.sel.GroupClause {
			if n.GetGroupingSet().GetKind() != pg.GroupingSetKind_GROUPING_SET_EMPTY || len(s.sel.GroupClause) == 1 {
				d.Sets = append(d.Sets, r.groupingSets(n)...)
			}
		}
	}
	d.GroupDistinct = s.sel.GroupDistinct
	for i, w := range s.windows {
		d.Windows = append(d.Windows, windowOf(s.scope.Windows[i], w))
	}
	r.limits(s.sel, count, offset)
}

func (r *record) limits(sel *pg.SelectStmt, count, offset expr.Expr) {
	r.cur.Limit, r.cur.Offset = count, offset
	r.cur.LimitAll = sel.LimitCount != nil && count == nil
	r.cur.Ties = sel.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES
}

// groupKey notes what a node of GROUP BY was bound to.
func (r *record) groupKey(n *pg.Node, e expr.Expr) {
	if r != nil {
		r.keys[n] = e
	}
}

// groupingSets gives an item of GROUP BY with sets nested in sets laid flat.
func (r *record) groupingSets(n *pg.Node) []*viewdef.GroupingSet {
	if x := n.GetRowExpr(); x != nil && x.RowFormat == pg.CoercionForm_COERCE_IMPLICIT_CAST {
		set := &viewdef.GroupingSet{}
		for _, a := range x.Args {
			if e := r.keys[a]; !slices.Contains(set.Exprs, e) {
				set.Exprs = append(set.Exprs, e)
			}
		}
		return []*viewdef.GroupingSet{set}
	}
	g := n.GetGroupingSet()
	if g == nil {
		return []*viewdef.GroupingSet{{Exprs: []expr.Expr{r.keys[n]}}}
	}
	set := &viewdef.GroupingSet{}
	switch g.Kind {
	case pg.GroupingSetKind_GROUPING_SET_EMPTY:
		set.Kind = viewdef.Empty
		return []*viewdef.GroupingSet{set}
	case pg.GroupingSetKind_GROUPING_SET_ROLLUP:
		set.Kind = viewdef.Rollup
	case pg.GroupingSetKind_GROUPING_SET_CUBE:
		set.Kind = viewdef.Cube
	default:
		set.Kind = viewdef.Sets
	}
	for _, c := range g.Content {
		for _, item := range r.groupingSets(c) {
			if item.Kind == viewdef.Sets && set.Kind == viewdef.Sets {
				set.Items = append(set.Items, item.Items...)
			} else {
				set.Items = append(set.Items, item)
			}
		}
	}
	return []*viewdef.GroupingSet{set}
}

// windowOf gives a window's definition as it was written.
func windowOf(def *pg.WindowDef, w *windowSpec) viewdef.Window {
	out := viewdef.Window{Name: def.Name, Of: def.Refname, Partition: slices.Clone(w.partition)}
	if len(def.OrderClause) > 0 {
		out.Order = slices.Clone(w.order)
	}
	const between, nondefault = 0x00010, 0x00001
	o := def.FrameOptions
	if o&nondefault == 0 {
		return out
	}
	out.Frame = [...]string{FrameRange: "RANGE", FrameRows: "ROWS", FrameGroups: "GROUPS"}[w.frame.Mode]
	out.Between = o&between != 0
	out.Start, out.End = boundOf(w.frame.Start), boundOf(w.frame.End)
	out.Exclude = map[int32]string{frameExcludeCurrentRow: "CURRENT ROW", frameExcludeGroup: "GROUP", frameExcludeTies: "TIES"}[o&(frameExcludeCurrentRow|frameExcludeGroup|frameExcludeTies)]
	return out
}

func boundOf(b FrameBound) viewdef.Bound {
	words := map[BoundKind]string{
		UnboundedPreceding: "UNBOUNDED PRECEDING", Preceding: "PRECEDING", CurrentRow: "CURRENT ROW", Following: "FOLLOWING", UnboundedFollowing: "UNBOUNDED FOLLOWING",
	}
	return viewdef.Bound{Offset: b.Offset, Words: words[b.Kind]}
}

// values notes VALUES: a SELECT from rows without a name.
func (r *record) values(v *Values, sel *pg.SelectStmt, keys []expr.SortKey, count, offset expr.Expr) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.Values, Name: "*VALUES*"}
	for _, row := range v.Rows {
		def.Rows = append(def.Rows, slices.Clone(row))
	}
	columns := make([]expr.Expr, len(v.Cols))
	for i, c := range v.Cols {
		def.Columns = append(def.Columns, c.Name)
		columns[i] = column(c, i)
		r.columns[columns[i]] = viewdef.Ref{Entry: def, Num: i + 1}
		r.cur.Targets = append(r.cur.Targets, viewdef.Target{Expr: columns[i], Name: c.Name})
	}
	r.cur.Entries, r.cur.From = append(r.cur.Entries, def), append(r.cur.From, def)
	for _, k := range keys {
		if v, ok := k.Expr.(*expr.Var); ok {
			k.Expr = columns[v.Col]
			r.cur.Order = append(r.cur.Order, k)
		}
	}
	r.limits(sel, count, offset)
}

// arm notes an arm of a set operation.
func (r *record) arm(sel *pg.SelectStmt, b *bound) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.Subquery, Name: "*SELECT* " + strconv.Itoa(len(r.cur.Entries)+1), Query: b.def}
	r.cur.Entries = append(r.cur.Entries, def)
	r.arms[sel] = &viewdef.SetTree{Arm: def}
}

// setTree notes a set operation over arms; left and right are they before and after their columns were made of common types.
func (r *record) setTree(sel *pg.SelectStmt, ls, rs []expr.Expr, left, right Node) {
	if r == nil {
		return
	}
	t := &viewdef.SetTree{Op: "UNION", All: sel.All, Left: r.arms[sel.Larg], Right: r.arms[sel.Rarg]}
	switch sel.Op {
	case pg.SetOperation_SETOP_INTERSECT:
		t.Op = "INTERSECT"
	case pg.SetOperation_SETOP_EXCEPT:
		t.Op = "EXCEPT"
	}
	r.known(t.Left, ls, left)
	r.known(t.Right, rs, right)
	r.arms[sel] = t
}

// known gives an arm's literals the types that the set operation found for them.
func (r *record) known(t *viewdef.SetTree, before []expr.Expr, after Node) {
	p, ok := after.(*Project)
	if !ok || t.Arm == nil || t.Arm.Query == nil {
		return
	}
	q := t.Arm.Query
	for i, e := range before {
		if e.Type().OID != types.UnknownOID || i >= len(p.Exprs) {
			continue
		}
		switch {
		case len(q.Entries) == 1 && q.Entries[0].Kind == viewdef.Values && len(q.Entries[0].Rows) == 1:
			q.Entries[0].Rows[0][i] = p.Exprs[i]
		case i < len(q.Targets):
			q.Targets[i].Expr = p.Exprs[i]
		}
	}
}

// setQuery notes a set operation as a query.
func (r *record) setQuery(sel *pg.SelectStmt, keys []expr.SortKey, count, offset expr.Expr) {
	if r == nil {
		return
	}
	r.cur.Set = r.arms[sel]
	r.cur.Positions = []int{}
	for _, k := range keys {
		if v, ok := k.Expr.(*expr.Var); ok {
			r.cur.Order, r.cur.Positions = append(r.cur.Order, k), append(r.cur.Positions, v.Col+1)
		}
	}
	r.limits(sel, count, offset)
}

// with notes a common table expression.
func (r *record) with(w *pg.WithClause, c *pg.CommonTableExpr, def *viewdef.Query) {
	if r == nil {
		return
	}
	out := &viewdef.With{Name: c.Ctename, Columns: names(c.Aliascolnames), Query: def}
	switch c.Ctematerialized {
	case pg.CTEMaterialize_CTEMaterializeAlways:
		out.Kept = "MATERIALIZED "
	case pg.CTEMaterialize_CTEMaterializeNever:
		out.Kept = "NOT MATERIALIZED "
	}
	if c.SearchClause != nil || c.CycleClause != nil {
		out.After = func(p *expr.Printer) { searchText(p, c) }
		if y := c.CycleClause; y != nil && !(isBool(y.CycleMarkValue, true) && isBool(y.CycleMarkDefault, false)) {
			r.refuse("CYCLE with values of its own")
		}
	}
	r.cur.With, r.cur.Recursive = append(r.cur.With, out), w.Recursive
}

func isBool(n *pg.Node, want bool) bool {
	b := n.GetAConst().GetBoolval()
	return b != nil && b.Boolval == want
}

// searchText prints SEARCH and CYCLE.
func searchText(p *expr.Printer, c *pg.CommonTableExpr) {
	list := func(ns []*pg.Node) string {
		var out []string
		for _, n := range names(ns) {
			out = append(out, expr.QuoteIdentifier(n))
		}
		return strings.Join(out, ", ")
	}
	if s := c.SearchClause; s != nil {
		p.Put(" SEARCH ", map[bool]string{true: "BREADTH", false: "DEPTH"}[s.SearchBreadthFirst], " FIRST BY ", list(s.SearchColList),
			" SET ", expr.QuoteIdentifier(s.SearchSeqColumn))
	}
	if y := c.CycleClause; y != nil {
		p.Put(" CYCLE ", list(y.CycleColList), " SET ", expr.QuoteIdentifier(y.CycleMarkColumn), " USING ", expr.QuoteIdentifier(y.CyclePathColumn))
	}
}

// recursive notes a recursive query: def is what its WITH clause brought.
func (r *record) recursive(def *viewdef.Query, sel *pg.SelectStmt, left, right *bound, rs []expr.Expr, step Node) {
	if r == nil {
		return
	}
	t := &viewdef.SetTree{Op: "UNION", All: sel.All, Left: r.term(def, left), Right: r.term(def, right)}
	r.known(t.Right, rs, step)
	def.Set = t
}

func (r *record) term(def *viewdef.Query, b *bound) *viewdef.SetTree {
	if d := b.def; d.Set != nil && len(d.With) == 0 && len(d.Order) == 0 && d.Limit == nil && d.Offset == nil && !d.LimitAll {
		def.Entries = append(def.Entries, d.Entries...)
		return d.Set
	}
	arm := &viewdef.Entry{Kind: viewdef.Subquery, Name: "*SELECT* " + strconv.Itoa(len(def.Entries)+1), Query: b.def}
	def.Entries = append(def.Entries, arm)
	return &viewdef.SetTree{Arm: arm}
}

// call notes how a function's call was written.
func (r *record) call(f *expr.Func, x *pg.FuncCall, c *expr.Invocation) {
	if r != nil {
		r.written[f] = expr.Written{Args: len(c.Args), Names: c.ArgNames, Syntax: x.Funcformat == pg.CoercionForm_COERCE_SQL_SYNTAX}
	}
}

// valueFunction notes CURRENT_DATE and its like.
func (r *record) valueFunction(f *pg.SQLValueFunction, e expr.Expr) {
	if r == nil {
		return
	}
	text := strings.ToUpper(valueFunctionNames[f.Op])
	switch f.Op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N, pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N,
		pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		text += "(" + strconv.Itoa(int(f.Typmod)) + ")"
	}
	r.texts[e] = text
}

// pair notes that one more comparison was added to an IN, which PostgreSQL nests.
func (r *record) pair(and bool, list, cmp, out expr.Expr) {
	if r == nil {
		return
	}
	if and {
		r.became(&expr.And{Args: []expr.Expr{list, cmp}}, out)
	} else {
		r.became(&expr.Or{Args: []expr.Expr{list, cmp}}, out)
	}
}
