package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// anyKernels take values of any type.
var anyKernels = map[string]Kernel{
	"pg_typeof": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = int64(c.ArgTypes[0].OID)
		}
		return nil
	},
	"pg_num_nulls":    countNulls(true),
	"pg_num_nonnulls": countNulls(false),
	"booltext": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			text := "false"
			if c.Args[0].Bools[i] {
				text = "true"
			}
			out.SetBytes(i, []byte(text))
		}
		return nil
	},
}

// countNulls is num_nulls and num_nonnulls, which count their arguments.
func countNulls(nulls bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		if len(c.Args) == 0 {
			return pgerr.New(pgerr.InvalidParameterValue, "could not determine argument data type")
		}
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

// textHashKernels are PostgreSQL's hash functions of byte strings. Text hashes by its bytes: the collations here are
// deterministic.
var textHashKernels = map[string]Kernel{
	"hashtext":            hashBytes,
	"hashtextextended":    hashBytesExtended,
	"hashvarlena":         hashBytes,
	"hashvarlenaextended": hashBytesExtended,
	"hashname":            hashBytes,
	"hashnameextended":    hashBytesExtended,
}

func hashBytes(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = int64(int32(types.PGHash(c.Args[0].Bytes(i), 0)))
	}
	return nil
}

func hashBytesExtended(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = int64(types.PGHash(c.Args[0].Bytes(i), uint64(c.Args[1].Ints[i])))
	}
	return nil
}
