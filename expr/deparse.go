package expr

import (
	"slices"
	"strconv"
	"strings"

	"howdah/internal/pgdata"
	"howdah/types"
)

// String prints e as PostgreSQL's EXPLAIN does (ruleutils.c without pretty printing): all parentheses, and implicit
// casts where they decide which operator or function is meant. names gives a variable's name, qualified or not; nil = its own.
func String(e Expr, names func(*Var) string) string {
	if names == nil {
		names = func(v *Var) string { return QuoteIdentifier(v.Name) }
	}
	d := deparser{names: names}
	d.bare(e)
	return d.String()
}

type deparser struct {
	strings.Builder
	names func(*Var) string
}

func (d *deparser) put(parts ...string) {
	for _, p := range parts {
		d.WriteString(p)
	}
}

func (d *deparser) list(es []Expr) {
	for i, e := range es {
		if i > 0 {
			d.put(", ")
		}
		d.expr(e)
	}
}

// bare prints e without an implicit cast on top.
func (d *deparser) bare(e Expr) {
	for {
		switch x := e.(type) {
		case *Relabel:
			if x.Show == AsImplicitCast {
				e = x.Arg
				continue
			}
		case *ViaIO:
			if x.Show == AsImplicitCast {
				e = x.Arg
				continue
			}
		case *ArrayCoerce:
			if x.Show == AsImplicitCast {
				e = x.Arg
				continue
			}
		case *Func:
			if x.Show == AsImplicitCast {
				e = x.Args[0]
				continue
			}
		}
		break
	}
	d.expr(e)
}

// expr prints e with its casts.
func (d *deparser) expr(e Expr) {
	switch e := e.(type) {
	case nil:
		d.put("NULL")
	case *Var:
		d.put(d.names(e))
	case *Const:
		d.constant(e, true)
	case *Param:
		d.put("$", strconv.Itoa(e.Index+1))
	case *Func:
		d.function(e)
	case *And:
		d.joined(e.Args, " AND ")
	case *Or:
		d.joined(e.Args, " OR ")
	case *Not:
		d.put("(NOT ")
		d.bare(e.Arg)
		d.put(")")
	case *NullTest:
		d.put("(")
		d.expr(e.Arg)
		d.put(map[bool]string{false: " IS NULL)", true: " IS NOT NULL)"}[e.Not])
	case *BoolTest:
		d.put("(")
		d.bare(e.Arg)
		d.put(" IS ", map[bool]string{true: "NOT "}[e.Not], [...]string{"TRUE", "FALSE", "UNKNOWN"}[e.Want], ")")
	case *Distinct:
		if e.Not {
			d.put("(NOT ")
		}
		d.binary(e.Eq.Args[0], "IS DISTINCT FROM", e.Eq.Args[1])
		if e.Not {
			d.put(")")
		}
	case *NullIf:
		d.put("NULLIF(")
		d.list(e.Eq.Args)
		d.put(")")
	case *Case:
		d.caseOf(e)
	case *CaseTest:
		d.put("CASE_TEST_EXPR")
	case *Coalesce:
		d.put("COALESCE(")
		d.list(e.Args)
		d.put(")")
	case *MinMax:
		d.put(map[bool]string{false: "GREATEST(", true: "LEAST("}[e.Least])
		d.list(e.Args)
		d.put(")")
	case *AnyAll:
		d.put("(")
		d.expr(e.Left)
		d.put(" ", e.Name, map[bool]string{false: " ANY (", true: " ALL ("}[e.All])
		d.expr(e.Right)
		d.put("))")
	case *ArrayExpr:
		d.put("ARRAY[")
		d.list(e.Elems)
		d.put("]")
		if len(e.Elems) == 0 {
			d.put("::", FormatType(e.Typ))
		}
	case *Row:
		d.put("ROW(")
		d.list(e.Fields)
		d.put(")")
	case *RowCompare:
		d.put("(ROW(")
		d.list(e.Left)
		d.put(") ", e.Op, " ROW(")
		d.list(e.Right)
		d.put("))")
	case *Field:
		name := "f" + strconv.Itoa(e.Index+1)
		if f, ok := e.Arg.(*Func); ok {
			name = outName(f.Proc, e.Index)
		}
		d.put("(")
		d.expr(e.Arg)
		d.put(").", QuoteIdentifier(name))
	case *Subscript:
		d.subscript(e)
	case *Relabel:
		d.cast(e.Arg, e.Typ)
	case *ViaIO:
		d.cast(e.Arg, e.Typ)
	case *ArrayCoerce:
		d.cast(e.Arg, e.Typ)
	case *Collate:
		d.put("(")
		d.expr(e.Arg)
		d.put(" COLLATE ", QuoteIdentifier(CollationName(e.Coll)), ")")
	case *Sublink:
		d.put("(SubPlan ", strconv.Itoa(e.Index+1), ")")
	case *Agg:
		d.aggregate(e)
	case *WindowCall:
		d.put(QuoteIdentifier(e.Proc.Name), "(")
		if e.Star {
			d.put("*")
		}
		d.list(e.Args)
		d.put(")")
		if e.Filter != nil {
			d.put(" FILTER (WHERE ")
			d.expr(e.Filter)
			d.put(")")
		}
		d.put(" OVER (?)")
	}
}

func outName(p *pgdata.Proc, index int) string {
	for i, m := range p.ArgModes {
		if m == 'o' || m == 'b' || m == 't' {
			if index == 0 && i < len(p.ArgNames) {
				return p.ArgNames[i]
			}
			index--
		}
	}
	return "f" + strconv.Itoa(index+1)
}

func (d *deparser) joined(es []Expr, word string) {
	d.put("(")
	for i, e := range es {
		if i > 0 {
			d.put(word)
		}
		d.bare(e)
	}
	d.put(")")
}

func (d *deparser) binary(l Expr, op string, r Expr) {
	d.put("(")
	d.expr(l)
	d.put(" ", op, " ")
	d.expr(r)
	d.put(")")
}

// constant is get_const_expr; label false leaves the type out.
func (d *deparser) constant(c *Const, label bool) {
	if c.Value.Null {
		d.put("NULL")
		if label {
			d.put("::", FormatType(c.Typ))
		}
		return
	}
	var text string
	if isReg(c.Typ.OID) {
		text = string(appendReg(nil, c.Typ.OID, types.OID(c.Value.Int), &Env{Style: types.DefaultStyle()}))
	} else {
		text = string(types.AppendText(nil, c.Typ, &c.Value, types.DefaultStyle()))
	}
	needed := true
	switch c.Typ.OID {
	case types.Int4OID:
		if needed = text[0] == '-'; !needed {
			d.put(text)
		} else {
			d.quoted(text)
		}
	case types.NumericOID:
		if text[0] >= '0' && text[0] <= '9' && strings.ContainsAny(text, "eE.") {
			d.put(text)
			needed = c.Typ.Typmod >= 0
		} else {
			d.quoted(text)
		}
	case types.BoolOID:
		d.put(map[bool]string{true: "true", false: "false"}[c.Value.Bool])
		needed = false
	case types.BitOID, types.VarbitOID:
		d.put("B'", text, "'")
	case types.UnknownOID:
		d.quoted(text)
		needed = false
	default:
		d.quoted(text)
	}
	if !label {
		return
	}
	if needed {
		d.put("::", FormatType(c.Typ))
	}
	if c.Coll != types.NoCollation && c.Coll != typeCollation(c.Typ.OID) {
		d.put(" COLLATE ", QuoteIdentifier(CollationName(c.Coll)))
	}
}

func (d *deparser) quoted(s string) {
	d.put("'", strings.ReplaceAll(s, "'", "''"), "'")
}

// cast is get_coercion_expr.
func (d *deparser) cast(arg Expr, t types.Type) {
	if c, ok := arg.(*Const); ok && c.Typ == types.Of(t.OID) {
		d.constant(c, false)
	} else {
		d.put("(")
		d.bare(arg)
		d.put(")")
	}
	d.put("::", FormatType(t))
}

func (d *deparser) function(f *Func) {
	if s, ok := SQLJSONOf(f.Proc); ok {
		d.put(s.Show(f.Args, d.texts(f.Args), ""))
		return
	}
	switch f.Show {
	case AsImplicitCast, AsCast:
		d.cast(f.Args[0], f.Typ)
		return
	case AsOperator:
		if len(f.Args) == 1 {
			d.put("(", f.Name, " ")
			d.expr(f.Args[0])
			d.put(")")
			return
		}
		d.binary(f.Args[0], f.Name, f.Args[1])
		return
	}
	if f.Proc.Namespace != pgdata.PgCatalog {
		d.put("information_schema.")
	}
	d.put(QuoteIdentifier(f.Proc.Name), "(")
	for i, a := range f.Args {
		if i > 0 {
			d.put(", ")
		}
		if _, array := a.(*ArrayExpr); i == len(f.Args)-1 && (f.Spread || array && f.Proc.Variadic != 0 && f.Proc.Variadic != uint32(types.AnyOIDOID)) {
			d.put("VARIADIC ")
		}
		d.expr(a)
	}
	d.put(")")
}

func (d *deparser) caseOf(e *Case) {
	d.put("CASE")
	if e.Test != nil {
		d.put(" ")
		d.expr(e.Test)
	}
	for _, w := range e.Whens {
		d.put(" WHEN ")
		cond := w.Cond
		if f, ok := cond.(*Func); ok && e.Test != nil && len(f.Args) == 2 && slices.ContainsFunc(f.Args[:1], isCaseTest) {
			cond = f.Args[1]
		}
		d.expr(cond)
		d.put(" THEN ")
		d.expr(w.Result)
	}
	if e.Else != nil {
		d.put(" ELSE ")
		d.expr(e.Else)
	}
	d.put(" END")
}

// isCaseTest sees through implicit casts.
func isCaseTest(e Expr) bool {
	switch e := e.(type) {
	case *CaseTest:
		return true
	case *Relabel:
		return e.Show == AsImplicitCast && isCaseTest(e.Arg)
	case *ViaIO:
		return e.Show == AsImplicitCast && isCaseTest(e.Arg)
	case *Func:
		return e.Show == AsImplicitCast && isCaseTest(e.Args[0])
	}
	return false
}

func (d *deparser) subscript(e *Subscript) {
	_, isVar := e.Arg.(*Var)
	_, isField := e.Arg.(*Field)
	if isVar || isField {
		d.expr(e.Arg)
	} else {
		d.put("(")
		d.expr(e.Arg)
		d.put(")")
	}
	for i, up := range e.Upper {
		d.put("[")
		if e.Slice {
			if e.Lower[i] != nil {
				d.expr(e.Lower[i])
			}
			d.put(":")
		}
		if up != nil {
			d.expr(up)
		}
		d.put("]")
	}
}

func (d *deparser) aggregate(a *Agg) {
	d.put(QuoteIdentifier(a.Proc.Name), "(")
	if a.Distinct {
		d.put("DISTINCT ")
	}
	ordered := false
	if info := pgdata.AggregateByOID(a.Proc.OID); info != nil {
		ordered = info.Kind != 'n'
	}
	switch {
	case ordered:
		d.list(a.Direct)
		d.put(") WITHIN GROUP (")
	case a.Star:
		d.put("*")
	default:
		d.list(a.Args)
	}
	if len(a.Order) > 0 {
		if !ordered {
			d.put(" ")
		}
		d.put("ORDER BY ")
		for i, k := range a.Order {
			if i > 0 {
				d.put(", ")
			}
			d.put(SortKeyString(k, d.names))
		}
	}
	d.put(")")
	if a.Filter != nil {
		d.put(" FILTER (WHERE ")
		d.expr(a.Filter)
		d.put(")")
	}
}

// SortKeyString prints a key of an order as EXPLAIN does: what is the default is left out.
func SortKeyString(k SortKey, names func(*Var) string) string {
	s := String(k.Expr, names)
	if k.Desc {
		s += " DESC"
	}
	if k.NullsFirst != k.Desc {
		s += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst]
	}
	return s
}
