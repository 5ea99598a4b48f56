package phrases

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/internal/budget"
)

// phrase makes the i-th text: mostly short ones, some longer than a page, some empty.
func phrase(i int) []byte {
	switch {
	case i%97 == 0:
		return nil
	case i%1999 == 0:
		return bytes.Repeat([]byte(fmt.Sprintf("<%d>", i)), 9000)
	}
	return fmt.Appendf(nil, "text %d %s", i, strings.Repeat("x", i%60))
}

func TestSpill(t *testing.T) {
	const n = 60_000
	for _, c := range []struct {
		name         string
		most, budget int64
	}{{"in memory", 64 << 20, 64 << 20}, {"beyond the bound", 256 << 10, 64 << 20}, {"beyond the budget", 64 << 20, 1 << 20}, {"no memory", 0, 0}} {
		t.Run(c.name, func(t *testing.T) {
			b := budget.New("test", c.budget, nil)
			s := New(b, c.most)
			random := rand.New(rand.NewPCG(1, 2))
			check := func(i int) {
				got, err := s.Get(uint32(i))
				if err != nil || !bytes.Equal(got, phrase(i)) {
					t.Fatalf("text %d: %.40q %v", i, got, err)
				}
			}
			for i := range n {
				if err := s.Add(phrase(i)); err != nil {
					t.Fatal(err)
				}
				check(i)
				if i%7 == 0 {
					check(random.IntN(i + 1))
				}
			}
			for range 20_000 {
				check(random.IntN(n))
			}
			for i := range n {
				check(i)
			}
			if spilled := s.kept < n; spilled != (c.name != "in memory") {
				t.Errorf("%d of %d in memory", s.kept, n)
			}
			limit := c.most + (textSlots+placeSlots+2)*pageBytes
			if b.Used() > limit || c.name == "in memory" && b.Used() > s.size*3/2 {
				t.Errorf("%d bytes are used for %d", b.Used(), s.size)
			}
			s.Close()
			if b.Used() != 0 {
				t.Errorf("%d bytes are still used", b.Used())
			}
		})
	}
}

func BenchmarkStore(b *testing.B) {
	for _, c := range []struct {
		name string
		most int64
	}{{"memory", Memory}, {"file", 0}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s := New(budget.New("test", 1<<30, nil), c.most)
				for i := range 100_000 {
					if err := s.Add(fmt.Appendf(nil, "text %d", i)); err != nil {
						b.Fatal(err)
					}
					s.Get(uint32(i))
					s.Get(uint32(i * 7919 % (i + 1)))
				}
				s.Close()
			}
		})
	}
}
