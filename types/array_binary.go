package types

import (
	"encoding/binary"

	"howdah/pgerr"
)

func badBinary(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidBinaryRepresentation, format, args...)
}

func shortMessage() error {
	return pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
}

// ParseArrayBinary is array_recv: dimensions, then each element as length and value.
func ParseArrayBinary(elem Type, b []byte) (*Array, error) {
	if len(b) < 12 {
		return nil, shortMessage()
	}
	ndim, flags, oid := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:]), OID(binary.BigEndian.Uint32(b[8:]))
	b = b[12:]
	switch {
	case ndim < 0:
		return nil, badBinary("invalid number of dimensions: %d", ndim)
	case ndim > MaxDim:
		return nil, tooManyDims(int(ndim))
	case flags > 1:
		return nil, badBinary("invalid array flags")
	case oid != elem.OID:
		return nil, pgerr.New(pgerr.DatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			oid, typeName(oid), elem.OID, typeName(elem.OID))
	}
	a := &Array{Elem: elem.OID}
	for range ndim {
		if len(b) < 8 {
			return nil, shortMessage()
		}
		a.Dims = append(a.Dims, Dim{Len: int32(binary.BigEndian.Uint32(b)), Lower: int32(binary.BigEndian.Uint32(b[4:]))})
		b = b[8:]
	}
	n, err := CheckDims(a.Dims)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		a.Dims = nil
		return a, nil
	}
	a.Elems = make([]Datum, 0, min(n, len(b)/4))
	for range n {
		if len(b) < 4 {
			return nil, shortMessage()
		}
		size := int32(binary.BigEndian.Uint32(b))
		b = b[4:]
		if size < -1 || int(size) > len(b) {
			return nil, badBinary("insufficient data left in message")
		}
		if size == -1 {
			a.Elems = append(a.Elems, NullDatum)
			continue
		}
		d, err := ParseBinary(elem, b[:size:size])
		if err != nil {
			return nil, err
		}
		a.Elems = append(a.Elems, d)
		b = b[size:]
	}
	return a, nil
}

// AppendArrayBinary is array_send.
func AppendArrayBinary(dst []byte, a *Array) ([]byte, error) {
	dims := a.Dims
	if len(a.Elems) == 0 {
		dims = nil
	}
	flags := uint32(0)
	for i := range a.Elems {
		if a.Elems[i].Null {
			flags = 1
		}
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(dims)))
	dst = binary.BigEndian.AppendUint32(dst, flags)
	dst = binary.BigEndian.AppendUint32(dst, uint32(a.Elem))
	for _, d := range dims {
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Len))
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Lower))
	}
	for i := range a.Elems {
		var err error
		if dst, err = appendSized(dst, Of(a.Elem), &a.Elems[i]); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendSized appends a value after its length, -1 for NULL.
func appendSized(dst []byte, t Type, d *Datum) ([]byte, error) {
	at := len(dst)
	dst = append(dst, 0xff, 0xff, 0xff, 0xff)
	if d.Null {
		return dst, nil
	}
	dst, err := AppendBinary(dst, t, d)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst, nil
}
