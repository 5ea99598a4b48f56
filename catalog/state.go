package catalog

import (
	"hash/fnv"
	"maps"
	"sync"
	"sync/atomic"

	"howdah/types"
)

// state is all that DDL made, and the schemas of what is served. It is immutable once installed: a change is made on a
// clone, whose maps are its own and whose definitions are shared until replaced.
type state struct {
	schemas  map[string]*schemaDef
	servers  map[string]*serverDef
	mappings map[mappingKey]*mappingDef
	tables   map[name]*tableDef
	views    map[name]*viewDef
	roles    map[string]*Role
	everyone []string // settings that all sessions begin with, name=value
}

type name struct{ schema, name string }

type schemaDef struct {
	name, owner, comment string
	served               bool // by the command line: DROP refuses
}

type serverDef struct {
	name, wrapper, kind, version, owner, comment string
	options                                      map[string]string
}

type mappingKey struct{ server, user string } // user "" = PUBLIC

type mappingDef struct {
	mappingKey
	options map[string]string
}

type tableDef struct {
	name
	server  string
	columns []columnDef
	options map[string]string
	owner   string
	comment string
	made    int64
}

type columnDef struct {
	name      string
	typ       types.Type
	collation types.OID
	notNull   bool
	options   map[string]string
	comment   string
}

type viewDef struct {
	name
	columns []string // names given in CREATE VIEW
	query   string
	path    []string // the search path of its maker
	owner   string
	comment string
	made    int64

	options  []string          // security_barrier=true and the like
	comments map[string]string // of columns
	defaults map[string]string // of columns, as pg_get_expr shows them
}

// Role is a login or a group.
type Role struct {
	Name        string
	OID         types.OID
	Login       bool
	Superuser   bool
	Verifier    string // SCRAM-SHA-256$…; "" = no password
	ConnLimit   int    // -1 = none
	ValidUntil  string // "" = for ever
	FromEnv     bool   // made by HOWDAH_USER: not written to the file
	Description string
	Settings    []string // name=value, which its sessions begin with
}

func newState(owner string) *state {
	st := &state{
		schemas:  map[string]*schemaDef{},
		servers:  map[string]*serverDef{},
		mappings: map[mappingKey]*mappingDef{},
		tables:   map[name]*tableDef{},
		views:    map[name]*viewDef{},
		roles:    map[string]*Role{},
	}
	st.schemas[ownSchema] = &schemaDef{name: ownSchema, owner: owner, served: true}
	st.schemas["public"] = &schemaDef{name: "public", owner: owner, served: true}
	return st
}

func (st *state) clone() *state {
	return &state{
		schemas:  maps.Clone(st.schemas),
		servers:  maps.Clone(st.servers),
		mappings: maps.Clone(st.mappings),
		tables:   maps.Clone(st.tables),
		views:    maps.Clone(st.views),
		roles:    maps.Clone(st.roles),
		everyone: st.everyone,
	}
}

// oids deals out OIDs for what has none of PostgreSQL's. An OID follows from the kind and the name, so that it stays
// the same across restarts; where two would collide, the one asked for later moves on.
type oids struct {
	mu      sync.Mutex
	given   map[string]types.OID
	taken   map[types.OID]bool
	classes map[types.OID]name // the relations among them
	dealt   atomic.Uint32      // to temporary tables
}

// firstUserOID is PostgreSQL's FirstNormalObjectId; ours begin well above what psql or a dump would guess.
const firstUserOID = 100000

func (o *oids) of(kind string, parts ...string) types.OID {
	key := kind
	for _, p := range parts {
		key += "\x00" + p
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if oid, ok := o.given[key]; ok {
		return oid
	}
	if o.given == nil {
		o.given, o.taken, o.classes = map[string]types.OID{}, map[types.OID]bool{}, map[types.OID]name{}
	}
	h := fnv.New32a()
	h.Write([]byte(key))
	oid := types.OID(firstUserOID + h.Sum32()%(1<<30))
	for o.taken[oid] {
		oid++
	}
	o.given[key], o.taken[oid] = oid, true
	if kind == "class" {
		o.classes[oid] = name{parts[0], parts[1]}
	}
	return oid
}

// class gives the relation that an OID was dealt to, whether or not it is still there.
func (o *oids) class(oid types.OID) (name, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, ok := o.classes[oid]
	return n, ok
}
