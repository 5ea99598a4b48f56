// Command run asks TPC-H's 22 queries of Howdah, over CSV files, and of a throw-away PostgreSQL, over heap tables
// loaded from them without an index and analyzed; it compares the answers and prints the CPU of both.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"howdah/bench/duel"
	"howdah/bench/tpch"
	"howdah/internal/pgtest"
)

func main() {
	scale := flag.Float64("scale", 0.1, "scale factor")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "howdah-tpch"), "where the files are kept")
	bin := flag.String("howdah", "bin/howdah", "the program")
	runs := flag.Int("runs", 3, "how often each query is asked; the median of the CPU counts")
	only := flag.String("only", "", "numbers of queries, such as 2,17")
	flag.Parse()
	if err := run(*scale, *dir, *bin, *runs, *only); err != nil {
		fmt.Fprintln(os.Stderr, "tpch:", err)
		os.Exit(1)
	}
}

// tooLong is what a query takes PostgreSQL whose plan is not for tables without an index; it would hide all others.
const tooLong = 5 * time.Second

func run(scale float64, dir, bin string, runs int, only string) error {
	var numbers []int
	for n := 1; n <= tpch.Queries; n++ {
		if only == "" || slices.Contains(strings.Split(only, ","), strconv.Itoa(n)) {
			numbers = append(numbers, n)
		}
	}
	dir = filepath.Join(dir, strconv.FormatFloat(scale, 'f', -1, 64))
	err := duel.File(dir, func(part string) error {
		if err := os.MkdirAll(part, 0o755); err != nil {
			return err
		}
		return tpch.Write(part, scale, tpch.Seed)
	})
	if err != nil {
		return err
	}
	pg, err := pgtest.Start(pgtest.Options{Settings: map[string]string{
		"max_parallel_workers_per_gather": "0", "work_mem": "256MB", "shared_buffers": "512MB"}})
	if err != nil {
		return err
	}
	defer pg.Stop()
	truth, err := duel.Postgres(pg.DSN())
	if err != nil {
		return err
	}
	if _, err := truth.Ask(tpch.Load(dir) + "analyze"); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	how, stop, err := duel.Howdah(bin, tpch.Catalog(dir), dir)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("TPC-H at scale %g, CPU in ms, medians of %d runs\n\n| query | rows | howdah | PostgreSQL | ratio |\n|---|---:|---:|---:|---:|\n", scale, runs)
	var ours, theirs, oursShort, theirsShort time.Duration
	wrong := 0
	for _, n := range numbers {
		right, t, err := truth.Measure(tpch.OnHeap(n, scale), runs)
		if err != nil {
			return fmt.Errorf("Q%d: PostgreSQL: %w", n, err)
		}
		got, o, err := how.Measure(tpch.Query(n, scale), runs)
		if err != nil {
			fmt.Printf("| Q%d | %d | %v | %d | |\n", n, len(right), err, t.Milliseconds())
			wrong++
			continue
		}
		note := ""
		if !duel.Same(got, right) {
			note, wrong = " answers differ", wrong+1
		}
		fmt.Printf("| Q%d | %d | %d | %d | %.2f%s |\n", n, len(right), o.Milliseconds(), t.Milliseconds(), o.Seconds()/t.Seconds(), note)
		ours, theirs = ours+o, theirs+t
		if t < tooLong {
			oursShort, theirsShort = oursShort+o, theirsShort+t
		}
	}
	fmt.Printf("| sum | | %d | %d | %.2f |\n", ours.Milliseconds(), theirs.Milliseconds(), ours.Seconds()/theirs.Seconds())
	if theirsShort < theirs {
		fmt.Printf("| sum without those that take PostgreSQL %v | | %d | %d | %.2f |\n", tooLong, oursShort.Milliseconds(), theirsShort.Milliseconds(),
			oursShort.Seconds()/theirsShort.Seconds())
	}
	if wrong > 0 {
		return fmt.Errorf("%d queries are not answered as PostgreSQL answers them", wrong)
	}
	return nil
}
