package types

import (
	"math"

	"howdah/pgerr"
)

// A macaddr is stored as its 6 bytes, a macaddr8 as its 8: so they compare, hash and travel.

// macForms are the ways to write a macaddr: the digits of an octet at most (0 = any number), and what stands behind each
// octet (0 = nothing).
var macForms = [...]struct {
	width int
	seps  [5]byte
}{
	{0, [5]byte{':', ':', ':', ':', ':'}},
	{0, [5]byte{'-', '-', '-', '-', '-'}},
	{2, [5]byte{0, 0, ':', 0, 0}},
	{2, [5]byte{0, 0, '-', 0, 0}},
	{2, [5]byte{0, '.', 0, '.', 0}},
	{2, [5]byte{0, '-', 0, '-', 0}},
	{2, [5]byte{}},
}

// ParseMacaddr appends the 6 bytes of a macaddr.
func ParseMacaddr(dst, text []byte) ([]byte, error) {
	for _, form := range macForms {
		octets, ok := scanMac(text, form.width, form.seps)
		if !ok {
			continue
		}
		for _, o := range octets {
			if o < 0 || o > 255 {
				return nil, pgerr.New(pgerr.NumericValueOutOfRange, `invalid octet value in "macaddr" value: "%s"`, string(text))
			}
			dst = append(dst, byte(o))
		}
		return dst, nil
	}
	return nil, pgerr.New(pgerr.InvalidTextRepresentation, `invalid input syntax for type macaddr: "%s"`, string(text))
}

func scanMac(s []byte, width int, seps [5]byte) (octets [6]int32, ok bool) {
	at := 0
	for k := range octets {
		if octets[k], at, ok = scanHex(s, at, width); !ok {
			return octets, false
		}
		if k < len(seps) && seps[k] != 0 {
			if at >= len(s) || s[at] != seps[k] {
				return octets, false
			}
			at++
		}
	}
	return octets, skipSpace(s, at) == len(s)
}

// scanHex reads a number as C's scanf does by %x: white space before it, a sign, 0x, and of all but the white space no
// more than width characters. The number is cut to 32 bits.
func scanHex(s []byte, at, width int) (v int32, end int, ok bool) {
	at = skipSpace(s, at)
	limit := len(s)
	if width > 0 {
		limit = min(limit, at+width)
	}
	negative := false
	if at < limit && (s[at] == '+' || s[at] == '-') {
		negative = s[at] == '-'
		at++
	}
	if at < limit && s[at] == '0' {
		ok = true
		if at++; at < limit && s[at]|0x20 == 'x' {
			at++
		}
	}
	var n uint64
	over := false
	for ; at < limit && isHex(s[at]); at++ {
		d, _ := unhex(s[at])
		over = over || n > math.MaxUint64>>4
		n = n<<4 | uint64(d)
		ok = true
	}
	if over {
		return -1, at, true
	}
	if negative {
		n = -n
	}
	return int32(n), at, ok
}

// ParseMacaddr8 appends the 8 bytes of a macaddr8: pairs of digits, one and the same separator behind any of them. Of six
// bytes it makes eight.
func ParseMacaddr8(dst, text []byte) ([]byte, error) {
	var b [8]byte
	n, spacer := 0, byte(0)
	for at := skipSpace(text, 0); at+1 < len(text); {
		hi, ok1 := unhex(text[at])
		lo, ok2 := unhex(text[at+1])
		if !ok1 || !ok2 || n == len(b) {
			return nil, badSyntax(text, "macaddr8")
		}
		b[n] = hi<<4 | lo
		n++
		if at += 2; at < len(text) && (text[at] == ':' || text[at] == '-' || text[at] == '.') {
			if spacer != 0 && spacer != text[at] {
				return nil, badSyntax(text, "macaddr8")
			}
			spacer = text[at]
			at++
		}
		if (n == 6 || n == 8) && at < len(text) && isSpace(text[at]) {
			if at = skipSpace(text, at); at < len(text) {
				return nil, badSyntax(text, "macaddr8")
			}
		}
	}
	switch n {
	case 6:
		return AppendMacaddr8(dst, b[:6]), nil
	case 8:
		return append(dst, b[:]...), nil
	}
	return nil, badSyntax(text, "macaddr8")
}

// AppendMacaddr8 appends the 8 bytes that stand for a macaddr of 6.
func AppendMacaddr8(dst, v []byte) []byte {
	return append(dst, v[0], v[1], v[2], 0xff, 0xfe, v[3], v[4], v[5])
}

// AppendMacaddrText appends the text form of either type.
func AppendMacaddrText(dst, v []byte) []byte {
	for i, b := range v {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

// parseMacaddrBinary reads the bytes of either type.
func parseMacaddrBinary(t OID, b []byte) ([]byte, error) {
	if t == MacaddrOID {
		return b, wantLen(b, 6)
	}
	if len(b) == 6 {
		return AppendMacaddr8(nil, b), nil
	}
	return b, wantLen(b, 8)
}
