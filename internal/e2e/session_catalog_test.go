package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

func connectAs(t *testing.T, h *Howdah, user, more string) *pgtest.Conn {
	t.Helper()
	c, err := pgtest.Connect(h.DSN(user) + " " + more)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestScanProgress looks at a scan while it runs: what it has read grows to the size of the file, and then it is gone.
func TestScanProgress(t *testing.T) {
	h := serveOrders(t, bigFile(t, 400_000))
	c, other := h.Connect(t), h.Connect(t)
	must(t, other, "create role watcher login")
	watcher := connectAs(t, h, "watcher", "")
	size, err := c.Value("select pg_relation_size('orders')")
	if err != nil {
		t.Fatal(err)
	}
	const progress = "select relname, format, bytes_total, bytes_read, rows, requests, scan_start <= now() + interval '1 s', a.query like 'declare%' " +
		"from pg_stat_progress_howdah_scan p join pg_stat_activity a using (pid) where pid <> pg_backend_pid()"
	must(t, c, "begin; declare c cursor for select * from orders; fetch 1000 from c")
	var first, second int64
	for i, at := range []*int64{&first, &second} {
		rows, err := other.Query(strings.Replace(progress, "declare%", "%fetch%", 1))
		if err != nil || len(rows) != 1 {
			t.Fatalf("%v: %v", rows, err)
		}
		r := rows[0]
		*at, _ = strconv.ParseInt(r[3], 10, 64)
		read, _ := strconv.ParseInt(r[4], 10, 64)
		if r[0] != "orders" || r[1] != "csv" || r[2] != size || *at <= 0 || fmt.Sprint(*at) >= size && len(r[3]) >= len(size) || read < 1000 || r[5] != "1" || r[6] != "t" || r[7] != "t" {
			t.Errorf("look %d: %v of %s", i, r, size)
		}
		must(t, c, "fetch 200000 from c")
	}
	if second <= first {
		t.Errorf("%d bytes were read, and then %d", first, second)
	}
	if rows, err := watcher.Query("select pid is not null, datname, relname, bytes_read from pg_stat_progress_howdah_scan where pid <> pg_backend_pid()"); err != nil || len(rows) != 1 ||
		strings.Join(rows[0], " ") != "t howdah "+pgtest.Null+" "+pgtest.Null {
		t.Errorf("who is no superuser sees %v, %v", rows, err)
	}
	if rows, err := watcher.Query("select distinct query, state is null from pg_stat_activity where pid <> pg_backend_pid()"); err != nil || len(rows) != 1 ||
		strings.Join(rows[0], " ") != "<insufficient privilege> t" {
		t.Errorf("who is no superuser sees %v, %v", rows, err)
	}
	if n, err := c.Value("select (select count(*) from pg_locks) + (select count(*) from pg_stats)"); err != nil || n != "0" { // doc/differences.md
		t.Errorf("pg_locks and pg_stats are not empty: %s, %v", n, err)
	}
	must(t, c, "close c; commit")
	if rows, err := other.Query(progress); err != nil || len(rows) != 0 {
		t.Errorf("after the end: %v, %v", rows, err)
	}
	if text, err := other.Value("select obj_description('pg_stat_progress_howdah_scan'::regclass)"); err != nil || text == pgtest.Null {
		t.Errorf("not described: %q, %v", text, err)
	}
}

// TestRoleSettings: what ALTER ROLE … SET says holds from the next login on, below what the client asks for, is kept in the
// catalog file and shown by the catalogs; wrong values are refused in PostgreSQL's words.
func TestRoleSettings(t *testing.T) {
	dir := folderOf(t, map[string]string{"orders.csv": "id\n1\n"})
	file := filepath.Join(t.TempDir(), "catalog.sql")
	h := Serve(t, "--catalog", file, dir, "extra="+dir)
	server, err := pgtest.Start(pgtest.Options{}) // of its own: it makes roles
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop() })
	pg, c := connOf(t, server), h.Connect(t)
	statements := []string{
		"create role reader login", "alter role reader set work_mem = '7MB'", "alter role reader set search_path = extra, \"$user\", public", "alter role reader set timezone to 'Europe/Rome'",
		"alter role reader set DateStyle = 'German'", "alter role all set extra_float_digits = 0", "alter user reader set app.mode = 'a b'", "alter role reader set statement_timeout = 5000",
		"alter role reader reset statement_timeout", "alter role reader set nosuch = 1", "alter role reader set work_mem = 'many'", "alter role reader set max_connections = 5",
		"alter role nobody set work_mem = '1MB'", "alter role reader set search_path from current", "alter role reader set search_path = extra, \"$user\", public", "alter role reader reset nosuch",
		"select rolname, setconfig from pg_db_role_setting left join pg_roles r on r.oid = setrole where setdatabase = 0 order by 1",
		"select rolconfig from pg_roles where rolname = 'reader'", "select useconfig from pg_user where usename = 'reader'",
	}
	for _, s := range statements {
		want, got := ask(pg, s), ask(c, s)
		if got.code != want.code || got.message != want.message || strings.Join(got.rows, "\n") != strings.Join(want.rows, "\n") {
			t.Errorf("%s\n got %s\nwant %s", s, got, want)
		}
	}
	check := func(h *Howdah) {
		t.Helper()
		r := connectAs(t, h, "reader", "")
		for q, want := range map[string]string{ // in any order
			"show work_mem": "7MB", "show search_path": `extra, "$user", public`, "show timezone": "Europe/Rome", "show datestyle": "German, DMY", "select current_setting('app.mode')": "a b",
			"select 0.1::float8 + 0.2::float8":                                                                                         "0.3",
			"select 'orders'::regclass = 'extra.orders'::regclass":                                                                     "t",
			"select source || ' ' || reset_val from pg_settings where name = 'work_mem'":                                               "user 7168",
			"set local work_mem = '9MB'; select source || ' ' || setting || ' ' || reset_val from pg_settings where name = 'work_mem'": "session 9216 7168",
			"set work_mem = '8MB'; reset work_mem; show work_mem":                                                                      "7MB",
		} {
			if v, err := r.Value(q); err != nil || v != want {
				t.Errorf("%s: %q, %v, want %q", q, v, err, want)
			}
		}
		r = connectAs(t, h, "reader", "options='-c work_mem=3MB' timezone=UTC")
		for q, want := range map[string]string{"show work_mem": "3MB", "show timezone": "UTC", "select source from pg_settings where name = 'work_mem'": "client", "set work_mem = '1MB'; reset all; show work_mem": "3MB"} {
			if v, err := r.Value(q); err != nil || v != want {
				t.Errorf("%s: %q, %v, want %q", q, v, err, want)
			}
		}
	}
	check(h)
	h.Stop(t)
	check(Serve(t, "--catalog", file, dir, "extra="+dir))
	must(t, connectAs(t, Serve(t, "--catalog", file, dir), "tester", ""), "alter role reader reset all; alter role all reset all")
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "ALTER ROLE") {
		t.Errorf("after RESET ALL (%v):\n%s", err, text)
	}
}

// TestSettingsAsPostgreSQL walks through settings: the start-up packet's options, SET and set_config within and without
// transactions, search_path, and how the catalogs show them.
func TestSettingsAsPostgreSQL(t *testing.T) {
	pg := pgtest.New(t)
	h := Serve(t, folderOf(t, map[string]string{"orders.csv": "id\n1\n"}))
	const options = `options='-c search_path=pg_catalog,public -c DateStyle=SQL,DMY --extra-float-digits=-3 -c app.x=1\\ 2' application_name=walk`
	theirs, err := pgtest.Connect(pg.DSN() + " " + options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { theirs.Close() })
	ours := connectAs(t, h, "postgres", options)
	for _, s := range []string{
		"show search_path", "show datestyle", "show app.x", "show application_name", "select 1.0::float8 / 3", "select current_schemas(true)", "select current_schema()", "select current_setting('app.x')",
		"select current_setting('no.such')", "select current_setting('no.such', true)", "select current_setting('nosuch')", "select set_config('app.x', '3', false)", "show app.x",
		"begin", "select set_config('app.x', '4', true), current_setting('app.x')", "set local search_path = public", "savepoint s", "set search_path = information_schema", "show search_path", "rollback to s",
		"show search_path", "commit", "show app.x", "show search_path", "begin", "set search_path = nowhere, public", "rollback", "show search_path", "set search_path = nowhere, public", "select current_schemas(false), current_schema()",
		"reset search_path", "show search_path", "set search_path to default", "show search_path", "reset app.x", "show app.x", "set time zone 'Asia/Tokyo'", "show time zone", "set time zone interval '-03:30' hour to minute", "show timezone",
		"set timezone = 'Nowhere/Land'", "set work_mem = '12'", "set work_mem = '12MB'", "show work_mem", "select current_setting('work_mem'), set_config('work_mem', '13MB', false)",
		"select name, setting, unit, vartype, source, reset_val from pg_settings where name in ('search_path', 'DateStyle', 'application_name', 'extra_float_digits', 'TimeZone') order by 1",
		"select name, short_desc, context, min_val, max_val, enumvals from pg_settings where name in ('IntervalStyle', 'statement_timeout', 'bytea_output', 'work_mem') order by 1",
		"set statement_timeout = '1h'", "show statement_timeout", "select set_config('statement_timeout', null, false)", "show statement_timeout", "set bytea_output = 'octal'", "set extra_float_digits = 9",
		"set server_version = '1'", "set max_connections = 1", "select set_config('is_superuser', 'off', false)", "set session characteristics as transaction isolation level serializable", "show default_transaction_isolation",
		"begin", "show transaction_isolation", "rollback", "reset all", "show default_transaction_isolation", "show application_name", "show datestyle", "discard all", "show extra_float_digits",
		"begin", "declare c1 scroll cursor for select 1", "declare c2 binary no scroll cursor with hold for select 2", "select name, statement, is_holdable, is_binary, is_scrollable, creation_time <= clock_timestamp() from pg_cursors order by name",
		"commit", "select name, is_holdable from pg_cursors", "close all", "prepare p (int, text) as select $1, $2", "prepare q as select 1",
		"select name, statement, parameter_types, from_sql, prepare_time <= clock_timestamp() from pg_prepared_statements order by name", "deallocate all", "select count(*) from pg_prepared_statements",
		"select state, query, backend_type, application_name, usename, wait_event_type, xact_start = now(), client_addr from pg_stat_activity where pid = pg_backend_pid()",
	} {
		want, got := ask(theirs, s), ask(ours, s)
		if got.code != want.code || got.message != want.message || strings.Join(got.rows, "\n") != strings.Join(want.rows, "\n") {
			t.Errorf("%s\n got %s\nwant %s", s, got, want)
		}
	}
	cmd := exec.Command("psql", "-X", "-w", "-At", "-h", "127.0.0.1", "-p", strconv.Itoa(h.Port), "-U", "tester", "-d", "howdah", "-c", "show timezone")
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c timezone=Asia/Tokyo")
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "Asia/Tokyo" {
		t.Errorf("PGOPTIONS: %s, %v", out, err)
	}
}

// TestMappingsHideOptions: secrets are shown to nobody, and what others' mappings say to no one but a superuser.
func TestMappingsHideOptions(t *testing.T) {
	dir := folderOf(t, map[string]string{"orders.csv": "id\n1\n"})
	h := Serve(t, "--allow", dir, dir)
	c := h.Connect(t)
	must(t, c, `create role a login; create role b login; create server s foreign data wrapper howdah options (location 's3://bucket/x/');
		create user mapping for a server s options (aws_access_key 'AKIA', aws_secret_key 'hush')`)
	const q = "select usename, umoptions is null, umoptions::text like '%AKIA%', umoptions::text like '%hush%' from pg_user_mappings where srvname = 's'"
	for user, want := range map[string]string{"tester": "a\tf\t", "a": "a\tf\t", "b": "a\tt\t\\N"} {
		rows := ask(connectAs(t, h, user, ""), q)
		if len(rows.rows) != 1 || !strings.HasPrefix(rows.rows[0], want) || strings.HasSuffix(rows.rows[0], "\tt") {
			t.Errorf("%s sees %s, want %s…", user, rows, want)
		}
	}
}
