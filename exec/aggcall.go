package exec

import (
	"slices"
	"strings"

	"howdah/expr"
	"howdah/internal/budget"
	"howdah/types"
	"howdah/vector"
)

// aggCall is one aggregate of an aggregation: it evaluates arguments and applies FILTER, DISTINCT and ORDER BY before
// the states see a row.
type aggCall struct {
	agg    *expr.Agg
	make   expr.NewAggregate
	state  expr.Aggregate
	call   expr.Call
	args   *computed
	filter *expr.Program
	env    *expr.Env
	space  Space
	held   int64

	// DISTINCT of aggregates that do not care for order: rows seen, by group and arguments.
	seen  *groups
	colls []types.OID
	// ORDER BY and the other DISTINCTs: rows (group, arguments) are kept and fed in order at the end; so are those that
	// seen has no memory for.
	order *sortKeys
	kept  *ordered
	// Of an ordered-set aggregate, by the group: how many of the values kept are not NULL.
	counts     []int64
	countsHeld int64

	cols    []*vector.Column // arguments of the present batch
	keys    []*vector.Column // order keys of the present batch
	pass    *vector.Column   // FILTER of the present batch
	group   *vector.Column
	sel     []int32
	ids     []int32
	scratch []*vector.Column
	n       int
}

func newAggCall(g *expr.Agg, env *expr.Env, r *run) (*aggCall, error) {
	mk, err := expr.AggregateOf(g.Proc)
	if err != nil {
		return nil, err
	}
	c := &aggCall{agg: g, make: mk, env: env, space: r.rt.space(), colls: []types.OID{types.NoCollation}}
	if c.args, err = compute(g.Args, env); err != nil {
		return nil, err
	}
	if g.Filter != nil {
		if c.filter, err = expr.Compile(g.Filter, env); err != nil {
			return nil, err
		}
	}
	order := slices.Clone(g.Order)
	if g.Distinct && (len(order) > 0 || !orderFree(g)) {
		for _, a := range g.Args { // PostgreSQL sorts by what it makes distinct
			if !slices.ContainsFunc(order, func(k expr.SortKey) bool { return expr.Equal(k.Expr, a) }) {
				order = append(order, expr.SortKey{Expr: a})
			}
		}
	}
	if len(order) > 0 && !(orderFree(g) && !g.Distinct && len(g.Direct) == 0) {
		if c.order, err = newSortKeys(order, env); err != nil {
			return nil, err
		}
	}
	c.call = expr.Call{Result: g.Typ, Collation: g.In, Env: env, Order: g.Order}
	if c.order != nil {
		c.kept = c.keep(c.order, order)
	}
	for _, a := range g.Args {
		c.colls = append(c.colls, a.Collation())
		c.call.ArgTypes = append(c.call.ArgTypes, a.Type())
		_, constant := a.(*expr.Const)
		c.call.Const = append(c.call.Const, constant)
	}
	return c, nil
}

// keep makes what keeps rows of a group and arguments, by group and these keys.
func (c *aggCall) keep(keys *sortKeys, list []expr.SortKey) *ordered {
	group := []types.Type{types.Of(types.Int4OID)}
	rows := slices.Clone(group)
	for _, a := range c.agg.Args {
		rows = append(rows, a.Type())
	}
	return newOrdered(rows, keys.after(), append(group, keyTypes(list)...), c.space, c.env.Ctx)
}

// orderFree tells of aggregates whose result cannot depend on the order of rows.
func orderFree(g *expr.Agg) bool {
	switch g.Proc.Name {
	case "count", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor":
		return true
	case "sum", "avg":
		k := types.KindOf(g.Args[0].Type().OID)
		return k == types.KindInt
	}
	return false
}

// small tells of calls whose states do not grow with the rows of their groups.
func (c *aggCall) small() bool {
	if c.order != nil || c.agg.Distinct || len(c.agg.Direct) > 0 {
		return false
	}
	switch name := c.agg.Proc.Name; name {
	case "count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor":
		return true
	default:
		return strings.HasPrefix(name, "stddev") || strings.HasPrefix(name, "var") || strings.HasPrefix(name, "regr_") ||
			strings.HasPrefix(name, "covar_") || name == "corr"
	}
}

func (c *aggCall) clear() {
	c.release()
	c.n = 0
	c.state = nil
	switch {
	case c.order != nil:
		c.kept.clear()
	case c.agg.Distinct:
		c.seen, c.kept = newGroups(c.space.Memory, c.colls), nil
	}
}

// start makes the states when the direct arguments can be evaluated.
func (c *aggCall) start() error {
	if c.state != nil {
		return nil
	}
	if len(c.agg.Direct) > 0 {
		direct := make([]types.Datum, len(c.agg.Direct))
		for i, e := range c.agg.Direct {
			col, err := one(e, c.env)
			if err != nil {
				return err
			}
			direct[i] = col.Datum(0)
		}
		c.call.State = direct
	}
	c.state = c.make(&c.call)
	return nil
}

func (c *aggCall) resize(n int) { c.n = n }

// eval computes what the call needs of a batch.
func (c *aggCall) eval(b *vector.Batch) (err error) {
	if c.cols, err = c.args.eval(b); err != nil {
		return err
	}
	if c.filter != nil {
		if c.pass, err = c.filter.Eval(b, b.Sel); err != nil {
			return err
		}
	}
	if c.order != nil {
		c.keys, err = c.order.eval(b)
	}
	return err
}

// add feeds the rows sel, row sel[k] belonging to group ids[k].
func (c *aggCall) add(ids, sel []int32) error {
	ids = ids[:len(sel)]
	if c.filter != nil {
		c.sel, c.ids = c.sel[:0], c.ids[:0]
		for k, i := range sel {
			if !c.pass.Null(i) && c.pass.Bools[i] {
				c.sel, c.ids = append(c.sel, i), append(c.ids, ids[k])
			}
		}
		sel, ids = c.sel, c.ids
	}
	if len(sel) == 0 {
		return nil
	}
	if c.order == nil && c.seen == nil {
		return c.feed(c.cols, ids, sel)
	}
	c.setGroup(ids, sel)
	c.scratch = append(append(c.scratch[:0], c.group), c.cols...)
	if c.order != nil {
		if err := c.count(ids, sel); err != nil {
			return err
		}
		return c.addKept(c.scratch, c.keys, sel)
	}
	sel, err := c.distinct(c.scratch, sel)
	if err != nil || len(sel) == 0 {
		return err
	}
	ids = ids[:0:0]
	for _, i := range sel {
		ids = append(ids, int32(c.group.Ints[i]))
	}
	return c.feed(c.cols, ids, sel)
}

// distinct gives the rows that were not seen before. Those that may have been, of which there is no memory to know, are
// kept and given at the end.
func (c *aggCall) distinct(cols []*vector.Column, sel []int32) ([]int32, error) {
	found := make([]int32, len(sel))
	fresh := make([]int32, 0, len(sel))
	if c.kept == nil {
		fresh, err := c.seen.assign(cols, sel, found, fresh)
		if isOutOfMemory(err) {
			var list []expr.SortKey
			for _, a := range c.agg.Args {
				list = append(list, expr.SortKey{Expr: a})
			}
			c.kept = c.keep(&sortKeys{keys: list, coll: c.colls[1:]}, list)
			err = nil
		}
		return fresh, err
	}
	c.seen.find(cols, sel, found)
	for k, i := range sel {
		if found[k] < 0 {
			fresh = append(fresh, i)
		}
	}
	return nil, c.addKept(cols, c.cols, fresh)
}

// count counts the values of an ordered-set aggregate by their groups, which it is told before it gets them.
func (c *aggCall) count(ids, sel []int32) error {
	if len(c.agg.Direct) == 0 {
		return nil
	}
	for len(c.counts) < c.n {
		c.counts = append(c.counts, 0)
	}
	for k, i := range sel {
		if !c.cols[0].Null(i) {
			c.counts[ids[k]]++
		}
	}
	return hold(c.space.Memory, &c.countsHeld, 8*int64(cap(c.counts)))
}

// expect tells the states what was counted.
func (c *aggCall) expect() error {
	if err := c.start(); err != nil {
		return err
	}
	if p, ok := c.state.(expr.Positional); ok {
		for g := range c.n {
			n := int64(0)
			if g < len(c.counts) {
				n = c.counts[g]
			}
			p.Expect(g, n)
		}
	}
	return nil
}

// addKept keeps rows of group and arguments, to be ordered by group and keys.
func (c *aggCall) addKept(cols, keys []*vector.Column, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	by := append([]*vector.Column{c.group}, keys...)
	_, err := c.kept.add(cols, by, sel)
	return err
}

func (c *aggCall) feed(cols []*vector.Column, ids, sel []int32) error {
	if err := c.start(); err != nil {
		return err
	}
	c.state.Resize(c.n)
	c.call.Args = cols
	if err := c.state.Add(&c.call, ids, sel); err != nil {
		return err
	}
	return hold(c.space.Memory, &c.held, c.state.Bytes())
}

// hold asks for what states have grown to; what an operator needs at least it may have in any case.
func hold(b *budget.Budget, held *int64, bytes int64) error {
	if bytes <= *held {
		return nil
	}
	if err := b.Grow(bytes - *held); err != nil {
		if bytes <= least(b) {
			return nil
		}
		return outOfMemory(err)
	}
	*held = bytes
	return nil
}

// setGroup makes a column of the rows' groups.
func (c *aggCall) setGroup(ids, sel []int32) {
	n := int(sel[len(sel)-1]) + 1
	if c.group == nil {
		c.group = vector.New(types.Of(types.Int4OID), n)
	}
	c.group.Resize(n)
	for k, i := range sel {
		c.group.Ints[i] = int64(ids[k])
	}
}

// finish feeds what was kept for its order, and makes room for all groups.
func (c *aggCall) finish(n int) error {
	c.n = n
	if c.kept != nil {
		if err := c.feedOrdered(); err != nil {
			return err
		}
	}
	if err := c.start(); err != nil {
		return err
	}
	c.state.Resize(n)
	return nil
}

// feedOrdered feeds the rows that were kept.
func (c *aggCall) feedOrdered() error {
	if err := c.kept.finish(); err != nil {
		return err
	}
	if err := c.expect(); err != nil {
		return err
	}
	last := newRows(nil, 1+len(c.agg.Args))
	var ids, sel []int32
	for {
		b, err := c.kept.next(vector.Size)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		sel = append(sel[:0], b.Sel...)
		if c.agg.Distinct {
			if sel, err = c.dropRepeated(b, sel[:0], last); err != nil {
				return err
			}
		}
		ids = ids[:0]
		for _, i := range sel {
			ids = append(ids, int32(b.Cols[0].Ints[i]))
		}
		if len(sel) == 0 {
			continue
		}
		if err := c.feed(b.Cols[1:], ids, sel); err != nil {
			return err
		}
	}
	c.kept.release()
	return nil
}

// dropRepeated gives the rows that differ from the one before; last is the last row of the batch before. Equal arguments
// are neighbours where the order is by them first; PostgreSQL demands that of DISTINCT.
func (c *aggCall) dropRepeated(b *vector.Batch, sel []int32, last *rows) ([]int32, error) {
	before, j := last.cols, int32(0)
	for k, i := range b.Sel {
		if k > 0 || last.n > 0 {
			same := before[0].Ints[j] == b.Cols[0].Ints[i]
			for n := 1; same && n < len(b.Cols); n++ {
				same = equalAt(before[n], j, b.Cols[n], i, c.colls[n])
			}
			if before, j = b.Cols, i; same {
				continue
			}
		}
		before, j = b.Cols, i
		sel = append(sel, i)
	}
	last.reset()
	return sel, last.put(b.Cols, b.Sel[len(b.Sel)-1:])
}

// bytes is what the call holds in memory, or its states will.
func (c *aggCall) bytes() int64 {
	n := c.held
	if c.state != nil {
		n = c.state.Bytes()
	}
	if c.seen != nil {
		n += c.seen.keys.bytes()
	}
	if c.kept != nil {
		n += c.kept.data.bytes()
		if c.kept.runs != nil {
			n += c.kept.runs.file.Size()
		}
	}
	return n
}

func (c *aggCall) release() {
	c.seen.release()
	c.seen = nil
	c.kept.release()
	c.space.Memory.Shrink(c.held + c.countsHeld)
	c.held, c.countsHeld, c.counts = 0, 0, nil
}
