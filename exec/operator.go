package exec

import "howdah/vector"

// Operator yields batches. One goroutine at a time.
type Operator interface {
	// Next gives the next batch, which the operator owns: it is valid until the next call. At the end it gives nil, nil.
	// A batch has at least one live row. Rows that are not in Sel are dead.
	Next() (*vector.Batch, error)
	// Rewind starts anew with the same input (a rescan); parameters may have changed.
	Rewind() error
	Close() error
}
