package sheet

import (
	"io"
	"strings"

	"howdah/pgerr"
)

// The largest sheet that Excel knows. What a file says beyond is an error.
const (
	MaxRows    = 1 << 20
	MaxColumns = 1 << 14
)

// Kind is what a cell holds.
type Kind uint8

const (
	Empty  Kind = iota
	Number      // a decimal number, as text
	Text
	Shared // a text that several cells share: Off is its index
	Bool   // Off is 0 or 1
	Error  // an error value such as #N/A, as text
	Moment // a date, time, both or a duration as PT<seconds>S in ISO 8601, as text
)

// Cell is one cell's value before it is decoded.
type Cell struct {
	Kind     Kind
	Format   uint16 // index into Sheet.Formats
	Off, Len uint32 // the text's place in Row.Text
}

// Row is one stored row of a sheet.
type Row struct {
	Number int64 // from 1
	Hidden bool
	Filled bool   // a cell between the wanted first and last column has a value
	Last   int    // the highest slot that was set; -1 = none
	Cells  []Cell // by slot, empty when the row is given to Rows.Next
	Text   []byte // what the cells point into; values are appended
}

// Set makes the slot's cell one whose text was appended to r.Text from off on.
func (r *Row) Set(slot int32, kind Kind, format uint16, off int) {
	r.Cells[slot] = Cell{kind, format, uint32(off), uint32(len(r.Text) - off)}
	r.Last = max(r.Last, int(slot))
}

// SetIndex makes the slot's cell a shared text or a boolean.
func (r *Row) SetIndex(slot int32, kind Kind, format uint16, value uint32) {
	r.Cells[slot] = Cell{kind, format, value, 0}
	r.Last = max(r.Last, int(slot))
}

// Rows is the stored rows of a sheet, in ascending order. One goroutine at a time uses it.
type Rows interface {
	// Want says which columns are looked at: slots gives each column's slot in Row.Cells, -1 for none; columns beyond it
	// have none. Cells from column first to last decide whether a row is filled. It may be called between rows.
	Want(slots []int32, first, last int)
	// Next reads the next row; io.EOF comes only after the sheet's proven end.
	Next(r *Row) error
	// Hidden tells whether a column is hidden.
	Hidden(column int) bool
	Close() error
}

// Filled tells whether a sheet has a value, by reading from where rows stand.
func Filled(rows Rows) (bool, error) {
	rows.Want(nil, 0, MaxColumns-1)
	for {
		row := Row{Last: -1}
		if err := rows.Next(&row); err == io.EOF {
			return false, nil
		} else if err != nil || row.Filled {
			return row.Filled, err
		}
	}
}

// Range is a rectangle of cells. Rows count from 1, columns from 0. A last row or column that is open is the largest.
type Range struct {
	FirstRow, LastRow int64
	FirstCol, LastCol int
}

// Everything is the range of a whole sheet.
var Everything = Range{1, MaxRows, 0, MaxColumns - 1}

// ColumnName gives a column's letters.
func ColumnName(column int) string {
	var b [4]byte
	i := len(b)
	for column++; column > 0; column = (column - 1) / 26 {
		i--
		b[i] = byte('A' + (column-1)%26)
	}
	return string(b[i:])
}

// ParseColumn reads a column's letters.
func ParseColumn(text string) (column int, ok bool) {
	rest, column := cutColumn(strings.TrimSpace(text))
	return column, rest == "" && column >= 0
}

// cutColumn takes letters, with a dollar before them, from the front of a reference; column is -1 if there are none or
// they name no column.
func cutColumn(s string) (rest string, column int) {
	s = strings.TrimPrefix(s, "$")
	n := 0
	for n < len(s) && n < 4 && (s[n]|0x20) >= 'a' && (s[n]|0x20) <= 'z' {
		column = column*26 + int(s[n]|0x20-'a') + 1
		n++
	}
	if n == 0 || column > MaxColumns {
		return s, -1
	}
	return s[n:], column - 1
}

// cutRow takes a row's number likewise; 0 if there is none, -1 if it is out of bounds.
func cutRow(s string) (rest string, row int64) {
	d := strings.TrimPrefix(s, "$")
	n := 0
	for n < len(d) && d[n] >= '0' && d[n] <= '9' {
		if row = row*10 + int64(d[n]-'0'); row > MaxRows {
			return d, -1
		}
		n++
	}
	if n == 0 {
		return s, 0
	}
	if row == 0 {
		return d, -1
	}
	return d[n:], row
}

// ParseRange reads A1:F100, A:F, 2:100, B3:F, B3 (one cell in a file; here, open = to the end) with dollars anywhere.
func ParseRange(text string) (r Range, ok bool) {
	from, to, two := strings.Cut(strings.TrimSpace(text), ":")
	c1, r1, ok := corner(from)
	if !ok {
		return r, false
	}
	r = Range{max(r1, 1), MaxRows, max(c1, 0), MaxColumns - 1}
	if !two {
		if r1 == 0 || c1 < 0 {
			return r, false
		}
		r.LastRow, r.LastCol = r1, c1
		return r, true
	}
	c2, r2, ok := corner(to)
	if !ok {
		return r, false
	}
	if r2 > 0 {
		r.LastRow = r2
	}
	if c2 >= 0 {
		r.LastCol = c2
	}
	return r, r.FirstRow <= r.LastRow && r.FirstCol <= r.LastCol
}

func corner(s string) (column int, row int64, ok bool) {
	rest, column := cutColumn(s)
	rest, row = cutRow(rest)
	return column, row, rest == "" && row >= 0 && (column >= 0 || row > 0)
}

// CutSheet parts 'My sheet'!A1:B2 into the sheet's name and the rest; name is "" if there is none.
func CutSheet(ref string) (name, rest string) {
	i := strings.LastIndexByte(ref, '!')
	if i < 0 {
		return "", ref
	}
	name, rest = ref[:i], ref[i+1:]
	if len(name) > 1 && name[0] == '\'' && name[len(name)-1] == '\'' {
		name = strings.ReplaceAll(name[1:len(name)-1], "''", "'")
	}
	return name, rest
}

func badRange(text string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %s", "range", text).
		WithHint("A range is like A1:F100, A:F, Sheet2!B3:F, the name of a range or of a table.")
}
