package plan

import (
	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pushdown"
	"howdah/types"
)

// Node is a step of a plan. A node's expressions see the columns of its inputs (joins: left then right) by Var.Col.
// Nodes are immutable once planned, and shared between executions of a prepared statement.
type Node interface {
	Columns() []Column // what comes out
	Inputs() []Node
	Estimate() Cost
}

// Column is an output column of a node.
type Column struct {
	Name      string
	Type      types.Type
	Collation types.OID
	TableOID  types.OID // 0 where it is computed
	AttNum    int16
	Record    *types.Schema // of a record: its fields, where they are known
}

// Cost is the planner's estimate, in PostgreSQL's units.
type Cost struct {
	Startup, Total float64
	Rows           float64
	Width          int
}

// Output is what every node has: its columns and cost.
type Output struct {
	Cols []Column
	Cost Cost
}

func (o *Output) Columns() []Column { return o.Cols }
func (o *Output) Estimate() Cost    { return o.Cost }

// Scan reads a table over files. Its output is the relation's columns listed in Want, in that order.
type Scan struct {
	Output
	Rel     *catalog.Relation
	Alias   string
	Want    []int             // indexes into Rel.Columns
	Text    []bool            // parallel to Want: the value is only passed on (vector.CanonicalText is welcome)
	Quals   []expr.Expr       // all conjuncts on this relation, Var.Col = index into Rel.Columns
	Request *pushdown.Request // over file ordinals: the quals, keys and limit that only need file columns
	Answer  pushdown.Answer
	Asked   []int       // parallel to Request.Quals: which of Quals each is
	Prune   []expr.Expr // quals over _path and partition columns only: tested once per object, Var.Col = index into Rel.Columns
	Rest    []expr.Expr // what the engine applies on the rows: over the scan's own working columns, Var.Col = index into Work
	Work    []int       // indexes into Rel.Columns that Rest, hidden columns and Want need; Want's first, in order
}

// System reads a table of the system catalogs.
type System struct {
	Output
	Rel   *catalog.Relation
	Alias string
	Want  []int
}

// Values is constant rows; Result without FROM is one row of no columns.
type Values struct {
	Output
	Rows [][]expr.Expr
}

// Function is a set-returning function in FROM: one output column per result column, then ordinality if asked.
type Function struct {
	Output
	Alias      string
	Calls      []*expr.Func // several: ROWS FROM
	Widths     []int        // how many columns each call gives
	Ordinality bool
}

// ProjectSet computes Exprs where set-returning calls yield several rows per input row (select-list SRFs).
type ProjectSet struct {
	Output
	Input Node
	Exprs []expr.Expr
	Set   []bool // parallel to Exprs: a *expr.Func that returns a set
}

// Filter keeps the rows for which all Quals are true.
type Filter struct {
	Output
	Input Node
	Quals []expr.Expr
}

// Project computes one column per expression.
type Project struct {
	Output
	Input Node
	Exprs []expr.Expr
}

// Sort orders all rows; with Limit >= 0 it keeps the first Limit of them only (top-N).
type Sort struct {
	Output
	Input Node
	Keys  []expr.SortKey
	Limit int64
	Top   []expr.Expr // count (and offset) of the LIMIT above where they are not constants: top-N too; nil = none
}

// Limit cuts. Count and Offset are nil or bigint expressions without Vars; WithTies needs Ties, the sort keys.
type Limit struct {
	Output
	Input         Node
	Count, Offset expr.Expr
	WithTies      bool
	Ties          []expr.SortKey
}

// Aggregate groups by Keys (none and not Plain: one group) and computes Aggs: output is keys, then aggregates.
type Aggregate struct {
	Output
	Input Node
	Keys  []expr.Expr
	Aggs  []*expr.Agg
	Sets  [][]int // grouping sets as indexes into Keys; nil = one set of all keys
	// SetColumn adds a last int4 column: which of Sets the row is of (for GROUPING).
	SetColumn bool
}

// Window computes calls over windows of rows that come sorted by Partition and then Order. Its output is the input's
// columns, then the calls'.
type Window struct {
	Output
	Input     Node
	Partition []expr.Expr
	Order     []expr.SortKey
	Frame     Frame
	Calls     []*expr.WindowCall
}

// Frame is which rows of its partition a row's calls see.
type Frame struct {
	Mode       FrameMode
	Start, End FrameBound
	Exclude    FrameExclusion
}

// FrameMode is what bounds count in.
type FrameMode uint8

const (
	FrameRange FrameMode = iota
	FrameRows
	FrameGroups
)

// FrameBound is where a frame begins or ends.
type FrameBound struct {
	Kind    BoundKind
	Offset  expr.Expr    // bigint, or of what InRange takes; without Vars
	InRange *pgdata.Proc // of FrameRange with an offset: the in_range support function
}

// BoundKind is SQL's.
type BoundKind uint8

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// FrameExclusion is what is left out of a frame.
type FrameExclusion uint8

const (
	ExcludeNone FrameExclusion = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)

// Unique drops duplicate rows over the columns listed (all if nil): DISTINCT. Order of first occurrence is kept.
type Unique struct {
	Output
	Input Node
	On    []int
}

// JoinKind is SQL's, with semi and anti for EXISTS and IN.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	SemiJoin
	AntiJoin
)

// Join joins by equal keys (hash) where there are any, else by nested loop; Residual is the rest of the condition,
// over left columns then right columns.
type Join struct {
	Output
	Kind                JoinKind
	Left, Right         Node
	LeftKeys, RightKeys []expr.Expr  // each over its own side
	Equal               []*expr.Func // per key: the equality over (left, right) as a join residual would have it
	Residual            []expr.Expr
	// Lateral: the right side is run anew for each left row, whose values its Exec parameters take.
	Lateral   []expr.Expr
	IsLateral bool
	BuildLeft bool // the left side is the smaller one: hash that
	KeepBuild bool // the side that is held has the same rows each time: it need not be read again
	// Repeats: a lateral right side gives the same rows for the same values of Lateral, so that they may be kept.
	Repeats bool
	// NullAware makes an AntiJoin with one key NOT IN: no row passes once the right side holds a NULL, a NULL on the
	// left passes only if the right side is empty.
	NullAware bool
}

// Append is UNION ALL.
type Append struct {
	Output
	All []Node
}

// SetOp is UNION, INTERSECT, EXCEPT with their ALL forms but UNION ALL.
type SetOp struct {
	Output
	Kind        SetKind
	All         bool
	Left, Right Node
}

// SetKind names a set operation.
type SetKind uint8

const (
	Union SetKind = iota
	Intersect
	Except
)

// Subquery renames an input (a sub-select in FROM, a view); it computes nothing.
type Subquery struct {
	Output
	Input Node
	Alias string
}

// Keep remembers its input's rows, which are the same each time, for when it is run anew: within what is run for each row
// of something else. Where they are many it does not, and its input is run anew.
type Keep struct {
	Output
	Input Node
}

// With makes common table expressions that its input reads by CTEScan, each computed at most once.
type With struct {
	Output
	Input Node
	CTEs  []*CTE
}

// CTE is a common table expression that is kept. A recursive one is computed by steps: Root's rows, then Step's, which
// reads the last step's rows by a CTEScan with Work set, until a step gives none.
type CTE struct {
	ID   int // unique in the query
	Name string
	Root Node
	Step Node // nil unless recursive
	All  bool // UNION ALL between the steps; else rows seen before are dropped
}

// CTEScan reads the rows of a CTE, or the last step's (Work).
type CTEScan struct {
	Output
	ID    int
	Name  string
	Alias string
	Work  bool
}

// Empty gives no rows: a condition is constantly false.
type Empty struct{ Output }

func (*Empty) Inputs() []Node   { return nil }
func (*CTEScan) Inputs() []Node { return nil }
func (n *With) Inputs() []Node {
	in := []Node{n.Input}
	for _, c := range n.CTEs {
		in = append(in, c.Root)
		if c.Step != nil {
			in = append(in, c.Step)
		}
	}
	return in
}

func (n *Keep) Inputs() []Node       { return []Node{n.Input} }
func (*Scan) Inputs() []Node         { return nil }
func (*System) Inputs() []Node       { return nil }
func (*Values) Inputs() []Node       { return nil }
func (*Function) Inputs() []Node     { return nil }
func (n *ProjectSet) Inputs() []Node { return []Node{n.Input} }
func (n *Filter) Inputs() []Node     { return []Node{n.Input} }
func (n *Project) Inputs() []Node    { return []Node{n.Input} }
func (n *Sort) Inputs() []Node       { return []Node{n.Input} }
func (n *Limit) Inputs() []Node      { return []Node{n.Input} }
func (n *Aggregate) Inputs() []Node  { return []Node{n.Input} }
func (n *Window) Inputs() []Node     { return []Node{n.Input} }
func (n *Unique) Inputs() []Node     { return []Node{n.Input} }
func (n *Join) Inputs() []Node       { return []Node{n.Left, n.Right} }
func (n *Append) Inputs() []Node     { return n.All }
func (n *SetOp) Inputs() []Node      { return []Node{n.Left, n.Right} }
func (n *Subquery) Inputs() []Node   { return []Node{n.Input} }

// Query is a planned statement that yields rows.
type Query struct {
	Root     Node
	Subplans []Subplan    // by expr.Sublink.Index
	Params   []types.Type // of $1…; fixed at Parse
	Failed   error        // a constant that cannot be computed: the answer of every run; nil = none
}

// Subplan is a sub-query of an expression: its plan reads Env.Exec, which Args of the Sublink fill.
type Subplan struct {
	Root Node
	// Cached: it depends on nothing outside, so its rows are the same for the whole execution.
	Cached bool
	Name   string // how EXPLAIN calls it
	// CacheKey is what its answers are kept by where equal arguments give equal answers; nil = they are not.
	CacheKey []expr.Expr
	Args     int // Exec parameters that it takes
}
