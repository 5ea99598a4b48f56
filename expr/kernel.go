package expr

import (
	"context"
	"time"

	"howdah/types"
	"howdah/vector"
)

// Kernel computes a function for the selected rows: out's row i from the arguments' rows i, for each i of sel.
//
// The caller guarantees: arguments are filled for every row of sel and have room like out; for a strict function
// (pg_proc.proisstrict) no argument is NULL in any row of sel, and NULL results of the others are set already; out is
// Reset (no NULLs, empty own buffer) and has the storage of the result's Kind. A kernel sets out for every row of sel,
// with SetNull where the result is NULL, and never touches other rows. It runs on one goroutine at a time.
// An error stops the query: a *pgerr.Error with PostgreSQL's text.
type Kernel func(c *Call, out *vector.Column, sel []int32) error

// Call is one place where a function is called, with what a kernel may keep between batches.
type Call struct {
	Args      []*vector.Column
	ArgTypes  []types.Type
	Const     []bool // per argument: the same value in every row and batch, so that a kernel may prepare it once
	Result    types.Type
	Collation types.OID
	Env       *Env
	Columns   []types.Column // of a call that gives records: what is known of their fields
	Order     []SortKey      // of an ordered-set aggregate: WITHIN GROUP's
	State     any            // the kernel's own: a compiled pattern, scratch space; nil at first
}

// Env is what expressions of one running query see besides their input.
type Env struct {
	Ctx      context.Context // cancelled when the query is; long loops look at it
	Params   []types.Datum   // the client's $n
	Exec     []types.Datum   // values passed into a sub-plan
	Style    *types.Style    // never nil
	Now      time.Time       // start of the transaction
	StmtTime time.Time       // start of the statement
	Subplans []Subplan
	Session  Session // nil where there is none (tests, readers)
	Catalog  Catalog // likewise
}

// Catalog answers what functions ask of the catalogs. ok is false for an OID that means nothing.
type Catalog interface {
	RelationVisible(oid types.OID) (visible, ok bool)
	RelationSize(oid types.OID) (bytes int64, ok bool)
	// ViewDefinition prints a view's query: pretty without needless parentheses; lines are broken at wrap characters, or
	// at every item (0), or not at all (less). Constants are shown under style.
	ViewDefinition(oid types.OID, pretty bool, wrap int, style *types.Style) (query string, ok bool)
	RoleName(oid types.OID) (name string, ok bool)
	// Description is the comment on an object: classoid says of which catalog, sub is a column's number or 0.
	Description(object, class types.OID, sub int32) (text string, ok bool)
}

// Session answers what functions ask of the session.
type Session interface {
	User() string
	SessionUser() string
	Database() string
	SearchPath(implicit bool) []string // schemas that exist, in order
	Setting(name string) (value string, ok bool)
	SetSetting(name, value string, local bool) (string, error)
	BackendPID() int32
	ServerVersion() string
}

// Subplan runs a sub-query for one outer row.
type Subplan interface {
	// Run runs the sub-query with args as its Exec parameters and calls row for each row until it returns false.
	Run(args []types.Datum, row func([]types.Datum) bool) error
}

// Members is a Subplan that answers x IN (sub-query) itself, for a sub-query that depends on no row. Equal values are those
// whose storage is equal.
type Members interface {
	Subplan
	// Members sets found[k] for row sel[k] of the column, which is not NULL there. It tells whether the sub-query has no
	// row at all, and whether a NULL.
	Members(col *vector.Column, sel []int32, found []bool) (empty, nulls bool, err error)
}

// Holder is a Subplan that has a say in what is kept of its rows.
type Holder interface {
	Subplan
	// Hold asks for memory for so many bytes more of an independent sub-query's rows. After a refusal (53200) nothing is
	// held, and the sub-query gives the same rows however often it is run.
	Hold(bytes int64) error
}

// Aggregate holds the states of one aggregate for many groups.
type Aggregate interface {
	// Resize makes room for groups 0..n-1; new ones are empty.
	Resize(n int)
	// Add feeds rows: row sel[k] goes to group groups[k]. Rows are in input order; FILTER, DISTINCT and ORDER BY were
	// applied by the caller. NULL arguments are the aggregate's to ignore, as its transition function would.
	Add(c *Call, groups []int32, sel []int32) error
	// Result fills out[0..n) with the results of groups first..first+n-1.
	Result(c *Call, first, n int, out *vector.Column) error
	// Bytes is the memory held by all states, for the budget.
	Bytes() int64
}

// Positional is an Aggregate that keeps only some values of a group, by their places in the order, where it is told before
// the group's first row how many values it gets that are not NULL.
type Positional interface {
	Aggregate
	Expect(group int, values int64)
}

// NewAggregate makes an empty Aggregate for a call; c has argument and result types, the values of direct arguments
// (ordered-set aggregates) stand in c.State as []types.Datum.
type NewAggregate func(c *Call) Aggregate

// SetKernel computes a set-returning function for one row of its arguments: it calls emit with each result row's
// values until emit returns false.
type SetKernel func(c *Call, row int32, emit func([]types.Datum) bool) error
