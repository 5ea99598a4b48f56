package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// unique drops rows whose values in the columns on were seen before.
type unique struct {
	in   Operator
	on   []int
	seen *groups
	cols []*vector.Column
	ids  []int32

	rt    *Runtime
	max   int
	types []types.Type // of the input
	from  Operator     // in, or a file of rows that were put off
	level int
	full  *partitions // since the budget refused: rows that are not known yet are put off
	later spreads
}

func (r *run) unique(n *plan.Unique, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	on := n.On
	if on == nil {
		for i := range n.Cols {
			on = append(on, i)
		}
	}
	colls := make([]types.OID, len(on))
	for k, i := range on {
		colls[k] = n.Input.Columns()[i].Collation
	}
	return r.newUnique(in, on, colls, columnTypes(n.Input)), nil
}

// newUnique makes rows of the types unique by the columns on.
func (r *run) newUnique(in Operator, on []int, colls []types.OID, ts []types.Type) *unique {
	return &unique{
		in: in, from: in, on: on, seen: newGroups(r.rt.Budget, colls), cols: make([]*vector.Column, len(on)),
		rt: &r.rt, max: r.max, types: ts,
	}
}

func (u *unique) Next() (*vector.Batch, error) {
	for {
		b, err := u.from.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			more, err := u.nextPart()
			if err != nil || !more {
				return nil, err
			}
			continue
		}
		for k, i := range u.on {
			u.cols[k] = b.Cols[i]
		}
		if len(u.ids) < len(b.Sel) {
			u.ids = make([]int32, max(len(b.Sel), vector.Size))
		}
		if u.full != nil {
			u.seen.find(u.cols, b.Sel, u.ids)
			rest := b.Narrow()
			for k, i := range b.Sel {
				if u.ids[k] < 0 {
					rest = append(rest, i)
				}
			}
			if err := u.full.add(b.Cols[:len(u.types)], rest, u.seen.work); err != nil {
				return nil, err
			}
			continue
		}
		b.Sel, err = u.seen.assign(u.cols, b.Sel, u.ids, b.Narrow())
		if err != nil {
			if !isOutOfMemory(err) || u.level >= maxLevels {
				return nil, err
			}
			u.full = newPartitions(u.types, u.level, u.rt.space())
		}
		if len(b.Sel) > 0 {
			return b, nil
		}
	}
}

// nextPart goes on with rows that were put off.
func (u *unique) nextPart() (bool, error) {
	if u.full != nil {
		u.later.push(u.full)
		u.full = nil
	}
	if u.from != u.in {
		u.from.Close()
		u.from = u.in
	}
	r, level, err := u.later.pop(u.max)
	if r == nil || err != nil {
		return false, err
	}
	u.from, u.level = r, level
	u.seen.forget()
	return true, nil
}

func (u *unique) drop() {
	u.seen.release()
	u.full.close()
	u.full = nil
	u.later.close()
	if u.from != u.in {
		u.from.Close()
		u.from = u.in
	}
	u.level = 0
}

func (u *unique) Rewind() error {
	u.drop()
	u.seen.forget()
	return u.in.Rewind()
}

func (u *unique) Close() error {
	u.drop()
	return u.in.Close()
}
