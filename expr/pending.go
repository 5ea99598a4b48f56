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

