package expr

import (
	"time"

	"howdah/types"
	"howdah/vector"
)

func clockTimestamp(_ *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = types.MicrosOf(time.Now())
	}
	return nil
}

func timeOfDay(c *Call, out *vector.Column, sel []int32) error {
	zone := c.zone()
	if zone == nil {
		zone = time.UTC
	}
	for _, i := range sel {
		out.SetBytes(i, []byte(time.Now().In(zone).Format("Mon Jan 02 15:04:05.000000 2006 MST")))
	}
	return nil
}

// zoneAt gives the zone named by an argument, remembered while the name is the same.
func (c *Call) zoneAt(arg int, i int32) (*types.ZoneSpec, error) {
	name := c.Args[arg].Bytes(i)
	seen, ok := c.State.(*seenZone)
	if ok && string(name) == seen.name {
		return &seen.zone, nil
	}
	z, err := types.ParseZone(name)
	if err != nil {
		return nil, err
	}
	seen = &seenZone{string(name), z}
	c.State = seen
	return &seen.zone, nil
}

type seenZone struct {
	name string
	zone types.ZoneSpec
}

// zoneKernels adds AT TIME ZONE (function timezone).
func zoneKernels(m map[string]Kernel) {
	named := func(move func(*types.ZoneSpec, int64) (int64, error)) Kernel {
		return intsKernel(func(c *Call, i int32) (int64, error) {
			t := c.Args[1].Ints[i]
			if !types.TimestampFinite(t) { // the zone is not looked up
				return t, nil
			}
			z, err := c.zoneAt(0, i)
			if err != nil {
				return 0, err
			}
			return move(z, t)
		})
	}
	m["timestamp_zone"], m["timestamptz_zone"] = named((*types.ZoneSpec).ToUTC), named((*types.ZoneSpec).ToLocal)
	shifted := func(sign int) Kernel {
		return computed2(columnIntervals, columnInts, columnInts, func(c *Call, v types.Interval, t int64) (int64, error) {
			if !types.TimestampFinite(t) {
				return t, nil
			}
			east, err := types.IntervalZone(v, c.Env.Style)
			if err != nil {
				return 0, err
			}
			return types.ShiftTimestamp(t, sign*east)
		})
	}
	m["timestamp_izone"], m["timestamptz_izone"] = shifted(-1), shifted(1)
	m["timetz_zone"] = timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
		z, err := c.zoneAt(0, i)
		if err != nil {
			return types.Timetz{}, err
		}
		return types.ShiftTimetz(timetzOf(c.Args[1], i), -z.EastAt(types.MicrosOf(c.Env.Now))), nil
	})
	m["timetz_izone"] = timetzKernel(func(c *Call, i int32) (types.Timetz, error) {
		east, err := types.IntervalZone(c.Args[0].Intervals[i], c.Env.Style)
		if err != nil {
			return types.Timetz{}, err
		}
		return types.ShiftTimetz(timetzOf(c.Args[1], i), -east), nil
	})
}
