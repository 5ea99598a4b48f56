package exec_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"howdah/exec"
	"howdah/internal/meter"
	"howdah/plan"
	"howdah/pushdown"
	"howdah/sql"
)

// explainTables are what testdata/explain is about.
const explainTables = `create table orders (id int, customer int, status text, qty int, price numeric(10,2), note text);
create table customers (id int, name text, country text)`

// TestExplain compares EXPLAIN with testdata/explain: a query, then per kind of reader ("---- exact") the plan.
func TestExplain(t *testing.T) {
	files, err := filepath.Glob("../testdata/explain/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no plans in testdata/explain", err)
	}
	m := newMemory()
	m.define(t, explainTables)
	m.define(t, `insert into orders select g, g % 7, 'paid', g % 10, g, null from generate_series(1, 90) g`)
	m.define(t, `insert into customers values (3, 'Ann', 'DE'), (5, 'Bob', 'DE'), (9, 'Cy', 'DE'), (1, 'Dot', 'FR')`)
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, block := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
			query, _, _ := strings.Cut(block, "\n---- ")
			out.WriteString(query)
			for _, claim := range []pushdown.Verdict{pushdown.Refused, pushdown.Inexact, pushdown.Exact} {
				m.claim = claim
				out.WriteString("\n---- " + claim.String() + "\n" + strings.Join(explain(t, m, query), "\n"))
			}
			out.WriteString("\n\n")
		}
		got := strings.TrimSpace(out.String()) + "\n"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != string(raw) {
			t.Errorf("%s: got\n%s\nwant\n%s", path, got, raw)
		}
	}
}

// clock is what differs between runs.
var clock = regexp.MustCompile(`(time=|Time"?: |Memory(?: Usage)?"?: |Space Used"?: )[0-9.]+(\.\.[0-9.]+)?`)

func explain(t *testing.T, m *memory, query string) []string {
	t.Helper()
	stmts, err := sql.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	stmt := stmts[0].Node.GetExplainStmt()
	o, err := plan.ParseExplain(stmt)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	q, err := plan.PrepareSelect(ctx, stmt.Query.GetSelectStmt(), stmts[0], m, nil, nil, plan.Options{Text: query})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	lines, err := exec.Explain(ctx, q, o, 0, testEnv(), exec.Runtime{Snapshot: m.snap, Meter: func(*plan.Scan) *meter.Scan { return &meter.Scan{} }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range lines {
		lines[i] = clock.ReplaceAllString(lines[i], "${1}…")
	}
	return lines
}

// TestEstimateLine: postgres_fdw reads the end of the first line.
func TestEstimateLine(t *testing.T) {
	m := newMemory()
	m.define(t, explainTables)
	line := regexp.MustCompile(`\(cost=[0-9]+\.[0-9]{2}\.\.[0-9]+\.[0-9]{2} rows=[0-9]+ width=[0-9]+\)$`)
	for _, query := range []string{
		"explain select * from orders", "explain select 1", "explain values (1), (2)", "explain select count(*) from orders where false",
		"explain verbose select id from orders where qty > ((select null::integer)::integer)",
		"explain select 1 from orders a, customers b where a.customer = b.id union select 2",
	} {
		if lines := explain(t, m, query); !line.MatchString(lines[0]) {
			t.Errorf("%s: %s", query, lines[0])
		}
	}
}
