package exec

import (
	"context"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// cte computes a common table expression once and keeps its rows for all that read it. Of a recursive one, a step reads the
// rows that the step before added.
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
	all      *Store
	from, to int64 // of all: the rows that the present step works on
	seen     *seen // UNION
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
		if r.ctes == nil {
			r.ctes = map[int]*cte{}
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
	c.all.Release()
	c.seen.release()
	c.all, c.seen = nil, nil
}

func (c *cte) clear() {
	c.release()
	c.all = NewStore(c.types, c.rt.space())
	c.done, c.stepping, c.from, c.to = false, false, 0, 0
	if c.step != nil && !c.node.All {
		colls := make([]types.OID, len(c.types))
		for i, col := range c.node.Root.Columns() {
			colls[i] = col.Collation
		}
		c.seen = newSeen(c.all, colls)
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
	if c.step == nil || c.all.Len() == c.to {
		c.done = true
		return nil
	}
	c.from, c.to = c.to, c.all.Len()
	if c.stepping {
		return c.step.Rewind()
	}
	c.stepping = true
	return nil
}

// take keeps rows: all of them, or those that were not seen before.
func (c *cte) take(cols []*vector.Column, sel []int32) error {
	if c.seen != nil {
		var err error
		if sel, err = c.seen.fresh(cols, sel); err != nil {
			return err
		}
	}
	return c.all.Add(cols, sel)
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

// cteScan reads a cte's rows, or those that a step works on.
type cteScan struct {
	from *cte
	work bool
	in   *StoreReader // nil before the first row
	out  vector.Batch
}

func (r *run) cteScan(n *plan.CTEScan) (Operator, error) {
	return &cteScan{from: r.ctes[n.ID], work: n.Work}, nil
}

func (s *cteScan) Next() (*vector.Batch, error) {
	c := s.from
	if s.in == nil {
		s.in = c.all.Reader()
		if s.work {
			s.in.GoTo(c.from)
		}
	}
	end := c.to
	if !s.work {
		for s.in.At() >= c.all.Len() && !c.done {
			if err := canceled(c.ctx); err != nil {
				return nil, err
			}
			if err := c.more(); err != nil {
				return nil, err
			}
		}
		end = c.all.Len()
	}
	n, err := s.in.upTo(&s.out, c.max, end)
	if n == 0 || err != nil {
		return nil, err
	}
	return &s.out, nil
}

func (s *cteScan) Rewind() error { s.in = nil; return nil }
func (s *cteScan) Close() error  { return nil }
