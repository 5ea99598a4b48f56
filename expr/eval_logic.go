package expr

import (
	"howdah/types"
	"howdah/vector"
)

// logicNode is AND (stop false) or OR (stop true): arguments are evaluated left to right, each only for the rows that
// no earlier one decided.
type logicNode struct {
	args []node
	out  *vector.Column
	stop bool
	open []int32
}

func (n *logicNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		n.out.Bools[i] = !n.stop
	}
	open := sel
	for _, a := range n.args {
		if len(open) == 0 {
			break
		}
		c, err := a.eval(m, open)
		if err != nil {
			return nil, err
		}
		if cap(n.open) < len(sel) {
			n.open = make([]int32, 0, max(len(sel), vector.Size))
		}
		next := n.open[:0]
		for _, i := range open {
			switch {
			case c.HasNulls && c.Nulls[i]:
				n.out.SetNull(i)
				next = append(next, i)
			case c.Bools[i] == n.stop:
				n.out.Bools[i] = n.stop
				n.out.Nulls[i] = false
			default:
				next = append(next, i)
			}
		}
		n.open, open = next, next
	}
	return n.out, nil
}

type notNode struct {
	arg node
	out *vector.Column
}

func (n *notNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		if c.HasNulls && c.Nulls[i] {
			n.out.SetNull(i)
		} else {
			n.out.Bools[i] = !c.Bools[i]
		}
	}
	return n.out, nil
}

type nullTestNode struct {
	arg node
	not bool
	out *vector.Column
}

func (n *nullTestNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	if c.Kind == types.KindRecord {
		for _, i := range sel {
			n.out.Bools[i] = c.Null(i) != n.not
			if c.Null(i) {
				continue
			}
			// IS NULL: every field is. IS NOT NULL: every field is not.
			all := true
			for k := range c.Records[i].Fields {
				all = all && c.Records[i].Fields[k].Null != n.not
			}
			n.out.Bools[i] = all
		}
		return n.out, nil
	}
	if !c.HasNulls {
		for _, i := range sel {
			n.out.Bools[i] = n.not
		}
		return n.out, nil
	}
	for _, i := range sel {
		n.out.Bools[i] = c.Nulls[i] != n.not
	}
	return n.out, nil
}

type boolTestNode struct {
	arg  node
	want BoolWant
	not  bool
	out  *vector.Column
}

func (n *boolTestNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		is := false
		null := c.Null(i)
		switch n.want {
		case IsTrue:
			is = !null && c.Bools[i]
		case IsFalse:
			is = !null && !c.Bools[i]
		case IsUnknown:
			is = null
		}
		n.out.Bools[i] = is != n.not
	}
	return n.out, nil
}

// caseNode is a searched CASE, or a simple one whose test stands in slot.
type caseNode struct {
	test    node
	slot    *slot
	conds   []node
	results []node // one more than conds: ELSE, or nil
	out     *vector.Column
	open    []int32
	taken   []int32
}

func (c *compiler) compileCase(e *Case) (node, error) {
	n := &caseNode{out: vector.New(e.Typ, 0)}
	outer := c.test
	if e.Test != nil {
		var err error
		if n.test, err = c.compile(e.Test); err != nil {
			return nil, err
		}
		n.slot = &slot{}
	}
	for _, w := range e.Whens {
		if e.Test != nil {
			c.test = n.slot
		}
		cond, err := c.compile(w.Cond)
		c.test = outer
		if err != nil {
			return nil, err
		}
		result, err := c.compile(w.Result)
		if err != nil {
			return nil, err
		}
		n.conds, n.results = append(n.conds, cond), append(n.results, result)
	}
	var last node
	if e.Else != nil {
		var err error
		if last, err = c.compile(e.Else); err != nil {
			return nil, err
		}
	}
	n.results = append(n.results, last)
	return n, nil
}

func (n *caseNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if n.test != nil {
		c, err := n.test.eval(m, sel)
		if err != nil {
			return nil, err
		}
		n.slot.col = c
	}
	n.out.Reset()
	n.out.Resize(m.n)
	if cap(n.open) < len(sel) {
		n.open = make([]int32, 0, max(len(sel), vector.Size))
		n.taken = make([]int32, 0, max(len(sel), vector.Size))
	}
	open := append(n.open[:0], sel...)
	for k, cond := range n.conds {
		c, err := cond.eval(m, open)
		if err != nil {
			return nil, err
		}
		taken, rest := n.taken[:0], open[:0]
		for _, i := range open {
			if c.Bools[i] && !c.Null(i) {
				taken = append(taken, i)
			} else {
				rest = append(rest, i)
			}
		}
		if err := n.take(m, n.results[k], taken); err != nil {
			return nil, err
		}
		if open = rest; len(open) == 0 {
			return n.out, nil
		}
	}
	last := n.results[len(n.conds)]
	if last == nil {
		for _, i := range open {
			n.out.SetNull(i)
		}
		return n.out, nil
	}
	return n.out, n.take(m, last, open)
}

func (n *caseNode) take(m *machine, result node, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	c, err := result.eval(m, sel)
	if err != nil {
		return err
	}
	for _, i := range sel {
		vector.Copy(n.out, i, c, i)
	}
	return nil
}

// coalesceNode is COALESCE.
type coalesceNode struct {
	args []node
	out  *vector.Column
	open []int32
}

func (n *coalesceNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	n.out.Reset()
	n.out.Resize(m.n)
	open := sel
	for _, a := range n.args {
		c, err := a.eval(m, open)
		if err != nil {
			return nil, err
		}
		if cap(n.open) < len(sel) {
			n.open = make([]int32, 0, max(len(sel), vector.Size))
		}
		rest := n.open[:0]
		for _, i := range open {
			if c.Null(i) {
				rest = append(rest, i)
			} else {
				vector.Copy(n.out, i, c, i)
			}
		}
		n.open, open = rest, rest
		if len(open) == 0 {
			return n.out, nil
		}
	}
	for _, i := range open {
		n.out.SetNull(i)
	}
	return n.out, nil
}

// minMaxNode is GREATEST and LEAST.
type minMaxNode struct {
	args  []node
	cols  []*vector.Column
	least bool
	coll  types.OID
	out   *vector.Column
}

func (n *minMaxNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	n.cols = n.cols[:0]
	for _, a := range n.args {
		c, err := a.eval(m, sel)
		if err != nil {
			return nil, err
		}
		n.cols = append(n.cols, c)
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		var top *vector.Column
		for _, c := range n.cols {
			if c.Null(i) {
				continue
			}
			if top != nil {
				if d := vector.Compare(c, i, top, i, n.coll); d == 0 || (d < 0) != n.least {
					continue
				}
			}
			top = c
		}
		if top == nil {
			n.out.SetNull(i)
		} else {
			vector.Copy(n.out, i, top, i)
		}
	}
	return n.out, nil
}
