package expr

import (
	"howdah/types"
	"howdah/vector"
)

// memo keeps the answers of a sub-query by the values that it was asked with, as PostgreSQL's Memoize does below a nested
// loop. It holds at most memoBytes, and gives up where values hardly ever come again.
type memo struct {
	types       []types.OID // of the columns of a key
	answers     map[string]types.Datum
	bytes       int
	asked, hits int
	key         []byte
	keyed       bool // the values at hand have a key
}

const (
	memoBytes = 1 << 20
	memoTrial = 4096 // questions after which one in 16 must have been answered from memory
)

// newMemo gives a memo for a sub-query over the columns.
func newMemo(columns []Expr) *memo {
	m := &memo{answers: map[string]types.Datum{}}
	for _, e := range columns {
		m.types = append(m.types, e.Type().OID)
	}
	return m
}

// find gives the answer for row i of the columns. It leaves the key for keep.
func (m *memo) find(i int32, columns ...[]*vector.Column) (types.Datum, bool) {
	m.key = m.key[:0]
	m.keyed = true
	at := 0
	for _, list := range columns {
		for _, c := range list {
			d := c.Datum(i)
			if m.key, m.keyed = types.AppendKey(m.key, m.types[at], &d); !m.keyed {
				return types.NullDatum, false
			}
			at++
		}
	}
	v, ok := m.answers[string(m.key)]
	m.asked++
	if ok {
		m.hits++
	}
	return v, ok
}

// keep remembers the answer to what find was asked last; v is the memo's from then on.
func (m *memo) keep(v types.Datum) {
	size := len(m.key) + len(v.Bytes) + 160
	if !m.keyed || v.Array != nil || v.Record != nil || size > memoBytes/16 {
		return
	}
	if m.bytes += size; m.bytes > memoBytes {
		clear(m.answers)
		m.bytes = size
	}
	m.answers[string(m.key)] = v
}

// useless tells that values hardly ever come again.
func (m *memo) useless() bool { return m.asked >= memoTrial && m.hits < m.asked/16 }
