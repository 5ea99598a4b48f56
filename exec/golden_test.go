package exec_test

import (
	"os"
	"strings"
	"testing"

	"howdah/sql"
)

// TestGoldenQueries runs every expression of the contract (testdata/contract/golden-semantics.tsv: what PostgreSQL 15
// answers under postgres_fdw's settings) as a whole query: those with a FROM clause or aggregates have no other test.
func TestGoldenQueries(t *testing.T) {
	raw, err := os.ReadFile("../testdata/contract/golden-semantics.tsv")
	if err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	m := newMemory()
	run, passed, unsupported := 0, 0, 0
	for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		f := append(strings.Split(line, "\t"), "", "", "")
		if i == 0 {
			continue
		}
		text := "select " + unescape.Replace(f[0])
		run++
		got := m.answer(text, 1024)
		want := "cols:"
		if f[1] == "ERROR" {
			want = "error pgcode " + f[2] + ": "
			if !strings.HasPrefix(got, want) && !strings.HasPrefix(got, "error pgcode 0A000") {
				t.Errorf("%s: got %q, want %s %s", text, got, f[2], f[3])
				continue
			}
			passed++
			continue
		}
		if strings.HasPrefix(got, "error pgcode 0A000") {
			unsupported++
			if stmts, err := sql.Parse(text); err == nil && len(stmts[0].Node.GetSelectStmt().GetFromClause()) > 0 {
				t.Logf("%s: %s", text, got)
			}
			continue
		}
		head, value, _ := strings.Cut(got, "\n")
		typ := head[strings.LastIndex(head, "cols: ")+len("cols: "):]
		_, typ, _ = strings.Cut(typ, " ")
		if strings.HasPrefix(typ, f[1]+"") || strings.HasSuffix(head, " "+f[1]) {
			typ = f[1]
		}
		wantValue := f[2]
		if wantValue == `\N` {
			wantValue = "NULL"
		} else if wantValue = unescape.Replace(wantValue); wantValue == "" {
			wantValue = "''"
		}
		if value != strings.ReplaceAll(wantValue, "\n", `\n`) || typ != f[1] {
			t.Errorf("%s: got %s %q, want %s %q", text, typ, value, f[1], wantValue)
			continue
		}
		passed++
	}
	t.Logf("%d of %d expressions agree, %d are refused", passed, run, unsupported)
	if run < 300 {
		t.Errorf("only %d expressions were run", run)
	}
}
