package settings

import (
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
)

// Flatten makes one value of SET's arguments (flatten_set_variable_args): lists are joined, and quoted where the
// parameter is a list of names.
func Flatten(name string, args []string) (string, error) {
	v := Lookup(name)
	if len(args) > 1 && (v == nil || !v.list) {
		return "", pgerr.New(pgerr.InvalidParameterValue, "SET %s takes only one argument", name)
	}
	if v != nil && v.listQuote {
		quoted := make([]string, len(args))
		for i, a := range args {
			quoted[i] = QuoteIdentifier(a)
		}
		args = quoted
	}
	return strings.Join(args, ", "), nil
}

// QuoteIdentifier is quote_identifier: quotes only where they are needed.
func QuoteIdentifier(s string) string {
	safe := s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
	for i := 0; safe && i < len(s); i++ {
		c := s[i]
		safe = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
	}
	if safe {
		if k := pgdata.KeywordOf(s); k == nil || k.Category == 'U' {
			return s
		}
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
