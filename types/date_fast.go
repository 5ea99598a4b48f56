package types

// The ISO forms that files and sessions are full of, without detours. Each parser gives ok = false for whatever it does
// not surely read as PostgreSQL does under any style; [ParseText] decides then.

// twoDigits gives the number; if there is none, more than any year.
func twoDigits(b []byte) int {
	_ = b[1]
	x, y := b[0]-'0', b[1]-'0'
	if x > 9 || y > 9 {
		return 10_000
	}
	return int(x)*10 + int(y)
}

// isoDays counts days since 2000-01-01 of years 1 to 9999; years begin in March.
func isoDays(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 730_426)
}

// ParseDateISO reads YYYY-MM-DD as days since 2000-01-01.
func ParseDateISO(b []byte) (days int64, ok bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	y, m, d := twoDigits(b)*100+twoDigits(b[2:]), twoDigits(b[5:]), twoDigits(b[8:])
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 28 && d > DaysInMonth(y, m) {
		return 0, false
	}
	return isoDays(y, m, d), true
}

// ParseTimeISO reads HH:MM:SS[.ffffff] before 24:00:00 as microseconds.
func ParseTimeISO(b []byte) (micros int64, ok bool) {
	if len(b) < 8 || len(b) > 15 || b[2] != ':' || b[5] != ':' {
		return 0, false
	}
	h, m, s := twoDigits(b), twoDigits(b[3:]), twoDigits(b[6:])
	if h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	t := int64(h*3600+m*60+s) * MicrosPerSecond
	if len(b) == 8 {
		return t, true
	}
	if b[8] != '.' || len(b) == 9 {
		return 0, false
	}
	unit := int64(100_000)
	for _, c := range b[9:] {
		if c -= '0'; c > 9 {
			return 0, false
		}
		t += int64(c) * unit
		unit /= 10
	}
	return t, true
}

// ParseTimestampISO reads YYYY-MM-DD, or it with a blank or T and HH:MM:SS[.ffffff], as microseconds since 2000-01-01.
func ParseTimestampISO(b []byte) (micros int64, ok bool) {
	if len(b) == 10 {
		d, ok := ParseDateISO(b)
		return d * MicrosPerDay, ok
	}
	if len(b) < 19 || b[10] != ' ' && b[10] != 'T' {
		return 0, false
	}
	d, ok := ParseDateISO(b[:10])
	if !ok {
		return 0, false
	}
	t, ok := ParseTimeISO(b[11:])
	return d*MicrosPerDay + t, ok
}

// ParseTimestamptzISO reads what [ParseTimestampISO] reads with a time, followed by Z, ±HH or ±HH:MM.
func ParseTimestamptzISO(b []byte) (micros int64, ok bool) {
	if len(b) < 20 {
		return 0, false
	}
	if b[len(b)-1] == 'Z' {
		return ParseTimestampISO(b[:len(b)-1])
	}
	minutes, at := 0, len(b)-3
	if b[at] == ':' {
		if minutes = twoDigits(b[at+1:]); minutes > 59 {
			return 0, false
		}
		at -= 3
	}
	hours := twoDigits(b[at+1:])
	if hours > 15 || b[at] != '+' && b[at] != '-' {
		return 0, false
	}
	minutes += hours * 60
	if b[at] == '-' {
		minutes = -minutes
	}
	t, ok := ParseTimestampISO(b[:at])
	return t - int64(minutes)*MicrosPerMinute, ok && at != 10
}

// CanonicalDate tells whether b is a date just as the default style prints it. A few dates that are (years beyond
// 9999, BC, infinity) do not pass.
func CanonicalDate(b []byte) bool {
	_, ok := ParseDateISO(b)
	return ok
}

// CanonicalTime tells whether b is a time just as it is printed.
func CanonicalTime(b []byte) bool {
	_, ok := ParseTimeISO(b)
	return ok && (len(b) == 8 || b[len(b)-1] != '0')
}

// CanonicalTimestamp tells whether b is a timestamp just as the default style prints it, with [CanonicalDate]'s limits.
func CanonicalTimestamp(b []byte) bool {
	return len(b) >= 19 && b[10] == ' ' && CanonicalDate(b[:10]) && CanonicalTime(b[11:])
}

// CanonicalTimestamptz tells whether b is a timestamptz just as the default style prints it in UTC.
func CanonicalTimestamptz(b []byte) bool {
	n := len(b) - 3
	return n > 0 && string(b[n:]) == "+00" && CanonicalTimestamp(b[:n])
}

const digitPairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354" +
	"5556575859606162636465666768697071727374757677787980818283848586878889909192939495969798" + "99"

// appendTwo appends a number below 100 by two digits.
func appendTwo(dst []byte, v int) []byte { return append(dst, digitPairs[2*v], digitPairs[2*v+1]) }

// appendYear appends a year of at least four digits.
func appendYear(dst []byte, y int) []byte {
	if y < 10000 {
		return append(dst, digitPairs[2*(y/100)], digitPairs[2*(y/100)+1], digitPairs[2*(y%100)], digitPairs[2*(y%100)+1])
	}
	return AppendInt(dst, int64(y))
}

// The days of the years 1 to 9999, whose ISO form has 10 bytes.
const (
	firstPlainDay = -730119
	endPlainDay   = 2921940
)

// putISODate writes YYYY-MM-DD of a day of the years 1 to 9999. Years begin in March
// (Neri and Schneider, Euclidean affine functions and their application to calendar algorithms).
func putISODate(b *[10]byte, days int32) {
	n := uint32(days+730425)*4 + 3 // from 0000-03-01
	century := n / 146097
	ofCentury := n%146097 | 3
	p := uint64(2939745) * uint64(ofCentury)
	dayOfYear := uint32(p) / 2939745 / 4
	year := 100*century + uint32(p>>32)
	q := 2141*dayOfYear + 197913
	month, day := q>>16, q&0xffff/2141+1
	if dayOfYear >= 306 {
		year++
		month -= 12
	}
	hi, lo := 2*(year/100), 2*(year%100)
	b[0], b[1], b[2], b[3] = digitPairs[hi], digitPairs[hi+1], digitPairs[lo], digitPairs[lo+1]
	b[4], b[5], b[6] = '-', digitPairs[2*month], digitPairs[2*month+1]
	b[7], b[8], b[9] = '-', digitPairs[2*day], digitPairs[2*day+1]
}

// putClock writes HH:MM:SS of the seconds of a day, which may be the end of it.
func putClock(b *[8]byte, secs uint32) {
	minutes := secs / 60
	h, m, s := 2*(minutes/60), 2*(minutes%60), 2*(secs-minutes*60)
	b[0], b[1], b[2] = digitPairs[h], digitPairs[h+1], ':'
	b[3], b[4], b[5] = digitPairs[m], digitPairs[m+1], ':'
	b[6], b[7] = digitPairs[s], digitPairs[s+1]
}

// appendClock appends HH:MM:SS[.f] of the time of day.
func appendClock(dst []byte, t int64) []byte {
	var b [8]byte
	secs := uint32(t / MicrosPerSecond)
	putClock(&b, secs)
	return appendFraction(append(dst, b[:]...), int(t-int64(secs)*MicrosPerSecond))
}

// appendFraction appends a point and the microseconds without their last zeros; nothing for 0.
func appendFraction(dst []byte, micros int) []byte {
	if micros == 0 {
		return dst
	}
	v := uint32(micros)
	a, b, c := 2*(v/10000), 2*(v/100%100), 2*(v%100)
	f := [7]byte{'.', digitPairs[a], digitPairs[a+1], digitPairs[b], digitPairs[b+1], digitPairs[c], digitPairs[c+1]}
	n := 7
	for f[n-1] == '0' {
		n--
	}
	return append(dst, f[:n]...)
}
