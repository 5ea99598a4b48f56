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
	var failed []error
	for _, f := range chosen {
		if err := m.format(pg, &f); err != nil { // the others are still of interest
			failed = append(failed, fmt.Errorf("%s: %w", f.name, err))
			fmt.Fprintf(m.out, "FAILED: %v\n\n", failed[len(failed)-1])
		}
	}
	return errors.Join(failed...)
}
