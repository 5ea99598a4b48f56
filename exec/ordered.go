package exec

import (
	"context"
	"slices"

	"howdah/types"
	"howdah/vector"
)

// ordered sorts rows. What the budget refuses goes to disk in sorted runs. Equal rows stay in the order in which they
// came.
type ordered struct {
	keys  *sortKeys
	types []types.Type // of the rows' columns, and then of the keys
	width int          // of the rows without their keys
	space Space
	ctx   context.Context
	limit int64 // more are not wanted; -1 = all are
	whole bool  // next gives the keys too, behind the rows' columns

	data  *rows
	kept  *rows // the keys
	order []int32
	given int
	runs  *runs // nil while everything is in memory
	out   vector.Batch
}

// newOrdered makes an empty one for rows of the types; keys compares what add gets as keys.
func newOrdered(ts []types.Type, keys *sortKeys, keyTypes []types.Type, space Space, ctx context.Context) *ordered {
	o := &ordered{keys: keys, types: append(slices.Clone(ts), keyTypes...), width: len(ts), space: space, ctx: ctx}
	o.clear()
	return o
}

func (o *ordered) clear() {
	o.release()
	o.data = newRows(o.space.Memory, o.width)
	o.kept = newRows(o.space.Memory, len(o.types)-o.width)
	o.order, o.given, o.limit = nil, 0, -1
}

// release gives memory and files back.
func (o *ordered) release() {
	if o == nil {
		return
	}
	o.data.release()
	o.kept.release()
	o.runs.close()
	o.runs = nil
}

// add keeps rows; it tells whether all rows went to disk.
func (o *ordered) add(cols, keys []*vector.Column, sel []int32) (flushed bool, err error) {
	if o.data.full(len(sel)) || o.kept.full(len(sel)) {
		if err := o.flush(); err != nil {
			return false, err
		}
		flushed = true
	}
	if err := o.kept.put(keys, sel); err != nil {
		return false, err
	}
	if err := o.data.put(cols, sel); err != nil {
		return false, err
	}
	if err = o.kept.account(); err == nil {
		err = o.data.account()
	}
	if !isOutOfMemory(err) {
		return flushed, err
	}
	if o.data.n < vector.Size && o.data.bytes()+o.kept.bytes() < blockBytes {
		return flushed, nil // others have all the memory: runs of some rows are needed nevertheless
	}
	return true, o.flush()
}

// flush writes the rows held, sorted, as a run.
func (o *ordered) flush() error {
	if o.runs == nil {
		f, err := o.space.create()
		if err != nil {
			return err
		}
		o.runs = &runs{file: f, types: o.types, width: o.width}
	}
	order := o.sorted()
	if err := canceled(o.ctx); err != nil {
		return err
	}
	if err := o.runs.write(append(slices.Clone(o.data.cols), o.kept.cols...), order, o.keys); err != nil {
		return err
	}
	// The memory, which is granted, serves the next run too.
	o.data.reset()
	o.kept.reset()
	return nil
}

// finish says that there are no more rows.
func (o *ordered) finish() error {
	if o.runs != nil {
		if o.data.n > 0 {
			if err := o.flush(); err != nil {
				return err
			}
		}
		o.data.release()
		o.kept.release()
		return nil
	}
	o.order = o.sorted()
	return canceled(o.ctx)
}

// next gives the next rows in order, nil at the end.
func (o *ordered) next(max int) (*vector.Batch, error) {
	if o.runs != nil {
		return o.runs.next(o.keys, o.outWidth(), max)
	}
	n := min(max, len(o.order)-o.given)
	if n <= 0 {
		return nil, nil
	}
	if o.out.Cols == nil {
		o.out.Cols = make([]*vector.Column, o.outWidth())
	}
	o.data.gather(o.out.Cols, o.order[o.given:o.given+n])
	if o.whole {
		o.kept.gather(o.out.Cols[o.width:], o.order[o.given:o.given+n])
	}
	o.given += n
	o.out.SetLen(n)
	return &o.out, nil
}

func (o *ordered) outWidth() int {
	if o.whole {
		return len(o.types)
	}
	return o.width
}

// compact keeps the best limit rows in memory; it gives their numbers, in order.
func (o *ordered) compact() ([]int32, error) {
	order := o.sorted()
	for _, r := range []*rows{o.data, o.kept} {
		cols := make([]*vector.Column, len(r.cols))
		r.gather(cols, order)
		fresh := newRows(nil, len(cols))
		if err := fresh.add(cols, identity(len(order))); err != nil {
			return nil, err
		}
		r.cols, r.n = fresh.cols, fresh.n
	}
	return slices.Clone(identity(len(order))), nil
}

// sorted gives the row numbers in order, limit of them at most. When the query is cancelled all rows compare equal from
// then on, so that it ends soon; the order is nobody's then.
func (o *ordered) sorted() []int32 {
	order := slices.Clone(identity(o.data.n))
	steps, stopped := 0, false
	cancelled := func() bool {
		if steps++; steps&0xffff == 0 {
			stopped = o.ctx.Err() != nil
		}
		return stopped
	}
	keys := o.kept.cols
	if len(keys) > 0 && o.data.n > 0 && keys[0].Kind == types.KindInt && keys[0].Form == vector.Values && !keys[0].HasNulls {
		v, desc, more := keys[0].Ints, o.keys.keys[0].Desc, len(keys) > 1
		slices.SortFunc(order, func(i, j int32) int {
			a, b := v[i], v[j]
			if a == b {
				if more {
					if c := o.keys.compareFrom(1, keys, i, keys, j); c != 0 {
						return c
					}
				}
				return int(i) - int(j)
			}
			if cancelled() {
				return 0
			}
			if (a < b) != desc {
				return -1
			}
			return 1
		})
	} else {
		slices.SortFunc(order, func(i, j int32) int {
			if cancelled() {
				return 0
			}
			if c := o.keys.compare(keys, i, keys, j); c != 0 {
				return c
			}
			return int(i) - int(j)
		})
	}
	if o.limit >= 0 && int64(len(order)) > o.limit {
		order = order[:o.limit]
	}
	return order
}
