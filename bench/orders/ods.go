package orders

import (
	"archive/zip"
	"bufio"
	"hash/crc32"
	"io"
	"strconv"
)

const odsType = "application/vnd.oasis.opendocument.spreadsheet"

const odsManifest = `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
	`<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="` + odsType + `"/>` +
	`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`

// odsHead is LibreOffice's: styles for moments (ce1) and prices (ce2), then the table.
const odsHead = `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" ` +
	`xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" ` +
	`xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.2"><office:automatic-styles>` +
	`<number:date-style style:name="N50"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text>` +
	`<number:day number:style="long"/><number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>` +
	`<number:text>:</number:text><number:seconds number:style="long"/></number:date-style>` +
	`<number:number-style style:name="N2"><number:number number:decimal-places="2" number:min-integer-digits="1"/></number:number-style>` +
	`<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N50"/><style:style style:name="ce2" style:family="table-cell" style:data-style-name="N2"/>` +
	`</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="orders"><table:table-column table:number-columns-repeated="10"/>`

const odsTail = `</table:table></office:spreadsheet></office:body></office:document-content>`

// writeODS writes a spreadsheet of one table as LibreOffice does: every cell has its value and its shown text.
func writeODS(w io.Writer, rows int, seed uint64) error {
	z := zip.NewWriter(w)
	// The type comes first, stored, with its size before it: that is how such files are recognised.
	raw, err := z.CreateRaw(&zip.FileHeader{Name: "mimetype", CRC32: crc32.ChecksumIEEE([]byte(odsType)), CompressedSize64: uint64(len(odsType)), UncompressedSize64: uint64(len(odsType))})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(raw, odsType); err != nil {
		return err
	}
	if err := addPart(z, "META-INF/manifest.xml", func(out *bufio.Writer) error {
		_, err := out.WriteString(xmlHead + odsManifest)
		return err
	}); err != nil {
		return err
	}
	if err := addPart(z, "content.xml", func(out *bufio.Writer) error { return writeContent(out, rows, seed) }); err != nil {
		return err
	}
	return z.Close()
}

func writeContent(out *bufio.Writer, rows int, seed uint64) error {
	var b []byte
	b = append(b, xmlHead+odsHead+"<table:table-row>"...)
	for _, name := range Names {
		b = appendODSText(b, []byte(name))
	}
	if _, err := out.Write(append(b, "</table:table-row>"...)); err != nil {
		return err
	}
	err := Each(rows, seed, func(_ int, r *Row) error {
		b = append(b[:0], "<table:table-row>"...)
		float := func(style string, value []byte) {
			b = append(append(append(b, "<table:table-cell"...), style...), ` office:value-type="float" office:value="`...)
			b = append(append(append(b, value...), `"><text:p>`...), value...)
			b = append(b, "</text:p></table:table-cell>"...)
		}
		var value [32]byte
		float("", strconv.AppendInt(value[:0], r.ID, 10))
		b = append(b, `<table:table-cell table:style-name="ce1" office:value-type="date" office:date-value="`...)
		b = r.appendTime(b, "2006-01-02T15:04:05")
		b = r.appendTime(append(b, `"><text:p>`...), "2006-01-02 15:04:05")
		b = append(b, "</text:p></table:table-cell>"...)
		b = appendODSText(b, r.Customer)
		b = appendODSText(b, []byte(r.Country))
		float("", strconv.AppendInt(value[:0], int64(r.Qty), 10))
		float(` table:style-name="ce2"`, r.appendPrice(value[:0]))
		float("", r.appendDiscount(value[:0]))
		b = append(b, `<table:table-cell office:value-type="boolean" office:boolean-value="`...)
		if r.Paid {
			b = append(b, `true"><text:p>TRUE</text:p></table:table-cell>`...)
		} else {
			b = append(b, `false"><text:p>FALSE</text:p></table:table-cell>`...)
		}
		if len(r.Note) == 0 {
			b = append(b, "<table:table-cell/>"...)
		} else {
			b = appendODSText(b, r.Note)
		}
		b = appendODSText(b, r.SKU)
		_, err := out.Write(append(b, "</table:table-row>"...))
		return err
	})
	if err != nil {
		return err
	}
	_, err = out.WriteString(odsTail)
	return err
}

// appendODSText appends a cell of text, a paragraph a line. A space that XML's readers would drop is an element.
func appendODSText(b, text []byte) []byte {
	b = append(b, `<table:table-cell office:value-type="string"><text:p>`...)
	start, last := 0, byte('\n')
	for i, c := range text {
		switch {
		case c == '\n':
			b = append(appendXML(b, text[start:i]), "</text:p><text:p>"...)
			start = i + 1
		case c == ' ' && (last == '\n' || last == ' '):
			b = append(appendXML(b, text[start:i]), "<text:s/>"...)
			start = i + 1
		}
		last = c
	}
	return append(appendXML(b, text[start:]), "</text:p></table:table-cell>"...)
}
