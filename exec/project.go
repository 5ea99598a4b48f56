package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/vector"
)

// project computes one column per expression.
type project struct {
	in  Operator
	es  *computed
	out vector.Batch
}

func (r *run) project(n *plan.Project, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	es, err := compute(n.Exprs, env)
	if err != nil {
		return nil, closing(in, err)
	}
	return &project{in: in, es: es}, nil
}

func (p *project) Next() (*vector.Batch, error) {
	b, err := p.in.Next()
	if b == nil || err != nil {
		return nil, err
	}
	if p.out.Cols, err = p.es.eval(b); err != nil {
		return nil, err
	}
	p.out.N, p.out.Sel = b.N, b.Sel
	return &p.out, nil
}

func (p *project) Rewind() error { return p.in.Rewind() }
func (p *project) Close() error  { return p.in.Close() }
