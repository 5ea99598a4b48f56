package server

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/server/settings"
	"howdah/types"
)

// set runs SET and RESET.
func (x *session) set(s *pg.VariableSetStmt) error {
	scope := settings.Session
	if s.IsLocal {
		scope = settings.Local
	}
	switch s.Kind {
	case pg.VariableSetKind_VAR_RESET_ALL:
		x.settings.ResetAll()
		return x.followSettings()
	case pg.VariableSetKind_VAR_SET_MULTI:
		return x.setMany(s)
	}
	if s.IsLocal && !x.inBlock() {
		x.warning(pgerr.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks")
	}
	switch s.Kind {
	case pg.VariableSetKind_VAR_SET_VALUE:
		args := make([]string, len(s.Args))
		for i, a := range s.Args {
			args[i] = constText(a)
		}
		value, err := settings.Flatten(s.Name, args)
		if err != nil {
			return err
		}
		return x.setParameter(s.Name, value, scope)
	case pg.VariableSetKind_VAR_SET_DEFAULT, pg.VariableSetKind_VAR_RESET:
		return x.resetParameter(s.Name, scope)
	case pg.VariableSetKind_VAR_SET_CURRENT:
		_, err := x.settings.Show(s.Name)
		return err
	}
	return nil
}

func isMode(name string) bool {
	switch strings.ToLower(name) {
	case "transaction_isolation", "transaction_read_only", "transaction_deferrable":
		return true
	}
	return false
}

// setParameter gives a parameter a value, with all that follows from it.
func (x *session) setParameter(name, value string, scope settings.Scope) error {
	switch lower := strings.ToLower(name); {
	case isMode(name):
		return x.setMode(lower, value)
	case lower == "role" || lower == "session_authorization":
		return x.setRole(lower, value, scope)
	}
	if err := x.settings.Set(name, value, scope); err != nil {
		return err
	}
	if strings.EqualFold(name, "client_encoding") {
		return x.followSettings()
	}
	return nil
}

func (x *session) resetParameter(name string, scope settings.Scope) error {
	if isMode(name) {
		return x.setMode(strings.ToLower(name), x.settings.Text("default_"+strings.ToLower(name)))
	}
	if err := x.settings.Reset(name, scope); err != nil {
		return err
	}
	return x.followSettings()
}

// setRole accepts what changes nothing.
func (x *session) setRole(name, value string, scope settings.Scope) error {
	if name == "role" && value == "none" || value == x.user {
		x.settings.Force(name, value, scope)
		return nil
	}
	if _, known := x.server.engine.Role(value); !known {
		return pgerr.New(pgerr.InvalidParameterValue, `role "%s" does not exist`, value)
	}
	if name == "role" {
		return pgerr.New(pgerr.InsufficientPrivilege, `permission denied to set role "%s"`, value)
	}
	return pgerr.New(pgerr.InsufficientPrivilege, "permission denied to set session authorization")
}

// setMany runs SET TRANSACTION and SET SESSION CHARACTERISTICS.
func (x *session) setMany(s *pg.VariableSetStmt) error {
	switch s.Name {
	case "TRANSACTION":
		if !x.inBlock() {
			x.warning(pgerr.NoActiveSQLTransaction, "SET TRANSACTION can only be used in transaction blocks")
		}
		return x.modes(s.Args, settings.Local)
	case "SESSION CHARACTERISTICS":
		return x.modes(s.Args, settings.Session)
	}
	return pgerr.New(pgerr.FeatureNotSupported, "SET TRANSACTION SNAPSHOT is not supported")
}

func showColumns(name string) []Column {
	if strings.EqualFold(name, "all") {
		return []Column{textColumn("name"), textColumn("setting"), textColumn("description")}
	}
	shown := name
	if v := settings.Lookup(name); v != nil {
		shown = v.Name
	}
	return []Column{textColumn(shown)}
}

func (x *session) show(p *portal, name string) error {
	var rows [][]string
	if strings.EqualFold(name, "all") {
		for _, r := range x.settings.All() {
			rows = append(rows, []string{r.Name, r.Shown, r.ShortDesc})
		}
	} else {
		v, err := x.settings.Show(name)
		if err != nil {
			return err
		}
		rows = [][]string{{v}}
	}
	p.columns = showColumns(name)
	p.tape = newTape(newTextRows(len(p.columns), rows), p.columns, x.memory)
	p.source = p.tape
	return nil
}

// searchPath gives the schemas along which names are looked up: those of search_path that exist, with pg_catalog
// before them if implicit and not named.
func (x *session) searchPath(implicit bool) []string {
	k := 0
	if implicit {
		k = 1
	}
	x.pathMu.Lock() // a query's goroutines may ask
	defer x.pathMu.Unlock()
	c := &x.paths[k]
	var view View
	if x.tx != nil {
		view = x.snapshot()
	}
	if c.path == nil || c.version != x.settings.Version() || c.view != view {
		*c = knownPath{x.settings.Version(), view, x.makePath(implicit, view)}
	}
	return c.path
}

// knownPath is a search path and what it was made of.
type knownPath struct {
	version uint64
	view    View
	path    []string
}

func (x *session) makePath(implicit bool, view View) []string {
	path := make([]string, 0, 4)
	temp := ""
	if view != nil {
		temp = view.TempSchema()
	}
	if implicit && temp != "" {
		path = append(path, temp)
	}
	if implicit {
		path = append(path, "pg_catalog")
	}
	leading := len(path) // a schema that search_path names has its place there
	for _, n := range x.settings.SearchPath() {
		if n == "$user" {
			n = x.user
		}
		if n == "pg_temp" && view != nil {
			n = temp
		}
		if n == "pg_temp" || n == "" || slices.Contains(path[leading:], n) || n != "pg_catalog" && view != nil && !view.HasSchema(n) {
			continue
		}
		if at := slices.Index(path[:leading], n); at >= 0 {
			path = slices.Delete(path, at, at+1)
			leading--
		}
		path = append(path, n)
	}
	return slices.Clip(path)
}

// sessionExpr answers what functions ask of the session (expr.Session).
type sessionExpr struct{ x *session }

func (s sessionExpr) User() string                       { return s.x.user }
func (s sessionExpr) SessionUser() string                { return s.x.user }
func (s sessionExpr) Database() string                   { return s.x.database }
func (s sessionExpr) SearchPath(implicit bool) []string  { return s.x.searchPath(implicit) }
func (s sessionExpr) Setting(name string) (string, bool) { return s.x.settings.Get(name) }
func (s sessionExpr) SettingsVersion() uint64            { return s.x.settings.Version() }
func (s sessionExpr) BackendPID() int32                  { return s.x.pid }
func (s sessionExpr) ServerVersion() string              { return versionLine(s.x.server.cfg.Version) }

// Style is how the session wants values written.
func (s sessionExpr) Style() *types.Style { return s.x.settings.Style() }

// SetSetting is set_config.
func (s sessionExpr) SetSetting(name, value string, local bool) (string, error) {
	scope := settings.Session
	if local {
		scope = settings.Local
	}
	if err := s.x.setParameter(name, value, scope); err != nil {
		return "", err
	}
	v, _ := s.x.settings.Get(name)
	return v, nil
}

// AllSettings implements catalog.Settings: values in the parameters' own units, as pg_settings has them.
func (s sessionExpr) AllSettings() map[string]string {
	all := map[string]string{}
	for _, r := range s.x.settings.All() {
		all[r.Name] = r.Setting
	}
	return all
}

// ResetSetting is set_config with NULL.
func (s sessionExpr) ResetSetting(name string, local bool) (string, error) {
	scope := settings.Session
	if local {
		scope = settings.Local
	}
	if err := s.x.resetParameter(name, scope); err != nil {
		return "", err
	}
	v, _ := s.x.settings.Get(name)
	return v, nil
}

// SettingOrigins implements catalog.Origins.
func (s sessionExpr) SettingOrigins() map[string]catalog.SettingOrigin {
	all := map[string]catalog.SettingOrigin{}
	for _, r := range s.x.settings.All() {
		all[r.Name] = catalog.SettingOrigin{Source: r.Source, Reset: r.Reset}
	}
	return all
}

// Activities implements catalog.Activities.
func (s sessionExpr) Activities() []catalog.Activity {
	var out []catalog.Activity
	for _, a := range s.x.server.Sessions() {
		c := catalog.Activity{
			PID: a.PID, User: a.User, Database: a.Database, Application: a.Application, Started: a.Began, XactStart: a.XactBegan,
			QueryStart: a.QueryBegan, StateChange: a.StateSince, State: a.State, Query: a.Query,
		}
		if host, port, err := net.SplitHostPort(a.Client); err == nil {
			c.Address = host
			c.Port, _ = strconv.Atoi(port)
		}
		c.Hidden = !s.x.superuser && a.User != s.x.user
		out = append(out, c)
	}
	return out
}

// Cursors implements catalog.Cursors.
func (s sessionExpr) Cursors() []catalog.Cursor {
	var out []catalog.Cursor
	for _, p := range s.x.portals {
		if p.plan != nil {
			out = append(out, catalog.Cursor{Name: p.name, Statement: p.text, Holdable: p.hold, Binary: p.binary, Scroll: !p.noScroll, Created: p.created})
		}
	}
	slices.SortFunc(out, func(a, b catalog.Cursor) int { return a.Created.Compare(b.Created) })
	return out
}

// CurrentQuery implements expr.Queries.
func (s sessionExpr) CurrentQuery() string { return s.x.query }

// Rejected implements catalog.Rejects.
func (s sessionExpr) Rejected() *reject.Run { return s.x.rejected }

// Scans implements catalog.Progress: who is no superuser sees what the own sessions do.
func (s sessionExpr) Scans() []catalog.ScanProgress {
	e, ok := s.x.server.engine.(Progress)
	if !ok {
		return nil
	}
	list := e.Progress()
	if s.x.superuser {
		return list
	}
	users := map[int32]string{}
	for _, a := range s.x.server.Sessions() {
		users[a.PID] = a.User
	}
	for i := range list {
		list[i].Hidden = users[list[i].PID] != s.x.user
	}
	return list
}

// RejectedRuns implements catalog.Rejects: a superuser sees everybody's.
func (s sessionExpr) RejectedRuns() []*reject.Run {
	all := s.x.server.rejects.Runs()
	if s.x.superuser {
		return all
	}
	return slices.DeleteFunc(all, func(r *reject.Run) bool { return r.User != s.x.user })
}

// PreparedStatements implements catalog.Cursors.
func (s sessionExpr) PreparedStatements() []catalog.Prepared {
	var out []catalog.Prepared
	for _, p := range s.x.statements {
		if p.name == "" {
			continue
		}
		c := catalog.Prepared{Name: p.name, Statement: p.text, Created: p.created, FromSQL: p.bySQL}
		for _, t := range p.params {
			c.Params = append(c.Params, t.OID)
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b catalog.Prepared) int { return a.Created.Compare(b.Created) })
	return out
}

// CancelBackend is pg_cancel_backend.
func (s sessionExpr) CancelBackend(pid int32) (bool, error) {
	if err := s.mayDisturb(pid, "cancel query"); err != nil {
		return false, err
	}
	return s.x.server.CancelBackend(pid), nil
}

// TerminateBackend is pg_terminate_backend.
func (s sessionExpr) TerminateBackend(pid int32) (bool, error) {
	if err := s.mayDisturb(pid, "terminate process"); err != nil {
		return false, err
	}
	return s.x.server.TerminateBackend(pid), nil
}

// mayDisturb refuses what only superusers may do to the sessions of others.
func (s sessionExpr) mayDisturb(pid int32, what string) error {
	s.x.server.mu.Lock()
	other := s.x.server.sessions[pid]
	s.x.server.mu.Unlock()
	switch {
	case other == nil || s.x.superuser || other.user == s.x.user:
		return nil
	case other.superuser && what == "cancel query":
		return pgerr.New(pgerr.InsufficientPrivilege, "must be a superuser to cancel superuser query")
	case other.superuser:
		return pgerr.New(pgerr.InsufficientPrivilege, "must be a superuser to terminate superuser process")
	}
	if what == "cancel query" {
		return pgerr.New(pgerr.InsufficientPrivilege, "must be a member of the role whose query is being canceled or member of pg_signal_backend")
	}
	return pgerr.New(pgerr.InsufficientPrivilege, "must be a member of the role whose process is being terminated or member of pg_signal_backend")
}

// Started is when the server was made (pg_postmaster_start_time).
func (s sessionExpr) Started() time.Time { return s.x.server.Started() }

// Random is the session's generator (random(), setseed()).
func (s sessionExpr) Random() *expr.Random { return &s.x.random }

var (
	_ expr.Session       = sessionExpr{}
	_ catalog.Settings   = sessionExpr{}
	_ catalog.Activities = sessionExpr{}
	_ catalog.Cursors    = sessionExpr{}
)
