package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"howdah/formats/internal/cfb/cfbtest"
	"howdah/internal/budget"
	"howdah/pgerr"
)

func noise(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func samples() []cfbtest.Stream {
	return []cfbtest.Stream{
		{Name: "Empty", Data: nil}, {Name: "\x05SummaryInformation", Data: noise(100, 1)}, {Name: "Workbook", Data: noise(70_001, 2)},
		{Name: "Ctls", Data: noise(64, 3)}, {Name: "EncryptionInfo", Data: noise(4095, 4)}, {Name: "EncryptedPackage", Data: noise(4096, 5)},
	}
}

func open(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(data), nil, "a.xls")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestStreamsOfAllSizesAndLayouts(t *testing.T) {
	for _, l := range []cfbtest.Layout{{}, {Scattered: true}, {Version: 4}, {Version: 4, Scattered: true}} {
		b := budget.New("test", 0, nil)
		f, err := Open(bytes.NewReader(cfbtest.Write(l, samples()...)), b, "a.xls")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range samples() {
			s, err := f.Stream(string(bytes.ToUpper([]byte(want.Name))))
			if err != nil || s == nil {
				t.Fatalf("%+v %q: %v, %v", l, want.Name, s, err)
			}
			got, err := io.ReadAll(s)
			if err != nil || !bytes.Equal(got, want.Data) || s.Size() != int64(len(want.Data)) {
				t.Errorf("%+v %q: %d bytes, %v; want %d", l, want.Name, len(got), err, len(want.Data))
			}
			for range 50 {
				off := rand.IntN(len(want.Data) + 1)
				p := make([]byte, rand.IntN(3000))
				n, err := s.ReadAt(p, int64(off))
				left := want.Data[off:]
				if n != min(len(p), len(left)) || !bytes.Equal(p[:n], left[:n]) || n < len(p) && err != io.EOF || n == len(p) && n > 0 && n < len(left) && err != nil {
					t.Fatalf("%+v %q: ReadAt(%d bytes, %d) gives %d, %v", l, want.Name, len(p), off, n, err)
				}
			}
		}
		if s, err := f.Stream("Book"); s != nil || err != nil {
			t.Errorf("a stream that is not there: %v, %v", s, err)
		}
		if s, err := f.Stream("Workbook/Book"); s != nil || err != nil {
			t.Errorf("a stream below a stream: %v, %v", s, err)
		}
		f.Close()
		if b.Used() != 0 || b.Peak() == 0 {
			t.Errorf("%+v: %d bytes left of a peak of %d", l, b.Used(), b.Peak())
		}
	}
}

// TestTableBeyondTheHeader needs more than the 109 sectors of table that the header lists: 7 MB.
func TestTableBeyondTheHeader(t *testing.T) {
	data := noise(15<<20, 9)
	f := open(t, cfbtest.Write(cfbtest.Layout{Scattered: true}, cfbtest.Stream{Name: "Workbook", Data: data}))
	s, err := f.Stream("workbook")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(s)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// sectioned is a source that counts its sections.
type sectioned struct {
	*bytes.Reader
	opened int
}

func (s *sectioned) Section(off, n int64) (io.ReadCloser, error) {
	s.opened++
	return io.NopCloser(io.NewSectionReader(s.Reader, off, n)), nil
}

func TestSections(t *testing.T) {
	for _, l := range []cfbtest.Layout{{}, {Scattered: true}, {Version: 4}} {
		src := &sectioned{Reader: bytes.NewReader(cfbtest.Write(l, samples()...))}
		f, err := Open(src, nil, "a.xls")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range samples() {
			s, err := f.Stream(want.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, off := range []int{0, 1, 511, 512, 4096, 5000} {
				if off > len(want.Data) {
					continue
				}
				src.opened = 0
				r, err := s.Section(int64(off), int64(len(want.Data)-off))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, want.Data[off:]) {
					t.Errorf("%+v %q from %d: %d bytes, %v", l, want.Name, off, len(got), err)
				}
				if !l.Scattered && src.opened > 1 {
					t.Errorf("%+v %q from %d: %d sections opened", l, want.Name, off, src.opened)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.Section(1, int64(len(want.Data))); err == nil {
				t.Error("a section beyond the end is opened")
			}
		}
	}
}

// readAll opens every stream and reads it; what it gives must be the streams' bytes or an error.
func readAll(t *testing.T, data []byte, b *budget.Budget) (all map[string][]byte, err error) {
	t.Helper()
	f, err := Open(bytes.NewReader(data), b, "a.xls")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all = map[string][]byte{}
	for _, want := range samples() {
		s, err := f.Stream(want.Name)
		if err != nil {
			return nil, err
		}
		if s == nil {
			continue
		}
		v, err := io.ReadAll(s)
		if err != nil {
			return nil, err
		}
		all[want.Name] = v
	}
	return all, nil
}

func TestTruncatedAtEveryByte(t *testing.T) {
	data := cfbtest.Write(cfbtest.Layout{}, samples()...)
	for n := 0; n < len(data); n += 1 + n/512%7 {
		_, err := readAll(t, data[:n], nil)
		if err == nil && len(data)-n >= 512 {
			t.Fatalf("cut at byte %d of %d, nothing is missed", n, len(data))
		}
		if err != nil && !errors.Is(err, pgerr.DataCorrupted) {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
	}
}

func TestCircles(t *testing.T) {
	le := binary.LittleEndian
	good := cfbtest.Write(cfbtest.Layout{}, samples()...)
	f := open(t, good)
	fatAt := f.offset(le.Uint32(good[76:]))
	dirAt := f.offset(le.Uint32(good[48:]))
	workbook := le.Uint32(good[dirAt+3*entryBytes+116:])
	for name, hurt := range map[string]func(d []byte){
		"a sector that follows itself":    func(d []byte) { le.PutUint32(d[fatAt+4*int64(workbook):], workbook) },
		"a chain back to its start":       func(d []byte) { le.PutUint32(d[fatAt+4*int64(workbook+9):], workbook) },
		"a chain that ends early":         func(d []byte) { le.PutUint32(d[fatAt+4*int64(workbook+9):], endOfChain) },
		"a chain out of the file":         func(d []byte) { le.PutUint32(d[fatAt+4*int64(workbook+9):], 1_000_000) },
		"a directory in circles":          func(d []byte) { le.PutUint32(d[fatAt+4*int64(le.Uint32(d[48:])):], le.Uint32(d[48:])) },
		"a tree in circles":               func(d []byte) { le.PutUint32(d[dirAt+2*entryBytes+72:], 1) },
		"a tree to nowhere":               func(d []byte) { le.PutUint32(d[dirAt+2*entryBytes+72:], 1000) },
		"a size beyond the file":          func(d []byte) { le.PutUint32(d[dirAt+3*entryBytes+120:], 0xFFFFFFFF) },
		"a size a sector too large":       func(d []byte) { le.PutUint32(d[dirAt+3*entryBytes+120:], 70_145) },
		"a table out of the file":         func(d []byte) { le.PutUint32(d[76:], 1_000_000) },
		"no table":                        func(d []byte) { le.PutUint32(d[76:], freeSector) },
		"a mini stream that is too short": func(d []byte) { le.PutUint32(d[dirAt+120:], 64) },
		"sectors of another size":         func(d []byte) { d[30] = 20 },
		"a big-endian file":               func(d []byte) { d[28], d[29] = 0xFF, 0xFE },
	} {
		d := bytes.Clone(good)
		hurt(d)
		if _, err := readAll(t, d, nil); !errors.Is(err, pgerr.DataCorrupted) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDIFATInCircles has a list of the table's sectors that comes back to its own first sector.
func TestDIFATInCircles(t *testing.T) {
	d := cfbtest.Write(cfbtest.Layout{}, cfbtest.Stream{Name: "Workbook", Data: make([]byte, 16<<20)})
	at := binary.LittleEndian.Uint32(d[68:])
	for i := range 128 {
		binary.LittleEndian.PutUint32(d[(int(at)+1)*512+4*i:], at)
	}
	if _, err := readAll(t, d, nil); !errors.Is(err, pgerr.DataCorrupted) {
		t.Error(err)
	}
}

func TestMutants(t *testing.T) {
	good := cfbtest.Write(cfbtest.Layout{Scattered: true}, samples()...)
	r := rand.New(rand.NewPCG(7, 7))
	b := budget.New("test", 4<<20, nil)
	interesting := []uint32{0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFA, 0xFFFFFFFC, 0xFFFFFFFE, 0xFFFFFFFF}
	for range 3000 {
		d := bytes.Clone(good)
		for range 1 + r.IntN(4) {
			at := r.IntN(len(d)/4) * 4
			switch r.IntN(3) {
			case 0:
				at = r.IntN(128) * 4 // the header
			case 1:
				at = len(d) - 4 - r.IntN(128)*4 // the table
			}
			v := interesting[r.IntN(len(interesting))]
			if r.IntN(2) == 0 {
				v = r.Uint32N(200)
			}
			binary.LittleEndian.PutUint32(d[at:], v)
		}
		if _, err := readAll(t, d, b); err != nil && !errors.Is(err, pgerr.DataCorrupted) && !errors.Is(err, pgerr.ProgramLimitExceeded) {
			t.Fatal(err)
		}
		if b.Used() != 0 {
			t.Fatalf("%d bytes were not given back", b.Used())
		}
	}
}

func TestBudgetRefuses(t *testing.T) {
	d := cfbtest.Write(cfbtest.Layout{}, samples()...)
	for limit := int64(1); limit < 8<<10; limit += 97 {
		b := budget.New("test", limit, nil)
		if _, err := readAll(t, d, b); err != nil && !errors.Is(err, pgerr.OutOfMemory) {
			t.Fatal(err)
		}
		if b.Used() != 0 {
			t.Fatalf("%d bytes were not given back", b.Used())
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(cfbtest.Write(cfbtest.Layout{}, samples()[:2]...))
	f.Add(cfbtest.Write(cfbtest.Layout{Scattered: true}, cfbtest.Stream{Name: "Workbook", Data: noise(9000, 1)}, cfbtest.Stream{Name: "EncryptionInfo", Data: noise(500, 1)}))
	f.Add(cfbtest.Write(cfbtest.Layout{Version: 4}, cfbtest.Stream{Name: "Ctls", Data: noise(65, 1)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := budget.New("test", 4<<20, nil)
		if _, err := readAll(t, data, b); err != nil && !errors.Is(err, pgerr.DataCorrupted) && !errors.Is(err, pgerr.ProgramLimitExceeded) && !errors.Is(err, pgerr.OutOfMemory) {
			t.Fatal(err)
		}
		if b.Used() != 0 {
			t.Fatalf("%d bytes were not given back", b.Used())
		}
	})
}
