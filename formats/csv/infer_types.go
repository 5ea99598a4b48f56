package csv

import (
	"bytes"

	"howdah/formats/internal/text"
	"howdah/types"
)

// shape is what one value looks like.
type shape uint16

const (
	shapeBool shape = 1 << iota
	shapeLetter
	shapeInt
	shapeBig // an integer beyond bigint
	shapeDecimal
	shapeFloat
	shapeDate
	shapeTimestamp
	shapeTimestamptz
	shapeTime
	shapeUUID
	shapeText
)

// guess is what a column's values looked like so far.
type guess struct {
	seen   shape
	letter [2]bool // of one-letter booleans: f, t
}

// learn takes a value in. An unquoted empty one is NULL and tells nothing; a quoted one is text.
func (g *guess) learn(c cell) {
	if len(c.value) == 0 {
		if c.quoted {
			g.seen |= shapeText
		}
		return
	}
	if g.seen&shapeText != 0 {
		return
	}
	k := shapeOf(c.value)
	if k == shapeLetter {
		g.letter[0] = g.letter[0] || c.value[0] == 'f'
		g.letter[1] = g.letter[1] || c.value[0] == 't'
	}
	g.seen |= k
}

// typeOID is the narrowest type that takes every value seen as it stands.
func (g *guess) typeOID() types.OID {
	const numbers = shapeInt | shapeBig | shapeDecimal | shapeFloat
	switch {
	case g.seen == 0:
		return types.TextOID
	case g.seen == shapeLetter:
		if g.letter[0] && g.letter[1] { // a column of nothing but f may go on with m
			return types.BoolOID
		}
	case g.seen == shapeBool || g.seen == shapeBool|shapeLetter:
		return types.BoolOID
	case g.seen == shapeInt:
		return types.Int8OID
	case g.seen&^numbers == 0 && g.seen&shapeFloat == 0:
		return types.NumericOID
	case g.seen&^numbers == 0 && g.seen&shapeBig == 0:
		return types.Float8OID
	case g.seen == shapeDate:
		return types.DateOID
	case g.seen == shapeTimestamp:
		return types.TimestampOID
	case g.seen == shapeTimestamptz:
		return types.TimestamptzOID
	case g.seen == shapeTime:
		return types.TimeOID
	case g.seen == shapeUUID:
		return types.UUIDOID
	}
	return types.TextOID
}

// shapeOf looks at one value. What would lose something by its type (leading zeros, a plus sign, blanks) is text.
func shapeOf(v []byte) shape {
	c := v[0]
	switch {
	case c == '-' || c == '.' || c >= '0' && c <= '9':
		if k := shapeNumber(v); k != shapeText {
			return k
		}
	case len(v) == 1 && (c == 't' || c == 'f'):
		return shapeLetter
	case len(v) <= 5 && (bytes.EqualFold(v, []byte("true")) || bytes.EqualFold(v, []byte("false"))):
		return shapeBool
	case bytes.EqualFold(v, []byte("nan")) || bytes.EqualFold(v, []byte("infinity")):
		return shapeFloat
	}
	switch {
	case len(v) == 10:
		if _, ok := types.ParseDateISO(v); ok {
			return shapeDate
		}
	case len(v) == 36:
		if text.CanonicalUUID(bytes.ToLower(v)) {
			return shapeUUID
		}
	}
	if _, ok := types.ParseTimeISO(v); ok {
		return shapeTime
	}
	if _, ok := types.ParseTimestampISO(v); ok {
		return shapeTimestamp
	}
	if _, ok := types.ParseTimestamptzISO(v); ok {
		return shapeTimestamptz
	}
	return shapeText
}

func shapeNumber(v []byte) shape {
	i := 0
	neg := v[0] == '-'
	if neg {
		i++
	}
	begin := i
	digits := func() int {
		n := i
		for i < len(v) && v[i]-'0' <= 9 {
			i++
		}
		return i - n
	}
	whole := digits()
	if whole > 1 && v[begin] == '0' {
		return shapeText // a code, a phone number
	}
	if i == len(v) {
		switch {
		case whole == 0 || neg && v[begin] == '0':
			return shapeText
		case types.CanonicalInt(v, 64):
			return shapeInt
		}
		return shapeBig
	}
	kind := shapeDecimal
	if v[i] == '.' {
		i++
		if digits() == 0 {
			return shapeText
		}
		if i == len(v) {
			return kind
		}
	} else if whole == 0 {
		return shapeText
	}
	if v[i] != 'e' && v[i] != 'E' {
		return shapeText
	}
	i++
	if i < len(v) && (v[i] == '-' || v[i] == '+') {
		i++
	}
	if n := digits(); n == 0 || n > 3 || i != len(v) {
		return shapeText
	}
	if _, err := types.ParseFloat8(v); err != nil {
		return shapeText
	}
	return shapeFloat
}
