package json

import (
	"context"
	"fmt"
	"io"
	"strings"

	"howdah/formats"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

func input(data []byte) (*formats.Input, func()) {
	src := &sourcetest.Memory{Data: data, Ranged: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	return in, func() { in.Close() }
}

// all reads a file's rows, values as PostgreSQL prints them, joined by "|".
func all(f Format, data []byte, scan *formats.Scan) (rows []string, err error) {
	in, done := input(data)
	defer done()
	if scan.Request == nil {
		scan.Request = &pushdown.Request{Limit: -1}
		for i := range scan.Schema.Columns {
			scan.Request.Columns = append(scan.Request.Columns, pushdown.Column{Ordinal: i, Text: i%2 == 1})
		}
	}
	if scan.Answer.Quals == nil {
		scan.Answer = f.Offer(scan.Schema, scan.Options, scan.Request)
	}
	return allOf(f, in, scan)
}

func allOf(f formats.Format, in *formats.Input, scan *formats.Scan) (rows []string, err error) {
	reader, err := f.Open(in, scan)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var b vector.Batch
	for {
		if err := reader.Next(&b); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		for _, i := range b.Sel {
			var parts []string
			for _, c := range scan.Request.Columns {
				col := b.Cols[c.Ordinal]
				if col.Null(i) {
					parts = append(parts, `\N`)
				} else {
					parts = append(parts, string(vector.AppendText(nil, col, i, types.DefaultStyle())))
				}
			}
			rows = append(rows, strings.Join(parts, "|"))
		}
	}
}

// errorOf gives the error as clients see it.
func errorOf(err error) *pgerr.Error { return pgerr.From(err) }

func where(err error) string {
	if err == nil {
		return "no error"
	}
	e := errorOf(err)
	return fmt.Sprintf("%s @ %s", e.Error(), e.Where)
}
