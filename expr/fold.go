package expr

import (
	"howdah/types"
	"howdah/vector"
)

// Fold replaces immutable parts of e without columns and parameters by constants, where evaluating them succeeds; where
// it fails the part stays, and fails if and when a row needs it. Strict functions of NULL become NULL, and constants in
// AND and OR are worked in (eval_const_expressions).
func Fold(e Expr, env *Env) Expr {
	if e == nil {
		return nil
	}
	return Transform(e, func(e Expr) Expr {
		switch e := e.(type) {
		case *Const, *Var, *Param, *CaseTest, *Agg, *Sublink:
			return nil
		case *Collate:
			arg := Fold(e.Arg, env)
			if arg.Collation() == e.Coll {
				return arg
			}
			if c, ok := arg.(*Const); ok {
				k := *c
				k.Coll = e.Coll
				return &k
			}
			return &Relabel{Arg: arg, Typ: arg.Type(), Coll: e.Coll, Show: AsImplicitCast}
		case *And:
			return foldLogic(e.Args, false, env)
		case *Or:
			return foldLogic(e.Args, true, env)
		case *Func:
			if e.Proc.RetSet {
				return nil
			}
			if out := foldConstant(e, env); out != nil {
				return out
			}
			if e.Proc.Strict {
				c := *e
				c.Args, _ = all(e.Args, func(a Expr) Expr { return Fold(a, env) })
				for _, a := range c.Args {
					if k, ok := a.(*Const); ok && k.Value.Null {
						return &Const{Typ: e.Typ, Coll: e.Coll, Value: types.NullDatum}
					}
				}
				return &c
			}
			return nil
		}
		return foldConstant(e, env)
	})
}

// foldConstant evaluates e if it is constant, immutable and does not fail; else nil.
func foldConstant(e Expr, env *Env) Expr {
	constant := Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Var, *Param, *Sublink, *Agg:
			return false
		case *CaseTest:
			return true // below its Case, or e would not be whole
		case *Func:
			if e.Proc.RetSet {
				return false
			}
		}
		return volatility(e) == 'i'
	})
	if !constant || looseTest(e, false) {
		return nil
	}
	p, err := Compile(e, env)
	if err != nil {
		return nil
	}
	b := vector.Batch{}
	b.SetLen(1)
	c, err := p.Eval(&b, b.Sel)
	if err != nil {
		return nil
	}
	return &Const{Typ: e.Type(), Coll: e.Collation(), Value: ownDatum(c, 0)}
}

// looseTest tells whether e holds a CaseTest of something outside e.
func looseTest(e Expr, bound bool) bool {
	switch e := e.(type) {
	case *CaseTest:
		return !bound
	case *Case:
		if e.Test != nil && looseTest(e.Test, bound) {
			return true
		}
		for _, w := range e.Whens {
			if looseTest(w.Cond, bound || e.Test != nil) || looseTest(w.Result, bound) {
				return true
			}
		}
		return e.Else != nil && looseTest(e.Else, bound)
	case *ArrayCoerce:
		return looseTest(e.Arg, bound) || looseTest(e.Elem, true)
	}
	for _, c := range Children(e) {
		if looseTest(c, bound) {
			return true
		}
	}
	return false
}

// foldLogic works constants into AND (stop false) and OR (stop true).
func foldLogic(args []Expr, stop bool, env *Env) Expr {
	var out []Expr
	null := false
	for _, a := range args {
		a = Fold(a, env)
		c, ok := a.(*Const)
		switch {
		case !ok:
			out = append(out, a)
		case c.Value.Null:
			null = true
		case c.Value.Bool == stop:
			return BoolConst(stop)
		}
	}
	if null {
		out = append(out, NullConst(boolType))
	}
	switch len(out) {
	case 0:
		return BoolConst(!stop)
	case 1:
		return out[0]
	}
	if stop {
		return &Or{out}
	}
	return &And{out}
}
