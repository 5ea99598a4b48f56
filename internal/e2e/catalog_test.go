package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// folderOf makes a folder of files.
func folderOf(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const systemRelations = `select quote_ident(nspname) || '.' || quote_ident(relname) from pg_class c join pg_namespace n on n.oid = relnamespace
	where relkind in ('r', 'v') and nspname in ('pg_catalog', 'information_schema') and relname <> 'pg_stat_progress_howdah_scan' order by 1`

// TestSystemRelationsAsPostgreSQL reads every table and view of pg_catalog and information_schema. Their columns are
// PostgreSQL's, by name, type, modifier and order.
func TestSystemRelationsAsPostgreSQL(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"orders.csv": "id,name,at,price\n1,a,2024-01-01,1.50\n"}))
	ours, theirs := h.Connect(t), pgtest.New(t)
	names, err := theirs.Query(systemRelations)
	if err != nil {
		t.Fatal(err)
	}
	if here, err := ours.Query(systemRelations); err != nil || fmt.Sprint(here) != fmt.Sprint(names) {
		t.Errorf("other relations than PostgreSQL's (%v):\n%v\n%v", err, here, names)
	}
	conn, err := theirs.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, n := range names {
		if got, err := ours.Run("select * from " + n[0]); err != nil {
			t.Errorf("%s: %v", n[0], err)
		} else if want, err := conn.Run("select * from " + n[0] + " limit 0"); err != nil {
			t.Fatal(err)
		} else if g, w := columnsText(got[0].Columns), columnsText(want[0].Columns); g != w {
			t.Errorf("%s:\n got %s\nwant %s", n[0], g, w)
		}
	}
}

func columnsText(columns []pgtest.Column) string {
	var out []string
	for _, c := range columns {
		out = append(out, fmt.Sprintf("%s %d %d", c.Name, c.TypeOID, c.TypeMod))
	}
	return strings.Join(out, ", ")
}

// TestCatalogFunctionsAsPostgreSQL compares what functions say of PostgreSQL's own objects.
func TestCatalogFunctionsAsPostgreSQL(t *testing.T) {
	h := Serve(t, t.TempDir())
	ours, theirs := h.Connect(t), pgtest.New(t)
	for _, q := range []string{
		`select oid, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid) from pg_proc where oid < 16384 order by 1`,
		`select oid, pg_get_functiondef(oid) from pg_proc where prokind <> 'a' and oid < 16384 order by 1`,
		`select oid, oid::regprocedure, oid::regproc from pg_proc where oid < 16384 order by 1`,
		`select oid, oid::regoperator, oid::regoper from pg_operator order by 1`,
		`select oid, oid::regtype, format_type(oid, null) from pg_type where oid < 16384 and typtype <> 'c' order by 1`,
		`select oid, oid::regclass from pg_class where relkind in ('r', 'v') and oid < 16384 order by 1`,
		`select oid, pg_get_constraintdef(oid) from pg_constraint order by 1`,
		`select indexrelid, pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 0, true), pg_get_indexdef(indexrelid, 1, true), pg_get_indexdef(indexrelid, 9, true) from pg_index i
			join pg_class c on c.oid = i.indrelid and relkind = 'r' order by 1`,
		`select oid, pg_get_function_arg_default(oid, n) from pg_proc, generate_series(1, 9) n where oid < 16384 and pronargdefaults > 0 order by 1, n`,
		`select to_regclass('pg_class'), to_regclass('nope'), to_regclass('1259'), to_regclass('pg_catalog.pg_class')::oid, to_regtype('int'),
			to_regtype('nope'), to_regnamespace('pg_catalog'), to_regnamespace('nope'), to_regproc('lower'), to_regproc('now'),
			to_regprocedure('lower(text)'), to_regprocedure('lower(int)'), to_regoper('='), to_regoperator('=(int,int)'), to_regoperator('-(none,int)')`,
		`select 'simple'::regconfig, 'simple'::regdictionary, 'pg_read_all_data'::regrole, 'pg_catalog'::regnamespace, '"C"'::regcollation`,
		`select 'nope'::regclass`, `select 'nope.nope'::regclass`, `select 'a.b.c.d'::regclass`, `select 'nope'::regnamespace`, `select 'lower'::regprocedure`,
		`select '+(int)'::regoperator`, `select 'nope'::regrole`, `select 'lower'::regproc`, `select '='::regoper`, `select 'nope'::regtype`,
		`select has_table_privilege('pg_class', 'select'), has_table_privilege(0, 'select'), has_schema_privilege('pg_catalog', 'usage')`,
		`select has_table_privilege('nope', 'select')`, `select has_table_privilege('nobody', 'pg_class', 'select')`, `select has_table_privilege('pg_class', 'selec')`,
		`select has_schema_privilege('nope', 'usage')`, `select has_column_privilege('pg_class', 'relname', 'select')`,
		`select pg_collation_for('a' collate "C"), pg_collation_for('a'::name)`, `select pg_collation_for(1)`,
		`select pg_describe_object('pg_class'::regclass, 1259, 0), pg_describe_object('pg_class'::regclass, 12000, 0), pg_describe_object('pg_proc'::regclass, 870, 0),
			pg_describe_object('pg_type'::regclass, 23, 0), pg_describe_object('pg_namespace'::regclass, 11, 0), pg_describe_object('pg_class'::regclass, 99999, 0),
			pg_describe_object('pg_operator'::regclass, 96, 0), pg_describe_object('pg_collation'::regclass, 950, 0)`,
		`select * from ts_token_type('default')`, `select * from ts_token_type('nope')`,
		`select setseed(0.5), random(), random(), random()`, `select setseed(-1); select random() from generate_series(1, 100)`, `select setseed(1.5)`,
		`select setseed('nan')`, `select nameconcatoid('abc', 4294967295), nameconcatoid(repeat('é', 40)::name, 12)`,
		`select name, utc_offset, is_dst from pg_timezone_names where name in ('UTC', 'Asia/Kolkata', 'Etc/GMT+5', 'Pacific/Honolulu') order by 1`,
		`select abbrev, utc_offset, is_dst from pg_timezone_abbrevs order by 1`,
		`select name, unit, category, short_desc, context, vartype, enumvals, boot_val from pg_settings where name in ('work_mem', 'TimeZone', 'client_encoding', 'search_path') order by 1`,
	} {
		got, want := ask(ours, q), ask(connOf(t, theirs), q)
		if !got.same(want, true) {
			t.Errorf("%s\n%s", q, difference(got, want))
		}
	}
}

func connOf(t *testing.T, s *pgtest.Server) *pgtest.Conn {
	t.Helper()
	c, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// difference shows the first rows that differ.
func difference(got, want answer) string {
	if got.code != "" || want.code != "" {
		return " got " + got.String() + "\nwant " + want.String()
	}
	var b strings.Builder
	n := 0
	for i := range max(len(got.rows), len(want.rows)) {
		g, w := "(no row)", "(no row)"
		if i < len(got.rows) {
			g = got.rows[i]
		}
		if i < len(want.rows) {
			w = want.rows[i]
		}
		if g != w {
			if n++; n > 5 {
				b.WriteString("…\n")
				break
			}
			fmt.Fprintf(&b, " got %s\nwant %s\n", g, w)
		}
	}
	return b.String()
}

// TestOwnObjectsInTheCatalogs looks at the same facts from several sides.
func TestOwnObjectsInTheCatalogs(t *testing.T) {
	dir := folderOf(t, map[string]string{"orders.csv": "id,name,at,price\n1,a,2024-01-01,1.50\n", "sales/year=2023/a.csv": "id,amount\n1,2\n", "sales/year=2024/b.csv": "id,amount\n2,3\n"})
	h := Serve(t, dir, "extra="+dir)
	c := h.Connect(t)
	must(t, c, `create server s foreign data wrapper howdah options (location '`+dir+`');
		create user mapping for tester server s;
		create foreign table t (id int, name varchar(10)) server s options (location 'orders.csv', header 'true');
		comment on table t is 'about t'; comment on column t.name is 'about its name';
		create view v as select id, name from orders;
		create role reader login`)
	for q, want := range map[string]string{
		`select relname, relkind, relnatts, relnamespace::regnamespace from pg_class where relname in ('orders', 'sales', 't', 'v') order by relnamespace::regnamespace::text, 1`:               "orders\tr\t4\textra sales\tr\t3\textra orders\tr\t4\tpublic sales\tr\t3\tpublic t\tr\t2\tpublic v\tv\t2\tpublic",
		`select attname, format_type(atttypid, atttypmod), attcollation::regcollation from pg_attribute where attrelid = 'orders'::regclass and attnum > 0 order by attnum`:                     `id	bigint	- name	text	"C" at	date	- price	numeric	-`,
		`select table_schema, table_name, table_type from information_schema.tables where table_name in ('sales', 'v') order by 1, 2`:                                                           "extra\tsales\tBASE TABLE public\tsales\tBASE TABLE public\tv\tVIEW",
		`select column_name, data_type, character_maximum_length, ordinal_position, is_nullable, is_updatable from information_schema.columns where table_name = 't' order by ordinal_position`: "id\tinteger\t\\N\t1\tYES\tNO name\tcharacter varying\t10\t2\tYES\tNO",
		`select column_name, data_type from information_schema.columns where table_schema = 'public' and table_name = 'sales' order by ordinal_position`:                                        "id\tbigint amount\tbigint year\tbigint",
		`select schema_name from information_schema.schemata where schema_name !~ '^pg_|inf' order by 1`:                                                                                        "extra howdah public",
		`select table_name, is_insertable_into from information_schema.views where table_schema = 'public'`:                                                                                     "v\tNO",
		`select schemaname, viewname, definition from pg_views where schemaname = 'public'`:                                                                                                     "public\tv\t SELECT orders.id,\\n    orders.name\\n   FROM orders;",
		`select tablename, tableowner from pg_tables where schemaname = 'public' order by 1`:                                                                                                    "orders\thowdah sales\thowdah t\thowdah",
		`select obj_description('t'::regclass), col_description('t'::regclass, 2)`:                                                                                                              "about t\tabout its name",
		`select description from pg_description where objoid = 't'::regclass order by objsubid`:                                                                                                 "about t about its name",
		`select srvname, fdwname from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = srvfdw`:                                                                                     "s\thowdah",
		`select ftrelid::regclass, ftoptions from pg_foreign_table`:                                                                                                                             "t\t{header=true,location=orders.csv}",
		`select srvname, usename from pg_user_mappings`:                                                                                                                                         "s\ttester",
		`select foreign_table_name, foreign_server_name from information_schema.foreign_tables`:                                                                                                 "t\ts",
		`select rolname, rolcanlogin, rolsuper from pg_roles where rolname in ('reader', 'tester', 'howdah') order by 1`:                                                                        "howdah\tt\tt reader\tt\tf tester\tt\tt",
		`select datname from pg_database`: "howdah",
		`select count(*) from pg_stat_activity where pid = pg_backend_pid() and state = 'active' and usename = 'tester' and query like 'select count(%'`: "1",
		`select grantee, privilege_type from information_schema.table_privileges where table_schema = 'public' and table_name = 'orders'`:                "PUBLIC\tSELECT",
		`select has_table_privilege('orders', 'select'), has_table_privilege('orders', 'insert'), has_any_column_privilege('extra.orders', 'select')`:    "t\tf\tt",
		`select 'extra.orders'::regclass, 'orders'::regclass = 'public.orders'::regclass, to_regclass('extra.nope')`:                                     "extra.orders\tt\t\\N",
		`select pg_table_is_visible('extra.orders'::regclass), pg_table_is_visible('extra.sales'::regclass), pg_table_is_visible('orders'::regclass)`:    "f\tf\tt",
		`select pg_relation_size('orders'), pg_total_relation_size('sales')`:                                                                             fmt.Sprintf("%d\t%d", len("id,name,at,price\n1,a,2024-01-01,1.50\n"), 2*len("id,amount\n1,2\n")),
		`select count(*) from pg_namespace where nspname = 'extra' and oid = 'extra'::regnamespace`:                                                      "1",
		`select setting, unit from pg_settings where name = 'work_mem'`:                                                                                  "262144\tkB",
		`select tableoid::regclass from pg_class limit 1`:                                                                                                "pg_class",
	} {
		if a := ask(c, q); strings.Join(a.rows, " ") != want || a.code != "" {
			t.Errorf("%s\n got %s %s\nwant %s", q, a.code, strings.Join(append(a.rows, a.message), " "), want)
		}
	}
	// PostgreSQL shows the whole query string that a cursor or statement came in.
	const both = "begin; declare cu cursor for select 1; prepare p(int, text) as select $1, $2"
	must(t, c, both)
	for q, want := range map[string]string{
		`select name, statement, is_holdable from pg_cursors`:                           "cu\t" + both + "\tf",
		`select name, statement, parameter_types, from_sql from pg_prepared_statements`: "p\t" + both + "\t{integer,text}\tt",
	} {
		if a := ask(c, q); strings.Join(a.rows, " ") != want {
			t.Errorf("%s\n got %s %s\nwant %s", q, a.code, strings.Join(append(a.rows, a.message), " "), want)
		}
	}
}

// TestManyTables: what names one of many tables looks at that one, and what lists names looks at none.
func TestManyTables(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 10,000 files")
	}
	const tables = 10_000
	dir := t.TempDir()
	for i := range tables {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("t%05d.csv", i)), []byte("id,name\n1,a\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h := Serve(t, dir)
	if _, err := os.ReadFile(filepath.Join(dir, "t09999.csv")); err != nil {
		t.Fatal(err)
	}
	before := readFiles(t, dir)
	if before != 1 {
		t.Log("the file system does not note reads")
	}
	for _, command := range []string{`\d`, `\d t00007`, `\d+ t00008`, `\dt t0*`, `\dt+ t0000?`} {
		start := time.Now()
		out, err := h.psql("-v", "ON_ERROR_STOP=1", "-c", command)
		took := time.Since(start)
		t.Logf("%s: %v", command, took.Round(time.Millisecond))
		if err != nil || !strings.Contains(out, "t0000") {
			t.Errorf("%s: %v\n%.300s", command, err, out)
		}
		if took > 3*time.Second { // under 1 s on an idle machine
			t.Errorf("%s took %v", command, took)
		}
	}
	c := h.Connect(t)
	for _, q := range []string{
		`select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
			where n.nspname = 'public' and c.relname in ('t00100', 't00101') order by 1, a.attnum`,
		`select table_name, column_name from information_schema.columns where table_name = 't00102'`,
		`select count(*) from pg_class c where relnamespace = 'public'::regnamespace and pg_table_is_visible(oid) having count(*) = 10000`,
		`select oid::regclass from pg_class where relname ~ '^t0020.$'`,
	} {
		start := time.Now()
		a := ask(c, q)
		t.Logf("%.60s…: %v", q, time.Since(start).Round(time.Millisecond))
		if len(a.rows) == 0 {
			t.Errorf("%s: %s", q, a)
		}
	}
	if looked := readFiles(t, dir) - before; looked > 20 {
		t.Errorf("%d files were looked at", looked)
	} else {
		t.Logf("%d files were looked at", looked)
	}
}

// readFiles counts the files of a folder that were read since they were written. Without such times there is no telling.
func readFiles(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); s.Atim.Nano() > s.Mtim.Nano() {
			n++
		}
	}
	return n
}
