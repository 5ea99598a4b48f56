package expr

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"math/bits"
	"strings"

	"howdah/pgerr"
	"howdah/types"
)

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// appendBase64 breaks lines after 76 digits, as MIME does, even after the last one.
func appendBase64(dst, v []byte) []byte {
	line := 0
	for ; len(v) >= 3; v = v[3:] {
		n := uint(v[0])<<16 | uint(v[1])<<8 | uint(v[2])
		dst = append(dst, base64Digits[n>>18], base64Digits[n>>12&63], base64Digits[n>>6&63], base64Digits[n&63])
		if line += 4; line >= 76 {
			dst = append(dst, '\n')
			line = 0
		}
	}
	switch len(v) {
	case 1:
		n := uint(v[0]) << 16
		dst = append(dst, base64Digits[n>>18], base64Digits[n>>12&63], '=', '=')
	case 2:
		n := uint(v[0])<<16 | uint(v[1])<<8
		dst = append(dst, base64Digits[n>>18], base64Digits[n>>12&63], base64Digits[n>>6&63], '=')
	}
	return dst
}

func appendBase64Decoded(dst, s []byte) ([]byte, error) {
	group, pos, end := uint(0), 0, 0
	for i, c := range s {
		digit := uint(0)
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == '=':
			if end == 0 {
				if pos != 2 && pos != 3 {
					return nil, badJSONCall("unexpected \"=\" while decoding base64 sequence")
				}
				end = pos - 1
			}
		default:
			at := strings.IndexByte(base64Digits, c)
			if at < 0 {
				return nil, badJSONCall("invalid symbol \"%s\" found while decoding base64 sequence", s[i:charEnd(s, i)])
			}
			digit = uint(at)
		}
		group = group<<6 + digit
		if pos++; pos < 4 {
			continue
		}
		dst = append(dst, byte(group>>16))
		if end == 0 || end > 1 {
			dst = append(dst, byte(group>>8))
		}
		if end == 0 || end > 2 {
			dst = append(dst, byte(group))
		}
		group, pos = 0, 0
	}
	if pos != 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid base64 end sequence").
			WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
	}
	return dst, nil
}

func noEncoding(name []byte) error { return badJSONCall("unrecognized encoding: \"%s\"", name) }

func encodeBytes(c *Call, dst []byte, i int32) ([]byte, error) {
	v, name := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	switch strings.ToLower(string(name)) {
	case "hex":
		return types.AppendHex(dst, v), nil
	case "base64":
		return appendBase64(dst, v), nil
	case "escape":
		for _, b := range v {
			switch {
			case b == 0 || b >= 0x80:
				dst = append(dst, '\\', '0'+b>>6, '0'+(b>>3&7), '0'+(b&7))
			case b == '\\':
				dst = append(dst, '\\', '\\')
			default:
				dst = append(dst, b)
			}
		}
		return dst, nil
	}
	return nil, noEncoding(name)
}

func decodeBytes(c *Call, dst []byte, i int32) ([]byte, error) {
	v, name := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	switch strings.ToLower(string(name)) {
	case "hex":
		return types.AppendHexDecoded(dst, v)
	case "base64":
		return appendBase64Decoded(dst, v)
	case "escape":
		if bytes.HasPrefix(v, []byte(`\x`)) { // here that is no hex form
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
		return types.ParseBytea(dst, v)
	}
	return nil, noEncoding(name)
}

func outOfRange(n, size int64) error {
	return pgerr.New(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, size-1)
}

func getByte(c *Call, i int32) (int64, error) {
	v, n := c.Args[0].Bytes(i), c.Args[1].Ints[i]
	if n < 0 || n >= int64(len(v)) {
		return 0, outOfRange(n, int64(len(v)))
	}
	return int64(v[n]), nil
}

func getBit(c *Call, i int32) (int64, error) {
	v, n := c.Args[0].Bytes(i), c.Args[1].Ints[i]
	if n < 0 || n >= int64(len(v))*8 {
		return 0, outOfRange(n, int64(len(v))*8)
	}
	return int64(v[n/8] >> (n % 8) & 1), nil
}

func setByte(c *Call, dst []byte, i int32) ([]byte, error) {
	v, n := c.Args[0].Bytes(i), c.Args[1].Ints[i]
	if n < 0 || n >= int64(len(v)) {
		return nil, outOfRange(n, int64(len(v)))
	}
	off := len(dst)
	dst = append(dst, v...)
	dst[off+int(n)] = byte(c.Args[2].Ints[i])
	return dst, nil
}

func setBit(c *Call, dst []byte, i int32) ([]byte, error) {
	v, n, bit := c.Args[0].Bytes(i), c.Args[1].Ints[i], c.Args[2].Ints[i]
	if n < 0 || n >= int64(len(v))*8 {
		return nil, outOfRange(n, int64(len(v))*8)
	}
	if bit != 0 && bit != 1 {
		return nil, badJSONCall("new bit must be 0 or 1")
	}
	off := len(dst)
	dst = append(dst, v...)
	at := &dst[off+int(n/8)]
	*at = *at&^(1<<(n%8)) | byte(bit)<<(n%8)
	return dst, nil
}

// byteTrim cuts bytes of a set from the ends.
func byteTrim(front, back bool) Kernel {
	return slicing(func(c *Call, v []byte, i int32) (int, int, error) {
		set := c.Args[1].Bytes(i)
		from, to := 0, len(v)
		for front && from < to && bytes.IndexByte(set, v[from]) >= 0 {
			from++
		}
		for back && from < to && bytes.IndexByte(set, v[to-1]) >= 0 {
			to--
		}
		return from, to, nil
	})
}

// digest makes a kernel of a hash.
func digest(sum func(dst, v []byte) []byte) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) { return sum(dst, c.Args[0].Bytes(i)), nil })
}

func md5Hex(dst, v []byte) []byte {
	d := md5.Sum(v)
	return types.AppendHex(dst, d[:])
}

var byteaKernels = map[string]Kernel{
	"binary_encode": appending(encodeBytes), "binary_decode": appending(decodeBytes),
	"byteaGetByte": counting(getByte), "byteaGetBit": counting(getBit), "byteaSetByte": appending(setByte), "byteaSetBit": appending(setBit),
	"bytea_bit_count": counting(func(c *Call, i int32) (n int64, _ error) {
		for _, b := range c.Args[0].Bytes(i) {
			n += int64(bits.OnesCount8(b))
		}
		return n, nil
	}),
	"byteacat": textCastKernels["textcat"],
	"byteapos": counting(func(c *Call, i int32) (int64, error) {
		return int64(bytes.Index(c.Args[0].Bytes(i), c.Args[1].Bytes(i))) + 1, nil
	}),
	"byteatrim": byteTrim(true, true), "bytealtrim": byteTrim(true, false), "byteartrim": byteTrim(false, true),
	"md5_text": digest(md5Hex), "md5_bytea": digest(md5Hex),
	"sha224_bytea":    digest(func(dst, v []byte) []byte { d := sha256.Sum224(v); return append(dst, d[:]...) }),
	"sha256_bytea":    digest(func(dst, v []byte) []byte { d := sha256.Sum256(v); return append(dst, d[:]...) }),
	"sha384_bytea":    digest(func(dst, v []byte) []byte { d := sha512.Sum384(v); return append(dst, d[:]...) }),
	"sha512_bytea":    digest(func(dst, v []byte) []byte { d := sha512.Sum512(v); return append(dst, d[:]...) }),
	"pg_convert_from": convert(1, -1), "pg_convert_to": convert(-1, 1), "pg_convert": convert(1, 2),
	"length_in_encoding": counting(encodedLength),
}
