package types

import (
	"bytes"
	"time"

	"howdah/pgerr"
)

// dtState is where the reading of fields has come to.
type dtState struct {
	numberState
	have      fieldMask
	prefix    dtUnit // a label (y2001m02) for the next number
	half      int
	textMonth bool
	julian    bool
	bc        bool
	named     *time.Location // the zone given in full
	follow    *time.Location // the zone that an abbreviation follows
	word      []byte         // that abbreviation
	what      dtUnit         // dtPlain, or the reserved word that is the whole value
}

func (s *Style) now() time.Time {
	if s.Now.IsZero() {
		return time.Now()
	}
	return s.Now
}

// MicrosOf gives a moment as a timestamptz.
func MicrosOf(t time.Time) int64 { return t.UnixMicro() - unixToPostgres*MicrosPerSecond }

// current gives the clock's local time and its zone's offset west.
func (in *dtInput) current() (c Clock, west int) {
	t := MicrosOf(in.style.now())
	_, east := ZoneAt(t, in.style.Zone)
	return SplitTimestamp(t + int64(east)*MicrosPerSecond), -east
}

func (in *dtInput) setDate(c *Clock) { in.year, in.mon, in.mday = c.Year, c.Month, c.Day }

func (in *dtInput) clockFields() Clock {
	return Clock{Year: in.year, Month: in.mon, Day: in.mday, Hour: in.hour, Minute: in.min, Sec: in.sec, Micros: in.micros}
}

// decode reads the fields of a date or a timestamp (DecodeDateTime).
func (in *dtInput) decode() (what dtUnit, e dtError) {
	st := dtState{what: dtPlain}
	for i := 0; i < in.n; i++ {
		st.got = 0
		skip := false
		f := in.field[i]
		switch in.kind[i] {
		case dtDate:
			switch {
			case st.prefix == unitJulian: // a whole Julian day with a zone behind it
				val, rest, ok := scanInt(f)
				if !ok || val < 0 {
					return 0, dtOverflow
				}
				in.year, in.mon, in.mday = julianDate(val)
				st.julian = true
				if in.west, e = zoneOffset(rest); e != dtOK {
					return 0, e
				}
				st.got, st.prefix = allDate|allTime|hasZone, unitNone
			case st.prefix != unitNone || st.have&(hasMonth|hasDay) == hasMonth|hasDay:
				// A zone's name with punctuation, or a time run together with its zone.
				if isDigit(f[0]) || st.prefix != unitNone {
					if st.prefix != unitNone && st.prefix != unitTime {
						return 0, dtBadFormat
					}
					st.prefix = unitNone
					if st.have&allTime == allTime {
						return 0, dtBadFormat
					}
					if e := in.clockWithZone(f, st.have, &st.numberState); e != dtOK {
						return 0, e
					}
				} else {
					if e := in.nameZone(f, &st); e != dtOK {
						return 0, e
					}
				}
			default:
				if e := in.date(f, st.have, &st.numberState); e != dtOK {
					return 0, e
				}
			}
		case dtTime:
			if st.prefix != unitNone {
				if st.prefix != unitTime {
					return 0, dtBadFormat
				}
				st.prefix = unitNone
			}
			if e := in.setClock(f, &st.numberState); e != dtOK {
				return 0, e
			}
			if in.timeOverflows() {
				return 0, dtOverflow
			}
		case dtZone:
			if in.west, e = zoneOffset(f); e != dtOK {
				return 0, e
			}
			st.got = hasZone
		case dtNumber:
			if st.prefix != unitNone {
				if e := in.labelled(f, &st); e != dtOK {
					return 0, e
				}
				st.what = dtPlain
				break
			}
			point := bytes.IndexByte(f, '.')
			switch {
			case point >= 0 && st.have&allDate == 0:
				e = in.date(f, st.have, &st.numberState)
			case point > 2 || len(f) >= 6 && (st.have&allDate == 0 || st.have&allTime == 0):
				e = in.runTogether(f, st.have, &st.numberState)
			default:
				e = in.number(f, st.textMonth, st.have, &st.numberState)
			}
			if e != dtOK {
				return 0, e
			}
		default:
			if skip, e = in.wordOfDate(i, &st); e != dtOK {
				return 0, e
			}
		}
		if skip {
			continue
		}
		if st.got&st.have != 0 {
			return 0, dtBadFormat
		}
		st.have |= st.got
	}
	if e := in.validate(st.have, st.julian, st.twoDigits, st.bc); e != dtOK {
		return 0, e
	}
	if e := in.halfDay(st.half); e != dtOK {
		return 0, e
	}
	if st.what != dtPlain {
		return st.what, dtOK
	}
	if st.have&allDate != allDate {
		if st.have&allTime == allTime {
			return 0, dtOnlyTime
		}
		return 0, dtBadFormat
	}
	c := in.clockFields()
	if (st.named != nil || st.follow != nil || st.have&hasZone == 0) && st.have&hasDST != 0 {
		return 0, dtBadFormat
	}
	if st.named != nil {
		in.west = -OffsetAt(&c, st.named)
	}
	if st.follow != nil {
		in.west = -abbrevOffset(&c, st.word, st.follow)
	}
	if st.have&hasZone == 0 {
		in.west = -OffsetAt(&c, in.style.Zone)
	}
	return dtPlain, dtOK
}

// clockWithZone reads hhmmss-zz.
func (in *dtInput) clockWithZone(f []byte, have fieldMask, st *numberState) (e dtError) {
	minus := bytes.IndexByte(f, '-')
	if minus < 0 {
		return dtBadFormat
	}
	if in.west, e = zoneOffset(f[minus:]); e != dtOK {
		return e
	}
	if e := in.runTogether(f[:minus], have, st); e != dtOK {
		return e
	}
	st.got |= hasZone
	return dtOK
}

// nameZone finds a zone whose name only a zone can have.
func (in *dtInput) nameZone(f []byte, st *dtState) dtError {
	zone, ok := LoadZone(string(f))
	if !ok {
		in.zone = string(f)
		return dtUnknownZone
	}
	st.named, st.got = zone, hasZone
	return dtOK
}

// labelled reads the number behind a label.
func (in *dtInput) labelled(f []byte, st *dtState) dtError {
	val, rest, ok := scanInt(f)
	if !ok {
		return dtOverflow
	}
	point := len(rest) > 0 && rest[0] == '.'
	if point && st.prefix != unitJulian && st.prefix != unitTime && st.prefix != unitSecond || len(rest) > 0 && !point {
		return dtBadFormat
	}
	switch st.prefix {
	case unitYear:
		in.year, st.got = val, hasYear
	case unitMonth:
		if st.have&hasMonth != 0 && st.have&hasHour != 0 { // then m is for minutes
			in.min, st.got = val, hasMinute
		} else {
			in.mon, st.got = val, hasMonth
		}
	case unitDay:
		in.mday, st.got = val, hasDay
	case unitHour:
		in.hour, st.got = val, hasHour
	case unitMinute:
		in.min, st.got = val, hasMinute
	case unitSecond:
		in.sec, st.got = val, hasSecond
		if point {
			var e dtError
			if in.micros, e = fractionMicros(rest); e != dtOK {
				return e
			}
			st.got = allSeconds
		}
	case unitJulian:
		if val < 0 {
			return dtOverflow
		}
		in.year, in.mon, in.mday = julianDate(val)
		st.julian, st.got = true, allDate
		if point {
			v, tail, ok := scanFloat(rest)
			if len(rest) == 1 {
				v, tail, ok = 0, nil, true
			}
			if !ok || len(tail) > 0 {
				return dtBadFormat
			}
			var c Clock
			c.SetTime(int64(v * float64(MicrosPerDay)))
			in.hour, in.min, in.sec, in.micros = c.Hour, c.Minute, c.Sec, c.Micros
			st.got |= allTime
		}
	case unitTime:
		if e := in.runTogether(f, st.have|allDate, &st.numberState); e != dtOK {
			return e
		}
		if st.got != allTime {
			return dtBadFormat
		}
	default:
		return dtBadFormat
	}
	st.prefix = unitNone
	return dtOK
}

// zoneWord takes in a word that is a zone's abbreviation; ok is false if it is none.
func (in *dtInput) zoneWord(f []byte, st *dtState) (ok bool) {
	a, ok := zoneAbbrev(f)
	if !ok {
		return false
	}
	switch a.class {
	case wordZone:
		in.west, st.got = -a.east, hasZone
	case wordSummerZone:
		in.west, st.got = -a.east, hasZone|hasSummerZone
	default:
		st.follow, st.word, st.got = a.zone, f, hasZone|hasDynamicZone
	}
	return true
}

// wordOfDate takes in a word of a date or timestamp; skip says that it means nothing.
func (in *dtInput) wordOfDate(i int, st *dtState) (skip bool, e dtError) {
	f := in.field[i]
	if in.zoneWord(f, st) {
		return false, dtOK
	}
	w, _ := dateWord(f)
	switch w.class {
	case wordIgnored:
		return true, dtOK
	case wordReserved:
		switch u := dtUnit(w.value); u {
		case reservedNow:
			c, west := in.current()
			in.setDate(&c)
			in.hour, in.min, in.sec, in.micros, in.west = c.Hour, c.Minute, c.Sec, c.Micros, west
			st.got, st.what = allDate|allTime|hasZone, dtPlain
		case reservedToday, reservedTomorrow, reservedYesterday:
			c, _ := in.current()
			shift := map[dtUnit]int{reservedTomorrow: 1, reservedYesterday: -1}[u]
			in.year, in.mon, in.mday = julianDate(julianDay(c.Year, c.Month, c.Day) + shift)
			st.got, st.what = allDate, dtPlain
		case reservedZulu:
			in.hour, in.min, in.sec, in.west = 0, 0, 0, 0
			st.got, st.what = allTime|hasZone, dtPlain
		default:
			st.got, st.what = hasUnknown, u
		}
	case wordMonth:
		st.got = hasMonth
		// A number that was taken for the month was the day.
		if st.have&hasMonth != 0 && !st.textMonth && st.have&hasDay == 0 && in.mon >= 1 && in.mon <= 31 {
			in.mday, st.got = in.mon, hasDay
		}
		st.textMonth, in.mon = true, w.value
	case wordDST:
		st.got = hasDST | hasSummerZone
		in.west -= w.value
	case wordAMPM:
		st.got, st.half = hasAMPM, w.value
	case wordEra:
		st.got, st.bc = hasEra, w.value == eraBC
	case wordWeekday:
		st.got = hasWeekday
	case wordUnit:
		st.prefix = dtUnit(w.value)
	case wordISOTime:
		if st.have&allDate != allDate || !in.clockFollows(i) {
			return false, dtBadFormat
		}
		st.prefix = unitTime
	default:
		zone, ok := LoadZone(string(f))
		if !ok {
			return false, dtBadFormat
		}
		st.named, st.got = zone, hasZone
	}
	return false, dtOK
}

// clockFollows tells whether a time may stand behind the t at field i.
func (in *dtInput) clockFollows(i int) bool {
	return i < in.n-1 && (in.kind[i+1] == dtNumber || in.kind[i+1] == dtTime || in.kind[i+1] == dtDate)
}

// decodeTime reads the fields of a time or timetz (DecodeTimeOnly).
func (in *dtInput) decodeTime() dtError {
	var st dtState
	var e dtError
	for i := 0; i < in.n; i++ {
		st.got = 0
		skip := false
		f := in.field[i]
		switch in.kind[i] {
		case dtDate:
			switch {
			case i == 0 && in.n >= 2 && (in.kind[in.n-1] == dtDate || in.kind[1] == dtTime):
				e = in.date(f, st.have, &st.numberState)
			case isDigit(f[0]):
				if st.have&allTime == allTime {
					return dtBadFormat
				}
				if e = in.clockWithZone(f, st.have|allDate, &st.numberState); e == dtOK {
					in.kind[i] = dtTime
				}
			default:
				if e = in.nameZone(f, &st); e == dtOK {
					in.kind[i] = dtZone
				}
			}
		case dtTime:
			e = in.setClock(f, &st.numberState)
		case dtZone:
			in.west, e = zoneOffset(f)
			st.got = hasZone
		case dtNumber:
			if st.prefix != unitNone {
				e = in.labelled(f, &st)
				break
			}
			point := bytes.IndexByte(f, '.')
			switch {
			case point >= 0 && i == 0 && in.n >= 2 && in.kind[in.n-1] == dtDate:
				e = in.date(f, st.have, &st.numberState)
			case point > 2 || point < 0 && len(f) > 4:
				if e = in.runTogether(f, st.have|allDate, &st.numberState); e == dtOK {
					in.kind[i] = dtTime
				}
			case point >= 0:
				e = dtBadFormat
			default:
				e = in.number(f, false, st.have|allDate, &st.numberState)
			}
		default:
			skip, e = in.wordOfTime(i, &st)
		}
		if e != dtOK {
			return e
		}
		if skip {
			continue
		}
		if st.got&st.have != 0 {
			return dtBadFormat
		}
		st.have |= st.got
	}
	if e := in.validate(st.have, st.julian, st.twoDigits, st.bc); e != dtOK {
		return e
	}
	if e := in.halfDay(st.half); e != dtOK {
		return e
	}
	if in.timeOverflows() {
		return dtOverflow
	}
	if st.have&allTime != allTime {
		return dtBadFormat
	}
	return in.timeZone(&st)
}

// timeZone finds the offset of a time, whose zone may need a date.
func (in *dtInput) timeZone(st *dtState) dtError {
	if st.named == nil && st.follow == nil && st.have&hasZone != 0 {
		return dtOK
	}
	if st.have&hasDST != 0 {
		return dtBadFormat
	}
	c := in.clockFields()
	dated := st.have&allDate == allDate
	if st.named != nil {
		if east, ok := constantOffset(st.named); ok {
			in.west = -east
		} else if !dated {
			return dtBadFormat
		} else {
			in.west = -OffsetAt(&c, st.named)
		}
	}
	if st.follow == nil && st.have&hasZone != 0 {
		return dtOK
	}
	if !dated {
		if st.have&allDate != 0 {
			return dtBadFormat
		}
		now, _ := in.current()
		c.Year, c.Month, c.Day = now.Year, now.Month, now.Day
	}
	if st.follow != nil {
		in.west = -abbrevOffset(&c, st.word, st.follow)
	} else {
		in.west = -OffsetAt(&c, in.style.Zone)
	}
	return dtOK
}

// constantOffset gives the only offset that a zone ever had.
func constantOffset(zone *time.Location) (east int, ok bool) {
	t := time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC).In(zone)
	_, east = t.Zone()
	for range 1000 {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			return east, true
		}
		if _, next := end.Zone(); next != east {
			return 0, false
		}
		t = end
	}
	return east, true
}

// wordOfTime takes in a word of a time.
func (in *dtInput) wordOfTime(i int, st *dtState) (skip bool, e dtError) {
	f := in.field[i]
	if in.zoneWord(f, st) {
		in.kind[i] = dtZone
		return false, dtOK
	}
	w, _ := dateWord(f)
	switch w.class {
	case wordIgnored:
		return true, dtOK
	case wordReserved:
		switch dtUnit(w.value) {
		case reservedNow:
			c, _ := in.current()
			in.setDate(&c)
			in.hour, in.min, in.sec, in.micros = c.Hour, c.Minute, c.Sec, c.Micros
			st.got = allTime
		case reservedZulu:
			in.hour, in.min, in.sec = 0, 0, 0
			st.got = allTime | hasZone
		default:
			return false, dtBadFormat
		}
	case wordDST:
		st.got = hasDST | hasSummerZone
		in.west -= w.value
	case wordAMPM:
		st.got, st.half = hasAMPM, w.value
	case wordEra:
		st.got, st.bc = hasEra, w.value == eraBC
	case wordUnit:
		st.prefix = dtUnit(w.value)
	case wordISOTime:
		if !in.clockFollows(i) {
			return false, dtBadFormat
		}
		st.prefix = unitTime
	case wordUnknown:
		zone, ok := LoadZone(string(f))
		if !ok {
			return false, dtBadFormat
		}
		st.named, st.got = zone, hasZone
	default:
		return false, dtBadFormat
	}
	return false, dtOK
}

// fail makes the error of input that a type does not take (DateTimeParseError).
func (e dtError) fail(text []byte, typ string, in *dtInput) error {
	switch e {
	case dtOverflow:
		return pgerr.New(pgerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", string(text))
	case dtMonthDayOverflow:
		return pgerr.New(pgerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", string(text)).
			WithHint("Perhaps you need a different \"datestyle\" setting.")
	case dtIntervalOverflow:
		return pgerr.New(pgerr.IntervalFieldOverflow, "interval field value out of range: \"%s\"", string(text))
	case dtZoneOverflow:
		return pgerr.New(pgerr.InvalidTimeZoneDisplacement, "time zone displacement out of range: \"%s\"", string(text))
	case dtUnknownZone:
		return pgerr.New(pgerr.InvalidParameterValue, "time zone \"%s\" not recognized", string(in.zone))
	}
	return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typ, string(text))
}

// ParseDate reads a date as date_in does.
func ParseDate(text []byte, s *Style) (days int64, err error) {
	if d, ok := ParseDateISO(text); ok {
		return d, nil
	}
	in := borrowInput(s)
	defer dtInputs.Put(in)
	e := in.split(text, dtTimeBuffer)
	what := dtPlain
	if e == dtOK {
		what, e = in.decode()
	}
	if e != dtOK {
		return 0, e.fail(text, "date", in)
	}
	switch what {
	case dtPlain:
	case unitEpoch:
		return -unixEpoch, nil
	case reservedLate:
		return DateInfinity, nil
	case reservedEarly:
		return DateNegInfinity, nil
	default:
		return 0, dtBadFormat.fail(text, "date", in)
	}
	if !validJulian(in.year, in.mon) || !ValidDate(DaysFromCivil(in.year, in.mon, in.mday)) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: \"%s\"", string(text))
	}
	return DaysFromCivil(in.year, in.mon, in.mday), nil
}

// ParseTimestamp reads a timestamp as timestamp_in does, to typmod digits after the point (-1 = 6).
func ParseTimestamp(text []byte, typmod int32, s *Style) (int64, error) {
	t, ok := ParseTimestampISO(text)
	if !ok {
		var err error
		if t, err = parseMoment(text, s, false); err != nil {
			return 0, err
		}
	}
	return RoundTimestamp(t, typmod)
}

// ParseTimestamptz reads a timestamp with time zone as timestamptz_in does.
func ParseTimestamptz(text []byte, typmod int32, s *Style) (int64, error) {
	t, ok := ParseTimestamptzISO(text)
	if !ok {
		var err error
		if t, err = parseMoment(text, s, true); err != nil {
			return 0, err
		}
	}
	return RoundTimestamp(t, typmod)
}

func parseMoment(text []byte, s *Style, zoned bool) (int64, error) {
	name := "timestamp"
	if zoned {
		name = "timestamp with time zone"
	}
	in := borrowInput(s)
	defer dtInputs.Put(in)
	e := in.split(text, dtBuffer)
	what := dtPlain
	if e == dtOK {
		what, e = in.decode()
	}
	if e != dtOK {
		return 0, e.fail(text, name, in)
	}
	switch what {
	case dtPlain:
	case unitEpoch:
		return -unixToPostgres * MicrosPerSecond, nil
	case reservedLate:
		return TimestampInfinity, nil
	case reservedEarly:
		return TimestampNegInfinity, nil
	default:
		return 0, dtBadFormat.fail(text, name, in)
	}
	c := in.clockFields()
	east := 0
	if zoned {
		east = -in.west
	}
	t, ok := c.Timestamp(east)
	if !ok {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", string(text))
	}
	return t, nil
}

// ParseTime reads a time as time_in does.
func ParseTime(text []byte, typmod int32, s *Style) (int64, error) {
	t, ok := ParseTimeISO(text)
	if !ok {
		in := borrowInput(s)
		defer dtInputs.Put(in)
		e := in.split(text, dtTimeBuffer)
		if e == dtOK {
			e = in.decodeTime()
		}
		if e != dtOK {
			return 0, e.fail(text, "time", in)
		}
		t = in.timeOfDay()
	}
	return RoundTime(t, typmod), nil
}

// ParseTimetz reads a time with time zone as timetz_in does.
func ParseTimetz(text []byte, typmod int32, s *Style) (Timetz, error) {
	in := borrowInput(s)
	defer dtInputs.Put(in)
	e := in.split(text, dtTimeBuffer)
	if e == dtOK {
		e = in.decodeTime()
	}
	if e != dtOK {
		return Timetz{}, e.fail(text, "time with time zone", in)
	}
	return Timetz{RoundTime(in.timeOfDay(), typmod), int32(in.west)}, nil
}

var scales = [...]int64{1_000_000, 100_000, 10_000, 1000, 100, 10, 1}

// RoundTime rounds a time to typmod digits after the point; -1 leaves it.
func RoundTime(t int64, typmod int32) int64 {
	if typmod < 0 || typmod >= 6 {
		return t
	}
	unit := scales[typmod]
	if t >= 0 {
		return (t + unit/2) / unit * unit
	}
	return -((-t + unit/2) / unit * unit)
}

// RoundTimestamp rounds a timestamp to typmod digits after the point; -1 leaves it (AdjustTimestampForTypmod).
func RoundTimestamp(t int64, typmod int32) (int64, error) {
	if !TimestampFinite(t) || typmod == -1 || typmod == 6 {
		return t, nil
	}
	if typmod < 0 || typmod > 6 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "timestamp(%d) precision must be between %d and %d", typmod, 0, 6)
	}
	return RoundTime(t, typmod), nil
}
