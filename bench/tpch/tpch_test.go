package tpch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"howdah/bench/tpch"
	"howdah/internal/e2e"
	"howdah/internal/pgtest"
)

// TestQueries compares the answers to all 22 queries with those of a real PostgreSQL.
func TestQueries(t *testing.T) {
	const scale = 0.01
	dir, err := os.MkdirTemp("", "howdah-tpch-") // t.TempDir's parent is closed to PostgreSQL's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := tpch.Write(dir, scale, tpch.Seed); err != nil {
		t.Fatal(err)
	}
	pg := pgtest.New(t)
	if err := pg.Exec(tpch.Load(dir) + "analyze"); err != nil {
		t.Fatal(err)
	}
	catalog := filepath.Join(t.TempDir(), "catalog.sql")
	if err := os.WriteFile(catalog, []byte(tpch.Catalog(dir)), 0o644); err != nil {
		t.Fatal(err)
	}
	how := e2e.Serve(t, "--catalog", catalog, "--allow", dir).Connect(t)
	filled := 0
	for n := 1; n <= tpch.Queries; n++ {
		t.Run(fmt.Sprintf("Q%d", n), func(t *testing.T) {
			want, err := pg.Query(tpch.OnHeap(n, scale))
			if err != nil {
				t.Fatal("PostgreSQL:", err)
			}
			got, err := how.Query(tpch.Query(n, scale))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%d rows, want %d\ngot  %q\nwant %q", len(got), len(want), got[:min(3, len(got))], want[:min(3, len(want))])
			}
			if len(want) > 0 && want[0][0] != pgtest.Null {
				filled++
			}
		})
	}
	if filled < 19 {
		t.Errorf("only %d queries find anything: the tables are not what the queries are made for", filled)
	}
}
