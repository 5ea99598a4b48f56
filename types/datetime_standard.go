package types

import (
	"howdah/pgerr"
)

// The standard mode of templates, in which jsonpath's datetime() reads (formatting.c's parse_datetime with std): source
// and template must match in every character, and the template's fields tell the type.

// Moment is what a template of standard mode read. Value is days, microseconds of the day, or microseconds since 2000.
type Moment struct {
	Type  OID   // DateOID, TimeOID, TimetzOID, TimestampOID or TimestamptzOID
	Value int64 // of a TimestamptzOID in UTC
	East  int   // seconds, of the zoned types
}

// standardSeparators are the characters that a template may have outside of quotes.
const standardSeparators = "-./,':; "

// ParseStandardTemplate reads a template of standard mode.
func ParseStandardTemplate(b []byte) (*DateTemplate, error) {
	t := ParseDateTemplate(b)
	t.standard = true
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.kind == dchAction || n.quoted {
			continue
		}
		if len(n.text) != 1 || !containsByte(standardSeparators, n.text[0]) {
			return nil, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid datetime format separator: \"%s\"", n.text)
		}
		if n.kind = dchSeparator; n.text[0] == ' ' {
			n.kind = dchSpace
		}
	}
	return t, nil
}

func containsByte(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

// scanStandard walks over template and source.
func (t *DateTemplate) scanStandard(r *dchRead) error {
	if len(t.nodes) == 0 { // of an empty template that is said later
		return nil
	}
	r.exact = true
	at := 0
	for ; at < len(t.nodes) && len(r.rest) > 0; at++ {
		n := &t.nodes[at]
		switch n.kind {
		case dchSpace, dchSeparator:
			if r.rest[0] != n.text[0] {
				return pgerr.New(pgerr.InvalidDatetimeFormat, "unmatched format separator \"%c\"", n.text[0])
			}
			r.skip(1)
			continue
		case dchChar:
			if c := r.rest[:runeLen(r.rest)]; string(c) != string(n.text) {
				return pgerr.New(pgerr.InvalidDatetimeFormat, "unmatched format character \"%s\"", n.text)
			}
			r.skip(len(n.text))
			continue
		}
		if err := r.setMode(n); err != nil {
			return err
		}
		var next *dchNode
		if at+1 < len(t.nodes) {
			next = &t.nodes[at+1]
		}
		if err := r.field(n, next); err != nil {
			return err
		}
	}
	if at < len(t.nodes) {
		return pgerr.New(pgerr.InvalidDatetimeFormat, "input string is too short for datetime format")
	}
	if skipSpace(r.rest, 0) < len(r.rest) {
		return pgerr.New(pgerr.InvalidDatetimeFormat, "trailing characters remain in input string after datetime format")
	}
	return nil
}

// parts tells what the template's fields are about (DCH_datetime_type).
func (t *DateTemplate) parts() (dated, timed, zoned bool, err error) {
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.kind != dchAction {
			continue
		}
		switch n.key.id {
		case dchFX:
		case dchAMDots, dchAM, dchHH12, dchHH24, dchMI, dchSS, dchMS, dchUS, dchFF, dchSSSS:
			timed = true
		case dchTZ, dchOF:
			return false, false, false, pgerr.New(pgerr.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.key.name)
		case dchTZH, dchTZM:
			zoned = true
		default:
			dated = true
		}
	}
	return dated, timed, zoned, nil
}

// ParseMoment reads a date, a time or both by a template of standard mode.
func (t *DateTemplate) ParseMoment(text []byte) (m Moment, err error) {
	f, r, err := t.read(text)
	if err != nil {
		return m, err
	}
	dated, timed, zoned, err := t.parts()
	if err != nil {
		return m, err
	}
	bad := func(format string, args ...any) (Moment, error) {
		return Moment{}, pgerr.New(pgerr.InvalidDatetimeFormat, format, args...)
	}
	digits := int32(-1) // after the point, as FF1 to FF6 have them
	if r.ff != 0 {
		digits = int32(r.ff)
	}
	if zoned && timed {
		if r.tzSign == 0 {
			if dated {
				return bad("missing time zone in input string for type timestamptz")
			}
			return bad("missing time zone in input string for type timetz")
		}
		m.East = r.tzSign * (r.tzh*3600 + r.tzm*60)
	}
	c := Clock{f.year, f.mon, f.mday, f.hour, f.min, f.sec, f.micros}
	switch {
	case dated && timed:
		m.Type = TimestampOID
		if zoned {
			m.Type = TimestamptzOID
		}
		v, ok := c.Timestamp(m.East)
		if !ok {
			return m, pgerr.New(pgerr.DatetimeFieldOverflow, "%s out of range", map[bool]string{false: "timestamp", true: "timestamptz"}[zoned])
		}
		m.Value, err = RoundTimestamp(v, digits)
		return m, err
	case dated && zoned:
		return bad("datetime format is zoned but not timed")
	case dated:
		m.Type = DateOID
		if !validJulian(f.year, f.mon) || !ValidDate(DaysFromCivil(f.year, f.mon, f.mday)) {
			return m, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: \"%s\"", text)
		}
		m.Value = DaysFromCivil(f.year, f.mon, f.mday)
		return m, nil
	case timed:
		m.Type = TimeOID
		if zoned {
			m.Type = TimetzOID
		}
		m.Value = RoundTime(c.TimeOfDay(), digits)
		return m, nil
	}
	return bad("datetime format is not dated and not timed")
}

// Append appends the text that JSON has of it (JsonEncodeDateTime): ISO 8601, a zoned one in the zone that it was read in.
func (m Moment) Append(dst []byte) []byte {
	iso := Style{DateStyle: ISO}
	var text []byte
	switch m.Type {
	case DateOID:
		return AppendDate(dst, m.Value, &iso)
	case TimeOID:
		return AppendTime(dst, m.Value)
	case TimetzOID:
		return m.appendZone(AppendTime(dst, m.Value))
	case TimestampOID:
		text = AppendTimestamp(nil, m.Value, &iso)
	default:
		text = AppendTimestamp(nil, m.Value+int64(m.East)*MicrosPerSecond, &iso)
	}
	for i, c := range text {
		if c == ' ' {
			text[i] = 'T'
			break
		}
	}
	era := ""
	if n := len(text) - len(" BC"); n > 0 && string(text[n:]) == " BC" {
		text, era = text[:n], " BC"
	}
	dst = append(dst, text...)
	if m.Type == TimestamptzOID {
		dst = m.appendZone(dst)
	}
	return append(dst, era...)
}

// appendZone appends ±HH:MM, as XML Schema wants it.
func (m Moment) appendZone(dst []byte) []byte {
	dst = appendZone(dst, m.East)
	if m.East%3600 == 0 {
		dst = append(dst, ":00"...)
	}
	return dst
}
