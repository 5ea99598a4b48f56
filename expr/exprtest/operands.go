package exprtest

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"howdah/types"
)

// Operands generates values of a type in text form, with its boundaries and what is near them more often than chance
// would have it.
var Operands = map[types.OID]func(r *rand.Rand) string{
	types.BoolOID:    func(r *rand.Rand) string { return OneOf(r, "t", "f") },
	types.Int2OID:    func(r *rand.Rand) string { return strconv.FormatInt(Int(r, 16), 10) },
	types.Int4OID:    func(r *rand.Rand) string { return strconv.FormatInt(Int(r, 32), 10) },
	types.Int8OID:    func(r *rand.Rand) string { return strconv.FormatInt(Int(r, 64), 10) },
	types.OidOID:     func(r *rand.Rand) string { return strconv.FormatInt(Int(r, 32)&math.MaxUint32, 10) },
	types.CharOID:    func(r *rand.Rand) string { return OneOf(r, "", "a", "A", "z", "0", "~", " ") },
	types.Float4OID:  func(r *rand.Rand) string { return Float(r, 32) },
	types.Float8OID:  func(r *rand.Rand) string { return Float(r, 64) },
	types.NumericOID: Numeric,
}

// OneOf chooses.
func OneOf(r *rand.Rand, values ...string) string { return values[r.IntN(len(values))] }

// Int gives an integer of that many bits.
func Int(r *rand.Rand, bits int) int64 {
	hi := int64(1)<<(bits-1) - 1
	lo := -hi - 1
	switch r.IntN(8) {
	case 0:
		return []int64{0, 1, -1, 2, -2, hi, lo, hi - 1, lo + 1, hi / 2, lo / 2, 10, 100}[r.IntN(13)]
	case 1, 2:
		root := int64(math.Sqrt(float64(hi)))
		return (root + r.Int64N(5) - 2) * (1 - 2*r.Int64N(2))
	case 3, 4:
		return r.Int64N(41) - 20
	case 5:
		return r.Int64N(2001) - 1000
	}
	return int64(r.Uint64()) >> (64 - bits) >> r.IntN(bits)
}

// Float gives a real (32) or a double precision (64).
func Float(r *rand.Rand, bits int) string {
	var v float64
	switch r.IntN(9) {
	case 0:
		words := []string{"0", "-0", "NaN", "Infinity", "-Infinity", "1", "-1"}
		if bits == 32 {
			return OneOf(r, append(words, "3.4028235e38", "-3.4028235e38", "1e-45", "1.17549435e-38", "16777216")...)
		}
		return OneOf(r, append(words, "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "2.2250738585072014e-308",
			"9007199254740993", "9223372036854775807", "-9223372036854775808", "2147483647.5", "-2147483648.5", "32767.5", "-32768.5", "1e23")...)
	case 1, 2:
		v = float64(r.Int64N(41)-20) / 2
	case 3:
		v = float64(r.Int64N(200001)-100000) / 100
	case 4:
		v = float64(Int(r, 64))
	case 5, 6:
		v = r.NormFloat64()
	case 7:
		v = r.NormFloat64() * math.Pow(10, float64(r.IntN(40)-20))
	default:
		if bits == 32 {
			v = float64(math.Float32frombits(r.Uint32()))
		} else {
			v = math.Float64frombits(r.Uint64())
		}
	}
	if bits == 32 {
		v = float64(float32(v))
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

// Numeric gives a numeric.
func Numeric(r *rand.Rand) string {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + r.IntN(10)))
		}
		return b.String()
	}
	sign := OneOf(r, "", "", "-")
	switch r.IntN(9) {
	case 0:
		return OneOf(r, "0", "0.00", "1", "-1", "1.0", "0.5", "-0.5", "2.5", "NaN", "Infinity", "-Infinity", "10", "100.00", "9999", "10000", "0.9", "1.1",
			"9223372036854775807", "-9223372036854775808", "9223372036854775807.5", "2147483647.4", "2147483647.5", "-2147483648.5", "32767.5", "99999999999999999999")
	case 1, 2:
		return strconv.FormatInt(r.Int64N(41)-20, 10)
	case 3, 4:
		return sign + digits(1+r.IntN(5)) + "." + digits(1+r.IntN(4))
	case 5:
		return sign + digits(1+r.IntN(30)) + "." + digits(1+r.IntN(30))
	case 6:
		return sign + "0." + strings.Repeat("0", r.IntN(25)) + digits(1+r.IntN(6))
	case 7:
		return sign + digits(1+r.IntN(4)) + strings.Repeat("0", r.IntN(22))
	}
	return sign + digits(1+r.IntN(19))
}
