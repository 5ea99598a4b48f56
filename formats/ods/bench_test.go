package ods

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"howdah/bench/orders"
	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/pushdown"
	"howdah/vector"
)

const benchRows = 100_000

// benchFile is the measured table.
var benchFile = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := orders.Encode(&b, "ods", benchRows, orders.Seed); err != nil {
		panic(err)
	}
	return b.Bytes()
})

func BenchmarkScan(b *testing.B) {
	data := benchFile()
	sch := schemaOf("id bigint", "ts timestamp", "customer text", "country text", "qty bigint", "price numeric", "discount float8", "paid bool", "note text", "sku text")
	every := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, c := range []struct {
		name  string
		cols  []int
		quals []expr.Expr
		limit int64
		sort  []pushdown.SortKey
	}{
		{"count", nil, nil, -1, nil},
		{"qual", []int{0, 5}, []expr.Expr{formattest.Qual(b, sch, "country", "=", "DE"), formattest.Qual(b, sch, "qty", ">", "90")}, -1, nil},
		{"narrow", []int{3, 4, 5}, nil, -1, nil},
		{"all", every, nil, -1, nil},
		{"limit", every, nil, 10, nil},
		{"top", every, nil, 10, []pushdown.SortKey{formattest.Key(b, sch, "price", true)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			rows, peak := 0, int64(0)
			for b.Loop() {
				rows = 0
				purse := budget.New("scan", 0, nil)
				in := inputOf(memory(data), purse)
				r := &pushdown.Request{Limit: c.limit, Quals: c.quals, Sort: c.sort}
				for _, i := range c.cols {
					r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
				}
				opt := formats.Options{"header": "true"}
				reader, err := Format{}.Open(in, &formats.Scan{Schema: sch, Options: opt, Request: r, Answer: Format{}.Offer(sch, opt, r), Env: env()})
				if err != nil {
					b.Fatal(err)
				}
				batch := &vector.Batch{}
				for {
					err := reader.Next(batch)
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					rows += batch.Live()
				}
				reader.Close()
				in.Close()
				peak = purse.Peak()
			}
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(float64(peak)/1e6, "peakMB")
		})
	}
}
