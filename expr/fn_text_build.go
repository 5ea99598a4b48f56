package expr

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"howdah/pgerr"
	"howdah/types"
)

// charsAtMost is a length in characters that PostgreSQL can allocate for, at four bytes each.
const charsAtMost = (0x3fffffff - 4) / 4

// padding fills v up to a number of characters, on the left or the right.
func padding(leftSide, blanks bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, n := c.Args[0].Bytes(i), int(max(c.Args[1].Ints[i], 0))
		fill := []byte{' '}
		if !blanks {
			fill = c.Args[2].Bytes(i)
		}
		have := types.CharCount(v)
		if have > n {
			v, have = v[:types.CharOffset(v, n)], n
		}
		if len(fill) == 0 {
			n = have
		}
		if n > charsAtMost {
			return nil, tooLong()
		}
		if !leftSide {
			dst = append(dst, v...)
		}
		for missing, rest := n-have, fill; missing > 0; missing-- {
			_, size := utf8.DecodeRune(rest)
			dst = append(dst, rest[:size]...)
			if rest = rest[size:]; len(rest) == 0 {
				rest = fill
			}
		}
		if leftSide {
			dst = append(dst, v...)
		}
		return dst, nil
	})
}

func repeatText(c *Call, dst []byte, i int32) ([]byte, error) {
	v, n := c.Args[0].Bytes(i), c.Args[1].Ints[i]
	if n <= 0 {
		return dst, nil
	}
	if int64(len(v))*n > maxAlloc {
		return nil, tooLong()
	}
	off := len(dst)
	dst = append(dst, v...)
	for have, want := len(v), len(v)*int(n); have < want; have = len(dst) - off {
		dst = append(dst, dst[off:off+min(have, want-have)]...)
	}
	return dst, nil
}

func reverseText(c *Call, dst []byte, i int32) ([]byte, error) {
	for v := c.Args[0].Bytes(i); len(v) > 0; {
		_, n := utf8.DecodeLastRune(v)
		dst = append(dst, v[len(v)-n:]...)
		v = v[:len(v)-n]
	}
	return dst, nil
}

// translate replaces each character of one list by that of another, or drops it where the other is shorter.
func translateText(c *Call, dst []byte, i int32) ([]byte, error) {
	v, from, to := c.Args[0].Bytes(i), []rune(string(c.Args[1].Bytes(i))), []rune(string(c.Args[2].Bytes(i)))
next:
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		for k, f := range from {
			if f == r {
				if k < len(to) {
					dst = utf8.AppendRune(dst, to[k])
				}
				v = v[n:]
				continue next
			}
		}
		dst = append(dst, v[:n]...)
		v = v[n:]
	}
	return dst, nil
}

func replaceText(c *Call, dst []byte, i int32) ([]byte, error) {
	v, from, to := c.Args[0].Bytes(i), c.Args[1].Bytes(i), c.Args[2].Bytes(i)
	if len(from) == 0 {
		return append(dst, v...), nil
	}
	off := len(dst)
	for {
		at := bytes.Index(v, from)
		if at < 0 {
			return append(dst, v...), nil
		}
		dst = append(append(dst, v[:at]...), to...)
		v = v[at+len(from):]
		if len(dst)-off > maxAlloc {
			return nil, tooLong()
		}
	}
}

// overlaying replaces a window of argument 0; without a length, one as long as the replacement.
func overlaying(text, whole bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, by, start := c.Args[0].Bytes(i), c.Args[1].Bytes(i), c.Args[2].Ints[i]
		length := int64(len(by))
		if !whole {
			length = c.Args[3].Ints[i]
		} else if text {
			length = int64(types.CharCount(by))
		}
		if start <= 0 {
			return nil, pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
		}
		end := start + length
		if end != int64(int32(end)) {
			return nil, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
		}
		offset := func(n int64) int {
			if text {
				return types.CharOffset(v, int(n))
			}
			return int(min(max(n, 0), int64(len(v))))
		}
		dst = append(append(dst, v[:offset(start-1)]...), by...)
		return append(dst, v[offset(end-1):]...), nil
	})
}

func textPosition(c *Call, i int32) (int64, error) {
	v, what := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	at := bytes.Index(v, what)
	if at < 0 {
		return 0, nil
	}
	return int64(types.CharCount(v[:at])) + 1, nil
}

func chrOf(c *Call, dst []byte, i int32) ([]byte, error) {
	n := c.Args[0].Ints[i]
	switch {
	case n < 0:
		return nil, pgerr.New(pgerr.InvalidParameterValue, "character number must be positive")
	case n == 0:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "null character not permitted")
	case n > utf8.MaxRune:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "requested character too large for encoding: %d", n)
	case !utf8.ValidRune(rune(n)):
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", n)
	}
	return utf8.AppendRune(dst, rune(n)), nil
}

func asciiOf(c *Call, i int32) (int64, error) {
	v := c.Args[0].Bytes(i)
	if len(v) == 0 {
		return 0, nil
	}
	r, _ := utf8.DecodeRune(v)
	return int64(r), nil
}

func bitLength(c *Call, i int32) (int64, error) {
	n := int64(len(c.Args[0].Bytes(i))) * 8
	if n != int64(int32(n)) {
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
	}
	return n, nil
}

func octetCount(c *Call, i int32) (int64, error) { return int64(c.Args[0].Spans[i].Len), nil }

// concat joins the text forms of all arguments but NULLs.
func concatText(c *Call, dst []byte, i int32) ([]byte, error) {
	for a := range c.Args {
		if !c.Args[a].Null(i) {
			dst = appendOutput(dst, c, a, i)
		}
	}
	return dst, nil
}

func concatWS(c *Call, dst []byte, i int32) ([]byte, error) {
	if c.Args[0].Null(i) {
		return dst, errNull
	}
	sep, first := c.Args[0].Bytes(i), true
	for a := 1; a < len(c.Args); a++ {
		if c.Args[a].Null(i) {
			continue
		}
		if !first {
			dst = append(dst, sep...)
		}
		first = false
		dst = appendOutput(dst, c, a, i)
	}
	return dst, nil
}

var textBuildKernels = map[string]Kernel{
	"lpad": padding(true, false), "rpad": padding(false, false),
	"lpad(text,int4)": padding(true, true), "rpad(text,int4)": padding(false, true),
	"repeat": appending(repeatText), "text_reverse": appending(reverseText), "translate": appending(translateText),
	"replace_text": appending(replaceText),
	"textoverlay":  overlaying(true, false), "textoverlay_no_len": overlaying(true, true),
	"byteaoverlay": overlaying(false, false), "byteaoverlay_no_len": overlaying(false, true),
	"textpos": counting(textPosition), "chr": appending(chrOf), "ascii": counting(asciiOf),
	"textlen": counting(func(c *Call, i int32) (int64, error) {
		return int64(types.CharCount(c.Args[0].Bytes(i))), nil
	}),
	"bpcharlen": counting(func(c *Call, i int32) (int64, error) {
		return int64(types.CharCount(types.TrimBpchar(c.Args[0].Bytes(i)))), nil
	}),
	"textoctetlen": counting(octetCount), "bpcharoctetlen": counting(octetCount), "byteaoctetlen": counting(octetCount),
	"bit_length(text)": counting(bitLength), "bit_length(bytea)": counting(bitLength),
	"text_starts_with": judging(func(c *Call, i int32) (bool, error) {
		return bytes.HasPrefix(c.Args[0].Bytes(i), c.Args[1].Bytes(i)), nil
	}),
	"to_hex32": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return strconv.AppendUint(dst, uint64(uint32(c.Args[0].Ints[i])), 16), nil
	}),
	"to_hex64": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return strconv.AppendUint(dst, uint64(c.Args[0].Ints[i]), 16), nil
	}),
	"text_concat": appending(concatText), "text_concat_ws": appending(concatWS),
}
