package expr

import (
	"encoding/binary"
	"math"

	"howdah/types"
	"howdah/vector"
)

// memo keeps the answers of a sub-query by the values that it was asked with, as PostgreSQL's Memoize does below a nested
// loop. It holds at most memoBytes, and gives up where values hardly ever come again.
type memo struct {
	kinds       []types.Kind // of the columns of a key
	answers     map[string]types.Datum
	bytes       int
	asked, hits int
	key         []byte
}

const (
	memoBytes = 1 << 20
	memoTrial = 4096 // questions after which one in 16 must have been answered from memory
)

// newMemo gives a memo for a sub-query over the columns, or nil where their values are not told apart by their storage.
func newMemo(columns []Expr) *memo {
	m := &memo{answers: map[string]types.Datum{}}
	for _, e := range columns {
		switch k := types.KindOf(e.Type().OID); k {
		case types.KindBool, types.KindInt, types.KindFloat, types.KindBytes:
			m.kinds = append(m.kinds, k)
		default:
			return nil
		}
	}
	return m
}

// find gives the answer for row i of the columns. It leaves the key for keep.
func (m *memo) find(i int32, columns ...[]*vector.Column) (types.Datum, bool) {
	m.key = m.key[:0]
	at := 0
	for _, list := range columns {
		for _, c := range list {
			d := c.Datum(i)
			if d.Null {
				m.key = append(m.key, 0)
				at++
				continue
			}
			m.key = append(m.key, 1)
			switch m.kinds[at] {
			case types.KindBool:
				b := byte(0)
				if d.Bool {
					b = 1
				}
				m.key = append(m.key, b)
			case types.KindInt:
				m.key = binary.LittleEndian.AppendUint64(m.key, uint64(d.Int))
			case types.KindFloat:
				m.key = binary.LittleEndian.AppendUint64(m.key, math.Float64bits(d.Float))
			default:
				m.key = binary.AppendUvarint(m.key, uint64(len(d.Bytes)))
				m.key = append(m.key, d.Bytes...)
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
	if v.Array != nil || v.Record != nil || size > memoBytes/16 {
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
