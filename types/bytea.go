package types

import (
	"unicode/utf8"

	"howdah/pgerr"
)

// ParseBytea appends a bytea from its hex (\x…) or escape form.
func ParseBytea(dst, s []byte) ([]byte, error) {
	if len(s) >= 2 && s[0] == '\\' && s[1] == 'x' {
		return AppendHexDecoded(dst, s[2:])
	}
	for i := 0; i < len(s); {
		switch {
		case s[i] != '\\':
			dst = append(dst, s[i])
			i++
		case i+3 < len(s) && s[i+1] <= '3' && octal(s[i+1]) && octal(s[i+2]) && octal(s[i+3]):
			dst = append(dst, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 4
		case i+1 < len(s) && s[i+1] == '\\':
			dst = append(dst, '\\')
			i += 2
		default:
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return dst, nil
}

// AppendHexDecoded appends the bytes that hex digits stand for; white space between pairs is skipped (hex_decode).
func AppendHexDecoded(dst, s []byte) ([]byte, error) {
	for i := 0; i < len(s); {
		if c := s[i]; c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		hi, err := readHexDigit(s[i:])
		if err != nil {
			return nil, err
		}
		i++
		if i >= len(s) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		lo, err := readHexDigit(s[i:])
		if err != nil {
			return nil, err
		}
		i++
		dst = append(dst, hi<<4|lo)
	}
	return dst, nil
}

func readHexDigit(s []byte) (byte, error) {
	if v, ok := unhex(s[0]); ok {
		return v, nil
	}
	_, n := utf8.DecodeRune(s)
	return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", string(s[:n]))
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

const hexDigits = "0123456789abcdef"

// AppendHex appends v in hex digits.
func AppendHex(dst, v []byte) []byte {
	for _, b := range v {
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

// AppendBytea appends a bytea's text form, hex or escape (bytea_output).
func AppendBytea(dst, v []byte, escape bool) []byte {
	if !escape {
		return AppendHex(append(dst, '\\', 'x'), v)
	}
	for _, b := range v {
		switch {
		case b == '\\':
			dst = append(dst, '\\', '\\')
		case b < 0x20 || b > 0x7e:
			dst = append(dst, '\\', '0'+(b>>6), '0'+(b>>3&7), '0'+(b&7))
		default:
			dst = append(dst, b)
		}
	}
	return dst
}
