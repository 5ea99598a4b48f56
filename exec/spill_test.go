package exec_test

import (
	"strings"
	"testing"

	"howdah/exec"
	"howdah/internal/budget"
	"howdah/internal/spill"
	"howdah/pushdown"
)

// spillTables are large beside the budgets they are read under: big has 4000 rows, few 60, skew nearly all of one key.
func spillTables(t testing.TB) *memory {
	t.Helper()
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(t, `create table big (id int, k int, s text, v numeric, a int[])`)
	m.define(t, `insert into big select g, nullif(g * 7919 % 3000, 3), nullif('text ' || (g % 977)::text, 'text 9'), (g % 400) / 4.0, array[g % 5, null]
		from generate_series(1, 4000) g`)
	m.define(t, `create table few (id int, k int, s text)`)
	m.define(t, `insert into few select g, nullif(g * 50, 100), 'few ' || g::text from generate_series(1, 60) g`)
	m.define(t, `create table skew (id int, k int, s text)`)
	m.define(t, `insert into skew select g, case when g % 90 = 0 then g else 7 end, 'a row of the giant key ' || g::text from generate_series(1, 1800) g`)
	return m
}

// sameSpilled runs queries without a limit and under small budgets: answers, but for the order that nobody asked for, are
// the same, and nothing is left.
func sameSpilled(t *testing.T, m *memory, queries []string, limits ...int64) {
	t.Helper()
	for _, text := range queries {
		q := prepare(t, m, text)
		want, err := collect(t, m, q, exec.Runtime{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, limit := range limits {
			b, files := budget.New("query", limit, nil), spill.NewQuota(1<<30)
			got, err := collect(t, m, q, exec.Runtime{Budget: b, TempDir: t.TempDir(), Files: files, BatchMax: 700})
			if err != nil {
				t.Errorf("%s with %d bytes: %v", text, limit, err)
			} else if sortRows("cols:\n"+got) != sortRows("cols:\n"+want) {
				t.Errorf("%s with %d bytes: another answer (%d lines for %d)", text, limit, strings.Count(got, "\n"), strings.Count(want, "\n"))
			}
			if b.Used() != 0 || files.Used() != 0 {
				t.Errorf("%s with %d bytes: %d bytes of memory and %d on disk are held", text, limit, b.Used(), files.Used())
			}
		}
	}
}

func TestNestedLoopsSpill(t *testing.T) {
	sameSpilled(t, spillTables(t), []string{
		"select few.id, big.id, big.s from few, big where big.id % 300 = 0",
		"select few.id, big.id from few left join big on few.id * 10 > big.id and big.k > 100",
		"select few.id, big.id from few right join big on few.id > big.id",
		"select few.id, big.id from few full join big on few.id > big.id",
		"select few.id, big.id from big left join few on few.id > big.id",
		"select few.id from few where exists (select 1 from big where big.id < few.id)",
		"select few.id from few where not exists (select 1 from big where big.id + 30 < few.id)",
		"select id from few where id < any (select k + 10 from big)",
		"select count(*), sum(big.id) from few, big, (select * from few limit 3) x where big.id > few.id * 140 + x.id",
	}, 16<<10, 100<<10)
}

func TestSkewedJoinsSpill(t *testing.T) {
	sameSpilled(t, spillTables(t), []string{
		"select count(*), sum(a.id - b.id) from skew a join skew b on a.k = b.k and a.id % 100 = b.id % 90",
		"select a.id, b.id from skew a left join skew b on a.k = b.k and a.id + 1790 < b.id",
		"select a.id, b.id from (select * from skew where id < 50) a full join skew b on a.k = b.k and a.id > b.id",
		"select a.id, b.id from skew a right join (select * from skew where id < 50) b on a.k = b.k and a.id < b.id",
		"select id from skew a where exists (select 1 from skew b where a.k = b.k and a.id + 1700 < b.id)",
		"select id from skew a where not exists (select 1 from skew b where a.k = b.k and a.id + 1700 > b.id)",
		"select id from (select * from skew where id < 50) a where exists (select 1 from skew b where a.k = b.k and a.id + 1700 < b.id)",
		"select id from (select * from skew where id < 50) a where not exists (select 1 from skew b where a.k = b.k and a.id + 1755 < b.id)",
		"select id, s from few where not exists (select 1 from big where big.k = few.k)",
		"select id, s from few where exists (select 1 from big where big.k = few.k and big.s > few.s)",
		"select id, s from few where k in (select k from big)",
		"select k, count(*), min(s), sum(id) from skew group by k",
		"select distinct k from skew",
		"select k from skew except all select k from skew where id % 3 = 0",
	}, 16<<10, 100<<10)
}

func TestSetOperationsSpill(t *testing.T) {
	var queries []string
	for _, op := range []string{"union", "intersect", "except", "union all", "intersect all", "except all"} {
		queries = append(queries,
			"select k, s from big "+op+" select k + 1, s from big where id % 2 = 0",
			"select s, a from big "+op+" select s, a from big where id % 3 = 0",
			"select v, 'x' from big "+op+" select v / 2, 'x' from big "+op+" select 1.5, 'x'",
			"select k from big where id < 0 "+op+" select k from big",
			"select id from big "+op+" select id from big where id < 0",
		)
	}
	sameSpilled(t, spillTables(t), queries, 16<<10, 100<<10)
}

func TestCommonTableExpressionsSpill(t *testing.T) {
	sameSpilled(t, spillTables(t), []string{
		"with c as materialized (select * from big) select count(*), sum(id), max(s) from c",
		"with c as materialized (select * from big) select a.id, b.s, b.a from c a join c b on a.id = b.k",
		"with c as materialized (select * from big), d as materialized (select * from c where k < 500) select (select count(*) from c), (select sum(v) from d), (select count(*) from c, d where c.id = d.id)",
		"with c as materialized (select r from (select big as r from big) x) select r from c",
		"with recursive r(n, t) as (select id, s from big where id <= 500 union all select n + 1, t || '.' from r where n % 7 > 0) select * from r",
		"with recursive r(n) as (select id from big union select n / 2 from r where n > 1) select * from r",
		"with recursive r(n, s) as (select k, s from big union select n - 1, s from r where n > 2980) select * from r",
		"with recursive r(n) as (values (1) union select (n * 5 + 3) % 4096 from r) select * from r",
		"with recursive r(n) as (select id from few union all select n + 1 from r where n < 300) select count(*), sum(n) from r",
		"select id from few where (select count(*) from big where big.k < few.k) > 100",
		"select id from few where k in (select k from big) or id > all (select v from big where v < 3)",
		"with c as materialized (select * from big) select few.id, (select count(*) from c where c.k < few.k) from few where few.id < 9",
	}, 16<<10, 100<<10)
}

func TestSetsOfSubqueriesSpill(t *testing.T) {
	sameSpilled(t, spillTables(t), []string{
		"select id, k in (select id from big where id % 2 = 0), k not in (select k from big where id > 2000), s in (select b.s || '' from big b where b.id % 3 = 0 and b.s is not null) from big",
		"select count(*) from big where k in (select k + 1 from big where k is not null) or s = any (select s from few)",
		"select id, k in (select k from big where id < 0), null in (select k from big where id < 0), k in (select null::int from big) from few",
		"select id from few where k < any (select id - 3900 from big) or s <> all (select s from big where s is not null)",
		"select id from few where (k, s) in (select k, 'few ' || id::text from big) or id < 0",
		"select id from few where id / 4.0 in (select v from big) or id < 0",
		"select id, (select count(*) from big b where b.k in (select id from few) and b.id < few.id * 10) from few",
	}, 16<<10, 100<<10)
}

func TestAggregatesSpill(t *testing.T) {
	sameSpilled(t, spillTables(t), []string{
		"select count(distinct id), count(distinct s), sum(distinct k), avg(distinct v) from big",
		"select k % 10, count(distinct id), count(distinct s) filter (where id % 2 = 0), sum(id) from big group by 1",
		"select id, count(distinct s), sum(distinct k), max(v) from big group by 1",
		"select k % 3, length(string_agg(s, ',' order by s desc, id)), array_agg(distinct k % 7 order by k % 7 desc) from big group by 1",
		"select k, string_agg(s, ',' order by id desc), array_agg(id order by v, id), min(id) from big group by 1",
		"select id % 700, array_agg(s order by id), count(*) from big group by 1",
		"select k, string_agg(distinct s, ',' order by s), count(*) filter (where id > 100) from big group by 1",
		"select percentile_cont(0.5) within group (order by v), percentile_disc(0.9) within group (order by s), mode() within group (order by k) from big where id < 500",
		"select percentile_cont(0.37) within group (order by id), percentile_cont(array[0, 0.25, null, 0.999, 1]) within group (order by v), percentile_disc(array[1, 0, 0.5]) within group (order by s desc), mode() within group (order by s) from big",
		"select percentile_disc(0.5) within group (order by a) filter (where id % 2 = 0), percentile_cont(0.5) within group (order by make_interval(secs => id)), percentile_cont(0.5) within group (order by nullif(id, id)), mode() within group (order by v desc) from big",
		"select id % 700, percentile_cont(array[0.1, 0.9]) within group (order by v), percentile_disc(0.3) within group (order by s) filter (where id % 3 > 0), mode() within group (order by s) from big group by 1",
		"select k, percentile_disc(0.3) within group (order by s) from big group by cube (k)",
		"select k, percentile_cont(0.5) within group (order by v), mode() within group (order by s) from big group by k",
		"select rank(100) within group (order by k), rank('text 5') within group (order by s) from big",
		"select k, s, count(*), sum(v) from big group by rollup (k, s)",
		"select k, s, v, count(*), min(id), grouping(k, s, v) from big group by grouping sets ((k, s), (v), (s), ())",
		"select k % 50, s, min(id::text), sum(distinct v) from big group by cube (1, 2)",
		"select k, s from big where id < 0 group by grouping sets ((k), (s), ())",
		"select json_agg(x order by x.id) from (select k, id from big where id < 50) x group by k",
		"select s, (select string_agg(b.id::text, ',' order by id) from few b where b.k > length(c.s) * 20) from (select s, count(*) from big group by s) c",
	}, 16<<10, 100<<10)
}

func TestWindowsSpill(t *testing.T) {
	calls := []string{
		"row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(7)", "ntile(nullif(k, 50))",
		"lag(s)", "lag(v, 500)", "lag(s, 3, 'none')", "lead(s, k)", "lead(a, 2, array[7])", "lag(id, null)", "lead(b)",
		"first_value(s)", "last_value(v)", "nth_value(s, 3)", "nth_value(a, 400)", "first_value(b)",
		"sum(id)", "count(*)", "count(*) filter (where id % 2 = 0)", "max(s)", "avg(v)", "string_agg((id % 10)::text, '') filter (where id % 40 = 3)",
	}
	frames := []string{
		"", "partition by id % 3 order by k, id", "order by k", "partition by id % 3", "partition by v order by id",
		"order by id rows between 5 preceding and 5 following", "order by id rows between 300 preceding and 290 preceding",
		"order by k, id rows between 2 following and 4 following", "order by id range between 3 preceding and current row",
		"partition by id % 2 order by k nulls first range between 20 preceding and 10 following exclude ties",
		"order by k desc groups between 2 preceding and 1 following", "order by s groups between 1 preceding and current row exclude group",
		"order by id rows between unbounded preceding and 7 following exclude current row", "order by id rows between current row and 300 following",
		"order by k range between unbounded preceding and current row", "order by s desc rows between unbounded preceding and unbounded following",
	}
	m := spillTables(t)
	var queries []string
	for i, f := range frames {
		for j, c := range calls {
			if strings.HasPrefix(f, "order by id rows between unbounded") && !strings.Contains("sum(id) count(*) last_value(v) lag(s)", c) {
				continue // each frame is computed anew
			}
			if (i+j)%4 == 0 || strings.HasPrefix(c, "sum") {
				queries = append(queries, "select id, "+c+" over w, "+calls[(j+7)%len(calls)]+" over w from (select *, case when id % 5 > 0 then big end as b from big where id <= 1500) x window w as ("+f+")")
			}
		}
	}
	sameSpilled(t, m, queries, 16<<10)
	sameSpilled(t, m, []string{
		"select count(*), sum(s), max(n) from (select sum(id) over () s, count(*) over () n, s as t from big) x",
		"select count(*), sum(s), max(n) from (select sum(id) over (partition by k) s, count(*) over (order by v) n from big) x",
	}, 16<<10, 100<<10)
}
