package types

import (
	"math"
	"math/big"
	"math/bits"
)

// Neg gives -n.
func (n Numeric) Neg() Numeric {
	switch {
	case n.form == NumericPosInf:
		n.form = NumericNegInf
	case n.form == NumericNegInf:
		n.form = NumericPosInf
	case n.big != nil:
		n.big = new(big.Int).Neg(n.big)
	default:
		n.coef = -n.coef
	}
	return n
}

// Abs gives |n|.
func (n Numeric) Abs() Numeric {
	if n.form != NumericNaN && n.Sign() < 0 {
		return n.Neg()
	}
	return n
}

// SignNumeric gives sign(n) as a numeric: -1, 0, 1, NaN.
func (n Numeric) SignNumeric() Numeric {
	if n.form == NumericNaN {
		return n
	}
	return Numeric{coef: int64(n.Sign())}
}

// addSpecial adds where one of the two is not finite.
func addSpecial(a, b NumericForm) Numeric {
	switch {
	case a == NumericNaN || b == NumericNaN:
		return NumNaN
	case a == NumericFinite:
		return Numeric{form: b}
	case b == NumericFinite || a == b:
		return Numeric{form: a}
	}
	return NumNaN
}

// Add gives a + b with the greater scale.
func (a Numeric) Add(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return addSpecial(a.form, b.form), nil
	}
	if a.big == nil && b.big == nil {
		x, y, scale, ok := alignSmall(&a, &b)
		if sum := x + y; ok && (x^sum)&(y^sum) >= 0 && sum != math.MinInt64 {
			return Numeric{coef: sum, scale: scale}, nil
		}
	}
	x, y, scale := alignBig(&a, &b)
	return newBig(new(big.Int).Add(x, y), scale)
}

// Sub gives a - b with the greater scale.
func (a Numeric) Sub(b Numeric) (Numeric, error) { return a.Add(b.Neg()) }

// alignSmall brings both coefficients to the greater scale.
func alignSmall(a, b *Numeric) (x, y int64, scale uint16, ok bool) {
	x, y = a.coef, b.coef
	switch {
	case a.scale == b.scale:
		return x, y, a.scale, true
	case a.scale < b.scale:
		x, ok = scaleUp(x, int(b.scale-a.scale))
		return x, y, b.scale, ok
	}
	y, ok = scaleUp(y, int(a.scale-b.scale))
	return x, y, a.scale, ok
}

// scaleUp gives v × 10^d where that fits.
func scaleUp(v int64, d int) (int64, bool) {
	if d > 18 {
		return 0, v == 0
	}
	hi, lo := bits.Mul64(magnitude(v), pow10[d])
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if v < 0 {
		return -int64(lo), true
	}
	return int64(lo), true
}

// alignBig gives both coefficients at the greater scale; they must not be changed.
func alignBig(a, b *Numeric) (x, y *big.Int, scale int) {
	x, y = a.coefBig(), b.coefBig()
	switch {
	case a.scale < b.scale:
		x = new(big.Int).Mul(x, pow10Big(int(b.scale-a.scale)))
	case a.scale > b.scale:
		y = new(big.Int).Mul(y, pow10Big(int(a.scale-b.scale)))
	}
	return x, y, int(max(a.scale, b.scale))
}

// Mul gives a × b with the scales' sum.
func (a Numeric) Mul(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return mulSpecial(&a, &b), nil
	}
	scale := int(a.scale) + int(b.scale)
	if a.big == nil && b.big == nil && scale <= maxNumericScale {
		hi, lo := bits.Mul64(magnitude(a.coef), magnitude(b.coef))
		if hi == 0 && lo <= math.MaxInt64 {
			v := int64(lo)
			if (a.coef < 0) != (b.coef < 0) {
				v = -v
			}
			return Numeric{coef: v, scale: uint16(scale)}, nil
		}
		return Numeric{big: bigFrom128(hi, lo, (a.coef < 0) != (b.coef < 0)), scale: uint16(scale)}, nil
	}
	v := new(big.Int).Mul(a.coefBig(), b.coefBig())
	if scale > maxNumericScale {
		roundQuo(v, pow10Big(scale-maxNumericScale))
		scale = maxNumericScale
	}
	return newBig(v, scale)
}

// mulSpecial multiplies where one of the two is not finite.
func mulSpecial(a, b *Numeric) Numeric {
	if a.form == NumericNaN || b.form == NumericNaN {
		return NumNaN
	}
	switch a.Sign() * b.Sign() {
	case 1:
		return NumPosInf
	case -1:
		return NumNegInf
	}
	return NumNaN
}

// roundQuo sets v to v/d rounded half away from zero; d is positive.
func roundQuo(v, d *big.Int) {
	neg := v.Sign() < 0
	v.Abs(v)
	rest := new(big.Int)
	v.QuoRem(v, d, rest)
	if rest.Lsh(rest, 1).Cmp(d) >= 0 {
		v.Add(v, bigPowers[0])
	}
	if neg {
		v.Neg(v)
	}
}

// lead gives weight and value of the first digit in base 10000, both 0 for zero.
func (n *Numeric) lead() (weight, first int) {
	digits := n.digitCount()
	if digits == 0 {
		return 0, 0
	}
	top := digits - 1 - int(n.scale) // decimal weight of the first decimal digit
	weight = top >> 2
	take := top&3 + 1
	if n.big == nil {
		v := magnitude(n.coef)
		if take >= digits {
			return weight, int(v * pow10[take-digits])
		}
		return weight, int(v / pow10[digits-take])
	}
	v := new(big.Int).Quo(n.big, pow10Big(digits-take))
	return weight, int(v.Abs(v).Int64())
}

// divScale chooses the scale of a quotient: at least 16 significant digits, no less than either operand shows.
func divScale(a, b *Numeric) int {
	w1, f1 := a.lead()
	w2, f2 := b.lead()
	weight := w1 - w2
	if f1 <= f2 {
		weight--
	}
	scale := max(minSigDigits-4*weight, int(a.scale), int(b.scale), 0)
	return min(scale, maxDisplayScale)
}

// Div gives a / b with the scale that PostgreSQL chooses.
func (a Numeric) Div(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return divSpecial(&a, &b, false)
	}
	if b.isZero() {
		return Numeric{}, errDivisionByZero()
	}
	return a.quo(b, divScale(&a, &b))
}

// quo gives a / b rounded half away from zero to a scale.
func (a Numeric) quo(b Numeric, scale int) (Numeric, error) {
	shift := scale + int(b.scale) - int(a.scale)
	if a.big == nil && b.big == nil && shift >= 0 && shift <= 19 {
		hi, lo := bits.Mul64(magnitude(a.coef), pow10[shift])
		d := magnitude(b.coef)
		top := hi / d
		q, r := bits.Div64(hi%d, lo, d)
		if r >= d-r {
			var carry uint64
			q, carry = bits.Add64(q, 1, 0)
			top += carry
		}
		neg := (a.coef < 0) != (b.coef < 0)
		if top == 0 && q <= math.MaxInt64 {
			v := int64(q)
			if neg {
				v = -v
			}
			return Numeric{coef: v, scale: uint16(scale)}, nil
		}
		return Numeric{big: bigFrom128(top, q, neg), scale: uint16(scale)}, nil
	}
	if a.big == nil && b.big == nil && shift > 19 && shift <= 38 {
		return quoWide(magnitude(a.coef), magnitude(b.coef), shift, (a.coef < 0) != (b.coef < 0), scale), nil
	}
	num, den := new(big.Int).Set(a.coefBig()), new(big.Int).Set(b.coefBig())
	if den.Sign() < 0 {
		num.Neg(num)
		den.Neg(den)
	}
	if shift >= 0 {
		num.Mul(num, pow10Big(shift))
	} else {
		den.Mul(den, pow10Big(-shift))
	}
	roundQuo(num, den)
	return newBig(num, scale)
}

// quoWide gives a × 10^shift / d rounded, for shifts from 19 to 38: the dividend has three words.
func quoWide(a, d uint64, shift int, neg bool, scale int) Numeric {
	h, l := bits.Mul64(a, pow10[19])
	p1, p0 := bits.Mul64(l, pow10[shift-19])
	p2, carry := bits.Mul64(h, pow10[shift-19])
	var over uint64
	p1, over = bits.Add64(p1, carry, 0)
	p2 += over
	q2, r := p2/d, p2%d
	q1, r := bits.Div64(r, p1, d)
	q0, r := bits.Div64(r, p0, d)
	if r >= d-r {
		q0, over = bits.Add64(q0, 1, 0)
		q1, over = bits.Add64(q1, 0, over)
		q2 += over
	}
	if q2 != 0 {
		v := new(big.Int).Lsh(bigFrom128(q2, q1, false), 64)
		v.Or(v, new(big.Int).SetUint64(q0))
		if neg {
			v.Neg(v)
		}
		return Numeric{big: v, scale: uint16(scale)}
	}
	if q1 == 0 && q0 <= math.MaxInt64 {
		v := int64(q0)
		if neg {
			v = -v
		}
		return Numeric{coef: v, scale: uint16(scale)}
	}
	return Numeric{big: bigFrom128(q1, q0, neg), scale: uint16(scale)}
}

// divSpecial divides where one of the two is not finite.
func divSpecial(a, b *Numeric, trunc bool) (Numeric, error) {
	switch {
	case a.form == NumericNaN || b.form == NumericNaN:
		return NumNaN, nil
	case a.form == NumericFinite: // by an infinity
		return Numeric{}, nil
	case b.form != NumericFinite:
		return NumNaN, nil
	}
	switch a.Sign() * b.Sign() {
	case 1:
		return NumPosInf, nil
	case -1:
		return NumNegInf, nil
	}
	return Numeric{}, errDivisionByZero()
}

// DivTrunc gives div(a, b): the quotient without its fraction.
func (a Numeric) DivTrunc(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return divSpecial(&a, &b, true)
	}
	if b.isZero() {
		return Numeric{}, errDivisionByZero()
	}
	if a.big == nil && b.big == nil {
		if x, y, _, ok := alignSmall(&a, &b); ok {
			return Numeric{coef: x / y}, nil
		}
	}
	x, y, _ := alignBig(&a, &b)
	return newBig(new(big.Int).Quo(x, y), 0)
}

// Mod gives the rest of a / b, with a's sign and the greater scale.
func (a Numeric) Mod(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		switch {
		case a.form == NumericNaN || b.form == NumericNaN:
			return NumNaN, nil
		case a.form != NumericFinite:
			if b.Sign() == 0 {
				return Numeric{}, errDivisionByZero()
			}
			return NumNaN, nil
		}
		return a, nil // the divisor is infinite
	}
	if b.isZero() {
		return Numeric{}, errDivisionByZero()
	}
	if a.big == nil && b.big == nil {
		if x, y, scale, ok := alignSmall(&a, &b); ok {
			return Numeric{coef: x % y, scale: scale}, nil
		}
	}
	x, y, scale := alignBig(&a, &b)
	return newBig(new(big.Int).Rem(x, y), scale)
}

// Gcd gives the greatest common divisor with the greater scale.
func (a Numeric) Gcd(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return NumNaN, nil
	}
	if x, y, scale, ok := smallPair(&a, &b); ok {
		return Numeric{coef: int64(gcd64(x, y)), scale: scale}, nil
	}
	x, y, scale := alignBig(&a, &b)
	return newBig(new(big.Int).GCD(nil, nil, new(big.Int).Abs(x), new(big.Int).Abs(y)), scale)
}

// smallPair gives the magnitudes of both at the greater scale, where they are small.
func smallPair(a, b *Numeric) (x, y uint64, scale uint16, ok bool) {
	if a.big != nil || b.big != nil {
		return 0, 0, 0, false
	}
	v, w, scale, ok := alignSmall(a, b)
	return magnitude(v), magnitude(w), scale, ok
}

func gcd64(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Lcm gives the least common multiple with the greater scale.
func (a Numeric) Lcm(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return NumNaN, nil
	}
	if x, y, scale, ok := smallPair(&a, &b); ok && x != 0 && y != 0 {
		if hi, lo := bits.Mul64(x/gcd64(x, y), y); hi == 0 && lo <= math.MaxInt64 {
			return Numeric{coef: int64(lo), scale: scale}, nil
		}
	}
	x, y, scale := alignBig(&a, &b)
	if x.Sign() == 0 || y.Sign() == 0 {
		return Numeric{scale: uint16(scale)}, nil
	}
	g := new(big.Int).GCD(nil, nil, new(big.Int).Abs(x), new(big.Int).Abs(y))
	g.Mul(new(big.Int).Quo(x, g), y)
	return newBig(g.Abs(g), scale)
}

// bigFrom128 makes a big.Int of 128 bits and a sign.
func bigFrom128(hi, lo uint64, neg bool) *big.Int {
	room := new(struct { // one piece of memory
		big.Int
		words [2]big.Word
	})
	v := &room.Int
	if bits.UintSize == 64 {
		room.words = [2]big.Word{big.Word(lo), big.Word(hi)}
		v.SetBits(room.words[:])
	} else {
		v.Lsh(v.SetUint64(hi), 64)
		v.Add(v, new(big.Int).SetUint64(lo))
	}
	if neg {
		v.Neg(v)
	}
	return v
}
