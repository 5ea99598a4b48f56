package pgdata

import "sync"

// Type is a row of pg_type. OIDs of functions are 0 where there is none.
type Type struct {
	OID, Namespace uint32
	Name           string
	Len            int16 // -1 varlena, -2 C string
	ByVal          bool
	Kind           byte // typtype: b base, c composite, d domain, e enum, p pseudo, r range, m multirange
	Category       byte
	Preferred      bool
	Delim          byte
	RelID          uint32 // of a composite type
	Subscript      uint32
	Elem, Array    uint32
	Input, Output  uint32
	Receive, Send  uint32
	ModIn, ModOut  uint32
	Analyze        uint32
	Align, Storage byte
	NotNull        bool
	BaseType       uint32
	TypMod         int32
	NDims          int
	Collation      uint32
	Default        string // Null = none
}

var types = sync.OnceValue(loadTypes)

func loadTypes() []Type {
	t := open("pg_type")
	c := t.cols(`oid typnamespace typname typlen typbyval typtype typcategory typispreferred typdelim typrelid
		typsubscript typelem typarray typinput typoutput typreceive typsend typmodin typmodout typanalyze typalign
		typstorage typnotnull typbasetype typtypmod typndims typcollation typdefault`)
	out := make([]Type, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Type{
			OID: oid(r[c[0]]), Namespace: oid(r[c[1]]), Name: r[c[2]],
			Len: int16(integer(r[c[3]])), ByVal: boolean(r[c[4]]), Kind: char(r[c[5]]),
			Category: char(r[c[6]]), Preferred: boolean(r[c[7]]), Delim: char(r[c[8]]),
			RelID: oid(r[c[9]]), Subscript: oid(r[c[10]]), Elem: oid(r[c[11]]), Array: oid(r[c[12]]),
			Input: oid(r[c[13]]), Output: oid(r[c[14]]), Receive: oid(r[c[15]]), Send: oid(r[c[16]]),
			ModIn: oid(r[c[17]]), ModOut: oid(r[c[18]]), Analyze: oid(r[c[19]]),
			Align: char(r[c[20]]), Storage: char(r[c[21]]), NotNull: boolean(r[c[22]]),
			BaseType: oid(r[c[23]]), TypMod: int32(integer(r[c[24]])), NDims: integer(r[c[25]]),
			Collation: oid(r[c[26]]), Default: r[c[27]],
		})
	}
	return out
}

// Types gives all types, by OID.
func Types() []Type { return types() }

var typesByOID = sync.OnceValue(func() map[uint32]*Type {
	return index(Types(), func(t *Type) uint32 { return t.OID })
})

// TypeByOID gives the type, or nil.
func TypeByOID(oid uint32) *Type { return typesByOID()[oid] }

var typesByName = sync.OnceValue(func() map[string]*Type {
	m := make(map[string]*Type, len(Types()))
	for i := range Types() {
		if t := &Types()[i]; t.Namespace == PgCatalog {
			m[t.Name] = t
		}
	}
	return m
})

// TypeByName gives the type of that internal name ("int4", "_text") in pg_catalog, or nil.
func TypeByName(name string) *Type { return typesByName()[name] }

// index maps each row by its key.
func index[R any, K comparable](rows []R, key func(*R) K) map[K]*R {
	m := make(map[K]*R, len(rows))
	for i := range rows {
		m[key(&rows[i])] = &rows[i]
	}
	return m
}

// group maps each key to its rows, in their order.
func group[R any, K comparable](rows []R, key func(*R) K) map[K][]*R {
	m := make(map[K][]*R, len(rows))
	slab := make([]*R, len(rows)) // most keys have one row: they need no slice of their own
	for i := range rows {
		k := key(&rows[i])
		slab[i] = &rows[i]
		if have, ok := m[k]; ok {
			m[k] = append(have, &rows[i])
		} else {
			m[k] = slab[i : i+1 : i+1]
		}
	}
	return m
}
