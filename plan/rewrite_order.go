package plan

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"howdah/expr"
)

// joined is an input of a flattened join: its columns stand at from in the flat numbering. A semi-join (semi) has none;
// it can be made where the columns that its condition looks at are there.
type joined struct {
	node Node
	from int
	semi *Join
	need uint64 // of a semi-join: the inputs that its condition looks at

	rows float64 // estimated, and
	base float64 // before anything was filtered
}

// order is the flattened join whose order is sought.
type order struct {
	items []joined
	quals []expr.Expr // of the inner joins, in the flat numbering
	uses  []uint64    // of each, its items
	class []int       // of each column, the first column that it is equal to by quals
	nd    map[int]float64
	owner []int // of each column, its item
}

// mostOrdered is up to how many inputs all orders are looked at.
const mostOrdered = 11

// flatten lists the inputs of nested joins and their conditions, numbered over all inputs.
func (o *order) flatten(n Node, from int) {
	j, ok := n.(*Join)
	switch {
	case !ok || j.IsLateral || j.Kind != InnerJoin && j.Kind != SemiJoin && j.Kind != AntiJoin:
		o.items = append(o.items, joined{node: n, from: from})
	case j.Kind == InnerJoin:
		o.flatten(j.Left, from)
		o.flatten(j.Right, from+len(j.Left.Columns()))
		for _, q := range j.Residual {
			o.quals = append(o.quals, shiftVars(q, from))
		}
	default:
		o.flatten(j.Left, from)
		o.items = append(o.items, joined{node: j.Right, from: from, semi: j})
	}
}

func (p *planner) reorderInner(j *Join) Node {
	width := len(j.Columns())
	o := &order{owner: make([]int, width), class: make([]int, width), nd: map[int]float64{}}
	o.flatten(j, 0)
	for i := range o.items {
		it := &o.items[i]
		it.node = p.reorder(it.node)
		p.estimate(it.node)
		it.rows, it.base = it.node.Estimate().Rows, baseRows(it.node)
		if it.semi == nil {
			for c := range it.node.Columns() {
				o.owner[it.from+c] = i
			}
		}
	}
	for i := range o.items {
		if it := &o.items[i]; it.semi != nil {
			lw := len(it.semi.Left.Columns())
			for _, q := range it.semi.Residual {
				for _, v := range expr.Vars(q) {
					if v.Level == 0 && v.Col < lw {
						it.need |= 1 << o.owner[it.from+v.Col]
					}
				}
			}
		}
	}
	if len(o.items) > 63 {
		return j
	}
	o.classes()
	o.complete(j.Columns())
	for _, q := range o.quals {
		var u uint64
		for _, v := range expr.Vars(q) {
			if v.Level == 0 {
				u |= 1 << o.owner[v.Col]
			}
		}
		o.uses = append(o.uses, u)
	}
	return o.build(j, o.best())
}

// complete adds the equalities that follow from others: from a = b and b = c follows a = c, by which a and c can be
// joined first.
func (o *order) complete(cols []Column) {
	linked := map[[2]int]bool{}
	members := map[int][]int{} // of a class, a column per item
	for _, q := range o.quals {
		a, b := equalColumns(q)
		if a == nil {
			continue
		}
		linked[pair(o.owner[a.Col], o.owner[b.Col])] = true
		k := o.class[a.Col]
		for _, c := range []int{a.Col, b.Col} {
			if !slices.ContainsFunc(members[k], func(m int) bool { return o.owner[m] == o.owner[c] }) {
				members[k] = append(members[k], c)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(members)) {
		list := members[k]
		for i, a := range list {
			for _, b := range list[:i] {
				if linked[pair(o.owner[a], o.owner[b])] {
					continue
				}
				if e := equalTo(column(cols[b], b), column(cols[a], a)); e != nil {
					o.quals = append(o.quals, e)
				}
			}
		}
	}
}

func pair(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

// classes finds the columns that are equal to each other, and guesses how many values they have: as many as the
// smallest table among them has rows, for that is the one whose key the others hold.
func (o *order) classes() {
	for c := range o.class {
		o.class[c] = c
	}
	for _, q := range o.quals {
		if a, b := equalColumns(q); a != nil {
			from, to := o.class[a.Col], o.class[b.Col]
			for c, k := range o.class {
				if k == from {
					o.class[c] = to
				}
			}
		}
	}
	for pass := range 2 {
		for c, k := range o.class {
			it := &o.items[o.owner[c]]
			if _, isScan := bare(it.node).(*Scan); pass == 0 && !isScan {
				continue
			}
			if pass == 1 && o.nd[k] > 0 {
				continue
			}
			if n, ok := o.nd[k]; !ok || it.base < n {
				o.nd[k] = math.Max(it.base, 1)
			}
		}
	}
}

// equalColumns gives the columns of a join condition of the form a = b.
func equalColumns(q expr.Expr) (a, b *expr.Var) {
	f, ok := q.(*expr.Func)
	if !ok || !isHashEquality(f) {
		return nil, nil
	}
	a, b = columnOf(f.Args[0]), columnOf(f.Args[1])
	if a == nil || b == nil {
		return nil, nil
	}
	return a, b
}

// bare is what is left of a node without what filters and renames it.
func bare(n Node) Node {
	for {
		switch x := n.(type) {
		case *Filter:
			n = x.Input
		case *Project:
			n = x.Input
		case *Subquery:
			n = x.Input
		default:
			return n
		}
	}
}

// baseRows is how many rows an input has before it is filtered.
func baseRows(n Node) float64 {
	switch n := bare(n).(type) {
	case *Scan:
		whole := *n
		whole.Quals, whole.Request = nil, nil
		return math.Max(1, costOf(&whole).Rows)
	case *Join:
		if n.Kind == SemiJoin || n.Kind == AntiJoin {
			return baseRows(n.Left)
		}
		return math.Max(1, n.Estimate().Rows)
	default:
		return math.Max(1, n.Estimate().Rows)
	}
}

// add estimates the rows when item i is joined to a set of rows; ok is false where it cannot be yet.
func (o *order) add(in uint64, rows float64, i int) (out, cost float64, ok bool) {
	it := &o.items[i]
	if it.semi != nil {
		if in == 0 || it.need&^in != 0 {
			return 0, 0, false
		}
		part := 0.5
		if it.semi.Kind == SemiJoin && bits.OnesCount64(it.need) == 1 {
			part = math.Max(0.001, math.Min(0.5, it.rows/o.items[bits.TrailingZeros64(it.need)].base))
		}
		return rows * part, rows, true
	}
	if in == 0 {
		return it.rows, 0, true
	}
	out = rows * it.rows
	values, others := 1.0, uint64(0)
	seen := map[int]bool{}
	for k, u := range o.uses {
		if u&(1<<i) == 0 || u&^(in|1<<i) != 0 || bits.OnesCount64(u) < 2 {
			continue
		}
		if a, _ := equalColumns(o.quals[k]); a != nil {
			if c := o.class[a.Col]; !seen[c] {
				seen[c] = true
				values *= o.nd[c]
				others |= u &^ (1 << i)
			}
		} else if f, ok := o.quals[k].(*expr.Func); ok && isHashEquality(f) {
			values *= math.Min(it.base, 200)
			others |= u &^ (1 << i)
		} else {
			out *= oneSelectivity(o.quals[k], out)
		}
	}
	if others != 0 {
		most := 1.0
		for u := others; u != 0; u &= u - 1 {
			most *= o.items[bits.TrailingZeros64(u)].base
		}
		out /= math.Max(1, math.Min(values, math.Min(most, it.base)))
	} else if out > rows {
		cost = out // a nested loop
	}
	return out, cost + out, true
}

// best gives the items in the order that makes the fewest rows: among all orders where there are few items, else by
// taking the best next one.
func (o *order) best() []int {
	n := len(o.items)
	if n > mostOrdered {
		return o.greedy()
	}
	type state struct {
		rows, cost float64
		last       int
		known      bool
	}
	states := make([]state, 1<<n)
	states[0].known = true
	for in := range states {
		s := states[in]
		if !s.known {
			continue
		}
		for i := range n {
			if in&(1<<i) != 0 {
				continue
			}
			rows, cost, ok := o.add(uint64(in), s.rows, i)
			if !ok {
				continue
			}
			t := &states[in|1<<i]
			if cost += s.cost; !t.known || cost < t.cost {
				*t = state{rows, cost, i, true}
			}
		}
	}
	list := make([]int, n)
	for in := 1<<n - 1; in != 0; {
		n--
		list[n] = states[in].last
		in &^= 1 << list[n]
	}
	return list
}

func (o *order) greedy() (list []int) {
	var in uint64
	rows := 0.0
	for len(list) < len(o.items) {
		next, least, left := -1, 0.0, 0.0
		for i := range o.items {
			if in&(1<<i) != 0 {
				continue
			}
			if out, cost, ok := o.add(in, rows, i); ok && (next < 0 || cost+out < least) {
				next, least, left = i, cost+out, out
			}
		}
		list = append(list, next)
		in |= 1 << next
		rows = left
	}
	return list
}

// build makes the joins in an order; its columns are j's.
func (o *order) build(j *Join, list []int) Node {
	place := make([]int, len(o.owner)) // where a flat column stands in the output so far
	for c := range place {
		place[c] = -1
	}
	applied := make([]bool, len(o.quals))
	same := identityMap(len(o.owner)) // of each column, one that it is held equal to so far
	var root Node
	var in uint64
	width := 0
	for _, i := range list {
		it := o.items[i]
		if it.semi != nil {
			root = o.semi(it, root, place)
			continue
		}
		in |= 1 << i
		for c := range it.node.Columns() {
			place[it.from+c] = width + c
		}
		width += len(it.node.Columns())
		var here []expr.Expr
		for k, q := range o.quals {
			if applied[k] || o.uses[k]&^in != 0 || root == nil && o.uses[k] == 0 {
				continue
			}
			applied[k] = true
			if a, b := equalColumns(q); a != nil { // what others imply is not tested again
				from, to := same[a.Col], same[b.Col]
				if from == to {
					continue
				}
				for c, s := range same {
					if s == from {
						same[c] = to
					}
				}
			}
			here = append(here, replaceVars(q, func(v *expr.Var) expr.Expr {
				if v.Level != 0 {
					return nil
				}
				c := *v
				c.Col = place[v.Col]
				return &c
			}))
		}
		if root == nil {
			root = filtered(it.node, here)
			continue
		}
		cols := append(append([]Column(nil), root.Columns()...), it.node.Columns()...)
		root = &Join{Output: Output{Cols: cols}, Kind: InnerJoin, Left: root, Right: it.node, Residual: here}
	}
	for c, at := range place {
		if c != at {
			pr := &Project{Output: Output{Cols: j.Cols}, Input: root}
			for c, at := range place {
				pr.Exprs = append(pr.Exprs, column(j.Cols[c], at))
			}
			return pr
		}
	}
	return root
}

// semi puts a semi-join over root.
func (o *order) semi(it joined, root Node, place []int) Node {
	s, width := *it.semi, len(root.Columns())
	lw := len(s.Left.Columns())
	s.Cols, s.Left, s.Right, s.Residual = root.Columns(), root, it.node, nil
	for _, q := range it.semi.Residual {
		s.Residual = append(s.Residual, replaceVars(q, func(v *expr.Var) expr.Expr {
			if v.Level != 0 {
				return nil
			}
			c := *v
			if v.Col < lw {
				c.Col = place[it.from+v.Col]
			} else {
				c.Col = width + v.Col - lw
			}
			return &c
		}))
	}
	return &s
}
