package csv

import (
	"bytes"
	"testing"

	"howdah/bench/orders"
)

func BenchmarkIndex(b *testing.B) {
	var file bytes.Buffer
	if err := orders.Write(&file, 100_000, orders.Seed); err != nil {
		b.Fatal(err)
	}
	data := file.Bytes()
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
				if rows != 100_001 {
					b.Fatal(rows)
				}
			}
		})
	}
}
