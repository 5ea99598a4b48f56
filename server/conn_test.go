package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/internal/scram"
)

func dsn(s *testServer, extra string) string {
	host, port, _ := net.SplitHostPort(s.addr)
	return fmt.Sprintf("host=%s port=%s user=postgres dbname=postgres sslmode=disable %s", host, port, extra)
}

func connect(t testing.TB, s *testServer, extra string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(t.Context(), dsn(s, extra))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

// certificate writes a self-signed certificate and gives its files.
func certificate(t *testing.T) (cert, key string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	pk, _ := x509.MarshalECPrivateKey(k)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: pk}), 0o600)
	return cert, key
}

func withTLS(t *testing.T, cfg Config) (Config, string) {
	cert, key := certificate(t)
	var err error
	if cfg.TLS, cfg.CertHash, err = LoadTLS(cert, key); err != nil {
		t.Fatal(err)
	}
	return cfg, cert
}

func psql(t *testing.T, conninfo, sql string) (string, error) {
	t.Helper()
	cmd := exec.Command("psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-c", sql, conninfo)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestPsqlAndSCRAM(t *testing.T) {
	e := newMini()
	e.withPassword("alice", "secret ½")
	cfg, cert := withTLS(t, Config{})
	s := start(t, cfg, e)
	host, port, _ := net.SplitHostPort(s.addr)
	base := fmt.Sprintf("host=%s port=%s dbname=howdah ", host, port)
	for _, c := range []struct{ conninfo, want string }{
		{"user=alice password='secret ½' sslmode=disable", "1"},
		{"user=alice password='secret ½' sslmode=require channel_binding=require", "1"},
		{"user=alice password='secret ½' sslmode=verify-full channel_binding=disable sslrootcert=" + cert, "1"},
		{"user=alice password=wrong sslmode=disable", `password authentication failed for user "alice"`},
		{"user=nobody password=wrong sslmode=disable", `password authentication failed for user "nobody"`},
		{"user=group password=x sslmode=disable", `role "group" is not permitted to log in`},
		{"user=postgres sslmode=disable", "1"},
		{"user=postgres sslmode=disable options='-c application_name=abc -c statement_timeout=5s'", "1"},
		{"user=postgres sslmode=disable options='-c nosuch=1'", `unrecognized configuration parameter "nosuch"`},
		{"user=postgres sslmode=disable options='--work-mem=1MB'", "1"},
		{"user=postgres sslmode=disable replication=database", "replication is not supported"},
	} {
		got, _ := psql(t, base+c.conninfo, "select 1")
		if !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.conninfo, got, c.want)
		}
	}
	if got, _ := psql(t, fmt.Sprintf("host=%s port=%s user=postgres dbname=nope sslmode=disable", host, port), "select 1"); !strings.HasSuffix(got, `FATAL:  database "nope" does not exist`) {
		t.Error(got)
	}
	if got, _ := psql(t, base+"user=postgres sslmode=disable", `\conninfo
		begin`); !strings.Contains(got, "postgres") {
		t.Error(got)
	}
	if got, err := psql(t, base+"user=postgres sslmode=disable", "show server_version"); err != nil || got != "15.18 (Howdah dev)" {
		t.Error(got, err)
	}
}

func TestPgxOverTLS(t *testing.T) {
	e := newMini()
	e.withPassword("alice", "pw")
	cfg, cert := withTLS(t, Config{})
	s := start(t, cfg, e)
	host, port, _ := net.SplitHostPort(s.addr)
	c, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://alice:pw@%s:%s/alice?sslmode=verify-full&sslrootcert=%s", host, port, cert))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var n int32
	var text string
	for range 3 { // prepared once, then used again; binary results
		if err := c.QueryRow(t.Context(), "select $1::int4, $2::text", 42, "x").Scan(&n, &text); err != nil || n != 42 || text != "x" {
			t.Fatal(n, text, err)
		}
	}
	b := &pgx.Batch{}
	for i := range 5 {
		b.Queue("select $1::int4", i)
	}
	r := c.SendBatch(t.Context(), b)
	for i := range 5 {
		if err := r.QueryRow().Scan(&n); err != nil || int(n) != i {
			t.Error(n, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestDirectTLS(t *testing.T) {
	cfg, _ := withTLS(t, Config{})
	s := start(t, cfg, nil)
	c, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"postgresql"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(startup(196608, "user", "postgres"))
	if typ, _ := readMessage(t, c); typ != 'R' {
		t.Errorf("got %c", typ)
	}
	plain, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true})
	if err == nil {
		plain.Write(startup(196608, "user", "postgres"))
		if n, err := plain.Read(make([]byte, 100)); err == nil {
			t.Errorf("direct TLS without ALPN got %d bytes", n)
		}
		plain.Close()
	}
}

func startup(version uint32, params ...string) []byte {
	body := binary.BigEndian.AppendUint32(nil, version)
	for _, p := range params {
		body = append(append(body, p...), 0)
	}
	if len(params) > 0 {
		body = append(body, 0)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

func readMessage(t *testing.T, c net.Conn) (byte, []byte) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	var head [5]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		t.Errorf("no message: %v", err)
		return 0, nil
	}
	body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	if _, err := io.ReadFull(c, body); err != nil {
		t.Error(err)
	}
	return head[0], body
}

// TestStartupPackets sends what strangers may send. Each gets a clear FATAL or is dropped; afterwards all is well.
func TestStartupPackets(t *testing.T) {
	cfg, _ := withTLS(t, Config{StartupTimeout: time.Second})
	s := start(t, cfg, nil)
	ssl := startup(1234<<16 | 5679)
	for _, c := range []struct {
		name string
		send []byte
		want string
	}{
		{"HTTP", []byte("GET / HTTP/1.1\r\n\r\n"), "08P01 invalid length of startup packet"},
		{"zero length", []byte{0, 0, 0, 0}, "08P01 invalid length"},
		{"huge length", []byte{0x7f, 0xff, 0xff, 0xff}, "08P01 invalid length"},
		{"10001 bytes", append([]byte{0, 0, 0x27, 0x15}, make([]byte, 10001)...), "08P01 invalid length"},
		{"version 2", startup(2<<16, "user", "x"), "0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.0"},
		{"version 4", startup(4<<16, "user", "x"), "0A000 unsupported frontend protocol 4.0"},
		{"no terminator", append([]byte{0, 0, 0, 13, 0, 3, 0, 0}, "user\x00"...), "08P01 invalid startup packet layout"},
		{"no user", startup(3<<16, "database", "x"), "28000 no PostgreSQL user name specified in startup packet"},
		{"stray bytes", append([]byte{0, 0, 0, 21, 0, 3, 0, 0}, "user\x00post\x00\x00xy"...), "08P01 invalid startup packet layout"},
		{"nothing", nil, ""},
		{"half a length", []byte{0, 0}, ""},
		{"half a packet", []byte{0, 0, 0, 50, 0, 3, 0, 0}, ""},
		{"cancel of nobody", append([]byte{0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e}, 0, 0, 0, 9, 1, 2, 3, 4), ""},
		{"cancel cut short", []byte{0, 0, 0, 12, 0x04, 0xd2, 0x16, 0x2e, 0, 0, 0, 9}, "08P01"},
		{"plaintext after SSLRequest", append(bytes.Clone(ssl), startup(3<<16, "user", "postgres")...), "08P01 received unencrypted data after SSL request"},
		{"TLS that breaks off", []byte{0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			nc, err := net.Dial("tcp", s.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			nc.Write(c.send)
			nc.SetReadDeadline(time.Now().Add(4 * time.Second))
			raw, err := io.ReadAll(nc)
			if err != nil && !strings.Contains(err.Error(), "reset") {
				t.Fatal(err)
			}
			got := ""
			if i := bytes.IndexByte(raw, 'E'); i >= 0 && len(raw) > i+5 {
				var m pgproto3.ErrorResponse
				if m.Decode(raw[i+5:]) == nil {
					got = m.Code + " " + m.Message
				}
			}
			if c.want == "" && got != "" && !strings.HasPrefix(got, "08P01") || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := connect(t, s, "").Exec(t.Context(), "select 1"); got.Close() != nil {
		t.Error("the server does not serve any more")
	}
}

func TestSSLRequestLoop(t *testing.T) {
	s := start(t, Config{}, nil)
	nc, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	answered := 0
	for range 20 {
		if _, err := nc.Write(startup(1234<<16 | 5679)); err != nil {
			break
		}
		var b [1]byte
		nc.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.ReadFull(nc, b[:]); err != nil || b[0] != 'N' {
			break
		}
		answered++
	}
	if answered > 5 {
		t.Errorf("%d requests were answered", answered)
	}
}

func TestNegotiateProtocolVersion(t *testing.T) {
	s := start(t, Config{}, nil)
	for _, c := range []struct {
		version uint32
		option  bool
		newest  uint32 // 0: nothing is negotiated
		unknown int
		key     int
	}{
		{3 << 16, false, 0, 0, 4}, {3<<16 | 2, false, 0, 0, 32}, {3<<16 | 9999, false, 3<<16 | 2, 0, 32}, {3 << 16, true, 3 << 16, 1, 4}, {3<<16 | 2, true, 3<<16 | 2, 1, 32},
	} {
		nc, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		params := []string{"user", "postgres"}
		if c.option {
			params = append(params, "_pq_.x", "1")
		}
		nc.Write(startup(c.version, params...))
		var newest uint32
		unknown, key := 0, 0
		for {
			typ, body := readMessage(t, nc)
			if typ == 'v' {
				newest = binary.BigEndian.Uint32(body)
				unknown = int(binary.BigEndian.Uint32(body[4:]))
			}
			if typ == 'K' {
				key = len(body) - 4
			}
			if typ == 'Z' || typ == 0 {
				break
			}
		}
		if newest != c.newest || unknown != c.unknown || key != c.key {
			t.Errorf("%x: newest %x, %d unknown, key of %d bytes; want %+v", c.version, newest, unknown, key, c)
		}
		nc.Close()
	}
}

func TestTooManyClients(t *testing.T) {
	s := start(t, Config{MaxConnections: 2}, nil)
	a, _ := connect(t, s, ""), connect(t, s, "")
	_, err := pgconn.Connect(t.Context(), dsn(s, ""))
	if code(err) != "53300" {
		t.Errorf("got %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Exec(context.Background(), "select pg_sleep(30)").Close() }()
	time.Sleep(100 * time.Millisecond)
	if err := a.CancelRequest(t.Context()); err != nil { // a new connection: still served
		t.Error(err)
	}
	if err := <-done; code(err) != "57014" {
		t.Errorf("got %v", err)
	}
	a.Close(t.Context())
	for range 50 {
		if c, err := pgconn.Connect(t.Context(), dsn(s, "")); err == nil {
			c.Close(t.Context())
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the place of a session that left is not free")
}

func TestCancelAndTimeouts(t *testing.T) {
	s := start(t, Config{}, nil)
	c := connect(t, s, "")
	run := func(sql string) error { return c.Exec(context.Background(), sql).Close() }
	if err := run("set statement_timeout = 50; select pg_sleep(10)"); code(err) != "57014" || !strings.Contains(err.Error(), "statement timeout") {
		t.Error(err)
	}
	if err := run("begin; set statement_timeout = 50; select pg_sleep(10)"); code(err) != "57014" {
		t.Error(err)
	}
	if err := run("rollback; select 1"); err != nil {
		t.Error(err)
	}
	for i := range 20 { // in any state: the session stays usable
		done := make(chan error, 1)
		go func() { done <- run("select pg_sleep(0.02)") }()
		time.Sleep(time.Duration(i) * 2 * time.Millisecond)
		c.CancelRequest(t.Context())
		if err := <-done; err != nil && code(err) != "57014" {
			t.Fatal(err)
		}
	}
	// A cancelled FETCH leaves the session in a failed transaction.
	done := make(chan error, 1)
	go func() {
		done <- run("begin; declare x cursor for select pg_sleep(30) from generate_series(1, 2) g; fetch x")
	}()
	time.Sleep(100 * time.Millisecond)
	c.CancelRequest(t.Context())
	if err := <-done; code(err) != "57014" {
		t.Error(err)
	}
	if err := run("abort"); err != nil || len(s.engine.running) != 0 {
		t.Error(err, len(s.engine.running))
	}
	idle := connect(t, s, "options='-c idle_in_transaction_session_timeout=50'")
	idle.Exec(t.Context(), "begin").Close()
	time.Sleep(150 * time.Millisecond)
	if err := idle.Exec(t.Context(), "select 1").Close(); code(err) != "25P03" && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	idle = connect(t, s, "options='-c idle_session_timeout=50'")
	time.Sleep(150 * time.Millisecond)
	if err := idle.Exec(t.Context(), "select 1").Close(); code(err) != "57P05" && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// TestLostClient: a client that vanishes takes its query with it.
func TestLostClient(t *testing.T) {
	s := start(t, Config{}, nil)
	c := connect(t, s, "")
	c.Frontend().Send(&pgproto3.Query{String: "select pg_sleep(60)"})
	c.Frontend().Flush()
	for range 100 {
		if len(s.engine.running) == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.Conn().Close()
	for range 100 {
		if len(s.engine.running) == 0 && len(s.Sessions()) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the query of a lost client still runs")
}

// TestSlowClient: a client that does not read stops its query, and nothing grows; then it is told to go.
func TestSlowClient(t *testing.T) {
	e := newMini()
	e.batch = 1024
	s := start(t, Config{}, e)
	c := connect(t, s, "")
	c.Frontend().Send(&pgproto3.Query{String: "select g, 'some text of a row' from generate_series(1, 100000000) g"})
	c.Frontend().Flush()
	time.Sleep(300 * time.Millisecond)
	if a := s.Sessions(); len(a) != 1 || a[0].State != "active" || !strings.HasPrefix(a[0].Query, "select g") {
		t.Errorf("%+v", a)
	}
	c.Conn().Close()
}

func TestShutdown(t *testing.T) {
	s := start(t, Config{}, nil)
	idle, busy := connect(t, s, ""), connect(t, s, "")
	done := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), "select pg_sleep(0.3)").ReadAll()
		done <- err
	}()
	time.Sleep(100 * time.Millisecond)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("a running statement was not let finish: %v", err)
	}
	if err := idle.Exec(t.Context(), "select 1").Close(); code(err) != "57P01" && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
		t.Error("still listening")
	}
}

func TestShutdownCancels(t *testing.T) {
	s := start(t, Config{}, nil)
	busy := connect(t, s, "")
	done := make(chan error, 1)
	go func() { done <- busy.Exec(context.Background(), "select pg_sleep(60)").Close() }()
	time.Sleep(100 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := <-done; code(err) != "57P01" {
		t.Error(err)
	}
}

func TestTerminateBackend(t *testing.T) {
	s := start(t, Config{}, nil)
	c := connect(t, s, "")
	if !s.TerminateBackend(int32(c.PID())) || s.TerminateBackend(99999) {
		t.Error("wrong sessions found")
	}
	if err := c.Exec(t.Context(), "select 1").Close(); code(err) != "57P01" && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// TestPanic: a bug ends its session with XX000, and nothing else.
func TestPanic(t *testing.T) {
	var log lockedBuffer
	s := start(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, nil)
	other, c := connect(t, s, ""), connect(t, s, "")
	if err := c.Exec(t.Context(), "select panic()").Close(); code(err) != "XX000" {
		t.Error(err)
	}
	if err := other.Exec(t.Context(), "select 1").Close(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "the test asked for it") || !strings.Contains(log.String(), "fake_test.go") {
		t.Error("the panic is not in the log with its stack")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestBadMessages: broken messages of a client that is logged in end its session with 08P01.
func TestBadMessages(t *testing.T) {
	s := start(t, Config{MaxMessage: 1 << 20}, nil)
	for name, raw := range map[string][]byte{
		"unknown type":  {'?', 0, 0, 0, 4},
		"length 3":      {'Q', 0, 0, 0, 3},
		"2 GiB":         {'Q', 0x7f, 0xff, 0xff, 0xff},
		"over the size": {'Q', 0, 0x20, 0, 0},
		"bind cut":      {'B', 0, 0, 0, 6, 0, 0},
		"no terminator": {'Q', 0, 0, 0, 5, 'x'},
		"password":      {'p', 0, 0, 0, 5, 0},
	} {
		c := connect(t, s, "")
		c.Conn().Write(raw)
		typ, body := readMessage(t, c.Conn())
		var m pgproto3.ErrorResponse
		m.Decode(body)
		if typ != 'E' || m.Code != "08P01" || m.Severity != "FATAL" {
			t.Errorf("%s: %c %s %s", name, typ, m.Code, m.Message)
		}
		c.Conn().Close()
	}
}

func TestCheckListen(t *testing.T) {
	e := newMini()
	for addr, ok := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "0.0.0.0:1": false, "10.1.2.3:1": false, "[::]:1": false} {
		a, _ := net.ResolveTCPAddr("tcp", addr)
		if err := CheckListen(a, e); (err == nil) != ok {
			t.Errorf("%s: %v", addr, err)
		}
	}
	e.withPassword("a", "b")
	a, _ := net.ResolveTCPAddr("tcp", "0.0.0.0:1")
	if err := CheckListen(a, e); err != nil {
		t.Error(err)
	}
}

func TestExpiredPassword(t *testing.T) {
	e := newMini()
	v, _ := scram.New("pw")
	e.roles["old"] = Role{Name: "old", Login: true, Verifier: v.String(), ConnLimit: -1, ValidUntil: "2001-01-01 00:00:00+00"}
	e.roles["new"] = Role{Name: "new", Login: true, Verifier: v.String(), ConnLimit: -1, ValidUntil: "2101-01-01 00:00:00+00"}
	s := start(t, Config{}, e)
	host, port, _ := net.SplitHostPort(s.addr)
	for user, want := range map[string]string{"old": "28P01", "new": "<nil>"} {
		c, err := pgconn.Connect(t.Context(), fmt.Sprintf("postgres://%s:pw@%s:%s/howdah?sslmode=disable", user, host, port))
		if code(err) != want {
			t.Errorf("%s: %v", user, err)
		}
		if err == nil {
			c.Close(t.Context())
		}
	}
}
