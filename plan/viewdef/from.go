package viewdef

import (
	"strings"

	"howdah/expr"
	"howdah/types"
)

// from prints FROM (get_from_clause).
func (p *printer) from() {
	for i, e := range p.q.From {
		if i == 0 {
			p.Keyword(" FROM ", -stepStd, stepStd, 2)
			p.item(e)
			continue
		}
		p.Put(", ")
		text := p.apart(func() { p.item(e) })
		switch {
		case p.wrap < 0:
		case len(text) > 0 && text[0] == '\n':
			p.TrimSpaces()
		case p.lineLength()+len(text) > p.wrap:
			p.Keyword("", -stepStd, stepStd, stepVar)
		}
		p.Write(text)
	}
}

// item prints an item of FROM (get_from_clause_item).
func (p *printer) item(e *Entry) {
	if e.Kind == Join {
		p.join(e)
		return
	}
	if e.Lateral {
		p.Put("LATERAL ")
	}
	c := p.s.columns[e]
	var defined []types.Column
	switch e.Kind {
	case Table:
		p.Put(p.src.TableName(e))
	case Subquery:
		p.Put("(")
		p.query(e.Query, nil, true)
		p.Put(")")
	case Values:
		p.Put("(")
		p.rows(e.Rows)
		p.Put(")")
	case CTE:
		p.Put(expr.QuoteIdentifier(e.Name))
	case Function:
		defined = p.functions(e)
	}
	if e.Alias != "" || c.print || e.Kind == Function && !e.JSONTable || e.Kind == Subquery || e.Kind == Values || c.name != e.Name {
		p.Put(" ", expr.QuoteIdentifier(c.name))
	}
	if defined != nil {
		definitions(&p.Printer, defined, c.names)
	} else {
		c.aliasList(&p.Printer)
	}
	if s := e.Sample; s != nil {
		p.Put(" TABLESAMPLE ", s.Method, " (")
		p.List(s.Args, false)
		p.Put(")")
		if s.Repeatable != nil {
			p.Put(" REPEATABLE (")
			p.Expr(s.Repeatable, false)
			p.Put(")")
		}
	}
}

// functions prints the calls of an entry; it gives the column definition list that stands behind the alias.
func (p *printer) functions(e *Entry) []types.Column {
	first := e.Calls[0]
	var defined []types.Column
	if len(e.Calls) == 1 && (first.Defined == nil || !e.Ordinality) {
		p.call(first.Expr)
		defined = first.Defined
	} else if args := unnested(e.Calls); args != nil {
		p.Put("UNNEST(")
		p.List(args, true)
		p.Put(")")
	} else {
		p.Put("ROWS FROM(")
		for i, c := range e.Calls {
			if i > 0 {
				p.Put(", ")
			}
			p.call(c.Expr)
			if c.Defined != nil {
				p.Put(" AS ")
				definitions(&p.Printer, c.Defined, nil)
			}
		}
		p.Put(")")
	}
	if e.Ordinality {
		p.Put(" WITH ORDINALITY")
	}
	return defined
}

// unnested gives the arguments where all calls are unnest(array).
func unnested(calls []Call) []expr.Expr {
	var args []expr.Expr
	for _, c := range calls {
		f, ok := c.Expr.(*expr.Func)
		if !ok || f.Proc.Name != "unnest" || types.OID(f.Proc.ArgTypes[0]) != types.AnyArrayOID || c.Defined != nil {
			return nil
		}
		args = append(args, f.Args[0])
	}
	return args
}

// call prints what must look like a function's call (get_rule_expr_funccall).
func (p *printer) call(e expr.Expr) {
	switch x := p.instead(e).(type) {
	case *expr.Func:
		if x.Show == expr.AsCall {
			p.Expr(e, true)
			return
		}
	case *expr.NullIf, *expr.Coalesce, *expr.MinMax:
		p.Expr(e, true)
		return
	case *expr.Shown:
		if !x.IsVar {
			p.Expr(e, true)
			return
		}
	}
	p.Put("CAST(")
	p.Expr(e, false)
	p.Put(" AS ", expr.FormatType(e.Type()), ")")
}

// definitions prints a column definition list; names nil = its own.
func definitions(p *expr.Printer, cols []types.Column, names []string) {
	parts := make([]string, len(cols))
	for i, c := range cols {
		name := c.Name
		if names != nil {
			name = names[i]
		}
		parts[i] = expr.QuoteIdentifier(name) + " " + expr.FormatType(c.Type)
	}
	p.Put("(", strings.Join(parts, ", "), ")")
}

func (p *printer) join(e *Entry) {
	c := p.s.columns[e]
	around := !p.Pretty || e.Alias != ""
	right := p.Pretty && e.Right.Kind == Join && e.Right.Alias == ""
	if around {
		p.Put("(")
	}
	p.item(e.Left)
	word := e.Type
	if word == "JOIN" && len(e.Using) == 0 && e.On == nil {
		word = "CROSS JOIN"
	}
	p.Keyword(" "+word+" ", -stepStd, stepStd, stepJoin)
	if right {
		p.Put("(")
	}
	p.item(e.Right)
	if right {
		p.Put(")")
	}
	switch {
	case len(e.Using) > 0:
		p.Put(" USING (", quoted(c.using), ")")
		if e.UsingAlias != "" {
			p.Put(" AS ", expr.QuoteIdentifier(e.UsingAlias))
		}
	case e.On != nil:
		p.Put(" ON ")
		if !p.Pretty {
			p.Put("(")
		}
		p.Expr(e.On, false)
		if !p.Pretty {
			p.Put(")")
		}
	case e.Type != "JOIN":
		p.Put(" ON TRUE")
	}
	if around {
		p.Put(")")
	}
	if e.Alias != "" {
		p.Put(" ", expr.QuoteIdentifier(c.name))
		c.aliasList(&p.Printer)
	}
}
