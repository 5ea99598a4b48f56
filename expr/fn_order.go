package expr

import (
	"bytes"

	"howdah/types"
	"howdah/vector"
)

// orderKernels are the three-way comparisons of byte strings, jsonb and arrays. What they return is seen by whoever calls
// them: the difference of the first bytes that differ, as memcmp gives it where PostgreSQL runs, else -1, 0, 1.
var orderKernels = map[string]Kernel{
	"bttextcmp": compareRows(textDifference), "btnametextcmp": compareRows(textDifference), "bttextnamecmp": compareRows(textDifference),
	"bttext_pattern_cmp": compareRows(textDifference), "btnamecmp": compareRows(nameDifference), "byteacmp": compareRows(textDifference),
	"uuid_cmp": compareRows(textDifference), "gin_compare_jsonb": compareRows(textDifference), "gin_cmp_tslexeme": compareRows(textDifference),
	"bpcharcmp": compareRows(bpcharDifference), "btbpchar_pattern_cmp": compareRows(bpcharDifference),
	"jsonb_cmp": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			a, err := jsonbTree(c, 0, i)
			if err != nil {
				return err
			}
			b, err := jsonbTree(c, 1, i)
			if err != nil {
				return err
			}
			out.Ints[i] = int64(types.CompareJSON(&a, &b))
		}
		return nil
	},
	"btarraycmp": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = int64(min(max(types.CompareArrays(c.Args[0].Arrays[i], c.Args[1].Arrays[i], c.Collation), -1), 1))
		}
		return nil
	},
}

func compareRows(difference func(a, b []byte) int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = int64(difference(c.Args[0].Bytes(i), c.Args[1].Bytes(i)))
		}
		return nil
	}
}

func textDifference(a, b []byte) int { return types.ByteDifference(a, b) }

// nameDifference sees the zero byte behind a name.
func nameDifference(a, b []byte) int {
	return types.ByteDifference(append(bytes.Clone(a), 0), append(bytes.Clone(b), 0))
}

func bpcharDifference(a, b []byte) int {
	return types.ByteDifference(types.TrimBpchar(a), types.TrimBpchar(b))
}
