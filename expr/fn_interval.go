package expr

import (
	"howdah/types"
	"howdah/vector"
)

// intervalKernels compute with intervals alone.
var intervalKernels = map[string]Kernel{
	"interval_um": computed1(columnIntervals, columnIntervals, func(_ *Call, v types.Interval) (types.Interval, error) { return v.Minus() }),
	"interval_pl": computed2(columnIntervals, columnIntervals, columnIntervals, func(_ *Call, v, w types.Interval) (types.Interval, error) { return v.Add(w) }),
	"interval_mi": computed2(columnIntervals, columnIntervals, columnIntervals, func(_ *Call, v, w types.Interval) (types.Interval, error) { return v.Sub(w) }),
	"interval_mul": computed2(columnIntervals, columnFloats, columnIntervals, func(_ *Call, v types.Interval, f float64) (types.Interval, error) {
		return v.Mul(f)
	}),
	"mul_d_interval": computed2(columnFloats, columnIntervals, columnIntervals, func(_ *Call, f float64, v types.Interval) (types.Interval, error) {
		return v.Mul(f)
	}),
	"interval_div": computed2(columnIntervals, columnFloats, columnIntervals, func(_ *Call, v types.Interval, f float64) (types.Interval, error) {
		return v.Div(f)
	}),
	"interval_justify_hours": computed1(columnIntervals, columnIntervals, func(_ *Call, v types.Interval) (types.Interval, error) {
		return v.JustifyHours()
	}),
	"interval_justify_days": computed1(columnIntervals, columnIntervals, func(_ *Call, v types.Interval) (types.Interval, error) {
		return v.JustifyDays()
	}),
	"interval_justify_interval": computed1(columnIntervals, columnIntervals, func(_ *Call, v types.Interval) (types.Interval, error) {
		return v.Justify()
	}),
	"interval_scale": computed2(columnIntervals, columnInts, columnIntervals, func(_ *Call, v types.Interval, typmod int64) (types.Interval, error) {
		return types.RoundInterval(v, int32(typmod))
	}),
	"interval_finite": func(_ *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = true
		}
		return nil
	},
	"time_interval": computed1(columnInts, columnIntervals, func(_ *Call, t int64) (types.Interval, error) { return types.Interval{Micros: t}, nil }),
	"interval_time": computed1(columnIntervals, columnInts, func(_ *Call, v types.Interval) (int64, error) { return intervalToTime(v), nil }),
	"make_interval": intervalKernel(func(c *Call, i int32) (types.Interval, error) {
		n := func(arg int) int32 { return int32(c.Args[arg].Ints[i]) }
		return types.MakeInterval(n(0), n(1), n(2), n(3), n(4), n(5), c.Args[6].Floats[i])
	}),
}

// intervalToTime takes whole days off the time part. Near the least of all intervals the days go round, as
// PostgreSQL's do, which leaves more than a day.
func intervalToTime(v types.Interval) int64 {
	const day = types.MicrosPerDay
	if v.Micros < 0 {
		return v.Micros + (-v.Micros+day-1)/day*day
	}
	return v.Micros % day
}
