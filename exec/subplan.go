package exec

import (
	"howdah/expr"
	"howdah/internal/budget"
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

	kept  *Store // all rows, where cached or large
	held  int64  // granted for rows that an expression keeps
	large bool   // there was no memory for those: they are read from kept
	set   *members
}

var (
	_ expr.Members = (*subplan)(nil)
	_ expr.Holder  = (*subplan)(nil)
)

// Run implements expr.Subplan.
func (s *subplan) Run(args []types.Datum, row func([]types.Datum) bool) error {
	if s.node.Cached || s.large {
		return s.cached(row)
	}
	s.env.Exec = append(s.env.Exec[:0], args...)
	if err := s.open(); err != nil {
		return err
	}
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

// open makes the operator, or goes to before its first row.
func (s *subplan) open() (err error) {
	if s.op == nil {
		if s.op, err = s.r.build(s.node.Root, &s.env); err != nil {
			return err
		}
	}
	if s.used {
		return s.op.Rewind()
	}
	s.used = true
	return nil
}

// Hold implements expr.Holder.
func (s *subplan) Hold(bytes int64) error {
	if err := s.r.rt.Budget.Grow(bytes); err != nil {
		s.r.rt.Budget.Shrink(s.held)
		s.held, s.large = 0, true
		return outOfMemory(err)
	}
	s.held += bytes
	return nil
}

// Members implements expr.Members.
func (s *subplan) Members(col *vector.Column, sel []int32, found []bool) (empty, nulls bool, err error) {
	if s.set == nil {
		if err := s.open(); err != nil {
			return false, false, err
		}
		column := s.node.Root.Columns()[0]
		space := s.r.rt.space()
		if l := space.Memory.Limit(); l > 0 { // there may be several, and they grow by doubling
			space.Memory = budget.New("a sub-query's set", l/4, space.Memory).RaisedBy("work_mem")
		}
		set := newMembers(column.Type, column.Collation, space)
		if err := drain(s.op, set.add); err != nil {
			set.release()
			return false, false, err
		}
		s.set = set
	}
	return s.set.rows == 0, s.set.nulls, s.set.find(col, sel, found)
}

func (s *subplan) cached(row func([]types.Datum) bool) error {
	if s.kept == nil {
		if err := s.open(); err != nil {
			return err
		}
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
	s.set.release()
	s.r.rt.Budget.Shrink(s.held)
	s.kept, s.set, s.held = nil, nil, 0
	if s.op == nil {
		return nil
	}
	return s.op.Close()
}
