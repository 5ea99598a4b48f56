package expr

import (
	"unicode/utf8"

	"howdah/internal/ctype"
	"howdah/vector"
)

// lowerTable and upperTable map the bytes of ASCII letters.
var lowerTable, upperTable = func() (lower, upper [256]byte) {
	for i := range 256 {
		b := byte(i)
		lower[i], upper[i] = b, b
		if b-'A' < 26 {
			lower[i] = b + 32
		}
		if b-'a' < 26 {
			upper[i] = b - 32
		}
	}
	return
}()

// recase changes case one code point at a time; ASCII text (all of it in collation C) takes the byte loop.
func recase(table *[256]byte, wide func(rune) rune) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a := c.Args[0]
		dst := out.Build()
		only := asciiOnly(c.Collation)
		for _, i := range sel {
			off := len(dst)
			dst = appendCase(dst, a.Bytes(i), only, table, wide)
			out.Built(i, dst, off)
		}
		return nil
	}
}

func appendCase(dst, v []byte, only bool, table *[256]byte, wide func(rune) rune) []byte {
	off := len(dst)
	dst = append(dst, v...)
	for i, b := range dst[off:] {
		if b >= utf8.RuneSelf && !only {
			return appendWideCase(dst[:off+i], v[i:], wide)
		}
		dst[off+i] = table[b]
	}
	return dst
}

// appendWideCase goes on with code points, whose length in bytes may change.
func appendWideCase(dst, v []byte, wide func(rune) rune) []byte {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		dst = utf8.AppendRune(dst, wide(r))
		v = v[n:]
	}
	return dst
}

// appendLower appends v in lower case under the collation.
func appendLower(dst, v []byte, only bool) []byte {
	return appendCase(dst, v, only, &lowerTable, ctype.ToLower)
}

func initcapText(c *Call, dst []byte, i int32) ([]byte, error) {
	only := asciiOnly(c.Collation)
	inWord := false
	for v := c.Args[0].Bytes(i); len(v) > 0; {
		r, n := utf8.DecodeRune(v)
		if r >= utf8.RuneSelf && only {
			dst = append(dst, v[:n]...)
			inWord = false
		} else {
			if inWord {
				dst = utf8.AppendRune(dst, ctype.ToLower(r))
			} else {
				dst = utf8.AppendRune(dst, ctype.ToUpper(r))
			}
			inWord = ctype.Is(ctype.Alnum, r, only)
		}
		v = v[n:]
	}
	return dst, nil
}

var textCaseKernels = map[string]Kernel{
	"upper":   recase(&upperTable, ctype.ToUpper),
	"lower":   recase(&lowerTable, ctype.ToLower),
	"initcap": appending(initcapText),
}
