package xlsx

import (
	"fmt"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pushdown"
)

const dateStyles = `<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/></numFmts>` +
	`<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>` +
	`<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="165"/><xf numFmtId="10"/><xf numFmtId="2"/><xf numFmtId="49"/></cellXfs>`

// mixed is a workbook of all kinds of cells; n rows.
func mixed(n int) parts {
	var rows, texts strings.Builder
	for i := range 9 {
		fmt.Fprintf(&texts, []string{"<si><t>n%d</t></si>", "<si><t xml:space=\"preserve\"> n%d</t></si>", "<si><r><t>n</t></r><r><rPr><b/></rPr><t>%d</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si>"}[i%3], i)
	}
	rows.WriteString(`<row r="2"><c r="A2" t="inlineStr"><is><t>id</t></is></c><c r="B2" t="inlineStr"><is><t>name</t></is></c><c r="C2" t="inlineStr"><is><t>price</t></is></c>` +
		`<c r="D2" t="inlineStr"><is><t>ok</t></is></c><c r="E2" t="inlineStr"><is><t>day</t></is></c><c r="F2" t="inlineStr"><is><t>note</t></is></c></row>`)
	for i := range n {
		at := i + 3 + i/7*2
		fmt.Fprintf(&rows, `<row r="%d">`, at)
		if i%4 != 3 {
			fmt.Fprintf(&rows, `<c r="A%d"><v>%d</v></c>`, at, i)
		}
		fmt.Fprintf(&rows, `<c r="B%d" t="s"><v>%d</v></c>`, at, i%9)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&rows, `<c r="C%d"><f>A1*0.1</f><v>%d.10000000000000001</v></c>`, at, i)
		case 1:
			fmt.Fprintf(&rows, `<c r="C%d" s="6"><v>-0.25</v></c>`, at)
		case 2:
			fmt.Fprintf(&rows, `<c r="C%d" s="5"><v>1.5E-3</v></c>`, at)
		case 3:
			fmt.Fprintf(&rows, `<c r="C%d" t="e"><v>#DIV/0!</v></c>`, at)
		}
		if i%3 != 0 {
			fmt.Fprintf(&rows, `<c r="D%d" t="b"><v>%d</v></c>`, at, i%2)
		}
		if i%6 != 0 {
			fmt.Fprintf(&rows, `<c r="E%d" s="1"><v>%d</v></c>`, at, 45000+i)
		}
		fmt.Fprintf(&rows, `<c r="F%d" t="%s</c></row>`, at, []string{`str"><v>a &amp; b</v>`, `inlineStr"><is><t>ünï</t></is>`, `str"><v></v>`, `inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is>`}[i%4])
	}
	return workbook(rows.String(), texts.String(), dateStyles)
}

func conformCases(t testing.TB) []formattest.Case {
	sch := formattest.Schema("id bigint", "name text", "price numeric", "ok bool", "day date", "note text")
	quals := []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "=", "n3"), formattest.Qual(t, sch, "day", "IS NOT NULL", ""),
		formattest.Qual(t, sch, "note", "~~", "%i%"), formattest.Qual(t, sch, "price", "<", "2"), formattest.Var(t, sch, "ok")}
	sorts := [][]pushdown.SortKey{
		{formattest.Key(t, sch, "price", true), formattest.Key(t, sch, "id", false)},
		{formattest.Key(t, sch, "name", false)},
		{formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false), formattest.Key(t, sch, "day", true)},
	}
	data := mixed(30).zip()
	merge := workbook(`<row><c t="inlineStr"><is><t>x</t></is></c><c><v>1</v></c></row><row><c/><c><v>2</v></c></row><row><c r="B3"><v>3</v></c></row>`, "", "").
		with("xl/worksheets/sheet1.xml", `<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>x</x:t></x:is></x:c><x:c><x:v>1</x:v></x:c></x:row>`+
			`<x:row><x:c/><x:c><x:v>2</x:v></x:c></x:row><x:row r="3"><x:c r="B3"><x:v>3</x:v></x:c></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A1:A2"/></x:mergeCells></x:worksheet>`)
	gaps := workbook(`<row r="2"><c r="B2"><v>1</v></c></row><row r="3"/><row r="5"><c r="B5"><v>2</v></c><c r="D5" t="b"><v>1</v></c></row><row r="6"><c r="A6"/></row>`, "", "")
	small := formattest.Schema("a text", "b int")
	return []formattest.Case{
		{Name: "mixed", Data: data, Schema: sch, Options: formats.Options{"header": "true"}, Quals: quals, Sorts: sorts, Rows: 30},
		{Name: "by name", Data: data, Schema: formattest.Schema("day date", "id int"), Options: formats.Options{"header": "2", "columns": "name", "sheet": "s 1"}, Rows: 30},
		{Name: "prefixed and merged", Data: merge.zip(), Schema: small, Rows: 3, Text: []string{"x|1", `\N|2`, `\N|3`}},
		{Name: "filled", Data: merge.zip(), Schema: small, Options: formats.Options{"merged": "fill"}, Rows: 3, Text: []string{"x|1", `x|2`, `\N|3`}},
		{Name: "gaps", Data: gaps.zip(), Schema: small, Rows: 2, Text: []string{`\N|1`, `\N|2`}},
		{Name: "empty rows are NULLs", Data: gaps.zip(), Schema: small, Options: formats.Options{"empty_rows": "null"}, Rows: 4,
			Text: []string{`\N|1`, `\N|\N`, `\N|\N`, `\N|2`}, Quals: []expr.Expr{formattest.Qual(t, small, "b", "IS NULL", "")},
			Sorts: [][]pushdown.SortKey{{formattest.Key(t, small, "b", true)}}},
		{Name: "empty rows stop", Data: gaps.zip(), Schema: small, Options: formats.Options{"empty_rows": "stop"}, Rows: 1, Text: []string{`\N|1`}},
		{Name: "range", Data: gaps.zip(), Schema: small, Options: formats.Options{"range": "'S 1'!$A$3:B9"}, Rows: 1, Text: []string{`\N|2`}},
	}
}

func TestConformance(t *testing.T) { formattest.Run(t, Format{}, conformCases(t)) }
