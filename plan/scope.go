package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/plan/viewdef"
	"howdah/types"
)

// Scope is what the names in an expression can mean: the FROM items of one query and, outside it, those of the queries
// around it. PostgreSQL calls it a ParseState with its namespace.
type Scope struct {
	Parent  *Scope // the enclosing query's; nil at the top
	Entries []*RangeEntry
	Clause  Clause // where the expression stands; the query half sets it before each clause

	// What the expressions bound so far contain, for the query half.
	HasAggs     bool
	HasSets     bool // calls of set-returning functions
	HasSublinks bool
	ReadsItself bool // a recursive query's name stands in FROM, inside that query

	Windows []*pg.WindowDef // WINDOW's definitions, then those of OVER; calls number them
}

// RangeEntry is one name of a FROM clause. A join is an entry of its own over its merged columns; the entries that it
// joins stay visible by their names, and their columns by qualified names only.
type RangeEntry struct {
	Name    string // alias, or the relation's name
	Schema  string // of a relation without an alias, "" otherwise
	Rel     *catalog.Relation
	Columns []RangeColumn
	RowType types.OID // of a whole-row reference; types.RecordOID where there is no relation

	// RelVisible: the name can qualify a column. ColsVisible: its columns can be named without one.
	RelVisible, ColsVisible bool
	// LateralOnly: it stands left of the item being bound, and only LATERAL (LateralOK) may look at it.
	LateralOnly, LateralOK bool
	Target                 bool // LateralOnly because it is the table that a statement changes
	// Present is a column of the entry that is NULL only in rows where an outer join left the entry out; nil where none
	// does. A whole-row reference is NULL then.
	Present expr.Expr
	// Scalar: an entry over a function that gives one scalar column; its name alone means that column.
	Scalar bool
	def    *viewdef.Entry // while a record is kept
}

// RangeColumn is a column of an entry: an *expr.Var of Level 0 over the rows of the whole FROM clause, or, for a
// merged column of a join, what computes it from them.
type RangeColumn struct {
	Name   string
	Expr   expr.Expr
	Hidden bool        // left out of * and of whole-row references
	of     viewdef.Ref // while a record is kept: whose column it is
}

// Clause is the part of a query that an expression stands in; it decides what may stand there.
type Clause uint8

const (
	InOther Clause = iota
	InSelect
	InWhere
	InHaving
	InJoinOn
	InJoinUsing
	InFromSubselect
	InFromFunction
	InGroupBy
	InOrderBy
	InDistinctOn
	InLimit
	InOffset
	InValues
	InFilter // an aggregate's
	InExecuteParameter
	InCall
	InWindowPartition
	InWindowOrder
	InWindowFrame
	InReturning
	InCopyWhere
)

// clauseNames are PostgreSQL's words (ParseExprKindName).
var clauseNames = [...]string{
	InOther: "expression", InSelect: "SELECT", InWhere: "WHERE", InHaving: "HAVING", InJoinOn: "JOIN/ON",
	InJoinUsing: "JOIN/USING", InFromSubselect: "FROM", InFromFunction: "function in FROM", InGroupBy: "GROUP BY",
	InOrderBy: "ORDER BY", InDistinctOn: "DISTINCT ON", InLimit: "LIMIT", InOffset: "OFFSET", InValues: "VALUES",
	InFilter: "FILTER", InExecuteParameter: "EXECUTE", InCall: "CALL", InWindowPartition: "window PARTITION BY",
	InWindowOrder: "window ORDER BY", InWindowFrame: "window RANGE", InReturning: "RETURNING", InCopyWhere: "WHERE",
}

// String is the clause's name as errors have it.
func (c Clause) String() string { return clauseNames[c] }

// with gives the scope's clause c and a function that sets the old one again.
func (s *Scope) with(c Clause) (restore func()) {
	old := s.Clause
	s.Clause = c
	return func() { s.Clause = old }
}
