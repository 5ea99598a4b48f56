package types

import (
	"math"
	"time"

	"howdah/pgerr"
)

func errTimestampRange() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range")
}

func errDateRange() error { return pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range") }

func errDateForTimestamp() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range for timestamp")
}

// endTimestampDate is the first date that is no timestamp.
const endTimestampDate = 109203528 - julianEpoch

// Fields gives a timestamp's fields in a zone and the zone's offset in seconds east; a timestamp without time zone has
// its own fields in UTC. The infinities count as numbers, as they do for PostgreSQL: the negative one is out of range.
func Fields(t int64, zone *time.Location) (c Clock, east int, err error) {
	_, east = ZoneAt(t, zone)
	if t < MinTimestamp-int64(17*3600)*MicrosPerSecond {
		return c, 0, errTimestampRange()
	}
	// Not added before splitting: the positive infinity has no room for it.
	day := floorDiv(t, MicrosPerDay)
	tod := t - day*MicrosPerDay + int64(east)*MicrosPerSecond
	shift := floorDiv(tod, MicrosPerDay)
	c.Year, c.Month, c.Day = CivilFromDays(day + shift)
	c.SetTime(tod - shift*MicrosPerDay)
	return c, east, nil
}

// AddInterval adds months, then days, then time, in a zone (nil or UTC for timestamps without one). The last day of a
// month is the last of any shorter one.
func AddInterval(t int64, v Interval, zone *time.Location) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	if v.Months != 0 {
		c, _, err := Fields(t, zone)
		if err != nil {
			return 0, err
		}
		c.addMonths(int(v.Months))
		if t, err = c.moment(zone); err != nil {
			return 0, err
		}
	}
	if v.Days != 0 {
		c, _, err := Fields(t, zone)
		if err != nil {
			return 0, err
		}
		c.Year, c.Month, c.Day = julianDate(julianDay(c.Year, c.Month, c.Day) + int(v.Days))
		if t, err = c.moment(zone); err != nil {
			return 0, err
		}
	}
	sum := t + v.Micros
	if (sum^t)&(sum^v.Micros) < 0 || !ValidTimestamp(sum) {
		return 0, errTimestampRange()
	}
	return sum, nil
}

func (c *Clock) addMonths(n int) {
	c.Month += n
	if c.Month > 12 {
		c.Year += (c.Month - 1) / 12
		c.Month = (c.Month-1)%12 + 1
	} else if c.Month < 1 {
		c.Year += c.Month/12 - 1
		c.Month = c.Month%12 + 12
	}
	c.Day = min(c.Day, DaysInMonth(c.Year, c.Month))
}

// moment gives local fields as a timestamp.
func (c *Clock) moment(zone *time.Location) (int64, error) {
	t, ok := c.Timestamp(OffsetAt(c, zone))
	if !ok {
		return 0, errTimestampRange()
	}
	return t, nil
}

// Neg negates each part, round the ends as PostgreSQL does where it subtracts intervals from timestamps.
func (v Interval) Neg() Interval { return Interval{-v.Months, -v.Days, -v.Micros} }

// SubTimestamps gives the days and the time between two timestamps.
func SubTimestamps(a, b int64) (Interval, error) {
	if !TimestampFinite(a) || !TimestampFinite(b) {
		return Interval{}, pgerr.New(pgerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
	}
	return Interval{Micros: a - b}.JustifyHours() // beyond 64 bits it goes round, as PostgreSQL 15's does
}

// Age gives the years, months and days and the time between two timestamps by their fields (timestamp_age).
func Age(a, b int64, zone *time.Location) (Interval, error) {
	x, _, err := Fields(a, zone)
	if err != nil {
		return Interval{}, err
	}
	y, _, err := Fields(b, zone)
	if err != nil {
		return Interval{}, err
	}
	sign, month := 1, y
	if a < b {
		sign, month = -1, x
	}
	micros, sec, minute, hour := sign*(x.Micros-y.Micros), sign*(x.Sec-y.Sec), sign*(x.Minute-y.Minute), sign*(x.Hour-y.Hour)
	day, mon, year := sign*(x.Day-y.Day), sign*(x.Month-y.Month), sign*(x.Year-y.Year)
	carry := func(v, next *int, size int) {
		for *v < 0 {
			*v += size
			*next--
		}
	}
	carry(&micros, &sec, 1_000_000)
	carry(&sec, &minute, 60)
	carry(&minute, &hour, 60)
	carry(&hour, &day, 24)
	carry(&day, &mon, DaysInMonth(month.Year, month.Month))
	carry(&mon, &year, 12)
	span := int64((hour*60+minute)*60+sec)*MicrosPerSecond + int64(micros)
	return Interval{int32(sign * (year*12 + mon)), int32(sign * day), int64(sign) * span}, nil
}

// AddDays adds days to a date.
func AddDays(d, n int64) (int64, error) {
	if !DateFinite(d) {
		return d, nil
	}
	if sum := d + n; ValidDate(sum) {
		return sum, nil
	}
	return 0, errDateRange()
}

// SubDates gives the days between two dates.
func SubDates(a, b int64) (int64, error) {
	if !DateFinite(a) || !DateFinite(b) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
	}
	return int64(int32(a - b)), nil
}

// DateToTimestamp gives midnight of a date in a zone.
func DateToTimestamp(d int64, zone *time.Location) (int64, error) {
	t, over := dateToTimestamp(d, zone)
	if over != 0 {
		return 0, errDateForTimestamp()
	}
	return t, nil
}

// dateToTimestamp says by over that the date lies before (-1) or after (1) all timestamps that are finite.
func dateToTimestamp(d int64, zone *time.Location) (t int64, over int) {
	switch {
	case d == DateInfinity:
		return TimestampInfinity, 0
	case d == DateNegInfinity:
		return TimestampNegInfinity, 0
	case d >= endTimestampDate:
		return 0, 1
	}
	t = d * MicrosPerDay
	if zone == nil || zone == time.UTC {
		return t, 0
	}
	var c Clock
	c.Year, c.Month, c.Day = CivilFromDays(d)
	t -= int64(OffsetAt(&c, zone)) * MicrosPerSecond
	switch {
	case t < MinTimestamp:
		return 0, -1
	case t >= EndTimestamp:
		return 0, 1
	}
	return t, 0
}

// CompareDateTimestamp orders a date's midnight in a zone and a timestamp.
func CompareDateTimestamp(d, t int64, zone *time.Location) int {
	m, over := dateToTimestamp(d, zone)
	return compareOver(m, over, t)
}

// CompareLocal orders a timestamp without time zone, taken in a zone, and one with.
func CompareLocal(local, t int64, zone *time.Location) int {
	m, over := localToTimestamptz(local, zone)
	return compareOver(m, over, t)
}

// compareOver orders m, or what lies beyond every finite timestamp, and t.
func compareOver(m int64, over int, t int64) int {
	switch {
	case over > 0 && t == TimestampInfinity:
		return -1
	case over < 0 && t == TimestampNegInfinity:
		return 1
	case over != 0:
		return over
	}
	return compareInt(m, t)
}

// LocalToTimestamptz takes a timestamp as local time of a zone.
func LocalToTimestamptz(local int64, zone *time.Location) (int64, error) {
	t, over := localToTimestamptz(local, zone)
	if over != 0 {
		return 0, errTimestampRange()
	}
	return t, nil
}

func localToTimestamptz(local int64, zone *time.Location) (t int64, over int) {
	if !TimestampFinite(local) || zone == nil || zone == time.UTC {
		return local, 0
	}
	c := SplitTimestamp(local)
	t = local - int64(OffsetAt(&c, zone))*MicrosPerSecond
	switch {
	case t < MinTimestamp:
		return 0, -1
	case t >= EndTimestamp:
		return 0, 1
	}
	return t, 0
}

// TimestamptzToLocal gives the local time of a zone.
func TimestamptzToLocal(t int64, zone *time.Location) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	_, east := ZoneAt(t, zone)
	return shiftTimestamp(t, int64(east))
}

// shiftTimestamp adds seconds.
func shiftTimestamp(t, seconds int64) (int64, error) {
	if t += seconds * MicrosPerSecond; ValidTimestamp(t) {
		return t, nil
	}
	return 0, errTimestampRange()
}

// TimestampToDate gives the date of a timestamp in a zone.
func TimestampToDate(t int64, zone *time.Location) (int64, error) {
	switch t {
	case TimestampInfinity:
		return DateInfinity, nil
	case TimestampNegInfinity:
		return DateNegInfinity, nil
	}
	_, east := ZoneAt(t, zone)
	return floorDiv(t+int64(east)*MicrosPerSecond, MicrosPerDay), nil
}

// TimeOf gives the time of day of a finite timestamp in a zone, and the zone's offset in seconds east.
func TimeOf(t int64, zone *time.Location) (tod int64, east int) {
	_, east = ZoneAt(t, zone)
	t += int64(east) * MicrosPerSecond
	return t - floorDiv(t, MicrosPerDay)*MicrosPerDay, east
}

// AddDateTime joins a date and a time of day.
func AddDateTime(d, tod int64) (int64, error) {
	t, err := DateToTimestamp(d, nil)
	if err != nil || !TimestampFinite(t) {
		return t, err
	}
	if t += tod; ValidTimestamp(t) {
		return t, nil
	}
	return 0, errTimestampRange()
}

// AddDateTimetz joins a date and a time with its zone.
func AddDateTimetz(d int64, tz Timetz) (int64, error) {
	if !DateFinite(d) {
		return DateToTimestamp(d, nil)
	}
	if d >= endTimestampDate {
		return 0, errDateForTimestamp()
	}
	if t := d*MicrosPerDay + tz.Micros + int64(tz.West)*MicrosPerSecond; ValidTimestamp(t) {
		return t, nil
	}
	return 0, errDateForTimestamp()
}

// WrapTime brings microseconds into a day.
func WrapTime(t int64) int64 {
	if t %= MicrosPerDay; t < 0 {
		t += MicrosPerDay
	}
	return t
}

// UnixToTimestamptz gives seconds since 1970 as a timestamptz (to_timestamp).
func UnixToTimestamptz(seconds float64) (int64, error) {
	if math.IsNaN(seconds) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
	}
	if math.IsInf(seconds, 0) {
		if seconds > 0 {
			return TimestampInfinity, nil
		}
		return TimestampNegInfinity, nil
	}
	const first, end = 86400 * (unixEpoch - julianEpoch), 86400 * (endTimestampDate + unixEpoch)
	if seconds >= first && seconds < end {
		if t := int64(math.RoundToEven(float64(seconds-unixToPostgres) * 1e6)); ValidTimestamp(t) {
			return t, nil
		}
	}
	return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", appendG(nil, seconds, 0))
}

// Bin gives the last moment of origin + n × stride that is not after t (date_bin).
func Bin(stride Interval, t, origin int64) (int64, error) {
	if !TimestampFinite(t) {
		return t, nil
	}
	if !TimestampFinite(origin) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "origin out of range")
	}
	if stride.Months != 0 {
		return 0, pgerr.New(pgerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	size, ok := mulAdd(stride.Micros, int64(stride.Days), MicrosPerDay)
	if !ok {
		return 0, errIntervalRange()
	}
	if size <= 0 {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	diff := t - origin
	if (t^origin)&(t^diff) < 0 {
		return 0, errIntervalRange()
	}
	rest := diff % size
	bin := origin + diff - rest
	if rest < 0 {
		if bin < math.MinInt64+size {
			return 0, errTimestampRange()
		}
		bin -= size
	}
	if !ValidTimestamp(bin) {
		return 0, errTimestampRange()
	}
	return bin, nil
}
