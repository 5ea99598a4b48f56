package expr

import (
	"math"

	"howdah/pgerr"
	"howdah/vector"
)

// mathKernels are the functions of double precision beyond arithmetic.
var mathKernels = makeMathKernels()

var (
	errInputRange  = pgerr.New(pgerr.NumericValueOutOfRange, "input is out of range")
	errLogZero     = pgerr.New(pgerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
	errLogNegative = pgerr.New(pgerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
	errZeroPower   = pgerr.New(pgerr.InvalidArgumentForPowerFunc, "zero raised to a negative power is undefined")
	errComplex     = pgerr.New(pgerr.InvalidArgumentForPowerFunc, "a negative number raised to a non-integer power yields a complex result")
	errSqrt        = pgerr.New(pgerr.InvalidArgumentForPowerFunc, "cannot take square root of a negative number")
)

// radiansPerDegree is a variable so that products round as PostgreSQL's do, and not once at compile time.
var radiansPerDegree = 0.0174532925199432957692

func makeMathKernels() map[string]Kernel {
	m := map[string]Kernel{
		"dsqrt": floatUnary(func(v float64) (float64, *pgerr.Error) {
			if v < 0 {
				return 0, errSqrt
			}
			return math.Sqrt(v), nil
		}),
		"dcbrt": floatUnary(func(v float64) (float64, *pgerr.Error) { return exactCbrt(v), nil }),
		"dexp":  floatUnary(floatExp),
		"dlog1": floatUnary(func(v float64) (float64, *pgerr.Error) { return floatLog(v, exactLog) }),
		"dlog10": floatUnary(func(v float64) (float64, *pgerr.Error) {
			return floatLog(v, log10)
		}),
		"dpow": floatBinary(floatPower),
		"degrees": floatUnary(func(v float64) (float64, *pgerr.Error) {
			return checkOverflow(v/radiansPerDegree, math.IsInf(v, 0))
		}),
		"radians": floatUnary(func(v float64) (float64, *pgerr.Error) {
			r := v * radiansPerDegree
			if r == 0 && v != 0 {
				return 0, errFloatUnderflow
			}
			return r, nil
		}),
		"dpi": func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Floats[i] = math.Pi
			}
			return nil
		},
		"datan2": floatBinary(func(y, x float64) (float64, *pgerr.Error) {
			if y != y || x != x {
				return math.NaN(), nil
			}
			return exactAtan2(y, x), nil
		}),
		"datan2d": floatBinary(func(y, x float64) (float64, *pgerr.Error) {
			if y != y || x != x {
				return math.NaN(), nil
			}
			return exactAtan2(y, x) / atan1 * 45, nil
		}),
		"width_bucket_float8": widthBucketFloat,
	}
	within := func(lo, hi float64) func(float64) bool {
		return func(v float64) bool { return v >= lo && v <= hi }
	}
	finite := func(v float64) bool { return !math.IsInf(v, 0) }
	always := func(float64) bool { return true }
	for src, f := range map[string]struct {
		domain func(float64) bool
		value  func(float64) float64
	}{
		"dsin": {finite, exactSin}, "dcos": {finite, exactCos}, "dtan": {finite, exactTan}, "dcot": {finite, func(v float64) float64 { return 1 / exactTan(v) }},
		"dasin": {within(-1, 1), exactAsin}, "dacos": {within(-1, 1), exactAcos}, "datan": {always, exactAtan},
		"dsinh": {always, sinh}, "dcosh": {always, cosh}, "dtanh": {always, tanh},
		"dasinh": {always, asinh}, "dacosh": {within(1, math.Inf(1)), acosh}, "datanh": {within(-1, 1), atanh},
		"dsind": {finite, sinDegrees}, "dcosd": {finite, cosDegrees}, "dtand": {finite, tanDegrees}, "dcotd": {finite, cotDegrees},
		"dasind": {within(-1, 1), asinDegrees}, "dacosd": {within(-1, 1), acosDegrees},
		"datand": {always, func(v float64) float64 { return exactAtan(v) / atan1 * 45 }},
	} {
		m[src] = floatUnary(func(v float64) (float64, *pgerr.Error) {
			if v != v {
				return v, nil
			}
			if !f.domain(v) {
				return 0, errInputRange
			}
			return f.value(v), nil
		})
	}
	return m
}

func floatExp(v float64) (float64, *pgerr.Error) {
	switch {
	case v != v, math.IsInf(v, 1):
		return v, nil
	case math.IsInf(v, -1):
		return 0, nil
	}
	r := exactExp(v)
	if r == 0 {
		return 0, errFloatUnderflow
	}
	return checkOverflow(r, false)
}

func floatLog(v float64, log func(float64) float64) (float64, *pgerr.Error) {
	switch {
	case v == 0:
		return 0, errLogZero
	case v < 0:
		return 0, errLogNegative
	case v != v, math.IsInf(v, 1):
		return v, nil
	}
	return log(v), nil
}

func floatPower(x, y float64) (float64, *pgerr.Error) {
	switch {
	case x != x:
		if y == 0 {
			return 1, nil
		}
		return x, nil
	case y != y:
		if x == 1 {
			return 1, nil
		}
		return y, nil
	case x == 0 && y < 0:
		return 0, errZeroPower
	case x < 0 && math.Floor(y) != y:
		return 0, errComplex
	case math.IsInf(y, 0):
		size := math.Abs(x)
		switch {
		case size == 1:
			return 1, nil
		case (size > 1) == (y > 0):
			return math.Inf(1), nil
		}
		return 0, nil
	}
	odd := math.Floor(y/2) != y/2
	if math.IsInf(x, 0) || x == 0 {
		return math.Pow(x, y), nil // no rounding in these
	}
	r := exactPow(math.Abs(x), y)
	if x < 0 && odd {
		r = -r
	}
	if r == 0 {
		return 0, errFloatUnderflow
	}
	return checkOverflow(r, false)
}

// The functions of degrees give exact results at multiples of 30 and 45: they divide by their own values there
// (float.c, "degree-based trigonometric functions").
var (
	sin30         = exactSin(30 * radiansPerDegree)
	oneMinusCos60 = 1 - exactCos(60*radiansPerDegree)
	asinHalf      = exactAsin(0.5)
	acosHalf      = exactAcos(0.5)
	atan1         = exactAtan(1)
	tan45         = sinQuadrant(45) / cosQuadrant(45)
	cot45         = cosQuadrant(45) / sinQuadrant(45)
)

func sinTo30(v float64) float64 { return exactSin(v*radiansPerDegree) / sin30 / 2 }

func cosTo60(v float64) float64 { return 1 - (1-exactCos(v*radiansPerDegree))/oneMinusCos60/2 }

func sinQuadrant(v float64) float64 {
	if v <= 30 {
		return sinTo30(v)
	}
	return cosTo60(90 - v)
}

func cosQuadrant(v float64) float64 {
	if v <= 60 {
		return cosTo60(v)
	}
	return sinTo30(90 - v)
}

// quadrant brings an angle into [0, 90] and tells which halves were folded.
func quadrant(v float64) (angle float64, negative, beyond180, beyond90 bool) {
	v = math.Mod(v, 360)
	if v < 0 {
		v, negative = -v, true
	}
	if v > 180 {
		v, beyond180 = 360-v, true
	}
	if v > 90 {
		v, beyond90 = 180-v, true
	}
	return v, negative, beyond180, beyond90
}

func signed(v float64, flips ...bool) float64 {
	for _, f := range flips {
		if f {
			v = -v
		}
	}
	return v
}

func sinDegrees(v float64) float64 {
	a, neg, b180, _ := quadrant(v)
	return signed(1, neg, b180) * sinQuadrant(a)
}

func cosDegrees(v float64) float64 {
	a, _, _, b90 := quadrant(v)
	return signed(1, b90) * cosQuadrant(a)
}

func tanDegrees(v float64) float64 {
	a, neg, b180, b90 := quadrant(v)
	return noMinusZero(signed(1, neg, b180, b90) * (sinQuadrant(a) / cosQuadrant(a) / tan45))
}

func cotDegrees(v float64) float64 {
	a, neg, b180, b90 := quadrant(v)
	return noMinusZero(signed(1, neg, b180, b90) * (cosQuadrant(a) / sinQuadrant(a) / cot45))
}

func noMinusZero(v float64) float64 {
	if v == 0 {
		return 0
	}
	return v
}

func asinQuadrant(v float64) float64 {
	if v <= 0.5 {
		return exactAsin(v) / asinHalf * 30
	}
	return 90 - exactAcos(v)/acosHalf*60
}

func asinDegrees(v float64) float64 {
	if v >= 0 {
		return asinQuadrant(v)
	}
	return -asinQuadrant(-v)
}

func acosDegrees(v float64) float64 {
	switch {
	case v < 0:
		return 90 + asinQuadrant(-v)
	case v <= 0.5:
		return 90 - exactAsin(v)/asinHalf*30
	}
	return exactAcos(v) / acosHalf * 60
}

func widthBucketFloat(c *Call, out *vector.Column, sel []int32) (err error) {
	v, lo, hi, count := c.Args[0].Floats, c.Args[1].Floats, c.Args[2].Floats, c.Args[3].Ints
	for _, i := range sel {
		if out.Ints[i], err = floatBucket(v[i], lo[i], hi[i], count[i]); err != nil {
			return err
		}
	}
	return nil
}

func floatBucket(v, lo, hi float64, count int64) (int64, error) {
	switch {
	case count <= 0:
		return 0, errBucket("count must be greater than zero")
	case v != v || lo != lo || hi != hi:
		return 0, errBucket("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(lo, 0) || math.IsInf(hi, 0):
		return 0, errBucket("lower and upper bounds must be finite")
	case lo == hi:
		return 0, errBucket("lower bound cannot equal upper bound")
	}
	if lo > hi { // buckets count downwards: mirror everything, which is exact
		v, lo, hi = -v, -lo, -hi
	}
	if v < lo {
		return 0, nil
	}
	if v >= hi {
		if count == width32.hi {
			return 0, width32.err.Clone()
		}
		return count + 1, nil
	}
	// Rounding may lead beyond the last bucket: PostgreSQL 15 leaves it so.
	return int64(int32(float64(count)*(v-lo)/(hi-lo) + 1)), nil
}
