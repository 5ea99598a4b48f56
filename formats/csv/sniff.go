package csv

import (
	"bytes"
	"encoding/json"
	"io"
	"path"

	"howdah/formats"
	"howdah/pgerr"
)

// isHTML recognises what servers send instead of a file: login pages, error pages, listings.
func isHTML(head []byte) bool {
	t := bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 512)], " \t\r\n\xEF\xBB\xBF"))
	for _, p := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(t, []byte(p)) {
			return true
		}
	}
	return bytes.HasPrefix(t, []byte("<?xml")) || bytes.HasPrefix(t, []byte("<!--")) && bytes.Contains(t, []byte("<html"))
}

// isJSON recognises a JSON document, or lines of JSON, at the beginning of a file.
func isJSON(head []byte) bool {
	t := bytes.TrimLeft(head, " \t\r\n\xEF\xBB\xBF")
	if len(t) < 2 || t[0] != '{' && t[0] != '[' {
		return false
	}
	var first json.RawMessage
	d := json.NewDecoder(bytes.NewReader(t))
	if err := d.Decode(&first); err == io.ErrUnexpectedEOF { // it goes on behind the sample
		inner := bytes.TrimLeft(t[1:], " \t\r\n")
		return len(inner) > 0 && (t[0] == '{' && inner[0] == '"' || t[0] == '[' && inner[0] == '{')
	} else if err != nil {
		return false
	}
	rest := bytes.TrimLeft(t[d.InputOffset():], " \t\r")
	return len(rest) == 0 || rest[0] == '\n'
}

// magics are the beginnings of files that are no text, with what they are.
var magics = []struct{ magic, what string }{
	{"PK\x03\x04", "a zip archive (such as an xlsx or ods workbook)"}, {"PAR1", "a Parquet file"}, {"%PDF-", "a PDF document"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document (such as an xls workbook)"}, {"\x89PNG", "a PNG image"},
	{"\x7fELF", "a program"}, {"Obj\x01", "an Avro file"}, {"ORC", "an ORC file"}, {"SQLite format 3", "an SQLite database"},
	{"\x28\xB5\x2F\xFD", "compressed with zstd"}, {"BZh", "compressed with bzip2"}, {"\xFD7zXZ", "compressed with xz"}, {"\x04\x22\x4D\x18", "compressed with lz4"},
}

// binaryKind names what a file that is no text seems to be; "" = text.
func binaryKind(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) && (m.magic != "ORC" && m.magic != "BZh" || bytes.IndexByte(head, 0) >= 0) {
			return m.what
		}
	}
	odd := 0 // a stray NUL or control character is a fault of a text, which is told with its place when it is read
	for _, c := range head {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a && c != 0x1f && c != 0x1e && c != 0x01 {
			odd++
		}
	}
	if odd > 1 && odd*20 > len(head) {
		return "binary"
	}
	return ""
}

func isBinary(head []byte) bool { return !isUTF16(head) && binaryKind(head) != "" }

func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF"))
}

// notCSV is the error for content that is surely something else.
func notCSV(in *formats.Input, head []byte) error {
	file := path.Base(in.Info().Path)
	if isHTML(head) {
		return pgerr.New(pgerr.BadCopyFileFormat, "the content is HTML, not CSV").
			WithHint("The server may have sent a login or error page instead of the file.").At("%s", file)
	}
	if kind := binaryKind(head); kind != "" {
		return pgerr.New(pgerr.BadCopyFileFormat, "the content is %s, not CSV", kind).
			WithHint("Set format to what the file is, or encoding if it is text.").At("%s", file)
	}
	return nil
}
