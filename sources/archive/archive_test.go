package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"howdah/sources"
	"howdah/sources/archive"
	"howdah/sources/local"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" { // which leaves goroutines of its own
		os.Exit(m.Run())
	}
	sourcetest.Main(m, nil)
}

// folder gives a local source that reads below a new folder.
func folder(t testing.TB) (sources.Source, string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f, err := local.Factory(local.Config{Roots: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	src, err := f.Open("file", nil)
	if err != nil {
		t.Fatal(err)
	}
	return src, dir
}

// file is a member to be.
type file struct {
	name string
	data []byte
}

// zipped makes a zip archive whose members are stored.
func zipped(files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		m, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err != nil {
			panic(err)
		}
		m.Write(f.data)
	}
	w.Close()
	return b.Bytes()
}

func tarred(files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.data)), Mode: 0o644, Typeflag: tar.TypeReg, ModTime: time.Now()}); err != nil {
			panic(err)
		}
		w.Write(f.data)
	}
	w.Close()
	return b.Bytes()
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Members that are not compressed keep all promises of a source.
func TestSuite(t *testing.T) {
	for name, pack := range map[string]func(...file) []byte{"a.zip": zipped, "a.tar": tarred} {
		t.Run(name, func(t *testing.T) {
			inner, dir := folder(t)
			at := filepath.Join(dir, name)
			var files []file
			write := func(t testing.TB) {
				next := at + ".new"
				put(t, next, pack(files...))
				if err := os.Rename(next, at); err != nil {
					t.Fatal(err)
				}
			}
			remove := func(name string) {
				files = slices.DeleteFunc(files, func(f file) bool { return f.name == name })
			}
			sourcetest.Run(t, sourcetest.Harness{
				Source:  archive.Over(inner),
				Pattern: func(name string) string { return at + "!/" + name },
				Put: func(t testing.TB, name string, data []byte) {
					remove(name)
					files = append(files, file{name, data})
					write(t)
				},
				Remove: func(t testing.TB, name string) {
					remove(name)
					write(t)
				},
				Lists: true,
			})
		})
	}
}
