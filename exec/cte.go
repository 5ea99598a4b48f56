package exec

import (
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
	max   int
	types []types.Type

	done bool
	all  *rows
	work *rows // recursive: the last step's rows
}

// with makes common table expressions known while its input runs.
type with struct {
	in   Operator
	ctes []*cte
}

func (r *run) with(n *plan.With, env *expr.Env) (Operator, error) {
	w := &with{}
	for _, c := range n.CTEs {
		x := &cte{node: c, rt: &r.rt, max: r.max}
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
		c.all.release()
		c.work.release()
		ops = append(ops, c.root, c.step)
	}
	return closeAll(ops...)
}

func (c *cte) clear() {
	c.all.release()
	c.work.release()
	c.all = newRows(c.rt.Budget, len(c.types))
	c.work = nil
	c.done = false
}

// fill computes the rows, if that was not done yet.
func (c *cte) fill() error {
	if c.done {
		return nil
	}
	c.done = true
	if c.step == nil {
		return drain(c.root, c.all.add)
	}
	var seen *groups
	if !c.node.All {
		colls := make([]types.OID, len(c.types))
		for i, col := range c.node.Root.Columns() {
			colls[i] = col.Collation
		}
		seen = newGroups(c.rt.Budget, colls)
		defer seen.release()
	}
	var fresh *rows
	take := func(cols []*vector.Column, sel []int32) error {
		if seen != nil {
			var err error
			if sel, err = seen.assign(cols, sel, make([]int32, len(sel)), make([]int32, 0, len(sel))); err != nil {
				return err
			}
		}
		if err := fresh.add(cols, sel); err != nil {
			return err
		}
		return c.all.add(cols, sel)
	}
	fresh = newRows(c.rt.Budget, len(c.types))
	if err := drain(c.root, take); err != nil {
		fresh.release()
		return err
	}
	for fresh.n > 0 {
		c.work.release()
		c.work = fresh
		fresh = newRows(c.rt.Budget, len(c.types))
		err := c.step.Rewind()
		if err == nil {
			err = drain(c.step, take)
		}
		if err != nil {
			fresh.release()
			return err
		}
	}
	fresh.release()
	return nil
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
		if err := s.from.fill(); err != nil {
			return nil, err
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
