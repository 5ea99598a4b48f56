package xlsx

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/vector"
)

const benchRows = 200_000

// benchFile has ten columns of all kinds, with shared texts and date styles.
var benchFile = sync.OnceValue(func() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var rows, texts strings.Builder
	head := []string{"id", "code", "country", "day", "at", "qty", "price", "discount", "paid", "note"}
	for _, h := range head {
		fmt.Fprintf(&texts, "<si><t>%s</t></si>", h)
	}
	countries := 20
	for i := range countries {
		fmt.Fprintf(&texts, "<si><t>C%d</t></si>", i)
	}
	next := len(head) + countries
	rows.WriteString(`<row r="1">`)
	for i := range head {
		fmt.Fprintf(&rows, `<c r="%c1" t="s"><v>%d</v></c>`, 'A'+i, i)
	}
	rows.WriteString("</row>")
	for i := 2; i < benchRows+2; i++ {
		fmt.Fprintf(&texts, "<si><t>note %d of a customer</t></si><si><t>SKU-%06d</t></si>", i, random.IntN(1e6))
		fmt.Fprintf(&rows, `<row r="%d" spans="1:10"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c><c r="D%d" s="1"><v>%d</v></c>`+
			`<c r="E%d" s="2"><v>%d.%d</v></c><c r="F%d"><v>%d</v></c><c r="G%d"><v>%d.%02d</v></c><c r="H%d"><v>0.%d</v></c><c r="I%d" t="b"><v>%d</v></c><c r="J%d" t="s"><v>%d</v></c></row>`,
			i, i, i, i, next+1, i, len(head)+random.IntN(countries), i, 40000+random.IntN(5000), i, 40000+random.IntN(5000), random.IntN(1e9), i, random.IntN(100),
			i, random.IntN(1000), random.IntN(100), i, 1+random.IntN(8), i, random.IntN(2), i, next)
		next += 2
	}
	return workbook(rows.String(), texts.String(), dateStyles).zip()
})

func BenchmarkScan(b *testing.B) {
	data := benchFile()
	sch := schemaOf("id bigint", "code text", "country text", "day date", "at timestamp", "qty bigint", "price numeric", "discount numeric", "paid bool", "note text")
	every := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, c := range []struct {
		name  string
		cols  []int
		quals []expr.Expr
		limit int64
		sort  []pushdown.SortKey
	}{
		{"count", nil, nil, -1, nil},
		{"qual", []int{0, 6}, []expr.Expr{formattest.Qual(b, sch, "country", "=", "C3"), formattest.Qual(b, sch, "qty", ">", "90")}, -1, nil},
		{"narrow", []int{2, 5, 6}, nil, -1, nil},
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
				in := inputOf(&sourcetest.Memory{Data: data, Ranged: true}, purse)
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

func BenchmarkInfer(b *testing.B) {
	data := benchFile()
	for b.Loop() {
		in := inputOf(&sourcetest.Memory{Data: data, Ranged: true}, nil)
		if _, err := (Format{}).Infer(in, formats.Options{}); err != nil {
			b.Fatal(err)
		}
		in.Close()
	}
}
