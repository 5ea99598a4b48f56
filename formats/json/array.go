package json

import (
	"bytes"

	"howdah/pgerr"
	"howdah/types"
)

// array makes a PostgreSQL array of a JSON array, of whatever dimensions, as populate_array of jsonfuncs.c does.
func (r *reader) array(elem types.Type, v []byte) (*types.Array, error) {
	if v[0] != '[' {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, "expected JSON array")
	}
	b := arrayBuilder{elem: elem, style: r.style}
	if err := b.read(v, 0); err != nil {
		return nil, err
	}
	a := &types.Array{Elem: elem.OID, Elems: b.elems}
	if len(b.elems) == 0 {
		return a, nil
	}
	for _, n := range b.dims {
		a.Dims = append(a.Dims, types.Dim{Len: n, Lower: 1})
	}
	_, err := types.CheckDims(a.Dims)
	return a, err
}

// arrayBuilder reads nested arrays. The first value that is no array tells how many dimensions there are.
type arrayBuilder struct {
	elem  types.Type
	style *types.Style
	dims  []int32
	known bool
	elems []types.Datum
}

func (b *arrayBuilder) read(v []byte, depth int) error {
	if depth >= types.MaxDim {
		return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", depth+1, types.MaxDim)
	}
	if !b.known {
		b.dims = append(b.dims, -1) // depth is their number, until a value or an end tells that it is all
	}
	n := int32(0)
	var fault error
	types.EachJSON(v, func(_, value []byte) bool {
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
		return malformed()
	}
	return nil
}

func malformed() error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "malformed JSON array").WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
}

func (b *arrayBuilder) value(v []byte) error {
	if string(v) == "null" {
		b.elems = append(b.elems, types.NullDatum)
		return nil
	}
	if v[0] == '"' && b.elem.OID != types.JSONOID && b.elem.OID != types.JSONBOID {
		content, err := appendUnescaped(nil, v)
		if err != nil {
			return err
		}
		v = content
	} else {
		v = bytes.Clone(v)
	}
	d, err := types.ParseText(b.elem, v, b.style)
	if err != nil {
		return err
	}
	b.elems = append(b.elems, d)
	return nil
}
