package types

import (
	"encoding/binary"
	"math"
	"math/bits"

	"howdah/pgerr"
)

// The range and multirange types, by pg_type.oid.
const (
	Int4RangeOID      OID = 3904
	NumRangeOID       OID = 3906
	TsRangeOID        OID = 3908
	TstzRangeOID      OID = 3910
	DateRangeOID      OID = 3912
	Int8RangeOID      OID = 3926
	Int4MultirangeOID OID = 4451
	NumMultirangeOID  OID = 4532
	TsMultirangeOID   OID = 4533
	TstzMultirangeOID OID = 4534
	DateMultirangeOID OID = 4535
	Int8MultirangeOID OID = 4536
)

// RangeType is a range type, with the multirange type over it. Values of both are kept in their binary forms (range_send,
// multirange_send), so that they are byte values like any other; [Range] is what they are worked with as.
type RangeType struct {
	OID, Multi, Elem  OID
	Array, MultiArray OID
	Discrete          bool // canonical: a lower bound is inclusive, an upper one is not
	size              int  // of a bound's value; 0 = that of a numeric
}

var rangeTypes = [...]RangeType{
	{OID: Int4RangeOID, Multi: Int4MultirangeOID, Elem: Int4OID, Array: 3905, MultiArray: 6150, Discrete: true, size: 4},
	{OID: NumRangeOID, Multi: NumMultirangeOID, Elem: NumericOID, Array: 3907, MultiArray: 6151},
	{OID: TsRangeOID, Multi: TsMultirangeOID, Elem: TimestampOID, Array: 3909, MultiArray: 6152, size: 8},
	{OID: TstzRangeOID, Multi: TstzMultirangeOID, Elem: TimestamptzOID, Array: 3911, MultiArray: 6153, size: 8},
	{OID: DateRangeOID, Multi: DateMultirangeOID, Elem: DateOID, Array: 3913, MultiArray: 6155, Discrete: true, size: 4},
	{OID: Int8RangeOID, Multi: Int8MultirangeOID, Elem: Int8OID, Array: 3927, MultiArray: 6157, Discrete: true, size: 8},
}

// RangeTypeOf gives a range type by its own OID or that of its multirange; nil for other types.
func RangeTypeOf(t OID) *RangeType {
	if t < Int4RangeOID || t > Int8MultirangeOID {
		return nil
	}
	for i := range rangeTypes {
		if rangeTypes[i].OID == t || rangeTypes[i].Multi == t {
			return &rangeTypes[i]
		}
	}
	return nil
}

// RangeTypes are all of them.
func RangeTypes() []RangeType { return rangeTypes[:] }

// RangeBound is an end of a range. Its value is in Num for ranges of numerics, in Int for all others.
type RangeBound struct {
	Int       int64
	Num       Numeric
	Infinite  bool // there is no bound; not the value infinity
	Inclusive bool
	Lower     bool
}

// Range is a range value; the bounds of an empty one mean nothing.
type Range struct {
	Lower, Upper RangeBound
	Empty        bool
}

// Value gives a bound's value that is not infinite.
func (b *RangeBound) Value(rt *RangeType) Datum {
	if rt.size == 0 {
		return Datum{Num: b.Num}
	}
	return Datum{Int: b.Int}
}

// The flags of a range's binary form.
const (
	rangeEmpty = 1 << iota
	rangeLowerInc
	rangeUpperInc
	rangeLowerInf
	rangeUpperInf
)

func (r *Range) flags() (f byte) {
	if r.Empty {
		return rangeEmpty
	}
	if r.Lower.Infinite {
		f |= rangeLowerInf
	} else if r.Lower.Inclusive {
		f |= rangeLowerInc
	}
	if r.Upper.Infinite {
		f |= rangeUpperInf
	} else if r.Upper.Inclusive {
		f |= rangeUpperInc
	}
	return f
}

// Append appends the range's stored form, which is also its binary form.
func (rt *RangeType) Append(dst []byte, r *Range) []byte {
	f := r.flags()
	dst = append(dst, f)
	if f&(rangeEmpty|rangeLowerInf) == 0 {
		dst = rt.appendBound(dst, &r.Lower)
	}
	if f&(rangeEmpty|rangeUpperInf) == 0 {
		dst = rt.appendBound(dst, &r.Upper)
	}
	return dst
}

func (rt *RangeType) appendBound(dst []byte, b *RangeBound) []byte {
	switch rt.size {
	case 4:
		return AppendInt4Binary(append(dst, 0, 0, 0, 4), b.Int)
	case 8:
		return AppendInt8Binary(append(dst, 0, 0, 0, 8), b.Int)
	}
	at := len(dst)
	dst = AppendNumericBinary(append(dst, 0, 0, 0, 0), &b.Num)
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// Decode reads a stored range, as Append made it.
func (rt *RangeType) Decode(b []byte) (r Range) {
	f := b[0]
	b = b[1:]
	r.Empty = f&rangeEmpty != 0
	r.Lower = RangeBound{Infinite: f&rangeLowerInf != 0, Inclusive: f&rangeLowerInc != 0, Lower: true}
	r.Upper = RangeBound{Infinite: f&rangeUpperInf != 0, Inclusive: f&rangeUpperInc != 0}
	if r.Empty {
		return r
	}
	if !r.Lower.Infinite {
		b = rt.decodeBound(&r.Lower, b)
	}
	if !r.Upper.Infinite {
		rt.decodeBound(&r.Upper, b)
	}
	return r
}

func (rt *RangeType) decodeBound(to *RangeBound, b []byte) (rest []byte) {
	switch rt.size {
	case 4:
		to.Int = int64(int32(binary.BigEndian.Uint32(b[4:])))
		return b[8:]
	case 8:
		to.Int = int64(binary.BigEndian.Uint64(b[4:]))
		return b[12:]
	}
	n := 4 + int(binary.BigEndian.Uint32(b))
	var ok bool
	if to.Num, ok = storedNumeric(b[4:n]); !ok {
		to.Num, _ = ParseNumericBinary(b[4:n], -1) // appendBound wrote it
	}
	return b[n:]
}

// storedNumeric reads the binary form of a numeric of few digits, without allocating.
func storedNumeric(b []byte) (n Numeric, ok bool) {
	count, weight := len(b)/2-4, int(int16(binary.BigEndian.Uint16(b[2:])))
	sign, scale := binary.BigEndian.Uint16(b[4:]), int(binary.BigEndian.Uint16(b[6:]))
	if count > 4 || sign != 0 && sign != numSignNeg {
		return n, false
	}
	v := uint64(0)
	for d := b[8:]; len(d) > 0; d = d[2:] {
		v = v*10000 + uint64(binary.BigEndian.Uint16(d))
	}
	switch shift := scale - 4*(count-1-weight); {
	case v == 0:
	case shift < -3 || shift > 18:
		return n, false
	case shift < 0:
		v /= pow10[-shift]
	default:
		hi, lo := bits.Mul64(v, pow10[shift])
		if hi > 0 || lo > math.MaxInt64 {
			return n, false
		}
		v = lo
	}
	if sign == numSignNeg {
		return NewNumeric(-int64(v), scale), true
	}
	return NewNumeric(int64(v), scale), true
}

// compareValues orders the values of two bounds alone; no bound lies beyond all values (range_cmp_bound_values).
func (rt *RangeType) compareValues(a, b *RangeBound) int {
	switch {
	case a.Infinite && b.Infinite && a.Lower == b.Lower:
		return 0
	case a.Infinite && a.Lower, b.Infinite && !b.Lower && !a.Infinite:
		return -1
	case a.Infinite, b.Infinite:
		return 1
	case rt.size == 0:
		return CompareNumeric(&a.Num, &b.Num)
	}
	return compareInt(a.Int, b.Int)
}

// CompareBounds orders two bounds of any sides by what they let in (range_cmp_bounds).
func (rt *RangeType) CompareBounds(a, b *RangeBound) int {
	c := rt.compareValues(a, b)
	if c != 0 || a.Infinite || b.Infinite {
		return c
	}
	switch {
	case !a.Inclusive && !b.Inclusive:
		switch {
		case a.Lower == b.Lower:
			return 0
		case a.Lower:
			return 1
		}
		return -1
	case a.Inclusive && !b.Inclusive:
		if b.Lower {
			return -1
		}
		return 1
	case !a.Inclusive:
		if a.Lower {
			return 1
		}
		return -1
	}
	return 0
}

const dataException pgerr.Code = "22000"

// Make gives the range between two bounds in canonical form (make_range).
func (rt *RangeType) Make(lower, upper RangeBound) (Range, error) {
	lower.Lower, upper.Lower = true, false
	r := Range{Lower: lower, Upper: upper}
	c := rt.compareValues(&lower, &upper)
	if c > 0 {
		return r, pgerr.New(dataException, "range lower bound must be less than or equal to range upper bound")
	}
	if c == 0 && !(lower.Inclusive && upper.Inclusive) {
		return emptyRange, nil
	}
	r.Lower.Inclusive = lower.Inclusive && !lower.Infinite
	r.Upper.Inclusive = upper.Inclusive && !upper.Infinite
	if !rt.Discrete {
		return r, nil
	}
	if !r.Lower.Infinite && !r.Lower.Inclusive {
		if err := rt.advance(&r.Lower); err != nil {
			return r, err
		}
	}
	if r.Upper.Inclusive {
		if err := rt.advance(&r.Upper); err != nil {
			return r, err
		}
	}
	if rt.compareValues(&r.Lower, &r.Upper) == 0 && !(r.Lower.Inclusive && r.Upper.Inclusive) {
		return emptyRange, nil
	}
	return r, nil
}

var emptyRange = Range{Lower: RangeBound{Lower: true}, Empty: true}

// advance moves a bound of a discrete type to the next value and turns its inclusion; infinite dates stay.
func (rt *RangeType) advance(b *RangeBound) error {
	switch rt.Elem {
	case Int4OID:
		if b.Int == math.MaxInt32 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
		}
	case Int8OID:
		if b.Int == math.MaxInt64 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
		}
	default:
		if !DateFinite(b.Int) {
			return nil
		}
		if !ValidDate(b.Int + 1) {
			return errDateRange()
		}
	}
	b.Int++
	b.Inclusive = !b.Inclusive
	return nil
}

// Compare orders two ranges: empty ones first, then by lower, then by upper bounds (range_cmp).
func (rt *RangeType) Compare(a, b *Range) int {
	switch {
	case a.Empty && b.Empty:
		return 0
	case a.Empty:
		return -1
	case b.Empty:
		return 1
	}
	if c := rt.CompareBounds(&a.Lower, &b.Lower); c != 0 {
		return c
	}
	return rt.CompareBounds(&a.Upper, &b.Upper)
}

// PGHash is hash_range_extended; its low 32 bits under seed 0 are hash_range.
func (rt *RangeType) PGHash(r *Range, seed uint64) uint64 {
	bound := func(b *RangeBound) uint64 {
		switch {
		case r.Empty || b.Infinite:
			return 0
		case rt.size == 0:
			return PGHashNumeric(&b.Num, seed)
		case rt.size == 4:
			return PGHashUint32(uint32(b.Int), seed)
		}
		return PGHashInt8(b.Int, seed)
	}
	h := PGHashUint32(uint32(r.flags()), seed) ^ bound(&r.Lower)
	h = uint64(bits.RotateLeft32(uint32(h>>32), 1))<<32 | uint64(bits.RotateLeft32(uint32(h), 1))
	return h ^ bound(&r.Upper)
}

// hash mixes what Compare sees.
func (rt *RangeType) hash(r *Range) uint64 {
	h := uint64(r.flags()) + 1
	for _, b := range [...]*RangeBound{&r.Lower, &r.Upper} {
		var v uint64
		switch {
		case r.Empty || b.Infinite:
		case rt.size == 0:
			v = HashNumeric(&b.Num)
		default:
			v = HashInt(b.Int)
		}
		h = (h ^ v) * 0xff51afd7ed558ccd
	}
	return h
}
