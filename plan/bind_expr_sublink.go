package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// sublink is transformSubLink: a sub-query in an expression.
func (b *binder) sublink(x *pg.SubLink, s *Scope) (expr.Expr, error) {
	if b.subselect == nil {
		return nil, b.errorAt(x.Location, pgerr.FeatureNotSupported, "sub-queries are not supported here")
	}
	sel := x.Subselect.GetSelectStmt()
	if sel == nil {
		return nil, b.errorAt(x.Location, pgerr.FeatureNotSupported, "sub-queries of this kind are not supported")
	}
	s.HasSublinks = true
	var left []expr.Expr
	isRow := false
	switch x.SubLinkType {
	case pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_ALL_SUBLINK, pg.SubLinkType_ROWCOMPARE_SUBLINK:
		e, err := b.expr(x.Testexpr, s)
		if err != nil {
			return nil, err
		}
		left = []expr.Expr{e}
		if row, ok := e.(*expr.Row); ok && x.Testexpr.GetRowExpr() != nil {
			left, isRow = row.Fields, true
		}
	}
	sub, err := b.subselect(b, sel, s)
	if err != nil {
		return nil, err
	}
	out := &expr.Sublink{Plan: sub.Plan, Typ: types.Of(types.BoolOID)}
	switch x.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		out.Kind = expr.ExistsSublink
	case pg.SubLinkType_EXPR_SUBLINK, pg.SubLinkType_ARRAY_SUBLINK:
		if len(sub.Columns) != 1 {
			return nil, b.errorAt(x.Location, pgerr.SyntaxError, "subquery must return only one column")
		}
		c := sub.Columns[0]
		out.Typ, out.Coll = c.Type, c.Collation
		if x.SubLinkType == pg.SubLinkType_ARRAY_SUBLINK {
			out.Kind = expr.ArraySublink
			if !isArray(c.Type.OID) {
				if out.Typ.OID = expr.ArrayOver(c.Type.OID); out.Typ.OID == 0 {
					return nil, b.errorAt(x.Location, pgerr.UndefinedObject, "could not find array type for data type %s", expr.TypeName(c.Type.OID))
				}
			}
		}
	case pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_ALL_SUBLINK, pg.SubLinkType_ROWCOMPARE_SUBLINK:
		switch x.SubLinkType {
		case pg.SubLinkType_ANY_SUBLINK:
			out.Kind = expr.AnySublink
		case pg.SubLinkType_ALL_SUBLINK:
			out.Kind = expr.AllSublink
		default:
			out.Kind = expr.RowSublink
		}
		if err := b.compareSub(out, x, left, sub.Columns, isRow); err != nil {
			return nil, err
		}
	default:
		return nil, b.errorAt(x.Location, pgerr.FeatureNotSupported, "sub-queries of this kind are not supported")
	}
	return b.res.At(out, x.Location), nil
}

// compareSub binds the comparison of the left side with the sub-query's columns, as over a row of both. The coercions
// of the left side are computed with it.
func (b *binder) compareSub(out *expr.Sublink, x *pg.SubLink, left []expr.Expr, cols []Column, isRow bool) error {
	if len(left) < len(cols) {
		return b.errorAt(x.Location, pgerr.SyntaxError, "subquery has too many columns")
	}
	if len(left) > len(cols) {
		return b.errorAt(x.Location, pgerr.SyntaxError, "subquery has too few columns")
	}
	name := []string{"="}
	if len(x.OperName) > 0 {
		name = names(x.OperName)
	}
	var l, r []expr.Expr
	for i, e := range left {
		c := cols[i]
		if e.Type().OID == types.UnknownOID {
			// A literal takes the column's type, as it would beside it.
			op, err := b.res.Operator(name, e, &expr.Var{Typ: c.Type}, x.Location)
			if err != nil {
				return err
			}
			if e = op.(*expr.Func).Args[0]; e.Type().OID == types.UnknownOID {
				if e, err = b.res.Known(e); err != nil {
					return err
				}
			}
		}
		if err := b.res.AssignCollations(e); err != nil {
			return err
		}
		out.Left = append(out.Left, e)
		l = append(l, b.res.At(&expr.Var{Col: i, Typ: e.Type(), Coll: e.Collation()}, b.res.Loc(e)))
		r = append(r, &expr.Var{Col: len(left) + i, Typ: c.Type, Coll: c.Collation, Name: c.Name})
	}
	var err error
	if out.Cmp, err = b.compareRows(name, l, r, x.Location); err != nil {
		return err
	}
	return nil
}
