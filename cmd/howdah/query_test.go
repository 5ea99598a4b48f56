package main

import (
	"os"
	"path/filepath"
	"testing"
)

// printed is what f writes to the standard output.
func printed(t *testing.T, f func() error) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	was := os.Stdout
	os.Stdout = file
	err = f()
	os.Stdout = was
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestQueryCopies: COPY … TO STDOUT writes what PostgreSQL does.
func TestQueryCopies(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.csv"), []byte("id,name\n1,a\n2,\"b,c\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sql, want string }{
		{`COPY (SELECT *, NULL, E'a\tb' FROM f ORDER BY id) TO STDOUT`, "1\ta\t\\N\ta\\tb\n2\tb,c\t\\N\ta\\tb\n"},
		{`COPY f TO STDOUT WITH (FORMAT csv, HEADER, FORCE_QUOTE (id))`, "id,name\n\"1\",a\n\"2\",\"b,c\"\n"},
		{`COPY f (name) TO STDOUT (HEADER, DELIMITER '|', NULL 'x')`, "name\na\nb,c\n"},
		{`COPY (SELECT 'ü') TO STDOUT (ENCODING 'LATIN1')`, "\xfc\n"},
		{`COPY (SELECT id FROM f WHERE id > 9) TO STDOUT`, ""},
		{`COPY (SELECT true) TO STDOUT (FORMAT binary)`, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x01\xff\xff"},
	} {
		got := printed(t, func() error { return query(t.Context(), []string{"-quiet", dir, c.sql}) })
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.sql, got, c.want)
		}
	}
	for _, sql := range []string{"COPY f FROM STDIN", "COPY f TO '/tmp/f'", "COPY (DELETE FROM f) TO STDOUT"} {
		if err := query(t.Context(), []string{"-quiet", dir, sql}); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
}
