package ods

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/sources/sourcetest"
)

const purseBytes = 32 << 20

// poke reads a file in several ways; it gives the first error. A panic comes through; everything else that is wrong must
// be an error for the client, within time and memory.
func poke(t testing.TB, data []byte) (rows int, err error) {
	t.Helper()
	start := time.Now()
	defer func() {
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	}()
	var first error
	note := func(e error) {
		if e == nil {
			return
		}
		if c := pgerr.From(e).Code; c == pgerr.InternalError {
			t.Errorf("an internal error: %v", e)
		}
		if first == nil {
			first = e
		}
	}
	for _, opt := range []formats.Options{{}, {"header": "true", "merged": "fill", "empty_rows": "stop"}, {"text_values": "true"}} {
		purse := budget.New("scan", purseBytes, nil)
		src := formattest.Memory(data)
		in := formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, purse)
		inf, e := Format{}.Infer(in, opt)
		note(e)
		all := formats.Options{}
		for k, v := range inf.Options {
			all[k] = v
		}
		for k, v := range opt {
			all[k] = v
		}
		got, e := formattest.Scan(Format{}, in, inf.Schema, all, nil)
		note(e)
		rows += len(got)
		_, e = formattest.Scan(Format{}, in, formattest.Schema("a int", "b date", "c numeric", "d bool"), opt, nil) // the header does not fit
		if e != nil && pgerr.From(e).Code == pgerr.InternalError {
			t.Errorf("an internal error: %v", e)
		}
		_, e = Format{}.Tables(in, opt)
		note(e)
		in.Close()
		if purse.Used() != 0 || src.Open() != 0 {
			t.Errorf("left: %d bytes, %d readers", purse.Used(), src.Open())
		}
	}
	return rows, first
}

func TestTruncationAtEveryByte(t *testing.T) {
	small := mixed(2)
	for kind, data := range map[string][]byte{"package": small.zip(), "flat": small.flat()} {
		for n := range data {
			in := formattest.Input(formattest.Memory(data[:n]), nil)
			rows, err := formattest.Scan(Format{}, in, formattest.Schema("a text"), formats.Options{"range": "A:F"}, nil)
			if err == nil {
				t.Fatalf("%s: %d of %d bytes: %d rows and no error", kind, n, len(data), len(rows))
			}
			if n%4 == 0 {
				if _, err := (Format{}).Infer(in, nil); err == nil {
					t.Fatalf("%s: %d of %d bytes: inferred", kind, n, len(data))
				}
				if _, err := (Format{}).Tables(in, nil); err == nil {
					t.Fatalf("%s: %d of %d bytes: tables", kind, n, len(data))
				}
			}
			in.Close()
		}
	}
	// And of the XML itself, in a sound archive.
	content := small.content()
	for n := range content {
		if rows, err := read(packed("content.xml", content[:n]), formats.Options{"range": "A:F"}, "a text"); err == nil {
			t.Fatalf("%d of %d bytes of the content: %d rows and no error", n, len(content), len(rows))
		}
	}
	// Without ranges, all is kept or streamed; a cut is seen as well.
	for _, data := range [][]byte{small.zip(), small.flat()} {
		src := &sourcetest.Memory{Data: data}
		in := formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, nil)
		whole, err := formattest.Scan(Format{}, in, formattest.Schema("a text"), nil, nil)
		in.Close()
		if err != nil || len(whole) != 3 || src.Open() != 0 {
			t.Errorf("%q %v", whole, err)
		}
		src = &sourcetest.Memory{Data: data[:len(data)-9]}
		in = formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, nil)
		if rows, err := formattest.Scan(Format{}, in, formattest.Schema("a text"), nil, nil); err == nil {
			t.Errorf("%q", rows)
		}
		in.Close()
	}
}

func TestNothingDeclaredIsTrusted(t *testing.T) {
	value := cellOf("float:1", "")
	rowOf := func(attrs, cells string) string {
		return "<table:table-row" + attrs + ">" + cells + "</table:table-row>"
	}
	refused := map[string]string{
		"rows repeated too often":      rowOf(` table:number-rows-repeated="2147483647"`, value),
		"rows beyond":                  `<table:table-row table:number-rows-repeated="1048576"/>` + rowOf("", value),
		"rows far beyond":              strings.Repeat(`<table:table-row table:number-rows-repeated="99999999999999999999"/>`, 9) + rowOf("", value),
		"rows repeated -5 times":       rowOf(` table:number-rows-repeated="-5"`, value),
		"rows repeated no times":       rowOf(` table:number-rows-repeated="0"`, value),
		"rows repeated NaN times":      rowOf(` table:number-rows-repeated="NaN"`, value),
		"columns repeated too often":   rowOf("", cellOf("float:1", ` table:number-columns-repeated="1000000"`)),
		"columns beyond":               rowOf("", `<table:table-cell table:number-columns-repeated="16384"/>`+value),
		"columns repeated -5 times":    rowOf("", cellOf("float:1", ` table:number-columns-repeated="-5"`)),
		"empty columns repeated badly": rowOf("", `<table:table-cell table:number-columns-repeated="x"/>`),
		"columns declared badly":       `<table:table-column table:number-columns-repeated="-1"/>` + rowOf("", value),
		"cells uncounted":              rowOf("", strings.Repeat("<table:table-cell/>", 16384)+value),
		"a long text repeated":         rowOf(` table:number-rows-repeated="1000000"`, cellOf(strings.Repeat("y", 2000), "")),
		"nested":                       strings.Repeat("<table:table-row-group>", 1000) + strings.Repeat("</table:table-row-group>", 1000),
		"nested text":                  rowOf("", `<table:table-cell><text:p>`+strings.Repeat("<text:span>", 300)+strings.Repeat("</text:span>", 300)+`</text:p></table:table-cell>`),
		"entity bomb":                  rowOf("", cellOf("&lol;", "")),
		"wrong end":                    `<table:table-row><table:table-cell><text:p>1</text:p></table:table-row></table:table-cell>`,
		"wrong end of a group":         `<table:table-row-group>` + rowOf("", value) + `</table:table-rows>`,
		"a cell within text":           `</table:table-row>`,
		"tag without end":              `<table:table-row><table:table-cell a="`,
		"long tag":                     rowOf("", `<table:table-cell x="`+strings.Repeat("y", 2<<20)+`"/>`),
		"long text":                    rowOf("", cellOf(strings.Repeat("y", 5<<20), "")),
		"many paragraphs":              rowOf("", `<table:table-cell>`+strings.Repeat("<text:p>"+strings.Repeat("y", 1<<20)+"</text:p>", 20)+`</table:table-cell>`),
		"many blanks":                  rowOf("", `<table:table-cell><text:p>`+strings.Repeat(`<text:s text:c="1000000"/>`, 9)+`</text:p></table:table-cell>`),
		"too many blanks":              rowOf("", `<table:table-cell><text:p><text:s text:c="2000000000"/></text:p></table:table-cell>`),
		"blanks below zero":            rowOf("", `<table:table-cell><text:p><text:s text:c="-1"/></text:p></table:table-cell>`),
		"a wide row":                   rowOf("", strings.Repeat(cellOf(strings.Repeat("y", 2<<20), ""), 10)),
	}
	for name, rows := range refused {
		d := sheetOf(rows)
		got, err := read(d.zip(), nil, "v text", "w text", "x text", "a text", "b text", "c text", "d text", "e text", "f text", "g text", "h text", "i text")
		if e := pgerr.From(err); err == nil || e.Code != pgerr.DataCorrupted && e.Code != pgerr.ProgramLimitExceeded {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
	}
	// Large numbers that nothing depends on cost nothing.
	start := time.Now()
	empty := `<table:table-cell table:number-columns-repeated="2147483647"/>`
	d := sheetOf(`<table:table-column table:number-columns-repeated="999999999999"/>` + rowOf("", value+empty+empty) + strings.Repeat(rowOf(` table:number-rows-repeated="2147483647"`, empty), 100))
	rows, err := read(d.zip(), formats.Options{"empty_rows": "null"}, "v int")
	check(t, rows, err, "1")
	d = sheetOf(rowOf(` table:visibility="collapse" table:number-rows-repeated="2147483647"`, empty) + rowOf(` table:visibility="collapse" table:number-rows-repeated="2147483647"`, empty))
	rows, err = read(d.zip(), nil, "v int")
	check(t, rows, err)
	span := `<table:table-row><table:table-cell table:number-columns-spanned="2147483647" table:number-rows-spanned="2147483647" office:value-type="float" office:value="1"/></table:table-row>`
	rows, err = read(sheetOf(span+row("", "float:2")).zip(), formats.Options{"merged": "fill"}, "v int", "w int")
	check(t, rows, err, "1|1", "1|1")
	if took := time.Since(start); took > 5*time.Second {
		t.Error(took)
	}
	for name, data := range map[string][]byte{
		"doctype": []byte(`<!DOCTYPE x [<!ENTITY a "b">]>` + string(sheetOf(row("a")).flat())), "utf-16": []byte("\xff\xfe<\x00o\x00"), "utf-16 without a mark": []byte("<\x00o\x00"),
		"encoding":         bytes.Replace(sheetOf(row("a")).flat(), []byte("UTF-8"), []byte("ISO-8859-1"), 1),
		"no content":       packed("styles.xml", "<x/>"),
		"another root":     []byte(`<html></html>`),
		"no spreadsheet":   []byte(`<office:document` + bindings + `></office:document>`),
		"empty":            {},
		"no namespace":     []byte(`<office:document><office:body><office:spreadsheet/></office:body></office:document>`),
		"text":             []byte("a,b\n1,2\n"),
		"invalid utf-8":    sheetOf(row("\xff")).zip(),
		"a zero character": sheetOf(row("\x00")).zip(),
	} {
		if rows, err := read(data, nil, "v text"); err == nil {
			t.Errorf("%s: %q", name, rows)
		} else if e := pgerr.From(err); e.Code == pgerr.InternalError {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(sheetOf(row("\xff")).zip(), nil, "v text"); !errors.Is(err, pgerr.CharacterNotInRepertoire) {
		t.Error(err)
	}
}

// TestBombs reads much that is packed small.
func TestBombs(t *testing.T) {
	for name, c := range map[string]struct {
		d    document
		want error
	}{
		"styles":     {document{styles: strings.Repeat(`<style:style style:name="x" style:family="table-cell"/>`, 200_000), body: sheetOf(row("a")).body}, pgerr.ProgramLimitExceeded},
		"code":       {document{styles: `<number:number-style style:name="N1">` + strings.Repeat("<number:text>xxxxxxxxxx</number:text>", 10_000) + `</number:number-style>`, body: sheetOf(row("a")).body}, pgerr.ProgramLimitExceeded},
		"sheets":     {document{body: strings.Repeat(`<table:table table:name="x" table:display="false"/>`, 20_000)}, pgerr.ProgramLimitExceeded},
		"blanks":     {document{body: strings.Repeat(" ", 50<<20) + sheetOf(row("a")).body}, nil},
		"empty rows": {sheetOf(strings.Repeat("<table:table-row/>", 2_000_000)), nil},
		"spans":      {sheetOf(strings.Repeat("<table:table-row>"+strings.Repeat(`<table:table-cell table:number-rows-spanned="2"/>`, 1000)+"</table:table-row>", 200)), pgerr.ProgramLimitExceeded},
	} {
		purse := budget.New("scan", purseBytes, nil)
		in := formattest.Input(formattest.Memory(c.d.zip()), purse)
		rows, err := formattest.Scan(Format{}, in, formattest.Schema("v text"), formats.Options{"merged": "fill"}, nil)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		in.Close()
		if purse.Used() != 0 {
			t.Errorf("%s: %d bytes are left", name, purse.Used())
		}
	}
}

// TestMutants changes bytes of the XML, in sound archives and flat.
func TestMutants(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	d := mixed(6)
	content := d.content()
	marks := []string{"<", ">", "/", "\"", "&", "=", " ", "<table:table-row>", "</table:table-row>", "</table:table>", "<table:table-cell>", "<!--", "]]>", "<![CDATA[", "-1", "99999999999", "\x00", "\xff", `xmlns:table=""`, "<table:table>"}
	n := 300
	if testing.Short() {
		n = 100
	}
	for i := range n {
		b := []byte(content)
		for range 1 + random.IntN(3) {
			at := random.IntN(len(b))
			switch random.IntN(4) {
			case 0:
				b[at] = byte(random.IntN(256))
			case 1:
				b = append(b[:at], b[min(len(b), at+1+random.IntN(60)):]...)
			case 2:
				m := marks[random.IntN(len(marks))]
				b = append(b[:at], append([]byte(m), b[at:]...)...)
			case 3:
				from := random.IntN(len(b))
				part := bytes.Clone(b[from:min(len(b), from+random.IntN(300))])
				b = append(b[:at], append(part, b[at:]...)...)
			}
		}
		poke(t, packed("content.xml", string(b)))
		if t.Failed() {
			t.Fatalf("mutant %d: %q", i, b)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte(mixed(2).content()))
	f.Add([]byte(sheetOf(row("a", "float:1")).content()))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 64<<10 {
			t.Skip(fmt.Sprint(len(content)))
		}
		poke(t, packed("content.xml", string(content)))
	})
}
