package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"howdah/internal/budget"
)

func TestLessGarbageBesideMoreRows(t *testing.T) {
	before := 101
	for _, c := range []struct {
		used int64
		want int
	}{{0, 100}, {4 << 20, 65}, {64 << 20, 15}, {256 << 20, 10}, {8 << 30, 10}} {
		p := garbagePercent(c.used, baseBytes, baseBytes+c.used)
		if p != c.want || p > before {
			t.Errorf("%d MiB held: %d percent, want %d", c.used>>20, p, c.want)
		}
		before = p
	}
}

// TestGarbageIsCollectedBeforeThereMayBeMore lets go of what was held: until the collector has run the share stays low.
func TestGarbageIsCollectedBeforeThereMayBeMore(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	if percent() != 100 {
		t.Skip("GOGC is set")
	}
	total := budget.New("server", 0, nil)
	boundGarbage(total)
	rows := make([]byte, 64<<20)
	if err := total.Grow(int64(len(rows))); err != nil {
		t.Fatal(err)
	}
	low := percent()
	if low > 20 {
		t.Errorf("%d percent beside 64 MiB", low)
	}
	runtime.KeepAlive(rows)
	rows = nil
	total.Shrink(64 << 20)
	if p := percent(); p > low {
		t.Errorf("%d percent as soon as the rows are let go of", p)
	}
	for range 100 { // cleanups run in their own time
		runtime.GC()
		if percent() == 100 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("still %d percent", percent())
}
