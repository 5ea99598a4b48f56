package orders

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// Write writes header and rows as CSV to w.
func Write(w io.Writer, rows int, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.WriteString(strings.Join(Names, ",") + "\n"); err != nil {
		return err
	}
	var line []byte
	err := Each(rows, seed, func(_ int, r *Row) error {
		line = strconv.AppendInt(line[:0], r.ID, 10)
		line = r.appendTime(append(line, ','), time.DateTime)
		line = append(append(line, ','), r.Customer...)
		line = append(append(line, ','), r.Country...)
		line = strconv.AppendInt(append(line, ','), int64(r.Qty), 10)
		line = r.appendPrice(append(line, ','))
		line = r.appendDiscount(append(line, ','))
		if r.Paid {
			line = append(line, ",t,"...)
		} else {
			line = append(line, ",f,"...)
		}
		line = appendField(line, r.Note)
		line = append(append(line, ','), r.SKU...)
		_, err := out.Write(append(line, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// appendField quotes where RFC 4180 asks for it.
func appendField(line, v []byte) []byte {
	quoted := false
	for _, c := range v {
		if c == ',' || c == '"' || c == '\n' {
			quoted = true
		}
	}
	if !quoted {
		return append(line, v...)
	}
	line = append(line, '"')
	for _, c := range v {
		if c == '"' {
			line = append(line, '"')
		}
		line = append(line, c)
	}
	return append(line, '"')
}
