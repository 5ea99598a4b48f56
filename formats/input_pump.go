package formats

import (
	"context"
	"io"
	"runtime"
	"sync"

	"howdah/internal/budget"
)

const (
	pumpAfter   = 512 << 10 // content unpacked by whoever reads it, before another goroutine takes over
	pumpBuffer  = 256 << 10
	pumpBuffers = 3
	pumpLeast   = 64 << 10 // worth handing over
)

// pump unpacks in a goroutine of its own, a few buffers ahead of whoever reads, so that both have a processor. The
// first rows need none, nor do small files; where the budget has no room for the buffers it goes on without.
type pump struct {
	r      io.ReadCloser
	stop   context.CancelCauseFunc // interrupts what r waits for
	budget *budget.Budget

	direct  bool // for good
	given   int
	started bool
	full    chan piece
	free    chan []byte
	quit    chan struct{}
	done    sync.WaitGroup

	now  piece // being given
	rest []byte
	err  error // sticky
}

// piece is a part of the content. err is what came after it.
type piece struct {
	data []byte
	err  error
}

func (p *pump) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	if !p.started {
		if p.direct || p.given < pumpAfter || !p.start() {
			n, err := p.r.Read(b)
			p.given += n
			p.err = err
			return n, err
		}
	}
	for len(p.rest) == 0 {
		if p.now.err != nil {
			p.err = p.now.err
			return 0, p.err
		}
		if p.now.data != nil {
			p.free <- p.now.data[:0]
		}
		p.now = <-p.full
		p.rest = p.now.data
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *pump) start() bool {
	p.direct = runtime.GOMAXPROCS(0) == 1 || p.budget.Grow(pumpBuffers*pumpBuffer) != nil
	if p.direct {
		return false
	}
	p.started = true
	p.full, p.free, p.quit = make(chan piece, pumpBuffers), make(chan []byte, pumpBuffers), make(chan struct{})
	for range pumpBuffers {
		p.free <- make([]byte, 0, pumpBuffer)
	}
	p.done.Go(p.run)
	return true
}

// run fills free buffers until the content ends or fails. There is room for all buffers on both sides, so it waits for
// a free one only.
func (p *pump) run() {
	for {
		var buf []byte
		select {
		case <-p.quit:
			return
		case buf = <-p.free:
		}
		buf = buf[:cap(buf)]
		n := 0
		var err error
		for n < pumpLeast && err == nil {
			var k int
			k, err = p.r.Read(buf[n:])
			n += k
		}
		p.full <- piece{buf[:n], err}
		if err != nil {
			return
		}
	}
}

// Close waits for the goroutine, which it interrupts.
func (p *pump) Close() error {
	p.stop(errClosed)
	if p.started {
		close(p.quit)
		p.done.Wait()
		p.budget.Shrink(pumpBuffers * pumpBuffer)
		p.started, p.direct = false, true
	}
	if p.err == nil || p.err == io.EOF {
		p.err = errClosed
	}
	return p.r.Close()
}
