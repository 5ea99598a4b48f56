package expr

import (
	"math"
	"math/big"
	"sync"
)

// Elementary functions, correctly rounded in all but freak cases. C libraries differ among themselves in the last bit;
// the one that PostgreSQL runs with is nearly always correctly rounded, Go's is not. Each function computes in pairs
// of doubles, about 100 bits, mostly by one Newton step from Go's result.

// pair is the unevaluated sum of two doubles.
type pair struct{ hi, lo float64 }

func twoSum(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

func quickSum(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

func twoProduct(a, b float64) pair {
	p := a * b
	return pair{p, math.FMA(a, b, -p)}
}

func (a pair) add(b pair) pair {
	s, t := twoSum(a.hi, b.hi), twoSum(a.lo, b.lo)
	s = quickSum(s.hi, s.lo+t.hi)
	return quickSum(s.hi, s.lo+t.lo)
}

func (a pair) neg() pair { return pair{-a.hi, -a.lo} }

func (a pair) mul(b pair) pair {
	p := twoProduct(a.hi, b.hi)
	return quickSum(p.hi, p.lo+(a.hi*b.lo+a.lo*b.hi))
}

func (a pair) times(b float64) pair {
	p := twoProduct(a.hi, b)
	return quickSum(p.hi, p.lo+a.lo*b)
}

// scale multiplies by a power of two.
func (a pair) scale(b float64) pair { return pair{a.hi * b, a.lo * b} }

func (a pair) div(b pair) pair {
	q1 := a.hi / b.hi
	r := a.add(b.times(q1).neg())
	q2 := r.hi / b.hi
	r = r.add(b.times(q2).neg())
	return quickSum(q1, q2).add(pair{hi: r.hi / b.hi})
}

func exactly(v float64) pair { return pair{hi: v} }

// triple is a constant as the sum of three doubles.
type triple [3]float64

func (t triple) pair() pair { return quickSum(t[0], t[1]) }

var (
	ln2Parts    = split(logSeries(1, 3))
	halfPiParts = split(new(big.Float).Quo(machin(300), big.NewFloat(2)))

	// factorials holds 1/n!.
	factorials = func() (out [32]pair) {
		f := new(big.Float).SetPrec(300).SetInt64(1)
		for n := range out {
			if n > 1 {
				f.Quo(f, new(big.Float).SetPrec(300).SetInt64(int64(n)))
			}
			out[n] = split(f).pair()
		}
		return
	}()

	// piBits is π in 1300 bits for arguments that are beyond three doubles.
	piBits = sync.OnceValue(func() *big.Float { return machin(1300) })
)

// split gives the three nearest doubles in turn.
func split(v *big.Float) (t triple) {
	rest := new(big.Float).SetPrec(v.Prec()).Set(v)
	for i := range t {
		t[i], _ = rest.Float64()
		rest.Sub(rest, new(big.Float).SetFloat64(t[i]))
	}
	return t
}

// logSeries gives 2 atanh(num/den), which is the logarithm of (den+num)/(den-num).
func logSeries(num, den int64) *big.Float {
	x := new(big.Float).SetPrec(300).Quo(new(big.Float).SetPrec(300).SetInt64(num), new(big.Float).SetPrec(300).SetInt64(den))
	square := new(big.Float).SetPrec(300).Mul(x, x)
	sum, power := new(big.Float).SetPrec(300).Set(x), new(big.Float).SetPrec(300).Set(x)
	for k := int64(3); k < 400; k += 2 {
		power.Mul(power, square)
		sum.Add(sum, new(big.Float).SetPrec(300).Quo(power, new(big.Float).SetPrec(300).SetInt64(k)))
	}
	return sum.Mul(sum, big.NewFloat(2))
}

// machin gives π as 16 atan(1/5) - 4 atan(1/239).
func machin(prec uint) *big.Float {
	one := new(big.Int).Lsh(big.NewInt(1), prec+32)
	atan := func(n int64) *big.Int {
		power := new(big.Int).Quo(one, big.NewInt(n))
		sum, term := new(big.Int).Set(power), new(big.Int)
		for k := int64(3); power.Sign() != 0; k += 2 {
			power.Quo(power, big.NewInt(-n*n))
			sum.Add(sum, term.Quo(power, big.NewInt(k)))
		}
		return sum
	}
	v := atan(5)
	v.Lsh(v, 4).Sub(v, new(big.Int).Lsh(atan(239), 2))
	f := new(big.Float).SetPrec(prec).SetInt(v)
	return f.SetMantExp(f, -int(prec+32))
}

// expPair gives e^x as p × 2^k.
func expPair(x pair) (p pair, k int) {
	n := math.RoundToEven(x.hi / math.Ln2)
	r := x.add(twoProduct(-n, ln2Parts[0])).add(twoProduct(-n, ln2Parts[1])).add(exactly(-n * ln2Parts[2]))
	// e^r - 1 of a small r keeps its bits while it is squared back.
	r = r.scale(1.0 / 64)
	sum := factorials[9]
	for i := 8; i >= 1; i-- {
		sum = sum.mul(r).add(factorials[i])
	}
	sum = sum.mul(r)
	for range 6 {
		sum = sum.mul(sum).add(sum.scale(2))
	}
	return sum.add(exactly(1)), int(n)
}

// round gives p × 2^k as a double.
func (a pair) round(k int) float64 {
	v := a.hi + a.lo
	if math.Abs(v) > 0 && math.Ilogb(v)+k < -1022 { // one rounding only, into the subnormal
		f := new(big.Float).SetPrec(200).SetFloat64(a.hi)
		f.Add(f, new(big.Float).SetFloat64(a.lo))
		f.SetMantExp(f, k)
		v, _ = f.Float64()
		return v
	}
	return math.Ldexp(v, k)
}

func exactExp(x float64) float64 {
	if x > 710 {
		return math.Inf(1)
	}
	if x < -746 {
		return 0
	}
	p, k := expPair(exactly(x))
	return p.round(k)
}

// logPair gives ln x of a positive finite x.
func logPair(x float64) pair {
	if d := x - 1; math.Abs(d) < 1.0/512 {
		s := exactly(d).div(twoSum(x, 1)) // 2 atanh(s)
		square := s.mul(s)
		sum := pair{}
		for k := 11; k >= 1; k -= 2 {
			sum = sum.mul(square).add(exactly(1).div(exactly(float64(k))))
		}
		return sum.mul(s).scale(2)
	}
	frac, e := math.Frexp(x)
	if frac < math.Sqrt2/2 {
		frac *= 2
		e--
	}
	y := math.Log(frac)
	p, k := expPair(exactly(-y))
	t := p.scale(math.Ldexp(1, k)).times(frac).add(exactly(-1)) // frac × e^-y - 1
	v := exactly(y).add(t).add(t.mul(t).scale(-0.5))
	n := float64(e)
	return twoProduct(n, ln2Parts[0]).add(twoProduct(n, ln2Parts[1])).add(v)
}

func exactLog(x float64) float64 {
	p := logPair(x)
	return p.hi + p.lo
}

// exactPow is for finite x > 0 and finite y.
func exactPow(x, y float64) float64 {
	if y == 0 || x == 1 {
		return 1
	}
	if rough := y * math.Log(x); rough > 711 {
		return math.Inf(1)
	} else if rough < -747 {
		return 0
	}
	p, k := expPair(logPair(x).times(y))
	return p.round(k)
}

// reduce gives x minus the nearest multiple of π/2, and that multiple modulo 4.
func reduce(x float64) (pair, int) {
	if math.Abs(x) < 1<<25 {
		n := math.RoundToEven(x / (math.Pi / 2))
		r := exactly(x).add(twoProduct(-n, halfPiParts[0])).add(twoProduct(-n, halfPiParts[1])).add(exactly(-n * halfPiParts[2]))
		if math.Abs(r.hi) > 1e-9 || n == 0 {
			return r, int(int64(n) & 3)
		}
	}
	v := new(big.Float).SetPrec(1300).SetFloat64(x)
	half := new(big.Float).SetPrec(1300).Quo(piBits(), big.NewFloat(2))
	q := new(big.Float).SetPrec(1300).Quo(v, half)
	q.Add(q, big.NewFloat(math.Copysign(0.5, x)))
	n, _ := q.Int(nil)
	v.Sub(v, new(big.Float).SetPrec(1300).Mul(half, new(big.Float).SetPrec(1300).SetInt(n)))
	return split(v).pair(), int(new(big.Int).And(n, big.NewInt(3)).Int64())
}

// sincosPair gives sine and cosine of x.
func sincosPair(x float64) (sin, cos pair) {
	r, n := reduce(x)
	square := r.mul(r)
	for k := 27; k >= 1; k -= 2 {
		sin = sin.mul(square).neg().add(factorials[k])
	}
	sin = sin.mul(r)
	for k := 28; k >= 0; k -= 2 {
		cos = cos.mul(square).neg().add(factorials[k])
	}
	switch n {
	case 1:
		sin, cos = cos, sin.neg()
	case 2:
		sin, cos = sin.neg(), cos.neg()
	case 3:
		sin, cos = cos.neg(), sin
	}
	return sin, cos
}

func exactSin(x float64) float64 {
	if math.Abs(x) < 1e-8 { // x³/6 is beyond the last bit
		return x
	}
	s, _ := sincosPair(x)
	return s.hi + s.lo
}

func exactCos(x float64) float64 {
	_, c := sincosPair(x)
	return c.hi + c.lo
}

func exactTan(x float64) float64 {
	if math.Abs(x) < 1e-8 {
		return x
	}
	s, c := sincosPair(x)
	t := s.div(c)
	return t.hi + t.lo
}

func exactAsin(x float64) float64 {
	if math.Abs(x) < 1e-8 {
		return x
	}
	y := math.Asin(x)
	s, c := sincosPair(y)
	if math.Abs(c.hi) < 1e-15 {
		return y
	}
	v := exactly(y).add(exactly(x).add(s.neg()).div(c))
	return v.hi + v.lo
}

func exactAcos(x float64) float64 {
	y := math.Acos(x)
	if x == 1 || x == -1 {
		return y
	}
	// cos y - x as (1 - x) - 2 sin²(y/2), which keeps its bits near 1
	half, _ := sincosPair(y / 2)
	s, _ := sincosPair(y)
	v := exactly(y).add(half.mul(half).scale(2).add(twoSum(1, -x).neg()).div(s).neg())
	return v.hi + v.lo
}

func exactAtan(x float64) float64 {
	if math.Abs(x) < 1e-8 || math.IsInf(x, 0) {
		return math.Atan(x)
	}
	s, c := sincosPair(math.Atan(x))
	// atan x - y is nearly (x cos y - sin y) / (cos y + x sin y)
	num := c.times(x).add(s.neg())
	den := c.add(s.times(x))
	v := exactly(math.Atan(x)).add(num.div(den))
	return v.hi + v.lo
}

func exactAtan2(y, x float64) float64 {
	v := math.Atan2(y, x)
	if y == 0 || x == 0 || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return v
	}
	ex, ey := math.Ilogb(x), math.Ilogb(y)
	switch {
	case ex-ey > 300 && x < 0:
		return math.Copysign(math.Pi, y)
	case ex-ey > 300:
		return y / x
	case ey-ex > 300:
		return math.Copysign(math.Pi/2, y)
	}
	x, y = math.Ldexp(x, -max(ex, ey)), math.Ldexp(y, -max(ex, ey))
	s, c := sincosPair(v)
	num := c.times(y).add(s.times(x).neg())
	den := c.times(x).add(s.times(y))
	p := exactly(v).add(num.div(den))
	return p.hi + p.lo
}

func exactCbrt(x float64) float64 {
	if x == 0 || math.IsInf(x, 0) || x != x {
		return x
	}
	frac, e := math.Frexp(x)
	for e%3 != 0 {
		frac /= 2
		e++
	}
	y := math.Cbrt(frac)
	p := exactly(y)
	r := p.mul(p).times(y).neg().add(exactly(frac)) // frac - y³
	p = p.add(r.div(twoProduct(y, y).times(3)))
	return math.Ldexp(p.hi+p.lo, e/3)
}
