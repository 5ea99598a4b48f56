package xls

import (
	"encoding/binary"
	"math"
	"strconv"

	"howdah/formats/internal/sheet"
)

// errorNames are the error values, by the numbers that records have of them.
var errorNames = map[byte]string{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA"}

// cell takes the record of one or more cells of the row at hand, of at least 6 bytes.
func (r *rows) cell(row *sheet.Row, rec *records) error {
	d := rec.data
	column := u16(d[2:])
	if column >= maxColumns {
		return r.bad("a cell is in column %d of at most %d", column+1, maxColumns)
	}
	if rec.id == recMulRK {
		return r.severalRK(row, d, column)
	}
	row.Filled = row.Filled || column >= r.first && column <= r.last
	if column >= len(r.slots) || r.slots[column] < 0 {
		return nil // a formula's text, which may follow, is a record that is passed over
	}
	slot, style := r.slots[column], uint16(u16(d[4:]))
	need := 8
	switch rec.id {
	case recNumber:
		need = 14
	case recRK, recLabelSST:
		need = 10
	case recFormula:
		need = 20
	}
	if len(d) < need {
		return r.bad("the record of a cell is too short")
	}
	off := len(row.Text)
	switch rec.id {
	case recLabelSST:
		row.SetIndex(slot, sheet.Shared, style, u32(d[6:]))
	case recRK:
		row.Text = appendRK(row.Text, u32(d[6:]))
		row.Set(slot, sheet.Number, style, off)
	case recNumber:
		row.Text = appendDouble(row.Text, math.Float64frombits(binary.LittleEndian.Uint64(d[6:])))
		row.Set(slot, sheet.Number, style, off)
	case recBoolErr:
		r.boolOrError(row, slot, style, d[6], d[7] != 0)
	case recFormula:
		return r.formula(row, slot, style, d[6:14])
	default: // LABEL, RSTRING
		return r.text(row, slot, style, d[6:])
	}
	return nil
}

// severalRK takes a record of numbers in columns that lie side by side.
func (r *rows) severalRK(row *sheet.Row, d []byte, column int) error {
	n := (len(d) - 6) / 6
	if len(d) < 12 || (len(d)-6)%6 != 0 || u16(d[len(d)-2:]) != column+n-1 || column+n > maxColumns {
		return r.bad("a record of several cells from column %d on has %d bytes", column+1, len(d))
	}
	row.Filled = row.Filled || column <= r.last && column+n > r.first
	for d = d[4:]; n > 0; n, d, column = n-1, d[6:], column+1 {
		if column >= len(r.slots) || r.slots[column] < 0 {
			continue
		}
		off := len(row.Text)
		row.Text = appendRK(row.Text, u32(d[2:]))
		row.Set(r.slots[column], sheet.Number, uint16(u16(d)), off)
	}
	return nil
}

func (r *rows) boolOrError(row *sheet.Row, slot int32, style uint16, v byte, isError bool) {
	if !isError {
		row.SetIndex(slot, sheet.Bool, style, uint32(min(v, 1)))
		return
	}
	name, ok := errorNames[v]
	if !ok {
		name = "#ERROR " + strconv.Itoa(int(v)) + "!"
	}
	off := len(row.Text)
	row.Text = append(row.Text, name...)
	row.Set(slot, sheet.Error, style, off)
}

// formula takes the value that a formula had when the workbook was written.
func (r *rows) formula(row *sheet.Row, slot int32, style uint16, v []byte) error {
	const text, boolean, failure, empty = 0, 1, 2, 3
	off := len(row.Text)
	if v[6] != 0xFF || v[7] != 0xFF {
		row.Text = appendDouble(row.Text, math.Float64frombits(binary.LittleEndian.Uint64(v)))
		row.Set(slot, sheet.Number, style, off)
		return nil
	}
	switch v[0] {
	case text:
		return r.formulaText(row, slot, style)
	case boolean, failure:
		r.boolOrError(row, slot, style, v[2], v[0] == failure)
	case empty:
		row.Set(slot, sheet.Text, style, off)
	default:
		return r.bad("a formula has a value of kind %d", v[0])
	}
	return nil
}

// formulaText takes the text that a formula gave, from the record behind it.
func (r *rows) formulaText(row *sheet.Row, slot int32, style uint16) error {
	for {
		if err := r.rec.next(); err != nil {
			return r.at(cutSheet(r.rec, err))
		}
		switch r.rec.id {
		case recShared, recShared5, recArray, recTable, recTable3, recContinue:
		case recString:
			if len(r.rec.data) < 2 {
				return r.bad("the record of a text is too short")
			}
			return r.text(row, slot, style, r.rec.data)
		default:
			return r.bad("a formula's text is missing")
		}
	}
}

// text takes a text with its length before it.
func (r *rows) text(row *sheet.Row, slot int32, style uint16, d []byte) (err error) {
	off := len(row.Text)
	n := u16(d)
	if r.b.version == biff5 {
		if d = d[2:]; n > len(d) {
			return r.bad("a text of %d characters has %d bytes", n, len(d))
		}
		if row.Text, err = r.b.appendBytes8(row.Text, d[:n]); err != nil {
			return r.at(err)
		}
		row.Set(slot, sheet.Text, style, off)
		return nil
	}
	if n == 0 {
		row.Set(slot, sheet.Text, style, off) // some writers leave the flags out
		return nil
	}
	c := cursor{r.rec, d[2:]}
	var fault error
	if row.Text, fault, err = c.text(row.Text, n); err == nil {
		err = fault
	}
	if err != nil {
		return r.at(err)
	}
	row.Set(slot, sheet.Text, style, off)
	return nil
}

// appendRK appends a number in 30 bits: an integer or a double's first half, both maybe in hundredths.
func appendRK(dst []byte, v uint32) []byte {
	const hundredth, integer = 1, 2
	if v&integer == 0 {
		f := math.Float64frombits(uint64(v&^3) << 32)
		if v&hundredth != 0 {
			f /= 100
		}
		return appendDouble(dst, f)
	}
	n := int64(int32(v) >> 2)
	if v&hundredth == 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	return appendHundredths(dst, n)
}

// appendDouble appends the shortest decimal that is the double. Most are integers, or amounts of money.
func appendDouble(dst []byte, f float64) []byte {
	if f > -1e13 && f < 1e13 {
		if n := int64(f); float64(n) == f {
			return strconv.AppendInt(dst, n, 10)
		}
		// Two decimals of at most 15 digits are never the same double: what gives it back is it.
		if n := int64(math.Round(f * 100)); float64(n)/100 == f {
			return appendHundredths(dst, n)
		}
	}
	return sheet.AppendDouble(dst, f)
}

func appendHundredths(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = strconv.AppendInt(dst, n/100, 10)
	switch rest := n % 100; {
	case rest == 0:
	case rest%10 == 0:
		dst = append(dst, '.', byte('0'+rest/10))
	default:
		dst = append(dst, '.', byte('0'+rest/10), byte('0'+rest%10))
	}
	return dst
}
