package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// caseExpr is transformCaseExpr.
func (b *binder) caseExpr(x *pg.CaseExpr, s *Scope) (expr.Expr, error) {
	out := &expr.Case{}
	sets := s.HasSets
	s.HasSets = false
	var test *expr.CaseTest
	if x.Arg != nil {
		arg, err := b.expr(x.Arg, s)
		if err != nil {
			return nil, err
		}
		if arg.Type().OID == types.UnknownOID {
			if arg, err = b.res.CoerceToCommon(arg, types.Of(types.TextOID), "CASE"); err != nil {
				return nil, err
			}
		}
		if err := b.res.AssignCollations(arg); err != nil {
			return nil, err
		}
		out.Test = arg
		test = &expr.CaseTest{Typ: arg.Type(), Coll: arg.Collation()}
	}
	var results []expr.Expr
	for _, n := range x.Args {
		w := n.GetCaseWhen()
		cond, err := b.expr(w.Expr, s)
		if err != nil {
			return nil, err
		}
		if test != nil {
			if cond, err = b.res.Operator([]string{"="}, test, cond, w.Location); err != nil {
				return nil, err
			}
		}
		if cond, err = b.res.Boolean(cond, "CASE/WHEN"); err != nil {
			return nil, err
		}
		result, err := b.expr(w.Result, s)
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, expr.When{Cond: cond})
		results = append(results, result)
	}
	var last expr.Expr = expr.NullConst(types.Of(types.UnknownOID))
	if x.Defresult != nil {
		var err error
		if last, err = b.expr(x.Defresult, s); err != nil {
			return nil, err
		}
	}
	t, err := b.res.CommonType(append([]expr.Expr{last}, results...), "CASE")
	if err != nil {
		return nil, err
	}
	if out.Else, err = b.res.CoerceToCommon(last, t, "CASE/ELSE"); err != nil {
		return nil, err
	}
	for i, r := range results {
		if out.Whens[i].Result, err = b.res.CoerceToCommon(r, t, "CASE/WHEN"); err != nil {
			return nil, err
		}
		results[i] = out.Whens[i].Result
	}
	out.Typ = sameTypmod(append(results, out.Else), t.OID)
	if err := b.noSets(s, sets, "CASE", append(results, out.Else)); err != nil {
		return nil, err
	}
	return b.res.At(out, x.Location), nil
}

// sameTypmod gives the type with the modifier that all of es have, if they agree.
func sameTypmod(es []expr.Expr, t types.OID) types.Type {
	out := es[0].Type()
	for _, e := range es {
		if e.Type() != out {
			return types.Of(t)
		}
	}
	return out
}

// noSets refuses set-returning functions where a branch may not be evaluated, and restores the scope's mark.
func (b *binder) noSets(s *Scope, before bool, construct string, es []expr.Expr) error {
	if s.HasSets {
		loc := int32(-1)
		for _, e := range es {
			expr.Walk(e, func(e expr.Expr) bool {
				if f, ok := e.(*expr.Func); ok && f.Proc.RetSet && loc < 0 {
					loc = b.res.Loc(f)
				}
				return loc < 0
			})
		}
		return b.errorAt(loc, pgerr.FeatureNotSupported, "set-returning functions are not allowed in %s", construct).
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	}
	s.HasSets = before
	return nil
}

// common binds a list and coerces it to its common type.
func (b *binder) common(ns []*pg.Node, s *Scope, construct string) ([]expr.Expr, types.Type, error) {
	sets := s.HasSets
	s.HasSets = false
	args, err := b.exprs(ns, s)
	if err != nil {
		return nil, types.Type{}, err
	}
	t, err := b.res.CommonType(args, construct)
	if err != nil {
		return nil, t, err
	}
	for i, a := range args {
		if args[i], err = b.res.CoerceToCommon(a, t, construct); err != nil {
			return nil, t, err
		}
	}
	if construct == "COALESCE" {
		if err := b.noSets(s, sets, construct, args); err != nil {
			return nil, t, err
		}
	}
	s.HasSets = s.HasSets || sets
	return args, sameTypmod(args, t.OID), nil
}

func (b *binder) coalesce(x *pg.CoalesceExpr, s *Scope) (expr.Expr, error) {
	args, t, err := b.common(x.Args, s, "COALESCE")
	if err != nil {
		return nil, err
	}
	return b.res.At(&expr.Coalesce{Args: args, Typ: t}, x.Location), nil
}

func (b *binder) minMax(x *pg.MinMaxExpr, s *Scope) (expr.Expr, error) {
	least := x.Op == pg.MinMaxOp_IS_LEAST
	word := "GREATEST"
	if least {
		word = "LEAST"
	}
	args, t, err := b.common(x.Args, s, word)
	if err != nil {
		return nil, err
	}
	if _, _, err := expr.SortProcs(t.OID); err != nil {
		return nil, pgerr.New(pgerr.UndefinedFunction, "could not identify a comparison function for type %s", expr.TypeName(t.OID))
	}
	return b.res.At(&expr.MinMax{Args: args, Least: least, Typ: t}, x.Location), nil
}
