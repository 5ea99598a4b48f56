package expr

import "math"

// The C library that PostgreSQL runs with still computes these by the formulas of Sun's fdlibm, in plain doubles: to
// give the same last bit they are computed likewise, from correctly rounded parts and from Go's ports of the same library.

func log10(v float64) float64 {
	const (
		perLn10 = 4.34294481903251816668e-01
		high    = 3.01029995663611771306e-01 // log10(2) in two parts
		low     = 3.69423907715893078616e-13
	)
	frac, e := math.Frexp(v) // v = frac × 2^e with frac in [0.5, 1)
	if e--; e >= 0 {
		frac *= 2
	} else {
		e++
	}
	n := float64(e)
	z := float64(n*low) + float64(perLn10*exactLog(frac))
	return z + float64(n*high)
}

func sinh(v float64) float64 {
	a := math.Abs(v)
	var r float64
	switch {
	case a < 1.0/(1<<28):
		return v
	case a < 1:
		t := math.Expm1(a)
		r = 0.5 * (2*t - float64(t*t)/(t+1))
	case a < 22:
		t := math.Expm1(a)
		r = 0.5 * (t + t/(t+1))
	default:
		r = halfExp(a)
	}
	return math.Copysign(r, v)
}

func cosh(v float64) float64 {
	a := math.Abs(v)
	switch {
	case a < 0.5*math.Ln2:
		t := math.Expm1(a)
		return 1 + float64(t*t)/(1+t+(1+t))
	case a < 22:
		t := exactExp(a)
		return 0.5*t + 0.5/t
	}
	return halfExp(a)
}

// halfExp gives e^a / 2, infinite only where the half is.
func halfExp(a float64) float64 {
	if a < 709.78 {
		return 0.5 * exactExp(a)
	}
	w := exactExp(0.5 * a)
	return float64(0.5*w) * w
}

func tanh(v float64) float64 {
	a := math.Abs(v)
	var r float64
	switch {
	case a < 1e-16:
		return v
	case a >= 22:
		r = 1
	case a >= 1:
		r = 1 - 2/(math.Expm1(2*a)+2)
	default:
		t := math.Expm1(-2 * a)
		r = -t / (t + 2)
	}
	return math.Copysign(r, v)
}

func asinh(v float64) float64 {
	a := math.Abs(v)
	var r float64
	switch {
	case a < 1.0/(1<<28) || math.IsInf(v, 0):
		return v
	case a > 1<<28:
		r = exactLog(a) + math.Ln2
	case a > 2:
		r = exactLog(2*a + 1/(math.Sqrt(float64(a*a)+1)+a))
	default:
		t := a * a
		r = math.Log1p(a + t/(1+math.Sqrt(1+t)))
	}
	return math.Copysign(r, v)
}

func acosh(v float64) float64 {
	switch {
	case v == 1:
		return 0
	case math.IsInf(v, 1):
		return v
	case v > 1<<28:
		return exactLog(v) + math.Ln2
	case v > 2:
		return exactLog(2*v - 1/(v+math.Sqrt(float64(v*v)-1)))
	}
	t := v - 1
	return math.Log1p(t + math.Sqrt(2*t+float64(t*t)))
}

func atanh(v float64) float64 {
	a := math.Abs(v)
	var r float64
	switch {
	case a == 1:
		r = math.Inf(1)
	case a < 1.0/(1<<28):
		return v
	case a < 0.5:
		t := a + a
		r = 0.5 * math.Log1p(t+float64(t*a)/(1-a))
	default:
		r = 0.5 * math.Log1p((a+a)/(1-a))
	}
	return math.Copysign(r, v)
}
