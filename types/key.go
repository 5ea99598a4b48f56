package types

import (
	"encoding/binary"
	"math"
)

// AppendKey appends bytes that are the same for values that are stored alike, and for no others: what a table of answers by
// arguments is keyed by. 1.0 and 1.00 are equal, and differ here, for a function may tell them apart. ok is false of types
// whose values are not told apart by what is stored.
func AppendKey(dst []byte, oid OID, d *Datum) (key []byte, ok bool) {
	if d.Null {
		return append(dst, 0), true
	}
	dst = append(dst, 1)
	switch KindOf(oid) {
	case KindBool:
		if d.Bool {
			return append(dst, 1), true
		}
		return append(dst, 0), true
	case KindInt:
		return binary.LittleEndian.AppendUint64(dst, uint64(d.Int)), true
	case KindFloat:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(d.Float)), true
	case KindBytes:
		dst = binary.AppendUvarint(dst, uint64(len(d.Bytes)))
		return append(dst, d.Bytes...), true
	case KindNumeric:
		n := &d.Num
		dst = append(dst, byte(n.form), byte(n.scale), byte(n.scale>>8))
		if n.big == nil {
			return binary.LittleEndian.AppendUint64(append(dst, 0), uint64(n.coef)), true
		}
		sign := byte(1)
		if n.big.Sign() < 0 {
			sign = 2
		}
		b := n.big.Bytes()
		return append(binary.AppendUvarint(append(dst, sign), uint64(len(b))), b...), true
	case KindInterval:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(d.Interval.Months))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(d.Interval.Days))
		return binary.LittleEndian.AppendUint64(dst, uint64(d.Interval.Micros)), true
	case KindArray:
		if d.Array == nil {
			return dst, false
		}
		dst = binary.LittleEndian.AppendUint32(append(dst, byte(len(d.Array.Dims))), uint32(d.Array.Elem))
		for _, dim := range d.Array.Dims {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(dim.Len))
			dst = binary.LittleEndian.AppendUint32(dst, uint32(dim.Lower))
		}
		for i := range d.Array.Elems {
			if dst, ok = AppendKey(dst, d.Array.Elem, &d.Array.Elems[i]); !ok {
				return dst, false
			}
		}
		return dst, true
	case KindRecord:
		if d.Record == nil {
			return dst, false
		}
		dst = binary.AppendUvarint(dst, uint64(len(d.Record.Fields)))
		for i := range d.Record.Fields {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(d.Record.Types[i].OID))
			if dst, ok = AppendKey(dst, d.Record.Types[i].OID, &d.Record.Fields[i]); !ok {
				return dst, false
			}
			if i < len(d.Record.Names) {
				dst = append(binary.AppendUvarint(dst, uint64(len(d.Record.Names[i]))), d.Record.Names[i]...)
			}
		}
		return dst, true
	}
	return dst, false
}
