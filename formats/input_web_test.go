package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"howdah/formats"
	"howdah/internal/meter"
	"howdah/internal/s3test"
	"howdah/sources"
	"howdah/sources/all"
	"howdah/sources/local"
	"howdah/sources/sourcetest"
	"howdah/sources/web"
)

var webFactory = web.Factory(web.Config{})

func closeConnections() { webFactory.Close() }

// whole reads an object through its source, with one Input.
func whole(ctx context.Context, src sources.Source, info sources.Info, m *meter.Scan) ([]byte, error) {
	in := formats.NewInput(ctx, src, info, m, nil)
	defer in.Close()
	r, err := in.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// A server cuts one answer at every byte that goes over the wire, in every framing, with and without ranges: the
// content comes whole, or there is an error. With ranges and a strong validator it always comes whole.
func TestCutsAtEveryByteOfEveryFraming(t *testing.T) {
	text := sourcetest.Content(120)
	src, err := webFactory.Open("http", map[string]string{"timeout": "2s"})
	if err != nil {
		t.Fatal(err)
	}
	for _, framing := range []sourcetest.Framing{sourcetest.ContentLength, sourcetest.Chunked, sourcetest.CloseDelimited, sourcetest.HTTP10} {
		for kind, data := range map[string][]byte{"text": text, "gzip": pack(text[:60], text[60:])} {
			for _, ranges := range []bool{true, false} {
				for _, reset := range []bool{true, false} {
					if testing.Short() && reset {
						continue
					}
					t.Run(fmt.Sprintf("%v/%s/ranges=%v/reset=%v", framing, kind, ranges, reset), func(t *testing.T) {
						t.Parallel()
						page := sourcetest.Page{Content: data, Framing: framing, Ranges: ranges, ETag: `"1"`, HeadLength: true}
						server := sourcetest.NewRawServer(t, page)
						server.Reset = reset
						cutEverywhere(t, src, server, text, ranges)
					})
				}
			}
		}
	}
}

func cutEverywhere(t *testing.T, src sources.Source, server *sourcetest.RawServer, text []byte, ranges bool) {
	info, err := src.Stat(t.Context(), server.URL+"/x.csv")
	if err != nil || info.Ranges != ranges {
		t.Fatalf("%+v, %v", info, err)
	}
	for cut, size := 0, 1; cut < size; cut++ {
		first := len(server.Requests()) + 1
		server.Cut = func(request int, _ *http.Request, wire []byte) []byte {
			if request != first {
				return wire
			}
			size = len(wire)
			return wire[:cut]
		}
		got, err := whole(t.Context(), src, info, new(meter.Scan))
		if err == nil && !bytes.Equal(got, text) {
			t.Fatalf("cut at %d of %d: %d of %d bytes and no error", cut, size, len(got), len(text))
		}
		if err != nil && ranges {
			t.Fatalf("cut at %d of %d is not healed: %v", cut, size, err)
		}
	}
}

// Wrong lengths: the server promises more or less than it sends.
func TestWrongContentLengths(t *testing.T) {
	text := sourcetest.Content(100)
	src, err := webFactory.Open("http", nil)
	if err != nil {
		t.Fatal(err)
	}
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: text, ETag: `"1"`})
	info, err := src.Stat(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, announced := range []int{0, 1, 99, 101, 1000} {
		server.Cut = func(_ int, _ *http.Request, wire []byte) []byte {
			return bytes.Replace(wire, []byte("Content-Length: 100"), fmt.Appendf(nil, "Content-Length: %d", announced), 1)
		}
		if got, err := whole(t.Context(), src, info, new(meter.Scan)); err == nil {
			t.Errorf("%d announced: %d bytes and no error", announced, len(got))
		}
	}
}

// The same bytes come from every kind of source.
func TestEverySourceGivesTheSameBytes(t *testing.T) {
	server := s3test.Start(t, "bucket")
	dir := t.TempDir()
	data := sourcetest.Content(9<<20 + 1)
	for name, content := range map[string][]byte{"x.csv": data, "x.csv.gz": pack(data[:1<<20], data[1<<20:])} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
		server.Put(t, "bucket", name, content)
	}
	files := &http.Server{Handler: http.FileServer(http.Dir(dir))}
	address := serve(t, files)
	registry, err := all.Registry(all.Config{Local: local.Config{Roots: []string{dir}}})
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	for _, name := range []string{"x.csv", "x.csv.gz"} {
		for text, values := range map[string]map[string]string{
			dir + "/" + name: nil, "http://" + address + "/" + name: nil, "s3://bucket/" + name: server.Options(),
		} {
			loc, err := sources.ParseLocation(text)
			if err != nil {
				t.Fatal(err)
			}
			src, pattern, err := registry.Open(loc, values)
			if err != nil {
				t.Fatal(err)
			}
			infos, err := sources.NewSnapshot().List(t.Context(), src, pattern)
			if err != nil || len(infos) != 1 {
				t.Fatal(infos, err)
			}
			var m meter.Scan
			got, err := whole(t.Context(), src, infos[0], &m)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %d bytes, %v", text, len(got), err)
			}
			if c := m.Read(); c.BytesRead != infos[0].Size || c.BytesTotal != infos[0].Size || c.Requests == 0 {
				t.Errorf("%s: %+v", text, c)
			}
		}
	}
}

// serve runs a web server on loopback until the test ends.
func serve(t testing.TB, s *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Close()
		<-done
	})
	return l.Addr().String()
}
