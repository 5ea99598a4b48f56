package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"howdah/internal/budget"
	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
)

const tarBlock = 512

// isTar knows a tar archive by the checksum in its first header.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return false
	}
	field := strings.Trim(string(head[148:156]), " \x00")
	if field == "" {
		return false
	}
	want := int64(0)
	for _, c := range field {
		if c < '0' || c > '7' {
			return false
		}
		want = want*8 + int64(c-'0')
	}
	unsigned, signed := int64(0), int64(0)
	for i, b := range head[:tarBlock] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return want == unsigned || want == signed
}

// tarInput is a tar archive's bytes for the library, which reads headers by whole blocks and nothing ahead.
type tarInput interface {
	io.Reader
	pos() int64 // of the next byte
}

// tarSeeker reads at offsets: the library passes over contents by seeking.
type tarSeeker struct {
	r   access
	off int64
}

func (t *tarSeeker) Read(p []byte) (int, error) {
	n := min(int64(len(p)), t.r.size()-t.off)
	if n <= 0 {
		return 0, io.EOF
	}
	b, err := t.r.at(t.off, n)
	if err != nil {
		return 0, err
	}
	copy(p, b)
	t.off += n
	return int(n), nil
}

func (t *tarSeeker) Seek(off int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || off < 0 || off > t.r.size()-t.off {
		return 0, io.ErrUnexpectedEOF
	}
	t.off += off
	return t.off, nil
}

func (t *tarSeeker) pos() int64 { return t.off }

// tarStream reads from front to back.
type tarStream struct {
	r   io.Reader
	off int64
}

func (t *tarStream) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.off += int64(n)
	return n, err
}

func (t *tarStream) pos() int64 { return t.off }

func allZero(p []byte) bool { return len(bytes.TrimLeft(p, "\x00")) == 0 }

// readPacked lists a tar archive that is compressed as a whole, to its proven end.
func (s *Source) readPacked(ctx context.Context, info sources.Info, kind unpack.Kind) (*directory, error) {
	q := &sequence{ctx: ctx, src: s.inner, info: info}
	r := unpack.New(kind, q, info.Path, budget.New("listing of an archive", 2*unpack.MaxWindow, nil))
	defer r.Close()
	head := make([]byte, tarBlock)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	if !isTar(head[:n]) {
		return nil, pgerr.New(pgerr.WrongObjectType, "file %q is not an archive", info.Path).
			WithDetail("It is compressed by %v, but what is in it is no tar archive.", kind).
			WithHint("Name it without \"!/\".")
	}
	whole := &limited{r: io.MultiReader(bytes.NewReader(head), r), left: s.max, max: s.max, path: info.Path}
	return s.readTar(ctx, info, &tarStream{r: whole}, kind)
}

// limited stops at a number of bytes.
type limited struct {
	r         io.Reader
	left, max int64
	path      string
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, sources.TooLarge(l.path, l.max)
	}
	return n, err
}

// readTar lists a tar archive.
func (s *Source) readTar(ctx context.Context, info sources.Info, in tarInput, kind unpack.Kind) (*directory, error) {
	d := &directory{}
	r := tar.NewReader(in)
	next := int64(0) // where the next header is
	for i := 0; ; i++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		h, err := r.Next()
		if err == io.EOF {
			if in.pos() < next+tarBlock { // blocks of zeros end an archive, but the library does without
				return nil, corrupt(info, "tar", "It does not end as an archive does; it may have been cut.")
			}
			break
		}
		if err != nil {
			return nil, tarError(info, err)
		}
		if i >= maxMembers {
			return nil, tooMany(info)
		}
		next = in.pos()
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeCont && h.Typeflag != tar.TypeGNUSparse {
			continue // folders, links, devices
		}
		if !sparse(h) {
			next += (h.Size + tarBlock - 1) / tarBlock * tarBlock
		}
		name := clean(h.Name)
		if name == "" || strings.HasSuffix(name, "/") {
			continue
		}
		if len(name) > maxName {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "archive %q has a member whose name is longer than %d bytes", info.Path, maxName)
		}
		p := &sources.Packed{Archive: &info, Source: s.inner.ID(), Kind: kind}
		if kind == unpack.None {
			p.Off, p.Len = in.pos(), h.Size
		} else {
			p.Skip, p.Len = in.pos(), info.Size
		}
		var failed error
		if sparse(h) {
			failed = pgerr.New(pgerr.FeatureNotSupported, "member %q of archive %q is a sparse file, which is not supported", name, info.Path)
		}
		e := s.member(name, h.Size, h.ModTime, fmt.Sprintf("%x", in.pos()), p, failed)
		if failed != nil {
			e.info = sources.Info{Path: e.info.Path}
		}
		d.entries = append(d.entries, e)
	}
	if err := onlyZeros(in); err != nil {
		return nil, tarError(info, err)
	}
	// A file that was appended again replaces the earlier one, as it does when tar extracts.
	slices.SortStableFunc(d.entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	out := d.entries[:0]
	for _, e := range d.entries {
		if n := len(out); n > 0 && out[n-1].name == e.name {
			out[n-1] = e
			continue
		}
		out = append(out, e)
	}
	d.entries = out
	return d, nil
}

func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

var errBehind = errors.New("data behind the end")

// onlyZeros reads what is behind the end of an archive, which writers fill up to a whole record.
func onlyZeros(in io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := in.Read(buf)
		if !allZero(buf[:n]) {
			return errBehind
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func tarError(info sources.Info, err error) error {
	if e, ok := errors.AsType[*pgerr.Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, errBehind):
		return corrupt(info, "tar", "There is more data behind its end.")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt(info, "tar", "It ends in the middle of a member.")
	case errors.Is(err, tar.ErrHeader), errors.Is(err, tar.ErrFieldTooLong):
		return corrupt(info, "tar", "It is damaged.")
	}
	return err // why the query was stopped
}
