package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// fdwLab is a server over a folder, and a PostgreSQL with postgres_fdw that knows it as server howdah.
func fdwLab(t *testing.T, opts pgtest.Options) (*Howdah, *pgtest.Conn) {
	t.Helper()
	var big strings.Builder
	big.WriteString("id,k,name\n")
	for i := range 20_000 {
		fmt.Fprintf(&big, "%d,%d,n%d\n", i, i%100, i%10)
	}
	dir := folderOf(t, map[string]string{
		"big.csv": big.String(), "orders.csv": "id,name\n1,a\n2,b\n", "other.csv": "id,name\n3,c\n",
		"sales/year=2023/a.csv": "id,amount\n1,2.5\n2,3.5\n", "sales/year=2024/b.csv": "id,amount\n3,4.5\n",
	})
	h := Serve(t, dir)
	pg, err := pgtest.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	c := connOf(t, pg)
	must(t, c, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester')`, h.Port))
	return h, c
}

// imports are forms of IMPORT FOREIGN SCHEMA and the tables that they make.
var imports = [][2]string{
	{"", "big orders other sales"},
	{"limit to (orders, sales)", "orders sales"},
	{"except (big, sales)", "orders other"},
	{"limit to (nope)", ""},
}

func importForms(t *testing.T, c *pgtest.Conn) {
	for i, f := range imports {
		must(t, c, fmt.Sprintf(`create schema i%d; import foreign schema public %s from server howdah into i%d`, i, f[0], i))
		got, err := c.Value(fmt.Sprintf("select coalesce(string_agg(relname, ' ' order by relname), '') from pg_class where relnamespace = 'i%d'::regnamespace and relkind = 'f'", i))
		if err != nil || got != f[1] {
			t.Errorf("import %s made %q, not %q (%v)", f[0], got, f[1], err)
		}
	}
	want := "id bigint -, amount numeric -, year bigint -"
	if got, err := c.Value(`select string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attcollation::regcollation, ', ' order by attnum)
		from pg_attribute where attrelid = 'i0.sales'::regclass and attnum > 0`); err != nil || got != want {
		t.Errorf("sales is %q, not %q (%v)", got, want, err)
	}
}

// analyzed runs ANALYZE over every table, with every way of sampling that the major knows, and looks at the statistics.
func analyzed(t *testing.T, c *pgtest.Conn) {
	major, err := c.Value("select current_setting('server_version_num')::int / 10000")
	if err != nil {
		t.Fatal(err)
	}
	methods := []string{""}
	if n, _ := strconv.Atoi(major); n >= 16 {
		methods = []string{"auto", "off", "random", "system", "bernoulli"}
	}
	for i, m := range methods {
		if m != "" {
			action := "set"
			if i == 0 {
				action = "add"
			}
			must(t, c, fmt.Sprintf("alter server howdah options (%s analyze_sampling '%s')", action, m))
		}
		must(t, c, "set default_statistics_target = 10; analyze i0.big; analyze i0.orders; analyze i0.sales") // 3000 rows of 20,000
		a := ask(c, `select attname, n_distinct from pg_stats where schemaname = 'i0' and tablename = 'big' and attname in ('k', 'name') order by 1`)
		if strings.Join(a.rows, " ") != "k\t100 name\t10" {
			t.Errorf("%s: statistics of big: %s", m, a)
		}
		tuples, err := c.Value("select reltuples::int from pg_class where oid = 'i0.big'::regclass")
		if n, _ := strconv.Atoi(tuples); err != nil || n < 14_000 || n > 26_000 {
			t.Errorf("%s: reltuples of big is %s (%v)", m, tuples, err)
		}
	}
}

func TestImportAndAnalyze(t *testing.T) {
	_, c := fdwLab(t, pgtest.Options{})
	importForms(t, c)
	analyzed(t, c)
	// The planner asks us for costs.
	must(t, c, "alter server howdah options (add use_remote_estimate 'true')")
	for q, want := range map[string]string{
		"select * from i0.big where id = 7":                                 "Foreign Scan",
		"select k, count(*) from i0.big group by k":                         "Relations: Aggregate on (i0.big)",
		"select b.id, o.name from i0.big b join i0.orders o on o.id = b.id": "Relations: (i0.big b) INNER JOIN (i0.orders o)",
		"select * from i0.big order by k desc, id limit 3":                  "ORDER BY k DESC NULLS FIRST, id ASC NULLS LAST LIMIT 3::bigint",
		"select count(*) from i0.sales where year = 2023":                   "Foreign Scan",
		"select * from i0.orders o left join i0.other x on x.id = o.id":     "LEFT JOIN",
	} {
		a := ask(c, "explain (verbose) "+q)
		if !strings.Contains(strings.Join(a.rows, "\n"), want) {
			t.Errorf("%s: no %q in\n%s", q, want, strings.Join(append(a.rows, a.message), "\n"))
		}
		if a := ask(c, q); a.code != "" {
			t.Errorf("%s: %s", q, a)
		}
	}
}

func TestTableSample(t *testing.T) {
	h, _ := fdwLab(t, pgtest.Options{})
	c := h.Connect(t)
	value := func(q string) string {
		t.Helper()
		v, err := c.Value(q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		return v
	}
	for _, method := range []string{"bernoulli", "system"} {
		n, _ := strconv.Atoi(value("select count(*) from big tablesample " + method + " (20)"))
		if n < 2_000 || n > 6_000 {
			t.Errorf("%s: %d of 20,000 rows", method, n)
		}
		if value("select count(*) from big tablesample "+method+" (100)") != "20000" || value("select count(*) from big tablesample "+method+" (0)") != "0" {
			t.Errorf("%s: not all, or some", method)
		}
		same := "select string_agg(id::text, ',' order by id) from big tablesample " + method + " (1) repeatable (%s) where id %% 2 = 0"
		one, two := value(fmt.Sprintf(same, "7")), value(fmt.Sprintf(same, "8"))
		if one != value(fmt.Sprintf(same, "7")) || one == two || one == "" {
			t.Errorf("%s: repeatable is not", method)
		}
		if whole := value("select string_agg(id::text, ',' order by id) filter (where id % 2 = 0) from big tablesample " + method + " (1) repeatable (7)"); whole != one {
			t.Errorf("%s: the sample depends on the conditions", method)
		}
	}
	if a, b := value("select md5(string_agg(id::text, ',')) from big tablesample bernoulli (10)"), value("select md5(string_agg(id::text, ',')) from big tablesample bernoulli (10)"); a == b {
		t.Error("two samples are the same")
	}
	if n := value("select count(*) from big a tablesample system (100) join orders b tablesample bernoulli (100) on a.id = b.id"); n != "2" {
		t.Errorf("a join of samples has %s rows", n)
	}
	must(t, c, "create view v as select 1 as a")
	pg := connOf(t, pgtest.New(t))
	must(t, pg, "create temp table big as select 1 as id; create temp view v as select 1 as a")
	for _, q := range []string{
		"select * from big tablesample foo(10)", "select * from big tablesample bernoulli(10, 2)", "select * from big tablesample bernoulli(-1)",
		"select * from big tablesample bernoulli(null)", "select * from big tablesample system(101)", "select * from big tablesample system('nan')",
		"select * from big tablesample system(10) repeatable (null)", "select * from big tablesample system('x')", "select * from big tablesample system(true)",
		"select * from v tablesample system(1)", "with x as (select 1) select * from x tablesample system(1)",
	} {
		if got, want := ask(c, q), ask(pg, q); got.code != want.code || got.message != want.message {
			t.Errorf("%s: %s, not %s", q, got, want)
		}
	}
}

// TestLocalSide is what a PostgreSQL does around foreign tables: rescans, cursors, savepoints, async append, cancel.
func TestLocalSide(t *testing.T) {
	h, c := fdwLab(t, pgtest.Options{})
	must(t, c, `create schema f; import foreign schema public from server howdah into f;
		create table loc(id bigint, k bigint); insert into loc select g, g % 7 from generate_series(1, 50) g`)

	t.Run("rescans", func(t *testing.T) {
		must(t, c, "set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off")
		defer must(t, c, "reset all")
		for q, want := range map[string]string{
			"select sum(b.id) from loc l join f.big b on b.id = l.k":                                              "148",
			"select count(*) from loc l, lateral (select * from f.big b where b.k = l.k order by b.id limit 2) x": "100",
			"select sum((select count(*) from f.big b where b.k = l.k)) from loc l where l.id <= 5":               "1000",
			"select count(*) from loc l where exists (select from f.orders o where o.id = l.id)":                  "2",
			"select count(*) from loc l where l.id = any (array(select o.id from f.orders o where o.id <= l.k))":  "2",
			"select count(*) from loc l left join f.orders o on o.id = l.id and l.k > 1 where o.id is null":       "49",
		} {
			if a := ask(c, q); strings.Join(a.rows, " ") != want {
				t.Errorf("%s: %s, not %s", q, a, want)
			}
		}
	})

	t.Run("cursors", func(t *testing.T) {
		must(t, c, `begin; declare a cursor for select id from f.big order by id; declare b cursor for select id from f.big where k = 3 order by id;
			declare s scroll cursor for select id from f.big order by id limit 10`)
		for _, step := range [][2]string{
			{"fetch 2 from a", "0 1"}, {"fetch 2 from b", "3 103"}, {"fetch 1 from a", "2"}, {"move forward 200 in a", ""}, {"fetch 1 from a", "203"},
			{"fetch 1 from b", "203"}, {"fetch last from s", "9"}, {"fetch first from s", "0"}, {"fetch backward 1 from s", ""}, {"fetch 3 from s", "0 1 2"},
			{"select count(*) from f.big", "20000"}, {"fetch 1 from b", "303"},
		} {
			if a := ask(c, step[0]); a.code != "" || strings.Join(a.rows, " ") != step[1] {
				t.Errorf("%s: %s, not %s", step[0], a, step[1])
			}
		}
		must(t, c, "commit")
	})

	t.Run("async append", func(t *testing.T) {
		must(t, c, `alter server howdah options (add async_capable 'true', add fetch_size '500');
			create table p (id bigint, k bigint, name text) partition by list (k);
			create foreign table p1 partition of p for values in (1) server howdah options (table_name 'big');
			create foreign table p2 partition of p for values in (2) server howdah options (table_name 'big')`)
		if a := ask(c, "explain select * from p where name <> 'x'"); strings.Count(strings.Join(a.rows, "\n"), "Async Foreign Scan") != 2 {
			t.Errorf("the plan is not asynchronous: %s", strings.Join(a.rows, "\n"))
		}
		if a := ask(c, "select count(*), count(distinct id) from p where name <> 'n1'"); strings.Join(a.rows, " ") != "36000\t18000" {
			t.Errorf("%s", a)
		}
		must(t, c, "alter server howdah options (drop async_capable, drop fetch_size)")
	})

	t.Run("savepoints", func(t *testing.T) {
		must(t, c, `create function tries() returns text language plpgsql as $$
			declare n bigint; out text := '';
			begin
				for i in 1..3 loop
					begin
						select count(*) into n from f.orders where 1 / (id - i) < 5;
						out := out || n || ' ';
					exception when division_by_zero then
						out := out || 'zero ';
					end;
				end loop;
				begin
					insert into f.orders values (9, 'x');
				exception when read_only_sql_transaction then
					out := out || 'read-only ';
				end;
				select count(*) into n from f.orders;
				return out || n;
			end $$`)
		if a := ask(c, "select tries()"); strings.Join(a.rows, " ") != "zero zero 2 read-only 2" {
			t.Errorf("%s", a)
		}
		must(t, c, "begin; select count(*) from f.orders; savepoint s; select count(*) from f.orders")
		if a := ask(c, "select 1 / (id - 1) from f.orders"); a.code != "22012" {
			t.Errorf("%s", a)
		}
		must(t, c, "rollback to s")
		if a := ask(c, "select count(*) from f.orders"); strings.Join(a.rows, "") != "2" {
			t.Errorf("after ROLLBACK TO: %s", a)
		}
		must(t, c, "commit")
	})

	t.Run("cancel", func(t *testing.T) {
		must(t, c, "set statement_timeout = '300ms'")
		a := ask(c, "select count(*) from f.big a join f.big b on a.id <> b.id join f.big d on d.id <> a.id")
		must(t, c, "reset statement_timeout")
		if a.code != "57014" {
			t.Errorf("%s", a)
		}
		own := h.Connect(t)
		active := ""
		for range 50 { // it may take a moment to let go
			active, _ = own.Value("select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()")
			if active == "0" {
				break
			}
			own.Exec("select pg_sleep(0.05)")
		}
		if active != "0" {
			t.Errorf("%s sessions still work", active)
		}
		if a := ask(c, "select count(*) from f.orders"); strings.Join(a.rows, "") != "2" {
			t.Errorf("after the cancel: %s", a)
		}
	})

	t.Run("signals", func(t *testing.T) {
		a, b := h.Connect(t), h.Connect(t)
		pid, err := a.Value("select pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan answer, 1)
		go func() { done <- ask(a, "select pg_sleep(30)") }()
		for {
			if v, err := b.Value("select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'"); err != nil || v == "1" {
				break
			}
		}
		if v, err := b.Value("select pg_cancel_backend(" + pid + ")"); err != nil || v != "t" {
			t.Errorf("pg_cancel_backend gives %s (%v)", v, err)
		}
		if got := <-done; got.code != "57014" {
			t.Errorf("the cancelled query: %s", got)
		}
		if v, err := b.Value("select pg_terminate_backend(" + pid + ")"); err != nil || v != "t" {
			t.Errorf("pg_terminate_backend gives %s (%v)", v, err)
		}
		if got := ask(a, "select 1"); got.code != "57P01" && got.code != "?????" {
			t.Errorf("the terminated session: %s", got)
		}
		if v, err := b.Value("select pg_cancel_backend(999999)"); err != nil || v != "f" {
			t.Errorf("pg_cancel_backend of nobody gives %s (%v)", v, err)
		}
	})
}

// TestAnalyzeMatrix runs the imports and ANALYZE through the postgres_fdw of every major; see TestFDWMatrix.
func TestAnalyzeMatrix(t *testing.T) {
	if os.Getenv("HOWDAH_FDW_MATRIX") == "" {
		t.Skip("run it by: make fdw-matrix")
	}
	for _, version := range majors {
		major, _, _ := strings.Cut(version, ".")
		t.Run(major, func(t *testing.T) {
			_, c := fdwLab(t, pgtest.Options{BinDir: filepath.Clean(installed(t, version))})
			importForms(t, c)
			analyzed(t, c)
		})
	}
}
