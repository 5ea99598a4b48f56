// Package charset turns text between UTF-8 and a client's encoding (client_encoding) for the single-byte encodings
// that PostgreSQL converts, by PostgreSQL's own tables, with its errors where a character has no equivalent.
package charset

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"howdah/pgerr"
)

// Charset is one encoding. It is immutable and safe for concurrent use.
type Charset struct {
	name  string
	runes [128]rune // of bytes 0x80 to 0xff; utf8.RuneError = none
	bytes map[rune]byte
}

var charsets sync.Map // name -> *Charset

// Lookup gives the charset of a client_encoding, nil for UTF8 and SQL_ASCII, where bytes pass as they are.
func Lookup(name string) (*Charset, error) {
	if name == "UTF8" || name == "SQL_ASCII" {
		return nil, nil
	}
	if c, ok := charsets.Load(name); ok {
		return c.(*Charset), nil
	}
	table, ok := tables[name]
	if !ok {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "conversion between %s and UTF8 is not supported", name)
	}
	c := &Charset{name: name, bytes: map[rune]byte{}}
	i := 0
	for _, r := range table {
		c.runes[i] = r
		if r != utf8.RuneError {
			c.bytes[r] = byte(0x80 + i)
		}
		i++
	}
	charsets.Store(name, c)
	return c, nil
}

// Supported tells whether Lookup knows the name.
func Supported(name string) bool {
	_, ok := tables[name]
	return ok || name == "UTF8" || name == "SQL_ASCII"
}

func shown(b string) string {
	parts := make([]string, len(b))
	for i := range len(b) {
		parts[i] = fmt.Sprintf("0x%02x", b[i])
	}
	return strings.Join(parts, " ")
}

// Encode appends src, which is UTF-8, in the charset.
func (c *Charset) Encode(dst, src []byte) ([]byte, error) {
	for len(src) > 0 {
		if src[0] < utf8.RuneSelf {
			dst = append(dst, src[0])
			src = src[1:]
			continue
		}
		r, n := utf8.DecodeRune(src)
		b, ok := c.bytes[r]
		if !ok {
			return dst, pgerr.New(pgerr.UntranslatableCharacter,
				`character with byte sequence %s in encoding "UTF8" has no equivalent in encoding "%s"`, shown(string(src[:n])), c.name)
		}
		dst = append(dst, b)
		src = src[n:]
	}
	return dst, nil
}

// Decode gives text of the charset in UTF-8.
func (c *Charset) Decode(src string) (string, error) {
	var b strings.Builder
	for i := range len(src) {
		x := src[i]
		if x < utf8.RuneSelf {
			b.WriteByte(x)
			continue
		}
		r := c.runes[x-0x80]
		if r == utf8.RuneError {
			return "", pgerr.New(pgerr.UntranslatableCharacter,
				`character with byte sequence %s in encoding "%s" has no equivalent in encoding "UTF8"`, shown(src[i:i+1]), c.name)
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// CheckUTF8 is what PostgreSQL says of text that is not valid UTF-8.
func CheckUTF8(s string) error {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return nil
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == utf8.RuneError && n <= 1 {
			return pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, shown(s[i:i+announced(s[i:])]))
		}
		i += n
	}
	return nil
}

// announced is the number of bytes that PostgreSQL shows of a wrong sequence: as many as its first byte announces.
func announced(s string) int {
	n := 1
	switch b := s[0]; {
	case b >= 0xf0 && b < 0xf8:
		n = 4
	case b >= 0xe0 && b < 0xf0:
		n = 3
	case b >= 0xc0 && b < 0xe0:
		n = 2
	}
	return min(n, len(s))
}
