package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/catalog"
	formatsall "howdah/formats/all"
	"howdah/internal/budget"
	"howdah/server"
	"howdah/server/engine"
	sourcesall "howdah/sources/all"
	"howdah/sources/local"
)

// serveItems starts a server with a table of 1,000 rows in a file.
func serveItems(b *testing.B) (addr string) {
	b.Helper()
	dir := b.TempDir()
	var text strings.Builder
	text.WriteString("id,name,price\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "%d,item %d,%d.%02d\n", i, i, i%90, i%100)
	}
	ddl := "create server s foreign data wrapper howdah options (location '" + dir + "');" +
		"create foreign table public.items (id int, name text, price numeric) server s options (location 'items.csv', header 'true');"
	file := filepath.Join(b.TempDir(), "catalog.sql")
	for path, s := range map[string]string{filepath.Join(dir, "items.csv"): text.String(), file: ddl} {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	reg, err := sourcesall.Registry(sourcesall.Config{Local: local.Config{Roots: []string{dir}}})
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	memory := budget.New("server", 1<<30, nil)
	cat, err := catalog.New(b.Context(), catalog.Config{File: file, Sources: reg, Formats: formatsall.Formats(), Log: log, Owner: "postgres", Budget: memory})
	if err != nil {
		b.Fatal(err)
	}
	cat.SetRole(catalog.Role{Name: "postgres", Login: true, Superuser: true, ConnLimit: -1})
	s, err := server.New(server.Config{Log: log}, engine.New(cat, memory))
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Shutdown(ctx)
		<-done
		reg.Close()
	})
	return l.Addr().String()
}

// BenchmarkRoundTrip is the way of a small question to its answer and back, with a client that does next to nothing.
func BenchmarkRoundTrip(b *testing.B) {
	addr := serveItems(b)
	for _, c := range []struct {
		name        string
		first, each []pgproto3.FrontendMessage
	}{
		{"simple", nil, []pgproto3.FrontendMessage{&pgproto3.Query{String: "select 1"}}},
		{"extended", nil, []pgproto3.FrontendMessage{&pgproto3.Parse{Query: "select 1"}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{}}},
		{"prepared", []pgproto3.FrontendMessage{&pgproto3.Parse{Name: "s", Query: "select 1"}, &pgproto3.Sync{}},
			[]pgproto3.FrontendMessage{&pgproto3.Bind{PreparedStatement: "s"}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{}}},
		{"table", []pgproto3.FrontendMessage{&pgproto3.Query{String: "START TRANSACTION ISOLATION LEVEL REPEATABLE READ"}, &pgproto3.Query{String: "set search_path = pg_catalog"}}, // as postgres_fdw asks for one row of 1,000
			[]pgproto3.FrontendMessage{
				&pgproto3.Parse{Query: "DECLARE c1 CURSOR FOR\nSELECT id, name, price FROM public.items WHERE (($1::integer = id))"}, &pgproto3.Bind{Parameters: [][]byte{[]byte("77")}},
				&pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{}, &pgproto3.Query{String: "FETCH 100 FROM c1"}, &pgproto3.Query{String: "CLOSE c1"},
			}},
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
			for i := range c.first {
				if p, ok := c.first[i].(*pgproto3.Parse); ok {
					f.Send(p)
					continue
				}
				send(c.first[i : i+1])
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
			n := 0
			for quiet := 50 * time.Millisecond; ; {
				conn.SetReadDeadline(time.Now().Add(quiet))
				k, err := conn.Read(buf[n:])
				if n += k; err != nil {
					break
				}
			}
			conn.SetReadDeadline(time.Time{})
			if n < 6 || buf[n-6] != 'Z' || bytes.Contains(buf[:n], []byte("SERROR")) {
				b.Fatalf("%q", buf[:n])
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
