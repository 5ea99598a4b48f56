package types

import (
	"math"
	"time"

	"howdah/pgerr"
)

// Unit is a unit of time by name, as date_trunc and extract take it.
type Unit struct {
	class wordClass
	unit  dtUnit
	name  string // in lower case
}

// ParseUnit looks a unit up; one that means nothing is an error only when it is used.
func ParseUnit(name []byte) Unit {
	low := lowerWord(name)
	w, ok := periodWord(low)
	if !ok {
		w, _ = dateWord(low)
	}
	return Unit{w.class, dtUnit(w.value), string(low)}
}

func (u *Unit) unsupported(typ OID) error {
	return pgerr.New(pgerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", u.name, typeName(typ))
}

func (u *Unit) unknown(typ OID) error {
	return pgerr.New(pgerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", u.name, typeName(typ))
}

// ParsePeriodUnit looks up what date_trunc takes: units of length alone.
func ParsePeriodUnit(name []byte) Unit {
	low := lowerWord(name)
	w, _ := periodWord(low)
	return Unit{w.class, dtUnit(w.value), string(low)}
}

// TruncTimestamp is date_trunc in a zone; typ is the type for errors.
func TruncTimestamp(u *Unit, t int64, zone *time.Location, typ OID) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	if u.class != wordUnit {
		return 0, u.unknown(typ)
	}
	if zone == nil || zone == time.UTC {
		switch u.unit {
		case unitDay:
			return floorDiv(t, MicrosPerDay) * MicrosPerDay, nil
		case unitHour:
			return floorDiv(t, MicrosPerHour) * MicrosPerHour, nil
		case unitMinute:
			return floorDiv(t, MicrosPerMinute) * MicrosPerMinute, nil
		case unitSecond:
			return floorDiv(t, MicrosPerSecond) * MicrosPerSecond, nil
		}
	}
	c, east, err := Fields(t, zone)
	if err != nil {
		return 0, err
	}
	again := u.unit >= unitDay // the offset may be another at the beginning
	switch u.unit {
	case unitMicrosecond:
		return t, nil
	case unitMillisecond:
		c.Micros = c.Micros / 1000 * 1000
	case unitWeek:
		j := julianDay(c.Year, c.Month, c.Day)
		c.Year, c.Month, c.Day = julianDate(j - weekDay(j-1))
		c.Hour, c.Minute, c.Sec, c.Micros = 0, 0, 0, 0
	case unitSecond, unitMinute, unitHour, unitDay, unitMonth, unitQuarter, unitYear, unitDecade, unitCentury, unitMillennium:
		c.trunc(u.unit)
	default:
		return 0, u.unsupported(typ)
	}
	if again {
		east = OffsetAt(&c, zone)
	}
	t, ok := c.Timestamp(east)
	if !ok {
		return 0, errTimestampRange()
	}
	return t, nil
}

// trunc sets what is smaller than the unit to its beginning.
func (c *Clock) trunc(u dtUnit) {
	first := func(size int) int { // of centuries and millennia, which begin with a 1
		if c.Year > 0 {
			return (c.Year+size-1)/size*size - size + 1
		}
		return -((size-1-(c.Year-1))/size)*size + 1
	}
	switch u {
	case unitMillennium:
		c.Year = first(1000)
	case unitCentury:
		c.Year = first(100)
	case unitDecade:
		if c.Year > 0 {
			c.Year = c.Year / 10 * 10
		} else {
			c.Year = -((8 - (c.Year - 1)) / 10) * 10
		}
	}
	switch {
	case u >= unitYear:
		c.Month, c.Day = 1, 1
	case u == unitQuarter:
		c.Month, c.Day = 3*((c.Month-1)/3)+1, 1
	case u == unitMonth:
		c.Day = 1
	}
	if u >= unitDay {
		c.Hour = 0
	}
	if u >= unitHour {
		c.Minute = 0
	}
	if u >= unitMinute {
		c.Sec = 0
	}
	c.Micros = 0
}

// TruncInterval is date_trunc of intervals.
func TruncInterval(u *Unit, v Interval) (Interval, error) {
	if u.class != wordUnit {
		return v, u.unknown(IntervalOID)
	}
	years := func(n int32) { v.Months -= v.Months % (12 * n) }
	switch u.unit {
	case unitMillennium:
		years(1000)
	case unitCentury:
		years(100)
	case unitDecade:
		years(10)
	case unitYear:
		years(1)
	case unitQuarter:
		v.Months -= v.Months % 3
	case unitMonth:
	case unitDay:
		v.Micros = 0
		return v, nil
	case unitHour:
		v.Micros -= v.Micros % MicrosPerHour
		return v, nil
	case unitMinute:
		v.Micros -= v.Micros % MicrosPerMinute
		return v, nil
	case unitSecond:
		v.Micros -= v.Micros % MicrosPerSecond
		return v, nil
	case unitMillisecond:
		v.Micros -= v.Micros % 1000
		return v, nil
	case unitMicrosecond:
		return v, nil
	case unitWeek:
		return v, pgerr.From(u.unsupported(IntervalOID)).WithDetail("Months usually have fractional weeks.")
	default:
		return v, u.unsupported(IntervalOID)
	}
	v.Days, v.Micros = 0, 0
	return v, nil
}

// Part is what extract gives: a number of so many digits after the point, an infinity, or NULL.
type Part struct {
	Value    int64
	Scale    int
	Null     bool
	Infinite int // -1, 1

	exact   Numeric // where exactly, since Value is not all
	exactly bool
	float   float64 // what date_part gives, where it is not Value / 10^Scale
	floated bool
}

// Numeric gives the part as extract does.
func (p *Part) Numeric() Numeric {
	switch {
	case p.Infinite > 0:
		return NumPosInf
	case p.Infinite < 0:
		return NumNegInf
	case p.exactly:
		return p.exact
	}
	return NewNumeric(p.Value, p.Scale)
}

// Float gives it as date_part does.
func (p *Part) Float() float64 {
	switch {
	case p.Infinite != 0:
		return math.Inf(p.Infinite)
	case p.floated:
		return p.float
	case p.Scale == 6:
		return float64(p.Value) / 1e6
	}
	return float64(p.Value)
}

func whole(v int) (Part, error) { return Part{Value: int64(v)}, nil }

// seconds gives milliseconds or seconds, which date_part adds up from two numbers.
func seconds(u dtUnit, sec int64, micros int) Part {
	p := Part{Value: sec*MicrosPerSecond + int64(micros), Scale: 6, floated: true, float: float64(sec) + float64(micros)/1e6}
	if u == unitMillisecond {
		p.Scale = 3
		p.float = float64(float64(sec)*1000) + float64(micros)/1000
	}
	return p
}

// datePart gives the parts that dates have too; ok is false for other units.
func (c *Clock) datePart(u dtUnit) (v int, ok bool) {
	y := c.Year
	switch u {
	case unitDay:
		v = c.Day
	case unitMonth:
		v = c.Month
	case unitQuarter:
		v = (c.Month-1)/3 + 1
	case unitWeek:
		_, v = ISOWeek(y, c.Month, c.Day)
	case unitYear:
		if v = y; y <= 0 {
			v--
		}
	case unitDecade:
		if v = y / 10; y < 0 {
			v = -((8 - (y - 1)) / 10)
		}
	case unitCentury:
		if v = (y + 99) / 100; y <= 0 {
			v = -((99 - (y - 1)) / 100)
		}
	case unitMillennium:
		if v = (y + 999) / 1000; y <= 0 {
			v = -((999 - (y - 1)) / 1000)
		}
	case unitISOYear:
		if v, _ = ISOWeek(y, c.Month, c.Day); v <= 0 {
			v--
		}
	case unitDOW:
		v = WeekDay(y, c.Month, c.Day)
	case unitISODOW:
		v = (WeekDay(y, c.Month, c.Day)+6)%7 + 1
	case unitDOY:
		v = julianDay(y, c.Month, c.Day) - julianDay(y, 1, 1) + 1
	default:
		return 0, false
	}
	return v, true
}

// infinitePart gives the part of an infinity: NULL where the unit comes round again.
func (u *Unit) infinitePart(negative, clock bool, typ OID) (Part, error) {
	if u.class != wordUnit && u.class != wordReserved {
		return Part{}, u.unknown(typ)
	}
	switch u.unit {
	case unitYear, unitDecade, unitCentury, unitMillennium, unitJulian, unitISOYear, unitEpoch:
		if negative {
			return Part{Infinite: -1}, nil
		}
		return Part{Infinite: 1}, nil
	case unitDay, unitMonth, unitQuarter, unitWeek, unitDOW, unitISODOW, unitDOY:
		return Part{Null: true}, nil
	case unitMicrosecond, unitMillisecond, unitSecond, unitMinute, unitHour, unitZone, unitZoneHour, unitZoneMinute:
		if clock {
			return Part{Null: true}, nil
		}
	}
	return Part{}, u.unsupported(typ)
}

// TimestampPart is extract and date_part of a timestamp, of one with time zone in a zone (zoned).
func TimestampPart(u *Unit, t int64, zone *time.Location, zoned bool) (Part, error) {
	typ := TimestampOID
	if zoned {
		typ = TimestamptzOID
	} else {
		zone = nil
	}
	if !TimestampFinite(t) {
		return u.infinitePart(t < 0, true, typ)
	}
	if u.class == wordReserved {
		if u.unit != unitEpoch {
			return Part{}, u.unsupported(typ)
		}
		const epoch = -unixToPostgres * 1_000_000
		if t < math.MaxInt64+epoch {
			return Part{Value: t - epoch, Scale: 6}, nil
		}
		// Divided as numerics, which leaves fewer digits than there are.
		n, err := NumericFromInt(t).Sub(NumericFromInt(epoch))
		if err == nil {
			n, err = n.Div(NumericFromInt(1_000_000))
		}
		if err == nil {
			n, err = n.Round(6)
		}
		return Part{exact: n, exactly: true, floated: true, float: (float64(t) - epoch) / 1e6}, err
	}
	if u.class != wordUnit {
		return Part{}, u.unknown(typ)
	}
	c, east, err := Fields(t, zone)
	if err != nil {
		return Part{}, err
	}
	if v, ok := c.datePart(u.unit); ok {
		return whole(v)
	}
	switch u.unit {
	case unitMicrosecond:
		return whole(c.Sec*1_000_000 + c.Micros)
	case unitMillisecond, unitSecond:
		return seconds(u.unit, int64(c.Sec), c.Micros), nil
	case unitMinute:
		return whole(c.Minute)
	case unitHour:
		return whole(c.Hour)
	case unitJulian:
		j := julianDay(c.Year, c.Month, c.Day)
		n, err := NumericFromInt(c.TimeOfDay()).Div(NumericFromInt(MicrosPerDay))
		if err == nil {
			n, err = NumericFromInt(int64(j)).Add(n)
		}
		day := float64((c.Hour*60+c.Minute)*60+c.Sec) + float64(c.Micros)/1e6
		return Part{exact: n, exactly: true, floated: true, float: float64(j) + day/86400}, err
	}
	if zoned {
		switch u.unit {
		case unitZone:
			return whole(east)
		case unitZoneMinute:
			return whole(east / 60 % 60)
		case unitZoneHour:
			return whole(east / 3600)
		}
	}
	return Part{}, u.unsupported(typ)
}

// DatePart is extract of a date.
func DatePart(u *Unit, d int64) (Part, error) {
	if u.class != wordUnit && u.class != wordReserved {
		return Part{}, u.unknown(DateOID)
	}
	if !DateFinite(d) {
		return u.infinitePart(d < 0, false, DateOID)
	}
	if u.class == wordReserved {
		if u.unit != unitEpoch {
			return Part{}, u.unsupported(DateOID)
		}
		return Part{Value: (d + unixEpoch) * 86400}, nil
	}
	var c Clock
	c.Year, c.Month, c.Day = CivilFromDays(d)
	if v, ok := c.datePart(u.unit); ok {
		return whole(v)
	}
	if u.unit == unitJulian {
		return Part{Value: d + julianEpoch}, nil
	}
	return Part{}, u.unsupported(DateOID)
}

// clockPart gives the parts that a time and an interval share.
func clockPart(u dtUnit, hour int64, minute, sec, micros int) (p Part, ok bool) {
	switch u {
	case unitMicrosecond:
		p.Value = int64(sec)*MicrosPerSecond + int64(micros)
	case unitMillisecond, unitSecond:
		p = seconds(u, int64(sec), micros)
	case unitMinute:
		p.Value = int64(minute)
	case unitHour:
		p.Value = hour
	default:
		return p, false
	}
	return p, true
}

// TimePart is extract and date_part of a time, with its zone where it has one.
func TimePart(u *Unit, t Timetz, zoned bool) (Part, error) {
	typ := TimeOID
	if zoned {
		typ = TimetzOID
	}
	switch {
	case u.class == wordReserved && u.unit == unitEpoch:
		p := Part{Value: t.Micros, Scale: 6}
		if zoned {
			p.Value += int64(t.West) * MicrosPerSecond
			p.floated, p.float = true, float64(t.Micros)/1e6+float64(t.West)
		}
		return p, nil
	case u.class != wordUnit:
		return Part{}, u.unknown(typ)
	}
	var c Clock
	c.SetTime(t.Micros)
	if p, ok := clockPart(u.unit, int64(c.Hour), c.Minute, c.Sec, c.Micros); ok {
		return p, nil
	}
	if zoned {
		switch u.unit {
		case unitZone:
			return whole(-int(t.West))
		case unitZoneMinute:
			return whole(-int(t.West) / 60 % 60)
		case unitZoneHour:
			return whole(-int(t.West) / 3600)
		}
	}
	return Part{}, u.unsupported(typ)
}

// IntervalPart is extract and date_part of an interval.
func IntervalPart(u *Unit, v Interval) (Part, error) {
	switch {
	case u.class == wordReserved && u.unit == unitEpoch:
		n, err := v.Epoch()
		return Part{exact: n, exactly: true, floated: true, float: v.EpochFloat()}, err
	case u.class != wordUnit:
		return Part{}, u.unknown(IntervalOID)
	}
	year, mon, day, hour, minute, sec, micros := v.Split()
	if p, ok := clockPart(u.unit, hour, minute, sec, micros); ok {
		return p, nil
	}
	switch u.unit {
	case unitDay:
		return whole(day)
	case unitMonth:
		return whole(mon)
	case unitQuarter:
		return whole(mon/3 + 1)
	case unitYear:
		return whole(year)
	case unitDecade:
		return whole(year / 10)
	case unitCentury:
		return whole(year / 100)
	case unitMillennium:
		return whole(year / 1000)
	}
	return Part{}, u.unsupported(IntervalOID)
}
