// Package viewdef prints a bound query as SQL, as PostgreSQL's ruleutils.c does for pg_get_viewdef: every column with its
// table's name, every cast that decides a meaning, one layout. The planner fills a [Query] while it binds, in the shape of
// PostgreSQL's Query; [Print] chooses names that are unique (names.go), and prints clauses (query.go), FROM (from.go) and,
// with [expr.Printer], expressions.
package viewdef
