package expr

import (
	"time"

	"howdah/pgerr"
	"howdah/types"
)

// timeSets are generate_series over timestamps.
var timeSets = map[string]SetKernel{
	"generate_series_timestamp":   momentSeries(false),
	"generate_series_timestamptz": momentSeries(true),
}

func momentSeries(zoned bool) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) (err error) {
		t, end, step := c.Args[0].Ints[row], c.Args[1].Ints[row], c.Args[2].Intervals[row]
		sign := step.Sign()
		if sign == 0 {
			return pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero")
		}
		var zone *time.Location
		if zoned {
			zone = c.zone()
		}
		out := make([]types.Datum, 1)
		for n := 1; sign > 0 && t <= end || sign < 0 && t >= end; n++ {
			if err := c.cancelled(n); err != nil {
				return err
			}
			out[0] = types.Datum{Int: t}
			if !emit(out) {
				return nil
			}
			if t, err = types.AddInterval(t, step, zone); err != nil {
				return err
			}
		}
		return nil
	}
}
