package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// sample binds TABLESAMPLE: a condition over nothing but where a row stands in which object, so that a seed gives the
// same rows whatever else is asked, and whatever the number of cores.
func (f *fromClause) sample(x *pg.RangeTableSample) (Node, []*RangeEntry, error) {
	q := f.q
	r := x.Relation.GetRangeVar()
	if r == nil {
		return nil, nil, q.errorAt(x.Location, pgerr.FeatureNotSupported, "TABLESAMPLE clause can only be applied to tables and materialized views")
	}
	node, entries, err := f.table(r)
	if err != nil {
		return nil, nil, err
	}
	scan, ok := node.(*Scan)
	if !ok {
		if s, system := node.(*System); system && s.Rel.Temp != nil {
			return nil, nil, q.errorAt(x.Location, pgerr.FeatureNotSupported, "TABLESAMPLE of temporary tables is not supported").
				WithHint("WHERE random() < 0.1 takes about a tenth of the rows.")
		} else if system {
			return nil, nil, q.errorAt(x.Location, pgerr.FeatureNotSupported, "TABLESAMPLE of system catalogs is not supported")
		}
		return nil, nil, q.errorAt(nodeLocation(x.Relation), pgerr.FeatureNotSupported, "TABLESAMPLE clause can only be applied to tables and materialized views")
	}
	method := names(x.Method)
	proc := expr.SampleMethod(method[len(method)-1])
	if proc == nil || len(method) > 1 && method[0] != "pg_catalog" {
		return nil, nil, q.errorAt(x.Location, pgerr.UndefinedObject, "tablesample method %s does not exist", method[len(method)-1])
	}
	if len(x.Args) != 1 {
		return nil, nil, q.errorAt(x.Location, pgerr.InvalidTablesampleArgument, "tablesample method %s requires 1 argument, not %d", method[len(method)-1], len(x.Args))
	}
	percent, err := f.sampleArgument(x.Args[0], types.Float4OID, "TABLESAMPLE")
	if err != nil {
		return nil, nil, err
	}
	var seed expr.Expr = &expr.Const{Typ: types.Of(types.Float8OID), Value: types.Datum{Float: 0}}
	given := x.Repeatable != nil
	if given {
		if seed, err = f.sampleArgument(x.Repeatable, types.Float8OID, "REPEATABLE"); err != nil {
			return nil, nil, err
		}
	}
	f.q.rec.sample(entries, proc.Name, percent, seed, given)
	args := []expr.Expr{percent, seed, expr.BoolConst(given)}
	for _, roles := range [][]catalog.ColumnRole{{catalog.HiddenPath}, {catalog.HiddenRow, catalog.SystemCtid}} {
		at := -1
		for _, role := range roles {
			if at < 0 {
				at = slices.IndexFunc(scan.Rel.Columns, func(c catalog.Column) bool { return c.Role == role })
			}
		}
		if at < 0 { // columns of the file's own have taken all their names
			return nil, nil, q.errorAt(x.Location, pgerr.FeatureNotSupported, "TABLESAMPLE of this table is not supported")
		}
		args = append(args, column(scan.Cols[at], at))
	}
	chosen := &expr.Func{Proc: proc, Args: args, Typ: types.Of(types.BoolOID)}
	return &Filter{Output: Output{Cols: scan.Cols}, Input: scan, Quals: []expr.Expr{chosen}}, entries, nil
}

func (f *fromClause) sampleArgument(n *pg.Node, t types.OID, what string) (expr.Expr, error) {
	e, err := f.q.clause(n, &Scope{Parent: f.child(false)}, InFromFunction)
	if err != nil {
		return nil, err
	}
	if len(expr.Vars(e)) > 0 {
		return nil, f.q.errorAt(nodeLocation(n), pgerr.FeatureNotSupported, "columns are not supported in %s", what)
	}
	if e, err = f.q.b.res.Real(e, t, what); err != nil {
		return nil, err
	}
	return e, f.q.b.res.AssignCollations(e)
}
