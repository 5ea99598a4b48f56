package expr

import (
	"cmp"

	"howdah/internal/pgdata"
	"howdah/types"
	"howdah/vector"
)

// minmaxAggregates are min and max of every type that PostgreSQL has them for.
var minmaxAggregates = makeMinmaxAggregates()

func makeMinmaxAggregates() map[string]NewAggregate {
	m := map[string]NewAggregate{}
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Kind != 'a' || p.Name != "min" && p.Name != "max" {
			continue
		}
		sign := 1
		if p.Name == "min" {
			sign = -1
		}
		// Of two equal values the later one stays, but for bpchar.
		t := types.OID(p.ArgTypes[0])
		switch types.KindOf(t) {
		case types.KindInt:
			m[signature(p)] = flatAggregate(extremeInts(sign), intResult)
		case types.KindFloat:
			m[signature(p)] = flatAggregate(extremeFloats(sign), floatSumResult)
		case types.KindNumeric:
			m[signature(p)] = flatAggregate(extremeNumerics(sign), numericResult)
		default:
			m[signature(p)] = flatAggregate(extremeDatums(sign, t == types.BpcharOID), datumResult)
		}
	}
	return m
}

func extremeInts(sign int) adder[intState] {
	return func(states []intState, c *Call, groups, sel []int32) (int64, error) {
		values := c.Args[0].Ints
		for k, i := range sel {
			if s, v := &states[groups[k]], values[i]; !s.has || cmp.Compare(v, s.v)*sign > 0 {
				*s = intState{v, true}
			}
		}
		return 0, nil
	}
}

func extremeFloats(sign int) adder[floatSum] {
	return func(states []floatSum, c *Call, groups, sel []int32) (int64, error) {
		values := c.Args[0].Floats
		for k, i := range sel {
			if s, v := &states[groups[k]], values[i]; !s.has || types.CompareFloat(v, s.sum)*sign >= 0 {
				*s = floatSum{v, true}
			}
		}
		return 0, nil
	}
}

// numericState is a numeric, if there was one.
type numericState struct {
	v   types.Numeric
	has bool
}

func extremeNumerics(sign int) adder[numericState] {
	return func(states []numericState, c *Call, groups, sel []int32) (int64, error) {
		values := c.Args[0].Nums
		for k, i := range sel {
			if s := &states[groups[k]]; !s.has || types.CompareNumeric(&values[i], &s.v)*sign >= 0 {
				*s = numericState{values[i], true}
			}
		}
		return 0, nil
	}
}

func numericResult(s *numericState, out *vector.Column, i int32) error {
	if !s.has {
		out.SetNull(i)
		return nil
	}
	out.Nums[i] = s.v
	return nil
}

// datumState is a value of any type, if there was one. Its bytes are the state's own and are written over.
type datumState struct {
	v   types.Datum
	has bool
}

func extremeDatums(sign int, keepFirst bool) adder[datumState] {
	return func(states []datumState, c *Call, groups, sel []int32) (grown int64, err error) {
		col := c.Args[0]
		var v types.Datum // one for all rows, as it escapes
		for k, i := range sel {
			s := &states[groups[k]]
			v = col.Datum(i)
			if s.has {
				order := types.Compare(col.Type.OID, &v, &s.v, c.Collation) * sign
				if order < 0 || order == 0 && keepFirst {
					continue
				}
			}
			own := s.v.Bytes
			s.has = true
			if col.Kind != types.KindBytes {
				s.v = v.Clone()
			} else {
				s.v = v
				grown -= int64(cap(own))
				s.v.Bytes = append(own[:0], v.Bytes...)
				grown += int64(cap(s.v.Bytes))
			}
		}
		return grown, nil
	}
}

func datumResult(s *datumState, out *vector.Column, i int32) error {
	if !s.has {
		out.SetNull(i)
		return nil
	}
	out.Set(i, s.v)
	return nil
}
