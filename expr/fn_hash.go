package expr

import (
	"math/bits"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// hashKernels are the hash functions of values that are made of others, and of those that are kept otherwise than
// PostgreSQL does.
var hashKernels = makeHashKernels()

func makeHashKernels() map[string]Kernel {
	m := map[string]Kernel{}
	add := func(name, extended string, hash func(b []byte, seed uint64) (uint64, error)) {
		m[name] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				h, err := hash(c.Args[0].Bytes(i), 0)
				if err != nil {
					return err
				}
				out.Ints[i] = int64(int32(h))
			}
			return nil
		}
		m[extended] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				h, err := hash(c.Args[0].Bytes(i), uint64(c.Args[1].Ints[i]))
				if err != nil {
					return err
				}
				out.Ints[i] = int64(h)
			}
			return nil
		}
	}
	add("hashbpchar", "hashbpcharextended", func(b []byte, seed uint64) (uint64, error) { return types.PGHash(types.TrimBpchar(b), seed), nil })
	add("uuid_hash", "uuid_hash_extended", func(b []byte, seed uint64) (uint64, error) { return types.PGHash(b, seed), nil })
	add("hashtid", "hashtidextended", func(b []byte, seed uint64) (uint64, error) { // block and offset, in halves
		block, offset := types.TidParts(b)
		halves := [...]byte{byte(block >> 16), byte(block >> 24), byte(block), byte(block >> 8), byte(offset), byte(offset >> 8)}
		return types.PGHash(halves[:], seed), nil
	})
	m["jsonb_hash"] = jsonbHash
	m["jsonb_hash_extended"] = jsonbHashExtended
	m["hash_array"] = hashArray
	m["hash_array_extended"] = hashArray
	return m
}

// The marks that jsonb's hash knows containers by (JB_FARRAY, JB_FOBJECT).
const (
	jsonbArrayMark  = 0x40000000
	jsonbObjectMark = 0x20000000
)

// eachJSON visits a value's containers and scalars, keys too, in stored order. A scalar by itself lies in an array.
// A name is given in name.
func eachJSON(v, name *types.JSON, top bool, container func(mark uint32), scalar func(v *types.JSON) error) error {
	if v.Kind < types.JSONArray {
		if top {
			container(jsonbArrayMark)
		}
		return scalar(v)
	}
	if v.Kind == types.JSONArray {
		container(jsonbArrayMark)
	} else {
		container(jsonbObjectMark)
	}
	for i := range v.Elems {
		if v.Kind == types.JSONObject {
			*name = types.JSON{Kind: types.JSONString, Text: v.Keys[i]}
			if err := scalar(name); err != nil {
				return err
			}
		}
		if err := eachJSON(&v.Elems[i], name, false, container, scalar); err != nil {
			return err
		}
	}
	return nil
}

func jsonbHash(c *Call, out *vector.Column, sel []int32) error {
	var v, name types.JSON // for all rows, as they escape
	for _, i := range sel {
		var err error
		v, err = jsonbTree(c, 0, i)
		if err != nil {
			return err
		}
		if v.Kind >= types.JSONArray && len(v.Elems) == 0 {
			out.Ints[i] = 0
			continue
		}
		var h uint32
		err = eachJSON(&v, &name, true, func(mark uint32) { h ^= mark }, func(s *types.JSON) error {
			t, err := scalarHash(s, 0)
			h = bits.RotateLeft32(h, 1) ^ uint32(t)
			return err
		})
		if err != nil {
			return err
		}
		out.Ints[i] = int64(int32(h))
	}
	return nil
}

func jsonbHashExtended(c *Call, out *vector.Column, sel []int32) error {
	var v, name types.JSON // for all rows, as they escape
	for _, i := range sel {
		var err error
		v, err = jsonbTree(c, 0, i)
		if err != nil {
			return err
		}
		seed := uint64(c.Args[1].Ints[i])
		if v.Kind >= types.JSONArray && len(v.Elems) == 0 {
			out.Ints[i] = int64(seed)
			continue
		}
		var h uint64
		err = eachJSON(&v, &name, true, func(mark uint32) { h ^= uint64(mark)<<32 | uint64(mark) }, func(s *types.JSON) error {
			t, err := scalarHash(s, seed)
			h = uint64(bits.RotateLeft32(uint32(h>>32), 1))<<32 | uint64(bits.RotateLeft32(uint32(h), 1))
			h ^= t
			return err
		})
		if err != nil {
			return err
		}
		out.Ints[i] = int64(h)
	}
	return nil
}

func scalarHash(v *types.JSON, seed uint64) (uint64, error) {
	switch v.Kind {
	case types.JSONNull:
		return seed + 1, nil
	case types.JSONString:
		return types.PGHash(v.Text, seed), nil
	case types.JSONNumber:
		n, err := numberOf(v)
		return types.PGHashNumeric(&n, seed), err
	}
	switch {
	case seed != 0 && v.Bool:
		return types.PGHashUint32(1, seed), nil
	case seed != 0:
		return types.PGHashUint32(0, seed), nil
	case v.Bool:
		return 2, nil
	}
	return 4, nil
}

// elementHashes are the hash functions of the types of elements, by prosrc without and with a seed.
var elementHashes = map[types.OID][2]string{
	types.BoolOID: {"hashchar", "hashcharextended"}, types.CharOID: {"hashchar", "hashcharextended"},
	types.Int2OID: {"hashint2", "hashint2extended"}, types.Int4OID: {"hashint4", "hashint4extended"}, types.DateOID: {"hashint4", "hashint4extended"},
	types.Int8OID: {"hashint8", "hashint8extended"}, types.OidOID: {"hashoid", "hashoidextended"},
	types.Float4OID: {"hashfloat4", "hashfloat4extended"}, types.Float8OID: {"hashfloat8", "hashfloat8extended"},
	types.NumericOID: {"hash_numeric", "hash_numeric_extended"}, types.TextOID: {"hashtext", "hashtextextended"},
	types.VarcharOID: {"hashtext", "hashtextextended"}, types.BpcharOID: {"hashbpchar", "hashbpcharextended"},
	types.NameOID: {"hashname", "hashnameextended"}, types.TimeOID: {"time_hash", "time_hash_extended"},
	types.TimetzOID: {"timetz_hash", "timetz_hash_extended"}, types.TimestampOID: {"timestamp_hash", "timestamp_hash_extended"},
	types.TimestamptzOID: {"timestamp_hash", "timestamp_hash_extended"}, types.IntervalOID: {"interval_hash", "interval_hash_extended"},
	types.InetOID: {"hashinet", "hashinetextended"}, types.CidrOID: {"hashinet", "hashinetextended"},
	types.MacaddrOID: {"hashmacaddr", "hashmacaddrextended"}, types.Macaddr8OID: {"hashmacaddr8", "hashmacaddr8extended"},
	types.ByteaOID: {"hashvarlena", "hashvarlenaextended"}, types.XidOID: {"hashint4", "hashint4extended"}, types.CidOID: {"hashint4", "hashint4extended"},
	types.TidOID: {"hashtid", "hashtidextended"}, types.UUIDOID: {"uuid_hash", "uuid_hash_extended"}, types.JSONBOID: {"jsonb_hash", "jsonb_hash_extended"},
}

func init() {
	for _, rt := range types.RangeTypes() {
		elementHashes[rt.OID] = [2]string{"hash_range", "hash_range_extended"}
		elementHashes[rt.Multi] = [2]string{"hash_multirange", "hash_multirange_extended"}
	}
}

// elementHash finds a kernel; it is set later, since the kernels of all families include those of this file.
var elementHash func(src string) (Kernel, bool)

func init() {
	elementHash = func(src string) (Kernel, bool) {
		k, ok := kernels()[src]
		return k, ok
	}
}

// elementHashing has the elements of a batch of arrays side by side, so that their hash function is called once.
type elementHashing struct {
	elems, hashes, seeds *vector.Column
	rows                 []int32
	call                 Call
}

func (w *elementHashing) compute(c *Call, k Kernel, sel []int32) error {
	n := 0
	for _, i := range sel {
		n += len(c.Args[0].Arrays[i].Elems)
	}
	for _, col := range []*vector.Column{w.elems, w.hashes, w.seeds} {
		col.Reset()
		col.Resize(n)
	}
	w.rows = w.rows[:0]
	at := int32(0)
	for _, i := range sel {
		for _, e := range c.Args[0].Arrays[i].Elems {
			if !e.Null {
				w.elems.Set(at, e)
				w.rows = append(w.rows, at)
			}
			if len(c.Args) == 2 {
				w.seeds.Ints[at] = c.Args[1].Ints[i]
			}
			at++
		}
	}
	return k(&w.call, w.hashes, w.rows)
}

func hashArray(c *Call, out *vector.Column, sel []int32) error {
	extended := 0
	if len(c.Args) == 2 {
		extended = 1
	}
	elem := types.ElemOf(c.ArgTypes[0].OID)
	k, ok := elementHash(elementHashes[elem][extended])
	if !ok {
		kind := [...]string{"a hash", "an extended hash"}[extended]
		return pgerr.New(pgerr.UndefinedFunction, "could not identify %s function for type %s", kind, TypeName(elem))
	}
	w := ready[elementHashing](c)
	if w.elems == nil {
		w.elems, w.hashes, w.seeds = vector.New(types.Of(elem), 0), vector.New(types.Of(types.Int8OID), 0), vector.New(types.Of(types.Int8OID), 0)
		w.call = Call{Args: []*vector.Column{w.elems, w.seeds}[:1+extended], ArgTypes: []types.Type{types.Of(elem), types.Of(types.Int8OID)}[:1+extended],
			Const: make([]bool, 1+extended), Env: c.Env, Collation: c.Collation}
	}
	if err := w.compute(c, k, sel); err != nil {
		return err
	}
	at := 0
	for _, i := range sel {
		elems := c.Args[0].Arrays[i].Elems
		hashes := w.hashes.Ints[at : at+len(elems)]
		at += len(elems)
		h := uint64(1)
		for j, e := range elems {
			var v uint64
			if !e.Null {
				v = uint64(hashes[j])
			}
			if extended == 0 {
				h = uint64(uint32(h)<<5 - uint32(h) + uint32(v))
			} else {
				h = h<<5 - h + v
			}
		}
		if extended == 0 {
			out.Ints[i] = int64(int32(uint32(h)))
		} else {
			out.Ints[i] = int64(h)
		}
	}
	return nil
}
