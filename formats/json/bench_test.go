package json

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"howdah/bench/orders"
	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/meter"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// ordersJSON is the table of the measurements as lines of JSON.
func ordersJSON(t testing.TB, n int) []byte {
	var out bytes.Buffer
	records, err := stdcsv.NewReader(bytes.NewReader(ordersCSV(t, n))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		note := []byte("null")
		if r[8] != "" {
			note = types.AppendJSONString(nil, []byte(r[8]))
		}
		fmt.Fprintf(&out, `{"id":%s,"ts":"%s","customer":"%s","country":"%s","qty":%s,"price":%s,"discount":%s,"paid":%v,"note":%s,"sku":"%s"}`+"\n",
			r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] == "t", note, r[9])
	}
	return out.Bytes()
}

func ordersCSV(t testing.TB, n int) []byte {
	var b bytes.Buffer
	if err := orders.Write(&b, n, orders.Seed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func ordersSchema() types.Schema {
	sch := schemaOf("id bigint", "ts timestamp", "customer text", "country text", "qty int", "price numeric", "discount float8", "paid bool", "note text", "sku text")
	sch.Columns[5].Type.Typmod = types.NumericTypmod(10, 2)
	return sch
}

// BenchmarkScan reads the table of the measurements as their queries do; allocations are of a whole scan.
func BenchmarkScan(b *testing.B) {
	sch := ordersSchema()
	lines := ordersJSON(b, 50_000)
	array := append([]byte("["), bytes.ReplaceAll(bytes.TrimSpace(lines), []byte("}\n{"), []byte("},\n{"))...)
	array = append(array, ']')
	columns := func(text bool, names ...string) (cs []pushdown.Column) {
		for i, c := range sch.Columns {
			if names == nil || strings.Contains(strings.Join(names, " "), c.Name) {
				cs = append(cs, pushdown.Column{Ordinal: i, Text: text})
			}
		}
		return cs
	}
	for _, q := range []struct {
		name string
		req  pushdown.Request
	}{
		{"count", pushdown.Request{Limit: -1}},
		{"filter", pushdown.Request{Limit: -1, Columns: columns(true, "id", "price"), Quals: quals(b, sch, "country = DE", "qty > 90")}},
		{"aggregate", pushdown.Request{Limit: -1, Columns: columns(false, "country", "price", "qty")}},
		{"top", pushdown.Request{Limit: 10, Columns: columns(true), Sort: []pushdown.SortKey{formattest.Key(b, sch, "price", true), formattest.Key(b, sch, "id", false)}}},
		{"all", pushdown.Request{Limit: -1, Columns: columns(true)}},
		{"month", pushdown.Request{Limit: -1, Columns: columns(true), Quals: quals(b, sch, "ts >= 2024-03-01", "ts < 2024-04-01", "note ~~ %urgent%")}},
	} {
		for _, f := range []struct {
			name   string
			format Format
			data   []byte
		}{{"ndjson", Format{Lines: true}, lines}, {"json", Format{}, array}} {
			b.Run(q.name+"/"+f.name, func(b *testing.B) {
				b.SetBytes(int64(len(f.data)))
				b.ReportAllocs()
				before := cpu()
				for b.Loop() {
					drain(b, f.format, f.data, sch, &q.req)
				}
				b.ReportMetric(float64(len(f.data))*float64(b.N)/1e6/(cpu()-before).Seconds(), "MB/cpu-s")
			})
		}
	}
}

// cpu is the processor's time that the process has had: the measure on a machine that others use too.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func quals(t testing.TB, sch types.Schema, texts ...string) (qs []expr.Expr) {
	for _, text := range texts {
		p := strings.SplitN(text, " ", 3)
		qs = append(qs, formattest.Qual(t, sch, p[0], p[1], p[2]))
	}
	return qs
}

func drain(t testing.TB, f Format, data []byte, sch types.Schema, req *pushdown.Request) (rows int) {
	src := &sourcetest.Memory{Data: data}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	r, err := f.Open(in, &formats.Scan{Schema: sch, Request: req, Answer: f.Offer(sch, nil, req)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b vector.Batch
	for {
		if err := r.Next(&b); err == io.EOF {
			return rows
		} else if err != nil {
			t.Fatal(err)
		}
		rows += b.Live()
	}
}
