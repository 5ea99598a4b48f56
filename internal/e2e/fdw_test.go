package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
)

// lab is a PostgreSQL with heap tables in schema files, the same rows as CSV behind a server, and foreign tables on it:
// imported into c (columns COLLATE "C"), and declared in f with the default collation.
type lab struct {
	pg     *pgtest.Server
	howdah *Howdah
	conn   *pgtest.Conn
}

// labTables are those of lab-schema.sql that hold rows.
var labTables = []string{"orders", "customers", "p2023", "p2024"}

func newLab(t *testing.T, opts pgtest.Options) *lab {
	t.Helper()
	pg, err := pgtest.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	schema, err := os.ReadFile("../../testdata/contract/lab-schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	must(t, conn, string(schema))
	dir := t.TempDir()
	ddl := "create schema files;\ncreate server lab foreign data wrapper howdah options (location '" + dir + "');\n"
	for _, table := range labTables {
		text := copyOut(t, conn, "copy (select * from files."+table+") to stdout (format csv, header)")
		if err := os.WriteFile(filepath.Join(dir, table+".csv"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server lab options (location '%s.csv', header 'true');\n", table, columnsOf(t, conn, table), table)
	}
	file := filepath.Join(t.TempDir(), "tables.sql")
	if err := os.WriteFile(file, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	h := Serve(t, "--catalog", file, "--allow", dir)
	must(t, conn, fmt.Sprintf(`
		create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');
		create schema c; import foreign schema files from server howdah into c;
		create schema f; import foreign schema files from server howdah into f options (import_collate 'false');
		create table loc(id int, k int, nm text); insert into loc values (1,1,'a'),(2,3,'paid'),(3,5,'c');`, h.Port))
	// From 16 on the heap's plan sorts all rows for one DISTINCT aggregate, which reorders the input of the others.
	must(t, conn, "select set_config('enable_presorted_aggregate', 'off', false) from pg_settings where name = 'enable_presorted_aggregate'")
	return &lab{pg, h, conn}
}

func must(t testing.TB, c *pgtest.Conn, sql string) {
	t.Helper()
	if err := c.Exec(sql); err != nil {
		pe, _ := errors.AsType[*pgconn.PgError](err)
		if pe != nil {
			t.Fatalf("%s: %s %s %s\n%s", pe.Code, pe.Message, pe.Detail, pe.Where, sql)
		}
		t.Fatalf("%v\n%s", err, sql)
	}
}

func copyOut(t testing.TB, c *pgtest.Conn, sql string) []byte {
	t.Helper()
	var b strings.Builder
	if _, err := c.Pg().CopyTo(t.Context(), &b, sql); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func columnsOf(t testing.TB, c *pgtest.Conn, table string) string {
	t.Helper()
	v, err := c.Value("select string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) from pg_attribute where attrelid = 'files." + table + "'::regclass and attnum > 0")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// answer is what a query gave, in a form that compares.
type answer struct {
	code, message string
	rows          []string
}

func ask(c *pgtest.Conn, sql string) answer {
	rows, err := c.Query(sql)
	if err != nil {
		if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
			return answer{code: pe.Code, message: pe.Message}
		}
		return answer{code: "?????", message: err.Error()}
	}
	a := answer{}
	for _, r := range rows {
		a.rows = append(a.rows, strings.Join(copyText(r), "\t"))
	}
	return a
}

// same tells whether two answers are equal; in any order unless ordered.
func (a answer) same(b answer, ordered bool) bool {
	if a.code != b.code {
		return false
	}
	if slices.Equal(a.rows, b.rows) {
		return true
	}
	if ordered {
		return false
	}
	x, y := slices.Sorted(slices.Values(a.rows)), slices.Sorted(slices.Values(b.rows))
	return slices.Equal(x, y)
}

func (a answer) String() string {
	if a.code != "" {
		return a.code + " " + a.message
	}
	if len(a.rows) > 4 {
		return fmt.Sprintf("%d rows: %s …", len(a.rows), strings.Join(a.rows[:4], " | "))
	}
	return fmt.Sprintf("%d rows: %s", len(a.rows), strings.Join(a.rows, " | "))
}

// ties are orders that leave equal rows in any order, and how they are made whole for the comparison.
var ties = strings.NewReplacer(
	"order by status limit", "order by status, id limit",
	"order by lower(status), qty+1", "order by lower(status), qty+1, id",
	"order by placed_on using > limit", "order by placed_on using >, id limit",
	"order by amount desc limit", "order by amount desc, id limit",
	"order by 2 desc limit 5", "order by 2 desc, 1 limit 5",
)

// unstable are forms whose answer differs from run to run or from place to place by their nature.
var unstable = []string{"random()", "tablesample", "ctid", "tableoid", "now()", "current_", "clock_timestamp"}

// TestDeparseForms runs every form of deparse-forms.tsv on the foreign tables and on heap tables with the same rows.
func TestDeparseForms(t *testing.T) {
	deparseForms(t, newLab(t, pgtest.Options{}))
}

func deparseForms(t *testing.T, l *lab) {
	passed, applied, pushed := 0, 0, 0
	seen := map[string]bool{}
	for _, row := range tsv(t, "deparse-forms.tsv") {
		schema := map[string]string{"default": "f", "C": "c"}[row[0]]
		form := row[2]
		if seen[row[0]+form] || slices.ContainsFunc(unstable, func(u string) bool { return strings.Contains(form, u) }) {
			continue
		}
		seen[row[0]+form] = true
		query := form
		if row[1] == "W" {
			query = "select o.id from {T} o where " + form + " order by o.id"
		}
		query = ties.Replace(query)
		if strings.HasSuffix(query, "order by status") {
			query += ", id"
		}
		lower := strings.ToLower(query)
		if !strings.HasPrefix(lower, "select") && !strings.HasPrefix(lower, "with") || strings.Contains(lower, "for update") || strings.Contains(lower, "for share") {
			continue // writes: TestWritesAreRefused
		}
		applied++
		foreign := ask(l.conn, strings.NewReplacer("{T}", schema+".orders", "f.", schema+".").Replace(query))
		heap := ask(l.conn, strings.NewReplacer("{T}", "files.orders", "f.", "files.").Replace(query))
		if foreign.same(heap, strings.Contains(lower, "order by") && strings.Contains(lower, "id")) {
			passed++
		} else {
			t.Errorf("%s: %s\nforeign %s\n   heap %s", row[0], query, foreign, heap)
		}
		if !strings.Contains(row[4], "LOCAL") {
			pushed++
		}
	}
	t.Logf("deparse forms: %d apply (%d of them are pushed down in some way), %d pass", applied, pushed, passed)
}

func TestWritesAreRefused(t *testing.T) {
	l := newLab(t, pgtest.Options{})
	for _, q := range []string{
		"insert into c.orders(id) values (1)", "update c.orders set qty = 1 where id = 1", "delete from c.orders", "truncate c.orders",
		"select * from c.orders for update", "insert into c.orders(id) values (1) on conflict do nothing",
	} {
		if a := ask(l.conn, q); a.code != "25006" {
			t.Errorf("%s: %s", q, a)
		}
	}
	if a := ask(l.conn, "select count(*) from c.orders"); len(a.rows) != 1 || a.rows[0] != "1000" {
		t.Errorf("after refusals: %s", a)
	}
}
