package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"

	"howdah/types"
)

// shownMoment appends a date or time that a file has as such, as its format shows it; where the format says nothing of
// it, in ISO form.
func (s *Sheet) shownMoment(dst []byte, m moment, format uint16) ([]byte, error) {
	sec := &s.look(format).sections[0]
	if sec.kind != sectionClock || (m.class == Time || m.class == Duration) && hasDate(sec.clock) {
		return m.append(dst), nil
	}
	if sec.unknownCalendar {
		return dst, unsupportedFormat(sec.code)
	}
	c := clock{micros: m.micros}
	c.year, c.month, c.day = types.CivilFromDays(m.days)
	c.weekday = time.Weekday(types.WeekDay(c.year, c.month, c.day))
	if c.round(sec.clock, m.class == Duration) {
		c.year, c.month, c.day = types.CivilFromDays(m.days + 1)
	}
	return c.appendAll(dst, sec.clock), nil
}

// shownSerial appends a number as a date or time, with English names of months and days. As in Excel, 1900 is a leap year,
// and its first day follows one that has the number 0. What is no date is shown as the number that it is.
func (s *Sheet) shownSerial(dst []byte, x float64, sec *section) ([]byte, error) {
	if sec.unknownCalendar {
		return dst, unsupportedFormat(sec.code)
	}
	if math.Abs(x) > 4*lastSerial {
		return appendGeneral(dst, x), nil
	}
	elapsed := false
	for _, f := range sec.clock {
		elapsed = elapsed || f.kind == 'H' || f.kind == 'N' || f.kind == 'S'
	}
	if elapsed && !hasDate(sec.clock) {
		c := clock{micros: int64(math.Round(x*dayMillis)) * 1000}
		c.round(sec.clock, true)
		return c.appendAll(dst, sec.clock), nil
	}
	serial, millis, ok := splitSerial(x)
	if !ok || serial < 0 || serial > lastSerial {
		return appendGeneral(dst, x), nil
	}
	c := clock{micros: millis * 1000}
	if c.round(sec.clock, false) {
		serial++
	}
	if elapsed {
		c.micros += serial * dayMicros
	}
	days, ok := dateOf(serial, s.Date1904)
	c.year, c.month, c.day = types.CivilFromDays(days)
	switch {
	case s.Date1904:
		c.weekday = time.Weekday(types.WeekDay(c.year, c.month, c.day))
		return c.appendAll(dst, sec.clock), nil
	case serial == 0:
		c.year, c.month, c.day = 1900, 1, 0
	case !ok:
		c.year, c.month, c.day = 1900, 2, 29
	}
	c.weekday = time.Weekday((serial + 6) % 7)
	return c.appendAll(dst, sec.clock), nil
}

func hasDate(fields []clockField) bool {
	for _, f := range fields {
		if f.kind == 'y' || f.kind == 'M' || f.kind == 'd' {
			return true
		}
	}
	return false
}

// clockField is a part of a date's format: a kind and its width, or a literal.
type clockField struct {
	kind    byte // y M d h m s . a(AM/PM) A(A/P, as literal has them) H N S (elapsed hours, minutes, seconds); 0 = a literal
	width   int
	literal string
}

// clockFields takes a format apart; ok is false of one that is not understood.
func clockFields(code string) (fields []clockField, ok bool) {
	for i := 0; i < len(code); i++ {
		c := code[i] | 0x20
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code) - i - 1
			}
			fields = append(fields, clockField{literal: code[i+1 : i+1+end]})
			i += end + 1
			continue
		case '\\':
			if i++; i < len(code) {
				fields = append(fields, clockField{literal: code[i : i+1]})
			}
			continue
		case '_':
			fields = append(fields, clockField{literal: " "})
			i += utf8Len(code[min(i+1, len(code)):])
			continue
		case '*':
			i += utf8Len(code[min(i+1, len(code)):])
			continue
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return nil, false
			}
			inner := strings.ToLower(code[i+1 : i+end])
			i += end
			if inner != "" && strings.Trim(inner, inner[:1]) == "" && strings.Contains("hms", inner[:1]) {
				fields = append(fields, clockField{kind: map[byte]byte{'h': 'H', 'm': 'N', 's': 'S'}[inner[0]], width: len(inner)})
			}
			continue
		}
		rest := strings.ToLower(code[i:])
		switch {
		case strings.HasPrefix(rest, "am/pm"):
			fields = append(fields, clockField{kind: 'a'})
			i += 4
		case strings.HasPrefix(rest, "a/p"):
			fields = append(fields, clockField{kind: 'A', literal: code[i:i+1] + code[i+2:i+3]})
			i += 2
		case c == 'b' || c == 'e' || c == 'g' || c == 'a':
			return nil, false
		case strings.IndexByte("ymdhs", c) >= 0:
			n := 1
			for i+n < len(code) && code[i+n]|0x20 == c {
				n++
			}
			i += n - 1
			if c == 'm' {
				c = 'M'
			}
			fields = append(fields, clockField{kind: c, width: n})
		case c == '.' && i+1 < len(code) && code[i+1] == '0':
			n := 1
			for i+1+n < len(code) && code[i+1+n] == '0' {
				n++
			}
			i += n
			fields = append(fields, clockField{kind: '.', width: n})
		default:
			fields = append(fields, clockField{literal: code[i : i+1]})
		}
	}
	// An m behind hours or before seconds is minutes.
	last := byte(0)
	for i := range fields {
		f := &fields[i]
		if f.kind == 0 || f.kind == 'a' || f.kind == 'A' || f.kind == '.' {
			continue
		}
		if (f.kind == 's' || f.kind == 'S') && last == 'M' {
			for k := i - 1; k >= 0; k-- {
				if fields[k].kind == 'M' {
					fields[k].kind = 'm'
					break
				}
			}
		}
		if f.kind == 'M' && f.width <= 2 && (last == 'h' || last == 'H') {
			f.kind = 'm'
		}
		last = f.kind
	}
	return fields, true
}

// clock is a moment's parts.
type clock struct {
	year, month, day int
	weekday          time.Weekday
	micros           int64 // of the day, or of the duration
	negative, half   bool
}

// round rounds to what the fields show, where they show seconds or parts of them; the smaller of the rest are cut off. It
// tells whether that makes it the next day.
func (c *clock) round(fields []clockField, duration bool) (tomorrow bool) {
	unit, timed := int64(1e6), false
	for _, f := range fields {
		switch f.kind {
		case '.':
			for range min(f.width, 6) {
				unit /= 10
			}
		case 'a', 'A':
			c.half = true
		case 'h', 'm', 's', 'H', 'N', 'S':
			timed = true
		}
	}
	if c.micros < 0 {
		c.negative, c.micros = true, -c.micros
	}
	if timed {
		c.micros = (c.micros + unit/2) / max(unit, 1) * max(unit, 1)
	}
	if !duration && c.micros >= dayMicros {
		c.micros -= dayMicros
		return true
	}
	return false
}

func (c *clock) appendAll(dst []byte, fields []clockField) []byte {
	for _, f := range fields {
		dst = c.append(dst, f)
	}
	return dst
}

func (c *clock) append(dst []byte, f clockField) []byte {
	seconds := c.micros / 1e6
	hour := seconds / 3600 % 24
	switch f.kind {
	case 0:
		return append(dst, f.literal...)
	case 'y':
		if f.width <= 2 {
			return digits(dst, int64(c.year%100), 2)
		}
		return digits(dst, int64(c.year), 4)
	case 'M':
		switch name := time.Month(c.month).String(); {
		case f.width == 3:
			return append(dst, name[:3]...)
		case f.width == 4:
			return append(dst, name...)
		case f.width >= 5:
			return append(dst, name[0])
		}
		return digits(dst, int64(c.month), f.width)
	case 'd':
		switch name := c.weekday.String(); {
		case f.width == 3:
			return append(dst, name[:3]...)
		case f.width >= 4:
			return append(dst, name...)
		}
		return digits(dst, int64(c.day), f.width)
	case 'h':
		if c.half {
			if hour %= 12; hour == 0 {
				hour = 12
			}
		}
		return digits(dst, hour, f.width)
	case 'm':
		return digits(dst, seconds/60%60, f.width)
	case 's':
		return digits(dst, seconds%60, f.width)
	case 'H', 'N', 'S':
		if c.negative {
			dst = append(dst, '-')
		}
		return digits(dst, seconds/map[byte]int64{'H': 3600, 'N': 60, 'S': 1}[f.kind], f.width)
	case '.':
		fraction := digits(nil, c.micros%1e6, 6)
		return append(append(dst, '.'), fraction[:min(f.width, 6)]...)
	}
	names := [2]string{"AM", "PM"}
	if f.kind == 'A' {
		names = [2]string{f.literal[:1], f.literal[1:]}
	}
	return append(dst, names[hour/12]...)
}

// digits appends a number with zeros before it up to a width.
func digits(dst []byte, v int64, width int) []byte {
	t := strconv.FormatInt(v, 10)
	for n := len(t); n < min(width, 10); n++ {
		dst = append(dst, '0')
	}
	return append(dst, t...)
}
