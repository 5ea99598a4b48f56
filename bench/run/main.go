// Command run measures the table of targets: the queries Q1 to Q7 over the same rows in every format, by a Howdah server
// and by its peers, one after the other. It prints the medians of CPU seconds of the process that answers, and their
// ratio, which is to be compared; Q6 goes by the time to the first row. The real PostgreSQL answers too, from the CSV
// file by file_fdw and through postgres_fdw. Answers that differ are an error; limits that are missed make it exit with 1.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"howdah/bench/orders"
)

// bench is one run of the program.
type bench struct {
	out      io.Writer
	progress io.Writer
	bin, dir string
	runs     int
	rows     map[string]int // by format, where not the usual
	only     []string       // queries; nil = all
	alone    bool           // no peers beside PostgreSQL
	missed   int
}

func main() {
	rows := flag.String("rows", os.Getenv("ROWS"), "rows, such as csv=500000,xlsx=20000; a number alone is for csv; the environment's ROWS is the default")
	only := flag.String("formats", cmp.Or(os.Getenv("FORMATS"), "all"), "formats to measure, such as csv,xlsx; the environment's FORMATS is the default")
	queries := flag.String("queries", "", "queries to run, such as Q1,Q5")
	m := bench{out: os.Stdout, progress: os.Stderr}
	flag.IntVar(&m.runs, "runs", 3, "runs of each query")
	flag.StringVar(&m.bin, "howdah", "bin/howdah", "the server's binary")
	flag.StringVar(&m.dir, "dir", filepath.Join(os.TempDir(), "howdah-bench"), "where the files are made and kept")
	flag.BoolVar(&m.alone, "alone", false, "ask no peers but file_fdw and postgres_fdw")
	flag.Parse()
	err := m.set(*rows, *queries)
	if err == nil {
		err = m.measure(*only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if m.missed > 0 {
		fmt.Fprintln(os.Stderr, "bench:", m.missed, "limits were missed")
		os.Exit(1)
	}
}

// set takes what flags say in words.
func (m *bench) set(rows, only string) error {
	m.rows = map[string]int{}
	for _, part := range strings.FieldsFunc(rows, func(c rune) bool { return c == ',' }) {
		name, number, named := strings.Cut(part, "=")
		if !named {
			name, number = "csv", part
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || !slices.ContainsFunc(formats, func(f format) bool { return f.name == name }) {
			return fmt.Errorf("rows: %q is not the rows of a format", part)
		}
		m.rows[name] = n
	}
	if only != "" {
		m.only = strings.Split(only, ",")
	}
	return nil
}

// measure prints the table of the formats named; "all" are all.
func (m *bench) measure(names string) error {
	var chosen []format
	for _, name := range strings.Split(names, ",") {
		n := len(chosen)
		for _, f := range formats {
			if names == "all" || f.name == name {
				f.rows = cmp.Or(m.rows[f.name], f.rows)
				if f.peerRows == 0 || f.peerRows > f.rows {
					f.peerRows = f.rows
				}
				chosen = append(chosen, f)
			}
		}
		if len(chosen) == n {
			return fmt.Errorf("there is no format %q to measure", name)
		}
	}
	pg, err := startPostgres()
	if err != nil {
		return err
	}
	defer pg.stop()
	fmt.Fprintf(m.out, "%d processors (%s), PostgreSQL %s; medians of %d, files in the page cache. CPU is of the process that answers, user and system.\n\n", runtime.NumCPU(), runtime.GOARCH, pg.version, m.runs)
	for _, f := range chosen {
		if err := m.format(pg, &f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// rival is a peer with its name and its rows' true answers.
type rival struct {
	name  string
	peer  peer
	truth *session
	loose bool     // it has not all the types
	asked []string // queries; nil = all

}

// format measures one format: first the answers are compared, then times are taken.
func (m *bench) format(pg *postgres, f *format) error {
	path, size, err := m.file(f.name, f.rows)
	if err != nil {
		return err
	}
	csv, _, err := m.file("csv", f.rows)
	if err != nil {
		return err
	}
	truth, err := pg.file(csv)
	if err != nil {
		return err
	}
	defer truth.close()
	how, err := startHowdah(m.bin, path, f)
	if err != nil {
		return err
	}
	defer how.close()
	through, err := pg.through(how)
	if err != nil {
		return err
	}
	defer through.close()

	shares, sharedBytes := "", 0
	if f.shares {
		if sharedBytes, err = orders.SharedBytes(f.rows, orders.Seed); err != nil {
			return err
		}
		shares = fmt.Sprintf(", %.1f MB of shared texts", float64(sharedBytes)/1e6)
	}
	fmt.Fprintf(m.out, "%s: %d rows, %.0f MB%s; the server idle: %d MB\n", f.name, f.rows, float64(size)/1e6, shares, how.idle/1024)
	rivals, err := m.rivals(pg, f, truth)
	if err != nil {
		return err
	}
	defer func() {
		for _, r := range rivals {
			r.close(truth)
		}
	}()
	fmt.Fprint(m.out, "\n"+tableHead)
	for _, q := range queries {
		if m.only != nil && !slices.Contains(m.only, q.name) {
			continue
		}
		fmt.Fprintf(m.progress, "%s %s\n", f.name, q.name)
		if err := m.query(f, q, how, through, truth, rivals, int64(sharedBytes)); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	fmt.Fprintln(m.out)
	return nil
}

// rivals starts the format's peers and says which ones are not there.
func (m *bench) rivals(pg *postgres, f *format, truth *session) (rivals []*rival, err error) {
	defer func() {
		if err != nil {
			for _, r := range rivals {
				r.close(truth)
			}
		}
	}()
	for _, name := range f.peers {
		if m.alone && name != "file_fdw" {
			fmt.Fprintf(m.out, "SKIPPED: %s, as -alone says\n", name)
			continue
		}
		r := &rival{name: name, truth: truth}
		path, _, err := m.file(f.name, f.peerRows)
		if err != nil {
			return rivals, err
		}
		said := ""
		switch name {
		case "file_fdw":
			r.peer = truth
		case "ogr_fdw":
			var s *session
			if s, err = pg.ogr(path, f.name); err == nil {
				r.peer, r.loose = s, f.name == "ods"
			}
			if f.peerRows != f.rows {
				said = fmt.Sprintf("ogr_fdw reads %d rows, for it refuses a file of %d; the ratio is of CPU a row", f.peerRows, f.rows)
			}
		case "duckdb", "xlrd":
			var p *python
			if name == "xlrd" {
				p, err = startXLRD(path)
				r.asked = []string{"Q1", "Q5"}
			} else {
				p, err = startDuckDB(path, f.name)
			}
			if err == nil {
				r.peer, r.loose, said = p, true, p.version
			}
		}
		var absent *missing
		if errors.As(err, &absent) {
			fmt.Fprintf(m.out, "SKIPPED: %v\n", err)
			continue
		}
		if err != nil {
			return rivals, fmt.Errorf("%s: %w", name, err)
		}
		rivals = append(rivals, r)
		if said != "" {
			fmt.Fprintln(m.out, said)
		}
		if f.peerRows != f.rows {
			csv, _, err := m.file("csv", f.peerRows)
			if err != nil {
				return rivals, err
			}
			if r.truth, err = pg.file(csv); err != nil {
				return rivals, err
			}
		}
	}
	return rivals, nil
}

func (r *rival) close(truth *session) {
	if r.peer != peer(truth) {
		r.peer.close()
	}
	if r.truth != truth && r.truth != nil {
		r.truth.close()
	}
}

// query asks everybody one query and prints what it cost.
func (m *bench) query(f *format, q query, how *howdah, through, truth *session, rivals []*rival, sharedBytes int64) error {
	right, err := truth.ask(q)
	if err != nil {
		return fmt.Errorf("file_fdw: %w", err)
	}
	check := func(name string, p peer, right *reply, loose bool) error {
		got, err := p.ask(q)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if d := right.differs(&got.answer, loose); d != "" {
			return fmt.Errorf("%s answers %s", name, d)
		}
		return nil
	}
	if err := check("howdah", how, &right, false); err != nil {
		return err
	}
	if err := check("postgres_fdw", through, &right, false); err != nil {
		return err
	}
	var asked []*rival
	for _, r := range rivals {
		if r.asked != nil && !slices.Contains(r.asked, q.name) {
			continue
		}
		asked = append(asked, r)
		theirs := right
		if r.truth != truth {
			if theirs, err = r.truth.ask(q); err != nil {
				return fmt.Errorf("file_fdw: %w", err)
			}
		}
		if err := check(r.name, r.peer, &theirs, r.loose); err != nil {
			return err
		}
	}

	var direct, added result
	others := make([]result, len(asked))
	for range m.runs {
		for i, p := range append([]peer{how, through}, peers(asked)...) {
			resetPeak(p.process())
			got, err := p.ask(q)
			if err != nil {
				return err
			}
			switch i {
			case 0:
				direct.add(got, peak(how.pid))
			case 1:
				added.add(got, 0)
			default:
				others[i-2].add(got, 0)
			}
		}
	}
	if len(asked) == 0 {
		m.line(f, q, "", false, &direct, &added, nil, how.idle, sharedBytes)
	}
	for i, r := range asked {
		m.line(f, q, r.name, i > 0, &direct, &added, &others[i], how.idle, sharedBytes)
	}
	return nil
}

func peers(rivals []*rival) (ps []peer) {
	for _, r := range rivals {
		ps = append(ps, r.peer)
	}
	return ps
}

// file makes a file of so many rows unless it is there.
func (m *bench) file(format string, rows int) (path string, size int64, err error) {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return "", 0, err
	}
	path = filepath.Join(m.dir, fmt.Sprintf("orders-%d.%s", rows, format))
	if info, err := os.Stat(path); err == nil {
		return path, info.Size(), nil
	}
	fmt.Fprintf(m.progress, "making %s\n", path)
	f, err := os.Create(path + ".part")
	if err != nil {
		return "", 0, err
	}
	err = orders.Encode(f, format, rows, orders.Seed)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(path+".part", 0o644) // PostgreSQL's user reads it too
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}
