package exec

import (
	"context"
	"slices"

	"howdah/catalog"
	"howdah/types"
	"howdah/vector"
)

// rekey looks after the keys that an UPDATE changes. As in PostgreSQL a row's new key must not be that of any row at that
// moment: of one that is not updated yet it is the old one, of one that is it is the new one.
type rekey struct {
	keys []*rekeyed
	id   [1]int32
}

// rekeyed is one such key.
type rekeyed struct {
	def   catalog.TempKey
	old   *groups
	rowOf []int64 // by the group in old: the row that has the key
	fresh *groups
	cols  []*vector.Column
}

// newRekey knows the keys of all rows; nil where no key has a column that is set.
func newRekey(ctx context.Context, x *catalog.TempTable, set []int) (*rekey, error) {
	r := &rekey{}
	rows := x.Rows.(*TempRows)
	for _, k := range x.Keys {
		if !slices.ContainsFunc(k.Columns, func(c int) bool { return slices.Contains(set, c) }) {
			continue
		}
		colls := make([]types.OID, len(k.Columns))
		for i, at := range k.Columns {
			colls[i] = x.Columns[at].Collation
		}
		memory := rows.space.space.Memory
		r.keys = append(r.keys, &rekeyed{def: k, old: newGroups(memory, colls), fresh: newGroups(memory, colls), cols: make([]*vector.Column, len(k.Columns))})
	}
	if len(r.keys) == 0 {
		return nil, nil
	}
	row := int64(0)
	var failed error
	err := rows.Scan(ctx, nil, func(b *vector.Batch) bool {
		for _, i := range b.Sel {
			for _, k := range r.keys {
				if !k.at(b.Cols, i) {
					continue
				}
				if _, failed = k.old.assign(k.cols, []int32{i}, r.id[:], nil); failed != nil {
					return false
				}
				k.rowOf = append(k.rowOf, row)
			}
			row++
		}
		return true
	})
	if failed != nil {
		err = failed
	}
	if err != nil {
		r.release()
		return nil, err
	}
	return r, nil
}

// at puts the key's columns of a row at hand; a row with a NULL among them has no key.
func (k *rekeyed) at(cols []*vector.Column, i int32) bool {
	for n, c := range k.def.Columns {
		if cols[c].Null(i) {
			return false
		}
		k.cols[n] = cols[c]
	}
	return true
}

// move gives a row its new keys, and the key that is another row's already. done tells the rows that were updated.
func (r *rekey) move(cols []*vector.Column, i int32, row int64, done func(int64) bool) (clash *catalog.TempKey, err error) {
	one := [1]int32{i}
	for _, k := range r.keys {
		if !k.at(cols, i) {
			continue
		}
		k.old.find(k.cols, one[:], r.id[:])
		if j := r.id[0]; j >= 0 && k.rowOf[j] != row && !done(k.rowOf[j]) {
			return &k.def, nil
		}
		if k.fresh.find(k.cols, one[:], r.id[:]); r.id[0] >= 0 {
			return &k.def, nil
		}
		if _, err := k.fresh.assign(k.cols, one[:], r.id[:], nil); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (r *rekey) release() {
	for _, k := range r.keys {
		k.old.release()
		k.fresh.release()
	}
}
