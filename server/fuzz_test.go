package server

import (
	"io"
	"log/slog"
	"net"
	"testing"
	"time"
)

// FuzzSession lets a client send any bytes, from the first on or after its login. The session must end, let go of what
// it ran, and not panic.
func FuzzSession(f *testing.F) {
	login := startup(3<<16, "user", "postgres")
	message := func(typ byte, body string) []byte {
		n := len(body) + 4
		return append([]byte{typ, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, body...)
	}
	join := func(parts ...[]byte) (all []byte) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	f.Add(true, join(message('Q', "select 1; begin; declare c cursor for select g from generate_series(1, 9) g; fetch 2 from c\x00")))
	f.Add(true, join(message('P', "s\x00select $1::int4\x00\x00\x00"), message('B', "p\x00s\x00\x00\x00\x00\x01\x00\x00\x00\x011\x00\x00"),
		message('D', "Pp\x00"), message('E', "p\x00\x00\x00\x00\x01"), message('C', "Ss\x00"), message('H', ""), message('S', "")))
	f.Add(true, message('Q', "copy (select 1, 'x') to stdout csv header; move all in x; set timezone = 'utc'; show all\x00"))
	f.Add(true, message('Q', "begin; savepoint a; rollback to a; release a; commit and chain; execute x(1); prepare p as select 1\x00"))
	f.Add(true, message('F', "\x00\x00\x00\x01"))
	f.Add(false, login)
	f.Add(false, startup(1234<<16|5679))
	f.Add(false, []byte("\x16\x03\x01\x00\x05hello"))
	e := newMini()
	s, err := New(Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), StartupTimeout: 2 * time.Second, MaxMessage: 1 << 16,
		Settings: map[string]string{"statement_timeout": "200"}}, e)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, loggedIn bool, raw []byte) {
		client, server := pair(t)
		done := make(chan struct{})
		s.connections.Add(1)
		go func() {
			defer s.connections.Done()
			s.serveConn(server)
			close(done)
		}()
		go io.Copy(io.Discard, client)
		if loggedIn {
			client.Write(login)
		}
		client.Write(raw)
		client.(*net.TCPConn).CloseWrite()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("the session does not end")
		}
		client.Close()
		if n := len(e.running); n != 0 {
			t.Fatalf("%d executions were not closed", n)
		}
	})
}

// pair is a connection over loopback, so that the peer's address is what it would be.
func pair(t *testing.T) (client, server net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}
