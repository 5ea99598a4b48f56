package expr

import (
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

var errPending = pgerr.New(pgerr.FeatureNotSupported, "expressions are not evaluated yet")

// Program evaluates an expression over batches. It serves one goroutine at a time.
type Program struct{}

// Compile makes a program of e, whose Var.Col are columns of the batches it will be given.
func Compile(e Expr, env *Env) (*Program, error) { return nil, errPending }

// Eval computes the rows of sel. The column is valid until the next Eval; rows outside sel are undefined in it.
func (p *Program) Eval(b *vector.Batch, sel []int32) (*vector.Column, error) { return nil, errPending }

// Type is the type of the result.
func (p *Program) Type() types.Type { return types.Type{} }

// Filter is a compiled conjunction of quals.
type Filter struct{}

// CompileFilter compiles quals, each a boolean expression.
func CompileFilter(quals []Expr, env *Env) (*Filter, error) { return nil, errPending }

// Apply narrows b.Sel to the rows for which every qual is true, qual by qual.
func (f *Filter) Apply(b *vector.Batch) error { return errPending }

// Columns are the columns of a batch that the filter reads, ascending.
func (f *Filter) Columns() []int { return nil }

// Implemented tells whether a kernel (or an aggregate, or a set-returning kernel) exists for the function.
func Implemented(p *pgdata.Proc) bool { return false }

// AggregateOf finds the aggregate's implementation; 0A000 if there is none.
func AggregateOf(p *pgdata.Proc) (NewAggregate, error) { return nil, errPending }

// SetOf finds the set-returning function's implementation; 0A000 if there is none.
func SetOf(p *pgdata.Proc) (SetKernel, error) { return nil, errPending }

// Fold replaces immutable parts of e without variables and parameters by constants, where evaluating them succeeds.
func Fold(e Expr, env *Env) Expr { return e }

// String prints e as EXPLAIN does; names gives a variable's (qualified) name.
func String(e Expr, names func(*Var) string) string { return "" }

// FormatType is PostgreSQL's format_type(oid, typmod).
func FormatType(t types.Type) string { return "" }

// Operator binds `left name right`, or `name right` where left is nil. name may be schema-qualified; loc is the operator's.
func (r *Resolver) Operator(name []string, left, right Expr, loc int32) (Expr, error) {
	return nil, errPending
}

// AnyAll binds `left name ANY|ALL (right)` over an array.
func (r *Resolver) AnyAll(name []string, all bool, left, right Expr, loc int32) (Expr, error) {
	return nil, errPending
}

// Invocation is a function call as written, its arguments bound.
type Invocation struct {
	Name        []string
	Args        []Expr
	ArgNames    []string // parallel to Args, "" = positional; nil = all positional
	Variadic    bool     // the last argument was marked VARIADIC
	Star        bool     // f(*)
	Distinct    bool
	Order       []SortKey // ORDER BY among the arguments, or WITHIN GROUP's
	WithinGroup bool
	Filter      Expr
	SpecialForm bool // EXTRACT(… FROM …) and the like: printed as written
	Loc         int32
}

// Function binds a call: a *Func (set-returning where Proc.RetSet), an *Agg, or a cast written as a call.
func (r *Resolver) Function(c *Invocation) (Expr, error) { return nil, errPending }

// Coerce converts e to a type, or says why it cannot (42846, 42804; 22P02 for a literal that does not read as one).
// loc is where the cast was written, -1 if nowhere.
func (r *Resolver) Coerce(e Expr, to types.Type, how Context, loc int32) (Expr, error) {
	return nil, errPending
}

// CommonType chooses the type that all of es become (CASE, UNION, ARRAY, VALUES…: construct names it in errors).
func (r *Resolver) CommonType(es []Expr, construct string) (types.Type, error) {
	return types.Type{}, errPending
}

// CoerceToCommon converts e to what CommonType chose.
func (r *Resolver) CoerceToCommon(e Expr, to types.Type, construct string) (Expr, error) {
	return nil, errPending
}

// Boolean converts e to boolean: "argument of WHERE must be type boolean, not type …" where it cannot.
func (r *Resolver) Boolean(e Expr, construct string) (Expr, error) { return nil, errPending }

// Bigint converts e, the argument of LIMIT or OFFSET.
func (r *Resolver) Bigint(e Expr, construct string) (Expr, error) { return nil, errPending }

// Known makes text of an expression that is still of type unknown (output columns).
func (r *Resolver) Known(e Expr) (Expr, error) { return nil, errPending }

// AssignCollations settles the collations of everything below e, in place: call it once per bound clause.
func (r *Resolver) AssignCollations(e Expr) error { return errPending }

// CommonCollation is the collation of a column that all of es make (UNION, VALUES). With noneOK a conflict gives
// NoCollation, else 42P21.
func (r *Resolver) CommonCollation(es []Expr, noneOK bool) (types.OID, error) {
	return 0, errPending
}

// SortProcs gives the functions of the type's default btree order, or 42883 "could not identify an ordering operator…".
// Array, record and the like have theirs. Less and equal take two values and give a boolean.
func SortProcs(t types.OID) (less, equal *pgdata.Proc, err error) { return nil, nil, errPending }

func typeCollation(t types.OID) types.OID { return 0 }

func ioVolatility(t types.OID, out bool) byte { return 'i' }
