package exec

import (
	"slices"

	"howdah/expr"
	"howdah/types"
	"howdah/vector"
)

// sortedGroups gives an aggregation's input group by group: sorted by a hash of the keys, and by the keys. Each row is
// there once for each grouping set.
type sortedGroups struct {
	rows *ordered
	b    *vector.Batch // of which the rows from at on are not taken yet
	at   int
	last *rows // keys of the row before
	done bool
	ids  []int32
}

func (s *sortedGroups) release() {
	if s != nil {
		s.rows.release()
	}
}

// sortGroups begins anew: it reads the whole input and sorts it on disk.
func (a *aggregate) sortGroups() error {
	a.drop()
	a.clear()
	if err := a.in.Rewind(); err != nil {
		return err
	}
	list := []expr.SortKey{{}}
	ts := []types.Type{types.Of(types.Int8OID)}
	for _, k := range a.node.Keys {
		list, ts = append(list, expr.SortKey{Expr: k}), append(ts, k.Type())
	}
	if a.node.Sets != nil {
		list, ts = append(list, expr.SortKey{}), append(ts, types.Of(types.Int4OID))
	}
	keys := &sortKeys{keys: list, coll: append([]types.OID{types.NoCollation}, a.colls...)}
	s := &sortedGroups{rows: newOrdered(a.types, keys, ts, a.rt.space(), a.env.Ctx), last: newRows(nil, len(ts))}
	s.rows.whole = true
	a.sorted = s
	hash := vector.New(ts[0], vector.Size)
	add := func(b *vector.Batch, keys []*vector.Column) error {
		n := int(b.Sel[len(b.Sel)-1]) + 1
		a.groups.hash(keys, b.Sel)
		hash.Resize(n)
		for _, i := range b.Sel {
			hash.Ints[i] = int64(a.groups.work[i])
		}
		_, err := s.rows.add(b.Cols[:len(a.types)], append([]*vector.Column{hash}, keys...), b.Sel)
		return err
	}
	for {
		b, err := a.in.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		keys, err := a.keys.eval(b)
		if err != nil {
			return err
		}
		if a.node.Sets == nil {
			if err := add(b, keys); err != nil {
				return err
			}
		}
		for n, set := range a.node.Sets {
			if err := add(b, a.maskedKeys(keys, set, n, int(b.Sel[len(b.Sel)-1])+1)); err != nil {
				return err
			}
		}
	}
	if s.rows.data.n > 0 { // what is in memory would be missing for the states
		if err := s.rows.flush(); err != nil {
			return err
		}
	}
	return s.rows.finish()
}

// buildSorted takes some groups: as many as a batch has rows at most, and fewer where their states are large.
func (a *aggregate) buildSorted() error {
	s := a.sorted
	enough := least(a.rt.Budget)
	some := int(min(max(enough/2048, 8), vector.Size)) // groups, and rows between looks at how large states are
	full := false
	for {
		if s.b == nil {
			b, err := s.rows.next(some)
			if err != nil {
				return err
			}
			if b == nil {
				s.done = true
				break
			}
			if err := canceled(a.env.Ctx); err != nil {
				return err
			}
			s.b, s.at = b, 0
			for _, c := range a.aggs {
				if err := c.eval(b); err != nil {
					return err
				}
			}
		}
		keys := s.b.Cols[len(a.types):]
		s.ids = s.ids[:0]
		from := s.at
		for ; s.at < len(s.b.Sel); s.at++ {
			i := s.b.Sel[s.at]
			fresh := a.groups.n() == 0
			if !fresh && !a.sameGroup(keys, i) {
				if full || a.groups.n() >= some {
					break
				}
				fresh = true
			}
			if fresh {
				if err := a.groups.keys.put(keys[1:], []int32{i}); err != nil {
					return err
				}
				s.last.reset()
				if err := s.last.put(keys, []int32{i}); err != nil {
					return err
				}
			}
			s.ids = append(s.ids, int32(a.groups.n()-1))
		}
		if s.at > from {
			a.ids = append(a.ids[:0], s.ids...)
			if err := a.feed(s.b.Sel[from:s.at], a.groups.n()); err != nil {
				return err
			}
		}
		if s.at < len(s.b.Sel) {
			break
		}
		s.b = nil
		full = full || slices.ContainsFunc(a.aggs, func(c *aggCall) bool { return c.bytes() > enough/2 })
	}
	for _, c := range a.aggs {
		if err := c.finish(a.groups.n()); err != nil {
			return err
		}
	}
	return nil
}

// sameGroup tells whether row i is of the last row's group.
func (a *aggregate) sameGroup(keys []*vector.Column, i int32) bool {
	last := a.sorted.last.cols
	if last[0].Ints[0] != keys[0].Ints[i] {
		return false
	}
	for k, coll := range a.colls {
		if !equalAt(last[k+1], 0, keys[k+1], i, coll) {
			return false
		}
	}
	return true
}
