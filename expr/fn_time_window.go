package expr

import (
	"cmp"
	"time"

	"howdah/types"
	"howdah/vector"
)

// timeInRangeKernels are in_range of dates and times: (value, base, offset, before, less). As PostgreSQL's, they look at
// the interval's sign first; of a time's offset only the interval's own time counts, and midnight is not passed.
var timeInRangeKernels = map[string]Kernel{
	"in_range_timestamp_interval": momentInRange(func(_ *Call, t int64) (int64, *time.Location, error) { return t, nil, nil }),
	"in_range_timestamptz_interval": momentInRange(func(c *Call, t int64) (int64, *time.Location, error) {
		return t, c.zone(), nil
	}),
	"in_range_date_interval": momentInRange(func(_ *Call, d int64) (int64, *time.Location, error) {
		t, err := types.DateToTimestamp(d, nil)
		return t, nil, err
	}),
	"in_range_interval_interval": intervalInRange,
	"in_range_time_interval":     timeInRange,
	"in_range_timetz_interval":   timetzInRange,
}

func within(order int, less bool) bool {
	if less {
		return order <= 0
	}
	return order >= 0
}

// momentInRange works on what moment makes of a value: a timestamp, and the zone that its days are counted in.
func momentInRange(moment func(c *Call, v int64) (int64, *time.Location, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, _, err := moment(c, c.Args[0].Ints[i])
			if err != nil {
				return err
			}
			base, zone, err := moment(c, c.Args[1].Ints[i])
			if err != nil {
				return err
			}
			d := c.Args[2].Intervals[i]
			if d.Sign() < 0 {
				return errWindowOffset()
			}
			if c.Args[3].Bools[i] {
				d = d.Neg()
			}
			sum, err := types.AddInterval(base, d, zone)
			if err != nil {
				return err
			}
			out.Bools[i] = within(cmp.Compare(v, sum), c.Args[4].Bools[i])
		}
		return nil
	}
}

func intervalInRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		d := c.Args[2].Intervals[i]
		if d.Sign() < 0 {
			return errWindowOffset()
		}
		sum, err := c.Args[1].Intervals[i].Add(d)
		if c.Args[3].Bools[i] {
			sum, err = c.Args[1].Intervals[i].Sub(d)
		}
		if err != nil {
			return err
		}
		out.Bools[i] = within(types.CompareIntervals(&c.Args[0].Intervals[i], &sum), c.Args[4].Bools[i])
	}
	return nil
}

func timeInRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		sum, err := shiftTime(c, i, c.Args[1].Ints[i])
		if err != nil {
			return err
		}
		out.Bools[i] = within(cmp.Compare(c.Args[0].Ints[i], sum), c.Args[4].Bools[i])
	}
	return nil
}

func timetzInRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		base := timetzOf(c.Args[1], i)
		sum, err := shiftTime(c, i, base.Micros)
		if err != nil {
			return err
		}
		base.Micros = sum
		out.Bools[i] = within(types.CompareTimetz(timetzOf(c.Args[0], i), base), c.Args[4].Bools[i])
	}
	return nil
}

// shiftTime moves a time by row i's offset. PostgreSQL 15 lets the sum wrap round.
func shiftTime(c *Call, i int32, base int64) (int64, error) {
	d := c.Args[2].Intervals[i].Micros
	if d < 0 {
		return 0, errWindowOffset()
	}
	if c.Args[3].Bools[i] {
		return base - d, nil
	}
	return base + d, nil
}
