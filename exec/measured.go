package exec

import (
	"time"

	"howdah/plan"
	"howdah/vector"
)

// measured counts an operator's rows and time for EXPLAIN ANALYZE.
type measured struct {
	op      Operator
	actual  *plan.Actual
	started bool
}

func (m *measured) Next() (*vector.Batch, error) {
	if !m.started {
		m.started = true
		m.actual.Loops++
	}
	t := time.Now()
	b, err := m.op.Next()
	m.actual.Total += time.Since(t)
	if m.actual.Rows == 0 {
		m.actual.First = m.actual.Total
	}
	if b != nil {
		m.actual.Rows += int64(len(b.Sel))
	}
	return b, err
}

func (m *measured) Rewind() error {
	m.started = false
	return m.op.Rewind()
}

func (m *measured) Close() error { return m.op.Close() }
