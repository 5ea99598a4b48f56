package plan

import (
	"context"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan/viewdef"
	"howdah/sql"
	"howdah/types"
)

// DefineView prints a view's query as pg_get_viewdef does. It is bound along path, with known for the names in constants of
// types like regclass; its columns are called as names says. What cannot be printed as PostgreSQL prints it is an error (0A000).
func DefineView(ctx context.Context, text string, view catalog.View, path, names []string, how catalog.Definition, known types.Names) (string, error) {
	stmts, err := sql.Parse(text)
	if err != nil {
		return "", err
	}
	if len(stmts) != 1 || selectOf(stmts[0].Node) == nil {
		return "", pgerr.New(pgerr.InvalidObjectDefinition, "a view is one query")
	}
	style := types.DefaultStyle()
	if how.Style != nil {
		style = how.Style
	}
	own := *style
	own.Names, style = known, &own
	read := *style
	if how.Read != nil {
		read = *how.Read
		read.Names = known
	}
	q := newQuery(ctx, text, view, path, nil, Options{Text: text, NoParams: true, Style: &read})
	q.rec = newRecord(how.Called)
	q.rec.renamed = how.Renamed
	q.b.rec = q.rec
	b, err := q.selectStmt(selectOf(stmts[0].Node), nil, nil, false)
	if err != nil {
		return "", err
	}
	if how.Fix {
		return q.fixLiterals(text)
	}
	if q.rec.refused != "" {
		return "", pgerr.New(pgerr.FeatureNotSupported, "%s cannot be printed", q.rec.refused)
	}
	return viewdef.Print(b.def, names, viewdef.Style{Pretty: how.Pretty, Wrap: how.Wrap, Style: style}, q.rec)
}

// record is what a query's parts were bound to, for printing it. The planner writes expressions anew after they are
// bound: the record keeps what they were.
type record struct {
	called  func(schema, name string) string
	renamed func(schema, name string) (newSchema, newName string, columns []string) // nil = none is
	cur     *viewdef.Query                                                          // the query being bound
	refused string                                                                  // what cannot be printed

	was     map[expr.Expr]expr.Expr
	columns map[expr.Expr]viewdef.Ref
	rows    map[expr.Expr]*viewdef.Entry
	texts   map[expr.Expr]string
	written map[*expr.Func]expr.Written
	arms    map[*pg.SelectStmt]*viewdef.SetTree
	keys    map[*pg.Node]expr.Expr // of GROUP BY
}

func newRecord(called func(schema, name string) string) *record {
	return &record{
		called: called, was: map[expr.Expr]expr.Expr{}, columns: map[expr.Expr]viewdef.Ref{}, rows: map[expr.Expr]*viewdef.Entry{},
		texts: map[expr.Expr]string{}, written: map[*expr.Func]expr.Written{}, arms: map[*pg.SelectStmt]*viewdef.SetTree{}, keys: map[*pg.Node]expr.Expr{},
	}
}

var _ viewdef.Source = (*record)(nil)

// begin begins a query; end is called when it is bound.
func (r *record) begin() (def *viewdef.Query, end func()) {
	if r == nil {
		return nil, func() {}
	}
	above := r.cur
	r.cur = &viewdef.Query{}
	return r.cur, func() { r.cur = above }
}

func (r *record) refuse(what string) {
	if r != nil && r.refused == "" {
		r.refused = what
	}
}

// became notes that an expression was written anew.
func (r *record) became(from, to expr.Expr) {
	if r == nil || from == to {
		return
	}
	below := false // else it would be printed inside itself for ever
	expr.Walk(from, func(e expr.Expr) bool {
		below = below || e == to
		return !below
	})
	if !below {
		r.was[to] = from
	}
}

// column notes that an expression is a column of FROM.
func (r *record) column(e expr.Expr, c RangeColumn) {
	if r != nil && c.of.Entry != nil {
		r.columns[e] = c.of
	}
}

func (r *record) row(e expr.Expr, entry *RangeEntry) {
	if r == nil {
		return
	}
	if entry.def == nil {
		r.refuse("the whole row of what is no table")
		return
	}
	r.rows[e] = entry.def
}

// Instead implements viewdef.Source.
func (r *record) Instead(e expr.Expr) expr.Expr {
	for {
		from, ok := r.was[e]
		if !ok {
			return e
		}
		e = from
	}
}

// Column implements viewdef.Source.
func (r *record) Column(e expr.Expr) (viewdef.Ref, bool) {
	ref, ok := r.columns[e]
	return ref, ok
}

// Row implements viewdef.Source.
func (r *record) Row(e expr.Expr) (*viewdef.Entry, string, bool) {
	entry, ok := r.rows[e]
	if !ok {
		return nil, "", false
	}
	if entry.Kind != viewdef.Table {
		return entry, "record", true
	}
	return entry, r.called(entry.Schema, entry.Name), true
}

// Text implements viewdef.Source.
func (r *record) Text(e expr.Expr) (string, bool) {
	text, ok := r.texts[e]
	return text, ok
}

// Grouping implements viewdef.Source.
func (r *record) Grouping(e expr.Expr) ([]expr.Expr, bool) {
	if f, ok := e.(*expr.Field); ok && f.Index == groupingMark {
		return f.Arg.(*expr.Row).Fields, true
	}
	return nil, false
}

// Query implements viewdef.Source.
func (r *record) Query(s *expr.Sublink) *viewdef.Query {
	if b, ok := s.Plan.(*bound); ok {
		return b.def
	}
	return nil
}

// Field implements viewdef.Source.
func (r *record) Field(f *expr.Field) string {
	if cols := fieldsOf(f.Arg); f.Index >= 0 && f.Index < len(cols) {
		return cols[f.Index].Name
	}
	return columnNumber(f.Index)
}

// Written implements viewdef.Source.
func (r *record) Written(f *expr.Func) (expr.Written, bool) {
	w, ok := r.written[f]
	return w, ok
}

// TableName implements viewdef.Source.
func (r *record) TableName(e *viewdef.Entry) string { return r.called(e.Schema, e.Name) }

// entry adds what FROM brings to the query being bound and ties the names that it makes to it.
func (r *record) entry(def *viewdef.Entry, e *RangeEntry) {
	if r == nil {
		return
	}
	e.def = def
	n := 0
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.Hidden {
			c.of = viewdef.Ref{Entry: def, Name: c.Name}
			continue
		}
		n++
		c.of = viewdef.Ref{Entry: def, Num: n}
		if def.Kind != viewdef.Table {
			def.Columns = append(def.Columns, c.Name)
		}
	}
	r.cur.Entries = append(r.cur.Entries, def)
}

func aliasNames(a *pg.Alias) (alias string, columns []string) {
	if a == nil {
		return "", nil
	}
	return a.Aliasname, names(a.Colnames)
}

// table notes a table or a common table expression.
func (r *record) table(e *RangeEntry, rel *catalog.Relation, x *pg.RangeVar) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.CTE, Name: x.Relname}
	def.Alias, def.Aliases = aliasNames(x.Alias)
	if rel != nil {
		def.Kind, def.Name, def.Schema = viewdef.Table, rel.Name, rel.Schema
		for _, c := range rel.Columns {
			if !c.Hidden {
				def.Columns = append(def.Columns, c.Name)
			}
		}
		if r.renamed != nil {
			schema, name, columns := r.renamed(def.Schema, def.Name)
			def.Schema, def.Name = schema, name
			if columns != nil {
				def.Columns = columns
			}
		}
	}
	r.entry(def, e)
}

func (r *record) subselect(e *RangeEntry, x *pg.RangeSubselect, b *bound) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.Subquery, Lateral: x.Lateral, Query: b.def}
	def.Alias, def.Aliases = aliasNames(x.Alias)
	r.entry(def, e)
}

func (r *record) function(e *RangeEntry, x *pg.RangeFunction, name string, calls []viewdef.Call, left []*RangeEntry) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.Function, Name: name, Lateral: x.Lateral, Calls: calls, Ordinality: x.Ordinality}
	def.Alias, def.Aliases = aliasNames(x.Alias)
	if f, ok := calls[0].Expr.(*expr.Func); ok {
		def.JSONTable = f.Proc.Src == expr.JSONTableSrc
	}
	if !def.Lateral {
		beside := map[*viewdef.Entry]bool{}
		for _, l := range left {
			for _, c := range l.Columns {
				beside[c.of.Entry] = true
			}
		}
		for _, c := range calls {
			expr.Walk(c.Expr, func(e expr.Expr) bool {
				ref, ok := r.columns[e]
				def.Lateral = def.Lateral || ok && beside[ref.Entry]
				return true
			})
		}
	}
	r.entry(def, e)
}

// item notes an item of FROM: the last entry of those that it made whose columns can be named alone.
func (r *record) item(entries []*RangeEntry) {
	if r != nil {
		r.cur.From = append(r.cur.From, sideOf(entries))
	}
}

// sideOf is what the entries of an item are in the tree of joins.
func sideOf(entries []*RangeEntry) *viewdef.Entry {
	for _, e := range entries {
		if e.ColsVisible {
			return e.def
		}
	}
	return nil
}

var joinWords = map[JoinKind]string{InnerJoin: "JOIN", LeftJoin: "LEFT JOIN", RightJoin: "RIGHT JOIN", FullJoin: "FULL JOIN"}

// join notes a join; own is the entry of its columns.
func (r *record) join(j *pg.JoinExpr, kind JoinKind, on expr.Expr, using []*pg.Node, le, re []*RangeEntry, merged []RangeColumn, out []*RangeEntry) {
	if r == nil {
		return
	}
	def := &viewdef.Entry{Kind: viewdef.Join, Type: joinWords[kind], Left: sideOf(le), Right: sideOf(re), On: on, Using: names(using)}
	def.Alias, def.Aliases = aliasNames(j.Alias)
	if j.JoinUsingAlias != nil {
		def.UsingAlias = j.JoinUsingAlias.Aliasname
	}
	if def.Left == nil || def.Right == nil {
		r.refuse("this join")
		return
	}
	numbers := func(side []*RangeEntry) map[string]int {
		at, n := map[string]int{}, 0
		for _, c := range unqualified(side) {
			if !c.Hidden {
				n++
				at[c.Name] = n
			}
		}
		return at
	}
	left, right := numbers(le), numbers(re)
	var own *RangeEntry
	for _, e := range out {
		if e.ColsVisible {
			own = e
		}
	}
	own.def = def
	for i, m := range merged {
		c := viewdef.Joined{Left: left[m.Name], Right: right[m.Name]}
		var of viewdef.Ref
		simple := false
		for _, x := range append(unqualified(le), unqualified(re)...) {
			if x.Expr == m.Expr {
				of, simple = x.of, true
			}
		}
		c.Computed = !simple
		def.Joined, def.Columns = append(def.Joined, c), append(def.Columns, m.Name)
		if !simple {
			of = viewdef.Ref{Entry: def, Num: i + 1}
		}
		own.Columns[i].of = of
		if j.JoinUsingAlias != nil {
			out[len(out)-2].Columns[i].of = of
		}
	}
	isMerged := func(name string) bool {
		return slices.ContainsFunc(merged, func(m RangeColumn) bool { return m.Name == name })
	}
	for side, entries := range [][]*RangeEntry{le, re} {
		n := 0
		for _, c := range unqualified(entries) {
			if c.Hidden {
				continue
			}
			if n++; isMerged(c.Name) {
				continue
			}
			k := viewdef.Joined{Left: n}
			if side == 1 {
				k = viewdef.Joined{Right: n}
			}
			def.Joined, def.Columns = append(def.Joined, k), append(def.Columns, c.Name)
		}
	}
	if def.Alias != "" {
		for i := range own.Columns {
			if !own.Columns[i].Hidden {
				own.Columns[i].of = viewdef.Ref{Entry: def, Num: i + 1}
			}
		}
	}
	r.cur.Entries = append(r.cur.Entries, def)
}

// sample notes TABLESAMPLE of the entry bound last.
func (r *record) sample(entries []*RangeEntry, method string, percent, seed expr.Expr, given bool) {
	if r == nil {
		return
	}
	s := &viewdef.Sample{Method: method, Args: []expr.Expr{percent}}
	if given {
		s.Repeatable = seed
	}
	entries[0].def.Sample = s
}

// expression prints an expression over a table's columns as the catalogs show a default or a CHECK's condition.
func (r *record) expression(e expr.Expr, pretty bool) string {
	p := expr.Printer{Pretty: pretty, Indent: true, Written: r.Written}
	p.Instead = func(e expr.Expr) expr.Expr {
		e = r.Instead(e)
		if text, ok := r.texts[e]; ok {
			return &expr.Shown{Expr: e, Print: func(out *expr.Printer, _ bool) { out.Put(text) }}
		}
		return e
	}
	p.Expr(e, false)
	return p.String()
}
