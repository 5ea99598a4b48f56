package csv

import (
	"os"
	"testing"
)

func BenchmarkIndex(b *testing.B) {
	data, err := os.ReadFile("/tmp/bench/o500k.csv")
	if err != nil {
		b.Skip(err)
	}
	buf := make([]byte, 256<<10+pad)
	for _, places := range []bool{false, true} {
		name := map[bool]string{false: "count", true: "places"}[places]
		b.Run(name, func(b *testing.B) {
			var x index
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				rows, left := 0, 0
				for off := 0; off < len(data); {
					n := copy(buf[left:256<<10], data[off:])
					off += n
					n += left
					x.build(buf, n, '"', ',', places, false, off == len(data))
					rows += len(x.last)
					left = copy(buf, buf[x.end:n])
				}
				if rows != 500001 {
					b.Fatal(rows)
				}
			}
		})
	}
}
