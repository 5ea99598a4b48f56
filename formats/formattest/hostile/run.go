package hostile

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"howdah/formats"
	"howdah/sources/sourcetest"
)

// What a mutant may cost.
const (
	maxGrowth = 64 << 20         // bytes of heap beyond what was there
	maxTime   = 2 * time.Second  // of all its readings when it runs alone, and beside it what their bytes take
	byteTime  = 50               // nanoseconds for a byte of content, in each reading
	hangTime  = 10 * time.Second // when the context of a reading ends
	deadTime  = 30 * time.Second // when the whole run ends
	stackSize = 64 << 20         // recursion without bound shows soon
)

// Config is a run over the mutants of one format's seeds.
type Config struct {
	Registry formats.Registry
	Seeds    []Seed
	Run      uint64    // decides what the mutants are
	First    uint64    // number of the first mutant
	Mutants  int       // how many
	Workers  int       // at once; 0 = as many as there are processors
	Save     string    // folder for the mutants that fail; "" = they are not kept
	Progress io.Writer // nil = none

	slow     time.Duration // 0 = maxTime
	patience time.Duration // how long what is about to end is waited for; 0 = a second
}

// result is how a mutant fared.
type result struct {
	faults  []string
	refused bool
	rows    int64
	allocs  uint64 // bytes allocated by the whole program meanwhile
	took    time.Duration
	work    time.Duration // what the bytes of all readings may take; known where took is beyond maxTime
}

// slow tells whether it took longer than its size explains.
func (r *result) slow(limit time.Duration) bool { return r.took > limit+r.work }

// runner is a run under way.
type runner struct {
	Config
	t        testing.TB
	name     string // of the format
	declared map[string]*table
	temp     string // where temporary files are watched

	mu      sync.Mutex
	flying  []flight
	groups  map[string]*group // failures by their kind
	refused int
	done    atomic.Int64
}

// flight is what a worker is at.
type flight struct {
	number uint64
	since  time.Time // zero = nothing
	note   *os.File
}

// group is failures that look alike.
type group struct {
	text  string
	again []string
	n     int
	last  uint64
}

// Run makes and judges the mutants. It changes TMPDIR, and so must not run in parallel with other tests.
func Run(t testing.TB, c Config) {
	t.Helper()
	if len(c.Seeds) == 0 {
		t.Fatal("no seeds")
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.slow == 0 {
		c.slow, c.patience = maxTime, time.Second
	}
	r := &runner{Config: c, t: t, name: c.Seeds[0].Format, groups: map[string]*group{}, flying: make([]flight, c.Workers)}
	if r.Registry.ByName(r.name) == nil {
		t.Fatalf("no format %q", r.name)
	}
	defer debug.SetMaxStack(debug.SetMaxStack(stackSize))
	// Many buffers live for a millisecond: collecting them one by one would take longer than all else.
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(512 << 20))
	// A crash that cannot be caught leaves behind which mutants were at work.
	for i := range r.flying {
		if f, err := os.CreateTemp("", fmt.Sprintf("howdah-%s-at-work-*", r.name)); err == nil {
			r.flying[i].note = f
			defer os.Remove(f.Name())
			defer f.Close()
		}
	}
	r.temp = t.TempDir()
	t.Setenv("TMPDIR", r.temp)
	r.infer()
	stop := r.watch()
	defer stop()
	began := time.Now()
	const round = 250
	for at := 0; at < c.Mutants && len(r.groups) < 25; at += round {
		r.round(c.First+uint64(at), min(round, c.Mutants-at))
	}
	r.report(time.Since(began))
}

// Judge judges one file that is there already.
func Judge(t testing.TB, registry formats.Registry, s Seed) {
	t.Helper()
	r := &runner{Config: Config{Registry: registry, Seeds: []Seed{s}}, t: t, name: s.Format}
	for n := range uint64(12) { // the ways in which it is read are drawn by lot
		res := r.try(Mutant{Number: n, Seed: &s, Data: s.Data})
		if res.slow(maxTime) {
			if res = r.try(Mutant{Number: n, Seed: &s, Data: s.Data}); res.slow(maxTime) {
				t.Errorf("%s: slow: it takes %v", s.Name, res.took)
			}
		}
		for _, f := range res.faults {
			t.Errorf("%s: %s", s.Name, f)
		}
		if len(res.faults) > 0 {
			return
		}
	}
}

// infer learns the schema of each seed, which has to be sound.
func (r *runner) infer() {
	r.declared = map[string]*table{}
	for i := range r.Seeds {
		s := &r.Seeds[i]
		sub := newSubject(context.Background(), r.Registry, s, nil, s.Data, newDice(0, 0))
		t := sub.infer(r.Registry.ByName(s.Format), s.Options)
		if t == nil || len(sub.faults) > 0 {
			r.t.Fatalf("seed %s cannot be read: %q", s.Name, sub.faults)
		}
		r.declared[s.Name] = t
	}
}

// round judges some mutants at once, and then alone what might be too dear, or have left something.
func (r *runner) round(first uint64, n int) {
	goroutines, files := runtime.NumGoroutine(), sourcetest.Descriptors()
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var doubtful []uint64
	for w := range r.Workers {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				m := Make(r.Seeds, r.Run, first+uint64(i))
				r.mark(w, m.Number)
				res := r.try(m)
				r.mark(w, 0)
				r.done.Add(1)
				r.note(m, res)
				if res.allocs > maxGrowth/2 || res.slow(r.slow) {
					mu.Lock()
					doubtful = append(doubtful, m.Number)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(doubtful)
	for _, k := range doubtful {
		r.alone(k)
	}
	if r.left(goroutines, files) == "" {
		return
	}
	for i := range n { // one of these
		goroutines, files := runtime.NumGoroutine(), sourcetest.Descriptors()
		m := Make(r.Seeds, r.Run, first+uint64(i))
		r.try(m)
		if left := r.left(goroutines, files); left != "" {
			r.note(m, result{faults: []string{left}})
		}
	}
}

// left tells what is left behind.
func (r *runner) left(goroutines, files int) string {
	for wait := time.Millisecond; ; wait *= 2 {
		g, f := runtime.NumGoroutine(), sourcetest.Descriptors()
		temp, _ := os.ReadDir(r.temp)
		if g <= goroutines && f <= files && len(temp) == 0 {
			return ""
		}
		if wait > r.patience {
			for _, e := range temp {
				os.Remove(filepath.Join(r.temp, e.Name()))
			}
			return fmt.Sprintf("left behind: %d goroutines, %d descriptors, %d temporary files", g-goroutines, f-files, len(temp))
		}
		time.Sleep(wait)
	}
}

// try judges one mutant.
func (r *runner) try(m Mutant) (res result) {
	s := newSubject(context.Background(), r.Registry, m.Seed, r.declared[m.Seed.Name], m.Data, newDice(r.Run+1, m.Number))
	before, began := allocated(), time.Now()
	defer func() {
		res.took, res.allocs = time.Since(began), allocated()-before
		if res.took > maxTime {
			res.work = time.Duration(s.readings) * time.Duration(s.size()) * byteTime
		}
		res.faults, res.refused, res.rows = s.faults, s.refused, s.rows
		if p := recover(); p != nil {
			res.faults = append(res.faults, fmt.Sprintf("panic: %v\n%s", p, ours(debug.Stack())))
		}
	}()
	s.judge()
	return res
}

// alone judges a mutant with nothing beside it, and measures.
func (r *runner) alone(number uint64) {
	m := Make(r.Seeds, r.Run, number)
	percent := debug.SetGCPercent(15) // so that garbage is not taken for memory that is held
	runtime.GC()
	base, peak := heap(), uint64(0)
	ended, sampled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			select {
			case <-ended:
				return
			case <-time.After(500 * time.Microsecond):
				peak = max(peak, heap())
			}
		}
	}()
	r.mark(0, number)
	res := r.try(m)
	r.mark(0, 0)
	close(ended)
	<-sampled
	debug.SetGCPercent(percent)
	res.faults = nil                                         // known already
	for tries := 0; tries < 2 && res.slow(r.slow); tries++ { // a machine may have other things to do
		res.took = min(res.took, r.try(m).took)
	}
	if peak > base && peak-base > maxGrowth {
		res.faults = append(res.faults, fmt.Sprintf("memory: %d MiB beyond what was there", (peak-base)>>20))
	}
	if res.slow(r.slow) {
		res.faults = append(res.faults, fmt.Sprintf("slow: it takes %v alone", res.took.Round(100*time.Millisecond)))
	}
	if len(res.faults) > 0 {
		r.note(m, res)
	}
}

func allocated() uint64 { return metric("/gc/heap/allocs:bytes") }
func heap() uint64      { return metric("/memory/classes/heap/objects:bytes") }

func metric(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// mark says what a worker is at, here and in a file that survives a crash.
func (r *runner) mark(worker int, number uint64) {
	r.mu.Lock()
	f := &r.flying[worker]
	f.number, f.since = number, time.Time{}
	if number != 0 {
		f.since = time.Now()
	}
	r.mu.Unlock()
	if f.note != nil {
		f.note.WriteAt(fmt.Appendf(nil, "-format %s -seed %-20d -mutant %-20d\n", r.name, r.Run, number), 0)
	}
}

// watch ends the run if a mutant does not even end with its context, and tells how far the run is.
func (r *runner) watch() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	began := time.Now()
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			r.mu.Lock()
			for _, f := range r.flying {
				if !f.since.IsZero() && time.Since(f.since) > deadTime {
					m := Make(r.Seeds, r.Run, f.number)
					panic(fmt.Sprintf("%s: mutant %d of %s hangs; %s\n%s", r.name, f.number, m.Seed.Name, r.again(m), m.Story))
				}
			}
			failing := len(r.groups)
			r.mu.Unlock()
			if r.Progress != nil && n%5 == 0 {
				k := r.done.Load()
				fmt.Fprintf(r.Progress, "%-7s %7d of %d mutants, %.0f/s, %d kinds of failures\n", r.name, k, r.Mutants, float64(k)/time.Since(began).Seconds(), failing)
			}
		}
	}()
	return func() { close(done); <-ended }
}

var digits = regexp.MustCompile(`[0-9]+|"[^"]*"`)

// note keeps a mutant's failures, those that look alike together.
func (r *runner) note(m Mutant, res result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if res.refused {
		r.refused++
	}
	for _, f := range res.faults {
		_, kind, _ := strings.Cut(f, ": ") // whatever was asked
		kind = digits.ReplaceAllString(kind, "#")
		kind = kind[:min(len(kind), 300)]
		g := r.groups[kind]
		if g == nil {
			g = &group{text: f}
			r.groups[kind] = g
		}
		if g.n > 0 && g.last == m.Number {
			continue
		}
		g.last = m.Number
		if g.n++; g.n <= 3 {
			g.again = append(g.again, fmt.Sprintf("%s\n      %s: %s", r.again(m), m.Seed.Name, m.Story))
		}
	}
}

// again saves a mutant, and says how it is made again.
func (r *runner) again(m Mutant) string {
	text := fmt.Sprintf("-format %s -seed %d -mutant %d", r.name, r.Run, m.Number)
	if r.Save == "" {
		return text
	}
	path := filepath.Join(r.Save, fmt.Sprintf("%s-%d-%d", r.name, r.Run, m.Number))
	if err := os.MkdirAll(r.Save, 0o755); err == nil {
		err = os.WriteFile(path, m.Data, 0o644)
		if err == nil {
			text += ", saved as " + path
		}
	}
	return text
}

func (r *runner) report(took time.Duration) {
	n := int(r.done.Load())
	line := fmt.Sprintf("%s: %d mutants of %d seeds (seed %d), %d refused, %.1f s", r.name, n, len(r.Seeds), r.Run, r.refused, took.Seconds())
	r.t.Log(line)
	if r.Progress != nil {
		fmt.Fprintln(r.Progress, line)
	}
	kinds := make([]string, 0, len(r.groups))
	for k := range r.groups {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b string) int { return r.groups[b].n - r.groups[a].n })
	for _, k := range kinds {
		g := r.groups[k]
		r.t.Errorf("%d times: %s\n   %s", g.n, g.text, strings.Join(g.again, "\n   "))
	}
	if n >= 200 && (r.refused == 0 || r.refused == n) {
		r.t.Errorf("%d of %d mutants are refused: they try nothing", r.refused, n)
	}
}

// ours is the part of a stack that lies between the panic and the judge.
func ours(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "panic(") {
			lines = lines[i:]
			break
		}
	}
	for i, l := range lines {
		if strings.HasPrefix(l, "howdah/formats/formattest/hostile.") {
			lines = lines[:i]
			break
		}
	}
	return strings.Join(lines[:min(len(lines), 24)], "\n")
}
