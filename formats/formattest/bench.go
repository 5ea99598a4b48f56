package formattest

import (
	"io"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/budget"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// Request is what a benchmark asks of a reader. Limit -1 is all.
type Request struct {
	Name    string
	Columns []int
	Quals   []expr.Expr
	Limit   int64
	Sort    []pushdown.SortKey
}

// Benchmark reads a file for each request, and reports the rows and the most memory taken from the budget.
func Benchmark(b *testing.B, f formats.Format, data []byte, sch types.Schema, opt formats.Options, requests ...Request) {
	for _, q := range requests {
		b.Run(q.Name, func(b *testing.B) {
			b.ReportAllocs()
			rows, peak := 0, int64(0)
			for b.Loop() {
				rows, peak = 0, 0
				purse := budget.New("scan", 0, nil)
				in := Input(Memory(data), purse)
				r := &pushdown.Request{Limit: q.Limit, Quals: q.Quals, Sort: q.Sort}
				for _, i := range q.Columns {
					r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
				}
				reader, err := f.Open(in, &formats.Scan{Schema: sch, Options: opt, Request: r, Answer: f.Offer(sch, opt, r), Env: Env()})
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
