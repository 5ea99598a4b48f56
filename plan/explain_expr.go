package plan

import (
	"strconv"
	"strings"

	"howdah/expr"
	"howdah/types"
)

// show prints an expression as PostgreSQL's EXPLAIN does (ruleutils.c: every operator in parentheses).
func show(e expr.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *expr.Var:
		return varName(e)
	case *expr.Const:
		return showConst(e)
	case *expr.Param:
		return "$" + strconv.Itoa(e.Index+1)
	case *expr.Func:
		return showFunc(e)
	case *expr.And:
		return showList(e.Args, " AND ")
	case *expr.Or:
		return showList(e.Args, " OR ")
	case *expr.Not:
		return "(NOT " + show(e.Arg) + ")"
	case *expr.NullTest:
		return "(" + show(e.Arg) + " IS " + notIf(e.Not) + "NULL)"
	case *expr.BoolTest:
		return "(" + show(e.Arg) + " IS " + notIf(e.Not) + [...]string{"TRUE", "FALSE", "UNKNOWN"}[e.Want] + ")"
	case *expr.Distinct:
		return "(" + show(e.Eq.Args[0]) + " IS " + notIf(e.Not) + "DISTINCT FROM " + show(e.Eq.Args[1]) + ")"
	case *expr.NullIf:
		return "NULLIF(" + show(e.Eq.Args[0]) + ", " + show(e.Eq.Args[1]) + ")"
	case *expr.Case:
		s := "CASE"
		if e.Test != nil {
			s += " " + show(e.Test)
		}
		for _, w := range e.Whens {
			cond := w.Cond
			if f, ok := cond.(*expr.Func); ok && e.Test != nil && len(f.Args) == 2 {
				cond = f.Args[1]
			}
			s += " WHEN " + show(cond) + " THEN " + show(w.Result)
		}
		if e.Else != nil {
			s += " ELSE " + show(e.Else)
		} else {
			s += " ELSE NULL::" + expr.FormatType(e.Typ)
		}
		return s + " END"
	case *expr.CaseTest:
		return "CASE_TEST_EXPR"
	case *expr.Coalesce:
		return "COALESCE(" + strings.Join(showAll(e.Args), ", ") + ")"
	case *expr.MinMax:
		if e.Least {
			return "LEAST(" + strings.Join(showAll(e.Args), ", ") + ")"
		}
		return "GREATEST(" + strings.Join(showAll(e.Args), ", ") + ")"
	case *expr.AnyAll:
		word := "ANY"
		if e.All {
			word = "ALL"
		}
		return "(" + show(e.Left) + " " + e.Name + " " + word + " (" + show(e.Right) + "))"
	case *expr.ArrayExpr:
		return "ARRAY[" + strings.Join(showAll(e.Elems), ", ") + "]"
	case *expr.Row:
		return "ROW(" + strings.Join(showAll(e.Fields), ", ") + ")"
	case *expr.RowCompare:
		return "(ROW(" + strings.Join(showAll(e.Left), ", ") + ") " + e.Op + " ROW(" + strings.Join(showAll(e.Right), ", ") + "))"
	case *expr.Field:
		if r, ok := e.Arg.(*expr.Row); ok && e.Index >= 0 && e.Index < len(r.Names) {
			return "(" + show(e.Arg) + ")." + expr.QuoteIdentifier(r.Names[e.Index])
		}
		return "(" + show(e.Arg) + ").f" + strconv.Itoa(e.Index+1)
	case *expr.Subscript:
		return showSubscript(e)
	case *expr.Relabel:
		return showCast(e.Arg, e.Typ, e.Show)
	case *expr.ViaIO:
		return showCast(e.Arg, e.Typ, e.Show)
	case *expr.ArrayCoerce:
		return showCast(e.Arg, e.Typ, e.Show)
	case *expr.Collate:
		return "(" + show(e.Arg) + " COLLATE " + expr.QuoteIdentifier(expr.CollationName(e.Coll)) + ")"
	case *expr.Sublink:
		return showSublink(e)
	case *expr.Agg:
		return showAgg(e)
	case *expr.WindowCall:
		return showWindowCall(e)
	}
	return "?"
}

func notIf(not bool) string {
	if not {
		return "NOT "
	}
	return ""
}

func showList(es []expr.Expr, sep string) string { return "(" + strings.Join(showAll(es), sep) + ")" }

func showCast(arg expr.Expr, t types.Type, d expr.Display) string {
	s := show(arg)
	if d == expr.AsImplicitCast {
		return s
	}
	if strings.HasPrefix(s, "(") && closes(s) {
		return s + "::" + expr.FormatType(t)
	}
	return "(" + s + ")::" + expr.FormatType(t)
}

func showFunc(f *expr.Func) string {
	switch f.Show {
	case expr.AsOperator:
		if len(f.Args) == 1 {
			return "(" + f.Name + " " + show(f.Args[0]) + ")"
		}
		return "(" + show(f.Args[0]) + " " + f.Name + " " + show(f.Args[1]) + ")"
	case expr.AsCast, expr.AsImplicitCast:
		return showCast(f.Args[0], f.Typ, f.Show)
	}
	args := showAll(f.Args)
	if len(args) > 0 && (f.Spread || f.Proc.Variadic != 0 && f.Proc.Variadic != uint32(types.AnyOIDOID)) {
		args[len(args)-1] = "VARIADIC " + args[len(args)-1]
	}
	return expr.QuoteIdentifier(f.Proc.Name) + "(" + strings.Join(args, ", ") + ")"
}

func showSubscript(e *expr.Subscript) string {
	s := show(e.Arg)
	if _, ok := e.Arg.(*expr.Var); !ok && !strings.HasPrefix(s, "(") {
		s = "(" + s + ")"
	}
	for i, u := range e.Upper {
		s += "["
		if e.Slice {
			if i < len(e.Lower) {
				s += show(e.Lower[i])
			}
			s += ":"
		}
		s += show(u) + "]"
	}
	return s
}

func showSublink(e *expr.Sublink) string {
	name := "SubPlan " + strconv.Itoa(e.Index+1)
	switch e.Kind {
	case expr.ExistsSublink:
		return "EXISTS(" + name + ")"
	case expr.ArraySublink:
		return "ARRAY(" + name + ")"
	case expr.AnySublink, expr.AllSublink:
		word := "ANY"
		if e.Kind == expr.AllSublink {
			word = "ALL"
		}
		return "(" + strings.Join(showAll(e.Left), ", ") + " " + word + " " + name + ")"
	case expr.RowSublink:
		return "(ROW(" + strings.Join(showAll(e.Left), ", ") + ") op (" + name + "))"
	}
	return "(" + name + ")"
}

func showAgg(a *expr.Agg) string {
	args := strings.Join(showAll(append(append([]expr.Expr(nil), a.Direct...), a.Args...)), ", ")
	within := len(a.Direct) > 0
	switch {
	case a.Star:
		args = "*"
	case a.Distinct:
		args = "DISTINCT " + args
	}
	if len(a.Order) > 0 && !within {
		args += " ORDER BY " + strings.Join(showKeys(a.Order), ", ")
	}
	s := expr.QuoteIdentifier(a.Proc.Name) + "(" + args + ")"
	if within {
		s = expr.QuoteIdentifier(a.Proc.Name) + "(" + strings.Join(showAll(a.Direct), ", ") + ") WITHIN GROUP (ORDER BY " +
			strings.Join(showKeys(a.Order), ", ") + ")"
	}
	if a.Filter != nil {
		s += " FILTER (WHERE " + show(a.Filter) + ")"
	}
	return s
}

func showWindowCall(w *expr.WindowCall) string {
	args := strings.Join(showAll(w.Args), ", ")
	if w.Star {
		args = "*"
	}
	s := expr.QuoteIdentifier(w.Proc.Name) + "(" + args + ")"
	if w.Filter != nil {
		s += " FILTER (WHERE " + show(w.Filter) + ")"
	}
	return s + " OVER (?)"
}

// showConst prints a constant with the label that it needs to be read back as the same type (get_const_expr).
func showConst(c *expr.Const) string {
	label := "::" + expr.FormatType(c.Typ)
	if c.Value.Null {
		return "NULL" + label
	}
	text := string(types.AppendText(nil, c.Typ, &c.Value, types.DefaultStyle()))
	switch c.Typ.OID {
	case types.BoolOID:
		return strconv.FormatBool(c.Value.Bool)
	case types.Int4OID:
		if c.Value.Int >= 0 {
			return text
		}
	case types.NumericOID:
		if strings.Trim(text, "0123456789.") == "" {
			if strings.Contains(text, ".") && c.Typ.Typmod < 0 {
				return text
			}
			if !strings.Contains(text, ".") {
				break
			}
		}
	case types.UnknownOID:
		label = ""
	}
	text = strings.ReplaceAll(text, "'", "''")
	if strings.Contains(text, `\`) {
		return "E'" + strings.ReplaceAll(text, `\`, `\\`) + "'" + label
	}
	return "'" + text + "'" + label
}
