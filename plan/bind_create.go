package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/ident"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// Create is a CREATE TEMP TABLE, or with Query a CREATE TEMP TABLE AS or SELECT INTO: the query gives the table's rows.
type Create struct {
	Table       *catalog.TempTable // without OIDs and rows
	IfNotExists bool
	Query       *Query // nil = no rows; it is not run WITH NO DATA
	NoData      bool
	Params      []types.Type
}

// PrepareCreate plans the making of a temporary table. Other tables are refused.
func PrepareCreate(ctx context.Context, stmt sql.Statement, view catalog.View, path []string, paramTypes []types.Type, opts Options) (*Create, error) {
	q, params := statementQuery(ctx, stmt, view, path, paramTypes, opts)
	c := &creating{q: q, out: &Create{}}
	q.b.rec = newRecord(nil) // definitions are shown
	switch n := stmt.Node.Node.(type) {
	case *pg.Node_CreateStmt:
		return c.out, c.table(n.CreateStmt)
	case *pg.Node_CreateTableAsStmt:
		if n.CreateTableAsStmt.Objtype != pg.ObjectType_OBJECT_TABLE {
			return nil, ReadOnly(sql.CommandTag(stmt.Node))
		}
		sel := selectOf(n.CreateTableAsStmt.Query)
		if sel == nil {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "CREATE TABLE AS of this statement is not supported")
		}
		c.out.IfNotExists = n.CreateTableAsStmt.IfNotExists
		return c.out, c.as(sel, n.CreateTableAsStmt.Into, "CREATE TABLE AS", params)
	case *pg.Node_SelectStmt:
		sel, into := withoutInto(n.SelectStmt)
		return c.out, c.as(sel, into, "SELECT INTO", params)
	}
	return nil, ReadOnly(sql.CommandTag(stmt.Node))
}

// withoutInto takes INTO out of a SELECT: it stands in the leftmost one of a set operation.
func withoutInto(s *pg.SelectStmt) (*pg.SelectStmt, *pg.IntoClause) {
	c := &pg.SelectStmt{
		DistinctClause: s.DistinctClause, IntoClause: s.IntoClause, TargetList: s.TargetList, FromClause: s.FromClause, WhereClause: s.WhereClause,
		GroupClause: s.GroupClause, GroupDistinct: s.GroupDistinct, HavingClause: s.HavingClause, WindowClause: s.WindowClause,
		ValuesLists: s.ValuesLists, SortClause: s.SortClause, LimitOffset: s.LimitOffset, LimitCount: s.LimitCount, LimitOption: s.LimitOption,
		LockingClause: s.LockingClause, WithClause: s.WithClause, Op: s.Op, All: s.All, Larg: s.Larg, Rarg: s.Rarg,
	}
	if s.Larg != nil {
		var into *pg.IntoClause
		c.Larg, into = withoutInto(s.Larg)
		return c, into
	}
	c.IntoClause = nil
	return c, s.IntoClause
}

// IsTemp tells whether a name is to be made as a temporary table's.
func IsTemp(r *pg.RangeVar) bool {
	return r.GetRelpersistence() == "t" || r.GetSchemaname() == "pg_temp" || strings.HasPrefix(r.GetSchemaname(), "pg_temp_")
}

// creating is a Create while it is bound.
type creating struct {
	q   *query
	out *Create
}

// named begins the table.
func (c *creating) named(r *pg.RangeVar, onCommit pg.OnCommitAction, tag string) error {
	if !IsTemp(r) {
		return ReadOnly(tag)
	}
	if s := r.Schemaname; s != "" && s != "pg_temp" {
		if !strings.HasPrefix(s, "pg_temp_") {
			return c.q.errorAt(r.Location, pgerr.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema")
		}
		if !slices.ContainsFunc(c.q.view.Schemas(), func(x catalog.Schema) bool { return x.Name == s }) {
			return c.q.errorAt(r.Location, pgerr.InvalidTableDefinition, "cannot create relations in temporary schemas of other sessions")
		}
	}
	c.out.Table = &catalog.TempTable{Name: r.Relname}
	switch onCommit {
	case pg.OnCommitAction_ONCOMMIT_DELETE_ROWS:
		c.out.Table.OnCommit = catalog.DeleteRows
	case pg.OnCommitAction_ONCOMMIT_DROP:
		c.out.Table.OnCommit = catalog.DropOnCommit
	}
	return nil
}

// as binds CREATE TABLE AS.
func (c *creating) as(sel *pg.SelectStmt, into *pg.IntoClause, tag string, params *expr.ParamTypes) error {
	if err := c.named(into.GetRel(), into.GetOnCommit(), tag); err != nil {
		return err
	}
	q := c.q
	b, err := q.selectStmt(sel, nil, nil, false)
	if err != nil {
		return err
	}
	if params != nil {
		if err := params.Finish(); err != nil {
			return err
		}
		c.out.Params = params.Types
	}
	names := into.ColNames
	if len(names) > len(b.root.Columns()) {
		return pgerr.New(pgerr.SyntaxError, "too many column names were specified")
	}
	for i, col := range b.root.Columns() {
		k := catalog.TempColumn{Column: catalog.Column{Column: types.Column{Name: col.Name, Type: col.Type, Collation: col.Collation}}}
		if i < len(names) {
			k.Name = names[i].GetString_().GetSval()
		}
		if t := pgdata.TypeByOID(uint32(col.Type.OID)); t != nil && t.Collation != 0 && col.Collation == types.NoCollation {
			return pgerr.New(pgerr.IndeterminateCollation, `no collation was derived for column "%s" with collatable type %s`, k.Name, expr.TypeName(col.Type.OID)).
				WithHint("Use the COLLATE clause to set the collation explicitly.")
		}
		if err := c.add(k); err != nil {
			return err
		}
	}
	c.out.NoData = into.SkipData
	c.out.Query, err = q.finish(b.root, used)
	if err == nil {
		c.out.Query.Params = c.out.Params
	}
	return err
}

// maxColumns is PostgreSQL's MaxHeapAttributeNumber.
const maxColumns = 1600

// add takes a column.
func (c *creating) add(k catalog.TempColumn) error {
	t := c.out.Table
	if slices.ContainsFunc(t.Columns, func(o catalog.TempColumn) bool { return o.Name == k.Name }) {
		return pgerr.New(pgerr.DuplicateColumn, `column "%s" specified more than once`, k.Name)
	}
	if p := pgdata.TypeByOID(uint32(k.Type.OID)); p != nil && p.Kind == 'p' {
		return pgerr.New(pgerr.InvalidTableDefinition, `column "%s" has pseudo-type %s`, k.Name, expr.TypeName(k.Type.OID))
	}
	if len(t.Columns) >= maxColumns {
		return pgerr.New(pgerr.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	k.AttNum, k.Ordinal = int16(len(t.Columns)+1), len(t.Columns)
	t.Columns = append(t.Columns, k)
	return nil
}

// table binds CREATE TEMP TABLE with a list of columns.
func (c *creating) table(s *pg.CreateStmt) error {
	if err := c.named(s.Relation, s.Oncommit, "CREATE TABLE"); err != nil {
		return err
	}
	c.out.IfNotExists = s.IfNotExists
	switch {
	case len(s.InhRelations) > 0 || s.Partspec != nil || s.Partbound != nil:
		return pgerr.New(pgerr.FeatureNotSupported, "inheritance and partitions of temporary tables are not supported")
	case s.OfTypename != nil:
		return pgerr.New(pgerr.FeatureNotSupported, "typed tables are not supported")
	case s.AccessMethod != "" && s.AccessMethod != "heap":
		return pgerr.New(pgerr.UndefinedObject, `access method "%s" does not exist`, s.AccessMethod)
	}
	var later []func() error // constraints, once all columns are known
	var likes []*pg.TableLikeClause
	for _, n := range s.TableElts {
		switch e := n.Node.(type) {
		case *pg.Node_ColumnDef:
			more, err := c.column(e.ColumnDef)
			if err != nil {
				return err
			}
			later = append(later, more...)
		case *pg.Node_TableLikeClause:
			if err := c.like(e.TableLikeClause); err != nil {
				return err
			}
			likes = append(likes, e.TableLikeClause)
		case *pg.Node_Constraint:
			later = append(later, func() error { return c.constraint(e.Constraint, nil) })
		}
	}
	for _, f := range later {
		if err := f(); err != nil {
			return err
		}
	}
	for _, l := range likes {
		if err := c.likeConstraints(l); err != nil {
			return err
		}
	}
	slices.SortFunc(c.out.Table.Checks, func(a, b catalog.TempCheck) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// column binds a column's definition; its constraints come back to be bound later.
func (c *creating) column(cd *pg.ColumnDef) (later []func() error, err error) {
	q := c.q
	here := func(err error) error {
		if e := pgerr.From(err); e.Position == 0 {
			return e.Clone().AtPosition(q.b.res.Position(cd.TypeName.GetLocation()))
		}
		return err
	}
	k := catalog.TempColumn{Column: catalog.Column{Column: types.Column{Name: cd.Colname}, NotNull: cd.IsNotNull}}
	if parts := cd.TypeName.GetNames(); len(parts) == 1 && strings.Contains(" serial bigserial smallserial serial2 serial4 serial8 ", " "+parts[0].GetString_().GetSval()+" ") {
		return nil, here(pgerr.New(pgerr.FeatureNotSupported, `type "%s" is not supported: there are no sequences`, parts[0].GetString_().GetSval()).
			WithHint("CREATE TEMP TABLE ... AS SELECT row_number() OVER (), ... numbers rows."))
	}
	if k.Type, err = catalog.TypeName(cd.TypeName); err != nil {
		return nil, here(err)
	}
	if k.Collation, err = catalog.TempCollation(k.Type, cd.CollClause); err != nil {
		return nil, here(err)
	}
	nullable := false
	for _, n := range cd.Constraints {
		con := n.GetConstraint()
		switch con.Contype {
		case pg.ConstrType_CONSTR_NOTNULL:
			if nullable {
				return nil, q.errorAt(con.Location, pgerr.SyntaxError, `conflicting NULL/NOT NULL declarations for column "%s" of table "%s"`, k.Name, c.out.Table.Name)
			}
			k.NotNull = true
		case pg.ConstrType_CONSTR_NULL:
			if k.NotNull {
				return nil, q.errorAt(con.Location, pgerr.SyntaxError, `conflicting NULL/NOT NULL declarations for column "%s" of table "%s"`, k.Name, c.out.Table.Name)
			}
			nullable = true
		case pg.ConstrType_CONSTR_DEFAULT:
			if k.Default != nil {
				return nil, q.errorAt(con.Location, pgerr.SyntaxError, `multiple default values specified for column "%s" of table "%s"`, k.Name, c.out.Table.Name)
			}
			if k.Default, err = c.defaultOf(con.RawExpr, k); err != nil {
				return nil, err
			}
			k.DefaultText, k.DefaultPretty = q.b.rec.expression(k.Default, false), q.b.rec.expression(k.Default, true)
		case pg.ConstrType_CONSTR_IDENTITY:
			return nil, q.errorAt(con.Location, pgerr.FeatureNotSupported, "identity columns are not supported")
		case pg.ConstrType_CONSTR_GENERATED:
			return nil, q.errorAt(con.Location, pgerr.FeatureNotSupported, "generated columns are not supported")
		default:
			later = append(later, func() error { return c.constraint(con, []string{cd.Colname}) })
		}
	}
	return later, c.add(k)
}

// BindColumn binds the definition of a column that a temporary table gets. Of its constraints DEFAULT and NOT NULL count.
func BindColumn(ctx context.Context, view catalog.View, path []string, cd *pg.ColumnDef) (catalog.TempColumn, error) {
	c := &creating{q: newQuery(ctx, "", view, path, nil, Options{NoParams: true}), out: &Create{Table: &catalog.TempTable{}}}
	c.q.b.rec = newRecord(nil)
	if _, err := c.column(cd); err != nil {
		return catalog.TempColumn{}, err
	}
	return c.out.Table.Columns[0], nil
}

// defaultOf binds DEFAULT.
func (c *creating) defaultOf(n *pg.Node, k catalog.TempColumn) (expr.Expr, error) {
	q := c.q
	if loc, ok := findNode(n.ProtoReflect(), "ColumnRef"); ok {
		return nil, q.errorAt(loc, pgerr.FeatureNotSupported, "cannot use column reference in DEFAULT expression")
	}
	if loc, ok := findNode(n.ProtoReflect(), "SubLink"); ok {
		return nil, q.errorAt(loc, pgerr.FeatureNotSupported, "cannot use subquery in DEFAULT expression")
	}
	scope := &Scope{}
	e, err := q.b.expr(n, scope)
	if err != nil {
		return nil, err
	}
	if err := q.noSets(scope, "DEFAULT expressions", e); err != nil {
		return nil, err
	}
	if !expr.CanCoerce(e.Type().OID, k.Type.OID, expr.Assignment) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, `column "%s" is of type %s but default expression is of type %s`, k.Name,
			expr.TypeName(k.Type.OID), expr.TypeName(e.Type().OID)).WithHint("You will need to rewrite or cast the expression.")
	}
	if e, err = q.b.res.Coerce(e, k.Type, expr.Assignment, -1); err != nil {
		return nil, err
	}
	if err := q.b.settled(e); err != nil {
		return nil, err
	}
	return e, nil
}

// noSets refuses aggregates, window functions and sets, which stand among the expressions if the scope says so.
func (q *query) noSets(scope *Scope, where string, es ...expr.Expr) error {
	code, what := pgerr.FeatureNotSupported, "set-returning functions"
	switch {
	case scope.HasAggs:
		code, what = pgerr.GroupingError, "aggregate functions"
	case len(scope.Windows) > 0:
		code, what = pgerr.WindowingError, "window functions"
	case !scope.HasSets:
		return nil
	}
	loc := int32(-1)
	for _, e := range es {
		if e == nil {
			continue
		}
		expr.Walk(e, func(e expr.Expr) bool {
			f, call := e.(*expr.Func)
			_, agg := e.(*expr.Agg)
			_, window := e.(*expr.WindowCall)
			if loc < 0 && (agg || window || call && f.Proc.RetSet) {
				loc = q.b.res.Loc(e)
			}
			return true
		})
	}
	return q.errorAt(loc, code, "%s are not allowed in %s", what, where)
}

// constraint binds a constraint of the table, or of the column on.
func (c *creating) constraint(con *pg.Constraint, on []string) error {
	switch con.Contype {
	case pg.ConstrType_CONSTR_CHECK:
		return c.check(con)
	case pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE:
		for _, k := range con.Keys {
			on = append(on, k.GetString_().GetSval())
		}
		if con.NullsNotDistinct {
			return c.q.errorAt(con.Location, pgerr.FeatureNotSupported, "NULLS NOT DISTINCT is not supported")
		}
		return c.key(con.Conname, on, con.Contype == pg.ConstrType_CONSTR_PRIMARY, con.Location)
	case pg.ConstrType_CONSTR_FOREIGN:
		return c.q.errorAt(con.Location, pgerr.FeatureNotSupported, "foreign keys of temporary tables are not supported")
	case pg.ConstrType_CONSTR_EXCLUSION:
		return c.q.errorAt(con.Location, pgerr.FeatureNotSupported, "exclusion constraints are not supported")
	case pg.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE, pg.ConstrType_CONSTR_ATTR_IMMEDIATE:
		return nil
	}
	return c.q.errorAt(con.Location, pgerr.FeatureNotSupported, "this kind of constraint is not supported")
}

func (c *creating) check(con *pg.Constraint) error {
	q, t := c.q, c.out.Table
	if loc, ok := findNode(con.RawExpr.ProtoReflect(), "SubLink"); ok {
		return q.errorAt(loc, pgerr.FeatureNotSupported, "cannot use subquery in check constraint")
	}
	entry := &RangeEntry{Name: t.Name, RelVisible: true, ColsVisible: true, RowType: types.RecordOID}
	for i, k := range t.Columns {
		entry.Columns = append(entry.Columns, RangeColumn{Name: k.Name, Expr: &expr.Var{Col: i, Typ: k.Type, Coll: k.Collation, Name: k.Name}})
	}
	scope := &Scope{Entries: []*RangeEntry{entry}}
	e, err := q.b.expr(con.RawExpr, scope)
	if err != nil {
		return err
	}
	if err := q.noSets(scope, "check constraints", e); err != nil {
		return err
	}
	if e, err = q.b.res.Boolean(e, "CHECK"); err != nil {
		return err
	}
	if err := q.b.settled(e); err != nil {
		return err
	}
	k := catalog.TempCheck{Name: con.Conname, Expr: e, Text: q.b.rec.expression(e, false), Pretty: q.b.rec.expression(e, true)}
	var cols []int
	for _, v := range expr.Vars(e) {
		if !slices.Contains(cols, v.Col) {
			cols = append(cols, v.Col)
			k.Keys = append(k.Keys, t.Columns[v.Col].AttNum)
		}
	}
	slices.Sort(k.Keys)
	if k.Name == "" {
		of := ""
		if len(cols) == 1 {
			of = t.Columns[cols[0]].Name
		}
		k.Name = c.free(of, "check")
	} else if c.taken(k.Name) {
		return pgerr.New(pgerr.DuplicateObject, `constraint "%s" for relation "%s" already exists`, k.Name, t.Name)
	}
	t.Checks = append(t.Checks, k)
	return nil
}

// key binds PRIMARY KEY or UNIQUE.
func (c *creating) key(name string, cols []string, primary bool, loc int32) error {
	t := c.out.Table
	what := "unique"
	if primary {
		what = "primary key"
		if slices.ContainsFunc(t.Keys, func(k catalog.TempKey) bool { return k.Primary }) {
			return c.q.errorAt(loc, pgerr.InvalidTableDefinition, `multiple primary keys for table "%s" are not allowed`, t.Name)
		}
	}
	k := catalog.TempKey{Name: name, Primary: primary}
	for _, n := range cols {
		i := slices.IndexFunc(t.Columns, func(o catalog.TempColumn) bool { return o.Name == n })
		if i < 0 {
			return c.q.errorAt(loc, pgerr.UndefinedColumn, `column "%s" named in key does not exist`, n)
		}
		if slices.Contains(k.Columns, i) {
			return c.q.errorAt(loc, pgerr.DuplicateColumn, `column "%s" appears twice in %s constraint`, n, what)
		}
		if _, _, err := expr.SortProcs(t.Columns[i].Type.OID); err != nil {
			return pgerr.New(pgerr.UndefinedObject, `data type %s has no default operator class for access method "btree"`, expr.TypeName(t.Columns[i].Type.OID)).
				WithHint("You must specify an operator class for the index or define a default operator class for the data type.")
		}
		k.Columns = append(k.Columns, i)
		if primary {
			t.Columns[i].NotNull = true
		}
	}
	if k.Name == "" {
		if primary {
			k.Name = c.free("", "pkey")
		} else {
			k.Name = c.free(strings.Join(cols, "_"), "key")
		}
	} else if c.taken(k.Name) {
		return pgerr.New(pgerr.DuplicateTable, `relation "%s" already exists`, k.Name)
	}
	t.Keys = append(t.Keys, k)
	return nil
}

func (c *creating) taken(name string) bool {
	t := c.out.Table
	return slices.ContainsFunc(t.Checks, func(k catalog.TempCheck) bool { return k.Name == name }) ||
		slices.ContainsFunc(t.Keys, func(k catalog.TempKey) bool { return k.Name == name })
}

// free is ChooseConstraintName: table_column_label with a number where that is taken.
func (c *creating) free(column, label string) string {
	for n := 0; ; n++ {
		tail := label
		if n > 0 {
			tail = fmt.Sprint(label, n)
		}
		if name := objectName(c.out.Table.Name, column, tail); !c.taken(name) {
			return name
		}
	}
}

// objectName is makeObjectName: name_column_label, the longer of the two cut until it fits.
func objectName(name, column, label string) string {
	room := ident.Max - len(label) - 1
	if column != "" {
		room--
	}
	n, m := len(name), len(column)
	for n+m > room {
		if n > m {
			n--
		} else {
			m--
		}
	}
	name = ident.Clip(name, n)
	if column != "" {
		name += "_" + ident.Clip(column, m)
	}
	return name + "_" + label
}

// The bits of LIKE … INCLUDING (TableLikeOption).
const (
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeIndexes     = 1 << 6
)

// like takes the columns of another table.
func (c *creating) like(l *pg.TableLikeClause) error {
	rel, err := c.likeTable(l)
	if err != nil {
		return err
	}
	for i, col := range rel.Columns {
		if col.Hidden {
			continue
		}
		k := catalog.TempColumn{Column: catalog.Column{Column: col.Column, NotNull: col.NotNull}}
		if rel.Temp != nil && l.Options&likeDefaults != 0 {
			k.Default, k.DefaultText, k.DefaultPretty = rel.Temp.Columns[i].Default, rel.Temp.Columns[i].DefaultText, rel.Temp.Columns[i].DefaultPretty
		}
		if err := c.add(k); err != nil {
			return err
		}
	}
	return nil
}

func (c *creating) likeTable(l *pg.TableLikeClause) (*catalog.Relation, error) {
	r := l.Relation
	rel, err := c.q.view.Lookup(c.q.ctx, c.q.path, r.Schemaname, r.Relname)
	if err != nil {
		return nil, pgerr.From(err).Clone().AtPosition(c.q.b.res.Position(r.Location))
	}
	return rel, nil
}

// likeConstraints takes over what INCLUDING says.
func (c *creating) likeConstraints(l *pg.TableLikeClause) error {
	rel, err := c.likeTable(l)
	if err != nil || rel.Temp == nil {
		return err
	}
	t := c.out.Table
	at := func(i int) int {
		return slices.IndexFunc(t.Columns, func(k catalog.TempColumn) bool { return k.Name == rel.Temp.Columns[i].Name })
	}
	if l.Options&likeConstraints != 0 {
		for _, k := range rel.Temp.Checks {
			if c.taken(k.Name) {
				return pgerr.New(pgerr.DuplicateObject, `constraint "%s" for relation "%s" already exists`, k.Name, t.Name)
			}
			k.Expr = replaceVars(k.Expr, func(v *expr.Var) expr.Expr {
				w := *v
				w.Col = at(v.Col)
				return &w
			})
			k.Keys = slices.Clone(k.Keys)
			for i, n := range k.Keys {
				from := slices.IndexFunc(rel.Temp.Columns, func(c catalog.TempColumn) bool { return c.AttNum == n })
				k.Keys[i] = t.Columns[at(from)].AttNum
			}
			t.Checks = append(t.Checks, k)
		}
	}
	if l.Options&likeIndexes != 0 {
		for _, k := range rel.Temp.Keys {
			var cols []string
			for _, i := range k.Columns {
				cols = append(cols, rel.Temp.Columns[i].Name)
			}
			if err := c.key("", cols, k.Primary, -1); err != nil {
				return err
			}
		}
	}
	return nil
}

// findNode looks for a node of a kind in a tree and gives its location.
func findNode(m protoreflect.Message, kind protoreflect.Name) (loc int32, ok bool) {
	if m.Descriptor().Name() == kind {
		if f := m.Descriptor().Fields().ByName("location"); f != nil {
			loc = int32(m.Get(f).Int())
		}
		return loc, true
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil || f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				if loc, ok = findNode(v.List().Get(i).Message(), kind); ok {
					return false
				}
			}
		default:
			loc, ok = findNode(v.Message(), kind)
		}
		return !ok
	})
	return loc, ok
}
