// Package exec runs plans: one operator per file, batches pulled from the root. Operators open their inputs lazily,
// check the query's context between batches, hold what they must under the query's budget, and let go of everything on
// Close, also after an error.
package exec
