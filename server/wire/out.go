package wire

import (
	"encoding/binary"
	"io"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"
)

// FlushBytes is the size of the buffer above which it is written out.
const FlushBytes = 64 << 10

// keepBytes is the largest buffer that goes back to the pool.
const keepBytes = 4 * FlushBytes

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, FlushBytes+8<<10); return &b }}

// Out gathers messages and writes them in large pieces. A slow client blocks the write, and so whoever sends; nothing
// grows but by a single row. Between a Flush and the next message it holds no buffer. One goroutine at a time.
type Out struct {
	w   io.Writer
	buf *[]byte
	err error // sticky: once writing failed the connection is of no use
}

// NewOut makes an Out that writes to w.
func NewOut(w io.Writer) *Out { return &Out{w: w} }

func (o *Out) take() []byte {
	if o.buf == nil {
		o.buf = buffers.Get().(*[]byte)
		*o.buf = (*o.buf)[:0]
	}
	return *o.buf
}

// Send adds a message.
func (o *Out) Send(m pgproto3.BackendMessage) error {
	if o.err != nil {
		return o.err
	}
	b, err := m.Encode(o.take())
	if err != nil {
		return err
	}
	*o.buf = b
	return o.flushOver()
}

// Raw adds whole messages that are encoded already.
func (o *Out) Raw(messages []byte) error {
	if o.err != nil {
		return o.err
	}
	*o.buf = append(o.take(), messages...)
	return o.flushOver()
}

// Append lets f append whole messages to the buffer and writes the buffer out if it is large by now. If f fails,
// nothing of what it appended is kept.
func (o *Out) Append(f func(dst []byte) ([]byte, error)) error {
	if o.err != nil {
		return o.err
	}
	old := o.take()
	b, err := f(old)
	if err != nil {
		*o.buf = b[:len(old)]
		return err
	}
	*o.buf = b
	return o.flushOver()
}

// Rower appends one row of a prepared batch as a message: [Rows] and [Copy].
type Rower interface {
	Append(dst []byte, row int32) ([]byte, error)
}

// AppendRows appends the rows listed, at most as many as fill the buffer, which is then written out. It gives the
// number of rows appended; call again for the rest, and look at the query's context in between.
func (o *Out) AppendRows(r Rower, rows []int32) (n int, err error) {
	if o.err != nil {
		return 0, o.err
	}
	b := o.take()
	for n < len(rows) {
		if b, err = r.Append(b, rows[n]); err != nil {
			*o.buf = b
			return n, err
		}
		n++
		if len(b) >= FlushBytes {
			break
		}
	}
	*o.buf = b
	return n, o.flushOver()
}

func (o *Out) flushOver() error {
	if len(*o.buf) < FlushBytes {
		return nil
	}
	return o.Flush()
}

// Buffered is the number of bytes not yet written.
func (o *Out) Buffered() int {
	if o.buf == nil {
		return 0
	}
	return len(*o.buf)
}

// Flush writes everything out and gives the buffer back.
func (o *Out) Flush() error {
	if o.buf == nil || o.err != nil {
		o.drop()
		return o.err
	}
	if len(*o.buf) > 0 {
		_, o.err = o.w.Write(*o.buf)
	}
	o.drop()
	return o.err
}

func (o *Out) drop() {
	if o.buf != nil {
		if cap(*o.buf) <= keepBytes {
			buffers.Put(o.buf)
		}
		o.buf = nil
	}
}

// Err tells whether writing has failed.
func (o *Out) Err() error { return o.err }

// begin starts a message; finish sets its length.
func begin(dst []byte, typ byte) (out []byte, at int) {
	return append(dst, typ, 0, 0, 0, 0), len(dst) + 1
}

func finish(dst []byte, at int) []byte {
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at))
	return dst
}
