package expr

import (
	"math"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// seriesSets are generate_series over numbers (https://www.postgresql.org/docs/15/functions-srf.html).
var seriesSets = map[string]SetKernel{
	"generate_series_int4":         intSeries(math.MinInt32, math.MaxInt32),
	"generate_series_step_int4":    intSeries(math.MinInt32, math.MaxInt32),
	"generate_series_int8":         intSeries(math.MinInt64, math.MaxInt64),
	"generate_series_step_int8":    intSeries(math.MinInt64, math.MaxInt64),
	"generate_series_numeric":      numericSeries,
	"generate_series_step_numeric": numericSeries,
}

// catalogSets list what the catalogs know.
var catalogSets = map[string]SetKernel{
	"pg_get_keywords":           keywordSet,
	"pg_options_to_table":       optionSet,
	"ts_token_type_byid":        tokenSet,
	"ts_token_type_byname":      tokenSet,
	"pg_listening_channels":     emptySet,
	"pg_stat_get_progress_info": emptySet,
	"pg_get_publication_tables": emptySet,

	"_pg_expandarray(anyarray)": expandArray,
}

func emptySet(*Call, int32, func([]types.Datum) bool) error { return nil }

// expandArray is information_schema._pg_expandarray: the elements x with their places n, from 1.
func expandArray(c *Call, row int32, emit func([]types.Datum) bool) error {
	out := make([]types.Datum, 2)
	for i, e := range c.Args[0].Arrays[row].Elems {
		out[0], out[1] = e, types.Datum{Int: int64(i + 1)}
		if !emit(out) {
			return nil
		}
	}
	return nil
}

// everyRows is how many rows a set may emit before it looks whether the query was cancelled.
const everyRows = 1 << 12

func (c *Call) cancelled(n int) error {
	if n%everyRows == 0 && c.Env.Ctx != nil {
		return c.Env.Ctx.Err()
	}
	return nil
}

func intSeries(low, high int64) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		from, to, step := c.Args[0].Ints[row], c.Args[1].Ints[row], int64(1)
		if len(c.Args) > 2 {
			step = c.Args[2].Ints[row]
		}
		if step == 0 {
			return pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero")
		}
		out := make([]types.Datum, 1)
		for n := 1; step > 0 && from <= to || step < 0 && from >= to; n++ {
			if err := c.cancelled(n); err != nil {
				return err
			}
			out[0] = types.Datum{Int: from}
			if !emit(out) {
				return nil
			}
			if step > 0 && from > high-step || step < 0 && from < low-step {
				return nil // the next one would overflow: the series is over
			}
			from += step
		}
		return nil
	}
}

func numericSeries(c *Call, row int32, emit func([]types.Datum) bool) error {
	from, to, step := c.Args[0].Nums[row], c.Args[1].Nums[row], types.NumericFromInt(1)
	if len(c.Args) > 2 {
		step = c.Args[2].Nums[row]
	}
	for _, a := range []struct {
		n    types.Numeric
		what string
	}{{from, "start value"}, {to, "stop value"}, {step, "step size"}} {
		if a.n.IsNaN() {
			return pgerr.New(pgerr.InvalidParameterValue, "%s cannot be NaN", a.what)
		}
		if !a.n.IsFinite() {
			return pgerr.New(pgerr.InvalidParameterValue, "%s cannot be infinity", a.what)
		}
	}
	if step.Sign() == 0 {
		return pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero")
	}
	out := make([]types.Datum, 1)
	for n := 1; types.CompareNumeric(&from, &to)*step.Sign() <= 0; n++ {
		if err := c.cancelled(n); err != nil {
			return err
		}
		out[0] = types.Datum{Num: from}
		if !emit(out) {
			return nil
		}
		next, err := from.Add(step)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

func keywordSet(_ *Call, _ int32, emit func([]types.Datum) bool) error {
	_, rows := pgdata.Rows("keywords")
	for _, r := range rows {
		out := make([]types.Datum, len(r))
		for i, text := range r {
			switch {
			case text == pgdata.Null:
				out[i] = types.NullDatum
			case text == "t" || text == "f":
				out[i] = types.Datum{Bool: text == "t", Bytes: []byte(text)}
			default:
				out[i] = types.Datum{Bytes: []byte(text), Int: int64(text[0])}
			}
		}
		if !emit(out) {
			return nil
		}
	}
	return nil
}

// optionSet is pg_options_to_table(text[]).
func optionSet(c *Call, row int32, emit func([]types.Datum) bool) error {
	if c.Args[0].Null(row) {
		return nil
	}
	for _, e := range c.Args[0].Arrays[row].Elems {
		name, value := e.Bytes, types.NullDatum
		for i, b := range e.Bytes {
			if b == '=' {
				name, value = e.Bytes[:i], types.Datum{Bytes: e.Bytes[i+1:]}
				break
			}
		}
		if !emit([]types.Datum{{Bytes: name}, value}) {
			return nil
		}
	}
	return nil
}
