package expr

import (
	"howdah/internal/pgdata"
	"howdah/types"
)

// Expr is a bound expression: names are resolved, types are fixed, coercions are explicit. Trees are immutable and
// shared between goroutines; [Compile] makes what evaluates them.
type Expr interface {
	Type() types.Type
	// Collation is the collation of the value, types.NoCollation where the type has none.
	Collation() types.OID
}

// Var is a column of the input batch.
type Var struct {
	Col   int // index into Batch.Cols
	Typ   types.Type
	Coll  types.OID
	Level int // 0 = this query's input; n = the n-th enclosing query's (correlated); gone after planning
	Name  string

	// Where the column comes from, for RowDescription; 0 where it is computed.
	TableOID types.OID
	AttNum   int16

	Record *types.Schema // of a column of type record: its fields, where they are known
}

// Const is a constant.
type Const struct {
	Typ   types.Type
	Coll  types.OID
	Value types.Datum
}

// Param is a parameter: $1 of the client, or a value passed into a sub-plan (Exec).
type Param struct {
	Index int  // from 0
	Exec  bool // Env.Exec[Index] instead of Env.Params[Index]
	Typ   types.Type
	Coll  types.OID
}

// Func is a call of a function, an operator's function, or a cast's function.
type Func struct {
	Proc    *pgdata.Proc
	Args    []Expr // coerced to the declared types; a variadic's tail is one ArrayExpr
	Typ     types.Type
	Coll    types.OID      // of the result
	In      types.OID      // the collation that the function applies
	Show    Display        // how EXPLAIN and deparsing print it
	Spread  bool           // VARIADIC "any": the last argument is an array whose elements are the arguments
	Columns []types.Column // of a call that gives records: their fields, as a column definition list or an argument says
	Name    string         // the operator's name where Show is AsOperator
}

// Display says how a Func was written.
type Display uint8

const (
	AsCall Display = iota
	AsOperator
	AsCast         // written by the user
	AsImplicitCast // added by coercion: not printed
)

// And, Or, Not are three-valued; And and Or evaluate left to right and stop per row.
type (
	And struct{ Args []Expr }
	Or  struct{ Args []Expr }
	Not struct{ Arg Expr }
)

// NullTest is IS [NOT] NULL; over a row type it tests all fields, as SQL says.
type NullTest struct {
	Arg Expr
	Not bool
}

// BoolTest is IS [NOT] TRUE | FALSE | UNKNOWN.
type BoolTest struct {
	Arg  Expr
	Want BoolWant
	Not  bool
}

// BoolWant is what a BoolTest looks for.
type BoolWant uint8

const (
	IsTrue BoolWant = iota
	IsFalse
	IsUnknown
)

// Distinct is a IS [NOT] DISTINCT FROM b over the type's equality function.
type Distinct struct {
	Eq  *Func // the equality, with its two arguments
	Not bool
}

// NullIf is NULLIF(a, b): Eq compares, the value is Arg, which is Eq's first argument.
type NullIf struct {
	Eq  *Func
	Arg Expr
}

// Case is a searched CASE; a simple one was rewritten to Test, evaluated once per row, and CaseTest references to it.
type Case struct {
	Test  Expr // nil for a searched CASE
	Whens []When
	Else  Expr // nil = NULL
	Typ   types.Type
	Coll  types.OID
}

// When is one arm of a Case.
type When struct{ Cond, Result Expr }

// CaseTest stands for the value of the nearest enclosing Case's Test.
type CaseTest struct {
	Typ  types.Type
	Coll types.OID
}

// Coalesce is COALESCE(…): arguments are evaluated only until one is not NULL.
type Coalesce struct {
	Args []Expr
	Typ  types.Type
	Coll types.OID
}

// MinMax is GREATEST or LEAST over the type's btree order; NULLs are left out.
type MinMax struct {
	Args  []Expr
	Least bool
	Typ   types.Type
	Coll  types.OID
}

// AnyAll is scalar op ANY|ALL (array).
type AnyAll struct {
	Op    *pgdata.Proc // boolean function of (scalar, element)
	Name  string       // the operator's name
	All   bool
	Left  Expr
	Right Expr // an array
	In    types.OID
}

// ArrayExpr is ARRAY[…]; Nested where the elements are arrays themselves.
type ArrayExpr struct {
	Elems  []Expr
	Typ    types.Type
	Nested bool
	Coll   types.OID
}

// Row is ROW(…), or a table's row.
type Row struct {
	Fields []Expr
	Names  []string
	Named  bool // its type is that of a table or view
}

// RowCompare is (a, b) < (c, d) and the like: per column the type's order; Op is one of < <= > >= (= and <> are
// rewritten to And/Or by the planner).
type RowCompare struct {
	Op          string
	Left, Right []Expr
	Less        []*pgdata.Proc // per column: its < function
	Equal       []*pgdata.Proc // per column: its = function
	In          []types.OID    // per column: the collation that they apply; nil = none
}

// Field is (row).name.
type Field struct {
	Arg   Expr
	Index int
	Typ   types.Type
	Coll  types.OID
}

// Subscript is a[i], a[i][j] or a slice a[i:j]; a nil bound of a slice means the array's own.
type Subscript struct {
	Arg   Expr
	Lower []Expr // slices only
	Upper []Expr
	Slice bool
	Typ   types.Type
	Coll  types.OID
}

// Relabel changes the type and nothing else (binary-coercible types).
type Relabel struct {
	Arg  Expr
	Typ  types.Type
	Coll types.OID
	Show Display
}

// ViaIO converts by the text forms of both types.
type ViaIO struct {
	Arg  Expr
	Typ  types.Type
	Coll types.OID
	Show Display
}

// ArrayCoerce converts each element of an array. Elem computes from CaseTest.
type ArrayCoerce struct {
	Arg  Expr
	Elem Expr
	Typ  types.Type
	Coll types.OID
	Show Display
}

// Collate is expr COLLATE "x".
type Collate struct {
	Arg  Expr
	Coll types.OID
}

// Sublink is a sub-query in an expression. Plan is the planner's; the executor sets how to run it in Env.
type Sublink struct {
	Kind  SublinkKind
	Index int    // which of Env.Subplans runs it
	Args  []Expr // values of the outer row that the sub-plan's Exec parameters take
	Left  []Expr // for AnySublink, AllSublink and RowSublink: the left side, one per column
	Cmp   Expr   // for those: the comparison, over rows of Left's values (Var.Col from 0) and then the sub-plan's columns
	Typ   types.Type
	Coll  types.OID

	// Repeats: asked with the same Args it gives the same rows, so that answers may be kept.
	Repeats bool
	Plan    any // the planner's bound sub-query, for EXPLAIN; nobody else looks
}

// SublinkKind tells what a sub-query yields.
type SublinkKind uint8

const (
	ScalarSublink SublinkKind = iota // one value; no row is NULL, two rows are 21000
	ExistsSublink
	AnySublink // left op ANY (sub-query), IN
	AllSublink
	ArraySublink
	RowSublink // (left, …) op (sub-query): no row is NULL, two rows are 21000
)

// Agg is an aggregate call. It stands only in the planner's trees below an aggregation; the executor computes it.
type Agg struct {
	Proc     *pgdata.Proc
	Args     []Expr
	Direct   []Expr // direct arguments of an ordered-set aggregate
	Distinct bool
	Star     bool
	Order    []SortKey
	Filter   Expr // nil = all rows
	Typ      types.Type
	Coll     types.OID
	In       types.OID
	Level    int
}

// WindowCall is a call over a window: of a window function, or of an aggregate. It stands only in the planner's trees
// above a Window, which computes it.
type WindowCall struct {
	Proc   *pgdata.Proc
	Args   []Expr
	Star   bool
	Filter Expr // nil = all rows; of aggregates only
	Window int  // which of the query's windows
	Typ    types.Type
	Coll   types.OID
	In     types.OID
}

// SortKey is one key of an order. The order of values is the type's default btree order under the collation.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}
