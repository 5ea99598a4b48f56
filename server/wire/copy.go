package wire

import (
	"bytes"
	"encoding/binary"
	"slices"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// CopyOptions are those of COPY … TO, checked by the caller.
type CopyOptions struct {
	Format     CopyFormat
	Delimiter  byte
	Null       string
	Header     bool
	Quote      byte
	Escape     byte
	ForceQuote []bool // per column; nil = none
	Encoder    Encoder
}

// CopyFormat names COPY's formats.
type CopyFormat uint8

const (
	CopyText CopyFormat = iota
	CopyCSV
	CopyBinary
)

// Copy appends rows as CopyData messages, one a row as PostgreSQL does.
type Copy struct {
	opt     CopyOptions
	rows    *Rows
	plain   []bool // per column: no text of it needs a quote or a backslash
	special [256]bool
	odd     [2]uint64 // the special bytes that are not controls, each eight times
	header  bool      // the binary header is still to be sent
	null    []byte
	value   []byte
	line    []byte
}

// NewCopy makes an encoder for a result of these column types.
func NewCopy(cols []types.Type, style *types.Style, opt CopyOptions) *Copy {
	formats := make([]Format, len(cols))
	if opt.Format == CopyBinary {
		for i := range formats {
			formats[i] = Binary
		}
	}
	encoder := opt.Encoder
	if opt.Format != CopyBinary {
		encoder = nil // whole lines are encoded
	}
	c := &Copy{opt: opt, rows: NewRows(cols, formats, style, encoder), plain: make([]bool, len(cols))}
	c.null = []byte(opt.Null)
	for i, t := range cols {
		c.plain[i] = plainValue(t.OID) && !inValue(opt.Delimiter) && !inValue(opt.Quote) && (opt.Null == "" || !inValue(opt.Null[0]))
	}
	c.odd[0] = uint64(opt.Delimiter) * eachByte
	if opt.Format == CopyText {
		for _, b := range []byte{'\b', '\f', '\n', '\r', '\t', '\v', '\\', opt.Delimiter} {
			c.special[b] = true
		}
		c.odd[1] = '\\' * eachByte
	} else {
		for _, b := range []byte{'\n', '\r', opt.Delimiter, opt.Quote} {
			c.special[b] = true
		}
		c.odd[1] = uint64(opt.Quote) * eachByte
	}
	return c
}

var binarySignature = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// Begin appends what stands before the rows: the binary header or the names.
func (c *Copy) Begin(dst []byte, names []string) ([]byte, error) {
	if c.opt.Format == CopyBinary {
		c.header = true // PostgreSQL sends it with the first row
		return dst, nil
	}
	if !c.opt.Header {
		return dst, nil
	}
	c.line = c.line[:0]
	for i, n := range names {
		if i > 0 {
			c.line = append(c.line, c.opt.Delimiter)
		}
		if c.opt.Format == CopyCSV {
			c.line = c.csv(c.line, []byte(n), false, len(names) == 1)
		} else {
			c.line = c.text(c.line, []byte(n))
		}
	}
	return c.message(dst)
}

// End appends what stands after the rows.
func (c *Copy) End(dst []byte) []byte {
	if c.opt.Format == CopyBinary {
		dst, at := begin(dst, 'd')
		if c.header {
			dst = append(dst, binarySignature...)
		}
		return finish(append(dst, 0xff, 0xff), at)
	}
	return dst
}

// Prepare looks at a batch's columns; call it before Append for each new batch.
func (c *Copy) Prepare(b *vector.Batch) error { return c.rows.Prepare(b) }

// Append appends one row of the prepared batch.
func (c *Copy) Append(dst []byte, row int32) ([]byte, error) {
	if c.opt.Format == CopyBinary {
		return c.appendBinary(dst, row)
	}
	line := c.line[:0]
	direct := c.opt.Encoder == nil
	start := len(dst)
	if direct {
		line = append(dst, 'd', 0, 0, 0, 0)
	}
	single := len(c.rows.fields) == 1
	for i := range c.rows.fields {
		if i > 0 {
			line = append(line, c.opt.Delimiter)
		}
		f := &c.rows.fields[i]
		if f.null && f.col.Nulls[row] {
			line = append(line, c.null...)
			continue
		}
		var v []byte
		plain := c.plain[i] && !c.forced(i)
		switch {
		case f.how == viaSpan:
			v = f.col.Bytes(row)
		case plain && f.how == viaInt:
			line = appendInt(line, f.col.Ints[row])
			continue
		default:
			c.value = vector.AppendText(c.value[:0], f.col, row, c.rows.style)
			v = c.value
		}
		if plain {
			line = append(line, v...)
			continue
		}
		if c.opt.Format == CopyCSV {
			line = c.csv(line, v, c.forced(i), single)
		} else {
			line = c.text(line, v)
		}
	}
	if direct {
		line = append(line, '\n')
		if len(line)-start > maxCopyLine {
			return line[:start], tooLong(len(line) - start)
		}
		return finish(line, start+1), nil
	}
	c.line = line
	return c.message(dst)
}

// plainValue tells the types whose texts, in any style, are made of the bytes of inValue.
func plainValue(t types.OID) bool {
	switch t {
	case types.BoolOID, types.Int2OID, types.Int4OID, types.Int8OID, types.Float4OID, types.Float8OID, types.NumericOID, types.UUIDOID,
		types.DateOID, types.TimeOID, types.TimestampOID, types.TimestamptzOID:
		return true
	}
	return false
}

func inValue(b byte) bool {
	return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || bytes.IndexByte([]byte("+-.:/ <>"), b) >= 0
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// clean tells that no byte of v is special, eight bytes at a time; false tells nothing.
func (c *Copy) clean(v []byte) bool {
	if len(v) < 8 {
		for _, b := range v {
			if c.special[b] {
				return false
			}
		}
		return true
	}
	a, b := c.odd[0], c.odd[1]
	var found uint64
	for i := 0; ; i += 8 {
		if i > len(v)-8 {
			i = len(v) - 8
		}
		w := binary.LittleEndian.Uint64(v[i:])
		x, y := w^a, w^b
		found |= (w-0x20*eachByte)&^w | (x-eachByte)&^x | (y-eachByte)&^y
		if i == len(v)-8 {
			return found&highBits == 0
		}
	}
}

const maxCopyLine = 1 << 30

func tooLong(n int) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "row is too large: %d bytes", n)
}

func (c *Copy) forced(i int) bool { return c.opt.ForceQuote != nil && c.opt.ForceQuote[i] }

// message appends c.line as a CopyData, in the client's encoding.
func (c *Copy) message(dst []byte) ([]byte, error) {
	start := len(dst)
	dst, at := begin(dst, 'd')
	if c.opt.Encoder != nil {
		var err error
		if dst, err = c.opt.Encoder.Encode(dst, c.line); err != nil {
			return dst[:start], err
		}
	} else {
		dst = append(dst, c.line...)
	}
	return finish(append(dst, '\n'), at), nil
}

// text appends a value in COPY's text format (CopyAttributeOutText).
func (c *Copy) text(dst, v []byte) []byte {
	if c.clean(v) {
		return append(dst, v...)
	}
	from := 0
	for i, b := range v {
		if !c.special[b] {
			continue
		}
		dst = append(dst, v[from:i]...)
		from = i + 1
		dst = append(dst, '\\')
		switch b {
		case '\b':
			b = 'b'
		case '\f':
			b = 'f'
		case '\n':
			b = 'n'
		case '\r':
			b = 'r'
		case '\t':
			b = 't'
		case '\v':
			b = 'v'
		}
		dst = append(dst, b)
	}
	return append(dst, v[from:]...)
}

// csv appends a value in CSV format (CopyAttributeOutCSV).
func (c *Copy) csv(dst, v []byte, force, single bool) []byte {
	quote := force || bytes.Equal(v, c.null) || single && string(v) == `\.`
	if !quote && !c.clean(v) {
		quote = slices.ContainsFunc(v, func(b byte) bool { return c.special[b] })
	}
	if !quote {
		return append(dst, v...)
	}
	dst = append(dst, c.opt.Quote)
	for _, b := range v {
		if b == c.opt.Quote || b == c.opt.Escape {
			dst = append(dst, c.opt.Escape)
		}
		dst = append(dst, b)
	}
	return append(dst, c.opt.Quote)
}

func (c *Copy) appendBinary(dst []byte, row int32) ([]byte, error) {
	// A DataRow has the same body but for the frame.
	start := len(dst)
	if c.header {
		dst, _ = begin(dst, 'd')
		dst = append(dst, binarySignature...)
	}
	body := len(dst)
	dst, err := c.rows.Append(dst, row)
	if err != nil {
		return dst[:start], err
	}
	if c.header {
		c.header = false
		dst = append(dst[:body], dst[body+5:]...)
	}
	dst[start] = 'd'
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst, nil
}
