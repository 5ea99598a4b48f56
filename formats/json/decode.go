package json

import (
	"math"

	"howdah/formats/internal/text"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// column is a column of the table as the reader decodes it.
type column struct {
	ordinal int
	name    string
	label   string // name and path, for errors
	typ     types.Type
	kind    types.Kind
	elem    types.Type // of an array

	byName, byPlace []step // where it is in rows that are objects, and in arrays; nil = not there
	whole           bool   // it is the row
	slot            int    // of rows, if it is wanted

	canonical func([]byte) bool
	bits      int // of an integer type; 0 = not one
}

func newColumn(ordinal int, c types.Column) column {
	col := column{ordinal: ordinal, name: c.Name, label: c.Name, typ: c.Type, kind: types.KindOf(c.Type.OID), canonical: text.Canonical(c.Type)}
	if col.kind == types.KindArray {
		col.elem = types.Type{OID: types.ElemOf(c.Type.OID), Typmod: c.Type.Typmod}
	}
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

// decode fills out for the rows of sel; asText asks for CanonicalText.
func (r *reader) decode(col *column, out *vector.Column, sel []int32, asText bool) error {
	out.Reset()
	out.Form = vector.Values
	if asText {
		out.Form = vector.CanonicalText
	}
	out.Resize(r.rows.n)
	spans := r.rows.slots[col.slot][:r.rows.n]
	for _, i := range sel {
		if spans[i].to == 0 {
			out.SetNull(i)
		}
	}
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
	switch col.typ.OID {
	case types.TextOID:
		return r.decodeText(col, out, spans, sel)
	case types.VarcharOID:
		if col.typ.Typmod < 4 {
			return r.decodeText(col, out, spans, sel)
		}
	case types.JSONOID:
		for _, i := range sel {
			out.Spans[i] = vector.Span{Off: spans[i].from, Len: spans[i].end() - spans[i].from}
		}
		out.View(r.chunk.buf)
		return nil
	case types.JSONBOID:
		return r.decodeJSONB(col, out, spans, sel)
	}
	if asText {
		return r.decodeCanonical(col, out, spans, sel)
	}
	switch col.typ.OID {
	case types.BoolOID:
		return r.decodeBools(col, out, spans, sel)
	case types.Int2OID, types.Int4OID, types.Int8OID:
		return r.decodeInts(col, out, spans, sel)
	case types.NumericOID:
		return r.decodeNumerics(col, out, spans, sel)
	case types.Float8OID:
		return r.decodeFloats(col, out, spans, sel)
	case types.DateOID:
		return r.decodeTimes(col, out, spans, sel, types.ParseDateISO)
	case types.TimestampOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, spans, sel, types.ParseTimestampISO)
		}
	case types.TimestamptzOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, spans, sel, types.ParseTimestamptzISO)
		}
	case types.TimeOID:
		if col.typ.Typmod < 0 {
			return r.decodeTimes(col, out, spans, sel, types.ParseTimeISO)
		}
	}
	for _, i := range sel {
		if err := r.decodeSlow(col, out, spans[i], i); err != nil {
			return err
		}
	}
	return nil
}

// content gives the place of a value's text: a string without quotes and escapes, anything else as it stands.
func (r *reader) content(v span) (from, to uint32, err error) {
	c := &r.chunk
	switch {
	case c.buf[v.from] != '"':
		return v.from, v.end(), nil
	case !v.escaped():
		return v.from + 1, v.end() - 1, nil
	}
	at := uint32(len(c.buf))
	c.buf, err = appendUnescaped(c.buf, c.buf[v.from:v.end()])
	return at, uint32(len(c.buf)), err
}

// source is the value as the file has it.
func (r *reader) source(v span) []byte { return r.chunk.buf[v.from:v.end()] }

func (r *reader) decodeText(col *column, out *vector.Column, spans []span, sel []int32) error {
	buf := r.chunk.buf
	for _, i := range sel {
		v := spans[i]
		if v.to < escapedBit && buf[v.from] == '"' {
			out.Spans[i] = vector.Span{Off: v.from + 1, Len: v.to - v.from - 2}
			continue
		}
		from, to, err := r.content(v)
		if err != nil {
			return r.badValue(col, i, r.source(v), err)
		}
		out.Spans[i] = vector.Span{Off: from, Len: to - from}
	}
	out.View(r.chunk.buf)
	return nil
}

// decodeJSONB delivers values as they stand where jsonb would print them so, and others rewritten in the side.
func (r *reader) decodeJSONB(col *column, out *vector.Column, spans []span, sel []int32) error {
	c := &r.chunk
	for _, i := range sel {
		v := r.source(spans[i])
		from, to := spans[i].from, spans[i].end()
		if spans[i].escaped() || !plainJSONB(v) {
			from = uint32(len(c.buf))
			buf, err := types.AppendJSONB(c.buf, v)
			if err != nil {
				e := pgerr.From(err).Clone()
				e.Where = ""
				return r.badValue(col, i, v, e)
			}
			c.buf, to = buf, uint32(len(buf))
		}
		out.Spans[i] = vector.Span{Off: from, Len: to - from}
	}
	out.View(c.buf)
	return nil
}

// plainJSONB tells whether a value without escapes is in jsonb's own form: strings, words, plain numbers, {} and [].
func plainJSONB(v []byte) bool {
	switch c := v[0]; c {
	case '"', 't', 'f':
		return true
	case '{', '[':
		return len(v) == 2
	case '-':
		return v[1] != '0' && plainNumber(v)
	}
	return plainNumber(v)
}

func plainNumber(v []byte) bool {
	if len(v) > 1000 {
		return false
	}
	for _, c := range v {
		if c|0x20 == 'e' {
			return false
		}
	}
	return true
}

// decodeCanonical delivers texts as they stand where they are PostgreSQL's own, and rewritten in the side elsewhere.
func (r *reader) decodeCanonical(col *column, out *vector.Column, spans []span, sel []int32) error {
	c := &r.chunk
	words := uint32(0)
	if col.typ.OID == types.BoolOID {
		words = uint32(len(c.buf))
		c.buf = append(c.buf, 't', 'f')
	}
	for _, i := range sel {
		v := spans[i]
		if words != 0 && c.buf[v.from] == 't' {
			out.Spans[i] = vector.Span{Off: words, Len: 1}
			continue
		}
		if words != 0 && c.buf[v.from] == 'f' {
			out.Spans[i] = vector.Span{Off: words + 1, Len: 1}
			continue
		}
		if from, to := v.from, v.to; col.canonical != nil && to < escapedBit {
			if c.buf[from] == '"' {
				from, to = from+1, to-1
			}
			if col.canonical(c.buf[from:to]) {
				out.Spans[i] = vector.Span{Off: from, Len: to - from}
				continue
			}
		}
		d, err := r.datum(col, v, i)
		if err != nil {
			return err
		}
		from := uint32(len(c.buf))
		c.buf = types.AppendText(c.buf, col.typ, &d, types.DefaultStyle())
		out.Spans[i] = vector.Span{Off: from, Len: uint32(len(c.buf)) - from}
	}
	out.View(c.buf)
	return nil
}

func (r *reader) decodeInts(col *column, out *vector.Column, spans []span, sel []int32) error {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	if col.bits < 64 {
		lo, hi = -1<<(col.bits-1), 1<<(col.bits-1)-1
	}
	for _, i := range sel {
		n, fast := text.Int(r.source(spans[i]))
		if !fast || n < lo || n > hi {
			if err := r.decodeSlow(col, out, spans[i], i); err != nil {
				return err
			}
			continue
		}
		out.Ints[i] = n
	}
	return nil
}

func (r *reader) decodeNumerics(col *column, out *vector.Column, spans []span, sel []int32) error {
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
	for _, i := range sel {
		n, s, fast := text.Decimal(r.source(spans[i]))
		if !fast || scale >= 0 && s != scale || n >= limit || n <= -limit {
			if err := r.decodeSlow(col, out, spans[i], i); err != nil {
				return err
			}
			continue
		}
		out.Nums[i] = types.NewNumeric(n, s)
	}
	return nil
}

func (r *reader) decodeFloats(col *column, out *vector.Column, spans []span, sel []int32) error {
	for _, i := range sel {
		v, fast := text.Float(r.source(spans[i]))
		if !fast {
			if err := r.decodeSlow(col, out, spans[i], i); err != nil {
				return err
			}
			continue
		}
		out.Floats[i] = v
	}
	return nil
}

func (r *reader) decodeTimes(col *column, out *vector.Column, spans []span, sel []int32, parse func([]byte) (int64, bool)) error {
	for _, i := range sel {
		if v := r.source(spans[i]); v[0] == '"' {
			if t, fast := parse(v[1 : len(v)-1]); fast {
				out.Ints[i] = t
				continue
			}
		}
		if err := r.decodeSlow(col, out, spans[i], i); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) decodeBools(col *column, out *vector.Column, spans []span, sel []int32) error {
	buf := r.chunk.buf
	for _, i := range sel {
		switch buf[spans[i].from] {
		case 't':
			out.Bools[i] = true
		case 'f':
			out.Bools[i] = false
		default:
			if err := r.decodeSlow(col, out, spans[i], i); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeSlow reads one value as json_populate_record does.
func (r *reader) decodeSlow(col *column, out *vector.Column, v span, i int32) error {
	d, err := r.datum(col, v, i)
	if err != nil {
		return err
	}
	out.Set(i, d)
	return nil
}

// datum reads one value by the type's input function, or element by element.
func (r *reader) datum(col *column, v span, i int32) (types.Datum, error) {
	if col.kind == types.KindArray && r.chunk.buf[v.from] != '"' {
		a, err := types.ArrayOfJSON(col.elem, r.source(v), r.style)
		if err != nil {
			return types.Datum{}, r.badValue(col, i, r.source(v), err)
		}
		return types.Datum{Array: a}, nil
	}
	from, to, err := r.content(v)
	var d types.Datum
	if err == nil {
		d, err = types.ParseText(col.typ, r.chunk.buf[from:to], r.style)
	}
	if err != nil {
		return d, r.badValue(col, i, r.source(v), err)
	}
	return d, nil
}
