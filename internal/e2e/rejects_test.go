package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"howdah/internal/pgtest"
)

const dirtyCSV = "id,name,n\n1,a,10\n2,b,x\n3,c\n4,d,40\nfive,e,50\n6,f,99999999999\n7,g,70,extra\n8,h,80\n9,\xff,90\n"

// rejectsCatalog declares the dirty file several ways.
func rejectsCatalog(t *testing.T) (dir, catalog string) {
	dir = folderOf(t, map[string]string{"dirty.csv": dirtyCSV})
	ddl := "create schema files;\ncreate server s foreign data wrapper howdah options (location '" + dir + "');\n"
	for name, options := range map[string]string{
		"skip": "on_error 'ignore'", "nulls": "on_error 'set_null'", "stop": "on_error 'stop'", "two": "on_error 'ignore', reject_limit '2'",
		"enough": "on_error 'ignore', reject_limit '6'", "half": "on_error 'ignore', reject_limit '50%'", "most": "on_error 'set_null', reject_limit '66.7 %'",
	} {
		ddl += "create foreign table files." + name + " (id int, name text, n int) server s options (location 'dirty.csv', header 'true', " + options + ");\n"
	}
	ddl += "create foreign table files.firm (id int, name text, n int not null) server s options (location 'dirty.csv', header 'true', on_error 'set_null');\n"
	catalog = filepath.Join(t.TempDir(), "tables.sql")
	if err := os.WriteFile(catalog, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, catalog
}

func notices(c *pgtest.Conn) (out []string) {
	for _, n := range c.Notices() {
		out = append(out, n.Severity+" "+n.Message)
	}
	return out
}

func TestRejects(t *testing.T) {
	dir, catalog := rejectsCatalog(t)
	h := Serve(t, "--catalog", catalog, "--allow", dir)
	c := h.Connect(t)
	skipped := []string{`NOTICE 6 rows of table "skip" were skipped due to data type incompatibility`}
	nulled := []string{`NOTICE 2 rows of table "nulls" were skipped due to data type incompatibility`,
		`NOTICE in 4 rows of table "nulls" columns were set to null due to data type incompatibility`}
	for _, q := range []struct {
		sql     string
		rows    []string
		notices []string
	}{
		{"select * from files.skip", []string{"1\ta\t10", "4\td\t40", "8\th\t80"}, skipped},
		{"select count(*) from files.skip", []string{"3"}, skipped},
		{"select name from files.skip where id > 1 order by n desc limit 1", []string{"h"}, skipped},
		{"select count(*) from files.skip a join files.skip b using (id)", []string{"3"}, skipped},
		{"select (select sum(b.n) from files.skip b where b.id <= a.id) from files.skip a", []string{"10", "50", "130"}, skipped},
		{"select count(*), count(id), count(name), sum(n) from files.nulls", []string{"7\t6\t6\t270"}, nulled},
		{"select id from files.nulls where n is null", []string{"2", "6"}, nulled},
		{"select count(*) from files.enough", []string{"3"}, []string{strings.Replace(skipped[0], "skip\"", "enough\"", 1)}},
		{"select name from files.most where id = 1", []string{"a"}, []string{strings.Replace(nulled[0], "nulls", "most", 1), strings.Replace(nulled[1], "nulls", "most", 1)}},
		// This changes nothing of what the one before has left.
		{"select 1 where false", nil, nil},
		{"select row_number, column_name, value, sqlstate, action from howdah.rejects where table_name = 'files.most' order by row_number", []string{
			"2\tn\tx\t22P02\tset to null", "3\t\\N\t3,c\t22P04\tskipped", "5\tid\tfive\t22P02\tset to null", "6\tn\t99999999999\t22003\tset to null",
			"7\t\\N\t7,g,70,extra\t22P04\tskipped", "9\tname\t\\\\xff\t22021\tset to null"}, nil},
	} {
		a := ask(c, q.sql)
		if a.code != "" || !slices.Equal(a.rows, q.rows) || !slices.Equal(notices(c), q.notices) {
			t.Errorf("%s: %s\n%q\nnotices %q", q.sql, a, a.rows, notices(c))
		}
	}
	for sql, want := range map[string]string{
		"select * from files.two":   "22P02 skipped more than REJECT_LIMIT (2) rows due to data type incompatibility",
		"select * from files.half":  "22P02 skipped more than REJECT_LIMIT (50%) of the rows due to data type incompatibility",
		"select id from files.firm": `23502 null value in column "n" of relation "firm" violates not-null constraint`,
		"select id from files.stop": `22021 invalid byte sequence for encoding "UTF8": 0xff`,
		"create foreign table files.x (a int) server s options (location 'dirty.csv', reject_limit '5')":                          `22023 option "reject_limit" requires option "on_error" to be set to ignore or set_null`,
		"create foreign table files.x (a int) server s options (location 'dirty.csv', on_error 'ignore', reject_limit '0')":       "22023 reject_limit (0) must be greater than zero",
		"create foreign table files.x (a int) server s options (location 'dirty.csv', on_error 'ignore', reject_limit '101%')":    `22023 invalid value for option "reject_limit": 101%`,
		"create foreign table files.x (a int) server s options (location 'dirty.csv', on_error 'ignore', reject_limit 'several')": `22023 invalid value for option "reject_limit": several`,
		"create foreign table files.x (a int) server s options (location 'dirty.csv', on_error 'continue')":                       `22023 invalid value for option "on_error": continue`,
		"create server z foreign data wrapper howdah options (location '/tmp', reject_limit '-1')":                                "22023 reject_limit (-1) must be greater than zero",
		"create view howdah.rejects as select 1": `42P07 relation "rejects" already exists`,
	} {
		if a := ask(c, sql); a.code+" "+a.message != want {
			t.Errorf("%s: %s", sql, a)
		}
	}
	// The limit's error leaves its trace as well.
	if a := ask(c, "select count(*) from files.two; select count(*) from howdah.rejects"); a.code != "22P02" {
		t.Error(a)
	}
	if a := ask(c, "select table_name, count(*) from howdah.rejects group by 1"); !slices.Equal(a.rows, []string{"files.two\t3"}) {
		t.Error(a)
	}
	// Each of limit, cursor and portal tells of what was read when it ends.
	must(t, c, "begin; declare c cursor for select * from files.skip; fetch 1 from c; fetch backward all from c")
	if n := notices(c); n != nil {
		t.Errorf("before the end: %q", n)
	}
	must(t, c, "fetch all from c")
	if n := notices(c); !slices.Equal(n, skipped) {
		t.Errorf("at the end: %q", n)
	}
	must(t, c, "move backward all from c; fetch all from c; close c; commit")
	if n := notices(c); n != nil {
		t.Errorf("a second time: %q", n)
	}
	must(t, c, "begin; declare c cursor for select * from files.skip; fetch 1 from c; close c")
	if n := notices(c); !slices.Equal(n, []string{strings.Replace(skipped[0], "6", "2", 1)}) { // as far as it was read
		t.Errorf("at the close: %q", n)
	}
	must(t, c, "rollback; set client_min_messages = warning; select * from files.skip")
	if n := notices(c); n != nil {
		t.Errorf("not wanted: %q", n)
	}
	plan := ask(c, "explain (analyze, costs off, timing off, summary off) select count(*) from files.skip where id > 3")
	if !slices.Contains(plan.rows, "        Rejected: 6") {
		t.Errorf("%q", plan.rows)
	}
}

// TestRejectsByProtocol: the extended protocol tells as well, when a portal's rows end or it is closed.
func TestRejectsByProtocol(t *testing.T) {
	dir, catalog := rejectsCatalog(t)
	h := Serve(t, "--catalog", catalog, "--allow", dir)
	c := h.Connect(t)
	skipped := `[NOTICE 6 rows of table "skip" were skipped due to data type incompatibility]`
	r := c.Pg().ExecParams(t.Context(), "select id from files.skip where id < $1", [][]byte{[]byte("5")}, nil, nil, nil).Read()
	if r.Err != nil || len(r.Rows) != 2 || fmt.Sprint(notices(c)) != skipped {
		t.Errorf("%v, %d rows, %q", r.Err, len(r.Rows), notices(c))
	}
	must(t, c, "prepare p as select count(*) from files.skip; execute p")
	if got := fmt.Sprint(notices(c)); got != skipped {
		t.Error(got)
	}
	must(t, c, "alter foreign table files.stop options (set on_error 'ignore'); select count(*) from files.stop")
	if got := fmt.Sprint(notices(c)); got != strings.Replace(skipped, "skip\"", "stop\"", 1) {
		t.Error(got)
	}
	if a := ask(c, "alter foreign table files.skip options (set on_error 'never')"); a.code != "22023" {
		t.Error(a)
	}
}

// TestDirtyFilesAreImported: what a server rejects does not keep its files from being tables.
func TestDirtyFilesAreImported(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"broken.ndjson": "{\"id\":1,\"n\":\n\n{\"id\":2}\n{\"id\":\"x\"}\n", "latin.csv": "id,name\n1,a\n2,\xe9\n", "cut.csv": "id,name\n1,\"a\n",
	})
	c := Serve(t, dir).Connect(t)
	must(t, c, "create server s foreign data wrapper howdah options (location '"+dir+"', on_error 'ignore'); create schema i;"+
		"import foreign schema public limit to (broken, latin) from server s into i")
	for sql, want := range map[string]string{
		"select id from i.broken":  "2 rows: 2 | x", // the inferred type takes both
		"select name from i.latin": "1 rows: a",
		"select id from broken":    "22P02 invalid input syntax for type json",
		"select name from latin":   `22021 invalid byte sequence for encoding "UTF8": 0xe9`,
		"import foreign schema public limit to (cut) from server s into i": "22P04 unterminated CSV quoted field",
	} {
		if a := ask(c, sql); a.String() != want {
			t.Errorf("%s: %s", sql, a)
		}
	}
}

// TestRejectsOfSheets: a cell is named as the workbook names it.
func TestRejectsOfSheets(t *testing.T) {
	book := excelize.NewFile()
	book.SetSheetName("Sheet1", "My data")
	for i, row := range [][]any{{"id", "amount"}, {1, 2.5}, {"two", 3}, {3, "n/a"}, {4, 5}} {
		if err := book.SetSheetRow("My data", fmt.Sprintf("B%d", i+2), &row); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := book.SaveAs(filepath.Join(dir, "book.xlsx")); err != nil {
		t.Fatal(err)
	}
	c := Serve(t, dir).Connect(t)
	must(t, c, "create server s foreign data wrapper howdah options (location '"+dir+"', on_error 'ignore');"+
		"create foreign table sheet (id int options (column 'B'), amount numeric options (column 'C')) server s options (location 'book.xlsx', header 'true')")
	if a := ask(c, "select id from sheet order by amount"); fmt.Sprint(a.rows) != "[1 4]" {
		t.Error(a)
	}
	if a := ask(c, "select sheet, row_number, place, column_name, value, raw from howdah.rejects order by row_number"); fmt.Sprint(a.rows) !=
		`[My data	2	B4	id	two	two\t3 My data	3	C5	amount	n/a	3\tn/a]` {
		t.Errorf("%q", a.rows)
	}
}

// TestRejectsOfOthers: everybody sees what his own sessions rejected, a superuser what all did.
func TestRejectsOfOthers(t *testing.T) {
	dir, catalog := rejectsCatalog(t)
	h := Serve(t, "--catalog", catalog, "--allow", dir)
	must(t, h.Connect(t), "create role boss login superuser; create role anna login; create role otto login")
	sessions := map[string]*pgtest.Conn{}
	for _, user := range []string{"anna", "otto", "boss"} {
		c, err := pgtest.Connect(h.DSN(user))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		sessions[user] = c
		if user != "boss" {
			must(t, c, "select * from files.skip")
		}
	}
	const users = "select distinct user_name from howdah.rejected_rows order by 1"
	for user, want := range map[string]string{"anna": "[anna]", "otto": "[otto]", "boss": "[anna otto]"} {
		if a := ask(sessions[user], users); fmt.Sprint(a.rows) != want {
			t.Errorf("%s sees %s", user, a)
		}
	}
	if a := ask(sessions["boss"], "select count(*) from howdah.rejects"); fmt.Sprint(a.rows) != "[0]" {
		t.Error(a)
	}
	if a := ask(sessions["boss"], "select count(distinct run), count(*), count(distinct pid), min(query), bool_and(began < now()) from howdah.rejected_rows"); fmt.Sprint(a.rows) != "[2\t12\t2\tselect * from files.skip\tt]" {
		t.Error(a)
	}
}

// TestRejectsThroughPostgresFDW: PostgreSQL answers as if the table held the rows that are left, and reads the log as a
// foreign table.
func TestRejectsThroughPostgresFDW(t *testing.T) {
	dir, catalog := rejectsCatalog(t)
	h := Serve(t, "--catalog", catalog, "--allow", dir)
	pg := pgtest.New(t)
	c, err := pg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	must(t, c, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');
		create schema f; import foreign schema files from server howdah into f;
		create schema h; import foreign schema howdah from server howdah into h`, h.Port))
	for _, q := range []struct{ sql, want string }{
		{"select id, n from f.skip order by id", "[1\t10 4\t40 8\t80]"},
		{"select row_number, column_name, value, action from h.rejects where sqlstate = '22P02' order by 1", "[2\tn\tx\tskipped 5\tid\tfive\tskipped]"},
		{"select count(*), sum(n) from f.nulls", "[7\t270]"},
		{"select s.id, n.n from f.skip s join f.nulls n using (id)", "[1\t10 4\t40 8\t80]"},
		{"select table_name, count(distinct run), count(*), min(user_name) from h.rejected_rows group by 1 order by 1", "[files.nulls\t2\t12\ttester files.skip\t2\t12\ttester]"},
	} {
		if a := ask(c, q.sql); fmt.Sprint(a.rows) != q.want {
			t.Errorf("%s: %s\n%q", q.sql, a, a.rows)
		}
	}
	if a := ask(c, "select * from f.two"); a.code != "22P02" || a.message != "skipped more than REJECT_LIMIT (2) rows due to data type incompatibility" {
		t.Error(a)
	}
}

// TestRejectsInPsql is what a person sees.
func TestRejectsInPsql(t *testing.T) {
	dir, catalog := rejectsCatalog(t)
	h := Serve(t, "--catalog", catalog, "--allow", dir)
	out, err := h.psql("-A", "-t", "-c", "select sum(n) from files.skip", "-c", "select file like '/%/dirty.csv', place, raw, reason from howdah.rejects limit 2", "-c", `\d howdah.rejects`)
	if err != nil {
		t.Fatal(err, out)
	}
	for _, want := range []string{
		"NOTICE:  6 rows of table \"skip\" were skipped due to data type incompatibility\n",
		"DETAIL:  The first one: " + dir + "/dirty.csv, line 3, row 2, column n: \"x\": invalid input syntax for type integer: \"x\"\n",
		"HINT:  SELECT * FROM howdah.rejects shows them.\n",
		"130\n", "t|line 3|2,b,x|invalid input syntax for type integer: \"x\"\n", "t|line 4|3,c|missing data for column \"n\"\n", "row_number|bigint",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in\n%s", want, out)
		}
	}
}

// TestManyRejects: counts stay exact where not all is kept.
func TestManyRejects(t *testing.T) {
	var b strings.Builder
	for i := range 30000 {
		fmt.Fprintf(&b, "%d,%d\n", i, i)
		if i%2 == 0 {
			fmt.Fprintf(&b, "%d,none\n", i)
		}
	}
	dir := folderOf(t, map[string]string{"many.csv": b.String()})
	h := Serve(t, dir)
	c := h.Connect(t)
	must(t, c, "create server s foreign data wrapper howdah options (location '"+dir+"', on_error 'ignore');"+
		"create foreign table lots (a int, b int) server s options (location 'many.csv');"+
		"create foreign table share (a int, b int) server s options (location 'many.csv', reject_limit '33.4%');"+
		"create foreign table less (a int, b int) server s options (location 'many.csv', reject_limit '33.3%')")
	must(t, c, "select count(*) from lots")
	if n := c.Notices(); len(n) != 1 || n[0].Message != `15000 rows of table "lots" were skipped due to data type incompatibility` ||
		n[0].Hint != "SELECT * FROM howdah.rejects shows them, but for 5000 that were counted and not kept." {
		t.Errorf("%+v", n)
	}
	if a := ask(c, "select action, count(*), max(row_number), max(reason) from howdah.rejects group by 1 order by 1 desc"); fmt.Sprint(a.rows) !=
		"[skipped\t10000\t29999\tinvalid input syntax for type integer: \"none\" not kept\t1\t\\N\t5000 more were counted, but not kept]" {
		t.Errorf("%q", a.rows)
	}
	if a := ask(c, "select count(*) from share"); fmt.Sprint(a.rows) != "[30000]" {
		t.Error(a)
	}
	// The first rows decide nothing; from the thousandth on too large a share ends the scan.
	if a := ask(c, "select count(*) from less"); a.code != "22P02" {
		t.Error(a)
	}
	if a := ask(c, "select count(*) from howdah.rejects"); fmt.Sprint(a.rows) != "[334]" {
		t.Error(a)
	}
}
