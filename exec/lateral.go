package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// lateral runs its right side anew for each left row, whose values the right side reads as Exec parameters.
type lateral struct {
	node     *plan.Join
	left     Operator
	right    Operator
	args     *computed
	inner    *expr.Env
	residual *expr.Filter

	batch *vector.Batch
	cols  []*vector.Column // args of batch
	at    int
	open  bool // the right side runs for batch.Sel[at]
	used  bool // the right side has run before
	hit   bool
	idx   []int32
	out   vector.Batch
	width int

	memo  *lateralMemo // nil = rows are not kept
	known *vector.Batch
	took  *plan.MemoActual // for EXPLAIN ANALYZE
}

func (r *run) lateral(n *plan.Join, env *expr.Env) (Operator, error) {
	left, err := r.build(n.Left, env)
	if err != nil {
		return nil, err
	}
	l := &lateral{node: n, left: left, width: len(n.Left.Columns())}
	inner := *env
	inner.Exec = make([]types.Datum, len(n.Lateral))
	l.inner = &inner
	if l.right, err = r.build(n.Right, l.inner); err != nil {
		return nil, closing(left, err)
	}
	if l.args, err = compute(n.Lateral, env); err != nil {
		return nil, closing(l, err)
	}
	if len(n.Residual) > 0 {
		if l.residual, err = expr.CompileFilter(n.Residual, env); err != nil {
			return nil, closing(l, err)
		}
	}
	if n.Repeats {
		l.memo = newLateralMemo(n, r.rt.Budget)
	}
	if r.rt.Actual != nil {
		l.took = &r.rt.Actual.Node(n).Memo
	}
	return l, nil
}

func (l *lateral) Next() (*vector.Batch, error) {
	for {
		if l.batch == nil {
			b, err := l.left.Next()
			if b == nil || err != nil {
				return nil, err
			}
			if l.cols, err = l.args.eval(b); err != nil {
				return nil, err
			}
			l.batch, l.at = b, 0
		}
		if l.at >= len(l.batch.Sel) {
			l.batch = nil
			continue
		}
		row := l.batch.Sel[l.at]
		if !l.open {
			if err := l.begin(row); err != nil {
				return nil, err
			}
		}
		b, err := l.step(row)
		if err != nil {
			return nil, err
		}
		if b != nil {
			return b, nil
		}
	}
}

// begin starts the right side for a left row.
func (l *lateral) begin(row int32) error {
	for i, c := range l.cols {
		l.inner.Exec[i] = copied(c.Datum(row))
	}
	l.known = nil
	if l.memo != nil {
		var useless bool
		if l.known, useless = l.memo.find(l.inner.Exec); useless {
			l.memo.release()
			l.memo = nil
		}
		if l.took != nil {
			if l.known != nil {
				l.took.Hits++
			} else {
				l.took.Misses++
			}
		}
		if l.known != nil {
			l.open, l.hit = true, false
			return nil
		}
	}
	if l.used {
		if err := l.right.Rewind(); err != nil {
			return err
		}
	}
	l.open, l.used, l.hit = true, true, false
	return nil
}

// step gives the pairs of the left row with the right side's next batch, if any pass.
func (l *lateral) step(row int32) (*vector.Batch, error) {
	b, err := l.next()
	if err != nil {
		return nil, err
	}
	if b == nil {
		l.open = false
		l.at++
		if !l.hit && (l.node.Kind == plan.LeftJoin || l.node.Kind == plan.AntiJoin) {
			l.pair(row, nil, 1)
			return &l.out, nil
		}
		return nil, nil
	}
	n := int(b.Sel[len(b.Sel)-1]) + 1
	l.pair(row, b, n)
	l.out.Sel = b.Sel
	if l.residual != nil {
		l.out.Sel = append(l.out.Narrow(), b.Sel...)
		if err := l.residual.Apply(&l.out); err != nil {
			return nil, err
		}
	}
	if len(l.out.Sel) == 0 {
		return nil, nil
	}
	l.hit = true
	switch l.node.Kind {
	case plan.SemiJoin, plan.AntiJoin:
		l.open = false
		l.at++
		if l.node.Kind == plan.AntiJoin {
			return nil, nil
		}
		l.pair(row, nil, 1)
	}
	return &l.out, nil
}

// next gives the right side's next batch for the row at hand: what is known of it, or what it computes.
func (l *lateral) next() (*vector.Batch, error) {
	if l.known != nil {
		b := l.known
		if l.known = noMore; len(b.Sel) == 0 {
			b = nil
		}
		if l.took != nil && b != nil {
			l.took.Rows += int64(len(b.Sel))
		}
		return b, nil
	}
	b, err := l.right.Next()
	if l.took != nil && b != nil {
		l.took.Rows += int64(len(b.Sel))
	}
	if err == nil && l.memo != nil {
		err = l.memo.take(b)
	}
	return b, err
}

// pair makes out: the left row n times, beside the columns of b or NULLs.
func (l *lateral) pair(row int32, b *vector.Batch, n int) {
	if l.out.Cols == nil {
		l.out.Cols = make([]*vector.Column, l.width+len(l.node.Right.Columns()))
	}
	l.out.Cols = l.out.Cols[:cap(l.out.Cols)]
	l.idx = l.idx[:0]
	for range n {
		l.idx = append(l.idx, row)
	}
	for i, c := range l.batch.Cols {
		if c != nil {
			gatherColumn(l.out.Cols, i, c, l.idx)
		}
	}
	once := l.node.Kind == plan.SemiJoin || l.node.Kind == plan.AntiJoin
	switch {
	case b != nil:
		copy(l.out.Cols[l.width:], b.Cols)
	case once:
		l.out.Cols = l.out.Cols[:l.width]
	default:
		for i, c := range l.node.Right.Columns() {
			l.out.Cols[l.width+i] = nullColumn(nil, c.Type, n)
		}
	}
	l.out.SetLen(n)
}

func (l *lateral) Rewind() error {
	l.batch, l.open = nil, false
	return l.left.Rewind()
}

func (l *lateral) Close() error {
	l.memo.release()
	return closeAll(l.left, l.right)
}

// copied gives a value that does not depend on its batch.
func copied(d types.Datum) types.Datum {
	if d.Bytes != nil {
		d.Bytes = append([]byte{}, d.Bytes...)
	}
	return d
}
