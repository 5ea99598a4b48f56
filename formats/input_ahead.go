package formats

import (
	"context"
	"errors"
	"io"
	"sync"

	"howdah/sources"
)

// How far remote sources are read ahead: few small requests at first, so that LIMIT costs little; then as many and as
// large ones as hide the round trips. The buffers of one reader take at most maxWindow * maxChunk bytes of the budget.
const (
	firstChunk = 256 << 10
	maxChunk   = 4 << 20
	maxWindow  = 4

	// progress is how much must arrive for earlier failures to be forgiven.
	progress = 64 << 10
)

// ahead reads a range of a remote object by several requests at once, in order. One goroutine per request fills a
// chunk; whoever reads starts them, takes the bytes as they come, and waits for all of them in Close.
type ahead struct {
	in     *Input
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	next, end int64    // what is not yet asked for
	queue     []*chunk // in order of offset; the first is being read
	free      [][]byte // buffers of maxChunk, still paid for
	size      int64    // of the next chunk
	window    int      // chunks in flight
	err       error    // sticky
}

// chunk is one request's range.
type chunk struct {
	off   int64
	buf   []byte
	taken int           // bytes given to the reader; only the reader looks at it
	ready chan struct{} // holds a token when there is news

	mu     sync.Mutex
	filled int
	err    error // why no more will come
}

func newAhead(in *Input, off, n int64) *ahead {
	a := &ahead{in: in, next: off, end: off + n, size: firstChunk, window: 1}
	a.ctx, a.cancel = context.WithCancel(in.ctx)
	a.err = a.request()
	return a
}

func (a *ahead) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if a.ctx.Err() != nil && a.err == nil {
			a.err = a.in.Stopped()
		}
		if a.err != nil {
			return 0, a.err
		}
		if len(a.queue) == 0 {
			a.err = io.EOF // all was asked for, and every chunk came whole
			continue
		}
		c := a.queue[0]
		c.mu.Lock()
		filled, err := c.filled, c.err
		c.mu.Unlock()
		if c.taken < filled {
			n := copy(p, c.buf[c.taken:filled])
			c.taken += n
			return n, nil
		}
		if c.taken == len(c.buf) {
			a.pop()
			a.err = a.request()
			continue
		}
		if err != nil {
			a.err = a.in.fail(err)
			continue
		}
		select {
		case <-c.ready:
		case <-a.ctx.Done():
		}
	}
}

// request starts requests up to the window. A budget that is used up makes the window smaller; only when there is
// not even one chunk is it an error.
func (a *ahead) request() error {
	for a.next < a.end && len(a.queue) < a.window {
		n := min(a.size, a.end-a.next)
		buf, err := a.buffer(n)
		if err != nil && len(a.queue) > 0 {
			return nil
		}
		if err != nil && n > firstChunk {
			a.size, a.window = firstChunk, 1
			continue
		}
		if err != nil {
			return err
		}
		c := &chunk{off: a.next, buf: buf, ready: make(chan struct{}, 1)}
		a.next += n
		a.queue = append(a.queue, c)
		a.wg.Go(func() { a.fetch(c) })
	}
	return nil
}

// pop drops the chunk that was read to its end.
func (a *ahead) pop() {
	c := a.queue[0]
	a.queue = a.queue[:copy(a.queue, a.queue[1:])]
	if cap(c.buf) == maxChunk && a.next < a.end {
		a.free = append(a.free, c.buf[:maxChunk])
	} else {
		a.in.budget.Shrink(int64(cap(c.buf)))
	}
	a.size = min(a.size*2, maxChunk)
	a.window = min(a.window+1, maxWindow)
}

func (a *ahead) buffer(n int64) ([]byte, error) {
	if last := len(a.free) - 1; last >= 0 {
		buf := a.free[last]
		a.free = a.free[:last]
		return buf[:n], nil
	}
	if err := a.in.budget.Grow(n); err != nil {
		return nil, err
	}
	return make([]byte, n), nil
}

// fetch fills a chunk. A transient failure is healed by asking for the rest of it, in the same version.
func (a *ahead) fetch(c *chunk) {
	got, failures := 0, 0
	for {
		n, err := a.pull(c, got)
		got += n
		if err == nil {
			return
		}
		if n >= progress {
			failures = 0
		}
		failures++
		if !sources.IsTransient(err) || failures == sources.Attempts {
			c.publish(got, err)
			return
		}
		if stop := sources.Pause(a.ctx, failures); stop != nil {
			c.publish(got, stop)
			return
		}
		a.in.meter.Retries.Add(1)
	}
}

// pull makes one request for what the chunk lacks from got on, and says how much came.
func (a *ahead) pull(c *chunk, got int) (int, error) {
	a.in.meter.Requests.Add(1)
	want := int64(len(c.buf) - got)
	body, err := a.in.src.OpenRange(a.ctx, a.in.info, c.off+int64(got), want)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	came := 0
	for {
		n, err := body.Read(c.buf[got+came:])
		came += n
		a.in.meter.BytesRead.Add(int64(n))
		if n > 0 {
			c.publish(got+came, nil)
		}
		if got+came == len(c.buf) {
			return came, nil
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return came, sources.Truncated(a.in.info.Path, c.off+int64(got+came), a.in.info.Size)
		}
		if err != nil {
			return came, err
		}
	}
}

// publish tells the reader what has come.
func (c *chunk) publish(filled int, err error) {
	c.mu.Lock()
	c.filled, c.err = filled, err
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// Close stops the requests, waits for their goroutines, and gives the buffers back.
func (a *ahead) Close() error {
	a.cancel()
	a.wg.Wait()
	for _, c := range a.queue {
		a.in.budget.Shrink(int64(cap(c.buf)))
	}
	a.in.budget.Shrink(int64(len(a.free)) * maxChunk)
	a.queue, a.free = nil, nil
	if a.err == nil || a.err == io.EOF {
		a.err = errClosed
	}
	return nil
}
