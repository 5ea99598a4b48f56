package catalog

import (
	"howdah/sql"
	"howdah/types"
)

// What the catalogs show of the session's temporary tables besides what they show of every table: defaults, constraints.

func init() {
	systemFills["pg_catalog.pg_attrdef"] = fillDefaults
	systemFills["pg_catalog.pg_constraint"] = fillConstraints
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
	return nil
}

func fillConstraints(w *rowWriter) error {
	v := w.view()
	space := w.namespace(v.temp.schemaName())
	for _, x := range v.temp.All() {
		x.constraints(v.cat, func(oid types.OID, name string, kind byte, keys []int16, _ string) {
			w.row().oid("oid", oid).text("conname", name).oid("connamespace", space).char("contype", kind).bool("convalidated", true).
				oid("conrelid", x.OID).char("confupdtype", ' ').char("confdeltype", ' ').char("confmatchtype", ' ').bool("conislocal", true)
			a := &types.Array{Elem: types.Int2OID}
			for _, k := range keys {
				a.Elems = append(a.Elems, types.Datum{Int: int64(k)})
			}
			if len(keys) > 0 {
				a.Dims = []types.Dim{{Len: int32(len(keys)), Lower: 1}}
			}
			w.set("conkey", types.Datum{Array: a})
		})
	}
	return nil
}

// constraints visits the table's constraints as pg_constraint has them, with their definitions.
func (x *TempTable) constraints(c *Catalog, visit func(oid types.OID, name string, kind byte, keys []int16, text string)) {
	for _, k := range x.Checks {
		visit(c.oids.of("constraint", x.Name, k.Name), k.Name, 'c', k.Keys, "CHECK ("+k.Text+")")
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
func (n *Names) ConstraintDefinition(oid types.OID) (text string, ok bool) {
	for _, x := range n.view.temp.All() {
		x.constraints(n.view.cat, func(o types.OID, _ string, _ byte, _ []int16, t string) {
			if o == oid {
				text, ok = t, true
			}
		})
	}
	return text, ok
}

// TempSchema implements expr.OwnObjects.
func (n *Names) TempSchema() types.OID {
	if !n.view.temp.Used() {
		return types.InvalidOID
	}
	return n.view.cat.oids.of("namespace", n.view.temp.schema)
}
