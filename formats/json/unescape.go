package json

import (
	"bytes"
	"unicode/utf8"

	"howdah/pgerr"
)

// appendUnescaped appends the value of a valid JSON string in its quotes. Only \u0000 has none in PostgreSQL.
func appendUnescaped(dst, quoted []byte) ([]byte, error) {
	v := quoted[1 : len(quoted)-1]
	for {
		i := bytes.IndexByte(v, '\\')
		if i < 0 {
			return append(dst, v...), nil
		}
		dst = append(dst, v[:i]...)
		c := v[i+1]
		v = v[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := unhex(v)
			v = v[4:]
			if r >= 0xD800 && r < 0xDC00 {
				r = (r-0xD800)<<10 + (unhex(v[2:]) - 0xDC00) + 0x10000
				v = v[6:]
			}
			if r == 0 {
				return dst, pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail(`\u0000 cannot be converted to text.`)
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
}

// unhex reads four digits that are known to be some.
func unhex(v []byte) (r rune) {
	for _, c := range v[:4] {
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
