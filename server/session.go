package server

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/settings"
	"howdah/server/wire"
)

// session is one client. Its own goroutine runs it; what others may touch is under mu.
type session struct {
	server *Server
	log    *slog.Logger
	raw    net.Conn // the socket
	conn   net.Conn // the socket or TLS over it
	tls    bool
	in     *pgproto3.Backend
	out    *wire.Out

	first        wire.Startup
	user         string
	database     string
	superuser    bool
	roleSettings []string // name=value
	connLimit    int
	pid          int32
	key          []byte
	began        time.Time

	settings *settings.Store
	pathMu   sync.Mutex
	paths    [2]knownPath // without what is implicit, and with it
	now      knownStyle
	waits    limits
	at       time.Time // when the present message came
	modes0   uint64    // one more than settings' version when a transaction's modes were the defaults
	last     shape
	recent   recentPlans
	reported map[string]string // what the client was told last, by name
	version  uint64            // of settings when it was
	charset  *charset.Charset  // nil: bytes pass as they are
	memory   *budget.Budget
	own      Own // temporary tables

	tx         *transaction // nil outside of any
	status     txStatus
	statements map[string]*prepared
	portals    map[string]*portal
	skip       bool // an error in the extended protocol: ignore all up to Sync
	lastPortal uint64
	random     expr.Random
	rejected   *reject.Run // of the last statement that rejected rows

	calm calm // of statements

	mu          sync.Mutex
	active      context.CancelCauseFunc // of the statement under way
	waiting     bool                    // in Receive
	ending      *pgerr.Error            // somebody wants the session to end
	endingHard  bool                    // and does not wait for its statement
	activity    Activity
	query       string // the text that the client has sent last, all of it
	lost        bool
	idleTimeout *pgerr.Error // what a passed read deadline means
}

func newSession(s *Server, p *peer, first wire.Startup, log *slog.Logger) *session {
	x := &session{
		server: s, log: log, raw: p.raw, conn: p.conn, tls: p.tls, first: first, began: time.Now(),
		in: pgproto3.NewBackend(p.in, io.Discard), out: wire.NewOut(p.conn), reported: map[string]string{},
		statements: map[string]*prepared{}, portals: map[string]*portal{},
	}
	x.in.SetMaxBodyLen(maxAuthMessage)
	return x
}

// serve runs the session from the start-up packet to its end.
func (x *session) serve() {
	defer func() {
		if r := recover(); r != nil {
			logPanic(x.log, "start-up", r)
			x.fatal(internalError(r))
		}
	}()
	if err := x.begin(); err != nil {
		if e, ok := errors.AsType[*pgerr.Error](err); ok {
			x.log.Info("login refused", "user", x.user, "err", e.Message)
			x.fatal(e)
		}
		return
	}
	x.log = x.log.With("pid", x.pid, "user", x.user)
	x.log.Debug("session begins", "database", x.database, "tls", x.tls)
	defer func() {
		x.server.unregister(x)
		x.cleanUp()
		x.log.Debug("session ends", "lasted", time.Since(x.began))
	}()
	x.loop()
}

// begin logs the client in and tells it the state of things.
func (x *session) begin() error {
	s := x.server
	params := x.first.Params
	x.user = params["user"]
	if x.user == "" {
		return pgerr.New(pgerr.InvalidAuthorizationSpec, "no PostgreSQL user name specified in startup packet")
	}
	if x.database = params["database"]; x.database == "" {
		x.database = x.user
	}
	if x.first.Version > wire.Version32 || len(x.first.Unknown) > 0 || x.first.Version&0xffff == 1 {
		newest := uint32(wire.Version32)
		if x.first.Version < newest {
			newest = wire.Version30
		}
		x.first.Version = min(newest, x.first.Version)
		if err := x.out.Send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: newest, UnrecognizedOptions: x.first.Unknown}); err != nil {
			return err
		}
	}
	if r, ok := params["replication"]; ok {
		if v, isBool := settings.ParseBool(r); !isBool || v {
			return pgerr.New(pgerr.FeatureNotSupported, "replication is not supported")
		}
	}
	registered := false
	defer func() {
		if !registered {
			s.slots.Add(-1)
		}
	}()
	if n := s.slots.Add(1); int(n) > s.cfg.MaxConnections {
		return pgerr.New(pgerr.TooManyConnections, "sorry, too many clients already")
	}
	if err := x.authenticate(); err != nil {
		return err
	}
	if !x.databaseExists() {
		return pgerr.New(pgerr.InvalidCatalogName, `database "%s" does not exist`, x.database)
	}
	fixed := map[string]string{"session_authorization": x.user, "is_superuser": "off"}
	if x.superuser {
		fixed["is_superuser"] = "on"
	}
	for k, v := range s.fixed {
		fixed[k] = v
	}
	x.settings = settings.New(fixed, x.superuser)
	for _, s := range x.roleSettings {
		name, value, _ := strings.Cut(s, "=")
		if err := x.settings.SetForRole(name, value); err != nil {
			x.log.Warn("a setting of the role does not hold", "user", x.user, "setting", s, "err", err)
		}
	}
	if err := x.startupSettings(params); err != nil {
		return err
	}
	x.settings.Started()
	length := 4
	if x.first.Version >= wire.Version32 {
		length = 32
	}
	x.key = make([]byte, length)
	if _, err := rand.Read(x.key); err != nil {
		return err
	}
	x.memory = budget.New("session", s.cfg.CursorMemory, nil).RaisedBy("the cursor memory of the server")
	x.conn.SetDeadline(time.Time{})
	x.in.SetMaxBodyLen(s.cfg.MaxMessage)
	x.activity = Activity{User: x.user, Database: x.database, Client: x.conn.RemoteAddr().String(), Began: x.began, StateSince: time.Now(), TLS: x.tls}
	if err := s.register(x); err != nil {
		return err
	}
	registered = true
	x.own = s.engine.Own(x.pid)
	x.out.Send(&pgproto3.AuthenticationOk{})
	x.report()
	return x.out.Send(&pgproto3.BackendKeyData{ProcessID: uint32(x.pid), SecretKey: x.key})
}

func (x *session) databaseExists() bool {
	if x.database == x.user {
		return true
	}
	for _, d := range x.server.cfg.Databases {
		if d == x.database {
			return true
		}
	}
	return false
}

// say sends a message at once.
func (x *session) say(m pgproto3.BackendMessage) error {
	if err := x.out.Send(m); err != nil {
		return err
	}
	return x.out.Flush()
}

// loop serves messages until the client leaves, is lost, or has to go.
func (x *session) loop() {
	ready := true
	for {
		if ready {
			if x.report() != nil || x.out.Send(&pgproto3.ReadyForQuery{TxStatus: x.txByte()}) != nil || x.out.Flush() != nil {
				return
			}
			x.setState(x.idleState())
		}
		m, err := x.receive()
		if err != nil {
			x.leave(err)
			return
		}
		var done bool
		if ready, done = x.handle(m); done {
			return
		}
	}
}

var (
	idleSession       = pgerr.New(pgerr.IdleSessionTimeout, "terminating connection due to idle-session timeout")
	idleInTransaction = pgerr.New(pgerr.IdleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout")
)

// receive waits for a message, within the idle time-outs.
func (x *session) receive() (pgproto3.FrontendMessage, error) {
	var limit time.Duration
	var meaning *pgerr.Error
	switch x.status {
	case txIdle:
		limit, meaning = x.limits().idle, idleSession
	case txBlock, txFailed:
		limit, meaning = x.limits().idleInBlock, idleInTransaction
	}
	x.mu.Lock()
	if x.ending != nil {
		x.mu.Unlock()
		return nil, x.ending
	}
	x.waiting, x.idleTimeout = true, meaning
	if limit > 0 {
		x.conn.SetReadDeadline(time.Now().Add(limit))
	}
	x.mu.Unlock()
	m, err := x.in.Receive()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waiting = false
	if limit > 0 && x.ending == nil {
		x.conn.SetReadDeadline(time.Time{})
	}
	if err != nil {
		switch {
		case x.ending != nil:
			return nil, x.ending
		case x.lost: // its deadline is the one that checkPeer set
			return nil, net.ErrClosed
		case errors.Is(err, os.ErrDeadlineExceeded) && meaning != nil:
			return nil, meaning
		}
	}
	return m, err
}

// leave ends the session after Receive failed.
func (x *session) leave(err error) {
	if e, ok := errors.AsType[*pgerr.Error](err); ok {
		x.fatal(e)
		return
	}
	if err != io.EOF && isNetError(err) { // the plain EOF is that of a message which ends within a string
		return
	}
	x.log.Info("bad message", "err", err)
	text := err.Error()
	switch _, tooLong := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); {
	case tooLong, strings.HasPrefix(text, "invalid message length"):
		x.fatal(pgerr.New(pgerr.ProtocolViolation, "invalid message length"))
	case strings.HasPrefix(text, "unknown message type"):
		x.fatal(pgerr.New(pgerr.ProtocolViolation, "invalid frontend message type"))
	default:
		x.fatal(pgerr.New(pgerr.ProtocolViolation, "invalid message format"))
	}
}

func isNetError(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// fatal tells the client why it is over. The client may not be reading: it gets a moment, no more.
func (x *session) fatal(e *pgerr.Error) {
	x.conn.SetWriteDeadline(time.Now().Add(time.Second))
	x.out.Send(errorResponse(e, "FATAL"))
	x.out.Flush()
}

// handle serves one message. ready says that ReadyForQuery is due.
func (x *session) handle(m pgproto3.FrontendMessage) (ready, done bool) {
	x.at = time.Now()
	defer func() {
		if r := recover(); r != nil {
			logPanic(x.log, "session", r)
			x.fatal(internalError(r))
			ready, done = false, true
		}
	}()
	if _, over := m.(*pgproto3.Terminate); over {
		return false, true
	}
	if _, sync := m.(*pgproto3.Sync); x.skip && !sync {
		return false, false
	}
	var err error
	switch m := m.(type) {
	case *pgproto3.Query:
		x.setQuery(m.String)
		err = x.simpleQuery(m.String)
		ready = true
	case *pgproto3.Parse:
		err = x.extended(func(ctx context.Context) error { return x.parse(ctx, m) })
	case *pgproto3.Bind:
		err = x.extended(func(ctx context.Context) error { return x.bind(ctx, m) })
	case *pgproto3.Describe:
		err = x.extended(func(ctx context.Context) error { return x.describe(ctx, m) })
	case *pgproto3.Execute:
		err = x.extended(func(ctx context.Context) error { return x.execute(ctx, m) })
	case *pgproto3.Close:
		err = x.extended(func(context.Context) error { return x.closeMessage(m) })
	case *pgproto3.Flush:
		err = x.out.Flush()
	case *pgproto3.Sync:
		x.skip = false
		err = x.sync()
		ready = true
	case *pgproto3.FunctionCall:
		err = x.report1(pgerr.New(pgerr.FeatureNotSupported, "the function call protocol is not supported"))
		ready = true
	case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail:
		// left over from a COPY that failed: PostgreSQL ignores them
	default:
		x.fatal(pgerr.New(pgerr.ProtocolViolation, "invalid frontend message type"))
		return false, true
	}
	if err != nil || x.out.Err() != nil {
		if e, ok := errors.AsType[*fatalError](err); ok {
			x.fatal(e.Error0)
		}
		return false, true
	}
	return ready, false
}

// fatalError ends the session after its statement.
type fatalError struct{ Error0 *pgerr.Error }

func (f *fatalError) Error() string { return f.Error0.Error() }

// report1 sends an error that a statement ended with, and fails the transaction. What it returns ends the session.
func (x *session) report1(err error) error {
	if gone := x.out.Err(); gone != nil { // nobody is there to hear it
		x.log.Debug("connection to client lost", "err", gone)
		return gone
	}
	if over, ok := errors.AsType[*fatalError](err); ok {
		x.failTransaction()
		return over
	}
	e := pgerr.From(err)
	if e.Code == pgerr.InternalError {
		x.log.Error("internal error", "err", err)
	}
	if e.Code == pgerr.ReadOnlySQLTransaction && e.Hint == "" && !x.settings.Bool("transaction_read_only") {
		e = e.Clone().WithHint("Files are read only. CREATE TEMP TABLE makes a table of the session's own, which takes rows.")
	}
	x.failTransaction()
	x.mu.Lock()
	ending, hard, lost := x.ending, x.endingHard, x.lost
	x.mu.Unlock()
	if lost {
		return net.ErrClosed
	}
	if ending != nil && hard {
		return &fatalError{ending}
	}
	return x.out.Send(errorResponse(x.encodeError(e), "ERROR"))
}

// notice sends a message that is not an error, if the client wants to hear it.
func (x *session) notice(severity string, e *pgerr.Error) {
	if !noticeWanted(x.settings.Text("client_min_messages"), severity) {
		return
	}
	r := pgproto3.NoticeResponse(*errorResponse(x.encodeError(e), severity))
	x.out.Send(&r)
}

func (x *session) warning(code pgerr.Code, format string, args ...any) {
	x.notice("WARNING", pgerr.New(code, format, args...))
}

func noticeWanted(least, severity string) bool {
	rank := map[string]int{"DEBUG": 1, "LOG": 6, "NOTICE": 7, "WARNING": 8, "ERROR": 9, "INFO": 10,
		"debug5": 1, "debug4": 2, "debug3": 3, "debug2": 4, "debug1": 5, "log": 6, "notice": 7, "warning": 8, "error": 9}
	return rank[severity] >= rank[least]
}

func internalError(r any) *pgerr.Error {
	return pgerr.New(pgerr.InternalError, "internal error: the server's log tells more")
}

func logPanic(log *slog.Logger, where string, r any) {
	log.Error("panic", "where", where, "value", r, "stack", string(debug.Stack()))
}

// cleanUp lets go of everything the session holds.
func (x *session) cleanUp() {
	defer func() {
		if r := recover(); r != nil {
			logPanic(x.log, "clean-up", r)
		}
	}()
	x.server.slots.Add(-1)
	for _, p := range x.portals {
		p.close()
	}
	x.portals = nil
	if x.tx != nil {
		x.tx.engine.Rollback()
	}
	x.tx = nil
	x.own.Close()
	x.memory.Close()
	if x.calm.uses > 0 {
		x.calm.cancel(nil)
	}
}

// cancelStatement cancels what is running; with nothing running it does nothing.
func (x *session) cancelStatement(why *pgerr.Error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.active != nil {
		x.active(why)
	}
}

// terminate ends the session: at once if it waits for its client, else after the statement, which hard cancels.
func (x *session) terminate(why *pgerr.Error, hard bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ending = why
	x.endingHard = x.endingHard || hard
	if hard { // also of a client that does not read what it is sent
		x.conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
	}
	if x.waiting {
		x.conn.SetReadDeadline(time.Unix(1, 0))
	} else if hard && x.active != nil {
		x.active(why)
		x.conn.SetWriteDeadline(time.Now().Add(time.Second)) // the client may not be reading
	}
}

// beginStatement gives the context of a statement, which a CancelRequest, statement_timeout and a lost socket cancel.
func (x *session) beginStatement() (context.Context, func()) {
	if x.calm.uses == 0 {
		x.calm.ctx, x.calm.cancel = context.WithCancelCause(context.Background())
	}
	ctx, cancel := x.calm.ctx, x.calm.cancel
	var timer *time.Timer
	if d := x.limits().statement; d > 0 {
		timer = time.AfterFunc(d, func() {
			cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout"))
		})
	}
	x.mu.Lock()
	x.active = cancel
	if x.ending != nil && x.endingHard {
		cancel(x.ending)
	}
	x.mu.Unlock()
	return ctx, func() {
		if timer != nil {
			timer.Stop()
		}
		x.mu.Lock()
		x.active = nil
		x.mu.Unlock()
		if x.calm.uses++; timer != nil || x.calm.uses == usesOfContext || ctx.Err() != nil {
			x.calm.uses = 0
			cancel(nil)
		}
	}
}

// limits are the session's time-outs, read again when its settings have changed.
type limits struct {
	known                        bool
	version                      uint64
	statement, idle, idleInBlock time.Duration
}

func (x *session) limits() *limits {
	if l := &x.waits; !l.known || l.version != x.settings.Version() {
		*l = limits{
			known: true, version: x.settings.Version(), statement: x.settings.Duration("statement_timeout"),
			idle: x.settings.Duration("idle_session_timeout"), idleInBlock: x.settings.Duration("idle_in_transaction_session_timeout"),
		}
	}
	return &x.waits
}

// calm is a context that nobody has cancelled so far: the messages of a quiet session share it, one after the other.
type calm struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	uses   int // 0: it is over
}

// usesOfContext bounds what a context may gather of those that were made from it and forgotten.
const usesOfContext = 200

// because gives the reason why a context ended in place of what came of it.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		if e, ok := errors.AsType[*pgerr.Error](context.Cause(ctx)); ok {
			return e
		}
	}
	return err
}
