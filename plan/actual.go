package plan

import (
	"slices"
	"strings"
	"time"

	"howdah/expr"
	"howdah/internal/meter"
	"howdah/internal/reject"
)

// Actuals is what an execution measured, for EXPLAIN ANALYZE.
type Actuals struct {
	nodes     map[Node]*Actual
	Planning  time.Duration
	Execution time.Duration
}

// Actual is one node's part.
type Actual struct {
	Rows, Loops  int64
	First, Total time.Duration
	Scan         *meter.Scan // of scans over files
	Objects      int         // listed
	Opened       int
	Rejects      *reject.Scan // of scans that leave rows out or make values NULL
	Sought       []string     // of scans: the keys of which joins told them
	Sort         SortActual
	Hash         HashActual
	Memo         MemoActual
}

// SortActual is how a sort was done, in PostgreSQL's words.
type SortActual struct {
	Method string
	Bytes  int64
	Disk   bool // Bytes are of files
}

// HashActual is what a hash table took: a join's, or an aggregation's.
type HashActual struct {
	Buckets, Batches int
	Bytes            int64 // at most at a time
	Disk             int64
}

// Add takes note of a table that is filled.
func (h *HashActual) Add(buckets int, bytes int64) {
	h.Buckets, h.Bytes = max(h.Buckets, buckets), max(h.Bytes, bytes)
	h.Batches++
}

// MemoActual is what a lateral join spared.
type MemoActual struct {
	Hits, Misses int
	Rows         int64 // given by it
}

// Seek takes note of the columns of a key that a join has told a scan of.
func (a *Actual) Seek(columns []string) {
	for i, c := range columns {
		columns[i] = expr.QuoteIdentifier(c)
	}
	key := strings.Join(columns, ", ")
	if len(columns) > 1 {
		key = "(" + key + ")"
	}
	if !slices.Contains(a.Sought, key) {
		a.Sought = append(a.Sought, key)
	}
}

// Node gives the node's entry, making it if there is none.
func (a *Actuals) Node(n Node) *Actual {
	if a.nodes == nil {
		a.nodes = map[Node]*Actual{}
	}
	x := a.nodes[n]
	if x == nil {
		x = &Actual{}
		a.nodes[n] = x
	}
	return x
}
