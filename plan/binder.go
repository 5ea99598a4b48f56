package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
)

// binder binds one statement: names to columns, types to everything.
//
// The scalar half (bind_expr*.go) binds expressions; the query half binds SELECTs and hangs in [binder.subselect].
type binder struct {
	res *expr.Resolver

	// subselect binds a sub-query of an expression inside outer. Columns of outer queries come out in its plan as
	// *expr.Var with Level > 0.
	subselect func(b *binder, sel *pg.SelectStmt, outer *Scope) (*subselect, error)

	// grouping binds GROUPING(…); nil refuses it.
	grouping func(f *pg.GroupingFunc, s *Scope) (expr.Expr, error)

	// relation finds a table or view by name, for the row type of that name; nil = there are none.
	relation func(schema, name string) (*catalog.Relation, error)

	rec *record // nil = nobody wants to print the query

	// While the body of a function written in SQL is inlined: what stands for its parameters.
	args     []expr.Expr
	argNames []string
}

// subselect is a bound sub-query as the scalar half sees it.
type subselect struct {
	Columns []Column // the visible ones
	Plan    any      // goes into Sublink.Plan
}

// newBinder makes a binder for a statement's text; params nil = the statement can have none.
func newBinder(text string, params *expr.ParamTypes) *binder {
	return &binder{res: &expr.Resolver{Text: text, Params: params}}
}
