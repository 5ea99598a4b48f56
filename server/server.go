package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/sql"
)

// PostgresVersion is the PostgreSQL whose catalogs and behaviour are shown.
const PostgresVersion = "15.18"

// Server serves sessions over one engine.
type Server struct {
	cfg    Config
	engine Engine
	fixed  map[string]string // settings that the server decides
	parsed *sql.Cache
	mock   []byte // secret of the challenges for unknown roles

	connections sync.WaitGroup
	closing     chan struct{} // closed when Shutdown begins
	stopOnce    sync.Once
	started     time.Time

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	starting  map[net.Conn]struct{} // not yet sessions
	sessions  map[int32]*session
	lastPID   int32
	watching  bool

	rejects reject.Log // the last statements that rejected rows

	slots atomic.Int32 // sessions and those about to be
}

// New makes a server. The engine must be ready.
func New(cfg Config, e Engine) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg: cfg, engine: e, parsed: sql.NewCache(2000, 32<<20), mock: make([]byte, 32), closing: make(chan struct{}), started: time.Now(),
		listeners: map[net.Listener]struct{}{}, starting: map[net.Conn]struct{}{}, sessions: map[int32]*session{},
	}
	if _, err := rand.Read(s.mock); err != nil {
		return nil, err
	}
	if cfg.TLS != nil {
		t := cfg.TLS.Clone()
		t.NextProtos = []string{protocolName}
		s.cfg.TLS = t
	}
	fixed, err := fixedSettings(cfg)
	if err != nil {
		return nil, err
	}
	s.fixed = fixed
	return s, nil
}

// Serve accepts connections until the listener is closed or Shutdown is called, after which it returns nil.
func (s *Server) Serve(l net.Listener) error {
	if err := CheckListen(l.Addr(), s.engine); err != nil {
		return err
	}
	s.mu.Lock()
	if s.isClosing() {
		s.mu.Unlock()
		l.Close()
		return nil
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	pause := time.Duration(0)
	for {
		conn, err := l.Accept()
		if err != nil {
			if s.isClosing() || errors.Is(err, net.ErrClosed) {
				return nil
			}
			// Out of descriptors, mostly: wait for some to be given back.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.cfg.Log.Warn("could not accept a connection", "err", err, "pause", pause)
			select {
			case <-time.After(pause):
				continue
			case <-s.closing:
				return nil
			}
		}
		pause = 0
		s.mu.Lock()
		if s.isClosing() {
			s.mu.Unlock()
			conn.Close()
			return nil
		}
		s.starting[conn] = struct{}{}
		s.connections.Add(1)
		s.mu.Unlock()
		go func() {
			defer s.connections.Done()
			s.serveConn(conn)
		}()
	}
}

func (s *Server) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// Shutdown stops listening and ends sessions with 57P01: idle ones at once, running statements when they are done or
// the context is, which cancels them. It returns when all are gone; the context's error if they were cancelled.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopOnce.Do(func() {
		s.mu.Lock()
		close(s.closing)
		for l := range s.listeners {
			l.Close()
		}
		for c := range s.starting {
			c.SetDeadline(time.Unix(1, 0))
		}
		s.mu.Unlock()
	})
	for _, x := range s.all() {
		x.terminate(shuttingDown(), false)
	}
	gone := make(chan struct{})
	go func() {
		s.connections.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	for _, x := range s.all() {
		x.terminate(shuttingDown(), true)
	}
	select {
	case <-gone:
	case <-time.After(2 * time.Second): // clients that do not read what they are sent
		for _, x := range s.all() {
			x.conn.Close()
		}
		<-gone
	}
	return ctx.Err()
}

func shuttingDown() *pgerr.Error {
	return pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command")
}

func (s *Server) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*session, 0, len(s.sessions))
	for _, x := range s.sessions {
		list = append(list, x)
	}
	return list
}

// register gives a session its number. It fails when the server is full or closing.
func (s *Server) register(x *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosing() {
		return pgerr.New(pgerr.CannotConnectNow, "the database system is shutting down")
	}
	if x.connLimit >= 0 && !x.superuser {
		n := 0
		for _, o := range s.sessions {
			if o.user == x.user {
				n++
			}
		}
		if n >= x.connLimit {
			return pgerr.New(pgerr.TooManyConnections, `too many connections for role "%s"`, x.user)
		}
	}
	for {
		s.lastPID++
		if s.lastPID <= 0 {
			s.lastPID = 1
		}
		if _, taken := s.sessions[s.lastPID]; !taken {
			break
		}
	}
	x.pid = s.lastPID
	delete(s.starting, x.raw)
	s.sessions[x.pid] = x
	if !s.watching {
		s.watching = true
		s.connections.Add(1)
		go s.watch()
	}
	return nil
}

func (s *Server) unregister(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, x.pid)
}

// cancel serves a CancelRequest: nobody is told whether it fitted.
func (s *Server) cancel(pid uint32, key []byte) {
	s.mu.Lock()
	x := s.sessions[int32(pid)]
	s.mu.Unlock()
	if x != nil && len(key) == len(x.key) && subtle.ConstantTimeCompare(key, x.key) == 1 {
		x.cancelStatement(canceledByUser())
	}
}

func canceledByUser() *pgerr.Error {
	return pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
}

// CancelBackend is pg_cancel_backend: it cancels what a session is running.
func (s *Server) CancelBackend(pid int32) bool {
	s.mu.Lock()
	x := s.sessions[pid]
	s.mu.Unlock()
	if x != nil {
		x.cancelStatement(canceledByUser())
	}
	return x != nil
}

// TerminateBackend is pg_terminate_backend: it ends a session.
func (s *Server) TerminateBackend(pid int32) bool {
	s.mu.Lock()
	x := s.sessions[pid]
	s.mu.Unlock()
	if x != nil {
		x.terminate(shuttingDown(), true)
	}
	return x != nil
}

// Started is when the server was made (pg_postmaster_start_time).
func (s *Server) Started() time.Time { return s.started }

func versionText(howdah string) string { return PostgresVersion + " (Howdah " + howdah + ")" }

func versionNum() string {
	major, minor, _ := cutVersion(PostgresVersion)
	return strconv.Itoa(major*10000 + minor)
}

func cutVersion(v string) (major, minor int, err error) {
	for i := range len(v) {
		if v[i] == '.' {
			if major, err = strconv.Atoi(v[:i]); err != nil {
				return
			}
			minor, err = strconv.Atoi(v[i+1:])
			return
		}
	}
	major, err = strconv.Atoi(v)
	return
}

// versionLine is what version() says.
func versionLine(howdah string) string {
	return "PostgreSQL " + versionText(howdah) + " on " + runtime.GOARCH + "-" + runtime.GOOS + ", compiled by " + runtime.Version()
}
