package types

import (
	"bytes"
	"math"
	"time"

	"howdah/pgerr"
)

// dchRead is what a template has read so far. 0 is not set.
type dchRead struct {
	mode                                           dchMode
	hh, pm, mi, ss, ssss, d, dd, ddd, mm, ms, year int
	bc, ww, w, cc, j, us, yysz, ff                 int
	half                                           bool // a 12-hour clock
	tzSign, tzh, tzm                               int

	rest  []byte // of the source
	extra int    // characters skipped beyond what the template has
	exact bool   // FX
	prev  byte   // the last character skipped
}

var (
	amNames     = []string{"am", "pm"}
	amDotNames  = []string{"a.m.", "p.m."}
	eraNames    = []string{"ad", "bc"}
	eraDotNames = []string{"a.d.", "b.c."}
)

// ParseTimestamptz is to_timestamp: zone is the one of a source without.
func (t *DateTemplate) ParseTimestamptz(text []byte, zone *time.Location) (int64, error) {
	f, r, err := t.read(text)
	if err != nil {
		return 0, err
	}
	c := Clock{f.year, f.mon, f.mday, f.hour, f.min, f.sec, f.micros}
	east := 0
	if r.tzSign != 0 {
		east = r.tzSign * (r.tzh*3600 + r.tzm*60)
	} else {
		east = OffsetAt(&c, zone)
	}
	v, ok := c.Timestamp(east)
	if !ok {
		return 0, errTimestampRange()
	}
	if r.ff != 0 {
		return RoundTimestamp(v, int32(r.ff))
	}
	return v, nil
}

// ParseDate is to_date.
func (t *DateTemplate) ParseDate(text []byte) (int64, error) {
	f, _, err := t.read(text)
	if err != nil {
		return 0, err
	}
	if !validJulian(f.year, f.mon) || !ValidDate(DaysFromCivil(f.year, f.mon, f.mday)) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: \"%s\"", string(text))
	}
	return DaysFromCivil(f.year, f.mon, f.mday), nil
}

// read makes fields of a source text (do_to_timestamp).
func (t *DateTemplate) read(text []byte) (f dtFields, r dchRead, err error) {
	r.rest = text
	if err := t.scan(&r); err != nil {
		return f, r, err
	}
	f.mon, f.mday = 1, 1
	if x := r.ssss; x != 0 {
		f.hour, f.min, f.sec = x/3600, x%3600/60, x%60
	}
	set := func(to *int, v int) {
		if v != 0 {
			*to = v
		}
	}
	set(&f.sec, r.ss)
	set(&f.min, r.mi)
	set(&f.hour, r.hh)
	if r.half {
		if f.hour < 1 || f.hour > 12 {
			return f, r, pgerr.New(pgerr.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock", f.hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		if r.pm != 0 && f.hour < 12 {
			f.hour += 12
		} else if r.pm == 0 && f.hour == 12 {
			f.hour = 0
		}
	}
	have, err := r.toDate(&f)
	if err != nil {
		return f, r, err
	}
	f.micros = r.ms*1000 + r.us
	if have != 0 && f.validate(have, true, false, false) != dtOK ||
		f.hour < 0 || f.hour >= 24 || f.min < 0 || f.min >= 60 || f.sec < 0 || f.sec >= 60 || f.micros < 0 || f.micros >= 1_000_000 {
		return f, r, dtOverflow.fail(text, "timestamp", nil)
	}
	if r.tzSign != 0 && (r.tzh < 0 || r.tzh > 15 || r.tzm < 0 || r.tzm >= 60) {
		return f, r, dtZoneOverflow.fail(text, "timestamp", nil)
	}
	return f, r, nil
}

// toDate makes the date of what was read.
func (r *dchRead) toDate(f *dtFields) (have fieldMask, err error) {
	if r.year != 0 {
		have |= hasYear
		if r.cc != 0 && r.yysz <= 2 {
			if r.bc != 0 {
				r.cc = -r.cc
			}
			if f.year = r.year % 100; f.year != 0 {
				if r.cc >= 0 {
					f.year += (r.cc - 1) * 100
				} else {
					f.year = (r.cc+1)*100 - f.year + 1
				}
			} else if f.year = r.cc * 100; r.cc < 0 {
				f.year++
			}
		} else {
			f.year = r.year
			if r.bc != 0 {
				f.year = -f.year
			}
			if f.year < 0 {
				f.year++
			}
		}
	} else if r.cc != 0 {
		have |= hasYear
		if r.bc != 0 {
			r.cc = -r.cc
		}
		if f.year = r.cc*100 + 1; r.cc >= 0 {
			f.year = (r.cc-1)*100 + 1
		}
	}
	if r.j != 0 {
		f.year, f.mon, f.mday = julianDate(r.j)
		have |= allDate
	}
	if r.ww != 0 {
		if r.mode == dchISOWeek {
			day := isoWeekDay(f.year, r.ww)
			switch {
			case r.d > 1:
				day += r.d - 2
			case r.d != 0:
				day += 6
			}
			f.year, f.mon, f.mday = julianDate(day)
			have |= allDate
		} else {
			r.ddd = (r.ww-1)*7 + 1
		}
	}
	if r.w != 0 {
		r.dd = (r.w-1)*7 + 1
	}
	if r.dd != 0 {
		f.mday = r.dd
		have |= hasDay
	}
	if r.mm != 0 {
		f.mon = r.mm
		have |= hasMonth
	}
	if r.ddd != 0 && (f.mon <= 1 || f.mday <= 1) {
		if f.year == 0 && r.bc == 0 {
			return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "cannot calculate day of year without year information")
		}
		if r.mode == dchISOWeek {
			f.year, f.mon, f.mday = julianDate(isoWeekDay(f.year, 1) - 1 + r.ddd)
			return have | allDate, nil
		}
		month, before := 1, 0
		for month <= 12 && r.ddd > before+DaysInMonth(f.year, month) {
			before += DaysInMonth(f.year, month)
			month++
		}
		if f.mon <= 1 {
			f.mon = month
		}
		if f.mday <= 1 {
			f.mday = r.ddd - before
		}
		have |= hasMonth | hasDay
	}
	return have, nil
}

func (r *dchRead) skipSpaces() {
	for len(r.rest) > 0 && isSpace(r.rest[0]) {
		r.skip(1)
		r.extra++
	}
}

func (r *dchRead) skip(n int) {
	r.prev = r.rest[n-1]
	r.rest = r.rest[n:]
}

// scan walks over template and source (DCH_from_char).
func (t *DateTemplate) scan(r *dchRead) error {
	if t.standard {
		return t.scanStandard(r)
	}
	for i := range t.nodes {
		if len(r.rest) == 0 {
			return nil
		}
		n := &t.nodes[i]
		action := n.kind == dchAction
		if !r.exact && (!action || n.key.id != dchFX) && (action || i == 0) {
			r.skipSpaces()
			if len(r.rest) == 0 && !action {
				// A C string ends in a zero byte, at which nothing is skipped.
				continue
			}
		}
		switch {
		case n.kind == dchSpace || n.kind == dchSeparator:
			if r.exact {
				r.skip(runeLen(r.rest))
				continue
			}
			r.extra--
			if isSpace(r.rest[0]) || isPunct(r.rest[0]) {
				r.skip(1)
				r.extra++
			}
			continue
		case !action:
			if !r.exact && r.extra > 0 {
				r.extra--
			} else {
				r.skip(runeLen(r.rest))
			}
			continue
		}
		if err := r.setMode(n); err != nil {
			return err
		}
		var next *dchNode
		if i+1 < len(t.nodes) {
			next = &t.nodes[i+1]
		}
		if err := r.field(n, next); err != nil {
			return err
		}
		if !r.exact {
			r.extra = 0
			r.skipSpaces()
		}
	}
	return nil
}

// setMode keeps the calendar that a field belongs to.
func (r *dchRead) setMode(n *dchNode) error {
	if m := n.key.mode; m != dchAny {
		if r.mode != dchAny && r.mode != m {
			return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid combination of date conventions").
				WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
		}
		r.mode = m
	}
	return nil
}

// set keeps a value that no other one contradicts.
func (n *dchNode) set(to *int, v int) error {
	if *to != 0 && *to != v {
		return pgerr.New(pgerr.InvalidDatetimeFormat, "conflicting values for \"%s\" field in formatting string", n.key.name).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	*to = v
	return nil
}

// openEnd tells whether a number may have any length, as what follows is no digit.
func (n *dchNode) openEnd(next *dchNode) bool {
	switch {
	case n.fill || n.th != 0 || next == nil:
		return true
	case next.kind == dchAction:
		return !next.key.digit
	}
	return len(next.text) != 1 || !isDigit(next.text[0])
}

// integer reads a number of so many characters, or of any number where its end is to be seen (from_char_parse_int_len).
func (r *dchRead) integer(to *int, n, next *dchNode, size int) (used int, err error) {
	const fixedHint = "If your source string is not fixed-width, try using the \"FM\" modifier."
	name := n.key.name
	begin := r.rest
	src := begin[skipSpace(begin, 0):]
	field := src[:min(size, len(src))]
	var v int64
	fits := true
	after := src
	if n.openEnd(next) {
		v, after, fits = scanInt64(begin)
	} else {
		if len(src) < size {
			return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "source string too short for \"%s\" formatting field", name).
				WithDetail("Field requires %d characters, but only %d remain.", size, len(src)).WithHint("%s", fixedHint)
		}
		var rest []byte
		v, rest, fits = scanInt64(field)
		if took := size - len(rest); took > 0 && took < size {
			return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", field, name).
				WithDetail("Field requires %d characters, but only %d could be parsed.", size, took).WithHint("%s", fixedHint)
		} else {
			after = src[took:]
		}
	}
	if len(after) == len(begin) {
		return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", field, name).WithDetail("Value must be an integer.")
	}
	if !fits || v != int64(int32(v)) {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "value for \"%s\" in source string is out of range", name).
			WithDetail("Value must be in the range %d to %d.", math.MinInt32, math.MaxInt32)
	}
	used = len(begin) - len(after)
	r.prev = begin[used-1]
	r.rest = after
	if to != nil {
		err = n.set(to, int(v))
	}
	return used, err
}

// name reads one of some names.
func (r *dchRead) name(n *dchNode, names []string) (int, error) {
	for i, name := range names {
		if len(r.rest) >= len(name) && bytes.EqualFold(r.rest[:len(name)], []byte(name)) {
			r.skip(len(name))
			return i, nil
		}
	}
	word := r.rest
	if i := bytes.IndexAny(word, " \t\n\r\f"); i >= 0 {
		word = word[:i]
	}
	return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", string(word), n.key.name).
		WithDetail("The given value did not match any of the allowed values for this field.")
}

// setName reads a name as a value: its index, plus what.
func (r *dchRead) setName(to *int, n *dchNode, names []string, plus int) error {
	i, err := r.name(n, names)
	if err != nil {
		return err
	}
	return n.set(to, i+plus)
}

func partialYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	case y < 1000:
		return y + 1000
	}
	return y
}

// field reads one field of the source.
func (r *dchRead) field(n, next *dchNode) (err error) {
	size := len(n.key.name)
	ordinal := true // the two letters of an ordinal's ending may follow
	switch n.key.id {
	case dchFX:
		r.exact, ordinal = true, false
	case dchAMDots, dchAM:
		names := amNames
		if n.key.id == dchAMDots {
			names = amDotNames
		}
		r.half, ordinal = true, false
		err = r.setName(&r.pm, n, names, 0)
	case dchADDots, dchAD:
		names := eraNames
		if n.key.id == dchADDots {
			names = eraDotNames
		}
		ordinal = false
		err = r.setName(&r.bc, n, names, 0)
	case dchHH12:
		_, err = r.integer(&r.hh, n, next, 2)
		r.half = true
	case dchHH24:
		_, err = r.integer(&r.hh, n, next, 2)
	case dchMI:
		_, err = r.integer(&r.mi, n, next, size)
	case dchSS:
		_, err = r.integer(&r.ss, n, next, size)
	case dchMS:
		var used int
		used, err = r.integer(&r.ms, n, next, 3)
		r.ms *= tens(3 - used)
	case dchFF, dchUS:
		width := 6
		if n.key.id == dchFF {
			width = int(n.key.name[2] - '0')
			r.ff = width
		}
		var used int
		used, err = r.integer(&r.us, n, next, width)
		r.us *= tens(6 - used)
	case dchSSSS:
		_, err = r.integer(&r.ssss, n, next, size)
	case dchTZ, dchOF:
		return pgerr.New(pgerr.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.key.name)
	case dchTZH:
		ordinal = false
		r.tzSign = 1
		// A minus may have been taken for a separator.
		if c := first(r.rest); c == '+' || c == '-' || c == ' ' {
			if c == '-' {
				r.tzSign = -1
			}
			r.skip(1)
		} else if r.extra > 0 && r.prev == '-' {
			r.tzSign = -1
		}
		_, err = r.integer(&r.tzh, n, next, 2)
	case dchTZM:
		ordinal = false
		if r.tzSign == 0 {
			r.tzSign = 1
		}
		_, err = r.integer(&r.tzm, n, next, 2)
	case dchMonth:
		ordinal = false
		err = r.setName(&r.mm, n, fullMonths[:], 1)
	case dchMon:
		ordinal = false
		err = r.setName(&r.mm, n, monthNames[1:], 1)
	case dchMM:
		_, err = r.integer(&r.mm, n, next, size)
	case dchDay, dchDy:
		names := fullDays[:]
		if n.key.id == dchDy {
			names = dayNames[:]
		}
		ordinal = false
		if err = r.setName(&r.d, n, names, 0); err == nil {
			r.d++
		}
	case dchDDD:
		_, err = r.integer(&r.ddd, n, next, size)
	case dchIDDD:
		_, err = r.integer(&r.ddd, n, next, 3)
	case dchDD:
		_, err = r.integer(&r.dd, n, next, size)
	case dchD:
		_, err = r.integer(&r.d, n, next, size)
	case dchID7:
		if _, err = r.integer(&r.d, n, next, 1); err == nil {
			if r.d++; r.d > 7 { // Sunday is 1 there
				r.d = 1
			}
		}
	case dchWW, dchIW:
		_, err = r.integer(&r.ww, n, next, size)
	case dchQ: // says nothing about the date
		_, err = r.integer(nil, n, next, size)
	case dchCC:
		_, err = r.integer(&r.cc, n, next, size)
	case dchRM:
		ordinal = false
		var i int
		if i, err = r.name(n, romans[:]); err == nil {
			err = n.set(&r.mm, 12-i)
		}
	case dchW:
		_, err = r.integer(&r.w, n, next, size)
	case dchJ:
		_, err = r.integer(&r.j, n, next, size)
	default:
		err = r.yearField(n, next)
	}
	if err != nil {
		return err
	}
	for range 2 {
		if ordinal && n.th != 0 && len(r.rest) > 0 {
			r.skip(runeLen(r.rest))
		}
	}
	return nil
}

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// tens is 10^n, 1 where n is negative.
func tens(n int) int {
	v := 1
	for range n {
		v *= 10
	}
	return v
}

func (r *dchRead) yearField(n, next *dchNode) error {
	switch n.key.id {
	case dchYComma:
		bad := func() error {
			return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input string for \"Y,YYY\"")
		}
		thousands, rest, _ := scanInt64(r.rest)
		if len(rest) == len(r.rest) || first(rest) != ',' {
			return bad()
		}
		// sscanf's %03d: blanks, then three characters at most.
		rest = rest[1:]
		skipped := skipSpace(rest, 0)
		field := rest[skipped:min(skipped+3, len(rest))]
		years, after, _ := scanInt64(field)
		if len(after) == len(field) {
			return bad()
		}
		sum := int64(int32(thousands))*1000 + years
		if sum != int64(int32(sum)) {
			return pgerr.New(pgerr.DatetimeFieldOverflow, "value for \"%s\" in source string is out of range", n.key.name)
		}
		r.yysz = 4
		r.skip(len(r.rest) - len(rest) + skipped + len(field) - len(after))
		return n.set(&r.year, int(sum))
	case dchYYYY, dchIYYY:
		r.yysz = 4
		_, err := r.integer(&r.year, n, next, len(n.key.name))
		return err
	}
	used, err := r.integer(&r.year, n, next, len(n.key.name))
	if used < 4 {
		r.year = partialYear(r.year)
	}
	switch n.key.id {
	case dchYYY, dchIYY:
		r.yysz = 3
	case dchYY, dchIY:
		r.yysz = 2
	default:
		r.yysz = 1
	}
	return err
}
