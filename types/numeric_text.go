package types

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"howdah/pgerr"
)

// ParseNumeric reads a numeric as numeric_in does, without a typmod.
func ParseNumeric(b []byte) (Numeric, error) { return ParseNumericMod(b, -1) }

// ParseNumericMod reads a numeric as numeric_in does and applies the typmod (-1 = none).
func ParseNumericMod(b []byte, typmod int32) (Numeric, error) {
	if n, ok := parseSmall(b[skipSpace(b, 0):]); ok {
		if typmod < 0 {
			return n, nil
		}
		return n.ApplyTypmod(typmod)
	}
	i := skipSpace(b, 0)
	rest := b[i:]
	n := Numeric{form: NumericPosInf}
	switch {
	case hasWord(rest, "nan"):
		n.form = NumericNaN
		i += 3
	case hasWord(rest, "infinity"):
		i += 8
	case hasWord(rest, "inf"):
		i += 3
	case hasWord(rest, "+infinity"):
		i += 9
	case hasWord(rest, "-infinity"):
		n.form = NumericNegInf
		i += 9
	case hasWord(rest, "+inf"):
		i += 4
	case hasWord(rest, "-inf"):
		n.form = NumericNegInf
		i += 4
	default:
		return parseDigits(b, i, typmod)
	}
	if skipSpace(b, i) != len(b) {
		return Numeric{}, badSyntax(b, "numeric")
	}
	return n.ApplyTypmod(typmod)
}

// parseSmall reads what most numbers are: an optional minus, at most 18 digits, an optional point, nothing else.
func parseSmall(b []byte) (Numeric, bool) {
	i := 0
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		i = 1
	}
	if len(b)-i > 19 {
		return Numeric{}, false
	}
	start, point := i, -1
	var v uint64
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d > 9 {
			if b[i] != '.' || point >= 0 {
				return Numeric{}, false
			}
			point = i
			continue
		}
		v = v*10 + uint64(d)
	}
	digits, scale := i-start, 0
	if point >= 0 {
		digits--
		scale = i - 1 - point
	}
	if digits == 0 || digits > 18 {
		return Numeric{}, false
	}
	if neg {
		return Numeric{coef: -int64(v), scale: uint16(scale)}, true
	}
	return Numeric{coef: int64(v), scale: uint16(scale)}, true
}

// parseDigits reads any finite number from b[i:]. A syntax error goes before any other; the typmod's rounding goes
// before the limits of the format.
func parseDigits(b []byte, i int, typmod int32) (Numeric, error) {
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	start, point, digits := i, -1, 0
	for ; i < len(b); i++ {
		if b[i]-'0' < 10 {
			digits++
		} else if b[i] == '.' && point < 0 {
			point = i
		} else {
			break
		}
	}
	if digits == 0 {
		return Numeric{}, badSyntax(b, "numeric")
	}
	end, scale := i, 0
	if point >= 0 {
		scale = end - 1 - point
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		exp, next := strtol(b, i+1)
		if next == 0 {
			return Numeric{}, badSyntax(b, "numeric")
		}
		if exp >= math.MaxInt32/2 || exp <= -(math.MaxInt32/2) {
			return Numeric{}, errNumericOverflow()
		}
		i = next
		scale -= int(exp)
	}
	if skipSpace(b, i) != len(b) {
		return Numeric{}, badSyntax(b, "numeric")
	}
	text := make([]byte, 0, end-start)
	for _, c := range b[start:end] {
		if c != '.' && (c != '0' || len(text) > 0) {
			text = append(text, c)
		}
	}
	if len(text) == 0 { // zero has any weight, but a scale
		if scale > maxNumericScale && typmod < 0 {
			return Numeric{}, errNumericOverflow()
		}
		return Numeric{scale: uint16(min(max(scale, 0), maxNumericScale))}.ApplyTypmod(typmod)
	}
	whole := len(text) - scale // digits before the point
	if typmod >= 0 {
		precision, modScale := unpackTypmod(typmod)
		if whole > maxNumericWhole {
			return Numeric{}, errFieldOverflow(precision, modScale)
		}
		if scale > maxNumericScale {
			// Rounded before the limits are looked at: what is cut off here is only ever below the rounded digit.
			cut := min(scale-maxNumericScale+1, len(text))
			text, scale = text[:len(text)-cut], scale-cut
			if len(text) == 0 || scale > maxNumericScale {
				return Numeric{}.ApplyTypmod(typmod)
			}
		}
	} else if whole > maxNumericWhole || scale > maxNumericScale {
		return Numeric{}, errNumericOverflow()
	}
	v, _ := new(big.Int).SetString(string(text), 10)
	if scale < 0 {
		v.Mul(v, pow10Big(-scale))
		scale = 0
	}
	if neg {
		v.Neg(v)
	}
	n, err := newBig(v, scale)
	if err != nil {
		return n, err
	}
	return n.ApplyTypmod(typmod)
}

// strtol is C's in base 10 from b[i:], saturating; next is 0 where no number starts.
func strtol(b []byte, i int) (v int64, next int) {
	i = skipSpace(b, i)
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	for ; i < len(b) && b[i]-'0' < 10; i++ {
		v = min(v*10+int64(b[i]-'0'), math.MaxInt32)
		next = i + 1
	}
	if neg {
		v = -v
	}
	return v, next
}

// unpackTypmod gives precision and scale of numeric(p, s).
func unpackTypmod(typmod int32) (precision, scale int) {
	t := typmod - 4
	return int(t >> 16 & 0xffff), int((t&maxTypmodScaleBit)^1024) - 1024
}

// NumericTypmod packs precision and scale as numerictypmodin does.
func NumericTypmod(precision, scale int) int32 {
	return int32(precision)<<16 | int32(scale)&maxTypmodScaleBit + 4
}

func errFieldOverflow(precision, scale int) error {
	limit := "1"
	if d := precision - scale; d != 0 {
		limit = "10^" + strconv.Itoa(d)
	}
	return pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").WithDetail(
		"A field with precision %d, scale %d must round to an absolute value less than %s.", precision, scale, limit)
}

// ApplyTypmod rounds to the typmod's scale and checks its precision; a negative typmod changes nothing.
func (n Numeric) ApplyTypmod(typmod int32) (Numeric, error) {
	if typmod < 4 {
		return n, nil
	}
	precision, scale := unpackTypmod(typmod)
	if n.form != NumericFinite {
		if n.form == NumericNaN {
			return n, nil
		}
		return n, pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").WithDetail(
			"A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
	}
	r := n
	if int(n.scale) != scale {
		var err error
		if r, err = n.Round(scale); err != nil {
			return r, errFieldOverflow(precision, scale)
		}
	}
	if most := precision - scale + int(r.scale); r.big == nil && most <= 18 {
		if most < 0 || magnitude(r.coef) >= pow10[most] {
			if r.coef != 0 {
				return r, errFieldOverflow(precision, scale)
			}
		}
		return r, nil
	}
	if r.digitCount()-int(r.scale) > precision-scale {
		return r, errFieldOverflow(precision, scale)
	}
	return r, nil
}

// AppendNumeric appends the text form.
func AppendNumeric(dst []byte, n *Numeric) []byte {
	switch {
	case n.form == NumericNaN:
		return append(dst, "NaN"...)
	case n.form == NumericPosInf:
		return append(dst, "Infinity"...)
	case n.form == NumericNegInf:
		return append(dst, "-Infinity"...)
	case n.big != nil:
		return appendScaled(dst, n.big.Append(nil, 10), int(n.scale))
	case n.scale == 0:
		return strconv.AppendInt(dst, n.coef, 10)
	case n.scale > 18:
		return appendScaled(dst, strconv.AppendInt(nil, n.coef, 10), int(n.scale))
	}
	v := magnitude(n.coef)
	if n.coef < 0 {
		dst = append(dst, '-')
	}
	p := pow10[n.scale]
	whole := v / p
	dst = strconv.AppendUint(dst, whole, 10)
	frac := v - whole*p
	// A one in front of the fraction keeps its zeros; the point then takes its place.
	at := len(dst)
	dst = strconv.AppendUint(dst, p+frac, 10)
	dst[at] = '.'
	return dst
}

// appendScaled sets the point into the digits of a coefficient.
func appendScaled(dst, digits []byte, scale int) []byte {
	if digits[0] == '-' {
		dst = append(dst, '-')
		digits = digits[1:]
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	at := len(digits) - scale
	dst = append(append(dst, digits[:at]...), '.')
	return append(dst, digits[at:]...)
}

// CanonicalNumeric tells whether b is a numeric just as a column of that typmod would print it, and fits it.
func CanonicalNumeric(b []byte, typmod int32) bool {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	whole, zero := 0, true
	for whole < len(b) && b[whole]-'0' < 10 {
		zero = zero && b[whole] == '0'
		whole++
	}
	if whole == 0 || whole > 1000 || b[0] == '0' && whole > 1 {
		return false
	}
	scale := 0
	if whole < len(b) {
		frac := b[whole+1:]
		if b[whole] != '.' || len(frac) == 0 || len(frac) > 1000 {
			return false
		}
		for _, c := range frac {
			if c-'0' > 9 {
				return false
			}
			zero = zero && c == '0'
		}
		scale = len(frac)
	}
	if neg && zero {
		return false
	}
	if typmod < 4 {
		return true
	}
	precision, modScale := unpackTypmod(typmod)
	if b[0] == '0' {
		whole = 0
	}
	// Scales beyond the precision, and below 0, are left to the full check.
	return modScale >= 0 && modScale <= precision && scale == modScale && whole <= precision-modScale
}

// The sign words of the binary form.
const (
	numSignNeg    = 0x4000
	numSignNaN    = 0xC000
	numSignPosInf = 0xD000
	numSignNegInf = 0xF000
)

// AppendNumericBinary appends what numeric_send gives: digits of base 10000.
func AppendNumericBinary(dst []byte, n *Numeric) []byte {
	switch n.form {
	case NumericNaN:
		return append(dst, 0, 0, 0, 0, 0xC0, 0, 0, 0)
	case NumericPosInf:
		return append(dst, 0, 0, 0, 0, 0xD0, 0, 0, 0x20)
	case NumericNegInf:
		return append(dst, 0, 0, 0, 0, 0xF0, 0, 0, 0x20)
	}
	var buf [16]uint16
	digits, weight := n.base10000(buf[:0])
	sign := int64(0)
	if n.Sign() < 0 {
		sign = numSignNeg
	}
	dst = AppendInt2Binary(dst, int64(len(digits)))
	dst = AppendInt2Binary(dst, int64(weight))
	dst = AppendInt2Binary(dst, sign)
	dst = AppendInt2Binary(dst, int64(n.scale))
	for _, d := range digits {
		dst = AppendInt2Binary(dst, int64(d))
	}
	return dst
}

// base10000 appends the digits of a finite value, the highest first, without zeros at either end, and gives the
// weight of the first one; zero has no digits and weight 0.
func (n *Numeric) base10000(digits []uint16) ([]uint16, int) {
	if n.isZero() {
		return digits, 0
	}
	// The coefficient is brought to a scale that is a multiple of 4.
	pad := (4 - int(n.scale)%4) % 4
	groups := (int(n.scale) + pad) / 4
	start := len(digits)
	if hi, lo := bits.Mul64(magnitude(n.coef), pow10[pad]); n.big == nil && hi == 0 {
		for lo > 0 {
			digits = append(digits, uint16(lo%10000))
			lo /= 10000
		}
	} else {
		v := new(big.Int).Mul(n.coefBig(), pow10Big(pad))
		text := v.Abs(v).Append(nil, 10)
		for end := len(text); end > 0; end -= 4 {
			d := uint16(0)
			for _, c := range text[max(end-4, 0):end] {
				d = d*10 + uint16(c-'0')
			}
			digits = append(digits, d)
		}
	}
	all := digits[start:]
	weight := len(all) - 1 - groups
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	end := len(digits)
	for digits[end-1] == 0 {
		end--
	}
	return digits[:end], weight
}

// ParseNumericBinary reads what numeric_recv takes and applies the typmod.
func ParseNumericBinary(b []byte, typmod int32) (Numeric, error) {
	if len(b) < 8 {
		return Numeric{}, wantLen(b, 8)
	}
	count, weight := int(beUint(b[:2])), int(int16(beUint(b[2:4])))
	sign, scale := beUint(b[4:6]), int(beUint(b[6:8]))
	if err := wantLen(b, 8+2*count); err != nil {
		return Numeric{}, err
	}
	n := Numeric{}
	switch sign {
	case 0, numSignNeg:
	case numSignNaN:
		n.form = NumericNaN
	case numSignPosInf:
		n.form = NumericPosInf
	case numSignNegInf:
		n.form = NumericNegInf
	default:
		return n, pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid sign in external \"numeric\" value")
	}
	if scale > maxNumericScale {
		return n, pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid scale in external \"numeric\" value")
	}
	v := new(big.Int)
	text := make([]byte, 0, 4*count+1)
	text = append(text, '0')
	for i := range count {
		d := beUint(b[8+2*i : 10+2*i])
		if d >= 10000 {
			return n, pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid digit in external \"numeric\" value")
		}
		text = append(text, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
	}
	if n.form != NumericFinite {
		return n.ApplyTypmod(typmod)
	}
	v.SetString(string(text), 10)
	// The digits stand at 4×(count-1-weight) places after the point; more than the scale shows are cut off.
	shift := scale - 4*(count-1-weight)
	switch {
	case shift > 0 && v.Sign() != 0:
		v.Mul(v, pow10Big(shift))
	case shift < 0:
		v.Quo(v, pow10Big(-shift))
	}
	if sign == numSignNeg {
		v.Neg(v)
	}
	n, err := newBig(v, scale)
	if err != nil {
		return n, err
	}
	return n.ApplyTypmod(typmod)
}
