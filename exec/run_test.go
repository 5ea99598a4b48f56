package exec_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"howdah/exec"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/pushdown"
	"howdah/sql"
	"howdah/types"
)

func sample(t testing.TB) *memory {
	t.Helper()
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(t, `create table t (id int, s text, v numeric)`)
	m.define(t, `insert into t select g, 'v' || (g % 5)::text, g * 1.5 from generate_series(1, 300) g`)
	return m
}

func prepare(t testing.TB, m *memory, text string, params ...types.OID) *plan.Query {
	t.Helper()
	stmts, err := sql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var ts []types.Type
	for _, p := range params {
		ts = append(ts, types.Of(p))
	}
	q, err := plan.Prepare(context.Background(), stmts[0], m, nil, ts, plan.Options{Text: text})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

// collect runs a query and gives its rows as text.
func collect(t testing.TB, m *memory, q *plan.Query, rt exec.Runtime, params ...types.Datum) (string, error) {
	t.Helper()
	env := testEnv()
	env.Params = params
	rt.Snapshot = m.snap
	cur, err := exec.Run(context.Background(), q, env, rt)
	if err != nil {
		return "", err
	}
	defer cur.Close()
	text, err := rowsText(cur)
	_, text, _ = strings.Cut(text, "\n")
	return text, err
}

func TestHiddenColumnsAndPruning(t *testing.T) {
	m := sample(t)
	for _, c := range []struct{ query, want string }{
		{"select _path, _row, id from t where _row = 100 and id > 200", "/mem/t/part=2/data\t100\t300"},
		{"select count(*) from t where _path like '%part=1%'", "100"},
		{"select min(id), max(id) from t where _path = '/mem/t/part=1/data'", "101\t200"},
		{"select ctid, tableoid::int from t where id = 7", "(0,7)\t16384"},
		{"select count(*) from t where ctid = '(0,5)'", "3"},
		{"select count(*) from t where _path = 'x' || s", "0"},
		{"select _sheet, count(*) from t where _row < 3 group by 1 order by 1", "Part 0\t2\nPart 1\t2\nPart 2\t2"},
		{"select _sheet, id from t where _sheet = 'Part 1' and id % 50 = 0 limit 1", "Part 1\t150"},
		{"select max(_sheet), min(id) from t where _sheet > 'Part 1' and _path like '%part%'", "Part 2\t201"},
		{"select t.* from t where id = 1", "1\tv1\t1.5"},
	} {
		got, err := collect(t, m, prepare(t, m, c.query), exec.Runtime{})
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
		} else if got != c.want {
			t.Errorf("%s: got %q, want %q", c.query, got, c.want)
		}
	}
}

func TestObjectsThatCannotMatchAreNotOpened(t *testing.T) {
	m := sample(t)
	var counts meter.Scan
	rt := exec.Runtime{Meter: func(*plan.Scan) *meter.Scan { return &counts }}
	if _, err := collect(t, m, prepare(t, m, "select count(*) from t where _path like '%part=1%'"), rt); err != nil {
		t.Fatal(err)
	}
	if n := counts.Requests.Load(); n != 1 {
		t.Errorf("%d objects were opened, want 1", n)
	}
	var first meter.Scan
	rt.Meter = func(*plan.Scan) *meter.Scan { return &first }
	if _, err := collect(t, m, prepare(t, m, "select id from t limit 5"), rt); err != nil {
		t.Fatal(err)
	}
	if n := first.Requests.Load(); n != 1 {
		t.Errorf("LIMIT opened %d objects, want 1", n)
	}
}

func TestNothingIsOpenedBeforeTheFirstNext(t *testing.T) {
	m := sample(t)
	var counts meter.Scan
	q := prepare(t, m, "select a.id from t a join t b on a.id = b.id order by 1")
	cur, err := exec.Run(context.Background(), q, testEnv(), exec.Runtime{Snapshot: m.snap, Meter: func(*plan.Scan) *meter.Scan { return &counts }})
	if err != nil {
		t.Fatal(err)
	}
	if n := counts.Requests.Load(); n != 0 {
		t.Errorf("%d objects were opened by Run", n)
	}
	if err := cur.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestParameters(t *testing.T) {
	m := sample(t)
	q := prepare(t, m, "select id, $2::text from t where id = $1 and s = any($3) limit $4")
	want := []types.OID{types.Int4OID, types.TextOID, types.TextArrayOID, types.Int8OID}
	for i, p := range q.Params {
		if p.OID != want[i] {
			t.Errorf("$%d has type %d, want %d", i+1, p.OID, want[i])
		}
	}
	v3 := types.Datum{Array: &types.Array{Elem: types.TextOID, Dims: []types.Dim{{Len: 1, Lower: 1}}, Elems: []types.Datum{{Bytes: []byte("v3")}}}}
	for id, wantRows := range map[int64]string{3: "3\tx", 4: ""} {
		got, err := collect(t, m, q, exec.Runtime{}, types.Datum{Int: id}, types.Datum{Bytes: []byte("x")}, v3, types.Datum{Int: 5})
		if err != nil || got != wantRows {
			t.Errorf("$1 = %d: got %q, %v", id, got, err)
		}
	}
	top := prepare(t, m, "select id from t order by v desc limit $1 offset $2")
	got, err := collect(t, m, top, exec.Runtime{}, types.Datum{Int: 2}, types.Datum{Int: 1})
	if err != nil || got != "299\n298" {
		t.Errorf("top-N by parameters: got %q, %v", got, err)
	}
}

func TestColumnsKnowTheirTable(t *testing.T) {
	m := sample(t)
	q := prepare(t, m, "select x.s, x.id + 1, y.v from (select s, id from t) x, t y where x.id = y.id")
	cols := q.Root.Columns()
	for i, want := range []struct {
		oid types.OID
		num int16
	}{{16384, 2}, {0, 0}, {16384, 3}} {
		if cols[i].TableOID != want.oid || cols[i].AttNum != want.num {
			t.Errorf("column %d comes from %d.%d, want %v", i+1, cols[i].TableOID, cols[i].AttNum, want)
		}
	}
}

func TestBudget(t *testing.T) {
	m := sample(t)
	for _, text := range []string{
		"select array_agg(s || repeat('x', 100)) from t",
		"select string_agg(s || repeat('x', 100), ',' order by v) from t",
	} {
		b := budget.New("query", 4<<10, nil)
		_, err := collect(t, m, prepare(t, m, text), exec.Runtime{Budget: b})
		if !errors.Is(err, pgerr.OutOfMemory) {
			t.Errorf("%s: %v, want 53200", text, err)
		}
		if e := pgerr.From(err); e != nil && !strings.Contains(e.Hint, "Raise") {
			t.Errorf("%s: hint %q", text, e.Hint)
		}
		if b.Used() != 0 {
			t.Errorf("%s: %d bytes held after an error", text, b.Used())
		}
	}
}

func TestCancel(t *testing.T) {
	m := sample(t)
	for _, text := range []string{
		"select id from t",
		"select g from generate_series(1, 100000000) g",
		"with recursive r(n) as (values (1) union all select n + 1 from r) select n from r",
		"select generate_series(1, 100000000)",
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cur, err := exec.Run(ctx, prepare(t, m, text), testEnv(), exec.Runtime{Snapshot: m.snap, BatchMax: 3})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cur.Next(); err != nil {
			t.Fatal(err)
		}
		cause := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
		cancel(cause)
		if _, err := cur.Next(); !errors.Is(err, pgerr.QueryCanceled) {
			t.Errorf("%s: %v after cancel", text, err)
		}
		if err := cur.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestErrorsEndTheQuery(t *testing.T) {
	m := sample(t)
	q := prepare(t, m, "select 1 / (id - 150) from t")
	cur, err := exec.Run(context.Background(), q, testEnv(), exec.Runtime{Snapshot: m.snap})
	if err != nil {
		t.Fatal(err)
	}
	defer cur.Close()
	for err == nil {
		_, err = cur.Next()
	}
	if !errors.Is(err, pgerr.DivisionByZero) {
		t.Fatalf("%v, want 22012", err)
	}
	if _, again := cur.Next(); again != err {
		t.Errorf("then %v", again)
	}
}

func TestSortSpills(t *testing.T) {
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(t, `create table big (id int, k int, s text, v numeric, f float8, b bool, a int[])`)
	m.define(t, `insert into big select g, (g * 7919) % 1000, 'text ' || (g % 97)::text, g / 3.0, g / 7.0::float8, g % 2 = 0, array[g, null]
		from generate_series(1, 20000) g`)
	for _, text := range []string{
		"select * from big order by k, id desc",
		"select s, v, a, id + 1 from big order by s desc, v",
		"select id from big order by b, f offset 19990",
	} {
		q := prepare(t, m, text)
		want, err := collect(t, m, q, exec.Runtime{})
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int64{100 << 10, 300 << 10, 1 << 20} {
			b := budget.New("query", limit, nil)
			got, err := collect(t, m, q, exec.Runtime{Budget: b, TempDir: t.TempDir(), BatchMax: 500})
			if err != nil {
				t.Fatalf("%s with %d bytes: %v", text, limit, err)
			}
			if got != want {
				t.Errorf("%s with %d bytes: another answer", text, limit)
			}
			if b.Used() != 0 {
				t.Errorf("%d bytes held", b.Used())
			}
		}
	}
}

func TestGroupsSpill(t *testing.T) {
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(t, `create table big (id int, k int, s text, v numeric)`)
	m.define(t, `insert into big select g, g % 5000, 'text ' || (g % 977)::text, g / 3.0 from generate_series(1, 30000) g`)
	for _, text := range []string{
		"select k, s, count(*), sum(v), min(id), avg(id) from big group by k, s",
		"select distinct k, s, v from big",
		"select count(*) from (select id from big group by id) x",
		"select count(*) from (select distinct s, id from big) x",
	} {
		q := prepare(t, m, text)
		want, err := collect(t, m, q, exec.Runtime{})
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int64{64 << 10, 200 << 10, 1 << 20} {
			b := budget.New("query", limit, nil)
			got, err := collect(t, m, q, exec.Runtime{Budget: b, TempDir: t.TempDir(), BatchMax: 700})
			if err != nil {
				t.Fatalf("%s with %d bytes: %v", text, limit, err)
			}
			if sortRows("cols:\n"+got) != sortRows("cols:\n"+want) {
				t.Errorf("%s with %d bytes: another answer", text, limit)
			}
			if b.Used() != 0 {
				t.Errorf("%d bytes held", b.Used())
			}
		}
	}
}

func TestJoinsSpill(t *testing.T) {
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(t, `create table a (id int, k int, s text)`)
	m.define(t, `insert into a select g, nullif(g % 7000, 3), 'left ' || g::text from generate_series(1, 12000) g`)
	m.define(t, `create table b (id int, k int, s text)`)
	m.define(t, `insert into b select g, nullif(g % 9000, 4), 'right ' || g::text from generate_series(1, 11000) g`)
	for _, text := range []string{
		"select a.id, b.id, a.s, b.s from a join b on a.k = b.k",
		"select a.id, b.id, b.s from a left join b on a.k = b.k and b.id % 2 = 0",
		"select a.id, b.id, b.s from a right join b on a.k = b.k",
		"select a.id, b.id, b.s from a full join b on a.k = b.k",
		"select id from a where exists (select 1 from b where b.k = a.k and b.s > a.s)",
		"select id from a where not exists (select 1 from b where b.k = a.k)",
		"select id from a where k not in (select k from b)",
		"select id from a where k not in (select k from b where k is not null)",
	} {
		q := prepare(t, m, text)
		want, err := collect(t, m, q, exec.Runtime{})
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int64{80 << 10, 300 << 10} {
			b := budget.New("query", limit, nil)
			got, err := collect(t, m, q, exec.Runtime{Budget: b, TempDir: t.TempDir(), BatchMax: 700})
			if err != nil {
				t.Fatalf("%s with %d bytes: %v", text, limit, err)
			}
			if sortRows("cols:\n"+got) != sortRows("cols:\n"+want) {
				t.Errorf("%s with %d bytes: another answer (%d lines for %d)", text, limit, strings.Count(got, "\n"), strings.Count(want, "\n"))
			}
			if b.Used() != 0 {
				t.Errorf("%d bytes held", b.Used())
			}
		}
	}
}
