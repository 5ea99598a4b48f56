package types

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"

	"howdah/pgerr"
)

// A bit or varbit value is stored (KindBytes) as in its binary form: 4 bytes with the number of bits, the highest byte
// first, and the bits, 8 a byte, the first of them highest. Bits behind the last one are 0, so that equal values have
// equal bytes.

// BitHeader is the number of bytes before a stored value's bits.
const BitHeader = 4

// MaxBits is the longest bit string (VARBITMAXLEN).
const MaxBits = math.MaxInt32 - 8 + 1

func isBits(t OID) bool { return t == BitOID || t == VarbitOID }

// BitLen gives the number of bits of a stored value.
func BitLen(v []byte) int {
	if len(v) < BitHeader {
		return 0
	}
	return int(binary.BigEndian.Uint32(v))
}

// AppendZeroBits appends the stored form of n zeros.
func AppendZeroBits(dst []byte, n int) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	dst, _ = extend(dst, (n+7)/8)
	return dst
}

// extend appends n zero bytes and gives them.
func extend(dst []byte, n int) (all, added []byte) {
	at := len(dst)
	if n <= cap(dst)-at {
		dst = dst[:at+n]
		clear(dst[at:])
	} else {
		dst = append(dst, make([]byte, n)...)
	}
	return dst, dst[at:]
}

// ParseBits appends the stored form of a text of binary digits, or of hexadecimal ones after an x. It is bit_in and
// varbit_in: t is bit or varbit, and its typmod is checked.
func ParseBits(dst []byte, t Type, text []byte) ([]byte, error) {
	hex := false
	if len(text) > 0 {
		switch text[0] {
		case 'b', 'B':
			text = text[1:]
		case 'x', 'X':
			hex, text = true, text[1:]
		}
	}
	n := len(text)
	if hex {
		if n > MaxBits/4 {
			return nil, tooManyBits()
		}
		n *= 4
	}
	if err := checkBitLen(t, n); err != nil {
		return nil, err
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	if hex {
		return appendHexBits(dst, text)
	}
	return appendBinaryDigits(dst, text)
}

func tooManyBits() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "bit string length exceeds the maximum allowed (%d)", MaxBits)
}

// checkBitLen is what an implicit cast to the type's length demands.
func checkBitLen(t Type, n int) error {
	switch {
	case t.Typmod <= 0:
	case t.OID == BitOID && n != int(t.Typmod):
		return pgerr.New(pgerr.StringDataLengthMismatch, "bit string length %d does not match type bit(%d)", n, t.Typmod)
	case t.OID == VarbitOID && n > int(t.Typmod):
		return pgerr.New(pgerr.StringDataRightTruncation, "bit string too long for type bit varying(%d)", t.Typmod)
	}
	return nil
}

const (
	eightZeros = 0x3030303030303030
	eightOnes  = 0x0101010101010101
	// gatherBits times a word of eight bytes that are 0 or 1 has them as the eight bits of its highest byte, the first
	// (lowest) byte's highest: byte k's bit 8k and the factor's bit 63-9k meet at 63-k, and no two others meet.
	gatherBits = 0x8040201008040201
)

// appendBinaryDigits packs binary digits.
func appendBinaryDigits(dst, text []byte) ([]byte, error) {
	at, size := len(dst), (len(text)+7)/8
	dst = slices.Grow(dst, size)[:at+size]
	if !packDigits(dst[at:], text) {
		return nil, badBitDigit(text, "binary", func(c byte) bool { return c == '0' || c == '1' })
	}
	return dst, nil
}

// packWords is packDigits by words of 8 bytes, for every processor.
func packWords(dst, digits []byte) (ok bool) {
	in, out, seen := digits, dst, uint64(0)
	for len(in) >= 32 && len(out) >= 4 {
		a := binary.LittleEndian.Uint64(in) ^ eightZeros
		b := binary.LittleEndian.Uint64(in[8:]) ^ eightZeros
		c := binary.LittleEndian.Uint64(in[16:]) ^ eightZeros
		d := binary.LittleEndian.Uint64(in[24:]) ^ eightZeros
		seen |= a | b | c | d
		out[0], out[1] = byte(a*gatherBits>>56), byte(b*gatherBits>>56)
		out[2], out[3] = byte(c*gatherBits>>56), byte(d*gatherBits>>56)
		in, out = in[32:], out[4:]
	}
	for len(in) >= 8 && len(out) >= 1 {
		a := binary.LittleEndian.Uint64(in) ^ eightZeros
		seen |= a
		out[0] = byte(a * gatherBits >> 56)
		in, out = in[8:], out[1:]
	}
	return seen&^eightOnes == 0 && packLast(dst, digits)
}

// packLast is packDigits for those that are left over by eights.
func packLast(dst, digits []byte) (ok bool) {
	last := len(digits) % 8
	if last == 0 {
		return true
	}
	out, seen := byte(0), byte(0)
	for k, c := range digits[len(digits)-last:] {
		d := c ^ '0'
		seen |= d
		out |= d & 1 << (7 - k)
	}
	dst[len(digits)/8] = out
	return seen <= 1
}

// CanonicalBits tells whether v is nothing but binary digits, as many as the type takes.
func CanonicalBits(t Type, v []byte) bool {
	if checkBitLen(t, len(v)) != nil {
		return false
	}
	seen := uint64(0)
	for len(v) >= 8 {
		seen |= binary.LittleEndian.Uint64(v) ^ eightZeros
		v = v[8:]
	}
	for _, c := range v {
		seen |= uint64(c ^ '0')
	}
	return seen&^eightOnes == 0
}

func appendHexBits(dst, text []byte) ([]byte, error) {
	for i := 0; i < len(text); i += 2 {
		hi, ok := unhex(text[i])
		lo := byte(0)
		if ok && i+1 < len(text) {
			lo, ok = unhex(text[i+1])
		}
		if !ok {
			return nil, badBitDigit(text, "hexadecimal", func(c byte) bool { _, ok := unhex(c); return ok })
		}
		dst = append(dst, hi<<4|lo)
	}
	return dst, nil
}

// badBitDigit complains of the first character that is no digit.
func badBitDigit(text []byte, base string, digit func(byte) bool) error {
	for len(text) > 0 && digit(text[0]) {
		text = text[1:]
	}
	_, size := utf8.DecodeRune(text)
	return pgerr.New(pgerr.InvalidTextRepresentation, "\"%s\" is not a valid %s digit", text[:size], base)
}

// AppendBitDigits appends the text form of a stored value: a binary digit a bit.
func AppendBitDigits(dst, v []byte) []byte {
	n := BitLen(v)
	dst, out := extend(dst, n)
	for k, b := range v[min(BitHeader, len(v)):] {
		for i := 8 * k; i < min(8*k+8, n); i++ {
			out[i] = '0' + b>>7
			b <<= 1
		}
	}
	return dst
}

// parseBitsBinary is bit_recv and varbit_recv: bits behind the last one are cleared.
func parseBitsBinary(t Type, b []byte) ([]byte, error) {
	if len(b) < BitHeader {
		return nil, shortMessage()
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	if n < 0 || n > MaxBits {
		return nil, badBinary("invalid length in external bit string")
	}
	if err := checkBitLen(t, n); err != nil {
		return nil, err
	}
	switch size := BitHeader + (n+7)/8; {
	case len(b) < size:
		return nil, shortMessage()
	case len(b) > size:
		return nil, badBinary("incorrect binary data format")
	}
	if n%8 == 0 || b[len(b)-1]&(0xff>>(n%8)) == 0 {
		return b, nil
	}
	b = bytes.Clone(b)
	PadBits(b)
	return b, nil
}

// PadBits clears what lies behind the last bit of a stored value.
func PadBits(v []byte) {
	if n := BitLen(v); n%8 != 0 {
		v[len(v)-1] &^= 0xff >> (n % 8)
	}
}

// AppendBit is the cast to bit(n): an explicit one cuts off or adds zeros at the right.
func AppendBit(dst, v []byte, typmod int32, explicit bool) ([]byte, error) {
	n := BitLen(v)
	if typmod <= 0 || typmod > MaxBits || int(typmod) == n {
		return append(dst, v...), nil
	}
	if !explicit {
		return nil, checkBitLen(Type{OID: BitOID, Typmod: typmod}, n)
	}
	at := len(dst)
	dst = AppendZeroBits(dst, int(typmod))
	copy(dst[at+BitHeader:], v[BitHeader:])
	PadBits(dst[at:])
	return dst, nil
}

// AppendVarbit is the cast to bit varying(n): an explicit one cuts off.
func AppendVarbit(dst, v []byte, typmod int32, explicit bool) ([]byte, error) {
	if n := BitLen(v); typmod <= 0 || int(typmod) >= n {
		return append(dst, v...), nil
	} else if !explicit {
		return nil, checkBitLen(Type{OID: VarbitOID, Typmod: typmod}, n)
	}
	return AppendBit(dst, v, typmod, true)
}

// CompareBits orders by the bits and then by their number. What it gives is the difference of the first bytes that
// differ, as memcmp gives it where PostgreSQL runs, else -1, 0 or 1.
func CompareBits(a, b []byte) int {
	x, y := a[min(BitHeader, len(a)):], b[min(BitHeader, len(b)):]
	n := min(len(x), len(y))
	if c := ByteDifference(x[:n], y[:n]); c != 0 {
		return c
	}
	return compareInt(int64(BitLen(a)), int64(BitLen(b)))
}

// AppendSubBits appends the stored form of n bits from bit from (from 0) of a stored value; they all exist.
func AppendSubBits(dst, v []byte, from, n int) []byte {
	at := len(dst)
	dst = AppendZeroBits(dst, n)
	copyBits(dst[at+BitHeader:], v[BitHeader+from/8:], from%8)
	PadBits(dst[at:])
	return dst
}

// copyBits fills dst with src's bits, of which the first shift (less than 8) are left out.
func copyBits(dst, src []byte, shift int) {
	if shift == 0 {
		copy(dst, src)
		return
	}
	for k := range dst {
		b := src[k] << shift
		if k+1 < len(src) {
			b |= src[k+1] >> (8 - shift)
		}
		dst[k] = b
	}
}

// AppendJoinedBits appends the stored form of one value behind another.
func AppendJoinedBits(dst, a, b []byte) ([]byte, error) {
	n, m := BitLen(a), BitLen(b)
	if n > MaxBits-m {
		return nil, tooManyBits()
	}
	at := len(dst)
	dst = AppendZeroBits(dst, n+m)
	copy(dst[at+BitHeader:], a[min(BitHeader, len(a)):])
	orBits(dst[at+BitHeader:], b[min(BitHeader, len(b)):], n)
	return dst, nil
}

// orBits sets src's ones in dst from bit at on; what goes beyond dst falls off.
func orBits(dst, src []byte, at int) {
	k, shift := at/8, at%8
	for _, b := range src {
		if k >= len(dst) {
			return
		}
		dst[k] |= b >> shift
		if shift > 0 && k+1 < len(dst) {
			dst[k+1] |= b << (8 - shift)
		}
		k++
	}
}

// AppendShiftedBits appends a stored value moved by so many places to the right (negative: left), zeros filling up.
func AppendShiftedBits(dst, v []byte, right int) []byte {
	n, at := BitLen(v), len(dst)
	dst = AppendZeroBits(dst, n)
	out, in := dst[at+BitHeader:], v[min(BitHeader, len(v)):]
	switch {
	case right >= n || -right >= n:
	case right >= 0:
		orBits(out, in, right)
	default:
		in = in[-right/8:]
		copyBits(out[:len(in)], in, -right%8)
	}
	PadBits(dst[at:])
	return dst
}

// AppendIntBits is the cast of an integer of size bits to bit(n): its lowest bits, the sign repeated before them.
func AppendIntBits(dst []byte, v int64, n int) []byte {
	at := len(dst)
	dst = AppendZeroBits(dst, n)
	out := dst[at+BitHeader:]
	for k := range out { // byte k holds the bits of weight n-1-8k and below
		shift := n - 8 - 8*k
		switch {
		case shift >= 64:
			out[k] = byte(v >> 63)
		case shift >= 0:
			out[k] = byte(v >> shift)
		default:
			out[k] = byte(v << -shift)
		}
	}
	return dst
}

// IntOfBits gives a stored value of at most 64 bits as an unsigned number.
func IntOfBits(v []byte) uint64 {
	n, r := BitLen(v), uint64(0)
	for _, b := range v[min(BitHeader, len(v)):] {
		if n < 8 {
			return r<<n | uint64(b>>(8-n))
		}
		r = r<<8 | uint64(b)
		n -= 8
	}
	return r
}
