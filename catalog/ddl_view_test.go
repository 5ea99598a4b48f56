package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestViewsAreKept: what ALTER and COMMENT say of views is in the catalog file, and is read back as it was.
func TestViewsAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cat.sql")
	c := open(t, file)
	for _, s := range []string{
		"CREATE VIEW v WITH (security_barrier = on) AS SELECT 1 AS a",
		"CREATE VIEW w AS SELECT v.a, public.v.a AS b FROM public.v",
		"COMMENT ON COLUMN v.a IS 'first'",
		"ALTER VIEW v ALTER COLUMN a SET DEFAULT 1 + 2",
		"ALTER VIEW v RENAME COLUMN a TO n",
		"ALTER VIEW v RENAME TO u",
	} {
		if err := run(t, c, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"CREATE VIEW public.u (n) WITH (security_barrier=on) AS SELECT 1 AS a;",
		"COMMENT ON COLUMN public.u.n IS 'first';",
		"ALTER VIEW public.u ALTER COLUMN n SET DEFAULT 1 + 2;",
		"CREATE VIEW public.w AS SELECT v.a, v.a AS b FROM public.u v(a);",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	again := open(t, file)
	if err := run(t, again, "CREATE SCHEMA more"); err != nil { // writes the file anew
		t.Fatal(err)
	}
	now, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Replace(string(now), "CREATE SCHEMA more;\n", "", 1); !strings.Contains(got, strings.TrimSpace(string(text)[strings.Index(string(text), "SET search_path"):])) {
		t.Errorf("read back and written\n%s\nwas\n%s", now, text)
	}
	if err := run(t, again, "DROP VIEW u"); err == nil || !strings.Contains(err.Error(), "depend") {
		t.Errorf("DROP VIEW u: %v", err)
	}
}
