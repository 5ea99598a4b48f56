package types

import (
	"bytes"
	"hash/maphash"
	"slices"
)

func compareNumber(t OID, a, b *Datum) int {
	switch KindOf(t) {
	case KindBool:
		return boolRank(a.Bool) - boolRank(b.Bool)
	case KindFloat:
		return CompareFloat(a.Float, b.Float)
	case KindNumeric:
		return CompareNumeric(&a.Num, &b.Num)
	}
	return compareInt(a.Int, b.Int)
}

func boolRank(v bool) int {
	if v {
		return 1
	}
	return 0
}

func hashNumber(d *Datum, kind Kind) uint64 {
	switch kind {
	case KindBool:
		return HashInt(int64(boolRank(d.Bool)))
	case KindFloat:
		return HashFloat(d.Float)
	case KindNumeric:
		return HashNumeric(&d.Num)
	}
	return HashInt(d.Int)
}

var hashSeed = maphash.MakeSeed()

// HashBytes hashes bytes. Hashes of one process do not agree with another's.
func HashBytes(b []byte) uint64 { return maphash.Bytes(hashSeed, b) }

// Clone copies a value with all that it refers to.
func (d Datum) Clone() Datum {
	d.Bytes = bytes.Clone(d.Bytes)
	if d.Array != nil {
		a := &struct {
			Array
			dims [1]Dim
		}{Array: *d.Array}
		if len(a.Dims) == 1 {
			a.dims[0] = a.Dims[0]
			a.Dims = a.dims[:]
		} else {
			a.Dims = slices.Clone(a.Dims)
		}
		a.Elems = cloneAll(a.Elems)
		d.Array = &a.Array
	}
	if d.Record != nil {
		r := *d.Record
		r.Fields = cloneAll(r.Fields)
		d.Record = &r
	}
	return d
}

func cloneAll(values []Datum) []Datum {
	out := make([]Datum, len(values))
	size := 0
	for i := range values {
		size += len(values[i].Bytes)
	}
	var room []byte // of all bytes
	if size > 0 {
		room = make([]byte, 0, size)
	}
	for i, v := range values {
		switch {
		case v.Array != nil || v.Record != nil:
			out[i] = v.Clone()
		case v.Bytes != nil:
			at := len(room)
			room = append(room, v.Bytes...)
			v.Bytes = room[at:len(room):len(room)]
			out[i] = v
		default:
			out[i] = v
		}
	}
	return out
}
