package vector

import (
	"bytes"

	"howdah/types"
)

// Copy makes row di of dst row si of src, which has the same type and form; bytes are copied into dst's own buffer.
// dst has room for the row.
func Copy(dst *Column, di int32, src *Column, si int32) {
	if src.Null(si) {
		dst.SetNull(di)
		return
	}
	if dst.HasNulls {
		dst.Nulls[di] = false
	}
	if src.Form == CanonicalText {
		dst.SetBytes(di, src.Bytes(si))
		return
	}
	switch src.Kind {
	case types.KindBool:
		dst.Bools[di] = src.Bools[si]
	case types.KindInt:
		dst.Ints[di] = src.Ints[si]
	case types.KindFloat:
		dst.Floats[di] = src.Floats[si]
	case types.KindNumeric:
		dst.Nums[di] = src.Nums[si]
	case types.KindInterval:
		dst.Intervals[di] = src.Intervals[si]
	case types.KindArray:
		dst.Arrays[di] = src.Arrays[si]
	case types.KindRecord:
		dst.Records[di] = src.Records[si]
	default:
		dst.SetBytes(di, src.Bytes(si))
	}
}

// Append copies the rows of sel of src, which has the same type and form, behind row at-1 and gives the number of rows
// then filled. What is kept does not refer to src's buffers.
func (c *Column) Append(at int, src *Column, sel []int32) int {
	n := at + len(sel)
	c.Resize(n)
	if src.HasNulls {
		for k, i := range sel {
			if src.Nulls[i] {
				c.SetNull(int32(at + k))
			} else if c.HasNulls {
				c.Nulls[at+k] = false
			}
		}
	} else if c.HasNulls {
		clear(c.Nulls[at:n])
	}
	if src.Form == CanonicalText {
		c.appendBytes(at, src, sel)
		return n
	}
	switch src.Kind {
	case types.KindBool:
		gather(c.Bools[at:n], src.Bools, sel)
	case types.KindInt:
		gather(c.Ints[at:n], src.Ints, sel)
	case types.KindFloat:
		gather(c.Floats[at:n], src.Floats, sel)
	case types.KindNumeric:
		gather(c.Nums[at:n], src.Nums, sel)
	case types.KindInterval:
		gather(c.Intervals[at:n], src.Intervals, sel)
	case types.KindArray:
		gather(c.Arrays[at:n], src.Arrays, sel)
	case types.KindRecord:
		gather(c.Records[at:n], src.Records, sel)
	default:
		c.appendBytes(at, src, sel)
	}
	return n
}

func gather[T any](dst, src []T, sel []int32) {
	for k, i := range sel {
		dst[k] = src[i]
	}
}

func (c *Column) appendBytes(at int, src *Column, sel []int32) {
	own := c.own
	for k, i := range sel {
		if src.HasNulls && src.Nulls[i] {
			c.Spans[at+k] = Span{}
			continue
		}
		s := src.Spans[i]
		c.Spans[at+k] = Span{uint32(len(own)), s.Len}
		own = append(own, src.Buf[s.Off:s.Off+s.Len]...)
	}
	c.own, c.Buf = own, own
}

// Held is the bytes of memory that the column holds, not counting a producer's buffer that it views.
func (c *Column) Held() int64 {
	n := cap(c.Nulls) + cap(c.Bools) + 8*cap(c.Ints) + 8*cap(c.Floats) + 24*cap(c.Nums) + 16*cap(c.Intervals) + 8*cap(c.Spans) +
		8*cap(c.Arrays) + 8*cap(c.Records) + cap(c.own)
	return int64(n)
}

// Compare orders row i of a and row j of b, neither of them NULL and both of one type, by the type's default btree
// order: negative, 0 or positive. The columns are in Values form.
func Compare(a *Column, i int32, b *Column, j int32, collation types.OID) int {
	switch a.Kind {
	case types.KindInt:
		return compareOrdered(a.Ints[i], b.Ints[j])
	case types.KindFloat:
		return types.CompareFloat(a.Floats[i], b.Floats[j])
	case types.KindNumeric:
		return types.CompareNumeric(&a.Nums[i], &b.Nums[j])
	case types.KindBool:
		x, y := a.Bools[i], b.Bools[j]
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	case types.KindBytes:
		if t := a.Type.OID; t == types.TextOID || t == types.VarcharOID || t == types.ByteaOID || t == types.UUIDOID || t == types.NameOID {
			return bytes.Compare(a.Bytes(i), b.Bytes(j))
		}
	}
	x, y := a.Datum(i), b.Datum(j)
	return types.Compare(a.Type.OID, &x, &y, collation)
}

func compareOrdered(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// nullHash is what a NULL adds to a row's hash: grouping takes NULLs for equal.
const nullHash = 0x2545f4914f6cdd1d

// HashInto mixes the column's value of each row of sel into hashes[i]; values that Compare equal, and NULLs, mix alike.
// Callers set hashes to one seed before the first column of a key.
func HashInto(c *Column, sel []int32, hashes []uint64) {
	switch c.Kind {
	case types.KindInt:
		for _, i := range sel {
			hashes[i] = mix(hashes[i], c, i, types.HashInt(c.Ints[i]))
		}
	case types.KindFloat:
		for _, i := range sel {
			hashes[i] = mix(hashes[i], c, i, types.HashFloat(c.Floats[i]))
		}
	case types.KindNumeric:
		for _, i := range sel {
			hashes[i] = mix(hashes[i], c, i, types.HashNumeric(&c.Nums[i]))
		}
	case types.KindBool:
		for _, i := range sel {
			h := uint64(0xa5a5)
			if c.Bools[i] {
				h = 0x5a5a5a
			}
			hashes[i] = mix(hashes[i], c, i, h)
		}
	default:
		plain := c.Kind == types.KindBytes && plainHash(c.Type.OID)
		for _, i := range sel {
			switch {
			case c.Null(i):
				hashes[i] = mix(hashes[i], c, i, 0)
			case plain:
				hashes[i] = mix(hashes[i], c, i, types.HashBytes(c.Bytes(i)))
			default:
				d := c.Datum(i)
				hashes[i] = mix(hashes[i], c, i, types.Hash(c.Type.OID, &d))
			}
		}
	}
}

// plainHash tells the byte types whose equal values have equal bytes.
func plainHash(oid types.OID) bool {
	switch oid {
	case types.TextOID, types.VarcharOID, types.NameOID, types.ByteaOID, types.UUIDOID:
		return true
	}
	return false
}

func mix(seed uint64, c *Column, i int32, h uint64) uint64 {
	if c.HasNulls && c.Nulls[i] {
		h = nullHash
	}
	return types.HashInt(int64(seed*31 ^ h))
}
