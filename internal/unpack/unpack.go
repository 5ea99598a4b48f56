package unpack

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"howdah/internal/budget"
	"howdah/pgerr"
)

// MaxWindow is the largest window or dictionary that is made, whatever a file's header asks for: what zstd --long=27
// and xz with twice the dictionary of -9 need.
const MaxWindow = 128 << 20

const bufferSize = 256 << 10 // compressed bytes asked for at once

var errClosed = pgerr.New(pgerr.InternalError, "read from a closed file")

// reader is in one goroutine's hands.
type reader struct {
	kind   Kind
	raw    io.ReadCloser
	in     *bufio.Reader
	size   int64 // Lzma: the unpacked size; -1 = an end mark tells
	codec  io.Reader
	free   func() // of the codec; nil if it holds nothing
	path   string
	budget *budget.Budget
	paid   int64
	failed error // of raw
	err    error // sticky
}

// New reads raw, which it closes. path is the object's name in errors, which are XX001 for damage; errors of raw come
// through. No bytes at all are empty content. What the codec needs to hold is taken from b, which may be nil.
func New(kind Kind, raw io.ReadCloser, path string, b *budget.Budget) io.ReadCloser {
	return newReader(kind, raw, path, b)
}

// NewLzma reads a member of a zip archive compressed by method 14; size is its unpacked length, -1 if an end mark tells.
func NewLzma(raw io.ReadCloser, path string, size int64, b *budget.Budget) io.ReadCloser {
	r := newReader(Lzma, raw, path, b)
	r.size = size
	return r
}

func newReader(kind Kind, raw io.ReadCloser, path string, b *budget.Budget) *reader {
	r := &reader{kind: kind, raw: raw, path: path, budget: b, size: -1}
	r.in = bufio.NewReaderSize((*rawReader)(r), bufferSize)
	return r
}

// rawReader remembers why raw failed, whatever the codec makes of it.
type rawReader reader

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.raw.Read(p)
	if err != nil && err != io.EOF {
		r.failed = err
	}
	return n, err
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if r.codec == nil {
		if err := r.start(); err != nil {
			r.err = r.explain(err)
			return 0, r.err
		}
	}
	n, err := r.codec.Read(p)
	if err == io.EOF {
		err = r.end()
	}
	if err != nil {
		r.err = r.explain(err)
	}
	return n, r.err
}

// start makes the codec once there is something to read.
func (r *reader) start() (err error) {
	if _, err := r.in.Peek(1); err != nil {
		if err == io.EOF && (r.kind == Deflate || r.kind == Lzma) {
			err = io.ErrUnexpectedEOF // these have an end of their own
		}
		return err
	}
	if r.kind == skippable {
		if r.kind, err = r.skip(); err != nil {
			return err
		}
	}
	switch r.kind {
	case Gzip:
		r.codec, err = gzip.NewReader(r.in)
	case Bzip2:
		if err = r.pay(8 << 20); err == nil {
			r.codec = bzip2.NewReader(r.in)
		}
	case Xz:
		r.codec = &xzReader{in: r.in, pay: r.pay}
	case Zstd:
		r.codec, r.free, err = newZstd(r.in, r.pay)
	case Lz4:
		r.codec, err = newLz4(r.in, r.pay)
	case Deflate:
		r.codec = flate.NewReader(r.in)
	case Lzma:
		r.codec, err = newLzma(r.in, r.size, r.pay)
	default:
		panic("unpack: nothing to unpack")
	}
	return err
}

// skip passes over skippable frames to the first that tells whose they are.
func (r *reader) skip() (Kind, error) {
	for {
		head, err := r.in.Peek(8)
		switch k := Detect(head); {
		case k == Zstd, k == Lz4:
			return k, nil
		case len(head) == 0 && err == io.EOF:
			return None, io.EOF // nothing but frames that say nothing
		case err != nil:
			return None, noEOF(err)
		case !isSkippable(head):
			return None, errTrailing
		}
		if err := discardFrame(r.in, head); err != nil {
			return None, err
		}
	}
}

// end makes sure that nothing is left.
func (r *reader) end() error {
	if r.kind == Lzma {
		return io.EOF // an end mark may follow; whoever knows the size compares the checksum
	}
	switch _, err := r.in.Peek(1); err {
	case nil:
		return errTrailing
	default:
		return err
	}
}

// pay takes what the codec will hold in all from the budget.
func (r *reader) pay(total int64) error {
	if total > MaxWindow+16<<20 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q needs %d bytes of memory to be unpacked", r.path, total).
			WithDetail("Its header asks for a window of that size; at most %d bytes are supported.", int64(MaxWindow)).
			WithHint("Compress it without a long window.")
	}
	if total > r.paid {
		if err := r.budget.Grow(total - r.paid); err != nil {
			return err
		}
		r.paid = total
	}
	return nil
}

// What codecs found wrong, beyond their libraries' errors.
var (
	errTrailing   = errors.New("what follows its last whole part is not compressed content")
	errChecksum   = errors.New("the checksum does not match the data")
	errDamaged    = errors.New("the compressed data is damaged")
	errLength     = errors.New("the length does not match the data")
	errDictionary = errors.New("it needs a dictionary, which is not supported")
	errFilter     = errors.New("it uses a filter or check that is not supported")
)

// noEOF is for reads in the middle of something.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *reader) explain(err error) error {
	if r.failed != nil {
		return r.failed // such as why the query was stopped
	}
	if err == io.EOF {
		return err
	}
	if _, ok := errors.AsType[*pgerr.Error](err); ok {
		return err
	}
	if errors.Is(err, errDictionary) || errors.Is(err, errFilter) {
		return pgerr.Wrap(err, pgerr.FeatureNotSupported, "file %q cannot be unpacked: %v", r.path, err)
	}
	corrupt := pgerr.Wrap(err, pgerr.DataCorrupted, "file %q is not a valid %s file", r.path, r.kind)
	var flaw flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt.WithDetail("It ends in the middle of the compressed data.")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, errChecksum):
		return corrupt.WithDetail("The checksum does not match the data.")
	case errors.Is(err, gzip.ErrHeader) && r.codec == nil:
		return corrupt.WithDetail("It does not begin with a gzip header.")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, errTrailing):
		return corrupt.WithDetail("What follows its last whole part is not compressed content.")
	case errors.Is(err, errLength):
		return corrupt.WithDetail("The length does not match the data.")
	case errors.As(err, &flaw), errors.Is(err, errDamaged):
		return corrupt.WithDetail("The compressed data is damaged.")
	}
	return corrupt.WithDetail("The compressed data is damaged: %v.", err)
}

func (r *reader) Close() error {
	if r.err == nil || r.err == io.EOF {
		r.err = errClosed
	}
	if r.free != nil {
		r.free()
		r.free = nil
	}
	r.codec = nil
	r.budget.Shrink(r.paid)
	r.paid = 0
	return r.raw.Close()
}
