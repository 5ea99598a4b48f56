package csv

import (
	"math"
	"unicode/utf8"

	"howdah/formats/internal/text"
	"howdah/types"
	"howdah/vector"
)

// column is a column of the table as the reader decodes it.
type column struct {
	ordinal int
	field   int // number of its field in a record, from 0
	name    string
	typ     types.Type
	kind    types.Kind

	null         []byte
	hasNull      bool // null is given for the column
	forceNull    bool
	forceNotNull bool

	canonical func([]byte) bool
	bits      int // of an integer type; 0 = not one
}

func newColumn(ordinal int, c types.Column, o ColumnOptions, hasNull bool) column {
	col := column{ordinal: ordinal, field: ordinal, name: c.Name, typ: c.Type, kind: types.KindOf(c.Type.OID), null: []byte(o.Null), hasNull: hasNull,
		forceNull: o.ForceNull, forceNotNull: o.ForceNotNull, canonical: text.Canonical(c.Type)}
	switch c.Type.OID {
	case types.Int2OID:
		col.bits = 16
	case types.Int4OID:
		col.bits = 32
	case types.Int8OID:
		col.bits = 64
	}
	return col
}

// text tells whether a value's bytes are the value: text, and varchar without a limit.
func (col *column) text() bool {
	return col.typ.OID == types.TextOID || col.typ.OID == types.VarcharOID && col.typ.Typmod < 4
}

// decode fills out for the rows of sel; asText asks for CanonicalText.
func (r *reader) decode(col *column, out *vector.Column, sel []int32, asText bool) error {
	out.Reset()
	out.Form = vector.Values
	if asText {
		out.Form = vector.CanonicalText
	}
	out.Resize(r.rows.n)
	r.locate(col, out, sel)
	r.sift.SetNulls(col.ordinal, out)
	if out.HasNulls {
		r.some = r.some[:0]
		for _, i := range sel {
			if !out.Nulls[i] {
				r.some = append(r.some, i)
			}
		}
		sel = r.some
	}
	switch {
	case col.text():
		r.decodeText(out, sel)
		return nil
	case asText && col.typ.OID == types.VarcharOID: // the values are their text
		return r.decodeVarchars(col, out, sel)
	case asText && col.typ.OID == types.BpcharOID:
		return r.decodeBpchars(col, out, sel)
	case asText:
		return r.decodeCanonical(col, out, sel)
	}
	switch col.typ.OID {
	case types.BoolOID:
		return r.decodeBools(col, out, sel)
	case types.Int2OID, types.Int4OID, types.Int8OID:
		return r.decodeInts(col, out, sel)
	case types.NumericOID:
		return r.decodeNumerics(col, out, sel)
	case types.Float8OID:
		return r.decodeFloats(col, out, sel)
	case types.DateOID:
		return r.decodeTimes(col, out, sel, types.ParseDateISO)
	case types.TimestampOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, sel, types.ParseTimestampISO)
		}
	case types.TimestamptzOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, sel, types.ParseTimestamptzISO)
		}
	case types.TimeOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, sel, types.ParseTimeISO)
		}
	case types.VarcharOID:
		return r.decodeVarchars(col, out, sel)
	case types.BpcharOID:
		return r.decodeBpchars(col, out, sel)
	}
	if col.kind == types.KindBytes {
		return r.decodeBytes(col, out, sel)
	}
	for _, i := range sel {
		if err := r.decodeSlow(col, out, i); err != nil {
			return err
		}
	}
	return nil
}

// locate finds the column's field in each row and tells which are NULL.
func (r *reader) locate(col *column, out *vector.Column, sel []int32) {
	if cap(r.from) < r.rows.n {
		r.from, r.to = make([]uint32, r.rows.n), make([]uint32, r.rows.n)
	}
	from, to := r.from[:r.rows.n], r.to[:r.rows.n]
	r.from, r.to = from, to
	c, f := &r.chunk, uint32(col.field)
	sep, first, start := c.sep, r.rows.first[:r.rows.n], r.rows.start[:r.rows.n]
	plain := !c.d.trim && !c.d.pad && !c.d.cut && len(c.d.null) == 0 && !col.hasNull && !col.forceNull && !col.forceNotNull
	if plain {
		if f == 0 {
			for _, i := range sel {
				s, e := start[i], sep[first[i]]
				from[i], to[i] = s, e
				if s == e {
					out.SetNull(i)
				}
			}
			return
		}
		for _, i := range sel {
			at := first[i] + f
			s, e := sep[at-1]+1, sep[at]
			from[i], to[i] = s, e
			if s == e {
				out.SetNull(i)
			}
		}
		return
	}
	for _, i := range sel {
		if f >= r.rows.count[i] { // a padded record
			out.SetNull(i)
			continue
		}
		at := first[i] + f
		s, e := start[i], sep[at]
		if f > 0 {
			s = sep[at-1] + 1
		}
		if c.d.trim {
			s, e = c.trimmed(s, e)
		}
		from[i], to[i] = s, e
		if col.forceNotNull {
			continue
		}
		v := c.buf[s:e]
		if c.quoted && c.hasQuote(s, e) {
			if !col.forceNull {
				continue
			}
			s, e = c.unquote(s, e)
			v = c.buf[s:e]
		}
		if isNull(v, c.d.null, col.null, col.hasNull) {
			out.SetNull(i)
		}
	}
}

func (r *reader) decodeText(out *vector.Column, sel []int32) {
	c := &r.chunk
	if !c.quoted {
		for _, i := range sel {
			out.Spans[i] = vector.Span{Off: r.from[i], Len: r.to[i] - r.from[i]}
		}
	} else {
		for _, i := range sel {
			s, e := r.from[i], r.to[i]
			if c.hasQuote(s, e) {
				s, e = c.unquote(s, e)
			}
			out.Spans[i] = vector.Span{Off: s, Len: e - s}
		}
	}
	out.View(c.buf)
}

// decodeVarchars delivers texts as they stand: what a limit cuts off is blanks at their end.
func (r *reader) decodeVarchars(col *column, out *vector.Column, sel []int32) error {
	c := &r.chunk
	for _, i := range sel {
		s, e := c.unquote(r.from[i], r.to[i])
		v, err := types.CoerceVarchar(c.buf[s:e], col.typ.Typmod, false)
		if err != nil {
			return r.badValue(col, i, c.buf[s:e], err)
		}
		out.Spans[i] = vector.Span{Off: s, Len: uint32(len(v))}
	}
	out.View(c.buf)
	return nil
}

// decodeBpchars delivers texts as they stand where they are as long as the type, and padded in the side elsewhere.
func (r *reader) decodeBpchars(col *column, out *vector.Column, sel []int32) error {
	c, limit := &r.chunk, uint32(max(col.typ.Typmod-4, 0))
	for _, i := range sel {
		s, e := c.unquote(r.from[i], r.to[i])
		switch {
		case col.typ.Typmod < 4:
		case e-s == limit && ascii(c.buf[s:e]):
		default:
			at := uint32(len(c.buf))
			padded, err := types.AppendBpchar(c.buf, c.buf[s:e], col.typ.Typmod, false)
			if err != nil {
				return r.badValue(col, i, c.buf[s:e], err)
			}
			c.buf = padded
			s, e = at, uint32(len(c.buf))
		}
		out.Spans[i] = vector.Span{Off: s, Len: e - s}
	}
	out.View(c.buf)
	return nil
}

func ascii(v []byte) bool {
	var all byte
	for _, b := range v {
		all |= b
	}
	return all < utf8.RuneSelf
}

// decodeBytes reads values of other types that are stored as bytes into the column's own buffer.
func (r *reader) decodeBytes(col *column, out *vector.Column, sel []int32) error {
	c := &r.chunk
	dst := out.Build()
	for _, i := range sel {
		s, e := c.unquote(r.from[i], r.to[i])
		off := len(dst)
		var err error
		if dst, err = types.AppendInput(dst, col.typ, c.buf[s:e], r.style); err != nil {
			return r.badValue(col, i, c.buf[s:e], err)
		}
		out.Built(i, dst, off)
	}
	return nil
}

// decodeCanonical delivers texts as they stand where they are PostgreSQL's own, and rewritten in the side elsewhere.
func (r *reader) decodeCanonical(col *column, out *vector.Column, sel []int32) error {
	c := &r.chunk
	for _, i := range sel {
		s, e := r.from[i], r.to[i]
		if col.canonical != nil && col.canonical(c.buf[s:e]) {
			out.Spans[i] = vector.Span{Off: s, Len: e - s}
			continue
		}
		s, e = c.unquote(s, e)
		if col.canonical == nil || !col.canonical(c.buf[s:e]) {
			d, err := types.ParseText(col.typ, c.buf[s:e], r.style)
			if err != nil {
				return r.badValue(col, i, c.buf[s:e], err)
			}
			s = uint32(len(c.buf))
			c.buf = types.AppendText(c.buf, col.typ, &d, types.DefaultStyle())
			e = uint32(len(c.buf))
		}
		out.Spans[i] = vector.Span{Off: s, Len: e - s}
	}
	out.View(c.buf)
	return nil
}

func (r *reader) decodeInts(col *column, out *vector.Column, sel []int32) error {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	if col.bits < 64 {
		lo, hi = -1<<(col.bits-1), 1<<(col.bits-1)-1
	}
	buf := r.chunk.buf
	for _, i := range sel {
		n, ok := text.Int(buf[r.from[i]:r.to[i]])
		if !ok || n < lo || n > hi {
			if err := r.decodeSlow(col, out, i); err != nil {
				return err
			}
			continue
		}
		out.Ints[i] = n
	}
	return nil
}

func (r *reader) decodeNumerics(col *column, out *vector.Column, sel []int32) error {
	// limit bounds the mantissa of a value that fits the typmod as it stands.
	limit, scale := int64(1e18), -1
	if col.typ.Typmod >= 4 {
		precision := int(col.typ.Typmod-4) >> 16 & 0xffff
		if scale = int(col.typ.Typmod-4) & 0x7ff; scale > precision {
			limit = 0 // negative scales, and those beyond the precision: all the slow way
		} else if precision < 18 {
			limit = int64(text.Pow10[precision])
		}
	}
	buf := r.chunk.buf
	for _, i := range sel {
		n, s, ok := text.Decimal(buf[r.from[i]:r.to[i]])
		if !ok || scale >= 0 && s != scale || n >= limit || n <= -limit {
			if err := r.decodeSlow(col, out, i); err != nil {
				return err
			}
			continue
		}
		out.Nums[i] = types.NewNumeric(n, s)
	}
	return nil
}

func (r *reader) decodeFloats(col *column, out *vector.Column, sel []int32) error {
	buf := r.chunk.buf
	for _, i := range sel {
		v, ok := text.Float(buf[r.from[i]:r.to[i]])
		if !ok {
			if err := r.decodeSlow(col, out, i); err != nil {
				return err
			}
			continue
		}
		out.Floats[i] = v
	}
	return nil
}

func (r *reader) decodeTimes(col *column, out *vector.Column, sel []int32, parse func([]byte) (int64, bool)) error {
	buf := r.chunk.buf
	for _, i := range sel {
		v, ok := parse(buf[r.from[i]:r.to[i]])
		if !ok {
			if err := r.decodeSlow(col, out, i); err != nil {
				return err
			}
			continue
		}
		out.Ints[i] = v
	}
	return nil
}

func (r *reader) decodeBools(col *column, out *vector.Column, sel []int32) error {
	buf := r.chunk.buf
	for _, i := range sel {
		if s := r.from[i]; r.to[i]-s == 1 {
			switch buf[s] {
			case 't', '1', 'T', 'y', 'Y':
				out.Bools[i] = true
				continue
			case 'f', '0', 'F', 'n', 'N':
				out.Bools[i] = false
				continue
			}
		}
		if err := r.decodeSlow(col, out, i); err != nil {
			return err
		}
	}
	return nil
}

// decodeSlow reads one value as the type's input function does.
func (r *reader) decodeSlow(col *column, out *vector.Column, i int32) error {
	c := &r.chunk
	s, e := c.unquote(r.from[i], r.to[i])
	d, err := types.ParseText(col.typ, c.buf[s:e], r.style)
	if err != nil {
		return r.badValue(col, i, c.buf[s:e], err)
	}
	out.Set(i, d)
	return nil
}
