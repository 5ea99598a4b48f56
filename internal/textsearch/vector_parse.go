package textsearch

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"howdah/internal/ctype"
	"howdah/pgerr"
)

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// charLen is the number of bytes of the character at i; text is valid UTF-8.
func charLen(text []byte, i int) int {
	if text[i] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRune(text[i:])
	return n
}

func isClass(text []byte, i int, class ctype.Class) bool {
	if i >= len(text) {
		return false
	}
	if c := text[i]; c < utf8.RuneSelf {
		return ctype.Is(class, rune(c), true)
	}
	r, _ := utf8.DecodeRune(text[i:])
	return ctype.Is(class, r, false)
}

func isSpace(text []byte, i int) bool { return isClass(text, i, ctype.Space) }

func isDigit(text []byte, i int) bool { return i < len(text) && text[i] >= '0' && text[i] <= '9' }

func isAt(text []byte, i int, c byte) bool { return i < len(text) && text[i] == c }

// lexemeReader reads lexemes with their positions, as vectors and queries write them (tsvector_parser.c).
type lexemeReader struct {
	text  []byte
	at    int
	word  []byte // the lexeme read last
	pos   []Position
	query bool // operators end a lexeme and positions do not belong to it
	web   bool // no quoting
}

func (r *lexemeReader) syntaxError() error {
	what := "tsvector"
	if r.query {
		what = "tsquery"
	}
	return pgerr.New(pgerr.SyntaxError, "syntax error in %s: \"%s\"", what, r.text)
}

// isOperator tells whether an operator of queries begins at i.
func isOperator(text []byte, i int) bool {
	return i < len(text) && bytes.IndexByte([]byte("!&|()<"), text[i]) >= 0
}

// next reads a lexeme into r.word and r.pos; false at the end of the text.
func (r *lexemeReader) next() (bool, error) {
	r.word, r.pos = r.word[:0], r.pos[:0]
	for isSpace(r.text, r.at) {
		r.at += charLen(r.text, r.at)
	}
	switch {
	case r.at >= len(r.text):
		return false, nil
	case !r.web && r.text[r.at] == '\'':
		r.at++
		return r.quoted()
	case !r.web && r.text[r.at] == '\\':
	case r.query && isOperator(r.text, r.at):
		return false, r.syntaxError()
	default:
		r.copy() // even what would end a lexeme begins one
	}
	return r.bare()
}

// copy takes a character into the lexeme.
func (r *lexemeReader) copy() {
	n := charLen(r.text, r.at)
	r.word = append(r.word, r.text[r.at:r.at+n]...)
	r.at += n
}

func (r *lexemeReader) escaped() error {
	if r.at++; r.at >= len(r.text) {
		return pgerr.New(pgerr.SyntaxError, "there is no escaped character: \"%s\"", r.text)
	}
	r.copy()
	return nil
}

func (r *lexemeReader) bare() (bool, error) {
	for {
		switch {
		case !r.web && isAt(r.text, r.at, '\\'):
			if err := r.escaped(); err != nil {
				return false, err
			}
		case r.at >= len(r.text) || isSpace(r.text, r.at) || r.query && isOperator(r.text, r.at) || r.web && r.text[r.at] == '"':
			return true, nil
		case r.text[r.at] == ':':
			if r.query {
				return true, nil
			}
			r.at++
			return true, r.positions()
		default:
			r.copy()
		}
	}
}

func (r *lexemeReader) quoted() (bool, error) {
	for {
		switch {
		case r.at >= len(r.text):
			return false, r.syntaxError()
		case r.text[r.at] == '\\':
			if err := r.escaped(); err != nil {
				return false, err
			}
		case r.text[r.at] == '\'':
			if r.at++; isAt(r.text, r.at, '\'') {
				r.copy()
				continue
			}
			if len(r.word) == 0 {
				return false, r.syntaxError()
			}
			if !r.query && isAt(r.text, r.at, ':') {
				r.at++
				return true, r.positions()
			}
			return true, nil
		default:
			r.copy()
		}
	}
}

// positions reads a list such as 1,2A,3b behind the colon.
func (r *lexemeReader) positions() error {
	for {
		if !isDigit(r.text, r.at) {
			return r.syntaxError()
		}
		n := r.number()
		if n == 0 {
			return pgerr.New(pgerr.SyntaxError, "wrong position info in tsvector: \"%s\"", r.text)
		}
		r.pos = append(r.pos, makePosition(n, 0))
		more, err := r.weight()
		if err != nil || !more {
			return err
		}
	}
}

// number reads the digits at r.at as C's atoi does, which PostgreSQL cuts to 14 bits where it overflows.
func (r *lexemeReader) number() int {
	n := int64(0)
	for i := r.at; isDigit(r.text, i); i++ {
		if n > (math.MaxInt64-9)/10 {
			n = math.MaxInt64
			break
		}
		n = n*10 + int64(r.text[i]-'0')
	}
	return limitPlace(int(int32(n))) & (maxPosition - 1)
}

// weight reads what is behind a position's first digit; more tells that another position follows.
func (r *lexemeReader) weight() (more bool, err error) {
	p := &r.pos[len(r.pos)-1]
	for {
		if r.at++; r.at >= len(r.text) || isSpace(r.text, r.at) {
			return false, nil
		}
		weight := 0
		switch c := r.text[r.at]; {
		case c == ',':
			r.at++
			return true, nil
		case c >= '0' && c <= '9':
			continue
		case c == '*':
			weight = 3
		case c|0x20 >= 'a' && c|0x20 <= 'd':
			weight = int('d' - c | 0x20)
		default:
			return false, r.syntaxError()
		}
		if p.Weight() != 0 {
			return false, r.syntaxError()
		}
		*p |= Position(weight << 14)
	}
}

// ParseVector appends a vector read from its text form (tsvectorin).
func ParseVector(dst, text []byte) ([]byte, error) {
	r := lexemeReader{text: text}
	var entries []Entry
	total := 0
	for {
		more, err := r.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if len(r.word) >= maxLexeme {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "word is too long (%d bytes, max %d bytes)", len(r.word), maxLexeme-1)
		}
		if total > maxStrings {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "string is too long for tsvector (%d bytes, max %d bytes)", total, maxStrings)
		}
		total += len(r.word)
		entries = append(entries, Entry{bytes.Clone(r.word), slices.Clone(r.pos)})
	}
	entries = mergeEntries(entries)
	if size := packedSize(entries); size > maxStrings {
		return nil, tooLong(size)
	}
	return AppendVector(dst, entries), nil
}

// mergeEntries sorts, unites lexemes that are the same, and orders their positions.
func mergeEntries(entries []Entry) []Entry {
	slices.SortStableFunc(entries, func(a, b Entry) int { return bytes.Compare(a.Lexeme, b.Lexeme) })
	out := entries[:0]
	for _, e := range entries {
		if n := len(out); n > 0 && bytes.Equal(out[n-1].Lexeme, e.Lexeme) {
			out[n-1].Positions = append(out[n-1].Positions, e.Positions...)
		} else {
			out = append(out, e)
		}
	}
	for i := range out {
		out[i].Positions = uniquePositions(out[i].Positions)
	}
	return out
}

// uniquePositions sorts positions; of those at one place the greatest weight stays (uniquePos).
func uniquePositions(list []Position) []Position {
	if len(list) < 2 {
		return list
	}
	slices.SortStableFunc(list, func(a, b Position) int { return a.Place() - b.Place() })
	out := list[:1]
	for _, p := range list[1:] {
		last := &out[len(out)-1]
		if p.Place() == last.Place() {
			*last = max(*last, p)
			continue
		}
		if out = append(out, p); len(out) >= maxPositions || p.Place() == maxPosition-1 {
			break
		}
	}
	return out
}

func badMessage(code pgerr.Code, format string, args ...any) error {
	return pgerr.New(code, format, args...)
}

// binaryReader reads a message of the wire.
type binaryReader struct{ b []byte }

func (r *binaryReader) number(size int) (int, error) {
	if len(r.b) < size {
		return 0, badMessage(pgerr.ProtocolViolation, "insufficient data left in message")
	}
	n := 0
	switch size {
	case 1:
		n = int(r.b[0])
	case 2:
		n = int(binary.BigEndian.Uint16(r.b))
	default:
		n = int(int32(binary.BigEndian.Uint32(r.b)))
	}
	r.b = r.b[size:]
	return n, nil
}

func (r *binaryReader) cstring() ([]byte, error) {
	n := bytes.IndexByte(r.b, 0)
	if n < 0 {
		return nil, badMessage(pgerr.ProtocolViolation, "invalid string in message")
	}
	s := r.b[:n]
	r.b = r.b[n+1:]
	if !utf8.Valid(s) {
		return nil, badMessage(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", invalidBytes(s))
	}
	return s, nil
}

// invalidBytes prints the first wrong sequence as PostgreSQL does: 0xff 0xfe.
func invalidBytes(s []byte) string {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r != utf8.RuneError || n > 1 {
			s = s[n:]
			continue
		}
		size := 1
		switch c := s[0]; {
		case c >= 0xf0:
			size = 4
		case c >= 0xe0:
			size = 3
		case c >= 0xc0:
			size = 2
		}
		var out []byte
		for i, c := range s[:min(size, len(s))] {
			if i > 0 {
				out = append(out, ' ')
			}
			out = append(append(out, "0x"...), "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
		return string(out)
	}
	return ""
}

// end refuses what is left over.
func (r *binaryReader) end() error {
	if len(r.b) > 0 {
		return badMessage(pgerr.InvalidBinaryRepresentation, "incorrect binary data format")
	}
	return nil
}

// ParseVectorBinary appends a vector read from its binary form (tsvectorrecv).
func ParseVectorBinary(dst, b []byte) ([]byte, error) {
	r := binaryReader{b}
	n, err := r.number(4)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > 0x3fffffff/4 {
		return nil, badMessage(pgerr.InternalError, "invalid size of tsvector")
	}
	var entries []Entry
	total, sorted := 0, true
	for range n {
		lexeme, err := r.cstring()
		if err != nil {
			return nil, err
		}
		count, err := r.number(2)
		if err != nil {
			return nil, err
		}
		switch {
		case len(lexeme) > maxLexeme:
			return nil, badMessage(pgerr.InternalError, "invalid tsvector: lexeme too long")
		case total > maxStrings:
			return nil, badMessage(pgerr.InternalError, "invalid tsvector: maximum total lexeme length exceeded")
		case count > maxPositions:
			return nil, badMessage(pgerr.InternalError, "unexpected number of tsvector positions")
		}
		e := Entry{Lexeme: lexeme}
		for k := range count {
			p, err := r.number(2)
			if err != nil {
				return nil, err
			}
			e.Positions = append(e.Positions, Position(p))
			if k > 0 && e.Positions[k].Place() <= e.Positions[k-1].Place() {
				return nil, badMessage(pgerr.InternalError, "position information is misordered")
			}
		}
		if len(entries) > 0 && bytes.Compare(lexeme, entries[len(entries)-1].Lexeme) <= 0 {
			sorted = false
		}
		total = packed(total, len(lexeme), count)
		entries = append(entries, e)
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if !sorted {
		slices.SortStableFunc(entries, func(a, b Entry) int { return bytes.Compare(a.Lexeme, b.Lexeme) })
	}
	return AppendVector(dst, entries), nil
}
