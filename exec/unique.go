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
	return &unique{in: in, on: on, seen: newGroups(r.rt.Budget, colls), cols: make([]*vector.Column, len(on))}, nil
}

func (u *unique) Next() (*vector.Batch, error) {
	for {
		b, err := u.in.Next()
		if b == nil || err != nil {
			return nil, err
		}
		for k, i := range u.on {
			u.cols[k] = b.Cols[i]
		}
		if len(u.ids) < len(b.Sel) {
			u.ids = make([]int32, max(len(b.Sel), vector.Size))
		}
		if b.Sel, err = u.seen.assign(u.cols, b.Sel, u.ids, b.Narrow()); err != nil {
			return nil, err
		}
		if len(b.Sel) > 0 {
			return b, nil
		}
	}
}

func (u *unique) Rewind() error {
	u.seen.reset()
	return u.in.Rewind()
}

func (u *unique) Close() error {
	u.seen.release()
	return u.in.Close()
}
