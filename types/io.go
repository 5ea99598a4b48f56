package types

import (
	"time"

	"howdah/pgerr"
)

// defaultStyle is what a new session has, with the zone of a server that knows none.
var defaultStyle = Style{Zone: time.UTC, ExtraFloatDigits: 1}

// DefaultStyle gives the style of a new session: ISO, MDY; postgres; UTC; extra_float_digits 1; hex. Do not change it.
func DefaultStyle() *Style { return &defaultStyle }

// ParseText reads a value from its text form, as the type's input function does, and applies the typmod.
// The result may point into text: copy what outlives it.
func ParseText(t Type, text []byte, s *Style) (Datum, error) {
	if d, ok, err := parseNumberText(t, text, s); ok || err != nil {
		return d, err
	}
	if d, ok, err := parseTimeText(t, text, s); ok || err != nil {
		return d, err
	}
	if isBits(t.OID) {
		b, err := ParseBits(nil, t, text)
		return Datum{Bytes: b}, err
	}
	if d, ok, err := parseBytesText(t, text, s); ok || err != nil {
		return d, err
	}
	return Datum{}, noIO(t)
}

// AppendText appends the text form of a value that is not NULL, as the type's output function gives it.
// A type that has no text form appends nothing; ParseText and the binder keep such values from existing.
func AppendText(dst []byte, t Type, d *Datum, s *Style) []byte {
	if out, ok := appendNumberText(dst, t, d, s); ok {
		return out
	}
	if out, ok := appendTimeText(dst, t, d, s); ok {
		return out
	}
	if isBits(t.OID) {
		return AppendBitDigits(dst, d.Bytes)
	}
	out, _ := appendBytesText(dst, t, d, s)
	return out
}

// ParseBinary reads a value from its binary form, as the type's receive function does, and applies the typmod.
// The result may point into b.
func ParseBinary(t Type, b []byte) (Datum, error) {
	if d, ok, err := parseNumberBinary(t, b); ok || err != nil {
		return d, err
	}
	if d, ok, err := parseTimeBinary(t, b); ok || err != nil {
		return d, err
	}
	if isBits(t.OID) {
		v, err := parseBitsBinary(t, b)
		return Datum{Bytes: v}, err
	}
	if d, ok, err := parseBytesBinary(t, b); ok || err != nil {
		return d, err
	}
	return Datum{}, noIO(t)
}

// AppendBinary appends the binary form of a value that is not NULL.
func AppendBinary(dst []byte, t Type, d *Datum) ([]byte, error) {
	if out, ok := appendNumberBinary(dst, t, d); ok {
		return out, nil
	}
	if out, ok := appendTimeBinary(dst, t, d); ok {
		return out, nil
	}
	if isBits(t.OID) {
		return append(dst, d.Bytes...), nil
	}
	if out, ok, err := appendBytesBinary(dst, t, d); ok || err != nil {
		return out, err
	}
	return dst, noIO(t)
}

// Compare orders two values, neither of them NULL, by the type's default btree order: negative, 0 or positive.
func Compare(t OID, a, b *Datum, collation OID) int {
	switch KindOf(t) {
	case KindBool, KindInt, KindFloat, KindNumeric:
		return compareNumber(t, a, b)
	}
	if c, ok := compareTime(t, a, b); ok {
		return c
	}
	if isBits(t) {
		return CompareBits(a.Bytes, b.Bytes)
	}
	return compareBytes(t, a, b, collation)
}

// Hash hashes a value that is not NULL: values that Compare equal hash equal. It is not PostgreSQL's hash function.
func Hash(t OID, d *Datum) uint64 {
	switch KindOf(t) {
	case KindBool, KindInt, KindFloat, KindNumeric:
		return hashNumber(d, KindOf(t))
	}
	if h, ok := hashTime(t, d); ok {
		return h
	}
	return hashBytes(t, d)
}

// noIO refuses a type that the engine holds no values of.
func noIO(t Type) error {
	return pgerr.New(pgerr.FeatureNotSupported, "type %d has no input and output here", t.OID)
}
