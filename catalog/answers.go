package catalog

import (
	"sync"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
)

var _ expr.Catalog = (*Names)(nil)

// RelationVisible implements expr.Catalog.
func (n *Names) RelationVisible(oid types.OID) (visible, ok bool) {
	rel, ok := n.relation(oid)
	return ok && n.visible(rel), ok
}

// RelationSize implements expr.Catalog: the bytes of the objects behind a table.
func (n *Names) RelationSize(oid types.OID) (int64, bool) {
	rel, ok := n.relation(oid)
	if !ok {
		return 0, false
	}
	for _, d := range n.view.cat.discoveries { // the listing tells, without a look at the file
		if f, err := d.listed(n.ctx, rel.name); d.schema == rel.schema && f != nil && err == nil && n.view.st.tables[rel] == nil {
			return f.bytes(), true
		}
	}
	r, err := n.view.listed(n.ctx, rel, true)
	if err != nil || r == nil {
		return 0, false
	}
	return max(r.Bytes, 0), true
}

// DatabaseSize is the sum of what is listed without DDL, for pg_database_size. A location that cannot be listed counts
// nothing.
func (n *Names) DatabaseSize() int64 {
	total := int64(0)
	for _, d := range n.view.cat.discoveries {
		tables, err := d.tables(n.ctx)
		if err != nil {
			continue
		}
		for _, f := range tables {
			total += f.bytes()
		}
	}
	return total
}

// RoleName implements expr.Catalog.
func (n *Names) RoleName(oid types.OID) (string, bool) {
	if oid == bootstrapRole {
		return n.view.cat.cfg.Owner, true
	}
	for _, r := range n.view.st.roles {
		if r.OID == oid {
			return r.Name, true
		}
	}
	if oid == n.view.cat.oids.of("role", n.view.user) {
		return n.view.user, true
	}
	return catalogName("pg_authid", "rolname", oid)
}

// builtin are PostgreSQL's own descriptions.
var builtin = sync.OnceValue(func() map[[3]string]string {
	m := map[[3]string]string{}
	columns, rows := pgdata.Rows("pg_description")
	var obj, class, sub, text int
	for i, c := range columns {
		switch c {
		case "objoid":
			obj = i
		case "classoid":
			class = i
		case "objsubid":
			sub = i
		case "description":
			text = i
		}
	}
	for _, r := range rows {
		m[[3]string{r[obj], r[class], r[sub]}] = r[text]
	}
	return m
})

// Description implements expr.Catalog.
func (n *Names) Description(object, class types.OID, sub int32) (string, bool) {
	st := n.view.st
	if class == 0 || class == classOID("pg_class") {
		if rel, ok := n.relation(object); ok {
			text := ""
			switch {
			case isOwn(rel) && sub == 0:
				text = ownViews[rel].comment
			case n.view.tempTable(rel) != nil && sub == 0:
				text = n.view.tempTable(rel).Comment
			case n.view.tempTable(rel) != nil:
				if x := n.view.tempTable(rel); x.numbered(int16(sub)) >= 0 {
					text = x.Columns[x.numbered(int16(sub))].Comment
				}
			case st.tables[rel] != nil && sub == 0:
				text = st.tables[rel].comment
			case st.tables[rel] != nil && int(sub) <= len(st.tables[rel].columns):
				text = st.tables[rel].columns[sub-1].comment
			case st.views[rel] != nil && sub == 0:
				text = st.views[rel].comment
			case st.views[rel] != nil:
				text = n.view.viewColumnComments(n.ctx, st.views[rel])[int16(sub)]
			}
			if text != "" {
				return text, true
			}
		}
	}
	if class == classOID("pg_namespace") {
		for _, s := range n.view.Schemas() {
			if s.OID == object && s.Comment != "" {
				return s.Comment, true
			}
		}
	}
	if class == classOID("pg_foreign_server") {
		for _, s := range st.servers {
			if n.view.cat.oids.of("server", s.name) == object && s.comment != "" {
				return s.comment, true
			}
		}
	}
	text, ok := builtin()[[3]string{itoa(object), itoa(class), itoa(types.OID(sub))}]
	return text, ok
}

func itoa(oid types.OID) string { return string(types.AppendInt(nil, int64(oid))) }
