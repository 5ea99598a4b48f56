package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// operation binds A_Expr in all its kinds.
func (b *binder) operation(x *pg.A_Expr, s *Scope) (expr.Expr, error) {
	name := names(x.Name)
	switch x.Kind {
	case pg.A_Expr_Kind_AEXPR_OP, pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE, pg.A_Expr_Kind_AEXPR_SIMILAR:
		return b.plainOperation(x, name, s)
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		l, err := b.expr(x.Lexpr, s)
		if err != nil {
			return nil, err
		}
		r, err := b.expr(x.Rexpr, s)
		if err != nil {
			return nil, err
		}
		return b.res.AnyAll(name, x.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL, l, r, x.Location)
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return b.distinct(x, name, s)
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		l, err := b.expr(x.Lexpr, s)
		if err != nil {
			return nil, err
		}
		r, err := b.expr(x.Rexpr, s)
		if err != nil {
			return nil, err
		}
		eq, err := b.equality(name, l, r, "NULLIF", x.Location)
		if err != nil {
			return nil, err
		}
		return b.res.At(&expr.NullIf{Eq: eq, Arg: eq.Args[0]}, x.Location), nil
	case pg.A_Expr_Kind_AEXPR_IN:
		return b.in(x, name, s)
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN, pg.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return b.between(x, s)
	}
	return nil, b.errorAt(x.Location, pgerr.FeatureNotSupported, "expressions of this kind are not supported")
}

func (b *binder) plainOperation(x *pg.A_Expr, name []string, s *Scope) (expr.Expr, error) {
	left, right := x.Lexpr.GetRowExpr(), x.Rexpr.GetRowExpr()
	if sub := x.Rexpr.GetSubLink(); left != nil && sub.GetSubLinkType() == pg.SubLinkType_EXPR_SUBLINK {
		return b.sublink(&pg.SubLink{SubLinkType: pg.SubLinkType_ROWCOMPARE_SUBLINK, Testexpr: x.Lexpr, OperName: x.Name, Subselect: sub.Subselect, Location: x.Location}, s)
	}
	if left != nil && right != nil {
		l, err := b.rowExpr(left, s)
		if err != nil {
			return nil, err
		}
		r, err := b.rowExpr(right, s)
		if err != nil {
			return nil, err
		}
		return b.compareRows(name, l.(*expr.Row).Fields, r.(*expr.Row).Fields, x.Location)
	}
	var l expr.Expr
	var err error
	if x.Lexpr != nil {
		if l, err = b.expr(x.Lexpr, s); err != nil {
			return nil, err
		}
	}
	r, err := b.expr(x.Rexpr, s)
	if err != nil {
		return nil, err
	}
	return b.operator(name, l, r, x.Location, s)
}

// operator is make_op in its place.
func (b *binder) operator(name []string, l, r expr.Expr, loc int32, s *Scope) (expr.Expr, error) {
	e, err := b.res.Operator(name, l, r, loc)
	if err != nil {
		return nil, err
	}
	f := e.(*expr.Func)
	if f.Proc.RetSet {
		if err := b.placeSet(f, s, loc); err != nil {
			return nil, err
		}
	}
	return b.inline(f)
}

// equality binds an = that must give a boolean, for NULLIF and IS DISTINCT FROM.
func (b *binder) equality(name []string, l, r expr.Expr, construct string, loc int32) (*expr.Func, error) {
	e, err := b.res.Operator(name, l, r, loc)
	if err != nil {
		return nil, err
	}
	eq := e.(*expr.Func)
	if eq.Typ.OID != types.BoolOID {
		return nil, b.errorAt(loc, pgerr.DatatypeMismatch, "%s requires = operator to yield boolean", construct)
	}
	if eq.Proc.RetSet {
		return nil, b.errorAt(loc, pgerr.DatatypeMismatch, "%s must not return a set", construct)
	}
	return eq, nil
}

func nullConstant(n *pg.Node) bool { return n.GetAConst() != nil && n.GetAConst().Isnull }

// distinct is IS [NOT] DISTINCT FROM; with a NULL written on either side it is a null test.
func (b *binder) distinct(x *pg.A_Expr, name []string, s *Scope) (expr.Expr, error) {
	not := x.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT
	other := (*pg.Node)(nil)
	switch {
	case nullConstant(x.Rexpr):
		other = x.Lexpr
	case nullConstant(x.Lexpr):
		other = x.Rexpr
	}
	if other != nil {
		arg, err := b.expr(other, s)
		if err != nil {
			return nil, err
		}
		return b.res.At(&expr.NullTest{Arg: arg, Not: !not}, x.Location), nil
	}
	l, err := b.expr(x.Lexpr, s)
	if err != nil {
		return nil, err
	}
	r, err := b.expr(x.Rexpr, s)
	if err != nil {
		return nil, err
	}
	lrow, lok := l.(*expr.Row)
	rrow, rok := r.(*expr.Row)
	if !lok || !rok {
		eq, err := b.equality(name, l, r, "IS DISTINCT FROM", x.Location)
		if err != nil {
			return nil, err
		}
		return b.res.At(&expr.Distinct{Eq: eq, Not: not}, x.Location), nil
	}
	if len(lrow.Fields) != len(rrow.Fields) {
		return nil, b.errorAt(x.Location, pgerr.SyntaxError, "unequal number of entries in row expressions")
	}
	var out expr.Expr = expr.BoolConst(false)
	var all []expr.Expr
	for i := range lrow.Fields {
		eq, err := b.equality(name, lrow.Fields[i], rrow.Fields[i], "IS DISTINCT FROM", x.Location)
		if err != nil {
			return nil, err
		}
		all = append(all, b.res.At(&expr.Distinct{Eq: eq}, x.Location))
	}
	switch len(all) {
	case 0:
	case 1:
		out = all[0]
	default:
		out = &expr.Or{Args: all}
	}
	if not {
		out = &expr.Not{Arg: out}
	}
	return b.res.At(out, x.Location), nil
}

// in is transformAExprIn: what does not depend on the row becomes one array, the rest comparisons.
func (b *binder) in(x *pg.A_Expr, name []string, s *Scope) (expr.Expr, error) {
	all := name[len(name)-1] == "<>"
	left, err := b.expr(x.Lexpr, s)
	if err != nil {
		return nil, err
	}
	var fixed, varying, list []expr.Expr
	for _, n := range x.Rexpr.GetList().GetItems() {
		r, err := b.expr(n, s)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
		if len(expr.Vars(r)) > 0 {
			varying = append(varying, r)
		} else {
			fixed = append(fixed, r)
		}
	}
	var out expr.Expr
	if len(fixed) > 1 {
		if t, ok := b.commonType(append([]expr.Expr{left}, fixed...)); ok && t != types.RecordOID && expr.ArrayOver(t) != types.InvalidOID {
			arr := &expr.ArrayExpr{Typ: types.Of(expr.ArrayOver(t))}
			for _, r := range fixed {
				if r, err = b.res.CoerceToCommon(r, types.Of(t), "IN"); err != nil {
					return nil, err
				}
				arr.Elems = append(arr.Elems, r)
			}
			if out, err = b.res.AnyAll(name, all, left, arr, x.Location); err != nil {
				return nil, err
			}
			list = varying
		}
	}
	for _, r := range list {
		var cmp expr.Expr
		lrow, lok := left.(*expr.Row)
		rrow, rok := r.(*expr.Row)
		if lok && rok {
			cmp, err = b.compareRows(name, lrow.Fields, rrow.Fields, x.Location)
		} else {
			cmp, err = b.res.Operator(name, left, r, x.Location)
		}
		if err != nil {
			return nil, err
		}
		if cmp, err = b.res.Boolean(cmp, "IN"); err != nil {
			return nil, err
		}
		if out == nil {
			out = cmp
			continue
		}
		list := out
		out = b.res.At(join(all, out, cmp), x.Location)
		b.rec.pair(all, list, cmp, out)
	}
	return out, nil
}

// join makes an AND or an OR of two, flattening what the same kind stands left.
func join(and bool, l, r expr.Expr) expr.Expr {
	if and {
		if x, ok := l.(*expr.And); ok {
			return &expr.And{Args: append(append([]expr.Expr(nil), x.Args...), r)}
		}
		return &expr.And{Args: []expr.Expr{l, r}}
	}
	if x, ok := l.(*expr.Or); ok {
		return &expr.Or{Args: append(append([]expr.Expr(nil), x.Args...), r)}
	}
	return &expr.Or{Args: []expr.Expr{l, r}}
}

// commonType is select_common_type where a mismatch is no error, with verify_common_type.
func (b *binder) commonType(es []expr.Expr) (types.OID, bool) {
	t, err := b.res.CommonType(es, "IN")
	if err != nil {
		return 0, false
	}
	for _, e := range es {
		if !expr.CanCoerce(e.Type().OID, t.OID, expr.Implicit) {
			return 0, false
		}
	}
	return t.OID, true
}

// between spells BETWEEN out, as the grammar's operands are evaluated anew in each comparison.
func (b *binder) between(x *pg.A_Expr, s *Scope) (expr.Expr, error) {
	bounds := x.Rexpr.GetList().GetItems()
	lo, hi := bounds[0], bounds[1]
	op := func(name string, r *pg.Node) *pg.Node {
		return &pg.Node{Node: &pg.Node_AExpr{AExpr: &pg.A_Expr{Kind: pg.A_Expr_Kind_AEXPR_OP, Name: []*pg.Node{pg.MakeStrNode(name)}, Lexpr: x.Lexpr, Rexpr: r, Location: x.Location}}}
	}
	logic := func(kind pg.BoolExprType, args ...*pg.Node) *pg.Node {
		return &pg.Node{Node: &pg.Node_BoolExpr{BoolExpr: &pg.BoolExpr{Boolop: kind, Args: args, Location: x.Location}}}
	}
	const and, or = pg.BoolExprType_AND_EXPR, pg.BoolExprType_OR_EXPR
	var n *pg.Node
	switch x.Kind {
	case pg.A_Expr_Kind_AEXPR_BETWEEN:
		n = logic(and, op(">=", lo), op("<=", hi))
	case pg.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		n = logic(or, op("<", lo), op(">", hi))
	case pg.A_Expr_Kind_AEXPR_BETWEEN_SYM:
		n = logic(or, logic(and, op(">=", lo), op("<=", hi)), logic(and, op(">=", hi), op("<=", lo)))
	default:
		n = logic(and, logic(or, op("<", lo), op(">", hi)), logic(or, op("<", hi), op(">", lo)))
	}
	return b.expr(n, s)
}

// compareRows is make_row_comparison_op.
func (b *binder) compareRows(name []string, left, right []expr.Expr, loc int32) (expr.Expr, error) {
	if len(left) != len(right) {
		return nil, b.errorAt(loc, pgerr.SyntaxError, "unequal number of entries in row expressions")
	}
	if len(left) == 0 {
		return nil, b.errorAt(loc, pgerr.FeatureNotSupported, "cannot compare rows of zero length")
	}
	var pairs []*expr.Func
	for i := range left {
		e, err := b.res.Operator(name, left[i], right[i], loc)
		if err != nil {
			return nil, err
		}
		f := e.(*expr.Func)
		if f.Typ.OID != types.BoolOID {
			return nil, b.errorAt(loc, pgerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s", expr.TypeName(f.Typ.OID))
		}
		if f.Proc.RetSet {
			return nil, b.errorAt(loc, pgerr.DatatypeMismatch, "row comparison operator must not return a set")
		}
		pairs = append(pairs, f)
	}
	if len(pairs) == 1 {
		return pairs[0], nil
	}
	list := make([]expr.Expr, len(pairs))
	for i, p := range pairs {
		list[i] = p
	}
	switch op := name[len(name)-1]; op {
	case "=":
		return b.res.At(&expr.And{Args: list}, loc), nil
	case "<>":
		return b.res.At(&expr.Or{Args: list}, loc), nil
	case "<", "<=", ">", ">=":
		out := &expr.RowCompare{Op: op}
		for _, p := range pairs {
			l, r := p.Args[0], p.Args[1]
			var procs [2]*pgdata.Proc
			for k, which := range [2]string{"<", "="} {
				e, err := b.res.Operator([]string{which}, l, r, loc)
				if err != nil {
					return nil, err
				}
				procs[k] = e.(*expr.Func).Proc
			}
			out.Left, out.Right = append(out.Left, l), append(out.Right, r)
			out.Less, out.Equal = append(out.Less, procs[0]), append(out.Equal, procs[1])
		}
		return b.res.At(out, loc), nil
	}
	return nil, b.errorAt(loc, pgerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", name[len(name)-1]).
		WithHint("Row comparison operators must be associated with btree operator families.")
}

// boolExpr is AND, OR, NOT.
func (b *binder) boolExpr(x *pg.BoolExpr, s *Scope) (expr.Expr, error) {
	word := map[pg.BoolExprType]string{pg.BoolExprType_AND_EXPR: "AND", pg.BoolExprType_OR_EXPR: "OR", pg.BoolExprType_NOT_EXPR: "NOT"}[x.Boolop]
	var args []expr.Expr
	for _, n := range x.Args {
		e, err := b.expr(n, s)
		if err != nil {
			return nil, err
		}
		if e, err = b.res.Boolean(e, word); err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	var out expr.Expr
	switch x.Boolop {
	case pg.BoolExprType_AND_EXPR:
		out = &expr.And{Args: args}
	case pg.BoolExprType_OR_EXPR:
		out = &expr.Or{Args: args}
	default:
		out = &expr.Not{Arg: args[0]}
	}
	return b.res.At(out, x.Location), nil
}

// booleanTest is IS [NOT] TRUE, FALSE, UNKNOWN.
func (b *binder) booleanTest(x *pg.BooleanTest, s *Scope) (expr.Expr, error) {
	out := &expr.BoolTest{}
	word := ""
	switch x.Booltesttype {
	case pg.BoolTestType_IS_TRUE:
		word = "IS TRUE"
	case pg.BoolTestType_IS_NOT_TRUE:
		word, out.Not = "IS NOT TRUE", true
	case pg.BoolTestType_IS_FALSE:
		word, out.Want = "IS FALSE", expr.IsFalse
	case pg.BoolTestType_IS_NOT_FALSE:
		word, out.Want, out.Not = "IS NOT FALSE", expr.IsFalse, true
	case pg.BoolTestType_IS_UNKNOWN:
		word, out.Want = "IS UNKNOWN", expr.IsUnknown
	default:
		word, out.Want, out.Not = "IS NOT UNKNOWN", expr.IsUnknown, true
	}
	arg, err := b.expr(x.Arg, s)
	if err != nil {
		return nil, err
	}
	if out.Arg, err = b.res.Boolean(arg, word); err != nil {
		return nil, err
	}
	return b.res.At(out, x.Location), nil
}
