package xlsx

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pushdown"
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
	sch := formattest.Schema("id bigint", "code text", "country text", "day date", "at timestamp", "qty bigint", "price numeric", "discount numeric", "paid bool", "note text")
	every := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	formattest.Benchmark(b, Format{}, data, sch, formats.Options{"header": "true"},
		formattest.Request{Name: "count", Limit: -1},
		formattest.Request{Name: "qual", Columns: []int{0, 6}, Quals: []expr.Expr{formattest.Qual(b, sch, "country", "=", "C3"), formattest.Qual(b, sch, "qty", ">", "90")}, Limit: -1},
		formattest.Request{Name: "narrow", Columns: []int{2, 5, 6}, Limit: -1},
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
