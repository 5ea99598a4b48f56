package exec

import (
	"encoding/binary"
	"io"
	"math"

	"howdah/internal/spill"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Rows lie in spill files in blocks: what is read back at once, and what of each run is in memory while runs are merged.
// A block has at most so many rows and, unless it has only one, about so many bytes.
const (
	blockRows  = 256
	blockBytes = 128 << 10
)

// What a column of a block begins with.
const (
	blockAbsent = 2 // instead of a vector.Form: nobody asked for the column
	blockNulls  = 4 // beside the form: which rows are NULL follows
)

// blockOf tells how many of the rows, at least one, make a block.
func blockOf(cols []*vector.Column, idx []int32) int {
	n := min(len(idx), blockRows)
	left := blockBytes
	for _, c := range cols {
		if c == nil || c.Form == vector.Values && c.Kind != types.KindBytes {
			continue
		}
		for _, i := range idx[:n] {
			if !c.Null(i) {
				left -= int(c.Spans[i].Len)
			}
		}
	}
	if left >= 0 {
		return n
	}
	left = blockBytes
	for k, i := range idx[:n] {
		for _, c := range cols {
			if c != nil && (c.Form == vector.CanonicalText || c.Kind == types.KindBytes) && !c.Null(i) {
				left -= int(c.Spans[i].Len)
			}
		}
		if left < 0 {
			return max(k, 1)
		}
	}
	return n
}

// writeBlock appends the rows of idx to a file, as one block. buf is scratch space; it gives it back, grown.
func writeBlock(f *spill.File, buf []byte, cols []*vector.Column, idx []int32) ([]byte, error) {
	buf = append(buf[:0], 0, 0, 0, 0)
	buf = binary.AppendUvarint(buf, uint64(len(idx)))
	for _, c := range cols {
		if c == nil {
			buf = append(buf, blockAbsent)
			continue
		}
		if !c.HasNulls {
			buf = append(buf, byte(c.Form))
		} else {
			buf = append(buf, byte(c.Form)|blockNulls)
			for _, i := range idx {
				buf = appendBool(buf, c.Nulls[i])
			}
		}
		var err error
		if buf, err = appendValues(buf, c, idx); err != nil {
			return buf, err
		}
	}
	if len(buf) > math.MaxInt32 {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "more than 2 GiB of a row to hold")
	}
	binary.LittleEndian.PutUint32(buf, uint32(len(buf)-4))
	_, err := f.Write(buf)
	if cap(buf) > 4*blockBytes {
		return nil, err
	}
	return buf, err
}

func appendBool(buf []byte, v bool) []byte {
	if v {
		return append(buf, 1)
	}
	return append(buf, 0)
}

func appendValues(buf []byte, c *vector.Column, idx []int32) ([]byte, error) {
	if c.Form == vector.CanonicalText || c.Kind == types.KindBytes {
		for _, i := range idx {
			n := uint32(0)
			if !c.Null(i) {
				n = c.Spans[i].Len
			}
			buf = binary.AppendUvarint(buf, uint64(n))
		}
		for _, i := range idx {
			if !c.Null(i) {
				buf = append(buf, c.Bytes(i)...)
			}
		}
		return buf, nil
	}
	for _, i := range idx {
		if c.Null(i) {
			continue
		}
		switch c.Kind {
		case types.KindInt:
			buf = binary.AppendVarint(buf, c.Ints[i])
		case types.KindFloat:
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(c.Floats[i]))
		case types.KindBool:
			buf = appendBool(buf, c.Bools[i])
		case types.KindNumeric:
			buf = appendNumeric(buf, &c.Nums[i])
		case types.KindInterval:
			buf = appendInterval(buf, c.Intervals[i])
		default:
			d := c.Datum(i)
			buf = appendDatum(buf, c.Type.OID, &d)
		}
	}
	return buf, nil
}

func appendInterval(buf []byte, v types.Interval) []byte {
	buf = binary.AppendVarint(buf, int64(v.Months))
	buf = binary.AppendVarint(buf, int64(v.Days))
	return binary.AppendVarint(buf, v.Micros)
}

// bigNumeric stands where a numeric's scale would: one that is not finite, or large, follows in its binary form.
const bigNumeric = math.MaxUint16

func appendNumeric(buf []byte, v *types.Numeric) []byte {
	if coef, scale, ok := v.Small(); ok {
		return binary.AppendVarint(binary.AppendUvarint(buf, uint64(scale)), coef)
	}
	b := types.AppendNumericBinary(nil, v)
	return append(binary.AppendUvarint(binary.AppendUvarint(buf, bigNumeric), uint64(len(b))), b...)
}

// appendDatum appends a value, which may be NULL, of an array or a record.
func appendDatum(buf []byte, oid types.OID, d *types.Datum) []byte {
	if d.Null {
		return append(buf, 1)
	}
	buf = append(buf, 0)
	switch types.KindOf(oid) {
	case types.KindInt:
		return binary.AppendVarint(buf, d.Int)
	case types.KindFloat:
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(d.Float))
	case types.KindBool:
		return appendBool(buf, d.Bool)
	case types.KindNumeric:
		return appendNumeric(buf, &d.Num)
	case types.KindInterval:
		return appendInterval(buf, d.Interval)
	case types.KindArray:
		a := d.Array
		buf = binary.AppendUvarint(buf, uint64(a.Elem))
		buf = binary.AppendUvarint(buf, uint64(len(a.Dims)))
		for _, x := range a.Dims {
			buf = binary.AppendVarint(binary.AppendVarint(buf, int64(x.Len)), int64(x.Lower))
		}
		buf = binary.AppendUvarint(buf, uint64(len(a.Elems)))
		for i := range a.Elems {
			buf = appendDatum(buf, a.Elem, &a.Elems[i])
		}
		return buf
	case types.KindRecord:
		r := d.Record
		buf = binary.AppendUvarint(buf, uint64(len(r.Fields)))
		buf = binary.AppendUvarint(buf, uint64(len(r.Names)))
		for i := range r.Fields {
			buf = binary.AppendUvarint(buf, uint64(r.Types[i].OID))
			buf = binary.AppendVarint(buf, int64(r.Types[i].Typmod))
			buf = appendDatum(buf, r.Types[i].OID, &r.Fields[i])
		}
		for _, n := range r.Names {
			buf = append(binary.AppendUvarint(buf, uint64(len(n))), n...)
		}
		return buf
	}
	return append(binary.AppendUvarint(buf, uint64(len(d.Bytes))), d.Bytes...)
}

// blockReader reads blocks. Its columns are valid until the next one is read.
type blockReader struct {
	types []types.Type
	cols  []*vector.Column
	n     int // rows
	own   []*vector.Column
	buf   []byte
}

func newBlockReader(ts []types.Type) *blockReader {
	return &blockReader{types: ts, cols: make([]*vector.Column, len(ts)), own: make([]*vector.Column, len(ts))}
}

// read takes the next block of r; at the end it has no rows.
func (b *blockReader) read(r *spill.Reader) error {
	b.n = 0
	var head [4]byte
	first, err := r.Byte()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	head[0] = first
	if err := r.Full(head[1:]); err != nil {
		return err
	}
	if err := r.Full(b.room(int(binary.LittleEndian.Uint32(head[:])))); err != nil {
		return err
	}
	return b.decode(b.buf)
}

// readAt takes the block of so many bytes at a place.
func (b *blockReader) readAt(f *spill.File, off int64, size int) error {
	b.n = 0
	if err := f.ReadAt(b.room(size), off); err != nil {
		return err
	}
	return b.decode(b.buf[4:])
}

func (b *blockReader) room(size int) []byte {
	if cap(b.buf) < size || cap(b.buf) > 4*blockBytes {
		b.buf = make([]byte, size)
	}
	b.buf = b.buf[:size]
	return b.buf
}

func (b *blockReader) decode(buf []byte) error {
	d := decoder{buf: buf}
	n := int(d.uvarint())
	for k := range b.cols {
		form := d.byte()
		if form == blockAbsent {
			b.cols[k] = nil
			continue
		}
		c := b.own[k]
		if c == nil {
			c = &vector.Column{Type: b.types[k], Kind: types.KindOf(b.types[k].OID)}
			b.own[k] = c
		}
		b.cols[k] = c
		c.ClearNulls()
		c.Form = vector.Form(form &^ blockNulls)
		c.Resize(n)
		if form&blockNulls != 0 {
			for i := range int32(n) {
				if d.byte() == 1 {
					c.SetNull(i)
				}
			}
		}
		d.values(c, n)
	}
	if d.err != nil {
		return d.err
	}
	b.n = n
	return nil
}

// decoder takes values off a block.
type decoder struct {
	buf []byte
	at  int
	err error
}

func (d *decoder) byte() byte {
	d.at++
	return d.buf[d.at-1]
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.buf[d.at:])
	d.at += n
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.buf[d.at:])
	d.at += n
	return v
}

func (d *decoder) float() float64 {
	d.at += 8
	return math.Float64frombits(binary.LittleEndian.Uint64(d.buf[d.at-8:]))
}

func (d *decoder) bytes(n int) []byte {
	d.at += n
	return d.buf[d.at-n : d.at : d.at]
}

func (d *decoder) values(c *vector.Column, n int) {
	if c.Form == vector.CanonicalText || c.Kind == types.KindBytes {
		off := uint32(0)
		for i := range n {
			size := uint32(d.uvarint())
			c.Spans[i] = vector.Span{Off: off, Len: size}
			off += size
		}
		c.Buf = d.bytes(int(off))
		return
	}
	for i := range int32(n) {
		if c.Null(i) {
			continue
		}
		switch c.Kind {
		case types.KindInt:
			c.Ints[i] = d.varint()
		case types.KindFloat:
			c.Floats[i] = d.float()
		case types.KindBool:
			c.Bools[i] = d.byte() == 1
		case types.KindNumeric:
			c.Nums[i] = d.numeric()
		case types.KindInterval:
			c.Intervals[i] = d.interval()
		default:
			c.Set(i, d.datum(c.Type.OID))
		}
	}
}

func (d *decoder) interval() types.Interval {
	return types.Interval{Months: int32(d.varint()), Days: int32(d.varint()), Micros: d.varint()}
}

func (d *decoder) numeric() types.Numeric {
	scale := int(d.uvarint())
	if scale != bigNumeric {
		return types.NewNumeric(d.varint(), scale)
	}
	v, err := types.ParseNumericBinary(d.bytes(int(d.uvarint())), -1)
	if err != nil {
		d.err = err
	}
	return v
}

// datum takes a value that owns its bytes.
func (d *decoder) datum(oid types.OID) types.Datum {
	if d.byte() == 1 {
		return types.NullDatum
	}
	switch types.KindOf(oid) {
	case types.KindInt:
		return types.Datum{Int: d.varint()}
	case types.KindFloat:
		return types.Datum{Float: d.float()}
	case types.KindBool:
		return types.Datum{Bool: d.byte() == 1}
	case types.KindNumeric:
		return types.Datum{Num: d.numeric()}
	case types.KindInterval:
		return types.Datum{Interval: d.interval()}
	case types.KindArray:
		a := &types.Array{Elem: types.OID(d.uvarint())}
		if n := d.uvarint(); n > 0 {
			a.Dims = make([]types.Dim, n)
			for i := range a.Dims {
				a.Dims[i] = types.Dim{Len: int32(d.varint()), Lower: int32(d.varint())}
			}
		}
		if n := d.uvarint(); n > 0 {
			a.Elems = make([]types.Datum, n)
			for i := range a.Elems {
				a.Elems[i] = d.datum(a.Elem)
			}
		}
		return types.Datum{Array: a}
	case types.KindRecord:
		r := &types.Record{Fields: make([]types.Datum, d.uvarint())}
		names := int(d.uvarint())
		r.Types = make([]types.Type, len(r.Fields))
		for i := range r.Fields {
			r.Types[i] = types.Type{OID: types.OID(d.uvarint()), Typmod: int32(d.varint())}
			r.Fields[i] = d.datum(r.Types[i].OID)
		}
		for range names {
			r.Names = append(r.Names, string(d.bytes(int(d.uvarint()))))
		}
		return types.Datum{Record: r}
	}
	return types.Datum{Bytes: append([]byte{}, d.bytes(int(d.uvarint()))...)}
}
