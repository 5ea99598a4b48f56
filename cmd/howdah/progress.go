package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"howdah/internal/meter"
)

// progress writes a line about long work to stderr while it goes on, if that is a terminal.
type progress struct {
	quit chan struct{}
	once sync.Once
	done sync.WaitGroup
}

// progressEvery is how often the line is written, and how long work may take before there is one.
const progressEvery = 500 * time.Millisecond

// watch begins to show what line says.
func watch(quiet bool, line func(elapsed time.Duration) string) *progress {
	p := &progress{quit: make(chan struct{})}
	info, err := os.Stderr.Stat()
	if quiet || err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return p
	}
	p.done.Go(func() {
		start := time.Now()
		tick := time.NewTicker(progressEvery)
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
				fmt.Fprint(os.Stderr, "\r\x1b[K"+line(time.Since(start)))
			}
		}
	})
	return p
}

// stop takes the line away. It may be called again.
func (p *progress) stop() {
	p.once.Do(func() { close(p.quit) })
	p.done.Wait()
}

// scanned says how far scans have come: bytes of total, rows, rate.
func scanned(m *meter.Scan, elapsed time.Duration) string {
	c := m.Read()
	of := ""
	if c.BytesTotal > 0 {
		of = fmt.Sprintf(" of %.1f MB (%d %%)", float64(c.BytesTotal)/1e6, min(100, 100*c.BytesRead/c.BytesTotal))
	}
	return fmt.Sprintf("%.1f MB%s, %d rows, %.0f MB/s", float64(c.BytesRead)/1e6, of, c.RowsDecoded, float64(c.BytesRead)/elapsed.Seconds()/1e6)
}
