package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"howdah/internal/options"
	"howdah/internal/pgdata"
	"howdah/types"
)

// bootstrapRole is the OID of the role that owns what nobody made (PostgreSQL's BOOTSTRAP_SUPERUSERID).
const bootstrapRole types.OID = 10

// systemFills make the rows of this server's own objects, by relation.
var systemFills = map[string]func(w *rowWriter) error{}

func init() { // the functions look up relations, which look up the map
	for view, fill := range map[string]func(w *rowWriter) error{
		"pg_catalog.pg_namespace":            fillNamespace,
		"pg_catalog.pg_class":                fillClass,
		"pg_catalog.pg_attribute":            fillAttribute,
		"pg_catalog.pg_description":          fillDescription,
		"pg_catalog.pg_database":             fillDatabase,
		"pg_catalog.pg_authid":               fillAuthid,
		"pg_catalog.pg_roles":                fillRoles,
		"pg_catalog.pg_user":                 fillUser,
		"pg_catalog.pg_foreign_data_wrapper": fillWrapper,
		"pg_catalog.pg_foreign_server":       fillServer,
		"pg_catalog.pg_db_role_setting":      fillRoleSettings,
		"pg_catalog.pg_foreign_table":        fillForeignTable,
		"pg_catalog.pg_user_mapping":         fillMapping,
		"pg_catalog.pg_user_mappings":        fillMappings,
		"pg_catalog.pg_settings":             fillSettings,
		"pg_catalog.pg_stat_activity":        fillActivity,
		"pg_catalog.pg_cursors":              fillCursors,
		"pg_catalog.pg_prepared_statements":  fillPrepared,
	} {
		systemFills[view] = fill
	}
}

func (w *rowWriter) view() *view { return w.View().(*view) }

func (w *rowWriter) owner(name string) types.OID {
	if r := w.view().st.roles[name]; r != nil {
		return r.OID
	}
	return bootstrapRole
}

func (w *rowWriter) namespace(schema string) types.OID {
	for _, s := range w.View().Schemas() {
		if s.Name == schema {
			return s.OID
		}
	}
	return types.InvalidOID
}

// own visits this server's relations: those that can have the OIDs wanted in column oid, and the names and schemas wanted
// in the other columns, where there are such. With whole set they come with their columns and sizes, for which files are
// looked at.
func (w *rowWriter) own(oid, rel, schema string, whole bool, visit func(r *Relation)) error {
	v := w.view()
	names, err := w.ownNames(v, oid, rel, schema)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n.schema == "pg_catalog" || n.schema == "information_schema" {
			continue
		}
		r, err := v.listed(w, n, whole)
		if err != nil {
			return err
		}
		if r != nil {
			visit(r)
		}
		if w.full {
			break
		}
	}
	return nil
}

func (w *rowWriter) ownNames(v *view, oid, rel, schema string) ([]name, error) {
	var out []name
	if values, ok := w.only(oid); ok {
		for _, d := range values {
			n, ok, err := v.nameOf(w, types.OID(d.Int))
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, n)
			}
		}
		return distinctNames(out), nil
	}
	schemas := v.Schemas()
	if values, ok := w.only(schema); ok {
		schemas = slices.DeleteFunc(schemas, func(s Schema) bool {
			return !slices.ContainsFunc(values, func(d types.Datum) bool { return types.OID(d.Int) == s.OID })
		})
	}
	values, named := w.only(rel)
	for _, s := range schemas {
		if s.Name == "pg_catalog" || s.Name == "information_schema" {
			continue
		}
		if !named {
			all, err := v.names(w, s.Name)
			if err != nil {
				return nil, err
			}
			out = append(out, all...)
			continue
		}
		for _, d := range values {
			n := name{s.Name, string(d.Bytes)}
			ok, err := v.has(w, n)
			if w.Err() != nil {
				return nil, err
			}
			if ok && err == nil { // a location that cannot be listed hides no other
				out = append(out, n)
			}
		}
	}
	return distinctNames(out), nil
}

func distinctNames(all []name) []name {
	slices.SortFunc(all, func(a, b name) int { return cmp.Or(cmp.Compare(a.schema, b.schema), cmp.Compare(a.name, b.name)) })
	return slices.Compact(all)
}

func fillNamespace(w *rowWriter) error {
	for _, s := range w.View().Schemas() {
		if s.OID == types.OID(pgdata.PgCatalog) || s.OID == types.OID(pgdata.Public) || s.Name == "information_schema" {
			continue // among PostgreSQL's own rows
		}
		w.row().oid("oid", s.OID).text("nspname", s.Name).oid("nspowner", w.owner(s.Owner))
	}
	return nil
}

func fillClass(w *rowWriter) error {
	spaces := map[string]types.OID{}
	whole := w.wants("relnatts", "reltuples", "relpages")
	fillIndexClass(w)
	return w.own("oid", "relname", "relnamespace", whole, func(r *Relation) {
		if _, ok := spaces[r.Schema]; !ok {
			spaces[r.Schema] = w.namespace(r.Schema)
		}
		shown := 0
		for _, c := range r.Columns {
			if !c.Hidden {
				shown++
			}
		}
		persistence, checks, keyed := byte('p'), 0, false
		if r.Temp != nil {
			shown = int(r.Temp.lastNumber())
			persistence, checks = 't', len(r.Temp.Checks)
			keyed = len(r.Temp.Keys) > 0
		}
		pages := int64(0)
		if r.Bytes > 0 {
			pages = (r.Bytes + 8191) / 8192
		}
		w.row().oid("oid", r.OID).text("relname", r.Name).oid("relnamespace", spaces[r.Schema]).oid("relowner", bootstrapRole).
			int("relpages", pages).float("reltuples", r.Rows).char("relpersistence", persistence).int("relchecks", int64(checks)).bool("relhasindex", keyed).char("relkind", byte(r.Kind)).
			int("relnatts", int64(shown)).bool("relhasrules", r.Kind == RelView).bool("relispopulated", true).char("relreplident", 'n')
		if r.Kind == RelTable {
			w.oid("relam", heapAM).char("relreplident", 'd')
		}
		if len(r.Options) > 0 {
			w.texts("reloptions", r.Options)
		}
	})
}

// heapAM is pg_am's OID of heap, which is what a table says that it is.
const heapAM types.OID = 2

func fillAttribute(w *rowWriter) error {
	return w.own("attrelid", "", "", true, func(r *Relation) {
		for i, c := range r.Columns {
			if c.Hidden && c.AttNum == 0 {
				continue
			}
			t := pgdata.TypeByOID(uint32(c.Type.OID))
			w.row().oid("attrelid", r.OID).text("attname", c.Name).oid("atttypid", c.Type.OID).int("attstattarget", -1).
				int("attlen", int64(t.Len)).int("attnum", int64(c.AttNum)).int("attcacheoff", -1).int("atttypmod", int64(c.Type.Typmod)).
				bool("attbyval", t.ByVal).char("attalign", t.Align).char("attstorage", t.Storage).bool("attnotnull", c.NotNull).
				bool("attislocal", true).oid("attcollation", c.Collation)
			if types.ElemOf(c.Type.OID) != types.InvalidOID {
				w.int("attndims", 1)
			}
			if r.Temp != nil && i < len(r.Temp.Columns) && r.Temp.Columns[i].Default != nil {
				w.bool("atthasdef", true)
			}
			if def := w.view().st.views[name{r.Schema, r.Name}]; def != nil && def.defaults[c.Name] != "" {
				w.bool("atthasdef", true)
			}
			if len(c.Options) > 0 {
				w.texts("attfdwoptions", optionTexts(c.Options))
			}
		}
		if r.Temp == nil {
			return
		}
		for _, c := range r.Temp.Dropped {
			t := pgdata.TypeByOID(uint32(c.Type.OID))
			w.row().oid("attrelid", r.OID).text("attname", fmt.Sprintf("........pg.dropped.%d........", c.AttNum)).int("attstattarget", 0).
				int("attlen", int64(t.Len)).int("attnum", int64(c.AttNum)).int("attcacheoff", -1).int("atttypmod", int64(c.Type.Typmod)).
				bool("attbyval", t.ByVal).char("attalign", t.Align).char("attstorage", t.Storage).bool("attisdropped", true).bool("attislocal", true).
				oid("attcollation", c.Collation)
		}
	})
}

// optionTexts writes options as pg_foreign_table.ftoptions holds them.
func optionTexts(o map[string]string) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(o)) {
		out = append(out, k+"="+o[k])
	}
	return out
}

// classOID is the OID of a system relation.
func classOID(name string) types.OID { return types.OID(pgdata.RelationByName("pg_catalog", name).OID) }

func fillDescription(w *rowWriter) error {
	class := classOID("pg_class")
	describe := func(obj, class types.OID, sub int16, text string) {
		if text != "" {
			w.row().oid("objoid", obj).oid("classoid", class).int("objsubid", int64(sub)).text("description", text)
		}
	}
	v := w.view()
	for _, s := range v.st.schemas {
		describe(w.namespace(s.name), classOID("pg_namespace"), 0, s.comment)
	}
	for _, s := range v.st.servers {
		describe(v.cat.oids.of("server", s.name), classOID("pg_foreign_server"), 0, s.comment)
	}
	for n, t := range v.st.tables {
		describe(v.oidOf(n), class, 0, t.comment)
		for i, c := range t.columns {
			describe(v.oidOf(n), class, int16(i+1), c.comment)
		}
	}
	for n, d := range v.st.views {
		describe(v.oidOf(n), class, 0, d.comment)
		for at, text := range v.viewColumnComments(w, d) {
			describe(v.oidOf(n), class, at, text)
		}
	}
	for _, x := range v.temp.All() {
		describe(x.OID, class, 0, x.Comment)
		for _, c := range x.Columns {
			describe(x.OID, class, c.AttNum, c.Comment)
		}
	}
	return nil
}

func fillDatabase(w *rowWriter) error {
	w.row().oid("oid", databaseOID).text("datname", w.Database()).oid("datdba", bootstrapRole).int("encoding", 6).char("datlocprovider", 'c').
		bool("datallowconn", true).int("datconnlimit", -1).oid("dattablespace", 1663).text("datcollate", "C.UTF-8").text("datctype", "C.UTF-8")
	return nil
}

// allRoles are the roles of the catalog, and the one that owns what nobody made, and whoever is connected: on loopback
// a name needs no role.
func (w *rowWriter) allRoles() []*Role {
	v := w.view()
	out := []*Role{{Name: v.cat.cfg.Owner, OID: bootstrapRole, Login: true, Superuser: true, ConnLimit: -1}}
	for _, n := range slices.Sorted(maps.Keys(v.st.roles)) {
		if n != v.cat.cfg.Owner {
			out = append(out, v.st.roles[n])
		}
	}
	if u := w.User(); u != v.cat.cfg.Owner && v.st.roles[u] == nil {
		out = append(out, &Role{Name: u, OID: v.cat.oids.of("role", u), Login: true, Superuser: true, ConnLimit: -1})
	}
	return out
}

func fillAuthid(w *rowWriter) error {
	for _, r := range w.allRoles() { // rolpassword stays NULL: verifiers are shown to nobody
		w.row().oid("oid", r.OID).text("rolname", r.Name).bool("rolsuper", r.Superuser).bool("rolinherit", true).
			bool("rolcanlogin", r.Login).int("rolconnlimit", int64(r.ConnLimit))
		if r.Superuser {
			w.bool("rolcreaterole", true).bool("rolcreatedb", true).bool("rolreplication", true).bool("rolbypassrls", true)
		}
	}
	return nil
}

func fillRoles(w *rowWriter) error {
	rel := systemRelation(name{"pg_catalog", "pg_authid"})
	builtin := rel.System.(*systemRows)
	builtin.once.Do(builtin.parse)
	show := func(oid types.OID, n string, super, login bool, limit int, settings []string) {
		w.row().oid("oid", oid).text("rolname", n).bool("rolsuper", super).bool("rolinherit", true).bool("rolcreaterole", super).
			bool("rolcreatedb", super).bool("rolcanlogin", login).bool("rolreplication", super).int("rolconnlimit", int64(limit)).
			text("rolpassword", "********").bool("rolbypassrls", super)
		if len(settings) > 0 {
			w.texts("rolconfig", settings)
		}
	}
	for _, b := range builtin.constant {
		for _, i := range b.Sel {
			show(types.OID(b.Cols[0].Ints[i]), string(b.Cols[1].Bytes(i)), false, false, -1, nil)
		}
	}
	for _, r := range w.allRoles() {
		show(r.OID, r.Name, r.Superuser, r.Login, r.ConnLimit, r.Settings)
	}
	return nil
}

func fillUser(w *rowWriter) error {
	for _, r := range w.allRoles() {
		if r.Login {
			w.row().text("usename", r.Name).oid("usesysid", r.OID).bool("usecreatedb", r.Superuser).bool("usesuper", r.Superuser).
				bool("userepl", r.Superuser).bool("usebypassrls", r.Superuser).text("passwd", "********")
			if len(r.Settings) > 0 {
				w.texts("useconfig", r.Settings)
			}
		}
	}
	return nil
}

func fillWrapper(w *rowWriter) error {
	v := w.view()
	for _, n := range wrappers {
		w.row().oid("oid", v.cat.oids.of("wrapper", n)).text("fdwname", n).oid("fdwowner", bootstrapRole)
	}
	return nil
}

func fillServer(w *rowWriter) error {
	v := w.view()
	for _, n := range slices.Sorted(maps.Keys(v.st.servers)) {
		s := v.st.servers[n]
		w.row().oid("oid", v.cat.oids.of("server", n)).text("srvname", n).oid("srvowner", w.owner(s.owner)).
			oid("srvfdw", v.cat.oids.of("wrapper", s.wrapper)).words("srvtype", s.kind).words("srvversion", s.version)
		if len(s.options) > 0 {
			w.texts("srvoptions", optionTexts(v.cat.shown(s.options)))
		}
	}
	return nil
}

// shown are options as catalogs may show them: without the values of secret ones.
func (c *Catalog) shown(o map[string]string) map[string]string {
	return options.Redacted(o, append(c.allOptions(), cloudfsOptions{})...)
}

// cloudfsOptions are cloudfsPlaces as declared options.
type cloudfsOptions struct {
	Source   string `option:"source" help:"s3, http/https or file"`
	Bucket   string `option:"bucket" help:"the bucket"`
	Filepath string `option:"filepath" help:"the key or path"`
	URL      string `option:"url" help:"the URL"`
}

func fillForeignTable(w *rowWriter) error {
	v := w.view()
	for n, t := range v.st.tables {
		w.row().oid("ftrelid", v.oidOf(n)).oid("ftserver", v.cat.oids.of("server", t.server))
		if len(t.options) > 0 {
			w.texts("ftoptions", optionTexts(v.cat.shown(t.options)))
		}
	}
	return nil
}

func (w *rowWriter) mappings(visit func(m *mappingDef, oid, user types.OID)) {
	v := w.view()
	for key, m := range v.st.mappings {
		user := types.InvalidOID
		if key.user != "" {
			if user = v.cat.oids.of("role", key.user); v.st.roles[key.user] != nil {
				user = v.st.roles[key.user].OID
			}
		}
		visit(m, v.cat.oids.of("mapping", key.server, key.user), user)
	}
}

func fillMapping(w *rowWriter) error {
	w.mappings(func(m *mappingDef, oid, user types.OID) {
		w.row().oid("oid", oid).oid("umuser", user).oid("umserver", w.view().cat.oids.of("server", m.server))
		if len(m.options) > 0 {
			w.texts("umoptions", optionTexts(w.view().cat.shown(m.options)))
		}
	})
	return nil
}

// superuser tells whether the session is one's, whose role need not be in the catalog.
func (w *rowWriter) superuser() bool {
	s, ok := w.Session.(interface {
		Setting(name string) (string, bool)
	})
	if !ok {
		return false
	}
	on, _ := s.Setting("is_superuser")
	return on == "on"
}

func fillMappings(w *rowWriter) error {
	w.mappings(func(m *mappingDef, oid, user types.OID) {
		who := m.user
		if who == "" {
			who = "public"
		}
		w.row().oid("umid", oid).oid("srvid", w.view().cat.oids.of("server", m.server)).text("srvname", m.server).
			oid("umuser", user).text("usename", who)
		if (m.user == w.User() || w.superuser()) && len(m.options) > 0 {
			w.texts("umoptions", optionTexts(w.view().cat.shown(m.options)))
		}
	})
	return nil
}

// Settings is implemented by sessions that have settings to show.
type Settings interface {
	// AllSettings gives the names of all settings and their present values.
	AllSettings() map[string]string
}

// SettingOrigin says where a setting's value comes from, and what RESET makes of it.
type SettingOrigin struct{ Source, Reset string }

// Origins is implemented by sessions that know where their settings come from.
type Origins interface {
	SettingOrigins() map[string]SettingOrigin
}

func fillSettings(w *rowWriter) error {
	s, ok := w.Session.(Settings)
	if !ok {
		return nil
	}
	columns, rows := pgdata.Rows("settings")
	values := s.AllSettings()
	var origins map[string]SettingOrigin
	if o, ok := w.Session.(Origins); ok {
		origins = o.SettingOrigins()
	}
	for _, r := range rows {
		value, known := values[r[slices.Index(columns, "name")]]
		if !known {
			continue
		}
		w.row()
		for i, c := range columns {
			at, shown := w.col[c]
			if !shown || r[i] == pgdata.Null {
				continue
			}
			if d, err := types.ParseText(w.rel.Columns[at].Type, []byte(r[i]), types.DefaultStyle()); err == nil {
				w.set(c, d)
			}
		}
		w.text("setting", value)
		if _, has := w.col["source"]; has {
			w.text("source", "default").bool("pending_restart", false)
			if o, ok := origins[r[slices.Index(columns, "name")]]; ok {
				w.text("source", o.Source).text("reset_val", o.Reset)
			}
		}
	}
	return nil
}

// Activity is what pg_stat_activity shows of a session.
type Activity struct {
	PID                            int32
	User, Database, Application    string
	Address                        string // "" for a local socket
	Port                           int
	Started, XactStart, QueryStart time.Time // zero = none
	StateChange                    time.Time
	State, Query                   string
	Hidden                         bool // of another user, whose work the asking one may not see
}

// Activities is implemented by sessions that know the others of their server.
type Activities interface{ Activities() []Activity }

func fillActivity(w *rowWriter) error {
	s, ok := w.Session.(Activities)
	if !ok {
		return nil
	}
	for _, a := range s.Activities() {
		w.row().oid("datid", databaseOID).text("datname", a.Database).int("pid", int64(a.PID)).oid("usesysid", w.owner(a.User)).text("usename", a.User).
			text("application_name", a.Application)
		if a.Hidden {
			w.text("query", "<insufficient privilege>")
			continue
		}
		w.text("state", a.State).text("query", a.Query).text("backend_type", "client backend")
		if a.State != "active" {
			w.text("wait_event_type", "Client").text("wait_event", "ClientRead")
		}
		if a.Address != "" {
			host, _, _ := strings.Cut(a.Address, "%") // an inet has no zone
			if addr, err := types.ParseInet(nil, []byte(host), false); err == nil {
				w.set("client_addr", types.Datum{Bytes: addr}).int("client_port", int64(a.Port))
			}
		}
		w.time("backend_start", a.Started).time("xact_start", a.XactStart).time("query_start", a.QueryStart).time("state_change", a.StateChange)
	}
	return nil
}

// epoch is where timestamps count from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (w *rowWriter) time(column string, t time.Time) *rowWriter {
	if t.IsZero() {
		return w
	}
	return w.int(column, t.Sub(epoch).Microseconds())
}

// Cursor is what pg_cursors shows.
type Cursor struct {
	Name, Statement          string
	Holdable, Binary, Scroll bool
	Created                  time.Time
}

// Prepared is what pg_prepared_statements shows.
type Prepared struct {
	Name, Statement string
	Created         time.Time
	Params          []types.OID
	FromSQL         bool
}

// Cursors is implemented by sessions that have cursors and prepared statements.
type Cursors interface {
	Cursors() []Cursor
	PreparedStatements() []Prepared
}

func fillCursors(w *rowWriter) error {
	if s, ok := w.Session.(Cursors); ok {
		for _, c := range s.Cursors() {
			w.row().text("name", c.Name).text("statement", c.Statement).bool("is_holdable", c.Holdable).bool("is_binary", c.Binary).
				bool("is_scrollable", c.Scroll).time("creation_time", c.Created)
		}
	}
	return nil
}

func fillPrepared(w *rowWriter) error {
	if s, ok := w.Session.(Cursors); ok {
		for _, p := range s.PreparedStatements() {
			a := &types.Array{Elem: types.RegtypeOID}
			for _, oid := range p.Params {
				a.Elems = append(a.Elems, types.Datum{Int: int64(oid)})
			}
			if len(a.Elems) > 0 {
				a.Dims = []types.Dim{{Len: int32(len(a.Elems)), Lower: 1}}
			}
			w.row().text("name", p.Name).text("statement", p.Statement).time("prepare_time", p.Created).
				set("parameter_types", types.Datum{Array: a}).bool("from_sql", p.FromSQL).int("generic_plans", 0).int("custom_plans", 0)
		}
	}
	return nil
}
