package viewdef

import (
	"bytes"
	"strconv"
	"strings"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// Source tells what the planner knows of a query's expressions.
type Source interface {
	// Instead gives what an expression was before the planner wrote it anew; itself where it is as it was.
	Instead(e expr.Expr) expr.Expr
	// Column tells which column an expression is.
	Column(e expr.Expr) (Ref, bool)
	// Row tells which entry's whole row an expression is, and how its type is called.
	Row(e expr.Expr) (e1 *Entry, typeName string, ok bool)
	// Text gives the words of what is no function: CURRENT_DATE.
	Text(e expr.Expr) (string, bool)
	// Grouping gives the arguments of GROUPING(…).
	Grouping(e expr.Expr) ([]expr.Expr, bool)
	// Query is a sub-query.
	Query(s *expr.Sublink) *Query
	// Field is the name of a row's field.
	Field(f *expr.Field) string
	// Written tells how a call was written.
	Written(f *expr.Func) (expr.Written, bool)
	// TableName is how a table is called here: qualified where its name alone means another.
	TableName(e *Entry) string
}

// Style says how a view is printed.
type Style struct {
	Pretty bool         // without the parentheses that are not needed
	Style  *types.Style // of constants
	Wrap   int          // where lines of select lists and of FROM are broken; 0 = at every item, less = nowhere, less = nowhere
}

// Print prints a view's query as pg_get_viewdef does, names are its columns'. What cannot be printed is an error.
func Print(q *Query, names []string, style Style, src Source) (string, error) {
	p := &printer{src: src, wrap: style.Wrap}
	p.Printer = expr.Printer{Pretty: style.Pretty, Indent: true, Style: style.Style, Instead: p.instead, Sublink: p.sublink, Over: p.over, Field: src.Field, Written: src.Written}
	p.query(q, names, true)
	if p.err != nil {
		return "", p.err
	}
	p.Put(";")
	return p.String(), nil
}

// The steps of indentation (ruleutils.c).
const (
	stepStd  = 8
	stepJoin = 4
	stepVar  = 4
)

// printer prints a query; level is where it is.
type printer struct {
	expr.Printer
	src  Source
	wrap int
	err  error
	level
}

// level is a query while it is printed.
type level struct {
	q      *Query
	s      *scope
	result []string // the view's columns; nil = the query's own names
	named  bool     // somebody sees the columns' names
}

func (p *printer) fail(what string) {
	if p.err == nil {
		p.err = pgerr.New(pgerr.FeatureNotSupported, "%s cannot be printed", what)
	}
}

// instead is what expr.Printer prints for an expression.
func (p *printer) instead(e expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	e = p.src.Instead(e)
	shown := func(isVar bool, print func(out *expr.Printer, top bool)) expr.Expr {
		return &expr.Shown{Expr: e, IsVar: isVar, Print: print}
	}
	if r, ok := p.src.Column(e); ok {
		return shown(true, func(out *expr.Printer, _ bool) { p.column(out, r) })
	}
	if entry, typ, ok := p.src.Row(e); ok {
		return shown(true, func(out *expr.Printer, top bool) {
			c := p.s.find(entry)
			if c == nil {
				p.fail("a row of a table that is not at hand")
				return
			}
			out.Put(expr.QuoteIdentifier(c.name), ".*")
			if top {
				out.Put("::", typ)
			}
		})
	}
	if text, ok := p.src.Text(e); ok {
		return shown(false, func(out *expr.Printer, _ bool) { out.Put(text) })
	}
	if args, ok := p.src.Grouping(e); ok {
		return shown(false, func(out *expr.Printer, _ bool) {
			out.Put("GROUPING(")
			out.List(args, true)
			out.Put(")")
		})
	}
	if v, ok := e.(*expr.Var); ok {
		p.fail("the column " + v.Name)
	}
	return e
}

// column prints a column with its table's name (get_variable); all views' columns have one.
func (p *printer) column(out *expr.Printer, r Ref) {
	c := p.s.find(r.Entry)
	if c == nil {
		p.fail("a column of a table that is not at hand")
		return
	}
	if c.name != "" {
		out.Put(expr.QuoteIdentifier(c.name), ".")
	}
	out.Put(expr.QuoteIdentifier(c.column(r)))
}

func (c *columns) column(r Ref) string {
	if r.Num == 0 {
		return r.Name
	}
	return c.names[r.Num-1]
}

// query prints a query where the printer stands (get_query_def).
func (p *printer) query(q *Query, result []string, named bool) {
	if q == nil {
		p.fail("a query of this kind")
		return
	}
	saved, indent := p.level, p.Level
	p.level = level{q: q, s: newScope(q, saved.s), result: result, named: named}
	p.selectQuery()
	p.level, p.Level = saved, indent
}

func (p *printer) selectQuery() {
	q := p.q
	p.with()
	if q.Set != nil {
		p.setTree(q.Set)
	} else {
		p.plain()
	}
	if len(q.Order) > 0 {
		p.Keyword(" ORDER BY ", -stepStd, stepStd, 1)
		if q.Positions == nil {
			p.OrderBy(q.Order)
		}
		for i, n := range q.Positions {
			if i > 0 {
				p.Put(", ")
			}
			p.Put(strconv.Itoa(n), expr.Direction(q.Order[i]))
		}
	}
	if q.Offset != nil {
		p.Keyword(" OFFSET ", -stepStd, stepStd, 0)
		p.Expr(q.Offset, false)
	}
	switch {
	case q.LimitAll:
		p.Keyword(" LIMIT ", -stepStd, stepStd, 0)
		p.Put("ALL")
	case q.Limit != nil && q.Ties:
		p.Keyword(" FETCH FIRST ", -stepStd, stepStd, 0)
		p.Put("(")
		p.Expr(q.Limit, false)
		p.Put(") ROWS WITH TIES")
	case q.Limit != nil:
		p.Keyword(" LIMIT ", -stepStd, stepStd, 0)
		p.Expr(q.Limit, false)
	}
}

func (p *printer) with() {
	if len(p.q.With) == 0 {
		return
	}
	p.Level += stepStd
	p.Put(" ")
	sep := "WITH "
	if p.q.Recursive {
		sep = "WITH RECURSIVE "
	}
	for _, w := range p.q.With {
		p.Put(sep, expr.QuoteIdentifier(w.Name))
		if len(w.Columns) > 0 {
			p.Put("(", quoted(w.Columns), ")")
		}
		p.Put(" AS ", w.Kept, "(")
		p.Keyword("", 0, 0, 0)
		p.query(w.Query, nil, true)
		p.Keyword("", 0, 0, 0)
		p.Put(")")
		if w.After != nil {
			w.After(&p.Printer)
		}
		sep = ", "
	}
	p.Level -= stepStd
	p.Keyword("", 0, 0, 0)
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = expr.QuoteIdentifier(n)
	}
	return strings.Join(out, ", ")
}

// values gives the rows of a query that is nothing but VALUES (get_simple_values_rte).
func (p *printer) values() [][]expr.Expr {
	q := p.q
	if len(q.Entries) != 1 || q.Entries[0].Kind != Values || len(q.Targets) != len(q.Entries[0].Columns) {
		return nil
	}
	for i, t := range q.Targets {
		if p.name(i, t) != q.Entries[0].Columns[i] {
			return nil
		}
	}
	return q.Entries[0].Rows
}

// name is what a target is called.
func (p *printer) name(i int, t Target) string {
	if i < len(p.result) {
		return p.result[i]
	}
	return t.Name
}

func (p *printer) rows(rows [][]expr.Expr) {
	p.Put("VALUES ")
	for i, r := range rows {
		if i > 0 {
			p.Put(", ")
		}
		p.Put("(")
		p.TopList(r, ",", false)
		p.Put(")")
	}
}

// plain prints a SELECT (get_basic_select_query).
func (p *printer) plain() {
	q := p.q
	p.Level += stepStd
	p.Put(" ")
	if rows := p.values(); rows != nil {
		p.rows(rows)
		return
	}
	p.Put("SELECT")
	if q.Distinct {
		p.Put(" DISTINCT")
		if q.DistinctOn != nil {
			p.Put(" ON (")
			p.items(q.DistinctOn)
			p.Put(")")
		}
	}
	p.targets()
	p.from()
	if q.Where != nil {
		p.Keyword(" WHERE ", -stepStd, stepStd, 1)
		p.Expr(q.Where, false)
	}
	if len(q.Group) > 0 || len(q.Sets) > 0 {
		p.Keyword(" GROUP BY ", -stepStd, stepStd, 1)
		if q.GroupDistinct {
			p.Put("DISTINCT ")
		}
		if len(q.Sets) == 0 {
			p.items(q.Group)
		}
		for i, g := range q.Sets {
			if i > 0 {
				p.Put(", ")
			}
			p.groupingSet(g, true)
		}
	}
	if q.Having != nil {
		p.Keyword(" HAVING ", -stepStd, stepStd, 0)
		p.Expr(q.Having, false)
	}
	first := true
	for _, w := range q.Windows {
		if w.Name == "" {
			continue
		}
		if first {
			p.Keyword(" WINDOW ", -stepStd, stepStd, 1)
		} else {
			p.Put(", ")
		}
		first = false
		p.Put(expr.QuoteIdentifier(w.Name), " AS ")
		p.window(&p.Printer, w)
	}
}

func (p *printer) items(es []expr.Expr) {
	for i, e := range es {
		if i > 0 {
			p.Put(", ")
		}
		p.SortItem(e)
	}
}

// apart prints something into a buffer of its own.
func (p *printer) apart(print func()) []byte {
	saved := p.Buffer
	p.Buffer = bytes.Buffer{}
	print()
	out := p.Bytes()
	p.Buffer = saved
	return out
}

// lineLength is how long the last line is.
func (p *printer) lineLength() int {
	b := p.Bytes()
	return len(b) - (bytes.LastIndexByte(b, '\n') + 1)
}

func (p *printer) targets() {
	sep, broken := " ", false
	for i, t := range p.q.Targets {
		p.Put(sep)
		sep = ", "
		text := p.apart(func() { p.target(i, t) })
		rest := text
		switch {
		case p.wrap < 0:
		case len(text) > 0 && text[0] == '\n':
			p.TrimSpaces()
			rest = text[1:]
		case i > 0 && (p.lineLength()+len(text) > p.wrap || broken):
			p.Keyword("", -stepStd, stepStd, stepVar)
		}
		broken = bytes.IndexByte(rest, '\n') >= 0
		p.Write(text)
	}
}

func (p *printer) target(i int, t Target) {
	own, known := "", false
	e := p.src.Instead(t.Expr)
	if r, ok := p.src.Column(e); ok {
		p.column(&p.Printer, r)
		if c := p.s.find(r.Entry); c != nil {
			own, known = c.column(r), true
		}
	} else if _, _, row := p.src.Row(e); row {
		p.Top(e, true)
	} else {
		p.Expr(e, true)
		if !p.named {
			own, known = "?column?", true
		}
	}
	if name := p.name(i, t); !known || own != name {
		p.Put(" AS ", expr.QuoteIdentifier(name))
	}
}

func (p *printer) groupingSet(g *GroupingSet, bare bool) {
	inner := true
	switch g.Kind {
	case Empty:
		p.Put("()")
		return
	case Simple:
		paren := !bare || len(g.Exprs) != 1
		if paren {
			p.Put("(")
		}
		p.items(g.Exprs)
		if paren {
			p.Put(")")
		}
		return
	case Rollup:
		p.Put("ROLLUP(")
	case Cube:
		p.Put("CUBE(")
	default:
		p.Put("GROUPING SETS (")
		inner = false
	}
	for i, c := range g.Items {
		if i > 0 {
			p.Put(", ")
		}
		p.groupingSet(c, inner)
	}
	p.Put(")")
}

// window prints a window's definition (get_rule_windowspec).
func (p *printer) window(out *expr.Printer, w Window) {
	var parts []func()
	word := func(s string) func() { return func() { out.Put(s) } }
	if w.Of != "" {
		parts = append(parts, word(expr.QuoteIdentifier(w.Of)))
	} else if len(w.Partition) > 0 {
		parts = append(parts, func() {
			out.Put("PARTITION BY ")
			for i, e := range w.Partition {
				if i > 0 {
					out.Put(", ")
				}
				out.SortItem(e)
			}
		})
	}
	if len(w.Order) > 0 {
		parts = append(parts, func() {
			out.Put("ORDER BY ")
			out.OrderBy(w.Order)
		})
	}
	if w.Frame != "" {
		parts = append(parts, func() {
			out.Put(w.Frame, " ")
			bound := func(b Bound) {
				if b.Offset != nil {
					out.Expr(b.Offset, false)
					out.Put(" ")
				}
				out.Put(b.Words)
			}
			if w.Between {
				out.Put("BETWEEN ")
			}
			bound(w.Start)
			if w.Between {
				out.Put(" AND ")
				bound(w.End)
			}
			if w.Exclude != "" {
				out.Put(" EXCLUDE ", w.Exclude)
			}
		})
	}
	out.Put("(")
	for i, part := range parts {
		if i > 0 {
			out.Put(" ")
		}
		part()
	}
	out.Put(")")
}

// over prints the window of a call.
func (p *printer) over(out *expr.Printer, w *expr.WindowCall) {
	if w.Window >= len(p.q.Windows) {
		p.fail("a window")
		return
	}
	if d := p.q.Windows[w.Window]; d.Name != "" {
		out.Put(expr.QuoteIdentifier(d.Name))
	} else {
		p.window(out, d)
	}
}

// setTree prints a set operation (get_setop_query).
func (p *printer) setTree(t *SetTree) {
	if t.Arm != nil {
		q := t.Arm.Query
		paren := q != nil && (len(q.With) > 0 || len(q.Order) > 0 || q.Offset != nil || q.Limit != nil || q.LimitAll || q.Set != nil)
		if paren {
			p.Put("(")
		}
		p.query(q, p.result, p.named)
		if paren {
			p.Put(")")
		}
		return
	}
	paren := t.Left.Arm == nil && (t.Left.Op != t.Op || t.Left.All != t.All)
	if paren {
		p.Put("(")
		p.Keyword("", stepStd, 0, 0)
	}
	p.setTree(t.Left)
	if paren {
		p.Keyword(") ", -stepStd, 0, 0)
	} else {
		p.Keyword("", 0, 0, 0)
	}
	p.Put(t.Op, " ")
	if t.All {
		p.Put("ALL ")
	}
	step := 0
	if paren = t.Right.Arm == nil; paren {
		p.Put("(")
		step = stepStd
	}
	p.Keyword("", step, 0, 0)
	named := p.named
	p.named = false
	p.setTree(t.Right)
	p.named = named
	p.Level -= step
	if paren {
		p.Keyword(")", 0, 0, 0)
	}
}

// sublink prints a sub-query in an expression (get_sublink_expr).
func (p *printer) sublink(out *expr.Printer, s *expr.Sublink) {
	if out != &p.Printer {
		p.fail("a sub-query inside an SQL/JSON function")
		return
	}
	if s.Kind == expr.ArraySublink {
		p.Put("ARRAY(")
	} else {
		p.Put("(")
	}
	op := p.tested(s)
	paren := true
	switch s.Kind {
	case expr.ExistsSublink:
		p.Put("EXISTS ")
	case expr.AnySublink:
		if op == "=" {
			p.Put(" IN ")
		} else {
			p.Put(" ", op, " ANY ")
		}
	case expr.AllSublink:
		p.Put(" ", op, " ALL ")
	case expr.RowSublink:
		p.Put(" ", op, " ")
	default:
		paren = false
	}
	if paren {
		p.Put("(")
	}
	p.query(p.src.Query(s), nil, false)
	if paren {
		p.Put(")")
	}
	p.Put(")")
}

// tested prints the left side of a comparison with a sub-query and gives the operator.
func (p *printer) tested(s *expr.Sublink) (op string) {
	if s.Cmp == nil {
		return ""
	}
	left := func(e expr.Expr) expr.Expr {
		return expr.Transform(e, func(e expr.Expr) expr.Expr {
			if v, ok := e.(*expr.Var); ok && v.Col < len(s.Left) {
				return s.Left[v.Col]
			}
			return nil
		})
	}
	var sides []expr.Expr
	pairs := func(list []expr.Expr) {
		for _, e := range list {
			if f, ok := e.(*expr.Func); ok && f.Show == expr.AsOperator {
				sides, op = append(sides, left(f.Args[0])), f.Name
			}
		}
	}
	switch c := s.Cmp.(type) {
	case *expr.Func:
		p.Expr(left(c.Args[0]), true)
		return c.Name
	case *expr.And:
		pairs(c.Args)
	case *expr.Or:
		pairs(c.Args)
	case *expr.RowCompare:
		op = c.Op
		for _, e := range c.Left {
			sides = append(sides, left(e))
		}
	default:
		p.fail("this comparison with a sub-query")
	}
	p.Put("(")
	p.List(sides, true)
	p.Put(")")
	return op
}
