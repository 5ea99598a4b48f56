package plan

import (
	"time"

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
