package expr

import (
	"unsafe"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// sublinkNode runs a sub-query for each row; one that does not depend on the row is run once for the execution.
type sublinkNode struct {
	*Sublink
	args, left []node
	argCols    []*vector.Column
	leftCols   []*vector.Column
	out        *vector.Column

	known *types.Datum // the answer of an independent scalar, EXISTS or ARRAY sub-query
	rows  *rowSet      // the rows of an independent ANY or ALL sub-query
	large bool         // there is no memory for rows
	sel   []int32      // where membership alone decides: rows whose left side is not NULL,
	found []bool       // and whether it is among the sub-query's rows
	each  *rowSet
	cmp   *Program
	memo  *memo // answers by arguments; nil = they are not kept
}

// rowSet holds a sub-query's rows as columns, behind columns for the left side.
type rowSet struct {
	batch vector.Batch
	left  int
	n     int
}

// compareChunk is how many rows of a sub-query are compared with a left side at once.
const compareChunk = 256

func (c *compiler) compileSublink(e *Sublink) (node, error) {
	n := &sublinkNode{Sublink: e, out: vector.New(e.Typ, 0)}
	var err error
	if n.args, err = c.compileAll(e.Args); err != nil {
		return nil, err
	}
	if n.left, err = c.compileAll(e.Left); err != nil {
		return nil, err
	}
	n.argCols, n.leftCols = make([]*vector.Column, len(n.args)), make([]*vector.Column, len(n.left))
	if e.Cmp != nil {
		if n.cmp, err = Compile(e.Cmp, c.env); err != nil {
			return nil, err
		}
	}
	if e.Repeats && len(e.Args) > 0 {
		n.memo = newMemo(append(append([]Expr(nil), e.Args...), e.Left...))
	}
	return n, nil
}

func (n *sublinkNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if n.Index >= len(m.env.Subplans) {
		return nil, pgerr.New(pgerr.InternalError, "sub-query %d has no plan", n.Index)
	}
	plan := m.env.Subplans[n.Index]
	if err := evalAll(m, sel, n.args, n.argCols); err != nil {
		return nil, err
	}
	if err := evalAll(m, sel, n.left, n.leftCols); err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	if set, ok := plan.(Members); ok && len(n.args) == 0 && n.plainMembership() {
		if len(sel) == 0 {
			return n.out, nil
		}
		return n.out, n.members(set, sel)
	}
	args := make([]types.Datum, len(n.args))
	for _, i := range sel {
		if n.memo != nil {
			if v, ok := n.memo.find(i, n.argCols, n.leftCols); ok {
				n.out.Set(i, v)
				continue
			}
		}
		for k, c := range n.argCols {
			args[k] = c.Datum(i)
		}
		var v types.Datum
		var err error
		if n.Cmp != nil {
			v, err = n.anyAll(plan, args, i)
		} else {
			v, err = n.single(plan, args)
		}
		if err != nil {
			return nil, err
		}
		if n.memo != nil {
			if n.memo.keep(v); n.memo.useless() {
				n.memo = nil
			}
		}
		n.out.Set(i, v)
	}
	return n.out, nil
}

// single runs a scalar, EXISTS or ARRAY sub-query.
func (n *sublinkNode) single(plan Subplan, args []types.Datum) (types.Datum, error) {
	if n.known != nil {
		return *n.known, nil
	}
	v := types.NullDatum
	rows := 0
	switch n.Kind {
	case ExistsSublink:
		v = types.Datum{}
		if err := plan.Run(args, func([]types.Datum) bool { v.Bool = true; return false }); err != nil {
			return v, err
		}
	case ArraySublink:
		elems, err := n.elements(plan, args)
		if err != nil {
			return v, err
		}
		a, err := arrayOfRows(elementOf(n.Typ.OID), elems)
		if err != nil {
			return v, err
		}
		v = types.Datum{Array: a}
	default:
		if err := plan.Run(args, func(row []types.Datum) bool {
			rows++
			if rows == 1 {
				v = row[0].Clone()
			}
			return rows < 2
		}); err != nil {
			return v, err
		}
		if rows > 1 {
			return v, pgerr.New(pgerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
		}
	}
	if len(n.args) == 0 {
		n.known = &v
	}
	return v, nil
}

// elements gives the values of an ARRAY sub-query, within the query's memory.
func (n *sublinkNode) elements(plan Subplan, args []types.Datum) (elems []types.Datum, err error) {
	holder, _ := plan.(Holder)
	var failed error
	err = plan.Run(args, func(row []types.Datum) bool {
		elems = append(elems, row[0].Clone())
		if holder != nil && len(args) == 0 {
			failed = holder.Hold(int64(unsafe.Sizeof(row[0])) + int64(len(row[0].Bytes)))
		}
		return failed == nil
	})
	if err == nil {
		err = failed
	}
	return elems, err
}

// arrayOfRows is what ARRAY(SELECT …) accumulates; rows that are arrays themselves are stacked.
func arrayOfRows(elem types.OID, elems []types.Datum) (*types.Array, error) {
	stacked := false
	for _, e := range elems {
		stacked = stacked || e.Array != nil && types.KindOf(elem) != types.KindArray
	}
	if !stacked {
		return types.NewArray(elem, elems), nil
	}
	out := &types.Array{Elem: elem}
	for _, e := range elems {
		switch {
		case e.Null:
			return nil, pgerr.New(pgerr.NullValueNotAllowed, "cannot accumulate null arrays")
		case len(e.Array.Dims) == 0:
			return nil, pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate empty arrays")
		case out.Dims == nil:
			out.Dims = append([]types.Dim{{Len: int32(len(elems)), Lower: 1}}, e.Array.Dims...)
		default:
			if len(e.Array.Dims) != len(out.Dims)-1 {
				return nil, pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
			}
			for k, d := range e.Array.Dims {
				if d != out.Dims[k+1] {
					return nil, pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
				}
			}
		}
		out.Elems = append(out.Elems, e.Array.Elems...)
	}
	return out, nil
}

// members answers x IN (sub-query) for many rows at once.
func (n *sublinkNode) members(set Members, sel []int32) error {
	left := n.leftCols[0]
	n.sel = n.sel[:0]
	for _, i := range sel {
		if !left.Null(i) {
			n.sel = append(n.sel, i)
		}
	}
	if len(n.found) < len(n.sel) {
		n.found = make([]bool, max(len(n.sel), vector.Size))
	}
	found := n.found[:len(n.sel)]
	clear(found)
	empty, nulls, err := set.Members(left, n.sel, found)
	if err != nil {
		return err
	}
	for _, i := range sel {
		if !empty && left.Null(i) {
			n.out.SetNull(i)
		} else {
			n.out.Bools[i] = false
		}
	}
	for k, i := range n.sel {
		if n.out.Bools[i] = found[k]; nulls && !found[k] {
			n.out.SetNull(i)
		}
	}
	return nil
}

// anyAll compares the left side of row i with the sub-query's rows until one decides. Of a RowSublink there is one.
func (n *sublinkNode) anyAll(plan Subplan, args []types.Datum, i int32) (types.Datum, error) {
	all := n.Kind == AllSublink
	answer := types.Datum{Bool: all}
	if n.rows != nil {
		answer.Null = n.Kind == RowSublink && n.rows.n == 0
		err := n.compare(n.rows, i, &answer)
		return answer, err
	}
	keep := len(n.args) == 0 && !n.large
	holder, _ := plan.(Holder)
	held := int64(0)
	set := n.newRowSet()
	if !keep {
		if n.each == nil {
			n.each = set
		}
		set = n.each
		set.n = 0
	}
	var failed error
	decided := false
	err := plan.Run(args, func(row []types.Datum) bool {
		if n.Kind == RowSublink && set.n == 1 {
			failed = pgerr.New(pgerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
			return false
		}
		set.add(row)
		if keep && holder != nil && set.n%compareChunk == 0 {
			bytes := set.bytes()
			// Twice: while columns grow, what they were stands beside what they become.
			if n.large = holder.Hold(2*(bytes-held)) != nil; n.large {
				return false
			}
			held = bytes
		}
		if !keep && set.n == compareChunk {
			failed = n.compare(set, i, &answer)
			set.n = 0
			decided = !answer.Null && answer.Bool != all
			return failed == nil && !decided
		}
		return true
	})
	if err == nil {
		err = failed
	}
	if keep && n.large && err == nil { // the rows are read again for each left side
		return n.anyAll(plan, args, i)
	}
	answer.Null = n.Kind == RowSublink && set.n == 0
	if err == nil && !decided && set.n > 0 {
		err = n.compare(set, i, &answer)
	}
	if keep && err == nil {
		n.rows = set
	}
	return answer, err
}

// plainMembership tells whether the sub-query is x IN over values whose equality is that of their storage.
func (n *sublinkNode) plainMembership() bool {
	f, ok := n.Cmp.(*Func)
	if !ok || n.Kind != AnySublink || !membership[f.Proc.Src] || len(f.Args) != 2 {
		return false
	}
	l, left := f.Args[0].(*Var)
	r, right := f.Args[1].(*Var)
	return left && right && l.Col == 0 && r.Col == 1
}

func (n *sublinkNode) newRowSet() *rowSet {
	s := &rowSet{left: len(n.left)}
	for _, e := range n.Sublink.Left {
		s.batch.Cols = append(s.batch.Cols, vector.New(e.Type(), 0))
	}
	most := len(n.left)
	Walk(n.Cmp, func(e Expr) bool {
		if v, ok := e.(*Var); ok && v.Col >= most {
			for len(s.batch.Cols) <= v.Col {
				s.batch.Cols = append(s.batch.Cols, nil)
			}
			if s.batch.Cols[v.Col] == nil {
				s.batch.Cols[v.Col] = vector.New(v.Typ, 0)
			}
		}
		return true
	})
	return s
}

func (s *rowSet) add(row []types.Datum) {
	for k, v := range row {
		if s.left+k >= len(s.batch.Cols) || s.batch.Cols[s.left+k] == nil {
			continue
		}
		c := s.batch.Cols[s.left+k]
		if s.n == 0 {
			c.Reset()
		}
		c.Resize(s.n + 1)
		c.Set(int32(s.n), v)
	}
	s.n++
}

// bytes is about what the rows take.
func (s *rowSet) bytes() (n int64) {
	for _, c := range s.batch.Cols[s.left:] {
		if c != nil {
			n += c.Held()
		}
	}
	return n
}

// compare evaluates the comparison with all rows of the set and folds it into the answer.
func (n *sublinkNode) compare(s *rowSet, i int32, answer *types.Datum) error {
	all := n.Kind == AllSublink
	for from := 0; from < s.n; from += compareChunk {
		to := min(from+compareChunk, s.n)
		for k := range n.left {
			c := s.batch.Cols[k]
			c.Reset()
			c.Resize(to)
			broadcast(c, n.leftCols[k].Datum(i), to)
		}
		s.batch.SetLen(to)
		sel := vector.Identity(to)[from:to]
		col, err := n.cmp.Eval(&s.batch, sel)
		if err != nil {
			return err
		}
		for _, j := range sel {
			switch {
			case col.Null(j):
				answer.Null = true
			case col.Bools[j] != all:
				*answer = types.Datum{Bool: !all}
				return nil
			}
		}
	}
	return nil
}
