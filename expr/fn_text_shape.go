package expr

import (
	"errors"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// errNull is what a row function returns to say that its result is NULL.
var errNull = errors.New("null")

// maxAlloc is the largest value PostgreSQL can hold (MaxAllocSize, with a varlena's header taken off).
const maxAlloc = 0x3fffffff - 4

// maxBuilt bounds what one batch of a computed column may hold: spans count in 32 bits.
const maxBuilt = 1 << 31

func tooLong() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "requested length too large")
}

// appending makes a kernel of a function that appends row i's bytes to dst.
func appending(f func(c *Call, dst []byte, i int32) ([]byte, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		dst := out.Build()
		for _, i := range sel {
			off := len(dst)
			grown, err := f(c, dst, i)
			if err == errNull {
				out.SetNull(i)
				out.Built(i, dst[:off], off)
				continue
			}
			if err != nil {
				return err
			}
			if len(grown) > maxBuilt {
				return pgerr.New(pgerr.OutOfMemory, "out of memory").WithDetail("A batch of computed values grew beyond %d bytes.", maxBuilt)
			}
			dst = grown
			out.Built(i, dst, off)
		}
		return nil
	}
}

// slicing makes a kernel of a function that picks a part of argument 0; the result shares its buffer.
func slicing(f func(c *Call, v []byte, i int32) (from, to int, err error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a := c.Args[0]
		out.View(a.Buf)
		for _, i := range sel {
			from, to, err := f(c, a.Bytes(i), i)
			if err != nil {
				return err
			}
			if to <= from {
				from, to = 0, 0
			}
			out.Spans[i] = vector.Span{Off: a.Spans[i].Off + uint32(from), Len: uint32(to - from)}
		}
		return nil
	}
}

// judging makes a kernel of a boolean function of row i.
func judging(f func(c *Call, i int32) (bool, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, err := f(c, i)
			if err == errNull {
				out.SetNull(i)
				continue
			}
			if err != nil {
				return err
			}
			out.Bools[i] = v
		}
		return nil
	}
}

// counting makes a kernel of an integer function of row i.
func counting(f func(c *Call, i int32) (int64, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, err := f(c, i)
			if err == errNull {
				out.SetNull(i)
				continue
			}
			if err != nil {
				return err
			}
			out.Ints[i] = v
		}
		return nil
	}
}

// arrayed makes a kernel of a function of row i whose result is an array; nil is NULL.
func arrayed(f func(c *Call, i int32) (*types.Array, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, err := f(c, i)
			if err != nil {
				return err
			}
			if v == nil {
				out.SetNull(i)
				continue
			}
			out.Arrays[i] = v
		}
		return nil
	}
}

// asciiOnly tells collations that know case and classes of ASCII alone.
func asciiOnly(c types.OID) bool { return c == types.CCollation || c == types.POSIXCollation }

// scratch is the state of functions that need a text in between.
type scratch struct{ text []byte }

// ready gives a call's own state of type T, made at first use.
func ready[T any](c *Call) *T {
	s, ok := c.State.(*T)
	if !ok {
		s = new(T)
		c.State = s
	}
	return s
}
