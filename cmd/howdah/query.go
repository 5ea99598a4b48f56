package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"howdah/expr"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/server"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// query runs one statement and prints its rows.
func query(ctx context.Context, args []string) error {
	fs := flags("query")
	format := fs.String("format", "table", "table, csv or tsv (NULL is empty in csv, \\N in tsv)")
	file := fs.String("catalog", "", "file of DDL to read; it is not changed")
	quiet := fs.Bool("quiet", false, "no progress on stderr")
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() < 2 && (*file == "" || fs.NArg() < 1) {
		return usageError{errors.New("name a location and a statement")}
	}
	locs, text := fs.Args()[:fs.NArg()-1], fs.Arg(fs.NArg()-1)
	var out printer
	switch *format {
	case "table":
		out = &tablePrinter{w: bufio.NewWriter(os.Stdout)}
	case "csv":
		out = &csvPrinter{w: csv.NewWriter(os.Stdout)}
	case "tsv":
		out = &tsvPrinter{w: bufio.NewWriter(os.Stdout)}
	default:
		return usageError{fmt.Errorf("--format: %q is not one of table, csv, tsv", *format)}
	}
	stmts, err := sql.Parse(text)
	if err != nil {
		return err
	}
	if len(stmts) != 1 {
		return usageError{fmt.Errorf("one statement is run, %d are given", len(stmts))}
	}
	h, err := open(ctx, locs, *file, nil, osUser(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer h.close()
	var m meter.Scan
	p := watch(*quiet, func(elapsed time.Duration) string { return scanned(&m, elapsed) })
	defer p.stop()
	return h.run(ctx, server.Statement{Statement: stmts[0], Source: text}, out, &m, p.stop)
}

// run runs a statement and prints its rows; scans count into m, and done is called before the end is printed.
func (h *house) run(ctx context.Context, stmt server.Statement, out printer, m *meter.Scan, done func()) error {
	var copied *server.CopyOut
	if stmt.Kind == sql.Copy {
		var err error
		if copied, err = server.ReadCopyOut(stmt); err != nil {
			return err
		}
		stmt = copied.Query
	}
	s := &oneShot{user: osUser(), query: stmt.Source}
	own := h.engine.Own(0)
	defer own.Close()
	tx := h.engine.Begin(s.user, own)
	view := tx.View(true)
	style := types.DefaultStyle()
	plan, err := h.engine.Prepare(ctx, server.PrepareRequest{Stmt: stmt, View: view, Session: s, Style: style, NoParams: true})
	if err != nil {
		return err
	}
	if _, ok := plan.(server.Change); ok {
		return pgerr.New(pgerr.FeatureNotSupported, "a statement that stands alone has no temporary tables").WithHint("howdah serve has sessions, which have.")
	}
	now := time.Now()
	rejects := new(reject.Log).Begin(reject.Origin{User: s.user, Query: stmt.Text, Began: now}, nil)
	rows, err := plan.Run(ctx, &server.Execution{
		View: view, Env: &expr.Env{Style: style, Now: now, StmtTime: now, Session: s}, Meter: m, Rejects: rejects,
	})
	if err != nil {
		return err
	}
	defer rows.Close()
	columns := plan.Columns()
	if copied != nil {
		w := bufio.NewWriter(os.Stdout)
		if err := copied.Write(w, columns, rows, style); err != nil {
			return err
		}
		done()
		err := w.Flush()
		tellRejects(os.Stderr, rejects)
		return err
	}
	if err := out.begin(columns); err != nil {
		return err
	}
	record := make([][]byte, len(columns))
	var buf []byte
	for {
		b, err := rows.Next()
		if err != nil {
			return err
		}
		if b == nil {
			done()
			err := out.end()
			tellRejects(os.Stderr, rejects)
			return err
		}
		for _, i := range b.Sel {
			buf = buf[:0]
			for k := range columns {
				c := b.Cols[k]
				record[k] = nil
				if c.Null(i) {
					continue
				}
				start := len(buf)
				buf = vector.AppendText(buf, c, i, style)
				record[k] = buf[start:len(buf):len(buf)]
				if record[k] == nil {
					record[k] = []byte{}
				}
			}
			if err := out.row(record); err != nil {
				return err
			}
		}
	}
}

// tellRejects prints what rows were left out, and as there is no session that could be asked for them, the first ones.
func tellRejects(w io.Writer, r *reject.Run) {
	for _, e := range r.Notices() {
		fmt.Fprintf(w, "NOTICE:  %s\n", e.Message)
	}
	const most = 20
	all := r.Entries()
	for i, e := range all {
		if i == most {
			fmt.Fprintf(w, "  and %d more\n", len(all)-most)
			break
		}
		fmt.Fprintf(w, "  %s: %s\n", e.Where(), e.Reason)
	}
}

// oneShot is the session of a statement without a server.
type oneShot struct{ user, query string }

// CurrentQuery implements expr.Queries.
func (s *oneShot) CurrentQuery() string { return s.query }

func (s *oneShot) User() string        { return s.user }
func (s *oneShot) SessionUser() string { return s.user }
func (s *oneShot) Database() string    { return "howdah" }
func (s *oneShot) SearchPath(implicit bool) []string {
	if implicit {
		return []string{"pg_catalog", "public"}
	}
	return []string{"public"}
}
func (s *oneShot) Setting(name string) (string, bool) {
	v, ok := map[string]string{
		"server_version": server.PostgresVersion, "server_encoding": "UTF8", "client_encoding": "UTF8", "search_path": "public", "timezone": "UTC",
	}[strings.ToLower(name)]
	return v, ok
}
func (s *oneShot) SetSetting(string, string, bool) (string, error) {
	return "", errors.New("settings cannot be changed in a single statement")
}
func (s *oneShot) BackendPID() int32 { return int32(os.Getpid()) }
func (s *oneShot) ServerVersion() string {
	return "PostgreSQL " + server.PostgresVersion + " (Howdah " + version + ")"
}

// printer writes rows; a nil value is NULL. Values are valid during the call.
type printer interface {
	begin(columns []server.Column) error
	row(values [][]byte) error
	end() error
}

// tableSample is how many rows decide the widths of the columns: printing begins before the last row is known.
const tableSample = 200

type tablePrinter struct {
	w       *bufio.Writer
	columns []server.Column
	widths  []int
	held    [][]string
	started bool
	n       int
}

func (t *tablePrinter) begin(columns []server.Column) error {
	t.columns = columns
	for _, c := range columns {
		t.widths = append(t.widths, utf8.RuneCountInString(c.Name))
	}
	return nil
}

func (t *tablePrinter) row(values [][]byte) error {
	t.n++
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = strings.ReplaceAll(string(v), "\n", "+")
	}
	if t.started {
		return t.print(text)
	}
	for i, v := range text {
		t.widths[i] = max(t.widths[i], utf8.RuneCountInString(v))
	}
	if t.held = append(t.held, text); len(t.held) == tableSample {
		return t.start()
	}
	return nil
}

func (t *tablePrinter) start() error {
	t.started = true
	for i, c := range t.columns {
		if i > 0 {
			t.w.WriteByte('|')
		}
		gap := t.widths[i] - utf8.RuneCountInString(c.Name)
		fmt.Fprintf(t.w, " %s%s%s ", strings.Repeat(" ", gap/2), c.Name, strings.Repeat(" ", gap-gap/2))
	}
	t.w.WriteByte('\n')
	for i := range t.columns {
		if i > 0 {
			t.w.WriteByte('+')
		}
		t.w.WriteString(strings.Repeat("-", t.widths[i]+2))
	}
	t.w.WriteByte('\n')
	for _, r := range t.held {
		if err := t.print(r); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

func (t *tablePrinter) print(values []string) error {
	for i, v := range values {
		if i > 0 {
			t.w.WriteByte('|')
		}
		gap := strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(v)))
		right := false
		switch types.KindOf(t.columns[i].Type.OID) {
		case types.KindFloat, types.KindNumeric:
			right = true
		case types.KindInt:
			switch t.columns[i].Type.OID {
			case types.Int2OID, types.Int4OID, types.Int8OID, types.OidOID:
				right = true
			}
		}
		switch {
		case right:
			fmt.Fprintf(t.w, " %s%s ", gap, v)
		case i == len(values)-1:
			fmt.Fprintf(t.w, " %s", v)
		default:
			fmt.Fprintf(t.w, " %s%s ", v, gap)
		}
	}
	return t.w.WriteByte('\n')
}

func (t *tablePrinter) end() error {
	if !t.started {
		if err := t.start(); err != nil {
			return err
		}
	}
	noun := "rows"
	if t.n == 1 {
		noun = "row"
	}
	fmt.Fprintf(t.w, "(%d %s)\n", t.n, noun)
	return t.w.Flush()
}

type csvPrinter struct {
	w    *csv.Writer
	text []string
}

func (c *csvPrinter) begin(columns []server.Column) error {
	for _, col := range columns {
		c.text = append(c.text, col.Name)
	}
	return c.w.Write(c.text)
}

func (c *csvPrinter) row(values [][]byte) error {
	for i, v := range values {
		c.text[i] = string(v)
	}
	return c.w.Write(c.text)
}

func (c *csvPrinter) end() error {
	c.w.Flush()
	return c.w.Error()
}

type tsvPrinter struct{ w *bufio.Writer }

func (t *tsvPrinter) begin(columns []server.Column) error {
	for i, c := range columns {
		if i > 0 {
			t.w.WriteByte('\t')
		}
		t.w.WriteString(c.Name)
	}
	return t.w.WriteByte('\n')
}

// tsvEscapes are those of COPY's text format.
var tsvEscapes = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func (t *tsvPrinter) row(values [][]byte) error {
	for i, v := range values {
		if i > 0 {
			t.w.WriteByte('\t')
		}
		if v == nil {
			t.w.WriteString(`\N`)
			continue
		}
		tsvEscapes.WriteString(t.w, string(v))
	}
	return t.w.WriteByte('\n')
}

func (t *tsvPrinter) end() error { return t.w.Flush() }
