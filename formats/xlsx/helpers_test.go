package xlsx

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"sort"
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

// parts are a workbook's, by name.
type parts map[string]string

const (
	workbookHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`
	relsHead = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relType  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// workbook is the parts of a workbook of one sheet with the rows, texts and styles given as XML.
func workbook(rows, texts, styles string) parts {
	p := parts{
		"xl/workbook.xml": workbookHead + `<sheets><sheet name="S 1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relsHead + `<Relationship Id="rId1" Type="` + relType + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relType + `sharedStrings" Target="sharedStrings.xml"/>` +
			`<Relationship Id="rId3" Type="` + relType + `styles" Target="/xl/styles.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	if texts != "" {
		p["xl/sharedStrings.xml"] = `<sst>` + texts + `</sst>`
	}
	if styles != "" {
		p["xl/styles.xml"] = `<styleSheet>` + styles + `</styleSheet>`
	}
	return p
}

// with adds or replaces a part.
func (p parts) with(name, text string) parts {
	q := parts{}
	for k, v := range p {
		q[k] = v
	}
	q[name] = text
	return q
}

func (p parts) zip() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	var names []string
	for n := range p {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			panic(err)
		}
		io.WriteString(f, p[n])
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// The helpers of package formattest, for this format.

func inferred(data []byte, opt formats.Options) (schema string, rows []string, err error) {
	return formattest.Inferred(Format{}, data, opt)
}

func read(data []byte, opt formats.Options, columns ...string) ([]string, error) {
	return formattest.Read(Format{}, data, opt, columns...)
}
