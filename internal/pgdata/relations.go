package pgdata

import "sync"

// The OIDs of the built-in schemas whose numbers initdb does not deal out.
const (
	PgCatalog uint32 = 11
	PgToast   uint32 = 99
	Public    uint32 = 2200
)

// Relation is a table or view of pg_catalog or information_schema.
type Relation struct {
	OID, Namespace uint32
	Schema, Name   string
	Kind           byte        // r table, v view
	Type           uint32      // its row type
	Columns        []Attribute // by number, from 1; the hidden ones (tableoid, ctid, …) are left out
	Definition     string      // of a view: the text of its query, with every name outside pg_catalog qualified
}

// Attribute is a row of pg_attribute.
type Attribute struct {
	Name      string
	Type      uint32
	Len       int16
	Num       int16
	NDims     int
	TypMod    int32
	NotNull   bool
	Collation uint32
}

var systemRelations = sync.OnceValue(func() []Relation {
	schemas := map[uint32]string{}
	n := open("pg_namespace")
	for c := n.cols("oid nspname"); n.next(); {
		schemas[oid(n.row[c[0]])] = n.row[c[1]]
	}
	var out []Relation
	byOID := map[uint32]int{}
	t := open("pg_class")
	for c := t.cols("oid relnamespace relname relkind reltype"); t.next(); {
		r := t.row
		kind, schema := char(r[c[3]]), schemas[oid(r[c[1]])]
		if kind != 'r' && kind != 'v' || schema != "pg_catalog" && schema != "information_schema" {
			continue
		}
		byOID[oid(r[c[0]])] = len(out)
		out = append(out, Relation{
			OID: oid(r[c[0]]), Namespace: oid(r[c[1]]), Schema: schema, Name: r[c[2]], Kind: kind, Type: oid(r[c[4]]),
		})
	}
	a := open("pg_attribute")
	for c := a.cols("attrelid attname atttypid attlen attnum attndims atttypmod attnotnull attcollation"); a.next(); {
		r := a.row
		at, ok := byOID[oid(r[c[0]])]
		num := int16(integer(r[c[4]]))
		if !ok || num < 1 {
			continue
		}
		out[at].Columns = append(out[at].Columns, Attribute{
			Name: r[c[1]], Type: oid(r[c[2]]), Len: int16(integer(r[c[3]])), Num: num, NDims: integer(r[c[5]]),
			TypMod: int32(integer(r[c[6]])), NotNull: boolean(r[c[7]]), Collation: oid(r[c[8]]),
		})
	}
	v := open("view_definitions")
	for c := v.cols("oid definition"); v.next(); {
		out[byOID[oid(v.row[c[0]])]].Definition = v.row[c[1]]
	}
	return out
})

// Relations gives the system tables and views, by OID.
func Relations() []Relation { return systemRelations() }

var relationsByName = sync.OnceValue(func() map[[2]string]*Relation {
	return index(Relations(), func(r *Relation) [2]string { return [2]string{r.Schema, r.Name} })
})

// RelationByName gives the system relation, or nil.
func RelationByName(schema, name string) *Relation { return relationsByName()[[2]string{schema, name}] }
