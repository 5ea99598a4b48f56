package local_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/local"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) { sourcetest.Main(m, nil) }

func openRoots(t *testing.T, base string, roots ...string) sources.Source {
	t.Helper()
	f, err := local.Factory(local.Config{Roots: roots, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	src, _, err := sources.NewRegistry(f).Open(sources.Location{Scheme: "file", Pattern: base}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	sourcetest.Run(t, sourcetest.Harness{
		Source:  openRoots(t, dir, dir),
		Pattern: func(name string) string { return dir + "/" + name },
		Put:     func(t testing.TB, name string, data []byte) { put(t, filepath.Join(dir, name), data) },
		Remove: func(t testing.TB, name string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		},
		Lists: true,
	})
}

func TestNothingOutsideOfTheRootsIsRead(t *testing.T) {
	top := t.TempDir()
	root := top + "/root"
	put(t, root+"/in.csv", []byte("in"))
	put(t, top+"/secret.csv", []byte("secret"))
	put(t, top+"/root2/secret.csv", []byte("secret"))
	for link, target := range map[string]string{
		"relative.csv": "../secret.csv", "absolute.csv": top + "/secret.csv", "folder": "..", "inside.csv": "in.csv", "chain.csv": "relative.csv",
	} {
		if err := os.Symlink(target, root+"/"+link); err != nil {
			t.Fatal(err)
		}
	}
	src := openRoots(t, top, root)
	for path, code := range map[string]pgerr.Code{
		root + "/relative.csv": "42501", root + "/absolute.csv": "42501", root + "/chain.csv": "42501", root + "/folder/secret.csv": "42501",
		root + "/../secret.csv": "42501", top + "/secret.csv": "42501", top + "/root2/secret.csv": "42501", "/etc/passwd": "42501",
		"in.csv": "42501", "": "42501",
	} {
		if _, err := src.Stat(t.Context(), path); !errors.Is(err, code) {
			t.Errorf("Stat(%s): %v", path, err)
		}
		if _, err := src.OpenRange(t.Context(), sources.Info{Path: path, Key: path}, 0, -1); !errors.Is(err, code) {
			t.Errorf("OpenRange(%s): %v", path, err)
		}
	}
	if _, err := src.Stat(t.Context(), root+"/inside.csv"); err != nil {
		t.Errorf("a link that stays inside: %v", err)
	}
	// A listing names the links that lead out, and goes on.
	var good, bad []string
	for info, err := range src.List(t.Context(), root) {
		if name := filepath.Base(info.Path); err == nil {
			good = append(good, name)
		} else if bad = append(bad, name); !errors.Is(err, pgerr.InsufficientPrivilege) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := strings.Join(good, " ") + " | " + strings.Join(bad, " "); got != "in.csv inside.csv | absolute.csv chain.csv folder relative.csv" {
		t.Error(got)
	}
}

func TestARootMayBeOneFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.csv", []byte("a"))
	put(t, dir+"/b.csv", []byte("b"))
	src := openRoots(t, dir, dir+"/a.csv")
	if _, err := src.Stat(t.Context(), dir+"/a.csv"); err != nil {
		t.Error(err)
	}
	for _, path := range []string{dir + "/b.csv", dir} {
		if _, err := src.Stat(t.Context(), path); !errors.Is(err, pgerr.InsufficientPrivilege) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := local.Factory(local.Config{Roots: []string{dir + "/nowhere"}}); !errors.Is(err, pgerr.UndefinedFile) {
		t.Errorf("a root that is not there: %v", err)
	}
}

func TestGlobsAcrossRoots(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "a/nested"} {
		put(t, dir+"/"+name+"/x.csv", []byte(name))
	}
	src := openRoots(t, dir, dir+"/b", dir+"/a", dir+"/a/nested")
	var got []string
	for info, err := range src.List(t.Context(), dir+"/**/x.csv") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimPrefix(info.Path, dir+"/"))
	}
	if s := strings.Join(got, " "); s != "a/nested/x.csv a/x.csv b/x.csv" {
		t.Error(s)
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(dir+"/pipe.csv", 0o644); err != nil {
		t.Fatal(err)
	}
	put(t, dir+"/a.csv", nil)
	src := openRoots(t, dir, dir, "/dev")
	for path, message := range map[string]string{
		dir + "/pipe.csv": "is not a regular file", "/dev/zero": "is not a regular file", dir: "is a directory",
	} {
		for what, do := range map[string]func() error{
			"Stat": func() error { _, err := src.Stat(t.Context(), path); return err },
			"OpenRange": func() error {
				_, err := src.OpenRange(t.Context(), sources.Info{Path: path, Key: path}, 0, -1)
				return err
			},
		} {
			done := make(chan error, 1)
			go func() { done <- do() }()
			select {
			case err := <-done:
				if e := pgerr.From(err); e == nil || e.Code != pgerr.WrongObjectType || !strings.HasSuffix(e.Message, message) {
					t.Errorf("%s(%s): %v", what, path, err)
				}
			case <-time.After(5 * time.Second):
				t.Fatalf("%s(%s) waits", what, path)
			}
		}
	}
	n := 0
	for _, err := range src.List(t.Context(), dir) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d files listed", n)
	}
}

func TestErrorsOfTheSystem(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/x.csv", []byte("x"))
	os.Symlink("loop.csv", dir+"/loop.csv")
	os.Symlink("nowhere.csv", dir+"/dangling.csv")
	src := openRoots(t, dir, dir)
	for name, code := range map[string]pgerr.Code{
		"x.csv/y.csv": "58P01", "dangling.csv": "58P01", strings.Repeat("x", 300): "58P01", "nul\x00": "58P01",
	} {
		if _, err := src.Stat(t.Context(), dir+"/"+name); name != "nul\x00" && !errors.Is(err, code) || err == nil {
			t.Errorf("%.20q: %v", name, err)
		}
	}
	if _, err := src.Stat(t.Context(), dir+"/loop.csv"); err == nil {
		t.Error("a link to itself")
	}
}

// A writer that changes the file in place, at any moment of the scan, is noticed before a byte of the new version is
// handed on; one that replaces or removes it is not in the way.
func TestChangesDuringTheScan(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/x.csv"
	old, fresh := bytes.Repeat([]byte("old "), 64<<10), bytes.Repeat([]byte("new "), 64<<10)
	src := openRoots(t, dir, dir)
	for name, c := range map[string]struct {
		change func()
		wantOK bool
	}{
		"overwritten": {func() {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			f.Write(fresh)
			f.Close()
		}, false},
		"overwritten, time set back": {func() {
			info, _ := os.Stat(path)
			os.WriteFile(path, fresh, 0o644)
			os.Chtimes(path, info.ModTime(), info.ModTime())
		}, false},
		"appended to": {func() {
			f, _ := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			f.Write([]byte("more"))
			f.Close()
		}, false},
		"cut": {func() { os.Truncate(path, 1000) }, false},
		"replaced": {func() {
			put(t, path+".new", fresh)
			os.Rename(path+".new", path)
		}, true},
		"removed": {func() { os.Remove(path) }, true},
	} {
		for at := 0; at < len(old); at += 80 << 10 {
			put(t, path, old)
			info, err := src.Stat(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			r, err := src.OpenRange(t.Context(), info, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, at)
			if _, err := io.ReadFull(r, got); err != nil {
				t.Fatal(err)
			}
			c.change()
			rest, err := io.ReadAll(r)
			r.Close()
			if !bytes.Equal(append(got, rest...), old[:at+len(rest)]) {
				t.Fatalf("%s at %d: bytes of another version", name, at)
			}
			if c.wantOK && (err != nil || at+len(rest) != len(old)) || !c.wantOK && !errors.Is(err, pgerr.SerializationFailure) {
				t.Errorf("%s at %d: %d more bytes, %v", name, at, len(rest), err)
			}
		}
	}
}

// Without waiting for the kernel's clock, two writes within one of its ticks would have one version.
func TestSwapsRightAfterPinningAreNoticed(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/x.csv"
	src := openRoots(t, dir, dir)
	for i := range 50 {
		put(t, path, []byte("version 1"))
		info, err := src.Stat(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, []byte("version 2"))
		r, err := src.OpenRange(t.Context(), info, 0, -1)
		if err == nil {
			data, rerr := io.ReadAll(r)
			r.Close()
			t.Fatalf("round %d: %q, %v", i, data, rerr)
		}
		if !errors.Is(err, pgerr.SerializationFailure) {
			t.Fatal(err)
		}
	}
}

func TestRelativePathsBeginAtTheBase(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/sub/x.csv", []byte("x"))
	f, err := local.Factory(local.Config{Roots: []string{"sub"}, Base: dir})
	if err != nil {
		t.Fatal(err)
	}
	r := sources.NewRegistry(f)
	defer r.Close()
	for _, text := range []string{"sub/x.csv", "./sub/x.csv", "sub/../sub/x.csv", dir + "/sub/x.csv", "file://" + dir + "/sub/x.csv"} {
		loc, err := sources.ParseLocation(text)
		if err != nil {
			t.Fatal(err)
		}
		src, pattern, err := r.Open(loc, nil)
		if err != nil {
			t.Fatal(err)
		}
		infos, err := sources.NewSnapshot().List(context.Background(), src, pattern)
		if err != nil || len(infos) != 1 || infos[0].Path != dir+"/sub/x.csv" {
			t.Errorf("%s: %v, %v", text, infos, err)
		}
	}
}
