package expr

import (
	"unicode/utf8"

	"howdah/internal/ctype"
	"howdah/vector"
)

// recase changes case one code point at a time; ASCII text (all of it in collation C) takes the byte loop.
func recase(ascii func(byte) byte, wide func(rune) rune) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a := c.Args[0]
		dst := out.Build()
		only := asciiOnly(c.Collation)
		for _, i := range sel {
			off := len(dst)
			dst = appendCase(dst, a.Bytes(i), only, ascii, wide)
			out.Built(i, dst, off)
		}
		return nil
	}
}

func appendCase(dst, v []byte, only bool, ascii func(byte) byte, wide func(rune) rune) []byte {
	for i := 0; i < len(v); {
		if b := v[i]; b < utf8.RuneSelf || only {
			dst = append(dst, ascii(b))
			i++
			continue
		}
		r, n := utf8.DecodeRune(v[i:])
		dst = utf8.AppendRune(dst, wide(r))
		i += n
	}
	return dst
}

func upperByte(b byte) byte {
	if b-'a' < 26 {
		return b - 32
	}
	return b
}

func lowerByte(b byte) byte {
	if b-'A' < 26 {
		return b + 32
	}
	return b
}

// appendLower appends v in lower case under the collation.
func appendLower(dst, v []byte, only bool) []byte {
	return appendCase(dst, v, only, lowerByte, ctype.ToLower)
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
	"upper":   recase(upperByte, ctype.ToUpper),
	"lower":   recase(lowerByte, ctype.ToLower),
	"initcap": appending(initcapText),
}
