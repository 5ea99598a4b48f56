package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

// view is a View: one state, one user, one snapshot of the files. Relations are made when first named.
type view struct {
	cat  *Catalog
	st   *state
	user string
	snap *sources.Snapshot
	temp *Temp // the session's temporary tables; nil where there is no session

	mu       sync.Mutex
	made     map[name]*Relation
	missed   bool // one was asked for that there is not
	numbered bool // all relations have been given their OIDs
}

func (c *Catalog) viewOf(st *state, user string, snap *sources.Snapshot) *view {
	return &view{cat: c, st: st, user: user, snap: snap}
}

func (v *view) Snapshot() *sources.Snapshot { return v.snap }

// Lookup implements View.
func (v *view) Lookup(ctx context.Context, searchPath []string, schema, rel string) (*Relation, error) {
	if schema != "" {
		schema := v.schema(schema)
		if !v.hasSchema(schema) {
			return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s.%s\" does not exist", schema, rel)
		}
		r, err := v.relation(ctx, name{schema, rel})
		if r == nil && err == nil {
			err = pgerr.New(pgerr.UndefinedTable, "relation \"%s.%s\" does not exist", schema, rel)
		}
		return r, err
	}
	for _, s := range v.along(searchPath) {
		if r, err := v.relation(ctx, name{s, rel}); r != nil || err != nil {
			return r, err
		}
	}
	return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", rel)
}

// relation gives the relation of that name, or nil.
func (v *view) relation(ctx context.Context, n name) (*Relation, error) {
	v.mu.Lock()
	r := v.made[n]
	v.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := v.build(ctx, n)
	if r == nil || err != nil {
		v.mu.Lock()
		v.missed = true
		v.mu.Unlock()
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if first := v.made[n]; first != nil {
		return first, nil
	}
	if v.made == nil {
		v.made = map[name]*Relation{}
	}
	v.made[n] = r
	return r, nil
}

func (v *view) build(ctx context.Context, n name) (*Relation, error) {
	if isOwn(n) {
		return v.cat.ownRelation(n), nil
	}
	if n.schema == "pg_catalog" || n.schema == "information_schema" {
		return systemRelation(n), nil
	}
	if x := v.tempTable(n); x != nil {
		return x.relation(n.schema), nil
	}
	if def := v.st.tables[n]; def != nil {
		return v.declared(ctx, def)
	}
	if def := v.st.views[n]; def != nil {
		return v.viewRelation(ctx, def)
	}
	for _, d := range v.cat.discoveries {
		if d.schema != n.schema {
			continue
		}
		f, err := d.table(ctx, n.name)
		if err != nil {
			return nil, err
		}
		if f != nil {
			return v.discovered(ctx, d, f)
		}
	}
	return nil, nil
}

// names lists what a schema holds, sorted.
func (v *view) names(ctx context.Context, schema string) ([]name, error) {
	var out []name
	if schema == "" || schema == "pg_catalog" || schema == "information_schema" {
		for i := range pgdata.Relations() {
			if r := &pgdata.Relations()[i]; schema == "" || r.Schema == schema {
				out = append(out, name{r.Schema, r.Name})
			}
		}
	}
	out = append(out, ownNamesOf(schema)...)
	if v.temp.Used() && (schema == "" || schema == v.temp.schema) {
		for n := range v.temp.tables {
			out = append(out, name{v.temp.schema, n})
		}
	}
	for n := range v.st.tables {
		if schema == "" || n.schema == schema {
			out = append(out, n)
		}
	}
	for n := range v.st.views {
		if schema == "" || n.schema == schema {
			out = append(out, n)
		}
	}
	for _, d := range v.cat.discoveries {
		if schema != "" && d.schema != schema {
			continue
		}
		tables, err := d.tables(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			// One location that cannot be listed must not hide the others from \d; naming a table of it says why.
			d.warn(d.loc.String(), "location cannot be listed: "+pgerr.From(err).Message)
			continue
		}
		for _, f := range tables {
			out = append(out, name{d.schema, f.name})
		}
	}
	slices.SortFunc(out, func(a, b name) int { return cmp.Or(cmp.Compare(a.schema, b.schema), cmp.Compare(a.name, b.name)) })
	return slices.Compact(out), nil
}

// Relations implements View. A table whose files cannot be looked at is listed without columns.
func (v *view) Relations(ctx context.Context, schema string, columns bool) ([]*Relation, error) {
	all, err := v.names(ctx, schema)
	if err != nil {
		return nil, err
	}
	out := make([]*Relation, 0, len(all))
	for _, n := range all {
		r, err := v.listed(ctx, n, columns)
		if err != nil {
			return nil, err
		}
		if r != nil {
			out = append(out, r)
		}
	}
	return out, nil
}

// listed gives a relation for a listing: with its columns where they are known or asked for.
func (v *view) listed(ctx context.Context, n name, columns bool) (*Relation, error) {
	if !columns {
		if r := v.sketch(n); r != nil {
			return r, nil
		}
	}
	r, err := v.relation(ctx, n)
	if err == nil {
		return r, nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	v.cat.log.Warn("table is listed without columns", "table", n.schema+"."+n.name, "reason", pgerr.From(err).Message)
	return &Relation{OID: v.cat.oids.of("class", n.schema, n.name), Schema: n.schema, Name: n.name, Kind: RelTable, Rows: -1, Bytes: -1}, nil
}

// sketch is a discovered or declared table as far as it is known without a look at its files, or nil.
func (v *view) sketch(n name) *Relation {
	v.mu.Lock()
	r := v.made[n]
	v.mu.Unlock()
	if r != nil {
		return r
	}
	if n.schema == "pg_catalog" || n.schema == "information_schema" {
		return nil // these cost nothing to make whole
	}
	if isOwn(n) || v.tempTable(n) != nil {
		return nil
	}
	r = &Relation{OID: v.cat.oids.of("class", n.schema, n.name), Schema: n.schema, Name: n.name, Kind: RelTable, Rows: -1, Bytes: -1}
	if def := v.st.tables[n]; def != nil {
		r.Comment = def.comment
	}
	if def := v.st.views[n]; def != nil {
		r.Comment, r.Kind, r.Options = def.comment, RelView, def.options
	}
	return r
}

// ByOID implements View.
func (v *view) ByOID(ctx context.Context, oid types.OID) (*Relation, error) {
	n, ok, err := v.nameOf(ctx, oid)
	if !ok || err != nil {
		return nil, err
	}
	return v.listed(ctx, n, true)
}

// nameOf finds a relation's name by its OID, without a look at its files.
func (v *view) nameOf(ctx context.Context, oid types.OID) (name, bool, error) {
	if n, ok := systemNames()[oid]; ok {
		return n, true, nil
	}
	if oid < firstUserOID {
		return name{}, false, nil
	}
	if x := v.temp.ByOID(oid); x != nil {
		return name{v.temp.schema, x.Name}, true, nil
	}
	n, ok := v.cat.oids.class(oid)
	if !ok { // a client may hold it from before the server was started anew: number all there is
		v.mu.Lock()
		numbered := v.numbered
		v.numbered = true
		v.mu.Unlock()
		if numbered {
			return name{}, false, nil
		}
		all, err := v.names(ctx, "")
		if err != nil {
			return name{}, false, err
		}
		for _, n := range all {
			v.oidOf(n)
		}
		if n, ok = v.cat.oids.class(oid); !ok {
			return name{}, false, nil
		}
	}
	ok, err := v.has(ctx, n)
	return n, ok, err
}

// has tells whether a relation is there as far as the listings at hand tell.
func (v *view) has(ctx context.Context, n name) (bool, error) {
	if pgdata.RelationByName(n.schema, n.name) != nil || isOwn(n) || v.st.tables[n] != nil || v.st.views[n] != nil || v.tempTable(n) != nil {
		return true, nil
	}
	for _, d := range v.cat.discoveries {
		if d.schema == n.schema {
			if f, err := d.listed(ctx, n.name); f != nil || err != nil {
				return f != nil, err
			}
		}
	}
	return false, nil
}

// systemNames are the relations of the system catalogs by OID.
var systemNames = sync.OnceValue(func() map[types.OID]name {
	m := map[types.OID]name{}
	for i := range pgdata.Relations() {
		r := &pgdata.Relations()[i]
		m[types.OID(r.OID)] = name{r.Schema, r.Name}
	}
	return m
})

func (v *view) oidOf(n name) types.OID {
	if r := pgdata.RelationByName(n.schema, n.name); r != nil {
		return types.OID(r.OID)
	}
	if x := v.tempTable(n); x != nil {
		return x.OID
	}
	return v.cat.oids.of("class", n.schema, n.name)
}

// HasSchema tells whether a view has a schema. pg_temp is one once the session has made a temporary table.
func HasSchema(v View, schema string) bool { return v.(*view).hasSchema(schema) }

func (v *view) hasSchema(s string) bool {
	return s == "pg_catalog" || s == "information_schema" || v.st.schemas[s] != nil || v.temp.Used() && v.schema(s) == v.temp.schema
}

// schema gives the name of the schema that pg_temp means.
func (v *view) schema(s string) string {
	if s == "pg_temp" && v.temp.Used() {
		return v.temp.schema
	}
	return s
}

// along is a search path with the session's temporary tables first, unless it says itself where they come.
func (v *view) along(path []string) []string {
	if !v.temp.Used() || slices.Contains(path, v.temp.schema) {
		return path
	}
	return append([]string{v.temp.schema}, path...)
}

// tempTable gives the temporary table of that name, or nil.
func (v *view) tempTable(n name) *TempTable {
	if v.temp == nil || n.schema != v.temp.schema {
		return nil
	}
	return v.temp.tables[n.name]
}

// Schemas implements View.
func (v *view) Schemas() []Schema {
	out := []Schema{
		{OID: types.OID(pgdata.PgCatalog), Name: "pg_catalog", Owner: v.cat.cfg.Owner, Comment: "system catalog schema"},
		{OID: informationSchemaOID(), Name: "information_schema", Owner: v.cat.cfg.Owner},
	}
	for _, s := range v.st.schemas {
		oid := v.cat.oids.of("namespace", s.name)
		if s.name == "public" {
			oid = types.OID(pgdata.Public)
		}
		out = append(out, Schema{OID: oid, Name: s.name, Owner: s.owner, Comment: s.comment})
	}
	if v.temp.Used() {
		out = append(out, Schema{OID: v.cat.oids.of("namespace", v.temp.schema), Name: v.temp.schema, Owner: v.cat.cfg.Owner})
	}
	slices.SortFunc(out, func(a, b Schema) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// NamesNoFile tells that nothing which a view was asked for so far is a table of files, or might be one the next time:
// no relation was looked up at all but those of pg_catalog, by a path on which that comes first.
func NamesNoFile(v View, path []string) bool {
	x, ok := v.(*view)
	if !ok || x.temp.Used() || len(path) == 0 || path[0] != "pg_catalog" {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := range x.made {
		if n.schema != "pg_catalog" {
			return false
		}
	}
	return !x.missed
}

// SameState tells whether two views have the same definitions, whatever may have become of the files.
func SameState(a, b View) bool {
	x, ok1 := a.(*view)
	y, ok2 := b.(*view)
	return ok1 && ok2 && x.st == y.st && x.user == y.user && x.temp.shapeNumber() == y.temp.shapeNumber()
}

// SameDefinitions tells whether a plan made for one view holds for the other: the definitions are the same, and no table's
// columns follow from files that may have changed in between.
func SameDefinitions(a, b View) bool {
	x, ok1 := a.(*view)
	y, ok2 := b.(*view)
	if !ok1 || !ok2 || x.st != y.st || x.user != y.user || x.temp.shapeNumber() != y.temp.shapeNumber() {
		return false
	}
	return x.snap == y.snap || len(x.cat.discoveries) == 0 && len(x.st.tables) == 0
}
