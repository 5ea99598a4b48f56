package pushdown

import (
	"howdah/expr"
	"howdah/vector"
)

// Filter applies the quals that a reader has taken: the engine's own programs, qual by qual, with each column decoded
// at its first use and only for the rows that are still alive. It serves one goroutine at a time.
type Filter struct {
	steps   []step
	columns []int
}

// step is one qual.
type step struct {
	filter *expr.Filter
	fresh  []int // the columns that no earlier step reads
}

// NewFilter compiles the quals whose verdict is not Refused; the Filter is nil if there are none. Parameters must have
// their values in env.
func NewFilter(r *Request, a Answer, env *expr.Env) (*Filter, error) {
	var taken []expr.Expr
	for i, q := range r.Quals {
		if a.Quals[i] != Refused {
			taken = append(taken, q)
		}
	}
	each, err := expr.CompileFilters(taken, env)
	if err != nil {
		return nil, err
	}
	f := &Filter{}
	read := map[int]bool{}
	for _, compiled := range each {
		s := step{filter: compiled}
		for _, c := range compiled.Columns() {
			if !read[c] {
				read[c] = true
				s.fresh = append(s.fresh, c)
				f.columns = append(f.columns, c)
			}
		}
		f.steps = append(f.steps, s)
	}
	if f.steps == nil {
		return nil, nil
	}
	return f, nil
}

// Columns are the ordinals that the filter reads, in the order in which it asks for them.
func (f *Filter) Columns() []int { return f.columns }

// Apply narrows b.Sel to the rows that pass. Before a column is first used, decode is called to fill b.Cols at its
// ordinal in Values form, for the rows of sel at least.
func (f *Filter) Apply(b *vector.Batch, decode func(ordinal int, sel []int32) error) error {
	for _, s := range f.steps {
		if len(b.Sel) == 0 {
			return nil
		}
		for _, c := range s.fresh {
			if err := decode(c, b.Sel); err != nil {
				return err
			}
		}
		if err := s.filter.Apply(b); err != nil {
			return err
		}
	}
	return nil
}

// Takes tells whether a reader that runs a Filter over the schema's columns may answer Exact for a qual: it reads only
// columns of the file, at ordinals below columns, needs no sub-query, and gives the same answer however often and in
// whatever order rows are asked.
func Takes(q expr.Expr, columns int) bool {
	return !expr.Volatile(q) && expr.Walk(q, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Var:
			return e.Level == 0 && e.Col >= 0 && e.Col < columns
		case *expr.Sublink, *expr.Agg:
			return false
		}
		return true
	})
}
