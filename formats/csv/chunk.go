package csv

import (
	"bytes"
	"fmt"
	"io"
	"runtime/debug"
	"unicode/utf8"

	"howdah/internal/budget"
	"howdah/pgerr"
)

const (
	// chunkBytes is what is read at once. Twice as much is no faster, and it stays in the second-level cache.
	chunkBytes = 256 << 10
	// firstBytes is what the first rows may wait for, where a source gives less at a time.
	firstBytes = 32 << 10
	// maxRecord bounds one record, as PostgreSQL bounds a line of COPY.
	maxRecord = 1<<30 - 1
)

// chunk is a window on the file that begins at a record and holds complete ones. What Text columns point to lies in
// its buffer: the data, pad bytes, and behind them values that had to be rewritten (the side).
type chunk struct {
	index
	name   string // of the file, for errors
	d      *dialect
	r      io.Reader
	budget *budget.Budget
	held   int64

	buf      []byte // data, pad, side
	size     int    // of the first buffer; 0 = chunkBytes
	limit    int    // data bytes that buf has room for
	n        int    // data
	eof      bool   // r gave everything
	fresh    bool   // nothing was read yet
	inner    bool   // it begins in the middle of a file: no byte order mark
	unplaced bool   // lines before it are not known
	cut      bool   // it ends in the middle of a file: the last record must be complete
	places   bool   // sep is wanted
	added    bool   // the last record's line end is ours

	forgiving bool // bytes that are no character are their records' fault
	suspect   bool // and there are such in this chunk

	search *search // of what records must hold; nil = all of them are wanted
	masked bool    // and this chunk is searched
	found  int     // records that hold it, so far

	tallied int // blocks of which recordsBefore has counted
	tally   int // the records that end in them

	next int // records that were laid out
	pos  int // where the next of them begins

	records int64 // records in the chunks before, all kinds
	lines   int64 // line ends in the chunks before, those within quotes included
	offset  int64 // bytes before this chunk

	seen      int // lineAt has counted so far
	seenLines int64
}

// open makes room for the first chunk and leaves out the lines that the dialect skips.
func (c *chunk) open(name string, d *dialect, r io.Reader, b *budget.Budget) error {
	c.name, c.d, c.r, c.budget, c.fresh = name, d, r, b, true
	if c.size > 0 {
		c.size = max(c.size, 4) // a byte order mark must fit
	} else {
		c.size = chunkBytes
	}
	if err := c.room(c.size); err != nil {
		return err
	}
	for skip := d.skip; skip > 0; {
		if err := c.read(max(firstBytes, c.n+1)); err != nil {
			return err
		}
		end, whole := lineEnd(c.buf[:c.n], c.eof)
		if end == 0 && c.n == c.limit { // a CR fills the buffer: what follows it decides
			if err := c.room(2 * c.limit); err != nil {
				return err
			}
		}
		if whole {
			skip--
			c.lines++
		} else if c.eof {
			skip = 0
		}
		c.offset += int64(end)
		c.n = copy(c.buf, c.buf[end:c.n])
	}
	return nil
}

// lineEnd finds where the first line ends. One that is not whole may be dropped so far, but for a CR at the end.
func lineEnd(b []byte, eof bool) (end int, whole bool) {
	i := bytes.IndexAny(b, "\r\n")
	switch {
	case i < 0:
		return len(b), false
	case b[i] == '\n':
		return i + 1, true
	case i+1 < len(b) && b[i+1] == '\n':
		return i + 2, true
	case i+1 == len(b) && !eof:
		return i, false
	}
	return i + 1, true
}

// room gives the buffer n bytes for data. The old one is left alone, since columns may point to it.
func (c *chunk) room(n int) error {
	size := int64(n + n/8 + pad + 1) // a line end may be added
	cost := size + int64(n)/2        // and the index takes a half
	if err := c.budget.Grow(cost); err != nil {
		return err
	}
	if n >= hugeRecord {
		debug.FreeOSMemory() // the smaller buffers before this one are garbage, and as large together
	}
	buf := make([]byte, size)
	copy(buf, c.buf[:c.n])
	c.budget.Shrink(c.held)
	c.buf, c.held, c.limit = buf, cost, n
	return nil
}

// hugeRecord is the size from which on a record is taken for the reason when memory does not suffice.
const hugeRecord = 16 << 20

// grow doubles the buffer for a record that does not fit.
func (c *chunk) grow() error {
	if c.limit >= maxRecord {
		return c.place(pgerr.New(pgerr.ProgramLimitExceeded, "record is longer than %d bytes", maxRecord), 0)
	}
	err := c.room(min(2*c.limit, maxRecord))
	if e, ok := err.(*pgerr.Error); ok {
		if c.limit >= hugeRecord {
			e = pgerr.New(pgerr.ProgramLimitExceeded, "record is longer than %d bytes", c.limit).WithDetail("%s", e.Detail).WithHint("%s", e.Hint)
		}
		if c.openQuote && e.Hint == "" {
			e = e.WithHint("A quote that is opened in the record beginning there may never be closed.")
		}
		return c.place(e, 0)
	}
	return err
}

// place says where in the file an error is: p is an offset into the chunk.
func (c *chunk) place(e *pgerr.Error, p int) *pgerr.Error {
	return e.At("%s, %s", c.name, c.whereIs(p))
}

// whereIs says on which line a byte of the chunk is, or which byte of the file it is where lines are not known.
func (c *chunk) whereIs(p int) string {
	if c.unplaced {
		return fmt.Sprintf("byte %d", c.offset+int64(p))
	}
	return fmt.Sprintf("line %d", c.lineAt(p))
}

// lineAt gives the number of the line that holds a byte of the chunk.
func (c *chunk) lineAt(p int) int64 {
	if p < c.seen {
		c.seen, c.seenLines = 0, 0
	}
	c.seenLines += int64(countLines(c.buf[c.seen:p]))
	c.seen = p
	return c.lines + 1 + c.seenLines
}

func (c *chunk) unterminated() error {
	return c.place(pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field"), 0)
}

// badByte is the error for NUL or what is not UTF-8 at p.
func (c *chunk) badByte(p int) error {
	line := bytes.LastIndexByte(c.buf[:p], '\n') + 1
	return c.d.noCharacter(c.buf[p:max(p+1, c.end)]).At("%s, %s, byte %d of the line", c.name, c.whereIs(p), p-line+1)
}

// noCharacter is report_invalid_encoding's error for bytes that begin with what is no character: it shows as many as the
// first one announces.
func noCharacter(b []byte) *pgerr.Error {
	size := 1
	switch b := b[0]; { // as pg_utf_mblen does
	case b&0xe0 == 0xc0:
		size = 2
	case b&0xf0 == 0xe0:
		size = 3
	case b&0xf8 == 0xf0:
		size = 4
	}
	return badBytes("UTF8", b[:min(size, len(b))])
}

func (c *chunk) close() {
	c.budget.Shrink(c.held)
	c.held, c.buf, c.n, c.next = 0, nil, 0, 0
	c.last = c.last[:0]
}

// left is the number of complete records not laid out yet.
func (c *chunk) left() int { return len(c.last) - c.next }

// fill moves on to the next chunk, or gives io.EOF. Errors have no place yet but for those of structure.
func (c *chunk) fill() error {
	c.records += int64(len(c.last))
	c.lines += int64(len(c.last)) + int64(c.softBefore(c.end))
	c.offset += int64(c.end)
	c.n = copy(c.buf[:cap(c.buf)], c.buf[c.end:c.n])
	c.end, c.next, c.pos, c.found, c.last = 0, 0, 0, 0, c.last[:0]
	c.seen, c.seenLines, c.tallied, c.tally = 0, 0, 0, 0
	if c.eof && c.n == 0 {
		return io.EOF
	}
	c.beginSearch()
	goal := firstBytes
	if !c.fresh {
		goal = c.size
	}
	for {
		if err := c.read(max(goal, c.n+1)); err != nil {
			return err
		}
		if c.eof && c.n == 0 {
			return io.EOF
		}
		if err := c.reindex(); err != nil {
			return err
		}
		if len(c.last) > 0 {
			break
		}
		if c.eof {
			return c.unterminated()
		}
		if c.n >= c.limit {
			if err := c.grow(); err != nil {
				return err
			}
		}
		goal = c.limit
	}
	return c.check()
}

// read reads until there are goal bytes or the file ends.
func (c *chunk) read(goal int) error {
	c.buf = c.buf[:cap(c.buf)]
	for !c.eof && c.n < min(goal, c.limit) {
		k, err := c.r.Read(c.buf[c.n:c.limit])
		c.n += k
		if c.fresh && (c.n >= 3 || err == io.EOF) {
			c.fresh = false
			c.offset += c.skipBOM()
		}
		if err == io.EOF {
			c.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (c *chunk) skipBOM() int64 {
	if !c.inner && bytes.HasPrefix(c.buf[:c.n], []byte("\xEF\xBB\xBF")) {
		c.n = copy(c.buf, c.buf[3:c.n])
		return 3
	}
	return 0
}

// reindex finds the structure of what is there.
func (c *chunk) reindex() error {
	c.added = false
	c.buildIndex()
	if c.eof && c.end < c.n && c.cut {
		return c.place(pgerr.New(pgerr.BadCopyFileFormat, "records do not end where the next part of the file begins").
			WithHint("A quote may be missing before, or a record have too many or too few fields."), c.end)
	}
	if c.eof && c.end < c.n && !c.openQuote {
		// The last record has no line end: it gets one, in the byte that pad keeps free.
		c.buf[c.n] = '\n'
		c.n++
		c.added = true
		c.buildIndex()
	}
	c.buf = c.buf[:c.n+pad]
	return nil
}

func (c *chunk) buildIndex() {
	c.buf = c.buf[:c.n+pad]
	if c.d.toggles() {
		c.build(c.buf, c.n, c.d.quote, c.d.delim, c.places, c.masked, c.eof)
	} else {
		c.buildGeneral(c.buf, c.n, c.d, c.eof)
	}
}

// wantPlaces indexes the chunk anew with the places of all separators; nothing of it was laid out yet.
func (c *chunk) wantPlaces() {
	c.places, c.masked = true, false
	c.buildIndex()
}

// softBefore counts the line ends within quotes before an offset.
func (c *chunk) softBefore(end int) int {
	if c.softLines == 0 {
		return 0
	}
	if end >= c.n {
		return c.softLines
	}
	return countLines(c.buf[:end]) - c.hardBefore(end)
}

// hardBefore counts the records that end before an offset.
func (c *chunk) hardBefore(end int) int {
	if end == c.end {
		return len(c.last)
	}
	lo, hi := 0, len(c.last)
	for lo < hi {
		mid := (lo + hi) / 2
		if c.recordEnd(mid+1) <= end {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// countLines counts LF, CR and CRLF once each.
func countLines(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for i := bytes.IndexByte(b, '\r'); i >= 0; {
		if i+1 >= len(b) || b[i+1] != '\n' {
			n++
		}
		k := bytes.IndexByte(b[i+1:], '\r')
		if k < 0 {
			break
		}
		i += 1 + k
	}
	return n
}

// check verifies that the complete records are UTF-8 without NUL. Only blocks that are not plain ASCII are looked at.
func (c *chunk) check() error {
	c.suspect = false
	if !c.odd {
		return nil
	}
	p := 0
	for i := range c.blocks {
		if c.blocks[i].odd == 0 {
			continue
		}
		p = max(p, i*64)
		for end := min(i*64+64, c.end); p < end; {
			if b := c.buf[p]; b < utf8.RuneSelf && b != 0 {
				p++
				continue
			}
			r, size := utf8.DecodeRune(c.buf[p:c.end])
			if r == 0 || r == utf8.RuneError && size == 1 {
				if c.suspect = c.forgiving; c.suspect {
					return nil
				}
				return c.badByte(p)
			}
			p += size
		}
	}
	return nil
}
