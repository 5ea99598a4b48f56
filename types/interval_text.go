package types

import "math/bits"

// AppendInterval appends an interval's text form in the style's IntervalStyle (EncodeInterval).
func AppendInterval(dst []byte, v Interval, s *Style) []byte {
	switch s.IntervalStyle {
	case IntervalPostgresVerbose:
		return appendVerbose(dst, v)
	case IntervalSQLStandard:
		return appendSQLInterval(dst, v)
	case IntervalISO8601:
		return appendISOInterval(dst, v)
	}
	year, mon, day, hour, minute, sec, micros := v.Split()
	first, negative := true, false // the last part was negative: a positive one needs its sign
	part := func(n int, unit string) {
		if n == 0 {
			return
		}
		if !first {
			dst = append(dst, ' ')
		}
		if negative && n > 0 {
			dst = append(dst, '+')
		}
		dst = append(AppendInt(dst, int64(n)), unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
		first, negative = false, n < 0
	}
	part(year, " year")
	part(mon, " mon")
	part(day, " day")
	if first || v.Micros != 0 {
		if !first {
			dst = append(dst, ' ')
		}
		if v.Micros < 0 {
			dst = append(dst, '-')
		} else if negative {
			dst = append(dst, '+')
		}
		dst = appendHours(dst, hour)
		dst = append(dst, ':')
		dst = appendTwo(dst, abs(minute))
		dst = append(dst, ':')
		dst = appendFraction(appendTwo(dst, abs(sec)), abs(micros))
	}
	return dst
}

func abs(v int) int { return max(v, -v) }

// appendHours appends hours of either sign by two digits or more.
func appendHours(dst []byte, h int64) []byte {
	h = max(h, -h)
	if h < 100 {
		return appendTwo(dst, int(h))
	}
	return AppendInt(dst, h)
}

// appendVerbose appends the form with an @; parts after a negative first have their signs turned.
func appendVerbose(dst []byte, v Interval) []byte {
	year, mon, day, hour, minute, sec, micros := v.Split()
	dst = append(dst, '@')
	zero, ago := true, false
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if zero {
			ago = n < 0
			n = max(n, -n)
		} else if ago {
			n = -n
		}
		dst = append(append(AppendInt(append(dst, ' '), n), ' '), unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
		zero = false
	}
	part(int64(year), "year")
	part(int64(mon), "mon")
	part(int64(day), "day")
	part(hour, "hour")
	part(int64(minute), "min")
	if sec != 0 || micros != 0 {
		dst = append(dst, ' ')
		if sec < 0 || sec == 0 && micros < 0 {
			if zero {
				ago = true
			} else if !ago {
				dst = append(dst, '-')
			}
		} else if ago {
			dst = append(dst, '-')
		}
		dst = append(appendFraction(AppendInt(dst, int64(abs(sec))), abs(micros)), " sec"...)
		if abs(sec) != 1 || micros != 0 {
			dst = append(dst, 's')
		}
		zero = false
	}
	if zero {
		dst = append(dst, " 0"...)
	}
	if ago {
		dst = append(dst, " ago"...)
	}
	return dst
}

func appendSQLInterval(dst []byte, v Interval) []byte {
	year, mon, day, hour, minute, sec, micros := v.Split()
	negative := year < 0 || mon < 0 || day < 0 || v.Micros < 0
	positive := year > 0 || mon > 0 || day > 0 || v.Micros > 0
	yearMonth, dayTime := year != 0 || mon != 0, day != 0 || v.Micros != 0
	if !negative && !positive {
		return append(dst, '0')
	}
	clock := func() {
		dst = append(dst, ':')
		dst = append(appendTwo(dst, abs(minute)), ':')
		dst = appendFraction(appendTwo(dst, abs(sec)), abs(micros))
	}
	switch {
	case negative && positive || yearMonth && dayTime: // not of the standard: every part has its sign
		sign := func(minus bool) {
			if minus {
				dst = append(dst, '-')
			} else {
				dst = append(dst, '+')
			}
		}
		sign(year < 0 || mon < 0)
		dst = append(AppendInt(dst, int64(abs(year))), '-')
		dst = append(AppendInt(dst, int64(abs(mon))), ' ')
		sign(day < 0)
		dst = append(AppendInt(dst, int64(abs(day))), ' ')
		sign(v.Micros < 0)
		dst = AppendInt(dst, max(hour, -hour))
		clock()
		return dst
	case negative:
		dst = append(dst, '-')
		year, mon, day, hour = -year, -mon, -day, -hour
	}
	switch {
	case yearMonth:
		return AppendInt(append(AppendInt(dst, int64(year)), '-'), int64(mon))
	case day != 0:
		dst = append(AppendInt(dst, int64(day)), ' ')
	}
	dst = AppendInt(dst, hour)
	clock()
	return dst
}

func appendISOInterval(dst []byte, v Interval) []byte {
	if v == (Interval{}) {
		return append(dst, "PT0S"...)
	}
	year, mon, day, hour, minute, sec, micros := v.Split()
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(AppendInt(dst, n), unit)
		}
	}
	dst = append(dst, 'P')
	part(int64(year), 'Y')
	part(int64(mon), 'M')
	part(int64(day), 'D')
	if v.Micros == 0 {
		return dst
	}
	dst = append(dst, 'T')
	part(hour, 'H')
	part(int64(minute), 'M')
	if sec != 0 || micros != 0 {
		if sec < 0 || micros < 0 {
			dst = append(dst, '-')
		}
		dst = append(appendFraction(AppendInt(dst, int64(abs(sec))), abs(micros)), 'S')
	}
	return dst
}

// span gives the length that intervals are compared by, months of 30 days and days of 24 hours: 128 bits of
// microseconds (interval_cmp_value).
func (v Interval) span() (hi int64, lo uint64) {
	days := int64(v.Months)*30 + int64(v.Days)
	h, l := bits.Mul64(uint64(days), uint64(MicrosPerDay))
	hi = int64(h) - days>>63&MicrosPerDay
	lo, carry := bits.Add64(l, uint64(v.Micros), 0)
	return hi + v.Micros>>63 + int64(carry), lo
}

// CompareIntervals orders intervals by their length.
func CompareIntervals(a, b *Interval) int {
	ah, al := a.span()
	bh, bl := b.span()
	switch {
	case ah != bh:
		return compareInt(ah, bh)
	case al < bl:
		return -1
	case al > bl:
		return 1
	}
	return 0
}

// HashInterval hashes so that intervals of equal length hash equal.
func HashInterval(v *Interval) uint64 {
	hi, lo := v.span()
	return HashInt(hi)*31 ^ HashInt(int64(lo))
}
