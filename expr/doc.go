// Package expr is bound expressions and what computes them: functions, operators, casts and aggregates as kernels over
// vectors.
//
// The planner binds names and types to a tree of [Expr], resolving operators, functions and casts exactly as PostgreSQL
// does over its own catalog (package internal/pgdata). [Compile] turns a tree into a [Program] that evaluates batches.
// A kernel implements what pg_proc.prosrc names (int4pl, numeric_add, …), so one entry serves the operator, the function
// and the cast over it. A function that PostgreSQL has and no kernel implements is refused with 0A000, never guessed.
package expr
