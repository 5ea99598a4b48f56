package text

import "howdah/types"

// Canonical gives the check that a text is PostgreSQL's own output form of a value of the type under the default
// style; nil where every value is to be read and written anew. Checks may say no to forms that are canonical.
func Canonical(t types.Type) func(v []byte) bool {
	switch t.OID {
	case types.BoolOID:
		return types.CanonicalBool
	case types.Int2OID:
		return func(v []byte) bool { return types.CanonicalInt(v, 16) }
	case types.Int4OID:
		return func(v []byte) bool { return types.CanonicalInt(v, 32) }
	case types.Int8OID:
		return func(v []byte) bool { return types.CanonicalInt(v, 64) }
	case types.Float4OID:
		return types.CanonicalFloat4
	case types.Float8OID:
		return types.CanonicalFloat
	case types.NumericOID:
		return func(v []byte) bool { return types.CanonicalNumeric(v, t.Typmod) }
	case types.DateOID:
		return types.CanonicalDate
	case types.TimeOID:
		if t.Typmod < 0 {
			return types.CanonicalTime
		}
	case types.TimestampOID:
		if t.Typmod < 0 {
			return types.CanonicalTimestamp
		}
	case types.TimestamptzOID:
		if t.Typmod < 0 {
			return types.CanonicalTimestamptz
		}
	case types.UUIDOID:
		return CanonicalUUID
	case types.BitOID, types.VarbitOID:
		return func(v []byte) bool { return types.CanonicalBits(t, v) }
	}
	return nil
}

// CanonicalUUID tells whether v is 36 bytes of lower-case hex with hyphens.
func CanonicalUUID(v []byte) bool { return isUUID(v, false) }

func isUUID(v []byte, upper bool) bool {
	if len(v) != 36 {
		return false
	}
	for i, c := range v {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || upper && c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// TypeOf gives the type that a text surely is of by its form alone, with nothing lost: date, time, timestamp,
// timestamptz or uuid; text otherwise.
func TypeOf(v []byte) types.OID {
	if len(v) == 10 {
		if _, ok := types.ParseDateISO(v); ok {
			return types.DateOID
		}
	}
	if len(v) == 36 && isUUID(v, true) {
		return types.UUIDOID
	}
	if _, ok := types.ParseTimeISO(v); ok {
		return types.TimeOID
	}
	if _, ok := types.ParseTimestampISO(v); ok {
		return types.TimestampOID
	}
	if _, ok := types.ParseTimestamptzISO(v); ok {
		return types.TimestamptzOID
	}
	return types.TextOID
}
