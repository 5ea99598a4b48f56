package server

import (
	"slices"
	"time"
)

// Activity is a session as pg_stat_activity shows it.
type Activity struct {
	PID         int32
	User        string
	Database    string
	Application string
	Client      string // address of the peer
	TLS         bool
	Began       time.Time
	XactBegan   time.Time // zero outside a transaction
	QueryBegan  time.Time
	StateSince  time.Time
	State       string // active, idle, idle in transaction, idle in transaction (aborted)
	Query       string // the last one, cut to a kilobyte
}

const shownQuery = 1023

// Sessions lists the sessions by PID.
func (s *Server) Sessions() []Activity {
	list := s.all()
	out := make([]Activity, 0, len(list))
	for _, x := range list {
		x.mu.Lock()
		a := x.activity
		x.mu.Unlock()
		a.PID = x.pid
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Activity) int { return int(a.PID - b.PID) })
	return out
}

func (x *session) setQuery(text string) {
	app := x.settings.Text("application_name")
	x.query = text
	if len(text) > shownQuery {
		text = text[:shownQuery]
	}
	now := x.at
	x.mu.Lock()
	defer x.mu.Unlock()
	a := &x.activity
	a.Query, a.QueryBegan, a.StateSince, a.State, a.Application = text, now, now, "active", app
}

func (x *session) setState(state string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	a := &x.activity
	if a.State != state {
		a.State, a.StateSince = state, time.Now()
	}
	a.XactBegan = time.Time{}
	if x.tx != nil {
		a.XactBegan = x.tx.start
	}
}

func (x *session) idleState() string {
	switch x.txByte() {
	case 'T':
		return "idle in transaction"
	case 'E':
		return "idle in transaction (aborted)"
	}
	return "idle"
}
