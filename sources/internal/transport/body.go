package transport

import (
	"context"
	"errors"
	"io"

	"howdah/sources"
)

// Body is an answer's content under guard. A cut of any framing is a transient error, never io.EOF.
type Body struct {
	Outer context.Context // the caller's
	Inner context.Context // the guarded one, of the request
	Guard *Guard
	Raw   io.ReadCloser
	Path  string
	Want  int64 // bytes that the framing or the range promises; -1 = the framing proves the end by itself

	got int64
	err error
}

func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.Outer.Err() != nil { // what has come already would be delivered for a while
		b.err = context.Cause(b.Outer)
		return 0, b.err
	}
	b.Guard.Alive()
	n, err := b.Raw.Read(p)
	b.Guard.Hold()
	if b.Want >= 0 && int64(n) > b.Want-b.got { // more than the range: not ours
		n, err = int(b.Want-b.got), io.EOF
	}
	b.got += int64(n)
	switch {
	case err == nil:
	case err == io.EOF && (b.Want < 0 || b.got == b.Want):
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF) && b.Outer.Err() == nil:
		err = sources.Truncated(b.Path, b.got, b.Want)
	default:
		err = Explain(b.Outer, b.Inner, b.Path, err)
	}
	b.err = err
	return n, err
}

// Close ends the request; what has not come yet is not waited for.
func (b *Body) Close() error {
	b.Guard.Stop()
	b.Raw.Close() // its errors are those of bytes that nobody wants
	return nil
}
