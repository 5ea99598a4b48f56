package exec

import (
	"bytes"
	"cmp"
	"slices"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// sortKeys evaluates and compares the keys of an order.
type sortKeys struct {
	keys []expr.SortKey
	coll []types.OID
	es   *computed
}

func newSortKeys(keys []expr.SortKey, env *expr.Env) (*sortKeys, error) {
	es, err := compute(keyExprs(keys), env)
	if err != nil {
		return nil, err
	}
	s := &sortKeys{keys: keys, es: es}
	for _, k := range keys {
		s.coll = append(s.coll, k.Expr.Collation())
	}
	return s, nil
}

func (s *sortKeys) eval(b *vector.Batch) ([]*vector.Column, error) { return s.es.eval(b) }

// compare tells the order of row i of a and row j of b.
func (s *sortKeys) compare(a []*vector.Column, i int32, b []*vector.Column, j int32) int {
	for k := range s.keys {
		if c := s.compareKey(k, a[k], i, b[k], j); c != 0 {
			return c
		}
	}
	return 0
}

func (s *sortKeys) compareKey(k int, a *vector.Column, i int32, b *vector.Column, j int32) int {
	key := &s.keys[k]
	if an, bn := a.Null(i), b.Null(j); an || bn {
		switch {
		case an && bn:
			return 0
		case an == key.NullsFirst:
			return -1
		}
		return 1
	}
	var c int
	switch {
	case a.Kind == types.KindInt:
		c = compareInts(a, a.Ints[i], b.Ints[j])
	case a.Kind == types.KindBytes && (a.Type.OID == types.TextOID || a.Type.OID == types.VarcharOID):
		c = bytes.Compare(a.Bytes(i), b.Bytes(j))
	default:
		c = vector.Compare(a, i, b, j, s.coll[k])
	}
	if key.Desc {
		return -c
	}
	return c
}

// compareInts compares values of a type that is stored as integers; all of them order as such.
func compareInts(_ *vector.Column, a, b int64) int { return cmp.Compare(a, b) }

// sorter orders all rows; with a limit it keeps only about twice that many. What the budget refuses goes to disk in
// sorted runs.
type sorter struct {
	in   Operator
	keys *sortKeys
	env  *expr.Env
	max  int
	node *plan.Sort

	ready bool
	limit int64 // -1 = all
	data  *rows // the input's columns
	kept  *rows // the keys'
	order []int32
	next  int
	out   vector.Batch
	spill *runs // nil while everything is in memory
	rt    *Runtime
}

func (r *run) sort(n *plan.Sort, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	keys, err := newSortKeys(n.Keys, env)
	if err != nil {
		return nil, closing(in, err)
	}
	s := &sorter{in: in, keys: keys, env: env, max: r.max, node: n, rt: &r.rt}
	s.clear()
	return s, nil
}

func (s *sorter) clear() {
	s.data.release()
	s.kept.release()
	s.spill.close()
	s.spill = nil
	s.data = newRows(s.rt.Budget, len(s.node.Cols))
	s.kept = newRows(s.rt.Budget, len(s.keys.keys))
	s.ready, s.next, s.order = false, 0, nil
}

func (s *sorter) Next() (*vector.Batch, error) {
	if !s.ready {
		if err := s.fill(); err != nil {
			return nil, err
		}
		s.ready = true
	}
	if s.spill != nil {
		return s.spill.next(s.keys, s.max)
	}
	n := min(s.max, len(s.order)-s.next)
	if n <= 0 {
		return nil, nil
	}
	if s.out.Cols == nil {
		s.out.Cols = make([]*vector.Column, len(s.node.Cols))
	}
	s.data.gather(s.out.Cols, s.order[s.next:s.next+n])
	s.next += n
	s.out.SetLen(n)
	return &s.out, nil
}

func (s *sorter) fill() error {
	if err := s.top(); err != nil {
		return err
	}
	if s.limit == 0 {
		return nil
	}
	for {
		b, err := s.in.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		cols, err := s.keys.eval(b)
		if err != nil {
			return err
		}
		sel := b.Sel
		if s.limit > 0 && len(s.order) > 0 {
			sel = s.winners(b, cols)
		}
		if len(sel) == 0 {
			continue
		}
		if err := s.add(b, cols, sel); err != nil {
			return err
		}
		if s.limit > 0 && int64(s.data.n) >= 2*s.limit+int64(vector.Size) {
			if err := s.compact(); err != nil {
				return err
			}
		}
	}
	if s.spill != nil {
		if s.data.n > 0 {
			if err := s.flush(nil); err != nil {
				return err
			}
		}
		return canceled(s.env.Ctx)
	}
	s.order = s.sorted()
	if err := canceled(s.env.Ctx); err != nil {
		return err
	}
	if s.limit > 0 && int64(len(s.order)) > s.limit {
		s.order = s.order[:s.limit]
	}
	return nil
}

// add keeps rows.
func (s *sorter) add(b *vector.Batch, cols []*vector.Column, sel []int32) error {
	if err := s.kept.put(cols, sel); err != nil {
		return err
	}
	if err := s.data.put(b.Cols, sel); err != nil {
		return err
	}
	err := s.kept.account()
	if err == nil {
		err = s.data.account()
	}
	if err != nil && isOutOfMemory(err) && s.data.n >= blockRows {
		return s.flush(err)
	}
	return err
}

// top evaluates how many rows are wanted at all.
func (s *sorter) top() error {
	s.limit = s.node.Limit
	if s.node.Top == nil {
		return nil
	}
	var offset expr.Expr
	if len(s.node.Top) > 1 {
		offset = s.node.Top[1]
	}
	n, skip, err := bounds(s.node.Top[0], offset, s.env)
	if err != nil {
		return err
	}
	if n >= 0 && n+skip >= 0 {
		s.limit = n + skip
	}
	return nil
}

// winners leaves out the rows that the kept ones (compacted, so that order holds exactly limit of them) outdo.
func (s *sorter) winners(b *vector.Batch, cols []*vector.Column) []int32 {
	worst := s.order[len(s.order)-1]
	keep := b.Narrow()
	for _, i := range b.Sel {
		if s.keys.compare(cols, i, s.kept.cols, worst) < 0 {
			keep = append(keep, i)
		}
	}
	return keep
}

// compact keeps the best limit rows, in order.
func (s *sorter) compact() error {
	order := s.sorted()
	if int64(len(order)) > s.limit {
		order = order[:s.limit]
	}
	for _, r := range []*rows{s.data, s.kept} {
		cols := make([]*vector.Column, len(r.cols))
		r.gather(cols, order)
		fresh := newRows(nil, len(cols))
		if err := fresh.add(cols, identity(len(order))); err != nil {
			return err
		}
		r.cols, r.n = fresh.cols, fresh.n
	}
	s.order = slices.Clone(identity(len(order)))
	return nil
}

// sorted gives the row numbers in order; equal rows stay in the order in which they came. When the query is cancelled
// all rows compare equal from then on, so that it ends soon; the order is nobody's then.
func (s *sorter) sorted() []int32 {
	order := slices.Clone(identity(s.data.n))
	steps, stopped := 0, false
	cancelled := func() bool {
		if steps++; steps&0xffff == 0 {
			stopped = s.env.Ctx.Err() != nil
		}
		return stopped
	}
	keys := s.kept.cols
	if len(s.keys.keys) == 1 && s.data.n > 0 && keys[0].Kind == types.KindInt && !keys[0].HasNulls {
		v, desc := keys[0].Ints, s.keys.keys[0].Desc
		slices.SortFunc(order, func(i, j int32) int {
			a, b := v[i], v[j]
			if a == b {
				return int(i) - int(j)
			}
			if cancelled() {
				return 0
			}
			if (a < b) != desc {
				return -1
			}
			return 1
		})
		return order
	}
	slices.SortFunc(order, func(i, j int32) int {
		if cancelled() {
			return 0
		}
		if c := s.keys.compare(keys, i, keys, j); c != 0 {
			return c
		}
		return int(i) - int(j)
	})
	return order
}

func (s *sorter) Rewind() error {
	s.clear()
	return s.in.Rewind()
}

func (s *sorter) Close() error {
	s.data.release()
	s.kept.release()
	s.spill.close()
	return s.in.Close()
}
