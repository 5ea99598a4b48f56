package types

// The hooks of [ParseText] and its like for date, time, timestamp and interval types. ok is false for other types.

func parseTimeText(t Type, text []byte, s *Style) (d Datum, ok bool, err error) { return }

func appendTimeText(dst []byte, t Type, d *Datum, s *Style) (out []byte, ok bool) { return dst, false }

func parseTimeBinary(t Type, b []byte) (d Datum, ok bool, err error) { return }

func appendTimeBinary(dst []byte, t Type, d *Datum) (out []byte, ok bool) { return dst, false }

// compareTime need not know the types of KindInt: those compare as numbers.
func compareTime(t OID, a, b *Datum) (c int, ok bool) { return }

// hashTime need not know the types of KindInt. Intervals that compare equal hash equal.
func hashTime(t OID, d *Datum) (h uint64, ok bool) { return }
