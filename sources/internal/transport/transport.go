package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"howdah/pgerr"
	"howdah/sources"
)

// New makes a transport. Content codings are neither asked for nor undone.
func New() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second, Control: refuseLinkLocal}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       30 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ReadBufferSize:        64 << 10,
	}
}

var errLinkLocal = errors.New("link-local addresses are not read from")

// refuseLinkLocal keeps a table's URL from reading the credentials that clouds serve at such addresses.
func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err == nil && (a.Addr().Unmap().IsLinkLocalUnicast() || a.Addr() == netip.MustParseAddr("fd00:ec2::254")) {
		return errLinkLocal
	}
	return nil
}

// ErrStalled is the cause with which Guard ends a request.
var ErrStalled = errors.New("the server stopped answering")

// Guard watches one request: it ends the context that it returns, with ErrStalled as cause, when nothing has happened
// for limit. Alive starts the wait anew; Hold stops the clock while nobody reads; stop ends the watch.
type Guard struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// Watch starts a guard; limit <= 0 watches nothing.
func Watch(ctx context.Context, limit time.Duration) (context.Context, *Guard) {
	ctx, cancel := context.WithCancelCause(ctx)
	g := &Guard{limit: limit, cancel: cancel}
	if limit > 0 {
		g.timer = time.AfterFunc(limit, func() { cancel(ErrStalled) })
	}
	return ctx, g
}

// Alive starts the wait anew.
func (g *Guard) Alive() {
	if g.timer != nil {
		g.timer.Reset(g.limit)
	}
}

// Hold stops the clock until Alive.
func (g *Guard) Hold() {
	if g.timer != nil {
		g.timer.Stop()
	}
}

// Stop ends the watch and the request.
func (g *Guard) Stop() {
	g.Hold()
	g.cancel(nil)
}

// Explain turns a failure of a request, or of reading its answer, into what a client may see. outer is the caller's
// context and inner the guarded one.
func Explain(outer, inner context.Context, path string, err error) error {
	if outer.Err() != nil {
		return context.Cause(outer)
	}
	if e, ok := errors.AsType[*pgerr.Error](err); ok {
		return e
	}
	if errors.Is(context.Cause(inner), ErrStalled) {
		return sources.Unreachable(path, ErrStalled.Error())
	}
	if errors.Is(err, errLinkLocal) {
		return sources.Denied(path, "Link-local addresses are not read from.")
	}
	var ue *url.Error
	for errors.As(err, &ue) { // its text repeats the URL
		err = ue.Err
		ue = nil
	}
	if final := finally(path, err); final != nil {
		return final
	}
	return sources.Unreachable(path, Reason(err))
}

// finally is for failures that trying again cannot cure; nil for all others.
func finally(path string, err error) error {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	why := ""
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		why = "the host's name is not known"
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		why = "the server's certificate is not valid: " + tail(err)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		why = "the server does not speak TLS"
	case strings.Contains(err.Error(), "unsupported protocol scheme"):
		why = "the server redirects to something that is not http or https"
	default:
		return nil
	}
	return pgerr.Wrap(err, pgerr.ConnectionFailure, "could not read %q: %s", path, why)
}

// tail gives the innermost text, which names certificates and hosts but no URL.
func tail(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// Reason says in a few words why a connection failed or broke.
func Reason(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.As(err, &dns):
		return "the host's name could not be looked up"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "the connection timed out"
	case errors.As(err, &op) && op.Timeout():
		return "the connection timed out"
	case errors.As(err, &op):
		return "the connection failed (" + op.Op + ")"
	case strings.Contains(err.Error(), "TLS"), strings.Contains(err.Error(), "tls"):
		return "the TLS connection could not be made"
	case strings.Contains(err.Error(), "HTTP"), strings.Contains(err.Error(), "chunk"):
		return "the server's answer is not valid HTTP"
	}
	return "the connection failed"
}
