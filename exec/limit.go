package exec

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/vector"
)

// limit cuts: it skips offset rows and gives count of them, and with ties the equals of the last one too.
type limit struct {
	in            Operator
	count, offset expr.Expr
	env           *expr.Env
	ties          *sortKeys // nil without WITH TIES

	ready      bool
	left, skip int64 // left < 0 = no limit
	last       *rows // the sort keys of the last row given, with ties
	done       bool
	sel        []int32
}

func (r *run) limit(n *plan.Limit, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	l := &limit{in: in, count: n.Count, offset: n.Offset, env: env}
	if n.WithTies {
		if l.ties, err = newSortKeys(n.Ties, env); err != nil {
			return nil, closing(in, err)
		}
	}
	return l, nil
}

// bounds evaluates LIMIT and OFFSET; count is -1 for all.
func bounds(count, offset expr.Expr, env *expr.Env) (n, skip int64, err error) {
	if skip, err = bound(offset, env, 0, pgerr.InvalidRowCountInOffset, "OFFSET must not be negative"); err != nil {
		return 0, 0, err
	}
	n, err = bound(count, env, -1, pgerr.InvalidRowCountInLimit, "LIMIT must not be negative")
	return n, skip, err
}

func bound(e expr.Expr, env *expr.Env, none int64, code pgerr.Code, negative string) (int64, error) {
	if e == nil {
		return none, nil
	}
	c, err := one(e, env)
	if err != nil || c.Null(0) {
		return none, err
	}
	if c.Ints[0] < 0 {
		return 0, pgerr.New(code, "%s", negative)
	}
	return c.Ints[0], nil
}

func (l *limit) Next() (*vector.Batch, error) {
	if !l.ready {
		var err error
		if l.left, l.skip, err = bounds(l.count, l.offset, l.env); err != nil {
			return nil, err
		}
		l.ready = true
		if l.left == 0 {
			l.done = true
		}
	}
	for !l.done {
		b, err := l.in.Next()
		if b == nil || err != nil {
			return nil, err
		}
		n := int64(len(b.Sel))
		if l.skip >= n {
			l.skip -= n
			continue
		}
		sel := b.Sel[l.skip:]
		l.skip = 0
		if l.left >= 0 && int64(len(sel)) >= l.left {
			if l.ties == nil {
				sel, l.done = sel[:l.left], true
				l.left = 0
			} else if sel, err = l.cutTies(b, sel); err != nil {
				return nil, err
			}
			if len(sel) == 0 {
				return nil, nil
			}
		} else if l.left >= 0 {
			l.left -= int64(len(sel))
		}
		b.Sel = sel
		return b, nil
	}
	return nil, nil
}

// cutTies keeps the rows up to the limit and those after it that equal the last one.
func (l *limit) cutTies(b *vector.Batch, sel []int32) ([]int32, error) {
	cols, err := l.ties.eval(b)
	if err != nil {
		return nil, err
	}
	keep := int(l.left)
	if l.left > 0 {
		l.last = newRows(nil, len(cols))
		if err := l.last.add(cols, sel[keep-1:keep]); err != nil {
			return nil, err
		}
		l.left = 0
	}
	for keep < len(sel) {
		if l.ties.compare(cols, sel[keep], l.last.cols, 0) != 0 {
			l.done = true
			break
		}
		keep++
	}
	return sel[:keep], nil
}

func (l *limit) Rewind() error {
	l.ready, l.done, l.last = false, false, nil
	return l.in.Rewind()
}

func (l *limit) Close() error { return l.in.Close() }
