package ods

import "strings"

// reference makes of an address such as $'My sheet'.$A$1:.$C$9 what package sheet reads: 'My sheet'!$A$1:$C$9; "" if it
// is none, or of another file, or more than one.
func reference(address string) string {
	address = strings.TrimSpace(address)
	name, from, rest, ok := corner(address)
	if !ok || name == "" {
		return ""
	}
	to := ""
	if rest != "" {
		if rest[0] != ':' {
			return ""
		}
		var other string
		if other, to, rest, ok = corner(rest[1:]); !ok || rest != "" || other != "" && other != name {
			return ""
		}
		to = ":" + to
	}
	return "'" + strings.ReplaceAll(name, "'", "''") + "'!" + from + to
}

// corner takes a cell's address off: its table's name, "" if there is none, and the cell's own.
func corner(s string) (name, cell, rest string, ok bool) {
	s = strings.TrimPrefix(s, "$")
	switch {
	case strings.HasPrefix(s, "'"):
		var b strings.Builder
		i := 1
		for ; ; i++ {
			if i >= len(s) {
				return "", "", "", false
			}
			if s[i] == '\'' {
				if i+1 < len(s) && s[i+1] == '\'' {
					i++
				} else {
					break
				}
			}
			b.WriteByte(s[i])
		}
		name, s = b.String(), s[i+1:]
	default:
		i := strings.IndexAny(s, ".:")
		if i >= 0 && s[i] == '.' {
			name, s = s[:i], s[i:]
		}
	}
	s = strings.TrimPrefix(s, ".")
	i := 0
	for i < len(s) && (s[i] == '$' || s[i] >= '0' && s[i] <= '9' || s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z') {
		i++
	}
	return name, s[:i], s[i:], i > 0
}
