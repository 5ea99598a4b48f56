package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// varNode is the batch's own column.
type varNode struct{ col int }

func (n *varNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if n.col >= len(m.cols) || m.cols[n.col] == nil {
		return nil, pgerr.New(pgerr.InternalError, "column %d was not read", n.col)
	}
	return m.cols[n.col], nil
}

// slotNode reads what was computed elsewhere.
type slotNode struct{ from *slot }

func (n *slotNode) eval(m *machine, sel []int32) (*vector.Column, error) { return n.from.col, nil }

// constNode is a column of one value, filled once and again only for a larger batch.
type constNode struct {
	typ    types.Type
	value  types.Datum
	col    *vector.Column
	filled int
}

func newConst(t types.Type, v types.Datum) *constNode { return &constNode{typ: t, value: v} }

func (n *constNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if n.filled < m.n || n.col == nil {
		rows := m.n
		if rows > 1 { // one row is how constants are folded: a list of 100,000 of them must not fill as many batches
			rows = max(rows, vector.Size)
		}
		n.fill(rows)
	}
	return n.col, nil
}

// fill makes the first rows of the column the value.
func (n *constNode) fill(rows int) {
	if n.col == nil {
		n.col = vector.New(n.typ, rows)
	}
	n.col.Reset()
	n.col.Resize(rows)
	n.filled = rows
	broadcast(n.col, n.value, rows)
}

// broadcast makes rows 0..n-1 the value; bytes are held once.
func broadcast(c *vector.Column, v types.Datum, n int) {
	if v.Null {
		for i := range c.Nulls[:n] {
			c.Nulls[i] = true
		}
		c.HasNulls = true
		return
	}
	if n == 0 {
		return
	}
	c.Set(0, v)
	switch c.Kind {
	case types.KindBool:
		repeat(c.Bools[:n])
	case types.KindInt:
		repeat(c.Ints[:n])
	case types.KindFloat:
		repeat(c.Floats[:n])
	case types.KindNumeric:
		repeat(c.Nums[:n])
	case types.KindInterval:
		repeat(c.Intervals[:n])
	case types.KindArray:
		repeat(c.Arrays[:n])
	case types.KindRecord:
		repeat(c.Records[:n])
	default:
		repeat(c.Spans[:n])
	}
}

func repeat[T any](s []T) {
	for i := range s {
		s[i] = s[0]
	}
}

// paramNode is a parameter; those passed into a sub-plan may change between batches.
type paramNode struct {
	*Param
	constNode
}

func (n *paramNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	from := m.env.Params
	if n.Exec {
		from = m.env.Exec
	}
	if n.Index >= len(from) {
		return nil, pgerr.New(pgerr.UndefinedObject, "no value found for parameter %d", n.Index+1)
	}
	if n.Exec || n.col == nil {
		n.value = from[n.Index]
		n.filled = 0
	}
	if n.Exec && n.filled == 0 {
		n.fill(m.n)
		return n.col, nil
	}
	return n.constNode.eval(m, sel)
}

// onceNode computes, for the first row that asks, what is the same for every row.
type onceNode struct {
	inner node
	typ   types.Type
	value *constNode
	row   [1]int32
}

func (n *onceNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	if n.value == nil {
		one := machine{n: 1, env: m.env}
		c, err := n.inner.eval(&one, n.row[:])
		if err != nil {
			return nil, err
		}
		v := c.Datum(0)
		v.Bytes = append([]byte(nil), v.Bytes...)
		n.value = newConst(n.typ, v)
	}
	return n.value.eval(m, sel)
}

// fixedNode tells whether a node gives one value for all rows of the whole execution.
func fixedNode(n node) bool {
	switch n := n.(type) {
	case *constNode, *onceNode:
		return true
	case *paramNode:
		return !n.Exec
	}
	return false
}
