package plan

import (
	"context"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan/viewdef"
	"howdah/sql"
	"howdah/types"
)

// Options is what a statement is planned under besides the catalog.
type Options struct {
	Text  string       // the whole text that the statement stands in, for positions in errors; "" = only the statement's own is known
	Style *types.Style // literals are read under it; nil = the default
	// NoParams refuses $n in the statement (a view, a simple query).
	NoParams bool
	// NoPush plans as if every reader refused everything: for tests.
	NoPush bool
}

// Prepare plans a statement that yields rows: SELECT, VALUES, TABLE. Types of parameters and of result columns are fixed
// here; no row of a file is read. paramTypes are those that the client gave, types.Of(0) or fewer = to be inferred.
// path is the search path.
func Prepare(ctx context.Context, stmt sql.Statement, view catalog.View, path []string, paramTypes []types.Type, opts Options) (*Query, error) {
	sel := selectOf(stmt.Node)
	if sel == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the statement does not give rows")
	}
	return PrepareSelect(ctx, sel, stmt, view, path, paramTypes, opts)
}

// PrepareSelect is Prepare for a SELECT inside another statement: EXPLAIN, DECLARE, COPY.
func PrepareSelect(ctx context.Context, sel *pg.SelectStmt, stmt sql.Statement, view catalog.View, path []string, paramTypes []types.Type, opts Options) (*Query, error) {
	text := opts.Text
	if text == "" {
		pad := make([]byte, stmt.Offset)
		for i := range pad {
			pad[i] = ' '
		}
		text = string(pad) + stmt.Text
	}
	var params *expr.ParamTypes
	if !opts.NoParams {
		params = &expr.ParamTypes{Types: append([]types.Type(nil), paramTypes...)}
	}
	q := newQuery(ctx, text, view, path, params, opts)
	b, err := q.selectStmt(sel, nil, nil, false)
	if err != nil {
		return nil, err
	}
	if params != nil {
		if err := params.Finish(); err != nil {
			return nil, err
		}
	}
	out := &Query{}
	if params != nil {
		out.Params = params.Types
	}
	p := &planner{q: q, out: out, fold: &expr.Env{Ctx: ctx, Style: q.style()}}
	if out.Root, err = p.plan(b.root); err != nil {
		return nil, err
	}
	return out, nil
}

// selectOf gives the SELECT that a node is, or nil.
func selectOf(n *pg.Node) *pg.SelectStmt {
	if n == nil {
		return nil
	}
	return n.GetSelectStmt()
}

// query is the binding of one statement: what its sub-queries share.
type query struct {
	ctx    context.Context
	b      *binder
	view   catalog.View
	path   []string
	opts   Options
	envs   map[*Scope]*cteEnv
	ids    *int         // of common table expressions
	depth  int          // of views
	level  int          // queries around what is being bound
	closed map[int]bool // common table expressions that depend on nothing outside
	rec    *record      // nil = nobody wants to print it
}

func newQuery(ctx context.Context, text string, view catalog.View, path []string, params *expr.ParamTypes, opts Options) *query {
	q := &query{ctx: ctx, b: newBinder(text, params), view: view, path: path, opts: opts, envs: map[*Scope]*cteEnv{}, ids: new(int), closed: map[int]bool{}}
	q.b.res.Style = opts.Style
	q.b.subselect = q.subselect
	q.b.grouping = q.groupingCall
	q.b.relation = q.relation
	return q
}

// relation finds a table or view for its row type.
func (q *query) relation(schema, name string) (*catalog.Relation, error) {
	if q.view == nil {
		return nil, nil
	}
	rel, err := q.view.Lookup(q.ctx, q.path, schema, name)
	if err != nil && schema != "" && !slices.ContainsFunc(q.view.Schemas(), func(s catalog.Schema) bool { return s.Name == schema }) {
		err = pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	return rel, err
}

func (q *query) style() *types.Style {
	if q.opts.Style != nil {
		return q.opts.Style
	}
	return types.DefaultStyle()
}

// bound is a bound query. Its root's columns are the visible ones.
type bound struct {
	root Node
	args []expr.Expr // of a sub-query of an expression: the values of its Exec parameters

	// Of a sub-query of an expression, what tells it from others: its text as a tree, and where it stands.
	written *pg.SelectStmt
	outer   *Scope

	def *viewdef.Query // while a record is kept
}

// Same tells whether two sub-queries of one level are written alike; then they are one expression to GROUP BY.
func (b *bound) Same(other any) bool {
	o, ok := other.(*bound)
	return ok && b.written != nil && o.written != nil && b.outer == o.outer &&
		sql.Alike(b.written.ProtoReflect(), o.written.ProtoReflect())
}

// subselect binds a sub-query of an expression and closes its frame.
func (q *query) subselect(_ *binder, sel *pg.SelectStmt, outer *Scope) (*subselect, error) {
	b, err := q.selectStmt(sel, outer, q.env(outer), false)
	if err != nil {
		return nil, err
	}
	b.written, b.outer = sel, outer
	b.args = closeFrame(b.root, func(from, to expr.Expr) { q.b.res.At(to, q.b.res.Loc(from)) })
	return &subselect{Columns: b.root.Columns(), Plan: b}, nil
}

// settle gives the sub-queries of a newly bound expression the arguments that their frames need.
func settle(e expr.Expr) expr.Expr {
	return expr.Transform(e, func(e expr.Expr) expr.Expr {
		s, ok := e.(*expr.Sublink)
		if !ok || s.Args != nil {
			return nil
		}
		b, ok := s.Plan.(*bound)
		if !ok || len(b.args) == 0 {
			return nil
		}
		c := *s
		c.Args = append([]expr.Expr(nil), b.args...)
		c.Left = nil
		for _, l := range s.Left {
			c.Left = append(c.Left, settle(l))
		}
		return &c
	})
}

// env is the common table expressions that a scope sees.
func (q *query) env(s *Scope) *cteEnv {
	for ; s != nil; s = s.Parent {
		if e, ok := q.envs[s]; ok {
			return e
		}
	}
	return nil
}

// errorAt is an error with its position.
func (q *query) errorAt(loc int32, code pgerr.Code, format string, args ...any) *pgerr.Error {
	return pgerr.New(code, format, args...).AtPosition(q.b.res.Position(loc))
}
