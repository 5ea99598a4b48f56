package settings

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"howdah/pgerr"
	"howdah/types"
)

// Scope says how long a SET lasts.
type Scope uint8

const (
	Startup Scope = iota // the start-up packet: what RESET goes back to
	Session              // until the session ends, unless the transaction is rolled back
	Local                // until the transaction ends
)

// Store holds one session's parameters. One goroutine at a time.
type Store struct {
	superuser bool
	values                      // of now
	role      map[string]string // the role's: they do not change any more
	fixed     map[string]string // the server's own: version, encoding, user; shared
	saved     []values          // one per open transaction level
	style     *types.Style      // nil: to be made anew
	path      []string          // pathText taken apart
	pathText  string
	version   uint64
	started   bool // the session has begun: backend parameters are closed
}

// values is what a rollback restores. The maps are copied before the first change after they were saved.
type values struct {
	start, session, local map[string]string
	shared                bool
}

// New makes a session's store. fixed gives parameters' values that the server has decided, by lower-case name, in the
// form that is kept; it is not copied.
func New(fixed map[string]string, superuser bool) *Store {
	return &Store{fixed: fixed, superuser: superuser}
}

// Started closes the parameters that only a start-up packet may set.
func (s *Store) Started() { s.started = true }

// Version changes whenever any value may have changed.
func (s *Store) Version() uint64 { return s.version }

func (s *Store) own() {
	s.version++
	s.style = nil
	if s.shared || s.session == nil {
		s.start, s.session, s.local = clone(s.start), clone(s.session), clone(s.local)
		s.shared = false
	}
}

func clone(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}

// Begin opens a transaction or a savepoint's level.
func (s *Store) Begin() {
	s.shared = true
	s.saved = append(s.saved, s.values)
}

// Release closes the innermost level and keeps its changes (RELEASE SAVEPOINT).
func (s *Store) Release() { s.saved = s.saved[:len(s.saved)-1] }

// Rollback closes the innermost level and takes its changes back.
func (s *Store) Rollback() {
	s.values = s.saved[len(s.saved)-1]
	s.shared = true
	s.saved = s.saved[:len(s.saved)-1]
	s.style = nil
	s.version++
}

// End closes all levels: with commit session-wide changes stay, else all are taken back. Local ones end either way.
func (s *Store) End(commit bool) {
	if len(s.saved) == 0 {
		return
	}
	if !commit {
		s.values = s.saved[0]
		s.shared = true
		s.style = nil
		s.version++
	}
	s.saved = s.saved[:0]
	if len(s.local) > 0 {
		s.own()
		clear(s.local)
	}
}

// kept gives the value in force in the form it is kept.
func (s *Store) kept(v *Variable) string {
	for _, m := range [...]map[string]string{s.local, s.session, s.start, s.role, s.fixed} {
		if len(m) == 0 {
			continue
		}
		if x, ok := m[v.key]; ok {
			return x
		}
	}
	return v.Boot
}

func (s *Store) resetValue(v *Variable) string {
	for _, m := range [...]map[string]string{s.start, s.role, s.fixed} {
		if x, ok := m[v.key]; ok {
			return x
		}
	}
	return v.Boot
}

// Get gives a parameter's value as SHOW prints it.
func (s *Store) Get(name string) (string, bool) {
	if v := Lookup(name); v != nil {
		return v.show(s.kept(v)), true
	}
	k := strings.ToLower(name)
	for _, m := range [...]map[string]string{s.local, s.session, s.start, s.role} {
		if x, ok := m[k]; ok {
			return x, true
		}
	}
	return "", false
}

// Unrecognized is the error for a name that is no parameter's.
func Unrecognized(name string) error {
	return pgerr.New(pgerr.UndefinedObject, `unrecognized configuration parameter "%s"`, name)
}

// Show is Get with PostgreSQL's error for unknown names.
func (s *Store) Show(name string) (string, error) {
	if v, ok := s.Get(name); ok {
		return v, nil
	}
	return "", Unrecognized(name)
}

// Set gives a parameter a value.
func (s *Store) Set(name, value string, scope Scope) error {
	v := Lookup(name)
	k := strings.ToLower(name)
	if v == nil {
		switch {
		case !strings.Contains(name, "."):
			return Unrecognized(name)
		case !validCustomName(name):
			return pgerr.New(pgerr.InvalidName, `invalid configuration parameter name "%s"`, name).
				WithDetail("Custom parameter names must be two or more simple identifiers separated by dots.")
		case strings.IndexByte(value, 0) >= 0:
			return invalid(name, value)
		}
	} else {
		if err := s.mayChange(v, name); err != nil {
			return err
		}
		var err error
		if v.Name == "DateStyle" {
			value, err = s.dateStyleText(value)
		} else {
			value, err = v.parse(value, name)
		}
		if err != nil {
			return err
		}
	}
	s.put(k, value, scope)
	return nil
}

// SetForRole gives a parameter the value that ALTER ROLE … SET says, which the start-up packet wins over. It comes first.
func (s *Store) SetForRole(name, value string) error {
	probe := New(s.fixed, s.superuser)
	if err := probe.Set(name, value, Startup); err != nil {
		return err
	}
	if s.role == nil {
		s.role = map[string]string{}
	}
	k := strings.ToLower(name)
	s.role[k] = probe.start[k]
	s.style = nil
	s.version++
	return nil
}

// Force sets a value without asking whether a client may: role, transaction modes.
func (s *Store) Force(name, value string, scope Scope) { s.put(strings.ToLower(name), value, scope) }

func (s *Store) put(k, value string, scope Scope) {
	s.own()
	switch scope {
	case Startup:
		s.start[k] = value
	case Session:
		s.session[k] = value
		delete(s.local, k)
	case Local:
		s.local[k] = value
	}
}

func (s *Store) mayChange(v *Variable, name string) error {
	deny := func(format string) error { return pgerr.New(pgerr.CantChangeRuntimeParam, format, v.Name) }
	switch v.Context {
	case "internal":
		return deny(`parameter "%s" cannot be changed`)
	case "postmaster":
		return deny(`parameter "%s" cannot be changed without restarting the server`)
	case "sighup":
		return deny(`parameter "%s" cannot be changed now`)
	case "backend", "superuser-backend":
		if s.started {
			return deny(`parameter "%s" cannot be set after connection start`)
		}
	}
	if (v.Context == "superuser" || v.Context == "superuser-backend") && !s.superuser {
		return pgerr.New(pgerr.InsufficientPrivilege, `permission denied to set parameter "%s"`, v.Name)
	}
	return nil
}

// Reset gives a parameter back the value that the session began with.
func (s *Store) Reset(name string, scope Scope) error {
	v := Lookup(name)
	if v == nil {
		if _, ok := s.Get(name); !ok && !validCustomName(name) {
			return Unrecognized(name)
		}
		k := strings.ToLower(name)
		s.put(k, s.customReset(k), scope) // it stays known, if need be empty
		return nil
	}
	if err := s.mayChange(v, name); err != nil {
		return err
	}
	if scope == Session { // the value's source is as before too
		s.own()
		delete(s.session, v.key)
		delete(s.local, v.key)
		return nil
	}
	s.put(v.key, s.resetValue(v), scope)
	return nil
}

// customReset is what RESET makes of a custom parameter.
func (s *Store) customReset(k string) string {
	for _, m := range [...]map[string]string{s.start, s.role} {
		if x, ok := m[k]; ok {
			return x
		}
	}
	return ""
}

// ResetAll is RESET ALL.
func (s *Store) ResetAll() {
	s.own()
	for _, m := range []map[string]string{s.session, s.local} {
		for k := range m {
			v := Lookup(k)
			switch {
			case v == nil:
				m[k] = s.customReset(k)
			case !v.NoReset:
				delete(m, k)
			}
		}
	}
}

func (s *Store) dateStyleText(value string) (string, error) {
	read := func(text string) dateStyle {
		d, _ := parseDateStyle(text, dateStyle{}, dateStyle{})
		return d
	}
	v := Lookup("DateStyle")
	d, err := parseDateStyle(value, read(s.kept(v)), read(s.resetValue(v)))
	return d.String(), err
}

// Style is what text forms depend on. It is made anew after a change and never changed itself.
func (s *Store) Style() *types.Style {
	if s.style != nil {
		return s.style
	}
	text := func(name string) string { return s.kept(Lookup(name)) }
	d, _ := parseDateStyle(text("DateStyle"), dateStyle{}, dateStyle{})
	st := &types.Style{DateStyle: d.style, DateOrder: d.order, ByteaEscape: text("bytea_output") == "escape", NullsAreText: text("array_nulls") == "off"}
	st.ExtraFloatDigits, _ = strconv.Atoi(text("extra_float_digits"))
	switch text("IntervalStyle") {
	case "postgres_verbose":
		st.IntervalStyle = types.IntervalPostgresVerbose
	case "sql_standard":
		st.IntervalStyle = types.IntervalSQLStandard
	case "iso_8601":
		st.IntervalStyle = types.IntervalISO8601
	}
	if loc, ok := types.LoadZone(text("TimeZone")); ok {
		st.Zone = loc
	}
	s.style = st
	return st
}

// SearchPath gives the names in search_path, "$user" not yet replaced. The slice is the store's own.
func (s *Store) SearchPath() []string {
	if text := s.Text("search_path"); text != s.pathText || s.path == nil {
		s.path, _ = SplitNames(text)
		s.pathText = text
	}
	return s.path
}

// Bool reads a boolean parameter.
func (s *Store) Bool(name string) bool { return s.kept(Lookup(name)) == "on" }

// Text reads a parameter as it is kept.
func (s *Store) Text(name string) string { return s.kept(Lookup(name)) }

// Duration reads a parameter whose unit is milliseconds; 0 means none.
func (s *Store) Duration(name string) time.Duration {
	text := s.kept(Lookup(name))
	if text == "0" {
		return 0
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return time.Duration(n) * time.Millisecond
}

// Row is a line of pg_settings and SHOW ALL.
type Row struct {
	*Variable
	Setting string // in the parameter's own unit
	Shown   string // as SHOW prints it
	Source  string
	Reset   string
}

// All gives the parameters that SHOW ALL lists, in its order; custom ones come in their alphabetical place.
func (s *Store) All() []Row {
	var rows []Row
	for _, v := range Variables() {
		if v.Hidden {
			continue
		}
		source := "default"
		k := strings.ToLower(v.Name)
		switch {
		case has(s.local, k), has(s.session, k):
			source = "session"
		case has(s.start, k):
			source = "client"
		case has(s.role, k):
			source = "user"
		case v.Context == "internal", has(s.fixed, k):
			source = "override"
		}
		rows = append(rows, Row{v, s.kept(v), v.show(s.kept(v)), source, s.resetValue(v)})
	}
	return rows
}

func has(m map[string]string, k string) bool { _, ok := m[k]; return ok }
