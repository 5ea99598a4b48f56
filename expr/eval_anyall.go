package expr

import (
	"howdah/types"
	"howdah/vector"
)

// anyAllNode is scalar op ANY|ALL (array): the k-th elements of all arrays at once, each only for the rows that no
// earlier element decided, as PostgreSQL would evaluate them.
type anyAllNode struct {
	*caller
	left, right node
	all         bool
	elem        types.Type
	result      *vector.Column
	open        []int32

	column *vector.Column // of the k-th elements
	calls  []*elementCall // where the array is constant: one per element, so that kernels keep what they prepared
	set    *elementSet    // where membership alone decides
	fixed  bool
}

// elementCall is the comparison with one element of a constant array.
type elementCall struct {
	call  Call
	value *constNode
}

// elementSet answers `= ANY (constant)` and `<> ALL (constant)` by looking up.
type elementSet struct {
	ints     map[int64]struct{}
	texts    map[string]struct{}
	few      []int64  // instead of ints where there are few
	words    [][]byte // instead of texts
	hasNulls bool
}

// membership are the kernels that mean plain equality of storage (true) or its negation (false).
var membership = map[string]bool{
	"int2eq": true, "int4eq": true, "int8eq": true, "int24eq": true, "int42eq": true, "int28eq": true, "int82eq": true, "int48eq": true,
	"int84eq": true, "oideq": true, "chareq": true, "date_eq": true, "time_eq": true, "timestamp_eq": true, "texteq": true, "nameeq": true,
	"uuid_eq": true, "byteaeq": true, "cash_eq": true,
	"int2ne": false, "int4ne": false, "int8ne": false, "int24ne": false, "int42ne": false, "int28ne": false, "int82ne": false,
	"int48ne": false, "int84ne": false, "oidne": false, "charne": false, "date_ne": false, "time_ne": false, "timestamp_ne": false,
	"textne": false, "namene": false, "uuid_ne": false, "byteane": false, "cash_ne": false,
}

func (c *compiler) compileAnyAll(e *AnyAll) (node, error) {
	x, err := c.newCaller(&Func{Proc: e.Op, Args: []Expr{e.Left, e.Right}, Typ: boolType, In: e.In})
	if err != nil {
		return nil, err
	}
	n := &anyAllNode{caller: x, all: e.All, elem: types.Of(elementOf(e.Right.Type().OID)), result: vector.New(boolType, 0)}
	if n.left, err = c.compile(e.Left); err != nil {
		return nil, err
	}
	if n.right, err = c.compile(e.Right); err != nil {
		return nil, err
	}
	n.fixed = fixedNode(n.right)
	n.call.ArgTypes[1] = n.elem
	n.call.Const[0] = fixedNode(n.left)
	n.column = vector.New(n.elem, 0)
	if equal, ok := membership[e.Op.Src]; ok && equal != e.All && n.fixed {
		n.set = &elementSet{}
	}
	return n, nil
}

// prepare looks at a constant array, once.
func (n *anyAllNode) prepare(a *types.Array) {
	if n.set != nil {
		n.set.fill(a, types.KindOf(n.elem.OID))
		return
	}
	n.calls = make([]*elementCall, len(a.Elems))
	for k, v := range a.Elems {
		x := &elementCall{call: n.call, value: newConst(n.elem, v)}
		x.call.Args = make([]*vector.Column, 2)
		x.call.Const = []bool{n.call.Const[0], true}
		x.call.State = nil
		n.calls[k] = x
	}
}

func (s *elementSet) fill(a *types.Array, kind types.Kind) {
	s.ints, s.texts = map[int64]struct{}{}, map[string]struct{}{}
	for _, v := range a.Elems {
		switch {
		case v.Null:
			s.hasNulls = true
		case kind == types.KindInt:
			s.ints[v.Int] = struct{}{}
		default:
			s.texts[string(v.Bytes)] = struct{}{}
		}
	}
	// A few are sooner compared than hashed.
	if len(s.ints) <= 16 {
		for v := range s.ints {
			s.few = append(s.few, v)
		}
	}
	if len(s.texts) <= 8 {
		for v := range s.texts {
			s.words = append(s.words, []byte(v))
		}
	}
}

func (s *elementSet) has(c *vector.Column, i int32) bool {
	if c.Kind != types.KindInt {
		v := c.Bytes(i)
		if s.words == nil {
			_, ok := s.texts[string(v)]
			return ok
		}
		for _, w := range s.words {
			if string(w) == string(v) {
				return true
			}
		}
		return false
	}
	v := c.Ints[i]
	if s.few != nil {
		for _, f := range s.few {
			if f == v {
				return true
			}
		}
		return false
	}
	_, ok := s.ints[v]
	return ok
}

func (n *anyAllNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	l, err := n.left.eval(m, sel)
	if err != nil {
		return nil, err
	}
	r, err := n.right.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.result.Reset()
	n.result.Resize(m.n)
	if cap(n.open) < len(sel) {
		n.open = make([]int32, 0, max(len(sel), vector.Size))
	}
	open, longest := n.open[:0], 0
	for _, i := range sel {
		if r.Null(i) {
			n.result.SetNull(i)
			continue
		}
		k := len(r.Arrays[i].Elems)
		n.result.Bools[i] = n.all
		// No elements: the answer is known even of a NULL.
		if k == 0 {
			continue
		}
		if n.strict && l.Null(i) {
			n.result.SetNull(i)
			continue
		}
		longest = max(longest, k)
		open = append(open, i)
	}
	if len(open) == 0 {
		return n.result, nil
	}
	if n.fixed && n.calls == nil && (n.set == nil || n.set.ints == nil) {
		n.prepare(r.Arrays[open[0]])
	}
	if n.set != nil {
		for _, i := range open {
			switch {
			case n.set.has(l, i):
				n.result.Bools[i] = !n.all
			case n.set.hasNulls:
				n.result.SetNull(i)
			}
		}
		return n.result, nil
	}
	for k := 0; k < longest && len(open) > 0; k++ {
		var col *vector.Column
		if n.fixed {
			x := n.calls[k]
			v, err := x.value.eval(m, open)
			if err != nil {
				return nil, err
			}
			x.call.Args[0], x.call.Args[1] = l, v
			if col, err = n.with(&x.call, m, open); err != nil {
				return nil, err
			}
		} else {
			if open = n.kth(r, open, k); len(open) == 0 {
				break
			}
			n.call.Args[0], n.call.Args[1] = l, n.column
			if col, err = n.run(m, open); err != nil {
				return nil, err
			}
		}
		rest := open[:0]
		for _, i := range open {
			switch {
			case col.Null(i):
				n.result.SetNull(i)
				rest = append(rest, i)
			case col.Bools[i] != n.all:
				n.result.Bools[i] = !n.all
				n.result.Nulls[i] = false
			default:
				rest = append(rest, i)
			}
		}
		open = rest
	}
	return n.result, nil
}

// kth fills the column with the k-th elements and leaves out the rows whose arrays are shorter.
func (n *anyAllNode) kth(r *vector.Column, open []int32, k int) []int32 {
	n.column.Reset()
	n.column.Resize(len(r.Nulls))
	rest := open[:0]
	for _, i := range open {
		if e := r.Arrays[i].Elems; k < len(e) {
			n.column.Set(i, e[k])
			rest = append(rest, i)
		}
	}
	return rest
}

// with is caller.run for another call of the same function.
func (n *anyAllNode) with(c *Call, m *machine, sel []int32) (*vector.Column, error) {
	keep := n.call
	n.call = *c
	out, err := n.run(m, sel)
	*c = n.call
	n.call = keep
	return out, err
}
