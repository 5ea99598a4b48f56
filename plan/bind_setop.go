package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// setOperation binds UNION, INTERSECT, EXCEPT.
func (q *query) setOperation(sel *pg.SelectStmt, outer *Scope, env *cteEnv, unknownOK bool) (Node, error) {
	if err := noLocking(sel, "%s is not allowed with UNION/INTERSECT/EXCEPT"); err != nil {
		return nil, err
	}
	root, err := q.setTree(sel, outer, env, unknownOK)
	if err != nil {
		return nil, err
	}
	scope := &Scope{Parent: outer}
	q.envs[scope] = env
	keys, err := q.outputOrder(root, sel.SortClause, scope)
	if err != nil {
		return nil, err
	}
	count, offset, err := q.limitClause(sel, scope)
	if err != nil {
		return nil, err
	}
	q.rec.setQuery(sel, keys, count, offset)
	cols := root.Columns()
	if len(keys) > 0 {
		root = &Sort{Output: Output{Cols: cols}, Input: root, Keys: keys, Limit: -1}
	}
	err = q.finishRows(&root, sel, count, offset, keys, len(cols))
	return root, err
}

// setArm binds one side: another set operation without clauses of its own, or a query.
func (q *query) setArm(sel *pg.SelectStmt, outer *Scope, env *cteEnv) (Node, error) {
	isSet := sel.Op != pg.SetOperation_SETOP_NONE && sel.Op != pg.SetOperation_SET_OPERATION_UNDEFINED
	if isSet && sel.WithClause == nil && sel.SortClause == nil && sel.LimitCount == nil && sel.LimitOffset == nil && sel.LockingClause == nil {
		return q.setTree(sel, outer, env, true)
	}
	if err := noLocking(sel, "%s is not allowed with UNION/INTERSECT/EXCEPT"); err != nil {
		return nil, err
	}
	b, err := q.selectStmt(sel, outer, env, true)
	if err != nil {
		return nil, err
	}
	q.rec.arm(sel, b)
	return b.root, nil
}

func (q *query) setTree(sel *pg.SelectStmt, outer *Scope, env *cteEnv, unknownOK bool) (Node, error) {
	kind, word := Union, "UNION"
	switch sel.Op {
	case pg.SetOperation_SETOP_INTERSECT:
		kind, word = Intersect, "INTERSECT"
	case pg.SetOperation_SETOP_EXCEPT:
		kind, word = Except, "EXCEPT"
	}
	left, err := q.setArm(sel.Larg, outer, env)
	if err != nil {
		return nil, err
	}
	right, err := q.setArm(sel.Rarg, outer, env)
	if err != nil {
		return nil, err
	}
	if len(left.Columns()) != len(right.Columns()) {
		return nil, q.errorAt(firstTarget(sel.Rarg), pgerr.SyntaxError, "each %s query must have the same number of columns", word)
	}
	cols := make([]Column, len(left.Columns()))
	ls, rs := q.outputs(left, sel.Larg), q.outputs(right, sel.Rarg)
	for i := range cols {
		pair := []expr.Expr{ls[i], rs[i]}
		t, err := q.b.res.CommonType(pair, word)
		if err != nil {
			return nil, err
		}
		if unknownOK && ls[i].Type().OID == types.UnknownOID && rs[i].Type().OID == types.UnknownOID {
			t = types.Of(types.TextOID) // PostgreSQL decides pair by pair, from the bottom
		}
		if !(kind == Union && sel.All) {
			if _, err := expr.EqualProc(t.OID); err != nil {
				return nil, pgerr.From(err).Clone().AtPosition(q.b.res.Position(q.b.res.Loc(ls[i])))
			}
		}
		cols[i] = Column{Name: left.Columns()[i].Name, Type: t}
	}
	if left, err = q.coerceOutputs(left, ls, cols, word); err != nil {
		return nil, err
	}
	if right, err = q.coerceOutputs(right, rs, cols, word); err != nil {
		return nil, err
	}
	q.rec.setTree(sel, ls, rs, left, right)
	for i := range cols {
		cols[i].Collation = mergedCollation(left.Columns()[i].Collation, right.Columns()[i].Collation)
	}
	if kind == Union && sel.All {
		a := &Append{Output: Output{Cols: cols}}
		for _, n := range []Node{left, right} {
			if inner, ok := n.(*Append); ok {
				a.All = append(a.All, inner.All...)
			} else {
				a.All = append(a.All, n)
			}
		}
		return a, nil
	}
	return &SetOp{Output: Output{Cols: cols}, Kind: kind, All: sel.All, Left: left, Right: right}, nil
}

// mergedCollation is that of a column that two sides make: of equal strength, so a column's own beats the default's.
func mergedCollation(a, b types.OID) types.OID {
	switch {
	case a == b:
		return a
	case a == types.DefaultCollation:
		return b
	case b == types.DefaultCollation:
		return a
	}
	return types.NoCollation
}

// outputs gives a side's columns as expressions: literals of unknown type as they are, the others as variables.
func (q *query) outputs(n Node, sel *pg.SelectStmt) []expr.Expr {
	out := make([]expr.Expr, len(n.Columns()))
	inner := n
	for {
		switch x := inner.(type) {
		case *Limit:
			inner = x.Input
			continue
		case *With:
			inner = x.Input
			continue
		}
		break
	}
	for i, c := range n.Columns() {
		out[i] = column(c, i)
		if c.Type.OID == types.UnknownOID {
			switch x := inner.(type) {
			case *Project:
				out[i] = x.Exprs[i]
			case *Values:
				if len(x.Rows) == 1 {
					out[i] = x.Rows[0][i]
				}
			}
			continue
		}
		loc := targetLocation(sel, i)
		if p, ok := inner.(*Project); ok {
			if l := q.b.res.Loc(p.Exprs[i]); l >= 0 {
				loc = l
			}
		}
		q.b.res.At(out[i], loc)
	}
	return out
}

// coerceOutputs converts a side's columns to the common types.
func (q *query) coerceOutputs(n Node, es []expr.Expr, cols []Column, word string) (Node, error) {
	changed := false
	p := &Project{Input: n}
	for i, e := range es {
		c, err := q.b.res.CoerceToCommon(e, cols[i].Type, word)
		if err != nil {
			return nil, err
		}
		if c != e || e.Type() != cols[i].Type {
			changed = true
		}
		p.Exprs = append(p.Exprs, c)
		d := describe(c, cols[i].Name)
		d.Type = types.Type{OID: d.Type.OID, Typmod: cols[i].Type.Typmod}
		p.Cols = append(p.Cols, d)
	}
	if !changed {
		return n, nil
	}
	return p, nil
}

// firstTarget is where a query's select list begins.
func firstTarget(sel *pg.SelectStmt) int32 { return targetLocation(sel, 0) }

func targetLocation(sel *pg.SelectStmt, i int) int32 {
	for sel.Larg != nil {
		sel = sel.Larg
	}
	if i < len(sel.TargetList) {
		return nodeLocation(sel.TargetList[i])
	}
	if len(sel.ValuesLists) > 0 {
		if items := sel.ValuesLists[0].GetList().GetItems(); i < len(items) {
			return nodeLocation(items[i])
		}
	}
	return -1
}
