package plan

import (
	"context"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// Change is a planned INSERT, UPDATE or DELETE of a temporary table.
type Change struct {
	Kind  ChangeKind
	Table *catalog.Relation
	// Query gives the rows: of an INSERT the table's columns in their order; of an UPDATE these as they are to be, then the
	// ctid of the row; of a DELETE the ctid. With Joined, both give the table's columns, the ctid, and that many others that
	// the row was joined with, which RETURNING reads.
	Query  *Query
	Joined int
	// Set are the columns that an UPDATE assigns.
	Set []int
	// SkipDuplicates is ON CONFLICT DO NOTHING.
	SkipDuplicates bool
	// Returning reads the rows that were changed, by [Changed]; nil without RETURNING.
	Returning *Query
	Params    []types.Type
}

// ChangeKind is the statement of a Change.
type ChangeKind uint8

const (
	InsertRows ChangeKind = iota
	UpdateRows
	DeleteRows
)

// Changed is implemented by the catalog session under which RETURNING is run: the rows that it returns.
type Changed interface {
	ChangedRows() (*catalog.TempTable, catalog.TempRows)
}

// changedRows is what RETURNING reads in place of the table.
type changedRows struct {
	joined int // columns behind the table's own, of what it was joined with
}

// Scan implements catalog.SystemTable.
func (m changedRows) Scan(ctx context.Context, s catalog.Session, r catalog.SystemRequest, emit func(*vector.Batch) bool) error {
	c, ok := s.(Changed)
	if !ok {
		return pgerr.New(pgerr.InternalError, "RETURNING outside of a change")
	}
	x, rows := c.ChangedRows()
	if m.joined == 0 {
		return x.Scan(ctx, rows, r.Columns, emit)
	}
	w := &watched{TempRows: rows}
	return x.Scan(ctx, w, nil, func(b *vector.Batch) bool {
		all := *b
		all.Cols = slices.Concat(b.Cols, w.last.Cols[len(x.Columns):])
		return emit(&all)
	})
}

// watched are rows that are wider than a table, of which the reader of the table looks at the first columns.
type watched struct {
	catalog.TempRows
	last *vector.Batch
}

// Scan implements catalog.TempRows.
func (w *watched) Scan(ctx context.Context, columns []int, emit func(*vector.Batch) bool) error {
	return w.TempRows.Scan(ctx, columns, func(b *vector.Batch) bool {
		w.last = b
		return emit(b)
	})
}

// ReadOnly is PostgreSQL's refusal of a write, which Howdah has for all but temporary tables.
func ReadOnly(tag string) error {
	return pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", tag)
}

// PrepareChange plans an INSERT, UPDATE or DELETE. Of tables that are not temporary ones it is refused.
func PrepareChange(ctx context.Context, stmt sql.Statement, view catalog.View, path []string, paramTypes []types.Type, opts Options) (*Change, error) {
	q, params := statementQuery(ctx, stmt, view, path, paramTypes, opts)
	c := &changing{q: q}
	var err error
	switch n := stmt.Node.Node.(type) {
	case *pg.Node_InsertStmt:
		err = c.insert(n.InsertStmt)
	case *pg.Node_UpdateStmt:
		err = c.update(n.UpdateStmt)
	case *pg.Node_DeleteStmt:
		err = c.delete(n.DeleteStmt)
	default:
		err = ReadOnly(sql.CommandTag(stmt.Node))
	}
	if err != nil {
		return nil, err
	}
	if params != nil {
		if err := params.Finish(); err != nil {
			return nil, err
		}
		c.out.Params = params.Types
	}
	if c.out.Query, err = q.finish(c.root, used); err != nil {
		return nil, err
	}
	c.out.Query.Params = c.out.Params
	if c.returning != nil {
		if c.out.Returning, err = q.finish(c.returning, passed); err != nil {
			return nil, err
		}
	}
	return &c.out, nil
}

// statementQuery begins to bind a statement.
func statementQuery(ctx context.Context, stmt sql.Statement, view catalog.View, path []string, paramTypes []types.Type, opts Options) (*query, *expr.ParamTypes) {
	text := opts.Text
	if text == "" {
		text = string(slices.Repeat([]byte{' '}, stmt.Offset)) + stmt.Text
	}
	var params *expr.ParamTypes
	if !opts.NoParams {
		params = &expr.ParamTypes{Types: append([]types.Type(nil), paramTypes...)}
	}
	return newQuery(ctx, text, view, path, params, opts), params
}

// finish plans a bound tree whose columns are used so.
func (q *query) finish(root Node, how use) (*Query, error) {
	out := &Query{}
	p := &planner{q: q, out: out, fold: &expr.Env{Ctx: q.ctx, Style: q.style()}}
	var err error
	out.Root, err = p.planAs(root, how, false)
	return out, err
}

// changing is a Change while it is bound.
type changing struct {
	q         *query
	out       Change
	temp      *catalog.TempTable
	root      Node
	joined    []Column // of the other tables of a change that returns them
	returning Node
}

// target finds the table that is changed.
func (c *changing) target(r *pg.RangeVar, tag string) error {
	q := c.q
	rel, err := q.view.Lookup(q.ctx, q.path, r.Schemaname, r.Relname)
	if err != nil {
		return pgerr.From(err).Clone().AtPosition(q.b.res.Position(r.Location))
	}
	if rel.Temp == nil {
		return ReadOnly(tag)
	}
	c.out.Table, c.temp = rel, rel.Temp
	return nil
}

func (c *changing) insert(n *pg.InsertStmt) error {
	if err := c.target(n.Relation, "INSERT"); err != nil {
		return err
	}
	q := c.q
	cols, err := c.columns(n.Cols)
	if err != nil {
		return err
	}
	if n.Override != pg.OverridingKind_OVERRIDING_NOT_SET && n.Override != pg.OverridingKind_OVERRIDING_KIND_UNDEFINED {
		return pgerr.New(pgerr.FeatureNotSupported, "OVERRIDING is not supported")
	}
	if o := n.OnConflictClause; o != nil {
		if err := c.onConflict(o); err != nil {
			return err
		}
	}
	env, defs, err := q.withClause(n.WithClause, nil, nil)
	if err != nil {
		return err
	}
	sel := selectOf(n.SelectStmt)
	switch {
	case sel == nil:
		c.root = c.values([][]*pg.Node{nil})
		err = c.bindValues([][]*pg.Node{nil}, nil, nil, env)
	case len(sel.ValuesLists) > 0 && sel.SortClause == nil && sel.LimitCount == nil && sel.LimitOffset == nil && sel.WithClause == nil:
		var rows [][]*pg.Node
		for _, l := range sel.ValuesLists {
			rows = append(rows, l.GetList().GetItems())
		}
		c.root = c.values(rows)
		err = c.bindValues(rows, cols, n.Cols, env)
	default:
		err = c.bindSelect(sel, cols, n.Cols, env)
	}
	if err != nil {
		return err
	}
	c.root = q.attach(c.root, defs)
	return c.bindReturning(n.Relation, n.ReturningList)
}

func (c *changing) onConflict(o *pg.OnConflictClause) error {
	if o.Action != pg.OnConflictAction_ONCONFLICT_NOTHING {
		return c.q.errorAt(o.Location, pgerr.FeatureNotSupported, "ON CONFLICT DO UPDATE is not supported")
	}
	c.out.SkipDuplicates = true
	if o.Infer == nil {
		return nil
	}
	var names []int
	for _, e := range o.Infer.IndexElems {
		i := slices.IndexFunc(c.temp.Columns, func(k catalog.TempColumn) bool { return k.Name == e.GetIndexElem().GetName() })
		if i < 0 && o.Infer.Conname == "" {
			return c.q.errorAt(o.Infer.Location, pgerr.UndefinedColumn, `column "%s" does not exist`, e.GetIndexElem().GetName())
		}
		names = append(names, i)
	}
	slices.Sort(names)
	for _, k := range c.temp.Keys {
		sorted := slices.Sorted(slices.Values(k.Columns))
		if o.Infer.Conname == k.Name || o.Infer.Conname == "" && o.Infer.WhereClause == nil && slices.Equal(sorted, slices.Compact(names)) {
			if len(c.temp.Keys) > 1 {
				return c.q.errorAt(o.Location, pgerr.FeatureNotSupported, "ON CONFLICT of one of several keys is not supported")
			}
			return nil
		}
	}
	if o.Infer.Conname != "" {
		return pgerr.New(pgerr.UndefinedObject, `constraint "%s" for table "%s" does not exist`, o.Infer.Conname, c.temp.Name)
	}
	return pgerr.New(pgerr.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification")
}

// columns gives the columns that an INSERT names, all where it names none.
func (c *changing) columns(list []*pg.Node) ([]int, error) {
	var out []int
	if len(list) == 0 {
		for i := range c.temp.Columns {
			out = append(out, i)
		}
		return out, nil
	}
	for _, n := range list {
		r := n.GetResTarget()
		i, err := c.column(r)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, i) {
			return nil, c.q.errorAt(r.Location, pgerr.DuplicateColumn, `column "%s" specified more than once`, r.Name)
		}
		out = append(out, i)
	}
	return out, nil
}

func (c *changing) column(r *pg.ResTarget) (int, error) {
	i := slices.IndexFunc(c.temp.Columns, func(k catalog.TempColumn) bool { return k.Name == r.Name })
	if i < 0 {
		return 0, c.q.errorAt(r.Location, pgerr.UndefinedColumn, `column "%s" of relation "%s" does not exist`, r.Name, c.temp.Name)
	}
	if len(r.Indirection) > 0 {
		return 0, c.q.errorAt(r.Location, pgerr.FeatureNotSupported, "assignment to a part of a column is not supported")
	}
	return i, nil
}

// missing is what a column gets that no value is given for.
func (c *changing) missing(i int) expr.Expr {
	if d := c.temp.Columns[i].Default; d != nil {
		return d
	}
	return expr.NullConst(c.temp.Columns[i].Type)
}

// assign converts a value to its column's type.
func (q *query) assign(e expr.Expr, name string, to types.Type) (expr.Expr, error) {
	if !expr.CanCoerce(e.Type().OID, to.OID, expr.Assignment) {
		return nil, q.errorAt(q.b.res.Loc(e), pgerr.DatatypeMismatch, `column "%s" is of type %s but expression is of type %s`,
			name, expr.TypeName(to.OID), expr.TypeName(e.Type().OID)).WithHint("You will need to rewrite or cast the expression.")
	}
	return q.b.res.Coerce(e, to, expr.Assignment, -1)
}

// value binds a value of VALUES or SET for column i.
func (c *changing) value(n *pg.Node, i int, scope *Scope, clause Clause) (expr.Expr, error) {
	if n.GetSetToDefault() != nil {
		return c.missing(i), nil
	}
	q := c.q
	defer scope.with(clause)()
	e, err := q.b.expr(n, scope)
	if err != nil {
		return nil, err
	}
	if e, err = q.assign(e, c.temp.Columns[i].Name, c.temp.Columns[i].Type); err != nil {
		return nil, err
	}
	if err := q.b.settled(e); err != nil {
		return nil, err
	}
	return settle(e), nil
}

// values makes the node of VALUES, of rows that are still to be bound.
func (c *changing) values(rows [][]*pg.Node) *Values {
	v := &Values{Output: Output{Cols: c.output()}, Rows: make([][]expr.Expr, len(rows))}
	return v
}

// output describes the table's columns.
func (c *changing) output() []Column {
	cols := []Column{}
	for _, k := range c.temp.Columns {
		cols = append(cols, Column{Name: k.Name, Type: k.Type, Collation: k.Collation})
	}
	return cols
}

func (c *changing) bindValues(rows [][]*pg.Node, cols []int, named []*pg.Node, env *cteEnv) error {
	q := c.q
	scope := &Scope{}
	q.envs[scope] = env
	v := c.root.(*Values)
	for k, list := range rows {
		if k > 0 && len(list) != len(rows[0]) {
			return q.errorAt(nodeLocation(list[0]), pgerr.SyntaxError, "VALUES lists must all be the same length")
		}
		if len(list) > len(cols) {
			return q.errorAt(nodeLocation(list[len(cols)]), pgerr.SyntaxError, "INSERT has more expressions than target columns")
		}
		if err := c.tooFew(len(list), named); err != nil {
			return err
		}
		row := make([]expr.Expr, len(c.temp.Columns))
		for i := range row {
			row[i] = c.missing(i)
		}
		for i, n := range list {
			var err error
			if row[cols[i]], err = c.value(n, cols[i], scope, InValues); err != nil {
				return err
			}
		}
		v.Rows[k] = row
	}
	var all []expr.Expr
	for _, r := range v.Rows {
		all = append(all, r...)
	}
	return q.noSets(scope, "VALUES", all...)
}

// tooFew is the error for columns that are named and get no value.
func (c *changing) tooFew(have int, named []*pg.Node) error {
	if len(named) > have {
		return c.q.errorAt(named[have].GetResTarget().GetLocation(), pgerr.SyntaxError, "INSERT has more target columns than expressions")
	}
	return nil
}

func (c *changing) bindSelect(sel *pg.SelectStmt, cols []int, named []*pg.Node, env *cteEnv) error {
	q := c.q
	b, err := q.selectStmt(sel, nil, env, true)
	if err != nil {
		return err
	}
	in := b.root.Columns()
	if len(in) > len(cols) {
		loc := int32(-1)
		if len(sel.TargetList) > len(cols) {
			loc = nodeLocation(sel.TargetList[len(cols)].GetResTarget().GetVal())
		}
		return q.errorAt(loc, pgerr.SyntaxError, "INSERT has more expressions than target columns")
	}
	if err := c.tooFew(len(in), named); err != nil {
		return err
	}
	p := &Project{Output: Output{Cols: c.output()}, Input: b.root, Exprs: make([]expr.Expr, len(c.temp.Columns))}
	for i := range p.Exprs {
		p.Exprs[i] = c.missing(i)
	}
	for k, col := range in {
		var e expr.Expr = column(col, k)
		if literal := unknownLiteral(b.root, k); literal != nil {
			e = literal
		} else if k < len(sel.TargetList) {
			q.b.res.At(e, nodeLocation(sel.TargetList[k].GetResTarget().GetVal()))
		}
		to := c.temp.Columns[cols[k]]
		if e, err = q.assign(e, to.Name, to.Type); err != nil {
			return err
		}
		if err := q.b.settled(e); err != nil {
			return err
		}
		p.Exprs[cols[k]] = e
	}
	c.root = p
	return nil
}

// unknownLiteral gives the literal or parameter of unknown type that an output column is; its column says its type.
func unknownLiteral(n Node, i int) expr.Expr {
	for {
		switch x := n.(type) {
		case *Project:
			if x.Exprs[i].Type().OID != types.UnknownOID {
				return nil
			}
			switch e := x.Exprs[i].(type) {
			case *expr.Const, *expr.Param:
				return e
			case *expr.Var:
				n, i = x.Input, e.Col
				continue
			}
			return nil
		case *Sort:
			n = x.Input
		case *Limit:
			n = x.Input
		case *Filter:
			n = x.Input
		case *Subquery:
			n = x.Input
		case *With:
			n = x.Input
		case *Values:
			if len(x.Rows) != 1 || x.Rows[0][i].Type().OID != types.UnknownOID {
				return nil
			}
			return x.Rows[0][i]
		default:
			return nil
		}
	}
}

// bindReturning binds RETURNING over the rows that are changed.
func (c *changing) bindReturning(r *pg.RangeVar, list []*pg.Node) error {
	if len(list) == 0 {
		return nil
	}
	q := c.q
	scope := &Scope{}
	f := &fromClause{q: q, scope: scope}
	node, entries, err := f.table(r)
	if err != nil {
		return err
	}
	s := node.(*System)
	rel := *s.Rel
	rel.System, rel.Rows = changedRows{}, -1
	s.Rel = &rel
	scope.Entries = entries
	return c.returningList(s, scope, list)
}

// returningList binds what RETURNING gives of the rows that a node has.
func (c *changing) returningList(from Node, scope *Scope, list []*pg.Node) error {
	q := c.q
	p := &Project{Input: from}
	for _, n := range list {
		t := n.GetResTarget()
		var targets []*target
		var err error
		if fields, loc, ok := starOf(t.Val); ok {
			targets, err = q.star(fields, scope, loc)
		} else {
			name := t.Name
			if name == "" {
				name = columnName(t.Val)
			}
			var e expr.Expr
			e, err = q.clause(t.Val, scope, InReturning)
			targets = []*target{{expr: e, name: name}}
		}
		if err != nil {
			return err
		}
		for _, t := range targets {
			e, err := q.b.res.Known(t.expr)
			if err != nil {
				return err
			}
			p.Exprs = append(p.Exprs, e)
			p.Cols = append(p.Cols, describe(e, t.name))
		}
	}
	c.returning = p
	return q.noSets(scope, "RETURNING", p.Exprs...)
}
