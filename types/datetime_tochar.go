package types

import (
	"bytes"
	"strconv"
	"time"

	"howdah/pgerr"
)

var (
	fullMonths = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	fullDays   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romans     = [...]string{"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"} // months backwards
)

// shown is what a template shows: a moment's fields or an interval's.
type shown struct {
	Clock
	hours    int64
	wday     int
	yday     int
	zone     string
	east     int
	interval bool
}

// AppendTimestamp formats a finite timestamp, in a zone where it has one (zoned).
func (t *DateTemplate) AppendTimestamp(dst []byte, v int64, zone *time.Location, zoned bool) ([]byte, error) {
	if !zoned {
		zone = nil
	}
	c, east, err := Fields(v, zone)
	if err != nil {
		return dst, err
	}
	s := shown{Clock: c, hours: int64(c.Hour), wday: WeekDay(c.Year, c.Month, c.Day), yday: julianDay(c.Year, c.Month, c.Day) - julianDay(c.Year, 1, 1) + 1}
	if zoned {
		s.zone, s.east = "UTC", east
		if zone != nil {
			s.zone, _ = ZoneAt(v, zone)
		}
	}
	return t.append(dst, &s)
}

// AppendInterval formats an interval.
func (t *DateTemplate) AppendInterval(dst []byte, v Interval) ([]byte, error) {
	s := shown{interval: true}
	s.Year, s.Month, s.Day, s.hours, s.Minute, s.Sec, s.Micros = v.Split()
	s.yday = int(int32((s.Year*12+s.Month)*30 + s.Day)) // 32 bits, which go round
	return t.append(dst, &s)
}

// padded appends a number by so many digits, one more where it is negative; FM takes none.
func (n *dchNode) padded(dst []byte, v int64, width int) []byte {
	if n.fill {
		return AppendInt(dst, v)
	}
	if v < 0 {
		width--
		dst = append(dst, '-')
		v = -v
	}
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], v, 10)
	for i := len(digits); i < width; i++ {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// signWidth is the width of a field whose sign is that of v.
func signWidth(v int64, width int) int {
	if v < 0 {
		return width + 1
	}
	return width
}

// word appends a name, filled with blanks to a width.
func (n *dchNode) word(dst []byte, name string, width int) []byte {
	start := len(dst)
	dst = append(dst, name...)
	for i, c := range dst[start:] { // names have letters of ASCII alone
		switch {
		case n.key.style == upper && c >= 'a' && c <= 'z':
			dst[start+i] = c - 'a' + 'A'
		case n.key.style == lower:
			dst[start+i] = lowerASCII(c)
		}
	}
	if n.fill || n.local {
		return dst
	}
	for len(dst)-start < width {
		dst = append(dst, ' ')
	}
	return dst
}

func (t *DateTemplate) append(dst []byte, s *shown) ([]byte, error) {
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.kind != dchAction {
			dst = append(dst, n.text...)
			continue
		}
		start := len(dst)
		var number bool
		var err error
		if dst, number, err = n.show(dst, s); err != nil {
			return dst, err
		}
		if number && n.th != 0 {
			ending, err := ordinalEnding(dst[start:], n.th)
			if err != nil {
				return dst, err
			}
			dst = append(dst, ending...)
		}
	}
	return dst, nil
}

// adjusted is a year as it is shown: BC's count up.
func (s *shown) adjusted(year int) int64 {
	if !s.interval && year <= 0 {
		return int64(1 - year)
	}
	return int64(year)
}

// show appends one field; number says that an ordinal's ending may follow.
func (n *dchNode) show(dst []byte, s *shown) (_ []byte, number bool, err error) {
	switch n.key.id {
	case dchAMDots, dchAM, dchHH12, dchHH24, dchMI, dchSS, dchFF, dchMS, dchUS, dchSSSS:
		return n.showClock(dst, s)
	case dchTZ, dchTZH, dchTZM, dchOF, dchADDots, dchAD, dchMonth, dchMon, dchDay, dchDy, dchD, dchID7:
		if s.interval {
			return dst, false, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
		return n.showCalendar(dst, s)
	case dchMM:
		return n.padded(dst, int64(s.Month), signWidth(int64(s.Month), 2)), true, nil
	case dchDDD:
		return n.padded(dst, int64(s.yday), 3), true, nil
	case dchIDDD:
		year, _ := ISOWeek(s.Year, s.Month, s.Day)
		return n.padded(dst, int64(julianDay(s.Year, s.Month, s.Day)-isoWeekDay(year, 1)+1), 3), true, nil
	case dchDD:
		return n.padded(dst, int64(s.Day), 2), true, nil
	case dchWW:
		return n.padded(dst, int64(int32(s.yday-1)/7+1), 2), true, nil
	case dchIW:
		_, week := ISOWeek(s.Year, s.Month, s.Day)
		return n.padded(dst, int64(week), 2), true, nil
	case dchW:
		return AppendInt(dst, int64(int32(s.Day-1)/7+1)), true, nil
	case dchQ:
		if s.Month == 0 {
			return dst, false, nil
		}
		return AppendInt(dst, int64((s.Month-1)/3+1)), true, nil
	case dchJ:
		return AppendInt(dst, int64(julianDay(s.Year, s.Month, s.Day))), true, nil
	case dchRM:
		if s.Month == 0 && s.Year == 0 {
			return dst, false, nil
		}
		at := 12 - s.Month
		switch {
		case s.Month < 0:
			at = -(s.Month + 1)
		case s.Month == 0 && s.Year >= 0:
			at = 0
		case s.Month == 0:
			at = 11
		}
		plain := dchNode{key: n.key, fill: n.fill}
		return plain.word(dst, romans[at], 4), false, nil
	case dchCC:
		century := int64(s.Year / 100)
		if !s.interval {
			if s.Year > 0 {
				century = int64((s.Year-1)/100 + 1)
			} else {
				century--
			}
		}
		return n.padded(dst, century, signWidth(century, 2)), true, nil
	}
	return n.showYear(dst, s)
}

func (n *dchNode) showYear(dst []byte, s *shown) ([]byte, bool, error) {
	plain := s.adjusted(s.Year)
	year := plain
	switch n.key.id {
	case dchIYYY, dchIYY, dchIY, dchI:
		iso, _ := ISOWeek(s.Year, s.Month, s.Day)
		year = s.adjusted(iso)
	}
	switch n.key.id {
	case dchYComma:
		thousands := year / 1000
		dst = append(AppendInt(dst, thousands), ',')
		plainNode := dchNode{}
		return plainNode.padded(dst, year-thousands*1000, 3), true, nil
	case dchYYYY, dchIYYY:
		return n.padded(dst, year, signWidth(plain, 4)), true, nil
	case dchYYY, dchIYY:
		return n.padded(dst, year%1000, signWidth(plain, 3)), true, nil
	case dchYY, dchIY:
		return n.padded(dst, year%100, signWidth(plain, 2)), true, nil
	case dchY, dchI:
		return AppendInt(dst, year%10), true, nil
	}
	return dst, false, nil // FX
}

func (n *dchNode) showClock(dst []byte, s *shown) ([]byte, bool, error) {
	fraction := func(digits int) []byte {
		plain := dchNode{}
		return plain.padded(dst, int64(s.Micros)/scales[digits], digits)
	}
	switch n.key.id {
	case dchAMDots, dchAM:
		name := "AM"
		if s.hours%24 >= 12 {
			name = "PM"
		}
		if n.key.id == dchAMDots {
			name = name[:1] + ".M."
		}
		plain := dchNode{key: n.key}
		return plain.word(dst, name, 0), false, nil
	case dchHH12:
		h := s.hours % 12
		if h == 0 {
			h = 12
		}
		return n.padded(dst, h, signWidth(s.hours, 2)), true, nil
	case dchHH24:
		return n.padded(dst, s.hours, signWidth(s.hours, 2)), true, nil
	case dchMI:
		return n.padded(dst, int64(s.Minute), signWidth(int64(s.Minute), 2)), true, nil
	case dchSS:
		return n.padded(dst, int64(s.Sec), signWidth(int64(s.Sec), 2)), true, nil
	case dchFF:
		return fraction(int(n.key.name[2] - '0')), true, nil
	case dchMS:
		return fraction(3), true, nil
	case dchUS:
		return fraction(6), true, nil
	}
	return AppendInt(dst, s.hours*3600+int64(s.Minute*60+s.Sec)), true, nil
}

// showCalendar shows what intervals have not.
func (n *dchNode) showCalendar(dst []byte, s *shown) ([]byte, bool, error) {
	east := abs(s.east)
	sign := byte('+')
	if s.east < 0 {
		sign = '-'
	}
	switch n.key.id {
	case dchTZ:
		if n.key.style == lower {
			return append(dst, bytes.ToLower([]byte(s.zone))...), false, nil
		}
		return append(dst, s.zone...), false, nil
	case dchTZH:
		return appendHours(append(dst, sign), int64(east/3600)), false, nil
	case dchTZM:
		return appendTwo(dst, east%3600/60), false, nil
	case dchOF:
		dst = n.padded(append(dst, sign), int64(east/3600), 2)
		if east%3600 != 0 {
			dst = appendTwo(append(dst, ':'), east%3600/60)
		}
		return dst, false, nil
	case dchADDots, dchAD:
		name := "AD"
		if s.Year <= 0 {
			name = "BC"
		}
		if n.key.id == dchADDots {
			name = name[:1] + "." + name[1:] + "."
		}
		plain := dchNode{key: n.key}
		return plain.word(dst, name, 0), false, nil
	case dchMonth:
		return n.word(dst, fullMonths[s.Month-1], 9), false, nil
	case dchMon:
		return n.word(dst, monthNames[s.Month], 0), false, nil
	case dchDay:
		return n.word(dst, fullDays[s.wday], 9), false, nil
	case dchDy:
		return n.word(dst, dayNames[s.wday], 0), false, nil
	case dchD:
		return AppendInt(dst, int64(s.wday+1)), true, nil
	}
	return AppendInt(dst, int64((s.wday+6)%7+1)), true, nil // ID
}

// isoWeekDay gives the Julian day on which an ISO week begins.
func isoWeekDay(year, week int) int {
	jan4 := julianDay(year, 1, 4)
	return (week-1)*7 + jan4 - weekDay(jan4-1)
}
