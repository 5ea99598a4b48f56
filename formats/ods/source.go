package ods

import (
	"bufio"
	"bytes"
	"io"
	"path"

	"howdah/formats"
	"howdah/formats/internal/blob"
	"howdah/formats/internal/xml"
	"howdah/formats/internal/zip"
	"howdah/pgerr"
)

const (
	mimetype  = "application/vnd.oasis.opendocument.spreadsheet"
	valid     = "a valid OpenDocument spreadsheet"
	peekBytes = 64 << 10
)

// part is a document's XML that is being read.
type part interface {
	xml.Source
	io.Closer
	// Done is how many bytes of the XML were read, and Size how many there are, -1 if nobody knows.
	Done() int64
	Size() int64
}

// member is a part of a package.
type member struct{ *zip.Member }

func (m member) Size() int64 { return m.Entry.Size }

// flat is a document that is a file of its own.
type flat struct {
	in   *formats.Input
	r    io.ReadCloser
	size int64
	done int64
}

var (
	_ part = member{}
	_ part = (*flat)(nil)
)

func (f *flat) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	f.done += int64(n)
	return n, err
}

func (f *flat) Close() error { return f.r.Close() }
func (f *flat) Path() string { return f.in.Info().Path }
func (f *flat) Part() string { return path.Base(f.Path()) }
func (f *flat) Done() int64  { return f.done }
func (f *flat) Size() int64  { return f.size }

// Damaged is the error that says what is wrong with the document.
func (f *flat) Damaged(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not %s", f.Path(), valid).WithDetail("Its XML is damaged: "+format, args...)
}

// content is where the parts of a spreadsheet come from.
type content struct {
	in      *formats.Input
	blob    blob.Blob     // nil if the file is a flat document that can only be read from its beginning
	archive *zip.Archive  // nil if the file is a flat document
	first   io.ReadCloser // the flat document, already open
	keys    *keys         // of an encrypted package
}

// openContent finds out what the file is.
func openContent(in *formats.Input) (*content, error) {
	c := &content{in: in}
	if err := c.open(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *content) open() error {
	ranges, err := c.in.Ranges()
	if err != nil {
		return err
	}
	var magic [4]byte
	if ranges {
		if c.blob, err = blob.Open(c.in); err != nil {
			return err
		}
		if _, err := c.blob.ReadAt(magic[:], 0); err != nil && err != io.EOF {
			return err
		}
	} else {
		r, err := c.in.Reader()
		if err != nil {
			return err
		}
		p := &peeked{bufio.NewReaderSize(r, peekBytes), r}
		head, err := p.Peek(len(magic))
		if err != nil && err != io.EOF {
			r.Close()
			return err
		}
		copy(magic[:], head)
		if !isZip(magic[:]) {
			c.first = p
			return notUTF16(c.in, magic[:])
		}
		c.blob, err = blob.From(c.in, p)
		r.Close()
		if err != nil {
			return err
		}
	}
	if c.blob.Size() > 0 && !isZip(magic[:]) {
		return notUTF16(c.in, magic[:])
	}
	c.archive, err = zip.Open(c.blob, zip.Origin{Path: c.in.Info().Path, Kind: valid, Budget: c.in.Budget()})
	return err
}

func isZip(magic []byte) bool { return bytes.HasPrefix(magic, []byte("PK")) }

// notUTF16 refuses the encoding that its first bytes tell.
func notUTF16(in *formats.Input, magic []byte) error {
	for _, m := range []string{"\xff\xfe", "\xfe\xff", "<\x00", "\x00<"} {
		if bytes.HasPrefix(magic, []byte(m)) {
			return pgerr.New(pgerr.FeatureNotSupported, "XML in the encoding %q is not supported in file %q", "UTF-16", in.Info().Path)
		}
	}
	return nil
}

// isFlat tells whether all parts are one document.
func (c *content) isFlat() bool { return c.archive == nil }

// part opens a part of a package; of a flat document it opens the whole.
func (c *content) part(name string) (part, error) {
	if !c.isFlat() {
		if c.keys != nil && c.keys.has(name) {
			return c.keys.open(c.archive, name)
		}
		m, err := c.archive.Open(name)
		if err != nil {
			return nil, err
		}
		return member{m}, nil
	}
	f := &flat{in: c.in, size: -1}
	var err error
	switch {
	case c.first != nil:
		f.r, c.first = c.first, nil
	case c.blob != nil:
		f.size = c.blob.Size()
		f.r, err = c.blob.Section(0, f.size)
	default:
		f.r, err = c.in.Reader()
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (c *content) close() (err error) {
	if c.archive != nil {
		c.archive.Close()
	}
	if c.blob != nil {
		err = c.blob.Close()
	}
	if c.first != nil {
		err = c.first.Close()
		c.first = nil
	}
	return err
}

// peeked is a reader whose first bytes were looked at.
type peeked struct {
	*bufio.Reader
	closer io.Closer
}

func (p *peeked) Close() error { return p.closer.Close() }
