package xml

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"howdah/pgerr"
)

// At tells whether what comes next is s, as far as it is in the buffer already: false says nothing.
func (t *Tokens) At(s string) bool {
	return t.end-t.pos >= len(s) && string(t.buf[t.pos:t.pos+len(s)]) == s
}

// Enter passes the start tag, such as "<v>", if At finds it. The tag's fields stay as they are.
func (t *Tokens) Enter(tag string) bool {
	if !t.At(tag) || t.deep == MaxDepth {
		return false
	}
	t.pos += len(tag)
	t.open[t.deep] = keyOf(t.buf[t.pos-len(tag)+1 : t.pos-1])
	t.deep++
	return true
}

// Leave passes the end tag, such as "</v>", if At finds it. The tag's fields stay as they are.
func (t *Tokens) Leave(tag string) bool {
	if !t.At(tag) || t.deep == 0 || t.open[t.deep-1] != keyOf(t.buf[t.pos+2:t.pos+len(tag)-1]) {
		return false
	}
	t.pos += len(tag)
	t.deep--
	return true
}

// Text appends the characters up to the next tag to dst. The tag is what Next gives then.
func (t *Tokens) Text(dst []byte) ([]byte, error) {
	begin := len(dst)
	for {
		raw, err := t.RawText()
		if err != nil {
			return dst, err
		}
		if dst, err = t.Unescape(dst, raw); err != nil {
			return dst, err
		}
		if len(dst)-begin > MaxText {
			return dst, t.TooLong()
		}
		if err := t.atLeast(2); err != nil {
			return dst, err
		}
		if c := t.buf[t.pos+1]; c != '!' && c != '?' {
			return dst, nil
		}
		if err := t.atLeast(len("<![CDATA[")); err != nil {
			return dst, err
		}
		if !bytes.HasPrefix(t.buf[t.pos:t.end], []byte("<![CDATA[")) {
			if err := t.skipSpecial(); err != nil {
				return dst, err
			}
			continue
		}
		t.pos += len("<![CDATA[")
		for {
			i := bytes.Index(t.buf[t.pos:t.end], []byte("]]>"))
			if i >= 0 {
				dst = append(dst, t.buf[t.pos:t.pos+i]...)
				t.pos += i + 3
				break
			}
			if keep := t.end - 2; keep > t.pos {
				dst = append(dst, t.buf[t.pos:keep]...)
				t.pos = keep
			}
			if len(dst)-begin > MaxText {
				return dst, t.TooLong()
			}
			if err := t.more(); err != nil {
				return dst, err
			}
		}
	}
}

// TooLong ends reading with the error that a text is longer than MaxText.
func (t *Tokens) TooLong() error {
	t.err = pgerr.New(pgerr.ProgramLimitExceeded, "a text in part %q of file %q is longer than %d bytes", t.r.Part(), t.r.Path(), MaxText)
	return t.err
}

// RawText gives the bytes up to the next '<', where it stops, as they are. They live until the next call.
func (t *Tokens) RawText() ([]byte, error) {
	if i := bytes.IndexByte(t.buf[t.pos:t.end], '<'); i >= 0 {
		raw := t.buf[t.pos : t.pos+i]
		t.pos += i
		return raw, nil
	}
	t.raw = t.raw[:0]
	for {
		i := bytes.IndexByte(t.buf[t.pos:t.end], '<')
		if i >= 0 {
			t.raw = append(t.raw, t.buf[t.pos:t.pos+i]...)
			t.pos += i
			return t.raw, nil
		}
		t.raw = append(t.raw, t.buf[t.pos:t.end]...)
		t.pos = t.end
		if len(t.raw) > MaxText {
			return nil, t.TooLong()
		}
		if err := t.more(); err != nil {
			return nil, err
		}
	}
}

// Unescape appends character data with its references resolved and its line ends made \n.
func (t *Tokens) Unescape(dst, raw []byte) ([]byte, error) {
	for {
		i := bytes.IndexAny(raw, "&\r")
		if i < 0 {
			return append(dst, raw...), nil
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		if raw[0] == '\r' {
			dst = append(dst, '\n')
			if raw = raw[1:]; len(raw) > 0 && raw[0] == '\n' {
				raw = raw[1:]
			}
			continue
		}
		end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
		if end < 0 {
			return dst, t.Bad("a reference is not closed: %q", Clip(raw))
		}
		r, ok := entity(string(raw[1:end]))
		if !ok {
			return dst, t.Bad("the reference %q means nothing", raw[:end+1])
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[end+1:]
	}
}

// Clip cuts what an error shows of a file's bytes.
func Clip(b []byte) []byte { return b[:min(len(b), 40)] }

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 {
		return 0, false
	}
	return rune(n), true
}
