package plan

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// arrayExpr is transformArrayExpr; to is the array type of a cast right outside, if there is one.
func (b *binder) arrayExpr(x *pg.A_ArrayExpr, s *Scope, to types.Type) (expr.Expr, error) {
	var elems []expr.Expr
	nested := false
	for _, n := range x.Elements {
		var e expr.Expr
		var err error
		if inner := n.GetAArrayExpr(); inner != nil {
			e, err = b.arrayExpr(inner, s, to)
			nested = true
		} else {
			e, err = b.expr(n, s)
		}
		if err != nil {
			return nil, err
		}
		nested = nested || isArray(e.Type().OID)
		elems = append(elems, e)
	}
	out := &expr.ArrayExpr{Nested: nested, Elems: elems}
	each := types.Type{}
	if to.OID != 0 {
		out.Typ = types.Of(to.OID)
		each = types.Type{OID: expr.ElementOf(to.OID), Typmod: to.Typmod}
		if nested {
			each.OID = to.OID
		}
	} else {
		if len(elems) == 0 {
			return nil, b.errorAt(x.Location, pgerr.IndeterminateDatatype, "cannot determine type of empty array").
				WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
		}
		var err error
		if each, err = b.res.CommonType(elems, "ARRAY"); err != nil {
			return nil, err
		}
		out.Typ = types.Of(each.OID)
		if nested {
			if !isArray(each.OID) {
				return nil, b.errorAt(x.Location, pgerr.UndefinedObject, "could not find element type for data type %s", expr.TypeName(each.OID))
			}
		} else if out.Typ.OID = expr.ArrayOver(each.OID); out.Typ.OID == 0 {
			return nil, b.errorAt(x.Location, pgerr.UndefinedObject, "could not find array type for data type %s", expr.TypeName(each.OID))
		}
	}
	for i, e := range elems {
		var err error
		if to.OID == 0 {
			elems[i], err = b.res.CoerceToCommon(e, each, "ARRAY")
		} else {
			elems[i], err = b.res.Coerce(e, each, expr.Explicit, -1)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(elems) > 0 {
		if t := sameTypmod(elems, elems[0].Type().OID); t.Typmod >= 0 {
			out.Typ.Typmod = t.Typmod
		}
	}
	return b.res.At(out, x.Location), nil
}

// rowExpr is ROW(…), with t.* spelled out.
func (b *binder) rowExpr(x *pg.RowExpr, s *Scope) (expr.Expr, error) {
	out := &expr.Row{}
	for _, n := range x.Args {
		if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) > 0 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil {
			cols, err := b.starColumns(ref, s)
			if err != nil {
				return nil, err
			}
			out.Fields = append(out.Fields, cols...)
			continue
		}
		e, err := b.expr(n, s)
		if err != nil {
			return nil, err
		}
		out.Fields = append(out.Fields, e)
	}
	for i := range out.Fields {
		out.Names = append(out.Names, fmt.Sprintf("f%d", i+1))
	}
	return b.res.At(out, x.Location), nil
}

// indirection is transformIndirection: subscripts and fields after an expression.
func (b *binder) indirection(x *pg.A_Indirection, s *Scope) (expr.Expr, error) {
	e, err := b.expr(x.Arg, s)
	if err != nil {
		return nil, err
	}
	var subscripts []*pg.A_Indices
	flush := func() error {
		if len(subscripts) == 0 {
			return nil
		}
		e, err = b.subscript(e, subscripts, s)
		subscripts = nil
		return err
	}
	for _, n := range x.Indirection {
		switch y := n.GetNode().(type) {
		case *pg.Node_AIndices:
			subscripts = append(subscripts, y.AIndices)
		case *pg.Node_AStar:
			return nil, b.errorAt(b.res.Loc(e), pgerr.FeatureNotSupported, `row expansion via "*" is not supported here`)
		case *pg.Node_String_:
			if err := flush(); err != nil {
				return nil, err
			}
			loc := b.res.Loc(e)
			f, err := b.field(e, y.String_.GetSval(), loc)
			if err != nil {
				if _, whole := e.(*expr.Row); whole && n == x.Indirection[0] && x.Arg.GetColumnRef() != nil {
					parts := names(x.Arg.GetColumnRef().Fields)
					return nil, b.errorAt(loc, pgerr.UndefinedColumn, "column %s.%s does not exist", parts[len(parts)-1], y.String_.GetSval())
				}
				return nil, err
			}
			e = f
		}
	}
	return e, flush()
}

// field selects a named field of a row.
func (b *binder) field(e expr.Expr, name string, loc int32) (expr.Expr, error) {
	t := e.Type().OID
	for i, f := range fieldsOf(e) {
		if f.Name == name {
			if row, ok := e.(*expr.Row); ok {
				return row.Fields[i], nil
			}
			return b.res.At(&expr.Field{Arg: e, Index: i, Typ: f.Type, Coll: f.Collation}, loc), nil
		}
	}
	switch p := pgdata.TypeByOID(uint32(t)); {
	case t == types.RecordOID:
		return nil, b.errorAt(loc, pgerr.UndefinedColumn, `could not identify column "%s" in record data type`, name)
	case p != nil && p.Kind == 'c':
		return nil, b.errorAt(loc, pgerr.UndefinedColumn, `column "%s" not found in data type %s`, name, expr.TypeName(t))
	}
	return nil, b.errorAt(loc, pgerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type", name, expr.TypeName(t))
}

// fieldsOf gives the fields of a row-valued expression, as far as they are known before it is computed.
func fieldsOf(e expr.Expr) []types.Column {
	var out []types.Column
	switch e := e.(type) {
	case *expr.Row:
		for i, f := range e.Fields {
			c := types.Column{Type: f.Type(), Collation: f.Collation()}
			if i < len(e.Names) { // those of GROUPING and GROUP BY have none
				c.Name = e.Names[i]
			}
			if c.Type.OID == types.RecordOID {
				if fields := fieldsOf(f); fields != nil {
					c.Record = &types.Schema{Columns: fields, Named: namedRow(f)}
				}
			}
			out = append(out, c)
		}
	case *expr.Case: // a whole row that an outer join may leave out
		if e.Else != nil {
			return fieldsOf(e.Else)
		}
	case *expr.Var:
		if e.Record != nil {
			return e.Record.Columns
		}
	case *expr.Sublink:
		if b, ok := e.Plan.(*bound); ok && e.Kind == expr.ScalarSublink {
			if r := b.root.Columns()[0].Record; r != nil {
				return r.Columns
			}
		}
	case *expr.Subscript:
		return elementFields(e.Arg)
	case *expr.Coalesce:
		return fieldsOf(e.Args[0])
	case *expr.Field:
		for i, c := range fieldsOf(e.Arg) {
			if i == e.Index && c.Record != nil {
				return c.Record.Columns
			}
		}
	case *expr.Func:
		if cols := functionColumns(e); len(cols) > 1 || e.Columns != nil {
			return cols
		}
	}
	return out
}

// elementFields gives the fields of the rows that an array holds.
func elementFields(e expr.Expr) []types.Column {
	switch e := e.(type) {
	case *expr.Agg:
		if e.Proc.Src == "aggregate_dummy" && e.Proc.Name == "array_agg" && len(e.Args) == 1 {
			return fieldsOf(e.Args[0])
		}
	case *expr.ArrayExpr:
		if len(e.Elems) > 0 {
			return fieldsOf(e.Elems[0])
		}
	case *expr.Sublink:
		if b, ok := e.Plan.(*bound); ok && e.Kind == expr.ArraySublink {
			if r := b.root.Columns()[0].Record; r != nil {
				return r.Columns
			}
		}
	case *expr.Var:
		if e.Record != nil {
			return e.Record.Columns
		}
	}
	return nil
}

// subscript is transformContainerSubscripts.
func (b *binder) subscript(e expr.Expr, list []*pg.A_Indices, s *Scope) (expr.Expr, error) {
	t := e.Type()
	if t.OID == types.JSONBOID {
		return b.jsonSubscript(e, list, s)
	}
	container := t
	switch t.OID {
	case types.Int2VectorOID:
		container = types.Of(types.Int2ArrayOID)
	case types.OidVectorOID:
		container = types.Of(types.OidArrayOID)
	}
	if t.OID == types.NameOID {
		return nil, b.errorAt(b.res.Loc(e), pgerr.FeatureNotSupported, "subscripts of type name are not supported")
	}
	if !isArray(container.OID) {
		return nil, b.errorAt(b.res.Loc(e), pgerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", expr.TypeName(t.OID))
	}
	if len(list) > types.MaxDim {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(list), types.MaxDim)
	}
	out := &expr.Subscript{Arg: e}
	for _, i := range list {
		out.Slice = out.Slice || i.IsSlice
	}
	bound := func(n *pg.Node) (expr.Expr, error) {
		if n == nil {
			return nil, nil
		}
		x, err := b.expr(n, s)
		if err != nil {
			return nil, err
		}
		if !expr.CanCoerce(x.Type().OID, types.Int4OID, expr.Assignment) {
			return nil, b.errorAt(b.res.Loc(x), pgerr.DatatypeMismatch, "array subscript must have type integer")
		}
		return b.res.Coerce(x, types.Of(types.Int4OID), expr.Assignment, -1)
	}
	for _, i := range list {
		var lo, up expr.Expr
		var err error
		if out.Slice {
			if lo, err = bound(i.Lidx); err != nil {
				return nil, err
			}
			if !i.IsSlice {
				lo = &expr.Const{Typ: types.Of(types.Int4OID), Value: types.Datum{Int: 1}}
			}
			out.Lower = append(out.Lower, lo)
		}
		if up, err = bound(i.Uidx); err != nil {
			return nil, err
		}
		out.Upper = append(out.Upper, up)
	}
	out.Typ = types.Type{OID: expr.ElementOf(container.OID), Typmod: t.Typmod}
	if out.Slice {
		out.Typ.OID = container.OID
	}
	return b.res.At(out, b.res.Loc(e)), nil
}

// jsonSubscript reads jsonb['a'][0] as jsonb_extract_path, which gives the same.
func (b *binder) jsonSubscript(e expr.Expr, list []*pg.A_Indices, s *Scope) (expr.Expr, error) {
	args := []expr.Expr{e}
	for _, i := range list {
		if i.IsSlice {
			at := e
			if bound := i.Uidx; bound != nil {
				x, err := b.expr(bound, s)
				if err != nil {
					return nil, err
				}
				at = x
			}
			return nil, b.errorAt(b.res.Loc(at), pgerr.DatatypeMismatch, "jsonb subscript does not support slices")
		}
		x, err := b.expr(i.Uidx, s)
		if err != nil {
			return nil, err
		}
		if t := x.Type().OID; t != types.UnknownOID && !expr.CanCoerce(t, types.TextOID, expr.Implicit) {
			if !expr.CanCoerce(t, types.Int4OID, expr.Implicit) {
				return nil, b.errorAt(b.res.Loc(x), pgerr.DatatypeMismatch, "subscript type %s is not supported", expr.TypeName(t)).
					WithHint("jsonb subscript must be coercible to either integer or text.")
			}
			if x, err = b.res.Coerce(x, types.Of(types.Int4OID), expr.Implicit, -1); err != nil {
				return nil, err
			}
		}
		if x, err = b.res.Coerce(x, types.Of(types.TextOID), expr.Explicit, -1); err != nil {
			return nil, err
		}
		args = append(args, x)
	}
	return b.res.Function(&expr.Invocation{Name: []string{"pg_catalog", "jsonb_extract_path"}, Args: args, Loc: b.res.Loc(e)})
}
