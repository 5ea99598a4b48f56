package types

import (
	"math"
	"strconv"
	"time"

	"howdah/pgerr"
)

// appendG is C's %0*g.
func appendG(dst []byte, v float64, width int) []byte {
	start := len(dst)
	switch {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 0):
		if v < 0 {
			return append(dst, "-Infinity"...)
		}
		return append(dst, "Infinity"...)
	}
	dst = strconv.AppendFloat(dst, v, 'g', 6, 64)
	if len(dst)-start < width {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	return dst
}

// checkDate validates a date whose negative years are BC.
func (f *dtFields) checkDate() dtError {
	if f.year == math.MinInt32 {
		return dtOverflow
	}
	bc := f.year < 0
	if bc {
		f.year = -f.year
	}
	return f.validate(allDate, false, false, bc)
}

// MakeDate is make_date.
func MakeDate(year, month, day int) (int64, error) {
	f := dtFields{year: year, mon: month, mday: day}
	if f.checkDate() != dtOK {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", f.year, f.mon, f.mday)
	}
	if !validJulian(f.year, f.mon) || !ValidDate(DaysFromCivil(f.year, f.mon, f.mday)) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", f.year, f.mon, f.mday)
	}
	return DaysFromCivil(f.year, f.mon, f.mday), nil
}

// MakeTime is make_time.
func MakeTime(hour, minute int, sec float64) (int64, error) {
	if hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 {
		if micros := math.RoundToEven(float64(sec * 1e6)); micros >= 0 && micros <= 60e6 {
			if t := int64(hour*60+minute)*MicrosPerMinute + int64(micros); t <= MicrosPerDay {
				return t, nil
			}
		}
	}
	return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%s", hour, minute, appendG(nil, sec, 2))
}

// MakeTimestamp is make_timestamp.
func MakeTimestamp(year, month, day, hour, minute int, sec float64) (int64, error) {
	f := dtFields{year: year, mon: month, mday: day}
	if f.checkDate() != dtOK {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	}
	if !validJulian(f.year, f.mon) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", year, month, day)
	}
	tod, err := MakeTime(hour, minute, sec)
	if err != nil {
		return 0, err
	}
	date := DaysFromCivil(f.year, f.mon, f.mday)
	t := date*MicrosPerDay + tod
	if (t-tod)/MicrosPerDay != date || t < 0 && date > 0 || t > 0 && date < -1 || !ValidTimestamp(t) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%s", year, month, day, hour, minute, appendG(nil, sec, 2))
	}
	return t, nil
}

// MakeInterval is make_interval; months and days go round the ends as PostgreSQL's do.
func MakeInterval(years, months, weeks, days, hours, minutes int32, secs float64) (Interval, error) {
	if math.IsInf(secs, 0) || math.IsNaN(secs) {
		return Interval{}, errIntervalRange()
	}
	return Interval{years*12 + months, weeks*7 + days,
		int64(hours)*MicrosPerHour + int64(minutes)*MicrosPerMinute + cInt64(math.RoundToEven(float64(secs*1e6)))}, nil
}

// ZoneSpec is a time zone as AT TIME ZONE takes it.
type ZoneSpec struct {
	zone *time.Location
	east int    // of a fixed abbreviation
	word []byte // the abbreviation, where its meaning follows zone
}

func errUnknownZone(name []byte) error {
	return pgerr.New(pgerr.InvalidParameterValue, "time zone \"%s\" not recognized", name)
}

// ParseZone reads a zone's name or abbreviation.
func ParseZone(name []byte) (ZoneSpec, error) {
	name = name[:min(len(name), 255)]
	if a, ok := zoneAbbrev(lowerWord(name)); ok {
		if a.class == wordDynamicZone {
			return ZoneSpec{zone: a.zone, word: append([]byte(nil), name...)}, nil
		}
		return ZoneSpec{east: a.east}, nil
	}
	zone, ok := LoadZone(string(name))
	if !ok {
		return ZoneSpec{}, errUnknownZone(name)
	}
	return ZoneSpec{zone: zone}, nil
}

// lowerWord lowers ASCII letters and cuts at an identifier's length.
func lowerWord(b []byte) []byte {
	low := make([]byte, 0, min(len(b), NameLen))
	for _, c := range ClipName(b) {
		low = append(low, lowerASCII(c))
	}
	return low
}

// Location gives the zone for calendars: date_trunc's third argument.
func (z *ZoneSpec) Location() *time.Location {
	if z.zone == nil {
		return FixedZone(z.east)
	}
	return z.zone
}

// ToUTC takes a timestamp as local time of the zone.
func (z *ZoneSpec) ToUTC(local int64) (int64, error) {
	if !TimestampFinite(local) {
		return local, nil
	}
	east := z.east
	if z.zone != nil {
		c := SplitTimestamp(local)
		if z.word != nil {
			east = abbrevOffset(&c, z.word, z.zone)
		} else {
			east = OffsetAt(&c, z.zone)
		}
	}
	return shiftTimestamp(local, -int64(east))
}

// EastAt gives the zone's offset at a timestamptz.
func (z *ZoneSpec) EastAt(t int64) int {
	if z.zone == nil {
		return z.east
	}
	if z.word != nil {
		if east, ok := abbrevAt(z.word, floorDiv(t, MicrosPerSecond)+unixToPostgres, z.zone); ok {
			return east
		}
	}
	_, east := ZoneAt(t, z.zone)
	return east
}

// ToLocal gives the local time of the zone.
func (z *ZoneSpec) ToLocal(t int64) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	return shiftTimestamp(t, int64(z.EastAt(t)))
}

// IntervalZone gives an interval's seconds east, as AT TIME ZONE takes it.
func IntervalZone(v Interval, s *Style) (east int, err error) {
	if v.Months != 0 || v.Days != 0 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "interval time zone \"%s\" must not include months or days", AppendInterval(nil, v, s))
	}
	return int(int32(v.Micros / MicrosPerSecond)), nil
}

// ShiftTimestamp adds seconds to a timestamp; infinities stay.
func ShiftTimestamp(t int64, seconds int) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	return shiftTimestamp(t, int64(seconds))
}

// MakeTimestamptzAt is make_timestamptz with a zone: a signed offset, an abbreviation or a name.
// lookup finds the zone of the name, where it is one.
func MakeTimestamptzAt(year, month, day, hour, minute int, sec float64, name []byte, lookup func() (*ZoneSpec, error)) (int64, error) {
	local, err := MakeTimestamp(year, month, day, hour, minute, sec)
	if err != nil {
		return 0, err
	}
	name = name[:min(len(name), 255)]
	if len(name) > 0 && isDigit(name[0]) {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid input syntax for type numeric time zone: \"%s\"", name).
			WithHint("Numeric time zones must have \"-\" or \"+\" as first character.")
	}
	west, e := zoneOffset(name)
	switch e {
	case dtOK:
		return shiftTimestamp(local, int64(west))
	case dtZoneOverflow:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "numeric time zone \"%s\" out of range", name)
	}
	z, err := lookup()
	if err != nil {
		return 0, err
	}
	return z.ToUTC(local)
}

// ShiftTimetz gives the same moment of any day in a zone so many seconds west.
func ShiftTimetz(t Timetz, west int) Timetz {
	return Timetz{WrapTime(t.Micros + (int64(t.West)-int64(west))*MicrosPerSecond), int32(west)}
}
