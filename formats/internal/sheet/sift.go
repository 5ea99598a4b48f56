package sheet

import (
	"fmt"

	"howdah/formats/internal/sift"
	"howdah/internal/reject"
	"howdah/vector"
)

// lay lays out the next rows that fit, at least one, or gives io.EOF.
func (r *reader) lay(most int) error {
	for {
		if err := r.layout(most); err != nil || r.sift == nil {
			return err
		}
		if err := r.siftRows(); err != nil || r.n > 0 {
			return err
		}
		if err := r.in.Stopped(); err != nil {
			return err
		}
	}
}

// siftRows leaves of the rows laid out those that fit.
func (r *reader) siftRows() error {
	s := r.sift
	s.Begin(r.n)
	for i := range r.columns {
		if err := s.Try(i, func(out *vector.Column, sel []int32) error { return r.decode(&r.columns[i], out, sel) }); err != nil {
			return err
		}
	}
	drop, err := s.End(r.laid)
	if err != nil || !drop {
		return err
	}
	left := s.Left()
	for k, i := range left {
		copy(r.cells[k*r.stride:(k+1)*r.stride], r.cells[int(i)*r.stride:(int(i)+1)*r.stride])
	}
	r.n, r.numbers, r.records = len(left), sift.Keep(r.numbers, left), sift.Keep(r.records, left)
	return nil
}

// describe completes the log's entry for a row of the batch. Its text is the cells of the table's columns, with tabs
// between them.
func (r *reader) describe(e *reject.Entry, row int32) {
	e.Sheet, e.Row = r.sheet.Name, r.records[row]
	var raw []byte
	for i := range r.columns {
		col := &r.columns[i]
		if i > 0 {
			raw = append(raw, '\t')
		}
		if c := &r.cells[int(row)*r.stride+col.slot]; c.Kind != Empty {
			if text, err := r.sheet.appendText(raw, c, r.text, false); err == nil {
				raw = text
			} else if pointsToText(c.Kind) { // a number that is no date, though it is formatted as one
				raw = append(raw, r.text[c.Off:c.Off+c.Len]...)
			}
		}
		if col.name == e.Column {
			e.Place = fmt.Sprintf("%s%d", ColumnName(col.at), r.numbers[row])
		}
	}
	if e.Place == "" {
		e.Place = fmt.Sprintf("row %d of the sheet", r.numbers[row])
	}
	e.Raw = reject.Text(raw)
}
