// Package tpch makes the tables of the TPC-H benchmark as CSV files, by the value rules of its specification and from a
// seed, and holds its 22 queries with the validation parameters. bench/tpch/gen writes the files; bench/tpch/run asks
// Howdah over them and PostgreSQL over heap tables loaded from them, compares the answers and prints the CPU of both.
// The texts come from the specification's grammar, the random numbers do not come from its program: figures are
// comparable between the two servers, not with published results.
package tpch
