package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

var updateViews = flag.Bool("update-views", false, "write PostgreSQL's definitions into testdata/views/definitions.txt")

// viewTables are what the views of testdata/views read: the table, its columns, its file's name and rows.
var viewTables = []struct{ name, columns, file, rows string }{
	{`a`, `id int, name text, qty int, price numeric(10,2), d date, ts timestamp, tstz timestamptz, ok boolean, tags text[], j jsonb, f float8, ` +
		`big bigint, s smallint, v varchar(10), c char(3), iv interval, t time, b bytea`, "a.csv",
		`1,x,2,1.50,2020-01-01,2020-01-01 10:00:00,2020-01-01 10:00:00+00,t,"{a,b}","{""a"":1}",1.5,10,3,vv,cc,1 day,10:00:00,\x00` + "\n" +
			`2,ab,3,2.50,2021-02-03,2021-02-03 11:30:00,2021-02-03 11:30:00+00,f,"{x}","{""b"":2}",2.5,2,1,y,k,1 hour,11:00:00,\xff` + "\n" +
			`5,x,,,,,,,,,,,,,,,,` + "\n"},
	{`b`, `id int, a_id int, label text, amount numeric`, "b.csv", "1,1,x,2.5\n2,1,y,0.5\n3,,z,7\n5,2,ab,1\n"},
	{`c`, `id bigint, name text`, "c.csv", "1,x\n3,q\n"},
	{`"Odd Name"`, `"Odd Col" int, "select" text`, "odd.csv", "1,x\n"},
	{`only_a`, `id int`, "c.csv", ""},
}

// viewStyles are the ways in which a definition is asked for.
var viewStyles = []struct{ name, more string }{{"plain", ""}, {"pretty", ", true"}, {"80", ", 80"}}

// viewCase is a view of testdata/views/views.txt.
type viewCase struct {
	line, columns, query string
	then                 []string // statements after it
	written              bool     // Howdah shows it as it was written
}

var leadingColumns = regexp.MustCompile(`^(\([a-z, ]+\)) (.*)$`)

func viewCases(t *testing.T) []viewCase {
	t.Helper()
	data, err := os.ReadFile("../../testdata/views/views.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []viewCase
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '!':
			last := &out[len(out)-1]
			last.then = append(last.then, strings.TrimSpace(line[1:]))
		default:
			c := viewCase{line: line}
			c.query, c.written = strings.CutPrefix(line, "written: ")
			if m := leadingColumns.FindStringSubmatch(c.query); m != nil && !strings.HasPrefix(m[1], "(select") {
				c.columns, c.query = m[1], m[2]
			}
			out = append(out, c)
		}
	}
	return out
}

// make gives the statements that make the view of that number.
func (c viewCase) make(i int) []string {
	name := strings.NewReplacer("{v}", fmt.Sprintf("v%d", i), "{before}", fmt.Sprintf("v%d", i-1))
	out := []string{"create view {v}" + c.columns + " as " + c.query}
	out = append(out, c.then...)
	for k, s := range out {
		out[k] = name.Replace(s)
	}
	return out
}

// viewServer is a Howdah with the tables of the views.
func viewServer(t *testing.T) *Howdah {
	files := map[string]string{}
	var ddl strings.Builder
	folder := t.TempDir()
	fmt.Fprintf(&ddl, "CREATE SERVER s FOREIGN DATA WRAPPER howdah OPTIONS (location '%s');\n", folder)
	for _, x := range viewTables {
		if x.rows != "" {
			files[x.file] = x.rows
		}
		fmt.Fprintf(&ddl, "CREATE FOREIGN TABLE public.%s (%s) SERVER s OPTIONS (location '%s', header 'false');\n", x.name, x.columns, x.file)
	}
	for name, rows := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	catalog := filepath.Join(t.TempDir(), "catalog.sql")
	if err := os.WriteFile(catalog, []byte(ddl.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return Serve(t, "--catalog", catalog, "--allow", folder)
}

// definitions asks for a view's definition in all styles.
func definitions(t *testing.T, c *pgtest.Conn, name string) string {
	t.Helper()
	var b strings.Builder
	for _, s := range viewStyles {
		text, err := c.Value("select pg_get_viewdef('" + name + "'::regclass" + s.more + ")")
		if err != nil {
			t.Errorf("%s %s: %v", name, s.name, err)
		}
		fmt.Fprintf(&b, "-- %s\n%s\n", s.name, text)
	}
	return b.String()
}

// TestViewDefinitions holds pg_get_viewdef to what PostgreSQL printed, and what it prints to mean the same.
func TestViewDefinitions(t *testing.T) {
	c := viewServer(t).Connect(t)
	want := wantedDefinitions(t)
	exact, written := 0, 0
	for i, v := range viewCases(t) {
		name := fmt.Sprintf("v%d", i+1)
		mustAll(t, c, v.make(i+1)...)
		got := definitions(t, c, name)
		if v.written {
			if written++; got == want[v.line] {
				t.Errorf("%s: it is printed as PostgreSQL prints it, and said to be shown as it was written", v.line)
			}
			continue
		}
		if exact++; got != want[v.line] {
			t.Errorf("%s\n got %s\nwant %s", v.line, got, want[v.line])
			continue
		}
		again := "again" + name
		text, _ := c.Value("select pg_get_viewdef('" + name + "'::regclass)")
		if err := c.Exec("create view " + again + " as " + text); err != nil {
			t.Errorf("%s is printed as what cannot be made: %v\n%s", v.line, err, text)
			continue
		}
		first, second := ask(c, "select * from "+name), ask(c, "select * from "+again)
		if !first.same(second, false) && first.same(ask(c, "select * from "+name), false) { // else it is never the same twice
			t.Errorf("%s, made of what is printed, answers %v instead of %v", v.line, second, first)
		}
	}
	t.Logf("%d views are printed as PostgreSQL prints them, %d are shown as they were written", exact, written)
}

// TestViewDefinitionsOnPostgreSQL holds the recorded definitions to a real PostgreSQL; with -update-views they become its.
func TestViewDefinitionsOnPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	c := connOf(t, pgtest.New(t))
	collated := regexp.MustCompile(`(text\[\]|text|varchar\(10\)|char\(3\))`)
	mustAll(t, c, "create schema views", "set search_path = views, pg_catalog")
	for _, x := range viewTables {
		mustAll(t, c, "create table "+x.name+" ("+collated.ReplaceAllString(x.columns, `$1 collate "C"`)+")")
	}
	want, out := map[string]string{}, &strings.Builder{}
	if !*updateViews {
		want = wantedDefinitions(t)
	}
	for i, v := range viewCases(t) {
		name := fmt.Sprintf("v%d", i+1)
		mustAll(t, c, v.make(i+1)...)
		got := definitions(t, c, name)
		fmt.Fprintf(out, "== %s\n%s", v.line, got)
		if !*updateViews && got != want[v.line] {
			t.Errorf("%s\nPostgreSQL prints %s\nrecorded is %s", v.line, got, want[v.line])
		}
	}
	if *updateViews {
		if err := os.WriteFile("../../testdata/views/definitions.txt", []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// wantedDefinitions are the recorded ones, by the view's line.
func wantedDefinitions(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../testdata/views/definitions.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, part := range strings.Split("\n"+string(data), "\n== ")[1:] {
		line, text, _ := strings.Cut(part, "\n")
		out[line] = strings.TrimSuffix(text, "\n") + "\n"
	}
	if cases := viewCases(t); slices.ContainsFunc(cases, func(c viewCase) bool { return out[c.line] == "" }) {
		t.Fatal("testdata/views/definitions.txt does not have all views: go test ./internal/e2e -run ViewDefinitions -update-views")
	}
	return out
}

// TestRandomViewDefinitions makes views of random queries on Howdah and on PostgreSQL. They are printed alike; few are
// shown as they were written.
func TestRandomViewDefinitions(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	d := newDifferential(t)
	seed, n := uint64(20261124), 400
	if s, err := strconv.ParseUint(os.Getenv("HOWDAH_SEED"), 10, 64); err == nil {
		seed = s
	}
	if s, err := strconv.Atoi(os.Getenv("HOWDAH_DIFFERENTIAL")); err == nil {
		n = s
	}
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), pool: map[string][]string{}}
	compared, bad := 0, 0
	for i := range n {
		if i%200 == 0 {
			g.Rand = rand.New(rand.NewPCG(seed, uint64(i)))
			d.tables(g)
			for _, c := range []*pgtest.Conn{d.heap, d.direct} {
				mustAll(t, c, fmt.Sprintf("set search_path = r%d", d.round), "reset datestyle", "reset extra_float_digits", "reset bytea_output")
			}
		}
		g.Rand = rand.New(rand.NewPCG(seed, uint64(i+1)))
		text, _ := g.query().text(fmt.Sprintf("r%d", d.round), true)
		name := fmt.Sprintf("view%d", i)
		ours, theirs := d.direct.Exec("create view "+name+" as "+text), d.heap.Exec("create view "+name+" as "+text)
		if ours != nil || theirs != nil {
			continue // of doubled names, above all; what is refused is TestDifferential's
		}
		compared++
		if got, want := definitions(t, d.direct, name), definitions(t, d.heap, name); got != want {
			if bad++; bad <= 10 {
				t.Errorf("seed %d view %d: %s\n got %s\nwant %s", seed, i, text, got, want)
			}
		}
	}
	t.Logf("HOWDAH_SEED=%d: of %d views %d are printed otherwise", seed, compared, bad)
	if compared < n/3 {
		t.Errorf("only %d of %d views were made", compared, n)
	}
}
