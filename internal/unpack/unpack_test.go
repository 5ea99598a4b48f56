package unpack

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"howdah/internal/budget"
	"howdah/pgerr"
)

// packed gives the files that real tools made, and what is in them.
func packed(t testing.TB) (files map[string][]byte, text []byte) {
	files = map[string][]byte{}
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) < 15 {
		t.Fatal(names, err)
	}
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(n) {
		case ".csv":
			text = data
		case ".md":
		default:
			files[filepath.Base(n)] = data
		}
	}
	return files, text
}

func kindOf(name string) Kind {
	return map[string]Kind{".gz": Gzip, ".bz2": Bzip2, ".xz": Xz, ".zst": Zstd, ".lz4": Lz4}[filepath.Ext(name)]
}

func all(kind Kind, r io.Reader, b *budget.Budget) ([]byte, error) {
	u := New(kind, io.NopCloser(r), "x", b)
	defer u.Close()
	return io.ReadAll(u)
}

func TestFilesOfRealTools(t *testing.T) {
	files, text := packed(t)
	for name, data := range files {
		if name == "x86.xz" {
			if _, err := all(Xz, bytes.NewReader(data), nil); !pgerr.HasCode(err, pgerr.FeatureNotSupported) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		kind := Detect(data[:HeadSize])
		if kind != kindOf(name) && kind != skippable {
			t.Errorf("%s: taken for %v", name, kind)
		}
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data)), iotest.DataErrReader(bytes.NewReader(data))} {
			b := budget.New("b", 64<<20, nil)
			u := New(kind, io.NopCloser(r), "x", b)
			if err := iotest.TestReader(struct{ io.Reader }{u}, text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := u.Close(); err != nil || b.Used() != 0 {
				t.Errorf("%s: %v, %d bytes kept", name, err, b.Used())
			}
			if _, err := u.Read(make([]byte, 1)); err == nil || err == io.EOF {
				t.Errorf("%s: read after Close: %v", name, err)
			}
		}
	}
}

func TestEveryCutIsDamage(t *testing.T) {
	files, text := packed(t)
	for name, data := range files {
		if name == "x86.xz" {
			continue
		}
		if testing.Short() && name == "long.zst" {
			continue
		}
		whole := 0
		for cut := 1; cut < len(data); cut++ {
			got, err := all(kindOf(name), bytes.NewReader(data[:cut]), nil)
			if err == nil {
				whole++
				if !bytes.HasPrefix(text, got) {
					t.Errorf("%s cut at %d: wrong bytes", name, cut)
				}
			} else if !pgerr.HasCode(err, pgerr.DataCorrupted) || pgerr.From(err).Detail == "" {
				t.Errorf("%s cut at %d: %v", name, cut, err)
			}
		}
		// Between two members, frames or streams, and within padding, a cut leaves a whole file.
		want := map[string]int{"members.gz": 1, "streams.bz2": 1, "streams.xz": 4, "frames.zst": 4, "frames.lz4": 2, "legacy.lz4": 1}[name]
		if whole != want {
			t.Errorf("%s: %d cuts are no error, want %d", name, whole, want)
		}
	}
}

func TestEveryFlippedByteIsDamage(t *testing.T) {
	files, text := packed(t)
	for name, data := range files {
		if strings.HasPrefix(name, "nocheck") || strings.HasPrefix(name, "legacy") || name == "x86.xz" || name == "long.zst" || name == "a.xz" {
			continue
		}
		for i := range data {
			for _, flip := range []byte{1 << (i % 8), 0x55}[i%2:] {
				bad := bytes.Clone(data)
				bad[i] ^= flip
				got, err := all(kindOf(name), bytes.NewReader(bad), nil)
				if err == nil && !bytes.Equal(got, text) {
					t.Errorf("%s: byte %d flipped by %x: %d other bytes without an error", name, i, flip, len(got))
				}
				if err != nil && pgerr.From(err).Code == pgerr.InternalError {
					t.Errorf("%s: byte %d: %v", name, i, err)
				}
			}
		}
	}
}

func TestGarbageBehindIsDamage(t *testing.T) {
	files, _ := packed(t)
	for name, data := range files {
		if name == "x86.xz" {
			continue
		}
		for _, tail := range []string{"x", "\x00", "garbage garbage garbage"} {
			got, err := all(kindOf(name), bytes.NewReader(append(bytes.Clone(data), tail...)), nil)
			if !pgerr.HasCode(err, pgerr.DataCorrupted) {
				t.Errorf("%s and %q: %d bytes, %v", name, tail, len(got), err)
			}
		}
	}
}

func TestEmptyContent(t *testing.T) {
	for _, k := range []Kind{Gzip, Bzip2, Xz, Zstd, Lz4} {
		if got, err := all(k, strings.NewReader(""), nil); err != nil || len(got) != 0 {
			t.Errorf("%v: %q, %v", k, got, err)
		}
	}
	if _, err := all(Deflate, strings.NewReader(""), nil); !pgerr.HasCode(err, pgerr.DataCorrupted) {
		t.Errorf("deflate: %v", err)
	}
}

// An error of the raw reader comes through, whatever a library makes of it.
func TestErrorsOfTheRawReaderComeThrough(t *testing.T) {
	files, _ := packed(t)
	stop := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	for name, data := range files {
		if name == "x86.xz" {
			continue
		}
		for cut := 0; cut < len(data); cut += 11 {
			_, err := all(kindOf(name), io.MultiReader(bytes.NewReader(data[:cut]), iotest.ErrReader(stop)), nil)
			if err != error(stop) {
				t.Fatalf("%s, after %d bytes: %v", name, cut, err)
			}
		}
	}
}

// A window is not made because a header asks for it.
func TestWindowsAreBounded(t *testing.T) {
	files, _ := packed(t)
	wide := bytes.Clone(files["long.zst"])
	wide[5] = 31 << 3 // 2 TiB
	xz := bytes.Clone(files["a.xz"])
	if xz[12+2] != 0x21 {
		t.Fatalf("%x", xz[12:24])
	}
	xz[12+4] = 40 // 4 GiB
	sum := func(head []byte) { copy(head[len(head)-4:], le32(crcOf(head[:len(head)-4]))) }
	sum(xz[12 : 12+(int(xz[12])+1)*4])
	for kind, data := range map[Kind][]byte{Zstd: wide, Xz: xz} {
		if _, err := all(kind, bytes.NewReader(data), nil); !pgerr.HasCode(err, pgerr.ProgramLimitExceeded) {
			t.Errorf("%v: %v", kind, err)
		}
	}
	small := budget.New("small", 1<<20, nil)
	for _, name := range []string{"long.zst", "a.xz", "a.lz4", "a.bz2"} {
		if _, err := all(kindOf(name), bytes.NewReader(files[name]), small); !pgerr.HasCode(err, pgerr.OutOfMemory) || small.Used() != 0 {
			t.Errorf("%s: %v, %d bytes kept", name, err, small.Used())
		}
	}
}

func TestBombsAreFlat(t *testing.T) {
	var bomb bytes.Buffer
	w, _ := zstd.NewWriter(&bomb, zstd.WithEncoderConcurrency(1))
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	w.Close()
	b := budget.New("b", 16<<20, nil)
	u := New(Zstd, io.NopCloser(&bomb), "x", b)
	n, err := io.Copy(io.Discard, struct{ io.Reader }{u})
	if n != 256<<20 || err != nil || b.Peak() > 10<<20 {
		t.Errorf("%d bytes, %v, peak %d", n, err, b.Peak())
	}
	u.Close()
}

func TestForeignKindsHaveNames(t *testing.T) {
	for head, want := range map[string]string{"7z\xbc\xaf\x27\x1c\x00\x04": "7z", "Rar!\x1a\x07\x01\x00": "rar", "id,name\n": "", "LZIP codes,x\n": ""} {
		if got := Foreign([]byte(head)); got != want {
			t.Errorf("%q: %q", head, got)
		}
	}
	for _, head := range []string{"", "B", "BZh9", "BZh9,is,a,column\n", "\x1f", "PK\x03\x04", "\x53\x2a\x4d"} {
		if k := Detect([]byte(head)); k != None {
			t.Errorf("%q: %v", head, k)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	files, _ := packed(f)
	for name, data := range files {
		f.Add(uint8(kindOf(name)), data)
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		b := budget.New("b", 64<<20, nil)
		u := New(Kind(kind)%Lzma+1, io.NopCloser(bytes.NewReader(data)), "x", b)
		_, err := io.CopyN(io.Discard, u, 1<<20)
		if err != nil && err != io.EOF && pgerr.From(err).Code == pgerr.InternalError {
			t.Fatal(err)
		}
		if u.Close(); b.Used() != 0 {
			t.Fatal("memory is kept")
		}
	})
}

func crcOf(p []byte) uint32 { return crc32.ChecksumIEEE(p) }

func le32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }
