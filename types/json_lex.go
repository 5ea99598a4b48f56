package types

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"howdah/pgerr"
)

// jsonToken is a kind of JSON token (JsonTokenType).
type jsonToken uint8

const (
	jsonInvalid jsonToken = iota
	jsonString
	jsonNumber
	jsonObjectStart
	jsonObjectEnd
	jsonArrayStart
	jsonArrayEnd
	jsonComma
	jsonColon
	jsonTrue
	jsonFalse
	jsonNull
	jsonEnd
)

// jsonLexer follows jsonapi.c, whose error texts name the token where it stopped.
type jsonLexer struct {
	in        []byte
	unescape  bool // read strings' values, as jsonb needs
	start     int  // of the token; -1 at the end
	end       int
	prevEnd   int
	line      int
	lineStart int
	token     jsonToken
	text      []byte // the value of a string, while unescape: a view of in, or of buf where escapes are resolved
	buf       []byte
	depth     int
}

// jsonDepth bounds nesting; PostgreSQL's own bound is its stack, at about as many levels.
const jsonDepth = 6000

func (l *jsonLexer) next() error {
	s := l.end
	in := l.in
	for s < len(in) && (in[s] == ' ' || in[s] == '\t' || in[s] == '\n' || in[s] == '\r') {
		if in[s] == '\n' {
			l.line++
			l.lineStart = s + 1
		}
		s++
	}
	l.start = s
	l.prevEnd = l.end
	if s >= len(in) {
		l.start = -1
		l.end = s
		l.token = jsonEnd
		return nil
	}
	switch c := in[s]; {
	case c == '"':
		return l.str()
	case c == '-':
		return l.number(s + 1)
	case c >= '0' && c <= '9':
		return l.number(s)
	case c == '{':
		l.token = jsonObjectStart
	case c == '}':
		l.token = jsonObjectEnd
	case c == '[':
		l.token = jsonArrayStart
	case c == ']':
		l.token = jsonArrayEnd
	case c == ',':
		l.token = jsonComma
	case c == ':':
		l.token = jsonColon
	default:
		p := s
		for p < len(in) && jsonWordByte(in[p]) {
			p++
		}
		if p == s {
			l.end = s + 1
			return l.invalidToken()
		}
		l.end = p
		switch string(in[s:p]) {
		case "true":
			l.token = jsonTrue
		case "false":
			l.token = jsonFalse
		case "null":
			l.token = jsonNull
		default:
			return l.invalidToken()
		}
		return nil
	}
	l.end = s + 1
	return nil
}

func jsonWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

func (l *jsonLexer) number(s int) error {
	in, bad := l.in, false
	digits := func() bool {
		from := s
		for s < len(in) && in[s] >= '0' && in[s] <= '9' {
			s++
		}
		return s > from
	}
	if s < len(in) && in[s] == '0' {
		s++
	} else if !digits() {
		bad = true
	}
	if s < len(in) && in[s] == '.' {
		s++
		if !digits() {
			bad = true
		}
	}
	if s < len(in) && (in[s] == 'e' || in[s] == 'E') {
		s++
		if s < len(in) && (in[s] == '+' || in[s] == '-') {
			s++
		}
		if !digits() {
			bad = true
		}
	}
	for s < len(in) && jsonWordByte(in[s]) {
		s++
		bad = true
	}
	l.end = s
	if bad {
		return l.invalidToken()
	}
	l.token = jsonNumber
	return nil
}

func (l *jsonLexer) charEnd(s int) int {
	_, n := utf8.DecodeRune(l.in[s:])
	return s + max(n, 1)
}

func (l *jsonLexer) str() error {
	in := l.in
	s := l.start + 1
	for s < len(in) && in[s] != '"' && in[s] != '\\' && in[s] >= 32 {
		s++
	}
	if s < len(in) && in[s] == '"' { // nothing to resolve
		l.text, l.end, l.token = in[l.start+1:s:s], s+1, jsonString
		return nil
	}
	from := len(l.buf)
	high := rune(-1) // a high surrogate that waits for its other half
	s = l.start
	for {
		s++
		if s >= len(in) {
			l.end = s
			return l.invalidToken()
		}
		c := in[s]
		if c == '"' {
			break
		}
		if c < 32 {
			l.end = s
			return l.fail(pgerr.InvalidTextRepresentation, fmt.Sprintf("Character with value 0x%02x must be escaped.", c))
		}
		if c != '\\' {
			if high >= 0 {
				l.end = l.charEnd(s)
				return l.lowSurrogate()
			}
			from := s
			for s+1 < len(in) && in[s+1] != '"' && in[s+1] != '\\' && in[s+1] >= 32 {
				s++
			}
			if l.unescape {
				l.buf = append(l.buf, in[from:s+1]...)
			}
			continue
		}
		s++
		if s >= len(in) {
			l.end = s
			return l.invalidToken()
		}
		if in[s] == 'u' {
			var ch rune
			for range 4 {
				s++
				if s >= len(in) {
					l.end = s
					return l.invalidToken()
				}
				v, ok := unhex(in[s])
				if !ok {
					l.end = l.charEnd(s)
					return l.fail(pgerr.InvalidTextRepresentation, `"\u" must be followed by four hexadecimal digits.`)
				}
				ch = ch<<4 | rune(v)
			}
			if !l.unescape {
				continue
			}
			l.end = l.charEnd(s)
			if ch >= 0xD800 && ch < 0xDC00 {
				if high >= 0 {
					return l.fail(pgerr.InvalidTextRepresentation, "Unicode high surrogate must not follow a high surrogate.")
				}
				high = ch
				continue
			}
			if ch >= 0xDC00 && ch < 0xE000 {
				if high < 0 {
					return l.lowSurrogate()
				}
				ch = (high-0xD800)<<10 + (ch - 0xDC00) + 0x10000
				high = -1
			}
			if high >= 0 {
				return l.lowSurrogate()
			}
			if ch == 0 {
				return l.failAs(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence", `\u0000 cannot be converted to text.`)
			}
			l.buf = utf8.AppendRune(l.buf, ch)
			continue
		}
		if l.unescape && high >= 0 {
			l.end = l.charEnd(s)
			return l.lowSurrogate()
		}
		at := bytes.IndexByte([]byte(`"\/bfnrt`), in[s])
		if at < 0 {
			l.start = s
			l.end = l.charEnd(s)
			return l.fail(pgerr.InvalidTextRepresentation, fmt.Sprintf("Escape sequence \"\\%s\" is invalid.", in[l.start:l.end]))
		}
		if l.unescape {
			l.buf = append(l.buf, "\"\\/\b\f\n\r\t"[at])
		}
	}
	if high >= 0 {
		l.end = s + 1
		return l.lowSurrogate()
	}
	l.end = s + 1
	l.token = jsonString
	l.text = l.buf[from:len(l.buf):len(l.buf)]
	return nil
}

func (l *jsonLexer) lowSurrogate() error {
	return l.fail(pgerr.InvalidTextRepresentation, "Unicode low surrogate must follow a high surrogate.")
}

func (l *jsonLexer) invalidToken() error {
	return l.fail(pgerr.InvalidTextRepresentation, fmt.Sprintf("Token \"%s\" is invalid.", l.in[l.start:l.end]))
}

// expected says what should have stood where the present token stands.
func (l *jsonLexer) expected(what string) error {
	if l.token == jsonEnd {
		return l.fail(pgerr.InvalidTextRepresentation, "The input string ended unexpectedly.")
	}
	return l.fail(pgerr.InvalidTextRepresentation, fmt.Sprintf("Expected %s, but found \"%s\".", what, l.in[l.start:l.end]))
}

func (l *jsonLexer) fail(code pgerr.Code, detail string) error {
	return l.failAs(code, "invalid input syntax for type json", detail)
}

// failAs adds the context of report_json_context: the line up to the offending token, its last 50 bytes.
func (l *jsonLexer) failAs(code pgerr.Code, message, detail string) error {
	from := l.lineStart
	for l.end-from >= 50 {
		from = l.charEnd(from)
	}
	if from-l.lineStart <= 3 {
		from = l.lineStart
	}
	prefix, suffix := "", ""
	if from > l.lineStart {
		prefix = "..."
	}
	if l.token != jsonEnd && l.end < len(l.in) && l.in[l.end] != '\n' && l.in[l.end] != '\r' {
		suffix = "..."
	}
	e := pgerr.New(code, "%s", message)
	e.Detail = detail
	e.Where = fmt.Sprintf("JSON data, line %d: %s%s%s", l.line, prefix, l.in[from:l.end], suffix)
	return e
}

func (l *jsonLexer) deeper() error {
	if l.depth++; l.depth > jsonDepth {
		return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded")
	}
	return nil
}
