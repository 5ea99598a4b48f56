package ods

import (
	"math"
	"strconv"

	"howdah/formats/internal/sheet"
	"howdah/formats/internal/xml"
	"howdah/pgerr"
	"howdah/types"
)

// valueType is what a cell says that it holds.
type valueType uint8

const (
	typeNone valueType = iota
	typeNumber
	typeDate
	typeTime
	typeBoolean
	typeString
	typeUnknown
)

func typeOf(v []byte) valueType {
	switch string(v) {
	case "float", "percentage", "currency":
		return typeNumber
	case "string":
		return typeString
	case "date":
		return typeDate
	case "time":
		return typeTime
	case "boolean":
		return typeBoolean
	case "", "void":
		return typeNone
	}
	return typeUnknown
}

// cell is what the attributes of a cell say. Its slices live until the next tag is read.
type cell struct {
	typ      valueType
	value    []byte // of numbers, dates, times and booleans, as in the file
	valued   bool
	text     []byte // of a string
	texted   bool
	style    []byte
	styled   bool
	repeated int64
	formula  bool
	failed   bool // it holds an error
}

// readCell reads a cell; column is its own. It gives the column behind it.
func (r *rows) readCell(row *sheet.Row, column int) (int, error) {
	d := r.d
	c := cell{repeated: 1}
	for attrs := d.Attrs; len(attrs) > 0; {
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch d.attribute(n) {
		case atValueType:
			c.typ = typeOf(v)
		case atValue, atDateValue, atTimeValue, atBooleanValue:
			c.value, c.valued = v, true
		case atStringValue:
			c.text, c.texted = v, true
		case atCalcType:
			c.failed = string(v) == "error"
		case atStyleName:
			c.style, c.styled = v, true
		case atFormula:
			c.formula = true
		case atColumnsRepeated:
			var err error
			if c.repeated, err = r.repeat(string(v)); err != nil {
				return 0, err
			}
		}
	}
	end := int64(column) + c.repeated
	if d.el == elCovered {
		// What lies under a merged cell is not seen.
		return r.leave(end)
	}
	if d.Empty && c.typ == typeNone {
		return r.behind(end), nil
	}
	wanted := false
	if column < r.wanted {
		for _, s := range r.slots[column:min(end, int64(r.wanted))] {
			wanted = wanted || s >= 0
		}
	}
	inside := column <= r.last && end > int64(r.first)
	if !wanted && (row.Filled || !inside) && end <= sheet.MaxColumns {
		return r.leave(end)
	}
	off := len(row.Text)
	kind, index, err := r.readValue(row, &c, column)
	if err != nil {
		return 0, err
	}
	if kind == sheet.Empty {
		return r.behind(end), nil
	}
	if end > sheet.MaxColumns {
		return 0, r.bad("there are more than %d columns", sheet.MaxColumns)
	}
	row.Filled = row.Filled || inside
	if !wanted {
		row.Text = row.Text[:off]
		return int(end), nil
	}
	style := index
	for at := column; at < int(end) && at < r.wanted; at++ {
		switch slot := r.slots[at]; {
		case slot < 0:
		case kind == sheet.Bool:
			row.SetIndex(slot, kind, style.format, style.value)
		default:
			row.Set(slot, kind, style.format, off)
		}
	}
	return int(end), nil
}

// behind keeps a column within bounds; cells without values may be repeated as often as they like.
func (r *rows) behind(end int64) int { return int(min(end, sheet.MaxColumns)) }

// leave passes the rest of the cell.
func (r *rows) leave(end int64) (int, error) {
	d := r.d
	if d.Empty {
		return r.behind(end), nil
	}
	name := d.cell
	if string(d.Full) != name {
		name = string(d.Full)
	}
	return r.behind(end), d.SkipNamed(name)
}

// found is what a value has besides its text.
type found struct {
	format uint16
	value  uint32 // of a boolean
}

// readValue appends a cell's value to row.Text and reads to the cell's end.
func (r *rows) readValue(row *sheet.Row, c *cell, column int) (kind sheet.Kind, f found, err error) {
	f.format = r.format(c, column)
	if c.typ == typeUnknown {
		return 0, f, r.bad("a cell has an unknown type")
	}
	if c.failed || c.typ == typeString || c.typ == typeNone || !c.valued || c.formula && c.typ == typeNumber {
		// The value may be in the text.
		return r.readText(row, c, f)
	}
	kind, err = r.put(row, c.typ, c.value, &f)
	if err != nil {
		return 0, f, err
	}
	_, err = r.leave(0)
	return kind, f, err
}

// format is the format of a cell: by its own style, its row's, or its column's.
func (r *rows) format(c *cell, column int) uint16 {
	styles := r.c.b.styles
	if c.styled {
		return styles.index[string(c.style)]
	}
	if r.style != 0 {
		return r.style
	}
	for i := range r.columns {
		if column < r.columns[i].end {
			return r.columns[i].style
		}
	}
	return 0
}

// put appends a value that is no text.
func (r *rows) put(row *sheet.Row, typ valueType, v []byte, f *found) (sheet.Kind, error) {
	for _, c := range v {
		if c < ' ' || c > '~' || c == '&' {
			return 0, r.bad("%q is no value of a cell", xml.Clip(v))
		}
	}
	switch typ {
	case typeNumber:
		if f.format != 0 && int(f.format) < len(r.c.b.styles.temporal) && r.c.b.styles.temporal[f.format] {
			return r.putSerial(row, v, f)
		}
		if len(v) == 0 {
			return sheet.Empty, nil
		}
		row.Text = append(row.Text, v...)
		return sheet.Number, nil
	case typeDate:
		if len(v) == 0 {
			return sheet.Empty, nil
		}
		row.Text = append(row.Text, v...)
		return sheet.Moment, nil
	case typeTime:
		micros, ok := duration(v)
		if !ok {
			return 0, r.bad("%q is no duration", xml.Clip(v))
		}
		row.Text = appendSeconds(row.Text, micros)
		return sheet.Moment, nil
	}
	switch string(v) {
	case "true":
		f.value = 1
	case "false":
	default:
		return 0, r.bad("%q is no boolean value", xml.Clip(v))
	}
	return sheet.Bool, nil
}

// putSerial appends a number that is formatted as a date or a time: days from the file's null date.
func (r *rows) putSerial(row *sheet.Row, v []byte, f *found) (sheet.Kind, error) {
	days, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.Abs(days) > maxSerial {
		row.Text = append(row.Text, v...)
		f.format = 0 // a number that is no date
		return sheet.Number, nil
	}
	millis := int64(math.Round(days * dayMillis)) // doubles near today's dates are no more exact than that
	switch r.c.b.styles.formats[f.format].Class {
	case sheet.Time, sheet.Duration:
		row.Text = appendSeconds(row.Text, millis*1000)
		return sheet.Moment, nil
	}
	day := millis / dayMillis
	if millis -= day * dayMillis; millis < 0 {
		day, millis = day-1, millis+dayMillis
	}
	t := (r.c.b.nullDate+day)*dayMillis*1000 + millis*1000
	row.Text = types.AppendTimestamp(row.Text, t, types.DefaultStyle())
	return sheet.Moment, nil
}

const (
	dayMillis = 24 * 60 * 60 * 1000
	maxSerial = 4_000_000 // days from the null date
)

// readText reads the text of a cell, to its end.
func (r *rows) readText(row *sheet.Row, c *cell, f found) (sheet.Kind, found, error) {
	d, off := r.d, len(row.Text)
	said := len(c.value) // the value that the attributes have, which the tags to come overwrite
	r.scratch = append(append(r.scratch[:0], c.value...), c.text...)
	begun := false
	var err error
	if !d.Empty {
		if row.Text, begun, err = r.paragraphs(row.Text); err != nil {
			return 0, f, err
		}
	}
	value, text := r.scratch[:said], r.scratch[said:]
	shown := row.Text[off:]
	switch {
	case c.failed || c.formula && isError(shown):
		if len(shown) == 0 {
			row.Text = append(row.Text, "#ERR"...)
		}
		return sheet.Error, f, nil
	case c.typ == typeNumber && c.formula && isTruth(shown, value):
		f.value = uint32(value[0] - '0')
		row.Text = row.Text[:off]
		return sheet.Bool, f, nil
	case c.valued && c.typ != typeString && c.typ != typeNone:
		row.Text = row.Text[:off]
		kind, err := r.put(row, c.typ, value, &f)
		return kind, f, err
	case c.texted:
		if row.Text, err = d.Unescape(row.Text[:off], text); err != nil {
			return 0, f, r.at(err)
		}
		return sheet.Text, f, r.clean(row.Text[off:])
	case c.typ == typeString, begun && (len(shown) > 0 || c.formula):
		return sheet.Text, f, nil
	}
	return sheet.Empty, f, nil
}

// isTruth tells whether a formula's number is a boolean: LibreOffice writes 1 and shows TRUE.
func isTruth(shown, value []byte) bool {
	return string(value) == "1" && string(shown) == "TRUE" || string(value) == "0" && string(shown) == "FALSE"
}

// isError tells whether the text that a formula shows is an error's.
func isError(v []byte) bool {
	if len(v) < 4 || len(v) > 10 {
		return false
	}
	switch string(v) {
	case "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#UNKNOWN!":
		return true
	}
	if string(v[:4]) != "Err:" || len(v) == 4 {
		return false
	}
	for _, c := range v[4:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// duration reads [-]PnDTnHnMn.nS as microseconds. Years and months have no length, and spreadsheets do not write them.
func duration(v []byte) (micros int64, ok bool) {
	neg := len(v) > 0 && v[0] == '-'
	if neg {
		v = v[1:]
	}
	if len(v) < 2 || v[0] != 'P' {
		return 0, false
	}
	clock, units := false, 0
	last := int64(math.MaxInt64)
	for v = v[1:]; len(v) > 0; {
		if v[0] == 'T' && !clock {
			clock = true
			v = v[1:]
			continue
		}
		n, fraction, digits, i := int64(0), int64(0), 0, 0
		for ; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
			if digits++; digits > 12 {
				return 0, false
			}
			n = n*10 + int64(v[i]-'0')
		}
		if i < len(v) && (v[i] == '.' || v[i] == ',') {
			place := int64(100_000)
			for i++; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
				digits++
				if place == 0 && v[i] >= '5' {
					fraction++ // the seventh digit rounds
					place = -1
				}
				if place > 0 {
					fraction += int64(v[i]-'0') * place
					place /= 10
				} else if place == 0 {
					place = -1
				}
			}
		}
		if digits == 0 || i == len(v) {
			return 0, false
		}
		unit := int64(0)
		switch {
		case v[i] == 'W' && !clock:
			unit = 7 * 24 * 3600e6
		case v[i] == 'D' && !clock:
			unit = 24 * 3600e6
		case v[i] == 'H' && clock:
			unit = 3600e6
		case v[i] == 'M' && clock:
			unit = 60e6
		case v[i] == 'S' && clock:
			unit = 1e6
		case v[i] == 'Y' && n == 0 && fraction == 0 && !clock:
			unit = 365 * 24 * 3600e6
		case v[i] == 'M' && n == 0 && fraction == 0 && !clock:
			unit = 30 * 24 * 3600e6
		}
		if unit == 0 || unit >= last || n > maxSeconds/(unit/1e6) {
			return 0, false
		}
		last = unit
		micros += n*unit + fraction*(unit/1e6)
		units++
		v = v[i+1:]
	}
	if neg {
		micros = -micros
	}
	return micros, units > 0
}

// maxSeconds is the longest duration, of some eight thousand years.
const maxSeconds = int64(maxSerial) * 24 * 3600

// appendSeconds writes a duration as package sheet reads it.
func appendSeconds(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	dst = strconv.AppendInt(append(dst, "PT"...), micros/1e6, 10)
	if f := micros % 1e6; f != 0 {
		dst = append(dst, '.')
		for place := int64(100_000); place > 0; place /= 10 {
			dst = append(dst, byte('0'+f/place%10))
		}
	}
	return append(dst, 'S')
}

// clean proves that a text is one that PostgreSQL can hold.
func (r *rows) clean(v []byte) error {
	if bad := badByte(v); bad >= 0 {
		return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x%02x", bad).At("%s, sheet %s, row %d", r.file, r.sheet, r.row+1)
	}
	return nil
}
