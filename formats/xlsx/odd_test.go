package xlsx

import (
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
)

// strict is a workbook in the strict form of ISO/IEC 29500, with prefixes: other namespaces, dates in ISO 8601.
func strict() parts {
	const main, rel = "http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"
	return parts{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         relsHead + `<Relationship Id="r1" Type="` + rel + `/officeDocument" Target="book/main.xml"/></Relationships>`,
		"book/main.xml": `<?xml version="1.0" standalone="yes"?><x:workbook xmlns:x="` + main + `" xmlns:r="` + rel + `" conformance="strict"><x:workbookPr dateCompatibility="false"/>` +
			`<x:sheets><x:sheet name="Sheet &quot;1&quot;" sheetId="1" r:id="a"/><x:sheet name="Chart" sheetId="2" r:id="c"/><x:sheet name="Two" sheetId="3" r:id="b" state="hidden"/></x:sheets>` +
			`<x:definedNames><x:definedName name="area">'Sheet "1"'!$A$1:$B$2</x:definedName><x:definedName name="area" localSheetId="2">Two!$A$2:$A$3</x:definedName></x:definedNames></x:workbook>`,
		"book/_rels/main.xml.rels": relsHead + `<Relationship Id="a" Type="` + rel + `/worksheet" Target="sheets/1.xml"/><Relationship Id="b" Type="` + rel + `/worksheet" Target="/book/sheets/2.xml"/>` +
			`<Relationship Id="c" Type="` + rel + `/chartsheet" Target="sheets/c.xml"/><Relationship Id="s" Type="` + rel + `/sharedStrings" Target="texts.xml"/><Relationship Id="t" Type="` + rel + `/styles" Target="styles.xml"/></Relationships>`,
		"book/sheets/1.xml": `<x:worksheet xmlns:x="` + main + `"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="inlineStr"><x:is><x:t>when</x:t></x:is></x:c></x:row>` +
			`<x:row r="2"><x:c r="A2"><x:v>1.5</x:v></x:c><x:c r="B2" t="d" s="1"><x:v>2024-02-27T00:00:00</x:v></x:c></x:row>` +
			`<x:row r="3"><x:c r="A3"><x:v>2</x:v></x:c><x:c r="B3" t="d" s="1"><x:v>1899-12-30</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		"book/sheets/2.xml": `<worksheet xmlns="` + main + `"><sheetData><row><c><v>7</v></c></row><row><c><v>8</v></c></row><row><c><v>9</v></c></row></sheetData></worksheet>`,
		"book/sheets/c.xml": `<chartsheet xmlns="` + main + `"/>`,
		"book/texts.xml":    `<x:sst xmlns:x="` + main + `" count="1" uniqueCount="1"><x:si><x:r><x:t xml:space="preserve">a </x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t>number</x:t></x:r><x:rPh sb="0" eb="1"><x:t>kana</x:t></x:rPh></x:si></x:sst>`,
		"book/styles.xml":   `<x:styleSheet xmlns:x="` + main + `"><x:cellStyleXfs count="1"><x:xf numFmtId="9"/></x:cellStyleXfs><x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="14"/></x:cellXfs></x:styleSheet>`,
	}
}

func TestStrict(t *testing.T) {
	data := strict().zip()
	schema, rows, err := inferred(data, nil)
	check(t, append([]string{schema}, rows...), err, "a_number numeric, when date", "1.5|2024-02-27", "2|1899-12-30")
	rows, err = read(data, formats.Options{"range": "area", "header": "true"}, "a numeric", "b date")
	check(t, rows, err, "1.5|2024-02-27")
	rows, err = read(data, formats.Options{"range": "area", "sheet": "Two"}, "a int")
	check(t, rows, err, "8", "9")
	in := formattest.Input(formattest.Memory(data), nil)
	defer in.Close()
	tables, err := Format{}.Tables(in, nil)
	if err != nil || len(tables) != 1 || tables[0].Name != `Sheet "1"` {
		t.Error(tables, err)
	}
}

// TestOddWorkbooks: what programs write, and do not write, and Excel reads all the same.
func TestOddWorkbooks(t *testing.T) {
	for name, c := range map[string]struct {
		p    parts
		opt  formats.Options
		cols []string
		want string
	}{
		"nothing but rows":    {workbook(`<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>`, "", "").without("xl/styles.xml"), nil, []string{"a int", "b int"}, `1|2 3|\N`},
		"references, in part": {workbook(`<row r="2"><c><v>1</v></c><c r="D2"><v>2</v></c><c><v>3</v></c></row><row><c r="B3"><v>4</v></c></row>`, "", ""), nil, []string{"a int", "b int", "c int", "d int", "e int"}, `1|\N|\N|2|3 \N|4|\N|\N|\N`},
		"a style of none":     {workbook(`<row><c s="3"><v>45349</v></c></row>`, "", ""), nil, []string{"a int"}, "45349"},
		"a wrong dimension":   {workbook(`<row><c><v>1</v></c></row>`, "", "").with("xl/worksheets/sheet1.xml", `<worksheet><dimension ref="A1:ZZ99999"/><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>`), nil, []string{"a int"}, "1"},
		"cached texts":        {workbook(`<row><c t="str"><f>A1&amp;"x"</f><v>a&amp;b</v></c><c t="str"><f>""</f><v></v></c><c><f t="shared" si="0"/><v>5</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>NOW()</f></c></row>`, "", ""), nil, []string{"a text", "b text", "c int", "d text", "e text"}, `a&b||5|\N|\N`},
		"blanks":              {workbook(`<row><c t="inlineStr"><is><t xml:space="preserve">  x  </t></is></c><c t="s"><v>0</v></c><c t="str"><v xml:space="preserve"> y </v></c></row>`, `<si><t xml:space="preserve"> s </t></si>`, ""), nil, []string{"a text", "b text", "c text"}, "  x  | s | y "},
		"escapes":             {workbook(`<row><c t="s"><v>0</v></c><c t="str"><v>_x005F_x000D_</v></c><c t="inlineStr"><is><t>_x000D__x000A_</t></is></c></row>`, `<si><t>a_x000D_b</t></si>`, ""), nil, []string{"a text", "b text", "c text"}, "a\rb|_x000D_|\r\n"},
		"phonetic runs":       {workbook(`<row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="2"><t>とうきょう</t></rPh><phoneticPr fontId="1"/></is></c></row>`, `<si><t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si>`, ""), nil, []string{"a text", "b text"}, "課きく|東京"},
		"merged, first":       {workbook(`<row><c><v>1</v></c><c><v>5</v></c></row><row><c/><c><v>6</v></c></row>`, "", "").merged("A1:A2"), nil, []string{"a int", "b int"}, `1|5 \N|6`},
		"merged, all":         {workbook(`<row><c><v>1</v></c><c><v>5</v></c></row><row><c/><c><v>6</v></c></row>`, "", "").merged("A1:A2"), formats.Options{"merged": "fill"}, []string{"a int", "b int"}, "1|5 1|6"},
		"markup of others": {workbook("", "", "").with("xl/worksheets/sheet1.xml", `<worksheet xmlns:mc="m" mc:Ignorable="x14ac"><sheetPr/><sheetViews><sheetView/></sheetViews><sheetData><row r="1" x14ac:dyDescent="0.25" spans="1:1"><c r="A1"><v>1</v>`+
			`<extLst><ext><x14:v>2</x14:v></ext></extLst></c></row></sheetData><extLst><ext><row><c><v>9</v></c></row></ext></extLst></worksheet>`), nil, []string{"a int"}, "1"},
		"single quotes": {workbook("", "", "").with("xl/worksheets/sheet1.xml", `<worksheet><sheetData ><row r='1' hidden='0'><c r='A1' s='0' t='str' ><v >x</v ></c ></row></sheetData></worksheet>`), nil, []string{"a text"}, "x"},
		"a backslash":   {workbook(`<row><c><v>1</v></c></row>`, "", "").renamed("xl/worksheets/sheet1.xml", `xl\worksheets\sheet1.xml`), nil, []string{"a int"}, "1"},
	} {
		rows, err := read(c.p.zip(), c.opt, c.cols...)
		if got := strings.Join(rows, " "); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}

func (p parts) without(name string) parts {
	q := p.with(name, "")
	delete(q, name)
	return q
}

func (p parts) renamed(from, to string) parts {
	q := p.without(from)
	q[to] = p[from]
	return q
}

func (p parts) merged(area string) parts {
	const part = "xl/worksheets/sheet1.xml"
	return p.with(part, strings.Replace(p[part], "</sheetData>", `</sheetData><mergeCells count="1"><mergeCell ref="`+area+`"/></mergeCells>`, 1))
}
