package server

import (
	"context"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// Engine is what the server needs of the rooms below it. It is shared by all sessions and safe for concurrent use.
type Engine interface {
	// Role finds a role by name, for logins.
	Role(name string) (Role, bool)
	// HasPassword tells whether any role has one; without, the server stays on loopback.
	HasPassword() bool
	// Own makes what one session has of its own: temporary tables. The number tells it from other sessions under way.
	Own(session int32) Own
	// Begin starts the engine's side of a transaction of a session. It costs nothing until something is asked of it.
	Begin(user string, own Own) Transaction
	// Prepare binds and plans a statement that yields rows: SELECT, VALUES or EXPLAIN; or a [Change]. No file's rows are
	// read.
	Prepare(ctx context.Context, r PrepareRequest) (Plan, error)
	// Load begins a COPY … FROM into a temporary table. Columns are the names that are listed, nil = all.
	Load(ctx context.Context, x *Execution, table *pg.RangeVar, columns []string) (Load, error)
	// ResolveType gives the type that a type name stands for, as in PREPARE's list.
	ResolveType(ctx context.Context, v View, s expr.Session, name *pg.TypeName) (types.Type, error)
}

// Progress is implemented by engines that tell how far the scans of all sessions are.
type Progress interface{ Progress() []catalog.ScanProgress }

// Role is what a login needs to know.
type Role struct {
	Name       string
	Login      bool
	Superuser  bool
	Verifier   string   // SCRAM-SHA-256$…; "" = no password
	ConnLimit  int      // -1 = none
	ValidUntil string   // timestamptz text; "" = for ever. The password's end, not the role's
	Settings   []string // name=value, which its sessions begin with; of an unknown role those of everybody
}

// Transaction is one session's transaction in the engine. One goroutine at a time.
type Transaction interface {
	// View gives what a statement sees. A fresh one takes in what others have committed and pins no version yet; the
	// other kind keeps the versions pinned by the last fresh one, and shows the transaction's own definitions.
	View(fresh bool) View
	// Mark remembers this point; the function returned goes back to it (ROLLBACK TO SAVEPOINT).
	Mark() (back func())
	// Define runs a statement of the definition language and gives its command tag. Names without a schema are made in
	// the first schema of path; literals are read under style.
	Define(ctx context.Context, stmt Statement, path []string, style *types.Style) (tag string, notices []Notice, err error)
	// DiscardTemp drops all temporary tables of the session.
	DiscardTemp() error
	// Commit makes the definitions everybody's, and the temporary tables those of the session.
	Commit(ctx context.Context) error
	// Rollback takes everything back. It is called in place of Commit, or after one that failed.
	Rollback()
}

// Own is what a session keeps between its transactions. One goroutine at a time.
type Own interface {
	// Close gives back what is held. No transaction of the session is open.
	Close()
}

// Change is a Plan that makes or changes temporary tables. It is run by Apply only; its Columns are those of RETURNING, or
// nil.
type Change interface {
	Plan
	// Apply makes the change, which the transaction of the view sees from then on: all of it or, with an error, nothing.
	Apply(ctx context.Context, x *Execution) (*Applied, error)
}

// Applied is what a Change came to.
type Applied struct {
	Tag     string // CommandComplete's text
	Notices []Notice
	Rows    Rows // RETURNING's; nil without
}

// Load is a COPY … FROM under way. One goroutine at a time.
type Load interface {
	// Columns are those that the client sends, in its order. Values are checked for their types' lengths by the caller.
	Columns() []Column
	// Table is the table's name, for messages.
	Table() string
	// Add takes the batch's rows: a column for each of Columns. failed is the row that an error is about, -1 = none.
	Add(b *vector.Batch) (failed int32, err error)
	// Done ends the load. With commit the transaction has the rows, whose number it gives; else they are forgotten.
	Done(commit bool) int64
}

// View is the catalog as a statement sees it.
type View interface {
	HasSchema(name string) bool
	// TempSchema is the schema of the session's temporary tables, "" before there was one.
	TempSchema() string
	// Table gives an error unless a relation of that name is visible; schema "" means along path.
	Table(ctx context.Context, path []string, schema, name string) error
	// Style adds to a session's style what text forms need of the catalog: names of relations, functions, types.
	Style(ctx context.Context, s expr.Session, base *types.Style) *types.Style
	// Same tells whether plans made for the other view hold for this one.
	Same(other View) bool
	// SameState is Same for plans that are [Lasting].
	SameState(other View) bool
}

// Lasting is implemented by plans that may tell that no file decides of what they are: they hold as long as the
// definitions do.
type Lasting interface{ Lasting() bool }

// Notice is a message that is not an error.
type Notice struct {
	Severity string // NOTICE, WARNING, INFO, …
	*pgerr.Error
}

// PrepareRequest is a statement to be planned and what it is planned with.
type PrepareRequest struct {
	Stmt       Statement
	View       View
	Session    expr.Session
	Style      *types.Style
	ParamTypes []types.OID // as the client declares $1…; 0 = to be inferred. nil with NoParams
	NoParams   bool        // the simple protocol: $1 is an error
}

// Plan is a planned statement: immutable, for any number of executions at the same time.
type Plan interface {
	Columns() []Column
	// Params are the types of $1…, all of them known.
	Params() []types.Type
	// Run starts an execution. The context ends with the rows, not with the call.
	Run(ctx context.Context, x *Execution) (Rows, error)
}

// Column describes a column of a result.
type Column struct {
	Name     string
	Type     types.Type
	TableOID types.OID // 0 where it is computed
	AttNum   int16
}

// Execution is what one run of a plan is given.
type Execution struct {
	Env  *expr.Env // Ctx is set by Run
	View View
	Text []bool // per column: the client takes text, vector.CanonicalText is welcome; nil = none

	Rejects *reject.Run // takes what scans reject; nil = nobody asks

	Meter *meter.Scan // counts what all scans read, for progress; nil = nobody looks
}

// Rows are the result of an execution. One goroutine at a time.
type Rows interface {
	// Next gives the next batch, valid until the next call; nil at the end. Its first columns are the plan's.
	Next() (*vector.Batch, error)
	// Rewind starts the same rows anew.
	Rewind() error
	Close() error
}

// Statement is one parsed statement. It is immutable.
type Statement struct {
	sql.Statement
	Source string // the whole text, into which the tree's locations point
}
