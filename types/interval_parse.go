package types

import (
	"bytes"
	"math"
	"math/bits"

	"howdah/pgerr"
)

// The fields of an interval's typmod (INTERVAL_MASK).
const (
	maskMonth  = 1 << 1
	maskYear   = 1 << 2
	maskDay    = 1 << 3
	maskHour   = 1 << 10
	maskMinute = 1 << 11
	maskSecond = 1 << 12

	fullRange     = 0x7fff
	fullPrecision = 0xffff
)

// period adds up an interval while it is read. Each add says false on overflow.
type period struct {
	micros              int64
	years, months, days int32
}

// mulAdd is a + b*c, false on overflow.
func mulAdd(a, b, c int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(b), uint64(c))
	signed := int64(hi) - b>>63&c - c>>63&b
	p := int64(lo)
	sum := a + p
	return sum, signed == p>>63 && (sum^a)&(sum^p) >= 0
}

func addInt32(to *int32, v, scale int64) bool {
	if v < math.MinInt32 || v > math.MaxInt32 {
		return false
	}
	v *= scale
	sum := int64(*to) + v
	if v < math.MinInt32 || v > math.MaxInt32 || sum < math.MinInt32 || sum > math.MaxInt32 {
		return false
	}
	*to = int32(sum)
	return true
}

func (p *period) addYears(v, scale int64) bool { return addInt32(&p.years, v, scale) }
func (p *period) addMonths(v int64) bool       { return addInt32(&p.months, v, 1) }
func (p *period) addDays(v, scale int64) bool  { return addInt32(&p.days, v, scale) }

func (p *period) addMicros(v int64, f float64, scale int64) (ok bool) {
	p.micros, ok = mulAdd(p.micros, v, scale)
	return ok && p.addFraction(f, scale)
}

// addFraction adds a part of a unit of so many microseconds, rounded.
func (p *period) addFraction(f float64, scale int64) (ok bool) {
	if f == 0 {
		return true
	}
	f *= float64(scale)
	n := int64(f)
	f -= float64(n)
	if f > 0.5 {
		n++
	} else if f < -0.5 {
		n--
	}
	p.micros, ok = mulAdd(p.micros, n, 1)
	return ok
}

func (p *period) addFractionDays(f float64, scale int64) bool {
	if f == 0 {
		return true
	}
	f *= float64(scale)
	days := int64(f)
	return p.addDays(days, 1) && p.addFraction(f-float64(days), MicrosPerDay)
}

func (p *period) addFractionYears(f float64, scale int64) bool {
	return addInt32(&p.months, int64(math.RoundToEven(f*float64(scale)*12)), 1)
}

// ParseInterval reads an interval as interval_in does, with a typmod's restrictions.
func ParseInterval(text []byte, typmod int32, s *Style) (Interval, error) {
	allowed := int32(fullRange)
	if typmod >= 0 {
		allowed = typmod >> 16 & 0x7fff
	}
	in := borrowInput(s)
	defer dtInputs.Put(in)
	var p period
	e := in.split(text, dtPeriodBuffer)
	if e == dtOK {
		e = in.decodePeriod(&p, allowed)
	}
	if e == dtBadFormat {
		p = period{}
		e = isoPeriod(text, &p)
	}
	if e == dtOverflow {
		e = dtIntervalOverflow
	}
	if e != dtOK {
		return Interval{}, e.fail(text, "interval", in)
	}
	months := int64(p.years)*12 + int64(p.months)
	if months < math.MinInt32 || months > math.MaxInt32 {
		return Interval{}, pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
	}
	return RoundInterval(Interval{int32(months), p.days, p.micros}, typmod)
}

// rightmost is the unit of a number without one at the end, by the typmod's fields.
func rightmost(allowed int32) dtUnit {
	switch {
	case allowed == fullRange || allowed&maskSecond != 0:
		return unitSecond
	case allowed&maskMinute != 0:
		return unitMinute
	case allowed&maskHour != 0:
		return unitHour
	case allowed&maskDay != 0:
		return unitDay
	case allowed&maskMonth != 0:
		return unitMonth
	case allowed&maskYear != 0:
		return unitYear
	}
	return unitSecond
}

// decodePeriod reads the fields from right to left, to know units before numbers (DecodeInterval).
func (in *dtInput) decodePeriod(p *period, allowed int32) dtError {
	unit := unitNone
	var have fieldMask
	// In the SQL standard's style a leading minus counts for all fields, if no other has a sign.
	negative := in.style.IntervalStyle == IntervalSQLStandard && in.n > 0 && in.field[0][0] == '-'
	for _, f := range in.field[1:max(in.n, 1)] {
		if negative && (f[0] == '-' || f[0] == '+') {
			negative = false
		}
	}
	ago := false
	for i := in.n - 1; i >= 0; i-- {
		f := in.field[i]
		var got fieldMask
		switch in.kind[i] {
		case dtTime:
			if e := p.setClock(f, allowed); e != dtOK {
				return e
			}
			if negative && p.micros > 0 {
				p.micros = -p.micros
			}
			got, unit = allTime, unitDay
		case dtString, dtSpecial:
			w, _ := periodWord(f)
			switch w.class {
			case wordIgnored:
				unit = unitNone
				continue
			case wordUnit:
				unit = dtUnit(w.value)
			case wordAgo:
				ago, unit = true, dtPlain // no unit: a number before it needs one of its own
			default:
				return dtBadFormat
			}
		default:
			if in.kind[i] == dtZone && bytes.IndexByte(f[1:], ':') >= 0 {
				before := p.micros
				if p.setClock(f[1:], allowed) == dtOK {
					if f[0] == '-' {
						p.micros = -p.micros
					}
					if negative && p.micros > 0 {
						p.micros = -p.micros
					}
					got, unit = allTime, unitDay
					break
				}
				p.micros = before
			}
			if unit == unitNone {
				unit = rightmost(allowed)
			}
			var e dtError
			if got, unit, e = p.addField(f, unit, negative); e != dtOK {
				return e
			}
		}
		if got&have != 0 {
			return dtBadFormat
		}
		have |= got
	}
	if have == 0 {
		return dtBadFormat
	}
	if ago {
		if p.micros == math.MinInt64 || p.days == math.MinInt32 || p.months == math.MinInt32 || p.years == math.MinInt32 {
			return dtOverflow
		}
		p.micros, p.days, p.months, p.years = -p.micros, -p.days, -p.months, -p.years
	}
	return dtOK
}

// setClock makes the microseconds those of hh:mm:ss.
func (p *period) setClock(b []byte, allowed int32) dtError {
	hour, minute, sec, micros, e := clock(b, allowed == maskMinute|maskSecond)
	if e != dtOK {
		return e
	}
	t, ok := mulAdd(int64(micros), hour, MicrosPerHour)
	if ok {
		t, ok = mulAdd(t, int64(minute), MicrosPerMinute)
	}
	if ok {
		t, ok = mulAdd(t, int64(sec), MicrosPerSecond)
	}
	if !ok {
		return dtOverflow
	}
	p.micros = t
	return dtOK
}

// addField adds a number in a unit. next is the unit for a number before it that has none.
func (p *period) addField(f []byte, unit dtUnit, negative bool) (got fieldMask, next dtUnit, e dtError) {
	v, rest, ok := scanInt64(f)
	if !ok {
		return 0, 0, dtOverflow
	}
	part := 0.0
	switch {
	case len(rest) == 0:
	case rest[0] == '-': // years-months
		months, tail, ok := scanInt(rest[1:])
		if !ok || months < 0 || months >= 12 {
			return 0, 0, dtOverflow
		}
		if len(tail) > 0 {
			return 0, 0, dtBadFormat
		}
		unit = unitMonth
		if f[0] == '-' {
			months = -months
		}
		if v, ok = mulAdd(int64(months), v, 12); !ok {
			return 0, 0, dtOverflow
		}
	case rest[0] == '.':
		if part, e = fraction(rest); e != dtOK {
			return 0, 0, e
		}
		if f[0] == '-' {
			part = -part
		}
	default:
		return 0, 0, dtBadFormat
	}
	if negative {
		v, part = min(v, -v), min(part, -part)
	}
	next = unit
	switch unit {
	case unitMicrosecond:
		ok, got = p.addMicros(v, part, 1), hasMicrosecond
	case unitMillisecond:
		ok, got = p.addMicros(v, part, 1000), hasMillisecond
	case unitSecond:
		ok, got = p.addMicros(v, part, MicrosPerSecond), hasSecond
		if part != 0 {
			got = allSeconds
		}
	case unitMinute:
		ok, got = p.addMicros(v, part, MicrosPerMinute), hasMinute
	case unitHour:
		ok, got, next = p.addMicros(v, part, MicrosPerHour), hasHour, unitDay
	case unitDay:
		ok, got = p.addDays(v, 1) && p.addFraction(part, MicrosPerDay), hasDay
	case unitWeek:
		ok, got = p.addDays(v, 7) && p.addFractionDays(part, 7), hasWeek
	case unitMonth:
		ok, got = p.addMonths(v) && p.addFractionDays(part, 30), hasMonth
	case unitYear:
		ok, got = p.addYears(v, 1) && p.addFractionYears(part, 1), hasYear
	case unitDecade:
		ok, got = p.addYears(v, 10) && p.addFractionYears(part, 10), hasDecade
	case unitCentury:
		ok, got = p.addYears(v, 100) && p.addFractionYears(part, 100), hasCentury
	case unitMillennium:
		ok, got = p.addYears(v, 1000) && p.addFractionYears(part, 1000), hasMillennium
	default:
		return 0, 0, dtBadFormat
	}
	if !ok {
		return 0, 0, dtOverflow
	}
	return got, next, dtOK
}

// isoNumber reads a number of an ISO 8601 interval: whole and fraction.
func isoNumber(b []byte) (whole int64, part float64, rest []byte, e dtError) {
	if len(b) == 0 || !isDigit(b[0]) && b[0] != '-' && b[0] != '.' {
		return 0, 0, nil, dtBadFormat
	}
	v, rest, ok := scanFloat(b)
	if !ok || len(rest) == len(b) {
		return 0, 0, nil, dtBadFormat
	}
	if !(v >= -1e15 && v <= 1e15) {
		return 0, 0, nil, dtOverflow
	}
	whole = int64(v)
	return whole, v - float64(whole), rest, dtOK
}

// isoDigits counts the digits that a number begins with.
func isoDigits(b []byte) (n int) {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}

// isoPeriod reads the ISO 8601 forms: PnYnMnDTnHnMnS, P0001-02-03T04:05:06, P00010203T040506 (DecodeISO8601Interval).
func isoPeriod(b []byte, p *period) dtError {
	if len(b) < 2 || b[0] != 'P' {
		return dtBadFormat
	}
	b = b[1:]
	var date, seen bool
	check := func(ok bool) dtError {
		if ok {
			return dtOK
		}
		return dtOverflow
	}
	for date = true; len(b) > 0; {
		if b[0] == 'T' {
			date, seen = false, false
			b = b[1:]
			continue
		}
		start := b
		v, f, rest, e := isoNumber(b)
		if e != dtOK {
			return e
		}
		unit := byte(0)
		if b = rest; len(b) > 0 {
			unit, b = b[0], b[1:]
		}
		switch {
		case date && unit == 'Y':
			e = check(p.addYears(v, 1) && p.addFractionYears(f, 1))
		case date && unit == 'M':
			e = check(p.addMonths(v) && p.addFractionDays(f, 30))
		case date && unit == 'W':
			e = check(p.addDays(v, 7) && p.addFractionDays(f, 7))
		case date && unit == 'D':
			e = check(p.addDays(v, 1) && p.addFraction(f, MicrosPerDay))
		case date && (unit == 'T' || unit == 0) && isoDigits(start) == 8 && !seen:
			if e = check(p.addYears(v/10000, 1) && p.addMonths(v/100%100) && p.addDays(v%100, 1) && p.addFraction(f, MicrosPerDay)); e != dtOK || unit == 0 {
				return e
			}
			date, seen = false, false
			continue
		case date && (unit == 'T' || unit == 0 || unit == '-'):
			if seen {
				return dtBadFormat
			}
			if e = check(p.addYears(v, 1) && p.addFractionYears(f, 1)); e != dtOK || unit == 0 {
				return e
			}
			if unit == '-' {
				var done bool
				if b, done, e = isoMonthDay(b, p); e != dtOK || done {
					return e
				}
			} else {
				date, seen = false, false
			}
			continue
		case date:
			return dtBadFormat
		case unit == 'H':
			e = check(p.addMicros(v, f, MicrosPerHour))
		case unit == 'M':
			e = check(p.addMicros(v, f, MicrosPerMinute))
		case unit == 'S':
			e = check(p.addMicros(v, f, MicrosPerSecond))
		case unit == 0 && isoDigits(start) == 6 && !seen:
			return check(p.addMicros(v/10000, 0, MicrosPerHour) && p.addMicros(v/100%100, 0, MicrosPerMinute) &&
				p.addMicros(v%100, 0, MicrosPerSecond) && p.addFraction(f, 1))
		case unit == 0 || unit == ':':
			if seen {
				return dtBadFormat
			}
			return isoClock(v, f, b, unit, p)
		default:
			return dtBadFormat
		}
		if e != dtOK {
			return e
		}
		seen = true
	}
	return dtOK
}

// isoMonthDay reads the months and days behind a year and a hyphen; what is left begins with a T.
func isoMonthDay(b []byte, p *period) (rest []byte, done bool, e dtError) {
	v, f, b, e := isoNumber(b)
	if e != dtOK {
		return nil, false, e
	}
	if !p.addMonths(v) || !p.addFractionDays(f, 30) {
		return nil, false, dtOverflow
	}
	if len(b) == 0 || b[0] == 'T' {
		return b, len(b) == 0, dtOK
	}
	if b[0] != '-' {
		return nil, false, dtBadFormat
	}
	v, f, b, e = isoNumber(b[1:])
	if e != dtOK {
		return nil, false, e
	}
	if !p.addDays(v, 1) || !p.addFraction(f, MicrosPerDay) {
		return nil, false, dtOverflow
	}
	if len(b) == 0 || b[0] == 'T' {
		return b, len(b) == 0, dtOK
	}
	return nil, false, dtBadFormat
}

// isoClock reads hours and what stands behind them: :mm[:ss].
func isoClock(v int64, f float64, b []byte, unit byte, p *period) (e dtError) {
	if !p.addMicros(v, f, MicrosPerHour) {
		return dtOverflow
	}
	if unit == 0 {
		return dtOK
	}
	for _, scale := range []int64{MicrosPerMinute, MicrosPerSecond} {
		if v, f, b, e = isoNumber(b); e != dtOK {
			return e
		}
		if !p.addMicros(v, f, scale) {
			return dtOverflow
		}
		if len(b) == 0 {
			return dtOK
		}
		if scale == MicrosPerSecond || b[0] != ':' {
			break
		}
		b = b[1:]
	}
	return dtBadFormat
}

// RoundInterval cuts an interval to the fields and digits of a typmod; -1 leaves it (AdjustIntervalForTypmod).
func RoundInterval(v Interval, typmod int32) (Interval, error) {
	if typmod < 0 {
		return v, nil
	}
	switch allowed := typmod >> 16 & 0x7fff; {
	case allowed == fullRange || allowed&maskSecond != 0:
	case allowed&maskMinute != 0:
		v.Micros -= v.Micros % MicrosPerMinute
	case allowed&maskHour != 0:
		v.Micros -= v.Micros % MicrosPerHour
	case allowed&maskDay != 0:
		v.Micros = 0
	case allowed&maskMonth != 0:
		v.Days, v.Micros = 0, 0
	case allowed&maskYear != 0:
		v.Months -= v.Months % 12
		v.Days, v.Micros = 0, 0
	default:
		return v, pgerr.New(pgerr.InternalError, "unrecognized interval typmod: %d", typmod)
	}
	if precision := typmod & 0xffff; precision != fullPrecision {
		if precision > 6 {
			return v, pgerr.New(pgerr.InvalidParameterValue, "interval(%d) precision must be between %d and %d", precision, 0, 6)
		}
		v.Micros = RoundTime(v.Micros, precision)
	}
	return v, nil
}
