package exec_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/exec"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/pushdown"
	"howdah/sql"
	"howdah/types"
)

var update = flag.Bool("update", false, "write the answers of a real PostgreSQL into the scripts")

// record is one entry of a script.
//
//	statement ok                  CREATE TABLE, INSERT, CREATE VIEW
//	query [nosort] [refused]      a SELECT; refused = Howdah answers 0A000 or 42883, PostgreSQL has an answer
//	…
//	----
//	cols: name type, name type
//	value<tab>value               or: error pgcode 42P01: message (at 15)
type record struct {
	kind  string
	flags []string
	text  string
	want  string
	line  int
}

func readScript(t testing.TB, path string) []record {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []record
	lines := strings.Split(string(raw), "\n")
	for i := 0; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "" || strings.HasPrefix(lines[i], "#") {
			continue
		}
		f := strings.Fields(lines[i])
		r := record{kind: f[0], flags: f[1:], line: i + 1}
		var text, want []string
		for i++; i < len(lines) && lines[i] != "" && lines[i] != "----"; i++ {
			text = append(text, lines[i])
		}
		if i < len(lines) && lines[i] == "----" {
			for i++; i < len(lines) && lines[i] != ""; i++ {
				want = append(want, lines[i])
			}
		}
		r.text, r.want = strings.Join(text, "\n"), strings.Join(want, "\n")
		out = append(out, r)
	}
	return out
}

func scripts(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/sql/*.slt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts in testdata/sql", err)
	}
	return files
}

// TestScripts runs every script with batches of 1, 3 and 1024, the readers taking everything, something and nothing.
func TestScripts(t *testing.T) {
	for _, path := range scripts(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			records := readScript(t, path)
			m := newMemory()
			for _, r := range records {
				if r.kind == "statement" {
					m.define(t, r.text)
				}
			}
			for _, claim := range []pushdown.Verdict{pushdown.Refused, pushdown.Inexact, pushdown.Exact} {
				m.claim = claim
				for _, max := range []int{1, 3, 1024} {
					if testing.Short() && (max == 3) != (claim == pushdown.Inexact) {
						continue // one size for one kind of reader
					}
					for _, r := range records {
						if r.kind == "query" {
							check(t, m, r, max, filepath.Base(path), claim)
						}
					}
				}
			}
		})
	}
}

func check(t *testing.T, m *memory, r record, max int, file string, claim pushdown.Verdict) {
	t.Helper()
	got := m.answer(r.text, max)
	want := r.want
	if slices.Contains(r.flags, "refused") {
		if !strings.HasPrefix(got, "error pgcode 0A000") && !strings.HasPrefix(got, "error pgcode 42883") {
			t.Errorf("%s:%d: refused is due:\n%s\n%s", file, r.line, r.text, got)
		}
		return
	}
	if sorted(r) {
		got, want = sortRows(got), sortRows(want)
	}
	if got != want {
		t.Errorf("%s:%d (batches of %d, %s):\n%s\ngot:\n%s\nwant:\n%s", file, r.line, max, claim, r.text, got, want)
	}
}

// sorted tells whether the order of rows is left open.
func sorted(r record) bool {
	return !slices.Contains(r.flags, "nosort") && !strings.Contains(strings.ToLower(r.text), "order by")
}

func sortRows(s string) string {
	lines := strings.Split(s, "\n")
	if len(lines) > 1 && strings.HasPrefix(lines[0], "cols:") {
		slices.Sort(lines[1:])
	}
	return strings.Join(lines, "\n")
}

// answer runs a query and prints its answer or error.
func (m *memory) answer(text string, max int) string {
	out, err := m.run(text, max)
	if err != nil {
		e := pgerr.From(err)
		at := ""
		if e.Position > 0 {
			at = fmt.Sprintf(" (at %d)", e.Position)
		}
		return fmt.Sprintf("error pgcode %s: %s%s", string(e.Code), e.Message, at)
	}
	return out
}

func (m *memory) run(text string, max int) (string, error) {
	stmts, err := sql.Parse(text)
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	q, err := plan.Prepare(ctx, stmts[0], m, nil, nil, plan.Options{Text: text, NoParams: true})
	if err != nil {
		return "", err
	}
	b := budget.New("query", 64<<20, nil)
	cur, err := exec.Run(ctx, q, testEnv(), exec.Runtime{Budget: b, Snapshot: m.snap, BatchMax: max})
	if err != nil {
		return "", err
	}
	first, err := rowsText(cur)
	if err == nil && max != 3 { // again, as a cursor is rewound
		var second string
		if err = cur.Rewind(); err == nil {
			second, err = rowsText(cur)
		}
		if err == nil && first != second && !strings.Contains(text, "random") {
			return "", fmt.Errorf("rewound, the answer is\n%s\nafter\n%s", second, first)
		}
	}
	if e := cur.Close(); err == nil {
		err = e
	}
	if err == nil && b.Used() != 0 {
		return "", fmt.Errorf("%d bytes of the budget are held after Close", b.Used())
	}
	return first, err
}

func rowsText(cur *exec.Cursor) (string, error) {
	var out bytes.Buffer
	env := testEnv()
	out.WriteString("cols:")
	for i, c := range cur.Columns() {
		if i > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(&out, " %s %s", c.Name, expr.FormatType(c.Type))
	}
	for {
		b, err := cur.Next()
		if err != nil {
			return "", err
		}
		if b == nil {
			return out.String(), nil
		}
		if len(b.Sel) == 0 {
			return "", errors.New("a batch without a live row")
		}
		for _, i := range b.Sel {
			out.WriteString("\n")
			if len(b.Cols) == 0 {
				out.WriteString("()")
			}
			for k, c := range b.Cols {
				if k > 0 {
					out.WriteString("\t")
				}
				if c.Null(i) {
					out.WriteString("NULL")
				} else {
					out.Write(printable(expr.AppendText(nil, c, i, env)))
				}
			}
		}
	}
}

// printable keeps a value on its line; the empty string is shown.
func printable(b []byte) []byte {
	if len(b) == 0 {
		return []byte("''")
	}
	return bytes.ReplaceAll(b, []byte("\n"), []byte(`\n`))
}

// TestScriptsAgainstPostgreSQL runs the same scripts on a real PostgreSQL; with -update its answers become the scripts'.
func TestScriptsAgainstPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	s := pgtest.New(t)
	for _, path := range scripts(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			c, err := s.Connect()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			schema := "s_" + strings.TrimSuffix(filepath.Base(path), ".slt")
			if _, err := c.Run("create schema " + schema + "; set search_path = " + schema + ", pg_catalog; set default_transaction_read_only = off"); err != nil {
				t.Fatal(err)
			}
			records := readScript(t, path)
			for i, r := range records {
				if r.kind == "statement" {
					if _, err := c.Run(columnsInC(r.text)); err != nil {
						t.Fatalf("%s: %v", r.text, err)
					}
					continue
				}
				got := pgAnswer(c, r.text)
				if *update {
					records[i].want = got
					continue
				}
				want := r.want
				if sorted(r) {
					got, want = sortRows(got), sortRows(want)
				}
				if got != want {
					t.Errorf("line %d:\n%s\nPostgreSQL gives:\n%s\nthe script says:\n%s", r.line, r.text, got, want)
				}
			}
			if *update {
				writeScript(t, path, records)
			}
		})
	}
}

// columnsInC gives text columns the collation that they have in Howdah.
func columnsInC(text string) string {
	if !strings.HasPrefix(strings.ToLower(text), "create table") {
		return text
	}
	return strings.ReplaceAll(text, " text", ` text collate "C"`)
}

func pgAnswer(c *pgtest.Conn, text string) string {
	results, err := c.Run("begin read only; " + text)
	prefix := len("begin read only; ")
	defer c.Run("rollback")
	if err != nil {
		var e *pgconn.PgError
		if !errors.As(err, &e) {
			return err.Error()
		}
		at := ""
		if e.Position > 0 {
			at = fmt.Sprintf(" (at %d)", int(e.Position)-prefix)
		}
		return fmt.Sprintf("error pgcode %s: %s%s", e.Code, e.Message, at)
	}
	res := results[len(results)-1]
	var out strings.Builder
	out.WriteString("cols:")
	for i, col := range res.Columns {
		if i > 0 {
			out.WriteString(",")
		}
		typ := types.Type{OID: types.OID(col.TypeOID), Typmod: col.TypeMod}
		if col.TypeOID >= 16384 { // a table's row type, which is record in Howdah
			typ.OID = types.RecordOID
		}
		fmt.Fprintf(&out, " %s %s", col.Name, expr.FormatType(typ))
	}
	for _, row := range res.Rows {
		out.WriteString("\n")
		if len(row) == 0 {
			out.WriteString("()")
		}
		for k, v := range row {
			if k > 0 {
				out.WriteString("\t")
			}
			if v == pgtest.Null {
				out.WriteString("NULL")
			} else {
				out.Write(printable([]byte(v)))
			}
		}
	}
	return out.String()
}

// writeScript writes the records back; comments between them are kept.
func writeScript(t *testing.T, path string, records []record) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	var out []string
	next := 0
	for i := 0; i < len(lines); i++ {
		if next < len(records) && records[next].line == i+1 {
			r := records[next]
			next++
			out = append(out, lines[i])
			out = append(out, r.text)
			if r.kind == "query" {
				out = append(out, "----", r.want)
			}
			for i++; i < len(lines) && lines[i] != ""; i++ {
			}
			out = append(out, "")
			continue
		}
		out = append(out, lines[i])
	}
	text := strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
