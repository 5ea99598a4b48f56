package blob

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) { sourcetest.Main(m, nil) }

func TestBlobs(t *testing.T) {
	for name, c := range map[string]struct {
		size   int
		ranged bool
		limit  int64
	}{
		"empty": {0, true, 0}, "small": {1000, true, 0}, "small without ranges": {1000, false, 0}, "ranged": {3 << 20, true, 0}, "in memory": {1 << 20, false, 0}, "spilled": {9 << 20, false, 0},
		"spilled for want of memory": {1 << 20, false, 300 << 10}, "just at the limit": {memoryBytes, false, 0},
	} {
		data := make([]byte, c.size)
		random := rand.New(rand.NewPCG(1, uint64(c.size)))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		purse := budget.New("scan", c.limit, nil)
		src := &sourcetest.Memory{Data: data, Ranged: c.ranged}
		in := formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, purse)
		b, err := Open(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b.Size() != int64(c.size) {
			t.Fatalf("%s: size %d, want %d", name, b.Size(), c.size)
		}
		if purse.Used() > 2*memoryBytes {
			t.Errorf("%s: %d bytes in memory", name, purse.Used())
		}
		for range 50 {
			off := random.Int64N(int64(c.size) + 1)
			n := random.Int64N(int64(c.size) - off + 1)
			got := make([]byte, n+int64(random.IntN(2)*10))
			k, err := b.ReadAt(got, off)
			want := data[off:min(int64(c.size), off+int64(len(got)))]
			if k != len(want) || !bytes.Equal(got[:k], want) || err != nil && err != io.EOF || err == nil && k < len(got) {
				t.Fatalf("%s: ReadAt %d+%d: %d %v", name, off, len(got), k, err)
			}
			r, err := b.Section(off, n)
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(r)
			r.Close()
			if err != nil || !bytes.Equal(all, data[off:off+n]) {
				t.Fatalf("%s: section %d+%d: %d bytes, %v", name, off, n, len(all), err)
			}
		}
		for _, bad := range [][2]int64{{-1, 1}, {0, int64(c.size) + 1}, {1, -1}, {int64(c.size) + 1, 0}, {1 << 62, 1 << 62}} {
			if _, err := b.Section(bad[0], bad[1]); err == nil {
				t.Errorf("%s: section %v", name, bad)
			}
		}
		b.Close()
		b.Close()
		in.Close()
		if purse.Used() != 0 || src.Open() != 0 {
			t.Errorf("%s: left: %d bytes, %d readers", name, purse.Used(), src.Open())
		}
	}
}

func TestCutsAreErrors(t *testing.T) {
	for _, size := range []int{1000, 5 << 20} {
		src := &sourcetest.Memory{Data: make([]byte, size)}
		info := src.Info()
		src.Data = src.Data[:size-1]
		in := formats.NewInput(t.Context(), src, info, &meter.Scan{}, nil)
		if b, err := Open(in); err == nil {
			t.Errorf("%d bytes of %d", b.Size(), size)
			b.Close()
		}
		in.Close()
	}
}
