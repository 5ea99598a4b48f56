package expr

import (
	"slices"

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
	switch e := e.(type) {
	case *Const, *Var, *Param, *CaseTest:
		return e
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
	case *Case:
		return foldCase(e, env)
	case *Coalesce:
		return foldCoalesce(e, env)
	}
	out := Transform(e, func(part Expr) Expr {
		if part == e {
			return nil
		}
		return Fold(part, env)
	})
	if f, ok := out.(*Func); ok && f.Proc.Strict && !f.Proc.RetSet && slices.ContainsFunc(f.Args, isNull) && !slices.ContainsFunc(f.Args, doomed) {
		return &Const{Typ: f.Typ, Coll: f.Coll, Value: types.NullDatum}
	}
	if n, ok := out.(*NullIf); ok && isNull(n.Arg) {
		return n.Arg
	}
	if v, ok := out.(*ViaIO); ok && isNull(v.Arg) { // stable or not, input and output functions are strict
		return &Const{Typ: v.Typ, Coll: v.Coll, Value: types.NullDatum}
	}
	if c := foldConstant(out, env); c != nil {
		return c
	}
	return out
}

func isNull(e Expr) bool {
	c, ok := e.(*Const)
	return ok && c.Value.Null
}

// foldable tells whether e has one value whatever the row, now and always.
func foldable(e Expr) bool {
	constant := Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Var, *Param, *Sublink, *Agg, *WindowCall:
			return false
		case *Func:
			if e.Proc.RetSet {
				return false
			}
		}
		return volatility(e) == 'i'
	})
	return constant && !looseTest(e, false)
}

// doomed tells whether something below e is constant and was not folded, for it fails: PostgreSQL fails with it while
// it plans, so that e must not be dropped.
func doomed(e Expr) bool {
	return !Walk(e, func(e Expr) bool {
		switch e.(type) {
		case *Const, *Row:
			return true
		}
		return !foldable(e)
	})
}

// FoldError evaluates what is constant in a folded expression and could not be replaced, since it fails: PostgreSQL gives
// such an error when it plans, whether or not a row comes by. It is nil where nothing fails.
func FoldError(e Expr, env *Env) error {
	if e == nil {
		return nil
	}
	switch e := e.(type) {
	case *Const, *Var, *Param, *CaseTest:
		return nil
	case *Sublink:
		for _, l := range e.Left {
			if err := FoldError(l, env); err != nil {
				return err
			}
		}
		return nil
	}
	for _, c := range Children(e) {
		if err := FoldError(c, env); err != nil {
			return err
		}
	}
	if _, row := e.(*Row); row || !foldable(e) {
		return nil
	}
	p, err := Compile(e, env)
	if err != nil {
		return nil // it is refused where it is used
	}
	b := vector.Batch{}
	b.SetLen(1)
	_, err = p.Eval(&b, b.Sel)
	return err
}

// foldCase works constants into a CASE: arms that cannot be taken go, and those behind one that must be.
func foldCase(e *Case, env *Env) Expr {
	out := &Case{Typ: e.Typ, Coll: e.Coll}
	test := Expr(nil)
	if e.Test != nil {
		out.Test = Fold(e.Test, env)
		if c, ok := out.Test.(*Const); ok {
			test = c
		}
	}
	last := e.Else
	for _, w := range e.Whens {
		cond := w.Cond
		if test != nil {
			cond = replaceTest(cond, test)
		}
		cond = Fold(cond, env)
		c, constant := cond.(*Const)
		if constant && (c.Value.Null || !c.Value.Bool) {
			continue
		}
		if constant {
			last = w.Result
			break
		}
		out.Whens = append(out.Whens, When{cond, Fold(w.Result, env)})
	}
	if last == nil {
		last = NullConst(e.Typ)
	}
	last = Fold(last, env)
	if len(out.Whens) == 0 {
		return last
	}
	if test != nil {
		out.Test = nil
	}
	out.Else = last
	return out
}

// replaceTest puts a value where the nearest CASE's placeholder stands.
func replaceTest(e, value Expr) Expr {
	return Transform(e, func(e Expr) Expr {
		switch e := e.(type) {
		case *CaseTest:
			return value
		case *ArrayCoerce:
			c := *e
			c.Arg = replaceTest(e.Arg, value)
			return &c
		case *Case:
			if e.Test == nil {
				return nil
			}
			c := *e
			c.Test = replaceTest(e.Test, value)
			c.Whens = slices.Clone(e.Whens)
			for i := range c.Whens {
				c.Whens[i].Result = replaceTest(c.Whens[i].Result, value)
			}
			if e.Else != nil {
				c.Else = replaceTest(e.Else, value)
			}
			return &c
		}
		return nil
	})
}

// foldCoalesce leaves NULL constants out, and what stands behind another constant.
func foldCoalesce(e *Coalesce, env *Env) Expr {
	out := &Coalesce{Typ: e.Typ, Coll: e.Coll}
	for _, a := range e.Args {
		a = Fold(a, env)
		c, constant := a.(*Const)
		if constant && c.Value.Null {
			continue
		}
		out.Args = append(out.Args, a)
		if constant {
			break
		}
	}
	switch len(out.Args) {
	case 0:
		return &Const{Typ: e.Typ, Coll: e.Coll, Value: types.NullDatum}
	case 1:
		return out.Args[0]
	}
	return out
}

// foldConstant evaluates e if it is constant, immutable and does not fail; else nil.
func foldConstant(e Expr, env *Env) Expr {
	if !foldable(e) {
		return nil
	}
	if r, ok := e.(*RowCompare); ok && (slices.ContainsFunc(r.Left, doomed) || slices.ContainsFunc(r.Right, doomed)) {
		return nil // it may end before it comes to what fails
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
			// What stands before it PostgreSQL has computed, and has failed where it must.
			if i := slices.IndexFunc(out, doomed); i >= 0 {
				return out[i]
			}
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
