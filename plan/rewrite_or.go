package plan

import (
	"slices"

	"howdah/expr"
)

// common takes what all arms of an OR demand out of it: (a and b) or (a and c) is a and (b or c).
func common(quals []expr.Expr) []expr.Expr {
	if !slices.ContainsFunc(quals, func(q expr.Expr) bool { _, ok := q.(*expr.Or); return ok }) {
		return quals
	}
	var out []expr.Expr
	for _, q := range quals {
		or, ok := q.(*expr.Or)
		if !ok || expr.Volatile(q) {
			out = append(out, q)
			continue
		}
		var arms [][]expr.Expr
		for _, a := range or.Args {
			arms = append(arms, conjuncts(a))
		}
		var shared []expr.Expr
		for _, c := range arms[0] {
			if !slices.ContainsFunc(arms[1:], func(arm []expr.Expr) bool { return !has(arm, c) }) && !has(shared, c) {
				shared = append(shared, c)
			}
		}
		if len(shared) == 0 {
			out = append(out, q)
			continue
		}
		out = append(out, shared...)
		rest := &expr.Or{}
		for _, arm := range arms {
			arm = slices.DeleteFunc(slices.Clone(arm), func(c expr.Expr) bool { return has(shared, c) })
			if len(arm) == 0 { // the shared part alone is enough
				rest = nil
				break
			}
			rest.Args = append(rest.Args, allOf(arm))
		}
		if rest != nil {
			out = append(out, rest)
		}
	}
	return out
}

func has(list []expr.Expr, e expr.Expr) bool {
	return slices.ContainsFunc(list, func(x expr.Expr) bool { return expr.Equal(x, e) })
}

func allOf(quals []expr.Expr) expr.Expr {
	if len(quals) == 1 {
		return quals[0]
	}
	return &expr.And{Args: quals}
}

// implied gives what an OR over both sides of a join demands of one side alone: from (l1 and r1) or (l2 and r2) follows
// l1 or l2. It is tested beside the OR, early; so it is made of plain comparisons only, which cannot fail.
func implied(q expr.Expr, mine func(*expr.Var) bool) expr.Expr {
	or, ok := q.(*expr.Or)
	if !ok {
		return nil
	}
	out := &expr.Or{}
	for _, a := range or.Args {
		var part []expr.Expr
		for _, c := range conjuncts(a) {
			if vars := expr.Vars(c); len(vars) > 0 && comparison(c) && !slices.ContainsFunc(vars, func(v *expr.Var) bool { return !mine(v) }) {
				part = append(part, c)
			}
		}
		if len(part) == 0 {
			return nil
		}
		out.Args = append(out.Args, allOf(part))
	}
	return out
}

// comparison tells of a comparison of columns and constants.
func comparison(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Func:
		if e.Show != expr.AsOperator || len(e.Args) != 2 || !slices.Contains([]string{"=", "<>", "<", ">", "<=", ">="}, e.Name) {
			return false
		}
		return plain(e.Args[0]) && plain(e.Args[1])
	case *expr.AnyAll:
		return slices.Contains([]string{"=", "<>", "<", ">", "<=", ">="}, e.Name) && plain(e.Left) && plain(e.Right)
	}
	return false
}

// plain tells of a column or a constant, be it under another name of its type.
func plain(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Var:
		return e.Level == 0
	case *expr.Const:
		return true
	case *expr.Relabel:
		return plain(e.Arg)
	}
	return false
}
