package formats_test

import (
	"io"
	"net/http"
	"os"
	"testing"

	"howdah/formats"
	"howdah/internal/meter"
	"howdah/sources"
	"howdah/sources/all"
	"howdah/sources/local"
	"howdah/sources/sourcetest"
)

// BenchmarkInput reads 64 MiB through an Input, as a format does: what it costs to pass the door.
func BenchmarkInput(b *testing.B) {
	const size = 64 << 20
	dir := b.TempDir()
	data := sourcetest.Content(size)
	for name, content := range map[string][]byte{"x.csv": data, "x.csv.gz": pack(data[:16<<20])} {
		if err := os.WriteFile(dir+"/"+name, content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	// net/http gives files no ETag, and a date that is too fresh for ranges.
	tagged := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		http.ServeFile(w, r, dir+r.URL.Path)
	})
	address := serve(b, &http.Server{Handler: tagged})
	registry, err := all.Registry(all.Config{Local: local.Config{Roots: []string{dir}}})
	if err != nil {
		b.Fatal(err)
	}
	defer registry.Close()
	for name, text := range map[string]string{"file": dir + "/x.csv", "http": "http://" + address + "/x.csv", "gzip": dir + "/x.csv.gz"} {
		b.Run(name, func(b *testing.B) {
			loc, err := sources.ParseLocation(text)
			if err != nil {
				b.Fatal(err)
			}
			src, pattern, err := registry.Open(loc, nil)
			if err != nil {
				b.Fatal(err)
			}
			infos, err := sources.NewSnapshot().List(b.Context(), src, pattern)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 256<<10)
			b.ReportAllocs()
			for b.Loop() {
				in := formats.NewInput(b.Context(), src, infos[0], new(meter.Scan), nil)
				r, err := in.Reader()
				if err != nil {
					b.Fatal(err)
				}
				n := int64(0)
				for err == nil {
					var k int
					k, err = r.Read(buf)
					n += int64(k)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				b.SetBytes(n)
				r.Close()
				in.Close()
			}
		})
	}
}
