package ods

import (
	"errors"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/pgerr"
)

func TestValues(t *testing.T) {
	d := sheetOf(row("float:0.1", "float:12345678901234567", "percentage:0.25", "date:2024-02-29", "date:2024-02-29T23:59:59.123456", "time:PT01H30M15.5S", "time:PT36H15M00S", "boolean:true", "x &lt;&amp;&#x1F600;&#228;&gt; y") +
		row("float:-1.50", "float:1E+20", "currency:1.005", "date:0044-03-15", "date:2024-01-01T00:00:00", "time:PT0S", "time:-PT1H", "boolean:false", ""))
	rows, err := read(d.zip(), nil, "a numeric", "b numeric", "c numeric", "d date", "e timestamp", "f time", "g interval", "h bool", "i text")
	check(t, rows, err, "0.1|12345678901234567|0.25|2024-02-29|2024-02-29 23:59:59.123456|01:30:15.5|36:15:00|t|x <&😀ä> y", `-1.5|100000000000000000000|1.005|0044-03-15|2024-01-01 00:00:00|00:00:00|-01:00:00|f|\N`)
	rows, err = read(d.flat(), nil, "a text", "b float8", "c text", "d text", "e text", "f text", "g text", "h text")
	check(t, rows, err, "0.1|1.2345678901234568e+16|0.25|2024-02-29|2024-02-29 23:59:59.123456|01:30:15.5|36:15:00|TRUE", "-1.5|1e+20|1.005|0044-03-15|2024-01-01 00:00:00|00:00:00|-01:00:00|FALSE")
	schema, _, err := inferred(d.zip(), nil)
	if want := "column_1 numeric, column_2 numeric, column_3 numeric, column_4 date, column_5 timestamp, column_6 time, column_7 interval, column_8 bool, column_9 text"; err != nil || schema != want {
		t.Errorf("%s %v", schema, err)
	}
	for _, bad := range []string{"float:abc", "float:1,5", "date:2024-02-30", "date:27.2.2024", "time:1:30", "time:PT", "time:P1Y", "time:PT99999999999999H", "boolean:yes", "float:&#48;", "scientific:1"} {
		kind, v, _ := strings.Cut(bad, ":")
		xml := strings.Replace(cellOf(bad, ""), "scientific:1", v, 1)
		if kind == "scientific" {
			xml = `<table:table-cell office:value-type="scientific" office:value="1"/>`
		}
		rows, err := read(sheetOf("<table:table-row>"+xml+"</table:table-row>").zip(), nil, "v text")
		if err == nil {
			t.Errorf("%s: %q", bad, rows)
		} else if e := pgerr.From(err); !strings.Contains(e.Where, "row 1") {
			t.Errorf("%s: %v, where %q", bad, err, e.Where)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]int64{"PT36H15M00S": 130500e6, "PT1.5S": 1500000, "PT0.0000015S": 2, "PT0.123456789S": 123457, "P1DT1H": 25 * 3600e6, "-PT5M": -300e6, "P1W": 7 * 86400e6, "P0Y0M0DT0H1M": 60e6, "PT1,5S": 1500000, "PT036H15M00S": 130500e6} {
		if got, ok := duration([]byte(text)); !ok || got != want {
			t.Errorf("%s: %d %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "P", "PT", "-", "1H", "PT1", "PT1H1H", "PT1S1H", "P1H", "PT1D", "PTH", "P1M", "PT1.S1", "PT1S ", "PT.S"} {
		if got, ok := duration([]byte(text)); ok {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func TestText(t *testing.T) {
	cell := func(inner string) string {
		return "<table:table-row><table:table-cell office:value-type=\"string\">" + inner + "</table:table-cell></table:table-row>"
	}
	d := sheetOf(cell(`<text:p>a<text:s/>b<text:s text:c="3"/>c<text:tab/>d<text:line-break/>e</text:p>`) +
		cell(`<text:p>one</text:p><text:p/><text:p>three</text:p>`) +
		cell(`<text:p>x<text:span text:style-name="T1">y<text:a>z</text:a></text:span><text:sheet-name>S</text:sheet-name></text:p>`) +
		cell(`<office:annotation><dc:date xmlns:dc="x">2024</dc:date><text:p>a note</text:p></office:annotation><text:p>seen</text:p><draw:frame><draw:text-box><text:p>shape</text:p></draw:text-box></draw:frame>`) +
		cell(`<text:p>in<office:annotation><text:p>a note</text:p></office:annotation>side<text:note><text:p>foot</text:p></text:note><text:ruby><text:ruby-base>!</text:ruby-base><text:ruby-text>?</text:ruby-text></text:ruby></text:p>`) +
		cell(`<!-- c --><text:p><![CDATA[<b> & </table:table-cell>]]><?pi?> t</text:p>`) +
		cell("<text:p>  a  b\r\nc\t</text:p>") + cell(`<text:p></text:p>`) +
		`<table:table-row><table:table-cell><text:p>no type</text:p></table:table-cell></table:table-row>` +
		`<table:table-row><table:table-cell office:value-type="string" office:string-value="the &quot;value&quot;"><text:p>shown</text:p></table:table-cell></table:table-row>` +
		`<table:table-row><table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell></table:table-row>` +
		cell(`<table:table table:is-sub-table="true"><table:table-row><table:table-cell><text:p>sub</text:p></table:table-cell></table:table-row></table:table><text:p>super</text:p>`))
	want := []string{"a b   c\td\ne", "one\n\nthree", "xyzS", "seen", "inside!", "<b> & </table:table-cell> t", "  a  b\nc\t", "", "no type", `the "value"`, "", "super"}
	rows, err := read(d.zip(), nil, "v text")
	check(t, rows, err, want...)
	// What is skipped is skipped to the same ends.
	rows, err = read(d.zip(), nil)
	check(t, rows, err, make([]string, len(want))...)
	rows, err = read(sheetOf(strings.ReplaceAll(cell("<text:p>a</text:p>"), "</table:table-row>", cellOf("float:1", "")+"</table:table-row>")).zip(), nil, "x text", "v int")
	check(t, rows, err, "a|1")
}

func TestErrorsAndFormulas(t *testing.T) {
	formula := func(attrs, shown string) string {
		return `<table:table-row><table:table-cell table:formula="of:=X" ` + attrs + `><text:p>` + shown + `</text:p></table:table-cell></table:table-row>`
	}
	d := sheetOf(formula(`office:value-type="string" office:string-value="" calcext:value-type="error"`, "#DIV/0!") + formula(`office:value-type="float" office:value="0"`, "Err:504") +
		formula(`office:value-type="string"`, "#N/A") + formula(`office:value-type="float" office:value="7.5"`, "7,5") + formula(`office:value-type="string" office:string-value="s"`, "s") +
		formula(`office:value-type="float" office:value="1"`, "TRUE") + row("#N/A") + row("Err:504"))
	rows, err := read(d.zip(), nil, "v text")
	check(t, rows, err, `\N`, `\N`, `\N`, "7.5", "s", "TRUE", "#N/A", "Err:504")
	rows, err = read(d.zip(), formats.Options{"error_cells": "text"}, "v text")
	check(t, rows, err, "#DIV/0!", "Err:504", "#N/A", "7.5", "s", "TRUE", "#N/A", "Err:504")
	if rows, err = read(d.zip(), formats.Options{"error_cells": "error"}, "v text"); err == nil {
		t.Errorf("%q", rows)
	}
}

func TestRepeats(t *testing.T) {
	d := sheetOf(`<table:table-row table:number-rows-repeated="2">` + cellOf("float:1", ` table:number-columns-repeated="2"`) + `<table:table-cell table:number-columns-repeated="2"/>` + cellOf("x", "") + `</table:table-row>` +
		`<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>` + row("float:2"))
	rows, err := read(d.zip(), formats.Options{"empty_rows": "null"}, "a int", "b int", "c int", "d int", "e text")
	check(t, rows, err, `1|1|\N|\N|x`, `1|1|\N|\N|x`, `\N|\N|\N|\N|\N`, `\N|\N|\N|\N|\N`, `\N|\N|\N|\N|\N`, `2|\N|\N|\N|\N`)
	// A small file of many rows is not kept as a whole to learn its types.
	many := sheetOf(row("n") + `<table:table-row table:number-rows-repeated="1000000">` + cellOf("float:1", "") + `</table:table-row>` + row("float:1.5"))
	purse := budget.New("scan", 0, nil)
	in := formattest.Input(formattest.Memory(many.zip()), purse)
	if inf, err := (Format{}).Infer(in, nil); err != nil || len(inf.Schema.Columns) != 1 || inf.Schema.Columns[0].Type.OID != formattest.TypeNames["bigint"] || inf.Options["header"] != "true" {
		t.Errorf("%v %v", inf, err)
	}
	in.Close()
	if purse.Used() != 0 {
		t.Error(purse.Used())
	}
	// As many as there can be.
	d = sheetOf(`<table:table-row table:number-rows-repeated="1048576">` + cellOf("float:1", ` table:number-columns-repeated="16384"`) + `</table:table-row>`)
	rows, err = read(d.zip(), formats.Options{"range": "XFD1048575:XFD1048576"}, "v int")
	check(t, rows, err, "1", "1")
	// A row of the same number is counted on.
	rows, err = read(sheetOf(row("float:1")+`<table:table-row table:number-rows-repeated="1048574"/>`+row("float:2")).zip(), formats.Options{"range": "A1048576:A1048576"}, "v int")
	check(t, rows, err, "2")
}

func TestHidden(t *testing.T) {
	d := document{styles: `<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>`,
		body: `<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings><table:table table:name="secret" table:style-name="ta2">` + row("no") + `</table:table>` +
			`<table:table table:name="empty" table:style-name="ta1"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table><table:table table:name="nothing"/>` +
			`<table:table table:name="A &amp; B" table:style-name="ta1"><table:table-column-group><table:table-column/><table:table-column table:visibility="collapse"/></table:table-column-group><table:table-column/>` +
			row("a", "b", "c") + `<table:table-row table:visibility="filter">` + cellOf("d", "") + `</table:table-row><table:table-row-group table:display="false"><table:table-row table:visibility="collapse">` + cellOf("e", "") +
			`</table:table-row><table:table-row-group>` + row("f") + `</table:table-row-group></table:table-row-group>` + row("g", "h", "i") + `</table:table>`}
	for name, data := range map[string][]byte{"zip": d.zip(), "flat": d.flat()} {
		in := formattest.Input(formattest.Memory(data), nil)
		tables, err := Format{}.Tables(in, nil)
		if err != nil || len(tables) != 1 || tables[0].Name != "A & B" || tables[0].Options["sheet"] != "A & B" {
			t.Errorf("%s: %v %v", name, tables, err)
		}
		in.Close()
		opt := formats.Options{"sheet": "a & b"}
		rows, err := read(data, opt, "x text", "y text", "z text")
		check(t, rows, err, "a|b|c", `d|\N|\N`, `e|\N|\N`, `f|\N|\N`, "g|h|i")
		opt = formats.Options{"sheet": "4", "hidden_rows": "skip", "hidden_columns": "skip", "empty_rows": "null"}
		rows, err = read(data, opt, "x text", "y text")
		check(t, rows, err, "a|c", "g|i")
		rows, err = read(data, nil, "x text")
		check(t, rows, err) // the first that is visible is empty
		rows, err = read(data, formats.Options{"sheet": "nothing"}, "x text")
		check(t, rows, err)
		rows, err = read(data, formats.Options{"sheet": "SECRET"}, "x text")
		check(t, rows, err, "no")
		if _, err = read(data, formats.Options{"sheet": "none"}, "x text"); err == nil || !strings.Contains(pgerr.From(err).Hint, "secret, empty, nothing, A & B") {
			t.Errorf("%v", err)
		}
	}
}

func TestNames(t *testing.T) {
	d := document{body: `<table:table table:name="one">` + row("a", "b") + row("float:1", "float:2") + `</table:table><table:table table:name="it's 2.0">` + row("c", "d") + row("float:3", "float:4") +
		`<table:named-expressions><table:named-range table:name="local" table:cell-range-address="$'it''s 2.0'.$B$2:.$B$2"/></table:named-expressions></table:table>` +
		`<table:named-expressions><table:named-range table:name="Whole" table:base-cell-address="$one.$A$1" table:cell-range-address="$'it''s 2.0'.$A$1:$'it''s 2.0'.$B$2"/><table:named-expression table:name="formula" table:expression="1"/>` +
		`<table:named-range table:name="elsewhere" table:cell-range-address="'file:///x.ods'#$Sheet1.$A$1"/></table:named-expressions>` +
		`<table:database-ranges><table:database-range table:name="db" table:target-range-address="one.B1:one.B2"/></table:database-ranges>`}
	for name, want := range map[string]string{"whole": "c|d 3|4", "local": `4|\N`, "DB": `b|\N 2|\N`, "one!A2:B2": "1|2", "'it''s 2.0'!A2:B2": "3|4"} {
		columns := []string{"x text", "y text"}
		opt := formats.Options{"range": name}
		if strings.Count(want, `\N`) > 0 {
			columns, want = columns[:1], strings.ReplaceAll(want, `|\N`, "")
		}
		rows, err := read(d.flat(), opt, columns...)
		check(t, rows, err, strings.Split(want, " ")...)
	}
	for _, name := range []string{"formula", "elsewhere", "none"} {
		if rows, err := read(d.zip(), formats.Options{"range": name}, "x text"); err == nil {
			t.Errorf("%s: %q", name, rows)
		}
	}
	for address, want := range map[string]string{"Sheet1.A1:Sheet1.C9": "'Sheet1'!A1:C9", "$Sheet1.$A$1": "'Sheet1'!$A$1", "a.A1:b.A2": "", "": "", "A1": "", "'x": "", "s.A1 s.B2": "", "s.A:.C": "'s'!A:C", "s.A1:": ""} {
		if got := reference(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestNamespaces(t *testing.T) {
	head := `<o:document xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:x="urn:example"><o:body>`
	tail := `</o:spreadsheet></o:body></o:document>`
	for name, xml := range map[string]string{
		"other prefixes": `<o:spreadsheet xmlns:b="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:c="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><b:table b:name="S"><b:table-row b:number-rows-repeated="1"><b:table-cell o:value-type="float" o:value="1" x:value="9"/>` +
			`<b:table-cell o:value-type="string"><c:p>x<c:s/>y</c:p></b:table-cell></b:table-row></b:table>`,
		"a default": `<o:spreadsheet><table xmlns="urn:oasis:names:tc:opendocument:xmlns:table:1.0" name="S"><table-row><table-cell o:value-type="float" o:value="1" number-columns-repeated="5"/>` +
			`<table-cell o:value-type="string"><p xmlns="urn:oasis:names:tc:opendocument:xmlns:text:1.0">x<s/>y</p></table-cell></table-row></table>`,
		"declared late": `<o:spreadsheet><t:table xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><t:table-row><t:table-cell xmlns:q="urn:oasis:names:tc:opendocument:xmlns:office:1.0" q:value-type="float" q:value="1"/>` +
			`<t:table-cell o:value-type='string'><z:p xmlns:z="urn:oasis:names:tc:opendocument:xmlns:text:1.0">x<z:s/>y</z:p></t:table-cell></t:table-row></t:table>`,
		"another meaning within": `<o:spreadsheet xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><table:table><table:table-row><table:table-cell o:value-type="float" o:value="1"/>` +
			`<table:table-cell o:value-type="string"><text:span xmlns:text="urn:example"><text:p>no</text:p></text:span><text:p>x<text:s/>y</text:p></table:table-cell></table:table-row></table:table>`,
	} {
		rows, err := read([]byte(head+xml+tail), nil, "a int", "b text")
		if len(rows) != 1 || rows[0] != "1|x y" {
			t.Errorf("%s: %q %v", name, rows, err)
		}
	}
}

func TestStyles(t *testing.T) {
	style := func(name, data, parent string) string {
		return `<style:style style:name="` + name + `" style:family="table-cell" style:data-style-name="` + data + `" style:parent-style-name="` + parent + `"/>`
	}
	d := sheetOf(`<table:table-column/><table:table-column table:default-cell-style-name="eur"/><table:table-column table:number-columns-repeated="9"/>` +
		`<table:table-row>` + cellOf("float:1234.5", "") + cellOf("float:1234.5", "") + cellOf("float:-2", ` table:style-name="two"`) + cellOf("float:0.5", ` table:style-name="pct"`) + cellOf("float:45349.75", ` table:style-name="when"`) +
		cellOf("time:PT36H15M00S", ` table:style-name="clock"`) + cellOf("time:PT36H15M00S", ` table:style-name="elapsed"`) + cellOf("float:12345.6", ` table:style-name="sci"`) + cellOf("float:-5", ` table:style-name="child"`) + cellOf("float:2.5", ` table:style-name="half"`) + cellOf("float:1234567", ` table:style-name="phone"`) + `</table:table-row>`)
	d.common = `<number:number-style style:name="C2"><number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>` + style("two", "C2", "")
	d.styles = `<number:currency-style style:name="N1"><number:number number:decimal-places="2" number:min-integer-digits="1"/><number:text> </number:text><number:currency-symbol>€</number:currency-symbol></number:currency-style>` + style("eur", "N1", "Default") +
		`<number:percentage-style style:name="N2"><number:number number:decimal-places="1" number:min-integer-digits="1"/><number:text> %</number:text></number:percentage-style>` + style("pct", "N2", "") +
		`<number:date-style style:name="N3"><number:day/><number:text>. </number:text><number:month number:textual="true" number:style="long"/><number:text> </number:text><number:year number:style="long"/><number:text> </number:text><number:hours/><number:text>:</number:text><number:minutes number:style="long"/><number:text> </number:text><number:am-pm/></number:date-style>` + style("when", "N3", "") +
		`<number:time-style style:name="N4"><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/></number:time-style>` + style("clock", "N4", "") +
		`<number:time-style style:name="N5" number:truncate-on-overflow="false"><number:hours/><number:text>:</number:text><number:minutes number:style="long"/><number:text>:</number:text><number:seconds number:style="long" number:decimal-places="1"/></number:time-style>` + style("elapsed", "N5", "") +
		`<number:number-style style:name="N6"><number:scientific-number number:decimal-places="1" number:min-integer-digits="1" number:min-exponent-digits="3"/></number:number-style>` + style("sci", "N6", "") +
		`<number:number-style style:name="N7P0"><number:text>plus </number:text><number:number number:decimal-places="0" number:min-integer-digits="1"/></number:number-style>` +
		`<number:number-style style:name="N7"><number:text>minus </number:text><number:number number:decimal-places="0" number:min-integer-digits="1"/><style:map style:condition="value()&gt;=0" style:apply-style-name="N7P0"/></number:number-style>` + style("parent", "N7", "") + `<style:style style:name="child" style:family="table-cell" style:parent-style-name="parent"/>` +
		`<number:number-style style:name="N8"><number:fraction number:min-integer-digits="0" number:min-numerator-digits="1" number:min-denominator-digits="1"/></number:number-style>` + style("half", "N8", "") +
		`<number:number-style style:name="N9"><number:number number:decimal-places="0" number:min-integer-digits="7"><number:embedded-text number:position="4">-</number:embedded-text></number:number></number:number-style>` + style("phone", "N9", "")
	columns := []string{"a text", "b text", "c text", "d text", "e text", "f text", "g text", "h text", "i text", "j text", "k text"}
	for _, data := range [][]byte{d.zip(), d.flat()} {
		rows, err := read(data, formats.Options{"text_values": "true"}, columns...)
		check(t, rows, err, "1234.5|1234.50 €|-2.00|50.0 %|27. February 2024 6:00 PM|12:15|36:15:00.0|1.2E+004|minus 5|2 1/2|123-4567")
		rows, err = read(data, nil, "a numeric", "b numeric", "c int", "d numeric", "e timestamp", "f interval")
		check(t, rows, err, "1234.5|1234.5|-2|0.5|2024-02-27 18:00:00|36:15:00")
	}
}

func TestNullDate(t *testing.T) {
	d := sheetOf(`<table:table-row>` + cellOf("float:0", ` table:style-name="ce1"`) + cellOf("float:-1.5", ` table:style-name="ce1"`) + cellOf("float:60", ` table:style-name="ce1"`) + `</table:table-row>`)
	d.styles = dateStyle
	table := d.body
	for start, want := range map[string]string{"": "1899-12-30 00:00:00|1899-12-28 12:00:00|1900-02-28 00:00:00", "1904-01-01": "1904-01-01 00:00:00|1903-12-30 12:00:00|1904-03-01 00:00:00", "1900-01-01": "1900-01-01 00:00:00|1899-12-30 12:00:00|1900-03-02 00:00:00"} {
		d.body = table
		if start != "" {
			d.body = `<table:calculation-settings table:case-sensitive="false"><table:null-date table:date-value="` + start + `"/></table:calculation-settings>` + table
		}
		rows, err := read(d.zip(), nil, "a timestamp", "b timestamp", "c timestamp")
		check(t, rows, err, want)
	}
}

func TestEncrypted(t *testing.T) {
	data := testFile(t, "password.ods")
	rows, err := read(data, formats.Options{"file_password": "geheim"}, "a text", "b text", "c text", "d text", "e text")
	check(t, rows, err, "n|text|day|t|b", "0.1|a  b1|2024-01-01|0.229166666666667|1", "0.2|a  b2|2024-01-02|0.4375|0", "0.3|a  b3|2024-01-03|0.645833333333333|1",
		"0.4|a  b4|2024-01-04|0.854166666666667|0", "0.5|a  b5|2024-01-05|1.0625|1")
	for password, message := range map[string]string{"": "the file is encrypted", "Geheim": "the file is encrypted, and the password does not open it"} {
		opt := formats.Options{}
		if password != "" {
			opt["file_password"] = password
		}
		_, err := read(data, opt, "a text")
		if e := pgerr.From(err); err == nil || e.Code != pgerr.InvalidPassword || e.Message != message {
			t.Errorf("%q: %v", password, err)
		}
		in := formattest.Input(formattest.Memory(data), nil)
		if _, err := (Format{}).Tables(in, opt); !errors.Is(err, pgerr.InvalidPassword) {
			t.Errorf("%q: %v", password, err)
		}
		in.Close()
	}
	in := formattest.Input(formattest.Memory(data), nil)
	defer in.Close()
	if tables, err := (Format{}).Tables(in, formats.Options{"file_password": "geheim"}); err != nil || len(tables) != 1 || tables[0].Name != "Data" {
		t.Errorf("%v %v", tables, err)
	}
	whole := packed("META-INF/manifest.xml", `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="encrypted-package" manifest:size="9"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`, "encrypted-package", "x")
	if _, err := read(whole, nil, "a text"); !errors.Is(err, pgerr.InvalidPassword) {
		t.Error(err)
	}
	if _, err := read(whole, formats.Options{"file_password": "x"}, "a text"); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
}

func TestSniff(t *testing.T) {
	d := sheetOf(row("a"))
	for name, c := range map[string]struct {
		head []byte
		want formats.Likelihood
	}{
		"ods": {d.zip(), formats.Surely}, "fods": {d.flat(), formats.Surely}, "libreoffice": {testFile(t, "libreoffice.ods"), formats.Surely}, "libreoffice flat": {testFile(t, "libreoffice.fods"), formats.Surely},
		"gnumeric": {testFile(t, "gnumeric.ods"), formats.Surely}, "another zip": {[]byte("PK\x03\x04" + strings.Repeat("x", 100)), formats.No}, "text": {[]byte("a,b\n1,2\n"), formats.No},
		"a flat text": {[]byte(`<office:document office:mimetype="application/vnd.oasis.opendocument.text">`), formats.No},
	} {
		if got := sniff(c.head[:min(len(c.head), 4096)]); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	text := strings.Replace(strings.Replace(string(d.flat()), "office:spreadsheet>", "office:text>", 2), "spreadsheet", "text", 1)
	if _, err := read([]byte(text), nil, "a text"); err == nil || !strings.Contains(err.Error(), "not a spreadsheet") {
		t.Error(err)
	}
}
