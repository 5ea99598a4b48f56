package types

import "howdah/pgerr"

// The hooks of [ParseText] and its like for date, time, timestamp and interval types. ok is false for other types.

func parseTimeText(t Type, text []byte, s *Style) (d Datum, ok bool, err error) {
	if s == nil {
		s = &defaultStyle
	}
	switch t.OID {
	case DateOID:
		d.Int, err = ParseDate(text, s)
	case TimeOID:
		d.Int, err = ParseTime(text, t.Typmod, s)
	case TimetzOID:
		var v Timetz
		v, err = ParseTimetz(text, t.Typmod, s)
		d.Bytes = AppendTimetzBytes(nil, v)
	case TimestampOID:
		d.Int, err = ParseTimestamp(text, t.Typmod, s)
	case TimestamptzOID:
		d.Int, err = ParseTimestamptz(text, t.Typmod, s)
	case IntervalOID:
		d.Interval, err = ParseInterval(text, t.Typmod, s)
	default:
		return d, false, nil
	}
	return d, true, err
}

func appendTimeText(dst []byte, t Type, d *Datum, s *Style) (out []byte, ok bool) {
	if s == nil {
		s = &defaultStyle
	}
	switch t.OID {
	case DateOID:
		return AppendDate(dst, d.Int, s), true
	case TimeOID:
		return AppendTime(dst, d.Int), true
	case TimetzOID:
		return AppendTimetz(dst, TimetzOf(d.Bytes)), true
	case TimestampOID:
		return AppendTimestamp(dst, d.Int, s), true
	case TimestamptzOID:
		return AppendTimestamptz(dst, d.Int, s), true
	case IntervalOID:
		return AppendInterval(dst, d.Interval, s), true
	}
	return dst, false
}

func parseTimeBinary(t Type, b []byte) (d Datum, ok bool, err error) {
	switch t.OID {
	case DateOID:
		if err = wantLen(b, 4); err != nil {
			break
		}
		if d.Int = int64(int32(beUint(b))); DateFinite(d.Int) && !ValidDate(d.Int) {
			err = pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range")
		}
	case TimeOID:
		if err = wantLen(b, 8); err != nil {
			break
		}
		if d.Int = int64(beUint(b)); d.Int < 0 || d.Int > MicrosPerDay {
			err = pgerr.New(pgerr.DatetimeFieldOverflow, "time out of range")
		}
		d.Int = RoundTime(d.Int, t.Typmod)
	case TimetzOID:
		if err = wantLen(b, 12); err != nil {
			break
		}
		v := TimetzOf(b)
		switch {
		case v.Micros < 0 || v.Micros > MicrosPerDay:
			err = pgerr.New(pgerr.DatetimeFieldOverflow, "time out of range")
		case v.West <= -16*3600 || v.West >= 16*3600:
			err = pgerr.New(pgerr.InvalidTimeZoneDisplacement, "time zone displacement out of range")
		}
		v.Micros = RoundTime(v.Micros, t.Typmod)
		d.Bytes = AppendTimetzBytes(nil, v)
	case TimestampOID, TimestamptzOID:
		if err = wantLen(b, 8); err != nil {
			break
		}
		if d.Int = int64(beUint(b)); TimestampFinite(d.Int) && !ValidTimestamp(d.Int) {
			err = pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range")
			break
		}
		d.Int, err = RoundTimestamp(d.Int, t.Typmod)
	case IntervalOID:
		if err = wantLen(b, 16); err != nil {
			break
		}
		v := Interval{Micros: int64(beUint(b[:8])), Days: int32(beUint(b[8:12])), Months: int32(beUint(b[12:]))}
		d.Interval, err = RoundInterval(v, t.Typmod)
	default:
		return d, false, nil
	}
	return d, true, err
}

func appendTimeBinary(dst []byte, t Type, d *Datum) (out []byte, ok bool) {
	switch t.OID {
	case DateOID:
		return AppendInt4Binary(dst, d.Int), true
	case TimeOID, TimestampOID, TimestamptzOID:
		return AppendInt8Binary(dst, d.Int), true
	case TimetzOID:
		return append(dst, d.Bytes...), true
	case IntervalOID:
		dst = AppendInt8Binary(dst, d.Interval.Micros)
		dst = AppendInt4Binary(dst, int64(d.Interval.Days))
		return AppendInt4Binary(dst, int64(d.Interval.Months)), true
	}
	return dst, false
}

// compareTime need not know the types of KindInt: those compare as numbers.
func compareTime(t OID, a, b *Datum) (c int, ok bool) {
	switch t {
	case TimetzOID:
		return CompareTimetz(TimetzOf(a.Bytes), TimetzOf(b.Bytes)), true
	case IntervalOID:
		return CompareIntervals(&a.Interval, &b.Interval), true
	}
	return 0, false
}

// hashTime need not know the types of KindInt. Intervals that compare equal hash equal; a timetz equals itself alone.
func hashTime(t OID, d *Datum) (h uint64, ok bool) {
	if t == IntervalOID {
		return HashInterval(&d.Interval), true
	}
	return 0, false
}
