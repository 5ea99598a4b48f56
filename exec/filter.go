package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/vector"
)

// filter keeps the rows for which all quals are true.
type filter struct {
	in   Operator
	test *expr.Filter
}

func (r *run) filter(n *plan.Filter, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	if s, ok := unmeasured(in).(*system); ok {
		s.restrict(n.Quals, env)
	}
	test, err := expr.CompileFilter(n.Quals, env)
	if err != nil {
		return nil, closing(in, err)
	}
	return &filter{in: in, test: test}, nil
}

func (f *filter) Next() (*vector.Batch, error) {
	for {
		b, err := f.in.Next()
		if b == nil || err != nil {
			return nil, err
		}
		if err := f.test.Apply(b); err != nil {
			return nil, err
		}
		if len(b.Sel) > 0 {
			return b, nil
		}
	}
}

func (f *filter) Rewind() error { return f.in.Rewind() }
func (f *filter) Close() error  { return f.in.Close() }
