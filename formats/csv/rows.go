package csv

import (
	"bytes"

	"howdah/pgerr"
)

// rows is where the records of a batch and their fields are in the chunk.
type rows struct {
	n     int
	start []uint32 // per row: its first byte
	first []uint32 // per row: the number in sep of its first field's end
	count []uint32 // per row: its fields; only used if the dialect forgives ragged records
}

// reserve makes room for so many rows and drops the ones there are.
func (rs *rows) reserve(most int) {
	if cap(rs.start) < most {
		rs.start, rs.first, rs.count = make([]uint32, most), make([]uint32, most), make([]uint32, most)
	}
	rs.start, rs.first, rs.count = rs.start[:most], rs.first[:most], rs.count[:most]
	rs.n = 0
}

// layout takes up to most records, checks their number of fields, and returns the first one that has another, as an
// error. Records that the dialect leaves out are not laid out.
func (c *chunk) layout(rs *rows, most, width int, names func(int) string) error {
	rs.reserve(most)
	next, pos := c.next, c.pos
	before := -1
	if next > 0 {
		before = int(c.last[next-1])
	}
	simple := c.d.comment == 0 && !c.d.noBlank
	for next < len(c.last) && rs.n < most {
		l := int(c.last[next])
		k, f, start, end := l-before, before+1, pos, int(c.sep[l])
		next, pos, before = next+1, end+1, l
		if c.returns && end > start && c.buf[end] == '\n' && c.buf[end-1] == '\r' {
			end--
			c.sep[l] = uint32(end)
		}
		if !simple && c.leftOut(start, end, k) {
			continue
		}
		if k != width && !(k < width && c.d.pad || k > width && c.d.cut) {
			c.next, c.pos = next, pos
			return ragged(k, width, names)
		}
		rs.start[rs.n], rs.first[rs.n], rs.count[rs.n] = uint32(start), uint32(f), uint32(k)
		rs.n++
	}
	c.next, c.pos = next, pos
	return nil
}

func (c *chunk) leftOut(start, end, fields int) bool {
	if start == end {
		return c.d.noBlank && fields == 1
	}
	return c.d.comment != 0 && c.buf[start] == c.d.comment
}

// ragged is COPY's error for a record of the wrong width.
func ragged(have, want int, names func(int) string) error {
	if have > want {
		return pgerr.New(pgerr.BadCopyFileFormat, "extra data after last expected column")
	}
	return pgerr.New(pgerr.BadCopyFileFormat, "missing data for column %q", names(have))
}

// counted takes up to most records of which nothing but the number is wanted. ok is false where a record needs a
// closer look; nothing is taken then.
func (c *chunk) counted(most, width int) (n int, ok bool) {
	n = min(most, c.left())
	before := uint32(0xFFFFFFFF) // -1
	if c.next > 0 {
		before = c.last[c.next-1]
	}
	var off uint32
	for _, l := range c.last[c.next : c.next+n] {
		off |= (l - before) ^ uint32(width)
		before = l
	}
	if off != 0 {
		return 0, false
	}
	c.next += n
	return n, true
}

// hasQuote tells whether there is a quote byte in data[s:e].
func (x *index) hasQuote(s, e uint32) bool {
	if s >= e {
		return false
	}
	i, j := s>>6, (e-1)>>6
	head, tail := ^uint64(0)<<(s&63), ^uint64(0)>>(63-(e-1)&63)
	if i == j {
		return x.blocks[i].quote&head&tail != 0
	}
	if x.blocks[i].quote&head != 0 || x.blocks[j].quote&tail != 0 {
		return true
	}
	for i++; i < j; i++ {
		if x.blocks[i].quote != 0 {
			return true
		}
	}
	return false
}

// unquote gives the place of a field's value: the field itself, what is between its quotes, or the side.
func (c *chunk) unquote(s, e uint32) (uint32, uint32) {
	if !c.quoted || !c.hasQuote(s, e) {
		return s, e
	}
	q := c.d.quote
	if c.d.escape == q && e-s >= 2 && c.buf[s] == q && c.buf[e-1] == q && !c.hasQuote(s+1, e-1) {
		return s + 1, e - 1
	}
	at := uint32(len(c.buf))
	c.buf = c.appendValue(c.buf, c.buf[s:e])
	return at, uint32(len(c.buf))
}

// appendValue appends a field's value without quotes and escapes (CopyReadAttributesCSV).
func (c *chunk) appendValue(dst, field []byte) []byte {
	q, esc := c.d.quote, c.d.escape
	open := false
	for i := 0; i < len(field); i++ {
		b := field[i]
		switch {
		case !open && b == q:
			open = true
		case !open:
			dst = append(dst, b)
		case b == esc && i+1 < len(field) && (field[i+1] == q || field[i+1] == esc):
			i++
			dst = append(dst, field[i])
		case b == q:
			open = false
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// trimmed leaves blanks and tabs around a field out, those outside of quotes.
func (c *chunk) trimmed(s, e uint32) (uint32, uint32) {
	for s < e && (c.buf[s] == ' ' || c.buf[s] == '\t') {
		s++
	}
	for s < e && (c.buf[e-1] == ' ' || c.buf[e-1] == '\t') {
		e--
	}
	return s, e
}

// isNull compares an unquoted field with the null texts.
func isNull(v, table, column []byte, both bool) bool {
	return bytes.Equal(v, table) || both && bytes.Equal(v, column)
}
