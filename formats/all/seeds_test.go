package all_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"howdah/formats"
	"howdah/formats/all"
	"howdah/formats/formattest/hostile"
)

// The table of all written seeds: names, then rows of an integer, a number, a text, a day, a truth, and odd ones.
var head = []string{"id", "price", "name", "day", "ok", "note"}

func row(i int) []any {
	notes := []any{nil, "plain", "quo\"ted", "two\nlines", "Grüße, 日本 😀", "a,b;c\td", " blank ", ""}
	return []any{i, float64(i) * 1.25, fmt.Sprintf("name %d", i%4), time.Date(2024, 2, 27, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i), i%3 == 0, notes[i%len(notes)]}
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format("2006-01-02")
	}
	return fmt.Sprint(v)
}

// seeds makes the files that mutants are made of, by format: written here by writers at hand, and what lies in the
// formats' testdata.
func seeds(t testing.TB) map[string][]hostile.Seed {
	t.Helper()
	out := map[string][]hostile.Seed{}
	add := func(format, name string, data []byte, opt ...string) {
		s := hostile.Seed{Name: name, Format: format, Data: data, Options: formats.Options{}}
		for i := 0; i < len(opt); i += 2 {
			s.Options[opt[i]] = opt[i+1]
		}
		out[format] = append(out[format], s)
	}
	written(t, add)
	for format, of := range out {
		for _, s := range of {
			if err := hostile.Readable(all.Formats(), s); err != nil {
				t.Fatalf("seed %s of %s: %v", s.Name, format, err)
			}
		}
	}
	mine := maps.Clone(out)
	found(t, add)
	for _, format := range []string{"csv", "json", "ndjson"} {
		out[format] = append(out[format], hostile.Packed(mine[format][:1])...)
	}
	// What lies in testdata may be there because it cannot be read.
	for format := range out {
		out[format] = slices.DeleteFunc(out[format], func(s hostile.Seed) bool { return hostile.Readable(all.Formats(), s) != nil })
	}
	return out
}

type adder func(format, name string, data []byte, opt ...string)

func written(t testing.TB, add adder) {
	delimited := func(comma rune, crlf bool) []byte {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = comma, crlf
		w.Write(head)
		for i := range 12 {
			var fields []string
			for _, v := range row(i) {
				fields = append(fields, text(v))
			}
			w.Write(fields)
		}
		w.Flush()
		return b.Bytes()
	}
	add("csv", "comma", delimited(',', false), "header", "true")
	add("csv", "semicolon", delimited(';', true), "header", "true", "delimiter", ";")
	add("csv", "found out", delimited('\t', false))
	add("csv", "forgiving", delimited(',', false), "header", "true", "ragged", "fit", "blank_lines", "skip", "trim", "true", "comment", "#")
	add("csv", "by name, escaped", []byte("a,b,c\n1,\"x\\\"y\",2.5\n2,\"\\\\\",\n3,\"new\nline\",1e3\n"), "header", "true", "columns", "name", "escape", `\`)
	add("csv", "latin", []byte("n;t\n1;M\xfcller\n2;Stra\xdfe\n"), "encoding", "LATIN1", "delimiter", ";", "header", "true")
	add("csv", "numbers", []byte("1,0.5,-3,1e10,2024-01-01 10:00:00,10:00,t\n22,1.25,4,2.5e-3,2024-12-31 23:59:59.999999,23:59:59,f\n"))
	wide := []byte{0xff, 0xfe}
	for _, c := range "n,t\n1,x\n2,ü\n" {
		wide = append(wide, byte(c), byte(c>>8))
	}
	add("csv", "utf-16", wide, "header", "true")

	var lines bytes.Buffer
	var objects []any
	for i := range 12 {
		o := map[string]any{"nested": map[string]any{"a": []any{i, "x", nil, true}, "b": map[string]any{"c": 1.5}}}
		for k, v := range row(i) {
			if d, ok := v.(time.Time); ok {
				v = text(d)
			}
			o[head[k]] = v
		}
		if i%5 == 4 {
			delete(o, "note")
		}
		objects = append(objects, o)
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	marshal := func(v any, indent string) []byte {
		b, err := json.MarshalIndent(v, "", indent)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	add("ndjson", "objects", lines.Bytes())
	add("ndjson", "arrays", []byte("[1,\"a\",null]\n[2.5,\"b\",{\"x\":[]}]\n[3,\"\\u00e4\\ud83d\\ude00\",[1,2]]\n"))
	add("ndjson", "path", lines.Bytes(), "json_path", "nested.a.item")
	add("json", "array", marshal(objects, ""))
	add("json", "indented", marshal(objects[:4], "  "), "arrays", "array")
	add("json", "path", marshal(map[string]any{"meta": map[string]any{"n": 3, "s": "x"}, "data": map[string]any{"rows": objects[:5]}}, " "), "json_path", "$.data.rows[*]")
	add("json", "one", marshal(objects[0], ""))
	add("json", "concatenated", lines.Bytes())

	books(t, add)
	if all.Formats().ByName("ods") != nil {
		openDocuments(add)
	}
}

// openDocuments are written by hand: repeated cells and rows, styles, merged cells, several sheets, names.
func openDocuments(add adder) {
	const spaces = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"` +
		` xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3"`
	const styles = `<office:automatic-styles><number:date-style style:name="N1"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>` +
		`<number:percentage-style style:name="N2"><number:number number:decimal-places="2" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>` +
		`<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/><style:style style:name="ce2" style:family="table-cell" style:data-style-name="N2"/>` +
		`<style:style style:name="co1" style:family="table-column"/><style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style></office:automatic-styles>`
	cell := func(kind, attributes, shown string) string {
		return `<table:table-cell office:value-type="` + kind + `" ` + attributes + `><text:p>` + shown + `</text:p></table:table-cell>`
	}
	var rows strings.Builder
	rows.WriteString("<table:table-row>")
	for _, h := range head {
		rows.WriteString(cell("string", `calcext:value-type="string"`, h))
	}
	rows.WriteString(`<table:table-cell table:number-columns-repeated="1018"/></table:table-row>`)
	for i := range 8 {
		fmt.Fprintf(&rows, `<table:table-row%s>`, []string{"", ` table:number-rows-repeated="2"`, ` table:visibility="collapse"`}[i%5%3])
		rows.WriteString(cell("float", fmt.Sprintf(`office:value="%d"`, i), fmt.Sprint(i)) + cell("percentage", fmt.Sprintf(`table:style-name="ce2" office:value="0.%d5"`, i), fmt.Sprintf("%d5.00%%", i)) +
			cell("string", "", "name <text:span>of</text:span><text:s text:c=\"3\"/>"+fmt.Sprint(i)+"</text:p><text:p>&lt;more&gt;") +
			cell("date", fmt.Sprintf(`table:style-name="ce1" office:date-value="2024-02-%d"`, 20+i), fmt.Sprintf("2024-02-%d", 20+i)) +
			cell("boolean", fmt.Sprintf(`office:boolean-value="%v"`, i%2 == 0), strings.ToUpper(fmt.Sprint(i%2 == 0))))
		if i == 3 {
			rows.WriteString(`<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="time" office:time-value="PT12H30M15S"><text:p>12:30:15</text:p></table:table-cell><table:covered-table-cell/>`)
		}
		rows.WriteString(`<table:table-cell table:number-columns-repeated="1019"/></table:table-row>`)
	}
	rows.WriteString(`<table:table-row table:number-rows-repeated="1048567"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>`)
	body := `<office:body><office:spreadsheet><table:table table:name="First" table:style-name="ta1"><table:table-column table:style-name="co1" table:number-columns-repeated="1024"/>` + rows.String() +
		`</table:table><table:table table:name="Second"><table:table-row><table:table-cell/><table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>` + cell("string", "", "x") +
		`</table:table-row></table:table><table:named-expressions><table:named-range table:name="area" table:cell-range-address="$First.$A$2:.$C$5"/></table:named-expressions></office:spreadsheet></office:body>`
	const xml = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name, text string, method uint16) {
		f, _ := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		io.WriteString(f, text)
	}
	put("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zip.Store)
	put("content.xml", xml+"<office:document-content"+spaces+">"+styles+body+"</office:document-content>", zip.Deflate)
	put("styles.xml", xml+"<office:document-styles"+spaces+"><office:styles/></office:document-styles>", zip.Deflate)
	put("META-INF/manifest.xml", xml+`<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`, zip.Deflate)
	w.Close()
	flat := []byte(xml + `<office:document` + spaces + ` office:mimetype="application/vnd.oasis.opendocument.spreadsheet">` + styles + body + "</office:document>")
	for _, way := range append(sheetWays, nil, []string{"header", "true"}, []string{"range", "area"}) {
		name := strings.Join(way, " ")
		add("ods", "written "+name, b.Bytes(), way...)
		add("ods", "flat "+name, flat, way...)
	}
}

// books are written by excelize: styles, shared texts, merged cells, formulas, several sheets, names.
func books(t testing.TB, add adder) {
	book := func(stream bool) []byte {
		f := excelize.NewFile()
		defer f.Close()
		check := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		check(err)
		custom := `0.00" €";[Red]-#,##0`
		money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
		check(err)
		if stream {
			w, err := f.NewStreamWriter("Sheet1")
			check(err)
			check(w.SetRow("A1", []any{"id", "price", "name", "day", "ok", "note"}))
			for i := range 8 {
				r := row(i)
				r[3] = excelize.Cell{StyleID: day, Value: r[3]}
				check(w.SetRow(fmt.Sprintf("A%d", i+2), r))
			}
			check(w.Flush())
		} else {
			for k, h := range head {
				c, _ := excelize.CoordinatesToCellName(k+1, 1)
				check(f.SetCellValue("Sheet1", c, h))
			}
			for i := range 8 {
				for k, v := range row(i) {
					c, _ := excelize.CoordinatesToCellName(k+1, i+2+i/5)
					check(f.SetCellValue("Sheet1", c, v))
					if k == 1 {
						check(f.SetCellStyle("Sheet1", c, c, money))
					}
				}
			}
			check(f.SetCellFormula("Sheet1", "G2", "A2*2"))
			check(f.MergeCell("Sheet1", "C3", "C4"))
			check(f.SetCellRichText("Sheet1", "C5", []excelize.RichTextRun{{Text: "rich "}, {Text: "text", Font: &excelize.Font{Bold: true}}}))
			_, err := f.NewSheet("Second sheet")
			check(err)
			check(f.SetSheetRow("Second sheet", "B2", &[]any{"x", 1, true}))
			check(f.SetSheetRow("Second sheet", "B3", &[]any{"y", 2.5, false}))
			check(f.SetDefinedName(&excelize.DefinedName{Name: "area", RefersTo: "'Second sheet'!$B$2:$D$3"}))
		}
		var b bytes.Buffer
		check(f.Write(&b))
		return b.Bytes()
	}
	cells, stream := book(false), book(true)
	add("xlsx", "cells", cells, "header", "true")
	add("xlsx", "stream", stream)
	add("xlsx", "shown", cells, "text_values", "true", "merged", "fill")
	add("xlsx", "stopping", stream, "header", "1", "empty_rows", "stop", "error_cells", "text")
	add("xlsx", "nulls", cells, "empty_rows", "null", "columns", "name", "header", "true")
	add("xlsx", "range", cells, "range", "area")
}

// maxSeed keeps mutants quick.
const maxSeed = 48 << 10

var sheetWays = [][]string{{"header", "true", "text_values", "true"}, {"merged", "fill", "empty_rows", "null"}, {"error_cells", "text", "empty_rows", "stop"},
	{"hidden_rows", "skip", "hidden_columns", "skip", "header", "true"}, {"range", "B2:F40", "sheet", "1"}}

// found takes what lies in the formats' testdata and has a format's extension, be it packed or not.
func found(t testing.TB, add adder) {
	paths, err := filepath.Glob("../*/testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob("../*/testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, deeper...) {
		name := filepath.Base(path)
		for _, suffix := range []string{".gz", ".zst", ".xz", ".bz2", ".lz4"} {
			name = strings.TrimSuffix(name, suffix)
		}
		for _, f := range all.Formats() {
			if !slices.Contains(f.Spec().Extensions, filepath.Ext(name)) || strings.Contains(path, "hostile") {
				continue
			}
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxSeed || info.Size() == 0 || filepath.Ext(name) == ".txt" {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
			add(f.Spec().Name, name, data)
			if _, ok := f.(formats.Sheeter); ok { // the ways in which sheets are read, in turn
				way := sheetWays[len(name)%len(sheetWays)]
				add(f.Spec().Name, name+" "+strings.Join(way, " "), data, way...)
			}
		}
	}
}
