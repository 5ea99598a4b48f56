package sourcetest

import (
	"context"
	"io"
	"iter"
	"sync"
	"testing/iotest"

	"howdah/sources"
)

// Memory is a source of one object in memory.
type Memory struct {
	Data   []byte
	Far    bool // Remote
	Ranged bool // Info.Ranges
	NoSize bool // Info.Size is -1
	// Fault, if set, is asked at each opening, counted from 1: it gives the number of bytes after which the reader fails, -1
	// for none, and with what. A nil error after that many bytes is io.EOF: a cut that the transport did not notice.
	Fault func(opening int, off, n int64) (after int64, err error)
	// Refuse, if set, may make an opening fail.
	Refuse func(opening int) error
	// Hang, if set, blocks each Read until it is closed or the context ends.
	Hang chan struct{}
	// Dribble gives one byte per Read.
	Dribble bool

	mu    sync.Mutex
	opens int
	open  int
}

var _ sources.Source = (*Memory)(nil)

// ID is memory.
func (m *Memory) ID() string { return "memory" }

// Scheme is memory.
func (m *Memory) Scheme() string { return "memory" }

// Remote is Far.
func (m *Memory) Remote() bool { return m.Far }

// Info is the object.
func (m *Memory) Info() sources.Info {
	info := sources.Info{Path: "memory/x", Key: "x", Size: int64(len(m.Data)), Version: "1", Ranges: m.Ranged}
	if m.NoSize {
		info.Size, info.Ranges = -1, false
	}
	return info
}

// Openings counts the calls of OpenRange, and Open those not closed yet.
func (m *Memory) Openings() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.opens
}

// Open counts the readers not closed yet.
func (m *Memory) Open() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

// List gives the object.
func (m *Memory) List(context.Context, string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) { yield(m.Info(), nil) }
}

// Stat gives the object.
func (m *Memory) Stat(context.Context, string) (sources.Info, error) { return m.Info(), nil }

// OpenRange opens a part.
func (m *Memory) OpenRange(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opens++
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if m.Refuse != nil {
		if err := m.Refuse(m.opens); err != nil {
			return nil, err
		}
	}
	data := m.Data[off:]
	if n >= 0 {
		data = data[:n]
	}
	r := &memoryReader{m: m, ctx: ctx, data: data, end: io.EOF}
	if m.Fault != nil {
		if after, err := m.Fault(m.opens, off, n); after >= 0 && after <= int64(len(data)) {
			r.data = data[:after]
			if err != nil {
				r.end = err
			}
		}
	}
	m.open++
	if m.Dribble {
		return struct {
			io.Reader
			io.Closer
		}{iotest.OneByteReader(r), r}, nil
	}
	return r, nil
}

type memoryReader struct {
	m      *Memory
	ctx    context.Context
	data   []byte
	end    error
	closed bool
}

func (r *memoryReader) Read(p []byte) (int, error) {
	if r.m.Hang != nil {
		select {
		case <-r.m.Hang:
		case <-r.ctx.Done():
		}
	}
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	if n == 0 {
		return 0, r.end
	}
	return n, nil
}

func (r *memoryReader) Close() error {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if !r.closed {
		r.closed = true
		r.m.open--
	}
	return nil
}
