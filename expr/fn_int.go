package expr

import (
	"cmp"
	"math"
	"math/bits"

	"howdah/pgerr"
	"howdah/vector"
)

// intKernels are the functions over smallint, integer, bigint, oid, "char" and their pairs.
var intKernels = makeIntKernels()

// intWidth is an integer type's range and name in errors.
type intWidth struct {
	lo, hi int64
	err    *pgerr.Error
}

var (
	width16 = intWidth{math.MinInt16, math.MaxInt16, pgerr.New(pgerr.NumericValueOutOfRange, "smallint out of range")}
	width32 = intWidth{math.MinInt32, math.MaxInt32, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")}
	width64 = intWidth{math.MinInt64, math.MaxInt64, pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")}

	errDivisionByZero = pgerr.New(pgerr.DivisionByZero, "division by zero")
)

var intOrder = comparer[int64]{columnInts, func(a, b *int64) int { return cmp.Compare(*a, *b) }}

func makeIntKernels() map[string]Kernel {
	m := map[string]Kernel{}
	widths := map[string]intWidth{
		"int2": width16, "int4": width32, "int8": width64,
		"int24": width32, "int42": width32, "int28": width64, "int82": width64, "int48": width64, "int84": width64,
	}
	for prefix, w := range widths {
		orderedKernels(m, prefix, "", columnInts)
		m[prefix+"pl"] = addInts(w)
		m[prefix+"mi"] = subtractInts(w)
		m[prefix+"mul"] = multiplyInts(w)
		m[prefix+"div"] = divideInts(w)
		m["bt"+prefix+"cmp"] = cmpKernel(intOrder)
	}
	m["btint2cmp"] = differenceOfInts
	orderedKernels(m, "oid", "", columnInts)
	m["btoidcmp"] = cmpKernel(intOrder)
	m["btcharcmp"] = differenceOfInts
	for prefix, w := range map[string]intWidth{"int2": width16, "int4": width32, "int8": width64} {
		m[prefix+"mod"] = moduloInts
		m[prefix+"um"] = intUnary(func(v int64) (int64, bool) { return -v, v != w.lo }, w)
		m[prefix+"abs"] = intUnary(func(v int64) (int64, bool) { return max(v, -v), v != w.lo }, w)
		m[prefix+"up"] = copyInts
		m[prefix+"not"] = intUnary(func(v int64) (int64, bool) { return ^v, true }, w)
		m[prefix+"and"] = intBinary(func(a, b int64) (int64, bool) { return a & b, true }, w)
		m[prefix+"or"] = intBinary(func(a, b int64) (int64, bool) { return a | b, true }, w)
		m[prefix+"xor"] = intBinary(func(a, b int64) (int64, bool) { return a ^ b, true }, w)
		m[prefix+"larger"] = largerKernel(intOrder, 1)
		m[prefix+"smaller"] = largerKernel(intOrder, -1)
	}
	for prefix, w := range map[string]intWidth{"int4": width32, "int8": width64} {
		m[prefix+"gcd"] = intBinary(func(a, b int64) (int64, bool) { return gcdInt(a, b, w) }, w)
		m[prefix+"lcm"] = intBinary(func(a, b int64) (int64, bool) { return lcmInt(a, b, w) }, w)
		m[prefix+"inc"] = intUnary(func(v int64) (int64, bool) { return v + 1, v != w.hi }, w)
	}
	m["int8dec"] = intUnary(func(v int64) (int64, bool) { return v - 1, v != math.MinInt64 }, width64)
	m["oidlarger"], m["oidsmaller"] = largerKernel(intOrder, 1), largerKernel(intOrder, -1)

	// Shifts take the count as the machine does: modulo the width that C computes in.
	m["int2shl"] = intBinary(func(a, n int64) (int64, bool) { return int64(int16(int32(a) << (n & 31))), true }, width16)
	m["int2shr"] = intBinary(func(a, n int64) (int64, bool) { return int64(int16(int32(a) >> (n & 31))), true }, width16)
	m["int4shl"] = intBinary(func(a, n int64) (int64, bool) { return int64(int32(a) << (n & 31)), true }, width32)
	m["int4shr"] = intBinary(func(a, n int64) (int64, bool) { return int64(int32(a) >> (n & 31)), true }, width32)
	m["int8shl"] = intBinary(func(a, n int64) (int64, bool) { return a << (n & 63), true }, width64)
	m["int8shr"] = intBinary(func(a, n int64) (int64, bool) { return a >> (n & 63), true }, width64)

	for _, src := range []string{"i2toi4", "int28", "int48", "oidtoi8"} {
		m[src] = copyInts
	}
	m["i4toi2"], m["int82"] = narrowInts(width16), narrowInts(width16)
	m["int84"] = narrowInts(width32)
	m["i8tooid"] = narrowInts(intWidth{0, math.MaxUint32, pgerr.New(pgerr.NumericValueOutOfRange, "OID out of range")})
	// "char" is stored as 0..255 and is signed in C.
	m["chartoi4"] = intUnary(func(v int64) (int64, bool) { return int64(int8(v)), true }, width32)
	m["i4tochar"] = intUnary(func(v int64) (int64, bool) { return v & 0xff, v >= -128 && v <= 127 },
		intWidth{err: pgerr.New(pgerr.NumericValueOutOfRange, "\"char\" out of range")})
	m["int8inc_any"], m["int8inc_float8_float8"], m["int8dec_any"] = m["int8inc"], m["int8inc"], m["int8dec"]
	return m
}

func addInts(w intWidth) Kernel {
	if w.lo == math.MinInt64 {
		return func(c *Call, out *vector.Column, sel []int32) error {
			a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
			for _, i := range sel {
				v := a[i] + b[i]
				if (v^a[i])&(v^b[i]) < 0 {
					return w.err.Clone()
				}
				o[i] = v
			}
			return nil
		}
	}
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
		for _, i := range sel {
			v := a[i] + b[i]
			if v < w.lo || v > w.hi {
				return w.err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func subtractInts(w intWidth) Kernel {
	if w.lo == math.MinInt64 {
		return func(c *Call, out *vector.Column, sel []int32) error {
			a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
			for _, i := range sel {
				v := a[i] - b[i]
				if (a[i]^b[i])&(a[i]^v) < 0 {
					return w.err.Clone()
				}
				o[i] = v
			}
			return nil
		}
	}
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
		for _, i := range sel {
			v := a[i] - b[i]
			if v < w.lo || v > w.hi {
				return w.err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func multiplyInts(w intWidth) Kernel {
	if w.lo == math.MinInt64 {
		return func(c *Call, out *vector.Column, sel []int32) error {
			a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
			for _, i := range sel {
				v, ok := mulInt64(a[i], b[i])
				if !ok {
					return w.err.Clone()
				}
				o[i] = v
			}
			return nil
		}
	}
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
		for _, i := range sel {
			v := a[i] * b[i]
			if v < w.lo || v > w.hi {
				return w.err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

// mulInt64 multiplies, false on overflow.
func mulInt64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// The signed high half is the unsigned one less what the signs added.
	signed := int64(hi) - a>>63&b - b>>63&a
	return int64(lo), signed == int64(lo)>>63
}

func divideInts(w intWidth) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
		for _, i := range sel {
			switch b[i] {
			case 0:
				return errDivisionByZero.Clone()
			case -1:
				if a[i] == w.lo {
					return w.err.Clone()
				}
				o[i] = -a[i]
			default:
				o[i] = a[i] / b[i]
			}
		}
		return nil
	}
}

func moduloInts(c *Call, out *vector.Column, sel []int32) error {
	a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
	for _, i := range sel {
		if b[i] == 0 {
			return errDivisionByZero.Clone()
		}
		o[i] = a[i] % b[i]
	}
	return nil
}

func intUnary(f func(int64) (int64, bool), w intWidth) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, o := c.Args[0].Ints, out.Ints
		for _, i := range sel {
			v, ok := f(a[i])
			if !ok {
				return w.err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func intBinary(f func(a, b int64) (int64, bool), w intWidth) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
		for _, i := range sel {
			v, ok := f(a[i], b[i])
			if !ok {
				return w.err.Clone()
			}
			o[i] = v
		}
		return nil
	}
}

func copyInts(c *Call, out *vector.Column, sel []int32) error {
	a, o := c.Args[0].Ints, out.Ints
	for _, i := range sel {
		o[i] = a[i]
	}
	return nil
}

func narrowInts(w intWidth) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, o := c.Args[0].Ints, out.Ints
		for _, i := range sel {
			if a[i] < w.lo || a[i] > w.hi {
				return w.err.Clone()
			}
			o[i] = a[i]
		}
		return nil
	}
}

// differenceOfInts is the comparison of types that C subtracts without overflow.
func differenceOfInts(c *Call, out *vector.Column, sel []int32) error {
	a, b, o := c.Args[0].Ints, c.Args[1].Ints, out.Ints
	for _, i := range sel {
		o[i] = a[i] - b[i]
	}
	return nil
}

func unsigned(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func gcdInt(a, b int64, w intWidth) (int64, bool) {
	x, y := unsigned(a), unsigned(b)
	for y != 0 {
		x, y = y, x%y
	}
	return int64(x), x <= uint64(w.hi)
}

func lcmInt(a, b int64, w intWidth) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	x, y := unsigned(a), unsigned(b)
	for y != 0 {
		x, y = y, x%y
	}
	hi, lo := bits.Mul64(unsigned(a)/x, unsigned(b))
	return int64(lo), hi == 0 && lo <= uint64(w.hi)
}
