package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// update binds UPDATE: its query gives each row that is found as it is to be, and where it stands.
func (c *changing) update(n *pg.UpdateStmt) error {
	c.out.Kind = UpdateRows
	if err := c.target(n.Relation, "UPDATE"); err != nil {
		return err
	}
	scope, tid, defs, err := c.find(n.Relation, n.FromClause, n.WithClause)
	if err != nil {
		return err
	}
	exprs := make([]expr.Expr, len(c.temp.Columns))
	for _, t := range n.TargetList {
		r := t.GetResTarget()
		i, err := c.column(r)
		if err != nil {
			return err
		}
		if slices.Contains(c.out.Set, i) {
			return pgerr.New(pgerr.SyntaxError, `multiple assignments to same column "%s"`, r.Name)
		}
		value, err := c.q.assigned(r)
		if err != nil {
			return err
		}
		if exprs[i], err = c.value(value, i, scope, InOther); err != nil {
			return err
		}
		c.out.Set = append(c.out.Set, i)
	}
	if err := c.where(n.WhereClause, scope); err != nil {
		return err
	}
	if err := c.q.noSets(scope, "UPDATE", exprs...); err != nil {
		return err
	}
	for i := range exprs {
		if exprs[i] == nil {
			exprs[i] = column(c.root.Columns()[i], i)
		}
	}
	returns := len(n.ReturningList) > 0 && len(n.FromClause) > 0
	c.root = c.q.attach(c.located(c.output(), exprs, tid, returns), defs)
	if returns {
		return c.returningJoined(scope, n.ReturningList)
	}
	return c.bindReturning(n.Relation, n.ReturningList)
}

// delete binds DELETE: its query gives where the rows stand that are found.
func (c *changing) delete(n *pg.DeleteStmt) error {
	c.out.Kind = DeleteRows
	if err := c.target(n.Relation, "DELETE"); err != nil {
		return err
	}
	scope, tid, defs, err := c.find(n.Relation, n.UsingClause, n.WithClause)
	if err != nil {
		return err
	}
	if err := c.where(n.WhereClause, scope); err != nil {
		return err
	}
	if len(n.ReturningList) > 0 && len(n.UsingClause) > 0 {
		was := make([]expr.Expr, len(c.temp.Columns))
		for i := range was {
			was[i] = column(c.root.Columns()[i], i)
		}
		c.root = c.q.attach(c.located(c.output(), was, tid, true), defs)
		return c.returningJoined(scope, n.ReturningList)
	}
	c.root = c.q.attach(c.located(nil, nil, tid, false), defs)
	return c.bindReturning(n.Relation, n.ReturningList)
}

// find binds the table and what it is joined with; tid is the column that tells where a row of the table stands.
func (c *changing) find(r *pg.RangeVar, from []*pg.Node, with *pg.WithClause) (scope *Scope, tid int, defs []*cteDef, err error) {
	q := c.q
	tid = slices.IndexFunc(c.out.Table.Columns, func(k catalog.Column) bool { return k.Role == catalog.SystemCtid })
	if tid < 0 {
		return nil, 0, nil, pgerr.New(pgerr.FeatureNotSupported, `changing rows of a table with a column named "ctid" is not supported`)
	}
	env, defs, err := q.withClause(with, nil, nil)
	if err != nil {
		return nil, 0, nil, err
	}
	scope = &Scope{}
	table := &pg.Node{Node: &pg.Node_RangeVar{RangeVar: r}}
	if c.root, err = q.from([]*pg.Node{table}, scope); err != nil { // before WITH's names are known: they are not tables to change
		return nil, 0, nil, err
	}
	q.envs[scope] = env
	if len(from) == 0 {
		return scope, tid, defs, nil
	}
	f := &fromClause{q: q, scope: scope, next: len(c.root.Columns())}
	for _, e := range scope.Entries {
		hidden := *e
		hidden.LateralOnly, hidden.LateralOK, hidden.Target = true, false, true // LATERAL does not see the table that is changed
		f.left = append(f.left, &hidden)
	}
	for _, n := range from {
		item, entries, err := f.item(n)
		if err != nil {
			return nil, 0, nil, err
		}
		if err := f.checkNames(scope.Entries, entries); err != nil {
			return nil, 0, nil, err
		}
		scope.Entries = append(scope.Entries, entries...)
		f.left = append(f.left, entries...)
		c.root = f.join(InnerJoin, c.root, item, 0, nil)
	}
	return scope, tid, defs, nil
}

// assigned gives the expression of a SET item: of (a, b) = (…, …) its part.
func (q *query) assigned(r *pg.ResTarget) (*pg.Node, error) {
	m := r.Val.GetMultiAssignRef()
	if m == nil {
		return r.Val, nil
	}
	row := m.Source.GetRowExpr()
	if row == nil {
		return nil, q.errorAt(r.Location, pgerr.FeatureNotSupported, "SET of several columns to a sub-query is not supported")
	}
	if len(row.Args) != int(m.Ncolumns) {
		return nil, q.errorAt(row.Location, pgerr.SyntaxError, "number of columns does not match number of values")
	}
	return row.Args[m.Colno-1], nil
}

func (c *changing) where(n *pg.Node, scope *Scope) error {
	if n == nil {
		return nil
	}
	e, err := c.q.condition(n, scope, InWhere)
	if err != nil {
		return err
	}
	c.root = &Filter{Output: Output{Cols: c.root.Columns()}, Input: c.root, Quals: conjuncts(e)}
	return nil
}

// located gives values, where the row that they are of stands and, if RETURNING may name them, what it was joined with.
func (c *changing) located(cols []Column, exprs []expr.Expr, tid int, joined bool) Node {
	all := c.root.Columns()
	p := &Project{Input: c.root, Exprs: append(exprs, column(all[tid], tid))}
	p.Cols = append(cols, all[tid])
	if joined {
		for i := len(c.out.Table.Columns); i < len(all); i++ {
			p.Exprs, p.Cols = append(p.Exprs, column(all[i], i)), append(p.Cols, all[i])
			c.out.Joined++
			c.joined = append(c.joined, all[i])
		}
	}
	return p
}

// returningJoined binds RETURNING of a change that joins other tables: it reads the rows with those they were joined with.
func (c *changing) returningJoined(scope *Scope, list []*pg.Node) error {
	q := c.q
	rel := *c.out.Table
	rel.System, rel.Rows = changedRows{joined: len(c.joined)}, -1
	rel.Columns = slices.Clone(rel.Columns)
	s := &System{}
	for _, k := range c.out.Table.Columns {
		s.Cols = append(s.Cols, Column{Name: k.Name, Type: k.Type, Collation: k.Collation, TableOID: rel.OID, AttNum: k.AttNum, Record: k.Record})
	}
	for _, k := range c.joined {
		s.Cols = append(s.Cols, k)
		rel.Columns = append(rel.Columns, catalog.Column{Column: types.Column{Name: k.Name, Type: k.Type, Collation: k.Collation, Record: k.Record}})
	}
	for i := range s.Cols {
		s.Want = append(s.Want, i)
	}
	s.Rel, s.Alias = &rel, rel.Name
	own := &Scope{Entries: scope.Entries}
	q.envs[own] = q.env(scope)
	return c.returningList(s, own, list)
}
