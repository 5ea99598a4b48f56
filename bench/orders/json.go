package orders

import (
	"bufio"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// writeLines writes an object a line.
func writeLines(w io.Writer, rows int, seed uint64) error {
	return writeObjects(w, rows, seed, "", "\n", "\n")
}

// writeArray writes one array, with an object a line.
func writeArray(w io.Writer, rows int, seed uint64) error {
	return writeObjects(w, rows, seed, "[\n", ",\n", "\n]\n")
}

func writeObjects(w io.Writer, rows int, seed uint64, before, between, after string) error {
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString(before)
	var b []byte
	err := Each(rows, seed, func(n int, r *Row) error {
		b = b[:0]
		if n > 1 {
			b = append(b, between...)
		}
		b = strconv.AppendInt(append(b, `{"id":`...), r.ID, 10)
		b = r.appendTime(append(b, `,"ts":"`...), time.DateTime)
		b = appendJSON(append(b, `","customer":`...), r.Customer)
		b = append(append(b, `,"country":"`...), r.Country...)
		b = strconv.AppendInt(append(b, `","qty":`...), int64(r.Qty), 10)
		b = r.appendPrice(append(b, `,"price":`...))
		b = r.appendDiscount(append(b, `,"discount":`...))
		b = strconv.AppendBool(append(b, `,"paid":`...), r.Paid)
		b = append(b, `,"note":`...)
		if len(r.Note) == 0 {
			b = append(b, "null"...)
		} else {
			b = appendJSON(b, r.Note)
		}
		b = append(append(append(b, `,"sku":"`...), r.SKU...), `"}`...)
		_, err := out.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	out.WriteString(after)
	return out.Flush()
}

// appendJSON appends a string; what the table holds needs no other escapes than these.
func appendJSON(b, text []byte) []byte {
	b = append(b, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ' || c == utf8.RuneSelf-1:
			panic("a control character in the table")
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
