package types

import (
	"math"
	"math/bits"
	"strconv"
	"unsafe"

	"howdah/pgerr"
)

// ParseFloat4 reads a real as float4in does; the result is rounded to it.
func ParseFloat4(b []byte) (float64, error) { return parseFloat(b, 32, "real") }

// ParseFloat8 reads a double precision as float8in does.
func ParseFloat8(b []byte) (float64, error) { return parseFloat(b, 64, "double precision") }

// parseFloat is what C's strtod takes, with blanks around. Out of range, which zero for a non-zero number is too, is
// noticed before what follows the number.
func parseFloat(b []byte, size int, name string) (float64, error) {
	if size == 64 {
		// Both numbers are exact, so their quotient is the nearest double; -0 must keep its sign.
		if n, ok := parseSmall(b); ok && n.coef != 0 && magnitude(n.coef) <= 1<<53 {
			return float64(n.coef) / exactPow10[n.scale], nil
		}
	}
	start := skipSpace(b, 0)
	n := scanFloatText(b[start:])
	if n.len == 0 {
		return 0, badSyntax(b, name)
	}
	var v float64
	switch {
	case n.word == 'n':
		v = math.NaN()
	case n.word == 'i':
		v = math.Inf(1)
		if b[start] == '-' {
			v = math.Inf(-1)
		}
	default:
		num := b[start : start+n.len]
		text := unsafe.String(&num[0], len(num)) // num lives and is not written to while text is in use
		if n.word == 'x' && !n.exponent {
			text += "p0" // Go demands the exponent
		}
		var err error
		v, err = strconv.ParseFloat(text, size)
		if err != nil || v == 0 && n.nonzero {
			if size == 32 {
				num = b // float4in shows all of it, float8in the number
			}
			return 0, pgerr.New(pgerr.NumericValueOutOfRange, "\"%s\" is out of range for type %s", string(num), name)
		}
	}
	if skipSpace(b, start+n.len) != len(b) {
		return 0, badSyntax(b, name)
	}
	return v, nil
}

// floatText is the longest beginning that strtod would take.
type floatText struct {
	len      int
	word     byte // n NaN, i infinity, x hexadecimal, 0 decimal
	exponent bool
	nonzero  bool // some digit of the mantissa is not 0
}

func scanFloatText(b []byte) (n floatText) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	rest := b[i:]
	switch {
	case hasWord(rest, "infinity"):
		return floatText{len: i + 8, word: 'i'}
	case hasWord(rest, "inf"):
		return floatText{len: i + 3, word: 'i'}
	case hasWord(rest, "nan"):
		i += 3
		if i < len(b) && b[i] == '(' { // nan(chars), as in C
			j := i + 1
			for j < len(b) && (b[j] == '_' || b[j]-'0' < 10 || b[j]|0x20 >= 'a' && b[j]|0x20 <= 'z') {
				j++
			}
			if j < len(b) && b[j] == ')' {
				i = j + 1
			}
		}
		return floatText{len: i, word: 'n'}
	}
	base, mark := byte(10), byte('e')
	if len(rest) > 2 && rest[0] == '0' && rest[1]|0x20 == 'x' &&
		(digitValue(rest[2]) < 16 || rest[2] == '.' && len(rest) > 3 && digitValue(rest[3]) < 16) {
		base, mark = 16, 'p'
		n.word = 'x'
		i += 2
	}
	digits, dot := 0, false
	for ; i < len(b); i++ {
		if b[i] == '.' && !dot {
			dot = true
		} else if digitValue(b[i]) < base {
			digits++
			n.nonzero = n.nonzero || b[i] != '0'
		} else {
			break
		}
	}
	if digits == 0 {
		return floatText{}
	}
	if i < len(b) && b[i]|0x20 == mark {
		j := i + 1
		if j < len(b) && (b[j] == '-' || b[j] == '+') {
			j++
		}
		if j < len(b) && b[j]-'0' < 10 {
			for j < len(b) && b[j]-'0' < 10 {
				j++
			}
			i, n.exponent = j, true
		}
	}
	n.len = i
	return n
}

func hasWord(b []byte, word string) bool {
	return len(b) >= len(word) && startsWord(b[:len(word)], word)
}

// AppendFloat8 appends a double precision: the shortest digits that read back as the same value where
// extraFloatDigits is positive, else 15 digits and that many more.
func AppendFloat8(dst []byte, v float64, extraFloatDigits int) []byte {
	return appendFloat(dst, v, 64, 15, extraFloatDigits)
}

// AppendFloat4 appends a real, likewise with 6 digits.
func AppendFloat4(dst []byte, v float64, extraFloatDigits int) []byte {
	return appendFloat(dst, v, 32, 6, extraFloatDigits)
}

func appendFloat(dst []byte, v float64, size, digits, extra int) []byte {
	switch {
	case v != v:
		return append(dst, "NaN"...)
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	case v == 0:
		if math.Signbit(v) {
			dst = append(dst, '-')
		}
		return append(dst, '0')
	}
	var buf [32]byte
	if extra > 0 {
		// PostgreSQL switches to an exponent at the number of digits that are always exact.
		return layoutFloat(dst, shortest(buf[:0], v, size), digits)
	}
	digits = max(digits+extra, 1)
	return layoutFloat(dst, strconv.AppendFloat(buf[:0], v, 'e', digits-1, size), digits)
}

// shortest gives d.ddde±xx. PostgreSQL never uses a decimal that lies just halfway between two floats, although it
// would read back right by rounding to even; Go does.
func shortest(buf []byte, v float64, size int) []byte {
	s := strconv.AppendFloat(buf, v, 'e', -1, size)
	if a := math.Abs(v); size == 64 && (a < 1<<53 || a > 1e41) || size == 32 && (a < 1<<24 || a > 1e20) || !halfway(s, v, size) {
		return s
	}
	most := 17
	if size == 32 {
		most = 9
	}
	for n := mantissaDigits(s); n < most; n++ {
		s = strconv.AppendFloat(buf[:0], v, 'e', n, size)
		if back, err := strconv.ParseFloat(string(s), size); err == nil && back == v && !halfway(s, v, size) {
			break
		}
	}
	return s
}

func mantissaDigits(s []byte) (n int) {
	for _, c := range s {
		if c == 'e' {
			break
		}
		if c-'0' < 10 {
			n++
		}
	}
	return n
}

// halfway tells whether the decimal lies exactly between v, which is at least 2^53 (2^24 for a real), and a neighbour.
func halfway(s []byte, v float64, size int) bool {
	var d uint64
	frac, i := 0, 0
	dot := false
	for ; s[i] != 'e'; i++ {
		switch {
		case s[i] == '.':
			dot = true
		case s[i] != '-':
			d = d*10 + uint64(s[i]-'0')
			if dot {
				frac++
			}
		}
	}
	exp, _ := strconv.Atoi(string(s[i+1:]))
	k := exp - frac
	if k < 0 || k > 27 {
		return false
	}
	five := uint64(1)
	for range k {
		five *= 5
	}
	hi, lo := bits.Mul64(d, five)
	if hi == 0 && lo == 0 {
		return false
	}
	shift := k // odd part × 2^shift
	for lo&1 == 0 {
		z := 1
		lo = lo>>z | hi<<(64-z)
		hi >>= z
		shift++
	}
	if hi != 0 {
		return false
	}
	mant, e := math.Float64bits(math.Abs(v))&(1<<52-1)|1<<52, int(math.Float64bits(math.Abs(v))>>52)-1075
	if size == 32 {
		mant, e = mant>>29, e+29
	}
	if shift == e-1 && (lo == 2*mant+1 || lo == 2*mant-1) {
		return true
	}
	return mant&(mant-1) == 0 && shift == e-2 && lo == 4*mant-1 // the neighbour below a power of two is nearer
}

// layoutFloat writes d.ddde±xx as C's %g does: with an exponent below -4 and from limit on, without trailing zeros.
func layoutFloat(dst, s []byte, limit int) []byte {
	if s[0] == '-' {
		dst = append(dst, '-')
		s = s[1:]
	}
	var digits [24]byte
	n, i := 0, 0
	for ; s[i] != 'e'; i++ {
		if s[i] != '.' {
			digits[n] = s[i]
			n++
		}
	}
	for n > 1 && digits[n-1] == '0' {
		n--
	}
	exp := 0
	for _, c := range s[i+2:] {
		exp = exp*10 + int(c-'0')
	}
	if s[i+1] == '-' {
		exp = -exp
	}
	if exp < -4 || exp >= limit {
		dst = append(dst, digits[0])
		if n > 1 {
			dst = append(append(dst, '.'), digits[1:n]...)
		}
		return append(append(dst, 'e'), s[i+1:]...)
	}
	if exp < 0 {
		dst = append(dst, "0.000"[:1-exp]...)
		return append(dst, digits[:n]...)
	}
	if n <= exp+1 {
		dst = append(dst, digits[:n]...)
		for range exp + 1 - n {
			dst = append(dst, '0')
		}
		return dst
	}
	dst = append(append(dst, digits[:exp+1]...), '.')
	return append(dst, digits[exp+1:n]...)
}

// CanonicalFloat tells, on the safe side, whether b is a double precision just as it would be printed under
// extra_float_digits > 0: plain digits, at most 15 of them, no needless zeros.
func CanonicalFloat(b []byte) bool { return canonicalFloat(b, 15) }

// CanonicalFloat4 is [CanonicalFloat] for real.
func CanonicalFloat4(b []byte) bool { return canonicalFloat(b, 6) }

func canonicalFloat(b []byte, digits int) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	whole := 0
	for whole < len(b) && b[whole]-'0' < 10 {
		whole++
	}
	if whole == 0 || whole > digits || b[0] == '0' && whole > 1 {
		return false
	}
	if whole == len(b) {
		return true
	}
	frac := b[whole+1:]
	if b[whole] != '.' || len(frac) == 0 || frac[len(frac)-1] == '0' {
		return false
	}
	zeros := 0
	for i, c := range frac {
		if c-'0' > 9 {
			return false
		}
		if c == '0' && zeros == i {
			zeros++
		}
	}
	if b[0] == '0' {
		return zeros < 4 && len(frac)-zeros <= digits // smaller ones have an exponent
	}
	return whole+len(frac) <= digits
}

func parseFloatBinary(b []byte, oid OID) (float64, error) {
	if oid == Float4OID {
		err := wantLen(b, 4)
		if err != nil {
			return 0, err
		}
		return float64(math.Float32frombits(uint32(beUint(b)))), nil
	}
	if err := wantLen(b, 8); err != nil {
		return 0, err
	}
	return math.Float64frombits(beUint(b)), nil
}

// AppendFloat4Binary and AppendFloat8Binary append IEEE 754, the highest byte first. There is one NaN, PostgreSQL's.
func AppendFloat4Binary(dst []byte, v float64) []byte {
	if v != v {
		return AppendInt4Binary(dst, 0x7fc0<<16)
	}
	return AppendInt4Binary(dst, int64(math.Float32bits(float32(v))))
}

func AppendFloat8Binary(dst []byte, v float64) []byte {
	if v != v {
		return AppendInt8Binary(dst, 0x7ff8<<48)
	}
	return AppendInt8Binary(dst, int64(math.Float64bits(v)))
}

// CompareFloat orders floats as PostgreSQL does: NaN equals itself and is above everything.
func CompareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a == a: // b is NaN
		return -1
	case b == b:
		return 1
	}
	return 0
}

// HashFloat hashes a float; 0 and -0, and all NaNs, hash alike.
func HashFloat(v float64) uint64 {
	switch {
	case v == 0:
		return HashInt(0)
	case v != v:
		return HashInt(int64(math.Float64bits(math.NaN())))
	}
	return HashInt(int64(math.Float64bits(v)))
}
