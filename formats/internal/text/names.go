package text

import (
	"strings"

	"howdah/internal/ident"
	"howdah/pgerr"
)

// Clip cuts a value for an error message, as limit_printout_length of copyfromparse.c: 100 bytes at most.
func Clip(v []byte) string {
	return clip(string(v[:min(len(v), 101)]), 100)
}

// maxMessage is what an error shows of a bad value where PostgreSQL would show all of it.
const maxMessage = 1000

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return ident.Clip(s[:most+1], most) + "..."
}

// BadValue makes the error that a type's input function gave fit to be shown: with the hint how the column takes other
// values too, and of a value that it quotes, which may be as large as memory, no more than its beginning.
func BadValue(e *pgerr.Error, table, column string) {
	e.Message, e.Detail = clip(e.Message, maxMessage), clip(e.Detail, maxMessage)
	if e.Hint == "" && e.Code.Class() == "22" && table != "" {
		e.Hint = "If the column holds other values too, make it text: ALTER FOREIGN TABLE " + QuoteName(table) + " ALTER COLUMN " + QuoteIdent(column) + " TYPE text"
	}
}

// QuoteName quotes a relation's name, which may be schema.table.
func QuoteName(name string) string {
	parts := strings.SplitN(name, ".", 2)
	for i := range parts {
		parts[i] = QuoteIdent(parts[i])
	}
	return strings.Join(parts, ".")
}

// QuoteIdent quotes a name unless it is plain: lower case letters, digits and underscores.
func QuoteIdent(name string) string {
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
