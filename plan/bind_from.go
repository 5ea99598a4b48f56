package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// fromClause is a FROM clause while it is bound. Columns are numbered over the whole clause, from left to right.
type fromClause struct {
	q     *query
	scope *Scope        // the query's
	next  int           // the number of the next column
	left  []*RangeEntry // what stands left of the item being bound

	nullable bool // the item being bound may be left out by an outer join
}

// from binds a FROM clause into scope; without one it is one row of no columns.
func (q *query) from(list []*pg.Node, scope *Scope) (Node, error) {
	if len(list) == 0 {
		return &Values{Output: Output{Cols: []Column{}}, Rows: [][]expr.Expr{{}}}, nil
	}
	f := &fromClause{q: q, scope: scope}
	var root Node
	for _, n := range list {
		item, entries, err := f.item(n)
		if err != nil {
			return nil, err
		}
		if err := f.checkNames(scope.Entries, entries); err != nil {
			return nil, err
		}
		scope.Entries = append(scope.Entries, entries...)
		f.left = append(f.left, entries...)
		q.rec.item(entries)
		if root == nil {
			root = item
			continue
		}
		root = f.join(InnerJoin, root, item, 0, nil)
	}
	return root, nil
}

// join makes a join whose condition's variables are numbered over the whole clause; the left side's columns begin at
// start. Where the right side looks at the left one, it is run anew for each left row.
func (f *fromClause) join(kind JoinKind, left, right Node, start int, quals []expr.Expr) Node {
	lw := len(left.Columns())
	j := &Join{Kind: kind, Left: left, Right: right}
	j.Cols = append(slices.Clone(left.Columns()), right.Columns()...)
	for _, q := range quals {
		j.Residual = append(j.Residual, shiftVars(q, -start))
	}
	sees := false
	mapVars(right, func(v *expr.Var) expr.Expr {
		sees = sees || v.Level == siblingLevel && v.Col >= start && v.Col < start+lw
		return nil
	})
	if sees {
		j.IsLateral = true
		for _, a := range closeFrameAt(right, start, lw) {
			j.Lateral = append(j.Lateral, a)
		}
	}
	return j
}

// closeFrameAt makes Exec parameters of all variables from outside in the right side of a lateral join. Those of the
// left side (columns start to start+width) become variables over it; the others keep their level, for the joins above.
func closeFrameAt(right Node, start, width int) []expr.Expr {
	var args []expr.Expr
	mapVars(right, func(v *expr.Var) expr.Expr {
		if v.Level == 0 {
			return nil
		}
		arg := *v
		if v.Level == siblingLevel && v.Col >= start && v.Col < start+width {
			arg.Level = 0
			arg.Col -= start
		}
		return frameParam(&args, &arg)
	})
	return args
}

// item binds one FROM item and gives the names that it makes.
func (f *fromClause) item(n *pg.Node) (Node, []*RangeEntry, error) {
	switch x := n.Node.(type) {
	case *pg.Node_RangeVar:
		return f.present(f.table(x.RangeVar))
	case *pg.Node_RangeSubselect:
		return f.present(f.subselect(x.RangeSubselect))
	case *pg.Node_RangeFunction:
		return f.present(f.function(x.RangeFunction))
	case *pg.Node_JoinExpr:
		return f.joinExpr(x.JoinExpr)
	case *pg.Node_RangeTableSample:
		return f.present(f.sample(x.RangeTableSample))
	case *pg.Node_JsonTable:
		return f.present(f.jsonTable(x.JsonTable))
	case *pg.Node_RangeTableFunc:
		return nil, nil, f.q.errorAt(x.RangeTableFunc.Location, pgerr.FeatureNotSupported, "XMLTABLE is not supported")
	}
	return nil, nil, pgerr.New(pgerr.FeatureNotSupported, "this kind of FROM item is not supported")
}

// present adds a column that tells a row from one that an outer join filled up with NULLs: a whole row is NULL then.
func (f *fromClause) present(n Node, entries []*RangeEntry, err error) (Node, []*RangeEntry, error) {
	if err != nil || !f.nullable {
		return n, entries, err
	}
	p := &Project{Input: n}
	for i, c := range n.Columns() {
		p.Exprs, p.Cols = append(p.Exprs, column(c, i)), append(p.Cols, c)
	}
	here := expr.BoolConst(true)
	p.Exprs, p.Cols = append(p.Exprs, here), append(p.Cols, describe(here, "present"))
	entries[0].Present = column(p.Cols[len(p.Cols)-1], f.next)
	f.next++
	return p, entries, nil
}

// entry makes the name of a FROM item over the node's columns, which get the next numbers.
func (f *fromClause) entry(name string, cols []Column, alias *pg.Alias) (*RangeEntry, error) {
	e := &RangeEntry{Name: name, RowType: types.RecordOID, RelVisible: true, ColsVisible: true}
	var names []*pg.Node
	if alias != nil {
		e.Name = alias.Aliasname
		names = alias.Colnames
	}
	if len(names) > len(cols) {
		return nil, pgerr.New(pgerr.InvalidColumnReference, `table "%s" has %d columns available but %d columns specified`, e.Name, len(cols), len(names))
	}
	for i, c := range cols {
		v := column(c, f.next+i)
		if i < len(names) {
			v.Name = names[i].GetString_().GetSval()
		}
		e.Columns = append(e.Columns, RangeColumn{Name: v.Name, Expr: v})
	}
	f.next += len(cols)
	return e, nil
}

// table binds a table, a view, or the name of a common table expression.
func (f *fromClause) table(r *pg.RangeVar) (Node, []*RangeEntry, error) {
	q := f.q
	alias := r.Relname
	if r.Alias != nil {
		alias = r.Alias.Aliasname
	}
	if r.Schemaname == "" {
		if d := q.env(f.scope).find(r.Relname); d != nil {
			n := d.reference(alias)
			e, err := f.entry(r.Relname, n.Cols, r.Alias)
			if err == nil && q.level > d.level {
				for i := len(e.Columns) - d.extra; i < len(e.Columns); i++ {
					e.Columns[i].Hidden = true
				}
			}
			if d.work {
				f.scope.ReadsItself = true
			}
			if err == nil {
				q.rec.table(e, nil, r)
			}
			return n, []*RangeEntry{e}, err
		}
	}
	if r.Catalogname != "" && r.Schemaname == "" {
		return nil, nil, q.errorAt(r.Location, pgerr.SyntaxError, "improper relation name")
	}
	rel, err := q.view.Lookup(q.ctx, q.path, r.Schemaname, r.Relname)
	if err != nil {
		e := pgerr.From(err).Clone()
		if e.Code != pgerr.InvalidObjectDefinition { // of a view: not about this place
			e = e.AtPosition(q.b.res.Position(r.Location))
		}
		if r.Schemaname == "" && e.Code == pgerr.UndefinedTable && q.env(f.scope).isFuture(r.Relname) {
			e = e.WithDetail(`There is a WITH item named "%s", but it cannot be referenced from this part of the query.`, r.Relname).
				WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references.")
		}
		return nil, nil, e
	}
	cols := make([]Column, len(rel.Columns))
	for i, c := range rel.Columns {
		cols[i] = Column{Name: c.Name, Type: c.Type, Collation: c.Collation, TableOID: rel.OID, AttNum: c.AttNum, Record: c.Record}
	}
	var node Node
	switch {
	case rel.View != "":
		if node, err = q.viewQuery(rel); err != nil {
			return nil, nil, err
		}
		node = &Subquery{Output: Output{Cols: cols}, Input: node, Alias: alias}
	case rel.System != nil:
		s := &System{Output: Output{Cols: cols}, Rel: rel, Alias: alias}
		for i := range rel.Columns {
			s.Want = append(s.Want, i)
		}
		node = s
	default:
		s := &Scan{Output: Output{Cols: cols}, Rel: rel, Alias: alias}
		for i := range rel.Columns {
			s.Want = append(s.Want, i)
			s.Text = append(s.Text, false)
		}
		node = s
	}
	e := &RangeEntry{Name: alias, Rel: rel, RelVisible: true, ColsVisible: true, RowType: types.RecordOID}
	if r.Alias == nil {
		e.Schema = rel.Schema
	}
	var names []*pg.Node
	if r.Alias != nil {
		names = r.Alias.Colnames
	}
	shown := 0
	for i, c := range rel.Columns {
		v := column(cols[i], f.next+i)
		if !c.Hidden {
			if shown < len(names) {
				v.Name = names[shown].GetString_().GetSval()
			}
			shown++
		}
		e.Columns = append(e.Columns, RangeColumn{Name: v.Name, Expr: v, Hidden: c.Hidden})
	}
	if len(names) > shown {
		return nil, nil, pgerr.New(pgerr.InvalidColumnReference, `table "%s" has %d columns available but %d columns specified`, alias, shown, len(names))
	}
	f.next += len(cols)
	q.rec.table(e, rel, r)
	return node, []*RangeEntry{e}, nil
}

// maxViews is how deep views may stand on views.
const maxViews = 64

// viewQuery binds a view's query; its columns are the view's.
func (q *query) viewQuery(rel *catalog.Relation) (Node, error) {
	if q.depth >= maxViews {
		return nil, pgerr.New(pgerr.InvalidObjectDefinition, `infinite recursion detected in rules for relation "%s"`, rel.Name)
	}
	stmts, err := sql.Parse(rel.View)
	if err != nil {
		return nil, pgerr.From(err).Clone().At("view %s", rel.Name)
	}
	if len(stmts) != 1 || selectOf(stmts[0].Node) == nil {
		return nil, pgerr.New(pgerr.InvalidObjectDefinition, `view "%s" is not one query`, rel.Name)
	}
	view, path := catalog.Permanent(q.view, q.path) // a temporary table made later takes no name of the view's
	if rel.ViewPath != nil {
		path = rel.ViewPath
	}
	opts := q.opts
	if opts.Style != nil && opts.Style.Names != nil { // names in it mean what they meant to its maker
		style := *opts.Style
		style.Names = catalog.NewNames(q.ctx, view, path)
		opts.Style = &style
	}
	inner := newQuery(q.ctx, rel.View, view, path, nil, opts)
	inner.ids, inner.depth, inner.closed = q.ids, q.depth+1, q.closed
	b, err := inner.selectStmt(selectOf(stmts[0].Node), nil, nil, false)
	if err != nil {
		e := pgerr.From(err).Clone()
		e.Position = 0
		return nil, e.At("view %s", rel.Name)
	}
	if len(b.root.Columns()) < len(rel.Columns) {
		return nil, pgerr.New(pgerr.InvalidObjectDefinition, `view "%s" has fewer columns than it was made with`, rel.Name)
	}
	p := &Project{Input: b.root}
	for i, c := range rel.Columns {
		e, err := inner.b.res.Coerce(column(b.root.Columns()[i], i), c.Type, expr.Assignment, -1)
		if err != nil {
			return nil, pgerr.From(err).Clone().At("view %s, column %s", rel.Name, c.Name)
		}
		p.Exprs = append(p.Exprs, e)
		p.Cols = append(p.Cols, describe(e, c.Name))
	}
	return p, nil
}

// child is the scope in which a sub-select or a function is bound: its siblings to the left, then the queries around.
func (f *fromClause) child(lateral bool) *Scope {
	s := &Scope{Parent: f.scope.Parent}
	for _, e := range f.left {
		c := *e
		c.LateralOnly = true
		c.LateralOK = lateral && !(e.LateralOnly && !e.LateralOK)
		if !lateral {
			c.RelVisible, c.ColsVisible = false, false
		}
		s.Entries = append(s.Entries, &c)
	}
	f.q.envs[s] = f.q.env(f.scope)
	return s
}

func (f *fromClause) subselect(r *pg.RangeSubselect) (Node, []*RangeEntry, error) {
	q := f.q
	sel := r.Subquery.GetSelectStmt()
	if r.Alias == nil {
		what := "subquery in FROM must have an alias"
		hint := "For example, FROM (SELECT ...) [AS] foo."
		if len(sel.GetValuesLists()) > 0 {
			what, hint = "VALUES in FROM must have an alias", "For example, FROM (VALUES ...) [AS] foo."
		}
		return nil, nil, q.errorAt(nodeLocation(r.Subquery), pgerr.SyntaxError, "%s", what).WithHint("%s", hint)
	}
	around := f.child(r.Lateral)
	b, err := q.selectStmt(sel, around, q.env(f.scope), false)
	if err != nil {
		return nil, nil, err
	}
	liftItem(b.root)
	n := &Subquery{Output: Output{Cols: slices.Clone(b.root.Columns())}, Input: b.root, Alias: r.Alias.Aliasname}
	e, err := f.entry(r.Alias.Aliasname, n.Cols, r.Alias)
	if err == nil {
		q.rec.subselect(e, r, b)
	}
	return n, []*RangeEntry{e}, err
}

// joinExpr binds JOIN.
func (f *fromClause) joinExpr(j *pg.JoinExpr) (Node, []*RangeEntry, error) {
	q := f.q
	start := f.next
	kind := joinKind(j.Jointype)
	nullable := f.nullable
	defer func() { f.nullable = nullable }()
	f.nullable = nullable || kind == RightJoin || kind == FullJoin
	left, le, err := f.item(j.Larg)
	if err != nil {
		return nil, nil, err
	}
	saved := f.left
	f.left = slices.Clone(f.left)
	for _, e := range le {
		c := *e
		if kind == RightJoin || kind == FullJoin {
			c.LateralOnly, c.LateralOK = true, false // no LATERAL across such a join
		}
		f.left = append(f.left, &c)
	}
	f.nullable = nullable || kind == LeftJoin || kind == FullJoin
	right, re, err := f.item(j.Rarg)
	f.left = saved
	if err != nil {
		return nil, nil, err
	}
	if err := f.checkNames(le, re); err != nil {
		return nil, nil, err
	}
	using := j.UsingClause
	if j.IsNatural {
		for _, l := range unqualified(le) {
			if !l.Hidden && find(unqualified(re), l.Name) != nil {
				using = append(using, &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: l.Name}}})
			}
		}
	}
	scope := &Scope{Parent: f.scope.Parent, Entries: append(slices.Clone(le), re...)}
	q.envs[scope] = q.env(f.scope)
	var quals []expr.Expr
	var merged []RangeColumn
	var on expr.Expr
	switch {
	case len(using) > 0:
		if quals, merged, err = f.using(using, kind, le, re, scope); err != nil {
			return nil, nil, err
		}
	case j.Quals != nil:
		e, err := q.condition(j.Quals, scope, InJoinOn)
		if err != nil {
			return nil, nil, err
		}
		quals, on = conjuncts(e), e
	}
	node := f.join(kind, left, right, start, trueLess(quals))
	out := f.joinEntries(j, le, re, merged)
	q.rec.join(j, kind, on, using, le, re, merged, out)
	return node, out, nil
}

// trueLess drops constant TRUE.
func trueLess(quals []expr.Expr) []expr.Expr {
	return slices.DeleteFunc(quals, func(e expr.Expr) bool {
		c, ok := e.(*expr.Const)
		return ok && !c.Value.Null && c.Value.Bool
	})
}

func joinKind(t pg.JoinType) JoinKind {
	switch t {
	case pg.JoinType_JOIN_LEFT:
		return LeftJoin
	case pg.JoinType_JOIN_RIGHT:
		return RightJoin
	case pg.JoinType_JOIN_FULL:
		return FullJoin
	}
	return InnerJoin
}

// unqualified are the columns of entries that can be named without a table's name.
func unqualified(entries []*RangeEntry) []RangeColumn {
	var out []RangeColumn
	for _, e := range entries {
		if e.ColsVisible {
			out = append(out, e.Columns...)
		}
	}
	return out
}

func find(cols []RangeColumn, name string) *RangeColumn {
	for i := range cols {
		if cols[i].Name == name {
			return &cols[i]
		}
	}
	return nil
}

// using makes the conditions and the merged columns of JOIN … USING.
func (f *fromClause) using(names []*pg.Node, kind JoinKind, le, re []*RangeEntry, scope *Scope) (quals []expr.Expr, merged []RangeColumn, err error) {
	q := f.q
	for i, n := range names {
		name := n.GetString_().GetSval()
		for _, m := range names[:i] {
			if m.GetString_().GetSval() == name {
				return nil, nil, pgerr.New(pgerr.DuplicateColumn, `column name "%s" appears more than once in USING clause`, name)
			}
		}
		l, err := q.usingColumn(le, name, "left")
		if err != nil {
			return nil, nil, err
		}
		r, err := q.usingColumn(re, name, "right")
		if err != nil {
			return nil, nil, err
		}
		eq, err := q.b.res.Operator([]string{"="}, l, r, -1)
		if err != nil {
			return nil, nil, err
		}
		if eq, err = q.b.res.Boolean(eq, "JOIN/USING"); err != nil {
			return nil, nil, err
		}
		if err := q.b.res.AssignCollations(eq); err != nil {
			return nil, nil, err
		}
		quals = append(quals, eq)
		m, err := q.mergedColumn(kind, l, r)
		if err != nil {
			return nil, nil, err
		}
		merged = append(merged, RangeColumn{Name: name, Expr: m})
	}
	return quals, merged, nil
}

func (q *query) usingColumn(entries []*RangeEntry, name, side string) (expr.Expr, error) {
	var found expr.Expr
	for _, c := range unqualified(entries) {
		if c.Name != name || c.Hidden {
			continue
		}
		if found != nil {
			return nil, pgerr.New(pgerr.AmbiguousColumn, `common column name "%s" appears more than once in %s table`, name, side)
		}
		found = c.Expr
	}
	if found == nil {
		return nil, pgerr.New(pgerr.UndefinedColumn, `column "%s" specified in USING clause does not exist in %s table`, name, side)
	}
	return found, nil
}

// mergedColumn is buildMergedJoinVar: the side that is never filled up with NULLs, or the first that is not NULL.
func (q *query) mergedColumn(kind JoinKind, l, r expr.Expr) (expr.Expr, error) {
	t, err := q.b.res.CommonType([]expr.Expr{l, r}, "JOIN/USING")
	if err != nil {
		return nil, err
	}
	lc, err := q.b.res.CoerceToCommon(l, t, "JOIN/USING")
	if err != nil {
		return nil, err
	}
	rc, err := q.b.res.CoerceToCommon(r, t, "JOIN/USING")
	if err != nil {
		return nil, err
	}
	switch kind {
	case RightJoin:
		return rc, nil
	case FullJoin:
		return &expr.Coalesce{Args: []expr.Expr{lc, rc}, Typ: t, Coll: mergedCollation(lc.Collation(), rc.Collation())}, nil
	case InnerJoin:
		if lc != l && rc == r { // prefer the side that needs no conversion
			return rc, nil
		}
	}
	return lc, nil
}

// joinEntries gives the names that a join makes: its own columns, and those of what it joins, by qualified names only.
func (f *fromClause) joinEntries(j *pg.JoinExpr, le, re []*RangeEntry, merged []RangeColumn) []*RangeEntry {
	own := &RangeEntry{ColsVisible: true, RowType: types.RecordOID, Columns: merged}
	var hidden []RangeColumn
	for _, side := range [][]*RangeEntry{le, re} {
		for _, c := range unqualified(side) {
			switch {
			case c.Hidden:
				hidden = append(hidden, c)
			case find(merged, c.Name) == nil:
				own.Columns = append(own.Columns, c)
			}
		}
	}
	own.Columns = append(own.Columns, hidden...)
	var out []*RangeEntry
	if j.Alias != nil {
		own.Name, own.RelVisible = j.Alias.Aliasname, true
		own.Columns = slices.Clone(own.Columns)
		for i, n := range j.Alias.Colnames {
			if i < len(own.Columns) {
				own.Columns[i].Name = n.GetString_().GetSval()
			}
		}
		return []*RangeEntry{own}
	}
	for _, e := range append(slices.Clone(le), re...) {
		c := *e
		c.ColsVisible = false
		if c.RelVisible {
			out = append(out, &c)
		}
	}
	if j.JoinUsingAlias != nil {
		out = append(out, &RangeEntry{Name: j.JoinUsingAlias.Aliasname, RelVisible: true, RowType: types.RecordOID, Columns: merged})
	}
	return append(out, own)
}

// checkNames refuses a table name used twice.
func (f *fromClause) checkNames(a, b []*RangeEntry) error {
	for _, x := range a {
		for _, y := range b {
			if !x.RelVisible || !y.RelVisible || x.Name != y.Name {
				continue
			}
			if x.Schema != "" && y.Schema != "" && x.Rel != nil && y.Rel != nil && x.Rel.OID != y.Rel.OID {
				continue // tables of different schemas
			}
			return pgerr.New(pgerr.DuplicateAlias, `table name "%s" specified more than once`, x.Name)
		}
	}
	return nil
}
