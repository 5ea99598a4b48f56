package expr

import (
	"howdah/types"
	"howdah/vector"
)

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
