package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/plan/viewdef"
	"howdah/types"
)

// cteEnv is the common table expressions that can be named, innermost first.
type cteEnv struct {
	parent   *cteEnv
	defs     []*cteDef
	attached []*cteDef // defs, and what their own WITH clauses define
	future   []string  // names that are defined, but not yet for what is being bound
}

// cteDef is a common table expression being bound, and where it is read.
type cteDef struct {
	cte    *CTE
	cols   []Column
	refs   []*Subquery          // each over a CTEScan
	work   bool                 // its recursive term is being bound: its name means the work table
	keep   bool                 // MATERIALIZED
	inline bool                 // NOT MATERIALIZED
	again  func() (Node, error) // binds it once more, for another place where it is read
	level  int                  // queries around its definition
	extra  int                  // columns of SEARCH and CYCLE at the end of cols
	def    *viewdef.Query       // while a record is kept
}

func (e *cteEnv) find(name string) *cteDef {
	for ; e != nil; e = e.parent {
		for i := len(e.defs) - 1; i >= 0; i-- {
			if e.defs[i].cte.Name == name {
				return e.defs[i]
			}
		}
	}
	return nil
}

// withClause binds WITH and gives the environment of the query under it.
func (q *query) withClause(w *pg.WithClause, outer *Scope, env *cteEnv) (*cteEnv, []*cteDef, error) {
	if w == nil {
		return env, nil, nil
	}
	env = &cteEnv{parent: env}
	var order []*pg.CommonTableExpr
	for i, n := range w.Ctes {
		c := n.GetCommonTableExpr()
		for _, d := range w.Ctes[:i] {
			if d.GetCommonTableExpr().Ctename == c.Ctename {
				return nil, nil, q.errorAt(c.Location, pgerr.DuplicateAlias, `WITH query name "%s" specified more than once`, c.Ctename)
			}
		}
		order = append(order, c)
	}
	var self map[*pg.CommonTableExpr]bool
	if w.Recursive {
		var err error
		if order, self, err = q.recursiveOrder(w); err != nil {
			return nil, nil, err
		}
	}
	for i, c := range order {
		sel := c.Ctequery.GetSelectStmt()
		if sel == nil {
			return nil, nil, pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute SELECT in a read-only transaction")
		}
		*q.ids++
		d := &cteDef{cte: &CTE{ID: *q.ids, Name: c.Ctename}, level: q.level}
		d.keep = c.Ctematerialized == pg.CTEMaterialize_CTEMaterializeAlways
		d.inline = c.Ctematerialized == pg.CTEMaterialize_CTEMaterializeNever
		if env.future = nil; !w.Recursive {
			for _, f := range order[i:] {
				env.future = append(env.future, f.Ctename)
			}
		}
		var err error
		if self[c] {
			var inner []*cteDef
			inner, err = q.recursiveCTE(d, c, sel, outer, env)
			env.attached = append(env.attached, inner...)
		} else {
			if c.SearchClause != nil || c.CycleClause != nil {
				return nil, nil, q.errorAt(c.Location, pgerr.SyntaxError, "WITH query is not recursive")
			}
			err = q.plainCTE(d, c, sel, outer, env)
		}
		if err != nil {
			return nil, nil, err
		}
		q.rec.with(w, c, d.def)
		env.defs = append(env.defs, d)
		env.attached = append(env.attached, d)
	}
	env.future = nil
	return env, env.attached, nil
}

func (q *query) plainCTE(d *cteDef, c *pg.CommonTableExpr, sel *pg.SelectStmt, outer *Scope, env *cteEnv) error {
	b, err := q.selectStmt(sel, outer, env, false)
	if err != nil {
		return err
	}
	if d.inline {
		seen := &cteEnv{parent: env.parent, defs: slices.Clone(env.defs), future: slices.Clone(env.future)}
		d.again = func() (Node, error) {
			defer func(level int) { q.level = level }(q.level)
			q.level = d.level
			b, err := q.selectStmt(sel, outer, seen, false)
			if err != nil {
				return nil, err
			}
			return b.root, nil
		}
	}
	d.cte.Root, d.def = b.root, b.def
	d.cols, err = q.cteColumns(c, b.root.Columns())
	return err
}

// cteColumns names a common table expression's columns.
func (q *query) cteColumns(c *pg.CommonTableExpr, cols []Column) ([]Column, error) {
	cols = slices.Clone(cols)
	if len(c.Aliascolnames) > len(cols) {
		return nil, q.errorAt(c.Location, pgerr.InvalidColumnReference, `WITH query "%s" has %d columns available but %d columns specified`,
			c.Ctename, len(cols), len(c.Aliascolnames))
	}
	for i, n := range c.Aliascolnames {
		cols[i].Name = n.GetString_().GetSval()
	}
	return cols, nil
}

// recursiveCTE binds the term without recursion, then, with the name meaning the last step's rows, the other one. What
// the query's own WITH clause defines is handed back, to be kept where the query is.
func (q *query) recursiveCTE(d *cteDef, c *pg.CommonTableExpr, sel *pg.SelectStmt, outer *Scope, env *cteEnv) ([]*cteDef, error) {
	def, end := q.rec.begin()
	defer end()
	d.def = def
	env, inner, err := q.withClause(sel.WithClause, outer, env)
	if err != nil {
		return nil, err
	}
	larg, rarg := sel.Larg, sel.Rarg
	left, err := q.selectStmt(larg, outer, env, false)
	if err != nil {
		return nil, err
	}
	cols, err := q.cteColumns(c, left.root.Columns())
	if err != nil {
		return nil, err
	}
	explicit := left.root
	first, second := left, (*bound)(nil) // as they were written
	if s := searchingOf(c); s != nil {
		if err := s.check(q, cols); err != nil {
			return nil, err
		}
		from := workName(rarg.FromClause, c.Ctename)
		switch {
		case isSetOperation(larg):
			return nil, pgerr.New(pgerr.FeatureNotSupported, "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT")
		case isSetOperation(rarg):
			return nil, pgerr.New(pgerr.SyntaxError, "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT")
		case from == "":
			return nil, pgerr.New(pgerr.FeatureNotSupported,
				`with a SEARCH or CYCLE clause, the recursive reference to WITH query "%s" must be at the top level of its right-hand SELECT`, c.Ctename)
		}
		if q.rec != nil {
			d.cols, d.work = cols, true
			if second, err = q.selectStmt(rarg, outer, &cteEnv{parent: env, defs: []*cteDef{d}}, true); err != nil {
				return nil, err
			}
		}
		if left, err = q.selectStmt(s.first(larg, cols), outer, env, false); err != nil {
			return nil, err
		}
		rarg = s.second(rarg, cols, from)
		d.extra = len(s.extra)
		cols = append(cols, left.root.Columns()[len(cols):]...)
	}
	d.cols = cols
	d.cte.Root, d.cte.All, d.keep, d.work = left.root, sel.All, true, true
	inEnv := &cteEnv{parent: env, defs: []*cteDef{d}}
	right, err := q.selectStmt(rarg, outer, inEnv, true)
	d.work = false
	if err != nil {
		return nil, err
	}
	if len(right.root.Columns()) != len(d.cols) {
		return nil, q.errorAt(firstTarget(sel.Rarg), pgerr.SyntaxError, "each UNION query must have the same number of columns")
	}
	rs := q.outputs(right.root, rarg)
	out := make([]Column, len(d.cols))
	for i, l := range d.cols {
		pair := []expr.Expr{column(l, i), rs[i]}
		t, err := q.b.res.CommonType(pair, "UNION")
		if err != nil {
			return nil, err
		}
		if t.OID == l.Type.OID && i < len(explicit.Columns()) && rs[i].Type().OID != types.UnknownOID && rs[i].Type().Typmod != l.Type.Typmod {
			t.Typmod = -1
		} else if t.OID == l.Type.OID {
			t = l.Type
		}
		if t != l.Type {
			return nil, q.errorAt(targetLocation(sel.Larg, i), pgerr.DatatypeMismatch,
				`recursive query "%s" column %d has type %s in non-recursive term but type %s overall`,
				c.Ctename, i+1, expr.FormatType(l.Type), expr.FormatType(t)).
				WithHint("Cast the output of the non-recursive term to the correct type.")
		}
		if d.extra == 0 {
			coll, err := q.b.res.CommonCollation([]expr.Expr{written(explicit, i), written(right.root, i)}, sel.All)
			if err != nil {
				return nil, err
			}
			if want := collationOf(l.Type.OID, l.Collation); collationOf(t.OID, coll) != want && rs[i].Type().OID != types.UnknownOID {
				return nil, q.errorAt(targetLocation(sel.Larg, i), pgerr.CollationMismatch,
					`recursive query "%s" column %d has collation "%s" in non-recursive term but collation "%s" overall`,
					c.Ctename, i+1, expr.CollationName(want), expr.CollationName(collationOf(t.OID, coll))).
					WithHint("Use the COLLATE clause to set the collation of the non-recursive term.")
			}
		}
		out[i] = l
		if !sel.All {
			if _, err := expr.EqualProc(t.OID); err != nil {
				return nil, err
			}
		}
	}
	if d.cte.Step, err = q.coerceOutputs(right.root, rs, out, "UNION"); err != nil {
		return nil, err
	}
	if second == nil {
		second = right
	}
	q.rec.recursive(def, sel, first, second, rs, d.cte.Step)
	return inner, nil
}

// written gives what a query's column is computed by, where it shows how strongly it is collated; else the column.
func written(n Node, i int) expr.Expr {
	for {
		switch x := n.(type) {
		case *Limit:
			n = x.Input
			continue
		case *Sort:
			n = x.Input
			continue
		case *Unique:
			n = x.Input
			continue
		case *With:
			n = x.Input
			continue
		case *Project:
			if i < len(x.Exprs) {
				return x.Exprs[i]
			}
		}
		return column(n.Columns()[i], i)
	}
}

func isSetOperation(sel *pg.SelectStmt) bool {
	return sel.Op != pg.SetOperation_SETOP_NONE && sel.Op != pg.SetOperation_SET_OPERATION_UNDEFINED
}

// reference makes the FROM item that reads a common table expression.
func (d *cteDef) reference(alias string) *Subquery {
	scan := &CTEScan{Output: Output{Cols: slices.Clone(d.cols)}, ID: d.cte.ID, Name: d.cte.Name, Alias: alias, Work: d.work}
	for i := range scan.Cols {
		scan.Cols[i].TableOID, scan.Cols[i].AttNum = d.cols[i].TableOID, d.cols[i].AttNum
	}
	s := &Subquery{Output: Output{Cols: scan.Cols}, Input: scan, Alias: alias}
	if !d.work {
		d.refs = append(d.refs, s)
	}
	return s
}

// attach puts above a query what its WITH clause keeps. What is read once, and can, is put where it is read.
func (q *query) attach(root Node, defs []*cteDef) Node {
	var kept []*CTE
	for _, d := range slices.Backward(defs) { // those that read others first: they may read them once more
		if d.again == nil || len(d.refs) < 2 || hasOuter(d.cte.Root) || volatileTree(d.cte.Root) {
			continue
		}
		for k := len(d.refs) - 1; k > 0; k-- {
			root, err := d.again()
			if err != nil {
				break // it is kept for those that are left
			}
			d.refs[k].Input = root
			d.refs = d.refs[:k]
		}
	}
	for _, d := range defs {
		if len(d.refs) == 0 {
			continue // never read, never run
		}
		once := len(d.refs) == 1 && !d.keep || d.inline && d.cte.Step == nil && len(d.refs) == 1
		if once && d.cte.Step == nil && !hasOuter(d.cte.Root) && !volatileTree(d.cte.Root) {
			d.refs[0].Input = d.cte.Root
			continue
		}
		kept = append(kept, d.cte)
		q.closed[d.cte.ID] = !hasOuter(d.cte.Root) && (d.cte.Step == nil || !hasOuter(d.cte.Step))
	}
	if len(kept) == 0 {
		return root
	}
	return &With{Output: Output{Cols: root.Columns()}, Input: root, CTEs: kept}
}

// volatileTree tells whether a plan computes something volatile.
func volatileTree(n Node) bool {
	found := false
	allNodes(n, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			found = found || expr.Volatile(e)
			return e
		})
	})
	return found
}

// isFuture tells whether a name is one that cannot be read yet.
func (e *cteEnv) isFuture(name string) bool {
	for ; e != nil; e = e.parent {
		if slices.Contains(e.future, name) {
			return true
		}
	}
	return false
}

// collationOf gives a type's collation: want where the type can be collated.
func collationOf(oid types.OID, want types.OID) types.OID {
	t := pgdata.TypeByOID(uint32(oid))
	switch {
	case t == nil || t.Collation == 0:
		return types.NoCollation
	case want != types.NoCollation:
		return want
	}
	return types.OID(t.Collation)
}
