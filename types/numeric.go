package types

import (
	"math"
	"math/big"
	"math/bits"

	"howdah/pgerr"
)

// Numeric is a numeric value: coef × 10^-scale, with the display scale that PostgreSQL would show.
// The zero value is 0. Values are immutable.
type Numeric struct {
	coef  int64    // the coefficient where big is nil; never the most negative int64, so that it can be negated
	big   *big.Int // the coefficient where it does not fit; never changed once set
	scale uint16   // digits shown after the point, 0..16383
	form  NumericForm
}

// NumericForm tells finite values from the others.
type NumericForm uint8

const (
	NumericFinite NumericForm = iota
	NumericNaN
	NumericPosInf
	NumericNegInf
)

// PostgreSQL's limits: digits before and after the point, and the scales that its functions choose (numeric.h).
const (
	maxNumericWhole   = 131072
	maxNumericScale   = 16383
	minSigDigits      = 16
	maxDisplayScale   = 1000
	maxResultScale    = 2000
	maxTypmodScaleBit = 0x7ff
)

// The values that are not finite.
var (
	NumNaN    = Numeric{form: NumericNaN}
	NumPosInf = Numeric{form: NumericPosInf}
	NumNegInf = Numeric{form: NumericNegInf}
)

// NumericFromInt gives an integer with scale 0.
func NumericFromInt(v int64) Numeric { return NewNumeric(v, 0) }

// NewNumeric gives coef × 10^-scale; scale is 0..16383.
func NewNumeric(coef int64, scale int) Numeric {
	if coef == math.MinInt64 {
		return Numeric{big: big.NewInt(coef), scale: uint16(scale)}
	}
	return Numeric{coef: coef, scale: uint16(scale)}
}

// newBig gives v × 10^-scale, taking v over, unless it has too many digits.
func newBig(v *big.Int, scale int) (Numeric, error) {
	if v.IsInt64() {
		return NewNumeric(v.Int64(), scale), nil
	}
	// 2^(n-1) <= |v| < 2^n: only near the limit must digits be counted.
	if whole := float64(v.BitLen())*0.30103 - float64(scale); whole > maxNumericWhole-1 && digitsBig(v)-scale > maxNumericWhole {
		return Numeric{}, errNumericOverflow()
	}
	return Numeric{big: v, scale: uint16(scale)}, nil
}

func errNumericOverflow() error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")
}

func errDivisionByZero() error { return pgerr.New(pgerr.DivisionByZero, "division by zero") }

// Form tells finite values from the others.
func (n *Numeric) Form() NumericForm { return n.form }

// IsFinite tells that n is neither NaN nor infinite.
func (n *Numeric) IsFinite() bool { return n.form == NumericFinite }

// IsNaN tells that n is NaN.
func (n *Numeric) IsNaN() bool { return n.form == NumericNaN }

// Scale is the display scale of a finite value.
func (n *Numeric) Scale() int { return int(n.scale) }

// Small gives coefficient and scale where the coefficient fits int64.
func (n *Numeric) Small() (coef int64, scale int, ok bool) {
	return n.coef, int(n.scale), n.big == nil && n.form == NumericFinite
}

// Bytes is the memory that n refers to, beside its own 24 bytes.
func (n *Numeric) Bytes() int {
	if n.big == nil {
		return 0
	}
	return 24 + 8*len(n.big.Bits())
}

// coefBig gives the coefficient; it must not be changed.
func (n *Numeric) coefBig() *big.Int {
	if n.big != nil {
		return n.big
	}
	return big.NewInt(n.coef)
}

// isZero is for finite values.
func (n *Numeric) isZero() bool { return n.big == nil && n.coef == 0 }

// Sign gives -1, 0 or 1; NaN has sign 1 as it is above all.
func (n *Numeric) Sign() int {
	switch {
	case n.form == NumericNegInf:
		return -1
	case n.form != NumericFinite:
		return 1
	case n.big != nil:
		return n.big.Sign()
	case n.coef < 0:
		return -1
	case n.coef > 0:
		return 1
	}
	return 0
}

// rank puts the forms in PostgreSQL's order: -Infinity, finite, Infinity, NaN.
func (f NumericForm) rank() int { return [...]int{0, 2, 1, -1}[f] }

// CompareNumeric orders numerics: -Infinity, finite ones by value, Infinity, NaN, which equals itself.
func CompareNumeric(a, b *Numeric) int {
	if a.form|b.form != 0 {
		return a.form.rank() - b.form.rank()
	}
	if a.big == nil && b.big == nil {
		if a.scale == b.scale {
			return compareInt(a.coef, b.coef)
		}
		if a.coef == 0 || b.coef == 0 || (a.coef < 0) != (b.coef < 0) {
			return compareInt(int64(a.Sign()), int64(b.Sign()))
		}
		if c, ok := compareScaled(magnitude(a.coef), int(a.scale), magnitude(b.coef), int(b.scale)); ok {
			return c * a.Sign()
		}
	}
	if sa, sb := a.Sign(), b.Sign(); sa != sb {
		return sa - sb
	}
	x, y := a.coefBig(), b.coefBig()
	switch {
	case a.scale < b.scale:
		x = new(big.Int).Mul(x, pow10Big(int(b.scale-a.scale)))
	case a.scale > b.scale:
		y = new(big.Int).Mul(y, pow10Big(int(a.scale-b.scale)))
	}
	return x.Cmp(y)
}

// compareScaled compares a×10^-sa with b×10^-sb where the scales differ by at most 19.
func compareScaled(a uint64, sa int, b uint64, sb int) (int, bool) {
	d := sb - sa
	if d > 19 || d < -19 {
		return 0, false
	}
	flip := 1
	if d < 0 {
		a, b, d, flip = b, a, -d, -1
	}
	hi, lo := bits.Mul64(a, pow10[d])
	switch {
	case hi > 0 || lo > b:
		return flip, true
	case lo < b:
		return -flip, true
	}
	return 0, true
}

func compareInt[T int64 | int](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// HashNumeric hashes a numeric; 1.0 and 1.00 hash alike.
func HashNumeric(n *Numeric) uint64 {
	if n.form != NumericFinite {
		return HashInt(int64(n.form) ^ math.MinInt64)
	}
	if n.big == nil {
		coef, scale := n.coef, n.scale
		for scale > 0 && coef%10 == 0 {
			if coef == 0 {
				scale = 0
				break
			}
			coef /= 10
			scale--
		}
		return HashInt(coef) ^ HashInt(int64(scale)+0x5bd1)
	}
	t := n.TrimScale()
	if t.big == nil {
		return HashNumeric(&t)
	}
	h := uint64(t.scale)
	for _, w := range t.big.Bits() {
		h = HashInt(int64(h ^ uint64(w)))
	}
	return h ^ uint64(t.Sign())
}

// HashInt mixes a 64-bit value.
func HashInt(v int64) uint64 {
	x := uint64(v) ^ 0x9e3779b97f4a7c15
	hi, lo := bits.Mul64(x, 0xbf58476d1ce4e5b9)
	hi2, lo2 := bits.Mul64(hi^lo, 0x94d049bb133111eb)
	return hi2 ^ lo2
}

// pow10 holds the powers of ten below 2^64.
var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return
}()

var bigPowers = func() (p [512]*big.Int) {
	p[0] = big.NewInt(1)
	for i := 1; i < len(p); i++ {
		p[i] = new(big.Int).Mul(p[i-1], big.NewInt(10))
	}
	return
}()

// pow10Big gives 10^n; it must not be changed.
func pow10Big(n int) *big.Int {
	if n < len(bigPowers) {
		return bigPowers[n]
	}
	return new(big.Int).Exp(bigPowers[1], big.NewInt(int64(n)), nil)
}

// digits64 counts decimal digits; 0 has none.
func digits64(v uint64) int {
	n := bits.Len64(v) * 1233 >> 12
	if n < len(pow10) && v >= pow10[n] {
		n++
	}
	return n
}

// digitsBig counts the decimal digits of |v|.
func digitsBig(v *big.Int) int {
	if v.Sign() == 0 {
		return 0
	}
	n := int(float64(v.BitLen()-1) * 0.30102999566398119)
	if v.CmpAbs(pow10Big(n)) >= 0 {
		n++
		if v.CmpAbs(pow10Big(n)) >= 0 {
			n++
		}
	}
	return n
}

// digitCount counts the digits of the coefficient.
func (n *Numeric) digitCount() int {
	if n.big != nil {
		return digitsBig(n.big)
	}
	return digits64(magnitude(n.coef))
}
