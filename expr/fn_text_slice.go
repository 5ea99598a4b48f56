package expr

import (
	"bytes"
	"unicode/utf8"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// window turns SUBSTRING's start (from 1) and length into offsets from 0, ends included from left to right; to < 0 is
// the end of the value.
func textWindow(start, length int64, whole bool) (from, to int64, err error) {
	from = max(start, 1) - 1
	if whole {
		return from, -1, nil
	}
	if length < 0 {
		return 0, 0, pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
	}
	end := start + length // the first position not wanted
	if end > 1<<31-1 {
		return from, -1, nil
	}
	if end < 1 {
		return 0, 0, nil
	}
	return from, end - 1, nil
}

func substringOf(whole bool) Kernel {
	return slicing(func(c *Call, v []byte, i int32) (int, int, error) {
		length := int64(0)
		if !whole {
			length = c.Args[2].Ints[i]
		}
		from, to, err := textWindow(c.Args[1].Ints[i], length, whole)
		if err != nil {
			return 0, 0, err
		}
		a := types.CharOffset(v, int(from))
		if to < 0 {
			return a, len(v), nil
		}
		return a, a + types.CharOffset(v[a:], int(to-from)), nil
	})
}

func byteSubstring(whole bool) Kernel {
	return slicing(func(c *Call, v []byte, i int32) (int, int, error) {
		length := int64(0)
		if !whole {
			length = c.Args[2].Ints[i]
		}
		from, to, err := textWindow(c.Args[1].Ints[i], length, whole)
		if err != nil {
			return 0, 0, err
		}
		n := int64(len(v))
		if to < 0 || to > n {
			to = n
		}
		return int(min(from, n)), int(to), nil
	})
}

func leftChars(c *Call, v []byte, i int32) (int, int, error) {
	n := c.Args[1].Ints[i]
	if n < 0 {
		n += int64(types.CharCount(v))
	}
	return 0, types.CharOffset(v, int(n)), nil
}

func rightChars(c *Call, v []byte, i int32) (int, int, error) {
	n := c.Args[1].Ints[i]
	skip := -n
	if n >= 0 {
		skip = int64(types.CharCount(v)) - n
	} else if n == -1<<31 {
		skip = n // PostgreSQL's negation overflows: nothing is cut
	}
	return types.CharOffset(v, int(skip)), len(v), nil
}

// trimming cuts the characters of a set from the ends; without a second argument, blanks.
func trimmingOf(front, back, blanks bool) Kernel {
	type prepared struct {
		set   []byte
		known bool
		ascii [128]bool
		wide  []rune
	}
	return func(c *Call, out *vector.Column, sel []int32) error {
		p := ready[prepared](c)
		a := c.Args[0]
		out.View(a.Buf)
		for _, i := range sel {
			set := []byte{' '}
			if !blanks {
				set = c.Args[1].Bytes(i)
			}
			if !p.known || !bytes.Equal(set, p.set) {
				p.known, p.set, p.ascii, p.wide = true, append(p.set[:0], set...), [128]bool{}, p.wide[:0]
				for _, r := range string(set) {
					if r < 128 {
						p.ascii[r] = true
					} else {
						p.wide = append(p.wide, r)
					}
				}
			}
			in := func(r rune) bool {
				if r < 128 {
					return p.ascii[r]
				}
				for _, w := range p.wide {
					if w == r {
						return true
					}
				}
				return false
			}
			v := a.Bytes(i)
			from, to := 0, len(v)
			for front && from < to {
				r, n := utf8.DecodeRune(v[from:to])
				if !in(r) {
					break
				}
				from += n
			}
			for back && from < to {
				r, n := utf8.DecodeLastRune(v[from:to])
				if !in(r) {
					break
				}
				to -= n
			}
			out.Spans[i] = vector.Span{Off: a.Spans[i].Off + uint32(from), Len: uint32(to - from)}
		}
		return nil
	}
}

// splitPart picks field n between delimiters, counted from the end when negative.
func splitPart(c *Call, v []byte, i int32) (int, int, error) {
	sep, n := c.Args[1].Bytes(i), c.Args[2].Ints[i]
	if n == 0 {
		return 0, 0, pgerr.New(pgerr.InvalidParameterValue, "field position must not be zero")
	}
	if len(v) == 0 {
		return 0, 0, nil
	}
	if len(sep) == 0 {
		if n == 1 || n == -1 {
			return 0, len(v), nil
		}
		return 0, 0, nil
	}
	if n < 0 {
		n += int64(bytes.Count(v, sep)) + 2
		if n <= 0 {
			return 0, 0, nil
		}
	}
	from := 0
	for ; n > 1; n-- {
		at := bytes.Index(v[from:], sep)
		if at < 0 {
			return 0, 0, nil
		}
		from += at + len(sep)
	}
	if at := bytes.Index(v[from:], sep); at >= 0 {
		return from, from + at, nil
	}
	return from, len(v), nil
}

var textSliceKernels = map[string]Kernel{
	"text_substr": substringOf(false), "text_substr_no_len": substringOf(true),
	"bytea_substr": byteSubstring(false), "bytea_substr_no_len": byteSubstring(true),
	"text_left": slicing(leftChars), "text_right": slicing(rightChars),
	"btrim": trimmingOf(true, true, false), "btrim1": trimmingOf(true, true, true),
	"ltrim": trimmingOf(true, false, false), "ltrim1": trimmingOf(true, false, true),
	"rtrim": trimmingOf(false, true, false), "rtrim1": trimmingOf(false, true, true),
	"split_part": slicing(splitPart),
}
