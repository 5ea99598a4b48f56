package engine_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/catalog"
	"howdah/internal/budget"
	"howdah/internal/pgtest"
	"howdah/server"
	"howdah/server/engine"
	"howdah/server/wiretest"
)

var update = flag.Bool("update", false, "write the answers of a real PostgreSQL into the scripts")

// serve starts a server without files and gives its address and the memory that its sessions take.
func serve(t *testing.T) (addr string, memory *budget.Budget) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	cat, err := catalog.New(t.Context(), catalog.Config{Log: log, Owner: "postgres"})
	if err != nil {
		t.Fatal(err)
	}
	cat.SetRole(catalog.Role{Name: "postgres", Login: true, Superuser: true, ConnLimit: -1})
	memory = budget.New("server", 1<<30, nil)
	s, err := server.New(server.Config{Log: log}, engine.New(cat, memory))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Shutdown(ctx)
		<-done
	})
	return l.Addr().String(), memory
}

// TestSessions plays the scripts of testdata/session: whole sessions, as a real PostgreSQL has answered them. At the end of
// each the server's memory is as it was.
func TestSessions(t *testing.T) {
	addr, memory := serve(t)
	eachScript(t, func(t *testing.T, file string, groups []wiretest.Group) {
		got, err := wiretest.Run(wiretest.Target{Addr: addr, User: "postgres", Database: "postgres", Howdah: true}, groups)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range groups {
			want := g.Want
			if g.WantOwn != nil {
				want = g.WantOwn
			}
			compare(t, file, g, got[i], want)
		}
		for range 100 {
			if memory.Used() == 0 {
				return
			}
			time.Sleep(10 * time.Millisecond) // the session is about to see that its client has gone
		}
		t.Errorf("%d bytes are held after the session", memory.Used())
	})
}

// TestSessionsAgainstPostgreSQL plays them there; with -update its answers become the scripts'.
func TestSessionsAgainstPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	pg := pgtest.New(t)
	eachScript(t, func(t *testing.T, file string, groups []wiretest.Group) {
		got, err := wiretest.Run(wiretest.Target{Addr: fmt.Sprintf("127.0.0.1:%d", pg.Port()), User: "postgres", Database: "postgres"}, groups)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			for i := range groups {
				groups[i].Want = got[i]
			}
			if err := wiretest.Save(file, groups); err != nil {
				t.Fatal(err)
			}
			return
		}
		for i, g := range groups {
			compare(t, file, g, got[i], g.Want)
		}
	})
}

func eachScript(t *testing.T, f func(*testing.T, string, []wiretest.Group)) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "session", "*.wire"))
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wire"), func(t *testing.T) {
			groups, err := wiretest.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			f(t, file, groups)
		})
	}
}

func compare(t *testing.T, file string, g wiretest.Group, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:%d: > %s\ngot\n  %s\nwant\n  %s", filepath.Base(file), g.Line, strings.Join(g.Send, "\n  > "), strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
