package formattest

import (
	"testing"

	"howdah/expr"
	"howdah/pushdown"
	"howdah/types"
)

// Qual binds `column op 'literal'` over a schema, as the planner would; op may be IS NULL or IS NOT NULL.
func Qual(t testing.TB, sch types.Schema, column, op, literal string) expr.Expr {
	t.Helper()
	v := Var(t, sch, column)
	switch op {
	case "IS NULL":
		return &expr.NullTest{Arg: v}
	case "IS NOT NULL":
		return &expr.NullTest{Arg: v, Not: true}
	}
	r := &expr.Resolver{}
	e, err := r.Operator([]string{op}, v, &expr.Const{Typ: types.Of(types.UnknownOID), Value: types.Datum{Bytes: []byte(literal)}}, -1)
	if err != nil {
		t.Fatalf("%s %s %q: %v", column, op, literal, err)
	}
	if err := r.AssignCollations(e); err != nil {
		t.Fatal(err)
	}
	return e
}

// Var is a column of the schema.
func Var(t testing.TB, sch types.Schema, column string) *expr.Var {
	t.Helper()
	i := ordinal(t, sch, column)
	c := sch.Columns[i]
	return &expr.Var{Col: i, Typ: c.Type, Coll: c.Collation, Name: c.Name}
}

// Key is a sort key over a column, with NULLs where PostgreSQL puts them by default.
func Key(t testing.TB, sch types.Schema, column string, desc bool) pushdown.SortKey {
	t.Helper()
	i := ordinal(t, sch, column)
	return pushdown.SortKey{Ordinal: i, Type: sch.Columns[i].Type, Desc: desc, NullsFirst: desc}
}

func ordinal(t testing.TB, sch types.Schema, column string) int {
	t.Helper()
	for i, c := range sch.Columns {
		if c.Name == column {
			return i
		}
	}
	t.Fatalf("no column %q", column)
	return -1
}
