package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"unicode/utf8"

	"howdah/formats/internal/phrases"
	"howdah/formats/internal/xml"
	"howdah/formats/internal/zip"
	"howdah/pgerr"
)

// sharedTexts are the texts that cells share. They are read in order and only as far as somebody asks; what was read stays
// in a store.
type sharedTexts struct {
	a    *zip.Archive
	p    *zip.Member
	t    *xml.Tokens
	have *phrases.Store
	done bool
	buf  []byte
	err  error
}

func newSharedTexts(a *zip.Archive, name string) (*sharedTexts, error) {
	p, err := a.Open(name)
	if err != nil {
		return nil, err
	}
	return &sharedTexts{a: a, p: p, t: xml.New(p), have: phrases.New(a.Budget, phrases.Memory)}, nil
}

func (s *sharedTexts) close() {
	s.p.Close()
	s.have.Close()
	s.done = true
}

// get gives a text, which is valid until the next call.
func (s *sharedTexts) get(i uint32) ([]byte, error) {
	for i >= s.have.Count() {
		if s.err != nil {
			return nil, s.err
		}
		if s.done {
			return nil, s.a.Corrupt("A cell refers to shared text %d; there are %d.", i, s.have.Count())
		}
		if s.err = s.read(); s.err != nil {
			return nil, s.err
		}
	}
	return s.have.Get(i)
}

// read takes the next text.
func (s *sharedTexts) read() error {
	for {
		err := s.t.Next()
		if err == io.EOF {
			s.done = true
			return s.p.Close()
		}
		if err != nil {
			return err
		}
		if !s.t.Is("si") {
			continue
		}
		if s.buf, err = richText(s.t, s.buf[:0], "si"); err != nil {
			return err
		}
		if s.have.Count() >= maxPhrases || s.have.Size() > phrases.MaxBytes {
			return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many shared texts", s.a.Path)
		}
		return s.have.Add(s.buf)
	}
}

// richText appends the text of the element whose start tag was just read: its <t>, or those of its runs joined, without
// what says how they are pronounced.
func richText(t *xml.Tokens, dst []byte, element string) ([]byte, error) {
	if t.Empty {
		return dst, nil
	}
	begin := len(dst)
	for level := t.Depth(); ; {
		if err := t.Next(); err != nil {
			return dst, t.AtEnd(err)
		}
		switch {
		case t.Closing:
			if t.Depth() < level {
				if string(t.Name) != element {
					return dst, t.Bad("</%s> stands where </%s> should", t.Name, element)
				}
				return cleanText(t, dst, begin)
			}
		case t.Is("rPh") || t.Is("phoneticPr") || t.Is("rPr"):
			if err := t.Skip(); err != nil {
				return dst, t.AtEnd(err)
			}
		case t.Is("t") && !t.Empty:
			var err error
			if dst, err = t.Text(dst); err != nil {
				return dst, err
			}
			if len(dst)-begin > xml.MaxText {
				return dst, t.TooLong()
			}
		}
	}
}

// cleanText proves that dst from begin on is text that PostgreSQL can hold, and resolves the escapes of characters that
// XML has none for.
func cleanText(t *xml.Tokens, dst []byte, begin int) ([]byte, error) {
	if bytes.Contains(dst[begin:], []byte("_x")) {
		dst = unescapeX(dst, begin)
	}
	v := dst[begin:]
	if bytes.IndexByte(v, 0) >= 0 {
		return dst, badBytes(t, "0x00")
	}
	if !utf8.Valid(v) {
		for len(v) > 0 {
			r, n := utf8.DecodeRune(v)
			if r == utf8.RuneError && n == 1 {
				return dst, badBytes(t, fmt.Sprintf("0x%02x", v[0]))
			}
			v = v[n:]
		}
	}
	return dst, nil
}

func badBytes(t *xml.Tokens, bytes string) error {
	return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", bytes).At("%s, part %s", path.Base(t.Source().Path()), t.Source().Part())
}

// unescapeX resolves _xHHHH_, as ECMA-376 22.9.2.19 has it; pairs of surrogates make one character. What would be no
// character of a text stays as it is.
func unescapeX(dst []byte, begin int) []byte {
	out := begin
	for i := begin; i < len(dst); {
		r, n := escapeX(dst[i:])
		if n == 0 {
			dst[out] = dst[i]
			out, i = out+1, i+1
			continue
		}
		out += utf8.EncodeRune(dst[out:out+4], r)
		i += n
	}
	return dst[:out]
}

func escapeX(b []byte) (r rune, n int) {
	u, ok := hex4(b)
	if !ok || u == 0 {
		return 0, 0
	}
	if u >= 0xD800 && u < 0xDC00 {
		low, ok := hex4(b[7:])
		if !ok || low < 0xDC00 || low > 0xDFFF {
			return 0, 0
		}
		return (u-0xD800)<<10 + (low - 0xDC00) + 0x10000, 14
	}
	if u >= 0xDC00 && u < 0xE000 {
		return 0, 0
	}
	return u, 7
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 7 || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
