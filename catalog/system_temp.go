package catalog

import (
	"slices"
	"strings"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/sql"
	"howdah/types"
)

// What the catalogs show of the session's temporary tables besides what they show of every table: defaults, constraints.

func init() {
	systemFills["pg_catalog.pg_attrdef"] = fillDefaults
	systemFills["pg_catalog.pg_constraint"] = fillConstraints
	systemFills["pg_catalog.pg_index"] = fillIndexes
}

func fillDefaults(w *rowWriter) error {
	v := w.view()
	for _, x := range v.temp.All() {
		for _, c := range x.Columns {
			if c.Default != nil {
				w.row().oid("oid", v.cat.oids.of("attrdef", x.Name, c.Name)).oid("adrelid", x.OID).int("adnum", int64(c.AttNum)).text("adbin", c.DefaultText)
			}
		}
	}
	for n, def := range v.st.views {
		if len(def.defaults) == 0 {
			continue
		}
		r, err := v.relation(w, n)
		if err != nil || r == nil {
			continue // a view that cannot be read now has no columns to tell of
		}
		for _, c := range r.Columns {
			if text, ok := def.defaults[c.Name]; ok {
				w.row().oid("oid", v.cat.oids.of("attrdef", n.String(), c.Name)).oid("adrelid", r.OID).int("adnum", int64(c.AttNum)).text("adbin", text)
			}
		}
	}
	return nil
}

func fillConstraints(w *rowWriter) error {
	v := w.view()
	space := w.namespace(v.temp.schemaName())
	for _, x := range v.temp.All() {
		indexes := map[string]types.OID{}
		for _, k := range x.Keys {
			indexes[k.Name] = k.OID
		}
		x.constraints(v.cat, false, func(oid types.OID, name string, kind byte, keys []int16, text string) {
			w.row().oid("oid", oid).text("conname", name).oid("connamespace", space).char("contype", kind).bool("convalidated", true).
				oid("conrelid", x.OID).oid("conindid", indexes[name]).char("confupdtype", ' ').char("confdeltype", ' ').char("confmatchtype", ' ').bool("conislocal", true)
			a := &types.Array{Elem: types.Int2OID}
			for _, k := range keys {
				a.Elems = append(a.Elems, types.Datum{Int: int64(k)})
			}
			if len(keys) > 0 {
				a.Dims = []types.Dim{{Len: int32(len(keys)), Lower: 1}}
			}
			w.set("conkey", types.Datum{Array: a})
			if condition, ok := strings.CutPrefix(text, "CHECK ("); ok {
				w.text("conbin", strings.TrimSuffix(condition, ")"))
			}
		})
	}
	return nil
}

// constraints visits the table's constraints as pg_constraint has them, with their definitions.
func (x *TempTable) constraints(c *Catalog, pretty bool, visit func(oid types.OID, name string, kind byte, keys []int16, text string)) {
	for _, k := range x.Checks {
		text := k.Text
		if pretty {
			text = k.Pretty
		}
		visit(c.oids.of("constraint", x.Name, k.Name), k.Name, 'c', k.Keys, "CHECK ("+text+")")
	}
	for _, k := range x.Keys {
		kind, text := byte('u'), "UNIQUE ("
		if k.Primary {
			kind, text = 'p', "PRIMARY KEY ("
		}
		var keys []int16
		for i, at := range k.Columns {
			if i > 0 {
				text += ", "
			}
			text += sql.QuoteIdent(x.Columns[at].Name)
			keys = append(keys, x.Columns[at].AttNum)
		}
		visit(c.oids.of("constraint", x.Name, k.Name), k.Name, kind, keys, text+")")
	}
}

// ConstraintDefinition implements expr.OwnObjects.
func (n *Names) ConstraintDefinition(oid types.OID, pretty bool) (text string, ok bool) {
	for _, x := range n.view.temp.All() {
		x.constraints(n.view.cat, pretty, func(o types.OID, _ string, _ byte, _ []int16, t string) {
			if o == oid {
				text, ok = t, true
			}
		})
	}
	return text, ok
}

// PrettyExpr implements expr.OwnObjects.
func (n *Names) PrettyExpr(rel types.OID, text string) (string, bool) {
	x := n.view.temp.ByOID(rel)
	if x == nil {
		r, ok := n.relation(rel)
		if !ok || n.view.st.views[r] == nil || n.view.cat.definer == nil {
			return "", false
		}
		const before, after = " SELECT ", " AS x;"
		pretty, err := n.view.cat.definer(n.ctx, n.view, []string{"pg_catalog"}, "select "+text+" as x", []string{"x"}, Definition{Called: n.called, Pretty: true})
		if err != nil {
			return "", false
		}
		return strings.TrimSuffix(strings.TrimPrefix(pretty, before), after), true
	}
	for _, k := range x.Checks {
		if k.Text == text {
			return k.Pretty, true
		}
	}
	for _, c := range x.Columns {
		if c.Default != nil && c.DefaultText == text {
			return c.DefaultPretty, true
		}
	}
	return "", false
}

// called is a column's name in an expression of the table.
func (x *TempTable) called(v *expr.Var) string { return sql.QuoteIdent(x.Columns[v.Col].Name) }

// TempSchema implements expr.OwnObjects.
func (n *Names) TempSchema() types.OID {
	if !n.view.temp.Used() {
		return types.InvalidOID
	}
	return n.view.cat.oids.of("namespace", n.view.temp.schema)
}

// btreeAM is pg_am's OID of btree.
const btreeAM types.OID = 403

// tempIndexes visits the indexes that PostgreSQL would have for the keys of temporary tables.
func (w *rowWriter) tempIndexes(visit func(x *TempTable, k TempKey)) {
	for _, x := range w.view().temp.All() {
		for _, k := range x.Keys {
			visit(x, k)
		}
	}
}

// fillIndexClass adds pg_class's rows of indexes.
func fillIndexClass(w *rowWriter) {
	space := w.namespace(w.view().temp.schemaName())
	w.tempIndexes(func(x *TempTable, k TempKey) {
		w.row().oid("oid", k.OID).text("relname", k.Name).oid("relnamespace", space).oid("relowner", bootstrapRole).oid("relam", btreeAM).
			float("reltuples", float64(x.Rows.Len())).char("relpersistence", 't').char("relkind", 'i').int("relnatts", int64(len(k.Columns))).
			bool("relispopulated", true).char("relreplident", 'n')
	})
}

func fillIndexes(w *rowWriter) error {
	w.tempIndexes(func(x *TempTable, k TempKey) {
		w.row().oid("indexrelid", k.OID).oid("indrelid", x.OID).int("indnatts", int64(len(k.Columns))).int("indnkeyatts", int64(len(k.Columns))).
			bool("indisunique", true).bool("indisprimary", k.Primary).bool("indimmediate", true).bool("indisvalid", true).bool("indisready", true).
			bool("indislive", true)
		var keys, collations, classes, options []int64
		for _, at := range k.Columns {
			c := x.Columns[at]
			keys, collations = append(keys, int64(c.AttNum)), append(collations, int64(c.Collation))
			classes, options = append(classes, int64(btreeClass(c.Type.OID))), append(options, 0)
		}
		w.vector("indkey", keys).vector("indcollation", collations).vector("indclass", classes).vector("indoption", options)
	})
	return nil
}

// vector sets an int2vector or oidvector.
func (w *rowWriter) vector(column string, v []int64) *rowWriter {
	a := &types.Array{Elem: types.ElemOf(w.rel.Columns[w.col[column]].Type.OID), Dims: []types.Dim{{Len: int32(len(v))}}}
	for _, n := range v {
		a.Elems = append(a.Elems, types.Datum{Int: n})
	}
	return w.set(column, types.Datum{Array: a})
}

// btreeClass is the OID of a type's usual btree operator class; text's for what is ordered as text.
func btreeClass(t types.OID) types.OID {
	columns, rows := pgdata.Rows("pg_opclass")
	at := func(n string) int { return slices.Index(columns, n) }
	oid, method, in, def := at("oid"), at("opcmethod"), at("opcintype"), at("opcdefault")
	if t == types.VarcharOID {
		t = types.TextOID
	}
	for _, r := range rows {
		if parseOID(r[method]) == btreeAM && parseOID(r[in]) == t && r[def] == "t" {
			return parseOID(r[oid])
		}
	}
	return types.InvalidOID
}

// IndexDefinition implements expr.OwnObjects.
func (n *Names) IndexDefinition(oid types.OID, column int64) (string, bool) {
	for _, x := range n.view.temp.All() {
		for _, k := range x.Keys {
			if k.OID != oid {
				continue
			}
			var names []string
			for _, at := range k.Columns {
				names = append(names, sql.QuoteIdent(x.Columns[at].Name))
			}
			if column > 0 {
				if column > int64(len(names)) {
					return "", true
				}
				return names[column-1], true
			}
			return "CREATE UNIQUE INDEX " + sql.QuoteIdent(k.Name) + " ON pg_temp." + sql.QuoteIdent(x.Name) + " USING btree (" + strings.Join(names, ", ") + ")", true
		}
	}
	return "", false
}
