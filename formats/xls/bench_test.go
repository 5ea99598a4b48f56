package xls

import (
	"bytes"
	"sync"
	"testing"

	"howdah/bench/orders"
	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pushdown"
)

var benchFile = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := orders.Encode(&b, "xls", 60_000, orders.Seed); err != nil {
		panic(err)
	}
	return b.Bytes()
})

func BenchmarkScan(b *testing.B) {
	data := benchFile()
	sch := formattest.Schema("id bigint", "ts timestamp", "customer text", "country text", "qty bigint", "price numeric", "discount numeric", "paid bool", "note text", "sku text")
	every := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	formattest.Benchmark(b, Format{}, data, sch, formats.Options{"header": "true"},
		formattest.Request{Name: "count", Limit: -1},
		formattest.Request{Name: "qual", Columns: []int{0, 5}, Quals: []expr.Expr{formattest.Qual(b, sch, "country", "=", "DE"), formattest.Qual(b, sch, "qty", ">", "90")}, Limit: -1},
		formattest.Request{Name: "narrow", Columns: []int{3, 4, 5}, Limit: -1},
		formattest.Request{Name: "all", Columns: every, Limit: -1},
		formattest.Request{Name: "limit", Columns: every, Limit: 10},
		formattest.Request{Name: "top", Columns: every, Limit: 10, Sort: []pushdown.SortKey{formattest.Key(b, sch, "price", true)}},
	)
}

func BenchmarkInfer(b *testing.B) {
	data := benchFile()
	for b.Loop() {
		in := formattest.Input(formattest.Memory(data), nil)
		if _, err := (Format{}).Infer(in, formats.Options{}); err != nil {
			b.Fatal(err)
		}
		in.Close()
	}
}
