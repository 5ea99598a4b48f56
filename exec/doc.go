// Package exec runs plans: one operator per file, each pulling batches from its inputs.
//
// [Run] builds the operators of a planned query without touching a file; the first Next opens what is needed, lazily.
// Everything that holds rows (sort, hash, join, materialised sub-queries) keeps them in a columnar row store under the
// query's budget. Operators run on the caller's goroutine, one at a time; none outlives Close.
package exec
