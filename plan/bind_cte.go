package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// cteEnv is the common table expressions that can be named, innermost first.
type cteEnv struct {
	parent *cteEnv
	defs   []*cteDef
}

// cteDef is a common table expression being bound, and where it is read.
type cteDef struct {
	cte    *CTE
	cols   []Column
	refs   []*Subquery // each over a CTEScan
	work   bool        // its recursive term is being bound: its name means the work table
	keep   bool        // MATERIALIZED
	inline bool        // NOT MATERIALIZED
	links  int         // sub-queries around its definition
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
	for _, n := range w.Ctes {
		c := n.GetCommonTableExpr()
		for _, d := range env.defs {
			if d.cte.Name == c.Ctename {
				return nil, nil, q.errorAt(c.Location, pgerr.DuplicateAlias, `WITH query name "%s" specified more than once`, c.Ctename)
			}
		}
		sel := c.Ctequery.GetSelectStmt()
		if sel == nil {
			return nil, nil, pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute SELECT in a read-only transaction")
		}
		if c.SearchClause != nil || c.CycleClause != nil {
			return nil, nil, q.errorAt(c.Location, pgerr.FeatureNotSupported, "SEARCH and CYCLE clauses are not supported")
		}
		*q.ids++
		d := &cteDef{cte: &CTE{ID: *q.ids, Name: c.Ctename}, links: q.links}
		d.keep = c.Ctematerialized == pg.CTEMaterialize_CTEMaterializeAlways
		d.inline = c.Ctematerialized == pg.CTEMaterialize_CTEMaterializeNever
		var err error
		if w.Recursive && refersTo(c.Ctequery.ProtoReflect(), c.Ctename) {
			err = q.recursiveCTE(d, c, sel, outer, env)
		} else {
			err = q.plainCTE(d, c, sel, outer, env)
		}
		if err != nil {
			return nil, nil, err
		}
		env.defs = append(env.defs, d)
	}
	return env, env.defs, nil
}

func (q *query) plainCTE(d *cteDef, c *pg.CommonTableExpr, sel *pg.SelectStmt, outer *Scope, env *cteEnv) error {
	b, err := q.selectStmt(sel, outer, env, false)
	if err != nil {
		return err
	}
	d.cte.Root = b.root
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

// recursiveCTE binds the term without recursion, then, with the name meaning the last step's rows, the other one.
func (q *query) recursiveCTE(d *cteDef, c *pg.CommonTableExpr, sel *pg.SelectStmt, outer *Scope, env *cteEnv) error {
	if sel.Op != pg.SetOperation_SETOP_UNION || refersTo(sel.Larg.ProtoReflect(), c.Ctename) {
		return q.errorAt(c.Location, pgerr.InvalidRecursion,
			`recursive query "%s" does not have the form non-recursive-term UNION [ALL] recursive-term`, c.Ctename)
	}
	if sel.SortClause != nil || sel.LimitCount != nil || sel.LimitOffset != nil {
		what := "ORDER BY"
		if sel.SortClause == nil {
			if what = "LIMIT"; sel.LimitCount == nil {
				what = "OFFSET"
			}
		}
		return q.errorAt(c.Location, pgerr.FeatureNotSupported, "%s in a recursive query is not implemented", what)
	}
	env, inner, err := q.withClause(sel.WithClause, outer, env)
	if err != nil {
		return err
	}
	if len(inner) > 0 {
		return q.errorAt(c.Location, pgerr.FeatureNotSupported, "WITH inside a recursive query is not supported")
	}
	left, err := q.selectStmt(sel.Larg, outer, env, false)
	if err != nil {
		return err
	}
	if d.cols, err = q.cteColumns(c, left.root.Columns()); err != nil {
		return err
	}
	d.cte.Root, d.cte.All, d.keep, d.work = left.root, sel.All, true, true
	inEnv := &cteEnv{parent: env, defs: []*cteDef{d}}
	right, err := q.selectStmt(sel.Rarg, outer, inEnv, true)
	d.work = false
	if err != nil {
		return err
	}
	if len(right.root.Columns()) != len(d.cols) {
		return q.errorAt(firstTarget(sel.Rarg), pgerr.SyntaxError, "each UNION query must have the same number of columns")
	}
	rs := q.outputs(right.root, sel.Rarg)
	cols := make([]Column, len(d.cols))
	for i, l := range d.cols {
		t, err := q.b.res.CommonType([]expr.Expr{column(l, i), rs[i]}, "UNION")
		if err != nil {
			return err
		}
		if t.OID != l.Type.OID {
			return q.errorAt(targetLocation(sel.Larg, i), pgerr.DatatypeMismatch,
				`recursive query "%s" column %d has type %s in non-recursive term but type %s overall`,
				c.Ctename, i+1, expr.FormatType(l.Type), expr.FormatType(t)).
				WithHint("Cast the output of the non-recursive term to the correct type.")
		}
		cols[i] = l
		if !sel.All {
			if _, err := expr.EqualProc(t.OID); err != nil {
				return err
			}
		}
	}
	d.cte.Step, err = q.coerceOutputs(right.root, rs, cols, "UNION")
	return err
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

// refersTo tells whether a parse tree reads a table of that bare name.
func refersTo(m protoreflect.Message, name string) bool {
	if r, ok := m.Interface().(*pg.RangeVar); ok {
		return r.Schemaname == "" && r.Relname == name
	}
	found := false
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Kind() != protoreflect.MessageKind {
			return true
		}
		if f.IsList() {
			for i := range v.List().Len() {
				found = found || refersTo(v.List().Get(i).Message(), name)
			}
		} else {
			found = found || refersTo(v.Message(), name)
		}
		return !found
	})
	return found
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
