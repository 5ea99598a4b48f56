package types

import (
	"math"
	"math/big"

	"howdah/pgerr"
)

// Sqrt gives the square root with the scale that PostgreSQL chooses.
func (n Numeric) Sqrt() (Numeric, error) {
	switch {
	case n.form == NumericNegInf || n.form == NumericFinite && n.Sign() < 0:
		return n, pgerr.New(pgerr.InvalidArgumentForPowerFunc, "cannot take square root of a negative number")
	case n.form != NumericFinite:
		return n, nil
	}
	weight, _ := n.lead()
	// Half of the input's weight is the result's; the division rounds towards zero as C's does.
	half := (weight+1)*4/2 - 1
	scale := min(max(minSigDigits-half, int(n.scale), 0), maxDisplayScale)
	return n.sqrt(scale)
}

func (n Numeric) sqrt(scale int) (Numeric, error) {
	// One digit more than asked for decides the rounding.
	v := new(big.Int).Set(n.coefBig())
	if shift := 2*(scale+1) - int(n.scale); shift >= 0 {
		v.Mul(v, pow10Big(shift))
	} else {
		v.Quo(v, pow10Big(-shift))
	}
	v.Sqrt(v)
	roundQuo(v, bigPowers[1])
	return newBig(v, scale)
}

// lnWeight estimates the decimal weight of ln(n), as estimate_ln_dweight does; n is positive.
func (n *Numeric) lnWeight() int {
	if n.Sign() <= 0 {
		return 0
	}
	low, high := Numeric{coef: 9, scale: 1}, Numeric{coef: 11, scale: 1}
	if CompareNumeric(n, &low) >= 0 && CompareNumeric(n, &high) <= 0 {
		x, _ := n.Sub(Numeric{coef: 1}) // ln(1+x) is about x
		if x.isZero() {
			return 0
		}
		weight, first := x.lead()
		return weight*4 + int(math.Log10(float64(first)))
	}
	var buf [16]uint16
	digits, weight := n.base10000(buf[:0])
	lead, dweight := float64(digits[0]), weight*4
	if len(digits) > 1 {
		lead = lead*10000 + float64(digits[1])
		dweight -= 4
	}
	return int(math.Log10(math.Abs(math.Log(lead) + float64(dweight)*2.302585092994046)))
}

func errLogOfZero() error {
	return pgerr.New(pgerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
}

func errLogOfNegative() error {
	return pgerr.New(pgerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
}

// checkLog gives the error for an argument that has no logarithm.
func (n *Numeric) checkLog() error {
	switch {
	case n.form == NumericNaN:
		return nil
	case n.Sign() < 0:
		return errLogOfNegative()
	case n.Sign() == 0:
		return errLogOfZero()
	}
	return nil
}

// Ln gives the natural logarithm.
func (n Numeric) Ln() (Numeric, error) {
	if err := n.checkLog(); err != nil || n.form != NumericFinite {
		return n, err
	}
	scale := min(max(minSigDigits-n.lnWeight(), int(n.scale), 0), maxDisplayScale)
	return n.ln(scale)
}

func (n *Numeric) ln(scale int) (Numeric, error) {
	bits := fixedBits(scale)
	return fromFixed(lnFixed(n, bits), bits, scale)
}

// LogBase gives the logarithm of n to a base.
func (base Numeric) LogBase(n Numeric) (Numeric, error) {
	if base.form|n.form != 0 {
		if base.form == NumericNaN || n.form == NumericNaN {
			return NumNaN, nil
		}
		if base.Sign() < 0 || n.Sign() < 0 {
			return n, errLogOfNegative()
		}
		if base.Sign() == 0 || n.Sign() == 0 {
			return n, errLogOfZero()
		}
		switch {
		case base.form != NumericFinite && n.form != NumericFinite:
			return NumNaN, nil
		case base.form != NumericFinite:
			return Numeric{}, nil
		}
		return NumPosInf, nil
	}
	if err := base.checkLog(); err != nil {
		return base, err
	}
	if err := n.checkLog(); err != nil {
		return n, err
	}
	baseWeight, weight := base.lnWeight(), n.lnWeight()
	scale := min(max(minSigDigits-(weight-baseWeight), int(base.scale), int(n.scale), 0), maxDisplayScale)
	// Enough digits in both that the quotient is right to the scale, however near to 1 the base is.
	extra := max(0, -baseWeight, weight, weight-2*baseWeight)
	bits := fixedBits(scale + extra + 8)
	den := lnFixed(&base, bits)
	if den.Sign() == 0 {
		return Numeric{}, errDivisionByZero()
	}
	num := lnFixed(&n, bits)
	num.Lsh(num, bits)
	return fromFixed(num.Quo(num, den), bits, scale)
}

// Exp gives e to the power of n.
func (n Numeric) Exp() (Numeric, error) {
	switch n.form {
	case NumericNaN, NumericPosInf:
		return n, nil
	case NumericNegInf:
		return Numeric{}, nil
	}
	v := n.floatApprox() * 0.434294481903252 // the result's decimal weight, nearly
	v = min(max(v, -maxResultScale), maxResultScale)
	scale := min(max(minSigDigits-int(v), int(n.scale), 0), maxDisplayScale)
	return n.exp(scale)
}

func (n *Numeric) exp(scale int) (Numeric, error) {
	approx := n.floatApprox()
	if math.Abs(approx) >= 3*maxResultScale {
		if approx > 0 {
			return Numeric{}, errNumericOverflow()
		}
		return Numeric{scale: uint16(scale)}, nil
	}
	bits := fixedBits(scale) + uint(max(approx, 0)*1.4427+1)
	x := toFixed(n, bits)
	return expFixed(x, bits, scale)
}

// Power gives a to the power of b.
func (a Numeric) Power(b Numeric) (Numeric, error) {
	if a.form|b.form != 0 {
		return powerSpecial(&a, &b)
	}
	if a.isZero() && b.Sign() < 0 {
		return a, pgerr.New(pgerr.InvalidArgumentForPowerFunc, "zero raised to a negative power is undefined")
	}
	whole := b.MinScale() == 0
	if whole {
		if e, ok := b.Int(); ok && e >= math.MinInt32 && e <= math.MaxInt32 {
			return a.powerInt(int(e))
		}
	}
	if a.isZero() {
		return Numeric{scale: minSigDigits}, nil
	}
	negate := false
	if a.Sign() < 0 {
		if !whole {
			return a, pgerr.New(pgerr.InvalidArgumentForPowerFunc, "a negative number raised to a non-integer power yields a complex result")
		}
		w, _ := b.Trunc(0)
		negate = w.coefBig().Bit(0) == 1
		a = a.Neg()
	}
	// A first estimate of b × ln(a) fixes the scale and finds what is sure to overflow.
	lnWeight := a.lnWeight()
	rough := uint(fixedBits(max(8-lnWeight, 0)))
	ln, _ := fromFixed(lnFixed(&a, rough), rough, max(8-lnWeight, 0))
	est, err := ln.Mul(b)
	if err == nil {
		est, err = est.Round(max(8-lnWeight, 0))
	}
	if err != nil {
		return a, err
	}
	v := est.floatApprox()
	if math.Abs(v) > maxResultScale*3.01 {
		if v > 0 {
			return a, errNumericOverflow()
		}
		return Numeric{scale: maxDisplayScale}, nil
	}
	if math.Abs(v) >= maxResultScale*3 {
		if v > 0 {
			return a, errNumericOverflow()
		}
	}
	scale := min(max(minSigDigits-int(v*0.434294481903252), int(a.scale), int(b.scale), 0), maxDisplayScale)
	// ln(a) is multiplied by b, and the result's digits before the point are wanted too.
	grow := uint(b.coefBig().BitLen()) + uint(max(v, 0)*1.4427+1)
	bits := fixedBits(scale) + grow
	r, err := expFixed(mulFixed(lnFixed(&a, bits), toFixed(&b, bits), bits), bits, scale)
	if negate {
		r = r.Neg()
	}
	return r, err
}

// powerInt follows power_var_int of PostgreSQL 15, whose scale does not look at the result's size.
func (a Numeric) powerInt(e int) (Numeric, error) {
	scale := min(max(minSigDigits, int(a.scale)), maxDisplayScale)
	switch e {
	case 0:
		return Numeric{coef: 1}.Round(scale)
	case 1:
		return a.Round(scale)
	case -1:
		return Numeric{coef: 1}.quo(a, scale)
	case 2:
		v := new(big.Int).Mul(a.coefBig(), a.coefBig())
		return scaledRound(v, 2*int(a.scale), scale)
	}
	if a.isZero() {
		return Numeric{scale: uint16(scale)}, nil
	}
	// The result's decimal weight, as far as doubles tell.
	var buf [16]uint16
	digits, weight := a.base10000(buf[:0])
	lead, p := float64(digits[0]), weight*4
	for i := 1; i < len(digits) && i*4 < 16; i++ {
		lead = lead*10000 + float64(digits[i])
		p -= 4
	}
	f := float64(e) * (math.Log10(lead) + float64(p))
	if f > 3*math.MaxInt16*4 {
		return a, errNumericOverflow()
	}
	if f+1 < float64(-scale) {
		return Numeric{scale: uint16(scale)}, nil
	}
	n := max(e, -e)
	if float64(a.coefBig().BitLen())*float64(n) <= 64<<10 {
		v := new(big.Int).Exp(a.coefBig(), big.NewInt(int64(n)), nil)
		if e > 0 {
			return scaledRound(v, n*int(a.scale), scale)
		}
		num := new(big.Int).Set(pow10Big(n*int(a.scale) + scale))
		if v.Sign() < 0 {
			num.Neg(num)
			v.Neg(v)
		}
		roundQuo(num, v)
		return newBig(num, scale)
	}
	// Too many digits to be worth having: floating point with as many as the result shows, and some to lose.
	prec := uint(float64(max(scale+int(f), 0)+2)*3.3220) + 2*uint(big.NewInt(int64(n)).BitLen()) + 64
	x := new(big.Float).SetPrec(prec).SetInt(a.coefBig())
	x.Quo(x, new(big.Float).SetPrec(prec).SetInt(pow10Big(int(a.scale))))
	r := new(big.Float).SetPrec(prec).SetInt64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r.Mul(r, x)
		}
		x.Mul(x, x)
	}
	if e < 0 {
		r.Quo(new(big.Float).SetPrec(prec).SetInt64(1), r)
	}
	r.Mul(r, new(big.Float).SetPrec(prec).SetInt(pow10Big(scale+1)))
	v, _ := r.Int(nil)
	roundQuo(v, bigPowers[1])
	return newBig(v, scale)
}

// scaledRound rounds v × 10^-from half away from zero to a scale.
func scaledRound(v *big.Int, from, scale int) (Numeric, error) {
	if from > scale {
		roundQuo(v, pow10Big(from-scale))
	} else {
		v.Mul(v, pow10Big(scale-from))
	}
	return newBig(v, scale)
}

// powerSpecial follows POSIX pow where one of the two is not finite.
func powerSpecial(a, b *Numeric) (Numeric, error) {
	one := Numeric{coef: 1}
	if a.form == NumericNaN {
		if b.form == NumericFinite && b.Sign() == 0 {
			return one, nil
		}
		return NumNaN, nil
	}
	if b.form == NumericNaN {
		if CompareNumeric(a, &one) == 0 {
			return one, nil
		}
		return NumNaN, nil
	}
	sa, sb := a.Sign(), b.Sign()
	if sa == 0 && sb < 0 {
		return *a, pgerr.New(pgerr.InvalidArgumentForPowerFunc, "zero raised to a negative power is undefined")
	}
	if sa < 0 && b.form == NumericFinite && b.MinScale() > 0 {
		return *a, pgerr.New(pgerr.InvalidArgumentForPowerFunc, "a negative number raised to a non-integer power yields a complex result")
	}
	if a.form == NumericFinite {
		if CompareNumeric(a, &one) == 0 {
			return one, nil
		}
		if b.form != NumericFinite {
			size := a.Abs()
			switch c := CompareNumeric(&size, &one); {
			case c == 0:
				return one, nil
			case c > 0 == (sb > 0):
				return NumPosInf, nil
			}
			return Numeric{}, nil
		}
	}
	if b.form == NumericFinite && sb == 0 {
		return one, nil
	}
	if a.form == NumericPosInf {
		if sb > 0 {
			return NumPosInf, nil
		}
		return Numeric{}, nil
	}
	// a is -Infinity
	if sb < 0 {
		return Numeric{}, nil
	}
	if b.form == NumericFinite {
		if w, err := b.Trunc(0); err == nil && w.coefBig().Bit(0) == 1 {
			return NumNegInf, nil
		}
	}
	return NumPosInf, nil
}

// Factorial gives n!.
func Factorial(n int64) (Numeric, error) {
	if n < 0 {
		return Numeric{}, pgerr.New(pgerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
	}
	if n > 32177 {
		return Numeric{}, errNumericOverflow()
	}
	return newBig(new(big.Int).MulRange(1, n), 0)
}
