package main

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"howdah/internal/meter"
)

// progress writes a line about long work to a terminal's stderr: bytes of total, rows, rate.
type progress struct {
	meter meter.Scan
	rows  atomic.Int64
	quit  chan struct{}
	once  sync.Once
	done  sync.WaitGroup
}

// progressAfter is how long work may take before anything is shown of it.
const progressAfter = 500 * time.Millisecond

// watch begins to show progress if stderr is a terminal.
func watch(quiet bool) *progress {
	p := &progress{quit: make(chan struct{})}
	info, err := os.Stderr.Stat()
	if quiet || err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return p
	}
	p.done.Go(func() {
		start := time.Now()
		tick := time.NewTicker(progressAfter)
		defer tick.Stop()
		shown := false
		for {
			select {
			case <-p.quit:
				if shown {
					fmt.Fprint(os.Stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
				shown = true
				read, total := p.meter.BytesRead.Load(), p.meter.BytesTotal.Load()
				rate := float64(read) / time.Since(start).Seconds() / 1e6
				of := ""
				if total > 0 {
					of = fmt.Sprintf(" of %.1f MB (%d %%)", float64(total)/1e6, min(100, 100*read/total))
				}
				fmt.Fprintf(os.Stderr, "\r\x1b[K%.1f MB%s, %d rows, %.0f MB/s", float64(read)/1e6, of, p.meter.RowsDecoded.Load(), rate)
			}
		}
	})
	return p
}

func (p *progress) stop() {
	p.once.Do(func() { close(p.quit) })
	p.done.Wait()
}
