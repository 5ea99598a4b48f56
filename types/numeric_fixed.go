package types

import (
	"math/big"
	"sync"
)

// Logarithms and exponentials are computed in binary fixed point: an integer over 2^bits. There are guard bits enough
// that rounding to the wanted scale gives the correctly rounded result but for cases that would need luck to find.

// fixedBits is the precision for a result with that many digits after the point.
func fixedBits(scale int) uint { return uint(float64(scale)*3.32193) + 64 }

// toFixed gives n × 2^bits, truncated.
func toFixed(n *Numeric, bits uint) *big.Int {
	v := new(big.Int).Lsh(n.coefBig(), bits)
	return v.Quo(v, pow10Big(int(n.scale)))
}

// fromFixed rounds v / 2^bits half away from zero to a scale.
func fromFixed(v *big.Int, bits uint, scale int) (Numeric, error) {
	r := new(big.Int).Mul(v, pow10Big(scale))
	roundQuo(r, new(big.Int).Lsh(bigPowers[0], bits))
	return newBig(r, scale)
}

func mulFixed(a, b *big.Int, bits uint) *big.Int {
	v := new(big.Int).Mul(a, b)
	return v.Rsh(v, bits)
}

var ln2Cache struct {
	sync.Mutex
	bits  uint
	value *big.Int
}

// ln2Fixed gives ln 2 × 2^bits; it must not be changed.
func ln2Fixed(bits uint) *big.Int {
	ln2Cache.Lock()
	defer ln2Cache.Unlock()
	if ln2Cache.bits < bits {
		const guard = 32
		third := new(big.Int).Lsh(bigPowers[0], bits+guard)
		third.Quo(third, big.NewInt(3))
		v := atanhFixed(third, bits+guard) // ln 2 = 2 atanh(1/3)
		ln2Cache.value, ln2Cache.bits = v.Rsh(v, guard-1), bits
	}
	return new(big.Int).Rsh(ln2Cache.value, ln2Cache.bits-bits)
}

// atanhFixed sums x + x³/3 + x⁵/5 + …
func atanhFixed(x *big.Int, bits uint) *big.Int {
	square := mulFixed(x, x, bits)
	sum, power, term := new(big.Int).Set(x), new(big.Int).Set(x), new(big.Int)
	for k := int64(3); ; k += 2 {
		power.Rsh(power.Mul(power, square), bits)
		term.Quo(power, big.NewInt(k))
		if term.Sign() == 0 {
			return sum
		}
		sum.Add(sum, term)
	}
}

// lnFixed gives ln(n) × 2^bits for a positive n.
func lnFixed(n *Numeric, bits uint) *big.Int {
	const roots = 6 // each square root halves the logarithm and so speeds the series up
	work := bits + 32 + roots
	// n = m × 2^k with m in [0.70, 1.42)
	num, den := n.coefBig(), pow10Big(int(n.scale))
	k := num.BitLen() - den.BitLen()
	var m *big.Int
	for {
		m = new(big.Int)
		if shift := int(work) - k; shift >= 0 {
			m.Quo(m.Lsh(num, uint(shift)), den)
		} else {
			m.Quo(num, new(big.Int).Lsh(den, uint(-shift)))
		}
		// m×2^-work is in (0.5, 2); bring it near 1
		top := m.BitLen() - int(work)
		if top == 1 && new(big.Int).Rsh(m, work-7).Int64() >= 181 { // 1.414
			k++
			continue
		}
		if top <= 0 && new(big.Int).Rsh(m, work-7).Int64() < 90 { // 0.703
			k--
			continue
		}
		break
	}
	one := new(big.Int).Lsh(bigPowers[0], work)
	// Near 1 the roots would only lose digits.
	halvings := uint(0)
	diff := new(big.Int).Sub(m, one)
	for ; halvings < roots && diff.BitLen() > int(work)-12; halvings++ {
		m.Sqrt(m.Lsh(m, work))
		diff.Sub(m, one)
	}
	x := new(big.Int).Lsh(diff, work)
	x.Quo(x, new(big.Int).Add(m, one))
	v := atanhFixed(x, work)
	v.Lsh(v, 1+halvings)
	v.Add(v, new(big.Int).Mul(ln2Fixed(work), big.NewInt(int64(k))))
	return v.Rsh(v, work-bits)
}

// expFixed gives e^(x/2^bits) rounded to a scale.
func expFixed(x *big.Int, bits uint, scale int) (Numeric, error) {
	const halvings = 8
	work := bits + 32 + halvings
	y := new(big.Int).Lsh(x, work-bits)
	ln2 := ln2Fixed(work)
	k := new(big.Int).Div(y, ln2) // rounds down: the rest is in [0, ln 2)
	y.Sub(y, new(big.Int).Mul(k, ln2))
	y.Rsh(y, halvings)
	sum := new(big.Int).Lsh(bigPowers[0], work)
	term := new(big.Int).Set(sum)
	for i := int64(1); ; i++ {
		term.Rsh(term.Mul(term, y), work)
		term.Quo(term, big.NewInt(i))
		if term.Sign() == 0 {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Rsh(sum.Mul(sum, sum), work)
	}
	e := int(k.Int64())
	if e >= 0 {
		sum.Lsh(sum, uint(e))
	} else {
		sum.Rsh(sum, uint(-e))
	}
	return fromFixed(sum, work, scale)
}
