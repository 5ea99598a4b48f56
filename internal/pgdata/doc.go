// Package pgdata is PostgreSQL 15's own catalog data, embedded: its types, functions, operators, casts, settings and
// key words, and the shape of its system tables and views.
//
// The files in data/ are made by `go generate` from a real PostgreSQL 15 with nothing in it but what initdb puts
// there, so that nothing about PostgreSQL need be remembered or typed in. Whoever works with types, functions or
// operators uses the typed rows ([Types], [Procs], [Operators], [Casts], …); whoever shows a catalog as a table uses
// [Rows], which has every column. Both are parsed when first asked for and cost nothing before that. Everything
// returned is shared and must not be changed.
//
// What is left out: the several hundred ICU collations, which depend on the ICU library; pg_depend and pg_rewrite;
// values that belong to one server (the settings' current values, passwords).
package pgdata

//go:generate go run ./gen
