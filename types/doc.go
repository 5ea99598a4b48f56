// Package types holds PostgreSQL's data types: OIDs, typmods, text and binary forms, comparison, hashing.
// It does no I/O and knows no batches; package vector stores columns of these types, package expr computes on them.
//
// Every type has one storage [Kind]; date and time types count from 2000-01-01 as PostgreSQL's binary forms do.
// Parsers report PostgreSQL's own message and SQLSTATE (https://www.postgresql.org/docs/15/datatype.html).
package types
