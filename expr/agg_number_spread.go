package expr

import (
	"math"

	"howdah/types"
	"howdah/vector"
)

// spreadAggregates are the variances and standard deviations.
var spreadAggregates = makeSpreadAggregates()

func makeSpreadAggregates() map[string]NewAggregate {
	m := map[string]NewAggregate{}
	for name, how := range map[string]struct{ sample, root bool }{
		"var_pop": {false, false}, "var_samp": {true, false}, "variance": {true, false},
		"stddev_pop": {false, true}, "stddev_samp": {true, true}, "stddev": {true, true},
	} {
		result := func(s *squareSum, out *vector.Column, i int32) error {
			v, ok, err := s.sum.Spread(&s.squares, s.count, how.sample, how.root)
			if !ok {
				out.SetNull(i)
			} else {
				out.Nums[i] = v
			}
			return err
		}
		for _, t := range []string{"int2", "int4", "int8"} {
			m[name+"("+t+")"] = flatAggregate(addIntSquares, result)
		}
		m[name+"(numeric)"] = flatAggregate(addNumericSquares, result)
		float := func(s *moments, out *vector.Column, i int32) error {
			n := s.n
			if how.sample {
				n--
			}
			if s.n == 0 || n == 0 {
				out.SetNull(i)
				return nil
			}
			v := s.sxx / n
			if how.root {
				v = math.Sqrt(v)
			}
			out.Floats[i] = v
			return nil
		}
		m[name+"(float4)"], m[name+"(float8)"] = flatAggregate(addMoments, float), flatAggregate(addMoments, float)
	}
	return m
}

// squareSum is what exact variances are made of.
type squareSum struct {
	sum, squares types.NumericSum
	count        int64
}

func addIntSquares(states []squareSum, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s, v := &states[groups[k]], col.Ints[i]
		s.sum.AddInt(v)
		s.squares.AddSquare(v)
		s.count++
	}
	return 0, nil
}

func addNumericSquares(states []squareSum, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s, v := &states[groups[k]], &col.Nums[i]
		sq, err := v.Mul(*v)
		if err != nil {
			return 0, err
		}
		s.sum.Add(v)
		s.squares.Add(&sq)
		s.count++
	}
	return 0, nil
}

// moments are Youngs and Cramer's running sums (float8_accum): sxx is the sum of squared distances from the mean.
type moments struct{ n, sx, sxx float64 }

func addMoments(states []moments, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s, v := &states[groups[k]], col.Floats[i]
		before := *s
		s.n++
		s.sx += v
		if before.n > 0 {
			// The conversions forbid fused multiply-adds, which would round otherwise than PostgreSQL.
			t := float64(v*s.n) - s.sx
			s.sxx += float64(t*t) / float64(s.n*before.n)
			if math.IsInf(s.sx, 0) || math.IsInf(s.sxx, 0) {
				if !math.IsInf(before.sx, 0) && !math.IsInf(v, 0) {
					return 0, errFloatOverflow.Clone()
				}
				s.sxx = math.NaN()
			}
		} else if math.IsInf(v, 0) || v != v {
			s.sxx = math.NaN()
		}
	}
	return 0, nil
}

func momentAverage(s *moments, out *vector.Column, i int32) error {
	if s.n == 0 {
		out.SetNull(i)
		return nil
	}
	out.Floats[i] = s.sx / s.n
	return nil
}
