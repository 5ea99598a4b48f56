package expr

import (
	"howdah/types"
	"howdah/vector"
)

// relabelNode shows a column under another type of the same storage.
type relabelNode struct {
	arg  node
	typ  types.Type
	wrap func(int64) int64 // nil = values stay as they are
	view vector.Column
	out  *vector.Column
}

// integerWrap tells how the storage of an integer differs between two binary-coercible types: oid is unsigned.
func integerWrap(from, to types.OID) func(int64) int64 {
	if types.KindOf(from) != types.KindInt || types.KindOf(to) != types.KindInt || from == to {
		return nil
	}
	switch {
	case from == types.Int4OID:
		return func(v int64) int64 { return int64(uint32(v)) }
	case to == types.Int4OID:
		return func(v int64) int64 { return int64(int32(v)) }
	}
	return nil
}

func (n *relabelNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	if n.wrap == nil {
		n.view = *c
		n.view.Type = n.typ
		return &n.view, nil
	}
	if n.out == nil {
		n.out = vector.New(n.typ, m.n)
	}
	n.out.Reset()
	n.out.Resize(m.n)
	for _, i := range sel {
		if c.Null(i) {
			n.out.SetNull(i)
		} else {
			n.out.Ints[i] = n.wrap(c.Ints[i])
		}
	}
	return n.out, nil
}

// viaIONode converts by text forms.
type viaIONode struct {
	arg  node
	to   types.Type
	out  *vector.Column
	text []byte
}

// textual tells the types whose values are their text, of any length.
func textual(t types.Type) bool {
	switch t.OID {
	case types.TextOID, types.VarcharOID, types.BpcharOID:
		return t.Typmod < 0
	}
	return false
}

func (n *viaIONode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	style := m.env.Style
	isText := c.Kind == types.KindBytes && (textual(types.Of(c.Type.OID)) || c.Type.OID == types.UnknownOID || c.Type.OID == types.NameOID)
	for _, i := range sel {
		if c.Null(i) {
			n.out.SetNull(i)
			continue
		}
		if textual(n.to) {
			buf := n.out.Build()
			off := len(buf)
			n.out.Built(i, appendValue(buf, c, i, m.env), off)
			continue
		}
		var text []byte
		if isText {
			text = c.Bytes(i)
		} else {
			n.text = appendValue(n.text[:0], c, i, m.env)
			text = n.text
		}
		if v, ok, err := readName(n.to.OID, text, m.env); ok {
			if err != nil {
				return nil, err
			}
			n.out.Ints[i] = v
			continue
		}
		if err := n.out.SetText(i, n.to, text, style); err != nil {
			return nil, err
		}
	}
	return n.out, nil
}

// arrayCoerceNode converts the elements of all arrays of a batch at once.
type arrayCoerceNode struct {
	arg   node
	elem  node
	slot  *slot
	in    *vector.Column
	typ   types.Type
	out   *vector.Column
	inner machine
}

func (c *compiler) compileArrayCoerce(e *ArrayCoerce) (node, error) {
	n := &arrayCoerceNode{typ: e.Typ, slot: &slot{}, out: vector.New(e.Typ, 0)}
	var err error
	if n.arg, err = c.compile(e.Arg); err != nil {
		return nil, err
	}
	outer := c.test
	c.test = n.slot
	n.elem, err = c.compile(e.Elem)
	c.test = outer
	n.in = vector.New(types.Of(elementOf(e.Arg.Type().OID)), 0)
	return n, err
}

func (n *arrayCoerceNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.arg.eval(m, sel)
	if err != nil {
		return nil, err
	}
	n.out.Reset()
	n.out.Resize(m.n)
	total := 0
	for _, i := range sel {
		if !c.Null(i) {
			total += len(c.Arrays[i].Elems)
		}
	}
	n.in.Reset()
	n.in.Resize(total)
	at := int32(0)
	for _, i := range sel {
		if c.Null(i) {
			continue
		}
		for _, e := range c.Arrays[i].Elems {
			n.in.Set(at, e)
			at++
		}
	}
	var conv *vector.Column
	if total > 0 {
		n.slot.col = n.in
		n.inner = machine{n: total, env: m.env}
		if conv, err = n.elem.eval(&n.inner, vector.Identity(total)); err != nil {
			return nil, err
		}
	}
	at = 0
	for _, i := range sel {
		if c.Null(i) {
			n.out.SetNull(i)
			continue
		}
		from := c.Arrays[i]
		a := &types.Array{Elem: elementOf(n.typ.OID), Dims: from.Dims, Elems: make([]types.Datum, len(from.Elems))}
		for k := range from.Elems {
			a.Elems[k] = ownDatum(conv, at)
			at++
		}
		n.out.Arrays[i] = a
	}
	return n.out, nil
}

// ownDatum is a row's value with bytes of its own.
func ownDatum(c *vector.Column, i int32) types.Datum {
	d := c.Datum(i)
	if d.Bytes != nil {
		d.Bytes = append(make([]byte, 0, len(d.Bytes)), d.Bytes...)
	}
	return d
}
