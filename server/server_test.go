package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"flag"

	"howdah/internal/pgtest"
	"howdah/server/wiretest"
)

var update = flag.Bool("update", false, "write what a real PostgreSQL answers into testdata/wire")

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leaked(); left != "" {
			fmt.Fprintln(os.Stderr, "goroutines left:\n"+left)
			code = 1
		}
	}
	os.Exit(code)
}

// leaked gives the stacks of goroutines of this package that are still there.
func leaked() string {
	for range 50 {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		var mine []string
		for g := range strings.SplitSeq(string(buf), "\n\n") {
			if strings.Contains(g, "howdah/server.") && !strings.Contains(g, "server.TestMain") {
				mine = append(mine, g)
			}
		}
		if len(mine) == 0 {
			return ""
		}
		time.Sleep(20 * time.Millisecond)
		if buf = nil; len(mine) > 0 {
			last = strings.Join(mine, "\n\n")
		}
	}
	return last
}

var last string

type testServer struct {
	*Server
	engine *miniEngine
	addr   string
}

func start(t testing.TB, cfg Config, e *miniEngine) *testServer {
	t.Helper()
	if e == nil {
		e = newMini()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s, err := New(cfg, e)
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
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := len(e.running); n != 0 {
			t.Errorf("%d executions were not closed", n)
		}
	})
	return &testServer{s, e, l.Addr().String()}
}

// TestWire plays testdata/wire here and against a real PostgreSQL.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("../testdata/wire/*.wire")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	pg := pgtest.New(t)
	ours := start(t, Config{}, nil)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wire"), func(t *testing.T) {
			groups, err := wiretest.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			real, err := wiretest.Run(wiretest.Target{Addr: fmt.Sprintf("127.0.0.1:%d", pg.Port()), User: "postgres", Database: "postgres"}, groups)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				for i := range groups {
					groups[i].Want = real[i]
				}
				if err := wiretest.Save(file, groups); err != nil {
					t.Fatal(err)
				}
			}
			got, err := wiretest.Run(wiretest.Target{Addr: ours.addr, User: "postgres", Database: "postgres", Howdah: true}, groups)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range groups {
				if !slices.Equal(real[i], g.Want) {
					t.Errorf("%s:%d: %s\nPostgreSQL says\n  %s\nwant\n  %s", file, g.Line, strings.Join(g.Send, "\n  "),
						strings.Join(real[i], "\n  "), strings.Join(g.Want, "\n  "))
				}
				want := g.Want
				if g.WantOwn != nil {
					want = g.WantOwn
				}
				if !slices.Equal(got[i], want) {
					t.Errorf("%s:%d: > %s\ngot\n  %s\nwant\n  %s", file, g.Line, strings.Join(g.Send, "\n  > "),
						strings.Join(got[i], "\n  "), strings.Join(want, "\n  "))
				}
			}
		})
	}
}
