package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"howdah/internal/budget"
)

const (
	collectStep = 1 << 20 // by how much what queries hold changes before the collector is set anew
	baseBytes   = 8 << 20 // what is live beside what queries hold, at least
	spareBytes  = 4 << 20 // what the heap may take beside what it is to grow to, for pages that are not full
	rememberFor = 500 * time.Millisecond
)

// boundGarbage makes the collector's work follow what queries hold. By default garbage may take as much as what is live,
// which for a query that fills its work_mem would be as much again; so the more is held the less garbage there may be
// beside it. Rows in memory have few pointers, so that looking at them often costs little. GOGC in the environment wins.
func boundGarbage(total *budget.Budget) {
	if os.Getenv("GOGC") != "" {
		return
	}
	g := &garbage{now: 100, sizes: sizes(), base: recent{before: baseBytes, now: baseBytes}}
	total.Watch(collectStep, g.held)
}

// garbage sets what garbage may take. What a query lets go of is garbage itself until the collector has been there: only
// then there may be more again, or all of it would be waited for while as much is made beside it.
type garbage struct {
	mu    sync.Mutex
	used  int64 // what queries hold, as was heard last
	live  int64 // what the collector found last
	now   int   // percent of what is live
	armed bool

	sizes []metrics.Sample
	base  recent // what is live beside what queries hold, at its least
	heap  recent // what the heap was to grow to, at its most
}

// held hears what queries hold from now on.
func (g *garbage) held(used int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used = used
	if p := g.percent(); p < g.now {
		g.set(p)
	}
	if g.now < 100 && !g.armed {
		g.afterCollecting()
	}
}

func (g *garbage) percent() int {
	base := g.base.least()
	return garbagePercent(g.used, base, max(g.live, g.used+base))
}

func (g *garbage) set(percent int) {
	if percent != g.now {
		g.now = percent
		debug.SetGCPercent(percent)
	}
}

// afterCollecting has collected called when the collector has run: it finds an object that nobody has.
func (g *garbage) afterCollecting() {
	g.armed = true
	runtime.AddCleanup(new(*garbage), (*garbage).collected, g)
}

// collected sets the share anew.
func (g *garbage) collected() {
	g.mu.Lock()
	defer g.mu.Unlock()
	metrics.Read(g.sizes)
	size := func(i int) int64 { return int64(g.sizes[i].Value.Uint64()) }
	g.live = size(0)
	g.base.turn(time.Now(), math.MaxInt64)
	g.base.now = min(g.base.now, max(g.live-g.used, baseBytes))
	g.set(g.percent())
	other := size(1) - size(2) - size(3) - size(4) - size(5)
	g.giveBack(other)
	if g.armed = false; g.now < 100 {
		g.afterCollecting()
	}
}

// giveBack makes the heap, while it grows, give pages to the system that it does not need, rather than in its own time:
// what one query has let go of would else stand beside what the next one takes. It may keep what it needed within the last
// second, as queries take up again what they have just let go of. other is what the process takes beside the heap.
func (g *garbage) giveBack(other int64) {
	if g.now == 100 {
		debug.SetMemoryLimit(math.MaxInt64)
		return
	}
	g.heap.turn(time.Now(), 0)
	g.heap.now = max(g.heap.now, g.live*int64(100+g.now)/100)
	debug.SetMemoryLimit(max(g.heap.now, g.heap.before) + other + spareBytes)
}

// sizes are what collected looks at.
func sizes() []metrics.Sample {
	return []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
}

// recent is an extreme of late: of a stretch of time that has begun, and of the one before.
type recent struct {
	since       time.Time
	before, now int64
}

// turn begins a new stretch where it is time.
func (r *recent) turn(at time.Time, empty int64) {
	if at.Sub(r.since) > rememberFor {
		r.since, r.before, r.now = at, r.now, empty
	}
}

func (r *recent) least() int64 { return min(r.before, r.now) }

// garbagePercent is what garbage may take, in percent of what is live, while queries hold so many bytes: as much as is live
// beside them, and a tenth of what they hold; in steps of 5 percent.
func garbagePercent(used, base, live int64) int {
	const least = 10
	p := min(int(100*(base+used/10)/live), 100)
	return max(p-p%5, least)
}
