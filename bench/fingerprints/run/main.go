// Command run screens a table of fingerprints for similar ones: Howdah over a CSV file, and a throw-away PostgreSQL over
// a heap table loaded from it, without an index and with one process to a query. It compares the answers and prints the
// CPU of both; more than a limit makes it exit with 1.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"howdah/bench/duel"
	"howdah/bench/fingerprints"
	"howdah/internal/pgtest"
)

// limit is how much of PostgreSQL's CPU the screening may take.
const limit = 1.0

func main() {
	rows := flag.Int("rows", fingerprints.Rows, "rows of the table")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "howdah-fingerprints"), "where the file is kept")
	bin := flag.String("howdah", "bin/howdah", "the program")
	runs := flag.Int("runs", 3, "how often each query is asked; the median counts")
	flag.Parse()
	if err := run(*rows, *dir, *bin, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "fingerprints:", err)
		os.Exit(1)
	}
}

func run(rows int, dir, bin string, runs int) error {
	path := filepath.Join(dir, fmt.Sprintf("fingerprints-%d.csv", rows))
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = duel.File(path, func(part string) error { return write(part, rows) })
	}
	if err != nil {
		return err
	}
	wanted, err := fingerprints.Wanted(rows, fingerprints.Seed)
	if err != nil {
		return err
	}
	pg, err := pgtest.Start(pgtest.Options{Settings: map[string]string{"max_parallel_workers_per_gather": "0", "shared_buffers": "512MB"}})
	if err != nil {
		return err
	}
	defer pg.Stop()
	heap, err := duel.Postgres(pg.DSN())
	if err != nil {
		return err
	}
	for _, sql := range fingerprints.Load(path) {
		if _, err := heap.Ask(sql); err != nil {
			return fmt.Errorf("loading: %w", err)
		}
	}
	how, stop, err := duel.Howdah(bin, fingerprints.Catalog(path), dir)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("%d fingerprints of %d bits, CPU in ms, medians of %d\n\n| query | howdah | PostgreSQL | ratio |\n|---|---:|---:|---:|\n", rows, fingerprints.Bits, runs)
	failed := 0
	for _, q := range []struct {
		name, sql string
		limit     float64 // 0 = none
	}{
		{"screening", fingerprints.Screen(wanted), limit},
		{"number of ones", "select sum(bit_count(fp)) from fingerprints", 0},
		{"count(*)", "select count(*) from fingerprints", 0},
	} {
		right, theirs, err := heap.Measure(q.sql, runs)
		if err != nil {
			return fmt.Errorf("PostgreSQL: %w", err)
		}
		got, ours, err := how.Measure(q.sql, runs)
		if err != nil {
			return err
		}
		ratio, note := ours.Seconds()/theirs.Seconds(), ""
		if !duel.Same(got, right) {
			note, failed = " answers differ", failed+1
		} else if q.limit > 0 && ratio > q.limit {
			note, failed = fmt.Sprintf(" over %.1f", q.limit), failed+1
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f%s |\n", q.name, millis(ours), millis(theirs), ratio, note)
	}
	if failed > 0 {
		return fmt.Errorf("%d goals were missed", failed)
	}
	return nil
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

func write(path string, rows int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = fingerprints.Write(f, rows, fingerprints.Seed)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
