package csv

import (
	"bytes"
	"unicode/utf8"

	"howdah/formats/internal/sift"
	"howdah/internal/reject"
	"howdah/vector"
)

// siftRows leaves of the rows laid out those that fit, and takes note of the record behind them that could not be, where
// ragged tells why.
func (r *reader) siftRows(ragged error) error {
	s, n := r.sift, r.rows.n
	s.Begin(n)
	r.numbers = r.numbers[:0]
	for i := range n {
		r.numbers = append(r.numbers, r.done+int64(i)+1)
	}
	if r.chunk.suspect {
		if err := r.siftBytes(); err != nil {
			return err
		}
	}
	for i := range r.columns {
		col := &r.columns[i]
		if col.text() {
			continue
		}
		if err := s.Try(i, func(out *vector.Column, sel []int32) error { return r.decode(col, out, sel, false) }); err != nil {
			return err
		}
	}
	r.chunk.buf = r.chunk.buf[:r.chunk.n+pad] // what was unquoted to be tried is not needed
	if ragged != nil {
		r.laid++
		record, start := r.lastRecord()
		s.Lose(reject.Entry{Row: r.known(r.laid), Place: r.chunk.whereIs(start)}, r.laid, r.d.unmarked(record), ragged)
	}
	drop, err := s.End(r.laid)
	if err != nil || !drop {
		return err
	}
	left := s.Left()
	rs := &r.rows
	rs.start, rs.first, rs.count, rs.n = sift.Keep(rs.start, left), sift.Keep(rs.first, left), sift.Keep(rs.count, left), len(left)
	r.numbers = sift.Keep(r.numbers, left)
	return nil
}

// siftBytes finds the fields that hold bytes which are no characters.
func (r *reader) siftBytes() error {
	c := &r.chunk
	for i := range int32(r.rows.n) {
		start, first, count := r.rows.start[i], r.rows.first[i], r.rows.count[i]
		record := c.buf[start:c.sep[first+count-1]]
		if c.badIn(int(start), int(start)+len(record)) < 0 {
			continue
		}
		from := start
		for f := range count {
			to := c.sep[first+f]
			p := c.badIn(int(from), int(to))
			if p >= 0 {
				taken := false
				for k := range r.columns {
					if uint32(r.columns[k].field) == f {
						taken = true
						if err := r.sift.Mark(i, k, r.d.unmarked(c.buf[from:to]), r.d.noCharacter(c.buf[p:to])); err != nil {
							return err
						}
					}
				}
				if !taken {
					if err := r.sift.Mark(i, -1, r.d.unmarked(record), r.d.noCharacter(c.buf[p:to])); err != nil {
						return err
					}
				}
			}
			from = to + 1
		}
	}
	return nil
}

// badIn finds the first byte of the chunk from start to end that is no character, or gives -1.
func (c *chunk) badIn(start, end int) int {
	b := c.buf[start:end]
	if utf8.Valid(b) {
		if at := bytes.IndexByte(b, 0); at >= 0 {
			return start + at
		}
		return -1
	}
	for p := start; p < end; {
		r, size := utf8.DecodeRune(c.buf[p:end])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return p
		}
		p += size
	}
	return -1
}

// describe completes the log's entry for a row of the batch.
func (r *reader) describe(e *reject.Entry, row int32) {
	start, last := r.rows.start[row], r.rows.first[row]+r.rows.count[row]-1
	e.Row, e.Place = r.known(r.numbers[row]), r.chunk.whereIs(int(start))
	e.Raw = reject.Text(r.d.unmarked(r.chunk.buf[start:r.chunk.sep[last]]))
}

// known is a record's number, or 0 where a split does not know it.
func (r *reader) known(number int64) int64 {
	if r.unknownRows {
		return 0
	}
	return number
}
