package expr

import (
	"howdah/vector"
)

// genericKernels belong to no family of types.
var genericKernels = map[string]Kernel{
	"booltext":        boolText,
	"pg_typeof":       typeOf,
	"pg_num_nulls":    countNulls(true),
	"pg_num_nonnulls": countNulls(false),
}

// boolText is boolean::text, whose words differ from the output function's letters.
func boolText(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		buf := out.Build()
		off := len(buf)
		if c.Args[0].Bools[i] {
			buf = append(buf, "true"...)
		} else {
			buf = append(buf, "false"...)
		}
		out.Built(i, buf, off)
	}
	return nil
}

// typeOf is pg_typeof: the type is known before the value.
func typeOf(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = int64(c.ArgTypes[0].OID)
	}
	return nil
}

// countNulls is num_nulls and num_nonnulls over arguments of any types.
func countNulls(nulls bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			n := int64(0)
			for _, a := range c.Args {
				if a.Null(i) == nulls {
					n++
				}
			}
			out.Ints[i] = n
		}
		return nil
	}
}
