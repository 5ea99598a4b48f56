package exec

import (
	"howdah/expr"
	"howdah/vector"
)

// computed evaluates a list of expressions over batches. A plain column of the input is passed as it is.
type computed struct {
	progs []*expr.Program // nil where col is set
	col   []int
	out   []*vector.Column
}

func compute(es []expr.Expr, env *expr.Env) (*computed, error) {
	c := &computed{progs: make([]*expr.Program, len(es)), col: make([]int, len(es)), out: make([]*vector.Column, len(es))}
	for i, e := range es {
		if v, ok := e.(*expr.Var); ok {
			c.col[i] = v.Col
			continue
		}
		p, err := expr.Compile(e, env)
		if err != nil {
			return nil, err
		}
		c.progs[i] = p
	}
	return c, nil
}

// eval gives one column per expression, filled for the batch's live rows.
func (c *computed) eval(b *vector.Batch) ([]*vector.Column, error) {
	for i, p := range c.progs {
		if p == nil {
			c.out[i] = b.Cols[c.col[i]]
			continue
		}
		col, err := p.Eval(b, b.Sel)
		if err != nil {
			return nil, err
		}
		c.out[i] = col
	}
	return c.out, nil
}

// one evaluates an expression without columns to one value.
func one(e expr.Expr, env *expr.Env) (*vector.Column, error) {
	p, err := expr.Compile(e, env)
	if err != nil {
		return nil, err
	}
	var b vector.Batch
	b.SetLen(1)
	return p.Eval(&b, b.Sel)
}

// keyExprs takes the expressions out of sort keys.
func keyExprs(keys []expr.SortKey) []expr.Expr {
	es := make([]expr.Expr, len(keys))
	for i, k := range keys {
		es[i] = k.Expr
	}
	return es
}
