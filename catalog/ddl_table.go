package catalog

import (
	"maps"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/options"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

func (d *ddl) createTable(s *pg.CreateForeignTableStmt) error {
	base := s.BaseStmt
	n, err := d.target(base.Relation)
	if err != nil {
		return err
	}
	if d.taken(n) {
		if base.IfNotExists {
			d.notice("relation \"%s\" already exists, skipping", n.name)
			return nil
		}
		return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", n.name)
	}
	if len(base.InhRelations) > 0 || base.Partspec != nil || base.Partbound != nil {
		return pgerr.New(pgerr.FeatureNotSupported, "inheritance and partitions of foreign tables are not supported").
			WithHint("A table over several files takes a glob or a folder as its location.")
	}
	if _, err := d.server(s.Servername); err != nil {
		return err
	}
	def := &tableDef{name: n, server: s.Servername, owner: d.user, made: made.Add(1)}
	if def.options, err = newOptions(s.Options); err != nil {
		return err
	}
	for _, e := range base.TableElts {
		cd := e.GetColumnDef()
		if cd == nil {
			return pgerr.New(pgerr.FeatureNotSupported, "constraints of foreign tables are not supported")
		}
		c, err := d.column(cd)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(def.columns, func(o columnDef) bool { return o.name == c.name }) {
			return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" specified more than once", c.name)
		}
		def.columns = append(def.columns, c)
	}
	if err := d.check(def); err != nil {
		return err
	}
	d.st.tables[n] = def
	return nil
}

// column reads a column's definition. Text is COLLATE "C" unless said otherwise, since files have no collation.
func (d *ddl) column(cd *pg.ColumnDef) (columnDef, error) {
	c := columnDef{name: cd.Colname, notNull: cd.IsNotNull}
	t, err := TypeName(cd.TypeName)
	if err != nil {
		return c, err
	}
	c.typ = t
	if c.collation, err = collationFor(t, cd.CollClause); err != nil {
		return c, err
	}
	for _, k := range cd.Constraints {
		switch con := k.GetConstraint(); con.Contype {
		case pg.ConstrType_CONSTR_NOTNULL:
			c.notNull = true
		case pg.ConstrType_CONSTR_NULL:
		default:
			return c, pgerr.New(pgerr.FeatureNotSupported, "constraints and defaults of foreign tables are not supported").
				WithDetail("Column \"%s\" has one that is not NOT NULL.", c.name)
		}
	}
	c.options, err = newOptions(cd.Fdwoptions)
	return c, err
}

// collationFor is the collation of a file's column: "C" where the type has one.
func collationFor(t types.Type, clause *pg.CollateClause) (types.OID, error) {
	collatable := pgdata.TypeByOID(uint32(t.OID)).Collation != 0
	if clause == nil {
		if collatable {
			return types.CCollation, nil
		}
		return types.NoCollation, nil
	}
	if !collatable {
		return 0, pgerr.New(pgerr.DatatypeMismatch, "collations are not supported by type %s", expr.FormatType(t))
	}
	var names []string
	for _, n := range clause.Collname {
		names = append(names, n.GetString_().GetSval())
	}
	return expr.Collation(names)
}

// TypeName resolves a type as the grammar gives it.
func TypeName(tn *pg.TypeName) (types.Type, error) {
	var names []string
	for _, n := range tn.Names {
		names = append(names, n.GetString_().GetSval())
	}
	var mods []int32
	for _, m := range tn.Typmods {
		mods = append(mods, m.GetAConst().GetIval().GetIval())
	}
	return expr.TypeByName(names, mods, len(tn.ArrayBounds) > 0)
}

func collationName(oid types.OID) string {
	switch oid {
	case types.DefaultCollation:
		return `pg_catalog."default"`
	case types.POSIXCollation:
		return `pg_catalog."POSIX"`
	}
	return `pg_catalog."C"`
}

// check tells whether the options of a table make sense together: known names, readable values, a place and a format.
func (d *ddl) check(def *tableDef) error {
	if d.loading {
		return nil // what was right when it was written; a fault shows when the table is named
	}
	v := d.cat.viewOf(d.st, d.user, newSnapshot())
	p, err := v.place(def)
	if err != nil {
		return err
	}
	for _, c := range def.columns {
		if len(c.options) == 0 {
			continue
		}
		var specs []any
		if p.format != nil {
			specs = append(specs, p.format.Spec().Column)
		} else {
			for _, f := range d.cat.cfg.Formats {
				specs = append(specs, f.Spec().Column)
			}
		}
		if err := options.Check(c.options, specs...); err != nil {
			return pgerr.From(err).At("column %s", c.name)
		}
	}
	return nil
}

// importSchema declares a table for each that is found at the server's location, or in the folder of it that is named.
func (d *ddl) importSchema(s *pg.ImportForeignSchemaStmt) error {
	srv, err := d.server(s.ServerName)
	if err != nil {
		return err
	}
	if d.st.schemas[s.LocalSchema] == nil {
		return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", s.LocalSchema)
	}
	if o, err := newOptions(s.Options); err != nil {
		return err
	} else if err := options.Check(o, struct{}{}); err != nil {
		return err
	}
	v := d.cat.viewOf(d.st, d.user, newSnapshot())
	p, err := v.place(&tableDef{server: srv.name, options: map[string]string{}})
	if err != nil {
		return err
	}
	pattern := p.pattern
	if s.RemoteSchema != "public" && s.RemoteSchema != "" {
		pattern = strings.TrimSuffix(pattern, "/") + "/" + s.RemoteSchema
	}
	if _, _, ok := (sources.Location{Scheme: p.loc.Scheme, Pattern: pattern}).Split(); ok {
		p.src = d.cat.members(p.src)
	}
	disc := &discovery{cat: d.cat, schema: s.LocalSchema, loc: p.loc, src: p.src, pattern: pattern, secrets: p.formatOptions, rejects: p.rejects, warned: map[string]bool{}}
	tables, err := disc.tables(d.ctx)
	if err != nil {
		return err
	}
	var listed []string
	for _, t := range s.TableList {
		listed = append(listed, t.GetRangeVar().GetRelname())
	}
	for _, f := range tables {
		in := slices.Contains(listed, f.name)
		if s.ListType == pg.ImportForeignSchemaType_FDW_IMPORT_SCHEMA_LIMIT_TO && !in || s.ListType == pg.ImportForeignSchemaType_FDW_IMPORT_SCHEMA_EXCEPT && in {
			continue
		}
		r, err := v.discovered(d.ctx, disc, f)
		if err != nil {
			return err
		}
		n := name{s.LocalSchema, f.name}
		if d.taken(n) {
			return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", n.name)
		}
		d.st.tables[n] = d.declaration(n, srv, p.loc, r)
	}
	return nil
}

// declaration is the CREATE FOREIGN TABLE of a relation that was found.
func (d *ddl) declaration(n name, srv *serverDef, loc sources.Location, r *Relation) *tableDef {
	def := &tableDef{name: n, server: srv.name, owner: d.user, made: made.Add(1), options: map[string]string(maps.Clone(r.File.Options))}
	if def.options == nil {
		def.options = map[string]string{}
	}
	for name := range secretsOf(r.File.Format, def.options) {
		delete(def.options, name)
	}
	def.options["location"] = locationOf(loc, r.File.Pattern)
	def.options["format"] = r.File.Format.Spec().Name
	for _, c := range r.Columns {
		if !c.Hidden {
			def.columns = append(def.columns, columnDef{name: c.Name, typ: c.Type, collation: c.Collation, options: c.Options})
		}
	}
	return def
}

// locationOf writes a pattern of a source as a location.
func locationOf(loc sources.Location, pattern string) string {
	if loc.Scheme == "s3" {
		return "s3://" + pattern
	}
	return pattern
}

func (d *ddl) alterTable(s *pg.AlterTableStmt) (string, error) {
	tag := "ALTER TABLE"
	switch s.Objtype {
	case pg.ObjectType_OBJECT_FOREIGN_TABLE:
		tag = "ALTER FOREIGN TABLE"
	case pg.ObjectType_OBJECT_VIEW:
		tag = "ALTER VIEW"
	}
	n, ok := d.existing(s.Relation.Schemaname, s.Relation.Relname)
	if !ok {
		var err error
		if n, ok, err = d.adopt(s.Relation.Schemaname, s.Relation.Relname); err != nil {
			return "", err
		}
	}
	if !ok {
		if s.MissingOk {
			d.notice("relation \"%s\" does not exist, skipping", s.Relation.Relname)
			return tag, nil
		}
		return "", d.missing(s.Relation.Schemaname, s.Relation.Relname)
	}
	if d.st.views[n] != nil {
		return tag, d.alterView(n, s)
	}
	if s.Objtype == pg.ObjectType_OBJECT_VIEW {
		return "", pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a view", n.name)
	}
	def := *d.st.tables[n]
	def.columns = slices.Clone(def.columns)
	for _, c := range s.Cmds {
		if err := d.alterCmd(&def, c.GetAlterTableCmd()); err != nil {
			return "", err
		}
	}
	if err := d.check(&def); err != nil {
		return "", err
	}
	d.st.tables[n] = &def
	return tag, nil
}

// adoptedServer is the server of tables that were found and then altered.
const adoptedServer = "discovered"

// adopt declares a table that was found, as it was found, so that it can be altered. The declaration hides the discovery.
func (d *ddl) adopt(schema, rel string) (name, bool, error) {
	path := d.path
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		for _, disc := range d.cat.discoveries {
			if disc.schema != s {
				continue
			}
			f, err := disc.table(d.ctx, rel)
			if err != nil {
				return name{}, false, err
			}
			if f == nil {
				continue
			}
			r, err := d.cat.viewOf(d.st, d.user, newSnapshot()).discovered(d.ctx, disc, f)
			if err != nil {
				return name{}, false, err
			}
			srv := d.st.servers[adoptedServer]
			if srv == nil {
				srv = &serverDef{name: adoptedServer, wrapper: wrappers[0], owner: d.user}
				d.st.servers[adoptedServer] = srv
			}
			n := name{s, rel}
			d.st.tables[n] = d.declaration(n, srv, disc.loc, r)
			return n, true, nil
		}
	}
	return name{}, false, nil
}

func (d *ddl) alterCmd(def *tableDef, cmd *pg.AlterTableCmd) (err error) {
	at := slices.IndexFunc(def.columns, func(c columnDef) bool { return c.name == cmd.Name })
	noColumn := func() error {
		return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", cmd.Name, def.name.name)
	}
	switch cmd.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		c, err := d.column(cmd.Def.GetColumnDef())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(def.columns, func(o columnDef) bool { return o.name == c.name }) {
			if cmd.MissingOk {
				d.notice("column \"%s\" of relation \"%s\" already exists, skipping", c.name, def.name.name)
				return nil
			}
			return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", c.name, def.name.name)
		}
		def.columns = append(def.columns, c)
	case pg.AlterTableType_AT_DropColumn:
		if at < 0 {
			if cmd.MissingOk {
				d.notice("column \"%s\" of relation \"%s\" does not exist, skipping", cmd.Name, def.name.name)
				return nil
			}
			return noColumn()
		}
		def.columns = slices.Delete(def.columns, at, at+1)
	case pg.AlterTableType_AT_AlterColumnType:
		if at < 0 {
			return noColumn()
		}
		cd := cmd.Def.GetColumnDef()
		t, err := TypeName(cd.TypeName)
		if err != nil {
			return err
		}
		coll, err := collationFor(t, cd.CollClause)
		if err != nil {
			return err
		}
		def.columns[at].typ, def.columns[at].collation = t, coll
	case pg.AlterTableType_AT_SetNotNull, pg.AlterTableType_AT_DropNotNull:
		if at < 0 {
			return noColumn()
		}
		def.columns[at].notNull = cmd.Subtype == pg.AlterTableType_AT_SetNotNull
	case pg.AlterTableType_AT_AlterColumnGenericOptions:
		if at < 0 {
			return noColumn()
		}
		def.columns[at].options, err = changedOptions(def.columns[at].options, cmd.Def.GetList().GetItems())
		return err
	case pg.AlterTableType_AT_GenericOptions:
		def.options, err = changedOptions(def.options, cmd.Def.GetList().GetItems())
		return err
	case pg.AlterTableType_AT_ChangeOwner:
		def.owner = roleName(cmd.Newowner, d.user)
	default:
		return pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER FOREIGN TABLE is not supported").
			WithHint("ADD COLUMN, DROP COLUMN, ALTER COLUMN TYPE, SET and DROP NOT NULL, and OPTIONS are.")
	}
	return nil
}
