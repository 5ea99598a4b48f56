package csv

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"testing"

	"howdah/bench/orders"
	"howdah/formats"
	"howdah/internal/meter"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/vector"
)

// A LIMIT ends the reading, of compressed files too: what is asked for is little more than the rows that are given.
func TestLimitStops(t *testing.T) {
	var plain, packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := orders.Write(io.MultiWriter(&plain, z), 40_000, 1); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sch := schemaOf("id bigint", "ts timestamp", "customer text", "country text", "qty int", "price numeric", "discount float8", "paid bool", "note text", "sku text")
	const most = chunkBytes + 64
	for name, data := range map[string][]byte{"plain": plain.Bytes(), "gz": packed.Bytes()} {
		src := &sourcetest.Memory{Data: data, Ranged: true}
		m := &meter.Scan{}
		in := formats.NewInput(context.Background(), src, src.Info(), m, nil)
		r := &pushdown.Request{Limit: 10, Columns: []pushdown.Column{{Ordinal: 0, Text: true}}}
		reader, err := Format{}.Open(in, &formats.Scan{Schema: sch, Options: formats.Options{"header": "true"}, Request: r, Answer: Format{}.Offer(sch, nil, r)})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for b := (&vector.Batch{}); ; {
			if err := reader.Next(b); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			rows += b.Live()
		}
		reader.Close()
		in.Close()
		if n := m.BytesRead.Load(); rows != 10 || n > most || len(data) < 4*most {
			t.Errorf("%s: %d rows, %d bytes of %d read, at most %d are due", name, rows, n, len(data), most)
		}
	}
}
