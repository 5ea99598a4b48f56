package expr

import (
	"howdah/types"
	"howdah/vector"
)

// timeAggregates are sum and avg of intervals; min and max are those of every type.
var timeAggregates = map[string]NewAggregate{
	"sum(interval)": flatAggregate(addIntervals, intervalSum),
	"avg(interval)": flatAggregate(addIntervals, intervalAverage),
}

type intervalState struct {
	sum   types.Interval
	count int64
}

func addIntervals(states []intervalState, c *Call, groups, sel []int32) (_ int64, err error) {
	values := c.Args[0].Intervals
	for k, i := range sel {
		s := &states[groups[k]]
		if s.sum, err = s.sum.Add(values[i]); err != nil {
			return 0, err
		}
		s.count++
	}
	return 0, nil
}

func intervalSum(s *intervalState, out *vector.Column, i int32) error {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Intervals[i] = s.sum
	return nil
}

func intervalAverage(s *intervalState, out *vector.Column, i int32) (err error) {
	if s.count == 0 {
		out.SetNull(i)
		return nil
	}
	out.Intervals[i], err = s.sum.Div(float64(s.count))
	return err
}
