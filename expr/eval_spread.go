package expr

import (
	"howdah/types"
	"howdah/vector"
)

// spread calls a kernel of a function of VARIADIC "any" with the elements of an array for its last arguments. Rows with
// arrays of one size are computed together, each size by a call of its own.
type spread struct {
	kernel Kernel
	elem   types.Type
	elems  []*vector.Column
	calls  map[int]*Call
	sizes  []int // of the batch's arrays, in the order in which they came
	rows   map[int][]int32
	whole  bool // format(): no array at all is an empty one; NULL is what the other functions make of it
}

func newSpread(k Kernel, f *Func) *spread {
	return &spread{
		kernel: k, elem: types.Of(elementOf(f.Args[len(f.Args)-1].Type().OID)), calls: map[int]*Call{}, rows: map[int][]int32{},
		whole: f.Proc.Src == "text_format",
	}
}

func (s *spread) run(c *Call, out *vector.Column, sel []int32) error {
	last := len(c.Args) - 1
	arrays := c.Args[last]
	s.sizes = s.sizes[:0]
	for _, e := range s.elems {
		e.Reset()
	}
	for _, i := range sel {
		n := 0
		switch {
		case !arrays.Null(i):
			elems := arrays.Arrays[i].Elems
			n = len(elems)
			for len(s.elems) < n {
				s.elems = append(s.elems, vector.New(s.elem, 0))
			}
			for k, d := range elems {
				s.elems[k].Resize(int(i) + 1)
				s.elems[k].Set(i, d)
			}
		case !s.whole:
			out.SetNull(i)
			continue
		}
		if len(s.rows[n]) == 0 {
			s.sizes = append(s.sizes, n)
		}
		s.rows[n] = append(s.rows[n], i)
	}
	var err error
	for _, n := range s.sizes {
		if err == nil {
			err = s.kernel(s.callOf(c, n), out, s.rows[n])
		}
		s.rows[n] = s.rows[n][:0]
	}
	return err
}

// callOf gives the call with n arguments in the array's place.
func (s *spread) callOf(c *Call, n int) *Call {
	last := len(c.Args) - 1
	call := s.calls[n]
	if call == nil {
		call = &Call{Result: c.Result, Collation: c.Collation, Env: c.Env, Const: make([]bool, last+n)}
		copy(call.Const, c.Const[:last])
		call.ArgTypes = append(call.ArgTypes, c.ArgTypes[:last]...)
		for range n {
			call.ArgTypes = append(call.ArgTypes, s.elem)
		}
		s.calls[n] = call
	}
	call.Args = append(append(call.Args[:0], c.Args[:last]...), s.elems[:n]...)
	return call
}
