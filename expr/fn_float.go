package expr

import (
	"math"

	"howdah/pgerr"
	"howdah/vector"
)

// floatKernels are the comparisons, the arithmetic and the casts of real and double precision.
var floatKernels = makeFloatKernels()

var (
	errFloatOverflow  = pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: overflow")
	errFloatUnderflow = pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: underflow")
)

func makeFloatKernels() map[string]Kernel {
	m := map[string]Kernel{}
	for _, prefix := range []string{"float4", "float8", "float48", "float84"} {
		compareFloats(m, prefix)
		round := keepFloat
		if prefix == "float4" {
			round = roundToReal
		}
		m[prefix+"pl"] = floatBinary(func(a, b float64) (float64, *pgerr.Error) {
			return checkOverflow(round(a+b), math.IsInf(a, 0) || math.IsInf(b, 0))
		})
		m[prefix+"mi"] = floatBinary(func(a, b float64) (float64, *pgerr.Error) {
			return checkOverflow(round(a-b), math.IsInf(a, 0) || math.IsInf(b, 0))
		})
		m[prefix+"mul"] = floatBinary(func(a, b float64) (float64, *pgerr.Error) {
			v := round(a * b)
			if v == 0 && a != 0 && b != 0 {
				return 0, errFloatUnderflow
			}
			return checkOverflow(v, math.IsInf(a, 0) || math.IsInf(b, 0))
		})
		m[prefix+"div"] = floatBinary(func(a, b float64) (float64, *pgerr.Error) {
			if b == 0 && a == a {
				return 0, errDivisionByZero
			}
			v := round(a / b)
			if v == 0 && a != 0 && !math.IsInf(b, 0) {
				return 0, errFloatUnderflow
			}
			return checkOverflow(v, math.IsInf(a, 0))
		})
		m["bt"+prefix+"cmp"] = cmpKernel(floatOrder)
	}
	for _, prefix := range []string{"float4", "float8"} {
		m[prefix+"um"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return -v, nil })
		m[prefix+"up"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return v, nil })
		m[prefix+"abs"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return math.Abs(v), nil })
		m[prefix+"larger"] = largerKernel(floatOrder, 1)
		m[prefix+"smaller"] = largerKernel(floatOrder, -1)
	}
	m["ftod"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return v, nil })
	m["dtof"] = floatUnary(func(v float64) (float64, *pgerr.Error) {
		r := roundToReal(v)
		if r == 0 && v != 0 {
			return 0, errFloatUnderflow
		}
		return checkOverflow(r, math.IsInf(v, 0))
	})
	for _, src := range []string{"i2tod", "i4tod", "i8tod"} {
		m[src] = floatsFromInts(keepFloat)
	}
	for _, src := range []string{"i2tof", "i4tof"} {
		m[src] = floatsFromInts(roundToReal)
	}
	m["i8tof"] = func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel { // rounded once: by way of a double it would be twice
			out.Floats[i] = float64(float32(c.Args[0].Ints[i]))
		}
		return nil
	}
	for suffix, w := range map[string]intWidth{"2": width16, "4": width32, "8": width64} {
		m["dtoi"+suffix], m["ftoi"+suffix] = intsFromFloats(w), intsFromFloats(w)
	}
	m["dround"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return math.RoundToEven(v), nil })
	m["dceil"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return math.Ceil(v), nil })
	m["dfloor"] = floatUnary(func(v float64) (float64, *pgerr.Error) { return math.Floor(v), nil })
	m["dtrunc"] = floatUnary(func(v float64) (float64, *pgerr.Error) {
		if v >= 0 {
			return math.Floor(v), nil
		}
		return -math.Floor(-v), nil
	})
	m["dsign"] = floatUnary(func(v float64) (float64, *pgerr.Error) {
		switch {
		case v > 0:
			return 1, nil
		case v < 0:
			return -1, nil
		}
		return 0, nil
	})
	return m
}

func keepFloat(v float64) float64 { return v }

func roundToReal(v float64) float64 { return float64(float32(v)) }

func checkOverflow(v float64, infinite bool) (float64, *pgerr.Error) {
	if math.IsInf(v, 0) && !infinite {
		return 0, errFloatOverflow
	}
	return v, nil
}

// compareFloats adds the comparisons, for which NaN equals itself and is above everything.
func compareFloats(m map[string]Kernel, prefix string) {
	equal := func(c *Call, out *vector.Column, sel []int32, want bool) error {
		a, b, o := c.Args[0].Floats, c.Args[1].Floats, out.Bools
		for _, i := range sel {
			o[i] = (a[i] == b[i] || a[i] != a[i] && b[i] != b[i]) == want
		}
		return nil
	}
	less := func(a, b []float64, o []bool, sel []int32) error {
		for _, i := range sel {
			o[i] = a[i] < b[i] || b[i] != b[i] && a[i] == a[i]
		}
		return nil
	}
	lessEqual := func(a, b []float64, o []bool, sel []int32) error {
		for _, i := range sel {
			o[i] = a[i] <= b[i] || b[i] != b[i]
		}
		return nil
	}
	m[prefix+"eq"] = func(c *Call, out *vector.Column, sel []int32) error { return equal(c, out, sel, true) }
	m[prefix+"ne"] = func(c *Call, out *vector.Column, sel []int32) error { return equal(c, out, sel, false) }
	m[prefix+"lt"] = func(c *Call, out *vector.Column, sel []int32) error {
		return less(c.Args[0].Floats, c.Args[1].Floats, out.Bools, sel)
	}
	m[prefix+"gt"] = func(c *Call, out *vector.Column, sel []int32) error {
		return less(c.Args[1].Floats, c.Args[0].Floats, out.Bools, sel)
	}
	m[prefix+"le"] = func(c *Call, out *vector.Column, sel []int32) error {
		return lessEqual(c.Args[0].Floats, c.Args[1].Floats, out.Bools, sel)
	}
	m[prefix+"ge"] = func(c *Call, out *vector.Column, sel []int32) error {
		return lessEqual(c.Args[1].Floats, c.Args[0].Floats, out.Bools, sel)
	}
}

func floatUnary(f func(float64) (float64, *pgerr.Error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, o := c.Args[0].Floats, out.Floats
		for _, i := range sel {
			v, err := f(a[i])
			if err != nil {
				return err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func floatBinary(f func(a, b float64) (float64, *pgerr.Error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Floats, c.Args[1].Floats, out.Floats
		for _, i := range sel {
			v, err := f(a[i], b[i])
			if err != nil {
				return err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func floatsFromInts(round func(float64) float64) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, o := c.Args[0].Ints, out.Floats
		for _, i := range sel {
			o[i] = round(float64(a[i]))
		}
		return nil
	}
}

// intsFromFloats rounds half to even, as rint does.
func intsFromFloats(w intWidth) Kernel {
	// hi+1 is a power of two and so exact; NaN fails both tests.
	lo, above := float64(w.lo), -float64(w.lo)
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, o := c.Args[0].Floats, out.Ints
		for _, i := range sel {
			v := math.RoundToEven(a[i])
			if !(v >= lo && v < above) {
				return w.err.Clone()
			}
			o[i] = int64(v)
		}
		return nil
	}
}
