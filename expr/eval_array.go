package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// arrayNode is ARRAY[…].
type arrayNode struct {
	args   []node
	cols   []*vector.Column
	elem   types.OID
	nested bool
	out    *vector.Column
}

func evalAll(m *machine, sel []int32, args []node, into []*vector.Column) error {
	for i, a := range args {
		c, err := a.eval(m, sel)
		if err != nil {
			return err
		}
		into[i] = c
	}
	return nil
}

func (n *arrayNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if err := evalAll(m, sel, n.args, n.cols); err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		var a *types.Array
		if n.nested {
			var err error
			if a, err = n.stack(i); err != nil {
				return nil, err
			}
		} else {
			elems := make([]types.Datum, len(n.cols))
			for k, c := range n.cols {
				elems[k] = ownDatum(c, i)
			}
			a = types.NewArray(n.elem, elems)
		}
		n.out.Arrays[i] = a
	}
	return n.out, nil
}

// stack makes one array of arrays of equal dimensions.
func (n *arrayNode) stack(i int32) (*types.Array, error) {
	mismatch := func() error {
		return pgerr.New(pgerr.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions")
	}
	out := &types.Array{Elem: n.elem}
	empty := false
	for _, c := range n.cols {
		if c.Null(i) || len(c.Arrays[i].Dims) == 0 {
			empty = true
			continue
		}
		a := c.Arrays[i]
		if out.Dims == nil {
			out.Dims = append([]types.Dim{{Len: int32(len(n.cols)), Lower: 1}}, a.Dims...)
			if len(out.Dims) > types.MaxDim {
				return nil, pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(out.Dims), types.MaxDim)
			}
		} else {
			if len(a.Dims) != len(out.Dims)-1 {
				return nil, mismatch()
			}
			for k, d := range a.Dims {
				if d != out.Dims[k+1] {
					return nil, mismatch()
				}
			}
		}
		out.Elems = append(out.Elems, a.Elems...)
	}
	if empty && out.Dims != nil {
		return nil, mismatch()
	}
	return out, nil
}

// subscriptNode is a[i] or a[i:j].
type subscriptNode struct {
	arg          node
	lower, upper []node // nil entries: the array's own bound
	lo, up       []*vector.Column
	slice        bool
	out          *vector.Column
}

func (c *compiler) compileSubscript(e *Subscript) (node, error) {
	arg, err := c.compile(e.Arg)
	if err != nil {
		return nil, err
	}
	n := &subscriptNode{arg: arg, slice: e.Slice, out: vector.New(e.Typ, 0)}
	bounds := func(es []Expr) ([]node, error) {
		out := make([]node, len(es))
		for i, e := range es {
			if e == nil {
				continue
			}
			var err error
			if out[i], err = c.compile(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if n.lower, err = bounds(e.Lower); err != nil {
		return nil, err
	}
	if n.upper, err = bounds(e.Upper); err != nil {
		return nil, err
	}
	n.lo, n.up = make([]*vector.Column, len(n.lower)), make([]*vector.Column, len(n.upper))
	return n, nil
}

func (n *subscriptNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	for side, nodes := range [2][]node{n.lower, n.upper} {
		cols := [2][]*vector.Column{n.lo, n.up}[side]
		for k, b := range nodes {
			if b != nil {
				if cols[k], err = b.eval(m, sel); err != nil {
					return nil, err
				}
			}
		}
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		if c.Null(i) || n.nullBound(i) {
			n.out.SetNull(i)
			continue
		}
		if n.slice {
			n.out.Arrays[i] = n.cut(c.Arrays[i], i)
			continue
		}
		a, at := c.Arrays[i], 0
		if len(a.Dims) != len(n.up) {
			n.out.SetNull(i)
			continue
		}
		inside := true
		for k, d := range a.Dims {
			x := n.up[k].Ints[i] - int64(d.Lower)
			if x < 0 || x >= int64(d.Len) {
				inside = false
				break
			}
			at = at*int(d.Len) + int(x)
		}
		if !inside {
			n.out.SetNull(i)
			continue
		}
		n.out.Set(i, a.Elems[at])
	}
	return n.out, nil
}

func (n *subscriptNode) nullBound(i int32) bool {
	for _, cols := range [2][]*vector.Column{n.lo, n.up} {
		for _, c := range cols {
			if c != nil && c.Null(i) {
				return true
			}
		}
	}
	return false
}

// cut is array_get_slice: bounds are clipped to the array, an empty cut is the empty array, lower bounds become 1.
func (n *subscriptNode) cut(a *types.Array, i int32) *types.Array {
	out := &types.Array{Elem: a.Elem}
	if len(a.Dims) < len(n.up) || len(a.Dims) == 0 {
		return out
	}
	first := make([]int, len(a.Dims))
	dims := make([]types.Dim, len(a.Dims))
	for k, d := range a.Dims {
		lo, up := int64(d.Lower), int64(d.Lower)+int64(d.Len)-1
		if k < len(n.up) {
			if n.lo[k] != nil {
				lo = max(lo, n.lo[k].Ints[i])
			}
			if n.up[k] != nil {
				up = min(up, n.up[k].Ints[i])
			}
		}
		if up < lo {
			return out
		}
		first[k] = int(lo - int64(d.Lower))
		dims[k] = types.Dim{Len: int32(up - lo + 1), Lower: 1}
	}
	out.Dims = dims
	at := make([]int, len(dims))
	for {
		from := 0
		for k := range dims {
			from = from*int(a.Dims[k].Len) + first[k] + at[k]
		}
		out.Elems = append(out.Elems, a.Elems[from])
		k := len(dims) - 1
		for ; k >= 0; k-- {
			if at[k]++; at[k] < int(dims[k].Len) {
				break
			}
			at[k] = 0
		}
		if k < 0 {
			return out
		}
	}
}
