package csv

// The forms that files are full of, read without detours. Each gives ok = false for whatever it does not read
// surely as PostgreSQL does; package types decides then.

const day = 86_400_000_000 // microseconds

// parseInt reads an optional minus and 1 to 18 digits.
func parseInt(v []byte) (n int64, ok bool) {
	i := 0
	neg := false
	if len(v) > 0 && v[0] == '-' {
		neg = true
		i = 1
	}
	if len(v)-i-1 > 17 { // also true of none, as unsigned
		return 0, false
	}
	if i == len(v) {
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

// parseDecimal reads an optional minus and 1 to 18 digits with a point somewhere: n × 10^-scale. Digits are needed on
// both sides of a point.
func parseDecimal(v []byte) (n int64, scale int, ok bool) {
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

var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// parseFloat reads plain decimals of at most 15 digits: mantissa and power of ten are exact then, so that one division
// rounds correctly. A minus zero is left to others.
func parseFloat(v []byte) (float64, bool) {
	n, scale, ok := parseDecimal(v)
	if !ok || n == 0 && v[0] == '-' || n >= 1e15 || n <= -1e15 {
		return 0, false
	}
	return float64(n) / pow10[scale], true
}

// two reads two digits; anything else gives more than 99.
func two(a, b byte) int {
	x, y := a-'0', b-'0'
	if x > 9 || y > 9 {
		return 1000
	}
	return int(x)*10 + int(y)
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// parseDate reads YYYY-MM-DD of the years 1 to 9999 as days since 2000-01-01.
func parseDate(v []byte) (int64, bool) {
	if len(v) != 10 || v[4] != '-' || v[7] != '-' {
		return 0, false
	}
	y, m, d := two(v[0], v[1])*100+two(v[2], v[3]), two(v[5], v[6]), two(v[8], v[9])
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 28 && d > daysIn(y, m) {
		return 0, false
	}
	return civilDays(y, m, d), true
}

func daysIn(y, m int) int {
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 29
	}
	return monthDays[m]
}

// civilDays counts days since 2000-01-01 in the proleptic Gregorian calendar, years beginning in March.
func civilDays(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 730_426)
}

// parseTime reads HH:MM:SS[.f…] with up to 6 digits of fraction as microseconds; 24:00:00 and leap seconds are left to others.
func parseTime(v []byte) (int64, bool) {
	if len(v) < 8 || len(v) > 15 || v[2] != ':' || v[5] != ':' {
		return 0, false
	}
	h, m, s := two(v[0], v[1]), two(v[3], v[4]), two(v[6], v[7])
	if h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	t := int64(h*3600+m*60+s) * 1_000_000
	if len(v) == 8 {
		return t, true
	}
	if v[8] != '.' || len(v) == 9 {
		return 0, false
	}
	unit := int64(100_000)
	for _, c := range v[9:] {
		if c -= '0'; c > 9 {
			return 0, false
		}
		t += int64(c) * unit
		unit /= 10
	}
	return t, true
}

// parseTimestamp reads a date, a blank or T, and a time, as microseconds since 2000-01-01.
func parseTimestamp(v []byte) (int64, bool) {
	if len(v) < 19 || v[10] != ' ' && v[10] != 'T' {
		return 0, false
	}
	d, ok := parseDate(v[:10])
	if !ok {
		return 0, false
	}
	t, ok := parseTime(v[11:])
	return d*day + t, ok
}

// parseTimestamptz reads a timestamp followed by Z, ±HH or ±HH:MM.
func parseTimestamptz(v []byte) (int64, bool) {
	if len(v) < 20 {
		return 0, false
	}
	if v[len(v)-1] == 'Z' {
		return parseTimestamp(v[:len(v)-1])
	}
	var offset int
	at := len(v) - 3
	if v[at] == ':' {
		at -= 3
		offset = two(v[at+4], v[at+5])
		if offset > 59 {
			return 0, false
		}
	}
	hours := two(v[at+1], v[at+2])
	if hours > 15 || v[at] != '+' && v[at] != '-' {
		return 0, false
	}
	offset += hours * 60
	if v[at] == '-' {
		offset = -offset
	}
	t, ok := parseTimestamp(v[:at])
	return t - int64(offset)*60_000_000, ok
}
