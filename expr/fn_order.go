package expr

import (
	"howdah/types"
	"howdah/vector"
)

// orderKernels are the three-way comparisons of byte strings, jsonb and arrays. What they return is seen by whoever calls
// them: the difference of the first bytes that differ, as memcmp gives it where PostgreSQL runs, else -1, 0, 1. By the
// default collation the zero byte behind a text is one of them, since strcoll compares.
var orderKernels = map[string]Kernel{
	"bttextcmp": compareTexts(whole), "btnametextcmp": compareTexts(whole), "bttextnamecmp": compareTexts(whole),
	"bttext_pattern_cmp": compareRows(types.ByteDifference), "btnamecmp": compareRows(types.TerminatedDifference), "byteacmp": compareRows(types.ByteDifference),
	"uuid_cmp": compareRows(types.ByteDifference), "gin_compare_jsonb": compareRows(types.ByteDifference), "gin_cmp_tslexeme": compareRows(types.ByteDifference),
	"bpcharcmp":            compareTexts(types.TrimBpchar),
	"btbpchar_pattern_cmp": compareRows(func(a, b []byte) int { return types.ByteDifference(types.TrimBpchar(a), types.TrimBpchar(b)) }),
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
	"btarraycmp": withElements(elementOrder, func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = int64(min(max(types.CompareArrays(c.Args[0].Arrays[i], c.Args[1].Arrays[i], c.Collation), -1), 1))
		}
		return nil
	}),
}

func compareRows(difference func(a, b []byte) int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = int64(difference(c.Args[0].Bytes(i), c.Args[1].Bytes(i)))
		}
		return nil
	}
}

// compareTexts compares by the call's collation.
func compareTexts(shown func(b []byte) []byte) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		difference := types.ByteDifference
		if c.Collation == types.DefaultCollation {
			difference = types.TerminatedDifference
		}
		for _, i := range sel {
			out.Ints[i] = int64(difference(shown(c.Args[0].Bytes(i)), shown(c.Args[1].Bytes(i))))
		}
		return nil
	}
}

func whole(b []byte) []byte { return b }
