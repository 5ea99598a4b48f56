package csv

import (
	"bytes"
	"testing"

	"howdah/bench/fingerprints"
	"howdah/bench/orders"
)

func BenchmarkIndex(b *testing.B) {
	var short, long bytes.Buffer
	if err := orders.Write(&short, 100_000, orders.Seed); err != nil {
		b.Fatal(err)
	}
	if err := fingerprints.Write(&long, 10_000, fingerprints.Seed); err != nil {
		b.Fatal(err)
	}
	benchmarkIndex(b, short.Bytes(), 100_001)
	b.Run("long", func(b *testing.B) { benchmarkIndex(b, long.Bytes(), 10_001) })
}

func benchmarkIndex(b *testing.B, data []byte, records int) {
	buf := make([]byte, 256<<10+pad)
	for _, name := range []string{"count", "places", "masked"} {
		b.Run(name, func(b *testing.B) {
			var x index
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				rows, left := 0, 0
				for off := 0; off < len(data); {
					n := copy(buf[left:256<<10], data[off:])
					off += n
					n += left
					x.build(buf, n, '"', ',', name == "places", name == "masked", off == len(data))
					rows += len(x.last)
					left = copy(buf, buf[x.end:n])
				}
				if rows != records {
					b.Fatal(rows)
				}
			}
		})
	}
}
