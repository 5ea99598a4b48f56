package exec

import (
	"encoding/binary"
	"io"
	"math"

	"howdah/internal/spill"
	"howdah/types"
	"howdah/vector"
)

// blockRows is how many rows a block of a spill file has at most: what is in memory of each run that is merged.
const blockRows = 256

// canSpill tells whether columns of the types can be written to disk and read back as they were.
func canSpill(ts []types.Type) bool {
	for _, t := range ts {
		if types.KindOf(t.OID) == types.KindRecord {
			return false
		}
	}
	return true
}

// writeBlock appends the rows of idx to a file. buf is scratch space; it gives it back, grown.
func writeBlock(f *spill.File, buf []byte, cols []*vector.Column, idx []int32) ([]byte, error) {
	buf = binary.AppendUvarint(buf[:0], uint64(len(idx)))
	for _, c := range cols {
		if c == nil {
			buf = append(buf, 2)
			continue
		}
		buf = append(buf, byte(c.Form))
		for _, i := range idx {
			if c.Null(i) {
				buf = append(buf, 1)
				continue
			}
			buf = append(buf, 0)
			var err error
			if buf, err = appendValue(buf, c, i); err != nil {
				return buf, err
			}
		}
	}
	_, err := f.Write(buf)
	return buf, err
}

func appendValue(buf []byte, c *vector.Column, i int32) ([]byte, error) {
	if c.Form == vector.CanonicalText || c.Kind == types.KindBytes {
		v := c.Bytes(i)
		return append(binary.AppendUvarint(buf, uint64(len(v))), v...), nil
	}
	switch c.Kind {
	case types.KindInt:
		return binary.AppendVarint(buf, c.Ints[i]), nil
	case types.KindFloat:
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(c.Floats[i])), nil
	case types.KindBool:
		if c.Bools[i] {
			return append(buf, 1), nil
		}
		return append(buf, 0), nil
	case types.KindInterval:
		v := c.Intervals[i]
		buf = binary.AppendVarint(buf, int64(v.Months))
		buf = binary.AppendVarint(buf, int64(v.Days))
		return binary.AppendVarint(buf, v.Micros), nil
	}
	d := c.Datum(i)
	v, err := types.AppendBinary(nil, c.Type, &d)
	if err != nil {
		return buf, err
	}
	return append(binary.AppendUvarint(buf, uint64(len(v))), v...), nil
}

// readBlock fills cols, of the types given, with the next block and gives its number of rows, 0 at the end.
func readBlock(r *spill.Reader, cols []*vector.Column, ts []types.Type) (int, error) {
	rows, err := binary.ReadUvarint(r)
	if err != nil {
		if err == io.EOF {
			return 0, nil
		}
		return 0, err
	}
	n := int(rows)
	for k := range cols {
		form, err := r.Byte()
		if err != nil {
			return 0, err
		}
		if form == 2 {
			cols[k] = nil
			continue
		}
		c := &vector.Column{Type: ts[k], Kind: types.KindOf(ts[k].OID), Form: vector.Form(form)}
		cols[k] = c
		c.Resize(n)
		for i := range int32(n) {
			null, err := r.Byte()
			if err != nil {
				return 0, err
			}
			if null == 1 {
				c.SetNull(i)
				continue
			}
			if err := readValue(r, c, i); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func readValue(r *spill.Reader, c *vector.Column, i int32) error {
	if c.Form == vector.CanonicalText || c.Kind == types.KindBytes {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return err
		}
		off := len(c.Buf)
		c.Buf = append(c.Buf, make([]byte, n)...)
		c.Spans[i] = vector.Span{Off: uint32(off), Len: uint32(n)}
		return r.Full(c.Buf[off:])
	}
	var err error
	switch c.Kind {
	case types.KindInt:
		c.Ints[i], err = binary.ReadVarint(r)
		return err
	case types.KindFloat:
		var b [8]byte
		err = r.Full(b[:])
		c.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[:]))
		return err
	case types.KindBool:
		b, err := r.Byte()
		c.Bools[i] = b == 1
		return err
	case types.KindInterval:
		var v [3]int64
		for k := range v {
			if v[k], err = binary.ReadVarint(r); err != nil {
				return err
			}
		}
		c.Intervals[i] = types.Interval{Months: int32(v[0]), Days: int32(v[1]), Micros: v[2]}
		return nil
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return err
	}
	b := make([]byte, n)
	if err := r.Full(b); err != nil {
		return err
	}
	d, err := types.ParseBinary(c.Type, b)
	if err != nil {
		return err
	}
	c.Set(i, d)
	return nil
}
