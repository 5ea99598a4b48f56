package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/archive"
	"howdah/sources/sourcetest"
)

// list lists all members of an archive that a far source has.
func list(t testing.TB, data []byte, ranges bool) (infos []sources.Info, failed []error) {
	t.Helper()
	src := archive.Over(&sourcetest.Memory{Data: data, Far: true, Ranged: ranges})
	for info, err := range src.List(t.Context(), "x!/") {
		if err != nil {
			failed = append(failed, err)
			continue
		}
		infos = append(infos, info)
	}
	return infos, failed
}

// bytesOf reads what a member has in its archive.
func bytesOf(src sources.Source, info sources.Info) (string, error) {
	r, err := src.OpenRange(context.Background(), info, 0, -1)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}

// patch changes every central header of a zip archive.
func patch(data []byte, change func(n int, head []byte)) []byte {
	data = bytes.Clone(data)
	for n, at := 0, 0; ; n++ {
		next := bytes.Index(data[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return data
		}
		at += next
		change(n, data[at:])
		at += 46
	}
}

func TestMembersThatLieInOneAnother(t *testing.T) {
	good := zipped(file{"a.csv", []byte("1\n2\n")}, file{"b.csv", []byte("3\n4\n")}, file{"c.csv", []byte("5\n")})
	le := binary.LittleEndian
	for name, data := range map[string][]byte{
		"all the same": patch(good, func(_ int, h []byte) { le.PutUint32(h[42:], 0) }),
		"longer":       patch(good, func(n int, h []byte) { le.PutUint32(h[20:], 40); le.PutUint32(h[24:], 40) }),
		"outside":      patch(good, func(_ int, h []byte) { le.PutUint32(h[42:], 1<<30) }),
		"huge":         patch(good, func(_ int, h []byte) { le.PutUint32(h[20:], 1<<31) }),
	} {
		for _, ranges := range []bool{true, false} {
			if infos, failed := list(t, data, ranges); len(failed) != 1 || !errors.Is(failed[0], pgerr.DataCorrupted) {
				t.Errorf("%s: %d members, %v", name, len(infos), failed)
			}
		}
	}
}

// What the end of an archive says is not believed: neither numbers nor lengths make memory.
func TestEndsThatLie(t *testing.T) {
	good := zipped(file{"a.csv", []byte("1\n2\n")}, file{"b.csv", []byte("3\n4\n")})
	le := binary.LittleEndian
	end := len(good) - 22
	for name, change := range map[string]func([]byte){
		"more members":      func(e []byte) { le.PutUint16(e[10:], 3) },
		"fewer members":     func(e []byte) { le.PutUint16(e[10:], 1) },
		"many members":      func(e []byte) { le.PutUint16(e[10:], 0xFFFE) },
		"directory outside": func(e []byte) { le.PutUint32(e[16:], 1<<30) },
		"directory longer":  func(e []byte) { le.PutUint32(e[12:], 1<<30) },
		"directory shorter": func(e []byte) { le.PutUint32(e[12:], 10) },
		"64 bits, no record": func(e []byte) {
			le.PutUint16(e[10:], 0xFFFF)
			le.PutUint32(e[16:], 0xFFFFFFFF)
		},
		"a comment that is not there": func(e []byte) { le.PutUint16(e[20:], 9) },
	} {
		data := bytes.Clone(good)
		change(data[end:])
		if infos, failed := list(t, data, true); len(failed) != 1 || !errors.Is(failed[0], pgerr.DataCorrupted) {
			t.Errorf("%s: %d members, %v", name, len(infos), failed)
		}
	}
}

func TestNamesAreOnlyNames(t *testing.T) {
	files := []file{
		{"/etc/passwd", nil}, {"../../up.csv", nil}, {`C:\x\y.csv`, nil}, {"a\\..\\b.csv", nil}, {"nul\x00.csv", nil}, {"line\nbreak.csv", nil},
		{"./dot.csv", nil}, {"two//slashes.csv", nil}, {"folder/", nil}, {"", nil}, {"/", nil}, {"\xff\xfe.csv", nil}, {"é.csv", nil}, {"x!/y.csv", nil},
	}
	for kind, data := range map[string][]byte{"zip": zipped(files...), "tar": tarredRaw(files...)} {
		src := archive.Over(&sourcetest.Memory{Data: data, Far: true, Ranged: true})
		var got []string
		for info, err := range src.List(t.Context(), "x!/**") {
			if err != nil {
				t.Fatal(kind, err)
			}
			if !utf8.ValidString(info.Path) || strings.ContainsAny(info.Path, "\x00\n") {
				t.Errorf("%s: %q", kind, info.Path)
			}
			got = append(got, strings.TrimPrefix(info.Path, "memory/x!/"))
		}
		for _, want := range []string{"etc/passwd", "dot.csv", "two/slashes.csv", "line%0Abreak.csv", "é.csv", "x!/y.csv"} {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %q is not in %q", kind, want, got)
			}
		}
		if info, err := src.Stat(t.Context(), "x!/../../up.csv"); err != nil || info.Path != "memory/x!/../../up.csv" {
			t.Errorf("%s: %+v, %v", kind, info, err)
		}
	}
	if _, failed := list(t, zipped(file{strings.Repeat("x", 5000), nil}), true); len(failed) != 1 || !errors.Is(failed[0], pgerr.ProgramLimitExceeded) {
		t.Error(failed)
	}
}

// tarredRaw writes names that the library would not write.
func tarredRaw(files ...file) []byte {
	var b bytes.Buffer
	for _, f := range files {
		var h [512]byte
		copy(h[:], f.name)
		if at := strings.IndexByte(f.name, 0); at >= 0 {
			copy(h[at:], "_rest") // a name ends at a zero byte
		}
		copy(h[100:], "0000644\x00")
		copy(h[124:], fmt.Sprintf("%011o\x00", len(f.data)))
		copy(h[136:], "00000000000\x00")
		copy(h[148:], "        ")
		h[156] = '0'
		copy(h[257:], "ustar\x0000")
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		b.Write(h[:])
		b.Write(f.data)
		b.Write(make([]byte, -len(f.data)&511))
	}
	b.Write(make([]byte, 1024))
	return b.Bytes()
}

func TestTwoMembersOfOneName(t *testing.T) {
	files := []file{{"a.csv", []byte("old\n")}, {"b.csv", []byte("b\n")}, {"a.csv", []byte("new\n")}}
	infos, failed := list(t, zipped(files...), true)
	if len(infos) != 1 || len(failed) != 1 || !errors.Is(failed[0], pgerr.DataCorrupted) || !strings.Contains(pgerr.From(failed[0]).Detail, `two members "a.csv"`) {
		t.Errorf("zip: %v, %v", infos, failed)
	}
	src := archive.Over(&sourcetest.Memory{Data: tarred(files...), Far: true, Ranged: true})
	info, err := src.Stat(t.Context(), "x!/a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := bytesOf(src, info); got != "new\n" || err != nil { // as when tar extracts
		t.Errorf("tar: %q, %v", got, err)
	}
}

func TestTooManyMembers(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 200_001 {
		w.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)})
	}
	w.Close()
	if _, failed := list(t, b.Bytes(), true); len(failed) != 1 || !errors.Is(failed[0], pgerr.ProgramLimitExceeded) {
		t.Errorf("%v", failed)
	}
}

// A tar archive that ends at a member's edge was cut; the library would not notice.
func TestTarMustEnd(t *testing.T) {
	whole := tarred(file{"a.csv", []byte("1\n")}, file{"b.csv", []byte("2\n")})
	for cut := 512; cut < len(whole); cut += 512 {
		for _, ranges := range []bool{true, false} {
			infos, failed := list(t, whole[:cut], ranges)
			enough := cut == len(whole)-512 // of two blocks of zeros one will do, as it does for tar
			if enough != (len(failed) == 0) || len(failed) > 0 && !errors.Is(failed[0], pgerr.DataCorrupted) {
				t.Errorf("cut at %d: %d members, %v", cut, len(infos), failed)
			}
		}
	}
	for _, tail := range []string{"x", strings.Repeat("\x00", 600) + "x"} {
		if infos, failed := list(t, append(bytes.Clone(whole), tail...), true); len(failed) != 1 || !errors.Is(failed[0], pgerr.DataCorrupted) {
			t.Errorf("%d members, %v", len(infos), failed)
		}
	}
}

func TestLinksAndDevicesAreNoFiles(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, {Name: "hard", Typeflag: tar.TypeLink, Linkname: "a.csv"},
		{Name: "dev", Typeflag: tar.TypeChar}, {Name: "pipe", Typeflag: tar.TypeFifo}, {Name: "dir/", Typeflag: tar.TypeDir},
	} {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if infos, failed := list(t, b.Bytes(), true); len(infos)+len(failed) != 0 {
		t.Errorf("%v, %v", infos, failed)
	}
}

// A member costs few requests: one for the directory, one for itself.
func TestRequestsAreFew(t *testing.T) {
	big := sourcetest.Content(3 << 20)
	files := []file{{"a.csv", big}, {"b.csv", big}, {"c.csv", []byte("1\n")}, {"d.csv", big}}
	for kind, c := range map[string]struct {
		data           []byte
		list, each, of int
	}{
		"zip": {zipped(files...), 1, 1, 4},
		"tar": {tarred(files...), 7, 1, 4}, // the end, whether it is a zip, the beginning, and each header
	} {
		m := &sourcetest.Memory{Data: c.data, Far: true, Ranged: true}
		src := archive.Over(m)
		var infos []sources.Info
		for range 3 { // once is enough
			infos = nil
			for info, err := range src.List(t.Context(), "x!/") {
				if err != nil {
					t.Fatal(err)
				}
				infos = append(infos, info)
			}
		}
		listed := m.Openings()
		if len(infos) != c.of || listed > c.list {
			t.Errorf("%s: %d members listed by %d requests", kind, len(infos), listed)
		}
		for i, info := range infos {
			if got, err := bytesOf(src, info); err != nil || got != string(files[i].data) {
				t.Errorf("%s: %s: %d bytes, %v", kind, info.Path, len(got), err)
			}
		}
		if n := m.Openings() - listed; n > c.each*c.of {
			t.Errorf("%s: %d members read by %d requests", kind, c.of, n)
		}
	}
}

func TestTransientFailuresAreHealed(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(tarred(file{"a.csv", sourcetest.Content(100_000)}))
	z.Close()
	for kind, data := range map[string][]byte{"zip": zipped(file{"a.csv", []byte("1\n")}), "tar": tarred(file{"a.csv", []byte("1\n")}), "tar.gz": packed.Bytes()} {
		for after := int64(0); after < int64(len(data)); after += int64(len(data))/7 + 1 {
			m := &sourcetest.Memory{Data: data, Far: true, Ranged: true, Fault: func(opening int, _, _ int64) (int64, error) {
				if opening == 1 {
					return after, sources.Truncated("x", after, -1)
				}
				return -1, nil
			}}
			infos := 0
			for info, err := range archive.Over(m).List(t.Context(), "x!/") {
				if err != nil {
					t.Errorf("%s, cut after %d: %s: %v", kind, after, info.Path, err)
				}
				infos++
			}
			if infos != 1 || m.Open() != 0 {
				t.Errorf("%s, cut after %d: %d members, %d readers", kind, after, infos, m.Open())
			}
		}
	}
}

func TestCancelStopsListing(t *testing.T) {
	stop := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(tarred(file{"a.csv", sourcetest.Content(3 << 20)}))
	z.Close()
	check := sourcetest.NoLeaks(t)
	for _, data := range [][]byte{zipped(file{"a.csv", nil}), tarred(file{"a.csv", nil}), packed.Bytes()} {
		for _, ranges := range []bool{true, false} {
			m := &sourcetest.Memory{Data: data, Far: true, Ranged: ranges, Hang: make(chan struct{})}
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(5*time.Millisecond, func() { cancel(stop) })
			var err error
			for _, err = range archive.Over(m).List(ctx, "x!/") {
			}
			if err != error(stop) || m.Open() != 0 {
				t.Errorf("%v, %d readers", err, m.Open())
			}
		}
	}
	check()
}

// A bomb is stopped by the limit, and the memory stays flat whatever is declared.
func TestBombs(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	const size = 64 << 20
	w.WriteHeader(&tar.Header{Name: "zeros.csv", Size: size, Typeflag: tar.TypeReg})
	zeros := make([]byte, 1<<20)
	for range size >> 20 {
		w.Write(zeros)
	}
	w.Close()
	z.Close()
	m := &sourcetest.Memory{Data: packed.Bytes(), Far: true, Ranged: true}
	over := archive.Over(sources.WithMaxUnpacked(m, 8<<20))
	var err error
	for _, err = range over.List(t.Context(), "x!/") {
	}
	if !errors.Is(err, pgerr.ProgramLimitExceeded) || !strings.Contains(pgerr.From(err).Hint, "max_decompressed") {
		t.Error(err)
	}
	for info, err := range over.WithMaxUnpacked(size+1<<20).List(t.Context(), "x!/") {
		if err != nil || info.Size != size {
			t.Errorf("%+v, %v", info, err)
		}
	}
}

// What is there as an ordinary file comes before what is in an archive.
func TestOrdinaryNamesWithTheMark(t *testing.T) {
	inner, dir := folder(t)
	src := archive.Over(inner)
	put(t, filepath.Join(dir, "a.zip"), zipped(file{"x.csv", []byte("in the archive")}, file{"y.csv", []byte("in the archive")}))
	if err := os.MkdirAll(filepath.Join(dir, "a.zip!"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "a.zip!", "x.csv"), []byte("in the folder"))
	for pattern, want := range map[string]string{
		"a.zip!/x.csv": "in the folder", "a.zip!/y.csv": "in the archive", `a.zip\!/x.csv`: "in the folder", "a.zip!/x*": "in the folder", "a.zip!/y*": "in the archive",
		"*.zip!/y.csv": "in the archive",
	} {
		n := 0
		for info, err := range src.List(t.Context(), dir+"/"+pattern) {
			if err != nil {
				t.Errorf("%s: %v", pattern, err)
				break
			}
			got, err := bytesOf(src, info)
			if err != nil || got != want {
				t.Errorf("%s: %q, %v", pattern, got, err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%s: %d objects", pattern, n)
		}
	}
}

// All members that a snapshot shows are of one version of the archive.
func TestSnapshotHoldsTheArchive(t *testing.T) {
	inner, dir := folder(t)
	src, at := archive.Over(inner), filepath.Join(dir, "a.zip")
	put(t, at, zipped(file{"x.csv", []byte("1")}, file{"y.csv", []byte("2")}))
	snap := sources.NewSnapshot()
	if infos, err := snap.List(t.Context(), src, at+"!/x.csv"); err != nil || len(infos) != 1 {
		t.Fatal(infos, err)
	}
	put(t, at, zipped(file{"x.csv", []byte("10")}, file{"y.csv", []byte("20")}))
	infos, err := snap.List(t.Context(), src, at+"!/y.csv") // not seen before, but of an archive that was
	if err != nil || len(infos) != 1 {
		t.Fatal(infos, err)
	}
	if got, err := bytesOf(src, infos[0]); !errors.Is(err, pgerr.SerializationFailure) {
		t.Errorf("%q, %v", got, err)
	}
	// And of an archive that was read as a file.
	snap = sources.NewSnapshot()
	if _, err := snap.List(t.Context(), inner, at); err != nil {
		t.Fatal(err)
	}
	put(t, at, zipped(file{"x.csv", []byte("100")}))
	if infos, err = snap.List(t.Context(), src, at+"!/*"); err != nil || len(infos) != 1 {
		t.Fatal(infos, err)
	}
	if got, err := bytesOf(src, infos[0]); !errors.Is(err, pgerr.SerializationFailure) {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzArchive(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.*")
	for _, n := range names {
		if data, err := os.ReadFile(n); err == nil && len(data) < 4000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := archive.Over(sources.WithMaxUnpacked(&sourcetest.Memory{Data: data, Far: true, Ranged: len(data)%2 == 0}, 1<<20))
		for info, err := range src.List(t.Context(), "x!/**") {
			if err != nil {
				if _, ok := errors.AsType[*pgerr.Error](err); !ok {
					t.Fatalf("%v is no error for a client", err)
				}
				continue
			}
			if _, err := bytesOf(src, info); err != nil {
				if _, ok := errors.AsType[*pgerr.Error](err); !ok {
					t.Fatalf("%v is no error for a client", err)
				}
			}
		}
	})
}
