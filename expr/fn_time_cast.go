package expr

import (
	"howdah/types"
	"howdah/vector"
)

// timeCastKernels convert between date and time types, make them, and move them between zones.
var timeCastKernels = makeTimeCastKernels()

func makeTimeCastKernels() map[string]Kernel {
	finite := func(is func(int64) bool) Kernel {
		return computed1(columnInts, columnBools, func(_ *Call, v int64) (bool, error) { return is(v), nil })
	}
	m := map[string]Kernel{
		"date_finite": finite(types.DateFinite), "timestamp_finite": finite(types.TimestampFinite),

		"date_timestamp":   computed1(columnInts, columnInts, func(_ *Call, d int64) (int64, error) { return types.DateToTimestamp(d, nil) }),
		"date_timestamptz": computed1(columnInts, columnInts, func(c *Call, d int64) (int64, error) { return types.DateToTimestamp(d, c.zone()) }),
		"timestamp_date":   computed1(columnInts, columnInts, func(_ *Call, t int64) (int64, error) { return types.TimestampToDate(t, nil) }),
		"timestamptz_date": computed1(columnInts, columnInts, func(c *Call, t int64) (int64, error) { return types.TimestampToDate(t, c.zone()) }),
		"timestamp_timestamptz": computed1(columnInts, columnInts, func(c *Call, t int64) (int64, error) {
			return types.LocalToTimestamptz(t, c.zone())
		}),
		"timestamptz_timestamp": computed1(columnInts, columnInts, func(c *Call, t int64) (int64, error) {
			return types.TimestamptzToLocal(t, c.zone())
		}),
		"timestamp_time":     timeOfTimestamp(false),
		"timestamptz_time":   timeOfTimestamp(true),
		"timestamptz_timetz": timetzOfTimestamp,
		"timetz_time":        intsKernel(func(c *Call, i int32) (int64, error) { return timetzOf(c.Args[0], i).Micros, nil }),
		"time_timetz":        timetzKernel(timeToTimetz),

		"time_scale": computed2(columnInts, columnInts, columnInts, func(_ *Call, t, typmod int64) (int64, error) {
			return types.RoundTime(t, int32(typmod)), nil
		}),
		"timetz_scale": timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
			t := timetzOf(c.Args[0], i)
			t.Micros = types.RoundTime(t.Micros, int32(c.Args[1].Ints[i]))
			return t, nil
		}),
		"float8_timestamptz": computed1(columnFloats, columnInts, func(_ *Call, v float64) (int64, error) { return types.UnixToTimestamptz(v) }),

		"make_date": intsKernel(func(c *Call, i int32) (int64, error) {
			return types.MakeDate(int(c.Args[0].Ints[i]), int(c.Args[1].Ints[i]), int(c.Args[2].Ints[i]))
		}),
		"make_time": intsKernel(func(c *Call, i int32) (int64, error) {
			return types.MakeTime(int(c.Args[0].Ints[i]), int(c.Args[1].Ints[i]), c.Args[2].Floats[i])
		}),
		"make_timestamp": intsKernel(makeTimestamp),
		"make_timestamptz": intsKernel(func(c *Call, i int32) (int64, error) {
			t, err := makeTimestamp(c, i)
			if err != nil {
				return 0, err
			}
			return types.LocalToTimestamptz(t, c.zone())
		}),
		"make_timestamptz_at_timezone": intsKernel(func(c *Call, i int32) (int64, error) {
			n := func(arg int) int { return int(c.Args[arg].Ints[i]) }
			return types.MakeTimestamptzAt(n(0), n(1), n(2), n(3), n(4), c.Args[5].Floats[i], c.Args[6].Bytes(i), func() (*types.ZoneSpec, error) { return c.zoneAt(6, i) })
		}),

		"now":                 moment(func(e *Env) int64 { return types.MicrosOf(e.Now) }),
		"statement_timestamp": moment(func(e *Env) int64 { return types.MicrosOf(e.StmtTime) }),
		"clock_timestamp":     clockTimestamp,
		"timeofday":           timeOfDay,
	}
	scale := computed2(columnInts, columnInts, columnInts, func(_ *Call, t, typmod int64) (int64, error) {
		return types.RoundTimestamp(t, int32(typmod))
	})
	m["timestamp_scale"], m["timestamptz_scale"] = scale, scale
	zoneKernels(m)
	return m
}

func makeTimestamp(c *Call, i int32) (int64, error) {
	n := func(arg int) int { return int(c.Args[arg].Ints[i]) }
	return types.MakeTimestamp(n(0), n(1), n(2), n(3), n(4), c.Args[5].Floats[i])
}

func timeOfTimestamp(zoned bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		zone := c.zone()
		if !zoned {
			zone = nil
		}
		for _, i := range sel {
			t := c.Args[0].Ints[i]
			if !types.TimestampFinite(t) {
				out.SetNull(i)
				continue
			}
			out.Ints[i], _ = types.TimeOf(t, zone)
		}
		return nil
	}
}

func timetzOfTimestamp(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		t := c.Args[0].Ints[i]
		if !types.TimestampFinite(t) {
			out.SetNull(i)
			continue
		}
		tod, east := types.TimeOf(t, c.zone())
		setTimetz(out, i, types.Timetz{Micros: tod, West: int32(-east)})
	}
	return nil
}

// timeToTimetz takes the offset that holds at that time today.
func timeToTimetz(c *Call, i int32) (types.Timetz, error) {
	return zonedToday(c.Env, c.Args[0].Ints[i])
}

// moment makes a kernel of a time that the whole query shares.
func moment(of func(*Env) int64) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		t := of(c.Env)
		for _, i := range sel {
			out.Ints[i] = t
		}
		return nil
	}
}
