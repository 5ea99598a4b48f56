package catalog

import (
	"context"
	"fmt"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// Own gives the transaction its session's temporary tables. inUse tells whether an open cursor reads a table.
func (t *Tx) Own(temp *Temp, inUse func(types.OID) bool) { t.temp, t.inUse = temp, inUse }

// Temp is what the transaction has of temporary tables now.
func (t *Tx) Temp() *Temp { return t.temp }

// SetTemp changes it: rows were added, a table was made.
func (t *Tx) SetTemp(temp *Temp) { t.temp = temp }

// NewOID numbers a temporary table, or an index of one. Numbers are dealt once only.
func (c *Catalog) NewOID() types.OID { return c.oids.fresh() }

// fresh deals OIDs above those that names are hashed to.
func (o *oids) fresh() types.OID {
	return types.OID(firstUserOID + 1<<30 + o.dealt.Add(1)%(1<<30))
}

// AddTemp makes a table of the definition. existed tells that a table of its name is there and IF NOT EXISTS was said.
func (t *Tx) AddTemp(x *TempTable, ifNotExists bool) (existed bool, err error) {
	if t.temp.Table(x.Name) != nil {
		if ifNotExists {
			return true, nil
		}
		return false, pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", x.Name)
	}
	t.temp = t.temp.With(x)
	return false, nil
}

// tempNamed gives the temporary table that a name means, or nil.
func (t *Tx) tempNamed(schema, rel string) *TempTable {
	if !t.temp.Used() || schema != "" && schema != "pg_temp" && schema != t.temp.schema {
		return nil
	}
	return t.temp.tables[rel]
}

// notInUse is CheckTableNotInUse.
func (t *Tx) notInUse(x *TempTable, what string) error {
	if t.inUse != nil && t.inUse(x.OID) {
		return pgerr.New(pgerr.ObjectInUse, "cannot %s \"%s\" because it is being used by active queries in this session", what, x.Name)
	}
	return nil
}

// execTemp does the part of a statement that is about temporary tables. What is left over comes back: nil = nothing.
func (t *Tx) execTemp(ctx context.Context, stmt sql.Statement, path []string) (rest *pg.Node, tag string, notices []Notice, err error) {
	rest = stmt.Node
	if t.temp == nil {
		return rest, "", nil, nil
	}
	named := func(r *pg.RangeVar) *TempTable { return t.tempNamed(r.GetSchemaname(), r.GetRelname()) }
	switch n := stmt.Node.Node.(type) {
	case *pg.Node_DropStmt:
		if n.DropStmt.RemoveType == pg.ObjectType_OBJECT_INDEX {
			notices, err = t.dropIndexes(n.DropStmt)
			return nil, "DROP INDEX", notices, err
		}
		rest, tag, err = t.dropTemp(stmt.Node, n.DropStmt)
	case *pg.Node_AlterTableStmt:
		x := named(n.AlterTableStmt.Relation)
		if x == nil {
			break
		}
		if kind := n.AlterTableStmt.Objtype; kind != pg.ObjectType_OBJECT_TABLE {
			return nil, "", nil, notOfKind(x, kind)
		}
		notices, err = t.alterTemp(ctx, path, x, n.AlterTableStmt)
		return nil, "ALTER TABLE", notices, err
	case *pg.Node_RenameStmt:
		x := named(n.RenameStmt.Relation)
		if x == nil {
			break
		}
		kind := n.RenameStmt.RenameType
		if kind == pg.ObjectType_OBJECT_COLUMN {
			kind = n.RenameStmt.RelationType
		}
		if kind == pg.ObjectType_OBJECT_VIEW || kind == pg.ObjectType_OBJECT_FOREIGN_TABLE {
			return nil, "", nil, notOfKind(x, kind)
		}
		return nil, "ALTER TABLE", nil, t.renameTemp(x, n.RenameStmt)
	case *pg.Node_IndexStmt:
		if x := named(n.IndexStmt.Relation); x != nil {
			notices, err = t.indexTemp(ctx, path, x, n.IndexStmt)
			return nil, "CREATE INDEX", notices, err
		}
	case *pg.Node_CommentStmt:
		rest, tag, err = t.commentTemp(stmt.Node, n.CommentStmt)
	}
	return rest, tag, notices, err
}

func notOfKind(x *TempTable, kind pg.ObjectType) error {
	what := "view"
	if kind == pg.ObjectType_OBJECT_FOREIGN_TABLE {
		what = "foreign table"
	}
	return pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", x.Name, what)
}

// commentTemp does COMMENT ON TABLE and COLUMN.
func (t *Tx) commentTemp(node *pg.Node, s *pg.CommentStmt) (*pg.Node, string, error) {
	object, column := s.Object, ""
	switch s.Objtype {
	case pg.ObjectType_OBJECT_TABLE:
	case pg.ObjectType_OBJECT_COLUMN:
		items := object.GetList().GetItems()
		column = items[len(items)-1].GetString_().GetSval()
		object = &pg.Node{Node: &pg.Node_List{List: &pg.List{Items: items[:len(items)-1]}}}
	default:
		return node, "", nil
	}
	schema, rel := nameOf(object)
	x := t.tempNamed(schema, rel)
	if x == nil {
		return node, "", nil
	}
	c := *x
	if s.Objtype == pg.ObjectType_OBJECT_TABLE {
		c.Comment = s.Comment
	} else {
		c.Columns = slices.Clone(x.Columns)
		i := slices.IndexFunc(c.Columns, func(k TempColumn) bool { return k.Name == column })
		if i < 0 {
			return nil, "", pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, rel)
		}
		c.Columns[i].Comment = s.Comment
	}
	t.temp = t.temp.With(&c)
	return nil, "COMMENT", nil
}

// dropTemp drops the temporary tables among what DROP names, and leaves the others to the catalog.
func (t *Tx) dropTemp(node *pg.Node, s *pg.DropStmt) (*pg.Node, string, error) {
	switch s.RemoveType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE:
	default:
		return node, "", nil
	}
	temp := t.temp
	var others []*pg.Node
	for _, o := range s.Objects {
		schema, rel := nameOf(o)
		x := t.tempNamed(schema, rel)
		if x == nil {
			others = append(others, o)
			continue
		}
		if s.RemoveType != pg.ObjectType_OBJECT_TABLE {
			kind := map[pg.ObjectType]string{pg.ObjectType_OBJECT_VIEW: "view", pg.ObjectType_OBJECT_FOREIGN_TABLE: "foreign table"}[s.RemoveType]
			return nil, "", pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("Use DROP TABLE to remove a table.")
		}
		t.dropped = append(t.dropped, x)
		if temp.Table(rel) != nil {
			temp = temp.Without(rel)
		}
	}
	if len(others) == len(s.Objects) {
		return node, "", nil
	}
	t.after = temp
	if len(others) == 0 {
		return nil, "DROP TABLE", t.finishTemp()
	}
	rest := &pg.DropStmt{Objects: others, RemoveType: s.RemoveType, Behavior: s.Behavior, MissingOk: s.MissingOk, Concurrent: s.Concurrent}
	return &pg.Node{Node: &pg.Node_DropStmt{DropStmt: rest}}, "", nil
}

// finishTemp drops what is to be dropped once the rest of the statement has succeeded.
func (t *Tx) finishTemp() error {
	for _, x := range t.dropped {
		if err := t.notInUse(x, "DROP TABLE"); err != nil {
			return err
		}
	}
	if t.after != nil {
		t.temp = t.after
	}
	return nil
}

// TruncateTemp empties temporary tables; what is not one is refused as refused says.
func (t *Tx) TruncateTemp(ctx context.Context, v View, path []string, s *pg.TruncateStmt, refused error) error {
	temp := t.temp
	for _, r := range s.Relations {
		rv := r.GetRangeVar()
		rel, err := v.Lookup(ctx, path, rv.Schemaname, rv.Relname)
		if err != nil {
			return err
		}
		if rel.Temp == nil {
			return refused
		}
		if err := t.notInUse(rel.Temp, "TRUNCATE"); err != nil {
			return err
		}
		if x := temp.ByOID(rel.OID); x != nil {
			temp = temp.WithRows(x.OID, x.Rows.Empty())
		}
	}
	t.temp = temp
	return nil
}

// DiscardTemp drops all temporary tables (DISCARD TEMP).
func (t *Tx) DiscardTemp() error {
	temp := t.temp
	for _, x := range t.temp.All() {
		if err := t.notInUse(x, "DROP TABLE"); err != nil {
			return err
		}
		temp = temp.Without(x.Name)
	}
	t.temp = temp
	return nil
}

// TempSchemaOf names the schema of a session's temporary tables.
func TempSchemaOf(session int32) string { return fmt.Sprintf("pg_temp_%d", session) }

// TempCollation is the collation of a temporary table's column: its type's, unless COLLATE says another.
func TempCollation(t types.Type, clause *pg.CollateClause) (types.OID, error) {
	if clause == nil {
		return types.OID(pgdata.TypeByOID(uint32(t.OID)).Collation), nil
	}
	return collationFor(t, clause)
}
