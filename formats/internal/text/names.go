package text

import (
	"strings"

	"howdah/internal/ident"
	"howdah/pgerr"
)

// Clip cuts a value for an error message, as limit_printout_length of copyfromparse.c: 100 bytes at most.
func Clip(v []byte) string {
	const most = 100
	if len(v) <= most {
		return string(v)
	}
	return ident.Clip(string(v[:most+1]), most) + "..."
}

// HintText adds to the error that a type's input function gave the hint how the column takes other values too.
func HintText(e *pgerr.Error, table, column string) {
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
