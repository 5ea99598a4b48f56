package formats

import (
	"context"
	"hash/crc32"
	"io"

	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/archive"
)

// sniffSize is how many first bytes are looked at: a tar archive's first header.
const sniffSize = 512

// rawSize is how many bytes the source has for the object, -1 if unknown.
func (in *Input) rawSize() int64 {
	if p := in.info.Packed; p != nil {
		return p.Len
	}
	return in.info.Size
}

// packed is how the object is compressed by the archive that it is a member of.
func (in *Input) packed() unpack.Kind {
	if in.info.Packed == nil {
		return unpack.None
	}
	return in.info.Packed.Kind
}

// opened is content that can be told, by any goroutine, to give up what it waits for.
type opened struct {
	io.ReadCloser
	stop context.CancelCauseFunc
}

func (o *opened) Close() error {
	o.stop(errClosed)
	return o.ReadCloser.Close()
}

// openContent opens the object, a member as it was before it was put into its archive.
func (in *Input) openContent() (*opened, error) {
	ctx, stop := context.WithCancelCause(in.ctx)
	sub := &Input{ctx: ctx, src: in.src, info: in.info, meter: in.meter, budget: in.budget}
	o := &opened{stop: stop}
	if n := in.rawSize(); in.src.Remote() && in.info.Ranges && n > 0 {
		o.ReadCloser = newAhead(sub, 0, n)
	} else {
		s, err := openStream(sub, 0, -1)
		if err != nil {
			stop(errClosed)
			return nil, err
		}
		o.ReadCloser = s
	}
	if in.info.Packed != nil {
		o.ReadCloser = newMember(in, o.ReadCloser)
	}
	return o, nil
}

// sniff looks at the first bytes, which o gives again; it closes o if it fails.
func (in *Input) sniff(o *opened) error {
	p, err := peek(o.ReadCloser, sniffSize)
	if err == nil {
		o.ReadCloser = p
		err = in.judge(p.head)
	}
	if err != nil {
		o.Close()
		return err
	}
	in.known = true
	return nil
}

func (in *Input) judge(head []byte) error {
	if in.kind = unpack.Detect(head); in.kind != unpack.None {
		return nil
	}
	if zip, document := archive.IsZip(head); zip && !document {
		if in.info.Packed != nil {
			return pgerr.New(pgerr.FeatureNotSupported, "%q is an archive inside of an archive, which is not supported", in.info.Path)
		}
		over := archive.Over(in.src)
		only, document, err := over.Only(in.ctx, in.info)
		if err != nil {
			return in.fail(err)
		}
		if !document {
			in.only = NewInput(in.ctx, over, only, in.meter, in.budget)
		}
		return nil
	}
	return judge(in.info.Path, head)
}

// judge refuses content that no format reads, but that has names of its own.
func judge(path string, head []byte) error {
	if archive.IsTar(head) {
		return archive.Several(path)
	}
	if kind := unpack.Foreign(head); kind != "" {
		return pgerr.New(pgerr.FeatureNotSupported, "file %q is of the kind %s, which is not supported", path, kind).
			WithHint("Files may be compressed by gzip, bzip2, xz, zstd, lz4 or zip.")
	}
	return nil
}

// unpacked gives what o holds, as formats read it.
func (in *Input) unpacked(o *opened) io.ReadCloser {
	if in.kind == unpack.None && in.packed() == unpack.None {
		return o
	}
	r := o.ReadCloser
	if in.kind != unpack.None {
		r = &single{ReadCloser: in.limited(unpack.New(in.kind, r, in.info.Path, in.budget)), kind: in.kind, path: in.info.Path}
	}
	return &pump{r: r, stop: o.stop, budget: in.budget}
}

// limited stops r at what the source allows an object to unpack to.
func (in *Input) limited(r io.ReadCloser) io.ReadCloser {
	max := sources.MaxUnpacked(in.src)
	return &limited{ReadCloser: r, left: max, max: max, path: in.info.Path}
}

type limited struct {
	io.ReadCloser
	left, max int64
	path      string
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, sources.TooLarge(l.path, l.max)
	}
	return n, err
}

// single makes sure that what was unpacked is not packed once more.
type single struct {
	io.ReadCloser
	kind   unpack.Kind
	path   string
	looked bool
	err    error
}

func (s *single) Read(b []byte) (int, error) {
	if !s.looked {
		s.looked = true
		p, err := peek(s.ReadCloser, sniffSize)
		if s.err = err; err == nil {
			s.ReadCloser = p
			s.err = s.judge(p.head)
		}
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.ReadCloser.Read(b)
}

func (s *single) judge(head []byte) error {
	if kind := unpack.Detect(head); kind != unpack.None {
		return pgerr.New(pgerr.FeatureNotSupported, "file %q is compressed twice, which is not supported", s.path).
			WithDetail("It is compressed by %v, and what is in it by %v.", s.kind, kind)
	}
	if zip, document := archive.IsZip(head); zip && !document {
		return pgerr.New(pgerr.FeatureNotSupported, "file %q is a zip archive that is compressed by %v, which is not supported", s.path, s.kind)
	}
	return judge(s.path, head)
}

// member makes a member's content of the bytes that it has in its archive. It gives io.EOF only after as many bytes as
// the archive's directory says, with the checksum that it says.
type member struct {
	io.ReadCloser
	info sources.Info
	skip int64
	left int64
	sum  uint32
	err  error // sticky
}

func newMember(in *Input, raw io.ReadCloser) *member {
	p := in.info.Packed
	switch p.Kind {
	case unpack.None:
	case unpack.Lzma:
		raw = in.limited(unpack.NewLzma(raw, in.info.Path, in.info.Size, in.budget))
	default:
		raw = in.limited(unpack.New(p.Kind, raw, in.info.Path, in.budget))
	}
	return &member{ReadCloser: raw, info: in.info, skip: p.Skip, left: in.info.Size}
}

func (m *member) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for m.skip > 0 {
		n, err := m.ReadCloser.Read(p[:min(int64(len(p)), m.skip)])
		if m.skip -= int64(n); err != nil && m.skip > 0 {
			m.err = m.explain(err)
			return 0, m.err
		}
	}
	if m.left == 0 {
		m.err = m.end()
		return 0, m.err
	}
	n, err := m.ReadCloser.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	if m.info.Packed.Summed {
		m.sum = crc32.Update(m.sum, crc32.IEEETable, p[:n])
	}
	if err == io.EOF && m.left == 0 {
		err = nil
	}
	if err != nil {
		m.err = m.explain(err)
	}
	return n, m.err
}

// end checks what the directory promised. An archive that is compressed as a whole was read to its end when it was
// listed; only where nobody can tell whether it is still the same is the rest of it read again.
func (m *member) end() error {
	p := m.info.Packed
	if p.Summed && m.sum != p.Sum {
		return m.damaged("The checksum does not match the data.")
	}
	if p.Kind != unpack.None && !p.Summed {
		if p.Archive.Version != "" {
			return io.EOF
		}
		if _, err := io.Copy(io.Discard, m.ReadCloser); err != nil {
			return err
		}
		return io.EOF
	}
	var one [1]byte
	for {
		n, err := m.ReadCloser.Read(one[:])
		if n > 0 {
			return m.damaged("It is longer than the archive says.")
		}
		if err != nil {
			return err
		}
	}
}

func (m *member) explain(err error) error {
	if err != io.EOF {
		return err
	}
	return m.damaged("It is shorter than the archive says.")
}

func (m *member) damaged(detail string) error {
	return pgerr.New(pgerr.DataCorrupted, "member %q of an archive is damaged", m.info.Path).WithDetail("%s", detail)
}
