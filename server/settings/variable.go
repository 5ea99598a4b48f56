package settings

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"howdah/internal/pgdata"
)

// Variable is a parameter's definition. The fields are pg_settings' columns.
type Variable struct {
	Name      string
	Unit      string // "" = none
	Category  string
	ShortDesc string
	ExtraDesc string
	Context   string
	VarType   string // bool, integer, real, string, enum
	Min, Max  string // "" = none
	Enum      []string
	Boot      string
	Hidden    bool // not in pg_settings and SHOW ALL
	NoReset   bool // RESET ALL leaves it

	key             string // the name in lower case
	listQuote, list bool
	check           func(value string) (canonical string, err error)
}

var variables = sync.OnceValue(func() map[string]*Variable {
	m := map[string]*Variable{}
	text := func(s string) string {
		if s == pgdata.Null {
			return ""
		}
		return s
	}
	for _, d := range pgdata.Settings() {
		v := &Variable{
			Name: d.Name, Unit: text(d.Unit), Category: d.Category, ShortDesc: d.ShortDesc, ExtraDesc: text(d.ExtraDesc),
			Context: d.Context, VarType: d.VarType, Min: text(d.MinVal), Max: text(d.MaxVal), Enum: d.EnumVals, Boot: text(d.BootVal),
			NoReset: slices.Contains(d.Flags, "NO_RESET_ALL"),
		}
		m[strings.ToLower(v.Name)] = v
	}
	for _, v := range []*Variable{ // those that pg_settings hides
		{Name: "is_superuser", Context: "internal", VarType: "bool", Boot: "off", Category: "Ungrouped",
			ShortDesc: "Shows whether the current user is a superuser."},
		{Name: "session_authorization", Context: "user", VarType: "string", NoReset: true, Category: "Ungrouped",
			ShortDesc: "Sets the session user name."},
		{Name: "role", Context: "user", VarType: "string", Boot: "none", NoReset: true, Category: "Ungrouped",
			ShortDesc: "Sets the current role."},
		{Name: "seed", Context: "user", VarType: "real", Min: "-1", Max: "1", Boot: "0", NoReset: true, Category: "Ungrouped",
			ShortDesc: "Sets the seed for random-number generation."},
	} {
		v.Hidden = true
		m[v.Name] = v
	}
	for _, name := range []string{"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries", "shared_preload_libraries"} {
		if v := m[name]; v != nil {
			v.list, v.listQuote = true, true
		}
	}
	for _, name := range []string{"datestyle", "listen_addresses", "synchronous_standby_names", "wal_consistency_checking", "log_destination"} {
		if v := m[name]; v != nil {
			v.list = true
		}
	}
	for name, check := range map[string]func(string) (string, error){
		"timezone":                    checkZone,
		"log_timezone":                checkZone,
		"client_encoding":             checkEncoding,
		"search_path":                 checkNameList,
		"temp_tablespaces":            checkNameList,
		"application_name":            checkASCII,
		"cluster_name":                checkASCII,
		"standard_conforming_strings": checkStandardStrings,
		"default_text_search_config":  checkTextSearch,
	} {
		if v := m[name]; v != nil {
			v.check = check
		}
	}
	for k, v := range m {
		v.key = k
	}
	for name, boot := range map[string]string{ // as initdb and a running server have them
		"client_encoding": "UTF8", "server_encoding": "UTF8", "timezone": "UTC", "log_timezone": "UTC",
		"lc_collate": "C", "lc_ctype": "C.UTF-8", "lc_messages": "C.UTF-8", "default_text_search_config": "pg_catalog.english",
		"archive_command": "(disabled)", "timezone_abbreviations": "Default", "max_stack_depth": "2048",
		"tcp_keepalives_count": "9", "tcp_keepalives_idle": "7200", "tcp_keepalives_interval": "75",
	} {
		if v := m[name]; v != nil {
			v.Boot = boot
		}
	}
	return m
})

// Lookup finds a built-in parameter by name, in any case; nil if there is none.
func Lookup(name string) *Variable {
	if v := variables()[name]; v != nil {
		return v
	}
	return variables()[strings.ToLower(name)]
}

// Variables lists the built-in parameters in SHOW ALL's order.
func Variables() []*Variable {
	return slices.SortedFunc(maps.Values(variables()), func(a, b *Variable) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

// Reported lists the parameters whose changes a client is told of (ParameterStatus), in PostgreSQL's order.
var Reported = []string{
	"application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby", "integer_datetimes",
	"IntervalStyle", "is_superuser", "server_encoding", "server_version", "session_authorization",
	"standard_conforming_strings", "TimeZone",
}
