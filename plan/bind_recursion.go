package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/pgerr"
)

// recursion finds out which members of a WITH RECURSIVE read which, as parse_cte.c does: over the raw trees.
type recursion struct {
	q       *query
	ctes    []*pg.CommonTableExpr
	hiding  [][]string // names of inner WITH clauses around what is walked, innermost last
	depends []bool     // of the member being walked: on which others, and itself
}

// recursiveOrder gives the members so that each comes after those that it reads, and which of them read themselves.
func (q *query) recursiveOrder(w *pg.WithClause) (order []*pg.CommonTableExpr, self map[*pg.CommonTableExpr]bool, err error) {
	r := &recursion{q: q}
	for _, n := range w.Ctes {
		r.ctes = append(r.ctes, n.GetCommonTableExpr())
	}
	depends := make([][]bool, len(r.ctes))
	self = map[*pg.CommonTableExpr]bool{}
	for i, c := range r.ctes {
		r.depends = make([]bool, len(r.ctes))
		r.dependencies(c.Ctequery.ProtoReflect())
		depends[i] = r.depends
		self[c] = r.depends[i]
		depends[i][i] = false
	}
	left := slices.Clone(r.ctes)
	index := func(c *pg.CommonTableExpr) int { return slices.Index(r.ctes, c) }
	for len(left) > 0 {
		k := slices.IndexFunc(left, func(c *pg.CommonTableExpr) bool {
			return !slices.ContainsFunc(left, func(on *pg.CommonTableExpr) bool { return depends[index(c)][index(on)] })
		})
		if k < 0 {
			return nil, nil, q.errorAt(left[0].Location, pgerr.FeatureNotSupported, "mutual recursion between WITH items is not implemented")
		}
		order = append(order, left[k])
		left = slices.Delete(left, k, k+1)
	}
	for _, c := range r.ctes {
		if self[c] {
			if err := q.checkRecursion(c); err != nil {
				return nil, nil, err
			}
		}
	}
	return order, self, nil
}

func (r *recursion) dependencies(m protoreflect.Message) {
	switch x := m.Interface().(type) {
	case *pg.RangeVar:
		if x.Schemaname != "" || hides(r.hiding, x.Relname) {
			return
		}
		for i, c := range r.ctes {
			if c.Ctename == x.Relname {
				r.depends[i] = true
			}
		}
	case *pg.SelectStmt:
		if x.WithClause != nil {
			r.hiding = append(r.hiding, nil)
			within(x.WithClause, &r.hiding[len(r.hiding)-1], func(c *pg.CommonTableExpr) error {
				r.dependencies(c.Ctequery.ProtoReflect())
				return nil
			})
		}
		eachChild(m, func(m protoreflect.Message) error { r.dependencies(m); return nil })
		if x.WithClause != nil {
			r.hiding = r.hiding[:len(r.hiding)-1]
		}
	case *pg.WithClause: // walked with its SELECT
	default:
		eachChild(m, func(m protoreflect.Message) error { r.dependencies(m); return nil })
	}
}

// within walks a WITH clause's queries: of a recursive one each sees all names, of another the earlier ones.
func within(w *pg.WithClause, names *[]string, walk func(*pg.CommonTableExpr) error) error {
	for _, n := range w.Ctes {
		if w.Recursive {
			*names = append(*names, n.GetCommonTableExpr().GetCtename())
		}
	}
	for _, n := range w.Ctes {
		if err := walk(n.GetCommonTableExpr()); err != nil {
			return err
		}
		if !w.Recursive {
			*names = append(*names, n.GetCommonTableExpr().GetCtename())
		}
	}
	return nil
}

func hides(hiding [][]string, name string) bool {
	return slices.ContainsFunc(hiding, func(names []string) bool { return slices.Contains(names, name) })
}

// eachChild walks a raw tree's direct children in the grammar's order.
func eachChild(m protoreflect.Message, f func(protoreflect.Message) error) error {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		d := fields.Get(i)
		if d.Message() == nil || !m.Has(d) {
			continue
		}
		v := m.Get(d)
		if !d.IsList() {
			if err := f(v.Message()); err != nil {
				return err
			}
			continue
		}
		for j := range v.List().Len() {
			if err := f(v.List().Get(j).Message()); err != nil {
				return err
			}
		}
	}
	return nil
}

// recursionCheck is checkWellFormedRecursion: where a query may name itself.
type recursionCheck struct {
	q      *query
	name   string
	where  string // the place where a reference is wrong; "" = it is right here
	count  int
	hiding [][]string
}

func (q *query) checkRecursion(c *pg.CommonTableExpr) error {
	sel := c.Ctequery.GetSelectStmt()
	if sel == nil {
		return nil // refused elsewhere
	}
	if sel.Op != pg.SetOperation_SETOP_UNION {
		return q.errorAt(c.Location, pgerr.InvalidRecursion,
			`recursive query "%s" does not have the form non-recursive-term UNION [ALL] recursive-term`, c.Ctename)
	}
	k := &recursionCheck{q: q, name: c.Ctename, where: "a subquery"}
	for _, n := range sel.WithClause.GetCtes() {
		if err := k.walk(n.ProtoReflect()); err != nil {
			return err
		}
	}
	refuse := func(what string, loc int32) error {
		return q.errorAt(loc, pgerr.FeatureNotSupported, "%s in a recursive query is not implemented", what)
	}
	switch {
	case len(sel.SortClause) > 0:
		return refuse("ORDER BY", nodeLocation(sel.SortClause[0].GetSortBy().GetNode()))
	case sel.LimitOffset != nil:
		return refuse("OFFSET", nodeLocation(sel.LimitOffset))
	case sel.LimitCount != nil:
		return refuse("LIMIT", nodeLocation(sel.LimitCount))
	case len(sel.LockingClause) > 0:
		return refuse("FOR UPDATE/SHARE", -1)
	}
	k.where = "its non-recursive term"
	if err := k.walk(sel.Larg.ProtoReflect()); err != nil {
		return err
	}
	k.where, k.count = "", 0
	return k.walk(sel.Rarg.ProtoReflect())
}

// in walks a tree as one in which references are wrong, if they are not wrong already.
func (k *recursionCheck) in(where string, n protoreflect.Message) error {
	old := k.where
	if k.where == "" {
		k.where = where
	}
	err := k.walk(n)
	k.where = old
	return err
}

func (k *recursionCheck) walk(m protoreflect.Message) error {
	switch x := m.Interface().(type) {
	case *pg.RangeVar:
		if x.Schemaname != "" || x.Relname != k.name || hides(k.hiding, x.Relname) {
			return nil
		}
		if k.where != "" {
			return k.q.errorAt(x.Location, pgerr.InvalidRecursion, `recursive reference to query "%s" must not appear within %s`, k.name, k.where)
		}
		if k.count++; k.count > 1 {
			return k.q.errorAt(x.Location, pgerr.InvalidRecursion, `recursive reference to query "%s" must not appear more than once`, k.name)
		}
		return nil
	case *pg.SelectStmt:
		if x.WithClause == nil {
			return k.query(x)
		}
		k.hiding = append(k.hiding, nil)
		defer func() { k.hiding = k.hiding[:len(k.hiding)-1] }()
		err := within(x.WithClause, &k.hiding[len(k.hiding)-1], func(c *pg.CommonTableExpr) error { return k.walk(c.Ctequery.ProtoReflect()) })
		if err != nil {
			return err
		}
		return k.query(x)
	case *pg.WithClause:
		return nil // walked with its SELECT
	case *pg.JoinExpr:
		outer := func(nullable bool, n *pg.Node) error {
			if nullable {
				return k.in("an outer join", n.ProtoReflect())
			}
			return k.walk(n.ProtoReflect())
		}
		full := x.Jointype == pg.JoinType_JOIN_FULL
		if err := outer(full || x.Jointype == pg.JoinType_JOIN_RIGHT, x.Larg); err != nil {
			return err
		}
		if err := outer(full || x.Jointype == pg.JoinType_JOIN_LEFT, x.Rarg); err != nil {
			return err
		}
		if x.Quals == nil {
			return nil
		}
		return k.walk(x.Quals.ProtoReflect())
	case *pg.SubLink:
		old := k.where
		k.where = "a subquery"
		err := k.walk(x.Subselect.ProtoReflect())
		k.where = old
		if err != nil || x.Testexpr == nil {
			return err
		}
		return k.walk(x.Testexpr.ProtoReflect())
	}
	return eachChild(m, k.walk)
}

func (k *recursionCheck) query(x *pg.SelectStmt) error {
	if k.where != "" || x.Op != pg.SetOperation_SETOP_INTERSECT && x.Op != pg.SetOperation_SETOP_EXCEPT {
		return eachChild(x.ProtoReflect(), k.walk)
	}
	left, right := "", ""
	switch {
	case x.Op == pg.SetOperation_SETOP_EXCEPT:
		right = "EXCEPT"
		if x.All {
			left = right
		}
	case x.All:
		left, right = "INTERSECT", "INTERSECT"
	}
	if err := k.in(left, x.Larg.ProtoReflect()); err != nil {
		return err
	}
	if err := k.in(right, x.Rarg.ProtoReflect()); err != nil {
		return err
	}
	for _, n := range append(slices.Clone(x.SortClause), x.LimitOffset, x.LimitCount) {
		if n != nil {
			if err := k.walk(n.ProtoReflect()); err != nil {
				return err
			}
		}
	}
	return nil
}
