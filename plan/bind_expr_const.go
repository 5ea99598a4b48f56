package plan

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// constant is make_const: a literal's own type, unknown for strings.
func (b *binder) constant(c *pg.A_Const) (expr.Expr, error) {
	e := &expr.Const{Typ: types.Of(types.UnknownOID), Value: types.NullDatum}
	switch v := c.Val.(type) {
	case *pg.A_Const_Ival:
		e.Typ, e.Value = types.Of(types.Int4OID), types.Datum{Int: int64(v.Ival.GetIval())}
	case *pg.A_Const_Fval:
		text := v.Fval.GetFval()
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			e.Typ, e.Value = types.Of(types.Int8OID), types.Datum{Int: n}
			if int64(int32(n)) == n {
				e.Typ = types.Of(types.Int4OID)
			}
			break
		}
		e.Typ = types.Of(types.NumericOID)
		d, err := types.ParseText(e.Typ, []byte(text), types.DefaultStyle())
		if err != nil {
			return nil, pgerr.From(err).Clone().AtPosition(b.res.Position(c.Location))
		}
		e.Value = d
	case *pg.A_Const_Boolval:
		e.Typ, e.Value = types.Of(types.BoolOID), types.Datum{Bool: v.Boolval.GetBoolval()}
	case *pg.A_Const_Sval:
		e.Value = types.Datum{Bytes: []byte(v.Sval.GetSval())}
	case *pg.A_Const_Bsval:
		e.Typ = types.Of(types.BitOID)
		d, err := types.ParseText(e.Typ, []byte(v.Bsval.GetBsval()), types.DefaultStyle())
		if err != nil {
			return nil, pgerr.From(err).Clone().AtPosition(b.res.Position(c.Location))
		}
		e.Value = d
	}
	return b.res.At(e, c.Location), nil
}

func (b *binder) paramRef(p *pg.ParamRef) (expr.Expr, error) {
	if b.args != nil && p.Number >= 1 && int(p.Number) <= len(b.args) {
		return b.args[p.Number-1], nil
	}
	if b.res.Params == nil || p.Number < 1 || p.Number > 65535 {
		return nil, b.errorAt(p.Location, pgerr.UndefinedParameter, "there is no parameter $%d", p.Number)
	}
	return b.res.At(b.res.Params.Param(int(p.Number)), p.Location), nil
}

// names gives the strings of a list of name parts.
func names(ns []*pg.Node) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = n.GetString_().GetSval()
	}
	return out
}

// typeName finds the type that was written.
func (b *binder) typeName(t *pg.TypeName) (types.Type, error) {
	if t.PctType {
		return types.Type{}, b.errorAt(t.Location, pgerr.FeatureNotSupported, "type reference %%TYPE is not supported")
	}
	var mods []int32
	for _, n := range t.Typmods {
		c := n.GetAConst()
		text := ""
		switch v := c.GetVal().(type) {
		case *pg.A_Const_Ival:
			mods = append(mods, v.Ival.GetIval())
			continue
		case *pg.A_Const_Fval:
			text = v.Fval.GetFval()
		case *pg.A_Const_Sval:
			text = v.Sval.GetSval()
		default:
			ref := n.GetColumnRef()
			if ref == nil || len(ref.Fields) != 1 || ref.Fields[0].GetString_() == nil {
				return types.Type{}, b.errorAt(t.Location, pgerr.SyntaxError, "type modifiers must be simple constants or identifiers")
			}
			text = ref.Fields[0].GetString_().GetSval()
		}
		d, err := types.ParseText(types.Of(types.Int4OID), []byte(text), types.DefaultStyle())
		if err != nil {
			return types.Type{}, pgerr.From(err).Clone().AtPosition(b.res.Position(t.Location))
		}
		mods = append(mods, int32(d.Int))
	}
	out, err := expr.TypeByName(names(t.Names), mods, len(t.ArrayBounds) > 0)
	if err != nil {
		return out, pgerr.From(err).Clone().AtPosition(b.res.Position(t.Location))
	}
	return out, nil
}

// typeCast is transformTypeCast; the elements of ARRAY[…]::type[] are coerced one by one.
func (b *binder) typeCast(c *pg.TypeCast, s *Scope) (expr.Expr, error) {
	to, err := b.typeName(c.TypeName)
	if err != nil {
		row, err := b.rowType(c.TypeName, err)
		if err != nil {
			return nil, err
		}
		return b.rowCast(c, row, s)
	}
	var arg expr.Expr
	if a := c.Arg.GetAArrayExpr(); a != nil && isArray(to.OID) {
		arg, err = b.arrayExpr(a, s, to)
	} else {
		arg, err = b.expr(c.Arg, s)
	}
	if err != nil {
		return nil, err
	}
	loc := c.Location
	if loc < 0 {
		loc = c.TypeName.Location
	}
	return b.res.Coerce(arg, to, expr.Explicit, loc)
}

func isArray(t types.OID) bool { return expr.ElementOf(t) != types.InvalidOID }

// valueFunction binds CURRENT_DATE and its like in terms of the functions that say the same.
func (b *binder) valueFunction(f *pg.SQLValueFunction) (expr.Expr, error) {
	e, err := b.valueCall(f)
	if err == nil {
		b.rec.valueFunction(f, e)
	}
	return e, err
}

func (b *binder) valueCall(f *pg.SQLValueFunction) (expr.Expr, error) {
	call := func(name string) *expr.Func {
		p := pgdata.ProcsByName(name)[0]
		return &expr.Func{Proc: p, Typ: types.Of(types.OID(p.Ret)), Coll: types.NoCollation}
	}
	now := func(to types.OID) (expr.Expr, error) {
		e := b.res.At(call("now"), f.Location)
		return b.res.Coerce(e, types.Type{OID: to, Typmod: f.Typmod}, expr.Explicit, f.Location)
	}
	name := ""
	switch f.Op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return now(types.DateOID)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return now(types.TimetzOID)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return now(types.TimestamptzOID)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIME, pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return now(types.TimeOID)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return now(types.TimestampOID)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE, pg.SQLValueFunctionOp_SVFOP_CURRENT_USER, pg.SQLValueFunctionOp_SVFOP_USER:
		name = "current_user"
	case pg.SQLValueFunctionOp_SVFOP_SESSION_USER:
		name = "session_user"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		name = "current_database"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		name = "current_schema"
	default:
		return nil, b.errorAt(f.Location, pgerr.FeatureNotSupported, "expressions of this kind are not supported")
	}
	return b.res.At(call(name), f.Location), nil
}

// collateClause is expr COLLATE "x".
func (b *binder) collateClause(c *pg.CollateClause, s *Scope) (expr.Expr, error) {
	arg, err := b.expr(c.Arg, s)
	if err != nil {
		return nil, err
	}
	t := arg.Type().OID
	if !expr.Collatable(t) && t != types.UnknownOID {
		return nil, b.errorAt(c.Location, pgerr.DatatypeMismatch, "collations are not supported by type %s", expr.TypeName(t))
	}
	coll, err := expr.Collation(names(c.Collname))
	if err != nil {
		return nil, pgerr.From(err).AtPosition(b.res.Position(c.Location))
	}
	return b.res.At(&expr.Collate{Arg: arg, Coll: coll}, c.Location), nil
}
