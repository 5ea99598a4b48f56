package plan

import (
	"slices"
	"testing"

	"howdah/expr"
)

// What several quals compute is computed once; the rows that are left are those that each qual alone leaves.
func TestFilterSharesCalls(t *testing.T) {
	for _, quals := range [][]string{
		{"abs(qty) between 5 and 50"},
		{"abs(qty) >= 5", "abs(qty) <= 500", "abs(qty) + abs(qty) > 20", "country <> 'FR'", "abs(qty) % 2 = 0"},
		{"abs(qty) + 1 > 7", "abs(qty) + 1 < 900", "abs(qty) <> 30"},
		{"country = 'DE' or abs(qty) < 100", "abs(qty) > 5", "abs(qty) < 2000"},
		{"case when qty > 50 then length(country) = 2 else true end", "length(country) = 2", "case when qty > 70 then length(country) > 1 end"},
		{"not (upper(country) = 'FR')", "upper(country) is not null", "upper(country) in ('DE', 'XX')", "length(upper(country)) = 2"},
		{"coalesce(abs(qty), 1) > 3", "abs(qty) is null or abs(qty) > 9", "abs(qty) is not null"},
		{"qty <> 5", "100 / (qty - 5) > 1", "100 / (qty - 5) < 40", "qty > 0"}, // row 5 divides by zero, but is dropped
	} {
		b, alone := evalBatch(3000), evalBatch(3000)
		var es []expr.Expr
		for _, q := range quals {
			es = append(es, mustBind(t, q))
		}
		if len(es) == 3 { // a tree that stands in several quals
			call := call(es[1])
			es = append([]expr.Expr{&expr.Or{Args: []expr.Expr{mustBind(t, "qty % 2 = 0"), &expr.NullTest{Arg: call, Not: true}}}}, es...)
			es = append(es, &expr.NullTest{Arg: call, Not: true})
		}
		for _, e := range expr.Conjuncts(es...) {
			f, err := expr.CompileFilter([]expr.Expr{e}, env())
			if err == nil {
				err = f.Apply(alone)
			}
			if err != nil {
				t.Fatal(quals, err)
			}
		}
		shared, err := expr.CompileFilter(es, env())
		if err != nil {
			t.Fatal(quals, err)
		}
		each, err := expr.CompileFilters(es, env())
		if err != nil || len(each) != len(es) {
			t.Fatal(quals, len(each), err)
		}
		for range 2 { // the second batch must not see the first one's
			if b = evalBatch(3000); shared.Apply(b) != nil || !slices.Equal(b.Sel, alone.Sel) {
				t.Errorf("%q: %d rows are left, by each alone %d", quals, len(b.Sel), len(alone.Sel))
			}
			b = evalBatch(3000)
			for _, f := range each {
				if len(b.Sel) > 0 && f.Apply(b) != nil {
					t.Fatal(quals)
				}
			}
			if !slices.Equal(b.Sel, alone.Sel) {
				t.Errorf("%q one by one: %d rows are left, by each alone %d", quals, len(b.Sel), len(alone.Sel))
			}
			small := evalBatch(40)
			if err := shared.Apply(small); err != nil || !slices.Equal(small.Sel, alone.Sel[:len(small.Sel)]) {
				t.Errorf("%q: of 40 rows %v are left, %v", quals, small.Sel, err)
			}
		}
		if len(alone.Sel) == 0 || len(alone.Sel) == 3000 {
			t.Errorf("%q tells nothing: %d rows are left", quals, len(alone.Sel))
		}
	}
}

// call gives the first argument of a comparison, or the comparison itself.
func call(e expr.Expr) expr.Expr {
	if f, ok := e.(*expr.Func); ok {
		return f.Args[0]
	}
	return e
}
