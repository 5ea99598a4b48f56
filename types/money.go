package types

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"

	"howdah/pgerr"
)

// A money is a number of cents: lc_monetary is C here, which has two digits behind the point, $ and commas.

// ParseMoney reads a money: a sign, parentheses and the currency's symbol may stand on either side.
func ParseMoney(text []byte) (int64, error) {
	s := skipCurrency(text)
	negative := false
	switch {
	case len(s) == 0:
	case s[0] == '-' || s[0] == '(':
		negative = true
		s = s[1:]
	case s[0] == '+':
		s = s[1:]
	}
	s = skipCurrency(s)
	// The value is gathered below zero, where there is room for one more.
	var v int64
	over, point, decimals := false, false, 0
	shift := func(digit int64) {
		var o bool
		v, o = moneyShift(v, digit)
		over = over || o
	}
gather:
	for ; len(s) > 0; s = s[1:] {
		switch c := s[0]; {
		case isDigit(c) && (!point || decimals < 2):
			shift(int64(c - '0'))
			if point {
				decimals++
			}
		case c == '.' && !point:
			point = true
		case c != ',':
			break gather
		}
	}
	if len(s) > 0 && isDigit(s[0]) && s[0] >= '5' {
		over = over || v == math.MinInt64
		v--
	}
	for ; decimals < 2; decimals++ {
		shift(0)
	}
	if over {
		return 0, unreadMoney(text)
	}
	for len(s) > 0 && isDigit(s[0]) {
		s = s[1:]
	}
	for _, c := range s {
		switch {
		case c == '-':
			negative = true
		case isSpace(c) || c == ')' || c == '+' || c == '$':
		default:
			return 0, pgerr.New(pgerr.InvalidTextRepresentation, `invalid input syntax for type money: "%s"`, string(text))
		}
	}
	if negative {
		return v, nil
	}
	if v == math.MinInt64 {
		return 0, unreadMoney(text)
	}
	return -v, nil
}

func unreadMoney(text []byte) error {
	return pgerr.New(pgerr.NumericValueOutOfRange, `value "%s" is out of range for type money`, string(text))
}

// moneyShift is 10v - digit.
func moneyShift(v, digit int64) (r int64, over bool) {
	if v < math.MinInt64/10 {
		return v, true
	}
	v *= 10
	return v - digit, v < math.MinInt64+digit
}

// skipCurrency passes over white space with one $ in it.
func skipCurrency(s []byte) []byte {
	s = s[skipSpace(s, 0):]
	s = bytes.TrimPrefix(s, []byte{'$'})
	return s[skipSpace(s, 0):]
}

// AppendMoney appends the text form.
func AppendMoney(dst []byte, v int64) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	dst = append(dst, '$')
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], u/100, 10)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, d)
	}
	return append(dst, '.', '0'+byte(u/10%10), '0'+byte(u%10))
}

func moneyOutOfRange() error { return pgerr.New(pgerr.NumericValueOutOfRange, "money out of range") }

// AddMoney is a + b.
func AddMoney(a, b int64) (int64, error) {
	c := a + b
	if (a^c)&(b^c) < 0 {
		return 0, moneyOutOfRange()
	}
	return c, nil
}

// SubMoney is a - b.
func SubMoney(a, b int64) (int64, error) {
	c := a - b
	if (a^b)&(a^c) < 0 {
		return 0, moneyOutOfRange()
	}
	return c, nil
}

// MulMoney is a money times a whole number.
func MulMoney(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	switch {
	case hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative:
		return 0, moneyOutOfRange()
	case negative:
		return -int64(lo), nil
	}
	return int64(lo), nil
}

// DivMoney is a money divided by a whole number, towards zero. The one quotient that does not fit is a fault of the
// processor where PostgreSQL runs.
func DivMoney(a, b int64) (int64, error) {
	switch {
	case b == 0:
		return 0, pgerr.New(pgerr.DivisionByZero, "division by zero")
	case a == math.MinInt64 && b == -1:
		return 0, pgerr.New(pgerr.FloatingPointException, "floating-point exception").
			WithDetail("An invalid floating-point operation was signaled. This probably means an out-of-range result or an invalid operation, such as division by zero.")
	}
	return a / b, nil
}

// RoundMoney is the money nearest to a number of cents, the even one of two.
func RoundMoney(v float64) (int64, error) {
	v = math.RoundToEven(v)
	if v != v || v < math.MinInt64 || v >= -math.MinInt64 {
		return 0, moneyOutOfRange()
	}
	return int64(v), nil
}
