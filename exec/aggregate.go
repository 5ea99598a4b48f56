package exec

import (
	"slices"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// aggregate groups rows by hashing their keys and computes aggregates for each group. Groups come out in the order of
// their first row. Where the budget refuses, rows of groups that are not known yet are put off to files; where states grow
// with their rows, or there are grouping sets, the input is read anew and sorted by group instead.
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

	from  Operator // in, or a file of rows that were put off
	types []types.Type
	spill bool // rows may be put off: the states do not grow with the rows
	level int
	full  *partitions // since the budget refused: rows of groups that are not known yet are put off
	later spreads

	took   *plan.HashActual // for EXPLAIN ANALYZE
	sorted *sortedGroups    // nil while groups are found by hashing
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
	if r.rt.Actual != nil {
		a.took = &r.rt.Actual.Node(n).Hash
	}
	a.types = columnTypes(n.Input)
	a.spill = n.Sets == nil && len(n.Keys) > 0
	for _, c := range a.aggs {
		a.spill = a.spill && c.small()
	}
	a.from = in
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
	for {
		b, err := a.nextGroups()
		if isOutOfMemory(err) && !a.built && !a.spill && a.sorted == nil && len(a.node.Keys) > 0 {
			if err := a.sortGroups(); err != nil {
				return nil, err
			}
			continue
		}
		if b != nil || err != nil {
			return b, err
		}
		if a.sorted != nil {
			if a.sorted.done {
				return nil, nil
			}
			a.clear()
			continue
		}
		more, err := a.nextPart()
		if err != nil || !more {
			return nil, err
		}
	}
}

// nextPart goes on with rows that were put off.
func (a *aggregate) nextPart() (bool, error) {
	if a.full != nil {
		a.later.push(a.full)
		a.full = nil
	}
	if a.from != a.in {
		a.from.Close()
		a.from = a.in
	}
	r, level, err := a.later.pop(a.max)
	if r == nil || err != nil {
		return false, err
	}
	a.from, a.level = r, level
	a.clear()
	return true, nil
}

func (a *aggregate) nextGroups() (*vector.Batch, error) {
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
	if a.sorted != nil {
		return a.buildSorted()
	}
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
		b, err := a.from.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if a.full != nil {
			if err := a.putOff(b); err != nil {
				return err
			}
			if len(b.Sel) == 0 {
				continue
			}
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
			_, err = a.groups.assign(keys, b.Sel, a.ids, nil)
			if err == nil || isOutOfMemory(err) {
				if e := a.feed(b.Sel, a.groups.n()); e != nil {
					err = e
				}
			}
			if isOutOfMemory(err) && a.spill && a.level < maxLevels {
				if err = nil; a.full == nil {
					a.full = newPartitions(a.types, a.level, a.rt.space())
				}
			}
		default:
			err = a.feedSets(keys, b.Sel)
		}
		if err != nil {
			return err
		}
	}
	if a.took != nil {
		a.took.Add(len(a.groups.slots), a.groups.keys.bytes()+int64(4*len(a.groups.slots)+8*cap(a.groups.hashes)))
		if a.full != nil {
			a.took.Disk += a.full.size()
		}
	}
	for _, c := range a.aggs {
		if err := c.finish(max(a.groups.n(), 1)); err != nil {
			return err
		}
	}
	return nil
}

// feed hands rows to all calls. Where the budget refuses (53200), all have got them nevertheless.
func (a *aggregate) feed(sel []int32, groups int) error {
	var refused error
	for _, c := range a.aggs {
		c.resize(groups)
		if err := c.add(a.ids, sel); isOutOfMemory(err) {
			refused = err
		} else if err != nil {
			return err
		}
	}
	return refused
}

// putOff writes the rows of unknown groups to disk and leaves the others selected.
func (a *aggregate) putOff(b *vector.Batch) error {
	keys, err := a.keys.eval(b)
	if err != nil {
		return err
	}
	if len(a.ids) < len(b.Sel) {
		a.ids = make([]int32, max(len(b.Sel), vector.Size))
	}
	a.groups.find(keys, b.Sel, a.ids)
	var rest []int32
	known := b.Narrow()
	for k, i := range b.Sel {
		if a.ids[k] < 0 {
			rest = append(rest, i)
		} else {
			known = append(known, i)
		}
	}
	b.Sel = known
	return a.full.add(b.Cols, rest, a.groups.work)
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

func (a *aggregate) drop() {
	a.sorted.release()
	a.sorted = nil
	a.full.close()
	a.full = nil
	a.later.close()
	if a.from != a.in {
		a.from.Close()
		a.from = a.in
	}
	a.level = 0
}

func (a *aggregate) Rewind() error {
	a.drop()
	a.clear()
	return a.in.Rewind()
}

func (a *aggregate) Close() error {
	if a.from != nil {
		a.drop()
	}
	a.groups.release()
	for _, c := range a.aggs {
		c.release()
	}
	return a.in.Close()
}
