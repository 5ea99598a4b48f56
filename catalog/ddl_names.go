package catalog

import (
	"maps"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
)

// nameOf reads a possibly qualified name of DROP, COMMENT and the like.
func nameOf(n *pg.Node) (schema, object string) {
	if l := n.GetList(); l != nil {
		items := l.Items
		if len(items) > 1 {
			schema = items[len(items)-2].GetString_().GetSval()
		}
		return schema, items[len(items)-1].GetString_().GetSval()
	}
	return "", n.GetString_().GetSval()
}

func (d *ddl) comment(s *pg.CommentStmt) error {
	switch s.Objtype {
	case pg.ObjectType_OBJECT_COLUMN:
		items := s.Object.GetList().GetItems()
		schema, rel := nameOf(&pg.Node{Node: &pg.Node_List{List: &pg.List{Items: items[:len(items)-1]}}})
		column := items[len(items)-1].GetString_().GetSval()
		n, ok := d.existing(schema, rel)
		if !ok {
			return d.missing(schema, rel)
		}
		t := d.st.tables[n]
		if t == nil {
			if !d.loading {
				cols, err := d.columnsOf(n)
				if err != nil {
					return err
				}
				if !slices.Contains(cols, column) {
					return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, rel)
				}
			}
			def := *d.st.views[n]
			def.comments = withComment(def.comments, column, s.Comment)
			d.st.views[n] = &def
			return nil
		}
		def := *t
		def.columns = append([]columnDef(nil), t.columns...)
		for i := range def.columns {
			if def.columns[i].name == column {
				def.columns[i].comment = s.Comment
				d.st.tables[n] = &def
				return nil
			}
		}
		return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, rel)
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_FOREIGN_TABLE, pg.ObjectType_OBJECT_VIEW:
		schema, rel := nameOf(s.Object)
		n, ok := d.existing(schema, rel)
		if !ok {
			return d.missing(schema, rel)
		}
		if t := d.st.tables[n]; t != nil {
			if s.Objtype == pg.ObjectType_OBJECT_VIEW {
				return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a view", rel)
			}
			def := *t
			def.comment = s.Comment
			d.st.tables[n] = &def
			return nil
		}
		if s.Objtype != pg.ObjectType_OBJECT_VIEW {
			return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a table", rel)
		}
		def := *d.st.views[n]
		def.comment = s.Comment
		d.st.views[n] = &def
		return nil
	case pg.ObjectType_OBJECT_SCHEMA:
		_, n := nameOf(s.Object)
		old := d.st.schemas[n]
		if old == nil {
			return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n)
		}
		def := *old
		def.comment = s.Comment
		d.st.schemas[n] = &def
		return nil
	case pg.ObjectType_OBJECT_FOREIGN_SERVER:
		_, n := nameOf(s.Object)
		old, err := d.server(n)
		if err != nil {
			return err
		}
		def := *old
		def.comment = s.Comment
		d.st.servers[n] = &def
		return nil
	case pg.ObjectType_OBJECT_ROLE:
		_, n := nameOf(s.Object)
		old := d.st.roles[n]
		if old == nil {
			return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", n)
		}
		def := *old
		def.Description = s.Comment
		d.st.roles[n] = &def
		return nil
	case pg.ObjectType_OBJECT_EXTENSION, pg.ObjectType_OBJECT_FDW:
		return nil // pg_dump writes them for what is built in here
	}
	return pgerr.New(pgerr.FeatureNotSupported, "comments on this kind of object are not supported")
}

func (d *ddl) drop(s *pg.DropStmt) (string, error) {
	cascade := s.Behavior == pg.DropBehavior_DROP_CASCADE
	switch s.RemoveType {
	case pg.ObjectType_OBJECT_FOREIGN_TABLE:
		return "DROP FOREIGN TABLE", d.dropRelations(s, "foreign table")
	case pg.ObjectType_OBJECT_VIEW:
		return "DROP VIEW", d.dropRelations(s, "view")
	case pg.ObjectType_OBJECT_TABLE:
		return "DROP TABLE", d.dropRelations(s, "table")
	case pg.ObjectType_OBJECT_SCHEMA:
		return "DROP SCHEMA", d.dropSchemas(s)
	}
	tag := ""
	for _, o := range s.Objects {
		_, n := nameOf(o)
		var err error
		switch s.RemoveType {
		case pg.ObjectType_OBJECT_FOREIGN_SERVER:
			tag, err = "DROP SERVER", d.dropServer(n, cascade, s.MissingOk)
		default:
			err = pgerr.New(pgerr.FeatureNotSupported, "DROP of this kind of object is not supported")
		}
		if err != nil {
			return "", err
		}
	}
	return tag, nil
}

func (d *ddl) dropServer(n string, cascade, missingOK bool) error {
	if d.st.servers[n] == nil {
		if missingOK {
			d.notice("server \"%s\" does not exist, skipping", n)
			return nil
		}
		_, err := d.server(n)
		return err
	}
	var more []string
	for key := range d.st.mappings {
		if key.server == n {
			more = append(more, "user mapping for "+shownUser(key.user)+" on server "+n)
		}
	}
	slices.Sort(more)
	var tables []name
	for key, t := range d.st.tables {
		if t.server == n {
			tables = append(tables, key)
		}
	}
	d.newestFirst(tables)
	p := d.dropping()
	for _, t := range tables {
		p.visit(t, "server "+n)
	}
	if err := p.dropAll("server "+n, more, cascade); err != nil {
		return err
	}
	maps.DeleteFunc(d.st.mappings, func(k mappingKey, _ *mappingDef) bool { return k.server == n })
	delete(d.st.servers, n)
	return nil
}

// dropSchemas is DROP SCHEMA: of several it tells at once what goes with them.
func (d *ddl) dropSchemas(s *pg.DropStmt) error {
	var asked []string
	for _, o := range s.Objects {
		_, n := nameOf(o)
		switch schema := d.st.schemas[n]; {
		case schema == nil && s.MissingOk:
			d.notice("schema \"%s\" does not exist, skipping", n)
		case schema == nil:
			return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n)
		case schema.served:
			return pgerr.New(pgerr.DependentObjectsStillExist, "schema \"%s\" is served by the command line and cannot be dropped", n)
		case !slices.Contains(asked, n):
			asked = append(asked, n)
		}
	}
	p, what := d.dropping(), ""
	if len(asked) == 1 {
		what = "schema " + asked[0]
	}
	for _, n := range asked {
		var held []name
		for key := range d.st.tables {
			if key.schema == n {
				held = append(held, key)
			}
		}
		for key := range d.st.views {
			if key.schema == n {
				held = append(held, key)
			}
		}
		d.newestFirst(held)
		for _, r := range held {
			p.visit(r, "schema "+n)
		}
	}
	if err := p.dropAll(what, nil, s.Behavior == pg.DropBehavior_DROP_CASCADE); err != nil {
		return err
	}
	for _, n := range asked {
		delete(d.st.schemas, n)
	}
	return nil
}

func (d *ddl) rename(s *pg.RenameStmt) (string, error) {
	words := map[pg.ObjectType]string{
		pg.ObjectType_OBJECT_FOREIGN_TABLE: "ALTER FOREIGN TABLE", pg.ObjectType_OBJECT_TABLE: "ALTER TABLE", pg.ObjectType_OBJECT_VIEW: "ALTER VIEW",
	}
	kind := s.RenameType
	if kind == pg.ObjectType_OBJECT_COLUMN {
		kind = s.RelationType
	}
	tag := words[kind]
	if tag == "" {
		return "", pgerr.New(pgerr.FeatureNotSupported, "RENAME of this kind of object is not supported")
	}
	n, ok := d.existing(s.Relation.Schemaname, s.Relation.Relname)
	if !ok {
		err := pgerr.From(d.missing(s.Relation.Schemaname, s.Relation.Relname))
		if s.MissingOk && err.Code == pgerr.UndefinedTable {
			d.notice("relation \"%s\" does not exist, skipping", s.Relation.Relname)
			return tag, nil
		}
		return "", err
	}
	view := d.st.views[n]
	switch {
	case view == nil && kind == pg.ObjectType_OBJECT_VIEW:
		return "", pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a view", n.name)
	case view != nil && kind == pg.ObjectType_OBJECT_FOREIGN_TABLE:
		return "", pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a foreign table", n.name)
	}
	switch {
	case s.RenameType != pg.ObjectType_OBJECT_COLUMN:
		to := name{n.schema, s.Newname}
		if d.taken(to) {
			return "", pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", s.Newname)
		}
		return tag, d.move(n, to)
	case view != nil:
		return tag, d.renameViewColumn(n, s.Subname, s.Newname)
	}
	return tag, d.renameTableColumn(n, s.Subname, s.Newname)
}

// move gives a relation another name. The views that read it go on doing so.
func (d *ddl) move(n, to name) error {
	if err := d.keepViews(n, to, nil, nil); err != nil {
		return err
	}
	if v := d.st.views[n]; v != nil {
		def := *v
		def.name = to
		delete(d.st.views, n)
		d.st.views[to] = &def
		return nil
	}
	def := *d.st.tables[n]
	def.name = to
	delete(d.st.tables, n)
	d.st.tables[to] = &def
	return nil
}

func (d *ddl) renameTableColumn(n name, from, to string) error {
	def := *d.st.tables[n]
	def.columns = append([]columnDef(nil), def.columns...)
	at := -1
	for i, c := range def.columns {
		switch c.name {
		case from:
			at = i
		case to:
			return pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", to, n.name)
		}
	}
	if at < 0 {
		return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", from)
	}
	if len(d.dropping().users[n]) > 0 {
		cols, err := d.columnsOf(n)
		if err != nil {
			return err
		}
		renamed := slices.Clone(cols)
		if i := slices.Index(renamed, from); i >= 0 {
			renamed[i] = to
		}
		if err := d.keepViews(n, n, cols, renamed); err != nil {
			return err
		}
	}
	def.columns[at].name = to
	d.st.tables[n] = &def
	return nil
}

func (d *ddl) setSchema(s *pg.AlterObjectSchemaStmt) (string, error) {
	if s.Relation == nil {
		return "", pgerr.New(pgerr.FeatureNotSupported, "SET SCHEMA of this kind of object is not supported")
	}
	n, ok := d.existing(s.Relation.Schemaname, s.Relation.Relname)
	if !ok {
		return "", d.missing(s.Relation.Schemaname, s.Relation.Relname)
	}
	to, err := d.target(&pg.RangeVar{Schemaname: s.Newschema, Relname: n.name})
	if err != nil {
		return "", err
	}
	if d.taken(to) {
		return "", pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", n.name, s.Newschema)
	}
	tag := map[pg.ObjectType]string{
		pg.ObjectType_OBJECT_TABLE: "ALTER TABLE", pg.ObjectType_OBJECT_FOREIGN_TABLE: "ALTER FOREIGN TABLE", pg.ObjectType_OBJECT_VIEW: "ALTER VIEW",
	}[s.ObjectType]
	if s.ObjectType == pg.ObjectType_OBJECT_VIEW && d.st.views[n] == nil {
		return "", pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a view", n.name)
	}
	return tag, d.move(n, to)
}

// alterOwner takes what pg_dump writes; whether the owner may do more than others is not decided by it.
func (d *ddl) alterOwner(s *pg.AlterOwnerStmt) (string, error) {
	_, n := nameOf(s.Object)
	owner := roleName(s.Newowner, d.user)
	switch s.ObjectType {
	case pg.ObjectType_OBJECT_FOREIGN_SERVER:
		old, err := d.server(n)
		if err != nil {
			return "", err
		}
		def := *old
		def.owner = owner
		d.st.servers[n] = &def
		return "ALTER SERVER", nil
	case pg.ObjectType_OBJECT_SCHEMA:
		old := d.st.schemas[n]
		if old == nil {
			return "", pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n)
		}
		def := *old
		def.owner = owner
		d.st.schemas[n] = &def
		return "ALTER SCHEMA", nil
	case pg.ObjectType_OBJECT_FDW:
		return "ALTER FOREIGN DATA WRAPPER", nil
	}
	return "", pgerr.New(pgerr.FeatureNotSupported, "OWNER TO of this kind of object is not supported")
}
