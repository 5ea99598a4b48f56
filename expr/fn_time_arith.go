package expr

import (
	"cmp"

	"howdah/types"
	"howdah/vector"
)

// timeArithmeticKernels add to and subtract from dates, times and timestamps.
var timeArithmeticKernels = makeTimeArithmeticKernels()

func makeTimeArithmeticKernels() map[string]Kernel {
	m := map[string]Kernel{
		"date_pli": computed2(columnInts, columnInts, columnInts, func(_ *Call, d, n int64) (int64, error) { return types.AddDays(d, n) }),
		"date_mii": computed2(columnInts, columnInts, columnInts, func(_ *Call, d, n int64) (int64, error) { return types.AddDays(d, -n) }),
		"date_mi":  computed2(columnInts, columnInts, columnInts, func(_ *Call, a, b int64) (int64, error) { return types.SubDates(a, b) }),
		"timestamp_mi": computed2(columnInts, columnInts, columnIntervals, func(_ *Call, a, b int64) (types.Interval, error) {
			return types.SubTimestamps(a, b)
		}),
		"timestamp_age": computed2(columnInts, columnInts, columnIntervals, func(_ *Call, a, b int64) (types.Interval, error) {
			return types.Age(a, b, nil)
		}),
		"timestamptz_age": computed2(columnInts, columnInts, columnIntervals, func(c *Call, a, b int64) (types.Interval, error) {
			return types.Age(a, b, c.zone())
		}),
		"age(timestamp)": computed1(columnInts, columnIntervals, func(c *Call, t int64) (types.Interval, error) {
			today, err := c.today()
			if err != nil {
				return types.Interval{}, err
			}
			return types.Age(today*types.MicrosPerDay, t, nil)
		}),
		"age(timestamptz)": computed1(columnInts, columnIntervals, func(c *Call, t int64) (types.Interval, error) {
			today, err := c.today()
			if err == nil {
				today, err = types.DateToTimestamp(today, c.zone())
			}
			if err != nil {
				return types.Interval{}, err
			}
			return types.Age(today, t, c.zone())
		}),

		"time_mi_time": computed2(columnInts, columnInts, columnIntervals, func(_ *Call, a, b int64) (types.Interval, error) {
			return types.Interval{Micros: a - b}, nil
		}),
		"time_pl_interval": computed2(columnInts, columnIntervals, columnInts, func(_ *Call, t int64, v types.Interval) (int64, error) {
			return types.WrapTime(t + v.Micros), nil
		}),
		"time_mi_interval": computed2(columnInts, columnIntervals, columnInts, func(_ *Call, t int64, v types.Interval) (int64, error) {
			return types.WrapTime(t - v.Micros), nil
		}),
		"timetz_pl_interval": timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
			t := timetzOf(c.Args[0], i)
			t.Micros = types.WrapTime(t.Micros + c.Args[1].Intervals[i].Micros)
			return t, nil
		}),
		"timetz_mi_interval": timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
			t := timetzOf(c.Args[0], i)
			t.Micros = types.WrapTime(t.Micros - c.Args[1].Intervals[i].Micros)
			return t, nil
		}),
		"datetime_timestamp": computed2(columnInts, columnInts, columnInts, func(_ *Call, d, t int64) (int64, error) { return types.AddDateTime(d, t) }),
		"datetimetz_timestamptz": intsKernel(func(c *Call, i int32) (int64, error) {
			return types.AddDateTimetz(c.Args[0].Ints[i], timetzOf(c.Args[1], i))
		}),
	}
	for name, sign := range map[string]bool{"_pl_interval": true, "_mi_interval": false} {
		span := func(v types.Interval) types.Interval {
			if sign {
				return v
			}
			return v.Neg()
		}
		m["timestamp"+name] = computed2(columnInts, columnIntervals, columnInts, func(_ *Call, t int64, v types.Interval) (int64, error) {
			return types.AddInterval(t, span(v), nil)
		})
		m["timestamptz"+name] = computed2(columnInts, columnIntervals, columnInts, func(c *Call, t int64, v types.Interval) (int64, error) {
			return types.AddInterval(t, span(v), c.zone())
		})
		m["date"+name] = computed2(columnInts, columnIntervals, columnInts, func(_ *Call, d int64, v types.Interval) (int64, error) {
			t, err := types.DateToTimestamp(d, nil)
			if err != nil {
				return 0, err
			}
			return types.AddInterval(t, span(v), nil)
		})
	}
	// Written in SQL: the same with the sides exchanged.
	m["interval_pl_date(interval,date)"] = flipped(m["date_pl_interval"])
	m["interval_pl_time(interval,time)"] = flipped(m["time_pl_interval"])
	m["interval_pl_timetz(interval,timetz)"] = flipped(m["timetz_pl_interval"])
	m["interval_pl_timestamp(interval,timestamp)"] = flipped(m["timestamp_pl_interval"])
	m["interval_pl_timestamptz(interval,timestamptz)"] = flipped(m["timestamptz_pl_interval"])
	m["integer_pl_date(int4,date)"] = flipped(m["date_pli"])
	m["timedate_pl(time,date)"] = flipped(m["datetime_timestamp"])
	m["timetzdate_pl(timetz,date)"] = flipped(m["datetimetz_timestamptz"])
	m["timestamptz(date,time)"] = computed2(columnInts, columnInts, columnInts, func(c *Call, d, t int64) (int64, error) {
		local, err := types.AddDateTime(d, t)
		if err != nil {
			return 0, err
		}
		return types.LocalToTimestamptz(local, c.zone())
	})
	overlapsKernels(m)
	return m
}

// today is current_date.
func (c *Call) today() (int64, error) {
	return types.TimestampToDate(types.MicrosOf(c.Env.Now), c.zone())
}

// overlapsKernels adds the forms of OVERLAPS.
func overlapsKernels(m map[string]Kernel) {
	plainEnd := func(_ *Call, end *vector.Column, i int32, _ int64) (int64, error) { return end.Ints[i], nil }
	compareInts := cmp.Compare[int64]
	m["overlaps_time"] = overlapsKernel(plainEnd, plainEnd, compareInts)
	m["overlaps_timestamp"] = m["overlaps_time"]
	m["overlaps_timetz"] = overlapsTimetz
	for name, add := range map[string]func(c *Call, t int64, v types.Interval) (int64, error){
		"time":        func(_ *Call, t int64, v types.Interval) (int64, error) { return types.WrapTime(t + v.Micros), nil },
		"timestamp":   func(_ *Call, t int64, v types.Interval) (int64, error) { return types.AddInterval(t, v, nil) },
		"timestamptz": func(c *Call, t int64, v types.Interval) (int64, error) { return types.AddInterval(t, v, c.zone()) },
	} {
		spanEnd := func(c *Call, end *vector.Column, i int32, start int64) (int64, error) {
			return add(c, start, end.Intervals[i])
		}
		m["overlaps("+name+",interval,"+name+",interval)"] = overlapsKernel(spanEnd, spanEnd, compareInts)
		m["overlaps("+name+","+name+","+name+",interval)"] = overlapsKernel(plainEnd, spanEnd, compareInts)
		m["overlaps("+name+",interval,"+name+","+name+")"] = overlapsKernel(spanEnd, plainEnd, compareInts)
	}
}

// overlapEnd gives the end of a period from its column and its start.
type overlapEnd func(c *Call, end *vector.Column, i int32, start int64) (int64, error)

func overlapsKernel(end1, end2 overlapEnd, compare func(a, b int64) int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			var v [4]int64
			var null [4]bool
			for k := range 4 {
				null[k] = c.Args[k].Null(i)
			}
			for k, end := range []overlapEnd{end1, end2} {
				start := 2 * k
				if !null[start] {
					v[start] = c.Args[start].Ints[i]
				}
				if null[start+1] {
					continue
				}
				if c.Args[start+1].Kind == types.KindInterval && null[start] {
					null[start+1] = true // start + length
					continue
				}
				var err error
				if v[start+1], err = end(c, c.Args[start+1], i, v[start]); err != nil {
					return err
				}
			}
			var known bool
			if out.Bools[i], known = overlap(v, null, compare); !known {
				out.SetNull(i)
			}
		}
		return nil
	}
}

func overlapsTimetz(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		var v [4]types.Timetz
		var null [4]bool
		for k := range 4 {
			if null[k] = c.Args[k].Null(i); !null[k] {
				v[k] = timetzOf(c.Args[k], i)
			}
		}
		var known bool
		if out.Bools[i], known = overlap(v, null, types.CompareTimetz); !known {
			out.SetNull(i)
		}
	}
	return nil
}

// overlap tells whether two periods overlap by their ends, of which the first of each comes to be the earlier, or the
// one that is known (overlaps_timestamp).
func overlap[T any](v [4]T, null [4]bool, compare func(a, b T) int) (yes, known bool) {
	for _, k := range []int{0, 2} {
		switch {
		case null[k] && null[k+1]:
			return false, false
		case null[k]:
			v[k], null[k], null[k+1] = v[k+1], false, true
		case !null[k+1] && compare(v[k], v[k+1]) > 0:
			v[k], v[k+1] = v[k+1], v[k]
		}
	}
	first, second := 0, 2
	switch order := compare(v[0], v[2]); {
	case order == 0:
		return !null[1] && !null[3], !null[1] && !null[3]
	case order > 0:
		first, second = 2, 0
	}
	// The later one begins before the earlier one ends.
	switch {
	case null[first+1]:
		return false, false
	case compare(v[second], v[first+1]) < 0:
		return true, true
	}
	return false, !null[second+1]
}
