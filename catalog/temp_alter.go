package catalog

import (
	"context"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Reshaped is a column of rows that are made of others.
type Reshaped struct {
	From  int // the column of the old rows that it is; -1 = a new one
	Type  types.Type
	Value expr.Expr // of a new one; nil = NULL
}

// TempIndex is an index that was asked for. Queries read the whole table, so that nothing but its name is kept.
type TempIndex struct{ Name string }

// Binder binds a column's definition as CREATE TABLE does; the planner is one.
type Binder func(ctx context.Context, v View, path []string, cd *pg.ColumnDef) (TempColumn, error)

// SetBinder hands in the planner.
func (t *Tx) SetBinder(b Binder) { t.bind = b }

// SetStyle tells under which style the literals of what is defined next are read; nil = the default.
func (t *Tx) SetStyle(s *types.Style) { t.style = s }

// altering is an ALTER TABLE of a temporary table under way.
type altering struct {
	t    *Tx
	ctx  context.Context
	path []string
	x    TempTable // as it is to be; its slices are its own
}

func (t *Tx) altering(ctx context.Context, path []string, x *TempTable) *altering {
	a := &altering{t: t, ctx: ctx, path: path, x: *x}
	a.x.Columns, a.x.Checks, a.x.Keys = slices.Clone(x.Columns), slices.Clone(x.Checks), slices.Clone(x.Keys)
	return a
}

// alterTemp is ALTER TABLE of a temporary table.
func (t *Tx) alterTemp(ctx context.Context, path []string, x *TempTable, s *pg.AlterTableStmt) (notices []Notice, err error) {
	if err := t.notInUse(x, "ALTER TABLE"); err != nil {
		return nil, err
	}
	a := t.altering(ctx, path, x)
	for _, c := range s.Cmds {
		more, err := a.command(c.GetAlterTableCmd())
		if err != nil {
			return nil, err
		}
		notices = append(notices, more...)
	}
	t.temp = t.temp.With(&a.x)
	return notices, nil
}

func (a *altering) find(column string) (int, error) {
	for i, c := range a.x.Columns {
		if c.Name == column {
			return i, nil
		}
	}
	if isSystemColumn(column) {
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot alter system column \"%s\"", column)
	}
	return 0, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, a.x.Name)
}

func isSystemColumn(name string) bool {
	_, ok := systemColumns[name]
	return ok
}

func skipping(format string, args ...any) []Notice {
	return []Notice{{"NOTICE", pgerr.New(pgerr.SuccessfulCompletion, format, args...)}}
}

func (a *altering) command(cmd *pg.AlterTableCmd) ([]Notice, error) {
	switch cmd.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		return a.addColumn(cmd)
	case pg.AlterTableType_AT_DropColumn:
		if _, err := a.find(cmd.Name); err != nil && cmd.MissingOk && pgerr.From(err).Code == pgerr.UndefinedColumn {
			return skipping("column \"%s\" of relation \"%s\" does not exist, skipping", cmd.Name, a.x.Name), nil
		}
		return nil, a.dropColumn(cmd.Name)
	}
	at := 0
	switch cmd.Subtype {
	case pg.AlterTableType_AT_ColumnDefault, pg.AlterTableType_AT_SetNotNull, pg.AlterTableType_AT_DropNotNull:
		var err error
		if at, err = a.find(cmd.Name); err != nil {
			return nil, err
		}
	}
	k := &a.x.Columns[at]
	switch cmd.Subtype {
	case pg.AlterTableType_AT_ColumnDefault:
		k.Default, k.DefaultText, k.DefaultPretty = nil, "", ""
		if cmd.Def == nil {
			return nil, nil
		}
		b, err := a.bound(&pg.ColumnDef{
			Colname: k.Name, TypeName: typeNameOf(k.Type), IsLocal: true,
			Constraints: []*pg.Node{{Node: &pg.Node_Constraint{Constraint: &pg.Constraint{Contype: pg.ConstrType_CONSTR_DEFAULT, RawExpr: cmd.Def}}}},
		})
		k.Default, k.DefaultText, k.DefaultPretty = b.Default, b.DefaultText, b.DefaultPretty
		return nil, err
	case pg.AlterTableType_AT_SetNotNull:
		k.NotNull = true
		return nil, a.noNulls(at)
	case pg.AlterTableType_AT_DropNotNull:
		for _, key := range a.x.Keys {
			if key.Primary && slices.Contains(key.Columns, at) {
				return nil, pgerr.New(pgerr.InvalidTableDefinition, "column \"%s\" is in a primary key", k.Name)
			}
		}
		k.NotNull = false
		return nil, nil
	case pg.AlterTableType_AT_DropConstraint:
		return a.dropConstraint(cmd)
	case pg.AlterTableType_AT_ChangeOwner, pg.AlterTableType_AT_SetStatistics, pg.AlterTableType_AT_SetStorage:
		return nil, nil // nothing here depends on it
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER TABLE of a temporary table is not supported").
		WithHint("ADD, DROP and RENAME COLUMN, RENAME TO, SET and DROP of DEFAULT and NOT NULL, and DROP CONSTRAINT are; CREATE TEMP TABLE ... AS makes another of it.")
}

// typeNameOf is a type as the grammar gives it.
func typeNameOf(t types.Type) *pg.TypeName {
	oid, array := t.OID, false
	if e := types.ElemOf(oid); e != types.InvalidOID && pgdata.TypeByOID(uint32(e)).Array == uint32(oid) {
		oid, array = e, true
	}
	n := &pg.TypeName{Typemod: -1, Location: -1}
	for _, s := range []string{"pg_catalog", pgdata.TypeByOID(uint32(oid)).Name} {
		n.Names = append(n.Names, &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}})
	}
	if array {
		n.ArrayBounds = []*pg.Node{{Node: &pg.Node_Integer{Integer: &pg.Integer{Ival: -1}}}}
	}
	return n
}

func (a *altering) bound(cd *pg.ColumnDef) (TempColumn, error) {
	return a.t.bind(a.ctx, a.t.View(newSnapshot()), a.path, cd)
}

func (a *altering) addColumn(cmd *pg.AlterTableCmd) ([]Notice, error) {
	cd := cmd.Def.GetColumnDef()
	if isSystemColumn(cd.Colname) {
		return nil, pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", cd.Colname)
	}
	if _, err := a.find(cd.Colname); err == nil {
		if cmd.MissingOk {
			return []Notice{{"NOTICE", pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists, skipping", cd.Colname, a.x.Name)}}, nil
		}
		return nil, pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", cd.Colname, a.x.Name)
	}
	for _, n := range cd.Constraints {
		switch n.GetConstraint().Contype {
		case pg.ConstrType_CONSTR_NOTNULL, pg.ConstrType_CONSTR_NULL, pg.ConstrType_CONSTR_DEFAULT:
		default:
			return nil, pgerr.New(pgerr.FeatureNotSupported, "constraints of a column that is added to a temporary table are not supported, but NOT NULL and DEFAULT").
				WithHint("CREATE TEMP TABLE takes them.")
		}
	}
	k, err := a.bound(cd)
	if err != nil {
		return nil, err
	}
	if k.Default != nil && !expr.Immutable(k.Default) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "adding a column with a DEFAULT that is no constant to a temporary table is not supported").
			WithHint("Add the column, then UPDATE it.")
	}
	was := make([]Reshaped, len(a.x.Columns))
	for i, c := range a.x.Columns {
		was[i] = Reshaped{From: i, Type: c.Type}
	}
	if a.x.Rows, err = a.x.Rows.Reshape(a.ctx, append(was, Reshaped{From: -1, Type: k.Type, Value: k.Default})); err != nil {
		return nil, err
	}
	k.Ordinal, k.AttNum = len(a.x.Columns), a.x.lastNumber()+1
	a.x.Columns = append(a.x.Columns, k)
	if k.NotNull {
		return nil, a.noNulls(k.Ordinal)
	}
	return nil, nil
}

// noNulls is what SET NOT NULL makes sure of.
func (a *altering) noNulls(at int) error {
	null := false
	err := a.x.Rows.Scan(a.ctx, []int{at}, func(b *vector.Batch) bool {
		for _, i := range b.Sel {
			null = null || b.Cols[at].Null(i)
		}
		return !null
	})
	if err == nil && null {
		err = pgerr.New(pgerr.NotNullViolation, "column \"%s\" of relation \"%s\" contains null values", a.x.Columns[at].Name, a.x.Name).
			About(a.x.Schema, a.x.Name, a.x.Columns[at].Name, "")
	}
	return err
}

// dropColumn drops a column and the constraints that it has a part in.
func (a *altering) dropColumn(column string) error {
	at, err := a.find(column)
	if err != nil {
		if isSystemColumn(column) {
			return pgerr.New(pgerr.FeatureNotSupported, "cannot drop system column \"%s\"", column)
		}
		return err
	}
	var kept []Reshaped
	for i, c := range a.x.Columns {
		if i != at {
			kept = append(kept, Reshaped{From: i, Type: c.Type})
		}
	}
	if len(kept) == 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "dropping the last column of a temporary table is not supported").WithHint("DROP TABLE drops it.")
	}
	if a.x.Rows, err = a.x.Rows.Reshape(a.ctx, kept); err != nil {
		return err
	}
	after := func(i int) int {
		if i > at {
			return i - 1
		}
		return i
	}
	a.x.Dropped = append(slices.Clone(a.x.Dropped), a.x.Columns[at])
	a.x.Columns = slices.Delete(a.x.Columns, at, at+1)
	for i := range a.x.Columns {
		a.x.Columns[i].Ordinal = i
	}
	var checks []TempCheck
	for _, c := range a.x.Checks {
		if slices.ContainsFunc(expr.Vars(c.Expr), func(v *expr.Var) bool { return v.Col == at }) {
			continue
		}
		c.Expr = expr.Transform(c.Expr, func(e expr.Expr) expr.Expr {
			if v, ok := e.(*expr.Var); ok {
				w := *v
				w.Col = after(v.Col)
				return &w
			}
			return nil
		})
		checks = append(checks, c)
	}
	a.x.Checks = checks
	var keys []TempKey
	for _, k := range a.x.Keys {
		if slices.Contains(k.Columns, at) {
			continue
		}
		k.Columns = slices.Clone(k.Columns)
		for i, c := range k.Columns {
			k.Columns[i] = after(c)
		}
		keys = append(keys, k)
	}
	a.x.Keys = keys
	return nil
}

func (a *altering) dropConstraint(cmd *pg.AlterTableCmd) ([]Notice, error) {
	n, keys := len(a.x.Checks)+len(a.x.Keys), len(a.x.Keys)
	a.x.Checks = slices.DeleteFunc(a.x.Checks, func(c TempCheck) bool { return c.Name == cmd.Name })
	a.x.Keys = slices.DeleteFunc(a.x.Keys, func(k TempKey) bool { return k.Name == cmd.Name })
	if len(a.x.Keys) < keys { // rows whose keys are looked after otherwise are others
		was := make([]Reshaped, len(a.x.Columns))
		for i, c := range a.x.Columns {
			was[i] = Reshaped{From: i, Type: c.Type}
		}
		var err error
		if a.x.Rows, err = a.x.Rows.Reshape(a.ctx, was); err != nil {
			return nil, err
		}
	}
	switch {
	case len(a.x.Checks)+len(a.x.Keys) < n:
		return nil, nil
	case cmd.MissingOk:
		return skipping("constraint \"%s\" of relation \"%s\" does not exist, skipping", cmd.Name, a.x.Name), nil
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", cmd.Name, a.x.Name)
}

// renameTemp is ALTER TABLE … RENAME of a temporary table or a column of it.
func (t *Tx) renameTemp(x *TempTable, s *pg.RenameStmt) error {
	if err := t.notInUse(x, "ALTER TABLE"); err != nil {
		return err
	}
	a := t.altering(nil, nil, x)
	switch s.RenameType {
	case pg.ObjectType_OBJECT_TABLE:
		if t.temp.taken(s.Newname) {
			return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", s.Newname)
		}
		a.x.Name = s.Newname
		t.temp = t.temp.Without(x.Name).With(&a.x)
		return nil
	case pg.ObjectType_OBJECT_COLUMN:
		at, err := a.find(s.Subname)
		if err != nil {
			if pgerr.From(err).Code == pgerr.UndefinedColumn {
				return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", s.Subname)
			}
			return pgerr.New(pgerr.FeatureNotSupported, "cannot rename system column \"%s\"", s.Subname)
		}
		if isSystemColumn(s.Newname) {
			return pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", s.Newname)
		}
		if _, err := a.find(s.Newname); err == nil {
			return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", s.Newname, x.Name)
		}
		a.x.Columns[at].Name = s.Newname
		for i, c := range a.x.Checks {
			if slices.ContainsFunc(expr.Vars(c.Expr), func(v *expr.Var) bool { return v.Col == at }) {
				a.x.Checks[i].Text = expr.DefinitionString(c.Expr, false, a.x.called)
				a.x.Checks[i].Pretty = expr.DefinitionString(c.Expr, true, a.x.called)
			}
		}
		t.temp = t.temp.With(&a.x)
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER TABLE of a temporary table is not supported").
		WithHint("RENAME TO and RENAME COLUMN are.")
}

// taken tells whether a table, a key or an index has the name.
func (t *Temp) taken(name string) bool {
	for _, x := range t.tables {
		if x.Name == name || slices.ContainsFunc(x.Keys, func(k TempKey) bool { return k.Name == name }) ||
			slices.ContainsFunc(x.Indexes, func(i TempIndex) bool { return i.Name == name }) {
			return true
		}
	}
	return false
}

// indexTemp is CREATE INDEX on a temporary table: it is taken and makes nothing, as no answer depends on it.
func (t *Tx) indexTemp(ctx context.Context, path []string, x *TempTable, s *pg.IndexStmt) ([]Notice, error) {
	if s.Unique {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "a unique index of a temporary table is not supported").
			WithHint("UNIQUE and PRIMARY KEY in CREATE TEMP TABLE are looked after.")
	}
	parts := []string{x.Name}
	for _, n := range s.IndexParams {
		e := n.GetIndexElem()
		switch {
		case e.Name == "":
			parts = append(parts, "expr")
			continue
		case !slices.ContainsFunc(x.Columns, func(c TempColumn) bool { return c.Name == e.Name }):
			return nil, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", e.Name)
		}
		parts = append(parts, e.Name)
	}
	if m := s.AccessMethod; !slices.Contains([]string{"btree", "hash", "gist", "gin", "spgist", "brin"}, m) {
		return nil, pgerr.New(pgerr.UndefinedObject, "access method \"%s\" does not exist", m)
	}
	name := s.Idxname
	if name == "" {
		base := strings.Join(parts, "_")
		name = base + "_idx"
		for n := 1; t.temp.taken(name); n++ {
			name = base + "_idx" + itoa(types.OID(n))
		}
	} else if t.temp.taken(name) {
		if s.IfNotExists {
			return []Notice{{"NOTICE", pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists, skipping", name)}}, nil
		}
		return nil, pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	c := *x
	c.Indexes = append(slices.Clone(x.Indexes), TempIndex{name})
	t.temp = t.temp.With(&c)
	return nil, nil
}

// dropIndexes is DROP INDEX: there are indexes of temporary tables alone.
func (t *Tx) dropIndexes(s *pg.DropStmt) (notices []Notice, err error) {
	temp := t.temp
	for _, o := range s.Objects {
		_, rel := nameOf(o)
		found := false
		for _, x := range temp.All() {
			if slices.ContainsFunc(x.Keys, func(k TempKey) bool { return k.Name == rel }) {
				return nil, pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop index %s because constraint %s on table %s requires it", rel, rel, x.Name).
					WithHint("You can drop constraint %s on table %s instead.", rel, x.Name)
			}
			if i := slices.Index(x.Indexes, TempIndex{rel}); i >= 0 {
				c := *x
				c.Indexes = slices.Delete(slices.Clone(x.Indexes), i, i+1)
				temp, found = temp.With(&c), true
			}
		}
		switch {
		case found:
		case s.MissingOk:
			notices = append(notices, skipping("index \"%s\" does not exist, skipping", rel)...)
		default:
			return nil, pgerr.New(pgerr.UndefinedObject, "index \"%s\" does not exist", rel)
		}
	}
	t.temp = temp
	return notices, nil
}
