package plan

import (
	"strings"
	"testing"

	"howdah/expr"
	"howdah/internal/pgtest"
	"howdah/types"
)

// TestDeparseLikeExplain compares how quals are printed with PostgreSQL's EXPLAIN.
func TestDeparseLikeExplain(t *testing.T) {
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(`create temp table q (qty int, price float8, country text collate "C", d date, ts timestamp, v varchar(5) collate "C", n numeric(8,2), a int[], ok bool, b bigint, s int2, j jsonb)`); err != nil {
		t.Fatal(err)
	}
	cols := []types.Column{
		{Name: "qty", Type: types.Of(types.Int4OID)}, {Name: "price", Type: types.Of(types.Float8OID)},
		{Name: "country", Type: types.Of(types.TextOID), Collation: types.CCollation}, {Name: "d", Type: types.Of(types.DateOID)},
		{Name: "ts", Type: types.Of(types.TimestampOID)}, {Name: "v", Type: types.Type{OID: types.VarcharOID, Typmod: 9}, Collation: types.CCollation},
		{Name: "n", Type: types.Type{OID: types.NumericOID, Typmod: 8<<16 | 2 + 4}}, {Name: "a", Type: types.Of(types.Int4ArrayOID)},
		{Name: "ok", Type: types.Of(types.BoolOID)}, {Name: "b", Type: types.Of(types.Int8OID)}, {Name: "s", Type: types.Of(types.Int2OID)},
		{Name: "j", Type: types.Of(types.JSONBOID)},
	}
	for _, text := range []string{
		"qty > 90 and country = 'DE'", "qty > 90 or country = 'DE' or ok", "qty = -5", "b = -5", "s = 3", "n > 10", "n > 1.5", "n = -1.5", "price > 1e100",
		"price = 5", "qty::numeric > 1", "qty::bigint = b", "qty + s > b", "country like 'a%'", `country like 'a\%'`, "country || 'x' = v", "v = 'x'", "v::text = 'x'",
		"not ok", "ok is true", "ok is not false", "qty is null", "qty is not null", "qty in (1,2,3)", "qty not in (1, 2)", "country in ('a', 'b')",
		"qty = any (a)", "a[1] = 2", "a[1:2] = '{1,2}'", "coalesce(qty, 0) > 1", "nullif(qty, 0) > 1", "greatest(qty, s) > 1",
		"case when qty > 1 then ok else false end", "case qty when 1 then true when 2 then ok end", "qty is distinct from 3", "qty is not distinct from s",
		"array[qty, 1] = a", "row(qty, 1) < row(2, s)", "upper(country) = 'X'", `country = 'a''b' collate "C"`, `(country collate "POSIX") = 'a'`,
		"country::varchar(3) = 'abc'", "qty between 1 and 5", "abs(qty) = 1", "- qty = 1", "qty::text = '1'", "length(country) > 3", "'x' = country",
		"n::numeric(4,1) = 1", "qty % 2 = 0", "(qty = 1) = ok",
	} {
		rows, err := conn.Query("explain (verbose, costs off) select 1 from q where " + text)
		if err != nil {
			t.Fatal(text, err)
		}
		want := ""
		for _, r := range rows {
			if f, ok := strings.CutPrefix(strings.TrimSpace(r[0]), "Filter: "); ok {
				want = f
			}
		}
		e, err := BindExpression(text, cols, nil)
		if err != nil {
			if strings.Contains(err.Error(), "not supported") || strings.Contains(err.Error(), "no input") {
				t.Logf("%s: %v", text, err)
				continue
			}
			t.Errorf("%s: %v", text, err)
			continue
		}
		e = expr.Fold(e, &expr.Env{Style: types.DefaultStyle()})
		got := expr.String(e, func(v *expr.Var) string { return "q." + v.Name })
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
