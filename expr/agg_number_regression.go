package expr

import (
	"math"

	"howdah/vector"
)

// regressionAggregates are the statistics of pairs (y, x).
var regressionAggregates = makeRegressionAggregates()

func makeRegressionAggregates() map[string]NewAggregate {
	m := map[string]NewAggregate{"regr_count(float8,float8)": flatAggregate(countRows, countResult)}
	for name, r := range regressions {
		m[name+"(float8,float8)"] = r.aggregate()
	}
	return m
}

// regression is a statistic of pairs that needs a number of them and may be undefined.
type regression struct {
	least float64
	value func(*pairs) (float64, bool)
}

var regressions = map[string]regression{
	"regr_sxx":   {1, func(s *pairs) (float64, bool) { return s.sxx, true }},
	"regr_syy":   {1, func(s *pairs) (float64, bool) { return s.syy, true }},
	"regr_sxy":   {1, func(s *pairs) (float64, bool) { return s.sxy, true }},
	"regr_avgx":  {1, func(s *pairs) (float64, bool) { return s.sx / s.n, true }},
	"regr_avgy":  {1, func(s *pairs) (float64, bool) { return s.sy / s.n, true }},
	"covar_pop":  {1, func(s *pairs) (float64, bool) { return s.sxy / s.n, true }},
	"covar_samp": {2, func(s *pairs) (float64, bool) { return s.sxy / (s.n - 1), true }},
	"corr": {1, func(s *pairs) (float64, bool) {
		return s.sxy / math.Sqrt(s.sxx*s.syy), s.sxx != 0 && s.syy != 0
	}},
	"regr_r2": {1, func(s *pairs) (float64, bool) {
		if s.syy == 0 && s.sxx != 0 {
			return 1, true
		}
		return float64(s.sxy*s.sxy) / float64(s.sxx*s.syy), s.sxx != 0
	}},
	"regr_slope": {1, func(s *pairs) (float64, bool) { return s.sxy / s.sxx, s.sxx != 0 }},
	"regr_intercept": {1, func(s *pairs) (float64, bool) {
		return (s.sy - float64(s.sx*s.sxy)/s.sxx) / s.n, s.sxx != 0
	}},
}

// pairs are the running sums of float8_regr_accum.
type pairs struct{ n, sx, sxx, sy, syy, sxy float64 }

func (r regression) aggregate() NewAggregate {
	return flatAggregate(addPairs, func(s *pairs, out *vector.Column, i int32) error {
		if s.n >= r.least {
			if v, ok := r.value(s); ok {
				out.Floats[i] = v
				return nil
			}
		}
		out.SetNull(i)
		return nil
	})
}

func addPairs(states []pairs, c *Call, groups, sel []int32) (int64, error) {
	inf := func(v float64) bool { return math.IsInf(v, 0) }
	for k, i := range sel {
		s, y, x := &states[groups[k]], c.Args[0].Floats[i], c.Args[1].Floats[i]
		before := *s
		s.n++
		s.sx += x
		s.sy += y
		if before.n > 0 {
			tx, ty := float64(x*s.n)-s.sx, float64(y*s.n)-s.sy
			scale := 1 / float64(s.n*before.n)
			s.sxx += float64(float64(tx*tx) * scale)
			s.syy += float64(float64(ty*ty) * scale)
			s.sxy += float64(float64(tx*ty) * scale)
			if inf(s.sx) || inf(s.sxx) || inf(s.sy) || inf(s.syy) || inf(s.sxy) {
				finiteX, finiteY := !inf(before.sx) && !inf(x), !inf(before.sy) && !inf(y)
				if (inf(s.sx) || inf(s.sxx)) && finiteX || (inf(s.sy) || inf(s.syy)) && finiteY || inf(s.sxy) && finiteX && finiteY {
					return 0, errFloatOverflow.Clone()
				}
				for _, v := range []*float64{&s.sxx, &s.syy, &s.sxy} {
					if inf(*v) {
						*v = math.NaN()
					}
				}
			}
			continue
		}
		if inf(x) || x != x {
			s.sxx, s.sxy = math.NaN(), math.NaN()
		}
		if inf(y) || y != y {
			s.syy, s.sxy = math.NaN(), math.NaN()
		}
	}
	return 0, nil
}
