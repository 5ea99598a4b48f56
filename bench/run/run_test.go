package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/bench/orders"
	"howdah/formats/all"
	"howdah/internal/e2e"
)

// small gives a run of few rows with no peers but PostgreSQL, and what it prints.
func small(t *testing.T, rows int) (*bench, *bytes.Buffer) {
	var out bytes.Buffer
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // PostgreSQL may run as another user
		t.Fatal(err)
	}
	m := &bench{out: &out, progress: io.Discard, bin: e2e.Binary(t), dir: dir, runs: 1, alone: true}
	var sizes []string
	for _, f := range formats {
		sizes = append(sizes, fmt.Sprintf("%s=%d", f.name, rows))
	}
	if err := m.set(strings.Join(sizes, ","), ""); err != nil {
		t.Fatal(err)
	}
	return m, &out
}

// TestEveryFormatAnswersAsTheCSV measures all formats that there are, of few rows: the answers are compared, the
// figures are not.
func TestEveryFormatAnswersAsTheCSV(t *testing.T) {
	var names []string
	for _, f := range formats {
		if all.Formats().ByName(strings.TrimSuffix(f.name, ".gz")) != nil {
			names = append(names, f.name)
		}
	}
	m, out := small(t, 1200)
	if err := m.measure(strings.Join(names, ",")); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range names {
		for _, q := range queries {
			if !strings.Contains(out.String(), fmt.Sprintf("\n| %s | %s | ", name, q.name)) {
				t.Errorf("no line of %s for %s in:\n%s", name, q.name, out)
			}
		}
	}
}

// TestWrongAnswersAreNoticed gives Howdah other rows than PostgreSQL.
func TestWrongAnswersAreNoticed(t *testing.T) {
	m, out := small(t, 300)
	f, err := os.Create(filepath.Join(m.dir, "orders-300.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if err := orders.Encode(f, "ndjson", 300, orders.Seed+1); err != nil {
		t.Fatal(err)
	}
	f.Close()
	m.only = []string{"Q3"}
	if err := m.measure("ndjson"); err == nil || !strings.Contains(err.Error(), "howdah answers") {
		t.Errorf("error %v, output:\n%s", err, out)
	}
}

func TestUnknownFormatIsNamed(t *testing.T) {
	f := format{name: "parquet", options: "format 'parquet'"}
	how, err := startHowdah(e2e.Binary(t), filepath.Join(t.TempDir(), "orders.parquet"), &f)
	if err == nil {
		how.close()
	}
	if err == nil || !strings.Contains(err.Error(), `"parquet"`) {
		t.Errorf("error %v", err)
	}
	m := bench{}
	if err := m.measure("dbase"); err == nil || !strings.Contains(err.Error(), `"dbase"`) {
		t.Errorf("error %v", err)
	}
	for _, rows := range []string{"dbase=1", "csv=0", "csv=x"} {
		if err := m.set(rows, ""); err == nil {
			t.Errorf("rows %q were taken", rows)
		}
	}
}

// TestLimitsAreHeld asks which lines are beyond what they are held to.
func TestLimitsAreHeld(t *testing.T) {
	second := func(s float64) *result {
		d := time.Duration(s * float64(time.Second))
		return &result{cpu: []time.Duration{d}, wall: []time.Duration{d}, first: []time.Duration{d}, peak: 50 << 10}
	}
	big := second(1)
	big.peak = 90 << 10
	fast := second(0.001)
	for _, c := range []struct {
		format, query, peer string
		howdah, peers       *result
		idle                int64
		verdict             string
		missed              int
	}{
		{"csv", "Q1", "file_fdw", second(1), second(10), 40 << 10, "aim", 0},
		{"csv", "Q1", "file_fdw", second(3), second(10), 40 << 10, "met", 0},
		{"csv", "Q1", "file_fdw", second(4.5), second(10), 40 << 10, "MISSED: CPU", 1},
		{"csv", "Q1", "file_fdw", big, second(10), 80 << 10, "MISSED: memory", 1},
		{"csv", "Q1", "file_fdw", second(1), second(10), 1 << 10, "MISSED: memory", 1},
		{"csv", "Q6", "file_fdw", fast, second(0.0001), 40 << 10, "aim", 0},
		{"csv", "Q6", "file_fdw", second(0.006), second(1), 40 << 10, "MISSED: first row", 1},
		{"xlsx", "Q1", "ogr_fdw", big, second(10), 80 << 10, "aim", 0},
		{"xlsx", "Q6", "ogr_fdw", second(0.2), second(10), 40 << 10, "MISSED: first row", 1},
		{"ods", "Q1", "ogr_fdw", second(9), second(4), 40 << 10, "MISSED: CPU", 1}, // ten times the rows
		{"ods", "Q1", "ogr_fdw", second(7), second(4), 40 << 10, "met", 0},
		{"xls", "Q5", "xlrd", second(1), second(6), 40 << 10, "met", 0},
		{"ndjson", "Q3", "duckdb", second(1.6), second(1), 40 << 10, "MISSED: CPU", 1},
		{"json", "Q5", "duckdb", second(9), second(1), 40 << 10, "", 0},
	} {
		var out bytes.Buffer
		m := bench{out: &out}
		for i := range formats {
			if formats[i].name == c.format {
				const shared = 20 << 20
				f := formats[i]
				f.peerRows = cmp.Or(f.peerRows, f.rows)
				m.line(&f, query{name: c.query}, c.peer, false, c.howdah, nil, c.peers, c.idle, shared)
			}
		}
		if cells := strings.Split(strings.TrimSpace(out.String()), "|"); len(cells) < 3 || strings.TrimSpace(cells[len(cells)-2]) != c.verdict || m.missed != c.missed {
			t.Errorf("%s %s: want %q, %d missed: %s", c.format, c.query, c.verdict, c.missed, out.String())
		}
	}
}

func TestAnswersAreCompared(t *testing.T) {
	a := answer{count: 2, rows: [][]string{{"1", "2.50"}, {null, "x"}}}
	for _, c := range []struct {
		b            answer
		exact, loose bool // are the same
	}{
		{answer{count: 2, rows: [][]string{{"1", "2.50"}, {null, "x"}}}, true, true},
		{answer{count: 2, rows: [][]string{{"1", "2.5"}, {null, "x"}}}, false, true},
		{answer{count: 2, rows: [][]string{{"1", "TRUE"}, {null, "x"}}}, false, false},
		{answer{count: 2, rows: [][]string{{"1", "2.51"}, {null, "x"}}}, false, false},
		{answer{count: 2, rows: [][]string{{"1", "2.50"}, {"", "x"}}}, false, false},
		{answer{count: 1, rows: [][]string{{"1", "2.50"}}}, false, false},
		{answer{count: 2}, true, true},
	} {
		if got := a.differs(&c.b, false) == ""; got != c.exact {
			t.Errorf("%q: exactly the same: %v", c.b.rows, got)
		}
		if got := a.differs(&c.b, true) == ""; got != c.loose {
			t.Errorf("%q: the same: %v", c.b.rows, got)
		}
	}
	if (&answer{sum: 1}).differs(&answer{sum: 2}, false) == "" || (&answer{sum: 1}).differs(&answer{}, false) != "" {
		t.Error("sums are compared where both are known")
	}
}

func TestMissingPeersAreNamed(t *testing.T) {
	err := error(&missing{"xlrd", "make peers"})
	if got := err.Error(); !strings.Contains(got, "xlrd is not installed") || !strings.Contains(got, "make peers") {
		t.Error(got)
	}
	if interpreter("no_such_module_of_python", "/usr/bin/python3") != "" {
		t.Error("a module was found that there is not")
	}
}
