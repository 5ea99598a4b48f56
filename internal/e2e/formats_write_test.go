package e2e

import (
	archive "archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// Each writer is independent of the readers under test: Go's own encoders, excelize, and files put together by hand.

func writeCSV(t testing.TB, header []string, rows [][]any, delimiter rune) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = delimiter
	record := slices.Clone(header)
	for i := -1; i < len(rows); i++ {
		for k := range record {
			if i >= 0 {
				record[k] = ""
				if v := rows[i][k]; v != nil {
					record[k] = plainText(v)
				}
			}
		}
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.Bytes()
}

// jsonObject is a row; a NULL is null in the rows of even numbers, else the member is left out.
func jsonObject(t testing.TB, header []string, row []any, i int) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(i%2 == 0)
	var members []string
	for k, name := range header {
		v := row[k]
		switch x := v.(type) {
		case nil:
			if i%2 == 1 && i > 0 {
				continue
			}
		case decimal:
			v = json.Number(x)
		case day:
			v = plainText(v)
		case moment:
			v = time.Time(x).Format("2006-01-02T15:04:05.999999")
		case clock:
			v = plainText(v)
		}
		b.Reset()
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		members = append(members, fmt.Sprintf("%q:%s", name, bytes.TrimSpace(b.Bytes())))
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

func writeNDJSON(t testing.TB, header []string, rows [][]any) []byte {
	var b bytes.Buffer
	for i, r := range rows {
		b.Write(jsonObject(t, header, r, i))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// writeJSON writes one document: an array of the rows, indented, or below the members of path an object that holds it.
func writeJSON(t testing.TB, header []string, rows [][]any, path ...string) []byte {
	var flat, b bytes.Buffer
	for _, p := range path {
		fmt.Fprintf(&flat, `{"before": [1, {"%s": 2}], %q: `, p, p)
	}
	flat.WriteString("[")
	for i, r := range rows {
		if i > 0 {
			flat.WriteByte(',')
		}
		flat.Write(jsonObject(t, header, r, i))
	}
	flat.WriteString("]" + strings.Repeat(`, "after": null}`, len(path)))
	if err := json.Indent(&b, flat.Bytes(), "", "\t"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeXLSX(t testing.TB, header []string, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	style := func(s excelize.Style) int {
		id, err := f.NewStyle(&s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	full := "yyyy-mm-dd hh:mm:ss.000"
	date, stamp, hour, money := style(excelize.Style{NumFmt: 14}), style(excelize.Style{CustomNumFmt: &full}), style(excelize.Style{NumFmt: 21}), style(excelize.Style{NumFmt: 4})
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	set := func(row int, cells []any) {
		if err := w.SetRow("A"+strconv.Itoa(row), cells); err != nil {
			t.Fatal(err)
		}
	}
	cells := make([]any, len(header))
	for i, name := range header {
		cells[i] = name
	}
	set(1, cells)
	for i, r := range rows {
		for k, v := range r {
			n, isNumber := number(v)
			switch v.(type) {
			case day:
				cells[k] = excelize.Cell{StyleID: date, Value: n}
			case moment:
				cells[k] = excelize.Cell{StyleID: stamp, Value: n}
			case clock:
				cells[k] = excelize.Cell{StyleID: hour, Value: n}
			case decimal:
				cells[k] = excelize.Cell{StyleID: money, Value: n}
			default:
				if isNumber {
					v = n
				}
				cells[k] = v
			}
		}
		set(i+2, cells)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writeODS puts an OpenDocument spreadsheet together, as LibreOffice does: runs of blanks, tabs and line ends in texts are
// elements, equal neighbours are repeated.
func writeODS(t testing.TB, header []string, rows [][]any) []byte {
	t.Helper()
	var c strings.Builder
	c.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ` +
		`xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">` +
		`<office:body><office:spreadsheet><table:table table:name="Sheet1">`)
	fmt.Fprintf(&c, `<table:table-column table:number-columns-repeated="%d"/><table:table-row>`, len(header))
	for _, name := range header {
		c.WriteString(`<table:table-cell office:value-type="string">` + odsText(name) + `</table:table-cell>`)
	}
	c.WriteString(`</table:table-row>`)
	for _, r := range rows {
		c.WriteString(`<table:table-row>`)
		empty := 0
		flush := func() {
			if empty > 0 {
				fmt.Fprintf(&c, `<table:table-cell table:number-columns-repeated="%d"/>`, empty)
			}
			empty = 0
		}
		for _, v := range r {
			if v == nil {
				empty++
				continue
			}
			flush()
			text := plainText(v)
			switch v := v.(type) {
			case string:
				c.WriteString(`<table:table-cell office:value-type="string">`)
			case bool:
				fmt.Fprintf(&c, `<table:table-cell office:value-type="boolean" office:boolean-value="%v">`, v)
			case day:
				fmt.Fprintf(&c, `<table:table-cell office:value-type="date" office:date-value="%s">`, text)
			case moment:
				fmt.Fprintf(&c, `<table:table-cell office:value-type="date" office:date-value="%s">`, time.Time(v).Format("2006-01-02T15:04:05.999999"))
			case clock:
				h, m, s := time.Time{}.Add(time.Duration(v)).Clock()
				fmt.Fprintf(&c, `<table:table-cell office:value-type="time" office:time-value="PT%02dH%02dM%02dS">`, h, m, s)
			default:
				fmt.Fprintf(&c, `<table:table-cell office:value-type="float" office:value="%s">`, text)
			}
			c.WriteString(odsText(text) + `</table:table-cell>`)
		}
		empty += 1024 - len(r) // as programs fill up a row
		flush()
		c.WriteString(`</table:table-row>`)
	}
	c.WriteString(`<table:table-row table:number-rows-repeated="1046575"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>`)
	c.WriteString(`</table:table></office:spreadsheet></office:body></office:document-content>`)
	const kind = "application/vnd.oasis.opendocument.spreadsheet"
	manifest := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">` +
		`<manifest:file-entry manifest:full-path="/" manifest:media-type="` + kind + `"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`
	return zipped(t, "-mimetype", kind, "content.xml", c.String(), "META-INF/manifest.xml", manifest)
}

// odsText is a text as paragraphs.
func odsText(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString("<text:p>")
		blank := true // at the beginning a blank counts nothing
		for i, r := range line {
			switch {
			case r == '\t':
				b.WriteString("<text:tab/>")
			case r == ' ' && (blank || i == len(line)-1 || strings.HasPrefix(line[i+1:], " ")):
				b.WriteString("<text:s/>")
				blank = true
				continue
			default:
				xml.EscapeText(&b, []byte(string(r)))
			}
			blank = r == ' '
		}
		b.WriteString("</text:p>")
	}
	return b.String()
}

// zipped makes an archive of names and contents; a name with a minus before is stored.
func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := archive.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		h := &archive.FileHeader{Name: parts[i], Method: archive.Deflate}
		if name, stored := strings.CutPrefix(parts[i], "-"); stored {
			h.Name, h.Method = name, archive.Store
		}
		p, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(p, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
