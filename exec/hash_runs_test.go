package exec

import (
	"math/rand/v2"
	"testing"

	"howdah/internal/budget"
	"howdah/internal/spill"
)

// TestHashRunsKnowWhatWasAdded adds more hashes than the table holds, many of them the same, and asks for those and others.
func TestHashRunsKnowWhatWasAdded(t *testing.T) {
	for _, limit := range []int64{16 << 10, 4 << 20} { // without memory for filters, and with it
		b, files := budget.New("query", limit, nil), spill.NewQuota(0)
		h := newHashRuns(Space{Memory: b, Dir: t.TempDir(), Files: files})
		r := rand.New(rand.NewPCG(1, 2))
		const n = 300_000
		hashes := map[uint64][]int64{}
		var all []uint64
		for i := range int64(n) {
			v := r.Uint64()
			switch {
			case i%3 == 0 && i > 0:
				v = all[r.IntN(len(all))] // a collision, also with what is on disk
			case i%5 == 0:
				v = 1<<64 - 1 - v%700 // the last places of the table
			case i%7 == 0:
				v %= 700
			}
			if err := h.add(v, i); err != nil {
				t.Fatal(err)
			}
			hashes[v], all = append(hashes[v], i), append(all, v)
		}
		if len(h.runs) == 0 || len(h.runs) > 3*mergedRuns {
			t.Errorf("%d files", len(h.runs))
		}
		for v, want := range hashes {
			given := map[int64]bool{}
			yes, err := h.has(v, func(n int64) (bool, error) { given[n] = true; return false, nil })
			if yes || err != nil || len(given) != len(want) {
				t.Fatalf("hash %x: %d numbers, want %d (%v, %v)", v, len(given), len(want), yes, err)
			}
			for _, i := range want {
				if !given[i] {
					t.Fatalf("hash %x: number %d is not given", v, i)
				}
			}
		}
		asked := 0
		for range n / 10 {
			if v := r.Uint64(); hashes[v] == nil {
				if yes, err := h.has(v, func(int64) (bool, error) { asked++; return true, nil }); yes || err != nil {
					t.Fatalf("hash %x is there (%v)", v, err)
				}
			}
		}
		if asked > 0 {
			t.Errorf("%d numbers are given for hashes that are not there", asked)
		}
		h.close()
		if b.Used() != 0 || files.Used() != 0 {
			t.Errorf("%d bytes of memory and %d on disk are held", b.Used(), files.Used())
		}
	}
}
