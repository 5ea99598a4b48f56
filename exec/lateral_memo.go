package exec

import (
	"howdah/internal/budget"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// lateralMemo keeps the rows that a lateral right side has given by the values that it was run with, where they are few,
// as PostgreSQL's Memoize does. It gives up where values hardly ever come again.
type lateralMemo struct {
	args  []types.OID
	rows  *rows
	at    map[string][2]int // from, to
	key   []byte
	bytes int64 // of keys
	from  int   // where the rows of the run at hand begin
	on    bool  // they are taken
	asked int
	hits  int
	idx   []int32
	out   vector.Batch
}

const (
	lateralBytes = 4 << 20
	lateralRows  = vector.Size // of one run at most: they come out as one batch
	lateralTrial = 1024        // runs after which one in 16 must have been spared
)

// noMore is a batch without rows: those kept have been given.
var noMore = &vector.Batch{}

func newLateralMemo(n *plan.Join, b *budget.Budget) *lateralMemo {
	m := &lateralMemo{at: map[string][2]int{}, rows: newRows(b, len(n.Right.Columns()))}
	for _, a := range n.Lateral {
		m.args = append(m.args, a.Type().OID)
	}
	return m
}

// find gives the rows for the arguments, or nil; it is ready to take them then. useless tells to do without the memo.
func (m *lateralMemo) find(args []types.Datum) (known *vector.Batch, useless bool) {
	m.cut()
	m.key = m.key[:0]
	m.on = true
	for i := range args {
		if m.key, m.on = types.AppendKey(m.key, m.args[i], &args[i]); !m.on {
			return nil, false
		}
	}
	m.asked++
	span, ok := m.at[string(m.key)]
	if !ok {
		return nil, m.asked >= lateralTrial && m.hits < m.asked/16
	}
	m.hits++
	m.on = false
	m.idx = m.idx[:0]
	for i := span[0]; i < span[1]; i++ {
		m.idx = append(m.idx, int32(i))
	}
	if m.out.Cols == nil {
		m.out.Cols = make([]*vector.Column, len(m.rows.cols))
	}
	m.rows.gather(m.out.Cols, m.idx)
	m.out.SetLen(len(m.idx))
	return &m.out, false
}

// cut forgets the rows of a run that was not seen to its end.
func (m *lateralMemo) cut() {
	if m.on && m.rows.n > m.from {
		m.forget()
	}
}

// take keeps a batch of the run at hand; nil is its end.
func (m *lateralMemo) take(b *vector.Batch) error {
	if !m.on {
		return nil
	}
	if b == nil {
		m.on = false
		m.at[string(m.key)] = [2]int{m.from, m.rows.n}
		m.from = m.rows.n
		m.bytes += int64(len(m.key)) + 64
		return nil
	}
	if m.rows.n-m.from+len(b.Sel) > lateralRows {
		m.on = false
		m.forget()
		return nil
	}
	if m.rows.bytes()+m.bytes > lateralBytes && m.from > 0 {
		m.on = false // this run's rows are not kept; the next ones begin anew
		m.forget()
		return nil
	}
	err := m.rows.add(b.Cols[:len(m.rows.cols)], b.Sel)
	if isOutOfMemory(err) {
		m.on = false
		m.forget()
		return nil
	}
	return err
}

func (m *lateralMemo) forget() {
	clear(m.at)
	m.rows.release()
	m.from, m.bytes = 0, 0
}

func (m *lateralMemo) release() {
	if m != nil {
		m.forget()
	}
}
