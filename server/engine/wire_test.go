package engine_test

import (
	"context"
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
	"howdah/server"
	"howdah/server/engine"
	"howdah/server/wiretest"
)

// TestWire plays the scripts of testdata/wire, which a real PostgreSQL has answered, through the whole engine.
func TestWire(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	cat, err := catalog.New(t.Context(), catalog.Config{Log: log, Owner: "postgres"})
	if err != nil {
		t.Fatal(err)
	}
	cat.SetRole(catalog.Role{Name: "postgres", Login: true, Superuser: true, ConnLimit: -1})
	s, err := server.New(server.Config{Log: log}, engine.New(cat, budget.New("server", 1<<30, nil)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Shutdown(ctx)
		<-done
	}()
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "wire", "*.wire"))
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wire"), func(t *testing.T) {
			groups, err := wiretest.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := wiretest.Run(wiretest.Target{Addr: l.Addr().String(), User: "postgres", Database: "postgres", Howdah: true}, groups)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range groups {
				want := g.Want
				if g.WantOwn != nil {
					want = g.WantOwn
				}
				if !slices.Equal(got[i], want) && !slices.Equal(got[i], g.Want) {
					t.Errorf("%s:%d: > %s\ngot\n  %s\nwant\n  %s", file, g.Line, strings.Join(g.Send, "\n  > "),
						strings.Join(got[i], "\n  "), strings.Join(want, "\n  "))
				}
			}
		})
	}
}
