package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// numericKernels are the functions over numeric.
var numericKernels = makeNumericKernels()

func makeNumericKernels() map[string]Kernel {
	m := map[string]Kernel{
		"numeric_add":       numericBinary(types.Numeric.Add),
		"numeric_sub":       numericBinary(types.Numeric.Sub),
		"numeric_mul":       numericBinary(types.Numeric.Mul),
		"numeric_div":       numericBinary(types.Numeric.Div),
		"numeric_div_trunc": numericBinary(types.Numeric.DivTrunc),
		"numeric_mod":       numericBinary(types.Numeric.Mod),
		"numeric_gcd":       numericBinary(types.Numeric.Gcd),
		"numeric_lcm":       numericBinary(types.Numeric.Lcm),
		"numeric_power":     numericBinary(types.Numeric.Power),
		"numeric_log":       numericBinary(types.Numeric.LogBase),

		"numeric_uminus": numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.Neg(), nil }),
		"numeric_uplus":  numericUnary(func(n types.Numeric) (types.Numeric, error) { return n, nil }),
		"numeric_abs":    numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.Abs(), nil }),
		"numeric_sign":   numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.SignNumeric(), nil }),
		"numeric_inc":    numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.Add(types.NumericFromInt(1)) }),
		"numeric_ceil":   numericUnary(types.Numeric.Ceil),
		"numeric_floor":  numericUnary(types.Numeric.Floor),
		"numeric_sqrt":   numericUnary(types.Numeric.Sqrt),
		"numeric_exp":    numericUnary(types.Numeric.Exp),
		"numeric_ln":     numericUnary(types.Numeric.Ln),
		"numeric_trim_scale": numericUnary(func(n types.Numeric) (types.Numeric, error) {
			return n.TrimScale(), nil
		}),
		"log(numeric)": numericUnary(func(n types.Numeric) (types.Numeric, error) {
			return types.NumericFromInt(10).LogBase(n)
		}),
		"round(numeric)": numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.Round(0) }),
		"trunc(numeric)": numericUnary(func(n types.Numeric) (types.Numeric, error) { return n.Trunc(0) }),

		"numeric_round": numericByInt(func(n types.Numeric, scale int64) (types.Numeric, error) {
			return n.Round(int(min(max(scale, -131073), 16383)))
		}),
		"numeric_trunc": numericByInt(func(n types.Numeric, scale int64) (types.Numeric, error) {
			return n.Trunc(int(min(max(scale, -131073), 16383)))
		}),
		"numeric": numericByInt(func(n types.Numeric, typmod int64) (types.Numeric, error) {
			return n.ApplyTypmod(int32(typmod))
		}),

		"int2_numeric": numericsFromInts, "int4_numeric": numericsFromInts, "int8_numeric": numericsFromInts,
		"numeric_int2": intsFromNumerics(16), "numeric_int4": intsFromNumerics(32), "numeric_int8": intsFromNumerics(64),
		"float4_numeric": numericsFromFloats(types.NumericFromFloat4),
		"float8_numeric": numericsFromFloats(types.NumericFromFloat8),
		"numeric_float4": floatsFromNumerics((*types.Numeric).Float4),
		"numeric_float8": floatsFromNumerics((*types.Numeric).Float8),

		"numeric_cmp":          cmpKernel(numericOrder),
		"numeric_larger":       largerKernel(numericOrder, 1),
		"numeric_smaller":      largerKernel(numericOrder, -1),
		"numeric_scale":        scaleKernel((*types.Numeric).Scale),
		"numeric_min_scale":    scaleKernel((*types.Numeric).MinScale),
		"numeric_fac":          factorial,
		"width_bucket_numeric": widthBucketNumeric,
	}
	comparedKernels(m, "numeric_", "", numericOrder)
	return m
}

func numericUnary(f func(types.Numeric) (types.Numeric, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, o := c.Args[0].Nums, out.Nums
		for _, i := range sel {
			if o[i], err = f(a[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func numericBinary(f func(a, b types.Numeric) (types.Numeric, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, b, o := c.Args[0].Nums, c.Args[1].Nums, out.Nums
		for _, i := range sel {
			if o[i], err = f(a[i], b[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func numericByInt(f func(a types.Numeric, n int64) (types.Numeric, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, b, o := c.Args[0].Nums, c.Args[1].Ints, out.Nums
		for _, i := range sel {
			if o[i], err = f(a[i], b[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func numericsFromInts(c *Call, out *vector.Column, sel []int32) error {
	a, o := c.Args[0].Ints, out.Nums
	for _, i := range sel {
		o[i] = types.NumericFromInt(a[i])
	}
	return nil
}

func intsFromNumerics(bits int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, o := c.Args[0].Nums, out.Ints
		for _, i := range sel {
			if o[i], err = a[i].ToInt(bits); err != nil {
				return err
			}
		}
		return nil
	}
}

func numericsFromFloats(f func(float64) (types.Numeric, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, o := c.Args[0].Floats, out.Nums
		for _, i := range sel {
			if o[i], err = f(a[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func floatsFromNumerics(f func(*types.Numeric) (float64, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, o := c.Args[0].Nums, out.Floats
		for _, i := range sel {
			if o[i], err = f(&a[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// scaleKernel gives an integer of a finite value, NULL for the others.
func scaleKernel(f func(*types.Numeric) int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a := c.Args[0].Nums
		for _, i := range sel {
			if a[i].IsFinite() {
				out.Ints[i] = int64(f(&a[i]))
			} else {
				out.SetNull(i)
			}
		}
		return nil
	}
}

func factorial(c *Call, out *vector.Column, sel []int32) (err error) {
	for _, i := range sel {
		if out.Nums[i], err = types.Factorial(c.Args[0].Ints[i]); err != nil {
			return err
		}
	}
	return nil
}

func errBucket(text string) error { return pgerr.New(pgerr.InvalidArgumentForWidthBucket, "%s", text) }

func widthBucketNumeric(c *Call, out *vector.Column, sel []int32) (err error) {
	v, lo, hi, count := c.Args[0].Nums, c.Args[1].Nums, c.Args[2].Nums, c.Args[3].Ints
	for _, i := range sel {
		if out.Ints[i], err = numericBucket(&v[i], &lo[i], &hi[i], count[i]); err != nil {
			return err
		}
	}
	return nil
}

func numericBucket(v, lo, hi *types.Numeric, count int64) (int64, error) {
	switch {
	case count <= 0:
		return 0, errBucket("count must be greater than zero")
	case v.IsNaN() || lo.IsNaN() || hi.IsNaN():
		return 0, errBucket("operand, lower bound, and upper bound cannot be NaN")
	case !lo.IsFinite() || !hi.IsFinite():
		return 0, errBucket("lower and upper bounds must be finite")
	}
	order := types.CompareNumeric(lo, hi)
	if order == 0 {
		return 0, errBucket("lower bound cannot equal upper bound")
	}
	if order > 0 { // buckets count downwards: mirror everything
		a, b, c := v.Neg(), lo.Neg(), hi.Neg()
		v, lo, hi = &a, &b, &c
	}
	if types.CompareNumeric(v, lo) < 0 {
		return 0, nil
	}
	if types.CompareNumeric(v, hi) >= 0 {
		if count == width32.hi {
			return 0, width32.err.Clone()
		}
		return count + 1, nil
	}
	above, err := v.Sub(*lo)
	if err != nil {
		return 0, err
	}
	width, err := hi.Sub(*lo)
	if err != nil {
		return 0, err
	}
	n := types.NumericFromInt(count)
	if above, err = above.Mul(n); err != nil {
		return 0, err
	}
	q, err := above.Div(width)
	if err != nil {
		return 0, err
	}
	// The quotient is rounded and may so reach the count: PostgreSQL 15 then gives one bucket more than there are.
	if q, err = q.Floor(); err != nil {
		return 0, err
	}
	b, _ := q.Int()
	return b + 1, nil
}
