package json

import (
	"bytes"
	"io"

	"howdah/formats/internal/sift"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/vector"
)

// siftRows is layout where rows that do not fit are left out. Of lines, each that is no JSON is such a row; a document
// that is none cannot be read on.
func (r *reader) siftRows(most int) error {
	if r.late.Limit >= 0 && r.late.Filter == nil && r.late.Top == nil {
		most = int(min(int64(most), r.late.Limit))
	}
	c, s := &r.chunk, r.sift
	for {
		r.done = r.laid
		r.numbers = r.numbers[:0]
		r.rows.reserve(most)
		c.buf = c.buf[:c.n+pad] // the side begins anew
		var err error
		if r.l.lines && !r.winners.Settled {
			err = r.layoutLines(most)
		} else {
			err = r.layoutDocument(most)
		}
		if err != nil {
			return err
		}
		s.Begin(r.rows.n)
		for i := range r.columns {
			col := &r.columns[i]
			if err := s.Try(i, func(out *vector.Column, sel []int32) error { return r.decode(col, out, sel, false) }); err != nil {
				return err
			}
		}
		c.buf = c.buf[:c.n+pad] // what was rewritten to be tried is not needed
		drop, err := s.End(r.laid)
		if err != nil {
			return err
		}
		if drop {
			r.keep(s.Left())
		}
		if r.rows.n > 0 {
			return nil
		}
		if err := r.in.Stopped(); err != nil {
			return err
		}
	}
}

func (r *reader) keep(left []int32) {
	rs := &r.rows
	sift.Keep(rs.start, left)
	sift.Keep(rs.end, left)
	for k := range rs.slots {
		sift.Keep(rs.slots[k], left)
	}
	rs.n = len(left)
	r.numbers = sift.Keep(r.numbers, left)
}

// layoutDocument lays out rows, or takes note of one that is lost, which ends a batch.
func (r *reader) layoutDocument(most int) error {
	c := &r.chunk
	for r.rows.n < most {
		f := r.nav.next(&c.scanner)
		if f == ok {
			var lost bool
			if lost, f = r.oneRow(); lost {
				return nil
			}
			if f == ok {
				continue
			}
		}
		if r.rows.n > 0 {
			return nil
		}
		switch {
		case f == over:
			return r.over()
		case f == more, !c.eof && c.n-c.bad < shown:
			if err := c.fill(); err != nil {
				return err
			}
		default:
			return r.fault(f)
		}
	}
	return nil
}

// oneRow lays out the row that nav has come to. lost says that it is none that columns can be taken from.
func (r *reader) oneRow() (lost bool, f fault) {
	c := &r.chunk
	end, f := r.rows.row(c.pos)
	if f == badRow {
		bad := c.bad
		r.whole.begin()
		if end, f = c.pass(&r.whole, c.pos); f != ok {
			return false, f
		}
		c.bad = bad
		r.lose(c.pos, end, r.fault(badRow))
		r.nav.passed(&c.scanner, end)
		return true, ok
	}
	if f == ok {
		r.nav.passed(&c.scanner, end)
		r.rows.n++
		r.laid++
		r.numbers = append(r.numbers, r.laid)
	}
	return false, f
}

// lose takes note of a row that there is no more of than its text.
func (r *reader) lose(from, to int, cause error) {
	r.laid++
	row := r.laid
	if r.unknownRows {
		row = 0
	}
	r.sift.Lose(reject.Entry{Row: row, Place: r.chunk.lineAt(from)}, r.laid, bytes.TrimRight(r.chunk.buf[from:to], "\r"), cause)
}

// layoutLines is layoutDocument for lines, each of which is looked at as if it were all there is.
func (r *reader) layoutLines(most int) error {
	for r.rows.n < most {
		if !r.inLine {
			found, err := r.findLine()
			if err != nil {
				return err
			}
			if !found {
				return nil
			}
		}
		if lost := r.rowsOfLine(most); lost {
			return nil
		}
		if err := r.in.Stopped(); err != nil {
			return err
		}
	}
	return nil
}

// findLine goes to the next line that is JSON. It finds none where a line is lost, or where the batch must end before
// more is read.
func (r *reader) findLine() (found bool, err error) {
	c := &r.chunk
	for {
		for c.pos < c.n && (c.buf[c.pos] == ' ' || c.buf[c.pos] == '\t' || c.buf[c.pos] == '\r' || c.buf[c.pos] == '\n') {
			c.pos++
		}
		end := -1
		if c.pos < c.n {
			if end = bytes.IndexByte(c.buf[c.pos:c.n], '\n'); end >= 0 {
				end += c.pos
			} else if c.eof {
				end = c.n
			}
		}
		if end >= 0 {
			return r.openLine(end), nil
		}
		switch {
		case r.rows.n > 0:
			return false, nil
		case c.eof:
			return false, io.EOF
		}
		if err := c.fill(); err != nil {
			return false, err
		}
	}
}

// openLine looks whether the line from pos to end is JSON.
func (r *reader) openLine(end int) bool {
	c := &r.chunk
	undo := c.bound(end)
	defer undo()
	r.whole.begin()
	p, f := c.pass(&r.whole, c.pos)
	if f == ok {
		for c.buf[p] == ' ' || c.buf[p] == '\t' || c.buf[p] == '\r' {
			p++
		}
		if p < end {
			f = c.fail(p, badLine)
		}
	}
	if f == ok {
		r.inLine, r.lineEnd = true, end
		r.nav = nav{steps: r.l.steps, spread: r.l.spread, lines: true, many: true}
		return true
	}
	r.lose(c.pos, end, r.brokenLine(f))
	c.pos = min(end+1, c.whole)
	return false
}

func (r *reader) brokenLine(f fault) error {
	if f == more {
		return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("The input string ended unexpectedly.")
	}
	return r.fault(f)
}

// rowsOfLine lays out rows of the line, all or as many as are wanted.
func (r *reader) rowsOfLine(most int) (lost bool) {
	c := &r.chunk
	undo := c.bound(r.lineEnd)
	defer undo()
	for r.rows.n < most {
		f := r.nav.next(&c.scanner)
		if f == ok {
			if lost, f = r.oneRow(); lost {
				return true
			}
		}
		if f == ok {
			continue
		}
		if f != over { // the line is nested deeper than columns are looked for
			r.lose(c.pos, r.lineEnd, r.brokenLine(f))
		}
		r.inLine = false
		c.pos = min(r.lineEnd+1, c.whole)
		return f != over
	}
	return false
}

// bound makes the data end at an offset, as if the file did, until undone.
func (c *chunk) bound(end int) (undo func()) {
	n, eof, b := c.n, c.eof, c.buf[end]
	c.n, c.eof, c.whole = end, true, n
	c.buf[end] = 0
	return func() {
		c.n, c.eof = n, eof
		c.buf[end] = b
	}
}

// describe completes the log's entry for a row of the batch.
func (r *reader) describe(e *reject.Entry, row int32) {
	start, end := int(r.rows.start[row]), int(r.rows.end[row])
	e.Row, e.Place = r.numbers[row], r.chunk.lineAt(start)
	if r.unknownRows {
		e.Row = 0
	}
	e.Raw = reject.Text(r.chunk.buf[start:end])
}
