package catalog

import (
	"sync"

	"howdah/internal/pgdata"
	"howdah/types"
)

// systemRelation makes the relation of a system table or view in PostgreSQL 15's shape, or nil.
func systemRelation(n name) *Relation {
	systemMu.Lock()
	defer systemMu.Unlock()
	if r, ok := systemMade[n]; ok {
		return r
	}
	shape := pgdata.RelationByName(n.schema, n.name)
	if shape == nil {
		return nil
	}
	r := &Relation{OID: types.OID(shape.OID), Schema: n.schema, Name: n.name, Kind: Relkind(shape.Kind), Rows: 100, Bytes: 8192}
	for _, a := range shape.Columns {
		r.Columns = append(r.Columns, Column{
			Column: types.Column{Name: a.Name, Type: types.Type{OID: types.OID(a.Type), Typmod: a.TypMod}, Collation: types.OID(a.Collation)},
			AttNum: a.Num, NotNull: a.NotNull,
		})
	}
	r.Columns = append(r.Columns, Column{
		Column: types.Column{Name: "tableoid", Type: types.Of(types.OidOID)}, AttNum: -6, Hidden: true, Role: SystemTableOID,
	})
	r.System = systemTable(n, r)
	if r.System == nil {
		r.View = shape.Definition
	}
	systemMade[n] = r
	return r
}

var (
	systemMu   sync.Mutex
	systemMade = map[name]*Relation{}
)

func informationSchemaOID() types.OID {
	columns, rows := pgdata.Rows("pg_namespace")
	var oid, nspname int
	for i, c := range columns {
		switch c {
		case "oid":
			oid = i
		case "nspname":
			nspname = i
		}
	}
	for _, r := range rows {
		if r[nspname] == "information_schema" {
			return parseOID(r[oid])
		}
	}
	return types.InvalidOID
}

func parseOID(s string) types.OID {
	var n types.OID
	for _, c := range s {
		n = n*10 + types.OID(c-'0')
	}
	return n
}
