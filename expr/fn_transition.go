package expr

import (
	"math"
	"slices"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// transitionKernels are the transition, combine and final functions of aggregates, which are functions like others: their
// states are arrays (float.c, numeric.c, timestamp.c).
var transitionKernels = makeTransitionKernels()

func makeTransitionKernels() map[string]Kernel {
	m := map[string]Kernel{
		"int8_avg": averageInts, "int2int4_sum": sumInts, "int2_sum": addNullable, "int4_sum": addNullable,
		"int8_sum": addNullableNumeric, "interval_avg": averageInterval,
	}
	for name, f := range map[string]func(c *Call, name string, i int32) (*types.Array, error){
		"float4_accum": accumulateFloat, "float8_accum": accumulateFloat, "float8_combine": combineFloats,
		"float8_regr_accum": accumulatePair, "float8_regr_combine": combinePairs,
		"int2_avg_accum": accumulateInt(1), "int4_avg_accum": accumulateInt(1), "int2_avg_accum_inv": accumulateInt(-1),
		"int4_avg_accum_inv": accumulateInt(-1), "int4_avg_combine": combineInts,
		"interval_accum": accumulateInterval(1), "interval_accum_inv": accumulateInterval(-1), "interval_combine": combineIntervals,
	} {
		m[name] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				a, err := f(c, name, i)
				if err != nil {
					return err
				}
				out.Arrays[i] = a
			}
			return nil
		}
	}
	for name, f := range map[string]func(s *moments) (float64, bool){
		"float8_avg":         func(s *moments) (float64, bool) { return s.sx / s.n, s.n != 0 },
		"float8_var_pop":     func(s *moments) (float64, bool) { return s.sxx / s.n, s.n != 0 },
		"float8_var_samp":    func(s *moments) (float64, bool) { return s.sxx / (s.n - 1), !(s.n <= 1) },
		"float8_stddev_pop":  func(s *moments) (float64, bool) { return math.Sqrt(s.sxx / s.n), s.n != 0 },
		"float8_stddev_samp": func(s *moments) (float64, bool) { return math.Sqrt(s.sxx / (s.n - 1)), !(s.n <= 1) },
	} {
		m[name] = func(c *Call, out *vector.Column, sel []int32) error {
			return finalFloats(c, out, sel, name, 3, func(v []float64) (float64, bool) { return f(&moments{v[0], v[1], v[2]}) })
		}
	}
	for name, r := range regressions {
		m["float8_"+name] = func(c *Call, out *vector.Column, sel []int32) error {
			return finalFloats(c, out, sel, "float8_"+name, 6, func(v []float64) (float64, bool) {
				s := pairsOf(v)
				if s.n < r.least {
					return 0, false
				}
				return r.value(s)
			})
		}
	}
	return m
}

func badState(format string, args ...any) error {
	return pgerr.New(pgerr.InternalError, format, args...)
}

// floatState reads a state of so many float8 (check_float8_array).
func floatState(a *types.Array, name string, n int) ([]float64, error) {
	if len(a.Elems) != n || len(a.Dims) != 1 {
		return nil, badState("%s: expected %d-element float8 array", name, n)
	}
	out := make([]float64, n)
	for i, e := range a.Elems {
		if e.Null {
			return nil, badState("%s: expected %d-element float8 array", name, n)
		}
		out[i] = e.Float
	}
	return out, nil
}

// stateOf makes a one-dimensional array.
func stateOf(elem types.OID, values ...types.Datum) *types.Array {
	return types.NewArray(elem, values)
}

func floatsState(v ...float64) *types.Array {
	d := make([]types.Datum, len(v))
	for i := range v {
		d[i].Float = v[i]
	}
	return stateOf(types.Float8OID, d...)
}

func accumulateFloat(c *Call, name string, i int32) (*types.Array, error) {
	v, err := floatState(c.Args[0].Arrays[i], name, 3)
	if err != nil {
		return nil, err
	}
	s := []moments{{v[0], v[1], v[2]}}
	if _, err := addMoments(s, &Call{Args: c.Args[1:]}, []int32{0}, []int32{i}); err != nil {
		return nil, err
	}
	return floatsState(s[0].n, s[0].sx, s[0].sxx), nil
}

func pairsOf(v []float64) *pairs { return &pairs{v[0], v[1], v[2], v[3], v[4], v[5]} }

func (s *pairs) state() *types.Array { return floatsState(s.n, s.sx, s.sxx, s.sy, s.syy, s.sxy) }

func accumulatePair(c *Call, name string, i int32) (*types.Array, error) {
	v, err := floatState(c.Args[0].Arrays[i], name, 6)
	if err != nil {
		return nil, err
	}
	s := []pairs{*pairsOf(v)}
	if _, err := addPairs(s, &Call{Args: c.Args[1:]}, []int32{0}, []int32{i}); err != nil {
		return nil, err
	}
	return s[0].state(), nil
}

// combined is the spread of two sets of values together, from their spreads, their numbers and the product of the
// distances of their means.
func combined(a, b, n1, n2, t1, t2 float64) (float64, error) {
	v := a + b + float64(float64(float64(n1*n2)*t1)*t2)/(n1+n2)
	if math.IsInf(v, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return 0, errFloatOverflow.Clone()
	}
	return v, nil
}

func addChecked(a, b float64) (float64, error) {
	v := a + b
	if math.IsInf(v, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return 0, errFloatOverflow.Clone()
	}
	return v, nil
}

func combineFloats(c *Call, name string, i int32) (*types.Array, error) {
	a, err := floatState(c.Args[0].Arrays[i], name, 3)
	if err != nil {
		return nil, err
	}
	b, err := floatState(c.Args[1].Arrays[i], name, 3)
	switch {
	case err != nil:
		return nil, err
	case a[0] == 0:
		return floatsState(b...), nil
	case b[0] == 0:
		return floatsState(a...), nil
	}
	sx, err := addChecked(a[1], b[1])
	if err != nil {
		return nil, err
	}
	t := a[1]/a[0] - b[1]/b[0]
	sxx, err := combined(a[2], b[2], a[0], b[0], t, t)
	if err != nil {
		return nil, err
	}
	return floatsState(a[0]+b[0], sx, sxx), nil
}

func combinePairs(c *Call, name string, i int32) (*types.Array, error) {
	va, err := floatState(c.Args[0].Arrays[i], name, 6)
	if err != nil {
		return nil, err
	}
	vb, err := floatState(c.Args[1].Arrays[i], name, 6)
	if err != nil {
		return nil, err
	}
	a, b := pairsOf(va), pairsOf(vb)
	switch {
	case a.n == 0:
		return b.state(), nil
	case b.n == 0:
		return a.state(), nil
	}
	s := pairs{n: a.n + b.n}
	tx, ty := a.sx/a.n-b.sx/b.n, a.sy/a.n-b.sy/b.n
	for _, step := range []func() error{
		func() (err error) { s.sx, err = addChecked(a.sx, b.sx); return },
		func() (err error) { s.sxx, err = combined(a.sxx, b.sxx, a.n, b.n, tx, tx); return },
		func() (err error) { s.sy, err = addChecked(a.sy, b.sy); return },
		func() (err error) { s.syy, err = combined(a.syy, b.syy, a.n, b.n, ty, ty); return },
		func() (err error) { s.sxy, err = combined(a.sxy, b.sxy, a.n, b.n, tx, ty); return },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.state(), nil
}

func finalFloats(c *Call, out *vector.Column, sel []int32, name string, n int, f func([]float64) (float64, bool)) error {
	for _, i := range sel {
		v, err := floatState(c.Args[0].Arrays[i], name, n)
		if err != nil {
			return err
		}
		r, ok := f(v)
		if !ok {
			out.SetNull(i)
			continue
		}
		out.Floats[i] = r
	}
	return nil
}

// countState reads {count, sum}.
func countState(a *types.Array) (count, sum int64, err error) {
	if len(a.Elems) != 2 || len(a.Dims) != 1 || a.Elems[0].Null || a.Elems[1].Null {
		return 0, 0, badState("expected 2-element int8 array")
	}
	return a.Elems[0].Int, a.Elems[1].Int, nil
}

func intsState(count, sum int64) *types.Array {
	return stateOf(types.Int8OID, types.Datum{Int: count}, types.Datum{Int: sum})
}

func accumulateInt(sign int64) func(c *Call, name string, i int32) (*types.Array, error) {
	return func(c *Call, _ string, i int32) (*types.Array, error) {
		was := c.Args[0].Arrays[i]
		count, sum, err := countState(was)
		if err != nil {
			return nil, err
		}
		state := intsState(count+sign, sum+sign*c.Args[1].Ints[i])
		state.Dims = was.Dims // PostgreSQL changes the numbers in their place
		return state, nil
	}
}

// combineInts is refused as PostgreSQL refuses it: it changes its argument, which only an aggregation may let it do.
func combineInts(*Call, string, int32) (*types.Array, error) {
	return nil, badState("aggregate function called in non-aggregate context")
}

func averageInts(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		count, sum, err := countState(c.Args[0].Arrays[i])
		if err != nil {
			return err
		}
		if count == 0 {
			out.SetNull(i)
			continue
		}
		if out.Nums[i], err = types.NumericFromInt(sum).Div(types.NumericFromInt(count)); err != nil {
			return err
		}
	}
	return nil
}

func sumInts(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		count, sum, err := countState(c.Args[0].Arrays[i])
		if err != nil {
			return err
		}
		if count == 0 {
			out.SetNull(i)
		} else {
			out.Ints[i] = sum
		}
	}
	return nil
}

// addNullable adds where a NULL is nothing, as sum does.
func addNullable(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		a, b := c.Args[0].Null(i), c.Args[1].Null(i)
		switch {
		case a && b:
			out.SetNull(i)
		case a:
			out.Ints[i] = c.Args[1].Ints[i]
		case b:
			out.Ints[i] = c.Args[0].Ints[i]
		default:
			out.Ints[i] = c.Args[0].Ints[i] + c.Args[1].Ints[i]
		}
	}
	return nil
}

func addNullableNumeric(c *Call, out *vector.Column, sel []int32) (err error) {
	for _, i := range sel {
		a, b := c.Args[0].Null(i), c.Args[1].Null(i)
		switch {
		case a && b:
			out.SetNull(i)
		case a:
			out.Nums[i] = types.NumericFromInt(c.Args[1].Ints[i])
		case b:
			out.Nums[i] = c.Args[0].Nums[i]
		default:
			if out.Nums[i], err = c.Args[0].Nums[i].Add(types.NumericFromInt(c.Args[1].Ints[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

// intervalStateOf reads {sum, count}, the count standing in an interval's time.
func intervalStateOf(a *types.Array) (sum, count types.Interval, err error) {
	if slices.ContainsFunc(a.Elems, func(e types.Datum) bool { return e.Null }) {
		return sum, count, pgerr.New(pgerr.NullValueNotAllowed, "null array element not allowed in this context")
	}
	if len(a.Elems) != 2 {
		return sum, count, badState("expected 2-element interval array")
	}
	return a.Elems[0].Interval, a.Elems[1].Interval, nil
}

func accumulateInterval(sign int64) func(c *Call, name string, i int32) (*types.Array, error) {
	return func(c *Call, _ string, i int32) (*types.Array, error) {
		sum, count, err := intervalStateOf(c.Args[0].Arrays[i])
		if err != nil {
			return nil, err
		}
		if sign > 0 {
			sum, err = sum.Add(c.Args[1].Intervals[i])
		} else {
			sum, err = sum.Sub(c.Args[1].Intervals[i])
		}
		count.Micros += sign
		return stateOf(types.IntervalOID, types.Datum{Interval: sum}, types.Datum{Interval: count}), err
	}
}

func combineIntervals(c *Call, _ string, i int32) (*types.Array, error) {
	s1, n1, err := intervalStateOf(c.Args[0].Arrays[i])
	if err != nil {
		return nil, err
	}
	s2, n2, err := intervalStateOf(c.Args[1].Arrays[i])
	if err != nil {
		return nil, err
	}
	s1, err = s1.Add(s2)
	n1.Micros += n2.Micros
	return stateOf(types.IntervalOID, types.Datum{Interval: s1}, types.Datum{Interval: n1}), err
}

func averageInterval(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		sum, count, err := intervalStateOf(c.Args[0].Arrays[i])
		if err != nil {
			return err
		}
		if count.Micros == 0 {
			out.SetNull(i)
			continue
		}
		if out.Intervals[i], err = sum.Div(float64(count.Micros)); err != nil {
			return err
		}
	}
	return nil
}

// supportKernels are what indexes and ranges ask of types.
var supportKernels = map[string]Kernel{
	"btequalimage": func(_ *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = true
		}
		return nil
	},
	"btvarstrequalimage": func(*Call, *vector.Column, []int32) error { // its argument, an oid, gives it no collation
		return pgerr.New(pgerr.IndeterminateCollation, "could not determine which collation to use for %s", "string comparison").
			WithHint("Use the COLLATE clause to set the collation explicitly.")
	},
	"int4range_subdiff": computed2(columnInts, columnInts, columnFloats, func(_ *Call, a, b int64) (float64, error) { return float64(a) - float64(b), nil }),
	"int8range_subdiff": computed2(columnInts, columnInts, columnFloats, func(_ *Call, a, b int64) (float64, error) { return float64(a) - float64(b), nil }),
	"daterange_subdiff": computed2(columnInts, columnInts, columnFloats, func(_ *Call, a, b int64) (float64, error) {
		return float64(a) - float64(b), nil
	}),
	"tsrange_subdiff":   computed2(columnInts, columnInts, columnFloats, momentDistance),
	"tstzrange_subdiff": computed2(columnInts, columnInts, columnFloats, momentDistance),
	"numrange_subdiff": computed2(columnNumerics, columnNumerics, columnFloats, func(_ *Call, a, b types.Numeric) (float64, error) {
		d, err := a.Sub(b)
		if err != nil {
			return 0, err
		}
		return d.Float8()
	}),
	"pg_indexam_progress_phasename": func(c *Call, out *vector.Column, sel []int32) error {
		phases := [...]string{"initializing", "scanning table", "sorting live tuples", "sorting dead tuples", "loading tuples in tree"}
		for _, i := range sel {
			am, n := c.Args[0].Ints[i], c.Args[1].Ints[i]
			if am != btreeAM || n < 1 || n > int64(len(phases)) {
				out.SetNull(i)
				continue
			}
			out.SetBytes(i, []byte(phases[n-1]))
		}
		return nil
	},
	"width_bucket_array": widthBucketArray,
}

const btreeAM = 403

func columnNumerics(c *vector.Column) []types.Numeric { return c.Nums }

func momentDistance(_ *Call, a, b int64) (float64, error) {
	return (float64(a) - float64(b)) / float64(types.MicrosPerSecond), nil
}

// widthBucketArray counts the thresholds that are not above the value.
func widthBucketArray(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		a, v := c.Args[1].Arrays[i], c.Args[0].Datum(i)
		if len(a.Dims) > 1 {
			return pgerr.New(pgerr.ArraySubscriptError, "thresholds must be one-dimensional array")
		}
		lo, hi := 0, len(a.Elems)
		for _, e := range a.Elems {
			if e.Null {
				return pgerr.New(pgerr.NullValueNotAllowed, "thresholds array must not contain NULLs")
			}
		}
		if err := elementOrder(a.Elem); err != nil {
			return err
		}
		if c.ArgTypes[0].OID == types.Float8OID && v.Float != v.Float {
			lo = hi // NaN is above all, and beside itself too
		}
		for lo < hi {
			mid := (lo + hi) / 2
			if types.Compare(c.ArgTypes[0].OID, &v, &a.Elems[mid], c.Collation) < 0 {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		out.Ints[i] = int64(lo)
	}
	return nil
}
