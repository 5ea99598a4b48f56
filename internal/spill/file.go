// Package spill keeps what does not fit into memory in temporary files. A file has no name: it is unlinked as soon as
// it is made, so that nothing is left behind however the process ends.
package spill

import (
	"bufio"
	"errors"
	"io"
	"os"
	"syscall"

	"howdah/pgerr"
)

// bufferBytes is what a writer gathers at once, and readBytes what a reader asks for; many read at the same time.
const (
	bufferBytes = 64 << 10
	readBytes   = 16 << 10
)

// File is a temporary file that is written from front to back and then read anywhere. One goroutine at a time.
type File struct {
	f       *os.File
	buf     []byte
	hold    int   // bytes gathered before they are written
	size    int64 // buf included
	quota   *Quota
	counted int64 // bytes that the quota has granted
	freed   int64 // of those, bytes that it has back
}

// Create makes a file in dir; "" is the system's folder for such files.
func Create(dir string) (*File, error) {
	f, err := os.CreateTemp(dir, "howdah-spill-")
	if err != nil {
		return nil, failed(err, "could not create temporary file")
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, failed(err, "could not unlink temporary file")
	}
	return &File{f: f, hold: bufferBytes}, nil
}

// Hold sets how many bytes are gathered before they are written, for those who write many files at once.
func (s *File) Hold(bytes int) { s.hold = bytes }

// Within makes what the file takes count in a quota from now on; nil is none. A write beyond it fails with 53400.
func (s *File) Within(q *Quota) { s.quota = q }

// Size is where the next Write begins.
func (s *File) Size() int64 { return s.size }

// Write appends.
func (s *File) Write(p []byte) (int, error) {
	s.buf = append(s.buf, p...)
	s.size += int64(len(p))
	if len(s.buf) >= s.hold {
		return len(p), s.Flush()
	}
	return len(p), nil
}

// WriteAt writes p at off, also over what is there or beyond the end. Files that it is used on are not written otherwise.
func (s *File) WriteAt(p []byte, off int64) error {
	if end := off + int64(len(p)); end > s.size {
		if s.quota != nil {
			if err := s.quota.grow(end - s.size); err != nil {
				return err
			}
			s.counted += end - s.size
		}
		s.size = end
	}
	if _, err := s.f.WriteAt(p, off); err != nil {
		return failed(err, "could not write to temporary file")
	}
	return nil
}

// Flush brings what was written to the file; do so before reading.
func (s *File) Flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	if s.quota != nil {
		if err := s.quota.grow(s.size - s.counted); err != nil {
			return err
		}
		s.counted = s.size
	}
	_, err := s.f.WriteAt(s.buf, s.size-int64(len(s.buf)))
	if s.buf = s.buf[:0]; cap(s.buf) > 4*bufferBytes {
		s.buf = nil
	}
	if err != nil {
		return failed(err, "could not write to temporary file")
	}
	return nil
}

// Reader reads the bytes from off to end. Several readers of a file may be in use at once.
func (s *File) Reader(off, end int64) *Reader {
	return &Reader{bufio.NewReaderSize(io.NewSectionReader(s.f, off, end-off), readBytes)}
}

// ReadAt fills p from off on; a file that ends before is an error. Any number of goroutines may read at once.
func (s *File) ReadAt(p []byte, off int64) error {
	if _, err := io.ReadFull(io.NewSectionReader(s.f, off, int64(len(p))), p); err != nil {
		return failed(err, "could not read temporary file")
	}
	return nil
}

// Forget says that the bytes from off to end are not needed any more; their space is given back where the system can.
func (s *File) Forget(off, end int64) error {
	if err := s.Flush(); err != nil {
		return err
	}
	const page = 4096
	off, end = (off+page-1)/page*page, end/page*page
	if off >= end || !punch(s.f, off, end-off) {
		return nil
	}
	if s.quota != nil {
		s.quota.shrink(end - off)
		s.freed += end - off
	}
	return nil
}

// Close gives the file's space back.
func (s *File) Close() error {
	if s == nil || s.f == nil {
		return nil
	}
	err := s.f.Close()
	s.f = nil
	if s.quota != nil {
		s.quota.shrink(s.counted - s.freed)
	}
	return err
}

// Reader reads a part of a File.
type Reader struct{ r *bufio.Reader }

// Byte gives the next byte; io.EOF at the end of the part.
func (r *Reader) Byte() (byte, error) {
	b, err := r.r.ReadByte()
	if err != nil && err != io.EOF {
		err = failed(err, "could not read temporary file")
	}
	return b, err
}

// ReadByte makes a Reader an io.ByteReader.
func (r *Reader) ReadByte() (byte, error) { return r.Byte() }

// Full fills p; a file that ends before is an error.
func (r *Reader) Full(p []byte) error {
	if _, err := io.ReadFull(r.r, p); err != nil {
		return failed(err, "could not read temporary file")
	}
	return nil
}

func failed(err error, what string) error {
	code := pgerr.IOError
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = pgerr.DiskFull
	}
	cause := err
	var path *os.PathError
	if errors.As(err, &path) {
		cause = path.Err
	}
	return pgerr.Wrap(err, code, "%s: %v", what, cause)
}
