package expr

import (
	"unsafe"

	"howdah/vector"
)

// coreAggregates count rows and combine booleans and bits.
var coreAggregates = makeCoreAggregates()

func makeCoreAggregates() map[string]NewAggregate {
	m := map[string]NewAggregate{
		"count()":        flatAggregate(countRows, countResult),
		"count(any)":     flatAggregate(countRows, countResult),
		"bool_and(bool)": flatAggregate(allTrue, boolResult),
		"every(bool)":    flatAggregate(allTrue, boolResult),
		"bool_or(bool)":  flatAggregate(anyTrue, boolResult),
	}
	for _, t := range []string{"int2", "int4", "int8"} {
		m["bit_and("+t+")"] = flatAggregate(foldInts(func(a, b int64) int64 { return a & b }), intResult)
		m["bit_or("+t+")"] = flatAggregate(foldInts(func(a, b int64) int64 { return a | b }), intResult)
		m["bit_xor("+t+")"] = flatAggregate(foldInts(func(a, b int64) int64 { return a ^ b }), intResult)
	}
	return m
}

// flat is an aggregate whose states lie side by side, one per group; the zero state is the empty one.
type flat[S any] struct {
	states []S
	heap   int64 // memory that states refer to
	add    adder[S]
	result func(s *S, out *vector.Column, i int32) error

	groups, sel []int32 // the rows whose arguments are not NULL
}

// adder feeds rows, whose arguments are not NULL, to states and tells by how much the memory that they refer to has
// grown.
type adder[S any] func(states []S, c *Call, groups, sel []int32) (grown int64, err error)

// flatAggregate makes aggregates of states S.
func flatAggregate[S any](add adder[S], result func(s *S, out *vector.Column, i int32) error) NewAggregate {
	return func(*Call) Aggregate { return &flat[S]{add: add, result: result} }
}

func (f *flat[S]) Resize(n int) {
	if n <= len(f.states) {
		return
	}
	if n > cap(f.states) {
		bigger := make([]S, len(f.states), max(n, 2*cap(f.states)))
		copy(bigger, f.states)
		f.states = bigger
	}
	f.states = f.states[:n]
}

func (f *flat[S]) Add(c *Call, groups, sel []int32) error {
	for _, col := range c.Args {
		groups, sel = f.present(col, groups, sel)
	}
	grown, err := f.add(f.states, c, groups, sel)
	f.heap += grown
	return err
}

// present narrows rows to those that are not NULL in a column.
func (f *flat[S]) present(col *vector.Column, groups, sel []int32) ([]int32, []int32) {
	if !col.HasNulls {
		return groups, sel
	}
	if cap(f.sel) < len(sel) {
		f.groups, f.sel = make([]int32, len(sel)), make([]int32, len(sel))
	}
	// The slices may be those of a column before: what is kept never outruns what is read.
	g, s, n := f.groups[:len(sel)], f.sel[:len(sel)], 0
	for k, i := range sel {
		if !col.Nulls[i] {
			g[n], s[n] = groups[k], i
			n++
		}
	}
	return g[:n], s[:n]
}

func (f *flat[S]) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		if err := f.result(&f.states[first+i], out, int32(i)); err != nil {
			return err
		}
	}
	return nil
}

func (f *flat[S]) Bytes() int64 {
	var s S
	return int64(cap(f.states))*int64(unsafe.Sizeof(s)) + f.heap
}

func countRows(states []int64, _ *Call, groups, sel []int32) (int64, error) {
	if len(states) == 1 {
		states[0] += int64(len(sel))
		return 0, nil
	}
	for _, g := range groups[:len(sel)] {
		states[g]++
	}
	return 0, nil
}

func countResult(s *int64, out *vector.Column, i int32) error {
	out.Ints[i] = *s
	return nil
}

// boolState is 0 = empty, else 1 + the value.
type boolState uint8

func allTrue(states []boolState, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s := &states[groups[k]]
		if !col.Bools[i] {
			*s = 1
		} else if *s == 0 {
			*s = 2
		}
	}
	return 0, nil
}

func anyTrue(states []boolState, c *Call, groups, sel []int32) (int64, error) {
	col := c.Args[0]
	for k, i := range sel {
		s := &states[groups[k]]
		if col.Bools[i] {
			*s = 2
		} else if *s == 0 {
			*s = 1
		}
	}
	return 0, nil
}

func boolResult(s *boolState, out *vector.Column, i int32) error {
	if *s == 0 {
		out.SetNull(i)
		return nil
	}
	out.Bools[i] = *s == 2
	return nil
}

// intState is an integer, if there was one.
type intState struct {
	v   int64
	has bool
}

func foldInts(f func(a, b int64) int64) adder[intState] {
	return func(states []intState, c *Call, groups, sel []int32) (int64, error) {
		col := c.Args[0]
		for k, i := range sel {
			s := &states[groups[k]]
			if s.has {
				s.v = f(s.v, col.Ints[i])
			} else {
				*s = intState{col.Ints[i], true}
			}
		}
		return 0, nil
	}
}

func intResult(s *intState, out *vector.Column, i int32) error {
	if !s.has {
		out.SetNull(i)
		return nil
	}
	out.Ints[i] = s.v
	return nil
}
