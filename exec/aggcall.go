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
	budget *budget.Budget
	held   int64

	// DISTINCT of aggregates that do not care for order: rows seen, by group and arguments.
	seen *groups
	// ORDER BY and the other DISTINCTs: rows are kept (group, arguments, order keys) and fed in order at the end.
	order *sortKeys
	kept  *rows

	batch   *vector.Batch
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
	c := &aggCall{agg: g, make: mk, env: env, budget: r.rt.Budget}
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
	for _, a := range g.Args {
		c.call.ArgTypes = append(c.call.ArgTypes, a.Type())
		_, constant := a.(*expr.Const)
		c.call.Const = append(c.call.Const, constant)
	}
	return c, nil
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
	colls := []types.OID{types.NoCollation}
	for _, a := range c.agg.Args {
		colls = append(colls, a.Collation())
	}
	switch {
	case c.order != nil:
		c.kept = newRows(c.budget, 1+len(c.agg.Args)+len(c.order.keys))
	case c.agg.Distinct:
		c.seen = newGroups(c.budget, colls)
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
	c.batch = b
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
	if c.order != nil || c.seen != nil {
		c.setGroup(ids, sel)
	}
	if c.order != nil {
		cols := append(append(c.scratch[:0], c.group), c.cols...)
		cols = append(cols, c.keys...)
		c.scratch = cols
		return c.kept.add(cols, sel)
	}
	if c.seen != nil {
		cols := append(append(c.scratch[:0], c.group), c.cols...)
		c.scratch = cols
		fresh, err := c.seen.assign(cols, sel, make([]int32, len(sel)), make([]int32, 0, len(sel)))
		if err != nil {
			return err
		}
		ids = ids[:0:0]
		for _, i := range fresh {
			ids = append(ids, int32(c.group.Ints[i]))
		}
		if sel = fresh; len(sel) == 0 {
			return nil
		}
	}
	return c.feed(c.cols, ids, sel)
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
	if b := c.state.Bytes(); b > c.held {
		if err := c.budget.Grow(b - c.held); err != nil {
			return outOfMemory(err)
		}
		c.held = b
	}
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
	if c.order != nil && c.kept.n > 0 {
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

func (c *aggCall) feedOrdered() error {
	group := c.kept.cols[0].Ints
	args := c.kept.cols[1 : 1+len(c.agg.Args)]
	keys := c.kept.cols[1+len(c.agg.Args):]
	order := slices.Clone(identity(c.kept.n))
	slices.SortFunc(order, func(i, j int32) int {
		if d := group[i] - group[j]; d != 0 {
			return int(d)
		}
		if d := c.order.compare(keys, i, keys, j); d != 0 {
			return d
		}
		return int(i) - int(j)
	})
	if c.agg.Distinct {
		// Equal arguments are neighbours where the order is by them first; PostgreSQL demands that of DISTINCT.
		same := func(i, j int32) bool {
			if group[i] != group[j] {
				return false
			}
			for k, a := range args {
				if !equalAt(a, i, a, j, c.agg.Args[k].Collation()) {
					return false
				}
			}
			return true
		}
		order = slices.CompactFunc(order, same)
	}
	cols := make([]*vector.Column, len(args))
	ids := make([]int32, 0, vector.Size)
	for len(order) > 0 {
		n := min(len(order), vector.Size)
		ids = ids[:0]
		for _, i := range order[:n] {
			ids = append(ids, int32(group[i]))
		}
		for i, a := range args {
			gatherColumn(cols, i, a, order[:n])
		}
		if err := c.feed(cols, ids, identity(n)); err != nil {
			return err
		}
		order = order[n:]
	}
	c.kept.release()
	return nil
}

func (c *aggCall) release() {
	c.seen.release()
	c.kept.release()
	c.seen, c.kept = nil, nil
	c.budget.Shrink(c.held)
	c.held = 0
}
