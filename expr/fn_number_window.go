package expr

import (
	"math"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// inRangeKernels tell whether a value lies within a window frame's RANGE distance from another: in_range(value, base,
// offset, before, less).
var inRangeKernels = map[string]Kernel{
	"in_range_int2_int2": intInRange, "in_range_int2_int4": intInRange, "in_range_int2_int8": intInRange,
	"in_range_int4_int2": intInRange, "in_range_int4_int4": intInRange, "in_range_int4_int8": intInRange,
	"in_range_int8_int8":     intInRange,
	"in_range_float8_float8": floatInRange, "in_range_float4_float8": floatInRange,
	"in_range_numeric_numeric": numericInRange,
}

func errWindowOffset() error {
	return pgerr.New(pgerr.InvalidFrameOffset, "invalid preceding or following size in window function")
}

func intInRange(c *Call, out *vector.Column, sel []int32) error {
	v, base, offset, before, less := c.Args[0].Ints, c.Args[1].Ints, c.Args[2].Ints, c.Args[3].Bools, c.Args[4].Bools
	for _, i := range sel {
		d := offset[i]
		if d < 0 {
			return errWindowOffset()
		}
		if before[i] {
			d = -d
		}
		sum := base[i] + d
		switch {
		case (sum^base[i])&(sum^d) < 0: // beyond all values
			out.Bools[i] = before[i] != less[i]
		case less[i]:
			out.Bools[i] = v[i] <= sum
		default:
			out.Bools[i] = v[i] >= sum
		}
	}
	return nil
}

func floatInRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		v, base, d := c.Args[0].Floats[i], c.Args[1].Floats[i], c.Args[2].Floats[i]
		before, less := c.Args[3].Bools[i], c.Args[4].Bools[i]
		if d != d || d < 0 {
			return errWindowOffset()
		}
		o := &out.Bools[i]
		switch {
		case v != v:
			*o = base != base || !less // NaN is above all, and equals itself
		case base != base:
			*o = less
		case math.IsInf(d, 1) && math.IsInf(base, 1) && before, math.IsInf(d, 1) && math.IsInf(base, -1) && !before:
			*o = true // as far as one likes from an infinity
		default:
			if before {
				d = -d
			}
			sum := base + d
			if less {
				*o = v <= sum
			} else {
				*o = v >= sum
			}
		}
	}
	return nil
}

func numericInRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		v, base, d := &c.Args[0].Nums[i], &c.Args[1].Nums[i], c.Args[2].Nums[i]
		before, less := c.Args[3].Bools[i], c.Args[4].Bools[i]
		if d.IsNaN() || d.Sign() < 0 {
			return errWindowOffset()
		}
		o := &out.Bools[i]
		switch {
		case v.IsNaN():
			*o = base.IsNaN() || !less
		case base.IsNaN():
			*o = less
		case d.Form() == types.NumericPosInf && (before && base.Form() == types.NumericPosInf || !before && base.Form() == types.NumericNegInf):
			*o = true
		default:
			if before {
				d = d.Neg()
			}
			sum, err := base.Add(d)
			if err != nil {
				return err
			}
			if less {
				*o = types.CompareNumeric(v, &sum) <= 0
			} else {
				*o = types.CompareNumeric(v, &sum) >= 0
			}
		}
	}
	return nil
}
