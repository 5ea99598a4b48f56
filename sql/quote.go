package sql

import (
	"strings"

	"howdah/internal/pgdata"
)

// QuoteIdent writes a name as SQL, with quotes where it needs them, as quote_ident does.
func QuoteIdent(name string) string {
	safe := name != "" && (name[0] >= 'a' && name[0] <= 'z' || name[0] == '_')
	for i := 1; safe && i < len(name); i++ {
		c := name[i]
		safe = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
	}
	if safe {
		if k := pgdata.KeywordOf(name); k == nil || k.Category == 'U' {
			return name
		}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// QuoteLiteral writes a text as a string constant, as quote_literal does.
func QuoteLiteral(value string) string {
	quoted := `'` + strings.ReplaceAll(value, `'`, `''`) + `'`
	if strings.IndexByte(value, '\\') >= 0 {
		return `E` + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
