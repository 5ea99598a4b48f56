package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/types"
	"howdah/vector"
)

var evalColumns = []types.Column{
	{Name: "qty", Type: types.Of(types.Int4OID)}, {Name: "country", Type: types.Of(types.TextOID), Collation: types.CCollation},
	{Name: "n", Type: types.Of(types.NumericOID)},
}

// evalBatch makes rows: qty counts from 0, every seventh is NULL; country cycles.
func evalBatch(rows int) *vector.Batch {
	b := &vector.Batch{Cols: []*vector.Column{vector.New(evalColumns[0].Type, rows), vector.New(evalColumns[1].Type, rows), vector.New(evalColumns[2].Type, rows)}}
	for i := range rows {
		b.Cols[0].Ints[i] = int64(i)
		if i%7 == 6 {
			b.Cols[0].SetNull(int32(i))
		}
		b.Cols[1].SetBytes(int32(i), []byte([]string{"DE", "FR", "IT"}[i%3]))
		b.Cols[2].Nums[i] = types.NumericFromInt(int64(i))
	}
	b.SetLen(rows)
	return b
}

func mustBind(t testing.TB, text string) expr.Expr {
	t.Helper()
	e, err := BindExpression(text, evalColumns, nil)
	if err != nil {
		t.Fatal(text, err)
	}
	return e
}

func env() *expr.Env { return &expr.Env{Style: types.DefaultStyle()} }

func TestFilterNarrowsQualByQual(t *testing.T) {
	b := evalBatch(3000) // more than a usual batch: constants are regrown
	f, err := expr.CompileFilter([]expr.Expr{mustBind(t, "qty > 5 and country = 'DE'"), mustBind(t, "100 / (qty - 5) > 1")}, env())
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Columns(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("columns %v", got)
	}
	if err := f.Apply(b); err != nil {
		t.Fatal(err) // row 5 divides by zero, but the first qual drops it
	}
	var want []int32
	for i := int32(6); i < 3000; i++ {
		if i%7 != 6 && i%3 == 0 && 100/(i-5) > 1 {
			want = append(want, i)
		}
	}
	if !slices.Equal(b.Sel, want) {
		t.Errorf("got %v\nwant %v", b.Sel, want)
	}
}

func TestFilterDropsAll(t *testing.T) {
	f, err := expr.CompileFilter([]expr.Expr{mustBind(t, "qty < 0"), mustBind(t, "1 / 0 = 1")}, env())
	if err != nil {
		t.Fatal(err)
	}
	b := evalBatch(10)
	if err := f.Apply(b); err != nil || len(b.Sel) != 0 {
		t.Errorf("%v %v", b.Sel, err)
	}
}

// rowsPlan is a sub-query with given rows.
type rowsPlan struct {
	rows [][]types.Datum
	runs int
	last []types.Datum
}

func (p *rowsPlan) Run(args []types.Datum, row func([]types.Datum) bool) error {
	p.runs++
	p.last = append([]types.Datum(nil), args...)
	for _, r := range p.rows {
		if !row(r) {
			break
		}
	}
	return nil
}

func TestSublinks(t *testing.T) {
	num := func(v int64) []types.Datum { return []types.Datum{{Int: v}} }
	null := []types.Datum{types.NullDatum}
	many := [][]types.Datum{}
	for i := range 1000 {
		many = append(many, num(int64(i+100)))
	}
	for _, c := range []struct {
		text string
		rows [][]types.Datum
		want string
	}{
		{"qty in (select 1)", [][]types.Datum{num(1), num(3)}, "f t f t f f ∅"},
		{"qty in (select 1)", [][]types.Datum{num(1), null}, "∅ t ∅ ∅ ∅ ∅ ∅"},
		{"qty in (select 1)", nil, "f f f f f f f"},
		{"qty not in (select 1)", [][]types.Datum{num(1), null}, "∅ f ∅ ∅ ∅ ∅ ∅"},
		{"qty not in (select 1)", nil, "t t t t t t t"},
		{"qty < all (select 1)", [][]types.Datum{num(2), num(9)}, "t t f f f f ∅"},
		{"qty in (select 1)", many, "f f f f f f ∅"},
		{"qty + 0 * 5 in (select 1)", append(many, num(3)), "f f f t f f ∅"},
		{"qty::numeric in (select 1)", append(many, num(3)), "f f f t f f ∅"},
		{"null in (select 1)", many, "∅ ∅ ∅ ∅ ∅ ∅ ∅"},
		{"null in (select 1)", nil, "f f f f f f f"},
		{"(qty, 1) in (select 1)", nil, "42601"},
		{"qty < all (select 1)", many, "t t t t t t ∅"},
		{"qty > any (select 1)", [][]types.Datum{num(4), null}, "∅ ∅ ∅ ∅ ∅ t ∅"},
		{"1.0 in (select 1)", [][]types.Datum{num(1)}, "t t t t t t t"},
		{"'3' in (select 1)", [][]types.Datum{num(1)}, "f f f f f f f"},
		{"exists (select 1)", [][]types.Datum{num(1)}, "t t t t t t t"},
		{"exists (select 1)", nil, "f f f f f f f"},
		{"(select 1) + qty", [][]types.Datum{num(10)}, "10 11 12 13 14 15 ∅"},
		{"(select 1)", nil, "∅ ∅ ∅ ∅ ∅ ∅ ∅"},
		{"(select 1)", [][]types.Datum{num(1), num(2)}, "21000"},
		{"array(select 1)", [][]types.Datum{num(1), null}, strings.TrimSpace(strings.Repeat("{1,NULL} ", 7))},
		{"array(select 1)", nil, strings.TrimSpace(strings.Repeat("{} ", 7))},
	} {
		plan := &rowsPlan{rows: c.rows}
		text := "select " + c.text
		b := newBinder(text, nil)
		b.subselect = func(*binder, *pg.SelectStmt, *Scope) (*subselect, error) {
			return &subselect{Columns: []Column{{Name: "x", Type: types.Of(types.Int4OID)}}}, nil
		}
		node, err := parseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		s := &Scope{Clause: InSelect, Entries: []*RangeEntry{{Name: "r", ColsVisible: true, Columns: []RangeColumn{{Name: "qty", Expr: &expr.Var{Typ: evalColumns[0].Type, Name: "qty"}}}}}}
		e, err := b.expr(node, s)
		if err == nil {
			err = b.settled(e)
		}
		if err != nil {
			if got := describeError(err)[:5]; got != c.want {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		environment := env()
		environment.Subplans = []expr.Subplan{plan}
		p, err := expr.Compile(e, environment)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for range 2 { // the second batch uses what the first one found
			batch := evalBatch(7)
			col, err := p.Eval(batch, batch.Sel)
			if got = ""; err != nil {
				got = describeError(err)[:5]
				break
			}
			for _, i := range batch.Sel {
				if col.Null(i) {
					got += " ∅"
				} else {
					got += " " + string(vector.AppendText(nil, col, i, types.DefaultStyle()))
				}
			}
		}
		if got = strings.TrimSpace(got); got != c.want {
			t.Errorf("%s over %d rows\n got %s\nwant %s", c.text, len(c.rows), got, c.want)
		}
		if plan.runs != 1 {
			t.Errorf("%s: the sub-query ran %d times", c.text, plan.runs)
		}
	}
}

// TestNoAllocations holds programs to their promise: nothing is allocated per batch once they are warm.
func TestNoAllocations(t *testing.T) {
	for _, text := range []string{
		"qty > 90 and country = 'DE'", "qty + 1 > 5 or country is null", "case when qty > 5 then country else 'x' end", "qty in (1, 2, 3)",
		"country in ('DE', 'FR', 'XX')", "coalesce(qty, 0)", "qty between 5 and 50", "country like 'D%'", "country || 'x'", "nullif(qty, 3)",
		"qty is distinct from 5", "greatest(qty, 5)", "qty::text", "country = any (array['DE', country])", "n > 10",
	} {
		p, err := expr.Compile(mustBind(t, text), env())
		if err != nil {
			t.Fatal(err)
		}
		b := evalBatch(vector.Size)
		run := func() {
			if _, err := p.Eval(b, b.Sel); err != nil {
				t.Fatal(err)
			}
		}
		run()
		run()
		if n := testing.AllocsPerRun(20, run); n > 0 && !strings.Contains(text, "array[") {
			t.Errorf("%s: %v allocations per batch", text, n)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	for _, text := range []string{
		"qty > 90", "qty > 90 and country = 'DE'", "country in ('DE', 'FR')", "qty in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)", "country like 'D%'", "n > 10",
		"case when qty > 5 then country else 'x' end = 'x'",
	} {
		b.Run(strings.ReplaceAll(text, " ", ""), func(b *testing.B) {
			f, err := expr.CompileFilter([]expr.Expr{mustBind(b, text)}, env())
			if err != nil {
				b.Fatal(err)
			}
			batch := evalBatch(vector.Size)
			b.ReportAllocs()
			for b.Loop() {
				batch.SetLen(vector.Size)
				if err := f.Apply(batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/vector.Size, "ns/row")
		})
	}
}

func TestColumnName(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "t.a": "a", "a + 1": "?column?", "upper(a)": "upper", "a::text": "a", "1::text": "text", "case when a then 1 end": "case",
		"case when a then 1 else b end": "b", "coalesce(a, 1)": "coalesce", "array[1]": "array", "row(1)": "row", "nullif(1, 2)": "nullif",
		"(select x from y)": "x", "exists (select 1)": "exists", "array(select 1)": "array", "(values (1))": "column1", "current_date": "current_date",
		"a[1]": "a", "(a).b": "b", `a collate "C"`: "a", "greatest(1, 2)": "greatest", "extract(year from d)": "extract", "'x'": "?column?", "date '2024-01-01'": "date",
	} {
		node, err := parseExpression(fmt.Sprintf("select %s", text))
		if err != nil {
			t.Fatal(text, err)
		}
		if got := columnName(node); got != want {
			t.Errorf("%s is named %s, want %s", text, got, want)
		}
	}
}
