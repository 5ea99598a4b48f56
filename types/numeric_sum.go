package types

import (
	"math/big"
	"math/bits"
)

// NumericSum adds up numerics exactly: 128 bits at the greatest scale seen, and a big.Int beside them where those do
// not do. The zero value is empty. Its 48 bytes hold nothing else as long as sums stay below 10^38.
type NumericSum struct {
	hi    int64 // two's complement with lo
	lo    uint64
	big   *big.Int // to be added; nil = 0
	scale uint16
	forms uint8 // bit NumericForm: seen such a value
}

// Add adds n.
func (s *NumericSum) Add(n *Numeric) {
	if n.form != NumericFinite {
		s.forms |= 1 << n.form
		return
	}
	if n.scale > s.scale {
		s.rescale(n.scale)
	}
	if n.big != nil {
		v := n.big
		if d := int(s.scale - n.scale); d > 0 {
			v = new(big.Int).Mul(v, pow10Big(d))
		}
		s.addBig(v)
		return
	}
	if n.scale == s.scale {
		s.add128(n.coef>>63, uint64(n.coef))
		return
	}
	d := int(s.scale - n.scale)
	if d > 19 {
		s.addBig(new(big.Int).Mul(big.NewInt(n.coef), pow10Big(d)))
		return
	}
	hi, lo := bits.Mul64(magnitude(n.coef), pow10[d])
	if n.coef < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	s.add128(int64(hi), lo)
}

// AddInt adds an integer. All that a sum adds by it has scale 0.
func (s *NumericSum) AddInt(v int64) {
	if s.scale != 0 {
		n := NumericFromInt(v)
		s.Add(&n)
		return
	}
	s.add128(v>>63, uint64(v))
}

// AddSquare adds v × v.
func (s *NumericSum) AddSquare(v int64) {
	m := unsignedMagnitude(v)
	hi, lo := bits.Mul64(m, m)
	s.add128(int64(hi), lo) // at most 2^126
}

func unsignedMagnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func (s *NumericSum) add128(hi int64, lo uint64) {
	sum, carry := bits.Add64(s.lo, lo, 0)
	top := s.hi + hi + int64(carry)
	if (top^s.hi)&(top^hi) < 0 {
		s.fold()
		s.hi, s.lo = hi, lo
		return
	}
	s.hi, s.lo = top, sum
}

func (s *NumericSum) addBig(v *big.Int) {
	if s.big == nil {
		s.big = new(big.Int).Set(v)
		return
	}
	s.big.Add(s.big, v)
}

// fold moves the 128 bits over.
func (s *NumericSum) fold() {
	s.addBig(s.small())
	s.hi, s.lo = 0, 0
}

// small gives the 128 bits.
func (s *NumericSum) small() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(s.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(s.lo))
}

func (s *NumericSum) rescale(scale uint16) {
	d := int(scale - s.scale)
	s.scale = scale
	if s.big != nil {
		s.big.Mul(s.big, pow10Big(d))
	}
	if s.hi == 0 && s.lo == 0 {
		return
	}
	if s.hi == int64(s.lo)>>63 && d <= 19 { // it fits 64 bits
		neg := s.hi < 0
		if hi, lo := bits.Mul64(unsignedMagnitude(int64(s.lo)), pow10[d]); int64(hi) >= 0 {
			if neg {
				var borrow uint64
				lo, borrow = bits.Sub64(0, lo, 0)
				hi, _ = bits.Sub64(0, hi, borrow)
			}
			s.hi, s.lo = int64(hi), lo
			return
		}
	}
	v := s.small()
	s.hi, s.lo = 0, 0
	s.addBig(v.Mul(v, pow10Big(d)))
}

// Merge adds what o has added up.
func (s *NumericSum) Merge(o *NumericSum) {
	s.forms |= o.forms
	c := *o
	if o.big != nil {
		c.big = new(big.Int).Set(o.big)
	}
	if c.scale < s.scale {
		c.rescale(s.scale)
	} else if s.scale < c.scale {
		s.rescale(c.scale)
	}
	s.add128(c.hi, c.lo)
	if c.big != nil {
		s.addBig(c.big)
	}
}

// Value gives the sum.
func (s *NumericSum) Value() (Numeric, error) {
	if s.forms != 0 {
		switch s.forms {
		case 1 << NumericPosInf:
			return NumPosInf, nil
		case 1 << NumericNegInf:
			return NumNegInf, nil
		}
		return NumNaN, nil
	}
	if s.big == nil && s.hi == int64(s.lo)>>63 {
		return NewNumeric(int64(s.lo), int(s.scale)), nil
	}
	v := s.small()
	if s.big != nil {
		v.Add(v, s.big) // may fit less again
	}
	return newBig(v, int(s.scale))
}

// Special tells that a NaN or an infinity was added.
func (s *NumericSum) Special() bool { return s.forms != 0 }

// Average gives the sum over a count that is not 0, with the scale of a division.
func (s *NumericSum) Average(count int64) (Numeric, error) {
	v, err := s.Value()
	if err != nil {
		return v, err
	}
	return v.Div(NumericFromInt(count))
}

// Spread gives the variance of count values whose sum is s and whose squares' sum is squares, or its square root:
// of a sample over count-1, else over count. ok is false where it is undefined (NULL).
func (s *NumericSum) Spread(squares *NumericSum, count int64, sample, root bool) (n Numeric, ok bool, err error) {
	if count == 0 || sample && count == 1 {
		return n, false, nil
	}
	if s.Special() {
		return NumNaN, true, nil
	}
	x, err := s.Value()
	if err != nil {
		return n, false, err
	}
	x2, err := squares.Value()
	if err != nil {
		return n, false, err
	}
	c := big.NewInt(count)
	// count × Σx² - (Σx)², at twice the scale of the sum
	num := new(big.Int).Mul(x2.coefBig(), c)
	sq := new(big.Int).Mul(x.coefBig(), x.coefBig())
	scale := 2 * int(x.scale)
	if d := scale - int(x2.scale); d > 0 {
		num.Mul(num, pow10Big(d))
	} else if d < 0 {
		roundQuo(num, pow10Big(-d))
	}
	num.Sub(num, sq)
	if num.Sign() <= 0 {
		return Numeric{}, true, nil
	}
	den := new(big.Int).Mul(c, c)
	if sample {
		den.Sub(den, c)
	}
	a, err := newBig(num, min(scale, maxNumericScale))
	if err != nil {
		return n, false, err
	}
	b, err := newBig(den, 0)
	if err != nil {
		return n, false, err
	}
	q := divScale(&a, &b)
	if n, err = a.quo(b, q); err != nil || !root {
		return n, true, err
	}
	n, err = n.sqrt(q)
	return n, true, err
}
