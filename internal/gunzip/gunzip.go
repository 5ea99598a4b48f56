// Package gunzip reads all members of a gzip file as one content and tells damage from a cut.
//
// That no member is missing follows from the raw reader, which gives io.EOF only at its proven end; what follows the
// last member and is no member is an error.
package gunzip

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"howdah/pgerr"
)

// Magic is how gzip content begins.
const Magic = "\x1f\x8b"

const bufferSize = 256 << 10 // compressed bytes asked for at once

var errClosed = pgerr.New(pgerr.InternalError, "read from a closed file")

// reader is in one goroutine's hands.
type reader struct {
	raw  io.ReadCloser
	in   *bufio.Reader
	zip  *gzip.Reader
	path string
	err  error // sticky
}

// New reads raw, which it closes. path is the object's name in errors, which are XX001 for damage; errors of raw that
// are *pgerr.Error come through. No bytes at all are empty content.
func New(raw io.ReadCloser, path string) io.ReadCloser {
	return &reader{raw: raw, in: bufio.NewReaderSize(raw, bufferSize), path: path}
}

func (g *reader) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if g.zip == nil {
		zip, err := gzip.NewReader(g.in)
		if err != nil {
			g.err = g.explain(err, true)
			return 0, g.err
		}
		g.zip = zip
	}
	n, err := g.zip.Read(p)
	if err != nil {
		g.err = g.explain(err, false)
	}
	return n, g.err
}

func (g *reader) explain(err error, first bool) error {
	if err == io.EOF {
		return err
	}
	if _, ok := errors.AsType[*pgerr.Error](err); ok {
		return err
	}
	corrupt := pgerr.Wrap(err, pgerr.DataCorrupted, "file %q is not a valid gzip file", g.path)
	var flaw flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt.WithDetail("It ends in the middle of a member.")
	case errors.Is(err, gzip.ErrChecksum):
		return corrupt.WithDetail("The checksum does not match the data.")
	case errors.Is(err, gzip.ErrHeader) && first:
		return corrupt.WithDetail("It does not begin with a gzip header.")
	case errors.Is(err, gzip.ErrHeader):
		return corrupt.WithDetail("What follows its last whole member is not a gzip member.")
	case errors.As(err, &flaw):
		return corrupt.WithDetail("The compressed data is damaged.")
	}
	return err // why the query was stopped
}

func (g *reader) Close() error {
	if g.err == nil || g.err == io.EOF {
		g.err = errClosed
	}
	return g.raw.Close()
}
