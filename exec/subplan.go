package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// subplan runs a sub-query of an expression, once for each outer row or, where it depends on nothing, once at all.
type subplan struct {
	r    *run
	node *plan.Subplan
	env  expr.Env
	op   Operator
	used bool

	kept *Store // all rows, where cached
}

// Run implements expr.Subplan.
func (s *subplan) Run(args []types.Datum, row func([]types.Datum) bool) error {
	if s.op == nil {
		op, err := s.r.build(s.node.Root, &s.env)
		if err != nil {
			return err
		}
		s.op = op
	}
	if s.node.Cached {
		return s.cached(row)
	}
	s.env.Exec = append(s.env.Exec[:0], args...)
	if s.used {
		if err := s.op.Rewind(); err != nil {
			return err
		}
	}
	s.used = true
	width := len(s.node.Root.Columns())
	for {
		b, err := s.op.Next()
		if b == nil || err != nil {
			return err
		}
		for _, i := range b.Sel {
			if !row(datums(b.Cols[:width], i)) {
				return nil
			}
		}
	}
}

func (s *subplan) cached(row func([]types.Datum) bool) error {
	if s.kept == nil {
		kept := NewStore(columnTypes(s.node.Root), s.r.rt.space())
		if err := drain(s.op, kept.Add); err != nil {
			kept.Release()
			return err
		}
		s.kept = kept
	}
	var b vector.Batch
	for r := s.kept.Reader(); ; {
		n, err := r.Next(&b, vector.Size)
		if n == 0 || err != nil {
			return err
		}
		for i := range int32(n) {
			if !row(datums(b.Cols, i)) {
				return nil
			}
		}
	}
}

// datums gives one row's values; byte values are views of the columns.
func datums(cols []*vector.Column, i int32) []types.Datum {
	out := make([]types.Datum, len(cols))
	for k, c := range cols {
		out[k] = c.Datum(i)
	}
	return out
}

func (s *subplan) close() error {
	s.kept.Release()
	s.kept = nil
	if s.op == nil {
		return nil
	}
	return s.op.Close()
}
