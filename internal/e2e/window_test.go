package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// windowColumns is the table of the window tests: few values, so that there are peers, and NULLs.
const windowColumns = "id int, g text, h int, x int, b bigint, s smallint, n numeric, f float8, r real, d date, ts timestamp, tz timestamptz, tm time, iv interval, t text, ok boolean"

// windowFixture gives a PostgreSQL and a Howdah with the same table w.
func windowFixture(t *testing.T, rows int) (heap, direct *pgtest.Conn) {
	t.Helper()
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	if heap, err = pg.Connect(); err != nil {
		t.Fatal(err)
	}
	must(t, heap, "set timezone = 'America/New_York'; set max_parallel_workers_per_gather = 0; set jit = off; create table w ("+windowColumns+"); select setseed(0.25)")
	must(t, heap, fmt.Sprintf(`insert into w select i,
		case when random() < 0.1 then null else chr(97 + (random()*3)::int) end, (random()*2)::int,
		case when random() < 0.15 then null else (random()*12)::int end, case when random() < 0.1 then null else (random()*1000)::bigint end,
		(random()*9)::int, case when random() < 0.1 then null when random() < 0.03 then 'NaN' else round((random()*20)::numeric, (random()*3)::int) end,
		case when random() < 0.1 then null when random() < 0.05 then 'infinity' when random() < 0.05 then 'NaN' else (random()*9)::int / 2.0 end, (random()*6)::int / 4.0,
		date '2024-01-01' + (random()*40)::int, timestamp '2024-02-27 10:00' + (random()*90)::int * interval '1 hour',
		case when random() < 0.1 then null else timestamptz '2024-03-08 00:00-05' + (random()*120)::int * interval '1 hour' end,
		time '08:00' + (random()*50)::int * interval '17 minutes', case when random() < 0.1 then null else (random()*30)::int * interval '9 hours' end,
		case when random() < 0.1 then null else substr('aAbBcC,é', 1 + (random()*7)::int, 1) end, random() < 0.5
		from generate_series(1, %d) i order by random()`, rows))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "w.csv"), copyOut(t, heap, "copy w to stdout (format csv)"), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tables.sql")
	ddl := "create server files foreign data wrapper howdah options (location '" + dir + "');\ncreate foreign table w (" + windowColumns + ") server files options (location 'w.csv', format 'csv');\n"
	if err := os.WriteFile(file, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	h := Serve(t, "--catalog", file, "--allow", dir)
	if direct, err = pgtest.Connect(h.DSN("tester")); err != nil {
		t.Fatalf("%v\n%s", err, h.Log())
	}
	must(t, direct, "set timezone = 'America/New_York'")
	return heap, direct
}

// windowOrders are order keys, with offsets for RANGE where the type has any.
var windowOrders = map[string][]string{
	"x": {"0", "1", "3", "2::bigint", "'2'"}, "b": {"100", "10::bigint", "'50'"}, "s": {"1::smallint", "2", "3::bigint"},
	"n": {"1.5", "0", "'2'", "'NaN'", "'infinity'"}, "f": {"1.5", "0", "'infinity'", "2"}, "r": {"0.5::float8", "1::float8"},
	"d": {"interval '3 days'", "'1 month'", "interval '36 hours'"}, "ts": {"'5 hours'", "interval '1 day 2 hours'", "'1 month -1 day'"},
	"tz": {"'1 day'", "'24 hours'", "interval '90 minutes'"}, "tm": {"'1 hour'", "interval '1 day 30 minutes'"}, "iv": {"'1 day'", "interval '20 hours'"},
	"t": nil, "ok": nil, "x + h": {"2"}, "g": nil,
}

// windowQuery is a random one. Where the order of peers would show, id makes the order total.
func windowQuery(g *rand.Rand) string {
	pick := func(list ...string) string { return list[g.IntN(len(list))] }
	names := slices.Sorted(func(yield func(string) bool) {
		for k := range windowOrders {
			if !yield(k) {
				return
			}
		}
	})
	var items, defs []string
	for range 1 + g.IntN(3) {
		partition, order, frame := pick("", "", "partition by g", "partition by g, h", "partition by h", "partition by x % 2", "partition by ok, g"), "", ""
		keys, offsets := 0, []string(nil)
		if g.IntN(4) > 0 {
			key := pick(names...)
			order = "order by " + key + pick("", " desc", " nulls first", " desc nulls last", " asc")
			offsets = windowOrders[key]
			if keys = 1; g.IntN(4) == 0 {
				order += ", " + pick(names...) + pick("", " desc")
				keys = 2
			}
		}
		mode := ""
		total := false // the order must be total
		if g.IntN(3) > 0 {
			mode = pick("rows", "range", "groups")
			if keys == 0 && mode == "groups" {
				mode = "rows"
			}
			bound := func(i int) string {
				offset := pick("0", "1", "2", "3", "7", "1000000")
				if mode == "range" {
					offset = pick(append([]string{"x"}, offsets...)...)
				}
				switch {
				case g.IntN(3) == 0 || mode == "range" && (keys != 1 || len(offsets) == 0 || offset == "x"):
					return [2]string{pick("unbounded preceding", "current row"), pick("unbounded following", "current row")}[i]
				}
				return offset + pick(" preceding", " following")
			}
			start, end := bound(0), bound(1)
			frame = mode + " between " + start + " and " + end + pick("", "", "", " exclude current row", " exclude group", " exclude ties", " exclude no others")
			total = mode == "rows"
		}
		plain := []string{"count(*)", "count(x)", "sum(x)", "sum(b)", "sum(s)", "sum(n)", "avg(x)", "avg(n)", "min(x)", "max(t)", "min(d)", "max(ts)", "bool_and(ok)",
			"every(x > 1)", "bit_or(x)", "sum(iv)", "avg(iv)", "count(*) filter (where ok)", "sum(x) filter (where h = 1)", "stddev(x)", "var_pop(b)", "sum(x + 1)", "rank()", "dense_rank()",
			"percent_rank()", "cume_dist()", "min(n)", "sum(sign(x))"}
		ordered := []string{"row_number()", "ntile(3)", "ntile(h + 1)", "lag(x)", "lead(t)", "lag(x, 2)", "lead(x, h, -1)", "lag(t, 1, 'none')", "lead(d, null)", "lag(n, -1, 0)", "first_value(x)",
			"last_value(t)", "nth_value(b, 2)", "nth_value(x, h + 1)", "string_agg(t, '')", "array_agg(x)", "json_agg(t)", "sum(f)", "first_value(iv)", "last_value(ok)"}
		var calls []string
		for range 1 + g.IntN(3) {
			if g.IntN(2) == 0 {
				calls = append(calls, pick(ordered...))
				total = true
			} else {
				calls = append(calls, pick(plain...))
			}
		}
		if total && !strings.HasPrefix(frame, "range between") {
			if order == "" {
				order = "order by id"
			} else {
				order += ", id"
			}
		} else if total {
			frame, order = "", "order by id"
		}
		spec := strings.Join(strings.Fields(partition+" "+order+" "+frame), " ")
		for _, c := range calls {
			if g.IntN(4) == 0 {
				name := fmt.Sprintf("w%d", len(defs))
				defs = append(defs, name+" as ("+spec+")")
				items = append(items, c+" over "+name)
			} else {
				items = append(items, c+" over ("+spec+")")
			}
		}
	}
	from := pick("w", "w", "w where x > 3", "(select * from w where ok) w", "w where false")
	window := ""
	if len(defs) > 0 {
		window = " window " + strings.Join(defs, ", ")
	}
	switch g.IntN(6) {
	case 0: // over groups
		return "select g, h, sum(x), rank() over (order by sum(x) desc nulls last, g, h), sum(sum(x)) over (partition by h), count(*) over (), lag(min(d)) over (order by g, h) from w group by g, h order by g, h"
	case 1: // in a sub-query, with conditions above
		return "select * from (select id, g, " + numbered(items) + " from " + from + window + ") q where " + pick("g = 'a'", "id % 3 = 0", "c1 is not null", "true") + " order by id"
	}
	return "select id, " + strings.Join(items, ", ") + " from " + from + window + " order by id"
}

func numbered(items []string) string {
	var out []string
	for i, c := range items {
		out = append(out, fmt.Sprintf("%s as c%d", c, i+1))
	}
	return strings.Join(out, ", ")
}

// TestWindows compares random window queries with PostgreSQL. HOWDAH_WINDOWS is their number.
func TestWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	heap, direct := windowFixture(t, 300)
	n := 400
	if v, _ := strconv.Atoi(os.Getenv("HOWDAH_WINDOWS")); v > 0 {
		n = v
	}
	for _, seed := range []uint64{20261123, uint64(time.Now().UnixNano())} {
		bad := 0
		for i := 0; i < n && bad < 10; i++ {
			sql := windowQuery(rand.New(rand.NewPCG(seed, uint64(i))))
			want, got := send(heap, sql, nil, false, false), send(direct, sql, nil, false, false)
			if want.code != got.code || want.message != got.message || !slices.Equal(want.rows, got.rows) || !slices.Equal(want.types, got.types) {
				bad++
				t.Errorf("seed %d query %d: %s\n%s", seed, i, sql, firstWindowDifference(got, want))
			}
		}
	}
}

func firstWindowDifference(got, want reply) string {
	if got.code != want.code || got.message != want.message {
		return fmt.Sprintf("got  %s %s\nwant %s %s", got.code, got.message, want.code, want.message)
	}
	for i := range min(len(got.rows), len(want.rows)) {
		if got.rows[i] != want.rows[i] {
			return fmt.Sprintf("row %d\ngot  %q\nwant %q", i, got.rows[i], want.rows[i])
		}
	}
	return fmt.Sprintf("%d rows, want %d; types %v, want %v", len(got.rows), len(want.rows), got.types, want.types)
}

// TestWindowErrors compares what is refused.
func TestWindowErrors(t *testing.T) {
	heap, direct := windowFixture(t, 5)
	for _, sql := range []string{
		"select row_number() from w", "select abs(x) over () from w", "select sum(distinct x) over () from w", "select sum(x order by x) over () from w",
		"select rank() filter (where ok) over () from w", "select sum(row_number() over ()) over () from w", "select x from w where row_number() over () = 1",
		"select x from w group by x having rank() over () = 1", "select sum(rank() over ()) from w", "select count(*) over nope from w", "select count(*) over (nope) from w",
		"select count(*) over (a) from w window a as (order by x rows 1 preceding)", "select count(*) over (a order by x) from w window a as (order by x)",
		"select count(*) over (a partition by x) from w window a as (order by x)", "select 1 from w window a as (), a as ()",
		"select count(*) over (order by x, h range 1 preceding) from w", "select count(*) over (groups 1 preceding) from w", "select count(*) over (order by t range 1 preceding) from w",
		"select count(*) over (order by x range interval '1 day' preceding) from w", "select count(*) over (order by ts range 1 preceding) from w",
		"select count(*) over (order by x rows x preceding) from w", "select count(*) over (order by x rows -1 preceding) from w", "select count(*) over (order by x rows null preceding) from w",
		"select count(*) over (order by x range -1 preceding) from w", "select count(*) over (order by ts range '-1 day' preceding) from w", "select ntile(0) over () from w",
		"select nth_value(x, 0) over () from w", "select generate_series(1,2), sum(generate_series(1,2)) over () from w", "select percentile_cont(0.5) within group (order by x) over () from w",
		"select x, rank() over (order by x) from w group by 1, 2", "select h, rank() over (order by x) from w group by h", "select rank(*) over (order by x, id) from w order by 1",
		"select count() over () from w", "select rank() within group (order by x) over () from w", "select 1 from w join w v on rank() over () = 1", "select * from generate_series(1, rank() over ())",
		"select x from w limit rank() over ()", "values (rank() over ())", "select sum(x) over (order by x rows between current row and 1 preceding) from w",
		"select lag(x, 1, 'a') over () from w", "select array_agg(t) over (order by t collate \"C\", id) from w order by 1", "select distinct count(*) over (partition by h) from w order by count(*) over (partition by h)",
		"select rank() over (partition by '{}'::json) from w", "select sum(x) over (order by x range between unbounded following and current row) from w",
	} {
		want, got := send(heap, sql, nil, false, false), send(direct, sql, nil, false, false)
		if want.code != got.code || want.message != got.message || len(want.rows) != len(got.rows) {
			t.Errorf("%s\n%s", sql, firstWindowDifference(got, want))
		}
	}
}
