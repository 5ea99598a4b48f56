package expr

import (
	"time"

	"howdah/types"
	"howdah/vector"
)

// timePartKernels are date_trunc, date_bin, date_part and extract.
var timePartKernels = makeTimePartKernels()

// seenUnit is a unit of time that a call remembers while its name is the same.
type seenUnit struct {
	text string
	unit types.Unit
	zone seenZone
	has  bool // zone
}

// unitAt gives the unit named by the first argument.
func (c *Call) unitAt(i int32, parse func([]byte) types.Unit) *seenUnit {
	name := c.Args[0].Bytes(i)
	seen, ok := c.State.(*seenUnit)
	if !ok || string(name) != seen.text {
		seen = &seenUnit{text: string(name), unit: parse(name)}
		c.State = seen
	}
	return seen
}

func makeTimePartKernels() map[string]Kernel {
	m := map[string]Kernel{
		"timestamp_trunc": intsKernel(func(c *Call, i int32) (int64, error) {
			return types.TruncTimestamp(&c.unitAt(i, types.ParsePeriodUnit).unit, c.Args[1].Ints[i], nil, types.TimestampOID)
		}),
		"timestamptz_trunc": intsKernel(func(c *Call, i int32) (int64, error) {
			return types.TruncTimestamp(&c.unitAt(i, types.ParsePeriodUnit).unit, c.Args[1].Ints[i], c.zone(), types.TimestamptzOID)
		}),
		"timestamptz_trunc_zone": intsKernel(truncInZone),
		"interval_trunc": intervalKernel(func(c *Call, i int32) (types.Interval, error) {
			return types.TruncInterval(&c.unitAt(i, types.ParsePeriodUnit).unit, c.Args[1].Intervals[i])
		}),
	}
	bin := intsKernel(func(c *Call, i int32) (int64, error) {
		return types.Bin(c.Args[0].Intervals[i], c.Args[1].Ints[i], c.Args[2].Ints[i])
	})
	m["timestamp_bin"], m["timestamptz_bin"] = bin, bin

	type partOf func(c *Call, u *types.Unit, i int32) (types.Part, error)
	for name, part := range map[string]partOf{
		"timestamp": func(c *Call, u *types.Unit, i int32) (types.Part, error) {
			return types.TimestampPart(u, c.Args[1].Ints[i], nil, false)
		},
		"timestamptz": func(c *Call, u *types.Unit, i int32) (types.Part, error) {
			return types.TimestampPart(u, c.Args[1].Ints[i], c.zone(), true)
		},
		"time": func(c *Call, u *types.Unit, i int32) (types.Part, error) {
			return types.TimePart(u, types.Timetz{Micros: c.Args[1].Ints[i]}, false)
		},
		"timetz": func(c *Call, u *types.Unit, i int32) (types.Part, error) {
			return types.TimePart(u, timetzOf(c.Args[1], i), true)
		},
		"interval": func(c *Call, u *types.Unit, i int32) (types.Part, error) {
			return types.IntervalPart(u, c.Args[1].Intervals[i])
		},
	} {
		m[name+"_part"] = floatPart(part)
		m["extract_"+name] = numericPart(part)
	}
	m["extract_date"] = numericPart(func(c *Call, u *types.Unit, i int32) (types.Part, error) { return types.DatePart(u, c.Args[1].Ints[i]) })
	m["date_part(text,date)"] = floatPart(func(c *Call, u *types.Unit, i int32) (types.Part, error) {
		t, err := types.DateToTimestamp(c.Args[1].Ints[i], nil)
		if err != nil {
			return types.Part{}, err
		}
		return types.TimestampPart(u, t, nil, false)
	})
	return m
}

func truncInZone(c *Call, i int32) (int64, error) {
	t := c.Args[1].Ints[i]
	if !types.TimestampFinite(t) {
		return t, nil
	}
	seen := c.unitAt(i, types.ParsePeriodUnit)
	if name := c.Args[2].Bytes(i); !seen.has || string(name) != seen.zone.name {
		z, err := types.ParseZone(name)
		if err != nil {
			return 0, err
		}
		seen.zone, seen.has = seenZone{string(name), z}, true
	}
	var zone *time.Location = seen.zone.zone.Location()
	return types.TruncTimestamp(&seen.unit, t, zone, types.TimestamptzOID)
}

func numericPart(part func(c *Call, u *types.Unit, i int32) (types.Part, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			p, err := part(c, &c.unitAt(i, types.ParseUnit).unit, i)
			if err != nil {
				return err
			}
			if p.Null {
				out.SetNull(i)
				continue
			}
			out.Nums[i] = p.Numeric()
		}
		return nil
	}
}

func floatPart(part func(c *Call, u *types.Unit, i int32) (types.Part, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			p, err := part(c, &c.unitAt(i, types.ParseUnit).unit, i)
			if err != nil {
				return err
			}
			if p.Null {
				out.SetNull(i)
				continue
			}
			out.Floats[i] = p.Float()
		}
		return nil
	}
}
