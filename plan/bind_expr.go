package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

var errPending = pgerr.New(pgerr.FeatureNotSupported, "expressions are not bound yet")

// expr binds an expression in the scope's clause. The result may still be of type unknown; its collations are not
// settled (see [binder.clause]).
func (b *binder) expr(n *pg.Node, s *Scope) (expr.Expr, error) { return nil, errPending }

// clause binds an expression of the given clause and settles its collations.
func (b *binder) clause(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) { return nil, errPending }

// condition is clause for WHERE, HAVING, JOIN/ON: the result is boolean.
func (b *binder) condition(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) { return nil, errPending }

// rowCount is clause for LIMIT and OFFSET: the result is bigint, without variables of this level.
func (b *binder) rowCount(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) { return nil, errPending }

// BindExpression binds a scalar expression over columns that can be named, as `select text` would; params nil = none
// allowed. It is for tests, and for what needs no query.
func BindExpression(text string, cols []types.Column, params *expr.ParamTypes) (expr.Expr, error) {
	return nil, errPending
}

// relation finds the entry that [schema.]name means, looking outwards; level counts the queries passed.
// missing FROM-clause entry: 42P01.
func (s *Scope) relation(b *binder, schema, name string, loc int32) (entry *RangeEntry, level int, err error) {
	return nil, 0, errPending
}

// columnName is the name that a target without AS gets (FigureColname).
func columnName(n *pg.Node) string { return "?column?" }
