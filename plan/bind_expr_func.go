package plan

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
)

// funcCall is transformFuncCall and ParseFuncOrColumn, with what may stand where.
func (b *binder) funcCall(x *pg.FuncCall, s *Scope) (expr.Expr, error) {
	name := names(x.Funcname)
	if len(name) == 2 && name[1] == "json_object" && !strings.HasPrefix(b.res.Text[max(0, min(int(x.Location), len(b.res.Text))):], "pg_catalog") {
		name = name[1:] // the grammar, PostgreSQL 17's, knows JSON_OBJECT and qualifies it
	}
	c := &expr.Invocation{
		Name: name, Variadic: x.FuncVariadic, Star: x.AggStar, Distinct: x.AggDistinct, WithinGroup: x.AggWithinGroup,
		Over: x.Over != nil, Loc: x.Location,
	}
	// Whether it is an aggregate is known by its name; what its arguments hold must not count for the query.
	aggregate := x.Over == nil && couldBeAggregate(name[len(name)-1])
	mark := *s
	if aggregate {
		s.HasAggs, s.HasSets = false, false
	}
	if err := b.arguments(x, c, s); err != nil {
		return nil, err
	}
	if x.AggFilter != nil {
		restore := s.with(InFilter)
		f, err := b.expr(x.AggFilter, s)
		if err == nil {
			f, err = b.res.Boolean(f, "FILTER")
		}
		restore()
		if err != nil {
			return nil, err
		}
		c.Filter = f
	}
	if len(c.Args) == 1 && len(name) == 1 && c.ArgNames == nil && !c.Star && !c.Distinct && len(c.Order) == 0 && c.Filter == nil && !c.Variadic {
		// f(row) may mean row.f.
		for i, f := range fieldsOf(c.Args[0]) {
			if f.Name == name[0] {
				if row, ok := c.Args[0].(*expr.Row); ok {
					return row.Fields[i], nil
				}
				return b.res.At(&expr.Field{Arg: c.Args[0], Index: i, Typ: f.Type, Coll: f.Collation}, x.Location), nil
			}
		}
	}
	e, err := b.res.Function(c)
	if err != nil {
		return nil, err
	}
	switch f := e.(type) {
	case *expr.Agg:
		return b.placeAggregate(f, s, mark, x.Location)
	case *expr.WindowCall:
		return b.windowCall(f, x.Over, s, mark, x.Location)
	case *expr.Func:
		s.HasAggs, s.HasSets = s.HasAggs || mark.HasAggs, s.HasSets || mark.HasSets
		if f.Proc.RetSet {
			if err := b.placeSet(f, s, x.Location); err != nil {
				return nil, err
			}
		}
		b.rec.call(f, x, c)
		b.populates(f)
		return b.inline(f)
	}
	s.HasAggs, s.HasSets = s.HasAggs || mark.HasAggs, s.HasSets || mark.HasSets
	return e, nil
}

func couldBeAggregate(name string) bool {
	for _, p := range pgdata.ProcsByName(name) {
		if p.Kind == 'a' {
			return true
		}
	}
	return false
}

// arguments binds the arguments and the ORDER BY among or behind them.
func (b *binder) arguments(x *pg.FuncCall, c *expr.Invocation, s *Scope) error {
	named := false
	for _, n := range x.Args {
		if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) == 1 && ref.Fields[0].GetAStar() != nil {
			cols, err := b.starColumns(ref, s)
			if err != nil {
				return err
			}
			c.Args = append(c.Args, cols...)
			continue
		}
		e, err := b.expr(n, s)
		if err != nil {
			return err
		}
		name := ""
		if a := n.GetNamedArgExpr(); a != nil {
			name, named = a.Name, true
			for _, have := range c.ArgNames {
				if have == name {
					return b.errorAt(a.Location, pgerr.SyntaxError, `argument name "%s" used more than once`, name)
				}
			}
		} else if named {
			return b.errorAt(b.res.Loc(e), pgerr.SyntaxError, "positional argument cannot follow named argument")
		}
		c.Args, c.ArgNames = append(c.Args, e), append(c.ArgNames, name)
	}
	if !named {
		c.ArgNames = nil
	}
	if len(x.AggOrder) == 0 {
		return nil
	}
	if x.AggWithinGroup {
		defer s.with(InOrderBy)()
	}
	for _, n := range x.AggOrder {
		k, err := b.sortKey(n.GetSortBy(), s)
		if err != nil {
			return err
		}
		if x.AggWithinGroup {
			c.Args = append(c.Args, k.Expr)
		} else if x.AggDistinct && !contains(c.Args, k.Expr) {
			return b.errorAt(b.res.Loc(k.Expr), pgerr.InvalidColumnReference, "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
		}
		c.Order = append(c.Order, k)
	}
	return nil
}

func contains(es []expr.Expr, e expr.Expr) bool {
	for _, x := range es {
		if expr.Equal(x, e) {
			return true
		}
	}
	return false
}

// sortKey binds an ORDER BY item as an expression, which no number or output name can stand for.
func (b *binder) sortKey(n *pg.SortBy, s *Scope) (expr.SortKey, error) {
	e, err := b.expr(n.Node, s)
	if err != nil {
		return expr.SortKey{}, err
	}
	if e, err = b.res.Known(e); err != nil {
		return expr.SortKey{}, err
	}
	return b.sortOrder(n, e)
}

// sortOrder gives the key of an item whose expression is bound: direction, NULLs, and that the type has an order.
func (b *binder) sortOrder(n *pg.SortBy, e expr.Expr) (expr.SortKey, error) {
	k := expr.SortKey{Expr: e, Desc: n.SortbyDir == pg.SortByDir_SORTBY_DESC}
	if n.SortbyDir == pg.SortByDir_SORTBY_USING {
		switch op := names(n.UseOp); op[len(op)-1] {
		case "<":
		case ">":
			k.Desc = true
		default:
			return k, b.errorAt(n.Location, pgerr.WrongObjectType, "operator %s is not a valid ordering operator", op[len(op)-1]).
				WithHint(`Ordering operators must be "<" or ">" members of btree operator families.`)
		}
	}
	if _, _, err := expr.SortProcs(e.Type().OID); err != nil {
		return k, pgerr.From(err).AtPosition(b.res.Position(b.res.Loc(e)))
	}
	switch n.SortbyNulls {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		k.NullsFirst = true
	case pg.SortByNulls_SORTBY_NULLS_LAST:
	default:
		k.NullsFirst = k.Desc
	}
	return k, nil
}

// placeAggregate finds the query that an aggregate belongs to and checks that it may stand there
// (check_agglevels_and_constraints). mark is the scope before its arguments were bound.
func (b *binder) placeAggregate(a *expr.Agg, s *Scope, mark Scope, loc int32) (expr.Expr, error) {
	level, inner := -1, int32(-1)
	nested, sets := false, s.HasSets
	var windowed *expr.WindowCall
	note := func(l int) {
		if level < 0 || l < level {
			level = l
		}
	}
	look := func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Var:
			note(e.Level)
		case *expr.Agg:
			note(e.Level)
			nested, inner = true, b.res.Loc(e)
		case *expr.Field:
			if e.Index == groupingMark {
				nested, inner = true, b.res.Loc(e)
			}
		case *expr.WindowCall:
			windowed = e
		}
		return true
	}
	for _, e := range expr.Children(a) {
		expr.Walk(e, look)
	}
	if windowed != nil {
		return nil, b.errorAt(b.res.Loc(windowed), pgerr.GroupingError, "aggregate function calls cannot contain window function calls")
	}
	if level < 0 {
		level = 0
	}
	if nested {
		own := false
		for _, e := range expr.Children(a) {
			expr.Walk(e, func(e expr.Expr) bool {
				switch x := e.(type) {
				case *expr.Agg:
					own = own || x.Level == level
				case *expr.Field:
					own = own || x.Index == groupingMark
				}
				return !own
			})
		}
		if own {
			return nil, b.errorAt(inner, pgerr.GroupingError, "aggregate function calls cannot be nested")
		}
	}
	if sets {
		expr.Walk(a, func(e expr.Expr) bool {
			if f, ok := e.(*expr.Func); ok && f.Proc.RetSet {
				loc = b.res.Loc(f)
				return false
			}
			return true
		})
		return nil, b.errorAt(loc, pgerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	}
	s.HasAggs, s.HasSets = mark.HasAggs, mark.HasSets
	owner := s
	for i := 0; i < level && owner.Parent != nil; i++ {
		owner = owner.Parent
	}
	if err := b.placed(owner, "aggregate functions", loc); err != nil {
		return nil, err
	}
	owner.HasAggs = true
	a.Level = level
	if a.Distinct {
		for _, arg := range a.Args {
			if _, err := expr.EqualProc(arg.Type().OID); err != nil {
				return nil, pgerr.From(err).AtPosition(b.res.Position(b.res.Loc(arg)))
			}
			if _, _, err := expr.SortProcs(arg.Type().OID); err != nil {
				return nil, pgerr.From(err).AtPosition(b.res.Position(b.res.Loc(arg)))
			}
		}
	}
	return a, nil
}

// placed checks that aggregates, or GROUPING, may stand in the query's present clause.
func (b *binder) placed(owner *Scope, what string, loc int32) error {
	refused := ""
	switch clause := owner.Clause; clause {
	case InOther, InSelect, InHaving, InOrderBy, InDistinctOn, InWindowPartition, InWindowOrder:
	case InJoinOn, InJoinUsing:
		refused = what + " are not allowed in JOIN conditions"
	case InFromSubselect:
		refused = what + " are not allowed in FROM clause of their own query level"
	case InFromFunction:
		refused = what + " are not allowed in functions in FROM"
	case InExecuteParameter:
		refused = what + " are not allowed in EXECUTE parameters"
	case InCall:
		refused = what + " are not allowed in CALL arguments"
	case InCopyWhere:
		refused = what + " are not allowed in COPY FROM WHERE conditions"
	case InWindowFrame:
		refused = what + " are not allowed in window RANGE"
	default:
		refused = what + " are not allowed in " + clause.String()
	}
	if refused != "" {
		return b.errorAt(loc, pgerr.GroupingError, "%s", refused)
	}
	return nil
}

// placeSet checks that a set-returning function may stand here (check_srf_call_placement).
func (b *binder) placeSet(f *expr.Func, s *Scope, loc int32) error {
	refused := ""
	switch s.Clause {
	case InOther, InSelect, InOrderBy, InGroupBy, InDistinctOn, InFromFunction:
	case InJoinOn, InJoinUsing:
		refused = "set-returning functions are not allowed in JOIN conditions"
	case InCall:
		refused = "set-returning functions are not allowed in CALL arguments"
	case InCopyWhere:
		refused = "set-returning functions are not allowed in COPY FROM WHERE conditions"
	case InWindowPartition, InWindowOrder, InWindowFrame:
		refused = "set-returning functions are not allowed in window definitions"
	default:
		refused = "set-returning functions are not allowed in " + s.Clause.String()
	}
	if refused != "" {
		return b.errorAt(loc, pgerr.FeatureNotSupported, "%s", refused)
	}
	s.HasSets = true
	return nil
}

const langSQL = 14

// inline replaces a call of a function that PostgreSQL wrote in SQL (lpad(text,int), age(date), …) by its body, unless
// there is a kernel for it. Bodies are one RETURN expression.
func (b *binder) inline(f *expr.Func) (expr.Expr, error) {
	p := f.Proc
	if p.Lang != langSQL || p.RetSet || expr.Implemented(p) {
		return f, nil
	}
	body, ok := strings.CutPrefix(strings.TrimSpace(p.SQLBody), "RETURN ")
	if p.SQLBody == pgdata.Null || !ok {
		return f, nil
	}
	for _, a := range f.Args {
		if expr.Volatile(a) {
			return f, nil // the body might evaluate it twice
		}
	}
	node, err := parseExpression("select " + strings.TrimSuffix(body, ";"))
	if err != nil {
		return nil, err
	}
	inner := newBinder("", nil)
	inner.res.Style, inner.res.Read = b.res.Style, b.res.Read
	inner.args = f.Args
	inner.argNames = p.ArgNames
	out, err := inner.expr(node, &Scope{})
	if err != nil {
		return nil, err
	}
	if out, err = inner.res.Coerce(out, f.Typ, expr.Assignment, -1); err != nil {
		return nil, err
	}
	if p.Strict && len(f.Args) > 0 && !strictBody(out, f.Args) {
		var nulls []expr.Expr
		for _, a := range f.Args {
			nulls = append(nulls, &expr.NullTest{Arg: a})
		}
		cond := nulls[0]
		if len(nulls) > 1 {
			cond = &expr.Or{Args: nulls}
		}
		out = &expr.Case{Whens: []expr.When{{Cond: cond, Result: expr.NullConst(f.Typ)}}, Else: out, Typ: f.Typ}
	}
	b.rec.became(f, out)
	return b.res.At(out, b.res.Loc(f)), nil
}

// strictBody tells whether a body gives NULL whenever one of args is: strict functions all the way down to each.
func strictBody(e expr.Expr, args []expr.Expr) bool {
	reached := map[expr.Expr]bool{}
	var walk func(e expr.Expr) bool
	walk = func(e expr.Expr) bool {
		for _, a := range args {
			if a == e {
				reached[a] = true
				return true
			}
		}
		switch e := e.(type) {
		case *expr.Const, *expr.Relabel, *expr.ViaIO:
		case *expr.Func:
			if !e.Proc.Strict {
				return false
			}
		default:
			return false
		}
		for _, c := range expr.Children(e) {
			if !walk(c) {
				return false
			}
		}
		return true
	}
	if !walk(e) {
		return false
	}
	for _, a := range args {
		if !reached[a] {
			return false
		}
	}
	return true
}

// argNamed gives the inlined function's argument of that name, or nil.
func (b *binder) argNamed(name string) expr.Expr {
	for i, n := range b.argNames {
		if n == name && i < len(b.args) {
			return b.args[i]
		}
	}
	return nil
}
