package text

// Each parser gives ok = false for whatever it does not read surely as PostgreSQL does; package types decides then.

// Int reads an optional minus and 1 to 18 digits.
func Int(v []byte) (n int64, ok bool) {
	i := 0
	neg := false
	if len(v) > 0 && v[0] == '-' {
		neg = true
		i = 1
	}
	if i == len(v) || len(v)-i > 18 {
		return 0, false
	}
	for ; i < len(v); i++ {
		d := v[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	if neg {
		return -n, true
	}
	return n, true
}

// Decimal reads an optional minus and 1 to 18 digits with a point somewhere: n × 10^-scale. Digits are needed on both
// sides of a point.
func Decimal(v []byte) (n int64, scale int, ok bool) {
	i := 0
	neg := false
	if len(v) > 0 && v[0] == '-' {
		neg = true
		i = 1
	}
	if i == len(v) || len(v)-i > 19 {
		return 0, 0, false
	}
	begin, point := i, -1
	for ; i < len(v); i++ {
		d := v[i] - '0'
		if d > 9 {
			if v[i] != '.' || point >= 0 || i == begin {
				return 0, 0, false
			}
			point = i
			continue
		}
		n = n*10 + int64(d)
	}
	if point >= 0 {
		if scale = len(v) - 1 - point; scale == 0 {
			return 0, 0, false
		}
	} else if len(v)-begin > 18 {
		return 0, 0, false
	}
	if neg {
		n = -n
	}
	return n, scale, true
}

// Pow10 holds the powers that a float8 has exactly and an int64 can hold.
var Pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Float reads plain decimals of at most 15 digits: mantissa and power of ten are exact then, so that one division
// rounds correctly. A minus zero is left to others.
func Float(v []byte) (float64, bool) {
	n, scale, ok := Decimal(v)
	if !ok || n == 0 && v[0] == '-' || n >= 1e15 || n <= -1e15 {
		return 0, false
	}
	return float64(n) / Pow10[scale], true
}
