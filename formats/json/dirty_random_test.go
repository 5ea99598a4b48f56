package json

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// readAll reads a file to its end, and prints its rows.
func readAll(f Format, data []byte, sch types.Schema, opt formats.Options, rejects *reject.Scan) (rows []string, err error) {
	src := &sourcetest.Memory{Data: data, Ranged: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	req := &pushdown.Request{Limit: -1}
	for i := range sch.Columns {
		req.Columns = append(req.Columns, pushdown.Column{Ordinal: i})
	}
	r, err := f.Open(in, &formats.Scan{Schema: sch, Options: opt, Request: req, Answer: req.RefuseAll(), Rejects: rejects})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b vector.Batch
	for {
		if err := r.Next(&b); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		for _, i := range b.Sel {
			var parts []string
			for _, col := range b.Cols {
				if col.Null(i) {
					parts = append(parts, "NULL")
					continue
				}
				d := col.Datum(i)
				parts = append(parts, fmt.Sprintf("%q", types.AppendText(nil, col.Type, &d, types.DefaultStyle())))
			}
			rows = append(rows, strings.Join(parts, "|"))
		}
	}
}

// TestLinesAreRejectedOneByOne: a file of random lines, broken in random places, has under ignore the rows of those lines
// that can be read by themselves.
func TestLinesAreRejectedOneByOne(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	sch := schemaOf("id int", "name text", "c jsonb")
	pieces := []string{`{`, `}`, `"`, `\`, `\u00`, `\ud83d`, ` `, `,`, `:`, `1`, `x`, `[`, `]`, "\x00", "\xff", "é", "\t", "\r", "nul", "-", "e5", `"id":`}
	lost, kept := 0, 0
	for round := range 400 {
		var lines []string
		for range 1 + random.IntN(12) {
			line := []string{`{"id":1,"name":"a","c":[1,{"x":"y\u00e9"}]}`, `{"id":2.0,"name":{"k":"v"}}`, `{"name":"n\ud83d\ude00"}`, `[7,"seven",null]`, ` {"id":"x"} `, ``, `3`,
				`{"id":9,"c":{"a":"` + strings.Repeat("long ", random.IntN(20)) + `"}}`}[random.IntN(8)]
			for random.IntN(3) == 0 && line != "" {
				at := random.IntN(len(line))
				line = line[:at] + pieces[random.IntN(len(pieces))] + line[at+random.IntN(2):]
			}
			lines = append(lines, line)
		}
		var want []string
		bad := 0
		for _, line := range lines {
			rows, err := readAll(Format{Lines: true}, []byte(line), sch, formats.Options{}, nil)
			if err != nil {
				bad++
				continue
			}
			want = append(want, rows...)
		}
		data := []byte(strings.Join(lines, []string{"\n", "\r\n"}[round%2]))
		for _, chunk := range []int{0, 16, 57} {
			run := new(reject.Log).Begin(reject.Origin{}, nil)
			scan := run.Scan("public", "t", policy(t, "ignore"), nil)
			scan.Begin("f")
			got, err := readAll(Format{Lines: true, chunkBytes: chunk}, data, sch, formats.Options{}, scan)
			if err != nil {
				t.Fatalf("%q: %v", data, err)
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") || len(run.Entries()) != bad {
				t.Fatalf("chunks of %d: %q\n%q, want\n%q; %d rejected, want %d", chunk, data, got, want, len(run.Entries()), bad)
			}
		}
		lost, kept = lost+bad, kept+len(want)
	}
	if lost < 200 || kept < 200 {
		t.Errorf("%d lines were bad, %d rows are good: that tests little", lost, kept)
	}
}
