package types

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"howdah/pgerr"
)

// pathLexer cuts a jsonpath into tokens (jsonpath_scan.l).
type pathLexer struct {
	in   []byte
	at   int
	kind pathToken
	text []byte // of the token, escapes resolved
	near string // what an error about the token quotes; "" = the end of the input
	err  error
}

// pathToken is a single character, or one of these.
type pathToken int

const (
	pathEnd pathToken = 256 + iota
	pathIdent
	pathStringToken
	pathVariable
	pathInt
	pathNumeric
	pathAndAnd
	pathOrOr
	pathEq
	pathNe
	pathLe
	pathGe
	pathStars
)

const pathSpecial = `?%$.[]{}()|&!=<>@#,*:-+/`

// pathOther tells of the bytes that names are made of.
func pathOther(c byte) bool {
	return strings.IndexByte(pathSpecial, c) < 0 && !pathBlank(c) && c != '\\' && c != '"'
}

func pathBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func (l *pathLexer) fail(what string) error {
	if l.near == "" {
		return pgerr.New(pgerr.SyntaxError, "%s at end of jsonpath input", what)
	}
	return pgerr.New(pgerr.SyntaxError, `%s at or near "%s" of jsonpath input`, what, l.near)
}

func (l *pathLexer) syntax() error { return l.fail("syntax error") }

// next reads a token.
func (l *pathLexer) next() error {
	for l.at < len(l.in) {
		if pathBlank(l.in[l.at]) {
			l.at++
		} else if bytes.HasPrefix(l.in[l.at:], []byte("/*")) {
			end := bytes.Index(l.in[l.at+2:], []byte("*/"))
			if end < 0 {
				l.near = ""
				return l.fail("unexpected end of comment")
			}
			l.at += end + 4
		} else {
			break
		}
	}
	if l.at == len(l.in) {
		l.kind, l.text, l.near = pathEnd, nil, ""
		return nil
	}
	c := l.in[l.at]
	rest := l.in[l.at:]
	for _, op := range pathOperators {
		if bytes.HasPrefix(rest, []byte(op.text)) {
			l.take(op.kind, len(op.text))
			return nil
		}
	}
	switch {
	case c == '"':
		return l.quoted(1, pathStringToken)
	case c == '$' && len(rest) > 1 && rest[1] == '"':
		return l.quoted(2, pathVariable)
	case c == '$':
		n := 1
		for n < len(rest) && pathOther(rest[n]) {
			n++
		}
		if n == 1 {
			l.take('$', 1)
			return nil
		}
		l.take(pathVariable, n)
		l.text = l.text[1:]
		return nil
	case c >= '0' && c <= '9', c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		if done, err := l.number(rest); done || err != nil {
			return err
		}
	}
	if pathOther(c) || c == '\\' {
		return l.name()
	}
	l.take(pathToken(c), 1)
	return nil
}

var pathOperators = []struct {
	text string
	kind pathToken
}{{"&&", pathAndAnd}, {"||", pathOrOr}, {"**", pathStars}, {"<=", pathLe}, {">=", pathGe}, {"==", pathEq}, {"!=", pathNe}, {"<>", pathNe}}

func (l *pathLexer) take(kind pathToken, n int) {
	l.kind, l.text = kind, l.in[l.at:l.at+n]
	l.near = string(l.text)
	l.at += n
}

// number reads a number; done is false where a longer name begins here.
func (l *pathLexer) number(rest []byte) (done bool, err error) {
	digits := func(i int) int {
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		return i
	}
	kind, n := pathInt, 0
	if rest[0] == '0' {
		n = 1
	} else {
		n = digits(0)
	}
	if n < len(rest) && rest[n] == '.' {
		kind, n = pathNumeric, digits(n+1)
	}
	broken := false
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') {
		sign := n + 1
		if sign < len(rest) && (rest[sign] == '+' || rest[sign] == '-') {
			sign++
		}
		if end := digits(sign); end > sign {
			kind, n = pathNumeric, end
		} else if sign > n+1 {
			broken, n = true, sign
		}
	}
	size := n
	junk := !broken && n < len(rest) && pathOther(rest[n])
	if junk {
		_, w := utf8.DecodeRune(rest[n:])
		size += w
	}
	name := 0
	for name < len(rest) && pathOther(rest[name]) {
		name++
	}
	if name > size {
		return false, nil
	}
	l.take(kind, size)
	switch {
	case junk:
		return true, l.fail("trailing junk after numeric literal")
	case broken:
		return true, l.fail("invalid numeric literal")
	}
	return true, nil
}

// name reads a name without quotes. PostgreSQL's lexer has seen what ends it when an error quotes the token.
func (l *pathLexer) name() error {
	l.kind, l.text = pathIdent, nil
	for l.at < len(l.in) {
		c := l.in[l.at]
		switch {
		case c == '\\':
			if err := l.escape(); err != nil {
				return err
			}
			continue
		case pathBlank(c):
			l.near = string(c)
			l.at++
			return nil
		case !pathOther(c):
			l.near = ""
			return nil
		}
		l.text = append(l.text, c)
		l.at++
	}
	l.near = ""
	return nil
}

func (l *pathLexer) quoted(skip int, kind pathToken) error {
	l.at += skip
	l.kind, l.text, l.near = kind, []byte{}, `"`
	for l.at < len(l.in) {
		switch c := l.in[l.at]; c {
		case '"':
			l.at++
			return nil
		case '\\':
			if err := l.escape(); err != nil {
				return err
			}
		default:
			l.text = append(l.text, c)
			l.at++
		}
	}
	l.near = ""
	return l.fail("unexpected end of quoted string")
}

// escape reads what a backslash begins, several \u at once.
func (l *pathLexer) escape() error {
	if l.at+1 == len(l.in) {
		l.near = `\`
		return l.fail("unexpected end after backslash")
	}
	switch c := l.in[l.at+1]; c {
	case 'b', 'f', 'n', 'r', 't', 'v':
		l.text = append(l.text, map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}[c])
	case 'x':
		v, n := pathHex(l.in[l.at+2:], 2)
		if n != 2 {
			l.near = string(l.in[l.at : l.at+2+n])
			return l.fail("invalid hex character sequence")
		}
		l.at += 4
		return l.add(rune(v))
	case 'u':
		return l.unicode()
	default:
		_, w := utf8.DecodeRune(l.in[l.at+1:])
		l.text = append(l.text, l.in[l.at+1:l.at+1+w]...)
		l.at += 1 + w
		return nil
	}
	l.at += 2
	return nil
}

func pathHex(b []byte, most int) (v, n int) {
	for n < most && n < len(b) {
		d := strings.IndexByte("0123456789abcdef", b[n]|0x20)
		if d < 0 || b[n] < '0' {
			break
		}
		v, n = v<<4|d, n+1
	}
	return v, n
}

func badPath(detail string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s", "jsonpath").WithDetail("%s", detail)
}

// unicode reads a run of \uXXXX and \u{X…}, which may be surrogates of each other.
func (l *pathLexer) unicode() error {
	high := 0
	for bytes.HasPrefix(l.in[l.at:], []byte(`\u`)) {
		b := l.in[l.at+2:]
		var v, n, size int
		if len(b) > 0 && b[0] == '{' {
			v, n = pathHex(b[1:], 6)
			if size = n + 2; n == 0 || n+1 >= len(b) || b[n+1] != '}' {
				n = 0
			}
		} else if v, n = pathHex(b, 4); n != 4 {
			size, n = n, 0
		} else {
			size = 4
		}
		if n == 0 {
			l.near = string(l.in[l.at:min(l.at+2+size, len(l.in))])
			return l.fail("invalid unicode sequence")
		}
		l.at += 2 + size
		switch {
		case v >= 0xd800 && v < 0xdc00:
			if high != 0 {
				return badPath("Unicode high surrogate must not follow a high surrogate.")
			}
			high = v
			continue
		case v >= 0xdc00 && v < 0xe000:
			if high == 0 {
				return badPath("Unicode low surrogate must follow a high surrogate.")
			}
			v = 0x10000 + (high-0xd800)<<10 + v - 0xdc00
			high = 0
		case high != 0:
			return badPath("Unicode low surrogate must follow a high surrogate.")
		}
		if err := l.add(rune(v)); err != nil {
			return err
		}
	}
	if high != 0 {
		return badPath("Unicode low surrogate must follow a high surrogate.")
	}
	return nil
}

func (l *pathLexer) add(r rune) error {
	if r == 0 {
		return pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail(`\u0000 cannot be converted to text.`)
	}
	if r > utf8.MaxRune {
		return badPath("Unicode escape value is out of range.")
	}
	l.text = utf8.AppendRune(l.text, r)
	return nil
}
