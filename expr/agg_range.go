package expr

import (
	"unsafe"

	"howdah/types"
	"howdah/vector"
)

// rangeAggregates join ranges to multiranges, and intersect them.
var rangeAggregates = map[string]NewAggregate{
	"range_agg(anyrange)":                flatAggregate(collectRanges, rangesJoined),
	"range_agg(anymultirange)":           flatAggregate(collectRanges, rangesJoined),
	"range_intersect_agg(anyrange)":      flatAggregate(intersectRanges, rangesCommon),
	"range_intersect_agg(anymultirange)": flatAggregate(intersectRanges, rangesCommon),
}

// rangesState is a list of ranges, if there was an input.
type rangesState struct {
	list []types.Range
	has  bool
}

// grow is by how much the list's memory is more than it was.
func (s *rangesState) grown(before int) int64 {
	return int64(cap(s.list)-before) * int64(unsafe.Sizeof(types.Range{}))
}

// rangesOf appends the ranges of a row, of a range or of a multirange.
func rangesOf(list []types.Range, c *Call, i int32) []types.Range {
	t := c.ArgTypes[0].OID
	rt := types.RangeTypeOf(t)
	if rt.OID == t {
		return append(list, rt.Decode(c.Args[0].Bytes(i)))
	}
	return rt.DecodeMulti(list, c.Args[0].Bytes(i))
}

func collectRanges(states []rangesState, c *Call, groups, sel []int32) (grown int64, err error) {
	for k, i := range sel {
		s := &states[groups[k]]
		before := cap(s.list)
		s.list, s.has = rangesOf(s.list, c, i), true
		grown += s.grown(before)
	}
	return grown, nil
}

func rangesJoined(s *rangesState, out *vector.Column, i int32) error {
	if !s.has {
		out.SetNull(i)
		return nil
	}
	rt := types.RangeTypeOf(out.Type.OID)
	list, err := rt.Normalize(s.list)
	if err != nil {
		return err
	}
	s.list = list
	setMultirange(out, i, rt, list)
	return nil
}

func intersectRanges(states []rangesState, c *Call, groups, sel []int32) (grown int64, err error) {
	t := c.ArgTypes[0].OID
	rt := types.RangeTypeOf(t)
	var next []types.Range
	for k, i := range sel {
		s := &states[groups[k]]
		before := cap(s.list)
		switch {
		case !s.has:
			s.list, s.has = rangesOf(nil, c, i), true
		case rt.OID == t:
			r := rt.Decode(c.Args[0].Bytes(i))
			if s.list[0], err = rt.Intersect(&s.list[0], &r); err != nil {
				return grown, err
			}
		default:
			next = rangesOf(next[:0], c, i)
			if s.list, err = rt.MultiIntersect(nil, s.list, next); err != nil {
				return grown, err
			}
		}
		grown += s.grown(before)
	}
	return grown, nil
}

func rangesCommon(s *rangesState, out *vector.Column, i int32) error {
	rt := types.RangeTypeOf(out.Type.OID)
	switch {
	case !s.has:
		out.SetNull(i)
	case rt.OID == out.Type.OID:
		setRange(out, i, rt, &s.list[0])
	default:
		setMultirange(out, i, rt, s.list)
	}
	return nil
}
