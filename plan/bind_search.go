package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// searching is the SEARCH and CYCLE clauses of a recursive query: columns that are added to its terms, as
// rewriteSearchCycle.c adds them. The terms are written anew as
//
//	SELECT t.*, ARRAY[ROW(t.a)] AS ord, DEFAULT AS mark, ARRAY[ROW(t.a)] AS path FROM (first term) t
//	SELECT t.*, t.ord || ROW(t.a), CASE WHEN ROW(t.a) = ANY (t.path) THEN VALUE ELSE DEFAULT END, t.path || ROW(t.a)
//	FROM (second term, with ord, mark and path of the row it comes from) t WHERE t.mark <> VALUE
type searching struct {
	search *pg.CTESearchClause
	cycle  *pg.CTECycleClause
	extra  []Column // the columns added, in order; Collation and the mark's type are known once the first term is bound
}

// termName is what the terms are called in the trees made here; nobody can write it by accident.
const termName = "*TERM*"

func searchingOf(c *pg.CommonTableExpr) *searching {
	if c.SearchClause == nil && c.CycleClause == nil {
		return nil
	}
	s := &searching{search: c.SearchClause, cycle: c.CycleClause}
	if s.search != nil {
		t := types.Of(types.RecordArrayOID)
		if s.search.SearchBreadthFirst {
			t = types.Of(types.RecordOID)
		}
		s.extra = append(s.extra, Column{Name: s.search.SearchSeqColumn, Type: t})
	}
	if s.cycle != nil {
		s.extra = append(s.extra, Column{Name: s.cycle.CycleMarkColumn}, Column{Name: s.cycle.CyclePathColumn, Type: types.Of(types.RecordArrayOID)})
	}
	return s
}

// check is what analyzeCTE checks of the clauses' names.
func (s *searching) check(q *query, cols []Column) error {
	has := func(name string) bool {
		return slices.ContainsFunc(cols, func(c Column) bool { return c.Name == name })
	}
	listed := func(list []*pg.Node, word string, loc int32) error {
		var seen []string
		for _, n := range list {
			name := n.GetString_().GetSval()
			if !has(name) {
				return q.errorAt(loc, pgerr.SyntaxError, `%s column "%s" not in WITH query column list`, word, name)
			}
			if slices.Contains(seen, name) {
				return q.errorAt(loc, pgerr.DuplicateColumn, `%s column "%s" specified more than once`, word, name)
			}
			seen = append(seen, name)
		}
		return nil
	}
	taken := func(name, word string, loc int32) error {
		if has(name) {
			return q.errorAt(loc, pgerr.SyntaxError, `%s "%s" already used in WITH query column list`, word, name)
		}
		return nil
	}
	if x := s.search; x != nil {
		if err := listed(x.SearchColList, "search", x.Location); err != nil {
			return err
		}
		if err := taken(x.SearchSeqColumn, "search sequence column name", x.Location); err != nil {
			return err
		}
	}
	x := s.cycle
	if x == nil {
		return nil
	}
	if err := listed(x.CycleColList, "cycle", x.Location); err != nil {
		return err
	}
	if err := taken(x.CycleMarkColumn, "cycle mark column name", x.Location); err != nil {
		return err
	}
	scope := &Scope{}
	var values []expr.Expr
	for _, n := range []*pg.Node{x.CycleMarkValue, x.CycleMarkDefault} {
		e, err := q.b.expr(n, scope)
		if err != nil {
			return err
		}
		values = append(values, e)
	}
	t, err := q.b.res.CommonType(values, "CYCLE")
	if err != nil {
		return err
	}
	for i, e := range values {
		if values[i], err = q.b.res.CoerceToCommon(e, t, "CYCLE/SET/TO"); err != nil {
			return err
		}
	}
	coll, err := q.b.res.CommonCollation(values, true)
	if err != nil {
		return err
	}
	if _, err := expr.EqualProc(t.OID); err != nil {
		return pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", expr.FormatType(t))
	}
	mark := &s.extra[len(s.extra)-2]
	mark.Type, mark.Collation = types.Of(t.OID), coll
	if err := taken(x.CyclePathColumn, "cycle path column name", x.Location); err != nil {
		return err
	}
	switch {
	case x.CycleMarkColumn == x.CyclePathColumn:
		return q.errorAt(x.Location, pgerr.SyntaxError, "cycle mark column name and cycle path column name are the same")
	case s.search != nil && s.search.SearchSeqColumn == x.CycleMarkColumn:
		return q.errorAt(s.search.Location, pgerr.SyntaxError, "search sequence column name and cycle mark column name are the same")
	case s.search != nil && s.search.SearchSeqColumn == x.CyclePathColumn:
		return q.errorAt(s.search.Location, pgerr.SyntaxError, "search sequence column name and cycle path column name are the same")
	}
	return nil
}

// first gives the first term with its columns added.
func (s *searching) first(sel *pg.SelectStmt, cols []Column) *pg.SelectStmt {
	var targets []*pg.Node
	for _, c := range cols {
		targets = append(targets, target1(termColumn(c.Name), c.Name))
	}
	if x := s.search; x != nil {
		var ord *pg.Node
		if x.SearchBreadthFirst {
			ord = rowNode(append([]*pg.Node{bigintNode(0)}, termColumns(x.SearchColList)...))
		} else {
			ord = arrayNode(rowNode(termColumns(x.SearchColList)))
		}
		targets = append(targets, target1(ord, x.SearchSeqColumn))
	}
	if x := s.cycle; x != nil {
		mark := caseNode(boolNode(false), x.CycleMarkValue, x.CycleMarkDefault)
		targets = append(targets, target1(mark, x.CycleMarkColumn), target1(arrayNode(rowNode(termColumns(x.CycleColList))), x.CyclePathColumn))
	}
	return overTerm(sel, cols, targets, nil)
}

// second gives the second term with its columns added. from is the name by which it knows the rows of the step before.
func (s *searching) second(sel *pg.SelectStmt, cols []Column, from string) *pg.SelectStmt {
	inner := &pg.SelectStmt{}
	*inner = pg.SelectStmt{
		DistinctClause: sel.DistinctClause, TargetList: slices.Clone(sel.TargetList), FromClause: sel.FromClause, WhereClause: sel.WhereClause,
		GroupClause: sel.GroupClause, GroupDistinct: sel.GroupDistinct, HavingClause: sel.HavingClause, WindowClause: sel.WindowClause,
		SortClause: sel.SortClause, LimitOffset: sel.LimitOffset, LimitCount: sel.LimitCount, LimitOption: sel.LimitOption,
		LockingClause: sel.LockingClause, WithClause: sel.WithClause, Op: sel.Op,
	}
	for _, c := range s.extra {
		inner.TargetList = append(inner.TargetList, target1(columnNode(from, c.Name), c.Name))
	}
	var targets []*pg.Node
	for _, c := range cols {
		targets = append(targets, target1(termColumn(c.Name), c.Name))
	}
	if x := s.search; x != nil {
		before := termColumn(x.SearchSeqColumn)
		var ord *pg.Node
		if x.SearchBreadthFirst {
			depth := &pg.Node{Node: &pg.Node_AIndirection{AIndirection: &pg.A_Indirection{Arg: before, Indirection: []*pg.Node{stringNode("f1")}}}}
			ord = rowNode(append([]*pg.Node{operatorNode("+", depth, bigintNode(1))}, termColumns(x.SearchColList)...))
		} else {
			ord = operatorNode("||", before, arrayNode(rowNode(termColumns(x.SearchColList))))
		}
		targets = append(targets, target1(ord, x.SearchSeqColumn))
	}
	var where *pg.Node
	if x := s.cycle; x != nil {
		row, path := rowNode(termColumns(x.CycleColList)), termColumn(x.CyclePathColumn)
		seen := operatorNode("=", row, path)
		seen.GetAExpr().Kind = pg.A_Expr_Kind_AEXPR_OP_ANY
		targets = append(targets, target1(caseNode(seen, x.CycleMarkValue, x.CycleMarkDefault), x.CycleMarkColumn),
			target1(operatorNode("||", path, arrayNode(row)), x.CyclePathColumn))
		where = operatorNode("<>", termColumn(x.CycleMarkColumn), x.CycleMarkValue)
	}
	return overTerm(inner, append(slices.Clone(cols), s.extra...), targets, where)
}

// workName finds the name by which the top level of a query's FROM knows a table; "" if it does not.
func workName(from []*pg.Node, name string) string {
	for _, n := range from {
		switch x := n.Node.(type) {
		case *pg.Node_RangeVar:
			if x.RangeVar.Schemaname == "" && x.RangeVar.Relname == name {
				if a := x.RangeVar.Alias; a != nil {
					return a.Aliasname
				}
				return name
			}
		case *pg.Node_JoinExpr:
			if found := workName([]*pg.Node{x.JoinExpr.Larg, x.JoinExpr.Rarg}, name); found != "" {
				return found
			}
		}
	}
	return ""
}

// overTerm is SELECT targets FROM (sel) AS *TERM*(cols) WHERE where.
func overTerm(sel *pg.SelectStmt, cols []Column, targets []*pg.Node, where *pg.Node) *pg.SelectStmt {
	alias := &pg.Alias{Aliasname: termName}
	for _, c := range cols {
		alias.Colnames = append(alias.Colnames, stringNode(c.Name))
	}
	from := &pg.Node{Node: &pg.Node_RangeSubselect{RangeSubselect: &pg.RangeSubselect{
		Subquery: &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: sel}}, Alias: alias,
	}}}
	return &pg.SelectStmt{TargetList: targets, FromClause: []*pg.Node{from}, WhereClause: where, Op: pg.SetOperation_SETOP_NONE}
}

func stringNode(s string) *pg.Node {
	return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}}
}

func columnNode(table, column string) *pg.Node {
	return &pg.Node{Node: &pg.Node_ColumnRef{ColumnRef: &pg.ColumnRef{Fields: []*pg.Node{stringNode(table), stringNode(column)}, Location: -1}}}
}

func termColumn(name string) *pg.Node { return columnNode(termName, name) }

func termColumns(list []*pg.Node) []*pg.Node {
	var out []*pg.Node
	for _, n := range list {
		out = append(out, termColumn(n.GetString_().GetSval()))
	}
	return out
}

func target1(n *pg.Node, name string) *pg.Node {
	return &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Name: name, Val: n, Location: -1}}}
}

func rowNode(args []*pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_RowExpr{RowExpr: &pg.RowExpr{Args: args, RowFormat: pg.CoercionForm_COERCE_EXPLICIT_CALL, Location: -1}}}
}

func arrayNode(of *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_AArrayExpr{AArrayExpr: &pg.A_ArrayExpr{Elements: []*pg.Node{of}, Location: -1}}}
}

func operatorNode(op string, l, r *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_AExpr{AExpr: &pg.A_Expr{Kind: pg.A_Expr_Kind_AEXPR_OP, Name: []*pg.Node{stringNode(op)}, Lexpr: l, Rexpr: r, Location: -1}}}
}

func boolNode(b bool) *pg.Node {
	return &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Boolval{Boolval: &pg.Boolean{Boolval: b}}, Location: -1}}}
}

// bigintNode is n::int8.
func bigintNode(n int32) *pg.Node {
	c := &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Ival{Ival: &pg.Integer{Ival: n}}, Location: -1}}}
	t := &pg.TypeName{Names: []*pg.Node{stringNode("pg_catalog"), stringNode("int8")}, Typemod: -1, Location: -1}
	return &pg.Node{Node: &pg.Node_TypeCast{TypeCast: &pg.TypeCast{Arg: c, TypeName: t, Location: -1}}}
}

func caseNode(cond, then, otherwise *pg.Node) *pg.Node {
	when := &pg.Node{Node: &pg.Node_CaseWhen{CaseWhen: &pg.CaseWhen{Expr: cond, Result: then, Location: -1}}}
	return &pg.Node{Node: &pg.Node_CaseExpr{CaseExpr: &pg.CaseExpr{Args: []*pg.Node{when}, Defresult: otherwise, Location: -1}}}
}
