// Package plan turns a parsed statement into a tree of [Node]s: names and types bound, predicates moved to where files
// are read, the bargain with the readers struck. It reads no byte of a file's rows; EXPLAIN prints what it made.
package plan
