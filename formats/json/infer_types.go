package json

import (
	"howdah/formats/internal/text"
	"howdah/types"
)

// looks is what one value looks like.
type looks uint16

const (
	looksBool looks = 1 << iota
	looksInt
	looksBig // an integer beyond bigint
	looksDecimal
	looksFloat // with an exponent
	looksExact // more digits than a float8 keeps, or beyond its range
	looksDate
	looksTimestamp
	looksTimestamptz
	looksTime
	looksUUID
	looksText
	looksArray
	looksObject
)

const looksNumber = looksInt | looksBig | looksDecimal | looksFloat | looksExact

// guess is what a column's values looked like so far.
type guess struct {
	seen looks
	elem *guess // of arrays
}

// learn takes a value in; null tells nothing.
func (g *guess) learn(v []byte) {
	switch c := v[0]; c {
	case 'n':
	case 't', 'f':
		g.seen |= looksBool
	case '{':
		g.seen |= looksObject
	case '[':
		g.seen |= looksArray
		if g.elem == nil {
			g.elem = &guess{}
		}
		types.EachJSON(v, func(_, value []byte) bool {
			if value[0] == '[' {
				g.elem.seen |= looksArray
			} else {
				g.elem.learn(value)
			}
			return true
		})
	case '"':
		if g.seen&looksText == 0 {
			g.seen |= looksOfString(v)
		}
	default:
		g.seen |= looksOfNumber(v)
	}
}

func looksOfString(v []byte) looks {
	switch text.TypeOf(v[1 : len(v)-1]) {
	case types.DateOID:
		return looksDate
	case types.TimestampOID:
		return looksTimestamp
	case types.TimestamptzOID:
		return looksTimestamptz
	case types.TimeOID:
		return looksTime
	case types.UUIDOID:
		return looksUUID
	}
	return looksText
}

func looksOfNumber(v []byte) looks {
	var k looks = looksInt
	digits := 0 // that count: those of the mantissa without leading zeros
	for _, c := range v {
		if c|0x20 == 'e' {
			k = looksFloat
			break
		}
		if c == '.' {
			k = looksDecimal
		} else if c != '-' && (c != '0' || digits > 0) {
			digits++
		}
	}
	switch {
	case k == looksInt && !types.CanonicalInt(v, 64) && string(v) != "-0":
		return looksBig | looksExact
	case k == looksFloat:
		if f, err := types.ParseFloat8(v); err != nil || f == 0 && digits > 0 {
			return k | looksExact
		}
	}
	if digits > 15 {
		k |= looksExact
	}
	return k
}

// typeOID is the narrowest type that takes every value seen as it stands. Objects and arrays are jsonb, also where
// there are scalars beside them; scalars of several types are text. Numbers with exponents are float8 where that keeps
// all digits of all numbers, else numeric.
func (g *guess) typeOID(arrays bool) types.OID {
	switch {
	case g.seen == looksArray && arrays && g.elem.seen&(looksArray|looksObject) == 0 && !g.elem.mixed():
		if oid := types.ArrayOf(g.elem.typeOID(false)); oid != types.InvalidOID {
			return oid
		}
		return types.JSONBOID
	case g.seen&(looksArray|looksObject) != 0:
		return types.JSONBOID
	case g.seen == looksBool:
		return types.BoolOID
	case g.seen == 0:
		return types.TextOID
	case g.seen&^(looksInt|looksExact) == 0 && g.seen&looksInt != 0:
		return types.Int8OID
	case g.seen&^looksNumber == 0 && g.seen&looksFloat != 0 && g.seen&looksExact == 0:
		return types.Float8OID
	case g.seen&^looksNumber == 0:
		return types.NumericOID
	case g.seen == looksDate:
		return types.DateOID
	case g.seen == looksTimestamp:
		return types.TimestampOID
	case g.seen == looksTimestamptz:
		return types.TimestamptzOID
	case g.seen == looksTime:
		return types.TimeOID
	case g.seen == looksUUID:
		return types.UUIDOID
	}
	return types.TextOID
}

// mixed tells whether values of several types were seen, apart from numbers of several widths.
func (g *guess) mixed() bool {
	seen := g.seen
	if seen&looksNumber != 0 {
		seen = seen&^looksNumber | looksInt
	}
	return seen&(seen-1) != 0
}
