package formats_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/all"
	"howdah/sources/archive"
	"howdah/sources/local"
	"howdah/sources/sourcetest"
)

const archives = "../sources/archive/testdata"

// place is a source and a pattern there.
func place(t testing.TB, root, location string) (sources.Source, string) {
	t.Helper()
	registry, err := all.Registry(all.Config{Local: local.Config{Roots: []string{root}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(registry.Close)
	loc, err := sources.ParseLocation(location)
	if err != nil {
		t.Fatal(err)
	}
	src, pattern, err := registry.Open(loc, nil)
	if err != nil {
		t.Fatal(err)
	}
	return src, pattern
}

// contents reads all that a location names, by the path behind the mark.
func contents(t testing.TB, root, location string) (map[string]string, error) {
	t.Helper()
	src, pattern := place(t, root, location)
	infos, err := sources.NewSnapshot().List(t.Context(), src, pattern)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, info := range infos {
		b := budget.New("b", 64<<20, nil)
		in := formats.NewInput(t.Context(), src, info, new(meter.Scan), b)
		data, err := readAll(in)
		in.Close()
		if err != nil {
			return nil, err
		}
		if b.Used() != 0 {
			t.Errorf("%s: %d bytes of memory are kept", info.Path, b.Used())
		}
		_, name, _ := strings.Cut(info.Path, "!/")
		out[name] = string(data)
	}
	return out, nil
}

func readAll(in *formats.Input) ([]byte, error) {
	r, err := in.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestArchivesOfRealTools(t *testing.T) {
	rows := 58
	wantA, wantC := "id,name\n1,ann\n2,bob\n", "{\"id\":1}\n{\"id\":2}\n"
	for _, name := range []string{
		"infozip.zip", "stored.zip", "streamed.zip", "zip64.zip", "comment.zip", "prefixed.zip", "7z-bzip2.zip", "7z-lzma.zip", "python-lzma.zip",
		"python-bzip2.zip", "ustar.tar", "v7.tar", "gnu.tar.gz", "pax.tar.gz", "all.tar.gz", "all.tar.bz2", "all.tar.xz", "all.tar.zst", "all.tar.lz4",
	} {
		got, err := contents(t, archives, archives+"/"+name+"!/")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got["a.csv"] != wantA || got["dir/sub/c.ndjson"] != wantC || strings.Count(got["dir/b.csv"], "\n") != rows+1 || got["dir/b.csv.gz"] != got["dir/b.csv"] {
			t.Errorf("%s: %q", name, got)
		}
		if len(got) > 5 {
			t.Errorf("%s: more than wanted: %q", name, got)
		}
	}
	for location, want := range map[string]string{
		"infozip.zip!/a.csv": "a.csv", "infozip.zip!/.hidden.csv": ".hidden.csv", "infozip.zip!/*.csv": "a.csv empty.csv", "infozip.zip!/**/*.csv": "a.csv dir/b.csv empty.csv",
		"infozip.zip!/dir": "dir/b.csv dir/b.csv.gz dir/sub/c.ndjson", "infozip.zip!/dir/": "dir/b.csv dir/b.csv.gz dir/sub/c.ndjson", "infozip.zip!": "a.csv dir/b.csv dir/b.csv.gz dir/sub/c.ndjson empty.csv",
		"infozip.zip!/no*": "", "backslash.zip!/": "a.csv dir/b.csv", "cp437.zip!/": "große.csv", "all.tar.zst!/dir/*.csv": "dir/b.csv",
		"long-gnu.tar.gz!/long/*/*": "long/" + strings.Repeat("x", 120) + "/n.csv", "long-pax.tar.gz!/long/*/*": "long/" + strings.Repeat("x", 120) + "/n.csv",
		"7z-deflate64.zip!/a.csv": "a.csv", "sparse-gnu.tar.gz!/a.csv": "a.csv",
	} {
		got, err := contents(t, archives, archives+"/"+location)
		if err != nil || keys(got) != want {
			t.Errorf("%s: %s, %v, want %s", location, keys(got), err, want)
		}
	}
	for location, want := range map[string]struct {
		code pgerr.Code
		text string
	}{
		"encrypted.zip!/a.csv":          {"28P01", `member "a.csv" of archive`},
		"7z-aes.zip!/dir/b.csv":         {"28P01", "is encrypted"},
		"7z-deflate64.zip!/dir/b.csv":   {"0A000", "method 9"},
		"7z-ppmd.zip!/dir/b.csv":        {"0A000", "method 98"},
		"sparse-gnu.tar.gz!/sparse.csv": {"0A000", "sparse"},
		"sparse-pax.tar.gz!/":           {"0A000", "sparse"},
		"x.7z!/a.csv":                   {"0A000", "7z"},
		"x.7z":                          {"0A000", "7z"},
		"infozip.zip!/nowhere.csv":      {"58P01", "infozip.zip!/nowhere.csv"},
		"infozip.zip!/a.csv/":           {"58P01", ""},
		"nowhere.zip!/a.csv":            {"58P01", "nowhere.zip"},
		"README.md!/a.csv":              {"42809", "is not an archive"},
		"infozip.zip":                   {"42809", "several files"},
		"ustar.tar":                     {"42809", "several files"},
		"all.tar.xz":                    {"42809", "several files"},
		"infozip.zip!/[a":               {"22023", ""},
	} {
		got, err := contents(t, archives, archives+"/"+location)
		if !errors.Is(err, want.code) || !strings.Contains(pgerr.From(err).Message, want.text) {
			t.Errorf("%s: %q, %v", location, got, err)
		}
	}
	if err := pgerr.From(errorOf(contents(t, archives, archives+"/all.tar.xz"))); !strings.Contains(err.Hint, "all.tar.xz!/") {
		t.Errorf("no word of the way to members: %+v", err)
	}
}

func errorOf(_ map[string]string, err error) error { return err }

func keys(m map[string]string) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), " ")
}

// Whole archives cut at every byte, and with every byte changed: what is read is what was put in, or there is an error.
func TestDamagedArchives(t *testing.T) {
	for _, name := range []string{"infozip.zip", "zip64.zip", "all.tar.gz", "all.tar.zst"} {
		data, err := os.ReadFile(filepath.Join(archives, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := contents(t, archives, archives+"/"+name+"!/")
		if err != nil {
			t.Fatal(err)
		}
		read := func(data []byte) (map[string]string, error) {
			m := &sourcetest.Memory{Data: data, Far: true, Ranged: len(data)%2 == 0}
			return memoryContents(t, m)
		}

		step := 6
		if testing.Short() {
			step = 24
		}
		for cut := 1; cut < len(data); cut += step / 3 {
			if got, err := read(data[:cut]); err == nil || !isData(err) {
				t.Errorf("%s cut at %d: %d members, %v", name, cut, len(got), err)
			}
		}
		for i := 0; i < len(data); i += step {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << (i % 8)
			got, err := read(bad)
			if err != nil && !isData(err) {
				t.Errorf("%s, byte %d: %v", name, i, err)
			}
			for k, v := range got {
				if w, ok := want[k]; ok && v != w && err == nil {
					t.Errorf("%s, byte %d: %s is %q", name, i, k, v)
				}
			}
		}
		if got, err := read(append(bytes.Clone(data), "garbage"...)); err == nil {
			t.Errorf("%s with garbage behind: %d members", name, len(got))
		}
	}
}

// isData says that an error blames the file.
func isData(err error) bool {
	switch pgerr.From(err).Code {
	case pgerr.DataCorrupted, pgerr.IOError, pgerr.FeatureNotSupported, pgerr.InvalidPassword, pgerr.WrongObjectType, pgerr.ProgramLimitExceeded, pgerr.OutOfMemory, pgerr.UndefinedFile:
		return true
	}
	return false
}

func memoryContents(t testing.TB, m sources.Source) (map[string]string, error) {
	over := archive.Over(m)
	out := map[string]string{}
	for info, err := range over.List(t.Context(), "x!/") {
		if err != nil {
			return out, err
		}
		in := formats.NewInput(context.Background(), over, info, new(meter.Scan), nil)
		data, err := readAll(in)
		in.Close()
		if err != nil {
			return out, err
		}
		_, name, _ := strings.Cut(info.Path, "!/")
		out[name] = string(data)
	}
	return out, nil
}
