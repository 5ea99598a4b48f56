package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// groupingMark is the Index of the Field that stands for GROUPING(…) until the grouping sets are known: a field of a
// row of its arguments that no real row has.
const groupingMark = -1 << 20

// groupingCall binds the arguments of GROUPING.
func (q *query) groupingCall(g *pg.GroupingFunc, s *Scope) (expr.Expr, error) {
	if len(g.Args) > 31 {
		return nil, q.errorAt(g.Location, pgerr.TooManyArguments, "GROUPING must have fewer than 32 arguments")
	}
	r := &expr.Row{}
	for _, a := range g.Args {
		e, err := q.b.expr(a, s)
		if err != nil {
			return nil, err
		}
		r.Fields = append(r.Fields, e)
	}
	if err := q.b.placed(s, "grouping operations", g.Location); err != nil {
		return nil, err
	}
	s.HasAggs = true
	return q.b.res.At(&expr.Field{Arg: r, Index: groupingMark, Typ: types.Of(types.Int4OID)}, g.Location), nil
}

// call gives the value of GROUPING for each grouping set: a bit is set for each argument that the set leaves out.
func (g *grouping) call(f *expr.Field) expr.Expr {
	var keys []int
	for _, a := range f.Arg.(*expr.Row).Fields {
		i := slices.IndexFunc(g.keys, func(k expr.Expr) bool { return expr.Equal(k, a) })
		if i < 0 {
			g.err = g.s.q.errorAt(g.s.q.b.res.Loc(a), pgerr.GroupingError,
				"arguments to GROUPING must be grouping expressions of the associated query level")
			return f
		}
		keys = append(keys, i)
	}
	t := types.Of(types.Int4OID)
	if g.node.Sets == nil {
		return &expr.Const{Typ: t}
	}
	values := &types.Array{Elem: types.Int4OID, Dims: []types.Dim{{Len: int32(len(g.node.Sets)), Lower: 0}}}
	for _, set := range g.node.Sets {
		bits := int64(0)
		for _, k := range keys {
			bits <<= 1
			if !slices.Contains(set, k) {
				bits |= 1
			}
		}
		values.Elems = append(values.Elems, types.Datum{Int: bits})
	}
	which := &expr.Var{Typ: t, Name: "grouping set"}
	g.setVars = append(g.setVars, which)
	g.node.SetColumn = true
	return &expr.Subscript{
		Arg:   &expr.Const{Typ: types.Of(types.Int4ArrayOID), Value: types.Datum{Array: values}},
		Upper: []expr.Expr{which}, Typ: t,
	}
}
