// Package exprtest compares kernels with a real PostgreSQL: the same function with the same random operands must give
// the same text, or fail with the same SQLSTATE, message and detail.
//
// [Functions] takes pg_proc.prosrc names and finds signatures in PostgreSQL's own catalog. Operands come from
// [Operands], which knows the boundaries of each type; a family adds generators for its types and corners by [Options].
package exprtest
