package wire

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"howdah/pgerr"
)

// CopyIn takes COPY … FROM's data apart, as copyfromparse.c does: bytes come in pieces of any size, records go out.
type CopyIn struct {
	Line int64  // the number of the present record's last line; of a binary one its own
	Raw  []byte // the present record as it came; nil of a binary one
	Head bool   // the binary header was read

	opt       CopyOptions
	width     int
	forceNull []bool // per column: a quoted value that is the null string is NULL
	notNull   []bool // per column: an unquoted one is not
	decode    func([]byte) ([]byte, error)

	buf    []byte
	at     int
	ended  bool // the data's end was seen
	last   bool // no more bytes will come
	eol    eol
	scan   scan
	fields []Field
	text   []byte // what fields are made in
}

// Field is a value as it came: without quotes and escapes.
type Field struct {
	Value []byte
	Null  bool
}

// scan is how far the present record was looked at for its end.
type scan struct {
	to              int // bytes of it
	quoted, escaped bool
	lines           int64 // ends of lines in it
}

// eol is how the lines end, which is found out at the first one.
type eol uint8

const (
	eolUnknown eol = iota
	eolLF
	eolCR
	eolCRLF
)

// NewCopyIn makes a reader of records. decode turns a record into UTF-8; forceNull and notNull are per column of the
// table's, nil = none; it has width columns.
func NewCopyIn(opt CopyOptions, width int, forceNull, notNull []bool, decode func([]byte) ([]byte, error)) *CopyIn {
	return &CopyIn{opt: opt, width: width, forceNull: forceNull, notNull: notNull, decode: decode}
}

// Feed takes the next bytes.
func (c *CopyIn) Feed(p []byte) {
	if c.at > 0 {
		c.buf = append(c.buf[:0], c.buf[c.at:]...)
		c.at = 0
	}
	c.buf = append(c.buf, p...)
}

// Finish says that no more bytes come.
func (c *CopyIn) Finish() { c.last = true }

// Next gives the next record's fields, valid until the next call; more = false where there is none: yet, or at all.
func (c *CopyIn) Next() (fields []Field, more bool, err error) {
	if c.ended {
		c.at = len(c.buf) // what follows the end is ignored
		return nil, false, nil
	}
	if c.opt.Format == CopyBinary {
		return c.binary()
	}
	line, ok, err := c.record()
	if !ok || err != nil {
		return nil, false, err
	}
	c.Raw = line
	if line, err = c.decode(line); err != nil {
		return nil, false, err
	}
	c.Raw = line
	c.fields, c.text = c.fields[:0], c.text[:0]
	if c.opt.Format == CopyCSV {
		err = c.csv(line)
	} else {
		c.plain(line)
	}
	return c.fields, err == nil, err
}

// record cuts the next record off, without its end of line.
func (c *CopyIn) record() (line []byte, ok bool, err error) {
	rest := c.buf[c.at:]
	if len(rest) == 0 {
		return nil, false, nil
	}
	csv := c.opt.Format == CopyCSV
	quoted, escaped, lines := c.scan.quoted, c.scan.escaped, c.scan.lines
	later := func(i int) ([]byte, bool, error) { // when there is more
		c.scan = scan{i, quoted, escaped, lines}
		return nil, false, nil
	}
	for i := c.scan.to; i < len(rest); i++ {
		b := rest[i]
		was := [2]bool{quoted, escaped}
		if csv {
			// An escape that is not the quote protects the next character; the quote itself, doubled, ends and begins again.
			if quoted && b == c.opt.Escape && c.opt.Escape != c.opt.Quote {
				escaped = !escaped
			}
			if b == c.opt.Quote && !escaped {
				quoted = !quoted
			}
			if b != c.opt.Escape {
				escaped = false
			}
			if quoted {
				if b == '\n' && c.eol == eolLF || b == '\r' && c.eol != eolLF { // as PostgreSQL counts
					lines++
				}
				continue
			}
		} else if b == '\\' {
			if i+1 == len(rest) && !c.last {
				return later(i)
			}
			if i+1 < len(rest) && (rest[i+1] != '.' || i > 0) {
				i++ // whatever it is, it ends no line
				continue
			}
		}
		if b != '\n' && b != '\r' {
			continue
		}
		end := i + 1
		if b == '\r' && (c.eol == eolUnknown || c.eol == eolCRLF) {
			if i+1 == len(rest) && !c.last {
				quoted, escaped = was[0], was[1]
				return later(i) // is a newline to follow?
			}
			if i+1 < len(rest) && rest[i+1] == '\n' {
				c.eol = eolCRLF
				end++
			} else if c.eol == eolCRLF {
				return nil, false, c.odd("carriage return")
			} else {
				c.eol = eolCR
			}
		} else if b == '\r' && c.eol == eolLF {
			return nil, false, c.odd("carriage return")
		} else if b == '\n' {
			if c.eol == eolUnknown {
				c.eol = eolLF
			}
			if c.eol != eolLF {
				return nil, false, c.odd("newline")
			}
		}
		c.Line += lines + 1
		return c.take(rest[:i], end)
	}
	if !c.last {
		return later(len(rest))
	}
	if quoted {
		c.Line += lines + 1
		c.Raw = rest
		return nil, false, pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field")
	}
	c.Line += lines + 1
	return c.take(rest, len(rest))
}

// take uses up n bytes for a line; one that is \. is the data's end.
func (c *CopyIn) take(line []byte, n int) ([]byte, bool, error) {
	c.at += n
	c.scan = scan{}
	if string(line) == `\.` {
		c.ended = true
		return nil, false, nil
	}
	if c.opt.Format == CopyText && bytes.HasPrefix(line, []byte(`\.`)) {
		return nil, false, pgerr.New(pgerr.BadCopyFileFormat, "end-of-copy marker corrupt")
	}
	return line, true, nil
}

func (c *CopyIn) odd(what string) error {
	c.Line++
	c.Raw = nil
	if c.opt.Format == CopyCSV {
		return pgerr.New(pgerr.BadCopyFileFormat, "unquoted %s found in data", what).WithHint("Use quoted CSV field to represent %s.", what)
	}
	sign := map[string]string{"newline": `\n`, "carriage return": `\r`}[what]
	return pgerr.New(pgerr.BadCopyFileFormat, "literal %s found in data", what).WithHint(`Use "%s" to represent %s.`, sign, what)
}

// plain takes a line of the text format apart.
func (c *CopyIn) plain(line []byte) {
	null := []byte(c.opt.Null)
	for start := 0; ; {
		end := start
		escapes := false
		for end < len(line) && line[end] != c.opt.Delimiter {
			if line[end] == '\\' {
				escapes = true
				end++
			}
			end++
		}
		end = min(end, len(line))
		raw := line[start:end]
		switch {
		case bytes.Equal(raw, null):
			c.fields = append(c.fields, Field{Null: true})
		case escapes:
			c.fields = append(c.fields, Field{Value: c.unescape(raw)})
		default:
			c.fields = append(c.fields, Field{Value: raw})
		}
		if end >= len(line) {
			return
		}
		start = end + 1
	}
}

// unescape undoes backslashes.
func (c *CopyIn) unescape(raw []byte) []byte {
	from := len(c.text)
	out := c.text
	for i := 0; i < len(raw); i++ {
		b := raw[i]
		if b != '\\' || i+1 >= len(raw) {
			out = append(out, b)
			continue
		}
		i++
		switch b = raw[i]; {
		case b >= '0' && b <= '7':
			v := 0
			for k := 0; k < 3 && i < len(raw) && raw[i] >= '0' && raw[i] <= '7'; k++ {
				v = v<<3 + int(raw[i]-'0')
				i++
			}
			i--
			out = append(out, byte(v))
		case b == 'x' && i+1 < len(raw) && hex(raw[i+1]) >= 0:
			v := hex(raw[i+1])
			i++
			if i+1 < len(raw) && hex(raw[i+1]) >= 0 {
				v = v<<4 + hex(raw[i+1])
				i++
			}
			out = append(out, byte(v))
		default:
			if k := bytes.IndexByte([]byte("bfnrtv"), b); k >= 0 {
				b = "\b\f\n\r\t\v"[k]
			}
			out = append(out, b)
		}
	}
	c.text = out
	return out[from:len(out):len(out)]
}

func hex(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'a' && b <= 'f':
		return int(b-'a') + 10
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}

// csv takes a record of the CSV format apart.
func (c *CopyIn) csv(line []byte) error {
	for i := 0; ; {
		from := len(c.text)
		saw := false // a quote
		for {
			for i < len(line) && line[i] != c.opt.Delimiter && line[i] != c.opt.Quote {
				c.text = append(c.text, line[i])
				i++
			}
			if i >= len(line) || line[i] == c.opt.Delimiter {
				break
			}
			saw = true
			i++
			for {
				if i >= len(line) {
					return pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field")
				}
				b := line[i]
				if b == c.opt.Escape && i+1 < len(line) && (line[i+1] == c.opt.Escape || line[i+1] == c.opt.Quote) {
					c.text = append(c.text, line[i+1])
					i += 2
					continue
				}
				i++
				if b == c.opt.Quote {
					break
				}
				c.text = append(c.text, b)
			}
		}
		k := len(c.fields)
		f := Field{Value: c.text[from:len(c.text):len(c.text)]}
		if string(f.Value) == c.opt.Null {
			if saw {
				f.Null = k < len(c.forceNull) && c.forceNull[k]
			} else {
				f.Null = !(k < len(c.notNull) && c.notNull[k])
			}
		}
		if f.Null {
			f.Value = nil
		}
		c.fields = append(c.fields, f)
		if i >= len(line) {
			return nil
		}
		i++
	}
}

// binary takes a record of the binary format apart.
func (c *CopyIn) binary() ([]Field, bool, error) {
	bad := func(text string) ([]Field, bool, error) {
		return nil, false, pgerr.New(pgerr.BadCopyFileFormat, "%s", text)
	}
	rest := c.buf[c.at:]
	if !c.Head {
		if len(rest) < 19 {
			if !c.last {
				return nil, false, nil
			}
			if len(rest) < 11 || !bytes.Equal(rest[:11], binarySignature[:11]) {
				return bad("COPY file signature not recognized")
			}
			return bad("invalid COPY file header (missing flags)")
		}
		if !bytes.Equal(rest[:11], binarySignature[:11]) {
			return bad("COPY file signature not recognized")
		}
		flags := binary.BigEndian.Uint32(rest[11:])
		if flags&(1<<16) != 0 {
			return bad("invalid COPY file header (WITH OIDS)")
		}
		if flags>>16 != 0 {
			return bad("unrecognized critical flags in COPY file header")
		}
		n := int32(binary.BigEndian.Uint32(rest[15:]))
		if n < 0 {
			return bad("invalid COPY file header (missing length)")
		}
		if len(rest)-19 < int(n) {
			if c.last {
				return bad("invalid COPY file header (wrong length)")
			}
			return nil, false, nil
		}
		c.Head = true
		c.at += 19 + int(n)
		rest = c.buf[c.at:]
	}
	if len(rest) < 2 {
		if c.last && len(rest) == 0 {
			c.ended = true // an end without its mark, as PostgreSQL takes it too
		} else if c.last {
			return bad("unexpected EOF in COPY data")
		}
		return nil, false, nil
	}
	count := int(int16(binary.BigEndian.Uint16(rest)))
	if count == -1 {
		c.at += 2
		c.ended = true
		return nil, false, nil
	}
	if count != c.width {
		c.Line++
		return nil, false, pgerr.New(pgerr.BadCopyFileFormat, "row field count is %d, expected %d", count, c.width)
	}
	c.fields = c.fields[:0]
	i := 2
	for range count {
		if len(rest)-i < 4 {
			return c.short()
		}
		n := int32(binary.BigEndian.Uint32(rest[i:]))
		i += 4
		if n == -1 {
			c.fields = append(c.fields, Field{Null: true})
			continue
		}
		if n < 0 {
			c.Line++
			return bad("invalid field size")
		}
		if len(rest)-i < int(n) {
			return c.short()
		}
		c.fields = append(c.fields, Field{Value: rest[i : i+int(n) : i+int(n)]})
		i += int(n)
	}
	c.Line++
	c.at += i
	return c.fields, true, nil
}

func (c *CopyIn) short() ([]Field, bool, error) {
	if !c.last {
		return nil, false, nil
	}
	c.Line++
	return nil, false, pgerr.New(pgerr.BadCopyFileFormat, "unexpected EOF in COPY data")
}

// shownBytes is how much of a line or value a message shows (limit_printout_length).
const shownBytes = 100

// Shown cuts a text that is to be shown in a message.
func Shown(text []byte) string {
	if len(text) <= shownBytes {
		return string(text)
	}
	n := shownBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return string(text[:n]) + "..."
}
