package formats

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"howdah/pgerr"
)

const (
	gzipMagic  = "\x1f\x8b"
	gzipBuffer = 256 << 10 // compressed bytes asked for at once
)

// gunzip reads all members of a gzip file as one content. That none is missing follows from the raw reader, which
// gives io.EOF only at the object's proven end, and not in between.
type gunzip struct {
	raw  io.ReadCloser
	in   *bufio.Reader
	zip  *gzip.Reader
	path string
	err  error
}

func newGunzip(raw io.ReadCloser, path string) *gunzip {
	return &gunzip{raw: raw, in: bufio.NewReaderSize(raw, gzipBuffer), path: path}
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	var n int
	var err error
	if g.zip == nil {
		g.zip, err = gzip.NewReader(g.in)
	}
	if err == nil {
		n, err = g.zip.Read(p)
	}
	if err != nil {
		g.err = g.explain(err)
		err = g.err
	}
	return n, err
}

// explain gives damage an SQLSTATE; errors of the raw reader have theirs.
func (g *gunzip) explain(err error) error {
	if err == io.EOF {
		return err
	}
	if _, ok := errors.AsType[*pgerr.Error](err); ok {
		return err
	}
	corrupt := pgerr.Wrap(err, pgerr.DataCorrupted, "file %q is not a valid gzip file", g.path)
	var flaw flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), g.zip == nil && errors.Is(err, io.EOF):
		return corrupt.WithDetail("It ends in the middle of a member.")
	case errors.Is(err, gzip.ErrChecksum):
		return corrupt.WithDetail("The checksum does not match the data.")
	case errors.Is(err, gzip.ErrHeader):
		return corrupt.WithDetail("What follows its last whole member is not a gzip member.")
	case errors.As(err, &flaw):
		return corrupt.WithDetail("The compressed data is damaged.")
	}
	return err // the reason for which the query was stopped
}

func (g *gunzip) Close() error {
	if g.err == nil {
		g.err = errClosed
	}
	return g.raw.Close()
}
