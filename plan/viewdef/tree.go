package viewdef

import (
	"howdah/expr"
	"howdah/types"
)

// Query is one level of a query: a SELECT, VALUES (a SELECT from an entry of VALUES), or a set operation.
type Query struct {
	With      []*With
	Recursive bool

	Entries []*Entry // all that FROM brings, joins after what they join; of a set operation its arms
	From    []*Entry // the items of FROM
	Targets []Target
	Where   expr.Expr

	Distinct   bool
	DistinctOn []expr.Expr // nil = plain DISTINCT

	Group         []expr.Expr
	Sets          []*GroupingSet // instead of Group
	GroupDistinct bool
	Having        expr.Expr
	Windows       []Window

	Set   *SetTree // of a set operation
	Order []expr.SortKey
	// Positions are Order's keys in a set operation: the numbers of output columns, from 1.
	Positions []int
	Offset    expr.Expr
	Limit     expr.Expr
	LimitAll  bool // LIMIT ALL
	Ties      bool // FETCH FIRST … WITH TIES
}

// Target is an entry of the select list.
type Target struct {
	Expr expr.Expr
	Name string
}

// With is a common table expression.
type With struct {
	Name    string
	Columns []string // as they were written
	Kept    string   // "MATERIALIZED ", "NOT MATERIALIZED " or ""
	Query   *Query
	After   func(p *expr.Printer) // prints SEARCH and CYCLE; nil = none
}

// EntryKind says what an entry of FROM is.
type EntryKind uint8

const (
	Table EntryKind = iota
	Subquery
	Values
	Function
	CTE
	Join
)

// Entry is what FROM brings (RangeTblEntry).
type Entry struct {
	Kind    EntryKind
	Name    string   // the table's, the common table expression's, or what is taken for one without an alias
	Schema  string   // of a Table
	Alias   string   // as it was written; "" = none
	Aliases []string // column aliases as they were written
	Columns []string // the visible columns' own names; of all but tables and joins with aliases applied
	Lateral bool

	Query  *Query        // of a Subquery
	Rows   [][]expr.Expr // of Values
	Sample *Sample       // of a Table

	Calls      []Call // of a Function
	Ordinality bool
	JSONTable  bool // a Function that is JSON_TABLE: it needs no alias

	Type        string // of a Join: "JOIN", "LEFT JOIN", …
	Left, Right *Entry
	On          expr.Expr
	Using       []string
	UsingAlias  string
	Joined      []Joined // parallel to Columns
}

// Joined is a column of a join: the numbers, from 1, of the columns of its sides that it is; 0 = of the other side only.
type Joined struct {
	Left, Right int
	Computed    bool // a merged column that is neither side's as it is
}

// Call is a function in FROM.
type Call struct {
	Expr    expr.Expr
	Defined []types.Column // a column definition list
}

// Sample is TABLESAMPLE.
type Sample struct {
	Method     string
	Args       []expr.Expr
	Repeatable expr.Expr
}

// GroupingKind says what a grouping set is.
type GroupingKind uint8

const (
	Simple GroupingKind = iota
	Empty
	Rollup
	Cube
	Sets
)

// GroupingSet is an item of GROUP BY with grouping sets.
type GroupingSet struct {
	Kind  GroupingKind
	Exprs []expr.Expr // of Simple
	Items []*GroupingSet
}

// Window is a window's definition.
type Window struct {
	Name, Of  string // its name, and that of the window it is made from
	Partition []expr.Expr
	Order     []expr.SortKey // its own
	Frame     string         // mode: "RANGE", "ROWS", "GROUPS"; "" = the default frame
	Between   bool
	Start     Bound
	End       Bound
	Exclude   string
}

// Bound is a frame's bound: Offset, then Words.
type Bound struct {
	Offset expr.Expr
	Words  string
}

// SetTree is a set operation over arms.
type SetTree struct {
	Arm         *Entry // a leaf
	Op          string // "UNION", …
	All         bool
	Left, Right *SetTree
}

// Ref is a column of an entry.
type Ref struct {
	Entry *Entry
	Num   int // from 1; 0 = Name, a column that no alias list names
	Name  string
}
