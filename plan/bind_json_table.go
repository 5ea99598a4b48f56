package plan

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan/viewdef"
	"howdah/types"
)

// jsonTable binds JSON_TABLE (parse_jsontable.c): a function whose columns are known.
func (f *fromClause) jsonTable(x *pg.JsonTable) (Node, []*RangeEntry, error) {
	b := f.q.b
	if h := x.OnError; h != nil && h.Btype != pg.JsonBehaviorType_JSON_BEHAVIOR_ERROR && jsonBehaviors[h.Btype] != expr.JSONOnEmptyArray {
		e := b.errorAt(h.Location, pgerr.SyntaxError, "invalid %s behavior", "ON ERROR")
		return nil, nil, pgerr.From(e).Clone().WithDetail("Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.")
	}
	scope := &Scope{Parent: f.child(true)}
	t := &jsonTableBinder{binder: b, scope: scope, names: map[string]bool{}, passing: x.Passing, table: &expr.JSONTable{}}
	call, err := t.bind(x)
	if err != nil {
		return nil, nil, err
	}
	settled := f.q.settle(call)
	fn := settled.(*expr.Func)
	n := &Function{Calls: []*expr.Func{fn}, Widths: []int{len(fn.Columns)}}
	for _, c := range fn.Columns {
		n.Cols = append(n.Cols, Column{Name: c.Name, Type: c.Type, Collation: c.Collation})
	}
	liftItem(n)
	if names := x.Alias.GetColnames(); len(names) > len(n.Cols) {
		return nil, nil, pgerr.New(pgerr.InvalidColumnReference, "JSON_TABLE function has %d columns available but %d columns specified", len(n.Cols), len(names))
	}
	e, err := f.entry("json_table", n.Cols, x.Alias)
	if err != nil {
		return nil, nil, err
	}
	n.Alias = e.Name
	f.q.rec.function(e, &pg.RangeFunction{Alias: x.Alias, Lateral: x.Lateral}, "json_table", []viewdef.Call{{Expr: settled}}, f.left)
	return n, []*RangeEntry{e}, nil
}

// jsonTableBinder is one JSON_TABLE at work.
type jsonTableBinder struct {
	*binder
	scope   *Scope
	table   *expr.JSONTable
	names   map[string]bool // of columns and paths
	made    int             // names given to paths
	passing []*pg.Node
	args    []expr.Expr
	columns []types.Column
}

func (t *jsonTableBinder) bind(x *pg.JsonTable) (*expr.Func, error) {
	defer t.scope.with(InFromFunction)()
	root := &t.table.Root
	if root.Name = x.Pathspec.Name; root.Name == "" {
		root.Name = t.name()
	}
	t.names[root.Name] = true
	if err := t.unique(x.Columns); err != nil {
		return nil, err
	}
	t.table.Error = x.OnError.GetBtype() == pg.JsonBehaviorType_JSON_BEHAVIOR_ERROR
	doc, err := t.jsonContext(x.ContextItem, pg.JsonExprOp_JSON_TABLE_OP, t.scope)
	if err != nil {
		return nil, err
	}
	path, err := t.jsonPath(x.Pathspec.String_, t.scope)
	if err != nil {
		return nil, err
	}
	t.args = []expr.Expr{doc, path}
	marks := "--"
	if t.table.Names, err = t.jsonPassing(t.passing, t.scope, &t.args, &marks); err != nil {
		return nil, err
	}
	root.Path = constantPath(path)
	if err := t.below(root, x.Columns); err != nil {
		return nil, err
	}
	k := expr.SQLJSON{Kind: expr.JSONTableOf, Table: t.table, Formats: marks}
	f := &expr.Func{Proc: expr.SQLJSONProc(k), Args: t.args, Typ: types.Of(types.RecordOID), Columns: t.columns, Show: expr.AsCall}
	return f, t.settled(t.res.At(f, x.Location))
}

// constantPath is the text of a path that the grammar wants constant.
func constantPath(e expr.Expr) string {
	if c, ok := e.(*expr.Const); ok {
		return string(c.Value.Bytes)
	}
	return ""
}

func (t *jsonTableBinder) name() string {
	t.made++
	return fmt.Sprintf("json_table_path_%d", t.made-1)
}

// unique refuses names of columns and paths that are given twice.
func (t *jsonTableBinder) unique(ns []*pg.Node) error {
	for _, n := range ns {
		c := n.GetJsonTableColumn()
		name, loc := c.Name, c.Location
		nested := c.Coltype == pg.JsonTableColumnType_JTC_NESTED
		if nested {
			name, loc = c.Pathspec.Name, c.Pathspec.NameLocation
		}
		if name != "" {
			if t.names[name] {
				return t.errorAt(loc, pgerr.DuplicateAlias, "duplicate JSON_TABLE column or path name: %s", name)
			}
			t.names[name] = true
		}
		if nested {
			if err := t.unique(c.Columns); err != nil {
				return err
			}
		}
	}
	return nil
}

// below binds the columns of a path, and then the paths nested in it.
func (t *jsonTableBinder) below(p *expr.JSONTablePath, ns []*pg.Node) error {
	ordinality := false
	for _, n := range ns {
		c := n.GetJsonTableColumn()
		switch c.Coltype {
		case pg.JsonTableColumnType_JTC_NESTED:
			continue
		case pg.JsonTableColumnType_JTC_FOR_ORDINALITY:
			if ordinality {
				return t.errorAt(c.Location, pgerr.SyntaxError, "only one FOR ORDINALITY column is allowed")
			}
			ordinality = true
			p.Columns = append(p.Columns, expr.JSONTableColumn{Name: c.Name, Ordinality: true})
			t.columns = append(t.columns, types.Column{Name: c.Name, Type: types.Of(types.Int4OID)})
			continue
		}
		col, err := t.column(c)
		if err != nil {
			return err
		}
		p.Columns = append(p.Columns, col)
		t.columns = append(t.columns, types.Column{Name: c.Name, Type: col.Pick.Type, Collation: collationOf(col.Pick.Type.OID, types.NoCollation)})
	}
	for _, n := range ns {
		c := n.GetJsonTableColumn()
		if c.Coltype != pg.JsonTableColumnType_JTC_NESTED {
			continue
		}
		path, err := t.jsonPath(c.Pathspec.String_, t.scope)
		if err != nil {
			return err
		}
		nested := &expr.JSONTablePath{Name: c.Pathspec.Name, Path: constantPath(path)}
		if nested.Name == "" {
			nested.Name = t.name()
		}
		if err := t.below(nested, c.Columns); err != nil {
			return err
		}
		p.Nested = append(p.Nested, nested)
	}
	return nil
}

// column is transformJsonTableColumn.
func (t *jsonTableBinder) column(c *pg.JsonTableColumn) (out expr.JSONTableColumn, err error) {
	out.Name = c.Name
	typ, err := t.typeName(c.TypeName)
	if err != nil {
		return out, err
	}
	x := &pg.JsonFuncExpr{
		Op: pg.JsonExprOp_JSON_VALUE_OP, ColumnName: c.Name, OnEmpty: c.OnEmpty, OnError: c.OnError, Wrapper: c.Wrapper, Quotes: c.Quotes,
		Output: &pg.JsonOutput{TypeName: c.TypeName, Returning: &pg.JsonReturning{Format: c.Format}}, Location: c.Location,
	}
	switch c.Coltype {
	case pg.JsonTableColumnType_JTC_EXISTS:
		x.Op = pg.JsonExprOp_JSON_EXISTS_OP
	case pg.JsonTableColumnType_JTC_FORMATTED:
		x.Op = pg.JsonExprOp_JSON_QUERY_OP
	default:
		k := types.KindOf(typ.OID)
		unsaid := (c.Quotes == pg.JsonQuotes_JS_QUOTES_UNSPEC || c.Quotes == pg.JsonQuotes_JSON_QUOTES_UNDEFINED) &&
			(c.Wrapper == pg.JsonWrapper_JSW_UNSPEC || c.Wrapper == pg.JsonWrapper_JSON_WRAPPER_UNDEFINED)
		if typ.OID == types.JSONOID || typ.OID == types.JSONBOID || k == types.KindArray || k == types.KindRecord || !unsaid {
			x.Op = pg.JsonExprOp_JSON_QUERY_OP
		}
	}
	if err := t.jsonPickClauses(x); err != nil {
		return out, err
	}
	if c.Pathspec == nil {
		path, err := types.ParseJSONPath(types.AppendJSONString([]byte("$."), []byte(c.Name)))
		if err != nil {
			return out, err
		}
		out.Path = string(path.Append(nil))
	} else {
		path, err := t.jsonPath(c.Pathspec.String_, t.scope)
		if err != nil {
			return out, err
		}
		out.Path = constantPath(path)
	}
	out.Kind, err = t.jsonPicked(x, t.scope, &out.Pick, &t.args)
	out.JSON = out.Kind == expr.JSONQuery && isString(typ.OID)
	return out, err
}
