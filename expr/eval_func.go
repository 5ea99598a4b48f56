package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// caller calls a kernel with strictness taken care of.
type caller struct {
	kernel Kernel
	call   Call
	strict bool
	out    *vector.Column
	live   []int32
}

func (c *compiler) newCaller(f *Func) (*caller, error) {
	if f.Proc.RetSet {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "set-valued function called in context that cannot accept a set")
	}
	k, err := kernelOf(f.Proc)
	if err != nil {
		return nil, err
	}
	if f.Spread {
		k = newSpread(k, f).run
	}
	x := &caller{kernel: collated(k, f), strict: f.Proc.Strict, out: vector.New(f.Typ, 0)}
	x.call = Call{
		Args: make([]*vector.Column, len(f.Args)), ArgTypes: make([]types.Type, len(f.Args)), Const: make([]bool, len(f.Args)),
		Result: f.Typ, Collation: f.In, Env: c.env, Columns: f.Columns,
	}
	for i, a := range f.Args {
		x.call.ArgTypes[i] = a.Type()
	}
	return x, nil
}

// run computes the rows of sel from the arguments in call.Args.
func (x *caller) run(m *machine, sel []int32) (*vector.Column, error) {
	x.out.Reset()
	x.out.Resize(m.n)
	if x.strict {
		sel = x.skipNulls(sel)
		if len(sel) == 0 {
			return x.out, nil
		}
	}
	if err := x.kernel(&x.call, x.out, sel); err != nil {
		return nil, err
	}
	return x.out, nil
}

// skipNulls sets the result NULL where an argument is, and gives the other rows.
func (x *caller) skipNulls(sel []int32) []int32 {
	for _, a := range x.call.Args {
		if !a.HasNulls {
			continue
		}
		if cap(x.live) < len(sel) {
			x.live = make([]int32, 0, max(len(sel), vector.Size))
		}
		live, n := x.live[:len(sel)], 0
		for _, i := range sel {
			null := a.Nulls[i]
			x.out.Nulls[i] = null
			live[n] = i
			n += 1 - one(null)
		}
		x.out.HasNulls = x.out.HasNulls || n < len(sel)
		sel = live[:n]
	}
	return sel
}

// funcNode is a function call.
type funcNode struct {
	*caller
	args []node
}

func (c *compiler) compileFunc(f *Func) (node, error) {
	if n, err := c.compileBitCount(f); n != nil || err != nil {
		return n, err
	}
	x, err := c.newCaller(f)
	if err != nil {
		return nil, err
	}
	args, err := c.compileAll(f.Args)
	if err != nil {
		return nil, err
	}
	for i, a := range args {
		x.call.Const[i] = fixedNode(a)
	}
	if ret := types.OID(f.Proc.Ret); !isPolymorphic(ret) {
		if wrap := integerWrap(ret, f.Typ.OID); wrap != nil {
			// A cast that borrows another type's function: int2 becomes oid by way of int4.
			x.out.Type, x.call.Result = types.Of(ret), types.Of(ret)
			return &relabelNode{arg: &funcNode{x, args}, typ: f.Typ, wrap: wrap}, nil
		}
	}
	return &funcNode{x, args}, nil
}

func (n *funcNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	for i, a := range n.args {
		col, err := a.eval(m, sel)
		if err != nil {
			return nil, err
		}
		n.call.Args[i] = col
	}
	return n.run(m, sel)
}

// pairNode is an equality that is only asked where neither side is NULL.
type pairNode struct {
	*caller
	left, right node
	both        []int32
}

func (c *compiler) compilePair(eq *Func) (*pairNode, error) {
	x, err := c.newCaller(eq)
	if err != nil {
		return nil, err
	}
	args, err := c.compileAll(eq.Args)
	if err != nil {
		return nil, err
	}
	x.call.Const[0], x.call.Const[1] = fixedNode(args[0]), fixedNode(args[1])
	return &pairNode{caller: x, left: args[0], right: args[1]}, nil
}

// compare evaluates both sides; equal holds for the rows of both, in which neither is NULL.
func (p *pairNode) compare(m *machine, sel []int32) (l, r, equal *vector.Column, both []int32, err error) {
	if l, err = p.left.eval(m, sel); err != nil {
		return
	}
	if r, err = p.right.eval(m, sel); err != nil {
		return
	}
	both = sel
	if l.HasNulls || r.HasNulls {
		p.both = p.both[:0]
		for _, i := range sel {
			if !l.Null(i) && !r.Null(i) {
				p.both = append(p.both, i)
			}
		}
		both = p.both
	}
	p.call.Args[0], p.call.Args[1] = l, r
	if len(both) == 0 {
		return l, r, nil, both, nil
	}
	equal, err = p.run(m, both)
	return
}

// distinctNode is IS [NOT] DISTINCT FROM.
type distinctNode struct {
	pair *pairNode
	not  bool
	out  *vector.Column
}

func (n *distinctNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	l, r, equal, both, err := n.pair.compare(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		n.out.Bools[i] = (l.Null(i) != r.Null(i)) != n.not
	}
	for _, i := range both {
		n.out.Bools[i] = (equal.Null(i) || equal.Bools[i]) == n.not
	}
	return n.out, nil
}

// nullIfNode is NULLIF.
type nullIfNode struct {
	pair *pairNode
	out  *vector.Column
}

func (n *nullIfNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	l, _, equal, both, err := n.pair.compare(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	k := 0
	for _, i := range sel {
		if k < len(both) && both[k] == i {
			k++
			if !equal.Null(i) && equal.Bools[i] {
				n.out.SetNull(i)
				continue
			}
		}
		vector.Copy(n.out, i, l, i)
	}
	return n.out, nil
}
