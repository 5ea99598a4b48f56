package expr

import (
	"unicode/utf8"

	"howdah/types"
	"howdah/vector"
)

// castText appends any value cast to text, which is its output form but for boolean, bpchar, and inet, which shows its mask.
func castText(dst []byte, c *Call, arg int, i int32) []byte {
	col := c.Args[arg]
	switch c.ArgTypes[arg].OID {
	case types.BoolOID:
		if col.Bools[i] {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case types.BpcharOID:
		return append(dst, types.TrimBpchar(col.Bytes(i))...)
	case types.InetOID:
		return types.AppendInetText(dst, col.Bytes(i), true)
	}
	return vector.AppendText(dst, col, i, c.Env.Style)
}

var textCastKernels = map[string]Kernel{
	"varchar": slicing(func(c *Call, v []byte, i int32) (int, int, error) {
		got, err := types.CoerceVarchar(v, int32(c.Args[1].Ints[i]), c.Args[2].Bools[i])
		return 0, len(got), err
	}),
	"bpchar": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return types.AppendBpchar(dst, c.Args[0].Bytes(i), int32(c.Args[1].Ints[i]), c.Args[2].Bools[i])
	}),
	"text_name": slicing(clipName),
	"bpchar_name": slicing(func(c *Call, v []byte, i int32) (int, int, error) {
		return 0, len(types.TrimBpchar(types.ClipName(v))), nil
	}),
	"name_text":   slicing(wholeValue),
	"name_bpchar": slicing(wholeValue),
	"char_text":   appending(charText),
	"char_bpchar": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		if b := byte(c.Args[0].Ints[i]); b != 0 && b < utf8.RuneSelf {
			return append(dst, b), nil
		}
		return types.AppendChar(dst, c.Args[0].Ints[i]), nil
	}),
	"text_char": counting(func(c *Call, i int32) (int64, error) { return types.ParseChar(c.Args[0].Bytes(i)), nil }),
	"textcat": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		a, b := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
		if len(a)+len(b) > maxAlloc {
			return nil, tooLong()
		}
		return append(append(dst, a...), b...), nil
	}),
	"textanycat(text,anynonarray)": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return castText(append(dst, c.Args[0].Bytes(i)...), c, 1, i), nil
	}),
	"anytextcat(anynonarray,text)": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return append(castText(dst, c, 0, i), c.Args[1].Bytes(i)...), nil
	}),
}

func charText(c *Call, dst []byte, i int32) ([]byte, error) {
	return types.AppendChar(dst, c.Args[0].Ints[i]), nil
}

func wholeValue(c *Call, v []byte, i int32) (int, int, error) { return 0, len(v), nil }

func clipName(c *Call, v []byte, i int32) (int, int, error) { return 0, len(types.ClipName(v)), nil }
