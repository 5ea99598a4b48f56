package catalog

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// made numbers what DDL makes, as PostgreSQL's OIDs do: dependents are told in that order.
var made atomic.Int64

func (d *ddl) createView(s *pg.ViewStmt) error {
	if s.View.Relpersistence == "t" {
		return pgerr.New(pgerr.FeatureNotSupported, "temporary views are not supported").
			WithHint("CREATE TEMP TABLE ... AS keeps the rows of a query; WITH names it within a statement.")
	}
	if err := checkViewQuery(s); err != nil {
		return err
	}
	n, err := d.target(s.View)
	if err != nil {
		return err
	}
	query, err := sql.Deparse(s.Query)
	if err != nil || !sql.Says(query, s.Query) {
		written, ok := d.writtenQuery(s.Query)
		if !ok && err == nil {
			err = pgerr.New(pgerr.FeatureNotSupported, "this query cannot be kept as a view")
		}
		if !ok {
			return err
		}
		query = written
	}
	def := &viewDef{name: n, query: query, path: slices.Clone(d.path), owner: d.user, made: made.Add(1)}
	if def.options, err = viewOptions(nil, s.Options, false); err != nil {
		return err
	}
	for _, a := range s.Aliases {
		def.columns = append(def.columns, a.GetString_().GetSval())
	}
	if d.loading {
		if d.taken(n) {
			return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", n.name)
		}
		d.st.views[n] = def
		return nil
	}
	v := d.cat.viewOf(d.st, d.user, newSnapshot())
	var cols []types.Column
	if err = d.fixed(v, def); err == nil {
		cols, err = d.cat.describe(d.ctx, v, d.path, def)
	}
	if err != nil {
		return d.placed(err, func(query string) error {
			c := *def
			c.query = query
			_, err := d.cat.describe(d.ctx, v, d.path, &c)
			return err
		})
	}
	old := d.st.views[n]
	if old == nil && d.taken(n) || old != nil && !s.Replace {
		if s.Replace {
			return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a view", n.name)
		}
		return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", n.name)
	}
	for _, c := range cols {
		if c.Type.OID == types.RecordOID && (c.Record == nil || !c.Record.Named) {
			return pgerr.New(pgerr.InvalidTableDefinition, "column \"%s\" has pseudo-type record", c.Name)
		}
	}
	if old != nil {
		was, err := d.cat.describe(d.ctx, v, old.path, old)
		if err != nil {
			return err
		}
		if err := replaceable(was, cols); err != nil {
			return err
		}
		def.made, def.owner, def.comment, def.comments, def.defaults = old.made, old.owner, old.comment, old.comments, old.defaults
	}
	d.st.views[n] = def
	return nil
}

var queryBegins = regexp.MustCompile(`(?is)\bas[\s(]+(select|with|values|table)\b`)

// writtenQuery finds a view's query in the statement's text.
func (d *ddl) writtenQuery(query *pg.Node) (string, bool) {
	for _, at := range queryBegins.FindAllStringIndex(d.text, -1) {
		text := strings.TrimSpace(d.text[at[0]+len("as"):])
		if sql.Says(text, query) {
			return strings.TrimSuffix(text, ";"), true
		}
	}
	return "", false
}

// placed gives an error about a view's query its place in the statement: again binds the query as it was written, with
// blanks before it.
func (d *ddl) placed(err error, again func(query string) error) error {
	e := pgerr.From(err).Clone()
	if e.Position == 0 {
		return err
	}
	e.Position = 0
	at := queryBegins.FindStringIndex(d.text)
	if at == nil {
		return e
	}
	before := utf8.RuneCountInString(d.text[:at[0]]) + len("as")
	if placed := pgerr.From(again(strings.Repeat(" ", d.offset+before) + d.text[at[0]+len("as"):])); placed.Message == e.Message {
		return placed
	}
	return e
}

// checkViewQuery refuses what a view's query must not hold (DefineView).
func checkViewQuery(s *pg.ViewStmt) error {
	sel := s.Query.GetSelectStmt()
	switch {
	case s.View.Relpersistence == "u":
		return pgerr.New(pgerr.SyntaxError, "views cannot be unlogged because they do not have storage")
	case sel.GetIntoClause() != nil:
		return pgerr.New(pgerr.FeatureNotSupported, "views must not contain SELECT INTO")
	}
	for _, n := range sel.GetWithClause().GetCtes() {
		if n.GetCommonTableExpr().GetCtequery().GetSelectStmt() == nil {
			return pgerr.New(pgerr.FeatureNotSupported, "views must not contain data-modifying statements in WITH")
		}
	}
	check := s.WithCheckOption == pg.ViewCheckOption_LOCAL_CHECK_OPTION || s.WithCheckOption == pg.ViewCheckOption_CASCADED_CHECK_OPTION
	for _, o := range s.Options {
		check = check || o.GetDefElem().GetDefname() == "check_option"
	}
	if check {
		e := pgerr.New(pgerr.FeatureNotSupported, "WITH CHECK OPTION is supported only on automatically updatable views")
		if len(sel.GetFromClause()) != 1 || sel.FromClause[0].GetRangeVar() == nil {
			return e.WithHint("Views that do not select from a single table or view are not automatically updatable.")
		}
		return e.WithHint("Views over files cannot be written to.")
	}
	return nil
}

// replaceable is checkViewColumns: a view keeps the columns that it has.
func replaceable(was, now []types.Column) error {
	if len(now) < len(was) {
		return pgerr.New(pgerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, o := range was {
		c := now[i]
		switch {
		case c.Name != o.Name:
			return pgerr.New(pgerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", o.Name, c.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.")
		case c.Type != o.Type:
			return pgerr.New(pgerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s", o.Name,
				expr.FormatType(o.Type), expr.FormatType(c.Type))
		case c.Collation != o.Collation:
			return pgerr.New(pgerr.InvalidTableDefinition, "cannot change collation of view column \"%s\" from \"%s\" to \"%s\"", o.Name,
				expr.CollationName(o.Collation), expr.CollationName(c.Collation))
		}
	}
	return nil
}

// viewOptions applies WITH (…), SET (…) or RESET (…) of a view to what it has. Options are kept as name=value, in order.
func viewOptions(old []string, list []*pg.Node, reset bool) ([]string, error) {
	out := slices.Clone(old)
	for _, n := range list {
		e := n.GetDefElem()
		if e.Defnamespace != "" {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unrecognized parameter namespace \"%s\"", e.Defnamespace)
		}
		at := slices.IndexFunc(out, func(o string) bool { return strings.HasPrefix(o, e.Defname+"=") })
		if reset {
			if e.Arg != nil {
				return nil, pgerr.New(pgerr.SyntaxError, "RESET must not include values for parameters")
			}
			if at >= 0 {
				out = slices.Delete(out, at, at+1)
			}
			continue
		}
		if e.Defname != "security_barrier" && e.Defname != "security_invoker" {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unrecognized parameter \"%s\"", e.Defname)
		}
		value := optionText(e.Arg)
		if !isBool(value) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", e.Defname, value)
		}
		if at >= 0 {
			if old == nil {
				return nil, pgerr.New(pgerr.InvalidParameterValue, "parameter \"%s\" specified more than once", e.Defname)
			}
			out = slices.Delete(out, at, at+1)
		}
		out = append(out, e.Defname+"="+value)
	}
	return out, nil
}

// optionText is the value of WITH (name = value) as it is kept.
func optionText(n *pg.Node) string {
	switch x := n.GetNode().(type) {
	case nil:
		return "true"
	case *pg.Node_String_:
		return x.String_.Sval
	case *pg.Node_Integer:
		return strconv.Itoa(int(x.Integer.Ival))
	case *pg.Node_Float:
		return x.Float.Fval
	case *pg.Node_Boolean:
		return strconv.FormatBool(x.Boolean.Boolval)
	case *pg.Node_TypeName:
		names := x.TypeName.Names
		return names[len(names)-1].GetString_().GetSval()
	}
	return ""
}

// isBool tells whether parse_bool takes the text.
func isBool(s string) bool {
	s = strings.ToLower(s)
	if s == "" || s == "o" {
		return false
	}
	return slices.ContainsFunc([]string{"true", "false", "yes", "no", "on", "off", "1", "0"}, func(w string) bool { return strings.HasPrefix(w, s) })
}

// alterView is ALTER VIEW but for names; what is ALTER TABLE by its words has the same forms.
func (d *ddl) alterView(n name, s *pg.AlterTableStmt) error {
	def := *d.st.views[n]
	for _, c := range s.Cmds {
		cmd := c.GetAlterTableCmd()
		var err error
		switch cmd.Subtype {
		case pg.AlterTableType_AT_ChangeOwner:
			owner := roleName(cmd.Newowner, d.user)
			if d.st.roles[owner] == nil && owner != d.user && owner != d.cat.cfg.Owner && !d.loading {
				return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", owner)
			}
			def.owner = owner
		case pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ReplaceRelOptions:
			def.options, err = viewOptions(append([]string{}, def.options...), cmd.Def.GetList().GetItems(), false)
		case pg.AlterTableType_AT_ResetRelOptions:
			def.options, err = viewOptions(def.options, cmd.Def.GetList().GetItems(), true)
		case pg.AlterTableType_AT_ColumnDefault:
			var cols []string
			if !d.loading {
				if cols, err = d.columnsOf(n); err != nil {
					return err
				}
			}
			if !d.loading && !slices.Contains(cols, cmd.Name) {
				return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", cmd.Name, n.name)
			}
			text := ""
			if cmd.Def != nil {
				if text, err = d.viewDefault(n, cmd); err != nil {
					return err
				}
			}
			def.defaults = withComment(def.defaults, cmd.Name, text)
		default:
			action, ok := viewAlterWords[cmd.Subtype]
			if !ok {
				return pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER VIEW is not supported").
					WithHint("CREATE OR REPLACE VIEW gives a view another query; RENAME, SET SCHEMA, OWNER TO, SET and RESET are supported.")
			}
			return pgerr.New(pgerr.WrongObjectType, "ALTER action %s cannot be performed on relation \"%s\"", action, n.name).
				WithDetail("This operation is not supported for views.")
		}
		if err != nil {
			return err
		}
	}
	d.st.views[n] = &def
	return nil
}

// viewDefault binds what a view's column is to be where nothing is given, and prints it. Nothing is inserted through a view
// of files, so that it is only shown.
func (d *ddl) viewDefault(n name, cmd *pg.AlterTableCmd) (string, error) {
	if d.loading || d.bind == nil { // it was printed when it was made
		_, text, ok := strings.Cut(d.text, " SET DEFAULT ")
		if !ok {
			return sql.Deparse(cmd.Def)
		}
		return strings.TrimSuffix(strings.TrimSpace(text), ";"), nil
	}
	v := d.cat.viewOf(d.st, d.user, newSnapshot())
	r, err := v.relation(d.ctx, n)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == cmd.Name })
	k, err := d.bind(d.ctx, v, d.path, &pg.ColumnDef{
		Colname: cmd.Name, TypeName: typeNameOf(r.Columns[at].Type), IsLocal: true,
		Constraints: []*pg.Node{{Node: &pg.Node_Constraint{Constraint: &pg.Constraint{Contype: pg.ConstrType_CONSTR_DEFAULT, RawExpr: cmd.Def}}}},
	})
	return k.DefaultText, err
}

// viewAlterWords are the forms of ALTER TABLE that PostgreSQL has no views for.
var viewAlterWords = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_AddColumn: "ADD COLUMN", pg.AlterTableType_AT_DropColumn: "DROP COLUMN",
	pg.AlterTableType_AT_AlterColumnType: "ALTER COLUMN ... SET DATA TYPE",
	pg.AlterTableType_AT_SetNotNull:      "ALTER COLUMN ... SET NOT NULL", pg.AlterTableType_AT_DropNotNull: "ALTER COLUMN ... DROP NOT NULL",
	pg.AlterTableType_AT_AddConstraint: "ADD CONSTRAINT", pg.AlterTableType_AT_DropConstraint: "DROP CONSTRAINT",
	pg.AlterTableType_AT_GenericOptions: "OPTIONS",
}

// columnsOf are the names of a table's or view's visible columns.
func (d *ddl) columnsOf(n name) ([]string, error) {
	r, err := d.cat.viewOf(d.st, d.user, newSnapshot()).relation(d.ctx, n)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range r.Columns {
		if !c.Hidden {
			out = append(out, c.Name)
		}
	}
	return out, nil
}

// renameViewColumn is ALTER VIEW … RENAME COLUMN.
func (d *ddl) renameViewColumn(n name, from, to string) error {
	cols, err := d.columnsOf(n)
	if err != nil {
		return err
	}
	at := slices.Index(cols, from)
	if at < 0 {
		return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", from)
	}
	if slices.Contains(cols, to) {
		return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", to, n.name)
	}
	renamed := slices.Clone(cols)
	renamed[at] = to
	if err := d.keepViews(n, n, cols, renamed); err != nil {
		return err
	}
	def := *d.st.views[n]
	def.columns = renamed
	if c, ok := def.comments[from]; ok {
		def.comments = withComment(withComment(def.comments, from, ""), to, c)
	}
	if c, ok := def.defaults[from]; ok {
		def.defaults = withComment(withComment(def.defaults, from, ""), to, c)
	}
	d.st.views[n] = &def
	return nil
}

// withComment is a copy of what columns have, comments or defaults, with one set, or taken away.
func withComment(old map[string]string, column, comment string) map[string]string {
	out := map[string]string{}
	for k, v := range old {
		out[k] = v
	}
	if out[column] = comment; comment == "" {
		delete(out, column)
	}
	return out
}

// keepViews makes the views over a relation go on meaning it when it is called to from now on and its columns renamed
// instead of columns (nil = these do not change). Their queries are printed with the new names, as PostgreSQL, which keeps
// no names, would print them; one that cannot be printed names the relation by its old name still, as an alias.
func (d *ddl) keepViews(of, to name, columns, renamed []string) error {
	for n, def := range d.st.views {
		c := *def
		if query, ok := d.printed(def, of, to, renamed); ok {
			if query == "" {
				continue
			}
			c.query = query
			d.st.views[n] = &c
			continue
		}
		changed := false
		query, err := rewriteRelations(def.query, func(r *pg.RangeVar) {
			if d.meant(r, def.path) != of {
				return
			}
			changed = true
			if r.Alias == nil {
				r.Alias = &pg.Alias{Aliasname: r.Relname}
			}
			r.Schemaname, r.Relname = to.schema, to.name
			for i := len(r.Alias.Colnames); i < len(columns); i++ {
				r.Alias.Colnames = append(r.Alias.Colnames, &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: columns[i]}}})
			}
		}, of)
		if err != nil {
			return err
		}
		if changed {
			c.query = query
			d.st.views[n] = &c
		}
	}
	return nil
}

// printed prints a view's query with the new names; "" where the view does not read the relation.
func (d *ddl) printed(def *viewDef, of, to name, renamed []string) (query string, ok bool) {
	if d.loading || d.cat.definer == nil {
		return "", false
	}
	if !slices.Contains(d.reads(def), of) {
		return "", true
	}
	v, path := d.cat.viewOf(d.st, d.user, newSnapshot()), implicit(def.path)
	r, err := v.relation(d.ctx, def.name)
	if err != nil || r == nil {
		return "", false
	}
	var names []string
	for _, c := range r.Columns {
		names = append(names, c.Name)
	}
	how := Definition{
		Renamed: func(schema, rel string) (string, string, []string) {
			if (name{schema, rel}) == of {
				return to.schema, to.name, renamed
			}
			return schema, rel, nil
		},
		Called: v.called(d.ctx, path),
	}
	text, err := d.cat.definer(d.ctx, v, path, def.query, names, how)
	if err != nil {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimSpace(text), ";"), true
}

// called tells how a relation is called where names are looked up along path.
func (v *view) called(ctx context.Context, path []string) func(schema, rel string) string {
	return func(schema, rel string) string {
		for _, s := range path {
			if s == schema {
				return sql.QuoteIdent(rel)
			}
			if there, err := v.has(ctx, name{s, rel}); there || err != nil {
				break
			}
		}
		return sql.QuoteIdent(schema) + "." + sql.QuoteIdent(rel)
	}
}

// fixed writes out the constants of a view whose literals its reader's settings would read otherwise, or another moment, as
// PostgreSQL fixes them when a view is made.
func (d *ddl) fixed(v *view, def *viewDef) error {
	if d.cat.definer == nil {
		return nil
	}
	text, err := d.cat.definer(d.ctx, v, implicit(d.path), def.query, nil, Definition{Read: d.style, Fix: true})
	if err == nil {
		def.query = text
	}
	return err
}

// meant is the relation that a name in a view's query means, among what DDL made.
func (d *ddl) meant(r *pg.RangeVar, path []string) name {
	if r.Schemaname != "" {
		path = []string{r.Schemaname}
	}
	for _, s := range path {
		n := name{s, r.Relname}
		if d.st.tables[n] != nil || d.st.views[n] != nil {
			return n
		}
	}
	return name{}
}

// rewriteRelations shows f the relations that a query names, which it may change, and gives the query then.
func rewriteRelations(query string, f func(*pg.RangeVar), of name) (string, error) {
	stmts, err := sql.Parse(query)
	if err != nil {
		return "", err
	}
	tree := proto.Clone(stmts[0].Node).(*pg.Node)
	eachRelation(tree.ProtoReflect(), nil, f)
	eachColumnRef(tree.ProtoReflect(), func(c *pg.ColumnRef) { // schema.table.column: the table has an alias now
		if len(c.Fields) > 2 && c.Fields[0].GetString_().GetSval() == of.schema && c.Fields[1].GetString_().GetSval() == of.name {
			c.Fields = c.Fields[1:]
		}
	})
	text, err := sql.Deparse(tree)
	if err == nil && !sql.Says(text, tree) {
		err = pgerr.New(pgerr.FeatureNotSupported, "the query of a view cannot be written anew with what was renamed")
	}
	return text, err
}

// eachRelation shows f the relations that a tree names; names of common table expressions are left out.
func eachRelation(m protoreflect.Message, ctes []string, f func(*pg.RangeVar)) {
	switch x := m.Interface().(type) {
	case *pg.RangeVar:
		if x.Schemaname != "" || !slices.Contains(ctes, x.Relname) {
			f(x)
		}
		return
	case *pg.SelectStmt:
		if x.WithClause != nil {
			all := slices.Clone(ctes)
			for _, n := range x.WithClause.Ctes {
				all = append(all, n.GetCommonTableExpr().Ctename)
			}
			seen := slices.Clone(ctes)
			for _, n := range x.WithClause.Ctes {
				c := n.GetCommonTableExpr()
				if x.WithClause.Recursive {
					seen = all
				}
				eachRelation(c.Ctequery.ProtoReflect(), seen, f)
				seen = append(slices.Clone(seen), c.Ctename)
			}
			ctes = all
		}
	case *pg.WithClause:
		return // seen from its query
	}
	eachMessage(m, func(k protoreflect.Message) { eachRelation(k, ctes, f) })
}

func eachColumnRef(m protoreflect.Message, f func(*pg.ColumnRef)) {
	if c, ok := m.Interface().(*pg.ColumnRef); ok {
		f(c)
	}
	eachMessage(m, func(k protoreflect.Message) { eachColumnRef(k, f) })
}

func eachMessage(m protoreflect.Message, f func(protoreflect.Message)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil || fd.IsMap():
		case fd.IsList():
			for i := range v.List().Len() {
				f(v.List().Get(i).Message())
			}
		default:
			f(v.Message())
		}
		return true
	})
}
