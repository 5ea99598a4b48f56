package expr

import "howdah/vector"

// boolKernels are the functions over boolean.
var boolKernels = makeBoolKernels()

func makeBoolKernels() map[string]Kernel {
	m := map[string]Kernel{}
	comparedKernels(m, "bool", "", boolOrder)
	m["btboolcmp"] = cmpKernel(boolOrder)
	m["booland_statefunc"] = func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Bools, c.Args[1].Bools, out.Bools
		for _, i := range sel {
			o[i] = a[i] && b[i]
		}
		return nil
	}
	m["boolor_statefunc"] = func(c *Call, out *vector.Column, sel []int32) error {
		a, b, o := c.Args[0].Bools, c.Args[1].Bools, out.Bools
		for _, i := range sel {
			o[i] = a[i] || b[i]
		}
		return nil
	}
	m["int4_bool"] = func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = c.Args[0].Ints[i] != 0
		}
		return nil
	}
	m["bool_int4"] = func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = 0
			if c.Args[0].Bools[i] {
				out.Ints[i] = 1
			}
		}
		return nil
	}
	return m
}
