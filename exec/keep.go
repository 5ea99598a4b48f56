package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/vector"
)

// keep gives its input's rows and remembers them, to give them again when it is rewound. Where they are too many, or not
// all of them were wanted, the input is run anew.
type keep struct {
	in    Operator
	max   int
	width int
	most  int64 // bytes held at most
	rows  *rows
	whole bool // rows are all there are
	full  bool // they are too many
	again bool // they are given from memory
	at    int
	idx   []int32
	out   vector.Batch
}

// keptBytes is how much a Keep holds at most, where memory is not limited.
const keptBytes = 32 << 20

func (r *run) keep(n *plan.Keep, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	k := &keep{in: in, max: r.max, width: len(n.Columns()), most: keptBytes}
	if l := r.rt.Budget.Limit(); l > 0 {
		k.most = min(k.most, l/4)
	}
	k.rows = newRows(r.rt.Budget, k.width)
	return k, nil
}

func (k *keep) Next() (*vector.Batch, error) {
	if k.again {
		return k.next(), nil
	}
	b, err := k.in.Next()
	if err != nil {
		return nil, err
	}
	if b == nil {
		k.whole = true
		return nil, nil
	}
	if !k.full {
		if err := k.rows.add(b.Cols[:k.width], b.Sel); isOutOfMemory(err) || err == nil && k.rows.bytes() > k.most {
			k.full = true
			k.rows.release()
		} else if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// next gives rows from memory.
func (k *keep) next() *vector.Batch {
	n := min(k.max, k.rows.n-k.at)
	if n <= 0 {
		return nil
	}
	k.idx = k.idx[:0]
	for i := range n {
		k.idx = append(k.idx, int32(k.at+i))
	}
	if k.out.Cols == nil {
		k.out.Cols = make([]*vector.Column, k.width)
	}
	k.rows.gather(k.out.Cols, k.idx)
	k.out.SetLen(n)
	k.at += n
	return &k.out
}

func (k *keep) Rewind() error {
	if k.whole && !k.full {
		k.again, k.at = true, 0
		return nil
	}
	k.rows.release()
	k.whole = false
	return k.in.Rewind()
}

func (k *keep) Close() error {
	k.rows.release()
	return k.in.Close()
}
