package plan

import (
	"strconv"
	"strings"

	"howdah/expr"
	"howdah/types"
)

// shower prints expressions. Its zero value calls columns by their names alone.
type shower struct {
	name    func(*expr.Var) string             // how a column is called
	params  []string                           // how Exec parameters are
	sublink func(shower, *expr.Sublink) string // how a planned sub-query is
}

func (w shower) column(v *expr.Var) string {
	if w.name == nil {
		return expr.QuoteIdentifier(v.Name)
	}
	return w.name(v)
}

// show prints an expression without what is around it.
func show(e expr.Expr) string { return shower{}.show(e) }

// show prints an expression as PostgreSQL's EXPLAIN does (ruleutils.c: every operator in parentheses).
func (w shower) show(e expr.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *expr.Var:
		return w.column(e)
	case *expr.Const:
		return showConst(e)
	case *expr.Param:
		if e.Exec && e.Index < len(w.params) {
			return w.params[e.Index]
		}
		return "$" + strconv.Itoa(e.Index+1)
	case *expr.Func:
		return w.showFunc(e)
	case *expr.And:
		return w.showList(e.Args, " AND ")
	case *expr.Or:
		return w.showList(e.Args, " OR ")
	case *expr.Not:
		return "(NOT " + w.show(e.Arg) + ")"
	case *expr.NullTest:
		return "(" + w.show(e.Arg) + " IS " + notIf(e.Not) + "NULL)"
	case *expr.BoolTest:
		return "(" + w.show(e.Arg) + " IS " + notIf(e.Not) + [...]string{"TRUE", "FALSE", "UNKNOWN"}[e.Want] + ")"
	case *expr.Distinct:
		return "(" + w.show(e.Eq.Args[0]) + " IS " + notIf(e.Not) + "DISTINCT FROM " + w.show(e.Eq.Args[1]) + ")"
	case *expr.NullIf:
		return "NULLIF(" + w.show(e.Eq.Args[0]) + ", " + w.show(e.Eq.Args[1]) + ")"
	case *expr.Case:
		s := "CASE"
		if e.Test != nil {
			s += " " + w.show(e.Test)
		}
		for _, arm := range e.Whens {
			cond := arm.Cond
			if f, ok := cond.(*expr.Func); ok && e.Test != nil && len(f.Args) == 2 {
				cond = f.Args[1]
			}
			s += " WHEN " + w.show(cond) + " THEN " + w.show(arm.Result)
		}
		if e.Else != nil {
			s += " ELSE " + w.show(e.Else)
		} else {
			s += " ELSE NULL::" + expr.FormatType(e.Typ)
		}
		return s + " END"
	case *expr.CaseTest:
		return "CASE_TEST_EXPR"
	case *expr.Coalesce:
		return "COALESCE(" + strings.Join(w.showAll(e.Args), ", ") + ")"
	case *expr.MinMax:
		if e.Least {
			return "LEAST(" + strings.Join(w.showAll(e.Args), ", ") + ")"
		}
		return "GREATEST(" + strings.Join(w.showAll(e.Args), ", ") + ")"
	case *expr.AnyAll:
		word := "ANY"
		if e.All {
			word = "ALL"
		}
		return "(" + w.show(e.Left) + " " + e.Name + " " + word + " (" + w.show(e.Right) + "))"
	case *expr.ArrayExpr:
		return "ARRAY[" + strings.Join(w.showAll(e.Elems), ", ") + "]"
	case *expr.Row:
		return "ROW(" + strings.Join(w.showAll(e.Fields), ", ") + ")"
	case *expr.RowCompare:
		return "(ROW(" + strings.Join(w.showAll(e.Left), ", ") + ") " + e.Op + " ROW(" + strings.Join(w.showAll(e.Right), ", ") + "))"
	case *expr.Field:
		if r, ok := e.Arg.(*expr.Row); ok && e.Index >= 0 && e.Index < len(r.Names) {
			return "(" + w.show(e.Arg) + ")." + expr.QuoteIdentifier(r.Names[e.Index])
		}
		return "(" + w.show(e.Arg) + ").f" + strconv.Itoa(e.Index+1)
	case *expr.Subscript:
		return w.showSubscript(e)
	case *expr.Relabel:
		return w.showCast(e.Arg, e.Typ, e.Show)
	case *expr.ViaIO:
		return w.showCast(e.Arg, e.Typ, e.Show)
	case *expr.ArrayCoerce:
		return w.showCast(e.Arg, e.Typ, e.Show)
	case *expr.Collate:
		return "(" + w.show(e.Arg) + " COLLATE " + expr.QuoteIdentifier(expr.CollationName(e.Coll)) + ")"
	case *expr.Sublink:
		return w.showSublink(e)
	case *expr.Agg:
		return w.showAgg(e)
	case *expr.WindowCall:
		return w.showWindowCall(e)
	}
	return "?"
}

func notIf(not bool) string {
	if not {
		return "NOT "
	}
	return ""
}

func (w shower) showList(es []expr.Expr, sep string) string {
	return "(" + strings.Join(w.showAll(es), sep) + ")"
}

func (w shower) showCast(arg expr.Expr, t types.Type, d expr.Display) string {
	s := w.show(arg)
	if d == expr.AsImplicitCast {
		return s
	}
	if strings.HasPrefix(s, "(") && closes(s) {
		return s + "::" + expr.FormatType(t)
	}
	return "(" + s + ")::" + expr.FormatType(t)
}

func (w shower) showFunc(f *expr.Func) string {
	if s, ok := expr.SQLJSONOf(f.Proc); ok {
		return s.Show(f.Args, w.showAll(f.Args), "")
	}
	switch f.Show {
	case expr.AsOperator:
		if len(f.Args) == 1 {
			return "(" + f.Name + " " + w.show(f.Args[0]) + ")"
		}
		return "(" + w.show(f.Args[0]) + " " + f.Name + " " + w.show(f.Args[1]) + ")"
	case expr.AsCast, expr.AsImplicitCast:
		return w.showCast(f.Args[0], f.Typ, f.Show)
	}
	args := w.showAll(f.Args)
	if len(args) > 0 && (f.Spread || f.Proc.Variadic != 0 && f.Proc.Variadic != uint32(types.AnyOIDOID)) {
		args[len(args)-1] = "VARIADIC " + args[len(args)-1]
	}
	return expr.QuoteIdentifier(f.Proc.Name) + "(" + strings.Join(args, ", ") + ")"
}

func (w shower) showSubscript(e *expr.Subscript) string {
	s := w.show(e.Arg)
	if _, ok := e.Arg.(*expr.Var); !ok && !strings.HasPrefix(s, "(") {
		s = "(" + s + ")"
	}
	for i, u := range e.Upper {
		s += "["
		if e.Slice {
			if i < len(e.Lower) {
				s += w.show(e.Lower[i])
			}
			s += ":"
		}
		s += w.show(u) + "]"
	}
	return s
}

func (w shower) showSublink(e *expr.Sublink) string {
	if w.sublink == nil {
		return "(SubPlan)"
	}
	return w.sublink(w, e)
}

func (w shower) showAgg(a *expr.Agg) string {
	args := strings.Join(w.showAll(append(append([]expr.Expr(nil), a.Direct...), a.Args...)), ", ")
	within := len(a.Direct) > 0
	switch {
	case a.Star:
		args = "*"
	case a.Distinct:
		args = "DISTINCT " + args
	}
	if len(a.Order) > 0 && !within {
		args += " ORDER BY " + strings.Join(w.showKeys(a.Order), ", ")
	}
	s := expr.QuoteIdentifier(a.Proc.Name) + "(" + args + ")"
	if within {
		s = expr.QuoteIdentifier(a.Proc.Name) + "(" + strings.Join(w.showAll(a.Direct), ", ") + ") WITHIN GROUP (ORDER BY " +
			strings.Join(w.showKeys(a.Order), ", ") + ")"
	}
	if j, ok := expr.SQLJSONOf(a.Proc); ok {
		s = j.Show(a.Args, w.showAll(a.Args), strings.Join(w.showKeys(a.Order), ", "))
	}
	if a.Filter != nil {
		s += " FILTER (WHERE " + w.show(a.Filter) + ")"
	}
	return s
}

func (w shower) showWindowCall(c *expr.WindowCall) string {
	args := strings.Join(w.showAll(c.Args), ", ")
	if c.Star {
		args = "*"
	}
	s := expr.QuoteIdentifier(c.Proc.Name) + "(" + args + ")"
	if j, ok := expr.SQLJSONOf(c.Proc); ok {
		s = j.Show(c.Args, w.showAll(c.Args), "")
	}
	if c.Filter != nil {
		s += " FILTER (WHERE " + w.show(c.Filter) + ")"
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
