package xlsx

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"howdah/pgerr"
)

const (
	xmlBuffer = 64 << 10
	maxTag    = 1 << 20 // bytes of a tag
	maxText   = 4 << 20 // bytes of a text
	maxDepth  = 256
)

// tokens reads the tags of an XML part and, where asked, the text between them. It knows of XML what such parts are made
// of: no document types, no entities of their own, UTF-8 only. Names come without their namespace's prefix.
type tokens struct {
	r    *part
	buf  []byte
	pos  int // what is not looked at yet
	end  int
	eof  bool
	err  error // sticky
	deep int

	// The tag that next stopped at; its slices live until the next call.
	name    []byte
	attrs   []byte
	closing bool // </name>
	empty   bool // <name/>

	raw []byte // a text that does not lie in one piece
}

func newTokens(p *part) *tokens { return &tokens{r: p, buf: make([]byte, xmlBuffer)} }

func (t *tokens) bad(format string, args ...any) error {
	if t.err == nil {
		t.err = t.r.a.corrupt("Its part %q is damaged: "+format, append([]any{t.r.e.name}, args...)...)
	}
	return t.err
}

// fill reads more behind what is there from pos on, which moves to the front.
func (t *tokens) fill() error {
	if t.err != nil {
		return t.err
	}
	if t.eof {
		return io.EOF
	}
	if t.pos > 0 {
		t.end = copy(t.buf, t.buf[t.pos:t.end])
		t.pos = 0
	}
	if t.end == len(t.buf) {
		if len(t.buf) >= maxTag {
			return t.bad("a tag is longer than %d bytes", maxTag)
		}
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	for tries := 0; ; tries++ {
		n, err := t.r.Read(t.buf[t.end:])
		t.end += n
		if err == io.EOF {
			t.eof = true
			if n > 0 {
				return nil
			}
			return io.EOF
		}
		if err != nil {
			t.err = err
			return err
		}
		if n > 0 {
			return nil
		}
		if tries > 100 {
			t.err = io.ErrNoProgress
			return t.err
		}
	}
}

// next goes to the next tag; io.EOF is the end of the part outside of all elements.
func (t *tokens) next() error {
	for {
		i := bytes.IndexByte(t.buf[t.pos:t.end], '<')
		if i < 0 {
			t.pos = t.end
			if err := t.fill(); err != nil {
				if err == io.EOF && t.deep != 0 {
					return t.bad("it ends within an element")
				}
				return err
			}
			continue
		}
		t.pos += i
		if t.end-t.pos < 2 {
			if err := t.more(); err != nil {
				return err
			}
			continue
		}
		switch t.buf[t.pos+1] {
		case '!', '?':
			if err := t.skipSpecial(); err != nil {
				return err
			}
			continue
		}
		return t.tag()
	}
}

// more is fill where the end of the part is a fault.
func (t *tokens) more() error {
	err := t.fill()
	if err == io.EOF {
		return t.bad("it ends within a tag")
	}
	return err
}

// tag takes the tag at pos apart.
func (t *tokens) tag() error {
	var i int
	quote := byte(0)
	for from := t.pos + 1; ; {
		b := t.buf[:t.end]
		for i = from; i < len(b); i++ {
			c := b[i]
			if quote != 0 {
				if c == quote {
					quote = 0
				}
				continue
			}
			if c == '>' {
				break
			}
			if c == '"' || c == '\'' {
				quote = c
			} else if c == '<' {
				return t.bad("a tag is not closed")
			}
		}
		if i < len(b) {
			break
		}
		done := i - t.pos
		if err := t.more(); err != nil {
			return err
		}
		from = t.pos + done
	}
	inner := t.buf[t.pos+1 : i]
	t.pos = i + 1
	t.closing, t.empty = false, false
	if len(inner) > 0 && inner[0] == '/' {
		t.closing = true
		inner = inner[1:]
		if t.deep--; t.deep < 0 {
			return t.bad("there is an end tag without a start tag")
		}
	} else if len(inner) > 0 && inner[len(inner)-1] == '/' {
		t.empty = true
		inner = inner[:len(inner)-1]
	} else if t.deep++; t.deep > maxDepth {
		return t.bad("elements are nested more than %d deep", maxDepth)
	}
	n, colon := 0, -1
	for n < len(inner) && !isSpace(inner[n]) {
		if inner[n] == ':' {
			colon = n
		}
		n++
	}
	t.name, t.attrs = inner[colon+1:n], inner[n:]
	if len(t.name) == 0 {
		return t.bad("a tag has no name")
	}
	return nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipSpecial passes a comment, a declaration or a CDATA section that nobody wants.
func (t *tokens) skipSpecial() error {
	for t.end-t.pos < 9 {
		if err := t.more(); err != nil {
			return err
		}
	}
	head := t.buf[t.pos:t.end]
	switch {
	case bytes.HasPrefix(head, []byte("<?")):
		return t.declaration()
	case bytes.HasPrefix(head, []byte("<!--")):
		return t.skipTo(4, "-->")
	case bytes.HasPrefix(head, []byte("<![CDATA[")):
		return t.skipTo(9, "]]>")
	}
	return t.bad("it has a document type, which is not allowed")
}

// declaration passes <?…?> and refuses encodings other than UTF-8.
func (t *tokens) declaration() error {
	start := t.pos
	for {
		i := bytes.Index(t.buf[t.pos:t.end], []byte("?>"))
		if i >= 0 {
			inner := t.buf[start : t.pos+i]
			t.pos += i + 2
			if bytes.HasPrefix(inner, []byte("<?xml ")) {
				if enc, ok := attribute(inner[6:], "encoding"); ok && !strings.EqualFold(string(enc), "utf-8") && !strings.EqualFold(string(enc), "us-ascii") {
					t.err = pgerr.New(pgerr.FeatureNotSupported, "XML in the encoding %q is not supported in file %q", enc, t.r.a.in.Info().Path)
					return t.err
				}
			}
			return nil
		}
		if err := t.more(); err != nil {
			return err
		}
		start = t.pos
	}
}

func (t *tokens) skipTo(skip int, end string) error {
	t.pos += skip
	for {
		i := bytes.Index(t.buf[t.pos:t.end], []byte(end))
		if i >= 0 {
			t.pos += i + len(end)
			return nil
		}
		t.pos = max(t.pos, t.end-len(end)+1)
		if err := t.more(); err != nil {
			return err
		}
	}
}

// text appends the characters up to the next tag to dst. The tag is what next gives then.
func (t *tokens) text(dst []byte) ([]byte, error) {
	begin := len(dst)
	for {
		raw, err := t.rawText()
		if err != nil {
			return dst, err
		}
		if dst, err = t.unescape(dst, raw); err != nil {
			return dst, err
		}
		if len(dst)-begin > maxText {
			return dst, t.tooLong()
		}
		for t.end-t.pos < 2 {
			if err := t.more(); err != nil {
				return dst, err
			}
		}
		if c := t.buf[t.pos+1]; c != '!' && c != '?' {
			return dst, nil
		}
		for t.end-t.pos < 9 {
			if err := t.more(); err != nil {
				return dst, err
			}
		}
		if !bytes.HasPrefix(t.buf[t.pos:t.end], []byte("<![CDATA[")) {
			if err := t.skipSpecial(); err != nil {
				return dst, err
			}
			continue
		}
		t.pos += 9
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
			if len(dst)-begin > maxText {
				return dst, t.tooLong()
			}
			if err := t.more(); err != nil {
				return dst, err
			}
		}
	}
}

func (t *tokens) tooLong() error {
	t.err = pgerr.New(pgerr.ProgramLimitExceeded, "a text in part %q of file %q is longer than %d bytes", t.r.e.name, t.r.a.in.Info().Path, maxText)
	return t.err
}

// rawText gives the bytes up to the next '<', where it stops.
func (t *tokens) rawText() ([]byte, error) {
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
		if len(t.raw) > maxText {
			return nil, t.tooLong()
		}
		if err := t.more(); err != nil {
			return nil, err
		}
	}
}

// unescape appends character data with its references resolved and its line ends made \n.
func (t *tokens) unescape(dst, raw []byte) ([]byte, error) {
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
			return dst, t.bad("a reference is not closed: %q", clip(raw))
		}
		r, ok := entity(string(raw[1:end]))
		if !ok {
			return dst, t.bad("the reference %q means nothing", raw[:end+1])
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[end+1:]
	}
}

func clip(b []byte) []byte { return b[:min(len(b), 40)] }

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

// skip passes the rest of the element whose start tag next has just given.
func (t *tokens) skip() error {
	if t.empty {
		return nil
	}
	for level := t.deep - 1; t.deep > level; {
		if err := t.next(); err != nil {
			return err
		}
	}
	return nil
}

// rest reads to the part's end, so that its length and checksum are proven.
func (t *tokens) rest() error {
	for {
		if err := t.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// is tells whether the tag is the start of the element.
func (t *tokens) is(name string) bool { return !t.closing && string(t.name) == name }

// ends tells whether the tag is the end of the element.
func (t *tokens) ends(name string) bool { return t.closing && string(t.name) == name }

// attr gives an attribute of the tag, its references resolved; "" if there is none.
func (t *tokens) attr(name string) string {
	v, ok := attribute(t.attrs, name)
	if !ok {
		return ""
	}
	if bytes.IndexByte(v, '&') < 0 {
		return string(v)
	}
	out, err := t.unescape(nil, v)
	if err != nil {
		return ""
	}
	return string(out)
}

// yes tells whether a boolean attribute is set.
func (t *tokens) yes(name string) bool {
	v := t.attr(name)
	return v == "1" || v == "true" || v == "on"
}

// attribute finds an attribute, whatever its namespace's prefix.
func attribute(attrs []byte, name string) ([]byte, bool) {
	for {
		n, v, rest, ok := cutAttribute(attrs)
		if !ok {
			return nil, false
		}
		if string(n) == name {
			return v, true
		}
		if i := bytes.IndexByte(n, ':'); i >= 0 && string(n[i+1:]) == name && string(n[:i]) != "xmlns" {
			return v, true
		}
		attrs = rest
	}
}

// cutAttribute takes the first attribute off.
func cutAttribute(attrs []byte) (name, value, rest []byte, ok bool) {
	i := 0
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	start := i
	for i < len(attrs) && attrs[i] != '=' && !isSpace(attrs[i]) {
		i++
	}
	name = attrs[start:i]
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	if i >= len(attrs) || attrs[i] != '=' {
		return nil, nil, nil, false
	}
	for i++; i < len(attrs) && isSpace(attrs[i]); {
		i++
	}
	if i >= len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[i+1:], attrs[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, attrs[i+1 : i+1+end], attrs[i+2+end:], true
}
