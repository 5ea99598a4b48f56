package types

import (
	"math"
	"math/big"
	"strconv"
	"unsafe"

	"howdah/pgerr"
)

// Round rounds half away from zero to a scale, which may be negative (whole tens, hundreds, …) or raise the display scale.
func (n Numeric) Round(scale int) (Numeric, error) { return n.cut(scale, true) }

// Trunc cuts digits off towards zero; a greater scale is shown with zeros.
func (n Numeric) Trunc(scale int) (Numeric, error) { return n.cut(scale, false) }

func (n Numeric) cut(scale int, round bool) (Numeric, error) {
	if n.form != NumericFinite || scale == int(n.scale) {
		return n, nil
	}
	shown := max(scale, 0)
	drop := int(n.scale) - scale
	if n.big == nil {
		switch {
		case drop < 0:
			if v, ok := scaleUp(n.coef, -drop); ok {
				return Numeric{coef: v, scale: uint16(shown)}, nil
			}
		case drop <= 18:
			p := int64(pow10[drop])
			q, r := n.coef/p, n.coef%p
			if round && magnitude(r) >= uint64(p)/2+uint64(p)%2 {
				if n.coef < 0 {
					q--
				} else {
					q++
				}
			}
			if scale >= 0 {
				return Numeric{coef: q, scale: uint16(shown)}, nil
			}
			if v, ok := scaleUp(q, -scale); ok {
				return Numeric{coef: v}, nil
			}
		case drop > 19:
			return Numeric{scale: uint16(shown)}, nil
		}
	}
	v := new(big.Int).Set(n.coefBig())
	switch {
	case drop < 0:
		v.Mul(v, pow10Big(-drop))
	case drop > n.digitCount()+1:
		v.SetInt64(0)
	case round:
		roundQuo(v, pow10Big(drop))
	default:
		v.Quo(v, pow10Big(drop))
	}
	if scale < 0 && v.Sign() != 0 {
		v.Mul(v, pow10Big(-scale))
	}
	return newBig(v, shown)
}

// Floor gives the greatest whole number not above n.
func (n Numeric) Floor() (Numeric, error) { return n.whole(-1) }

// Ceil gives the least whole number not below n.
func (n Numeric) Ceil() (Numeric, error) { return n.whole(1) }

func (n Numeric) whole(towards int) (Numeric, error) {
	if n.form != NumericFinite {
		return n, nil
	}
	t, err := n.Trunc(0)
	if err != nil || n.Sign() != towards || CompareNumeric(&t, &n) == 0 {
		return t, err
	}
	return t.Add(Numeric{coef: int64(towards)})
}

// MinScale is the least scale that shows the value.
func (n *Numeric) MinScale() int {
	if n.isZero() {
		return 0
	}
	scale := int(n.scale)
	if n.big == nil {
		for v := n.coef; scale > 0 && v%10 == 0; v /= 10 {
			scale--
		}
		return scale
	}
	text := n.big.Append(nil, 10)
	for i := len(text) - 1; scale > 0 && text[i] == '0'; i-- {
		scale--
	}
	return scale
}

// TrimScale shows the value with the least scale.
func (n Numeric) TrimScale() Numeric {
	if n.form == NumericFinite && n.scale > 0 {
		n, _ = n.Trunc(n.MinScale())
	}
	return n
}

// Int gives the value rounded half away from zero, false where it does not fit int64 or is not finite.
func (n *Numeric) Int() (int64, bool) {
	if n.form != NumericFinite {
		return 0, false
	}
	if n.scale == 0 && n.big == nil {
		return n.coef, true
	}
	r, err := n.Round(0)
	if err != nil {
		return 0, false
	}
	if r.big != nil {
		return r.big.Int64(), r.big.IsInt64()
	}
	return r.coef, true
}

// ToInt gives the value as an integer of 16, 32 or 64 bits with PostgreSQL's errors.
func (n *Numeric) ToInt(bits int) (int64, error) {
	name := "bigint"
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	switch bits {
	case 16:
		name, lo, hi = "smallint", math.MinInt16, math.MaxInt16
	case 32:
		name, lo, hi = "integer", math.MinInt32, math.MaxInt32
	}
	switch n.form {
	case NumericNaN:
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert NaN to %s", name)
	case NumericPosInf, NumericNegInf:
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert infinity to %s", name)
	}
	v, ok := n.Int()
	if !ok || v < lo || v > hi {
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "%s out of range", name)
	}
	return v, nil
}

// Float8 gives the nearest double precision; out of range is PostgreSQL's error, as it goes through the text form.
func (n *Numeric) Float8() (float64, error) { return n.float(64) }

// Float4 is Float8 for real.
func (n *Numeric) Float4() (float64, error) { return n.float(32) }

func (n *Numeric) float(size int) (float64, error) {
	switch n.form {
	case NumericNaN:
		return math.NaN(), nil
	case NumericPosInf:
		return math.Inf(1), nil
	case NumericNegInf:
		return math.Inf(-1), nil
	}
	if n.big == nil && n.scale <= 22 && size == 64 && magnitude(n.coef) <= 1<<53 {
		return float64(n.coef) / exactPow10[n.scale], nil // both exact, so the quotient is the nearest
	}
	var buf [64]byte
	text := AppendNumeric(buf[:0], n)
	if size == 32 {
		return ParseFloat4(text)
	}
	return ParseFloat8(text)
}

// floatApprox is the value as a double, 0 or infinite where it is beyond its range.
func (n *Numeric) floatApprox() float64 {
	text := AppendNumeric(nil, n)
	v, _ := strconv.ParseFloat(unsafe.String(&text[0], len(text)), 64)
	return v
}

var exactPow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// NumericFromFloat8 converts with 15 significant digits, as PostgreSQL's cast does.
func NumericFromFloat8(v float64) (Numeric, error) { return numericFromFloat(v, 15) }

// NumericFromFloat4 converts with 6 significant digits.
func NumericFromFloat4(v float64) (Numeric, error) { return numericFromFloat(v, 6) }

func numericFromFloat(v float64, digits int) (Numeric, error) {
	switch {
	case v != v:
		return NumNaN, nil
	case math.IsInf(v, 1):
		return NumPosInf, nil
	case math.IsInf(v, -1):
		return NumNegInf, nil
	case v == 0:
		return Numeric{}, nil
	}
	var sci, buf [48]byte
	return ParseNumeric(layoutFloat(buf[:0], strconv.AppendFloat(sci[:0], v, 'e', digits-1, 64), digits))
}
