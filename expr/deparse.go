package expr

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"howdah/internal/pgdata"
	"howdah/types"
)

// String prints e as PostgreSQL's EXPLAIN does (ruleutils.c without pretty printing): all parentheses, and implicit
// casts where they decide which operator or function is meant. names gives a variable's name, qualified or not; nil = its own.
func String(e Expr, names func(*Var) string) string {
	p := Printer{}
	if names != nil {
		p.Column = func(v *Var) string { return names(v) }
	}
	p.Expr(e, false)
	return p.String()
}

// DefinitionString prints e as the catalogs show it: String with lines broken at CASE, or pretty, with the parentheses
// that are needed alone.
func DefinitionString(e Expr, pretty bool, names func(*Var) string) string {
	p := Printer{Pretty: pretty, Indent: true, Column: names}
	p.Expr(e, false)
	return p.String()
}

// Printer prints bound expressions as PostgreSQL's ruleutils.c does. Its zero value prints all parentheses, on one line.
type Printer struct {
	bytes.Buffer

	Pretty bool // only the parentheses that are needed
	Indent bool // lines are broken at keywords
	Level  int  // of indentation

	Style *types.Style // of constants; nil = the default

	Column  func(*Var) string                // nil = its own name
	Instead func(Expr) Expr                  // what is printed for an expression: itself, another, a *Shown
	Sublink func(*Printer, *Sublink)         // nil = EXPLAIN's (SubPlan 1)
	Over    func(*Printer, *WindowCall)      // a call's window; nil = EXPLAIN's (?)
	Field   func(*Field) string              // a field's name; nil = as far as the call tells
	Written func(*Func) (w Written, ok bool) // how a call was written
}

// Written is how a function's call was written.
type Written struct {
	Args   int      // how many arguments; the others are defaults
	Names  []string // of named arguments, "" = positional; nil = all are
	Syntax bool     // in the SQL standard's own syntax: EXTRACT(year FROM d)
}

// Shown stands for an expression that is printed in a way of its own.
type Shown struct {
	Expr
	IsVar bool // it is printed like a column
	// Print prints it; top tells that a whole row would be taken apart where it stands.
	Print func(p *Printer, top bool)
}

// Put appends texts.
func (p *Printer) Put(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// Keyword is appendContextKeyword: where lines are broken, a keyword begins one.
func (p *Printer) Keyword(word string, before, after, plus int) {
	if !p.Indent {
		p.WriteString(word)
		return
	}
	const limit, perLevel = 40, 8
	p.Level += before
	p.TrimSpaces()
	p.WriteByte('\n')
	amount := max(p.Level, 0)
	if p.Level >= limit {
		amount = (limit + (p.Level-limit)/(perLevel/2)) % limit
	}
	for range amount + plus {
		p.WriteByte(' ')
	}
	p.WriteString(word)
	p.Level = max(p.Level+after, 0)
}

// TrimSpaces drops the blanks at the end.
func (p *Printer) TrimSpaces() {
	p.Truncate(len(bytes.TrimRight(p.Bytes(), " ")))
}

// List prints expressions with commas between them.
func (p *Printer) List(es []Expr, implicit bool) {
	for i, e := range es {
		if i > 0 {
			p.Put(", ")
		}
		p.Expr(e, implicit)
	}
}

// TopList is List where a whole row would be taken apart.
func (p *Printer) TopList(es []Expr, sep string, implicit bool) {
	for i, e := range es {
		if i > 0 {
			p.Put(sep)
		}
		p.Top(e, implicit)
	}
}

// Top prints an expression where a whole row, t.*, would be taken apart.
func (p *Printer) Top(e Expr, implicit bool) {
	if s, ok := p.real(e).(*Shown); ok {
		s.Print(p, true)
		return
	}
	p.Expr(e, implicit)
}

// real is what is printed for e.
func (p *Printer) real(e Expr) Expr {
	if p.Instead == nil || e == nil {
		return e
	}
	return p.Instead(e)
}

// open and shut print the parentheses that every operator has where they are not thought over.
func (p *Printer) open() {
	if !p.Pretty {
		p.WriteByte('(')
	}
}

func (p *Printer) shut() {
	if !p.Pretty {
		p.WriteByte(')')
	}
}

// inside prints an argument of parent, in parentheses where they are needed and not always printed.
func (p *Printer) inside(e Expr, implicit bool, parent Expr) {
	paren := p.Pretty && !p.simple(e, parent)
	if paren {
		p.WriteByte('(')
	}
	p.Expr(e, implicit)
	if paren {
		p.WriteByte(')')
	}
}

// Expr prints e. implicit tells whether an implicit cast on top is shown.
func (p *Printer) Expr(e Expr, implicit bool) {
	e = p.real(e)
	switch e := e.(type) {
	case nil:
		p.Put("NULL")
	case *Shown:
		e.Print(p, false)
	case *Var:
		if p.Column == nil {
			p.Put(QuoteIdentifier(e.Name))
		} else {
			p.Put(p.Column(e))
		}
	case *Const:
		p.constant(e, 0)
	case *Param:
		p.Put("$", strconv.Itoa(e.Index+1))
	case *Func:
		p.function(e, implicit)
	case *And:
		p.joined(e.Args, " AND ", e)
	case *Or:
		p.joined(e.Args, " OR ", e)
	case *Not:
		p.open()
		p.Put("NOT ")
		p.inside(e.Arg, false, e)
		p.shut()
	case *NullTest:
		p.open()
		p.inside(e.Arg, true, e)
		p.Put(map[bool]string{false: " IS NULL", true: " IS NOT NULL"}[e.Not])
		p.shut()
	case *BoolTest:
		p.open()
		p.inside(e.Arg, false, e)
		p.Put(" IS ", map[bool]string{true: "NOT "}[e.Not], [...]string{"TRUE", "FALSE", "UNKNOWN"}[e.Want])
		p.shut()
	case *Distinct:
		if e.Not {
			p.open()
			p.Put("NOT ")
		}
		p.open()
		p.inside(e.Eq.Args[0], true, e)
		p.Put(" IS DISTINCT FROM ")
		p.inside(e.Eq.Args[1], true, e)
		p.shut()
		if e.Not {
			p.shut()
		}
	case *NullIf:
		p.Put("NULLIF(")
		p.List(e.Eq.Args, true)
		p.Put(")")
	case *Case:
		p.caseOf(e)
	case *CaseTest:
		p.Put("CASE_TEST_EXPR")
	case *Coalesce:
		p.Put("COALESCE(")
		p.List(e.Args, true)
		p.Put(")")
	case *MinMax:
		p.Put(map[bool]string{false: "GREATEST(", true: "LEAST("}[e.Least])
		p.List(e.Args, true)
		p.Put(")")
	case *AnyAll:
		p.open()
		p.inside(e.Left, true, e)
		p.Put(" ", e.Name, map[bool]string{false: " ANY (", true: " ALL ("}[e.All])
		p.inside(e.Right, true, e)
		if s, ok := p.real(e.Right).(*Sublink); ok && s.Kind == ScalarSublink {
			p.Put("::", FormatType(s.Typ))
		}
		p.Put(")")
		p.shut()
	case *ArrayExpr:
		p.Put("ARRAY[")
		p.List(e.Elems, true)
		p.Put("]")
		if len(e.Elems) == 0 {
			p.Put("::", FormatType(e.Typ))
		}
	case *Row:
		p.Put("ROW(")
		p.TopList(e.Fields, ", ", true)
		p.Put(")")
	case *RowCompare:
		p.Put("(ROW(")
		p.TopList(e.Left, ", ", true)
		p.Put(") ", e.Op, " ROW(")
		p.TopList(e.Right, ", ", true)
		p.Put("))")
	case *Field:
		p.field(e)
	case *Subscript:
		p.subscript(e, implicit)
	case *Relabel:
		p.cast(e.Arg, e.Typ, e.Show, implicit, e)
	case *ViaIO:
		p.cast(e.Arg, e.Typ, e.Show, implicit, e)
	case *ArrayCoerce:
		p.cast(e.Arg, e.Typ, e.Show, implicit, e)
	case *Collate:
		p.open()
		p.inside(e.Arg, implicit, e)
		p.Put(" COLLATE ", QuoteIdentifier(CollationName(e.Coll)))
		p.shut()
	case *Sublink:
		if p.Sublink != nil {
			p.Sublink(p, e)
			return
		}
		p.Put("(SubPlan ", strconv.Itoa(e.Index+1), ")")
	case *Agg:
		p.aggregate(e)
	case *WindowCall:
		p.windowCall(e)
	}
}

func (p *Printer) field(e *Field) {
	name := "f" + strconv.Itoa(e.Index+1)
	if f, ok := e.Arg.(*Func); ok {
		name = outName(f.Proc, e.Index)
	}
	if p.Field != nil {
		name = p.Field(e)
	}
	paren := true
	switch p.real(e.Arg).(type) {
	case *Subscript, *Field:
		paren = p.Field == nil
	}
	if paren {
		p.WriteByte('(')
	}
	p.Expr(e.Arg, true)
	if paren {
		p.WriteByte(')')
	}
	p.Put(".", QuoteIdentifier(name))
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

func (p *Printer) joined(es []Expr, word string, parent Expr) {
	p.open()
	for i, e := range es {
		if i > 0 {
			p.Put(word)
		}
		p.inside(e, false, parent)
	}
	p.shut()
}

// constant is get_const_expr: label below 0 leaves the type out, above 0 shows it always.
func (p *Printer) constant(c *Const, label int) {
	if c.Value.Null {
		p.Put("NULL")
		if label >= 0 {
			p.Put("::", FormatType(c.Typ))
			p.constantCollation(c)
		}
		return
	}
	style := p.Style
	if style == nil {
		style = types.DefaultStyle()
	}
	var text string
	if isReg(c.Typ.OID) {
		text = string(appendReg(nil, c.Typ.OID, types.OID(c.Value.Int), &Env{Style: style}))
	} else {
		text = string(types.AppendText(nil, c.Typ, &c.Value, style))
	}
	needed := true
	switch c.Typ.OID {
	case types.Int4OID:
		if needed = text[0] == '-'; !needed {
			p.Put(text)
		} else {
			p.quoted(text)
		}
	case types.NumericOID:
		if text[0] >= '0' && text[0] <= '9' && strings.ContainsAny(text, "eE.") {
			p.Put(text)
			needed = c.Typ.Typmod >= 0
		} else {
			p.quoted(text)
		}
	case types.BoolOID:
		p.Put(map[bool]string{true: "true", false: "false"}[c.Value.Bool])
		needed = false
	case types.UnknownOID:
		p.quoted(text)
		needed = false
	default:
		p.quoted(text)
	}
	if label < 0 {
		return
	}
	if needed || label > 0 {
		p.Put("::", FormatType(c.Typ))
	}
	p.constantCollation(c)
}

func (p *Printer) constantCollation(c *Const) {
	if c.Coll != types.NoCollation && c.Coll != typeCollation(c.Typ.OID) {
		p.Put(" COLLATE ", QuoteIdentifier(CollationName(c.Coll)))
	}
}

func (p *Printer) quoted(s string) {
	p.Put("'", strings.ReplaceAll(s, "'", "''"), "'")
}

// cast prints a coercion (get_coercion_expr), or only what is coerced.
func (p *Printer) cast(arg Expr, t types.Type, how Display, implicit bool, e Expr) {
	if how == AsImplicitCast && !implicit {
		p.inside(arg, false, e)
		return
	}
	if c, ok := p.real(arg).(*Const); ok && c.Typ == types.Of(t.OID) {
		p.constant(c, -1)
	} else {
		p.open()
		p.inside(arg, false, e)
		p.shut()
	}
	p.Put("::", FormatType(t))
}

func (p *Printer) function(f *Func, implicit bool) {
	if s, ok := SQLJSONOf(f.Proc); ok {
		if s.Table != nil && p.Indent {
			p.Put(s.Table.Show(f.Args, p.texts(f.Args), p.Level))
			return
		}
		p.Put(s.Show(f.Args, p.texts(f.Args), ""))
		return
	}
	switch f.Show {
	case AsImplicitCast, AsCast:
		p.cast(f.Args[0], f.Typ, f.Show, implicit, f)
		return
	case AsOperator:
		p.open()
		if len(f.Args) == 1 {
			p.Put(f.Name, " ")
			p.inside(f.Args[0], true, f)
		} else {
			p.inside(f.Args[0], true, f)
			p.Put(" ", f.Name, " ")
			p.inside(f.Args[1], true, f)
		}
		p.shut()
		return
	}
	args := f.Args
	var names []string
	if p.Written != nil {
		if w, ok := p.Written(f); ok {
			if w.Syntax && p.syntax(f) {
				return
			}
			args, names = w.arguments(f)
		}
	}
	if f.Proc.Namespace != pgdata.PgCatalog {
		p.Put("information_schema.")
	}
	p.Put(QuoteIdentifier(f.Proc.Name), "(")
	for i, a := range args {
		if i > 0 {
			p.Put(", ")
		}
		if i == len(args)-1 && len(args) == len(f.Args) && names == nil && p.spread(f, a) {
			p.Put("VARIADIC ")
		}
		if names != nil && names[i] != "" {
			p.Put(QuoteIdentifier(names[i]), " => ")
		}
		p.Expr(a, true)
	}
	p.Put(")")
}

// spread tells whether the last argument is an array of arguments.
func (p *Printer) spread(f *Func, last Expr) bool {
	if f.Spread {
		return true
	}
	_, array := last.(*ArrayExpr)
	return f.Proc.Variadic != 0 && f.Proc.Variadic != uint32(types.AnyOIDOID) && (array || p.Written != nil)
}

// arguments are a call's arguments in the order in which they were written, with their names.
func (w Written) arguments(f *Func) ([]Expr, []string) {
	if w.Names == nil {
		return f.Args[:min(w.Args, len(f.Args))], nil
	}
	out := make([]Expr, len(w.Names))
	for i, n := range w.Names {
		if n == "" {
			out[i] = f.Args[i]
			continue
		}
		at := 0
		for k, name := range f.Proc.ArgNames {
			if k < len(f.Proc.ArgModes) && (f.Proc.ArgModes[k] == 'o' || f.Proc.ArgModes[k] == 't') {
				continue
			}
			if name == n {
				break
			}
			at++
		}
		if at >= len(f.Args) {
			return f.Args, nil
		}
		out[i] = f.Args[at]
	}
	return out, w.Names
}

func (p *Printer) caseOf(e *Case) {
	p.Keyword("CASE", 0, 4, 0)
	if e.Test != nil {
		p.Put(" ")
		p.Expr(e.Test, true)
	}
	gap := func() {
		if !p.Indent {
			p.WriteByte(' ')
		}
	}
	for _, w := range e.Whens {
		cond := w.Cond
		if f, ok := cond.(*Func); ok && e.Test != nil && len(f.Args) == 2 && slices.ContainsFunc(f.Args[:1], isCaseTest) {
			cond = f.Args[1]
		}
		gap()
		p.Keyword("WHEN ", 0, 0, 0)
		p.Expr(cond, false)
		p.Put(" THEN ")
		p.Expr(w.Result, true)
	}
	if e.Else != nil {
		gap()
		p.Keyword("ELSE ", 0, 0, 0)
		p.Expr(e.Else, true)
	}
	gap()
	p.Keyword("END", -4, 0, 0)
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

func (p *Printer) subscript(e *Subscript, implicit bool) {
	paren := true
	switch x := p.real(e.Arg).(type) {
	case *Var, *Field:
		paren = false
	case *Shown:
		paren = !x.IsVar
	}
	if paren {
		p.WriteByte('(')
	}
	p.Expr(e.Arg, implicit)
	if paren {
		p.WriteByte(')')
	}
	for i, up := range e.Upper {
		p.Put("[")
		if e.Slice {
			if e.Lower[i] != nil {
				p.Expr(e.Lower[i], false)
			}
			p.Put(":")
		}
		if up != nil {
			p.Expr(up, false)
		}
		p.Put("]")
	}
}

func (p *Printer) aggregate(a *Agg) {
	if s, ok := SQLJSONOf(a.Proc); ok {
		order := ""
		if len(a.Order) > 0 {
			order = p.part(func(in *Printer) { in.OrderBy(a.Order) })
		}
		p.Put(strings.TrimSuffix(s.Show(a.Args, p.texts(a.Args), order), ")"))
	} else {
		p.Put(QuoteIdentifier(a.Proc.Name), "(")
		if a.Distinct {
			p.Put("DISTINCT ")
		}
		ordered := false
		if info := pgdata.AggregateByOID(a.Proc.OID); info != nil {
			ordered = info.Kind != 'n'
		}
		switch {
		case ordered:
			p.List(a.Direct, true)
			p.Put(") WITHIN GROUP (")
		case a.Star:
			p.Put("*")
		default:
			p.List(a.Args, true)
		}
		if len(a.Order) > 0 {
			if !ordered {
				p.Put(" ")
			}
			p.Put("ORDER BY ")
			p.OrderBy(a.Order)
		}
	}
	if a.Filter != nil {
		p.Put(") FILTER (WHERE ")
		p.Expr(a.Filter, false)
	}
	p.Put(")")
}

func (p *Printer) windowCall(w *WindowCall) {
	if s, ok := SQLJSONOf(w.Proc); ok {
		p.Put(strings.TrimSuffix(s.Show(w.Args, p.texts(w.Args), ""), ")"))
	} else {
		p.Put(QuoteIdentifier(w.Proc.Name), "(")
		if w.Star {
			p.Put("*")
		}
		p.List(w.Args, true)
	}
	if w.Filter != nil {
		p.Put(") FILTER (WHERE ")
		p.Expr(w.Filter, false)
	}
	p.Put(") OVER ")
	if p.Over == nil {
		p.Put("(?)")
		return
	}
	p.Over(p, w)
}

// part prints something apart.
func (p *Printer) part(print func(*Printer)) string {
	in := *p
	in.Buffer = bytes.Buffer{}
	print(&in)
	return in.String()
}

// texts prints expressions one by one, without implicit casts.
func (p *Printer) texts(es []Expr) []string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = p.part(func(in *Printer) { in.Expr(e, false) })
	}
	return out
}

// OrderBy prints the keys of an order.
func (p *Printer) OrderBy(keys []SortKey) {
	for i, k := range keys {
		if i > 0 {
			p.Put(", ")
		}
		p.SortItem(k.Expr)
		p.Put(Direction(k))
	}
}

// SortItem prints an item of ORDER BY, GROUP BY or DISTINCT ON (get_rule_sortgroupclause): nothing that could be taken
// for a position, a name or a grouping set.
func (p *Printer) SortItem(e Expr) {
	paren := p.Pretty
	switch x := p.real(e).(type) {
	case *Const:
		p.constant(x, 1)
		return
	case *Var:
		p.Expr(e, false)
		return
	case *Shown:
		if x.IsVar {
			p.Expr(e, false)
			return
		}
	case *Func:
		paren = paren || x.Show != AsOperator
	case *Agg, *WindowCall:
		paren = true
	}
	if paren {
		p.WriteByte('(')
	}
	p.Expr(e, true)
	if paren {
		p.WriteByte(')')
	}
}

// Direction is what is printed behind a key: what is the default is left out.
func Direction(k SortKey) string {
	s := ""
	if k.Desc {
		s = " DESC"
	}
	if k.NullsFirst != k.Desc {
		s += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst]
	}
	return s
}

// SortKeyString prints a key of an order as EXPLAIN does: what is the default is left out.
func SortKeyString(k SortKey, names func(*Var) string) string {
	return String(k.Expr, names) + Direction(k)
}
