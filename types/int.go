package types

import (
	"math"
	"strconv"

	"howdah/pgerr"
)

// ParseInt2 reads a smallint as int2in does.
func ParseInt2(b []byte) (int64, error) { return parseInt(b, math.MinInt16, math.MaxInt16, "smallint") }

// ParseInt4 reads an integer as int4in does.
func ParseInt4(b []byte) (int64, error) { return parseInt(b, math.MinInt32, math.MaxInt32, "integer") }

// ParseInt8 reads a bigint as int8in does.
func ParseInt8(b []byte) (int64, error) { return parseInt(b, math.MinInt64, math.MaxInt64, "bigint") }

// AppendInt appends an integer's text form.
func AppendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// parseInt follows pg_strtoint64: blanks around, one sign, digits. Being out of range is noticed before what follows.
func parseInt(b []byte, lo, hi int64, name string) (int64, error) {
	if v, ok := parsePlainInt(b); ok && v >= lo && v <= hi {
		return v, nil
	}
	i := skipSpace(b, 0)
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	start := i
	var v int64 // negative, as the most negative number has no positive twin
	for ; i < len(b); i++ {
		digit := int64(b[i] - '0')
		if b[i] < '0' || b[i] > '9' {
			break
		}
		if v < math.MinInt64/10 || v*10 < math.MinInt64+digit {
			return 0, outOfRange(b, name)
		}
		v = v*10 - digit
		if v < lo {
			return 0, outOfRange(b, name)
		}
	}
	if i == start || skipSpace(b, i) != len(b) {
		return 0, badSyntax(b, name)
	}
	if neg {
		return v, nil
	}
	if v < -hi {
		return 0, outOfRange(b, name)
	}
	return -v, nil
}

// parsePlainInt reads at most 18 digits with or without a minus, and nothing else.
func parsePlainInt(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 {
			return 0, false
		}
		v = v*10 + d
	}
	if neg {
		return -int64(v), true
	}
	return int64(v), true
}

// CanonicalInt tells whether b is an integer of that many bits (16, 32, 64) just as it would be printed.
func CanonicalInt(b []byte, bits int) bool {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || b[0] == '0' && (neg || len(b) > 1) {
		return false
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	limit := "9223372036854775807"
	switch {
	case bits == 16 && neg:
		limit = "32768"
	case bits == 16:
		limit = "32767"
	case bits == 32 && neg:
		limit = "2147483648"
	case bits == 32:
		limit = "2147483647"
	case neg:
		limit = "9223372036854775808"
	}
	return len(b) < len(limit) || len(b) == len(limit) && string(b) <= limit
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// skipSpace gives the first index from i on that is not white space to C's isspace.
func skipSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

func badSyntax(b []byte, name string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", name, string(b))
}

func outOfRange(b []byte, name string) error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", string(b), name)
}

func beUint(b []byte) uint64 {
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// AppendInt2Binary, AppendInt4Binary and AppendInt8Binary append the value's last bytes, the highest first.
func AppendInt2Binary(dst []byte, v int64) []byte { return append(dst, byte(v>>8), byte(v)) }

func AppendInt4Binary(dst []byte, v int64) []byte {
	return append(dst, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

func AppendInt8Binary(dst []byte, v int64) []byte {
	return append(dst, byte(v>>56), byte(v>>48), byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// wantLen refuses a binary value of another length, as PostgreSQL's receive functions do.
func wantLen(b []byte, n int) error {
	switch {
	case len(b) < n:
		return pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
	case len(b) > n:
		// The bind message's own check, after the function took what it needs.
		return pgerr.New(pgerr.InvalidBinaryRepresentation, "incorrect binary data format")
	}
	return nil
}
