// Package reject is what becomes of rows that do not fit their table: the policy that a table's options set (on_error and
// reject_limit, as COPY names them), and the log in which no row is lost without a trace.
//
// A Log is the server's and keeps the last Runs; a Run is one execution of a statement and holds what its scans rejected,
// by Table; a Scan is one reading of a table, which formats are given. Every reading checks all columns of all rows from
// a file's beginning on, so that two readings of one file reject the same rows in the same order: what a Run knows of
// already is not counted again, whether a join reads the table twice or a cursor goes back.
package reject
