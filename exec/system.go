package exec

import (
	"context"
	"iter"

	"howdah/catalog"
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// system reads a table of the system catalogs. What it knows of the rows that are wanted it tells the table, which may
// then look at one file instead of all.
type system struct {
	r     *run
	node  *plan.System
	equal []equality            // from the filter above
	keys  map[int][]types.Datum // from a join above, by index into Want; they are of one execution of that join
	next  func() (*vector.Batch, bool)
	stop  func()
	err   error
	out   vector.Batch
	from  int // rows of cur given already
	cur   *vector.Batch
}

// equality is a condition "column = value" or "column = ANY (values)".
type equality struct {
	col   int // index into Want
	value expr.Expr
	env   *expr.Env
}

func (r *run) system(n *plan.System) (Operator, error) {
	return &system{r: r, node: n}, nil
}

// restrict takes note of the conditions that a table can make use of. They stay the filter's to apply.
func (s *system) restrict(quals []expr.Expr, env *expr.Env) {
	for _, q := range expr.Conjuncts(quals...) {
		var sides []expr.Expr
		var proc string
		switch q := q.(type) {
		case *expr.Func:
			sides, proc = q.Args, q.Proc.Src
		case *expr.AnyAll:
			if q.All {
				continue
			}
			sides, proc = []expr.Expr{q.Left, q.Right}, q.Op.Src
		}
		if len(sides) != 2 {
			continue
		}
		switch proc {
		case "oideq", "nameeq", "texteq", "nameeqtext", "texteqname":
		default:
			continue
		}
		for i, side := range sides {
			v, ok := plain(side).(*expr.Var)
			if _, any := q.(*expr.AnyAll); !ok || v.Level != 0 || any && i == 1 {
				continue
			}
			if rowless(sides[1-i]) {
				s.equal = append(s.equal, equality{v.Col, sides[1-i], env})
				break
			}
		}
	}
}

// plain looks through changes of type that change no value.
func plain(e expr.Expr) expr.Expr {
	for {
		r, ok := e.(*expr.Relabel)
		if !ok {
			return e
		}
		e = r.Arg
	}
}

// rowless tells whether e is the same for all rows and costs nothing to know.
func rowless(e expr.Expr) bool {
	return !expr.Volatile(e) && expr.Walk(e, func(e expr.Expr) bool {
		switch e.(type) {
		case *expr.Var, *expr.Sublink:
			return false
		}
		return true
	})
}

// narrow is told by a join above which values of a column can find a partner.
func (s *system) narrow(col int, values []types.Datum) {
	if s.keys == nil {
		s.keys = map[int][]types.Datum{}
	}
	s.keys[col] = values
}

// request puts together what is known of the rows that are wanted.
func (s *system) request() catalog.SystemRequest {
	req := catalog.SystemRequest{Columns: s.node.Want, Only: map[int][]types.Datum{}}
	if req.Columns == nil {
		req.Columns = []int{}
	}
	for col, values := range s.keys {
		req.Only[s.node.Want[col]] = values
	}
	for _, q := range s.equal {
		c, err := one(q.value, q.env)
		if err != nil {
			continue // the filter will say so, if it comes to that
		}
		var values []types.Datum
		switch {
		case c.Null(0):
		case c.Kind == types.KindArray:
			values = c.Arrays[0].Elems
		default:
			values = []types.Datum{c.Datum(0)}
		}
		req.Only[s.node.Want[q.col]] = values
	}
	return req
}

func (s *system) Next() (*vector.Batch, error) {
	if err := s.r.ctx.Err(); err != nil {
		return nil, context.Cause(s.r.ctx)
	}
	if s.next == nil {
		req := s.request()
		s.next, s.stop = iter.Pull(func(yield func(*vector.Batch) bool) {
			s.err = s.node.Rel.System.Scan(s.r.ctx, s.r.rt.Session, req, yield)
		})
	}
	for s.cur == nil || s.from >= len(s.cur.Sel) {
		b, ok := s.next()
		if !ok {
			return nil, s.err
		}
		s.cur, s.from = b, 0
	}
	if s.out.Cols == nil {
		s.out.Cols = make([]*vector.Column, len(s.node.Want))
	}
	for i, w := range s.node.Want {
		s.out.Cols[i] = s.cur.Cols[w]
	}
	s.out.N = s.cur.N
	s.out.Sel = s.cur.Sel[s.from:min(len(s.cur.Sel), s.from+s.r.max)]
	s.from += len(s.out.Sel)
	return &s.out, nil
}

func (s *system) Rewind() error {
	s.Close()
	s.cur, s.keys = nil, nil
	return nil
}

func (s *system) Close() error {
	if s.stop != nil {
		s.stop()
	}
	s.next, s.stop = nil, nil
	return nil
}
