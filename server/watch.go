package server

import (
	"time"

	"howdah/pgerr"
)

// watchEvery is how often the sockets of sessions that run something are looked at. Nobody reads from them meanwhile,
// so that a client that has gone would not be noticed before there is something to write.
const watchEvery = 200 * time.Millisecond

// watch cancels the statements of clients that have gone. It runs as long as there are sessions.
func (s *Server) watch() {
	defer s.connections.Done()
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for range t.C {
		s.mu.Lock()
		if len(s.sessions) == 0 {
			s.watching = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		for _, x := range s.all() {
			x.checkPeer()
		}
	}
}

func (x *session) checkPeer() {
	x.mu.Lock()
	running := x.active != nil && !x.lost
	x.mu.Unlock()
	if !running || !hungUp(x.raw) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.active != nil {
		x.lost = true
		x.active(pgerr.New(pgerr.ConnectionFailure, "connection to client lost"))
		x.raw.SetDeadline(time.Unix(1, 0)) // it may be in a write that nobody will ever read
	}
}
