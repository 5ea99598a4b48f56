package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan/viewdef"
	"howdah/types"
)

// function binds a function in FROM, several side by side (ROWS FROM), and WITH ORDINALITY.
func (f *fromClause) function(r *pg.RangeFunction) (Node, []*RangeEntry, error) {
	if sub := systemFunction(r); sub != nil {
		f.q.rec.refuse("a function that is read as a view")
		return f.subselect(sub)
	}
	q := f.q
	scope := &Scope{Parent: f.child(true)} // a function may look at its left siblings without LATERAL
	n := &Function{Ordinality: r.Ordinality}
	name := ""
	items := spreadUnnest(r)
	scalar := len(items) == 1 && !r.Ordinality
	var plain []expr.Expr
	var calls []viewdef.Call
	for i, item := range items {
		e, err := q.clause(item.call, scope, InFromFunction)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			name = columnName(item.call)
		}
		fn, ok := e.(*expr.Func)
		if !ok {
			if len(items) > 1 || r.Ordinality {
				return nil, nil, pgerr.New(pgerr.FeatureNotSupported, "this expression is not supported in ROWS FROM or WITH ORDINALITY")
			}
			plain = append(plain, e)
			calls = append(calls, viewdef.Call{Expr: e})
			n.Cols = append(n.Cols, describe(e, functionAlias("", r, name)))
			continue
		}
		cols := functionColumns(fn)
		if defs := item.defs; len(defs) > 0 {
			if cols, err = q.definedColumns(defs); err != nil {
				return nil, nil, err
			}
			only := ""
			switch {
			case fn.Typ.OID != types.RecordOID:
				only = `a column definition list is only allowed for functions returning "record"`
			case len(functionColumns(fn)) > 1:
				only = "a column definition list is redundant for a function with OUT parameters"
			}
			if only != "" {
				return nil, nil, q.errorAt(nodeLocation(defs[0]), pgerr.SyntaxError, "%s", only)
			}
			c := *fn
			c.Columns = cols
			fn = &c
		} else if fn.Typ.OID == types.RecordOID && len(cols) == 1 && cols[0].Type.OID == types.RecordOID {
			return nil, nil, q.errorAt(nodeLocation(item.call), pgerr.SyntaxError, `a column definition list is required for functions returning "record"`)
		}
		if len(cols) != 1 {
			scalar = false
		}
		for _, c := range cols {
			out := Column{Name: c.Name, Type: c.Type, Collation: c.Collation, Record: c.Record}
			if len(cols) == 1 && out.Name == "" {
				out.Name = functionAlias("", r, columnName(item.call))
				if len(items) > 1 {
					out.Name = columnName(item.call)
				}
			}
			n.Cols = append(n.Cols, out)
		}
		n.Calls = append(n.Calls, fn)
		called := viewdef.Call{Expr: e}
		if len(item.defs) > 0 {
			called.Defined = cols
		}
		calls = append(calls, called)
		n.Widths = append(n.Widths, len(cols))
	}
	if r.Ordinality {
		n.Cols = append(n.Cols, Column{Name: "ordinality", Type: types.Of(types.Int8OID)})
	}
	var node Node = n
	if plain != nil {
		node = &Values{Output: n.Output, Rows: [][]expr.Expr{plain}}
	}
	liftItem(node)
	e, err := f.entry(name, n.Cols, r.Alias)
	if err != nil {
		return nil, nil, err
	}
	e.Scalar = scalar
	n.Alias = e.Name
	for i := range n.Cols {
		n.Cols[i].Name = e.Columns[i].Name
	}
	q.rec.function(e, r, name, calls, f.left)
	return node, []*RangeEntry{e}, nil
}

// functionAlias is chooseScalarFunctionAlias: the name of a single column without one of its own.
func functionAlias(own string, r *pg.RangeFunction, name string) string {
	switch {
	case own != "":
		return own
	case r.Alias != nil:
		return r.Alias.Aliasname
	}
	return name
}

// fromCall is one call of a function in FROM, with its column definitions.
type fromCall struct {
	call *pg.Node
	defs []*pg.Node
}

// spreadUnnest lists the calls; unnest of several arrays is as many calls.
func spreadUnnest(r *pg.RangeFunction) []fromCall {
	var out []fromCall
	for _, n := range r.Functions {
		items := n.GetList().GetItems()
		call := items[0]
		defs := items[1].GetList().GetItems()
		if len(r.Coldeflist) > 0 {
			defs = r.Coldeflist
		}
		fc := call.GetFuncCall()
		if fc != nil && len(fc.Args) > 1 && fc.Funcname[len(fc.Funcname)-1].GetString_().GetSval() == "unnest" && len(defs) == 0 &&
			fc.AggOrder == nil && !fc.FuncVariadic {
			for _, a := range fc.Args {
				out = append(out, fromCall{call: &pg.Node{Node: &pg.Node_FuncCall{FuncCall: &pg.FuncCall{
					Funcname: fc.Funcname, Args: []*pg.Node{a}, Funcformat: fc.Funcformat, Location: fc.Location,
				}}}})
			}
			continue
		}
		out = append(out, fromCall{call: call, defs: defs})
	}
	return out
}

// definedColumns reads a column definition list: AS (a int, b text).
func (q *query) definedColumns(defs []*pg.Node) ([]types.Column, error) {
	var out []types.Column
	for _, d := range defs {
		c := d.GetColumnDef()
		t, err := q.b.typeName(c.TypeName)
		var fields *types.Schema
		if err != nil {
			row, err := q.b.rowType(c.TypeName, err)
			if err != nil {
				return nil, err
			}
			t, fields = types.Of(types.RecordOID), &types.Schema{Columns: row.cols, Named: true}
		}
		out = append(out, types.Column{Name: c.Colname, Type: t, Collation: collationOf(t.OID, types.NoCollation), Record: fields})
	}
	return out, nil
}
