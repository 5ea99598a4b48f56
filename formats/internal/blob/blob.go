package blob

import (
	"bytes"
	"io"

	"howdah/formats"
	"howdah/pgerr"
)

const (
	// smallBytes is the size up to which an object is read as a whole at once: one round trip instead of three.
	smallBytes = 256 << 10
	// headBytes and tailBytes are read at once and kept where the ends of a larger object are asked for; directories
	// lie there.
	headBytes = 4 << 10
	tailBytes = 256 << 10
)

// Blob is content of known size that is read at offsets. One goroutine at a time calls its methods; sections that are
// open are readers of their own, each with one goroutine.
type Blob interface {
	// ReadAt is io.ReaderAt's; io.EOF comes only at Size. Errors are *pgerr.Error besides.
	io.ReaderAt
	// Size is the content's length in bytes.
	Size() int64
	// Section opens the n bytes from off on, which must lie within the content, as a stream. The caller closes it,
	// before the Blob. It gives io.EOF only after n bytes.
	Section(off, n int64) (io.ReadCloser, error)
	// Close gives back what is kept. It may be called again.
	Close() error
}

// Open gives access to an object's content, decompressed. The caller closes the Blob, before the Input. What is kept in
// memory is taken from the Input's budget.
func Open(in *formats.Input) (Blob, error) {
	ranges, err := in.Ranges()
	if err != nil {
		return nil, err
	}
	if ranges && in.Size() > smallBytes {
		return &ranged{in: in}, nil
	}
	size := int64(-1)
	if ranges {
		size = in.Size()
	}
	return keep(in, size)
}

// checkSection is what every Section begins with.
func checkSection(b Blob, off, n int64) error {
	if off < 0 || n < 0 || off > b.Size()-n {
		return pgerr.New(pgerr.InternalError, "section %d+%d is outside of %d bytes", off, n, b.Size())
	}
	return nil
}

// ranged reads at the source. It keeps the ends of the content once they were asked for.
type ranged struct {
	in         *formats.Input
	head, tail []byte
}

func (b *ranged) Size() int64 { return b.in.Size() }

// Section opens a part, from what is kept if it lies there.
func (b *ranged) Section(off, n int64) (io.ReadCloser, error) {
	if err := checkSection(b, off, n); err != nil {
		return nil, err
	}
	if have := b.Size() - int64(len(b.tail)); off >= have {
		return io.NopCloser(bytes.NewReader(b.tail[off-have:][:n])), nil
	}
	return b.in.ReadRange(off, n)
}

// ReadAt reads a part. One at either end brings the whole of that end.
func (b *ranged) ReadAt(p []byte, off int64) (int, error) {
	size := b.Size()
	if off < 0 {
		return 0, checkSection(b, off, 0)
	}
	if off >= size {
		return 0, io.EOF
	}
	want, n := p, int64(len(p))
	if n > size-off {
		n = size - off
		want = p[:n]
	}
	var err error
	switch {
	case off+n <= headBytes:
		if b.head == nil {
			b.head, err = b.fetch(0, headBytes)
		}
		if err == nil {
			copy(want, b.head[off:])
		}
	case off >= size-tailBytes:
		if b.tail == nil {
			b.tail, err = b.fetch(size-tailBytes, tailBytes)
		}
		if err == nil {
			copy(want, b.tail[off-(size-tailBytes):])
		}
	default:
		err = b.read(want, off)
	}
	if err != nil {
		return 0, err
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

// fetch reads an end, to be kept.
func (b *ranged) fetch(off, n int64) ([]byte, error) {
	if err := b.in.Budget().Grow(n); err != nil {
		return nil, err
	}
	p := make([]byte, n)
	if err := b.read(p, off); err != nil {
		b.in.Budget().Shrink(n)
		return nil, err
	}
	return p, nil
}

func (b *ranged) read(p []byte, off int64) error {
	r, err := b.in.ReadRange(off, int64(len(p)))
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.ReadFull(r, p)
	return err
}

func (b *ranged) Close() error {
	b.in.Budget().Shrink(int64(len(b.head) + len(b.tail)))
	b.head, b.tail = nil, nil
	return nil
}
