package types

import (
	"bytes"
	"math"
	"strconv"
	"unsafe"
)

// fieldMask is the set of fields found.
type fieldMask uint32

const (
	hasYear fieldMask = 1 << iota
	hasMonth
	hasDay
	hasHour
	hasMinute
	hasSecond
	hasMillisecond
	hasMicrosecond
	hasDOY
	hasZone
	hasSummerZone
	hasDynamicZone
	hasDST
	hasWeekday
	hasAMPM
	hasEra
	hasWeek
	hasDecade
	hasCentury
	hasMillennium
	hasUnknown

	allDate    = hasYear | hasMonth | hasDay
	allSeconds = hasSecond | hasMillisecond | hasMicrosecond
	allTime    = hasHour | hasMinute | allSeconds
)

// numberState is what the readers of numbers share.
type numberState struct {
	got       fieldMask // by the last call
	twoDigits bool      // the year has one or two digits
}

// scanFloat reads what strtod takes at the beginning of b: a decimal number, or a hexadecimal one. ok is false if none
// is there or it is out of range.
func scanFloat(b []byte) (v float64, rest []byte, ok bool) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	if i > 0 && len(b)-i >= 3 && isAlpha(b[i]) {
		word := bytes.ToLower(b[i:min(len(b), i+8)])
		inf, nan := bytes.HasPrefix(word, []byte("inf")), bytes.HasPrefix(word, []byte("nan"))
		switch {
		case string(word) == "infinity":
			return math.Inf(1), b[i+8:], true
		case inf:
			return math.Inf(1), b[i+3:], true
		case nan:
			return math.NaN(), b[i+3:], true
		}
	}
	hex := i+2 < len(b) && b[i] == '0' && b[i+1]|0x20 == 'x' && (isHex(b[i+2]) || b[i+2] == '.' && i+3 < len(b) && isHex(b[i+3]))
	if hex {
		i += 2
	}
	digits := 0
	for point := false; i < len(b); i++ {
		if b[i] == '.' && !point {
			point = true
		} else if isDigit(b[i]) || hex && isHex(b[i]) {
			digits++
		} else {
			break
		}
	}
	if digits == 0 {
		return 0, b, false
	}
	end, exp := i, byte('e')
	if hex {
		exp = 'p'
	}
	power := false
	if i < len(b) && b[i]|0x20 == exp {
		i++
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		for i < len(b) && isDigit(b[i]) {
			i++
			end, power = i, true
		}
	}
	text := unsafe.String(unsafe.SliceData(b), end) // errors of strconv have a copy
	if hex && !power {
		text += "p0"
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, b[end:], err == nil && (v != 0 && math.Abs(v) >= 0x1p-1022 || !significant(b[:end]))
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// significant tells whether a number has a digit other than 0 in its mantissa.
func significant(b []byte) bool {
	for _, c := range b {
		if c|0x20 == 'e' || c|0x20 == 'p' {
			return false
		}
		if c >= '1' && c <= '9' {
			return true
		}
	}
	return false
}

// fraction reads ".ddd" to the end of b.
func fraction(b []byte) (v float64, e dtError) {
	if len(b) == 1 { // strtod would see no number in it
		return 0, dtOK
	}
	v, rest, ok := scanFloat(b)
	if !ok || len(rest) > 0 {
		return 0, dtBadFormat
	}
	return v, dtOK
}

// fractionMicros reads ".ddd" as microseconds, rounded to even.
func fractionMicros(b []byte) (int, dtError) {
	v, e := fraction(b)
	return int(math.RoundToEven(v * 1e6)), e
}

// number reads one numeric field by what is known already (DecodeNumber).
func (in *dtInput) number(b []byte, textMonth bool, have fieldMask, st *numberState) dtError {
	st.got = 0
	val, rest, ok := scanInt(b)
	if !ok {
		return dtOverflow
	}
	if len(rest) == len(b) {
		return dtBadFormat
	}
	if len(rest) > 0 {
		if rest[0] != '.' {
			return dtBadFormat
		}
		// More than two digits before the point: a date or a time run together.
		if len(b)-len(rest) > 2 {
			return in.runTogether(b, have|allDate, st)
		}
		var e dtError
		if in.micros, e = fractionMicros(rest); e != dtOK {
			return e
		}
	}
	if len(b) == 3 && have&allDate == hasYear && val >= 1 && val <= 366 {
		st.got = hasDOY | hasMonth | hasDay
		in.yday = val
		return dtOK
	}
	order := in.style.DateOrder
	set := func(m fieldMask, to *int) { st.got, *to = m, val }
	switch have & allDate {
	case 0:
		// YYYY-MM-DD with a year of more than two digits, or the order of fields that DateStyle says.
		switch {
		case len(b) >= 3 || order == YMD:
			set(hasYear, &in.year)
		case order == DMY:
			set(hasDay, &in.mday)
		default:
			set(hasMonth, &in.mon)
		}
	case hasYear:
		set(hasMonth, &in.mon)
	case hasMonth:
		if textMonth && (len(b) >= 3 || order == YMD) {
			set(hasYear, &in.year)
		} else {
			set(hasDay, &in.mday)
		}
	case hasYear | hasMonth:
		if textMonth && len(b) >= 3 && st.twoDigits { // what was taken for the year was the day
			in.mday = in.year
			in.year = val
			st.got, st.twoDigits = hasDay, false
		} else {
			set(hasDay, &in.mday)
		}
	case hasDay:
		set(hasMonth, &in.mon)
	case hasMonth | hasDay:
		set(hasYear, &in.year)
	case allDate: // it must be a time
		return in.runTogether(b, have, st)
	default:
		return dtBadFormat
	}
	if st.got == hasYear {
		st.twoDigits = len(b) <= 2
	}
	return dtOK
}

// runTogether reads YYMMDD, YYYYMMDD, HHMMSS[.f], HHMM (DecodeNumberField).
func (in *dtInput) runTogether(b []byte, have fieldMask, st *numberState) dtError {
	if point := bytes.IndexByte(b, '.'); point >= 0 {
		v, _, ok := scanFloat(b[point:])
		if !ok && len(b) > point+1 && isDigit(b[point+1]) {
			return dtBadFormat
		}
		in.micros = int(math.RoundToEven(v * 1e6))
		b = b[:point]
	} else if have&allDate != allDate && len(b) >= 6 {
		st.got = allDate
		n := len(b)
		in.mday, in.mon, in.year = atoi(b[n-2:]), atoi(b[n-4:n-2]), atoi(b[:n-4])
		if n == 6 {
			st.twoDigits = true
		}
		return dtOK
	}
	if have&allTime != allTime {
		switch len(b) {
		case 6:
			st.got = allTime
			in.hour, in.min, in.sec = atoi(b[:2]), atoi(b[2:4]), atoi(b[4:])
			return dtOK
		case 4:
			st.got = allTime
			in.hour, in.min, in.sec = atoi(b[:2]), atoi(b[2:]), 0
			return dtOK
		}
	}
	return dtBadFormat
}

// date reads a field of a whole date (DecodeDate). It eats one byte behind each part whatever it is, as PostgreSQL does.
func (in *dtInput) date(b []byte, have fieldMask, st *numberState) dtError {
	var parts [dtMaxFields][]byte
	n := 0
	for i := 0; i < len(b) && n < dtMaxFields; n++ {
		for i < len(b) && !isAlnum(b[i]) {
			i++
		}
		if i == len(b) {
			return dtBadFormat
		}
		start, class := i, isDigit
		if isAlpha(b[i]) {
			class = isAlpha
		}
		for i < len(b) && class(b[i]) {
			i++
		}
		parts[n] = b[start:i]
		i++
	}
	var got fieldMask
	textMonth := false
	for i := range parts[:n] {
		p := parts[i]
		if !isAlpha(p[0]) {
			continue
		}
		w, _ := dateWord(p)
		if w.class == wordIgnored {
			continue
		}
		if w.class != wordMonth || have&hasMonth != 0 {
			return dtBadFormat
		}
		in.mon, textMonth = w.value, true
		have |= hasMonth
		got |= hasMonth
		parts[i] = nil
	}
	for _, p := range parts[:n] {
		if p == nil {
			continue
		}
		if e := in.number(p, textMonth, have, st); e != dtOK {
			return e
		}
		if have&st.got != 0 {
			return dtBadFormat
		}
		have |= st.got
		got |= st.got
	}
	st.got = got
	if have&^(hasDOY|hasZone) != allDate {
		return dtBadFormat
	}
	return dtOK
}

// clock reads HH:MM[:SS[.f]] (DecodeTimeCommon); minuteToSecond takes two fields for MM:SS. Hours may be beyond any day.
func clock(b []byte, minuteToSecond bool) (hour int64, minute, sec, micros int, e dtError) {
	hour, rest, ok := scanInt64(b)
	if !ok {
		return 0, 0, 0, 0, dtOverflow
	}
	if len(rest) == 0 || rest[0] != ':' {
		return 0, 0, 0, 0, dtBadFormat
	}
	minute, rest, ok = scanInt(rest[1:])
	if !ok {
		return 0, 0, 0, 0, dtOverflow
	}
	shift := false
	switch {
	case len(rest) == 0:
		shift = minuteToSecond
	case rest[0] == '.':
		if micros, e = fractionMicros(rest); e != dtOK {
			return 0, 0, 0, 0, e
		}
		shift = true
	case rest[0] == ':':
		sec, rest, ok = scanInt(rest[1:])
		if !ok {
			return 0, 0, 0, 0, dtOverflow
		}
		if len(rest) > 0 {
			if rest[0] != '.' {
				return 0, 0, 0, 0, dtBadFormat
			}
			if micros, e = fractionMicros(rest); e != dtOK {
				return 0, 0, 0, 0, e
			}
		}
	default:
		return 0, 0, 0, 0, dtBadFormat
	}
	if shift {
		if hour != int64(int32(hour)) {
			return 0, 0, 0, 0, dtOverflow
		}
		hour, minute, sec = 0, int(hour), minute
	}
	if hour < 0 || minute < 0 || minute > 59 || sec < 0 || sec > 60 || micros < 0 || micros > 1_000_000 {
		return 0, 0, 0, 0, dtOverflow
	}
	return hour, minute, sec, micros, dtOK
}

// setClock reads a time of day.
func (in *dtInput) setClock(b []byte, st *numberState) dtError {
	hour, minute, sec, micros, e := clock(b, false)
	if e == dtOK && hour > math.MaxInt32 {
		e = dtOverflow
	}
	if e == dtOK {
		in.hour, in.min, in.sec, in.micros = int(hour), minute, sec, micros
		st.got = allTime
	}
	return e
}

// timeOverflows tells whether the time of day is beyond 24:00:00.
func (f *dtFields) timeOverflows() bool {
	return f.hour < 0 || f.hour > 24 || f.min < 0 || f.min > 59 || f.sec < 0 || f.sec > 60 || f.micros < 0 || f.micros > 1_000_000 ||
		f.timeOfDay() > MicrosPerDay
}

func (f *dtFields) timeOfDay() int64 {
	return ((int64(f.hour)*60+int64(f.min))*60+int64(f.sec))*MicrosPerSecond + int64(f.micros)
}

// zoneOffset reads ±HH[:MM[:SS]] or ±HHMM as seconds west of UTC (DecodeTimezone).
func zoneOffset(b []byte) (west int, e dtError) {
	if len(b) == 0 || b[0] != '+' && b[0] != '-' {
		return 0, dtBadFormat
	}
	hours, rest, ok := scanInt(b[1:])
	if !ok {
		return 0, dtZoneOverflow
	}
	var minutes, secs int
	switch {
	case len(rest) > 0 && rest[0] == ':':
		minutes, rest, ok = scanInt(rest[1:])
		if ok && len(rest) > 0 && rest[0] == ':' {
			secs, rest, ok = scanInt(rest[1:])
		}
		if !ok {
			return 0, dtZoneOverflow
		}
	case len(rest) == 0 && len(b) > 3:
		minutes, hours = hours%100, hours/100
	}
	if hours < 0 || hours > 15 || minutes < 0 || minutes > 59 || secs < 0 || secs > 59 {
		return 0, dtZoneOverflow
	}
	west = -((hours*60+minutes)*60 + secs)
	if b[0] == '-' {
		west = -west
	}
	if len(rest) > 0 {
		return 0, dtBadFormat
	}
	return west, dtOK
}

// validate checks year, month and day (ValidateDate).
func (f *dtFields) validate(have fieldMask, julian, twoDigits, bc bool) dtError {
	if have&hasYear != 0 && !julian {
		switch {
		case bc:
			if f.year <= 0 {
				return dtOverflow
			}
			f.year = 1 - f.year
		case twoDigits:
			switch {
			case f.year < 0:
				return dtOverflow
			case f.year < 70:
				f.year += 2000
			case f.year < 100:
				f.year += 1900
			}
		case f.year <= 0:
			return dtOverflow
		}
	}
	if have&hasDOY != 0 {
		f.year, f.mon, f.mday = julianDate(julianDay(f.year, 1, 1) + f.yday - 1)
	}
	if have&hasMonth != 0 && (f.mon < 1 || f.mon > 12) || have&hasDay != 0 && (f.mday < 1 || f.mday > 31) {
		return dtMonthDayOverflow
	}
	if have&allDate == allDate && f.mday > DaysInMonth(f.year, f.mon) {
		return dtOverflow
	}
	return dtOK
}

// halfDay applies AM or PM.
func (f *dtFields) halfDay(half int) dtError {
	switch {
	case half != hour24 && f.hour > 12:
		return dtOverflow
	case half == hourAM && f.hour == 12:
		f.hour = 0
	case half == hourPM && f.hour != 12:
		f.hour += 12
	}
	return dtOK
}
