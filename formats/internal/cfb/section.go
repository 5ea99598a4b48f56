package cfb

import "io"

// maxGap is how many bytes between two parts of a stream are read and dropped rather than jumped over.
const maxGap = 64 << 10

// Sectioner is a Source that streams a part of its content, with less trouble than many calls of ReadAt.
type Sectioner interface {
	// Section opens n bytes from off on, which lie within the content.
	Section(off, n int64) (io.ReadCloser, error)
}

// Section opens the n bytes of the stream from off on, which must lie within it, to be read in order. The caller closes
// it. Where the source has sections, few are opened: parts of the stream that lie close behind each other are one.
func (s *Stream) Section(off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 || off > s.size-n {
		return nil, s.f.corrupt("A part of %d bytes from %d on is outside of a stream of %d.", n, off, s.size)
	}
	src, ok := s.f.src.(Sectioner)
	if !ok || s.data != nil {
		return io.NopCloser(io.NewSectionReader(s, off, n)), nil
	}
	return &section{s: s, src: src, off: off, end: off + n}, nil
}

// section reads a part of a stream through sections of the source.
type section struct {
	s        *Stream
	src      Sectioner
	off, end int64 // within the stream

	at  int // the run that off is in
	r   io.ReadCloser
	pos int64 // where r is in the file
	to  int64 // and where it ends
}

func (r *section) Read(p []byte) (int, error) {
	if r.off >= r.end {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	s := r.s
	shift := s.f.shift
	r.at = s.runAt(r.off)
	run := s.runs[r.at]
	at := s.f.offset(run.at) + r.off - int64(run.index)<<shift
	if r.r == nil || at < r.pos || at >= r.to {
		if err := r.open(at); err != nil {
			return 0, err
		}
	}
	if gap := at - r.pos; gap > 0 {
		n, err := io.CopyN(io.Discard, r.r, gap)
		if r.pos += n; err != nil {
			return 0, r.cut(err)
		}
	}
	have := min(s.runEnd(r.at), r.end) - r.off
	if int64(len(p)) > have {
		p = p[:have]
	}
	n, err := r.r.Read(p)
	r.pos, r.off = r.pos+int64(n), r.off+int64(n)
	if n > 0 || err == nil {
		return n, nil
	}
	return 0, r.cut(err)
}

func (r *section) cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.s.f.corrupt("It ends at byte %d, within a stream.", r.pos)
	}
	return err
}

// open opens the source at an offset, up to the end of the last run that follows without a large gap.
func (r *section) open(at int64) error {
	if err := r.Close(); err != nil {
		return err
	}
	s := r.s
	shift := s.f.shift
	end := func(i int) int64 {
		return s.f.offset(s.runs[i].at) + min(s.runEnd(i), r.end) - int64(s.runs[i].index)<<shift
	}
	to := end(r.at)
	for i := r.at + 1; i < len(s.runs) && int64(s.runs[i].index)<<shift < r.end; i++ {
		if begin := s.f.offset(s.runs[i].at); begin < to || begin > to+maxGap {
			break
		}
		to = end(i)
	}
	opened, err := r.src.Section(at, to-at)
	if err != nil {
		return err
	}
	r.r, r.pos, r.to = opened, at, to
	return nil
}

// Close closes what is open.
func (r *section) Close() error {
	if r.r == nil {
		return nil
	}
	opened := r.r
	r.r = nil
	return opened.Close()
}
