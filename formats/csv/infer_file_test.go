package csv

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"howdah/bench/orders"
	"howdah/formats"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
)

// TestInferFile runs testdata/infer.txt: what is inferred of each file, and that a table made of it reads the file.
func TestInferFile(t *testing.T) {
	file, err := os.Open("testdata/infer.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			p := strings.Split(line, "\t")
			if len(p) != 4 {
				t.Fatalf("%q: %d parts", line, len(p))
			}
			t.Run(p[0], func(t *testing.T) { inferred(t, p[1], p[2], p[3]) })
		}
	}
}

func inferred(t *testing.T, quoted, want, wantRows string) {
	text, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	inf, err := infer(data, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(inf); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	r := &pushdown.Request{Limit: -1}
	for i := range inf.Schema.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: true})
	}
	rows, err := all(Format{}, data, &formats.Scan{Schema: inf.Schema, Options: inf.Options, Request: r, Answer: r.RefuseAll()})
	if err != nil {
		t.Fatalf("%v @ %s", err, pgerr.From(err).Where)
	}
	if got := strings.Join(rows, ";"); got != wantRows {
		t.Errorf("\n got rows %s\nwant rows %s", got, wantRows)
	}
	if inf.Rows != int64(len(rows)) {
		t.Errorf("%d rows inferred, %d read", inf.Rows, len(rows))
	}
}

// However large a file is, a bounded part of it is looked at: that is what keeps inference quick.
func TestInferReadsBoundedBytes(t *testing.T) {
	var b bytes.Buffer
	if err := orders.Write(&b, 60_000, 1); err != nil {
		t.Fatal(err)
	}
	for _, far := range []bool{false, true} {
		src := &sourcetest.Memory{Data: b.Bytes(), Ranged: true, Far: far}
		m := &meter.Scan{}
		in := formats.NewInput(context.Background(), src, src.Info(), m, nil)
		inf, err := Format{}.Infer(in, formats.Options{})
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		places, most := localPlaces, int64(headBytes+4096+localPlaces*placeBytes)
		if far {
			places, most = farPlaces, 4<<20 // the head is read ahead
		}
		if n := m.BytesRead.Load(); n > most || n < headBytes {
			t.Errorf("far %v: %d bytes of %d read, at most %d are due", far, n, b.Len(), most)
		}
		if n := src.Openings(); n > places+1 {
			t.Errorf("far %v: %d openings", far, n)
		}
		if !strings.Contains(strings.Join(inf.Notes, "\n"), "records sampled") {
			t.Errorf("%q", inf.Notes)
		}
	}
}
