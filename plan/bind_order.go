package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// entry finds or adds the target that an ORDER BY, GROUP BY or DISTINCT ON item means, by SQL-92's rules: a position, an
// output name, else an expression over the FROM clause (findTargetlistEntrySQL92). It gives -1 for a GROUP BY
// expression that is no target, with the expression.
func (s *selecting) entry(n *pg.Node, clause Clause) (int, expr.Expr, error) {
	q := s.q
	if c := n.GetAConst(); c != nil {
		iv := c.GetIval()
		if iv == nil {
			if _, integer := c.Val.(*pg.A_Const_Ival); !integer || c.Isnull {
				return 0, nil, q.errorAt(c.Location, pgerr.SyntaxError, "non-integer constant in %s", clause)
			}
		}
		pos := int(iv.GetIval())
		seen := 0
		for i, t := range s.targets {
			if t.hidden {
				continue
			}
			if seen++; seen == pos {
				return i, t.expr, nil
			}
		}
		return 0, nil, q.errorAt(c.Location, pgerr.InvalidColumnReference, "%s position %d is not in select list", clause, pos)
	}
	if name, loc := plainName(n); name != "" && !(clause == InGroupBy && s.hasColumn(name)) {
		found := -1
		for i, t := range s.targets {
			if t.hidden || t.name != name {
				continue
			}
			if found >= 0 && !expr.Equal(s.targets[found].expr, t.expr) {
				return 0, nil, q.errorAt(loc, pgerr.AmbiguousColumn, `%s "%s" is ambiguous`, clause, name)
			}
			if found < 0 {
				found = i
			}
		}
		if found >= 0 {
			return found, s.targets[found].expr, nil
		}
	}
	e, err := q.clause(n, s.scope, clause)
	if err != nil {
		return 0, nil, err
	}
	for i, t := range s.targets {
		if expr.Equal(t.expr, e) {
			return i, t.expr, nil
		}
	}
	if e, err = q.b.res.Known(e); err != nil {
		return 0, nil, err
	}
	return -1, e, nil
}

// plainName gives the name that an unqualified column reference has.
func plainName(n *pg.Node) (string, int32) {
	if c := n.GetColumnRef(); c != nil && len(c.Fields) == 1 {
		return c.Fields[0].GetString_().GetSval(), c.Location
	}
	return "", -1
}

// hasColumn tells whether a column of the FROM clause has the name.
func (s *selecting) hasColumn(name string) bool {
	for _, e := range s.scope.Entries {
		if !e.ColsVisible {
			continue
		}
		for _, c := range e.Columns {
			if c.Name == name {
				return true
			}
		}
	}
	return false
}

// settled makes text of a target of unknown type, which sorting and grouping need.
func (s *selecting) settled(i int) error {
	e, err := s.q.b.res.Known(s.targets[i].expr)
	s.targets[i].expr = e
	return err
}

// sortClause binds ORDER BY.
func (s *selecting) sortClause(list []*pg.Node) ([]orderKey, error) {
	var out []orderKey
	for _, n := range list {
		sb := n.GetSortBy()
		i, e, err := s.entry(sb.Node, InOrderBy)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			if len(s.sel.DistinctClause) > 0 && !s.distinctOn() {
				return nil, s.q.errorAt(nodeLocation(sb.Node), pgerr.InvalidColumnReference,
					"for SELECT DISTINCT, ORDER BY expressions must appear in select list")
			}
			s.targets = append(s.targets, &target{expr: e, name: keyName(e), hidden: true, node: sb.Node})
			i = len(s.targets) - 1
		}
		if err := s.settled(i); err != nil {
			return nil, err
		}
		key, err := s.q.sortKey(sb, s.targets[i].expr.Type())
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(k orderKey) bool { return k.target == i }) {
			continue
		}
		out = append(out, orderKey{target: i, key: key})
	}
	return out, nil
}

// sortKey gives an item's direction.
func (q *query) sortKey(sb *pg.SortBy, t types.Type) (expr.SortKey, error) {
	var k expr.SortKey
	switch sb.SortbyDir {
	case pg.SortByDir_SORTBY_DESC:
		k.Desc = true
	case pg.SortByDir_SORTBY_USING:
		op := sb.UseOp[len(sb.UseOp)-1].GetString_().GetSval()
		switch op {
		case "<":
		case ">":
			k.Desc = true
		default:
			return k, q.errorAt(sb.Location, pgerr.WrongObjectType, "operator %s is not a valid ordering operator", op).
				WithHint(`Ordering operators must be "<" or ">" members of btree operator families.`)
		}
	}
	switch sb.SortbyNulls {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		k.NullsFirst = true
	case pg.SortByNulls_SORTBY_NULLS_LAST:
	default:
		k.NullsFirst = k.Desc
	}
	if _, _, err := expr.SortProcs(t.OID); err != nil {
		return k, pgerr.From(err).Clone().AtPosition(q.b.res.Position(nodeLocation(sb.Node)))
	}
	return k, nil
}

// outputOrder binds the ORDER BY of a set operation or VALUES: output names and positions only.
func (q *query) outputOrder(root Node, list []*pg.Node, scope *Scope) ([]expr.SortKey, error) {
	if len(list) == 0 {
		return nil, nil
	}
	s := &selecting{q: q, sel: &pg.SelectStmt{}, scope: &Scope{Parent: scope.Parent}}
	q.envs[s.scope] = q.env(scope)
	for i, c := range root.Columns() {
		s.targets = append(s.targets, &target{expr: column(c, i), name: c.Name})
	}
	var keys []expr.SortKey
	for _, n := range list {
		sb := n.GetSortBy()
		name, _ := plainName(sb.Node)
		known := slices.ContainsFunc(s.targets, func(t *target) bool { return t.name == name && name != "" })
		if c := sb.Node.GetColumnRef(); c != nil && len(c.Fields) == 2 && c.Fields[0].GetString_().GetSval() == "*VALUES*" {
			if at := slices.IndexFunc(s.targets, func(t *target) bool { return t.name == c.Fields[1].GetString_().GetSval() }); at >= 0 && isValues(root) {
				key, err := q.sortKey(sb, s.targets[at].expr.Type())
				if err != nil {
					return nil, err
				}
				key.Expr = s.targets[at].expr
				keys = append(keys, key)
				continue
			}
		}
		if sb.Node.GetAConst() == nil && !known {
			if name != "" {
				return nil, q.errorAt(nodeLocation(sb.Node), pgerr.UndefinedColumn, `column "%s" does not exist`, name)
			}
			return nil, q.errorAt(nodeLocation(sb.Node), pgerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
				WithDetail("Only result column names can be used, not expressions or functions.").
				WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
		}
		i, _, err := s.entry(sb.Node, InOrderBy)
		if err != nil {
			return nil, err
		}
		key, err := q.sortKey(sb, s.targets[i].expr.Type())
		if err != nil {
			return nil, err
		}
		key.Expr = s.targets[i].expr
		keys = append(keys, key)
	}
	return keys, nil
}

// isValues tells whether the rows are those of VALUES, whose columns can be named as a table's (pg_get_viewdef does).
func isValues(n Node) bool {
	_, ok := n.(*Values)
	return ok
}

// distinctOn tells DISTINCT ON from DISTINCT, which the parser gives as one empty item.
func (s *selecting) distinctOn() bool {
	d := s.sel.DistinctClause
	return len(d) > 0 && d[0] != nil && d[0].Node != nil
}

// distinctClause binds DISTINCT [ON].
func (s *selecting) distinctClause() error {
	if len(s.sel.DistinctClause) == 0 {
		return nil
	}
	if !s.distinctOn() {
		for i, t := range s.targets {
			if t.hidden {
				continue
			}
			if err := s.settled(i); err != nil {
				return err
			}
			if _, err := expr.EqualProc(t.expr.Type().OID); err != nil {
				return pgerr.From(err).Clone().AtPosition(s.q.b.res.Position(s.q.b.res.Loc(t.expr)))
			}
		}
		return nil
	}
	s.on = []int{}
	for _, n := range s.sel.DistinctClause {
		i, e, err := s.entry(n, InDistinctOn)
		if err != nil {
			return err
		}
		if i < 0 {
			s.targets = append(s.targets, &target{expr: e, name: "?column?", hidden: true, node: n})
			i = len(s.targets) - 1
		}
		if err := s.settled(i); err != nil {
			return err
		}
		if !slices.Contains(s.on, i) {
			s.on = append(s.on, i)
		}
	}
	for i, o := range s.order {
		if i >= len(s.on) {
			break
		}
		if !slices.Contains(s.on, o.target) {
			return s.q.errorAt(nodeLocation(s.sel.DistinctClause[0]), pgerr.InvalidColumnReference,
				"SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
		}
	}
	return nil
}

// groupClause binds GROUP BY with its grouping sets.
func (s *selecting) groupClause() error {
	if len(s.sel.GroupClause) == 0 {
		return nil
	}
	s.grouped = true
	sets := [][]int{{}}
	special := false
	for _, n := range s.sel.GroupClause {
		alternatives, isSet, err := s.groupItem(n)
		if err != nil {
			return err
		}
		special = special || isSet
		var crossed [][]int
		for _, a := range sets {
			for _, b := range alternatives {
				crossed = append(crossed, union(a, b))
			}
		}
		if sets = crossed; len(sets) > 4096 {
			return pgerr.New(pgerr.StatementTooComplex, "too many grouping sets present (maximum 4096)")
		}
	}
	if !special {
		return nil
	}
	if s.sel.GroupDistinct {
		var distinct [][]int
		for _, set := range sets {
			if !slices.ContainsFunc(distinct, func(d []int) bool { return sameSet(d, set) }) {
				distinct = append(distinct, set)
			}
		}
		sets = distinct
	}
	s.sets = sets
	return nil
}

func union(a, b []int) []int {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func sameSet(a, b []int) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x int) bool { return !slices.Contains(b, x) })
}

// groupItem gives the grouping sets that an item of GROUP BY stands for; isSet tells ROLLUP and its like.
func (s *selecting) groupItem(n *pg.Node) (sets [][]int, isSet bool, err error) {
	if r := n.GetRowExpr(); r != nil && r.RowFormat == pg.CoercionForm_COERCE_IMPLICIT_CAST {
		var set []int
		for _, a := range r.Args {
			i, err := s.groupKey(a)
			if err != nil {
				return nil, false, err
			}
			set = union(set, []int{i})
		}
		return [][]int{set}, false, nil
	}
	g := n.GetGroupingSet()
	if g == nil {
		i, err := s.groupKey(n)
		return [][]int{{i}}, false, err
	}
	var items [][][]int
	for _, c := range g.Content {
		alternatives, _, err := s.groupItem(c)
		if err != nil {
			return nil, false, err
		}
		items = append(items, alternatives)
	}
	switch g.Kind {
	case pg.GroupingSetKind_GROUPING_SET_EMPTY:
		return [][]int{{}}, true, nil
	case pg.GroupingSetKind_GROUPING_SET_ROLLUP:
		for n := len(items); n >= 0; n-- {
			set := []int{}
			for _, it := range items[:n] {
				set = union(set, it[0])
			}
			sets = append(sets, set)
		}
	case pg.GroupingSetKind_GROUPING_SET_CUBE:
		if len(items) > 12 {
			return nil, false, s.q.errorAt(g.Location, pgerr.TooManyColumns, "CUBE is limited to 12 elements")
		}
		for bits := 1<<len(items) - 1; bits >= 0; bits-- {
			set := []int{}
			for k, it := range items {
				if bits&(1<<(len(items)-1-k)) != 0 {
					set = union(set, it[0])
				}
			}
			sets = append(sets, set)
		}
	default:
		for _, it := range items {
			sets = append(sets, it...)
		}
	}
	return sets, true, nil
}

// groupKey gives the number of a grouping expression.
func (s *selecting) groupKey(n *pg.Node) (int, error) {
	i, e, err := s.entry(n, InGroupBy)
	if err != nil {
		return 0, err
	}
	if i >= 0 {
		if err := s.settled(i); err != nil {
			return 0, err
		}
		e = s.targets[i].expr
		if a := findAgg(e); a != nil {
			return 0, s.q.errorAt(s.q.b.res.Loc(a), pgerr.GroupingError, "aggregate functions are not allowed in GROUP BY")
		}
		expr.Walk(e, func(e expr.Expr) bool {
			if w, ok := e.(*expr.WindowCall); ok && err == nil {
				err = s.q.errorAt(s.q.b.res.Loc(w), pgerr.WindowingError, "window functions are not allowed in GROUP BY")
			}
			return err == nil
		})
		if err != nil {
			return 0, err
		}
	}
	if _, err := expr.EqualProc(e.Type().OID); err != nil {
		return 0, pgerr.From(err).Clone().AtPosition(s.q.b.res.Position(nodeLocation(n)))
	}
	for k, have := range s.group {
		if expr.Equal(have, e) {
			s.q.rec.groupKey(n, have)
			return k, nil
		}
	}
	s.q.rec.groupKey(n, e)
	s.group = append(s.group, e)
	return len(s.group) - 1, nil
}

// findAgg gives an aggregate call of this level below e, or nil.
func findAgg(e expr.Expr) expr.Expr {
	var found expr.Expr
	expr.Walk(e, func(e expr.Expr) bool {
		if a, ok := e.(*expr.Agg); ok && a.Level == 0 {
			found = a
		}
		return found == nil
	})
	return found
}
