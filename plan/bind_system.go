package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/sql"
)

// systemFunctions are those that PostgreSQL's views of the same rows are made of. Here it is the relation that has the
// rows, and the function that is a query of it.
var systemFunctions = map[string]string{
	"pg_available_extensions":         "select name, default_version, comment from pg_catalog.pg_available_extensions",
	"pg_available_extension_versions": "select name, version, superuser, trusted, relocatable, schema, requires, comment from pg_catalog.pg_available_extension_versions",
	"pg_show_all_settings":            "select * from pg_catalog.pg_settings",
	"pg_cursor":                       "select * from pg_catalog.pg_cursors",
	"pg_prepared_statement":           "select * from pg_catalog.pg_prepared_statements",
	"pg_lock_status":                  "select * from pg_catalog.pg_locks",
	"pg_timezone_names":               "select * from pg_catalog.pg_timezone_names",
	"pg_timezone_abbrevs":             "select * from pg_catalog.pg_timezone_abbrevs",
	"pg_config":                       "select * from pg_catalog.pg_config",
}

// systemFunction gives the sub-query that a call of such a function in FROM is, or nil.
func systemFunction(r *pg.RangeFunction) *pg.RangeSubselect {
	if len(r.Functions) != 1 || r.Ordinality || len(r.Coldeflist) > 0 {
		return nil
	}
	items := r.Functions[0].GetList().GetItems()
	call := items[0].GetFuncCall()
	if call == nil || len(call.Args) > 0 || len(items[1].GetList().GetItems()) > 0 {
		return nil
	}
	name := call.Funcname[len(call.Funcname)-1].GetString_().GetSval()
	if len(call.Funcname) > 1 && call.Funcname[0].GetString_().GetSval() != "pg_catalog" {
		return nil
	}
	query, ok := systemFunctions[name]
	if !ok {
		return nil
	}
	stmts, err := sql.Parse(query)
	if err != nil {
		return nil
	}
	alias := r.Alias
	if alias == nil {
		alias = &pg.Alias{Aliasname: name}
	}
	return &pg.RangeSubselect{Subquery: stmts[0].Node, Alias: alias, Lateral: r.Lateral}
}
