package expr

import (
	"math"

	"howdah/types"
	"howdah/vector"
)

// sumAggregates are sum and avg of numbers.
var sumAggregates = map[string]NewAggregate{
	"sum(int2)":    flatAggregate(addSmallInts, smallSumResult),
	"sum(int4)":    flatAggregate(addSmallInts, smallSumResult),
	"sum(int8)":    flatAggregate(addBigInts, numericSumResult),
	"sum(numeric)": flatAggregate(addNumerics, numericSumResult),
	"sum(float4)":  flatAggregate(addReals, floatSumResult),
	"sum(float8)":  flatAggregate(addDoubles, floatSumResult),

	"avg(int2)":    flatAggregate(addSmallInts, smallAverage),
	"avg(int4)":    flatAggregate(addSmallInts, smallAverage),
	"avg(int8)":    flatAggregate(addBigInts, numericAverage),
	"avg(numeric)": flatAggregate(addNumerics, numericAverage),
	"avg(float4)":  flatAggregate(addMoments, momentAverage),
	"avg(float8)":  flatAggregate(addMoments, momentAverage),
}

// smallSum adds up integers of 16 and 32 bits: no file has rows enough to overflow it.
type smallSum struct{ sum, count int64 }

func addSmallInts(states []smallSum, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	values := col.Ints
	if len(states) == 1 {
		var sum int64
		for _, i := range sel {
			sum += values[i]
		}
		states[0].sum += sum
		states[0].count += int64(len(sel))
		return 0, nil
	}
	for k, i := range sel {
		s := &states[groups[k]]
		s.sum += values[i]
		s.count++
	}
	return 0, nil
}

func smallSumResult(s *smallSum, out *vector.Column, i int32) error {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Ints[i] = s.sum
	return nil
}

func smallAverage(s *smallSum, out *vector.Column, i int32) (err error) {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Nums[i], err = types.NumericFromInt(s.sum).Div(types.NumericFromInt(s.count))
	return err
}

// numericSum adds up what is exact and wide.
type numericSum struct {
	sum   types.NumericSum
	count int64
}

func addBigInts(states []numericSum, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s := &states[groups[k]]
		s.sum.AddInt(col.Ints[i])
		s.count++
	}
	return 0, nil
}

func addNumerics(states []numericSum, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s := &states[groups[k]]
		s.sum.Add(&col.Nums[i])
		s.count++
	}
	return 0, nil
}

func numericSumResult(s *numericSum, out *vector.Column, i int32) (err error) {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Nums[i], err = s.sum.Value()
	return err
}

func numericAverage(s *numericSum, out *vector.Column, i int32) (err error) {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Nums[i], err = s.sum.Average(s.count)
	return err
}

// floatSum is a sum in input order, as PostgreSQL's without parallel workers.
type floatSum struct {
	sum float64
	has bool
}

func addReals(states []floatSum, c *Call, groups, sel []int32) (int64, error) {
	return addFloats(states, c, groups, sel, roundToReal)
}

func addDoubles(states []floatSum, c *Call, groups, sel []int32) (int64, error) {
	return addFloats(states, c, groups, sel, keepFloat)
}

func addFloats(states []floatSum, c *Call, groups, sel []int32, round func(float64) float64) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s, v := &states[groups[k]], col.Floats[i]
		if !s.has {
			*s = floatSum{v, true}
			continue
		}
		sum := round(s.sum + v)
		if math.IsInf(sum, 0) && !math.IsInf(s.sum, 0) && !math.IsInf(v, 0) {
			return 0, errFloatOverflow.Clone()
		}
		s.sum = sum
	}
	return 0, nil
}

func floatSumResult(s *floatSum, out *vector.Column, i int32) error {
	if !s.has {
		out.SetNull(i)
		return nil
	}
	out.Floats[i] = s.sum
	return nil
}
