package exec

import (
	"howdah/types"
	"howdah/vector"
)

// members are the distinct values of a sub-query, for x IN (sub-query): in memory or, where the budget refuses, on disk.
type members struct {
	rows  int64 // of the sub-query, NULLs among them
	nulls bool
	store *Store
	seen  *seen
	one   [1]*vector.Column
}

func newMembers(t types.Type, coll types.OID, space Space) *members {
	m := &members{store: NewStore([]types.Type{t}, space)}
	m.seen = newSeen(m.store, []types.OID{coll})
	return m
}

// add takes rows of the sub-query.
func (m *members) add(cols []*vector.Column, sel []int32) error {
	m.rows += int64(len(sel))
	values := notNull(cols[:1], sel)
	m.nulls = m.nulls || len(values) < len(sel)
	if len(values) == 0 {
		return nil
	}
	fresh, err := m.seen.fresh(cols[:1], values)
	if err != nil {
		return err
	}
	return m.store.Add(cols[:1], fresh)
}

// find sets found[k] for row sel[k] of the column.
func (m *members) find(col *vector.Column, sel []int32, found []bool) error {
	if m.store.Len() == 0 || len(sel) == 0 {
		return nil
	}
	m.one[0] = col
	return m.seen.find(m.one[:], sel, found)
}

func (m *members) release() {
	if m != nil {
		m.seen.release()
		m.store.Release()
	}
}
