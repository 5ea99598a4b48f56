package fingerprints_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"howdah/bench/duel"
	"howdah/bench/fingerprints"
	"howdah/internal/e2e"
	"howdah/internal/pgtest"
)

// TestScreen compares the answer with a real PostgreSQL's, and tells that the table is what it is made for.
func TestScreen(t *testing.T) {
	const rows = 3000
	dir, err := os.MkdirTemp("", "howdah-fingerprints-") // t.TempDir's parent is closed to PostgreSQL's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := fingerprints.Write(&file, rows, fingerprints.Seed); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "fingerprints.csv")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	pg := pgtest.New(t)
	for _, sql := range fingerprints.Load(path) {
		if err := pg.Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	catalog := filepath.Join(t.TempDir(), "catalog.sql")
	if err := os.WriteFile(catalog, []byte(fingerprints.Catalog(path)), 0o644); err != nil {
		t.Fatal(err)
	}
	how := e2e.Serve(t, "--catalog", catalog, "--allow", dir).Connect(t)
	wanted, err := fingerprints.Wanted(rows, fingerprints.Seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		fingerprints.Screen(wanted),
		"select count(*), sum(bit_count(fp)), min(bit_count(fp)), max(bit_count(fp)), count(distinct fp), min(length(fp)) from fingerprints",
		"select id, fp from fingerprints order by fp desc, id limit 5",
	} {
		want, err := pg.Query(sql)
		if err != nil {
			t.Fatal("PostgreSQL:", err)
		}
		got, err := how.Query(sql)
		if err != nil {
			t.Fatal(err)
		}
		if !duel.Same(got, want) {
			t.Errorf("%.60s…:\ngot  %q\nwant %q", sql, got, want)
		}
	}
}
