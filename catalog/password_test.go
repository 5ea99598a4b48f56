package catalog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/pgerr"
	"howdah/sources"
)

// TestPasswordsOfTheMapping: a file's password comes from the mapping of the user who asks, opens it for nobody else, and is
// written into no declaration.
func TestPasswordsOfTheMapping(t *testing.T) {
	data, err := os.ReadFile("../formats/internal/offcrypto/testdata/msoffcrypto.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	dir := writeFiles(t, map[string]string{"books/locked.xlsx": string(data), "books/plain.csv": "a,b\n1,2\n"})
	file := filepath.Join(t.TempDir(), "tables.sql")
	c := open(t, file, dir)
	ddl := `
		create server s foreign data wrapper howdah options (location '` + dir + `/books');
		create user mapping for me server s options (file_password 'geheim');
		create user mapping for other server s options (file_password 'falsch');
		create foreign table declared (id bigint, name text) server s options (location 'locked.xlsx');
		create foreign table unnamed (a bigint, b bigint) server s options (location 'plain.csv');
		import foreign schema public from server s into public;`
	if err := run(t, c, ddl); err != nil {
		t.Fatal(err)
	}
	lookup := func(user, table string) (*Relation, error) {
		return c.View(user, sources.NewSnapshot()).Lookup(context.Background(), []string{"public"}, "", table)
	}
	for range 2 { // the second time what was inferred is remembered
		for _, table := range []string{"declared", "locked"} {
			r, err := lookup("me", table)
			if err != nil || r.File.Options["file_password"] != "geheim" {
				t.Fatalf("%s: %v", table, err)
			}
			for _, user := range []string{"other", "nobody"} {
				_, err := lookup(user, table)
				e := pgerr.From(err)
				if !errors.Is(err, pgerr.InvalidPassword) || !strings.Contains(e.Hint, "file_password") {
					t.Errorf("%s of %s: %v", table, user, err)
				}
				if all := e.Message + e.Detail + e.Hint + e.Where; strings.Contains(all, "falsch") || strings.Contains(all, "geheim") {
					t.Errorf("the error shows a password: %s", all)
				}
			}
		}
		for _, user := range []string{"me", "other", "nobody"} {
			if r, err := lookup(user, "unnamed"); err != nil || r.File.Options["file_password"] != "" {
				t.Errorf("%s: %v", user, err)
			}
		}
	}
	r, _ := lookup("me", "locked")
	if got := describeRelation(r); got != "public.locked(id 20, name 25, day 1082, price 1700)" {
		t.Error(got)
	}
	text, err := c.Describe(context.Background(), r)
	if err != nil || strings.Contains(text, "geheim") || strings.Contains(text, "file_password") {
		t.Errorf("it is described with its password: %s %v", text, err)
	}
	kept, err := os.ReadFile(file)
	if err != nil || strings.Count(string(kept), "geheim") != 1 {
		t.Errorf("the password is not only in the mapping: %s %v", kept, err)
	}
	if text := dumpSystem(t, c, "pg_foreign_table"); strings.Contains(text, "geheim") {
		t.Error(text)
	}
	// A password in the table's options is for all, and shown to nobody.
	if err := run(t, c, `alter foreign table declared options (add file_password 'geheim')`); err != nil {
		t.Fatal(err)
	}
	if _, err := lookup("nobody", "declared"); err != nil {
		t.Error(err)
	}
	if text := dumpSystem(t, c, "pg_foreign_table"); strings.Contains(text, "geheim") || !strings.Contains(text, "file_password") {
		t.Error(text)
	}
}
