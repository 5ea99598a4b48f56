package expr

import (
	"time"

	"howdah/types"
	"howdah/vector"
)

// Columns of date and time types by their storage. A timetz is bytes (types.Timetz).

func columnIntervals(c *vector.Column) []types.Interval { return c.Intervals }
func columnBools(c *vector.Column) []bool               { return c.Bools }

var intervalOrder = comparer[types.Interval]{columnIntervals, types.CompareIntervals}

// zone is the session's.
func (c *Call) zone() *time.Location { return c.Env.Style.Zone }

// computed1 makes a kernel of a function of one value.
func computed1[A, R any](args func(*vector.Column) []A, results func(*vector.Column) []R, f func(c *Call, a A) (R, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, o := args(c.Args[0]), results(out)
		for _, i := range sel {
			if o[i], err = f(c, a[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// computed2 makes a kernel of a function of two values.
func computed2[A, B, R any](first func(*vector.Column) []A, second func(*vector.Column) []B, results func(*vector.Column) []R,
	f func(c *Call, a A, b B) (R, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		a, b, o := first(c.Args[0]), second(c.Args[1]), results(out)
		for _, i := range sel {
			if o[i], err = f(c, a[i], b[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// flipped exchanges the arguments of a kernel of two.
func flipped(k Kernel) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		d := *c
		d.Args = []*vector.Column{c.Args[1], c.Args[0]}
		return k(&d, out, sel)
	}
}

// timetzOf gives row i of a timetz column.
func timetzOf(c *vector.Column, i int32) types.Timetz { return types.TimetzOf(c.Bytes(i)) }

func setTimetz(out *vector.Column, i int32, t types.Timetz) {
	buf := out.Build()
	out.Built(i, types.AppendTimetzBytes(buf, t), len(buf))
}

// timetzKernel makes a kernel of a function of a row that gives a timetz.
func timetzKernel(f func(c *Call, i int32) (types.Timetz, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			t, err := f(c, i)
			if err != nil {
				return err
			}
			setTimetz(out, i, t)
		}
		return nil
	}
}

// intervalKernel and intsKernel make kernels of functions of a row.
func intervalKernel(f func(c *Call, i int32) (types.Interval, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		for _, i := range sel {
			if out.Intervals[i], err = f(c, i); err != nil {
				return err
			}
		}
		return nil
	}
}

func intsKernel(f func(c *Call, i int32) (int64, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		for _, i := range sel {
			if out.Ints[i], err = f(c, i); err != nil {
				return err
			}
		}
		return nil
	}
}
