package types

import (
	"encoding/binary"
	"iter"
	"slices"
)

// A multirange is a list of ranges, none empty, in order, with gaps between them, after multirangetypes.c. Stored it is the
// number of ranges and each with its length, which is its binary form too.

// AppendMulti appends the stored form of ranges that are normal already.
func (rt *RangeType) AppendMulti(dst []byte, list []Range) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(list)))
	for i := range list {
		at := len(dst)
		dst = rt.Append(append(dst, 0, 0, 0, 0), &list[i])
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst
}

// DecodeMulti reads a stored multirange and appends its ranges to list.
func (rt *RangeType) DecodeMulti(list []Range, b []byte) []Range {
	for r := range rt.eachRange(b) {
		list = append(list, r)
	}
	return list
}

// eachRange goes through the ranges of a stored multirange.
func (rt *RangeType) eachRange(b []byte) iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for rest := b[4:]; len(rest) > 0; {
			size := 4 + int(binary.BigEndian.Uint32(rest))
			if !yield(rt.Decode(rest[4:size])) {
				return
			}
			rest = rest[size:]
		}
	}
}

// compareStored is CompareMulti of stored multiranges.
func (rt *RangeType) compareStored(a, b []byte) int {
	x, y := a[4:], b[4:]
	for len(x) > 0 && len(y) > 0 {
		n, m := 4+int(binary.BigEndian.Uint32(x)), 4+int(binary.BigEndian.Uint32(y))
		r, s := rt.Decode(x[4:n]), rt.Decode(y[4:m])
		if c := rt.Compare(&r, &s); c != 0 {
			return c
		}
		x, y = x[n:], y[m:]
	}
	return int(binary.BigEndian.Uint32(a)) - int(binary.BigEndian.Uint32(b))
}

// Normalize sorts ranges, drops the empty ones and joins those that overlap or meet. It works in place.
func (rt *RangeType) Normalize(list []Range) ([]Range, error) {
	slices.SortStableFunc(list, func(a, b Range) int { return rt.Compare(&a, &b) })
	out := list[:0]
	for _, r := range list {
		if r.Empty {
			continue
		}
		if len(out) == 0 {
			out = append(out, r)
			continue
		}
		last := &out[len(out)-1]
		if !rt.Adjacent(last, &r) && rt.Before(last, &r) {
			out = append(out, r)
			continue
		}
		joined, err := rt.Union(last, &r, false)
		if err != nil {
			return nil, err
		}
		*last = joined
	}
	return out, nil
}

// CompareMulti orders multiranges range by range, a shorter one before what continues it (multirange_cmp).
func (rt *RangeType) CompareMulti(a, b []Range) int {
	for i := range min(len(a), len(b)) {
		if c := rt.Compare(&a[i], &b[i]); c != 0 {
			return c
		}
	}
	return len(a) - len(b)
}

// MultiHolds tells whether a value lies in one of the ranges.
func (rt *RangeType) MultiHolds(list []Range, v *RangeBound) bool {
	for i := range list {
		if rt.Holds(&list[i], v) {
			return true
		}
	}
	return false
}

// MultiContains tells whether each of b's ranges lies in one of a's. Like those of all lists here, a's and b's ranges are
// in order and apart, but that a single range may be empty.
func (rt *RangeType) MultiContains(a, b []Range) bool {
	i := 0
	for j := range b {
		if b[j].Empty {
			continue
		}
		for i < len(a) && rt.Before(&a[i], &b[j]) {
			i++
		}
		if i == len(a) || !rt.Contains(&a[i], &b[j]) {
			return false
		}
	}
	return true
}

// MultiOverlap tells whether a range of a overlaps one of b.
func (rt *RangeType) MultiOverlap(a, b []Range) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case rt.Overlap(&a[i], &b[j]):
			return true
		case rt.Before(&a[i], &b[j]):
			i++
		default:
			j++
		}
	}
	return false
}

// Span is the range from the first's lower to the last's upper bound; empty if there is none.
func (rt *RangeType) Span(list []Range) Range {
	if len(list) == 0 {
		return emptyRange
	}
	return Range{Lower: list[0].Lower, Upper: list[len(list)-1].Upper}
}

// MultiIntersect appends what both multiranges have to out, which is empty.
func (rt *RangeType) MultiIntersect(out, a, b []Range) ([]Range, error) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		r, err := rt.Intersect(&a[i], &b[j])
		if err != nil {
			return nil, err
		}
		if !r.Empty {
			out = append(out, r)
		}
		if rt.CompareBounds(&a[i].Upper, &b[j].Upper) <= 0 {
			i++
		} else {
			j++
		}
	}
	return rt.Normalize(out)
}

// MultiMinus appends a without all of b to out, which is empty.
func (rt *RangeType) MultiMinus(out, a, b []Range) ([]Range, error) {
	j := 0
	for _, r := range a {
		for j < len(b) && rt.Before(&b[j], &r) {
			j++
		}
		for k := j; k < len(b) && !r.Empty && !rt.Before(&r, &b[k]); k++ {
			if rt.CompareBounds(&r.Lower, &b[k].Lower) < 0 {
				left, err := rt.Make(r.Lower, turned(b[k].Lower))
				if err != nil {
					return nil, err
				}
				out = append(out, left)
			}
			if rt.CompareBounds(&r.Upper, &b[k].Upper) <= 0 {
				r = emptyRange
				break
			}
			rest, err := rt.Make(turned(b[k].Upper), r.Upper)
			if err != nil {
				return nil, err
			}
			r = rest
		}
		if !r.Empty {
			out = append(out, r)
		}
	}
	return rt.Normalize(out)
}
