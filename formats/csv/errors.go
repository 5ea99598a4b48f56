package csv

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"howdah/pgerr"
)

// badValue completes the error that a type's input function gave: where the value is, and how to make the column text.
func (r *reader) badValue(col *column, row int32, value []byte, cause error) error {
	e := pgerr.From(cause).Clone()
	if e.Hint == "" && strings.HasPrefix(string(e.Code), "22") && r.table != "" {
		e = e.WithHint("If the column holds other values too, make it text: ALTER FOREIGN TABLE %s ALTER COLUMN %s TYPE text", quoteName(r.table), quoteIdent(col.name))
	}
	return e.At("%s, %s, column %s: \"%s\"", r.chunk.name, r.whereIs(row), col.name, clip(value))
}

// whereIs says which record a row of the batch is: by line and number, or by its offset in a split that knows neither.
func (r *reader) whereIs(row int32) string {
	if r.topRows != nil {
		return r.topWhere[r.topBase+int(row)]
	}
	where := r.chunk.whereIs(int(r.rows.start[row]))
	if r.unknownRows {
		return where
	}
	return fmt.Sprintf("%s, row %d", where, r.rowNumber(row))
}

// rowNumber is the record number of a row of the batch.
func (r *reader) rowNumber(row int32) int64 {
	if r.topRows != nil {
		return r.topRows[r.topBase+int(row)]
	}
	if r.chunk.masked {
		return r.done + r.chunk.recordsBefore(int(r.rows.start[row])) + 1
	}
	return r.done + int64(row) + 1
}

// clip is limit_printout_length of copyfromparse.c: 100 bytes at most.
func clip(v []byte) string {
	const most = 100
	if len(v) <= most {
		return string(v)
	}
	n := most
	for n > 0 && !utf8.RuneStart(v[n]) {
		n--
	}
	return string(v[:n]) + "..."
}

// quoteName quotes a relation's name, which may be schema.table.
func quoteName(name string) string {
	parts := strings.SplitN(name, ".", 2)
	for i := range parts {
		parts[i] = quoteIdent(parts[i])
	}
	return strings.Join(parts, ".")
}

// quoteIdent quotes a name unless it is plain: lower case letters, digits and underscores.
func quoteIdent(name string) string {
	plain := name != "" && (name[0] < '0' || name[0] > '9')
	for i := range len(name) {
		c := name[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
