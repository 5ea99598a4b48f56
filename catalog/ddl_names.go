package catalog

import (
	"maps"
	"strings"

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
			return pgerr.New(pgerr.FeatureNotSupported, "comments on the columns of views are not supported")
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
	tag := ""
	for _, o := range s.Objects {
		schema, n := nameOf(o)
		var err error
		switch s.RemoveType {
		case pg.ObjectType_OBJECT_FOREIGN_TABLE:
			tag, err = "DROP FOREIGN TABLE", d.dropRelation(schema, n, "foreign table", s.MissingOk)
		case pg.ObjectType_OBJECT_VIEW:
			tag, err = "DROP VIEW", d.dropRelation(schema, n, "view", s.MissingOk)
		case pg.ObjectType_OBJECT_TABLE:
			tag, err = "DROP TABLE", d.dropRelation(schema, n, "table", s.MissingOk)
		case pg.ObjectType_OBJECT_FOREIGN_SERVER:
			tag, err = "DROP SERVER", d.dropServer(n, cascade, s.MissingOk)
		case pg.ObjectType_OBJECT_SCHEMA:
			tag, err = "DROP SCHEMA", d.dropSchema(n, cascade, s.MissingOk)
		default:
			err = pgerr.New(pgerr.FeatureNotSupported, "DROP of this kind of object is not supported")
		}
		if err != nil {
			return "", err
		}
	}
	return tag, nil
}

func (d *ddl) dropRelation(schema, rel, kind string, missingOK bool) error {
	n, ok := d.existing(schema, rel)
	if !ok {
		if missingOK {
			d.notice("%s \"%s\" does not exist, skipping", kind, rel)
			return nil
		}
		err := pgerr.From(d.missing(schema, rel))
		if err.Code == pgerr.UndefinedTable {
			err.Message = strings.Replace(err.Message, "relation", kind, 1)
		}
		return err
	}
	isView := d.st.views[n] != nil
	if isView != (kind == "view") {
		hint := "Use DROP FOREIGN TABLE to remove a foreign table."
		if isView {
			hint = "Use DROP VIEW to remove a view."
		}
		return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("%s", hint)
	}
	if kind == "table" {
		return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a table", rel).WithHint("Use DROP FOREIGN TABLE to remove a foreign table.")
	}
	delete(d.st.views, n)
	delete(d.st.tables, n)
	return nil
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
	var details []string
	for key := range d.st.mappings {
		if key.server == n {
			details = append(details, "user mapping for "+shownUser(key.user)+" on server "+n+" depends on server "+n)
		}
	}
	for key, t := range d.st.tables {
		if t.server == n {
			details = append(details, "foreign table "+key.name+" depends on server "+n)
		}
	}
	if len(details) > 0 && !cascade {
		return dependents("server "+n, details)
	}
	maps.DeleteFunc(d.st.mappings, func(k mappingKey, _ *mappingDef) bool { return k.server == n })
	maps.DeleteFunc(d.st.tables, func(_ name, t *tableDef) bool { return t.server == n })
	delete(d.st.servers, n)
	return nil
}

func (d *ddl) dropSchema(n string, cascade, missingOK bool) error {
	s := d.st.schemas[n]
	if s == nil {
		if missingOK {
			d.notice("schema \"%s\" does not exist, skipping", n)
			return nil
		}
		return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n)
	}
	if s.served {
		return pgerr.New(pgerr.DependentObjectsStillExist, "schema \"%s\" is served by the command line and cannot be dropped", n)
	}
	var details []string
	for key := range d.st.tables {
		if key.schema == n {
			details = append(details, "foreign table "+key.schema+"."+key.name+" depends on schema "+n)
		}
	}
	for key := range d.st.views {
		if key.schema == n {
			details = append(details, "view "+key.schema+"."+key.name+" depends on schema "+n)
		}
	}
	if len(details) > 0 && !cascade {
		return dependents("schema "+n, details)
	}
	maps.DeleteFunc(d.st.tables, func(k name, _ *tableDef) bool { return k.schema == n })
	maps.DeleteFunc(d.st.views, func(k name, _ *viewDef) bool { return k.schema == n })
	delete(d.st.schemas, n)
	return nil
}

func dependents(what string, details []string) error {
	return pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop %s because other objects depend on it", what).
		WithDetail("%s", strings.Join(details, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

func (d *ddl) rename(s *pg.RenameStmt) (string, error) {
	switch s.RenameType {
	case pg.ObjectType_OBJECT_FOREIGN_TABLE, pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW:
		n, ok := d.existing(s.Relation.Schemaname, s.Relation.Relname)
		if !ok {
			return "", d.missing(s.Relation.Schemaname, s.Relation.Relname)
		}
		to := name{n.schema, s.Newname}
		if d.taken(to) {
			return "", pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", s.Newname)
		}
		if v := d.st.views[n]; v != nil {
			def := *v
			def.name = to
			delete(d.st.views, n)
			d.st.views[to] = &def
			return "ALTER VIEW", nil
		}
		def := *d.st.tables[n]
		def.name = to
		delete(d.st.tables, n)
		d.st.tables[to] = &def
		return "ALTER FOREIGN TABLE", nil
	case pg.ObjectType_OBJECT_COLUMN:
		n, ok := d.existing(s.Relation.Schemaname, s.Relation.Relname)
		if !ok || d.st.tables[n] == nil {
			return "", d.missing(s.Relation.Schemaname, s.Relation.Relname)
		}
		def := *d.st.tables[n]
		def.columns = append([]columnDef(nil), def.columns...)
		at := -1
		for i, c := range def.columns {
			switch c.name {
			case s.Subname:
				at = i
			case s.Newname:
				return "", pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", s.Newname, n.name)
			}
		}
		if at < 0 {
			return "", pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", s.Subname)
		}
		def.columns[at].name = s.Newname
		d.st.tables[n] = &def
		return "ALTER FOREIGN TABLE", nil
	}
	return "", pgerr.New(pgerr.FeatureNotSupported, "RENAME of this kind of object is not supported")
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
	if v := d.st.views[n]; v != nil {
		def := *v
		def.name = to
		delete(d.st.views, n)
		d.st.views[to] = &def
		return "ALTER VIEW", nil
	}
	def := *d.st.tables[n]
	def.name = to
	delete(d.st.tables, n)
	d.st.tables[to] = &def
	return "ALTER FOREIGN TABLE", nil
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
