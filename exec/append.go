package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/vector"
)

// appendAll yields all inputs' rows, one input after the other.
type appendAll struct {
	ins []Operator
	at  int
}

func (r *run) appendAll(n *plan.Append, env *expr.Env) (Operator, error) {
	a := &appendAll{}
	for _, in := range n.All {
		op, err := r.build(in, env)
		if err != nil {
			return nil, closing(a, err)
		}
		a.ins = append(a.ins, op)
	}
	return a, nil
}

func (a *appendAll) Next() (*vector.Batch, error) {
	for a.at < len(a.ins) {
		b, err := a.ins[a.at].Next()
		if b != nil || err != nil {
			return b, err
		}
		a.at++
	}
	return nil, nil
}

func (a *appendAll) Rewind() error {
	for _, in := range a.ins[:min(a.at+1, len(a.ins))] {
		if err := in.Rewind(); err != nil {
			return err
		}
	}
	a.at = 0
	return nil
}

func (a *appendAll) Close() error { return closeAll(a.ins...) }
