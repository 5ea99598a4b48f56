package sheet

import (
	"bytes"
	"math"

	"howdah/formats/internal/text"
	"howdah/pgerr"
	"howdah/types"
)

// Sheet is a sheet that was opened, as a format hands it over.
type Sheet struct {
	File, Name string
	Date1904   bool
	Range      Range
	Rows       Rows
	Formats    func() ([]Format, error)                // read at the first number that needs one
	Shared     func(index uint32) ([]byte, error)      // a shared text; it is valid until the next call
	Merged     func() ([]Range, error)                 // in order of their first row
	Estimate   func(row int64) (rows int64, width int) // from the place that is reached: rows of the sheet, or -1, and bytes a row in the file
	Close      func() error                            // lets go of everything but Rows

	formats  []Format
	temporal []bool // by format
	looks    []*look
	known    bool
}

// load reads the formats once.
func (s *Sheet) load() error {
	if s.known {
		return nil
	}
	all, err := s.Formats()
	if err != nil {
		return err
	}
	s.formats, s.known = all, true
	s.temporal = make([]bool, len(all))
	for i, f := range all {
		s.temporal[i] = f.Class >= Date
	}
	return nil
}

func (s *Sheet) format(i uint16) Format {
	if int(i) < len(s.formats) {
		return s.formats[i]
	}
	return Format{}
}

// isTemporal tells whether numbers of a format are dates or times.
func (s *Sheet) isTemporal(i uint16) bool { return int(i) < len(s.temporal) && s.temporal[i] }

// moment is a date, a time, both, or a duration.
type moment struct {
	class  Class // Date, Time, DateTime or Duration
	days   int64 // from 2000-01-01
	micros int64 // of the day, or of a duration
}

func (m moment) timestamp() int64 { return m.days*dayMicros + m.micros }

// moment reads a number by its format, or an ISO text.
func (s *Sheet) moment(c *Cell, text []byte) (m moment, err error) {
	v := text[c.Off : c.Off+c.Len]
	if c.Kind == Moment {
		return s.isoMoment(v, c.Format)
	}
	f, err := parseDouble(v)
	if err != nil {
		return m, err
	}
	class := s.format(c.Format).Class
	if class == Duration {
		if math.Abs(f) > 4*lastSerial {
			return m, pgerr.New(pgerr.IntervalFieldOverflow, "the cell's duration of %s days is out of range", AppendDouble(nil, f))
		}
		return moment{Duration, 0, int64(math.Round(f*dayMillis)) * 1000}, nil
	}
	serial, millis, ok := splitSerial(f)
	m.micros = millis * 1000
	if ok && serial == 0 && (class == Time || class == Date && millis != 0) {
		m.class = Time
		return m, nil
	}
	if ok {
		m.days, ok = dateOf(serial, s.Date1904)
	}
	if !ok {
		if serial == 60 {
			return m, pgerr.New(pgerr.DatetimeFieldOverflow, "date/time field value out of range: \"1900-02-29\"").
				WithDetail("Excel takes the year 1900 for a leap year; the cell's number is that of a day which never was.")
		}
		return m, pgerr.New(pgerr.DatetimeFieldOverflow, "the cell's number %s is no date", AppendDouble(nil, f))
	}
	if m.class = class; m.micros != 0 && class == Date || class == Time {
		m.class = DateTime
	}
	return m, nil
}

func (s *Sheet) isoMoment(v []byte, format uint16) (m moment, err error) {
	if days, micros, ok := isoPlain(v); ok {
		m = moment{DateTime, days, micros}
		if micros == 0 && (len(v) == 10 || s.format(format).Class == Date) {
			m.class = Date
		}
		return m, nil
	}
	if micros, ok := isoDuration(v); ok {
		m = moment{Duration, 0, micros}
		if micros >= 0 && micros < dayMicros && s.format(format).Class != Duration {
			m.class = Time
		}
		return m, nil
	}
	style := types.DefaultStyle()
	if bytes.IndexByte(v, '-') < 0 && bytes.IndexByte(v, ':') >= 0 {
		d, err := types.ParseText(types.Of(types.TimeOID), bytes.TrimPrefix(v, []byte("T")), style)
		return moment{Time, 0, d.Int}, err
	}
	d, err := types.ParseText(types.Of(types.TimestampOID), v, style)
	if err != nil {
		return m, err
	}
	if !types.TimestampFinite(d.Int) {
		return m, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type timestamp: \"%s\"", text.Clip(v))
	}
	m = moment{DateTime, d.Int / dayMicros, d.Int % dayMicros}
	if m.micros < 0 {
		m.days, m.micros = m.days-1, m.micros+dayMicros
	}
	if m.micros == 0 && (len(v) <= 10 || s.format(format).Class == Date) {
		m.class = Date
	}
	return m, nil
}

func (m moment) append(dst []byte) []byte {
	style := types.DefaultStyle()
	switch m.class {
	case Date:
		return types.AppendDate(dst, m.days, style)
	case Time:
		return types.AppendTime(dst, m.micros)
	case Duration:
		d := types.Datum{Interval: types.Interval{Micros: m.micros}}
		return types.AppendText(dst, types.Of(types.IntervalOID), &d, style)
	}
	return types.AppendTimestamp(dst, m.timestamp(), style)
}

// appendText appends a cell's value as text: what a column of text holds, and what the input functions of other types
// are given. asShown asks for the number format's own look.
func (s *Sheet) appendText(dst []byte, c *Cell, text []byte, asShown bool) ([]byte, error) {
	switch c.Kind {
	case Error:
		return append(dst, text[c.Off:c.Off+c.Len]...), nil
	case Text, Shared:
		v, err := []byte(nil), error(nil)
		if c.Kind == Text {
			v = text[c.Off : c.Off+c.Len]
		} else if v, err = s.Shared(c.Off); err != nil {
			return dst, err
		}
		if asShown {
			if err := s.load(); err != nil {
				return dst, err
			}
			return s.shownText(dst, v, c.Format), nil
		}
		return append(dst, v...), nil
	case Bool:
		if c.Off != 0 {
			return append(dst, "TRUE"...), nil
		}
		return append(dst, "FALSE"...), nil
	case Number, Moment:
		if err := s.load(); err != nil {
			return dst, err
		}
		if asShown && c.Kind == Number {
			x, err := parseDouble(text[c.Off : c.Off+c.Len])
			if err != nil {
				return dst, err
			}
			return s.shownNumber(dst, x, c.Format)
		}
		if c.Kind == Moment || s.isTemporal(c.Format) {
			m, err := s.moment(c, text)
			if err != nil {
				return dst, err
			}
			if asShown {
				return s.shownMoment(dst, m, c.Format)
			}
			return m.append(dst), nil
		}
		return appendNumber(dst, text[c.Off:c.Off+c.Len])
	}
	return dst, nil
}
