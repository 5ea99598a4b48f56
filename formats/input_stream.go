package formats

import (
	"errors"
	"io"

	"howdah/pgerr"
	"howdah/sources"
)

// stream reads one opened range as it comes: from local files, and from sources that cannot be read at an offset.
type stream struct {
	in   *Input
	body io.ReadCloser
	off  int64
	n    int64 // as asked for; -1 = to the end
	want int64 // bytes that must come; -1 = unknown, then the source proves the end
	got  int64
	cuts int   // how often it broke before the first byte
	err  error // sticky
}

// openStream opens n bytes from off, all if n < 0.
func openStream(in *Input, off, n int64) (*stream, error) {
	s := &stream{in: in, off: off, n: n, want: n}
	if n < 0 {
		s.want = in.rawSize()
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens the range. As long as no byte has come, a transient failure is tried again.
func (s *stream) open() error {
	tries := 0
	err := sources.Retry(s.in.ctx, func() (err error) {
		if tries++; tries > 1 {
			s.in.meter.Retries.Add(1)
		}
		s.in.meter.Requests.Add(1)
		s.body, err = s.in.src.OpenRange(s.in.ctx, s.in.info, s.off, s.n)
		return err
	})
	if err != nil {
		s.body = nil
		return s.in.fail(err)
	}
	return nil
}

// reopen starts over after a cut before the first byte, a few times.
func (s *stream) reopen(why error) error {
	if s.cuts++; s.cuts == sources.Attempts {
		return why
	}
	s.body.Close()
	s.body = nil
	if err := sources.Pause(s.in.ctx, s.cuts); err != nil {
		return err
	}
	s.in.meter.Retries.Add(1)
	return s.open()
}

func (s *stream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if s.in.ctx.Err() != nil {
		s.err = s.in.fail(s.in.ctx.Err())
		return 0, s.err
	}
	n, err := s.body.Read(p)
	s.got += int64(n)
	s.in.meter.BytesRead.Add(int64(n))
	switch {
	case s.want >= 0 && s.got > s.want:
		n, err = 0, pgerr.New(pgerr.IOError, "could not read file %q: there is more data than the %d bytes announced", s.in.info.Path, s.want)
	case err == io.EOF && s.want >= 0 && s.got < s.want, errors.Is(err, io.ErrUnexpectedEOF):
		err = sources.Truncated(s.in.info.Path, s.got, s.want)
	case err != nil && err != io.EOF:
		err = s.in.fail(err)
	}
	if s.got == 0 && s.in.src.Remote() && sources.IsTransient(err) {
		if err = s.reopen(err); err == nil {
			return s.Read(p)
		}
	}
	s.err = err
	return n, err
}

// Close closes the range. Bytes not read are not waited for.
func (s *stream) Close() error {
	if s.body == nil {
		return nil
	}
	body := s.body
	s.body = nil
	if s.err == nil {
		s.err = errClosed
	}
	return body.Close()
}

var errClosed = pgerr.New(pgerr.InternalError, "read from a closed file")

// fail turns what ended a read into what the client may see: the reason for which the query was stopped comes first.
func (in *Input) fail(err error) error {
	if err := in.Stopped(); err != nil {
		return err
	}
	if _, ok := errors.AsType[*pgerr.Error](err); ok {
		return err
	}
	return pgerr.Wrap(err, pgerr.IOError, "could not read file %q", in.info.Path)
}

// peeked is a stream of which the first bytes were looked at.
type peeked struct {
	io.ReadCloser
	head []byte
	next int // of head, the first byte not yet read again
	err  error
}

// peek reads up to n bytes without taking them away.
func peek(r io.ReadCloser, n int) (*peeked, error) {
	p := &peeked{ReadCloser: r, head: make([]byte, n)}
	got, err := io.ReadFull(r, p.head)
	p.head = p.head[:got]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		p.err, err = io.EOF, nil
	}
	return p, err
}

func (p *peeked) Read(buf []byte) (int, error) {
	if p.next == len(p.head) {
		if p.err != nil {
			return 0, p.err
		}
		return p.ReadCloser.Read(buf)
	}
	n := copy(buf, p.head[p.next:])
	p.next += n
	if n == len(buf) || p.err != nil {
		return n, nil
	}
	more, err := p.ReadCloser.Read(buf[n:])
	return n + more, err
}
