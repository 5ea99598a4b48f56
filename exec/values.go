package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// values yields constant rows; without columns, rows of none.
type values struct {
	rows  [][]*expr.Program
	types []types.Type
	max   int
	next  int
	out   vector.Batch
	empty vector.Batch // what the expressions see: one row of no columns
}

func (r *run) values(n *plan.Values, env *expr.Env) (Operator, error) {
	v := &values{max: r.max}
	for _, c := range n.Cols {
		v.types = append(v.types, c.Type)
	}
	for _, row := range n.Rows {
		ps := make([]*expr.Program, len(row))
		for i, e := range row {
			p, err := expr.Compile(e, env)
			if err != nil {
				return nil, err
			}
			ps[i] = p
		}
		v.rows = append(v.rows, ps)
	}
	v.empty.SetLen(1)
	return v, nil
}

func (v *values) Next() (*vector.Batch, error) {
	if v.next >= len(v.rows) {
		return nil, nil
	}
	n := min(v.max, len(v.rows)-v.next)
	if v.out.Cols == nil {
		for _, t := range v.types {
			v.out.Cols = append(v.out.Cols, vector.New(t, n))
		}
	}
	v.out.Reset()
	for _, c := range v.out.Cols {
		c.Resize(n)
	}
	for k := range n {
		for i, p := range v.rows[v.next+k] {
			src, err := p.Eval(&v.empty, v.empty.Sel)
			if err != nil {
				return nil, err
			}
			vector.Copy(v.out.Cols[i], int32(k), src, 0)
		}
	}
	v.next += n
	v.out.SetLen(n)
	return &v.out, nil
}

func (v *values) Rewind() error { v.next = 0; return nil }
func (v *values) Close() error  { return nil }

// nothing yields no rows.
type nothing struct{}

func (nothing) Next() (*vector.Batch, error) { return nil, nil }
func (nothing) Rewind() error                { return nil }
func (nothing) Close() error                 { return nil }
