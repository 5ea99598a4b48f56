package exec

import (
	"slices"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// aggregate groups rows by hashing their keys and computes aggregates for each group. Groups come out in the order of
// their first row.
type aggregate struct {
	in    Operator
	node  *plan.Aggregate
	env   *expr.Env
	max   int
	rt    *Runtime
	keys  *computed
	colls []types.OID
	aggs  []*aggCall

	built  bool
	groups *groups
	next   int
	out    vector.Batch

	ids    []int32
	masked []*vector.Column // keys of a grouping set: those outside it are NULL
	set    *vector.Column   // which grouping set
	idx    []int32
}

func (r *run) aggregate(n *plan.Aggregate, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	a := &aggregate{in: in, node: n, env: env, max: r.max, rt: &r.rt}
	if a.keys, err = compute(n.Keys, env); err != nil {
		return nil, closing(in, err)
	}
	for _, k := range n.Keys {
		a.colls = append(a.colls, k.Collation())
	}
	if n.Sets != nil {
		a.colls = append(a.colls, types.NoCollation)
	}
	for _, g := range n.Aggs {
		c, err := newAggCall(g, env, r)
		if err != nil {
			return nil, closing(a, err)
		}
		a.aggs = append(a.aggs, c)
	}
	a.clear()
	return a, nil
}

func (a *aggregate) clear() {
	a.groups.release()
	a.groups = newGroups(a.rt.Budget, a.colls)
	a.built, a.next = false, 0
	for _, c := range a.aggs {
		c.clear()
	}
}

func (a *aggregate) Next() (*vector.Batch, error) {
	if !a.built {
		if err := a.build(); err != nil {
			return nil, err
		}
		a.built = true
	}
	total := a.groups.n()
	if len(a.node.Keys) == 0 && a.node.Sets == nil {
		total = 1
	}
	n := min(a.max, total-a.next)
	if n <= 0 {
		return nil, nil
	}
	return a.emit(n)
}

func (a *aggregate) build() error {
	plain := len(a.node.Keys) == 0 && a.node.Sets == nil
	if plain {
		for _, c := range a.aggs {
			c.resize(1)
		}
	}
	if err := a.emptySets(); err != nil {
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
		if len(a.ids) < len(b.Sel) {
			a.ids = make([]int32, max(len(b.Sel), vector.Size))
		}
		for _, c := range a.aggs {
			if err := c.eval(b); err != nil {
				return err
			}
		}
		keys, err := a.keys.eval(b)
		if err != nil {
			return err
		}
		switch {
		case plain:
			clear(a.ids[:len(b.Sel)])
			err = a.feed(b.Sel, 1)
		case a.node.Sets == nil:
			if _, err = a.groups.assign(keys, b.Sel, a.ids, nil); err == nil {
				err = a.feed(b.Sel, a.groups.n())
			}
		default:
			err = a.feedSets(keys, b.Sel)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range a.aggs {
		if err := c.finish(max(a.groups.n(), 1)); err != nil {
			return err
		}
	}
	return nil
}

func (a *aggregate) feed(sel []int32, groups int) error {
	for _, c := range a.aggs {
		c.resize(groups)
		if err := c.add(a.ids, sel); err != nil {
			return err
		}
	}
	return nil
}

// emptySets makes the groups of sets without keys, which give a row even where no row comes in.
func (a *aggregate) emptySets() error {
	for s, set := range a.node.Sets {
		if len(set) > 0 {
			continue
		}
		cols := a.maskedKeys(nil, set, s, 1)
		if len(a.ids) == 0 {
			a.ids = make([]int32, vector.Size)
		}
		if _, err := a.groups.assign(cols, identity(1), a.ids, nil); err != nil {
			return err
		}
		for _, c := range a.aggs {
			c.resize(a.groups.n())
		}
	}
	return nil
}

func (a *aggregate) feedSets(keys []*vector.Column, sel []int32) error {
	n := int(sel[len(sel)-1]) + 1
	for s, set := range a.node.Sets {
		cols := a.maskedKeys(keys, set, s, n)
		if _, err := a.groups.assign(cols, sel, a.ids, nil); err != nil {
			return err
		}
		if err := a.feed(sel, a.groups.n()); err != nil {
			return err
		}
	}
	return nil
}

// maskedKeys gives the keys of one grouping set, NULL where outside it, and the set's number.
func (a *aggregate) maskedKeys(keys []*vector.Column, set []int, number, n int) []*vector.Column {
	cols := make([]*vector.Column, len(a.node.Keys)+1)
	if a.masked == nil {
		a.masked = make([]*vector.Column, len(a.node.Keys))
	}
	for i, k := range a.node.Keys {
		if slices.Contains(set, i) {
			cols[i] = keys[i]
			continue
		}
		if a.masked[i] == nil {
			a.masked[i] = vector.New(k.Type(), n)
		}
		a.masked[i].Resize(n)
		for j := range n {
			a.masked[i].SetNull(int32(j))
		}
		cols[i] = a.masked[i]
	}
	if a.set == nil {
		a.set = vector.New(types.Of(types.Int4OID), n)
	}
	a.set.Resize(n)
	for j := range n {
		a.set.Ints[j] = int64(number)
	}
	cols[len(cols)-1] = a.set
	return cols
}

func (a *aggregate) emit(n int) (*vector.Batch, error) {
	keys := len(a.node.Keys)
	if a.out.Cols == nil {
		a.out.Cols = make([]*vector.Column, len(a.node.Cols))
	}
	a.idx = a.idx[:0]
	for i := range n {
		a.idx = append(a.idx, int32(a.next+i))
	}
	for i := range keys {
		if src := a.groups.keys.cols[i]; src != nil {
			gatherColumn(a.out.Cols, i, src, a.idx)
		}
	}
	if a.node.SetColumn {
		gatherColumn(a.out.Cols, len(a.out.Cols)-1, a.groups.keys.cols[keys], a.idx)
	}
	for i, c := range a.aggs {
		if a.out.Cols[keys+i] == nil {
			a.out.Cols[keys+i] = vector.New(c.agg.Typ, n)
		}
		col := a.out.Cols[keys+i]
		col.Reset()
		col.Resize(n)
		if err := c.state.Result(&c.call, a.next, n, col); err != nil {
			return nil, err
		}
	}
	a.next += n
	a.out.SetLen(n)
	return &a.out, nil
}

func (a *aggregate) Rewind() error {
	a.clear()
	return a.in.Rewind()
}

func (a *aggregate) Close() error {
	a.groups.release()
	for _, c := range a.aggs {
		c.release()
	}
	return a.in.Close()
}
