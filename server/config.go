package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"howdah/pgerr"
)

// Config says how a server behaves. The zero value of a field means its default.
type Config struct {
	Version        string            // Howdah's own, shown in server_version
	MaxConnections int               // 100
	TLS            *tls.Config       // nil = no TLS; NextProtos is set by New
	CertHash       []byte            // tls-server-end-point of the certificate; LoadTLS gives it
	Settings       map[string]string // defaults of parameters, as in a configuration file, by name
	Log            *slog.Logger      // slog.Default()
	StartupTimeout time.Duration     // 60 s, PostgreSQL's authentication_timeout
	MaxMessage     int               // bytes of a message's body after login: 64 MiB
	CursorMemory   int64             // bytes that a session's scrolled cursors may hold: 64 MiB
	Databases      []string          // beside the user's own name: howdah, postgres
}

func (c Config) withDefaults() Config {
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = 100
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.StartupTimeout == 0 {
		c.StartupTimeout = time.Minute
	}
	if c.MaxMessage == 0 {
		c.MaxMessage = 64 << 20
	}
	if c.CursorMemory == 0 {
		c.CursorMemory = 64 << 20
	}
	if c.Databases == nil {
		c.Databases = []string{"howdah", "postgres"}
	}
	return c
}

// CheckListen refuses to serve an address that others can reach while no role has a password.
func CheckListen(addr net.Addr, e Engine) error {
	if isLoopback(addr) || e.HasPassword() {
		return nil
	}
	return pgerr.New(pgerr.InvalidAuthorizationSpec, "refusing to listen on %s: no role has a password", addr).
		WithHint("CREATE ROLE … LOGIN PASSWORD first, set HOWDAH_USER and HOWDAH_PASSWORD_FILE, or listen on 127.0.0.1.")
}

func isLoopback(addr net.Addr) bool {
	if addr.Network() == "unix" {
		return true
	}
	ap, err := netip.ParseAddrPort(addr.String())
	return err == nil && ap.Addr().Unmap().IsLoopback()
}
