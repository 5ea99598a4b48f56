// Package sql is the one door to the SQL parser: PostgreSQL's own grammar, made safe to call with any text.
//
// [Parse] splits a text into statements and gives each one's raw parse tree, with PostgreSQL's errors and positions.
// [Cache] remembers trees by text. [Statement.Kind] says what a statement is, [CommandTag] what a server answers to
// it. [Deparse], [QuoteIdent] and [QuoteLiteral] go the other way. The package knows no catalog.
//
// The parser is C and is called through cgo; without cgo it is the same C compiled to WebAssembly, with the same tree
// types (about three times slower, and a second's start-up once). It keeps no watch on its stack, so a linear scan
// goes before it and answers 54001 to what would nest too deep: see limits.go.
//
// The grammar is PostgreSQL 17's, which takes everything that 15 takes and a little more (JSON_TABLE and its
// relatives, MERGE … RETURNING); whoever binds the tree refuses what 15 does not have. Numbers that only 16 and later
// know, such as 0x1F and 1_000, are refused here in 15's words. Trees are shared and must not be changed.
package sql
