package blob

import (
	"bytes"
	"errors"
	"io"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/spill"
	"howdah/pgerr"
)

const (
	// memoryBytes is the content that is kept in memory; what is larger goes to a file.
	memoryBytes = 4 << 20
	// fileBytes is the most that a file may hold: content that unpacks to more is refused.
	fileBytes = 16 << 30

	firstBytes = 64 << 10
	copyBytes  = 256 << 10
)

// keep reads the whole content. size is its length if that is known, -1 if not.
func keep(in *formats.Input, size int64) (Blob, error) {
	r, err := in.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	first := firstBytes
	if size >= 0 {
		first = int(size) + 1 // for the Read that gives io.EOF
	}
	return fill(in, r, first)
}

// From keeps what is left of r, which stays the caller's, as Open keeps the content of objects without ranges.
func From(in *formats.Input, r io.Reader) (Blob, error) { return fill(in, r, firstBytes) }

// fill reads r to its end, into a buffer of so many bytes at first.
func fill(in *formats.Input, r io.Reader, first int) (Blob, error) {
	b := &memory{budget: in.Budget()}
	if err := b.grow(first); err != nil {
		return nil, err
	}
	for {
		n, err := r.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			b.Close()
			return nil, err
		}
		if len(b.data) < cap(b.data) {
			continue
		}
		if cap(b.data) < memoryBytes {
			err := b.grow(2 * cap(b.data))
			if err == nil {
				continue
			}
			if !errors.Is(err, pgerr.OutOfMemory) {
				b.Close()
				return nil, err
			}
		}
		return b.toFile(in, r)
	}
}

// memory is content in memory.
type memory struct {
	data   []byte
	budget *budget.Budget
	paid   int64
}

// grow makes room for n bytes in all.
func (b *memory) grow(n int) error {
	if err := b.budget.Grow(int64(n)); err != nil {
		return err
	}
	b.data = append(make([]byte, 0, n), b.data...)
	b.budget.Shrink(b.paid)
	b.paid = int64(n)
	return nil
}

func (b *memory) Size() int64 { return int64(len(b.data)) }

func (b *memory) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, checkSection(b, off, 0)
	}
	if off >= b.Size() {
		return 0, io.EOF
	}
	n := copy(p, b.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (b *memory) Section(off, n int64) (io.ReadCloser, error) {
	if err := checkSection(b, off, n); err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(b.data[off : off+n])), nil
}

func (b *memory) Close() error {
	b.budget.Shrink(b.paid)
	b.paid, b.data = 0, nil
	return nil
}

// toFile moves the content to a file and reads the rest of it there. It closes the memory.
func (b *memory) toFile(in *formats.Input, r io.Reader) (Blob, error) {
	defer b.Close()
	f, err := spill.Create("")
	if err != nil {
		return nil, err
	}
	s := &spilled{f: f}
	if err := s.fill(in, b.data, r); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// spilled is content in a temporary file.
type spilled struct {
	f    *spill.File
	size int64
}

func (b *spilled) fill(in *formats.Input, first []byte, r io.Reader) error {
	if _, err := b.f.Write(first); err != nil {
		return err
	}
	buf := first[:min(cap(first), copyBytes)] // what was written already
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := b.f.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if b.f.Size() > fileBytes {
			return pgerr.New(pgerr.ConfigurationLimitExceeded, "file %q unpacks to more than %d bytes", in.Info().Path, int64(fileBytes))
		}
	}
	b.size = b.f.Size()
	return b.f.Flush()
}

func (b *spilled) Size() int64 { return b.size }

func (b *spilled) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, checkSection(b, off, 0)
	}
	if off >= b.size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), b.size-off)]
	if err := b.f.ReadAt(want, off); err != nil {
		return 0, err
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

func (b *spilled) Section(off, n int64) (io.ReadCloser, error) {
	if err := checkSection(b, off, n); err != nil {
		return nil, err
	}
	return io.NopCloser(&section{b, off, off + n}), nil
}

func (b *spilled) Close() error { return b.f.Close() }

// section is a part of a file.
type section struct {
	b        *spilled
	off, end int64
}

func (s *section) Read(p []byte) (int, error) {
	if s.off >= s.end {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), s.end-s.off)]
	if err := s.b.f.ReadAt(p, s.off); err != nil {
		return 0, err
	}
	s.off += int64(len(p))
	return len(p), nil
}
