package vector

import (
	"bytes"

	"howdah/types"
)

// AppendText appends the text form of row i, which is not NULL.
func AppendText(dst []byte, c *Column, i int32, s *types.Style) []byte {
	if c.Form == CanonicalText {
		return append(dst, c.Bytes(i)...)
	}
	switch c.Type.OID {
	case types.Int4OID, types.Int8OID, types.Int2OID, types.OidOID:
		return types.AppendInt(dst, c.Ints[i])
	case types.NumericOID:
		return types.AppendNumeric(dst, &c.Nums[i])
	case types.Float8OID:
		return types.AppendFloat8(dst, c.Floats[i], s.ExtraFloatDigits)
	case types.BoolOID:
		return types.AppendBool(dst, c.Bools[i])
	case types.DateOID:
		return types.AppendDate(dst, c.Ints[i], s)
	case types.TimestampOID:
		return types.AppendTimestamp(dst, c.Ints[i], s)
	case types.TimestamptzOID:
		return types.AppendTimestamptz(dst, c.Ints[i], s)
	case types.TextOID, types.VarcharOID:
		return append(dst, c.Bytes(i)...)
	case types.TimeOID:
		return types.AppendTime(dst, c.Ints[i])
	}
	d := c.Datum(i)
	return types.AppendText(dst, c.Type, &d, s)
}

// AppendBinary appends the binary form of row i, which is not NULL. Canonical text is read first: whoever knows that
// a client wants binary asks the producer for values.
func AppendBinary(dst []byte, c *Column, i int32) ([]byte, error) {
	if c.Form == CanonicalText {
		if c.Kind == types.KindBytes && isPlainText(c.Type.OID) {
			return append(dst, c.Bytes(i)...), nil
		}
		d, err := types.ParseText(types.Of(c.Type.OID), c.Bytes(i), types.DefaultStyle())
		if err != nil {
			return dst, err
		}
		return types.AppendBinary(dst, c.Type, &d)
	}
	switch c.Type.OID {
	case types.Int4OID, types.DateOID:
		return types.AppendInt4Binary(dst, c.Ints[i]), nil
	case types.Int8OID, types.TimestampOID, types.TimestamptzOID, types.TimeOID:
		return types.AppendInt8Binary(dst, c.Ints[i]), nil
	case types.Float8OID:
		return types.AppendFloat8Binary(dst, c.Floats[i]), nil
	case types.NumericOID:
		return types.AppendNumericBinary(dst, &c.Nums[i]), nil
	case types.TextOID, types.VarcharOID:
		return append(dst, c.Bytes(i)...), nil
	}
	d := c.Datum(i)
	return types.AppendBinary(dst, c.Type, &d)
}

// isPlainText tells the types whose values are their text form.
func isPlainText(oid types.OID) bool {
	switch oid {
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.UnknownOID, types.JSONOID:
		return true
	}
	return false
}

// Datum gives row i as a value of its own. Its bytes are a view that dies with the batch; canonical text is read.
func (c *Column) Datum(i int32) (d types.Datum) {
	if c.Null(i) {
		return types.NullDatum
	}
	if c.Form == CanonicalText && !isPlainText(c.Type.OID) {
		d, _ = types.ParseText(types.Of(c.Type.OID), c.Bytes(i), types.DefaultStyle()) // proven by the producer
		return d
	}
	switch c.Kind {
	case types.KindBool:
		d.Bool = c.Bools[i]
	case types.KindInt:
		d.Int = c.Ints[i]
	case types.KindFloat:
		d.Float = c.Floats[i]
	case types.KindNumeric:
		d.Num = c.Nums[i]
	case types.KindInterval:
		d.Interval = c.Intervals[i]
	case types.KindArray:
		d.Array = c.Arrays[i]
	case types.KindRecord:
		d.Record = c.Records[i]
	default:
		d.Bytes = c.Bytes(i)
	}
	return d
}

// SetText makes row i the value of a text form, as [types.ParseText] reads it. Of byte columns the row stands in the
// column's own buffer.
func (c *Column) SetText(i int32, t types.Type, text []byte, s *types.Style) error {
	if c.Kind == types.KindBytes {
		buf := c.Build()
		out, err := types.AppendParsed(buf, t, text, s)
		if err == nil {
			c.Built(i, out, len(buf))
		}
		return err
	}
	if c.Kind == types.KindArray && types.KindOf(types.ElemOf(t.OID)) == types.KindBytes {
		text = bytes.Clone(text) // elements may be views of it
	}
	d, err := types.ParseText(t, text, s)
	switch {
	case err != nil:
	case c.Kind == types.KindArray && !d.Null:
		c.Arrays[i] = d.Array // it is new
	default:
		c.Set(i, d)
	}
	return err
}

// Set makes row i the value; bytes, arrays and records are copied. The column has Values form and room for the row.
func (c *Column) Set(i int32, d types.Datum) {
	if d.Null {
		c.SetNull(i)
		return
	}
	if c.HasNulls {
		c.Nulls[i] = false
	}
	switch c.Kind {
	case types.KindBool:
		c.Bools[i] = d.Bool
	case types.KindInt:
		c.Ints[i] = d.Int
	case types.KindFloat:
		c.Floats[i] = d.Float
	case types.KindNumeric:
		c.Nums[i] = d.Num
	case types.KindInterval:
		c.Intervals[i] = d.Interval
	case types.KindArray:
		c.Arrays[i] = d.Clone().Array
	case types.KindRecord:
		c.Records[i] = d.Clone().Record
	default:
		c.SetBytes(i, d.Bytes)
	}
}
