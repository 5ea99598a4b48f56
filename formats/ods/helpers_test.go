package ods

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(m.Run()) // the fuzzer keeps goroutines of its own
	}
	sourcetest.Main(m, nil)
}

const bindings = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"` +
	` xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"` +
	` xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"` +
	` xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"`

// document is a flat document, and the parts of a package.
type document struct {
	common, styles string // styles of the file and of the content
	body           string // within the spreadsheet
}

// sheetOf is a document of one sheet with the rows given.
func sheetOf(rows string) document {
	return document{body: `<table:table table:name="S 1">` + rows + `</table:table>`}
}

func (d document) flat() []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<office:document" + bindings + ` office:version="1.2" office:mimetype="` + mimetype + `"><office:styles>` + d.common +
		`</office:styles><office:automatic-styles>` + d.styles + `</office:automatic-styles><office:body><office:spreadsheet>` + d.body + `</office:spreadsheet></office:body></office:document>`)
}

func (d document) content() string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<office:document-content" + bindings + ` office:version="1.2"><office:automatic-styles>` + d.styles +
		`</office:automatic-styles><office:body><office:spreadsheet>` + d.body + `</office:spreadsheet></office:body></office:document-content>`
}

func (d document) zip() []byte {
	return packed("content.xml", d.content(), "styles.xml", `<office:document-styles`+bindings+`><office:styles>`+d.common+`</office:styles></office:document-styles>`)
}

// packed is a package of parts: names and contents in turn.
func packed(parts ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	raw, err := w.CreateRaw(&zip.FileHeader{Name: "mimetype", CRC32: crc32.ChecksumIEEE([]byte(mimetype)), CompressedSize64: uint64(len(mimetype)), UncompressedSize64: uint64(len(mimetype))})
	if err != nil {
		panic(err)
	}
	io.WriteString(raw, mimetype)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			panic(err)
		}
		io.WriteString(f, parts[i+1])
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// row is a row of cells, each given as "float:1.5", "date:2024-02-27", "boolean:true", "time:PT1H", "percentage:0.5", a
// text, or "" for an empty one.
func row(cells ...string) string {
	var b strings.Builder
	b.WriteString("<table:table-row>")
	for _, c := range cells {
		b.WriteString(cellOf(c, ""))
	}
	b.WriteString("</table:table-row>")
	return b.String()
}

// cellOf is a cell with more attributes.
func cellOf(value, more string) string {
	kind, v, ok := strings.Cut(value, ":")
	attribute := map[string]string{"float": "value", "percentage": "value", "currency": "value", "date": "date-value", "time": "time-value", "boolean": "boolean-value"}[kind]
	switch {
	case value == "":
		return "<table:table-cell" + more + "/>"
	case ok && attribute != "":
		return fmt.Sprintf(`<table:table-cell%s office:value-type="%s" office:%s="%s"><text:p>%s</text:p></table:table-cell>`, more, kind, attribute, v, v)
	}
	return `<table:table-cell` + more + ` office:value-type="string"><text:p>` + value + `</text:p></table:table-cell>`
}

func check(t testing.TB, got []string, err error, want ...string) {
	t.Helper()
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// The helpers of package formattest, for this format.

func inferred(data []byte, opt formats.Options) (schema string, rows []string, err error) {
	return formattest.Inferred(Format{}, data, opt)
}

func read(data []byte, opt formats.Options, columns ...string) ([]string, error) {
	return formattest.Read(Format{}, data, opt, columns...)
}
