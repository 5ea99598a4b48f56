package expr

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"howdah/pgerr"
	"howdah/types"
)

func normalForm(name []byte) (norm.Form, error) {
	switch strings.ToUpper(string(name)) {
	case "NFC":
		return norm.NFC, nil
	case "NFD":
		return norm.NFD, nil
	case "NFKC":
		return norm.NFKC, nil
	case "NFKD":
		return norm.NFKD, nil
	}
	return 0, badJSONCall("invalid normalization form: %s", name)
}

// maxMarks is how many combining characters in a row the library leaves alone; beyond, it inserts joiners.
const maxMarks = 30

// newer tells characters that the library's Unicode 15 decomposes or reorders and PostgreSQL 15's Unicode 14 does not.
func newer(r rune) bool {
	switch {
	case r < 0x0ECE:
		return false
	case r == 0x0ECE, r >= 0x10EFD && r <= 0x10EFF, r == 0x11F41, r == 0x11F42, r >= 0x1E030 && r <= 0x1E06D, r == 0x1E08F,
		r >= 0x1E4EC && r <= 0x1E4EF:
		return true
	}
	return false
}

// appendNormal appends v in a normal form.
func appendNormal(dst, v []byte, form norm.Form) ([]byte, error) {
	if at := bytes.IndexFunc(v, newer); at >= 0 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "normalization of \"%s\" is not supported", v[at:charEnd(v, at)])
	}
	out := form.Bytes(v)
	joiner := []byte("\u034f")
	if len(v) > maxMarks && bytes.Count(out, joiner) != bytes.Count(v, joiner) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "normalization of more than %d combining characters in a row is not supported", maxMarks)
	}
	return append(dst, out...), nil
}

func normalizeText(c *Call, dst []byte, i int32) ([]byte, error) {
	form, err := normalForm(c.Args[1].Bytes(i))
	if err != nil {
		return nil, err
	}
	return appendNormal(dst, c.Args[0].Bytes(i), form)
}

func isNormalized(c *Call, i int32) (bool, error) {
	form, err := normalForm(c.Args[1].Bytes(i))
	if err != nil {
		return false, err
	}
	v := c.Args[0].Bytes(i)
	s := ready[scratch](c)
	out, err := appendNormal(s.text[:0], v, form)
	s.text = out
	return bytes.Equal(out, v), err
}

func unicodeError(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.SyntaxError, format, args...)
}

// unistr resolves \XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX.
func unistr(c *Call, dst []byte, i int32) ([]byte, error) {
	high := rune(0)
	pairs := func() error { return unicodeError("invalid Unicode surrogate pair") }
	for v := c.Args[0].Bytes(i); len(v) > 0; {
		if v[0] != '\\' || len(v) > 1 && v[1] == '\\' {
			if high != 0 {
				return nil, pairs()
			}
			dst = append(dst, v[0])
			if v[0] == '\\' {
				v = v[1:]
			}
			v = v[1:]
			continue
		}
		skip, digits := 1, 4
		if len(v) > 1 {
			switch v[1] {
			case 'u':
				skip = 2
			case '+':
				skip, digits = 2, 6
			case 'U':
				skip, digits = 2, 8
			}
		}
		n, err := uint64(0), error(nil)
		if len(v) >= skip+digits {
			n, err = strconv.ParseUint(string(v[skip:skip+digits]), 16, 32)
		}
		if len(v) < skip+digits || err != nil {
			return nil, unicodeError("invalid Unicode escape").
				WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
		}
		v = v[skip+digits:]
		if n == 0 || n > utf8.MaxRune {
			return nil, badJSONCall("invalid Unicode code point: %04X", n)
		}
		r := rune(n)
		switch {
		case high != 0:
			if r < 0xDC00 || r >= 0xE000 {
				return nil, pairs()
			}
			r = (high-0xD800)<<10 + (r - 0xDC00) + 0x10000
			high = 0
		case r >= 0xD800 && r < 0xDC00:
			high = r
			continue
		case r >= 0xDC00 && r < 0xE000:
			return nil, pairs()
		}
		dst = utf8.AppendRune(dst, r)
	}
	if high != 0 {
		return nil, pairs()
	}
	return dst, nil
}

// parseIdent splits a qualified name.
func parseIdent(c *Call, i int32) (*types.Array, error) {
	in, strict := c.Args[0].Bytes(i), c.Args[1].Bools[i]
	bad := func(detail string) error {
		e := badJSONCall("string is not a valid identifier: \"%s\"", in).(*pgerr.Error)
		e.Detail = detail
		return e
	}
	space := func(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == '\f' }
	start := func(b byte) bool { return b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z' || b >= 0x80 }
	v := in
	skip := func() {
		for len(v) > 0 && space(v[0]) {
			v = v[1:]
		}
	}
	var elems []types.Datum
	afterDot := false
	for skip(); ; skip() {
		switch {
		case len(v) > 0 && v[0] == '"':
			var name []byte
			for v = v[1:]; ; {
				at := bytes.IndexByte(v, '"')
				if at < 0 {
					return nil, bad("String has unclosed double quotes.")
				}
				name = append(name, v[:at]...)
				v = v[at+1:]
				if len(v) == 0 || v[0] != '"' {
					break
				}
				name = append(name, '"')
				v = v[1:]
			}
			if len(name) == 0 {
				return nil, bad("Quoted identifier must not be empty.")
			}
			elems = append(elems, types.Datum{Bytes: name})
		case len(v) > 0 && start(v[0]):
			n := 1
			for n < len(v) && (start(v[n]) || v[n] >= '0' && v[n] <= '9' || v[n] == '$') {
				n++
			}
			elems = append(elems, types.Datum{Bytes: appendLower(nil, v[:n], true)})
			v = v[n:]
		case len(v) > 0 && v[0] == '.':
			return nil, bad(`No valid identifier before ".".`)
		case afterDot:
			return nil, bad(`No valid identifier after ".".`)
		default:
			return nil, bad("")
		}
		skip()
		switch {
		case len(v) > 0 && v[0] == '.':
			afterDot = true
			v = v[1:]
			continue
		case len(v) > 0 && strict:
			return nil, bad("")
		}
		return types.NewArray(types.TextOID, elems), nil
	}
}

var textUnicodeKernels = map[string]Kernel{
	"unicode_normalize_func": appending(normalizeText), "unicode_is_normalized": judging(isNormalized),
	"unistr": appending(unistr), "parse_ident": arrayed(parseIdent),
}
