package catalog

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/internal/options"
	"howdah/internal/pgdata"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

// ddl runs one statement on a state of its own.
type ddl struct {
	ctx     context.Context
	cat     *Catalog
	st      *state
	user    string
	path    []string
	text    string
	offset  int // of text in what the client sent
	notices []Notice
	bind    Binder       // of columns; nil = there is none
	style   *types.Style // literals are read under it; nil = the default
	loading bool         // from the catalog file: what it names may be made later in it
}

// wrappers are the names under which servers may ask for Howdah: its own, and those of the definitions that it takes over.
var wrappers = []string{"howdah", "multicorn", "cloudfs_fdw", "file_fdw"}

// run executes a statement and gives its command tag.
func (d *ddl) run(n *pg.Node) (string, error) {
	switch s := n.Node.(type) {
	case *pg.Node_CreateSchemaStmt:
		return "CREATE SCHEMA", d.createSchema(s.CreateSchemaStmt)
	case *pg.Node_CreateForeignServerStmt:
		return "CREATE SERVER", d.createServer(s.CreateForeignServerStmt)
	case *pg.Node_AlterForeignServerStmt:
		return "ALTER SERVER", d.alterServer(s.AlterForeignServerStmt)
	case *pg.Node_CreateUserMappingStmt:
		return "CREATE USER MAPPING", d.createMapping(s.CreateUserMappingStmt)
	case *pg.Node_AlterUserMappingStmt:
		return "ALTER USER MAPPING", d.alterMapping(s.AlterUserMappingStmt)
	case *pg.Node_DropUserMappingStmt:
		return "DROP USER MAPPING", d.dropMapping(s.DropUserMappingStmt)
	case *pg.Node_CreateForeignTableStmt:
		return "CREATE FOREIGN TABLE", d.createTable(s.CreateForeignTableStmt)
	case *pg.Node_ImportForeignSchemaStmt:
		return "IMPORT FOREIGN SCHEMA", d.importSchema(s.ImportForeignSchemaStmt)
	case *pg.Node_AlterTableStmt:
		return d.alterTable(s.AlterTableStmt)
	case *pg.Node_ViewStmt:
		return "CREATE VIEW", d.createView(s.ViewStmt)
	case *pg.Node_CommentStmt:
		return "COMMENT", d.comment(s.CommentStmt)
	case *pg.Node_DropStmt:
		return d.drop(s.DropStmt)
	case *pg.Node_RenameStmt:
		return d.rename(s.RenameStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		return d.setSchema(s.AlterObjectSchemaStmt)
	case *pg.Node_AlterOwnerStmt:
		return d.alterOwner(s.AlterOwnerStmt)
	case *pg.Node_CreateRoleStmt:
		return "CREATE ROLE", d.createRole(s.CreateRoleStmt)
	case *pg.Node_AlterRoleStmt:
		return "ALTER ROLE", d.alterRole(s.AlterRoleStmt)
	case *pg.Node_AlterRoleSetStmt:
		return "ALTER ROLE", d.alterRoleSet(s.AlterRoleSetStmt)
	case *pg.Node_DropRoleStmt:
		return "DROP ROLE", d.dropRole(s.DropRoleStmt)
	case *pg.Node_CreateExtensionStmt:
		return "CREATE EXTENSION", d.createExtension(s.CreateExtensionStmt)
	case *pg.Node_CreateFdwStmt:
		if !slices.Contains(wrappers, s.CreateFdwStmt.Fdwname) {
			return "", pgerr.New(pgerr.FeatureNotSupported, "foreign-data wrapper \"%s\" is not supported", s.CreateFdwStmt.Fdwname).
				WithHint("Howdah's own wrapper is named howdah; definitions that name %s are taken as they are.", strings.Join(wrappers[1:], ", "))
		}
		d.notice("foreign-data wrapper \"%s\" is built in, skipping", s.CreateFdwStmt.Fdwname)
		return "CREATE FOREIGN DATA WRAPPER", nil
	case *pg.Node_VariableSetStmt, *pg.Node_SelectStmt:
		if d.loading {
			return d.preamble(n)
		}
	}
	return "", pgerr.New(pgerr.FeatureNotSupported, "this statement is not supported").
		WithHint("Howdah takes CREATE, ALTER and DROP of SERVER, USER MAPPING, FOREIGN TABLE, SCHEMA, VIEW and ROLE, IMPORT FOREIGN SCHEMA and COMMENT ON.")
}

// preamble takes what pg_dump writes before its DDL: settings, of which only the search path means anything here.
func (d *ddl) preamble(n *pg.Node) (string, error) {
	if v := n.GetVariableSetStmt(); v != nil && v.Name == "search_path" {
		d.path = nil
		for _, a := range v.Args {
			d.path = append(d.path, a.GetAConst().GetSval().GetSval())
		}
	}
	return "SET", nil
}

func (d *ddl) notice(format string, args ...any) {
	d.notices = append(d.notices, Notice{"NOTICE", pgerr.New(pgerr.SuccessfulCompletion, format, args...)})
}

// target is where a new relation of that name goes.
func (d *ddl) target(r *pg.RangeVar) (name, error) {
	n := name{r.Schemaname, r.Relname}
	if n.schema == "" {
		for _, s := range d.path {
			if d.st.schemas[s] != nil {
				n.schema = s
				break
			}
		}
		if n.schema == "" {
			return n, pgerr.New(pgerr.InvalidSchemaName, "no schema has been selected to create in")
		}
	}
	if n.schema == "pg_catalog" || n.schema == "information_schema" {
		return n, pgerr.New(pgerr.InsufficientPrivilege, "permission denied for schema %s", n.schema)
	}
	if d.st.schemas[n.schema] == nil {
		return n, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n.schema)
	}
	if isOwn(n) {
		return n, pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", n.name)
	}
	return n, nil
}

// existing finds what a name in ALTER, DROP or COMMENT means among what DDL made.
func (d *ddl) existing(schema, rel string) (name, bool) {
	path := d.path
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		n := name{s, rel}
		if d.st.tables[n] != nil || d.st.views[n] != nil {
			return n, true
		}
	}
	return name{schema, rel}, false
}

// missing is the error for a relation that DDL cannot change: it is not there, or nobody declared it.
func (d *ddl) missing(schema, rel string) error {
	path := d.path
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		for _, disc := range d.cat.discoveries {
			if disc.schema != s {
				continue
			}
			if f, err := disc.table(d.ctx, rel); err == nil && f != nil {
				return pgerr.New(pgerr.FeatureNotSupported, "table \"%s\" was found in %s and cannot be changed", rel, disc.loc).
					WithHint("ALTER FOREIGN TABLE declares it as it was found; `howdah inspect` prints the statement that does.")
			}
		}
	}
	if r := pgdata.RelationByName(cmp.Or(schema, "pg_catalog"), rel); r != nil {
		return pgerr.New(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel)
	}
	shown := rel
	if schema != "" {
		shown = schema + "." + rel
	}
	return pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", shown)
}

// taken tells whether a relation of that name is there already.
func (d *ddl) taken(n name) bool {
	if d.st.tables[n] != nil || d.st.views[n] != nil {
		return true
	}
	if d.loading {
		return false // a location that cannot be reached now must not keep the server from starting
	}
	for _, disc := range d.cat.discoveries {
		if disc.schema == n.schema {
			if f, err := disc.table(d.ctx, n.name); err == nil && f != nil {
				return true
			}
		}
	}
	return false
}

func (d *ddl) createSchema(s *pg.CreateSchemaStmt) error {
	n := s.Schemaname
	if n == "" {
		n = s.Authrole.GetRolename()
	}
	if strings.HasPrefix(n, "pg_") {
		return pgerr.New(pgerr.ReservedName, "unacceptable schema name \"%s\"", n).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	}
	if d.st.schemas[n] != nil || n == "information_schema" {
		if s.IfNotExists || d.loading {
			d.notice("schema \"%s\" already exists, skipping", n)
			return nil
		}
		return pgerr.New(pgerr.DuplicateSchema, "schema \"%s\" already exists", n)
	}
	owner := d.user
	if s.Authrole != nil {
		owner = roleName(s.Authrole, d.user)
	}
	d.st.schemas[n] = &schemaDef{name: n, owner: owner}
	for _, e := range s.SchemaElts {
		sub := *d
		sub.path = []string{n}
		if _, err := sub.run(e); err != nil {
			return err
		}
		d.notices = sub.notices
	}
	return nil
}

func roleName(r *pg.RoleSpec, current string) string {
	switch r.GetRoletype() {
	case pg.RoleSpecType_ROLESPEC_CURRENT_USER, pg.RoleSpecType_ROLESPEC_SESSION_USER, pg.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return current
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		return ""
	}
	return r.GetRolename()
}

func (d *ddl) createServer(s *pg.CreateForeignServerStmt) error {
	if d.st.servers[s.Servername] != nil {
		if s.IfNotExists {
			d.notice("server \"%s\" already exists, skipping", s.Servername)
			return nil
		}
		return pgerr.New(pgerr.DuplicateObject, "server \"%s\" already exists", s.Servername)
	}
	if !slices.Contains(wrappers, s.Fdwname) {
		return pgerr.New(pgerr.UndefinedObject, "foreign-data wrapper \"%s\" does not exist", s.Fdwname).
			WithHint("Howdah's own is named howdah: CREATE SERVER … FOREIGN DATA WRAPPER howdah OPTIONS (location '…').")
	}
	o, err := d.sharedOptions(nil, s.Options)
	if err != nil {
		return err
	}
	d.st.servers[s.Servername] = &serverDef{
		name: s.Servername, wrapper: s.Fdwname, kind: s.Servertype, version: s.Version, owner: d.user, options: o,
	}
	return nil
}

func (d *ddl) server(n string) (*serverDef, error) {
	if s := d.st.servers[n]; s != nil {
		return s, nil
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "server \"%s\" does not exist", n)
}

func (d *ddl) alterServer(s *pg.AlterForeignServerStmt) error {
	old, err := d.server(s.Servername)
	if err != nil {
		return err
	}
	def := *old
	if s.HasVersion {
		def.version = s.Version
	}
	if def.options, err = d.sharedOptions(old.options, s.Options); err != nil {
		return err
	}
	d.st.servers[s.Servername] = &def
	return nil
}

func (d *ddl) mappingOf(server string, user *pg.RoleSpec) (mappingKey, error) {
	_, err := d.server(server)
	return mappingKey{server, roleName(user, d.user)}, err
}

func shownUser(u string) string {
	if u == "" {
		return "public"
	}
	return u
}

func (d *ddl) createMapping(s *pg.CreateUserMappingStmt) error {
	key, err := d.mappingOf(s.Servername, s.User)
	if err != nil {
		return err
	}
	if d.st.mappings[key] != nil {
		if s.IfNotExists {
			d.notice("user mapping for \"%s\" already exists for server \"%s\", skipping", shownUser(key.user), key.server)
			return nil
		}
		return pgerr.New(pgerr.DuplicateObject, "user mapping for \"%s\" already exists for server \"%s\"", shownUser(key.user), key.server)
	}
	o, err := d.sharedOptions(nil, s.Options)
	if err != nil {
		return err
	}
	d.st.mappings[key] = &mappingDef{key, o}
	return nil
}

func (d *ddl) alterMapping(s *pg.AlterUserMappingStmt) error {
	key, err := d.mappingOf(s.Servername, s.User)
	if err != nil {
		return err
	}
	old := d.st.mappings[key]
	if old == nil {
		return pgerr.New(pgerr.UndefinedObject, "user mapping for \"%s\" does not exist for server \"%s\"", shownUser(key.user), key.server)
	}
	o, err := d.sharedOptions(old.options, s.Options)
	if err != nil {
		return err
	}
	d.st.mappings[key] = &mappingDef{key, o}
	return nil
}

func (d *ddl) dropMapping(s *pg.DropUserMappingStmt) error {
	key, err := d.mappingOf(s.Servername, s.User)
	if err != nil {
		if s.MissingOk {
			d.notice("server \"%s\" does not exist, skipping", s.Servername)
			return nil
		}
		return err
	}
	if d.st.mappings[key] == nil {
		if s.MissingOk {
			d.notice("user mapping for \"%s\" does not exist for server \"%s\", skipping", shownUser(key.user), key.server)
			return nil
		}
		return pgerr.New(pgerr.UndefinedObject, "user mapping for \"%s\" does not exist for server \"%s\"", shownUser(key.user), key.server)
	}
	delete(d.st.mappings, key)
	return nil
}

// sharedOptions applies the OPTIONS of a CREATE (old nil) or ALTER of a server or a user mapping. They may be of any source
// and format, since the tables say which.
func (d *ddl) sharedOptions(old map[string]string, list []*pg.Node) (map[string]string, error) {
	o, err := changedOptions(old, list)
	if err != nil {
		return nil, err
	}
	rest := maps.Clone(o)
	for _, k := range cloudfsPlaces {
		delete(rest, k)
	}
	if _, err := reject.Parse(o); err != nil {
		return nil, err
	}
	return o, options.Check(rest, d.cat.allOptions()...)
}

// cloudfsPlaces are cloudfs_fdw's options that say where a file is.
var cloudfsPlaces = []string{"source", "bucket", "filepath", "url"}

func (c *Catalog) allOptions() []any {
	specs := []any{tableOptions{}}
	for _, scheme := range c.cfg.Sources.Schemes() {
		specs = append(specs, c.cfg.Sources.Options(sources.Location{Scheme: scheme}))
	}
	for _, f := range c.cfg.Formats {
		specs = append(specs, f.Spec().Options)
	}
	return specs
}

// newOptions reads OPTIONS (a 'b', …) of a CREATE.
func newOptions(list []*pg.Node) (map[string]string, error) { return changedOptions(nil, list) }

// changedOptions applies OPTIONS (ADD a 'b', SET c 'd', DROP e) of an ALTER.
func changedOptions(old map[string]string, list []*pg.Node) (map[string]string, error) {
	o := maps.Clone(old)
	if o == nil {
		o = map[string]string{}
	}
	for _, n := range list {
		e := n.GetDefElem()
		_, has := o[e.Defname]
		value := e.Arg.GetString_().GetSval()
		switch e.Defaction {
		case pg.DefElemAction_DEFELEM_DROP:
			if !has {
				return nil, pgerr.New(pgerr.UndefinedObject, "option \"%s\" not found", e.Defname)
			}
			delete(o, e.Defname)
		case pg.DefElemAction_DEFELEM_SET:
			if !has {
				return nil, pgerr.New(pgerr.UndefinedObject, "option \"%s\" not found", e.Defname)
			}
			o[e.Defname] = value
		default:
			if has {
				return nil, pgerr.New(pgerr.DuplicateObject, "option \"%s\" provided more than once", e.Defname)
			}
			o[e.Defname] = value
		}
	}
	return o, nil
}

func (d *ddl) createExtension(s *pg.CreateExtensionStmt) error {
	if !slices.Contains(wrappers, s.Extname) && s.Extname != "plpgsql" {
		return pgerr.New(pgerr.FeatureNotSupported, "extension \"%s\" is not available", s.Extname)
	}
	d.notice("extension \"%s\" is built in, skipping", s.Extname)
	return nil
}
