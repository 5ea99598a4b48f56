package expr

import (
	"howdah/types"
	"howdah/vector"
)

// numberHashKernels are PostgreSQL's hash functions of numbers, and their binary forms as bytea.
var numberHashKernels = makeNumberHashKernels()

func makeNumberHashKernels() map[string]Kernel {
	m := map[string]Kernel{}
	add := func(name string, hash func(c *vector.Column, i int32, seed uint64) uint64) {
		m[name] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Ints[i] = int64(int32(hash(c.Args[0], i, 0)))
			}
			return nil
		}
		extended := name + "extended"
		if name == "hash_numeric" {
			extended = "hash_numeric_extended"
		}
		m[extended] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Ints[i] = int64(hash(c.Args[0], i, uint64(c.Args[1].Ints[i])))
			}
			return nil
		}
	}
	word := func(c *vector.Column, i int32, seed uint64) uint64 {
		return types.PGHashUint32(uint32(c.Ints[i]), seed)
	}
	add("hashint2", word)
	add("hashint4", word)
	add("hashoid", word)
	add("hashchar", func(c *vector.Column, i int32, seed uint64) uint64 {
		if c.Kind == types.KindBool { // boolean is hashed by this function too
			if c.Bools[i] {
				return types.PGHashUint32(1, seed)
			}
			return types.PGHashUint32(0, seed)
		}
		return types.PGHashUint32(uint32(int8(c.Ints[i])), seed)
	})
	add("hashint8", func(c *vector.Column, i int32, seed uint64) uint64 { return types.PGHashInt8(c.Ints[i], seed) })
	float := func(c *vector.Column, i int32, seed uint64) uint64 { return types.PGHashFloat8(c.Floats[i], seed) }
	add("hashfloat4", float)
	add("hashfloat8", float)
	add("hash_numeric", func(c *vector.Column, i int32, seed uint64) uint64 { return types.PGHashNumeric(&c.Nums[i], seed) })
	for _, src := range []string{"boolsend", "charsend", "int2send", "int4send", "int8send", "oidsend", "float4send", "float8send", "numeric_send",
		"byteasend", "json_send", "jsonb_send", "uuid_send"} {
		m[src] = sendBinary
	}
	return m
}

// sendBinary gives the binary form.
func sendBinary(c *Call, out *vector.Column, sel []int32) error {
	buf := out.Build()
	for _, i := range sel {
		off := len(buf)
		var err error
		if buf, err = vector.AppendBinary(buf, c.Args[0], i); err != nil {
			return err
		}
		out.Built(i, buf, off)
	}
	return nil
}
