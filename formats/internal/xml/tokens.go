package xml

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"
	"strings"

	"howdah/pgerr"
)

const (
	bufferBytes = 64 << 10
	shortTag    = 32 // bytes of a tag that are looked at one by one

	MaxTag   = 1 << 20 // bytes of a tag
	MaxText  = 4 << 20 // bytes of a text
	MaxDepth = 256
)

// Source is XML that lies in a file.
type Source interface {
	io.Reader
	// Damaged is the error that says what is wrong with the content.
	Damaged(format string, args ...any) *pgerr.Error
	// Path is the file's.
	Path() string
	// Part is the name of the content within the file.
	Part() string
}

// Tokens reads the tags of a document and, where asked, the text between them. Its errors are *pgerr.Error and sticky.
type Tokens struct {
	// The tag that Next stopped at. The slices live until the next call of any method that reads.
	Full    []byte // its name with the prefix
	Name    []byte // and without
	Attrs   []byte // what stands behind the name
	Closing bool   // </name>
	Empty   bool   // <name/>

	r    Source
	buf  []byte
	pos  int // what is not looked at yet
	end  int
	eof  bool
	err  error
	deep int
	open [MaxDepth]uint64 // by depth: keyOf the element's name
	raw  []byte           // a text that does not lie in one piece
}

// New reads a source from its beginning.
func New(r Source) *Tokens { return &Tokens{r: r, buf: make([]byte, bufferBytes)} }

// Source is what is read.
func (t *Tokens) Source() Source { return t.r }

// Depth is the number of elements that are open.
func (t *Tokens) Depth() int { return t.deep }

// Err is the error that reading ended with, or nil.
func (t *Tokens) Err() error { return t.err }

// Bad ends reading with an error that says what is wrong with the document, unless one ended it before.
func (t *Tokens) Bad(format string, args ...any) error {
	if t.err == nil {
		t.err = t.r.Damaged(format, args...)
	}
	return t.err
}

// AtEnd makes of io.EOF, as Next gives it, the error that an element has no end. Other errors stay.
func (t *Tokens) AtEnd(err error) error {
	if err == io.EOF {
		return t.Bad("it ends within an element")
	}
	return err
}

// fill reads more behind what is there from pos on, which moves to the front.
func (t *Tokens) fill() error {
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
		if len(t.buf) >= MaxTag {
			return t.Bad("a tag is longer than %d bytes", MaxTag)
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
			t.err = pgerr.Wrap(io.ErrNoProgress, pgerr.IOError, "could not read file %q: %v", t.r.Path(), io.ErrNoProgress)
			return t.err
		}
	}
}

// more is fill where the end of the document is a fault.
func (t *Tokens) more() error {
	err := t.fill()
	if err == io.EOF {
		return t.Bad("it ends within a tag")
	}
	return err
}

// Next goes to the next tag; io.EOF is the end of the document outside of all elements.
func (t *Tokens) Next() error {
	if t.err != nil {
		return t.err
	}
	for {
		i := 0
		if t.pos >= t.end || t.buf[t.pos] != '<' { // tags often follow each other
			i = bytes.IndexByte(t.buf[t.pos:t.end], '<')
		}
		if i < 0 {
			t.pos = t.end
			if err := t.fill(); err != nil {
				if err == io.EOF && t.deep != 0 {
					return t.Bad("it ends within an element")
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

// tag takes the tag at pos apart.
func (t *Tokens) tag() error {
	i, err := t.tagEnd()
	if err != nil {
		return err
	}
	inner := t.buf[t.pos+1 : i]
	t.pos = i + 1
	t.Closing, t.Empty = false, false
	if len(inner) > 0 && inner[0] == '/' {
		t.Closing = true
		inner = inner[1:]
	} else if len(inner) > 0 && inner[len(inner)-1] == '/' {
		t.Empty = true
		inner = inner[:len(inner)-1]
	}
	n, colon := 0, -1
	for n < len(inner) && (inner[n] > ' ' || !IsSpace(inner[n])) {
		if inner[n] == ':' {
			colon = n
		}
		n++
	}
	t.Full, t.Name, t.Attrs = inner[:n], inner[colon+1:n], inner[n:]
	switch {
	case len(t.Name) == 0:
		return t.Bad("a tag has no name")
	case t.Closing:
		if t.deep == 0 {
			return t.Bad("there is an end tag without a start tag")
		}
		if t.deep--; t.open[t.deep] != keyOf(t.Full) {
			return t.Bad("the end tag %q is not that of the element that is open", Clip(t.Full))
		}
	case !t.Empty:
		if t.deep == MaxDepth {
			return t.Bad("elements are nested more than %d deep", MaxDepth)
		}
		t.open[t.deep] = keyOf(t.Full)
		t.deep++
	}
	return nil
}

// keyOf tells names apart by their length, their first and their last bytes: enough to see that tags do not belong
// together.
func keyOf(name []byte) uint64 {
	if len(name) == 1 { // most of them all
		return uint64(name[0])
	}
	return keyOfLong(name)
}

func keyOfLong(name []byte) uint64 {
	n := len(name)
	k := uint64(n)
	if n >= 8 {
		return k ^ binary.LittleEndian.Uint64(name) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(name[n-8:]), 29)
	}
	for _, c := range name {
		k = k<<8 | uint64(c)
	}
	return k
}

// tagEnd gives the index of the '>' that ends the tag at pos.
func (t *Tokens) tagEnd() (int, error) {
	if i := bytes.IndexByte(t.buf[t.pos:t.end], '>'); i > shortTag {
		// A long tag: the first '>' is the end unless it stands within quotes.
		if s := t.buf[t.pos+1 : t.pos+i]; bytes.Count(s, quoteMark)&1 == 0 && bytes.IndexByte(s, '\'') < 0 && bytes.IndexByte(s, '<') < 0 {
			return t.pos + i, nil
		}
	}
	quote := byte(0)
	for from := t.pos + 1; ; {
		b := t.buf[:t.end]
		i := from
		for ; i < len(b); i++ {
			c := b[i]
			if quote != 0 {
				if c == quote {
					quote = 0
				}
				continue
			}
			if c == '>' {
				return i, nil
			}
			if c == '"' || c == '\'' {
				quote = c
			} else if c == '<' {
				return 0, t.Bad("a tag is not closed")
			}
		}
		done := i - t.pos
		if err := t.more(); err != nil {
			return 0, err
		}
		from = t.pos + done
	}
}

var quoteMark = []byte{'"'}

// IsSpace tells whether a byte is white space of XML.
func IsSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipSpecial passes a comment, a declaration or a CDATA section that nobody wants.
func (t *Tokens) skipSpecial() error {
	if err := t.atLeast(len("<![CDATA[")); err != nil {
		return err
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
	return t.Bad("it has a document type, which is not allowed")
}

// atLeast reads until n bytes of what is not looked at yet are there.
func (t *Tokens) atLeast(n int) error {
	for t.end-t.pos < n {
		if err := t.more(); err != nil {
			return err
		}
	}
	return nil
}

// declaration passes <?…?> and refuses encodings other than UTF-8.
func (t *Tokens) declaration() error {
	for {
		i := bytes.Index(t.buf[t.pos:t.end], []byte("?>"))
		if i >= 0 {
			inner := t.buf[t.pos : t.pos+i]
			t.pos += i + 2
			if bytes.HasPrefix(inner, []byte("<?xml")) && len(inner) > 5 && IsSpace(inner[5]) {
				if enc, ok := Attribute(inner[6:], "encoding"); ok && !strings.EqualFold(string(enc), "utf-8") && !strings.EqualFold(string(enc), "us-ascii") {
					t.err = pgerr.New(pgerr.FeatureNotSupported, "XML in the encoding %q is not supported in file %q", Clip(enc), t.r.Path())
					return t.err
				}
			}
			return nil
		}
		if err := t.more(); err != nil {
			return err
		}
	}
}

func (t *Tokens) skipTo(skip int, end string) error {
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

// Skip passes the rest of the element whose start tag Next has just given.
func (t *Tokens) Skip() error {
	if t.Empty {
		return nil
	}
	for level := t.deep - 1; t.deep > level; {
		if err := t.Next(); err != nil {
			return err
		}
	}
	return nil
}

// SkipNamed passes the rest of the element whose start tag, with the name full, Next has just given, by looking for its
// end tag: what lies between is not taken apart, and so not proven to be XML.
func (t *Tokens) SkipNamed(full string) error {
	if t.Empty {
		return nil
	}
	return t.SkipOut(full, t.deep)
}

// SkipOut is SkipNamed for an element that is open at that depth, from anywhere within it but for elements of its name.
func (t *Tokens) SkipOut(full string, depth int) error {
	for nested := 0; ; {
		i := bytes.IndexByte(t.buf[t.pos:t.end], '<')
		if i < 0 {
			t.pos = t.end
			if err := t.fill(); err != nil {
				return t.AtEnd(err)
			}
			continue
		}
		t.pos += i
		if err := t.atLeast(2 + len(full) + 1); err != nil { // <name> at the shortest: the end of what is open follows
			return err
		}
		b := t.buf[t.pos:t.end]
		switch c := b[1]; {
		case c == '/':
			if string(b[2:2+len(full)]) == full && (b[2+len(full)] == '>' || IsSpace(b[2+len(full)])) {
				if nested == 0 {
					t.deep = depth
					if b[2+len(full)] == '>' {
						t.leave(b[2 : 2+len(full)])
						return nil
					}
					return t.tag()
				}
				nested--
			}
			t.pos += 2
		case c == '!' || c == '?':
			if err := t.skipSpecial(); err != nil {
				return err
			}
		case c == full[0] && string(b[1:1+len(full)]) == full && (b[1+len(full)] == '>' || b[1+len(full)] == '/' || IsSpace(b[1+len(full)])):
			end, err := t.tagEnd()
			if err != nil {
				return err
			}
			if t.buf[end-1] != '/' {
				if nested++; nested > MaxDepth {
					return t.Bad("elements are nested more than %d deep", MaxDepth)
				}
			}
			t.pos = end + 1
		default:
			t.pos++
		}
	}
}

// leave passes the end tag </full> of the element that is open.
func (t *Tokens) leave(full []byte) {
	t.Full, t.Name, t.Attrs = full, full[bytes.IndexByte(full, ':')+1:], nil
	t.Closing, t.Empty = true, false
	t.pos += len(full) + len("</>")
	t.deep--
}

// Rest reads to the document's end, so that its length and checksum are proven.
func (t *Tokens) Rest() error {
	for {
		if err := t.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Is tells whether the tag is the start of the element.
func (t *Tokens) Is(name string) bool { return !t.Closing && string(t.Name) == name }

// Ends tells whether the tag is the end of the element.
func (t *Tokens) Ends(name string) bool { return t.Closing && string(t.Name) == name }
