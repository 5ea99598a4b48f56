package expr

import (
	"cmp"

	"howdah/types"
	"howdah/vector"
)

// timeCompareKernels order and hash dates, times, timestamps and intervals, each among its own and with the others.
var timeCompareKernels = makeTimeCompareKernels()

func makeTimeCompareKernels() map[string]Kernel {
	m := map[string]Kernel{}
	for _, t := range []string{"date", "time", "timestamp"} {
		orderedKernels(m, t+"_", "", columnInts)
		m[t+"_cmp"] = cmpKernel(intOrder)
		m[t+"_larger"], m[t+"_smaller"] = largerKernel(intOrder, 1), largerKernel(intOrder, -1)
	}
	comparedKernels(m, "interval_", "", intervalOrder)
	m["interval_cmp"] = cmpKernel(intervalOrder)
	m["interval_larger"], m["interval_smaller"] = largerKernel(intervalOrder, 1), largerKernel(intervalOrder, -1)
	for _, pair := range []struct {
		left, right string
		compare     func(c *Call, a, b int64) int
	}{
		{"date", "timestamp", func(_ *Call, d, t int64) int { return types.CompareDateTimestamp(d, t, nil) }},
		{"date", "timestamptz", func(c *Call, d, t int64) int { return types.CompareDateTimestamp(d, t, c.zone()) }},
		{"timestamp", "timestamptz", func(c *Call, a, b int64) int { return types.CompareLocal(a, b, c.zone()) }},
	} {
		crossKernels(m, pair.left, pair.right, pair.compare)
		crossKernels(m, pair.right, pair.left, func(c *Call, a, b int64) int { return -pair.compare(c, b, a) })
	}
	timetzCompareKernels(m)
	timeHashKernels(m)
	return m
}

var comparisonTests = map[string]func(int) bool{
	"eq": func(c int) bool { return c == 0 }, "ne": func(c int) bool { return c != 0 },
	"lt": func(c int) bool { return c < 0 }, "le": func(c int) bool { return c <= 0 },
	"gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 },
}

// crossKernels adds left_eq_right and its like.
func crossKernels(m map[string]Kernel, left, right string, compare func(c *Call, a, b int64) int) {
	for name, test := range comparisonTests {
		m[left+"_"+name+"_"+right] = computed2(columnInts, columnInts, columnBools, func(c *Call, a, b int64) (bool, error) {
			return test(compare(c, a, b)), nil
		})
	}
	m[left+"_cmp_"+right] = computed2(columnInts, columnInts, columnInts, func(c *Call, a, b int64) (int64, error) {
		return int64(cmp.Compare(compare(c, a, b), 0)), nil
	})
}

func timetzCompareKernels(m map[string]Kernel) {
	compare := func(c *Call, i int32) int {
		return types.CompareTimetz(timetzOf(c.Args[0], i), timetzOf(c.Args[1], i))
	}
	for name, test := range comparisonTests {
		m["timetz_"+name] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Bools[i] = test(compare(c, i))
			}
			return nil
		}
	}
	m["timetz_cmp"] = intsKernel(func(c *Call, i int32) (int64, error) { return int64(compare(c, i)), nil })
	for name, sign := range map[string]int{"timetz_larger": 1, "timetz_smaller": -1} {
		m[name] = timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
			if compare(c, i)*sign > 0 {
				return timetzOf(c.Args[0], i), nil
			}
			return timetzOf(c.Args[1], i), nil
		})
	}
}

// timeHashKernels adds PostgreSQL's hash functions.
func timeHashKernels(m map[string]Kernel) {
	for name, hash := range map[string]func(c *vector.Column, i int32, seed uint64) uint64{
		"time":      func(c *vector.Column, i int32, seed uint64) uint64 { return types.PGHashInt8(c.Ints[i], seed) },
		"timestamp": func(c *vector.Column, i int32, seed uint64) uint64 { return types.PGHashInt8(c.Ints[i], seed) },
		"interval": func(c *vector.Column, i int32, seed uint64) uint64 {
			return types.PGHashInt8(c.Intervals[i].HashSpan(), seed)
		},
		"timetz": func(c *vector.Column, i int32, seed uint64) uint64 {
			t := timetzOf(c, i)
			return types.PGHashInt8(t.Micros, seed) ^ types.PGHashUint32(uint32(t.West), seed)
		},
	} {
		m[name+"_hash"] = intsKernel(func(c *Call, i int32) (int64, error) { return int64(int32(hash(c.Args[0], i, 0))), nil })
		m[name+"_hash_extended"] = intsKernel(func(c *Call, i int32) (int64, error) {
			return int64(hash(c.Args[0], i, uint64(c.Args[1].Ints[i]))), nil
		})
	}
	for _, src := range []string{"date_send", "time_send", "timetz_send", "timestamp_send", "timestamptz_send", "interval_send"} {
		m[src] = sendBinary
	}
}
