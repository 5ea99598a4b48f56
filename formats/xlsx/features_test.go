package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/formats/internal/cfb"
	"howdah/internal/budget"
	"howdah/pgerr"
)

func check(t *testing.T, got []string, err error, want ...string) {
	t.Helper()
	if err != nil {
		e := pgerr.From(err)
		t.Errorf("%s %s (%s, %s)", e.Code, e.Message, e.Detail, e.Where)
		return
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// written is a workbook by excelize, with what its names say.
func written(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(err)
		return id
	}
	s := "Sales 2024"
	must(f.SetSheetName("Sheet1", s))
	must(f.SetCellValue(s, "B1", "Report"))
	must(f.SetSheetRow(s, "B3", &[]any{"Order ID", "When", "Day", "At", "Took", "Price", "Share", "Paid?", "Note", "Mixed", "Formula"}))
	for i := range 6 {
		at := func(c string) string { return fmt.Sprintf("%s%d", c, i+4) }
		must(f.SetCellInt(s, at("B"), int64(1000+i)))
		must(f.SetCellValue(s, at("C"), time.Date(2024, 2, 27+i, 13, 30, i, 0, time.UTC)))
		must(f.SetCellValue(s, at("D"), 45349+i))
		must(f.SetCellStyle(s, at("D"), at("D"), style("dd/mm/yyyy")))
		must(f.SetCellValue(s, at("E"), float64(i)/8))
		must(f.SetCellStyle(s, at("E"), at("E"), style("hh:mm:ss")))
		must(f.SetCellValue(s, at("F"), float64(i)*1.5))
		must(f.SetCellStyle(s, at("F"), at("F"), style("[h]:mm")))
		must(f.SetCellFloat(s, at("G"), float64(i)/10, -1, 64))
		must(f.SetCellStyle(s, at("G"), at("G"), style(`#,##0.00 "€"`)))
		must(f.SetCellValue(s, at("H"), float64(i)/100))
		must(f.SetCellStyle(s, at("H"), at("H"), style("0%")))
		must(f.SetCellBool(s, at("I"), i%2 == 0))
		if i != 2 {
			must(f.SetCellRichText(s, at("J"), []excelize.RichTextRun{{Text: "bold "}, {Text: fmt.Sprintf("& <%d>\nline", i), Font: &excelize.Font{Bold: true}}}))
		}
		must(f.SetCellValue(s, at("K"), []any{1, "two", true, 0.5, time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), nil}[i]))
		must(f.SetCellFormula(s, at("L"), "B4*2"))
	}
	must(f.MergeCell(s, "N4", "N6"))
	must(f.SetCellValue(s, "P4", "far"))
	must(f.SetRowVisible(s, 5, false))
	must(f.SetColVisible(s, "D", false))
	_, err := f.NewSheet("hidden one")
	must(err)
	must(f.SetCellValue("hidden one", "A1", "secret"))
	must(f.SetSheetVisible("hidden one", false))
	_, err = f.NewSheet("second")
	must(err)
	must(f.SetSheetRow("second", "A1", &[]any{"a", "b"}))
	must(f.SetSheetRow("second", "A2", &[]any{1, "x"}))
	must(f.SetSheetRow("second", "A3", &[]any{2, "y"}))
	must(f.AddTable("second", &excelize.Table{Range: "A1:B3", Name: "Orders"}))
	must(f.SetDefinedName(&excelize.DefinedName{Name: "top_left", RefersTo: "'Sales 2024'!$B$3:$C$5"}))
	var b bytes.Buffer
	_, err = f.WriteTo(&b)
	must(err)
	return b.Bytes()
}

func TestWrittenByExcelize(t *testing.T) {
	data := written(t)
	schema, rows, err := inferred(data, nil)
	if want := "order_id bigint, when timestamp, day date, at time, took interval, price numeric, share numeric, paid bool, note text, mixed text, formula text, column_12 text, column_13 text, column_14 text, column_15 text"; schema != want {
		t.Errorf("got  %s\nwant %s", schema, want)
	}
	tail := `|\N|\N|\N|`
	check(t, rows, err,
		"1000|2024-02-27 13:30:00|2024-02-27|00:00:00|00:00:00|0|0|t|bold & <0>\nline|1|\\N"+tail+"far",
		"1001|2024-02-28 13:30:01|2024-02-28|03:00:00|36:00:00|0.1|0.01|f|bold & <1>\nline|two|\\N"+tail+`\N`,
		"1002|2024-02-29 13:30:02|2024-02-29|06:00:00|72:00:00|0.2|0.02|t|\\N|TRUE|\\N"+tail+`\N`,
		"1003|2024-03-01 13:30:03|2024-03-01|09:00:00|108:00:00|0.3|0.03|f|bold & <3>\nline|0.5|\\N"+tail+`\N`,
		"1004|2024-03-02 13:30:04|2024-03-02|12:00:00|144:00:00|0.4|0.04|t|bold & <4>\nline|2024-01-02|\\N"+tail+`\N`,
		"1005|2024-03-03 13:30:05|2024-03-03|15:00:00|180:00:00|0.5|0.05|f|bold & <5>\nline|\\N|\\N"+tail+`\N`)
	rows, err = read(data, formats.Options{"sheet": "SECOND", "header": "true"}, "a int", "b text")
	check(t, rows, err, "1|x", "2|y")
	rows, err = read(data, formats.Options{"range": "orders", "header": "true"}, "a int", "b text")
	check(t, rows, err, "1|x", "2|y")
	rows, err = read(data, formats.Options{"range": "TOP_LEFT", "header": "1"}, "a int")
	if !errors.Is(err, pgerr.BadCopyFileFormat) {
		t.Error(rows, err)
	}
	rows, err = read(data, formats.Options{"range": "TOP_LEFT", "header": "3"}, "a int", "b timestamptz")
	check(t, rows, err, "1000|2024-02-27 13:30:00+00", "1001|2024-02-28 13:30:01+00")
	rows, err = read(data, formats.Options{"range": "B3:E9", "header": "true", "hidden_rows": "skip", "hidden_columns": "skip"}, "a int", "b timestamp", "c time")
	check(t, rows[:2], err, "1000|2024-02-27 13:30:00|00:00:00", "1002|2024-02-29 13:30:02|06:00:00")
	rows, err = read(data, formats.Options{"sheet": "2"}, "a text")
	check(t, rows, err, "secret")
	rows, err = read(data, formats.Options{"sheet": "Sales 2024", "skip": "5", "range": "B:B"}, "a int")
	check(t, rows, err, "1002", "1003", "1004", "1005")
	for _, opt := range []formats.Options{{"sheet": "none"}, {"sheet": "4"}, {"range": "1A"}, {"range": "second!A1:B2", "sheet": "1"}, {"range": "Nope!A1:B2"}, {"header": "x"}, {"skip": "-1"},
		{"columns": "name"}, {"sheets": "1"}} {
		if rows, err := read(data, opt, "a text"); err == nil {
			t.Errorf("%v: %q", opt, rows)
		}
	}
}

func TestColumnsByLetterNameAndPosition(t *testing.T) {
	data := written(t)
	in := formattest.Input(formattest.Memory(data), nil)
	defer in.Close()
	opt := formats.Options{"header": "3", "range": "B:XFD"}
	rows, err := formattest.Scan(Format{}, in, formattest.Schema("p numeric", "id int", "paid bool"), opt, []formats.Options{{"column": "g"}, {"position": "1"}, {"name": "Paid?"}})
	check(t, rows[:2], err, "0|1000|t", "0.1|1001|f")
	for _, o := range []formats.Options{{"column": "XFE"}, {"column": "1"}, {"name": "paid"}, {"position": "16384"}} {
		if rows, err := formattest.Scan(Format{}, in, formattest.Schema("x text"), opt, []formats.Options{o}); err == nil {
			t.Errorf("%v: %q", o, rows)
		}
	}
}

// cells makes a one-column sheet of cells' attributes and contents.
func cells(all ...string) []byte {
	var b strings.Builder
	for _, c := range all {
		b.WriteString("<row><c" + c + "</c></row>")
	}
	return workbook(b.String(), `<si><t>shared</t></si><si><t>_x0041__x000a__xD83D__xDE00_ _x0000_ _x00</t></si><si/><si><t><![CDATA[a<b]]>&#x41;&#66;</t></si>`, dateStyles).zip()
}

func TestValues(t *testing.T) {
	for _, c := range []struct{ typ, cell, want string }{
		{"numeric", `><v>0.1</v>`, "0.1"}, {"numeric", `><v>0.10000000000000001</v>`, "0.1"}, {"numeric", `><v>0.30000000000000004</v>`, "0.30000000000000004"},
		{"numeric", `><v>-1.5E-3</v>`, "-0.0015"}, {"numeric", `><v>1E+20</v>`, "100000000000000000000"}, {"numeric", `><v>123456789012345678</v>`, "123456789012345678"},
		{"numeric", `><v>1.50</v>`, "1.5"}, {"numeric", `><v> 7 </v>`, "7"}, {"numeric", ` s="5"><v>0.12</v>`, "0.12"}, {"numeric", `><v>1e400</v>`, "22003"}, {"numeric", `><v>x</v>`, "22P02"},
		{"numeric", `><v>0x1p4</v>`, "22P02"}, {"numeric", `><v>NaN</v>`, "22P02"}, {"numeric", ` t="s"><v>0</v>`, "22P02"},
		{"bigint", `><v>5</v>`, "5"}, {"bigint", `><v>5.0</v>`, "5"}, {"bigint", `><v>5.5</v>`, "22P02"}, {"bigint", `><v>1E+3</v>`, "1000"}, {"smallint", `><v>32768</v>`, "22003"},
		{"int", `><v>-2147483648</v>`, "-2147483648"}, {"int", ` t="b"><v>1</v>`, "22P02"}, {"bigint", ` t="str"><v></v>`, `\N`}, {"bigint", ` t="str"><v> 12</v>`, "12"},
		{"float8", `><v>0.1</v>`, "0.1"}, {"float8", `><v>1E-300</v>`, "1e-300"}, {"float4", `><v>0.5</v>`, "0.5"},
		{"bool", ` t="b"><v>1</v>`, "t"}, {"bool", ` t="b"><v>0</v>`, "f"}, {"bool", `><v>1</v>`, "t"}, {"bool", `><v>2</v>`, "22P02"}, {"bool", ` t="b"><v>2</v>`, "XX001"},
		{"text", ` t="s"><v>0</v>`, "shared"}, {"text", ` t="s"><v>1</v>`, "A\n😀 _x0000_ _x00"}, {"text", ` t="s"><v>2</v>`, ""}, {"text", ` t="s"><v>3</v>`, "a<bAB"},
		{"text", ` t="s"><v>4</v>`, "XX001"}, {"text", ` t="s"><v>99999999999</v>`, "XX001"}, {"text", ` t="s"><v>-1</v>`, "XX001"},
		{"text", ` t="b"><v>1</v>`, "TRUE"}, {"text", `><v>1E+20</v>`, "100000000000000000000"}, {"text", `><v>1.5E+300</v>`, "1.5E+300"}, {"text", `><v>.5</v>`, "0.5"},
		{"text", ` s="1"><v>45349</v>`, "2024-02-27"}, {"text", ` s="2"><v>45349.5</v>`, "2024-02-27 12:00:00"}, {"text", ` s="3"><v>0.25</v>`, "06:00:00"}, {"text", ` s="4"><v>1.25</v>`, "30:00:00"},
		{"text", ` t="str"><v>a&lt;b&#10;c</v>`, "a<b\nc"}, {"text", ` t="inlineStr"><is><t> x </t><rPh><t>no</t></rPh></is>`, " x "}, {"text", ` t="e"><v>#N/A</v>`, `\N`},
		{"text", ` t="str"><v>&nope;</v>`, "XX001"}, {"text", " t=\"str\"><v>\xff</v>", "22021"}, {"text", " t=\"str\"><v>a\x00</v>", "22021"}, {"text", ` t="zzz"><v>1</v>`, "XX001"},
		{"date", ` s="1"><v>1</v>`, "1900-01-01"}, {"date", ` s="1"><v>59</v>`, "1900-02-28"}, {"date", ` s="1"><v>60</v>`, "22008"}, {"date", ` s="1"><v>61</v>`, "1900-03-01"},
		{"date", ` s="1"><v>2958465</v>`, "9999-12-31"}, {"date", ` s="1"><v>2958466</v>`, "22008"}, {"date", ` s="1"><v>-1</v>`, "22008"}, {"date", ` s="1"><v>45349.5</v>`, "22007"},
		{"date", `><v>210405</v>`, "22007"}, {"date", ` t="d"><v>2024-02-27</v>`, "2024-02-27"}, {"date", ` t="str"><v>2024-02-27</v>`, "2024-02-27"}, {"date", ` t="b"><v>1</v>`, "22007"},
		{"timestamp", ` t="d"><v>2024-02-27T12:30:00.5</v>`, "2024-02-27 12:30:00.5"}, {"timestamp", ` s="2"><v>45349.524259259258</v>`, "2024-02-27 12:34:56"},
		{"timestamp", ` s="1"><v>45349</v>`, "2024-02-27 00:00:00"}, {"timestamp", ` s="3"><v>0.5</v>`, "22007"}, {"timestamp", ` s="2"><v>45349.999999999999</v>`, "2024-02-28 00:00:00"},
		{"timestamptz", ` s="2"><v>45349.5</v>`, "2024-02-27 12:00:00+00"},
		{"time", ` s="3"><v>0.75</v>`, "18:00:00"}, {"time", ` s="3"><v>1.75</v>`, "22007"}, {"time", ` t="d"><v>T08:15:00</v>`, "08:15:00"},
		{"interval", ` s="4"><v>-0.5</v>`, "-12:00:00"}, {"interval", ` s="4"><v>100.5</v>`, "2412:00:00"}, {"interval", ` s="4"><v>1e300</v>`, "22015"}, {"interval", `><v>5</v>`, "22007"},
		{"uuid", ` t="str"><v>A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11</v>`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{"text", ` s="70000"><v>1</v>`, "XX001"}, {"text", ` s="999"><v>1</v>`, "1"},
	} {
		rows, err := read(cells(c.cell), nil, "v "+c.typ)
		got := ""
		if err != nil {
			got = string(pgerr.From(err).Code)
			if pgerr.From(err).Where == "" && got != "XX001" {
				t.Errorf("%s %s: no place: %v", c.typ, c.cell, err)
			}
		} else if len(rows) == 1 {
			got = rows[0]
		}
		if got != c.want {
			t.Errorf("%s %s: %q %v, want %q", c.typ, c.cell, got, err, c.want)
		}
	}
	e := pgerr.From(func() error { _, err := read(cells(`><v>x1</v>`), nil, "v int"); return err }())
	if e.Where != `x, sheet S 1, row 1, column v (A1): "x1"` && !strings.Contains(e.Where, "sheet S 1, row 1, column v (A1)") {
		t.Errorf("%q", e.Where)
	}
}

func TestErrorCells(t *testing.T) {
	data := cells(` t="e"><v>#N/A</v>`)
	rows, err := read(data, formats.Options{"error_cells": "text"}, "v text")
	check(t, rows, err, "#N/A")
	if _, err := read(data, formats.Options{"error_cells": "text"}, "v int"); !errors.Is(err, pgerr.InvalidTextRepresentation) {
		t.Error(err)
	}
	if _, err := read(data, formats.Options{"error_cells": "error"}, "v text"); !errors.Is(err, pgerr.InvalidTextRepresentation) {
		t.Error(err)
	}
}

func Test1904(t *testing.T) {
	p := workbook(`<row><c s="1"><v>0</v></c></row><row><c s="1"><v>43887</v></c></row>`, "", dateStyles)
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	rows, err := read(p.zip(), nil, "d date")
	check(t, rows, err, "1904-01-01", "2024-02-27")
}

func TestInference(t *testing.T) {
	one := func(all ...string) string {
		schema, _, err := inferred(cells(all...), formats.Options{"header": "false"})
		if err != nil {
			t.Errorf("%v: %v", all, err)
		}
		return strings.TrimPrefix(schema, "column_1 ")
	}
	for _, c := range []struct{ want, cells string }{
		{"bigint", `><v>1</v>,><v>-3</v>`}, {"numeric", `><v>1</v>,><v>0.5</v>`}, {"numeric", ` s="6"><v>1</v>`}, {"numeric", ` s="5"><v>1</v>`}, {"float8", `><v>1E+200</v>,><v>1</v>`},
		{"date", ` s="1"><v>45000</v>`}, {"timestamp", ` s="1"><v>45000</v>, s="2"><v>45000.5</v>`}, {"timestamp", ` s="1"><v>45000.5</v>`}, {"time", ` s="3"><v>0.5</v>`},
		{"interval", ` s="3"><v>0.5</v>, s="4"><v>0.5</v>`}, {"bool", ` t="b"><v>1</v>`}, {"text", ` t="b"><v>1</v>,><v>1</v>`}, {"text", ` s="1"><v>45000</v>,><v>1</v>`},
		{"text", ` t="s"><v>0</v>,><v>1</v>`}, {"bigint", ` t="s"><v>2</v>,><v>1</v>, t="e"><v>#N/A</v>`}, {"text", ` s="7"><v>1</v>`}, {"text", ` t="e"><v>#N/A</v>`},
		{"numeric", `><v>123456789012345678901</v>`}, {"date", ` t="d"><v>2024-01-01</v>`},
	} {
		if got := one(strings.Split(c.cells, ",")...); got != c.want {
			t.Errorf("%s: %s, want %s", c.cells, got, c.want)
		}
	}
	schema, rows, err := inferred(workbook("", "", "").zip(), nil)
	if schema != "" || len(rows) != 0 || err != nil {
		t.Error(schema, rows, err)
	}
	schema, rows, err = inferred(cells(` t="s"><v>0</v>`, `><v>1</v>`, `><v>2</v>`), nil)
	check(t, append([]string{schema}, rows...), err, "shared bigint", "1", "2")
}

func TestEncryptedAndForeign(t *testing.T) {
	for _, name := range []string{"msoffcrypto.xlsx", "libreoffice.xlsx"} { // of its own tests: agile and standard
		data, err := os.ReadFile("../internal/offcrypto/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		columns := []string{"id bigint", "name text", "day date", "price numeric"}
		for _, opt := range []formats.Options{nil, {"file_password": "wrong"}} {
			_, err := read(data, opt, columns...)
			if e := pgerr.From(err); e.Code != pgerr.InvalidPassword || !strings.HasPrefix(e.Message, "the file is encrypted") || !strings.Contains(e.Hint, "file_password") {
				t.Errorf("%s %v: %v", name, opt, err)
			}
			if _, _, err := inferred(data, opt); !errors.Is(err, pgerr.InvalidPassword) {
				t.Errorf("%s %v: %v", name, opt, err)
			}
		}
		schema, rows, err := inferred(data, formats.Options{"file_password": "geheim"})
		check(t, append([]string{schema}, rows...), err, strings.Join(columns, ", "), "1|näme 1|2024-02-01|1.25", "2|näme 2|2024-02-02|2.5",
			"3|näme 3|2024-02-03|3.75", "4|näme 4|2024-02-04|5", "5|näme 5|2024-02-05|6.25")
		if got := sniff(data[:4096]); name == "msoffcrypto.xlsx" && got != formats.Surely {
			t.Errorf("%s is sniffed as %d", name, got)
		}
		for n := 100; n < len(data); n += 997 {
			if rows, err := read(data[:n], formats.Options{"file_password": "geheim"}, columns...); err == nil && len(rows) != 5 {
				t.Errorf("%s cut at %d: %q", name, n, rows)
			}
		}
		in := formattest.Input(formattest.Memory(data), budget.New("scan", purseBytes, nil))
		tables, err := Format{}.Tables(in, formats.Options{"file_password": "geheim"})
		if err != nil || len(tables) != 1 || tables[0].Name != "Data" || tables[0].Options["file_password"] != "" {
			t.Error(tables, err)
		}
		in.Close()
	}
	for name, data := range map[string]string{"cfb": cfb.Magic + strings.Repeat("x", 1000), "text": "a,b\n", "empty": "", "zip": string(parts{"a.txt": "x"}.zip())} {
		if _, err := read([]byte(data), nil, "a text"); err == nil || pgerr.From(err).Code == pgerr.InternalError {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextValues(t *testing.T) {
	data := workbook(`<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row><row><c s="5"><v>0.125</v></c><c s="3"><v>0.75</v></c></row>`+
		`<row><c s="6"><v>2</v></c><c s="1"><v>45349</v></c></row>`, "", dateStyles).zip()
	schema, rows, err := inferred(data, formats.Options{"text_values": "true"})
	check(t, append([]string{schema}, rows...), err, "a text, b text", "12.50%|18:00:00", "2.00|2024-02-27")
	schema, rows, err = inferred(data, nil)
	check(t, append([]string{schema}, rows...), err, "a numeric, b text", "0.125|18:00:00", "2|2024-02-27")
}
