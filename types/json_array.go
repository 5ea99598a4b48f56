package types

import (
	"bytes"

	"howdah/pgerr"
)

// ArrayOfJSON makes an array of a JSON array, of whatever dimensions, as populate_array of jsonfuncs.c does. v is valid JSON.
func ArrayOfJSON(elem Type, v []byte, style *Style) (*Array, error) {
	if v[0] != '[' {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, "expected JSON array")
	}
	b := jsonArray{elem: elem, style: style}
	if err := b.read(v, 0); err != nil {
		return nil, err
	}
	a := &Array{Elem: elem.OID, Elems: b.elems}
	if len(b.elems) == 0 {
		return a, nil
	}
	for _, n := range b.dims {
		a.Dims = append(a.Dims, Dim{Len: n, Lower: 1})
	}
	_, err := CheckDims(a.Dims)
	return a, err
}

// jsonArray reads nested arrays. The first value that is no array tells how many dimensions there are.
type jsonArray struct {
	elem  Type
	style *Style
	dims  []int32
	known bool
	elems []Datum
}

func (b *jsonArray) read(v []byte, depth int) error {
	if depth >= MaxDim {
		return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", depth+1, MaxDim)
	}
	if !b.known {
		b.dims = append(b.dims, -1) // depth is their number, until a value or an end tells that it is all
	}
	n := int32(0)
	var fault error
	EachJSON(v, func(_, value []byte) bool {
		n++
		deeper := !b.known || depth+1 < len(b.dims)
		switch {
		case deeper && value[0] == '[':
			fault = b.read(value, depth+1)
		case deeper && b.known:
			fault = pgerr.New(pgerr.InvalidTextRepresentation, "expected JSON array")
		default:
			b.known = true
			fault = b.value(value)
		}
		return fault == nil
	})
	if fault != nil {
		return fault
	}
	b.known = true
	if b.dims[depth] < 0 {
		b.dims[depth] = n
	} else if b.dims[depth] != n {
		return pgerr.New(pgerr.InvalidTextRepresentation, "malformed JSON array").
			WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	return nil
}

func (b *jsonArray) value(v []byte) error {
	d, err := ScalarOfJSON(b.elem, v, b.style)
	if err == nil {
		b.elems = append(b.elems, d)
	}
	return err
}

// ScalarOfJSON makes a value of a JSON value by the type's input function: of a string its content, of anything else its
// text, as populate_scalar of jsonfuncs.c does. null is NULL.
func ScalarOfJSON(t Type, v []byte, style *Style) (Datum, error) {
	if string(v) == "null" {
		return NullDatum, nil
	}
	if v[0] != '"' || t.OID == JSONOID || t.OID == JSONBOID {
		return ParseText(t, bytes.Clone(v), style)
	}
	content, err := AppendUnescaped(nil, v)
	if err != nil {
		return NullDatum, err
	}
	return ParseText(t, content, style)
}
