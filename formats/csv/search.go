package csv

import (
	"bytes"
	"math/bits"

	"howdah/pushdown"
)

// search finds the records that hold a needle, so that the others are never laid out. The value of a field is its raw
// bytes without quotes and escapes. Where quotes stand only at a field's ends and in doubled pairs, what they are taken
// out of is never what a needle without quotes stands across: such a chunk's values hold the needle only where its raw
// bytes do. A chunk with any other quote (index.loose), or with a record of another width, is read as if there were no
// search; so is one in every few where most records hold the needle.
type search struct {
	needle    []byte
	at, apart int // the needle's two rarest bytes: at, and apart bytes further on
	idle      int // chunks that are still to be read without
	wanted    [][]byte
}

const (
	searchIdle  = 31 // chunks without a search after one that did not pay
	searchShare = 4  // it pays where at most one record in so many is hit
)

// newSearch makes a search of what the quals demand; nil where the dialect does not allow one.
func newSearch(d *dialect, columns []column, needles []pushdown.Needle) *search {
	if !d.toggles() || d.pad || d.cut || d.noBlank {
		return nil
	}
	var s search
	for _, n := range needles {
		if n.Ordinal >= len(columns) || !columns[n.Ordinal].text() {
			continue
		}
		for _, part := range bytes.Split(n.Text, []byte{d.quote}) {
			if len(part) > 0 {
				s.wanted = append(s.wanted, part)
			}
		}
	}
	if s.wanted == nil {
		return nil
	}
	return &s
}

// choose takes the needle, and of it the two bytes, that a sample of the file has least of.
func (s *search) choose(sample []byte) {
	var count [256]int
	for _, b := range sample {
		count[b]++
	}
	best := -1
	for _, w := range s.wanted {
		first, second := 0, -1
		for i := range w {
			switch {
			case i == 0:
			case count[w[i]] < count[w[first]]:
				first, second = i, first
			case second < 0 || count[w[i]] < count[w[second]]:
				second = i
			}
		}
		score := (count[w[first]] + 1) * (len(sample) + 1)
		if second >= 0 {
			score = (count[w[first]] + 1) * (count[w[second]] + 1)
		} else {
			second = first
		}
		if best < 0 || score < best {
			best = score
			s.needle, s.at, s.apart = w, min(first, second), max(first, second)-min(first, second)
		}
	}
}

func (s *search) findPlain(buf []byte, from, to int) int {
	i := bytes.Index(buf[from:to], s.needle)
	if i < 0 {
		return -1
	}
	return from + i
}

// begin decides whether the next chunk is searched.
func (c *chunk) beginSearch() {
	c.masked = false
	s := c.search
	if s == nil {
		return
	}
	if s.idle > 0 {
		s.idle--
		return
	}
	c.masked = true
}

// searchable tells whether a chunk that was just filled may be searched: see search.
func (c *chunk) searchable(width int) bool {
	if c.loose {
		return false
	}
	before := uint32(0xFFFFFFFF) // -1
	var off uint32
	for _, l := range c.last {
		off |= (l - before) ^ uint32(width)
		before = l
	}
	return off == 0
}

// hits lays out the next records that hold the needle, up to most. The chunk's last is reached once it has none left.
func (c *chunk) hits(rs *rows, most, width int) {
	rs.reserve(most)
	s := c.search
	if s.needle == nil {
		s.choose(c.buf[:min(c.end, 32<<10)])
	}
	if cap(c.sep) < most*width {
		c.sep = make([]uint32, 0, most*width)
	}
	c.sep = c.sep[:0]
	for rs.n < most && c.pos < c.end {
		p := s.find(c.buf, c.pos, c.end)
		if p < 0 {
			c.pos = c.end
			break
		}
		start := c.recordStart(p, c.pos)
		rs.start[rs.n], rs.first[rs.n], rs.count[rs.n] = uint32(start), uint32(len(c.sep)), uint32(width)
		end := c.appendEnds(start)
		c.pos = end + 1
		if c.returns && end > start && c.buf[end] == '\n' && c.buf[end-1] == '\r' {
			c.sep[len(c.sep)-1]--
		}
		rs.n++
	}
	c.found += rs.n
	if c.pos >= c.end {
		if c.found*searchShare > len(c.last) {
			s.idle = searchIdle
		}
		c.next = len(c.last)
	}
}

// recordStart finds where the record that holds the byte at p begins, at from or later. Blocks are masked.
func (c *chunk) recordStart(p, from int) int {
	i := p >> 6
	lines := c.blocks[i].line & (1<<(p&63) - 1)
	for lines == 0 {
		if i--; i < from>>6 {
			return from
		}
		lines = c.blocks[i].line
	}
	return max(from, i<<6+64-bits.LeadingZeros64(lines))
}

// appendEnds appends the ends of the fields of the record at start to sep, and returns the last one. Blocks are masked.
func (c *chunk) appendEnds(start int) int {
	i := start >> 6
	seps := c.blocks[i].delim &^ (1<<(start&63) - 1)
	for {
		for lines := c.blocks[i].line; seps != 0; seps &= seps - 1 {
			bit := seps & -seps
			at := i<<6 + bits.TrailingZeros64(seps)
			c.sep = append(c.sep, uint32(at))
			if lines&bit != 0 {
				return at
			}
		}
		i++
		seps = c.blocks[i].delim
	}
}

// recordsBefore counts the records of a masked chunk that end before an offset.
func (c *chunk) recordsBefore(start int) int64 {
	i := start >> 6
	if i < c.tallied {
		c.tallied, c.tally = 0, 0
	}
	for ; c.tallied < i; c.tallied++ {
		c.tally += bits.OnesCount64(c.blocks[c.tallied].line)
	}
	n := c.tally
	if start&63 != 0 {
		n += bits.OnesCount64(c.blocks[i].line & (1<<(start&63) - 1))
	}
	return int64(n)
}
