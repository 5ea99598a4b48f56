package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/pgerr"
	"howdah/server/wire"
)

// maxRequests bounds the SSLRequest and GSSENCRequest packets before the start-up packet: one of each is usual.
const maxRequests = 4

// tlsRecord is the first byte of a TLS handshake.
const tlsRecord = 0x16

// serveConn leads a new connection to its session, or to its end.
func (s *Server) serveConn(conn net.Conn) {
	log := s.cfg.Log.With("peer", conn.RemoteAddr().String())
	defer func() {
		if r := recover(); r != nil {
			logPanic(log, "connection", r)
		}
		s.mu.Lock()
		delete(s.starting, conn)
		s.mu.Unlock()
		conn.Close()
	}()
	if t, ok := conn.(*net.TCPConn); ok {
		t.SetNoDelay(true)
		t.SetKeepAlivePeriod(time.Minute)
	}
	conn.SetDeadline(time.Now().Add(s.cfg.StartupTimeout))
	c, first, err := s.negotiate(conn)
	if err != nil {
		if e, ok := errors.AsType[*pgerr.Error](err); ok {
			log.Info("start-up refused", "err", e.Message)
			sendFatal(c.w(), e)
		} else if err != wire.ErrClosed {
			log.Info("start-up failed", "err", err)
		}
		return
	}
	if first.Request == wire.Cancel {
		s.cancel(first.PID, first.Key)
		return
	}
	x := newSession(s, c, first, log)
	x.serve()
}

// peer is a connection after negotiation.
type peer struct {
	raw  net.Conn
	conn net.Conn // raw, or TLS over it
	in   io.Reader
	tls  bool
}

func (p *peer) w() io.Writer {
	if p == nil || p.conn == nil {
		return io.Discard
	}
	return p.conn
}

// negotiate reads requests up to the start-up packet or a CancelRequest. The peer is never nil.
func (s *Server) negotiate(raw net.Conn) (*peer, wire.Startup, error) {
	p := &peer{raw: raw, conn: raw}
	buffered := bufio.NewReaderSize(raw, 512)
	p.in = buffered
	if first, err := buffered.Peek(1); err == nil && first[0] == tlsRecord && s.cfg.TLS != nil {
		if err := p.startTLS(s.cfg.TLS, buffered); err != nil {
			return p, wire.Startup{}, err
		}
		if p.conn.(*tls.Conn).ConnectionState().NegotiatedProtocol != protocolName {
			return p, wire.Startup{}, errNoALPN
		}
	}
	for range maxRequests {
		st, err := wire.ReadStartup(p.in)
		if err != nil {
			return p, st, err
		}
		switch st.Request {
		case wire.AskGSSEnc, wire.AskTLS:
			answer := byte('N')
			if st.Request == wire.AskTLS && s.cfg.TLS != nil && !p.tls {
				answer = 'S'
			}
			// Bytes that came before the answer were not encrypted, whoever sent them (CVE-2021-23214).
			if !p.tls && buffered.Buffered() > 0 {
				what, hint := "SSL", "SSL request"
				if st.Request == wire.AskGSSEnc {
					what, hint = "GSSAPI encryption", "GSSAPI encryption request"
				}
				return p, st, pgerr.New(pgerr.ProtocolViolation, "received unencrypted data after %s", hint).
					WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack on the %s negotiation.", what)
			}
			if _, err := p.conn.Write([]byte{answer}); err != nil {
				return p, st, err
			}
			if answer == 'S' {
				if err := p.startTLS(s.cfg.TLS, buffered); err != nil {
					return p, st, err
				}
			}
		default:
			return p, st, nil
		}
	}
	return p, wire.Startup{}, pgerr.New(pgerr.ProtocolViolation, "too many encryption requests before the startup packet")
}

// startTLS shakes hands; what was buffered belongs to the handshake.
func (p *peer) startTLS(cfg *tls.Config, buffered *bufio.Reader) error {
	t := tls.Server(&bufferedConn{p.raw, buffered}, cfg)
	if err := t.HandshakeContext(context.Background()); err != nil { // the deadline is the connection's
		p.conn = nil // nothing readable can be said
		return err
	}
	p.conn, p.in, p.tls = t, t, true
	return nil
}

// bufferedConn reads what was peeked at before it reads on.
type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (b *bufferedConn) Read(p []byte) (int, error) {
	if b.r != nil {
		if b.r.Buffered() > 0 {
			return b.r.Read(p)
		}
		b.r = nil
	}
	return b.Conn.Read(p)
}

func sendFatal(w io.Writer, e *pgerr.Error) {
	b, err := errorResponse(e, "FATAL").Encode(nil)
	if err == nil {
		w.Write(b)
	}
}

func errorResponse(e *pgerr.Error, severity string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: string(e.Code), Message: e.Message, Detail: e.Detail,
		Hint: e.Hint, Position: int32(e.Position), Where: e.Where,
		SchemaName: e.Schema, TableName: e.Table, ColumnName: e.Column, ConstraintName: e.Constraint,
	}
}
