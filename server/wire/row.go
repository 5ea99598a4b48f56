package wire

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Format is a column's form on the wire.
type Format int16

const (
	Text   Format = 0
	Binary Format = 1
)

// Encoder turns text from UTF-8 into the client's encoding; a nil Encoder means that nothing is to be done.
type Encoder interface {
	Encode(dst, src []byte) ([]byte, error)
}

// Rows appends rows of one result as DataRow messages. It keeps what it learned of the columns between batches.
// Nothing is allocated per row.
type Rows struct {
	types   []types.Type
	formats []Format
	style   *types.Style
	encoder Encoder
	fields  []field
	scratch []byte
	parsed  []*vector.Column // canonical text that had to be parsed, by column
}

// field is how a column of the present batch is appended.
type field struct {
	how  how
	col  *vector.Column
	null bool // there may be NULLs
}

type how uint8

const (
	viaText   how = iota // vector.AppendText
	viaBinary            // vector.AppendBinary
	viaSpan              // the bytes as they stand
	viaInt               // decimal
	viaBool
	viaInt4 // binary
	viaInt8
	viaEncoded // vector.AppendText, then the client's encoding
)

// NewRows makes an encoder for a result of these column types. formats has one entry per column.
func NewRows(cols []types.Type, formats []Format, style *types.Style, encoder Encoder) *Rows {
	return &Rows{types: cols, formats: formats, style: style, encoder: encoder, fields: make([]field, len(cols)), parsed: make([]*vector.Column, len(cols))}
}

// defaultStyle tells whether canonical text, which is in the default style, may be passed on as it stands.
func defaultStyle(t types.OID, s *types.Style) bool {
	if e := types.ElemOf(t); e != types.InvalidOID {
		t = e
	}
	switch t {
	case types.DateOID, types.TimestampOID:
		return s.DateStyle == types.ISO
	case types.TimestamptzOID:
		return s.DateStyle == types.ISO && (s.Zone == nil || s.Zone.String() == "UTC" || s.Zone.String() == "GMT")
	case types.Float4OID, types.Float8OID:
		return s.ExtraFloatDigits > 0
	case types.IntervalOID:
		return s.IntervalStyle == types.IntervalPostgres
	case types.ByteaOID:
		return !s.ByteaEscape
	case types.RecordOID:
		return false
	}
	return true
}

// plainText tells the types whose text form is the stored bytes.
func plainText(t types.OID) bool {
	switch t {
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.JSONOID, types.JSONBOID, types.UnknownOID, types.XMLOID, types.CstringOID:
		return true
	}
	return false
}

// plainInt tells the types whose text form is the stored integer.
func plainInt(t types.OID) bool {
	switch t {
	case types.Int2OID, types.Int4OID, types.Int8OID:
		return true
	}
	return false
}

// Release lets go of the last batch. The encoder may be used again.
func (r *Rows) Release() {
	clear(r.fields)
	clear(r.parsed)
	if cap(r.scratch) > keepScratch {
		r.scratch = nil
	}
}

// keepScratch is the largest scratch space that an idle encoder keeps, in bytes.
const keepScratch = 4 << 10

// Prepare looks at a batch's columns; call it before Append for each new batch.
func (r *Rows) Prepare(b *vector.Batch) error {
	if len(b.Cols) < len(r.types) {
		return pgerr.New(pgerr.InternalError, "a result of %d columns came with %d", len(r.types), len(b.Cols))
	}
	for i, t := range r.types {
		c := b.Cols[i]
		if c.Form == vector.CanonicalText && (r.formats[i] == Binary || !defaultStyle(t.OID, r.style)) {
			p, err := r.parse(i, t, c, b.N, b.Sel)
			if err != nil {
				return err
			}
			c = p
		}
		f := field{col: c, null: c.HasNulls}
		switch {
		case r.formats[i] == Binary:
			f.how = viaBinary
			if r.encoder == nil && plainText(t.OID) && t.OID != types.JSONBOID && c.Kind == types.KindBytes {
				f.how = viaSpan
			}
			switch {
			case t.OID == types.Int4OID && c.Kind == types.KindInt:
				f.how = viaInt4
			case t.OID == types.Int8OID && c.Kind == types.KindInt:
				f.how = viaInt8
			}
		case r.encoder != nil && !plainInt(t.OID):
			f.how = viaEncoded
		case c.Form == vector.CanonicalText || plainText(t.OID) && c.Kind == types.KindBytes:
			f.how = viaSpan
		case plainInt(t.OID) && c.Kind == types.KindInt:
			f.how = viaInt
		case t.OID == types.BoolOID && c.Kind == types.KindBool:
			f.how = viaBool
		}
		r.fields[i] = f
	}
	return nil
}

// parse turns canonical text into values, for binary results and other styles.
func (r *Rows) parse(i int, t types.Type, c *vector.Column, n int, sel []int32) (*vector.Column, error) {
	p := r.parsed[i]
	if p == nil {
		p = vector.New(t, 0)
		r.parsed[i] = p
	}
	p.Reset()
	p.Resize(n)
	for _, row := range sel {
		if c.Null(row) {
			p.SetNull(row)
			continue
		}
		d, err := types.ParseText(t, c.Bytes(row), types.DefaultStyle())
		if err != nil {
			return nil, err
		}
		p.Set(row, d)
	}
	return p, nil
}

// Append appends one row of the prepared batch.
func (r *Rows) Append(dst []byte, row int32) ([]byte, error) {
	start := len(dst)
	n := len(r.fields)
	dst = append(dst, 'D', 0, 0, 0, 0, byte(n>>8), byte(n))
	for i := range r.fields {
		f := &r.fields[i]
		c := f.col
		if f.null && c.Nulls[row] {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		switch f.how {
		case viaSpan:
			s := c.Spans[row]
			dst = append(dst, byte(s.Len>>24), byte(s.Len>>16), byte(s.Len>>8), byte(s.Len))
			dst = append(dst, c.Buf[s.Off:s.Off+s.Len]...)
		case viaInt:
			dst = intField(dst, c.Ints[row])
		case viaInt4:
			v := uint32(c.Ints[row])
			dst = append(dst, 0, 0, 0, 4, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
		case viaInt8:
			dst = binary.BigEndian.AppendUint64(append(dst, 0, 0, 0, 8), uint64(c.Ints[row]))
		case viaBool:
			v := byte('f')
			if c.Bools[row] {
				v = 't'
			}
			dst = append(dst, 0, 0, 0, 1, v)
		default:
			var err error
			if dst, err = r.slow(dst, i, f, row); err != nil {
				return dst[:start], err
			}
		}
	}
	size := len(dst) - start - 1
	if size > math.MaxInt32-1 {
		return dst[:start], pgerr.New(pgerr.ProgramLimitExceeded, "row is too large: %d bytes", size)
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(size))
	return dst, nil
}

func (r *Rows) slow(dst []byte, i int, f *field, row int32) ([]byte, error) {
	dst = append(dst, 0, 0, 0, 0)
	at := len(dst)
	var err error
	switch f.how {
	case viaBinary:
		dst, err = r.binary(dst, i, f.col, row)
	case viaEncoded:
		r.scratch = vector.AppendText(r.scratch[:0], f.col, row, r.style)
		dst, err = r.encoder.Encode(dst, r.scratch)
	default:
		dst = vector.AppendText(dst, f.col, row, r.style)
	}
	if err != nil {
		return dst, err
	}
	binary.BigEndian.PutUint32(dst[at-4:], uint32(len(dst)-at))
	return dst, nil
}

func (r *Rows) binary(dst []byte, i int, c *vector.Column, row int32) ([]byte, error) {
	if r.encoder != nil && textual(r.types[i].OID) {
		if r.types[i].OID == types.JSONBOID {
			dst = append(dst, 1)
		}
		return r.encoder.Encode(dst, c.Bytes(row))
	}
	return vector.AppendBinary(dst, c, row)
}

// textual tells the types whose binary form is text in the client's encoding.
func textual(t types.OID) bool { return plainText(t) }

const digitPairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354" +
	"5556575859606162636465666768697071727374757677787980818283848586878889909192939495969798" + "99"

// intField appends an integer's field, length and decimal digits: strconv.AppendInt without its detour over a buffer
// of its own.
func intField(dst []byte, v int64) []byte {
	at := len(dst)
	if cap(dst)-at < 4+longestInt {
		dst = slices.Grow(dst, 4+longestInt)
	}
	u, sign := uint64(v), 0
	if v < 0 {
		u, sign = -u, 1
	}
	n := digits(u) + sign
	dst = dst[:at+4+n]
	binary.BigEndian.PutUint32(dst[at:], uint32(n))
	dst[at+4] = '-'
	putDigits(dst[at+4:], u, n)
	return dst
}

const longestInt = 20

// putDigits writes u so that it ends at b[n-1].
func putDigits(b []byte, u uint64, n int) {
	for u >= 100 {
		q := u / 100
		k := (u - q*100) * 2
		n -= 2
		b[n+1], b[n] = digitPairs[k+1], digitPairs[k]
		u = q
	}
	if u >= 10 {
		b[n-1], b[n-2] = digitPairs[2*u+1], digitPairs[2*u]
		return
	}
	b[n-1] = byte('0' + u)
}

// digits counts u's decimal digits.
func digits(u uint64) int {
	n := (bits.Len64(u|1) * 1233) >> 12 // log10(2) is 1233/4096, just below
	if u >= tens[n] {
		n++
	}
	return n
}

// tens[n] is 10^n; tens[0] is 0 so that 0 has a digit.
var tens = [20]uint64{
	0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// appendInt is strconv.AppendInt.
func appendInt(dst []byte, v int64) []byte {
	at := len(dst)
	if cap(dst)-at < longestInt {
		dst = slices.Grow(dst, longestInt)
	}
	u, sign := uint64(v), 0
	if v < 0 {
		u, sign = -u, 1
	}
	n := digits(u) + sign
	dst = dst[:at+n]
	dst[at] = '-'
	putDigits(dst[at:], u, n)
	return dst
}

// Size is the number of columns.
func (r *Rows) Size() int { return len(r.types) }
