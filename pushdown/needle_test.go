package pushdown_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats/formattest"
	"howdah/pushdown"
	"howdah/types"
)

// Needles are what a value must contain, and only such quals give them that no row's error could come before.
func TestNeedles(t *testing.T) {
	sch := types.Schema{Columns: []types.Column{
		{Name: "a", Type: types.Of(types.TextOID), Collation: types.CCollation}, {Name: "v", Type: types.Of(types.VarcharOID), Collation: types.CCollation},
		{Name: "c", Type: types.Type{OID: types.BpcharOID, Typmod: 8}, Collation: types.CCollation}, {Name: "n", Type: types.Of(types.Int4OID)}, {Name: "p", Type: types.Of(types.NumericOID)}}}
	qual := func(column, op, v string) expr.Expr { return formattest.Qual(t, sch, column, op, v) }
	resolver := &expr.Resolver{}
	operator := func(op string, l, r expr.Expr) expr.Expr {
		e, err := resolver.Operator([]string{op}, l, r, -1)
		if err == nil {
			err = resolver.AssignCollations(e)
		}
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	a, n := formattest.Var(t, sch, "a"), formattest.Var(t, sch, "n")
	text := func(s string) expr.Expr {
		return &expr.Const{Typ: types.Of(types.TextOID), Value: types.Datum{Bytes: []byte(s)}}
	}
	one := &expr.Const{Typ: types.Of(types.Int4OID), Value: types.Datum{Int: 1}}
	param := &expr.Param{Index: 1, Typ: types.Of(types.TextOID)}
	mayFail := operator("=", operator("/", one, n), one)
	for _, c := range []struct {
		name  string
		quals []expr.Expr
		want  string
	}{
		{"equal", []expr.Expr{qual("a", "=", "x")}, "0:x"},
		{"equal, the other way round", []expr.Expr{operator("=", text("x"), a)}, "0:x"},
		{"varchar", []expr.Expr{qual("v", "=", "x")}, "1:x"},
		{"bpchar is padded", []expr.Expr{qual("c", "=", "x")}, ""},
		{"empty", []expr.Expr{qual("a", "=", "")}, ""},
		{"not equal", []expr.Expr{qual("a", "<>", "x")}, ""},
		{"number", []expr.Expr{qual("n", "=", "7")}, ""},
		{"like", []expr.Expr{qual("a", "~~", `%ab_c\%d\_%%`)}, "0:ab 0:c%d_"},
		{"like, nothing literal", []expr.Expr{qual("a", "~~", `%_%`)}, ""},
		{"like, broken", []expr.Expr{qual("a", "~~", `ab\`), qual("a", "=", "x")}, ""},
		{"not like", []expr.Expr{qual("a", "!~~", "%ab%")}, ""},
		{"ilike", []expr.Expr{qual("a", "~~*", "%ab%")}, ""},
		{"starts with", []expr.Expr{qual("a", "^@", "x%")}, "0:x%"},
		{"parameter", []expr.Expr{operator("=", a, param)}, "0:given"},
		{"or", []expr.Expr{&expr.Or{Args: []expr.Expr{qual("a", "=", "x"), qual("a", "=", "y")}}}, ""},
		{"and", []expr.Expr{&expr.And{Args: []expr.Expr{qual("n", ">", "3"), qual("a", "=", "y")}}}, "0:y"},
		{"after comparisons", []expr.Expr{qual("n", ">", "3"), qual("p", "<", "1.5"), qual("c", "=", "q"), qual("a", "IS NOT NULL", ""), qual("a", "=", "y")}, "0:y"},
		{"after what may fail", []expr.Expr{mayFail, qual("a", "=", "y")}, ""},
		{"before what may fail", []expr.Expr{qual("a", "=", "y"), mayFail, qual("a", "=", "z")}, "0:y"},
	} {
		r := &pushdown.Request{Quals: c.quals, Limit: -1}
		answer := r.RefuseAll()
		env := &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle(), Params: []types.Datum{{}, {Bytes: []byte("given")}}}
		if got := pushdown.Needles(r, answer, env); got != nil {
			t.Errorf("%s: %v though refused", c.name, got)
		}
		for i := range answer.Quals {
			answer.Quals[i] = pushdown.Exact
		}
		var got []string
		for _, n := range pushdown.Needles(r, answer, env) {
			got = append(got, fmt.Sprintf("%d:%s", n.Ordinal, n.Text))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
