package expr

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// sizeKernels print sizes (dbsize.c).
var sizeKernels = map[string]Kernel{
	"pg_size_pretty": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendSize(dst, c.Args[0].Ints[i]), nil
	}),
	"pg_size_pretty_numeric": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendNumericSize(dst, c.Args[0].Nums[i])
	}),
	"pg_size_bytes": func(c *Call, out *vector.Column, sel []int32) (err error) {
		for _, i := range sel {
			if out.Ints[i], err = sizeBytes(c.Args[0].Bytes(i)); err != nil {
				return err
			}
		}
		return nil
	},
}

type sizeUnit struct {
	name  string
	limit uint64
	round bool
	bits  int
}

// sizeUnits are the units up to the limits where the next one takes over. Those that round hold one bit more than they show.
var sizeUnits = []sizeUnit{
	{"bytes", 10 * 1024, false, 0}, {"kB", 20*1024 - 1, true, 10}, {"MB", 20*1024 - 1, true, 20}, {"GB", 20*1024 - 1, true, 30},
	{"TB", 20*1024 - 1, true, 40}, {"PB", 20*1024 - 1, true, 50},
}

func appendSize(dst []byte, size int64) []byte {
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
			return append(append(strconv.AppendInt(dst, size, 10), ' '), u.name...)
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

// appendNumericSize is pg_size_pretty of a numeric, which may have fractions in bytes.
func appendNumericSize(dst []byte, size types.Numeric) ([]byte, error) {
	for k, u := range sizeUnits {
		limit := types.NumericFromInt(int64(u.limit))
		abs := size.Abs()
		if k == len(sizeUnits)-1 || types.CompareNumeric(&abs, &limit) < 0 {
			if u.round {
				one := types.NumericFromInt(1)
				if size.Sign() < 0 {
					one = one.Neg()
				}
				sum, err := size.Add(one)
				if err != nil {
					return nil, err
				}
				if size, err = sum.DivTrunc(types.NumericFromInt(2)); err != nil {
					return nil, err
				}
			}
			return append(append(types.AppendNumeric(dst, &size), ' '), u.name...), nil
		}
		next := sizeUnits[k+1]
		bits := next.bits - u.bits
		if next.round {
			bits--
		}
		if u.round {
			bits++
		}
		var err error
		if size, err = size.DivTrunc(types.NumericFromInt(1 << bits)); err != nil {
			return nil, err
		}
	}
	panic("unreachable")
}

// sizeBytes reads a size with a unit, as people write it.
func sizeBytes(text []byte) (int64, error) {
	bad := func() *pgerr.Error { return pgerr.New(pgerr.InvalidParameterValue, `invalid size: "%s"`, text) }
	rest := bytes.TrimLeft(text, " \t\n\v\f\r")
	digits := func(i int) int {
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		return i
	}
	n := 0
	if n < len(rest) && (rest[n] == '-' || rest[n] == '+') {
		n++
	}
	end := digits(n)
	some := end > n
	if n = end; n < len(rest) && rest[n] == '.' {
		end = digits(n + 1)
		some = some || end > n+1
		n = end
	}
	if !some {
		return 0, bad()
	}
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') {
		sign := n + 1
		if sign < len(rest) && (rest[sign] == '-' || rest[sign] == '+') {
			sign++
		}
		if end := digits(sign); end > sign {
			n = end
		}
	}
	size, err := types.ParseNumeric(rest[:n])
	if err != nil {
		return 0, err
	}
	if unit := strings.Trim(string(rest[n:]), " \t\n\v\f\r"); unit != "" {
		at := slices.IndexFunc(sizeUnits, func(u sizeUnit) bool { return strings.EqualFold(u.name, unit) })
		if at < 0 {
			return 0, bad().WithDetail(`Invalid size unit: "%s".`, unit).
				WithHint(`Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".`)
		}
		if size, err = size.Mul(types.NumericFromInt(1 << sizeUnits[at].bits)); err != nil {
			return 0, err
		}
	}
	return size.ToInt(64)
}
