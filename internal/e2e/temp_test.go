package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
)

// spillFiles counts the temporary files that the server has open.
func (h *Howdah) spillFiles(t testing.TB) int {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", h.PID)
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("needs /proc: ", err)
	}
	n := 0
	for _, e := range list {
		if to, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil && strings.Contains(to, "howdah-spill-") {
			n++
		}
	}
	return n
}

func (h *Howdah) wantSpillFiles(t testing.TB, want int, when string) {
	t.Helper()
	eventually(t, func() string {
		if n := h.spillFiles(t); n != want {
			return fmt.Sprintf("%s: %d temporary files are open, want %d", when, n, want)
		}
		return ""
	})
}

func refused(t testing.TB, c *pgtest.Conn, sql, code string) {
	t.Helper()
	err := c.Exec(sql)
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("%s: %v, want %s", sql, err, code)
	}
}

func mustAll(t testing.TB, c *pgtest.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := c.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func wantValue(t testing.TB, c *pgtest.Conn, sql, want string) {
	t.Helper()
	if got, err := c.Value(sql); err != nil || got != want {
		t.Errorf("%s: %q (%v), want %q", sql, got, err, want)
	}
}

// TestTempTablesSpill: rows beyond work_mem are in a file, answers are the same, and everything is given back by whatever
// ends them.
func TestTempTablesSpill(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"f.csv": "id,name\n1,a\n2,b\n70000,c\n"}))
	c := h.Connect(t)
	mustAll(t, c, "set work_mem = '256kB'",
		"create temp table s as select g::int8 as id, 'row ' || g as name, array[g, g + 1] as pair, g * 1.5 as v from generate_series(1, 60000) g")
	h.wantSpillFiles(t, 1, "a table beyond work_mem")
	same := "select count(*), sum(id), min(name), max(name), sum(pair[2]), sum(v) from s"
	want, err := c.Query(same)
	if err != nil || fmt.Sprint(want) != "[[60000 1800030000 row 1 row 9999 1800090000 2700045000.0]]" {
		t.Fatal(want, err)
	}
	wantValue(t, c, "select string_agg(f.name, '' order by f.id) from f join s using (id)", "ab")
	wantValue(t, c, "select count(*) from s a join s b on a.id = b.id + 1", "59999")

	for _, way := range []struct{ name, sql, code string }{
		{"rollback", "begin; insert into s select * from s; delete from s where id < 100; rollback", ""},
		{"savepoint", "begin; savepoint x; insert into s select * from s; rollback to x; commit", ""},
		{"error", "insert into s select id, name, pair, 1 / (id - 59000) from s", "22012"},
		{"failed block", "begin; insert into s select * from s; select 1 / 0", "22012"},
		{"update", "begin; update s set name = 'x'; rollback", ""},
	} {
		if way.code != "" {
			refused(t, c, way.sql, way.code)
		} else {
			mustAll(t, c, way.sql)
		}
		c.Exec("rollback")
		if got, err := c.Query(same); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %s: %v (%v)", way.name, got, err)
		}
		h.wantSpillFiles(t, 1, "after "+way.name)
	}

	mustAll(t, c, "begin", "declare cur cursor for select id from s order by id", "insert into s select id + 60000, name, pair, v from s")
	if rows, err := c.Query("fetch all from cur"); err != nil || len(rows) != 60000 {
		t.Errorf("a cursor sees %d rows (%v), want those of when it was opened", len(rows), err)
	}
	mustAll(t, c, "close cur", "commit")
	wantValue(t, c, "select string_agg(f.name, '' order by f.id) from f join s using (id)", "abc")

	mustAll(t, c, "drop table s")
	h.wantSpillFiles(t, 0, "after DROP")
	mustAll(t, c, "create temp table a as select repeat('x', 100) as x from generate_series(1, 10000)", "begin", "create temp table b on commit drop as table a")
	h.wantSpillFiles(t, 2, "two tables")
	mustAll(t, c, "commit")
	h.wantSpillFiles(t, 1, "after ON COMMIT DROP")
	mustAll(t, c, "truncate a")
	h.wantSpillFiles(t, 0, "after TRUNCATE")
	mustAll(t, c, "insert into a select repeat('y', 100) from generate_series(1, 10000)")
	h.wantSpillFiles(t, 1, "a full table")
	c.Close()
	h.wantSpillFiles(t, 0, "after the session")
}

// TestTempTablesKeepToLimits: temp_file_limit is an error that leaves the rows from before, a cancel too.
func TestTempTablesKeepToLimits(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"f.csv": "a\n1\n"}))
	c := h.Connect(t)
	mustAll(t, c, "create temp table t (a int, b text, unique (a))", "insert into t select g, repeat('x', 100) from generate_series(1, 900) g",
		"set work_mem = '128kB'", "set temp_file_limit = '512kB'")
	refused(t, c, "insert into t select g, repeat('x', 100) from generate_series(1000, 100000) g", "53200") // its keys
	mustAll(t, c, "create temp table u (a int, b text)", "insert into u select g, repeat('x', 100) from generate_series(1, 900) g")
	for range 3 {
		refused(t, c, "insert into u select g, repeat('x', 100) from generate_series(1000, 100000) g", "53400")
		wantValue(t, c, "select count(*) || ' ' || sum(a) || ' ' || sum(length(b)) from u", "900 405450 90000")
	}
	mustAll(t, c, "reset temp_file_limit", "insert into u select g, repeat('x', 100) from generate_series(1000, 50000) g")
	wantValue(t, c, "select count(*) || ' ' || sum(a) || ' ' || sum(length(b)) from u", "49901 1249930950 4990100")
	mustAll(t, c, "reset work_mem", "drop table u")
	h.wantSpillFiles(t, 0, "after DROP")

	mustAll(t, c, "set statement_timeout = '150ms'")
	began := time.Now()
	refused(t, c, "insert into t (a) select g from generate_series(1000, 2000000000) g", "57014")
	refused(t, c, "create temp table n as select g from generate_series(1, 2000000000) g", "57014")
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("two cancels took %v", d)
	}
	mustAll(t, c, "reset statement_timeout")
	wantValue(t, c, "select count(*) from t", "900")
	refused(t, c, "select * from n", "42P01")
	refused(t, c, "insert into t values (900)", "23505")
	mustAll(t, c, "insert into t values (1000)") // which the cancelled statement had put among the keys
	h.wantSpillFiles(t, 0, "after a cancel")
}

// TestTempTablesBelongToSessions: each session has its own, before what others have of that name.
func TestTempTablesBelongToSessions(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"f.csv": "a\n1\n2\n"}))
	a, b := h.Connect(t), h.Connect(t)
	mustAll(t, b, "create view v as select count(*) as n from f")
	mustAll(t, a, "create temp table f (a int, b text)", "insert into f values (10, 'mine')")
	wantValue(t, a, "select n from v", "2") // a view keeps the tables that it was made over
	wantValue(t, a, "select b from f", "mine")
	wantValue(t, a, "select count(*) from public.f", "2")
	wantValue(t, b, "select count(*) from f", "2")
	wantValue(t, b, "select count(*) from pg_class where relpersistence = 't'", "0")
	wantValue(t, b, "select count(*) from pg_namespace where nspname ~ '^pg_temp'", "0")
	refused(t, b, "select * from pg_temp.f", "42P01")
	mustAll(t, b, "create temp table g as table f")
	refused(t, a, "select * from g", "42P01")
	refused(t, b, "insert into f values (3)", "25006")
	wantValue(t, a, "select current_schemas(true)::text ~ '^.pg_temp_[0-9]+,pg_catalog,public.$'", "t")
	mustAll(t, a, "set search_path = public, pg_temp")
	wantValue(t, a, "select count(*) from f", "2")
	mustAll(t, a, "reset search_path", "prepare p as select count(*) from f")
	wantValue(t, a, "execute p", "1")
	mustAll(t, a, "drop table f")
	wantValue(t, a, "execute p", "2")
	refused(t, a, "create view w as select * from pg_temp.f", "42P01")
	refused(t, a, "create temp view w as select * from f", "0A000")
	mustAll(t, b, "drop view v")
	mustAll(t, a, "discard all")
}

// TestTempTablesOfDrivers fills tables as drivers do: with binds, in batches, by COPY in binary.
func TestTempTablesOfDrivers(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"f.csv": "id,name\n1,a\n2,b\n"}))
	ctx := context.Background()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		config, err := pgx.ParseConfig(h.DSN("tester"))
		if err != nil {
			t.Fatal(err)
		}
		config.DefaultQueryExecMode = mode
		c, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(sql, tag string, args ...any) {
			t.Helper()
			got, err := c.Exec(ctx, sql, args...)
			if err != nil || got.String() != tag {
				t.Errorf("%v: %s: %s (%v), want %s", mode, sql, got, err, tag)
			}
		}
		exec("CREATE LOCAL TEMPORARY TABLE stage (id bigint NOT NULL, name varchar(20), at timestamptz, v numeric(10,2)) ON COMMIT PRESERVE ROWS", "CREATE TABLE")
		for i := range 3 {
			exec("insert into stage (id, name, at, v) values ($1, $2, $3, $4)", "INSERT 0 1", int64(i), fmt.Sprint("n", i), time.Unix(1e9, 0), "1.25")
		}
		var batch pgx.Batch
		for i := range 5 {
			batch.Queue("insert into stage (id, name) values ($1, $2)", int64(10+i), "batch")
		}
		if err := c.SendBatch(ctx, &batch).Close(); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
		n, err := c.CopyFrom(ctx, pgx.Identifier{"stage"}, []string{"id", "name", "at"}, pgx.CopyFromSlice(3000, func(i int) ([]any, error) {
			return []any{int64(100 + i), fmt.Sprint("copy ", i), time.Unix(1e9, 0)}, nil
		}))
		if n != 3000 || err != nil {
			t.Errorf("%v: COPY gives %d (%v)", mode, n, err)
		}
		_, err = c.CopyFrom(ctx, pgx.Identifier{"stage"}, []string{"name"}, pgx.CopyFromRows([][]any{{"no id"}}))
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != "23502" {
			t.Errorf("%v: %v", mode, err)
		}
		var rows int
		var sum int64
		if err := c.QueryRow(ctx, "select count(*), sum(s.id) from stage s where name not in (select name from f)").Scan(&rows, &sum); err != nil || rows != 3008 || sum != 4798563 {
			t.Errorf("%v: %d rows, sum %d (%v)", mode, rows, sum, err)
		}
		var id int64
		if err := c.QueryRow(ctx, "insert into stage (id, name) values ($1, $2) returning id * 2", int64(21), "r").Scan(&id); err != nil || id != 42 {
			t.Errorf("%v: RETURNING gives %d (%v)", mode, id, err)
		}
		exec("update stage set name = $1 where id < $2", "UPDATE 3", "changed", int64(3))
		exec("delete from stage where id >= $1", "DELETE 3000", int64(100))
		exec("SELECT f.id, s.name INTO TEMP joined FROM f JOIN stage s ON s.id = f.id", "SELECT 2")
		exec("CREATE TEMPORARY TABLE agg AS SELECT name, count(*) AS n FROM stage GROUP BY name", "SELECT 3")
		exec("DROP TABLE IF EXISTS pg_temp.joined", "DROP TABLE")
		exec("DROP TABLE stage, agg", "DROP TABLE")
		c.Close(ctx)
	}
}
