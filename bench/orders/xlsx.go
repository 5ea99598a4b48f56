package orders

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// book is what of an xlsx file is the same for all tables; the sheet and the shared texts follow it.
var book = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
		`<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<sheets><sheet name="orders" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`},
}

// writeXLSX writes a workbook of one sheet as Excel does: texts shared, moments as styled numbers. The rows are made
// twice, once for the cells and once for the texts.
func writeXLSX(w io.Writer, rows int, seed uint64) error {
	z := zip.NewWriter(w)
	for _, part := range book {
		if err := addPart(z, part.name, func(out *bufio.Writer) error {
			out.WriteString(xmlHead)
			_, err := out.WriteString(part.text)
			return err
		}); err != nil {
			return err
		}
	}
	texts := newShared()
	if err := addPart(z, "xl/worksheets/sheet1.xml", func(out *bufio.Writer) error { return writeSheet(out, texts, rows, seed) }); err != nil {
		return err
	}
	if err := addPart(z, "xl/sharedStrings.xml", func(out *bufio.Writer) error { return writeTexts(out, texts, rows, seed) }); err != nil {
		return err
	}
	return z.Close()
}

func addPart(z *zip.Writer, name string, write func(*bufio.Writer) error) error {
	part, err := z.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(part, 1<<16)
	if err := write(out); err != nil {
		return err
	}
	return out.Flush()
}

func writeSheet(out *bufio.Writer, texts *shared, rows int, seed uint64) error {
	fmt.Fprintf(out, `%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:J%d"/><sheetData>`, xmlHead, rows+1)
	out.WriteString(`<row r="1" spans="1:10">`)
	for i, name := range Names {
		n, _ := texts.number([]byte(name), false)
		fmt.Fprintf(out, `<c r="%c1" t="s"><v>%d</v></c>`, 'A'+i, n)
	}
	out.WriteString("</row>")
	var b, number []byte
	err := Each(rows, seed, func(n int, r *Row) error {
		number = strconv.AppendInt(number[:0], int64(n+1), 10)
		b = append(append(append(b[:0], `<row r="`...), number...), `" spans="1:10">`...)
		cell := func(column byte, kind string) {
			b = append(append(b, `<c r="`...), column)
			b = append(append(append(append(b, number...), '"'), kind...), "><v>"...)
		}
		text := func(column byte, text []byte, repeats bool) {
			cell(column, ` t="s"`)
			n, _ := texts.number(text, repeats)
			b = append(strconv.AppendInt(b, int64(n), 10), "</v></c>"...)
		}
		cell('A', "")
		b = append(strconv.AppendInt(b, r.ID, 10), "</v></c>"...)
		cell('B', ` s="1"`)
		b = append(strconv.AppendFloat(b, r.serial(), 'f', -1, 64), "</v></c>"...)
		text('C', r.Customer, true)
		text('D', []byte(r.Country), true)
		cell('E', "")
		b = append(strconv.AppendInt(b, int64(r.Qty), 10), "</v></c>"...)
		cell('F', ` s="2"`)
		b = append(strconv.AppendFloat(b, float64(r.Cents)/100, 'f', -1, 64), "</v></c>"...)
		cell('G', "")
		b = append(r.appendDiscount(b), "</v></c>"...)
		cell('H', ` t="b"`)
		if r.Paid {
			b = append(b, "1</v></c>"...)
		} else {
			b = append(b, "0</v></c>"...)
		}
		if len(r.Note) > 0 {
			text('I', r.Note, false)
		}
		text('J', r.SKU, false)
		_, err := out.Write(append(b, "</row>"...))
		return err
	})
	if err != nil {
		return err
	}
	_, err = out.WriteString("</sheetData></worksheet>")
	return err
}

// writeTexts writes the texts that writeSheet numbered, in their order.
func writeTexts(out *bufio.Writer, counted *shared, rows int, seed uint64) error {
	fmt.Fprintf(out, `%s<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="%d" uniqueCount="%d">`, xmlHead, counted.uses, counted.n)
	again := newShared()
	var b []byte
	err := eachText(rows, seed, func(text []byte, repeats bool) error {
		if _, fresh := again.number(text, repeats); !fresh {
			return nil
		}
		b = append(b[:0], "<si><t>"...)
		if text[0] <= ' ' || text[len(text)-1] <= ' ' {
			b = append(b[:0], `<si><t xml:space="preserve">`...)
		}
		b = append(appendXML(b, text), "</t></si>"...)
		_, err := out.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	_, err = out.WriteString("</sst>")
	return err
}

func appendXML(b, text []byte) []byte {
	for _, c := range text {
		switch c {
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		case '&':
			b = append(b, "&amp;"...)
		default:
			b = append(b, c)
		}
	}
	return b
}
