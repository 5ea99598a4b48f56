package sheet

import (
	"howdah/formats/internal/text"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

func newColumn(c types.Column) column {
	col := column{name: c.Name, typ: c.Type, kind: types.KindOf(c.Type.OID), slot: -1, fit: 1e18, max: 1000}
	switch c.Type.OID {
	case types.Int2OID:
		col.bits = 16
	case types.Int4OID:
		col.bits = 32
	case types.Int8OID:
		col.bits = 64
	case types.TextOID:
		col.text = true
	case types.VarcharOID:
		col.text = c.Type.Typmod < 4
	}
	if c.Type.Typmod >= 4 {
		col.fit = 0 // the input function applies it
	}
	return col
}

// decode fills out for the rows of sel.
func (r *reader) decode(col *column, out *vector.Column, sel []int32) error {
	out.Reset()
	out.Form = vector.Values
	out.Resize(r.n)
	if err := r.sheet.load(); err != nil {
		return err
	}
	for _, i := range r.sift.Without(col.nth, out, sel) {
		c := &r.cells[int(i)*r.stride+col.slot]
		switch c.Kind {
		case Empty:
			out.SetNull(i)
			continue
		case Error:
			if r.set.ErrorCells == "null" {
				out.SetNull(i)
				continue
			}
			if r.set.ErrorCells == "error" {
				v := r.text[c.Off : c.Off+c.Len]
				return r.badCell(col, i, v, pgerr.New(pgerr.InvalidTextRepresentation, "the cell holds the error value %s", text.Clip(v)).
					WithHint("Set the option error_cells to null or text."))
			}
		}
		done, err := r.fast(col, out, i, c)
		if err == nil && !done {
			err = r.slow(col, out, i, c)
		}
		if err != nil {
			v, fault := r.sheet.appendText(r.scratch[:0], c, r.text, false)
			if fault != nil && pointsToText(c.Kind) { // a number that is no date, though it is formatted as one
				v = r.text[c.Off : c.Off+c.Len]
			}
			return r.badCell(col, i, v, err)
		}
	}
	return nil
}

// fast decodes what needs no text.
func (r *reader) fast(col *column, out *vector.Column, i int32, c *Cell) (bool, error) {
	if col.text {
		if r.set.TextValues && (c.Kind == Shared || c.Kind == Text) && r.sheet.changesTexts(c.Format) {
			return false, nil
		}
		switch c.Kind {
		case Shared:
			v, err := r.sheet.Shared(c.Off)
			if err == nil {
				out.SetBytes(i, v)
			}
			return true, err
		case Text:
			out.SetBytes(i, r.text[c.Off:c.Off+c.Len])
			return true, nil
		}
		return false, nil
	}
	switch c.Kind {
	case Bool:
		if col.kind == types.KindBool {
			out.Bools[i] = c.Off != 0
			return true, nil
		}
	case Number:
		if r.sheet.isTemporal(c.Format) {
			return r.temporal(col, out, i, c)
		}
		v := r.text[c.Off : c.Off+c.Len]
		switch {
		case col.bits > 0:
			n, scale, ok := parseExact(v)
			if ok && scale == 0 && (col.bits == 64 || n < 1<<(col.bits-1) && n >= -1<<(col.bits-1)) {
				out.Ints[i] = n
				return true, nil
			}
		case col.kind == types.KindNumeric:
			n, scale, ok := parseExact(v)
			if ok && n < col.fit && n > -col.fit {
				out.Nums[i] = types.NewNumeric(n, scale)
				return true, nil
			}
		case col.typ.OID == types.Float8OID:
			f, err := parseDouble(v)
			out.Floats[i] = f
			return true, err
		}
		switch col.typ.OID {
		case types.DateOID, types.TimeOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID:
			// Its digits would be taken for a date's: 210405.
			return false, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName(col.typ.OID), text.Clip(v)).
				WithDetail("The cell holds a number that is not formatted as a date or time.")
		}
	case Moment:
		return r.temporal(col, out, i, c)
	}
	return false, nil
}

// temporal decodes a date or a time for a column of such a type.
func (r *reader) temporal(col *column, out *vector.Column, i int32, c *Cell) (bool, error) {
	oid := col.typ.OID
	switch oid {
	case types.DateOID, types.TimeOID, types.TimestampOID, types.IntervalOID:
	default:
		return false, nil
	}
	m, err := r.sheet.moment(c, r.text)
	if err != nil {
		return false, err
	}
	if col.typ.Typmod >= 0 {
		return false, nil
	}
	switch {
	case oid == types.DateOID && (m.class == Date || m.class == DateTime && m.micros == 0):
		out.Ints[i] = m.days
	case oid == types.TimestampOID && (m.class == Date || m.class == DateTime):
		out.Ints[i] = m.timestamp()
	case oid == types.TimeOID && (m.class == Time || m.class == Duration && m.micros >= 0 && m.micros <= dayMicros):
		out.Ints[i] = m.micros
	case oid == types.IntervalOID && (m.class == Time || m.class == Duration):
		out.Intervals[i] = types.Interval{Micros: m.micros}
	default:
		return false, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName(oid), m.append(nil))
	}
	return true, nil
}

func typeName(oid types.OID) string {
	switch oid {
	case types.DateOID:
		return "date"
	case types.TimeOID:
		return "time"
	case types.TimestampOID:
		return "timestamp"
	case types.TimestamptzOID:
		return "timestamp with time zone"
	}
	return "interval"
}

// slow gives the value's text to the type's input function. An empty text is NULL where the type is none of texts.
func (r *reader) slow(col *column, out *vector.Column, i int32, c *Cell) error {
	text, err := r.sheet.appendText(r.scratch[:0], c, r.text, col.text && r.set.TextValues)
	if err != nil {
		return err
	}
	r.scratch = text
	if col.text {
		out.SetBytes(i, text)
		return nil
	}
	if len(text) == 0 && col.typ.OID != types.VarcharOID && col.typ.OID != types.BpcharOID {
		out.SetNull(i)
		return nil
	}
	d, err := types.ParseText(col.typ, text, r.style)
	if err != nil {
		return err
	}
	out.Set(i, d)
	return nil
}

// badCell completes an error: where the value is, and how to make the column text.
func (r *reader) badCell(col *column, i int32, value []byte, cause error) error {
	if err := r.sift.Fail(i, value, cause); err != nil {
		return err
	}
	e := pgerr.From(cause).Clone()
	if e.Where != "" {
		return e
	}
	text.BadValue(e, r.table, col.name)
	return e.At("%s, sheet %s, row %d, column %s (%s%d): \"%s\"", r.sheet.File, r.sheet.Name, r.numbers[i], col.name, ColumnName(col.at), r.numbers[i], text.Clip(value))
}
