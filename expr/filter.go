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
	f := &Filter{}
	for _, q := range Conjuncts(quals...) {
		p, err := Compile(q, env)
		if err != nil {
			return nil, err
		}
		f.quals = append(f.quals, p)
		for _, v := range Vars(q) {
			f.columns = append(f.columns, v.Col)
		}
	}
	slices.Sort(f.columns)
	f.columns = slices.Compact(f.columns)
	return f, nil
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
