package types

import "howdah/pgerr"

// The relations between ranges and what is made of two of them, after rangetypes.c.

// Holds tells whether a value, as a bound has it, lies in the range.
func (rt *RangeType) Holds(r *Range, v *RangeBound) bool {
	if r.Empty {
		return false
	}
	if !r.Lower.Infinite {
		if c := rt.compareValues(&r.Lower, v); c > 0 || c == 0 && !r.Lower.Inclusive {
			return false
		}
	}
	if !r.Upper.Infinite {
		if c := rt.compareValues(&r.Upper, v); c < 0 || c == 0 && !r.Upper.Inclusive {
			return false
		}
	}
	return true
}

// Contains tells whether all of b lies in a.
func (rt *RangeType) Contains(a, b *Range) bool {
	if b.Empty || a.Empty {
		return b.Empty
	}
	return rt.CompareBounds(&a.Lower, &b.Lower) <= 0 && rt.CompareBounds(&a.Upper, &b.Upper) >= 0
}

// Before tells whether a ends before b begins.
func (rt *RangeType) Before(a, b *Range) bool {
	return !a.Empty && !b.Empty && rt.CompareBounds(&a.Upper, &b.Lower) < 0
}

// OverLeft tells whether a does not end after b.
func (rt *RangeType) OverLeft(a, b *Range) bool {
	return !a.Empty && !b.Empty && rt.CompareBounds(&a.Upper, &b.Upper) <= 0
}

// OverRight tells whether a does not begin before b.
func (rt *RangeType) OverRight(a, b *Range) bool {
	return !a.Empty && !b.Empty && rt.CompareBounds(&a.Lower, &b.Lower) >= 0
}

// Overlap tells whether the ranges have something in common.
func (rt *RangeType) Overlap(a, b *Range) bool {
	return !a.Empty && !b.Empty && rt.CompareBounds(&a.Lower, &b.Upper) <= 0 && rt.CompareBounds(&b.Lower, &a.Upper) <= 0
}

// meets tells whether nothing lies between an upper and a lower bound, nor in both (bounds_adjacent).
func (rt *RangeType) meets(upper, lower *RangeBound) bool {
	c := rt.compareValues(upper, lower)
	if c == 0 {
		return upper.Inclusive != lower.Inclusive
	}
	if c > 0 || !rt.Discrete {
		return false
	}
	a, b := *upper, *lower
	a.Inclusive, b.Inclusive = !a.Inclusive, !b.Inclusive
	r, err := rt.Make(a, b)
	return err == nil && r.Empty
}

// Adjacent tells whether one range begins where the other ends.
func (rt *RangeType) Adjacent(a, b *Range) bool {
	return !a.Empty && !b.Empty && (rt.meets(&a.Upper, &b.Lower) || rt.meets(&b.Upper, &a.Lower))
}

// Union joins two ranges. Those that leave a gap are an error if strict, and filled if not.
func (rt *RangeType) Union(a, b *Range, strict bool) (Range, error) {
	if a.Empty {
		return *b, nil
	}
	if b.Empty {
		return *a, nil
	}
	if strict && !rt.Overlap(a, b) && !rt.Adjacent(a, b) {
		return Range{}, pgerr.New(dataException, "result of range union would not be contiguous")
	}
	lower, upper := b.Lower, b.Upper
	if rt.CompareBounds(&a.Lower, &b.Lower) < 0 {
		lower = a.Lower
	}
	if rt.CompareBounds(&a.Upper, &b.Upper) > 0 {
		upper = a.Upper
	}
	return rt.Make(lower, upper)
}

// Intersect gives what the ranges have in common.
func (rt *RangeType) Intersect(a, b *Range) (Range, error) {
	if !rt.Overlap(a, b) {
		return emptyRange, nil
	}
	lower, upper := b.Lower, b.Upper
	if rt.CompareBounds(&a.Lower, &b.Lower) >= 0 {
		lower = a.Lower
	}
	if rt.CompareBounds(&a.Upper, &b.Upper) <= 0 {
		upper = a.Upper
	}
	return rt.Make(lower, upper)
}

// Minus takes b out of a; what would be two ranges is an error.
func (rt *RangeType) Minus(a, b *Range) (Range, error) {
	if a.Empty || b.Empty {
		return *a, nil
	}
	ll, lu := rt.CompareBounds(&a.Lower, &b.Lower), rt.CompareBounds(&a.Lower, &b.Upper)
	ul, uu := rt.CompareBounds(&a.Upper, &b.Lower), rt.CompareBounds(&a.Upper, &b.Upper)
	switch {
	case ll < 0 && uu > 0:
		return Range{}, pgerr.New(dataException, "result of range difference would not be contiguous")
	case lu > 0 || ul < 0:
		return *a, nil
	case ll >= 0 && uu <= 0:
		return emptyRange, nil
	case ll <= 0 && uu <= 0:
		return rt.Make(a.Lower, turned(b.Lower))
	}
	return rt.Make(turned(b.Upper), a.Upper)
}

// turned is a bound seen from its other side.
func turned(b RangeBound) RangeBound {
	b.Inclusive, b.Lower = !b.Inclusive, !b.Lower
	return b
}
