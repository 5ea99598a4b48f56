package sheet

import (
	"strconv"
	"strings"
	"time"

	"howdah/pgerr"
	"howdah/types"
)

// shownMoment appends a date or time as its format shows it, with English names of months and days. What the format says
// nothing of is appended in ISO form; calendars other than the Gregorian are refused.
func (s *Sheet) shownMoment(dst []byte, m moment, format uint16) ([]byte, error) {
	f := s.format(format)
	if f.Class < Date {
		return m.append(dst), nil
	}
	code := splitSections(f.Code)[0]
	fields, ok := clockFields(code)
	if !ok {
		return dst, pgerr.New(pgerr.FeatureNotSupported, "the number format %q is not supported with text_values", code)
	}
	c := clockOf(m, fields)
	for _, t := range fields {
		if t.kind != 0 && strings.IndexByte("yMd", t.kind) >= 0 && (m.class == Time || m.class == Duration) {
			return m.append(dst), nil // a date that is none
		}
	}
	for _, t := range fields {
		dst = c.append(dst, t)
	}
	return dst, nil
}

// clockField is a part of a date's format: a kind and its width, or a literal.
type clockField struct {
	kind    byte // y M d h m s . a(AM/PM) A(A/P) H N S (elapsed hours, minutes, seconds); 0 = a literal
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
		case '_', '*':
			i++
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
			fields = append(fields, clockField{kind: 'A'})
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

// clockOf rounds a moment to what the fields show.
func clockOf(m moment, fields []clockField) (c clock) {
	unit := int64(1e6)
	for _, f := range fields {
		switch f.kind {
		case '.':
			for range min(f.width, 6) {
				unit /= 10
			}
		case 'a', 'A':
			c.half = true
		}
	}
	days, micros := m.days, m.micros
	if micros < 0 {
		c.negative, micros = true, -micros
	}
	micros = (micros + unit/2) / unit * unit
	if m.class != Duration && micros >= dayMicros {
		days, micros = days+1, micros-dayMicros
	}
	c.micros = micros
	c.year, c.month, c.day = types.CivilFromDays(days)
	c.weekday = time.Weekday(types.WeekDay(c.year, c.month, c.day))
	return c
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
		names = [2]string{"A", "P"}
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
