package types

import (
	"slices"
	"unicode/utf8"

	"howdah/pgerr"
)

// NameLen is the longest a name may be, in bytes; a longer one is cut (NAMEDATALEN - 1).
const NameLen = 63

// ClipName cuts a name to NameLen bytes at a character's border, as namein does.
func ClipName(v []byte) []byte {
	if len(v) <= NameLen {
		return v
	}
	return v[:charBorder(v, NameLen)]
}

// charBorder gives the largest n <= limit that does not fall inside a character of v.
func charBorder(v []byte, limit int) int {
	if limit >= len(v) {
		return len(v)
	}
	for limit > 0 && !utf8.RuneStart(v[limit]) {
		limit--
	}
	return limit
}

// CharCount is the number of characters of valid UTF-8.
func CharCount(v []byte) int {
	n := 0
	for _, b := range v {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// CharOffset gives the byte offset of character n (from 0), or len(v) where v has no more than n.
func CharOffset(v []byte, n int) int {
	if n <= 0 {
		return 0
	}
	for i, b := range v {
		if b&0xC0 != 0x80 {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(v)
}

// CheckText verifies what a text value may hold: UTF-8 without zero bytes (22021).
func CheckText(v []byte) error {
	for i := 0; i < len(v); {
		if c := v[i]; c < utf8.RuneSelf {
			if c == 0 {
				return badEncoding(v, i)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(v[i:])
		if r == utf8.RuneError && n == 1 {
			return badEncoding(v, i)
		}
		i += n
	}
	return nil
}

// badEncoding words the error as report_invalid_encoding does: the bytes that the first one announces.
func badEncoding(v []byte, at int) error {
	n := 1
	switch c := v[at]; {
	case c&0xE0 == 0xC0:
		n = 2
	case c&0xF0 == 0xE0:
		n = 3
	case c&0xF8 == 0xF0:
		n = 4
	}
	const digits = "0123456789abcdef"
	text := ""
	for _, b := range v[at:min(at+n, len(v))] {
		if text != "" {
			text += " "
		}
		text += "0x" + string(digits[b>>4]) + string(digits[b&15])
	}
	return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", text)
}

// CoerceVarchar fits v into varchar(typmod-4). An explicit cast cuts; otherwise only blanks may go (22001).
func CoerceVarchar(v []byte, typmod int32, explicit bool) ([]byte, error) {
	limit := int(typmod) - 4
	if typmod < 4 || len(v) <= limit {
		return v, nil
	}
	end := CharOffset(v, limit)
	if !explicit && !allBlank(v[end:]) {
		return nil, pgerr.New(pgerr.StringDataRightTruncation, "value too long for type character varying(%d)", limit)
	}
	return v[:end], nil
}

// AppendBpchar appends v as char(typmod-4): cut as [CoerceVarchar] does, or padded with blanks.
func AppendBpchar(dst, v []byte, typmod int32, explicit bool) ([]byte, error) {
	limit := int(typmod) - 4
	if typmod < 4 {
		return append(dst, v...), nil
	}
	n := CharCount(v)
	if n > limit {
		end := CharOffset(v, limit)
		if !explicit && !allBlank(v[end:]) {
			return nil, pgerr.New(pgerr.StringDataRightTruncation, "value too long for type character(%d)", limit)
		}
		return append(dst, v[:end]...), nil
	}
	dst = append(slices.Grow(dst, len(v)+limit-n), v...)
	for ; n < limit; n++ {
		dst = append(dst, ' ')
	}
	return dst, nil
}

func allBlank(v []byte) bool {
	for _, b := range v {
		if b != ' ' {
			return false
		}
	}
	return true
}

// TrimBpchar cuts the trailing blanks, which mean nothing in a bpchar.
func TrimBpchar(v []byte) []byte {
	n := len(v)
	for n > 0 && v[n-1] == ' ' {
		n--
	}
	return v[:n]
}

func octal(b byte) bool { return b >= '0' && b <= '7' }

// TerminatedDifference is ByteDifference of C strings: the zero byte behind each counts, as strcmp does it.
func TerminatedDifference(a, b []byte) int {
	d := ByteDifference(a, b)
	switch n := min(len(a), len(b)); {
	case len(a) == len(b) || d == 0 || string(a[:n]) != string(b[:n]):
		return d
	case d < 0:
		return -int(b[n])
	default:
		return int(a[n])
	}
}
