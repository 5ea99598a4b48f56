package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// window computes calls over windows. Its input comes sorted, so that a partition's rows are neighbours. It works on
// units of rows: as few as the calls allow, so that a running total of a large file needs no more memory than a batch. A
// unit lies in a store, which may be larger than memory, and is computed some rows at a time.
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

	b     *vector.Batch // the input's batch, of which the rows from at on are not taken yet
	at    int
	done  bool
	last  *rows          // partition and order keys of the row before
	fresh *vector.Column // per row of b: it begins a new group of peers
	cols  []*vector.Column
	keys  []*vector.Column
	one   [1]int32

	rows   *Store // the unit: input's columns, order keys, fresh, then each call's arguments and filter
	n      int64
	isNew  bool  // the unit begins a partition
	before int64 // rows of the partition before the unit

	read   *StoreReader
	now    vector.Batch // the rows in work
	first  int64        // of them, in the unit
	peered bool         // peers holds those of the rows in work
	peer   []span
	group  span // of peers, that of the last row looked at
	ahead  *StoreReader
	framed bool // frame holds those of the rows in work
	frame  []span
	number int64 // of the last row's group of peers
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
	ts := append(columnTypes(n.Input), keyTypes(n.Order)...)
	ts = append(ts, types.Of(types.BoolOID))
	for _, call := range n.Calls {
		c, err := newWindowCall(call, w, len(ts), env)
		if err != nil {
			return nil, closing(w, err)
		}
		ts = append(ts, c.types()...)
		w.unit = max(w.unit, c.unit())
		w.calls = append(w.calls, c)
	}
	w.rows = NewStore(ts, r.rt.space())
	w.read, w.ahead = w.rows.Reader(), w.rows.Reader()
	if w.start, err = newFrameBound(w, &n.Frame.Start, true); err != nil {
		return nil, closing(w, err)
	}
	if w.end, err = newFrameBound(w, &n.Frame.End, false); err != nil {
		return nil, closing(w, err)
	}
	w.fresh = vector.New(types.Of(types.BoolOID), vector.Size)
	w.clear()
	return w, nil
}

func (w *window) clear() {
	w.rows.reset()
	w.last = newRows(nil, len(w.node.Partition)+len(w.node.Order))
	w.b, w.at, w.done, w.n = nil, 0, false, 0
	w.begin()
	for _, c := range w.calls {
		c.clear()
	}
}

// begin goes to the first row of a unit.
func (w *window) begin() {
	w.group, w.number = span{}, -1
	w.read.forget()
	w.ahead.forget()
	w.start.begin()
	w.end.begin()
}

func (w *window) Next() (*vector.Batch, error) {
	for w.read.At() == w.n {
		if w.done {
			return nil, nil
		}
		if err := w.fill(); err != nil {
			return nil, err
		}
	}
	w.first = w.read.At()
	if _, err := w.read.upTo(&w.now, w.max, w.n); err != nil {
		return nil, err
	}
	w.peered, w.framed = false, false
	if err := canceled(w.env.Ctx); err != nil {
		return nil, err
	}
	inputs := len(w.node.Input.Columns())
	w.out.Cols = append(w.out.Cols[:0], w.now.Cols[:inputs]...)
	for _, c := range w.calls {
		if err := c.compute(); err != nil {
			return nil, err
		}
		w.out.Cols = append(w.out.Cols, c.result)
	}
	w.out.SetLen(w.now.N)
	return &w.out, nil
}

// fill takes the next unit of rows.
func (w *window) fill() error {
	w.before += w.n
	w.rows.reset()
	w.n, w.isNew = 0, false
	for {
		if w.b == nil {
			if err := w.nextBatch(); err != nil {
				return err
			}
			if w.b == nil {
				break
			}
		}
		to, ended := w.extent()
		if to > w.at {
			if err := w.rows.Add(w.cols, w.b.Sel[w.at:to]); err != nil {
				return err
			}
			w.n += int64(to - w.at)
			w.remember(w.b.Sel[to-1])
			w.at = to
		}
		if w.at == len(w.b.Sel) {
			w.b = nil
		}
		if ended {
			break
		}
	}
	w.begin()
	for _, c := range w.calls {
		c.begin()
	}
	return nil
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
	w.fresh.Resize(b.N)
	w.cols = append(append(w.cols[:0], b.Cols[:len(w.node.Input.Columns())]...), order...)
	w.cols = append(w.cols, w.fresh)
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
		at := w.n + int64(k-w.at)
		switch {
		case at > 0 && (!samePart || w.unit == unitPeers && !samePeers):
			return k, true
		case !samePart:
			w.isNew, w.before = true, 0
		}
		w.fresh.Bools[i] = !samePeers
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
	w.keys = append(append(w.keys[:0], w.part.es.out...), w.order.es.out...)
	w.one[0] = i
	w.last.put(w.keys, w.one[:])
	w.last.n = 1
}

// keyColumn is the place of the first order key among the unit's columns, freshColumn that of fresh.
func (w *window) keyColumn() int   { return len(w.node.Input.Columns()) }
func (w *window) freshColumn() int { return len(w.node.Input.Columns()) + len(w.node.Order) }

func (w *window) Rewind() error {
	w.clear()
	return w.in.Rewind()
}

func (w *window) Close() error {
	w.rows.Release()
	for _, c := range w.calls {
		c.release()
	}
	return w.in.Close()
}
