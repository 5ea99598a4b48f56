package types

import "math"

// Dates count days, times and timestamps microseconds; both from 2000-01-01 (UTC for timestamptz).
const (
	DateInfinity               = math.MaxInt32 // also what lies beyond every date
	DateNegInfinity            = math.MinInt32
	TimestampInfinity          = math.MaxInt64
	TimestampNegInfinity       = math.MinInt64
	MinDate              int64 = -julianEpoch             // 4714-11-24 BC
	EndDate              int64 = 2147483494 - julianEpoch // the first day that is no date: 5874898-01-01
	MinTimestamp         int64 = -211813488000000000
	EndTimestamp         int64 = 9223371331200000000 // the first moment that is no timestamp: 294277-01-01

	MicrosPerSecond int64 = 1_000_000
	MicrosPerMinute       = 60 * MicrosPerSecond
	MicrosPerHour         = 60 * MicrosPerMinute
	MicrosPerDay          = 24 * MicrosPerHour

	julianEpoch = 2451545 // Julian day of 2000-01-01
	unixEpoch   = 10957   // days from 1970-01-01 to 2000-01-01
)

// ValidTimestamp tells whether a finite timestamp is in range.
func ValidTimestamp(t int64) bool { return t >= MinTimestamp && t < EndTimestamp }

// ValidDate tells whether a finite date is in range.
func ValidDate(d int64) bool { return d >= MinDate && d < EndDate }

// TimestampFinite and DateFinite tell finite values from the infinities.
func TimestampFinite(t int64) bool { return t != TimestampInfinity && t != TimestampNegInfinity }

func DateFinite(d int64) bool { return d != DateInfinity && d != DateNegInfinity }

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// DaysInMonth gives the number of days of a month (1 to 12); year 0 is 1 BC.
func DaysInMonth(y, m int) int {
	if m == 2 && isLeap(y) {
		return 29
	}
	return monthDays[m]
}

// julianDay gives the Julian day of a date in the proleptic Gregorian calendar; months may lie outside 1 to 12 as in
// PostgreSQL's date2j, whose arithmetic of 32 bits this is.
func julianDay(y, m, d int) int {
	if m > 2 {
		m++
		y += 4800
	} else {
		m += 13
		y += 4799
	}
	y32, m32 := int32(y), int32(m)
	century := y32 / 100
	j := y32*365 - 32167
	j += y32/4 - century + century/4
	return int(j + 7834*m32/256 + int32(d))
}

// julianDate is the inverse of julianDay (j2date): unsigned, of 32 bits.
func julianDate(jd int) (y, m, d int) {
	julian := uint32(jd) + 32044
	quad := julian / 146097
	extra := (julian-quad*146097)*4 + 3
	julian += 60 + quad*3 + extra/146097
	quad = julian / 1461
	julian -= quad * 1461
	year := int32(julian * 4 / 1461)
	if year != 0 {
		julian = (julian+305)%365 + 123
	} else {
		julian = (julian+306)%366 + 123
	}
	year += int32(quad * 4)
	quad = julian * 2141 / 65536
	return int(year) - 4800, int((quad+10)%12) + 1, int(julian - 7834*quad/256)
}

// weekDay gives the day of week of a Julian day, 0 = Sunday.
func weekDay(jd int) int {
	d := (jd + 1) % 7
	if d < 0 {
		d += 7
	}
	return d
}

// validJulian tells whether a date may be counted in Julian days.
func validJulian(y, m int) bool {
	return (y > -4713 || y == -4713 && m >= 11) && (y < 5874898 || y == 5874898 && m < 6)
}

// DaysFromCivil counts days since 2000-01-01; year 0 is 1 BC.
func DaysFromCivil(y, m, d int) int64 { return int64(julianDay(y, m, d) - julianEpoch) }

// CivilFromDays is the inverse of [DaysFromCivil] for finite dates.
func CivilFromDays(days int64) (y, m, d int) { return julianDate(int(days) + julianEpoch) }

// ISOWeek gives the ISO 8601 week and the year that it belongs to.
func ISOWeek(y, m, d int) (year, week int) {
	day := julianDay(y, m, d)
	year = y
	start := func(y int) int { // of week 1: the Monday before or on the 4th of January
		jan4 := julianDay(y, 1, 4)
		return jan4 - weekDay(jan4-1)
	}
	first := start(y)
	if day < first {
		year--
		first = start(year)
	} else if next := start(y + 1); day >= next {
		year++
		first = next
	}
	return year, (day-first)/7 + 1
}

// floorDiv divides, rounding down.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Clock is a timestamp by its fields. Year 0 is 1 BC.
type Clock struct {
	Year, Month, Day  int
	Hour, Minute, Sec int
	Micros            int // of the second
}

// SplitTimestamp gives the fields of a finite timestamp.
func SplitTimestamp(t int64) (c Clock) {
	day := floorDiv(t, MicrosPerDay)
	c.Year, c.Month, c.Day = CivilFromDays(day)
	c.SetTime(t - day*MicrosPerDay)
	return c
}

// SetTime sets the time of day.
func (c *Clock) SetTime(t int64) {
	c.Hour = int(t / MicrosPerHour)
	t %= MicrosPerHour
	c.Minute = int(t / MicrosPerMinute)
	t %= MicrosPerMinute
	c.Sec = int(t / MicrosPerSecond)
	c.Micros = int(t % MicrosPerSecond)
}

// TimeOfDay gives the time fields in microseconds.
func (c *Clock) TimeOfDay() int64 {
	return ((int64(c.Hour)*60+int64(c.Minute))*60+int64(c.Sec))*MicrosPerSecond + int64(c.Micros)
}

// Timestamp gives the fields as a timestamp; ok is false out of range (tm2timestamp). east is the zone's offset in
// seconds east of UTC, by which the result lies earlier.
func (c *Clock) Timestamp(east int) (t int64, ok bool) {
	if !validJulian(c.Year, c.Month) {
		return 0, false
	}
	date, tod := DaysFromCivil(c.Year, c.Month, c.Day), c.TimeOfDay()
	t = date*MicrosPerDay + tod
	if (t-tod)/MicrosPerDay != date || t < 0 && date > 0 || t > 0 && date < -1 {
		return 0, false
	}
	t -= int64(east) * MicrosPerSecond
	return t, ValidTimestamp(t)
}

// WeekDay gives the day of week of a date, 0 = Sunday.
func WeekDay(y, m, d int) int { return weekDay(julianDay(y, m, d)) }

// SplitInterval gives an interval's parts as they are shown: each with its own sign (interval2itm).
func (v Interval) Split() (years, months, days int, hours int64, minutes, seconds, micros int) {
	t := v.Micros
	hours = t / MicrosPerHour
	t %= MicrosPerHour
	minutes = int(t / MicrosPerMinute)
	t %= MicrosPerMinute
	return int(v.Months / 12), int(v.Months % 12), int(v.Days), hours, minutes, int(t / MicrosPerSecond), int(t % MicrosPerSecond)
}
