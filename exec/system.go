package exec

import (
	"iter"

	"howdah/plan"
	"howdah/vector"
)

// system reads a table of the system catalogs.
type system struct {
	r    *run
	node *plan.System
	next func() (*vector.Batch, bool)
	stop func()
	err  error
	out  vector.Batch
	from int // rows of cur given already
	cur  *vector.Batch
}

func (r *run) system(n *plan.System) (Operator, error) {
	return &system{r: r, node: n}, nil
}

func (s *system) Next() (*vector.Batch, error) {
	if err := canceled(s.r.ctx); err != nil {
		return nil, err
	}
	if s.next == nil {
		s.next, s.stop = iter.Pull(func(yield func(*vector.Batch) bool) {
			s.err = s.node.Rel.System.Scan(s.r.ctx, s.r.rt.Session, yield)
		})
	}
	for s.cur == nil || s.from >= len(s.cur.Sel) {
		b, ok := s.next()
		if !ok {
			return nil, s.err
		}
		s.cur, s.from = b, 0
	}
	if s.out.Cols == nil {
		s.out.Cols = make([]*vector.Column, len(s.node.Want))
	}
	for i, w := range s.node.Want {
		s.out.Cols[i] = s.cur.Cols[w]
	}
	s.out.N = s.cur.N
	s.out.Sel = s.cur.Sel[s.from:min(len(s.cur.Sel), s.from+s.r.max)]
	s.from += len(s.out.Sel)
	return &s.out, nil
}

func (s *system) Rewind() error {
	s.Close()
	s.cur = nil
	return nil
}

func (s *system) Close() error {
	if s.stop != nil {
		s.stop()
	}
	s.next, s.stop = nil, nil
	return nil
}
