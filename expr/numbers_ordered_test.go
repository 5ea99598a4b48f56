package expr_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

func TestOrderedSetAggregatesAsPostgreSQL(t *testing.T) {
	conn := exprtest.Connect(t, "")
	r := rand.New(rand.NewPCG(21, 1))
	direct := []string{"0", "1", "0.5", "0.25", "0.9", "1.5", "-0.1", "NaN", "1e-7", "1000000.5"}
	arrays := []string{"{}", "{0.5}", "{0,0.25,NULL,1}", "{{0.1,0.2},{0.3,0.4}}", "{0.5,2}"}
	type test struct {
		proc   *pgdata.Proc
		direct string
		typ    types.OID
		result types.OID
		values []string
	}
	var tests []test
	var queries []string
	add := func(name string, first, second types.OID, arg string, typ, result types.OID) {
		for _, p := range pgdata.ProcsByName(name) {
			last := types.OID(p.ArgTypes[len(p.ArgTypes)-1])
			if last != second || len(p.ArgTypes) == 2 && types.OID(p.ArgTypes[0]) != first {
				continue
			}
			for n := range 9 {
				var values, rows []string
				for range n {
					v := fmt.Sprint(r.IntN(6) - 2)
					if r.IntN(6) == 0 {
						v = "NULL"
					}
					values, rows = append(values, v), append(rows, "("+v+")")
				}
				if n == 0 {
					rows = []string{"(NULL)"}
				}
				if len(p.ArgTypes) == 2 {
					queries = append(queries, fmt.Sprintf("(select %s('%s'::%s) within group (order by v::%s) from (values %s) t(v))",
						name, arg, pgdata.TypeByOID(uint32(first)).Name, pgdata.TypeByOID(uint32(typ)).Name, strings.Join(rows, ",")))
				} else {
					queries = append(queries, fmt.Sprintf("(select %s() within group (order by v::%s) from (values %s) t(v))",
						name, pgdata.TypeByOID(uint32(typ)).Name, strings.Join(rows, ",")))
				}
				tests = append(tests, test{p, arg, typ, result, values})
			}
		}
	}
	for _, d := range direct {
		add("percentile_cont", types.Float8OID, types.Float8OID, d, types.Float8OID, types.Float8OID)
		add("percentile_disc", types.Float8OID, types.AnyElementOID, d, types.Int4OID, types.Int4OID)
		add("percentile_disc", types.Float8OID, types.AnyElementOID, d, types.NumericOID, types.NumericOID)
	}
	for _, d := range arrays {
		add("percentile_cont", types.Float8ArrayOID, types.Float8OID, d, types.Float8OID, types.Float8ArrayOID)
		add("percentile_disc", types.Float8ArrayOID, types.AnyElementOID, d, types.Int4OID, types.Int4ArrayOID)
	}
	add("mode", 0, types.AnyElementOID, "", types.Int4OID, types.Int4OID)
	add("mode", 0, types.AnyElementOID, "", types.TextOID, types.TextOID)
	want := exprtest.Ask(t, conn, queries)
	for i, c := range tests {
		got := orderedSet(t, c.proc, c.direct, c.typ, c.result, c.values)
		if got != want[i] {
			t.Errorf("%s: got %v, want %v", queries[i], got, want[i])
		}
	}
}

func orderedSet(t *testing.T, p *pgdata.Proc, direct string, typ, result types.OID, texts []string) exprtest.Outcome {
	t.Helper()
	style := types.DefaultStyle()
	c := &expr.Call{ArgTypes: []types.Type{types.Of(typ)}, Result: types.Of(result), Collation: types.CCollation, Env: &expr.Env{Style: style}}
	if len(p.ArgTypes) == 2 {
		d, err := types.ParseText(types.Of(types.OID(p.ArgTypes[0])), []byte(direct), style)
		if err != nil {
			t.Fatal(err)
		}
		c.State = []types.Datum{d}
	}
	col := vector.New(types.Of(typ), len(texts))
	for i, text := range texts {
		if text == "NULL" {
			col.SetNull(int32(i))
			continue
		}
		d, err := types.ParseText(types.Of(typ), []byte(text), style)
		if err != nil {
			t.Fatal(err)
		}
		col.Set(int32(i), d)
	}
	c.Args = []*vector.Column{col}
	sel := slices.Clone(vector.Identity(len(texts)))
	slices.SortFunc(sel, func(a, b int32) int {
		if col.Null(a) || col.Null(b) {
			return cmp.Compare(b2i(col.Null(a)), b2i(col.Null(b)))
		}
		return vector.Compare(col, a, col, b, types.CCollation)
	})
	mk, err := expr.AggregateOf(p)
	if err != nil {
		t.Fatal(err)
	}
	a := mk(c)
	a.Resize(1)
	if err := a.Add(c, make([]int32, len(sel)), sel); err != nil {
		t.Fatal(err)
	}
	out := vector.New(c.Result, 1)
	if err := a.Result(c, 0, 1, out); err != nil {
		e := pgerr.From(err)
		return exprtest.Outcome{Text: strings.Join([]string{string(e.Code), e.Message, e.Detail, e.Hint}, "\n"), Failed: true}
	}
	if out.Null(0) {
		return exprtest.Outcome{Text: "\x00"}
	}
	return exprtest.Outcome{Text: string(vector.AppendText(nil, out, 0, style))}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
