package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// clause binds an expression of the given clause and settles its collations. What has no implementation is refused
// here, before anything runs.
func (b *binder) clause(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) {
	defer s.with(c)()
	e, err := b.expr(n, s)
	if err != nil {
		return nil, err
	}
	return e, b.settled(e)
}

// settled settles an expression's collations and refuses what cannot be computed.
func (b *binder) settled(e expr.Expr) error {
	if err := b.res.AssignCollations(e); err != nil {
		return err
	}
	return expr.Supported(e)
}

// condition is clause for WHERE, HAVING, JOIN/ON: the result is boolean.
func (b *binder) condition(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) {
	defer s.with(c)()
	e, err := b.expr(n, s)
	if err != nil {
		return nil, err
	}
	if e, err = b.res.Boolean(e, c.String()); err != nil {
		return nil, err
	}
	return e, b.settled(e)
}

// rowCount is clause for LIMIT and OFFSET: the result is bigint, without variables of this level.
func (b *binder) rowCount(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) {
	defer s.with(c)()
	e, err := b.expr(n, s)
	if err != nil {
		return nil, err
	}
	if e, err = b.res.Bigint(e, c.String()); err != nil {
		return nil, err
	}
	if vars := expr.Vars(e); len(vars) > 0 {
		return nil, b.errorAt(b.res.Loc(vars[0]), pgerr.InvalidColumnReference, "argument of %s must not contain variables", c)
	}
	return e, b.settled(e)
}

func (b *binder) errorAt(loc int32, code pgerr.Code, format string, args ...any) *pgerr.Error {
	return pgerr.New(code, format, args...).AtPosition(b.res.Position(loc))
}

// expr binds an expression in the scope's clause. The result may still be of type unknown; its collations are not
// settled (see [binder.clause]).
func (b *binder) expr(n *pg.Node, s *Scope) (expr.Expr, error) {
	switch x := n.GetNode().(type) {
	case *pg.Node_AConst:
		return b.constant(x.AConst)
	case *pg.Node_ColumnRef:
		return b.columnRef(x.ColumnRef, s)
	case *pg.Node_ParamRef:
		return b.paramRef(x.ParamRef)
	case *pg.Node_TypeCast:
		return b.typeCast(x.TypeCast, s)
	case *pg.Node_AExpr:
		return b.operation(x.AExpr, s)
	case *pg.Node_BoolExpr:
		return b.boolExpr(x.BoolExpr, s)
	case *pg.Node_NullTest:
		arg, err := b.expr(x.NullTest.Arg, s)
		if err != nil {
			return nil, err
		}
		return b.res.At(&expr.NullTest{Arg: arg, Not: x.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL}, x.NullTest.Location), nil
	case *pg.Node_BooleanTest:
		return b.booleanTest(x.BooleanTest, s)
	case *pg.Node_CaseExpr:
		return b.caseExpr(x.CaseExpr, s)
	case *pg.Node_CoalesceExpr:
		return b.coalesce(x.CoalesceExpr, s)
	case *pg.Node_MinMaxExpr:
		return b.minMax(x.MinMaxExpr, s)
	case *pg.Node_SqlvalueFunction:
		return b.valueFunction(x.SqlvalueFunction)
	case *pg.Node_CollateClause:
		return b.collateClause(x.CollateClause, s)
	case *pg.Node_AArrayExpr:
		return b.arrayExpr(x.AArrayExpr, s, types.Type{})
	case *pg.Node_RowExpr:
		return b.rowExpr(x.RowExpr, s)
	case *pg.Node_AIndirection:
		return b.indirection(x.AIndirection, s)
	case *pg.Node_FuncCall:
		return b.funcCall(x.FuncCall, s)
	case *pg.Node_SubLink:
		return b.sublink(x.SubLink, s)
	case *pg.Node_GroupingFunc:
		if b.grouping == nil {
			return nil, b.errorAt(x.GroupingFunc.Location, pgerr.FeatureNotSupported, "GROUPING is not supported")
		}
		return b.grouping(x.GroupingFunc, s)
	case *pg.Node_SetToDefault:
		return nil, b.errorAt(x.SetToDefault.Location, pgerr.SyntaxError, "DEFAULT is not allowed in this context")
	case *pg.Node_NamedArgExpr:
		return b.expr(x.NamedArgExpr.Arg, s)
	case *pg.Node_CurrentOfExpr:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "WHERE CURRENT OF is not supported")
	case *pg.Node_XmlExpr:
		return nil, b.errorAt(x.XmlExpr.Location, pgerr.FeatureNotSupported, "unsupported XML feature")
	}
	if e, ok, err := b.sqlJSON(n, s); ok {
		return e, err
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "expressions of this kind are not supported")
}

func (b *binder) exprs(ns []*pg.Node, s *Scope) ([]expr.Expr, error) {
	out := make([]expr.Expr, 0, len(ns))
	for _, n := range ns {
		e, err := b.expr(n, s)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// BindExpression binds a scalar expression over columns that can be named, as `select text` would; a Var's Col is the
// column's index. params nil = none allowed. It is for tests, and for what needs no query.
func BindExpression(text string, cols []types.Column, params *expr.ParamTypes) (expr.Expr, error) {
	const prefix = "select "
	node, err := parseExpression(prefix + text)
	if err != nil {
		return nil, shift(err, len(prefix))
	}
	s := &Scope{}
	if len(cols) > 0 {
		entry := &RangeEntry{Name: "*", ColsVisible: true, RowType: types.RecordOID}
		for i, c := range cols {
			entry.Columns = append(entry.Columns, RangeColumn{Name: c.Name, Expr: &expr.Var{Col: i, Typ: c.Type, Coll: c.Collation, Name: c.Name}})
		}
		s.Entries = []*RangeEntry{entry}
	}
	b := newBinder(prefix+text, params)
	defer s.with(InSelect)()
	e, err := b.expr(node, s)
	if err == nil {
		e, err = b.res.Known(e)
	}
	if err == nil {
		err = b.settled(e)
	}
	if err == nil && params != nil {
		err = params.Finish()
	}
	if err != nil {
		return nil, shift(err, len(prefix))
	}
	return e, nil
}

// shift makes an error's position count from behind a prefix that the user did not write.
func shift(err error, by int) error {
	e := pgerr.From(err).Clone()
	if e.Position > by {
		e.Position -= by
	}
	return e
}

// parseExpression gives the only target of a SELECT's text.
func parseExpression(text string) (*pg.Node, error) {
	statements, err := sql.Parse(text)
	if err != nil {
		return nil, err
	}
	if len(statements) == 1 {
		if sel := statements[0].Node.GetSelectStmt(); sel != nil && len(sel.TargetList) == 1 && len(sel.FromClause) == 0 && sel.WhereClause == nil {
			return sel.TargetList[0].GetResTarget().GetVal(), nil
		}
	}
	return nil, pgerr.New(pgerr.SyntaxError, "one expression expected")
}
