package exec

import (
	"iter"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// setCall is a call of a set-returning function, or of a plain one that stands where a set may.
type setCall struct {
	fn     *expr.Func
	kernel expr.SetKernel // nil for a plain function
	plain  *expr.Program
	args   []*expr.Program
	call   expr.Call

	next func() ([]types.Datum, bool) // the rows of the present call; nil = there is none
	stop func()
	err  error
}

func newSetCall(fn *expr.Func, env *expr.Env) (*setCall, error) {
	s := &setCall{fn: fn}
	var err error
	if !fn.Proc.RetSet && fn.Columns == nil {
		s.plain, err = expr.Compile(fn, env)
		return s, err
	}
	if s.kernel, err = expr.SetOf(fn.Proc); err != nil {
		return nil, err
	}
	s.call = expr.Call{Result: fn.Typ, Collation: fn.In, Env: env, Columns: fn.Columns}
	for _, a := range fn.Args {
		p, err := expr.Compile(a, env)
		if err != nil {
			return nil, err
		}
		s.args = append(s.args, p)
		s.call.ArgTypes = append(s.call.ArgTypes, a.Type())
		s.call.Const = append(s.call.Const, false)
	}
	s.call.Args = make([]*vector.Column, len(s.args))
	return s, nil
}

// bind evaluates the arguments for the batch's live rows.
func (s *setCall) bind(b *vector.Batch) error {
	s.close()
	if s.plain != nil {
		c, err := s.plain.Eval(b, b.Sel)
		s.call.Args = []*vector.Column{c}
		return err
	}
	for i, p := range s.args {
		c, err := p.Eval(b, b.Sel)
		if err != nil {
			return err
		}
		s.call.Args[i] = c
	}
	return nil
}

// start begins the set of one row.
func (s *setCall) start(row int32) {
	s.close()
	s.err = nil
	if s.plain != nil {
		v := []types.Datum{s.call.Args[0].Datum(row)}
		s.next, s.stop = iter.Pull(func(yield func([]types.Datum) bool) { yield(v) })
		return
	}
	if s.fn.Proc.Strict && s.fn.Proc.RetSet {
		for _, a := range s.call.Args {
			if a.Null(row) {
				return
			}
		}
	}
	s.next, s.stop = iter.Pull(func(yield func([]types.Datum) bool) { s.err = s.kernel(&s.call, row, yield) })
}

// pull gives the set's next row, nil at its end.
func (s *setCall) pull() ([]types.Datum, error) {
	if s.next == nil {
		return nil, nil
	}
	v, ok := s.next()
	if !ok {
		s.close()
		return nil, s.err
	}
	return v, nil
}

func (s *setCall) close() {
	if s.stop != nil {
		s.stop()
	}
	s.next, s.stop = nil, nil
}

// function is set-returning functions in FROM, side by side.
type function struct {
	node    *plan.Function
	calls   []*setCall
	env     *expr.Env
	max     int
	started bool
	row     int64
	one     vector.Batch
	out     vector.Batch
}

func (r *run) function(n *plan.Function, env *expr.Env) (Operator, error) {
	f := &function{node: n, env: env, max: r.max}
	for _, c := range n.Calls {
		s, err := newSetCall(c, env)
		if err != nil {
			return nil, err
		}
		f.calls = append(f.calls, s)
	}
	for _, c := range n.Cols {
		f.out.Cols = append(f.out.Cols, vector.New(c.Type, 0))
	}
	f.one.SetLen(1)
	return f, nil
}

func (f *function) Next() (*vector.Batch, error) {
	if !f.started {
		for _, c := range f.calls {
			if err := c.bind(&f.one); err != nil {
				return nil, err
			}
			c.start(0)
		}
		f.started = true
	}
	if err := canceled(f.env.Ctx); err != nil {
		return nil, err
	}
	f.out.Reset()
	for _, c := range f.out.Cols {
		c.Resize(f.max)
	}
	n := int32(0)
	for int(n) < f.max {
		any := false
		at := 0
		for i, c := range f.calls {
			v, err := c.pull()
			if err != nil {
				return nil, err
			}
			cols := f.out.Cols[at : at+f.node.Widths[i]]
			at += len(cols)
			if v == nil {
				for _, col := range cols {
					col.SetNull(n)
				}
				continue
			}
			any = true
			if err := setRow(cols, n, v, c.plain != nil); err != nil {
				return nil, err
			}
		}
		if !any {
			for _, col := range f.out.Cols {
				if col.HasNulls {
					col.Nulls[n] = false
				}
			}
			break
		}
		if f.node.Ordinality {
			f.row++
			f.out.Cols[at].Ints[n] = f.row
		}
		n++
	}
	if n == 0 {
		return nil, nil
	}
	f.out.SetLen(int(n))
	return &f.out, nil
}

// setRow stores a result row. A plain function's record is taken apart where several columns are due.
func setRow(cols []*vector.Column, n int32, v []types.Datum, plain bool) error {
	if plain && len(cols) != 1 {
		if v[0].Null {
			for _, c := range cols {
				c.SetNull(n)
			}
			return nil
		}
		if v[0].Record != nil {
			v = v[0].Record.Fields
		}
	}
	if len(v) != len(cols) {
		return pgerr.New(pgerr.DatatypeMismatch, "function return row and query-specified return row do not match").
			WithDetail("Returned row contains %d attributes, but query expects %d.", len(v), len(cols))
	}
	for i, c := range cols {
		if v[i].Null {
			c.SetNull(n)
		} else {
			c.Set(n, v[i])
		}
	}
	return nil
}

func (f *function) Rewind() error {
	f.started, f.row = false, 0
	return nil
}

func (f *function) Close() error {
	for _, c := range f.calls {
		c.close()
	}
	return nil
}
