package catalog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	formatsall "howdah/formats/all"
	"howdah/pgerr"
	"howdah/sources"
	sourcesall "howdah/sources/all"
	"howdah/sources/local"
	"howdah/sql"
	"howdah/types"
)

// writeFiles writes files below a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
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

func open(t *testing.T, file string, dirs ...string) *Catalog {
	t.Helper()
	reg, err := sourcesall.Registry(sourcesall.Config{Local: local.Config{Roots: dirs}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(reg.Close)
	cfg := Config{File: file, Sources: reg, Formats: formatsall.Formats(), ListTTL: time.Nanosecond}
	if file == "" {
		for _, d := range dirs {
			cfg.Locations = append(cfg.Locations, Location{Text: d})
		}
	}
	c, err := New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDescriber(func(context.Context, View, []string, string) ([]types.Column, error) {
		return []types.Column{{Name: "a", Type: types.Of(types.Int4OID)}}, nil
	})
	return c
}

func describeRelation(r *Relation) string {
	var cols []string
	for _, c := range r.Columns {
		if !c.Hidden {
			cols = append(cols, fmt.Sprintf("%s %d", c.Name, c.Type.OID))
		}
	}
	return r.Schema + "." + r.Name + "(" + strings.Join(cols, ", ") + ")"
}

func listing(t *testing.T, c *Catalog) []string {
	t.Helper()
	all, err := c.View("me", sources.NewSnapshot()).Relations(context.Background(), "public", true)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range all {
		out = append(out, describeRelation(r))
	}
	return out
}

func TestDiscovery(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"orders.csv":                     "id,name\n1,a\n",
		"orders.csv.bak":                 "not data",
		"README.md":                      "not data",
		"Sales Q1.csv":                   "x\n1\n",
		"same/2023.csv":                  "d,v\n2023-01-01,1.5\n",
		"same/2024.csv":                  "d,v\n2024-01-01,2.5\n",
		"mixed/one.csv":                  "a\n1\n",
		"mixed/two.csv":                  "a,b\n1,2\n",
		"ev/year=2023/month=01/part.csv": "k,n\nx,1\n",
		"ev/year=2024/month=02/part.csv": "k,n\ny,2\n",
	})
	c := open(t, "", dir)
	want := []string{
		"public.ev(k 25, n 20, year 20, month 20)",
		"public.mixed_one(a 20)",
		"public.mixed_two(a 20, b 20)",
		"public.orders(id 20, name 25)",
		"public.sales_q1(x 20)",
		"public.same(d 1082, v 1700)",
	}
	if got := listing(t, c); !slices.Equal(got, want) {
		t.Errorf("tables:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// A new file is a new table, without a restart.
	if err := os.WriteFile(filepath.Join(dir, "late.csv"), []byte("z\n1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, c); !slices.Contains(got, "public.late(z 20)") {
		t.Errorf("the new file is not among %q", got)
	}
}

func TestNamesNeverCollideSilently(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a b.csv": "x\n1\n", "a-b.csv": "x\n1\n", "A_B.tsv": "x\n1\n"})
	got := listing(t, open(t, "", dir))
	if len(got) != 3 || len(slices.Compact(slices.Clone(got))) != 3 {
		t.Errorf("three files, three names: %q", got)
	}
	if again := listing(t, open(t, "", dir)); !slices.Equal(got, again) {
		t.Errorf("names change from %q to %q", got, again)
	}
}

// TestCollidingNamesKeepTheirFolder: what tells them apart is the extension, behind the name that they would have.
func TestCollidingNamesKeepTheirFolder(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"n/a.csv": "x\n1\n", "n/a.json": `[{"x": 1}]`, "p/a.csv": "x\n1\n", "p/a.json": `[{"x": 1}]`, "b.csv": "x\n1\n", "b.csv.gz": gzipped(t, "x\n1\n"),
	})
	want := []string{"public.b_csv(x 20)", "public.b_csv_gz(x 20)", "public.n_a_csv(x 20)", "public.n_a_json(x 20)", "public.p_a_csv(x 20)", "public.p_a_json(x 20)"}
	if got := listing(t, open(t, "", dir)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMissingRelationHasPostgresText(t *testing.T) {
	c := open(t, "", writeFiles(t, map[string]string{"a.csv": "x\n1\n"}))
	v := c.View("me", sources.NewSnapshot())
	_, err := v.Lookup(context.Background(), []string{"pg_catalog", "public"}, "", "nope")
	if e := pgerr.From(err); e.Code != pgerr.UndefinedTable || e.Message != `relation "nope" does not exist` {
		t.Errorf("got %v", err)
	}
}

// run executes DDL and commits it.
func run(t *testing.T, c *Catalog, text string) error {
	t.Helper()
	stmts, err := sql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	tx := c.Begin("me")
	for _, s := range stmts {
		if _, _, err := tx.Exec(context.Background(), s, []string{"public"}); err != nil {
			return err
		}
	}
	return tx.Commit(context.Background())
}

func TestDDLIsKeptAndReadBack(t *testing.T) {
	dir := writeFiles(t, map[string]string{"o.csv": "id,name\n1,a\n", "e/k=1/p.csv": "v\n1\n"})
	file := filepath.Join(t.TempDir(), "tables.sql")
	c := open(t, file, dir)
	ddl := `
		create schema files;
		create server s foreign data wrapper howdah options (location '` + dir + `');
		create user mapping for public server s;
		create foreign table files.o (id int, name varchar(10) not null, "Odd ""name" numeric(5,2)) server s options (location 'o.csv', header 'true');
		create view files.v (b) as select 1 as a;
		comment on foreign table files.o is 'it''s ours';
		comment on column files.o.id is 'key';
		create role reader login password 'secret';
		alter foreign table files.o drop column "Odd ""name";
		alter server s options (add region 'x');`
	if err := run(t, c, ddl); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if strings.Contains(string(first), "'secret'") {
		t.Error("the password itself is in the file")
	}
	again := open(t, file, dir)
	if got, want := again.state.Load().script(), string(first); got != want {
		t.Errorf("read back and written again:\n%s\nwas:\n%s", got, want)
	}
	v := again.View("me", sources.NewSnapshot())
	r, err := v.Lookup(context.Background(), nil, "files", "o")
	if err != nil {
		t.Fatal(err)
	}
	if got := describeRelation(r); got != "files.o(id 23, name 1043)" {
		t.Error(got)
	}
	if r.Columns[1].Collation != types.CCollation {
		t.Error("text of a file is not COLLATE \"C\"")
	}
}

// TestAlterDeclaresWhatWasFound: the ALTER that the hint of a bad value prints works on a table that nobody declared.
func TestAlterDeclaresWhatWasFound(t *testing.T) {
	c := open(t, "", writeFiles(t, map[string]string{"o.csv": "id,n\n1,2\n"}))
	if err := run(t, c, "alter foreign table public.o alter column n type text"); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, c); !slices.Equal(got, []string{"public.o(id 20, n 25)"}) {
		t.Error(got)
	}
	if err := run(t, c, "drop foreign table o"); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, c); !slices.Equal(got, []string{"public.o(id 20, n 20)"}) {
		t.Errorf("without the declaration it is as found: %q", got)
	}
}

func TestDDLErrors(t *testing.T) {
	dir := writeFiles(t, map[string]string{"o.csv": "id\n1\n"})
	c := open(t, filepath.Join(t.TempDir(), "t.sql"), dir)
	if err := run(t, c, `create server s foreign data wrapper howdah options (location '`+dir+`')`); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`create server s foreign data wrapper howdah`:                                      `42710 server "s" already exists`,
		`create server x foreign data wrapper nope`:                                        `42704 foreign-data wrapper "nope" does not exist`,
		`create foreign table t (a int) server nope`:                                       `42704 server "nope" does not exist`,
		`create foreign table nope.t (a int) server s options (location 'o.csv')`:          `3F000 schema "nope" does not exist`,
		`create foreign table t (a int) server s options (location 'o.csv', heder 'true')`: `HV00D invalid option "heder"`,
		`create foreign table t (a int, a int) server s options (location 'o.csv')`:        `42701 column "a" specified more than once`,
		`create foreign table t (a nope) server s options (location 'o.csv')`:              `42704 type "nope" does not exist`,
		`drop foreign table nope`:                                                          `42P01 foreign table "nope" does not exist`,
		`drop schema nope`:                                                                 `3F000 schema "nope" does not exist`,
		`drop role nope`:                                                                   `42704 role "nope" does not exist`,
		`create schema pg_x`:                                                               `42939 unacceptable schema name "pg_x"`,
		`create table t (a int)`:                                                           `0A000 this statement is not supported`,
	} {
		err := run(t, c, text)
		if err == nil {
			t.Errorf("%s: no error", text)
			continue
		}
		e := pgerr.From(err)
		if got := string(e.Code) + " " + e.Message; got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
	before := c.state.Load()
	if err := run(t, c, `create schema a; create schema a`); err == nil || c.state.Load() != before {
		t.Error("a failed transaction left something behind")
	}
}

func TestCloudfsDumpLoads(t *testing.T) {
	dir := writeFiles(t, map[string]string{"emp.csv": "id;name\n1;a\n"})
	c := open(t, filepath.Join(t.TempDir(), "t.sql"), dir)
	dump, err := os.ReadFile("testdata/cloudfs_fdw.sql")
	if err != nil {
		t.Fatal(err)
	}
	c.cfg.File = filepath.Join(t.TempDir(), "dump.sql")
	if err := c.load(context.Background(), strings.ReplaceAll(string(dump), "@DIR@", dir)); err != nil {
		t.Fatalf("%v\n%s", err, pgerr.From(err).Where)
	}
	v := c.View("me", sources.NewSnapshot())
	r, err := v.Lookup(context.Background(), nil, "public", "emp")
	if err != nil {
		t.Fatal(err)
	}
	if got := describeRelation(r); got != "public.emp(id 23, name 1043)" || r.File.Options["delimiter"] != ";" {
		t.Error(got, r.File.Options)
	}
}

// canary is a secret that must come out nowhere.
const canary = "cAnArY-s3cr3t"

func TestSecretsAreShownToNobody(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "t.sql"), t.TempDir())
	err := run(t, c, `create server s foreign data wrapper howdah options (location 's3://b/p', aws_access_key 'k', aws_secret_key '`+canary+`');
		create user mapping for public server s options (aws_secret_key '`+canary+`', file_password '`+canary+`');
		create foreign table ft (a int) server s options (location 'a.xlsx', file_password '`+canary+`')`)
	if err != nil {
		t.Fatal(err)
	}
	for _, rel := range []string{"pg_foreign_server", "pg_user_mapping", "pg_user_mappings", "pg_foreign_table"} {
		if text := dumpSystem(t, c, rel); strings.Contains(text, canary) {
			t.Errorf("%s shows it: %s", rel, text)
		}
	}
	err = run(t, c, `create server s2 foreign data wrapper howdah options (location 's3://`+canary+`@b/p')`)
	if err != nil && strings.Contains(fmt.Sprintf("%+v", pgerr.From(err)), canary) {
		t.Errorf("an error shows it: %v", err)
	}
}
