package e2e

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/expr"
	"howdah/internal/pgtest"
	"howdah/types"
)

var updateExamples = flag.Bool("update-examples", false, "write the answers of a real PostgreSQL into testdata/sql/doc")

// example is one entry of a script of testdata/sql/doc, in the form of testdata/sql's other scripts. The examples are
// PostgreSQL's documentation's, the answers a real PostgreSQL's.
//
//	statement [howdah|postgres]   for its effect, in both or in one of them: SET, CREATE VIEW, CREATE TABLE
//	query [nosort] [refused CODE] a SELECT; refused = Howdah answers with this error, PostgreSQL as written
//	…
//	----
//	cols: name type, name type
//	value<tab>value               or: error pgcode 42P01: message (at 15)
type example struct {
	kind  string
	flags []string
	text  string
	want  string
	line  int
}

func readExamples(t testing.TB, path string) (lines []string, out []example) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if lines[i] == "" || lines[i][0] == '#' {
			continue
		}
		f := strings.Fields(lines[i])
		e := example{kind: f[0], flags: f[1:], line: i + 1}
		if e.kind != "statement" && e.kind != "query" {
			t.Fatalf("%s:%d: %s", path, e.line, lines[i])
		}
		var text, want []string
		for i++; i < len(lines) && lines[i] != "" && lines[i] != "----"; i++ {
			text = append(text, lines[i])
		}
		if i < len(lines) && lines[i] == "----" {
			for i++; i < len(lines) && lines[i] != ""; i++ {
				want = append(want, lines[i])
			}
		}
		e.text, e.want = strings.Join(text, "\n"), strings.Join(want, "\n")
		out = append(out, e)
	}
	return lines, out
}

func exampleScripts(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/sql/doc/*.slt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts in testdata/sql/doc", err)
	}
	return files
}

// TestDocumentationExamples asks Howdah the examples of PostgreSQL's documentation.
func TestDocumentationExamples(t *testing.T) {
	folder := t.TempDir()
	h := Serve(t, "--catalog", filepath.Join(folder, "catalog.sql"), folder)
	all, refused := 0, 0
	for _, path := range exampleScripts(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			c := h.Connect(t)
			ownSchema(t, c, path)
			_, examples := readExamples(t, path)
			for _, e := range examples {
				if e.kind == "statement" {
					if !slices.Contains(e.flags, "postgres") {
						must(t, c, e.text)
					}
					continue
				}
				all++
				got := exampleAnswer(c, e.text)
				if i := slices.Index(e.flags, "refused"); i >= 0 {
					refused++
					if code := e.flags[i+1]; !strings.HasPrefix(got, "error pgcode "+code+":") {
						t.Errorf("%s:%d: %s is due:\n%s\n%s", filepath.Base(path), e.line, code, e.text, got)
					}
					continue
				}
				if e.sort(got) != e.sort(e.want) {
					t.Errorf("%s:%d:\n%s\ngot:\n%s\nwant:\n%s", filepath.Base(path), e.line, e.text, got, e.want)
				}
			}
		})
	}
	t.Logf("%d examples: %d are answered as PostgreSQL answers them, %d are refused", all, all-refused, refused)
}

// TestDocumentationExamplesOnPostgreSQL asks a real PostgreSQL, and compares what both send in binary; with
// -update-examples its answers become the scripts'.
func TestDocumentationExamplesOnPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	s := pgtest.New(t)
	folder := t.TempDir()
	h := Serve(t, "--catalog", filepath.Join(folder, "catalog.sql"), folder)
	for _, path := range exampleScripts(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			c, d := connOf(t, s), h.Connect(t)
			ownSchema(t, c, path)
			ownSchema(t, d, path)
			lines, examples := readExamples(t, path)
			for i, e := range examples {
				if e.kind == "statement" {
					if !slices.Contains(e.flags, "howdah") {
						must(t, c, e.text)
					}
					if !slices.Contains(e.flags, "postgres") {
						must(t, d, e.text)
					}
					continue
				}
				got := exampleAnswer(c, e.text)
				if *updateExamples {
					examples[i].want = got
					continue
				}
				if e.sort(got) != e.sort(e.want) {
					t.Errorf("line %d:\n%s\nPostgreSQL gives:\n%s\nthe script says:\n%s", e.line, e.text, got, e.want)
				}
				if slices.Contains(e.flags, "refused") || strings.HasPrefix(got, "error") {
					continue
				}
				want, have := send(c, e.text, nil, true, true), send(d, e.text, nil, true, true)
				if slices.ContainsFunc(want.types, ofItsOwn) {
					continue // a view's row type has another OID in each
				}
				if diff := have.difference(want, traits{ordered: !e.unordered()}); diff != "" && want.code != "42883" {
					t.Errorf("line %d, in binary: %s\n%s\nHowdah %s\nPostgreSQL %s", e.line, diff, e.text, have, want)
				}
			}
			if *updateExamples {
				writeExamples(t, path, lines, examples)
			}
		})
	}
}

func ofItsOwn(oid uint32) bool { return oid >= 16384 }

// ownSchema gives a script's session a schema of its own; both servers begin with the same settings.
func ownSchema(t testing.TB, c *pgtest.Conn, path string) {
	t.Helper()
	schema := strings.TrimSuffix(filepath.Base(path), ".slt")
	must(t, c, "drop schema if exists "+schema+" cascade")
	must(t, c, "create schema "+schema)
	must(t, c, "set search_path = "+schema)
	must(t, c, "set timezone = 'America/New_York'")
}

// unordered tells whether the order of rows is left open.
func (e example) unordered() bool {
	if slices.Contains(e.flags, "nosort") {
		return false
	}
	depth, outer := 0, make([]byte, 0, len(e.text)) // an ORDER BY in brackets orders something else
	for _, c := range []byte(strings.ToLower(e.text)) {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			outer = append(outer, c)
		}
	}
	return !bytes.Contains(outer, []byte("order by"))
}

func (e example) sort(answer string) string {
	lines := strings.Split(answer, "\n")
	if e.unordered() && strings.HasPrefix(lines[0], "cols:") {
		slices.Sort(lines[1:])
	}
	return strings.Join(lines, "\n")
}

// exampleAnswer runs a query and prints its answer or error.
func exampleAnswer(c *pgtest.Conn, text string) string {
	results, err := c.Run(text)
	if err != nil {
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok {
			return err.Error()
		}
		at := ""
		if e.Position > 0 {
			at = fmt.Sprintf(" (at %d)", e.Position)
		}
		return fmt.Sprintf("error pgcode %s: %s%s", e.Code, e.Message, at)
	}
	r := results[len(results)-1]
	var out strings.Builder
	out.WriteString("cols:")
	for i, col := range r.Columns {
		if i > 0 {
			out.WriteString(",")
		}
		typ := types.Type{OID: types.OID(col.TypeOID), Typmod: col.TypeMod}
		if ofItsOwn(col.TypeOID) {
			typ.OID = types.RecordOID
		}
		fmt.Fprintf(&out, " %s %s", col.Name, expr.FormatType(typ))
	}
	for _, row := range r.Rows {
		out.WriteString("\n")
		for k, v := range row {
			if k > 0 {
				out.WriteString("\t")
			}
			switch v {
			case pgtest.Null:
				out.WriteString("NULL")
			case "":
				out.WriteString("''")
			default:
				out.Write(bytes.ReplaceAll([]byte(v), []byte("\n"), []byte(`\n`)))
			}
		}
	}
	return out.String()
}

// writeExamples writes the script back; comments between the entries are kept.
func writeExamples(t *testing.T, path string, lines []string, examples []example) {
	t.Helper()
	var out []string
	next := 0
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		if next == len(examples) || examples[next].line != i+1 {
			continue
		}
		e := examples[next]
		next++
		out = append(out, e.text)
		if e.kind == "query" {
			out = append(out, "----", e.want)
		}
		for i++; i < len(lines) && lines[i] != ""; i++ {
		}
		out = append(out, "")
	}
	text := strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
