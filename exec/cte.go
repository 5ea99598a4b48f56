package exec

import (
	"context"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// cte computes a common table expression once and keeps its rows for all that read it.
type cte struct {
	node  *plan.CTE
	root  Operator
	step  Operator
	rt    *Runtime
	ctx   context.Context
	max   int
	types []types.Type

	done     bool
	stepping bool // recursive: the root is through
	all      *rows
	work     *rows   // the last step's rows
	fresh    *rows   // the present step's
	seen     *groups // UNION
}

// with makes common table expressions known while its input runs.
type with struct {
	in   Operator
	ctes []*cte
}

func (r *run) with(n *plan.With, env *expr.Env) (Operator, error) {
	w := &with{}
	for _, c := range n.CTEs {
		x := &cte{node: c, rt: &r.rt, ctx: r.ctx, max: r.max}
		for _, col := range c.Root.Columns() {
			x.types = append(x.types, col.Type)
		}
		r.ctes[c.ID] = x
		w.ctes = append(w.ctes, x)
		var err error
		if x.root, err = r.build(c.Root, env); err != nil {
			return nil, closing(w, err)
		}
		if c.Step != nil {
			if x.step, err = r.build(c.Step, env); err != nil {
				return nil, closing(w, err)
			}
		}
		x.clear()
	}
	var err error
	if w.in, err = r.build(n.Input, env); err != nil {
		return nil, closing(w, err)
	}
	return w, nil
}

func (w *with) Next() (*vector.Batch, error) { return w.in.Next() }

func (w *with) Rewind() error {
	for _, c := range w.ctes {
		c.clear()
		if err := c.root.Rewind(); err != nil {
			return err
		}
		if c.step != nil {
			if err := c.step.Rewind(); err != nil {
				return err
			}
		}
	}
	return w.in.Rewind()
}

func (w *with) Close() error {
	ops := []Operator{w.in}
	for _, c := range w.ctes {
		c.release()
		ops = append(ops, c.root, c.step)
	}
	return closeAll(ops...)
}

func (c *cte) release() {
	c.all.release()
	c.work.release()
	c.fresh.release()
	c.seen.release()
	c.all, c.work, c.fresh, c.seen = nil, nil, nil, nil
}

func (c *cte) clear() {
	c.release()
	c.all = newRows(c.rt.Budget, len(c.types))
	c.done, c.stepping = false, false
	if c.step == nil {
		return
	}
	c.fresh = newRows(c.rt.Budget, len(c.types))
	if !c.node.All {
		colls := make([]types.OID, len(c.types))
		for i, col := range c.node.Root.Columns() {
			colls[i] = col.Collation
		}
		c.seen = newGroups(c.rt.Budget, colls)
	}
}

// more computes some more rows, if there are any: a batch of the root's or, when that is through, of a step's.
func (c *cte) more() error {
	if c.done {
		return nil
	}
	in := c.root
	if c.stepping {
		in = c.step
	}
	b, err := in.Next()
	if err != nil {
		return err
	}
	if b != nil {
		return c.take(b.Cols, b.Sel)
	}
	if c.step == nil || c.fresh.n == 0 {
		c.done = true
		return nil
	}
	c.work.release()
	c.work, c.fresh = c.fresh, newRows(c.rt.Budget, len(c.types))
	if c.stepping {
		return c.step.Rewind()
	}
	c.stepping = true
	return nil
}

// take keeps rows: all of them, or those that were not seen before.
func (c *cte) take(cols []*vector.Column, sel []int32) error {
	if c.step == nil {
		return c.all.add(cols, sel)
	}
	if c.seen != nil {
		var err error
		if sel, err = c.seen.assign(cols, sel, make([]int32, len(sel)), make([]int32, 0, len(sel))); err != nil {
			return err
		}
	}
	if err := c.fresh.add(cols, sel); err != nil {
		return err
	}
	return c.all.add(cols, sel)
}

// drain hands all rows of an operator to take.
func drain(in Operator, take func([]*vector.Column, []int32) error) error {
	for {
		b, err := in.Next()
		if b == nil || err != nil {
			return err
		}
		if err := take(b.Cols, b.Sel); err != nil {
			return err
		}
	}
}

// cteScan reads a cte's rows.
type cteScan struct {
	from *cte
	work bool
	next int
	idx  []int32
	out  vector.Batch
}

func (r *run) cteScan(n *plan.CTEScan) (Operator, error) {
	return &cteScan{from: r.ctes[n.ID], work: n.Work}, nil
}

func (s *cteScan) Next() (*vector.Batch, error) {
	data := s.from.work
	if !s.work {
		for s.next >= s.from.all.n && !s.from.done {
			if err := canceled(s.from.ctx); err != nil {
				return nil, err
			}
			if err := s.from.more(); err != nil {
				return nil, err
			}
		}
		data = s.from.all
	}
	if data == nil {
		return nil, nil
	}
	n := min(s.from.max, data.n-s.next)
	if n <= 0 {
		return nil, nil
	}
	if s.out.Cols == nil {
		s.out.Cols = make([]*vector.Column, len(s.from.types))
	}
	s.idx = s.idx[:0]
	for i := range n {
		s.idx = append(s.idx, int32(s.next+i))
	}
	data.gather(s.out.Cols, s.idx)
	s.next += n
	s.out.SetLen(n)
	return &s.out, nil
}

func (s *cteScan) Rewind() error { s.next = 0; return nil }
func (s *cteScan) Close() error  { return nil }
