package types

// ParseBool reads a boolean as boolin does: any unambiguous beginning of true, false, yes, no, on, off; 1, 0.
func ParseBool(b []byte) (bool, error) {
	s, e := skipSpace(b, 0), len(b)
	for e > s && isSpace(b[e-1]) {
		e--
	}
	v := b[s:e]
	switch {
	case len(v) == 0 || len(v) > 5:
	case startsWord(v, "true"), startsWord(v, "yes"):
		return true, nil
	case startsWord(v, "false"), startsWord(v, "no"):
		return false, nil
	case len(v) == 2 && startsWord(v, "on"):
		return true, nil
	case len(v) >= 2 && startsWord(v, "off"):
		return false, nil
	case len(v) == 1 && v[0] == '1':
		return true, nil
	case len(v) == 1 && v[0] == '0':
		return false, nil
	}
	return false, badSyntax(b, "boolean")
}

// startsWord tells whether the word begins with v, letter case aside.
func startsWord(v []byte, word string) bool {
	if len(v) > len(word) {
		return false
	}
	for i, c := range v {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// AppendBool appends t or f. (The cast to text says true or false: that is another function.)
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 't')
	}
	return append(dst, 'f')
}

// CanonicalBool tells whether b is t or f.
func CanonicalBool(b []byte) bool { return len(b) == 1 && (b[0] == 't' || b[0] == 'f') }
