package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// fault is why a scan stopped.
type fault uint8

const (
	ok       fault = iota
	more           // the data ends here; it may go on in the file
	over           // there are no more rows
	badValue       // no value where one is due
	badToken       // a word or number that is none
	badKey         // no member's name where one is due
	badColon
	badMember // neither comma nor brace after a member
	badElement
	badControl // a control character within a string
	badEscape
	badHex
	badSurrogate
	badUTF8
	badDepth
	badEnd   // something after the end of the document
	badLine  // something after the value of a line
	badSplit // a value that goes over several lines
	badRow   // neither object nor array
)

// scanner looks at data that is followed by a zero byte and pad bytes more, which need no bounds checks: the zero stops
// every scan. Offsets are into buf.
type scanner struct {
	buf  []byte
	n    int  // data
	eof  bool // the file ends with it
	pos  int  // where the next look begins
	bad  int  // where the last fault is
	line bool // white space held a line end
}

// pad is how many bytes after the data can be read.
const pad = 16

// maxDepth bounds nesting, as in package types: PostgreSQL's own bound is its stack, at about as many levels.
const maxDepth = 6000

// fail gives the fault at p, which is merely more where the data ends.
func (s *scanner) fail(p int, f fault) fault {
	s.bad = p
	if p >= s.n {
		return more
	}
	return f
}

// space passes white space.
func (s *scanner) space(p int) int {
	for {
		switch s.buf[p] {
		case ' ', '\t', '\r':
		case '\n':
			s.line = true
		default:
			return p
		}
		p++
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// str finds the end of a string whose opening quote is before p: the offset after the closing one. Where it needs more
// data, it gives the place from which on it can be called again.
func (s *scanner) str(p int) (end int, escaped bool, f fault) {
	buf := s.buf
	for {
		w := binary.LittleEndian.Uint64(buf[p : p+8 : len(buf)])
		// A high bit for each byte to look at: quote, backslash, control characters, bytes beyond ASCII. Bits above the
		// lowest may be wrong.
		quote, slash := w^'"'*ones, w^'\\'*ones
		m := ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w | w) & highs
		if m == 0 {
			p += 8
			continue
		}
		p += bits.TrailingZeros64(m) >> 3
		switch c := buf[p]; {
		case c == '"':
			return p + 1, escaped, ok
		case c == '\\':
			escaped = true
			if p, f = s.escape(p); f != ok {
				return p, escaped, f
			}
		case c >= utf8.RuneSelf:
			if p, f = s.wide(p); f != ok {
				return p, escaped, f
			}
		default:
			return p, escaped, s.fail(p, badControl)
		}
	}
}

// escape passes an escape; two that are the halves of a character are one.
func (s *scanner) escape(p int) (int, fault) {
	switch s.buf[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		if p+2 > s.n {
			return p, s.fail(s.n, more)
		}
		return p + 2, ok
	case 'u':
	default:
		return p, s.fail(p+1, badEscape)
	}
	r, f := s.hex(p + 2)
	if f != ok {
		return p, f
	}
	if r < 0xD800 || r >= 0xE000 {
		return p + 6, ok
	}
	if r >= 0xDC00 {
		return p, s.fail(p, badSurrogate)
	}
	for i, want := range []byte(`\u`) {
		if s.buf[p+6+i] != want {
			if p+6+i >= s.n && !s.eof {
				return p, s.fail(s.n, more)
			}
			s.bad = p
			return p, badSurrogate
		}
	}
	low, f := s.hex(p + 8)
	if f != ok {
		return p, f
	}
	if low < 0xDC00 || low >= 0xE000 {
		s.bad = p
		return p, badSurrogate
	}
	return p + 12, ok
}

func (s *scanner) hex(p int) (r rune, f fault) {
	for i := range 4 {
		c := s.buf[p+i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, s.fail(p+i, badHex)
		}
		r = r<<4 | rune(c)
	}
	return r, ok
}

// wide passes characters beyond ASCII.
func (s *scanner) wide(p int) (int, fault) {
	for s.buf[p] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(s.buf[p:s.n])
		if r == utf8.RuneError && size <= 1 {
			if p >= s.n || !s.eof && !utf8.FullRune(s.buf[p:s.n]) {
				return p, s.fail(s.n, more)
			}
			s.bad = p
			return p, badUTF8
		}
		p += size
	}
	return p, ok
}

// number passes a number.
func (s *scanner) number(p int) (int, fault) {
	buf, begin := s.buf, p
	if buf[p] == '-' {
		p++
	}
	switch c := buf[p] - '0'; {
	case c == 0:
		p++
	case c <= 9:
		for p++; buf[p]-'0' <= 9; p++ {
		}
	default:
		return begin, s.short(begin, p)
	}
	if buf[p] == '.' {
		p++
		if buf[p]-'0' > 9 {
			return begin, s.short(begin, p)
		}
		for p++; buf[p]-'0' <= 9; p++ {
		}
	}
	if buf[p]|0x20 == 'e' {
		p++
		if buf[p] == '+' || buf[p] == '-' {
			p++
		}
		if buf[p]-'0' > 9 {
			return begin, s.short(begin, p)
		}
		for p++; buf[p]-'0' <= 9; p++ {
		}
	}
	if p == s.n && !s.eof {
		return begin, s.fail(p, more)
	}
	return p, ok
}

// short is the fault of a number or word that begins at one place and is none at another.
func (s *scanner) short(begin, p int) fault {
	f := s.fail(p, badToken)
	if f == badToken {
		s.bad = begin
	}
	return f
}

// word passes true, false or null.
func (s *scanner) word(p int) (int, fault) {
	want := "null"
	switch s.buf[p] {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	}
	if string(s.buf[p:p+len(want)]) == want && p+len(want) <= s.n {
		return p + len(want), ok
	}
	for i := range len(want) {
		if s.buf[p+i] != want[i] {
			return p, s.short(p, p+i)
		}
	}
	return p, s.fail(s.n, more)
}

// nest is a walk through a value of any depth that can stop where the data ends, and go on with more.
type nest struct {
	depth   int
	state   nestState
	key     bool
	objects [maxDepth/64 + 1]uint64 // bit per level: it is an object
}

type nestState uint8

const (
	atValue nestState = iota
	atFirst           // in an array: a value or its end
	atFirstKey
	atKey
	inString
	atColon
	afterValue
)

func (k *nest) begin() { k.depth, k.state, k.key = 0, atValue, false }

func (k *nest) object() bool { return k.objects[k.depth>>6]>>(k.depth&63)&1 != 0 }

func (k *nest) push(object bool) bool {
	if k.depth++; k.depth > maxDepth {
		return false
	}
	bit := uint64(1) << (k.depth & 63)
	if object {
		k.objects[k.depth>>6] |= bit
	} else {
		k.objects[k.depth>>6] &^= bit
	}
	return true
}

// pass walks on from p to the value's end. Where it needs more data, it gives the place from which on to call it again.
func (s *scanner) pass(k *nest, p int) (int, fault) {
	for {
		if k.state == inString {
			end, _, f := s.str(p)
			if f != ok {
				return end, f
			}
			p = end
			if k.key {
				k.state = atColon
			} else if k.state = afterValue; k.depth == 0 {
				return p, ok
			}
		}
		c := s.buf[p]
		if c <= ' ' {
			p = s.space(p)
			c = s.buf[p]
		}
		switch k.state {
		case atColon:
			if c != ':' {
				return p, s.fail(p, badColon)
			}
			p++
			k.state = atValue
		case atKey, atFirstKey:
			if c == '}' && k.state == atFirstKey {
				k.state = afterValue
				continue
			}
			if c != '"' {
				return p, s.fail(p, badKey)
			}
			p++
			k.state, k.key = inString, true
		case afterValue:
			object := k.object()
			switch {
			case c == ',' && object:
				k.state = atKey
			case c == ',':
				k.state = atValue
			case c == '}' && object, c == ']' && !object:
				if k.depth--; k.depth == 0 {
					return p + 1, ok
				}
			case object:
				return p, s.fail(p, badMember)
			default:
				return p, s.fail(p, badElement)
			}
			p++
		case atFirst:
			if c == ']' {
				k.state = afterValue
				continue
			}
			fallthrough
		default:
			switch {
			case c == '"':
				p++
				k.state, k.key = inString, false
				continue
			case c == '{' || c == '[':
				if !k.push(c == '{') {
					s.bad = p
					return p, badDepth
				}
				p++
				if k.state = atFirst; c == '{' {
					k.state = atFirstKey
				}
				continue
			}
			end, f := s.scalar(p)
			if f != ok {
				return p, f
			}
			p = end
			if k.state = afterValue; k.depth == 0 {
				return p, ok
			}
		}
	}
}

// scalar passes a number or a word.
func (s *scanner) scalar(p int) (int, fault) {
	switch c := s.buf[p]; {
	case c-'0' <= 9 || c == '-':
		return s.number(p)
	case c == 't' || c == 'f' || c == 'n':
		return s.word(p)
	}
	return p, s.fail(p, badValue)
}
