package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howdah/bench/duel"
	"howdah/internal/pgtest"
)

// The goals: Howdah's share of PostgreSQL's time, and of a clock.
const (
	selectGoal  = 1.5
	rescanGoal  = 3.0
	catalogGoal = 100 * time.Millisecond
)

func main() {
	bin := flag.String("howdah", "bin/howdah", "the program")
	transactions := flag.Int("transactions", 20000, "of each run of pgbench")
	rescans := flag.Int("rescans", 20000, "outer rows of the nested loops")
	tables := flag.Int("tables", 10000, `files that \d lists`)
	runs := flag.Int("runs", 9, "how often each is measured, in turn; the lower quartile counts")
	only := flag.String("only", "", "select, rescan or catalog")
	flag.Parse()
	b := &bench{bin: *bin, runs: *runs}
	var err error
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"select", func() error { return b.selects(*transactions) }},
		{"rescan", func() error { return b.rescans(*rescans) }},
		{"catalog", func() error { return b.catalogs(*tables) }},
	} {
		if *only == "" || *only == part.name {
			err = errors.Join(err, part.run())
		}
	}
	if err == nil && b.missed > 0 {
		err = fmt.Errorf("%d goals were missed", b.missed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

type bench struct {
	bin    string
	runs   int
	missed int
}

// cost is what something took.
type cost struct{ elapsed, cpu time.Duration }

// quiet gives the lower quartile of each of the two: what it takes while the machine does little else.
func quiet(costs []cost) cost {
	var elapsed, cpu []time.Duration
	for _, c := range costs {
		elapsed, cpu = append(elapsed, c.elapsed), append(cpu, c.cpu)
	}
	slices.Sort(elapsed)
	slices.Sort(cpu)
	return cost{elapsed[len(elapsed)/4], cpu[len(cpu)/4]}
}

// row prints a line of the table: per is what the costs are divided by.
func (b *bench) row(name string, ours, theirs cost, per int, goal float64) {
	n := time.Duration(per)
	ratio := ours.elapsed.Seconds() / theirs.elapsed.Seconds()
	note := ""
	if goal > 0 && ratio > goal {
		note = fmt.Sprintf(" over %.1f", goal)
		b.missed++
	}
	cpu := "–"
	if theirs.cpu > 0 && ours.cpu > 0 {
		cpu = fmt.Sprintf("%.2f", ours.cpu.Seconds()/theirs.cpu.Seconds())
	}
	fmt.Printf("| %s | %s | %s | %.2f%s | %s | %s | %s |\n", name, micros(ours.elapsed/n), micros(theirs.elapsed/n), ratio, note, micros(ours.cpu/n), micros(theirs.cpu/n), cpu)
}

func micros(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Nanoseconds())/1000) }

const head = "\n%s\n\n| | howdah µs | PostgreSQL µs | ratio | howdah CPU µs | PostgreSQL CPU µs | ratio |\n|---|---:|---:|---:|---:|---:|---:|\n"

// folder makes one that goes with the program.
func folder(files map[string]string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "howdah-latency-"); err != nil {
		return "", nil, err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", nil, err
		}
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// itemRows is the size of the table that is asked again and again.
const itemRows = 1000

func items() string {
	var b strings.Builder
	b.WriteString("id,name,price\n")
	for i := range itemRows {
		fmt.Fprintf(&b, "%d,item %d,%d.%02d\n", i, i, i%90, i%100)
	}
	return b.String()
}

// definitions of Howdah's catalog for it.
func definitions(dir string) string {
	return fmt.Sprintf("create server s foreign data wrapper howdah options (location '%s');\n"+
		"create foreign table public.items (id int, name text, price numeric) server s options (location 'items.csv', header 'true');\n", dir)
}

// servers starts both.
func (b *bench) servers() (pg *pgtest.Server, how *duel.Session, stop func(), err error) {
	dir, remove, err := folder(map[string]string{"items.csv": items()})
	if err != nil {
		return nil, nil, nil, err
	}
	if pg, err = pgtest.Start(pgtest.Options{Settings: map[string]string{"max_parallel_workers_per_gather": "0"}}); err != nil {
		remove()
		return nil, nil, nil, err
	}
	how, end, err := duel.Howdah(b.bin, definitions(dir), dir)
	if err != nil {
		pg.Stop()
		remove()
		return nil, nil, nil, err
	}
	return pg, how, func() { end(); pg.Stop(); remove() }, nil
}
