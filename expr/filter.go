package expr

import (
	"slices"

	"howdah/vector"
)

// Filter is a compiled conjunction of quals. It serves one goroutine at a time.
type Filter struct {
	quals   []*Program
	columns []int
}

// CompileFilter compiles quals, each a boolean expression.
func CompileFilter(quals []Expr, env *Env) (*Filter, error) {
	all := &Filter{}
	each, err := CompileFilters(quals, env)
	if err != nil {
		return nil, err
	}
	for _, f := range each {
		all.quals, all.columns = append(all.quals, f.quals...), append(all.columns, f.columns...)
	}
	slices.Sort(all.columns)
	all.columns = slices.Compact(all.columns)
	return all, nil
}

// CompileFilters gives a filter to each qual. They must be applied in their order and to the same batches, as a later one
// may read what an earlier one has computed.
func CompileFilters(quals []Expr, env *Env) ([]*Filter, error) {
	c := newCompiler(env)
	c.shared = sharedCalls(c, Conjuncts(quals...))
	out := make([]*Filter, len(quals))
	for i, qual := range quals {
		f := &Filter{}
		for _, q := range Conjuncts(qual) {
			p, err := c.program(q)
			if err != nil {
				return nil, err
			}
			c.nextQual()
			f.quals = append(f.quals, p)
			for _, v := range Vars(q) {
				f.columns = append(f.columns, v.Col)
			}
		}
		slices.Sort(f.columns)
		f.columns = slices.Compact(f.columns)
		out[i] = f
	}
	return out, nil
}

// Conjuncts flattens ANDs: the list is true where every one is.
func Conjuncts(quals ...Expr) []Expr {
	var out []Expr
	for _, q := range quals {
		if and, ok := q.(*And); ok {
			out = append(out, Conjuncts(and.Args...)...)
		} else {
			out = append(out, q)
		}
	}
	return out
}

// Apply narrows b.Sel to the rows for which every qual is true, qual by qual: a row that one dropped is not evaluated
// by the next.
func (f *Filter) Apply(b *vector.Batch) error {
	for _, q := range f.quals {
		if len(b.Sel) == 0 {
			return nil
		}
		c, err := q.Eval(b, b.Sel)
		if err != nil {
			return err
		}
		// Without branches: whether a row stays is hard to guess.
		keep, n := b.Narrow()[:len(b.Sel)], 0
		if c.HasNulls {
			for _, i := range b.Sel {
				keep[n] = i
				n += one(c.Bools[i]) &^ one(c.Nulls[i])
			}
		} else {
			for _, i := range b.Sel {
				keep[n] = i
				n += one(c.Bools[i])
			}
		}
		b.Sel = keep[:n]
	}
	return nil
}

// Columns are the columns of a batch that the filter reads, ascending.
func (f *Filter) Columns() []int { return f.columns }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
