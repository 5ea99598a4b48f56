package engine_test

import (
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// BenchmarkRoundTrip is the way of a small question to its answer and back, with a client that does next to nothing.
func BenchmarkRoundTrip(b *testing.B) {
	addr, _ := serve(b)
	for _, c := range []struct {
		name        string
		first, each []pgproto3.FrontendMessage
	}{
		{"simple", nil, []pgproto3.FrontendMessage{&pgproto3.Query{String: "select 1"}}},
		{"extended", nil, []pgproto3.FrontendMessage{&pgproto3.Parse{Query: "select 1"}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{}}},
		{"prepared", []pgproto3.FrontendMessage{&pgproto3.Parse{Name: "s", Query: "select 1"}, &pgproto3.Sync{}},
			[]pgproto3.FrontendMessage{&pgproto3.Bind{PreparedStatement: "s"}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			f := pgproto3.NewFrontend(conn, conn)
			f.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "postgres", "database": "postgres"}})
			ready := func() {
				for {
					m, err := f.Receive()
					if err != nil {
						b.Fatal(err)
					}
					switch m := m.(type) {
					case *pgproto3.ErrorResponse:
						b.Fatal(m.Message)
					case *pgproto3.ReadyForQuery:
						return
					}
				}
			}
			send := func(list []pgproto3.FrontendMessage) {
				for _, m := range list {
					f.Send(m)
				}
				if err := f.Flush(); err != nil {
					b.Fatal(err)
				}
				ready()
			}
			send(nil)
			if c.first != nil {
				send(c.first)
			}
			var raw []byte
			for _, m := range c.each {
				if raw, err = m.Encode(raw); err != nil {
					b.Fatal(err)
				}
			}
			// One answer tells how long the others are.
			if _, err := conn.Write(raw); err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 1<<16)
			n, err := conn.Read(buf)
			if err != nil || buf[n-6] != 'Z' {
				b.Fatal(n, err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(raw); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(conn, buf[:n]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
