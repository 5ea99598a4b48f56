package ods

import (
	"fmt"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pushdown"
)

const (
	dateStyle = `<number:date-style style:name="N50"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text>` +
		`<number:day number:style="long"/></number:date-style><style:style style:name="ce1" style:family="table-cell" style:data-style-name="N50"/>`
	head = `<table:table-column table:number-columns-repeated="6"/><table:table-header-rows>`
)

// mixed is a table of cells of all kinds, with gaps, repeats, groups and columns that end early.
func mixed(n int) document {
	var b strings.Builder
	b.WriteString(head + row("id", "name", "price", "ok", "day", "note") + "</table:table-header-rows>")
	notes := []string{"a &amp; b", "ünï<text:span>cöde</text:span>", "two</text:p><text:p>lines", "ri<text:s text:c=\"2\"/>ch"}
	prices := []string{"float:%d.1", "percentage:-0.25", "float:1.5E-3", "", "currency:12.50"}
	for i := range n {
		if i%7 == 6 {
			b.WriteString(`<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="6"/></table:table-row>`)
		}
		if i%5 == 2 {
			b.WriteString("<table:table-row-group>")
		}
		id, ok, day := fmt.Sprintf("float:%d", i), fmt.Sprintf("boolean:%v", i%2 == 0), fmt.Sprintf("date:2024-03-%02d", i%28+1)
		if i%4 == 3 {
			id = ""
		}
		if i%3 == 0 {
			ok = ""
		}
		if i%6 == 0 {
			day = ""
		}
		price := prices[i%len(prices)]
		if strings.Contains(price, "%d") {
			price = fmt.Sprintf(price, i)
		}
		b.WriteString("<table:table-row>" + cellOf(id, "") + cellOf(fmt.Sprintf("n%d", i%9), ""))
		if i%5 == 3 {
			b.WriteString(`<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>`)
		} else {
			b.WriteString(cellOf(price, ""))
		}
		b.WriteString(cellOf(ok, "") + cellOf(day, ` table:style-name="ce1"`))
		if i%8 != 7 {
			b.WriteString(cellOf(notes[i%4], ""))
		}
		b.WriteString("<table:table-cell table:number-columns-repeated=\"16378\"/></table:table-row>")
		if i%5 == 2 {
			b.WriteString("</table:table-row-group>")
		}
	}
	b.WriteString(`<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`)
	d := sheetOf(b.String())
	d.styles = dateStyle
	return d
}

func conformCases(t testing.TB) []formattest.Case {
	sch := formattest.Schema("id bigint", "name text", "price numeric", "ok bool", "day date", "note text")
	quals := []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "=", "n3"), formattest.Qual(t, sch, "day", "IS NOT NULL", ""),
		formattest.Qual(t, sch, "note", "~~", "%i%"), formattest.Qual(t, sch, "price", "<", "2"), formattest.Var(t, sch, "ok")}
	sorts := [][]pushdown.SortKey{
		{formattest.Key(t, sch, "price", true), formattest.Key(t, sch, "id", false)},
		{formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false), formattest.Key(t, sch, "day", true)},
	}
	merge := document{body: `<table:table table:name="S 1"><table:table-row><table:table-cell office:value-type="string" table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>x</text:p></table:table-cell>` + cellOf("float:1", "") +
		`</table:table-row><table:table-row><table:covered-table-cell/>` + cellOf("float:2", "") + `</table:table-row>` + row("", "float:3") + `</table:table>`}
	repeats := sheetOf(`<table:table-row table:number-rows-repeated="3">` + cellOf("x", "") + cellOf("float:1", ` table:number-columns-repeated="3"`) + `</table:table-row>` + row("y", "float:2"))
	gaps := sheetOf(row() + row("", "float:1") + row() + `<table:table-row/>` + row("", "float:2", "", "boolean:true") + row(""))
	small := formattest.Schema("a text", "b int")
	return []formattest.Case{
		{Name: "mixed", Data: mixed(20).zip(), Schema: sch, Options: formats.Options{"header": "true"}, Quals: quals, Sorts: sorts, Rows: 20},
		{Name: "flat", Data: mixed(8).flat(), Schema: formattest.Schema("day date", "id int"), Options: formats.Options{"header": "true", "columns": "name", "sheet": "s 1"}, Rows: 8},
		{Name: "merged", Data: merge.zip(), Schema: small, Rows: 3, Text: []string{"x|1", `\N|2`, `\N|3`}},
		{Name: "filled", Data: merge.flat(), Schema: small, Options: formats.Options{"merged": "fill"}, Rows: 3, Text: []string{"x|1", `x|2`, `\N|3`}},
		{Name: "repeats", Data: repeats.zip(), Schema: formattest.Schema("a text", "b int", "c int"), Rows: 4, Text: []string{"x|1|1", "x|1|1", "x|1|1", `y|2|\N`}},
		{Name: "gaps", Data: gaps.zip(), Schema: small, Rows: 2, Text: []string{`\N|1`, `\N|2`}},
		{Name: "empty rows are NULLs", Data: gaps.zip(), Schema: small, Options: formats.Options{"empty_rows": "null"}, Rows: 4,
			Text: []string{`\N|1`, `\N|\N`, `\N|\N`, `\N|2`}, Quals: []expr.Expr{formattest.Qual(t, small, "b", "IS NULL", "")}},
		{Name: "range", Data: gaps.zip(), Schema: small, Options: formats.Options{"range": "'S 1'!$A$3:B9"}, Rows: 1, Text: []string{`\N|2`}},
	}
}

func TestConformance(t *testing.T) { formattest.Run(t, Format{}, conformCases(t)) }
