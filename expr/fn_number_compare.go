package expr

import (
	"cmp"

	"howdah/types"
	"howdah/vector"
)

// Comparisons are written once per order; > and >= are < and <= with the sides exchanged. The loops are spelled out:
// a function value per element would cost more than the comparison.

// orderedKernels adds eq, ne, lt, le, gt, ge under a prefix for columns whose values Go's operators order.
func orderedKernels[T cmp.Ordered](m map[string]Kernel, prefix, suffix string, values func(*vector.Column) []T) {
	m[prefix+"eq"+suffix] = func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := values(c.Args[0]), values(c.Args[1]), out.Bools
		for _, i := range sel {
			o[i] = a[i] == b[i]
		}
		return nil
	}
	m[prefix+"ne"+suffix] = func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := values(c.Args[0]), values(c.Args[1]), out.Bools
		for _, i := range sel {
			o[i] = a[i] != b[i]
		}
		return nil
	}
	less := func(a, b []T, o []bool, sel []int32) {
		for _, i := range sel {
			o[i] = a[i] < b[i]
		}
	}
	lessEqual := func(a, b []T, o []bool, sel []int32) {
		for _, i := range sel {
			o[i] = a[i] <= b[i]
		}
	}
	for name, order := range map[string]func(a, b []T, o []bool, sel []int32){"lt": less, "le": lessEqual} {
		m[prefix+name+suffix] = func(c *Call, out *vector.Column, sel []int32) error {
			order(values(c.Args[0]), values(c.Args[1]), out.Bools, sel)
			return nil
		}
		name = "g" + name[1:]
		m[prefix+name+suffix] = func(c *Call, out *vector.Column, sel []int32) error {
			order(values(c.Args[1]), values(c.Args[0]), out.Bools, sel)
			return nil
		}
	}
}

func columnInts(c *vector.Column) []int64     { return c.Ints }
func columnFloats(c *vector.Column) []float64 { return c.Floats }

// columnOf gives the values of a column that are compared by a function.
type comparer[T any] struct {
	values  func(*vector.Column) []T
	compare func(a, b *T) int
}

var (
	floatOrder   = comparer[float64]{columnFloats, func(a, b *float64) int { return types.CompareFloat(*a, *b) }}
	numericOrder = comparer[types.Numeric]{func(c *vector.Column) []types.Numeric { return c.Nums }, types.CompareNumeric}
	boolOrder    = comparer[bool]{func(c *vector.Column) []bool { return c.Bools }, compareBools}
)

func compareBools(a, b *bool) int {
	switch {
	case *a == *b:
		return 0
	case *b:
		return -1
	}
	return 1
}

// comparedKernels adds eq … ge under a prefix for columns that are ordered by a function.
func comparedKernels[T any](m map[string]Kernel, prefix, suffix string, by comparer[T]) {
	tests := map[string]func(int) bool{
		"eq": func(c int) bool { return c == 0 },
		"ne": func(c int) bool { return c != 0 },
		"lt": func(c int) bool { return c < 0 },
		"le": func(c int) bool { return c <= 0 },
		"gt": func(c int) bool { return c > 0 },
		"ge": func(c int) bool { return c >= 0 },
	}
	for name, test := range tests {
		verdict := [3]bool{test(-1), test(0), test(1)}
		m[prefix+name+suffix] = func(c *Call, out *vector.Column, sel []int32) error {
			a, b, o := by.values(c.Args[0]), by.values(c.Args[1]), out.Bools
			for _, i := range sel {
				o[i] = verdict[1+orderSign(by.compare(&a[i], &b[i]))]
			}
			return nil
		}
	}
}

func orderSign(c int) int {
	switch {
	case c < 0:
		return -1
	case c > 0:
		return 1
	}
	return 0
}

// cmpKernel gives a btree comparison function: -1, 0, 1.
func cmpKernel[T any](by comparer[T]) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := by.values(c.Args[0]), by.values(c.Args[1]), out.Ints
		for _, i := range sel {
			o[i] = int64(orderSign(by.compare(&a[i], &b[i])))
		}
		return nil
	}
}

// largerKernel gives the greater (sign 1) or lesser (-1) of two values; of two equal ones PostgreSQL takes the second.
func largerKernel[T any](by comparer[T], sign int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := by.values(c.Args[0]), by.values(c.Args[1]), by.values(out)
		for _, i := range sel {
			if by.compare(&a[i], &b[i])*sign > 0 {
				o[i] = a[i]
			} else {
				o[i] = b[i]
			}
		}
		return nil
	}
}
