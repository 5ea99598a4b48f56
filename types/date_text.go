package types

import "time"

var (
	monthNames = [...]string{"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	dayNames   = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

func appendInfinity(dst []byte, positive bool) []byte {
	if positive {
		return append(dst, "infinity"...)
	}
	return append(dst, "-infinity"...)
}

// AppendDate appends a date's text form.
func AppendDate(dst []byte, days int64, s *Style) []byte {
	if !DateFinite(days) {
		return appendInfinity(dst, days > 0)
	}
	if s.DateStyle == ISO && days >= firstPlainDay && days < endPlainDay {
		var b [10]byte
		putISODate(&b, int32(days))
		return append(dst, b[:]...)
	}
	y, m, d := CivilFromDays(days)
	dst = appendDateFields(dst, y, m, d, s)
	if y <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendDateFields appends the date in the style's order, without BC (EncodeDateOnly).
func appendDateFields(dst []byte, y, m, d int, s *Style) []byte {
	if y <= 0 {
		y = 1 - y
	}
	sep, first, second := byte('/'), m, d
	switch s.DateStyle {
	case ISO:
		dst = appendYear(dst, y)
		return append(dst, '-', digitPairs[2*m], digitPairs[2*m+1], '-', digitPairs[2*d], digitPairs[2*d+1])
	case GermanStyle:
		sep, first, second = '.', d, m
	case PostgresStyle:
		sep = '-'
		fallthrough
	default:
		if s.DateOrder == DMY {
			first, second = d, m
		}
	}
	dst = append(appendTwo(dst, first), sep)
	dst = append(appendTwo(dst, second), sep)
	return appendYear(dst, y)
}

// AppendTime appends a time's text form.
func AppendTime(dst []byte, micros int64) []byte { return appendClock(dst, micros) }

// AppendTimestamp appends a timestamp's text form.
func AppendTimestamp(dst []byte, t int64, s *Style) []byte {
	if !TimestampFinite(t) {
		return appendInfinity(dst, t > 0)
	}
	return appendMoment(dst, t, s, false, 0, "")
}

// AppendTimestamptz appends the text form of a timestamptz, in the style's zone.
func AppendTimestamptz(dst []byte, t int64, s *Style) []byte {
	if !TimestampFinite(t) {
		return appendInfinity(dst, t > 0)
	}
	if s.Zone == nil || s.Zone == time.UTC {
		return appendMoment(dst, t, s, true, 0, "UTC")
	}
	name, east := ZoneAt(t, s.Zone)
	return appendMoment(dst, t+int64(east)*MicrosPerSecond, s, true, east, name)
}

// appendMoment is EncodeDateTime: t is local time already.
func appendMoment(dst []byte, t int64, s *Style, zoned bool, east int, name string) []byte {
	day := floorDiv(t, MicrosPerDay)
	tod := t - day*MicrosPerDay
	if s.DateStyle == ISO && day >= firstPlainDay && day < endPlainDay {
		var b [19]byte
		putISODate((*[10]byte)(b[:10]), int32(day))
		b[10] = ' '
		secs := uint32(tod / MicrosPerSecond)
		putClock((*[8]byte)(b[11:]), secs)
		dst = appendFraction(append(dst, b[:]...), int(tod-int64(secs)*MicrosPerSecond))
		if zoned {
			dst = appendZone(dst, east)
		}
		return dst
	}
	y, m, d := CivilFromDays(day)
	if s.DateStyle == PostgresStyle {
		dst = append(dst, dayNames[weekDay(int(day)+julianEpoch)]...)
		dst = append(dst, ' ')
		if s.DateOrder == DMY {
			dst = append(append(appendTwo(dst, d), ' '), monthNames[m]...)
		} else {
			dst = appendTwo(append(append(dst, monthNames[m]...), ' '), d)
		}
		dst = append(appendClock(append(dst, ' '), tod), ' ')
		if y > 0 {
			dst = appendYear(dst, y)
		} else {
			dst = appendYear(dst, 1-y)
		}
	} else {
		dst = appendDateFields(dst, y, m, d, s)
		dst = appendClock(append(dst, ' '), tod)
	}
	if zoned {
		if s.DateStyle == ISO {
			dst = appendZone(dst, east)
		} else {
			dst = append(append(dst, ' '), name[:min(len(name), 10)]...)
		}
	}
	if y <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendZone appends ±HH[:MM[:SS]] (EncodeTimezone).
func appendZone(dst []byte, east int) []byte {
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	dst = appendHours(append(dst, sign), int64(east/3600)) // a POSIX zone may be a week away
	if east%3600 != 0 {
		dst = appendTwo(append(dst, ':'), east/60%60)
	}
	if east%60 != 0 {
		dst = appendTwo(append(dst, ':'), east%60)
	}
	return dst
}

// AppendTimetz appends the text form of a time with its zone.
func AppendTimetz(dst []byte, t Timetz) []byte {
	return appendZone(appendClock(dst, t.Micros), -int(t.West))
}
