package json

import (
	"bytes"
	"fmt"
	"io"
	"runtime/debug"

	"howdah/internal/budget"
	"howdah/pgerr"
)

const (
	// chunkBytes is what is read at once.
	chunkBytes = 256 << 10
	// firstBytes is what the first rows may wait for, where a source gives less at a time.
	firstBytes = 32 << 10
	// maxValue bounds one row or string, as PostgreSQL bounds a value.
	maxValue = 1<<30 - 1
	// hugeValue is the size from which on a value is taken for the reason when memory does not suffice.
	hugeValue = 16 << 20
)

// chunk is a window on the file. What text columns point to lies in its buffer: the data, pad bytes, and behind them
// values that had to be rewritten (the side).
type chunk struct {
	scanner
	name   string // of the file, for errors
	r      io.Reader
	budget *budget.Budget
	held   int64
	size   int // of the first buffer
	limit  int // data bytes that buf has room for
	inner  bool
	whole  int // data, where n is bound to a part of it

	offset    int64 // bytes of the file before buf
	lines     int64 // line ends before buf
	lineStart int64 // offset in the file where the line begins that buf begins in
	unplaced  bool  // lines before it are not known
}

// open makes room and reads nothing yet. inner says that it begins in the middle of a file.
func (c *chunk) open(name string, r io.Reader, b *budget.Budget, size int, inner bool) error {
	c.name, c.r, c.budget, c.size, c.inner = name, r, b, max(size, 4), inner
	if err := c.room(c.size); err != nil {
		return err
	}
	c.seal()
	return nil
}

// seal ends the data with a zero byte and drops the side.
func (c *chunk) seal() {
	c.buf = c.buf[:c.n+pad]
	c.buf[c.n] = 0
}

// room gives the buffer n bytes for data. The old one is left alone, since columns may point to it.
func (c *chunk) room(n int) error {
	size := int64(n + n/8 + pad)
	if err := c.budget.Grow(size); err != nil {
		return err
	}
	if n >= hugeValue {
		debug.FreeOSMemory() // the smaller buffers before this one are garbage, and as large together
	}
	buf := make([]byte, size)
	copy(buf, c.buf[:c.n])
	c.budget.Shrink(c.held)
	c.buf, c.held, c.limit = buf, size, n
	return nil
}

// fill drops what lies before pos, which gets 0, and reads more. It is an error if there is none.
func (c *chunk) fill() error {
	if c.eof {
		c.bad = c.n
		return c.place(pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("The input string ended unexpectedly."), c.n)
	}
	fresh := c.offset == 0 && c.n == 0 && !c.inner
	c.drop()
	if c.n >= c.limit {
		if err := c.grow(); err != nil {
			return err
		}
	}
	goal := c.limit
	if c.n == 0 && fresh {
		goal = firstBytes
	}
	c.buf = c.buf[:cap(c.buf)]
	for !c.eof && c.n < min(goal, c.limit) {
		k, err := c.r.Read(c.buf[c.n:c.limit])
		c.n += k
		if err == io.EOF {
			c.eof = true
		} else if err != nil {
			c.seal()
			return err
		}
	}
	if fresh && bytes.HasPrefix(c.buf[:c.n], []byte("\xEF\xBB\xBF")) {
		c.n = copy(c.buf, c.buf[3:c.n])
		c.offset, c.lineStart = 3, 3
	}
	c.seal()
	if fresh && (bytes.HasPrefix(c.buf[:c.n], []byte("\xFF\xFE")) || bytes.HasPrefix(c.buf[:c.n], []byte("\xFE\xFF"))) {
		return c.place(pgerr.New(pgerr.CharacterNotInRepertoire, "the content is UTF-16, but JSON is UTF-8"), 0)
	}
	return nil
}

func (c *chunk) drop() {
	gone := c.buf[:c.pos]
	c.lines += int64(bytes.Count(gone, []byte{'\n'}))
	if at := bytes.LastIndexByte(gone, '\n'); at >= 0 {
		c.lineStart = c.offset + int64(at) + 1
	}
	c.offset += int64(c.pos)
	c.n = copy(c.buf, c.buf[c.pos:c.n])
	c.pos = 0
}

// grow doubles the buffer for a value that does not fit.
func (c *chunk) grow() error {
	if c.limit >= maxValue {
		return c.place(pgerr.New(pgerr.ProgramLimitExceeded, "value is longer than %d bytes", maxValue), 0)
	}
	err := c.room(min(2*c.limit, maxValue))
	if e, ok := err.(*pgerr.Error); ok {
		if c.limit >= hugeValue {
			e = pgerr.New(pgerr.ProgramLimitExceeded, "value is longer than %d bytes", c.limit).WithDetail("%s", e.Detail).WithHint("%s", e.Hint)
		}
		return c.place(e, 0)
	}
	return err
}

// place says where in the file an error is: p is an offset into the chunk.
func (c *chunk) place(e *pgerr.Error, p int) *pgerr.Error { return e.At("%s, %s", c.name, c.byteAt(p)) }

// byteAt names a byte of the chunk by line and place in it, or by its place in the file where lines are not known.
func (c *chunk) byteAt(p int) string {
	if c.unplaced {
		return fmt.Sprintf("byte %d", c.offset+int64(p)+1)
	}
	start := c.lineStart
	if at := bytes.LastIndexByte(c.buf[:p], '\n'); at >= 0 {
		start = c.offset + int64(at) + 1
	}
	return fmt.Sprintf("%s, byte %d of the line", c.lineAt(p), c.offset+int64(p)-start+1)
}

// lineAt names the line that holds a byte of the chunk.
func (c *chunk) lineAt(p int) string {
	if c.unplaced {
		return fmt.Sprintf("byte %d", c.offset+int64(p)+1)
	}
	return fmt.Sprintf("line %d", c.lines+1+int64(bytes.Count(c.buf[:p], []byte{'\n'})))
}

func (c *chunk) close() {
	c.budget.Shrink(c.held)
	c.held, c.buf, c.n, c.pos = 0, nil, 0, 0
}
