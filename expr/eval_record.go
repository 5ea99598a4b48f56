package expr

import (
	"howdah/internal/pgdata"
	"howdah/types"
	"howdah/vector"
)

// rowNode is ROW(…).
type rowNode struct {
	args  []node
	cols  []*vector.Column
	types []types.Type
	names []string
	out   *vector.Column
}

func (n *rowNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if err := evalAll(m, sel, n.args, n.cols); err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		r := &types.Record{Types: n.types, Names: n.names, Fields: make([]types.Datum, len(n.cols))}
		for k, c := range n.cols {
			r.Fields[k] = ownDatum(c, i)
		}
		n.out.Records[i] = r
	}
	return n.out, nil
}

// fieldNode is (row).name.
type fieldNode struct {
	arg   node
	index int
	out   *vector.Column
}

func (n *fieldNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		if c.Null(i) || n.index >= len(c.Records[i].Fields) {
			n.out.SetNull(i)
		} else {
			n.out.Set(i, c.Records[i].Fields[n.index])
		}
	}
	return n.out, nil
}

// rowCompareNode is (a, b) < (c, d) and the like: the first pair that differs decides; a NULL met before that makes
// the result NULL.
type rowCompareNode struct {
	less, equal []*pairNode
	op          string
	out         *vector.Column
	open, next  []int32
}

func (c *compiler) compileRowCompare(e *RowCompare) (node, error) {
	n := &rowCompareNode{op: e.Op, out: vector.New(boolType, 0)}
	for i := range e.Left {
		in := types.NoCollation
		if i < len(e.In) {
			in = e.In[i]
		}
		for k, procs := range [2][]*pgdata.Proc{e.Less, e.Equal} {
			p, err := c.compilePair(&Func{Proc: procs[i], Args: []Expr{e.Left[i], e.Right[i]}, Typ: boolType, In: in})
			if err != nil {
				return nil, err
			}
			if k == 0 {
				n.less = append(n.less, p)
			} else {
				n.equal = append(n.equal, p)
			}
		}
	}
	return n, nil
}

func (n *rowCompareNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	n.out.Reset()
	n.out.Resize(m.n)
	open := append(n.open[:0], sel...)
	for k := range n.less {
		_, _, equal, both, err := n.equal[k].compare(m, open)
		if err != nil {
			return nil, err
		}
		n.next = n.next[:0] // rows of both where the pair differs
		rest := 0
		at := 0
		for _, i := range open {
			if at >= len(both) || both[at] != i {
				n.out.SetNull(i)
				continue
			}
			at++
			switch {
			case equal.Null(i):
				n.out.SetNull(i)
			case equal.Bools[i]:
				open[rest] = i
				rest++
			default:
				n.next = append(n.next, i)
			}
		}
		if len(n.next) > 0 {
			_, _, less, _, err := n.less[k].compare(m, n.next)
			if err != nil {
				return nil, err
			}
			up := n.op == "<" || n.op == "<="
			for _, i := range n.next {
				n.out.Bools[i] = less.Bools[i] == up
			}
		}
		if open = open[:rest]; rest == 0 {
			break
		}
	}
	for _, i := range open {
		n.out.Bools[i] = n.op == "<=" || n.op == ">="
	}
	n.open = open[:0]
	return n.out, nil
}
