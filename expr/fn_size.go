package expr

import (
	"strconv"

	"howdah/vector"
)

// sizeKernels print sizes (dbsize.c).
var sizeKernels = map[string]Kernel{
	"pg_size_pretty": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.SetBytes(i, []byte(prettySize(c.Args[0].Ints[i])))
		}
		return nil
	},
}

// sizeUnits are the units up to the limits where the next one takes over. Those that round hold one bit more than they show.
var sizeUnits = []struct {
	name  string
	limit uint64
	round bool
	bits  int
}{
	{"bytes", 10 * 1024, false, 0}, {"kB", 20*1024 - 1, true, 10}, {"MB", 20*1024 - 1, true, 20}, {"GB", 20*1024 - 1, true, 30},
	{"TB", 20*1024 - 1, true, 40}, {"PB", 20*1024 - 1, true, 50},
}

func prettySize(size int64) string {
	for k, u := range sizeUnits {
		abs := uint64(size)
		if size < 0 {
			abs = -abs
		}
		if k == len(sizeUnits)-1 || abs < u.limit {
			if u.round {
				if size < 0 {
					size = (size - 1) / 2
				} else {
					size = (size + 1) / 2
				}
			}
			return strconv.FormatInt(size, 10) + " " + u.name
		}
		next := sizeUnits[k+1]
		bits := next.bits - u.bits
		if next.round {
			bits--
		}
		if u.round {
			bits++
		}
		size /= 1 << bits
	}
	panic("unreachable")
}
