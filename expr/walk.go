package expr

import (
	"reflect"

	"howdah/internal/pgdata"
	"howdah/types"
)

// Children gives the direct sub-expressions of a node, in the order of evaluation. Of a Sublink these are Args and
// Left: Cmp is over a row of its own.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *Func:
		return e.Args
	case *And:
		return e.Args
	case *Or:
		return e.Args
	case *Not:
		return []Expr{e.Arg}
	case *NullTest:
		return []Expr{e.Arg}
	case *BoolTest:
		return []Expr{e.Arg}
	case *Distinct:
		return []Expr{e.Eq}
	case *NullIf:
		return []Expr{e.Eq} // Arg is its first argument
	case *Case:
		var out []Expr
		if e.Test != nil {
			out = append(out, e.Test)
		}
		for _, w := range e.Whens {
			out = append(out, w.Cond, w.Result)
		}
		if e.Else != nil {
			out = append(out, e.Else)
		}
		return out
	case *Coalesce:
		return e.Args
	case *MinMax:
		return e.Args
	case *AnyAll:
		return []Expr{e.Left, e.Right}
	case *ArrayExpr:
		return e.Elems
	case *Row:
		return e.Fields
	case *RowCompare:
		return append(append([]Expr(nil), e.Left...), e.Right...)
	case *Field:
		return []Expr{e.Arg}
	case *Subscript:
		out := []Expr{e.Arg}
		for _, s := range [2][]Expr{e.Lower, e.Upper} {
			for _, x := range s {
				if x != nil {
					out = append(out, x)
				}
			}
		}
		return out
	case *Relabel:
		return []Expr{e.Arg}
	case *ViaIO:
		return []Expr{e.Arg}
	case *ArrayCoerce:
		return []Expr{e.Arg, e.Elem}
	case *Collate:
		return []Expr{e.Arg}
	case *Sublink:
		return append(append([]Expr(nil), e.Args...), e.Left...)
	case *Agg:
		out := append(append([]Expr(nil), e.Direct...), e.Args...)
		for _, k := range e.Order {
			out = append(out, k.Expr)
		}
		if e.Filter != nil {
			out = append(out, e.Filter)
		}
		return out
	case *WindowCall:
		if e.Filter != nil {
			return append(append([]Expr(nil), e.Args...), e.Filter)
		}
		return e.Args
	}
	return nil
}

// Walk calls visit for e and everything below it, parents first, until visit returns false; it tells whether it went
// through everything.
func Walk(e Expr, visit func(Expr) bool) bool {
	if e == nil {
		return true
	}
	if !visit(e) {
		return false
	}
	for _, c := range Children(e) {
		if !Walk(c, visit) {
			return false
		}
	}
	return true
}

// Transform rebuilds a tree from the top: where f gives something other than nil, that takes the node's place and its
// children are not visited; else the node is copied with its children transformed. Trees without a change are kept.
func Transform(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	if r := f(e); r != nil {
		return r
	}
	one := func(c Expr) Expr { return Transform(c, f) }
	switch e := e.(type) {
	case *Func:
		if args, changed := all(e.Args, one); changed {
			c := *e
			c.Args = args
			return &c
		}
	case *And:
		if args, changed := all(e.Args, one); changed {
			return &And{args}
		}
	case *Or:
		if args, changed := all(e.Args, one); changed {
			return &Or{args}
		}
	case *Not:
		if a := one(e.Arg); a != e.Arg {
			return &Not{a}
		}
	case *NullTest:
		if a := one(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *BoolTest:
		if a := one(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *Distinct:
		if args, changed := all(e.Eq.Args, one); changed {
			eq := *e.Eq
			eq.Args = args
			return &Distinct{Eq: &eq, Not: e.Not}
		}
	case *NullIf:
		if args, changed := all(e.Eq.Args, one); changed {
			eq := *e.Eq
			eq.Args = args
			return &NullIf{Eq: &eq, Arg: args[0]}
		}
	case *Case:
		c := *e
		changed := false
		if e.Test != nil {
			c.Test = one(e.Test)
			changed = c.Test != e.Test
		}
		c.Whens = make([]When, len(e.Whens))
		for i, w := range e.Whens {
			c.Whens[i] = When{one(w.Cond), one(w.Result)}
			changed = changed || c.Whens[i] != w
		}
		if e.Else != nil {
			c.Else = one(e.Else)
			changed = changed || c.Else != e.Else
		}
		if changed {
			return &c
		}
	case *Coalesce:
		if args, changed := all(e.Args, one); changed {
			c := *e
			c.Args = args
			return &c
		}
	case *MinMax:
		if args, changed := all(e.Args, one); changed {
			c := *e
			c.Args = args
			return &c
		}
	case *AnyAll:
		l, r := one(e.Left), one(e.Right)
		if l != e.Left || r != e.Right {
			c := *e
			c.Left, c.Right = l, r
			return &c
		}
	case *ArrayExpr:
		if args, changed := all(e.Elems, one); changed {
			c := *e
			c.Elems = args
			return &c
		}
	case *Row:
		if args, changed := all(e.Fields, one); changed {
			return &Row{Fields: args, Names: e.Names, Named: e.Named}
		}
	case *RowCompare:
		l, changedLeft := all(e.Left, one)
		r, changedRight := all(e.Right, one)
		if changedLeft || changedRight {
			c := *e
			c.Left, c.Right = l, r
			return &c
		}
	case *Field:
		if a := one(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *Subscript:
		a := one(e.Arg)
		lower, changedLower := all(e.Lower, one)
		upper, changedUpper := all(e.Upper, one)
		if a != e.Arg || changedLower || changedUpper {
			c := *e
			c.Arg, c.Lower, c.Upper = a, lower, upper
			return &c
		}
	case *Relabel:
		if a := one(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *ViaIO:
		if a := one(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *ArrayCoerce:
		a, elem := one(e.Arg), one(e.Elem)
		if a != e.Arg || elem != e.Elem {
			c := *e
			c.Arg, c.Elem = a, elem
			return &c
		}
	case *Collate:
		if a := one(e.Arg); a != e.Arg {
			return &Collate{Arg: a, Coll: e.Coll}
		}
	case *Sublink:
		args, changedArgs := all(e.Args, one)
		left, changedLeft := all(e.Left, one)
		if changedArgs || changedLeft {
			c := *e
			c.Args, c.Left = args, left
			return &c
		}
	case *Agg:
		direct, changedDirect := all(e.Direct, one)
		args, changed := all(e.Args, one)
		order := make([]SortKey, len(e.Order))
		for i, k := range e.Order {
			order[i] = k
			order[i].Expr = one(k.Expr)
			changed = changed || order[i].Expr != k.Expr
		}
		filter := one(e.Filter)
		if changed || changedDirect || filter != e.Filter {
			c := *e
			c.Direct, c.Args, c.Filter = direct, args, filter
			if e.Order != nil {
				c.Order = order
			}
			return &c
		}
	case *WindowCall:
		args, changed := all(e.Args, one)
		filter := one(e.Filter)
		if changed || filter != e.Filter {
			c := *e
			c.Args, c.Filter = args, filter
			return &c
		}
	}
	return e
}

func all(es []Expr, f func(Expr) Expr) (out []Expr, changed bool) {
	out = es
	for i, e := range es {
		if e == nil {
			continue
		}
		n := f(e)
		if n == e {
			continue
		}
		if !changed {
			out = append([]Expr(nil), es...)
			changed = true
		}
		out[i] = n
	}
	return out, changed
}

// Vars gives the variables of this query's level below e, each column once, in order of first use.
func Vars(e Expr) []*Var {
	var out []*Var
	Walk(e, func(e Expr) bool {
		if v, ok := e.(*Var); ok && v.Level == 0 {
			for _, have := range out {
				if have.Col == v.Col {
					return true
				}
			}
			out = append(out, v)
		}
		return true
	})
	return out
}

// Equal tells whether two expressions are the same but for how they are displayed.
func Equal(a, b Expr) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || reflect.TypeOf(a) != reflect.TypeOf(b) || a.Type() != b.Type() || a.Collation() != b.Collation() {
		return false
	}
	switch a := a.(type) {
	case *Var:
		b := b.(*Var)
		return a.Col == b.Col && a.Level == b.Level
	case *Const:
		return equalDatum(a.Typ.OID, &a.Value, &b.(*Const).Value)
	case *Param:
		b := b.(*Param)
		return a.Index == b.Index && a.Exec == b.Exec
	case *Func:
		b := b.(*Func)
		if a.Proc != b.Proc || a.In != b.In || a.Spread != b.Spread {
			return false
		}
	case *NullTest:
		if a.Not != b.(*NullTest).Not {
			return false
		}
	case *BoolTest:
		if b := b.(*BoolTest); a.Want != b.Want || a.Not != b.Not {
			return false
		}
	case *Distinct:
		if a.Not != b.(*Distinct).Not {
			return false
		}
	case *Case:
		b := b.(*Case)
		if (a.Test == nil) != (b.Test == nil) || len(a.Whens) != len(b.Whens) || (a.Else == nil) != (b.Else == nil) {
			return false
		}
	case *MinMax:
		if a.Least != b.(*MinMax).Least {
			return false
		}
	case *AnyAll:
		if b := b.(*AnyAll); a.Op != b.Op || a.All != b.All || a.In != b.In {
			return false
		}
	case *ArrayExpr:
		if a.Nested != b.(*ArrayExpr).Nested {
			return false
		}
	case *RowCompare:
		if b := b.(*RowCompare); a.Op != b.Op || len(a.Left) != len(b.Left) {
			return false
		}
	case *Field:
		if a.Index != b.(*Field).Index {
			return false
		}
	case *Subscript:
		b := b.(*Subscript)
		if a.Slice != b.Slice || !sameGaps(a.Lower, b.Lower) || !sameGaps(a.Upper, b.Upper) {
			return false
		}
	case *Sublink:
		b := b.(*Sublink)
		p, ok := a.Plan.(interface{ Same(other any) bool })
		if !ok || a.Kind != b.Kind || len(a.Left) != len(b.Left) || !p.Same(b.Plan) {
			return false
		}
		for i := range a.Left {
			if !Equal(a.Left[i], b.Left[i]) {
				return false
			}
		}
		return Equal(a.Cmp, b.Cmp)
	case *Agg:
		b := b.(*Agg)
		if a.Proc != b.Proc || a.Distinct != b.Distinct || a.Star != b.Star || a.Level != b.Level || a.In != b.In ||
			len(a.Args) != len(b.Args) || len(a.Direct) != len(b.Direct) || len(a.Order) != len(b.Order) ||
			(a.Filter == nil) != (b.Filter == nil) {
			return false
		}
		for i := range a.Order {
			if a.Order[i].Desc != b.Order[i].Desc || a.Order[i].NullsFirst != b.Order[i].NullsFirst {
				return false
			}
		}
	case *WindowCall:
		b := b.(*WindowCall)
		if a.Proc != b.Proc || a.Star != b.Star || a.Window != b.Window || a.In != b.In || (a.Filter == nil) != (b.Filter == nil) {
			return false
		}
	}
	x, y := Children(a), Children(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !Equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

func sameGaps(a, b []Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if (a[i] == nil) != (b[i] == nil) {
			return false
		}
	}
	return true
}

// equalDatum compares by text form, so that 1.0 and 1.00 are two constants.
func equalDatum(oid types.OID, a, b *types.Datum) bool {
	if a.Null || b.Null {
		return a.Null == b.Null
	}
	s := types.DefaultStyle()
	x := types.AppendText(nil, types.Of(oid), a, s)
	return string(x) == string(types.AppendText(nil, types.Of(oid), b, s))
}

// Volatile tells whether e may give different values for the same input within one statement.
func Volatile(e Expr) bool { return !Walk(e, func(e Expr) bool { return volatility(e) != 'v' }) }

// Immutable tells whether e always gives the same value for the same input.
func Immutable(e Expr) bool { return Walk(e, func(e Expr) bool { return volatility(e) == 'i' }) }

// volatility is one node's own, as pg_proc.provolatile writes it.
func volatility(e Expr) byte {
	switch e := e.(type) {
	case *Func:
		return e.Proc.Volatile
	case *AnyAll:
		return e.Op.Volatile
	case *ViaIO:
		return worse(ioVolatility(e.Arg.Type().OID, true), ioVolatility(e.Typ.OID, false))
	case *Sublink:
		return 's'
	}
	return 'i'
}

func worse(a, b byte) byte {
	if a == 'v' || b == 'v' {
		return 'v'
	}
	if a == 's' || b == 's' {
		return 's'
	}
	return 'i'
}

// ioVolatility is the volatility of the type's output or input function.
func ioVolatility(t types.OID, out bool) byte {
	p := pgType(t)
	if p == nil {
		return 's'
	}
	oid := p.Input
	if out {
		oid = p.Output
	}
	if f := pgdata.ProcByOID(oid); f != nil {
		return f.Volatile
	}
	return 's'
}
