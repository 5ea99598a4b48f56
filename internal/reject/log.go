package reject

import (
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of what is kept. Counts are exact whatever is kept.
const (
	MaxRows   = 10_000   // entries of one run
	maxBytes  = 4 << 20  // and their texts
	maxText   = 1 << 10  // of one text
	logBytes  = 16 << 20 // of all runs in a Log
	logRuns   = 1000
	entrySize = 256 // what an entry takes besides its texts, about
)

// Log keeps the last runs that rejected rows, of all sessions. It is safe for concurrent use.
type Log struct {
	mu    sync.Mutex
	runs  []*Run
	bytes int64
	last  atomic.Int64
}

// Origin is who runs what.
type Origin struct {
	PID   int32
	User  string
	Query string
	Began time.Time
}

// Begin makes the run of a statement. It costs nothing until it rejects something: only then it is kept, and first, which
// may be nil, is told. A nil Log keeps nothing but what the run itself holds.
func (l *Log) Begin(o Origin, first func(*Run)) *Run {
	if len(o.Query) > maxText {
		o.Query = Text([]byte(o.Query))
	}
	return &Run{Origin: o, log: l, first: first}
}

// Runs lists the runs that are kept, the oldest first.
func (l *Log) Runs() []*Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*Run(nil), l.runs...)
}

// add keeps a run that has something to tell.
func (l *Log) add(r *Run) {
	r.ID = l.last.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, r)
	l.trim()
}

// grow takes note of what a run has come to hold.
func (l *Log) grow(r *Run, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.forgotten {
		return
	}
	r.held += n
	l.bytes += n
	l.trim()
}

func (l *Log) trim() {
	for len(l.runs) > 1 && (len(l.runs) > logRuns || l.bytes > logBytes) {
		old := l.runs[0]
		l.bytes -= old.held
		old.forgotten = true
		l.runs[0] = nil
		l.runs = l.runs[1:]
	}
}
