package exec

import (
	"howdah/types"
	"howdah/vector"
)

// seen tells which rows are not in a store yet, to which its caller then adds them. It knows the store's rows by a hash
// table in memory or, where the budget refuses, by hashes in files.
type seen struct {
	in     *Store
	colls  []types.OID
	groups *groups
	ids    []int32
	out    []int32 // never nil

	disk  *hashRuns // instead of groups
	batch *groups   // the rows of the present batch
	old   *StoreReader
	one   vector.Batch
}

// seenBlocks is how many blocks of the store are at hand for comparing.
const seenBlocks = 16

func newSeen(in *Store, colls []types.OID) *seen {
	return &seen{in: in, colls: colls, groups: newGroups(in.space.Memory, colls), out: []int32{}}
}

// fresh gives those of the rows that are new, each once. They are to be added to the store before the next call.
func (s *seen) fresh(cols []*vector.Column, sel []int32) ([]int32, error) {
	if len(s.ids) < len(sel) {
		s.ids = make([]int32, max(len(sel), vector.Size))
	}
	if s.disk == nil {
		var err error
		s.out, err = s.groups.assign(cols, sel, s.ids, s.out[:0])
		if isOutOfMemory(err) {
			return s.out, s.toDisk(cols)
		}
		return s.out, err
	}
	s.batch.reset()
	rows, err := s.batch.assign(cols, sel, s.ids, s.out[:0])
	if err != nil {
		return nil, err
	}
	s.out = rows[:0]
	for _, i := range rows {
		h := s.batch.work[i]
		known, err := s.disk.has(h, func(n int64) (bool, error) { return s.equals(n, cols, i) })
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if err := s.disk.add(h, s.in.Len()+int64(len(s.out))); err != nil {
			return nil, err
		}
		s.out = append(s.out, i)
	}
	return s.out, nil
}

// find sets found[k] to whether row sel[k] is in the store.
func (s *seen) find(cols []*vector.Column, sel []int32, found []bool) error {
	if s.disk == nil {
		if len(s.ids) < len(sel) {
			s.ids = make([]int32, max(len(sel), vector.Size))
		}
		s.groups.find(cols, sel, s.ids)
		for k := range sel {
			found[k] = s.ids[k] >= 0
		}
		return nil
	}
	s.batch.hash(cols, sel)
	for k, i := range sel {
		var err error
		if found[k], err = s.disk.has(s.batch.work[i], func(n int64) (bool, error) { return s.equals(n, cols, i) }); err != nil {
			return err
		}
	}
	return nil
}

// toDisk writes the hashes of the store's rows, and of those of s.out that it is about to get.
func (s *seen) toDisk(cols []*vector.Column) error {
	s.groups.release()
	s.groups = nil
	s.disk = newHashRuns(s.in.space)
	s.batch, s.old = newGroups(nil, s.colls), s.in.Reader().keep(seenBlocks)
	var b vector.Batch
	for {
		n, err := s.old.Next(&b, vector.Size)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := s.addAll(b.Cols, b.Sel, s.old.At()-int64(n)); err != nil {
			return err
		}
	}
	return s.addAll(cols, s.out, s.in.Len())
}

func (s *seen) addAll(cols []*vector.Column, sel []int32, first int64) error {
	s.batch.hash(cols, sel)
	for k, i := range sel {
		if err := s.disk.add(s.batch.work[i], first+int64(k)); err != nil {
			return err
		}
	}
	return nil
}

// equals compares a row of the store with row i of the columns.
func (s *seen) equals(n int64, cols []*vector.Column, i int32) (bool, error) {
	s.old.GoTo(n)
	if _, err := s.old.Next(&s.one, 1); err != nil {
		return false, err
	}
	for c, col := range cols {
		if !equalAt(s.one.Cols[c], 0, col, i, s.colls[c]) {
			return false, nil
		}
	}
	return true, nil
}

func (s *seen) release() {
	if s == nil {
		return
	}
	s.groups.release()
	s.disk.close()
}
