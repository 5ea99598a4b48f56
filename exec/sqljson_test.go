package exec_test

import (
	"os"
	"path/filepath"
	"testing"

	"howdah/internal/pgtest"
	"howdah/pushdown"
)

// SQL/JSON is younger than the PostgreSQL 15 that answers the other scripts: the answers of these are PostgreSQL 17's.
func sqlJSONScripts(t *testing.T) []string {
	files, err := filepath.Glob("../testdata/sql/sqljson/*.slt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts in testdata/sql/sqljson", err)
	}
	return files
}

func TestSQLJSON(t *testing.T) {
	for _, path := range sqlJSONScripts(t) {
		m := newMemory()
		m.claim = pushdown.Refused
		for _, r := range readScript(t, path) {
			for _, max := range []int{1, 1024} {
				check(t, m, r, max, filepath.Base(path), m.claim)
			}
		}
	}
}

// TestSQLJSONAgainstPostgreSQL17 asks the PostgreSQL 17 whose programs lie in HOWDAH_POSTGRES_17; with -update its
// answers become the scripts'.
func TestSQLJSONAgainstPostgreSQL17(t *testing.T) {
	bin := os.Getenv("HOWDAH_POSTGRES_17")
	if bin == "" {
		t.Skip("set HOWDAH_POSTGRES_17 to the folder of PostgreSQL 17's programs")
	}
	s, err := pgtest.Start(pgtest.Options{BinDir: bin})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	c, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, path := range sqlJSONScripts(t) {
		records := readScript(t, path)
		for i, r := range records {
			got := pgAnswer(c, r.text)
			if *update {
				records[i].want = got
			} else if got != r.want {
				t.Errorf("%s:%d:\n%s\nPostgreSQL gives:\n%s\nthe script says:\n%s", filepath.Base(path), r.line, r.text, got, r.want)
			}
		}
		if *update {
			writeScript(t, path, records)
		}
	}
}
