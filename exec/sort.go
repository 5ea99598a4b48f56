package exec

import (
	"bytes"
	"cmp"

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

// after gives the keys for rows that are ordered by a column of integers first.
func (s *sortKeys) after() *sortKeys {
	return &sortKeys{keys: append([]expr.SortKey{{}}, s.keys...), coll: append([]types.OID{types.NoCollation}, s.coll...)}
}

// compare tells the order of row i of a and row j of b.
func (s *sortKeys) compare(a []*vector.Column, i int32, b []*vector.Column, j int32) int {
	return s.compareFrom(0, a, i, b, j)
}

// compareFrom is compare without the first keys.
func (s *sortKeys) compareFrom(first int, a []*vector.Column, i int32, b []*vector.Column, j int32) int {
	for k := first; k < len(s.keys); k++ {
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

// sorter orders all rows; with a limit it keeps only about twice that many.
type sorter struct {
	in   Operator
	keys *sortKeys
	env  *expr.Env
	max  int
	node *plan.Sort
	rows *ordered

	ready bool
	limit int64            // -1 = all
	took  *plan.SortActual // for EXPLAIN ANALYZE
	best  []int32          // with a limit: the rows held, compacted, in order
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
	s := &sorter{in: in, keys: keys, env: env, max: r.max, node: n}
	if r.rt.Actual != nil {
		s.took = &r.rt.Actual.Node(n).Sort
	}
	s.rows = newOrdered(columnTypes(n), keys, keyTypes(n.Keys), r.rt.space(), env.Ctx)
	return s, nil
}

func (s *sorter) clear() {
	s.rows.clear()
	s.ready, s.best = false, nil
}

func (s *sorter) Next() (*vector.Batch, error) {
	if !s.ready {
		if err := s.fill(); err != nil {
			return nil, err
		}
		s.ready = true
	}
	return s.rows.next(s.max)
}

func (s *sorter) fill() error {
	if err := s.top(); err != nil {
		return err
	}
	if s.limit == 0 {
		return nil
	}
	s.rows.limit = s.limit
	seen := int64(0)
	for {
		b, err := s.in.Next()
		if err != nil {
			return err
		}
		if b == nil {
			s.account(seen)
			return s.rows.finish()
		}
		seen += int64(len(b.Sel))
		cols, err := s.keys.eval(b)
		if err != nil {
			return err
		}
		sel := b.Sel
		if len(s.best) > 0 {
			sel = s.winners(b, cols)
		}
		if len(sel) == 0 {
			continue
		}
		flushed, err := s.rows.add(b.Cols, cols, sel)
		if err != nil {
			return err
		}
		if flushed {
			s.best = nil
		}
		if s.limit > 0 && int64(s.rows.data.n) >= 2*s.limit+int64(vector.Size) {
			if s.best, err = s.rows.compact(); err != nil {
				return err
			}
		}
	}
}

// account tells EXPLAIN ANALYZE how so many rows were sorted.
func (s *sorter) account(seen int64) {
	if s.took == nil {
		return
	}
	*s.took = plan.SortActual{Method: "quicksort", Bytes: s.rows.data.bytes() + s.rows.kept.bytes()}
	switch {
	case s.rows.runs != nil:
		s.took.Method, s.took.Disk, s.took.Bytes = "external merge", true, s.rows.runs.file.Size()
	case s.limit > 0 && seen > s.limit:
		s.took.Method = "top-N heapsort"
	}
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

// winners leaves out the rows that the kept ones (exactly limit of them) outdo.
func (s *sorter) winners(b *vector.Batch, cols []*vector.Column) []int32 {
	worst := s.best[len(s.best)-1]
	keep := b.Narrow()
	for _, i := range b.Sel {
		if s.keys.compare(cols, i, s.rows.kept.cols, worst) < 0 {
			keep = append(keep, i)
		}
	}
	return keep
}

func (s *sorter) Rewind() error {
	s.clear()
	return s.in.Rewind()
}

func (s *sorter) Close() error {
	s.rows.release()
	return s.in.Close()
}

func keyTypes(keys []expr.SortKey) []types.Type {
	ts := make([]types.Type, len(keys))
	for i, k := range keys {
		ts[i] = k.Expr.Type()
	}
	return ts
}
