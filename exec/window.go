package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/vector"
)

// window computes calls over windows. Its input comes sorted, so that a partition's rows are neighbours. It works on
// units of rows: as few as the calls allow, so that a running total of a large file needs no more memory than a batch.
type window struct {
	in    Operator
	node  *plan.Window
	env   *expr.Env
	max   int
	rt    *Runtime
	part  *sortKeys // the partition's expressions
	order *sortKeys
	calls []*windowCall
	unit  unitKind
	start *frameBound
	end   *frameBound

	b    *vector.Batch // the input's batch, of which the rows from at on are not taken yet
	at   int
	done bool
	last *rows // partition and order keys of the row before

	rows   *rows // the unit: input's columns, order keys, then each call's arguments and filter
	n      int
	fresh  []bool // per row of the unit: it begins a new group of peers
	isNew  bool   // the unit begins a partition
	before int64  // rows of the partition before the unit
	groups int64  // groups of peers before the unit
	given  int    // rows of the unit that were given
	cols   []*vector.Column
	out    vector.Batch
}

// unitKind is what must be in memory at once.
type unitKind uint8

const (
	unitBatch     unitKind = iota // rows as they come
	unitPeers                     // whole groups of peers
	unitPartition                 // whole partitions
)

func (r *run) window(n *plan.Window, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	w := &window{in: in, node: n, env: env, max: r.max, rt: &r.rt}
	var part []expr.SortKey
	for _, e := range n.Partition {
		part = append(part, expr.SortKey{Expr: e})
	}
	if w.part, err = newSortKeys(part, env); err != nil {
		return nil, closing(in, err)
	}
	if w.order, err = newSortKeys(n.Order, env); err != nil {
		return nil, closing(in, err)
	}
	at := len(n.Input.Columns()) + len(n.Order)
	for _, call := range n.Calls {
		c, err := newWindowCall(call, w, at, env)
		if err != nil {
			return nil, closing(w, err)
		}
		at += c.width()
		w.unit = max(w.unit, c.unit())
		w.calls = append(w.calls, c)
	}
	if w.start, err = newFrameBound(w, &n.Frame.Start, true); err != nil {
		return nil, closing(w, err)
	}
	if w.end, err = newFrameBound(w, &n.Frame.End, false); err != nil {
		return nil, closing(w, err)
	}
	w.clear()
	return w, nil
}

func (w *window) clear() {
	w.rows.release()
	w.rows = newRows(w.rt.Budget, len(w.node.Input.Columns())+len(w.node.Order)+w.callColumns())
	w.last = newRows(nil, len(w.node.Partition)+len(w.node.Order))
	w.b, w.at, w.done, w.n, w.given = nil, 0, false, 0, 0
	for _, c := range w.calls {
		c.clear()
	}
}

func (w *window) callColumns() int {
	n := 0
	for _, c := range w.calls {
		n += c.width()
	}
	return n
}

func (w *window) Next() (*vector.Batch, error) {
	for w.given == w.n {
		if w.done {
			return nil, nil
		}
		if err := w.fill(); err != nil {
			return nil, err
		}
		if w.n == 0 {
			continue
		}
		for _, c := range w.calls {
			if err := c.compute(); err != nil {
				return nil, err
			}
			if err := canceled(w.env.Ctx); err != nil {
				return nil, err
			}
		}
	}
	n := min(w.max, w.n-w.given)
	idx := identity(w.given + n)[w.given:]
	w.given += n
	inputs := len(w.node.Input.Columns())
	if w.out.Cols == nil {
		w.out.Cols = make([]*vector.Column, inputs+len(w.calls))
	}
	for i, c := range w.rows.cols[:inputs] {
		if c != nil {
			gatherColumn(w.out.Cols, i, c, idx)
		}
	}
	for i, c := range w.calls {
		gatherColumn(w.out.Cols, inputs+i, c.result, idx)
	}
	w.out.SetLen(n)
	return &w.out, nil
}

// fill takes the next unit of rows.
func (w *window) fill() error {
	w.before += int64(w.n)
	for _, f := range w.fresh {
		if f {
			w.groups++
		}
	}
	w.rows.reset()
	w.fresh = w.fresh[:0]
	w.n, w.given, w.isNew = 0, 0, false
	for {
		if w.b == nil {
			if err := w.nextBatch(); err != nil || w.b == nil {
				return err
			}
		}
		to, ended := w.extent()
		if to > w.at {
			if err := w.rows.add(w.cols, w.b.Sel[w.at:to]); err != nil {
				return err
			}
			w.n += to - w.at
			w.remember(w.b.Sel[to-1])
			w.at = to
		}
		if w.at == len(w.b.Sel) {
			w.b = nil
		}
		if ended {
			return nil
		}
	}
}

// nextBatch evaluates what the calls need of the input's next batch; without one, the input is done.
func (w *window) nextBatch() error {
	b, err := w.in.Next()
	if err != nil {
		return err
	}
	if b == nil {
		w.done = true
		return nil
	}
	if _, err := w.part.eval(b); err != nil {
		return err
	}
	order, err := w.order.eval(b)
	if err != nil {
		return err
	}
	w.cols = append(append(w.cols[:0], b.Cols[:len(w.node.Input.Columns())]...), order...)
	for _, c := range w.calls {
		if w.cols, err = c.eval(b, w.cols); err != nil {
			return err
		}
	}
	w.b, w.at = b, 0
	return nil
}

// extent tells how far into the batch the unit goes, and whether it ends there. It notes where groups of peers begin.
func (w *window) extent() (to int, ended bool) {
	part, order := w.part.es.out, w.order.es.out
	for k := w.at; k < len(w.b.Sel); k++ {
		i := w.b.Sel[k]
		samePart, samePeers := false, false
		if k > 0 {
			j := w.b.Sel[k-1]
			samePart = w.samePartition(part, i, part, j)
			samePeers = samePart && w.order.compare(order, i, order, j) == 0
		} else if w.last.n > 0 {
			np := len(w.node.Partition)
			samePart = w.samePartition(part, i, w.last.cols[:np], 0)
			samePeers = samePart && w.order.compare(order, i, w.last.cols[np:], 0) == 0
		}
		at := w.n + k - w.at
		switch {
		case at > 0 && (!samePart || w.unit == unitPeers && !samePeers):
			return k, true
		case !samePart:
			w.isNew, w.before, w.groups = true, 0, 0
		}
		w.fresh = append(w.fresh, !samePeers)
	}
	return len(w.b.Sel), w.unit == unitBatch
}

func (w *window) samePartition(a []*vector.Column, i int32, b []*vector.Column, j int32) bool {
	for k := range w.node.Partition {
		if !equalAt(a[k], i, b[k], j, w.part.coll[k]) {
			return false
		}
	}
	return true
}

// remember keeps the keys of the last row that was taken.
func (w *window) remember(i int32) {
	w.last.reset()
	cols := append(append([]*vector.Column(nil), w.part.es.out...), w.order.es.out...)
	w.last.put(cols, []int32{i})
	w.last.n = 1
}

// keyColumns are the order keys of the unit's rows.
func (w *window) keyColumns() []*vector.Column {
	in := len(w.node.Input.Columns())
	return w.rows.cols[in : in+len(w.node.Order)]
}

func (w *window) Rewind() error {
	w.clear()
	return w.in.Rewind()
}

func (w *window) Close() error {
	w.rows.release()
	for _, c := range w.calls {
		c.release()
	}
	return w.in.Close()
}
