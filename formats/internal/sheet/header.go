package sheet

import (
	"io"
	"strings"

	"howdah/formats/internal/text"
	"howdah/pgerr"
)

// readHeader reads on behind the header, and gives its names by the table's columns if they are wanted. A sheet that is
// empty has none.
func (r *reader) readHeader(names bool) ([]string, error) {
	row := Row{}
	var slots []int32
	if names {
		slots = make([]int32, r.sheet.Range.LastCol+1)
		for i := range slots {
			slots[i] = -1
		}
		for k, c := range r.cols {
			slots[c] = int32(k)
		}
		row.Cells = make([]Cell, len(r.cols))
	}
	r.sheet.Rows.Want(slots, r.sheet.Range.FirstCol, r.sheet.Range.LastCol)
	if r.set.header > 0 {
		r.last = r.set.header - 1
	}
	_, err := r.nextFilled(&row)
	r.begun = false
	if err == io.EOF {
		r.ended = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if r.set.header > 0 && row.Number != r.set.header {
		return nil, noHeader(r.sheet, r.set.header)
	}
	if !names {
		return nil, nil
	}
	return r.sheet.names(&row)
}

func noHeader(s *Sheet, row int64) error {
	return pgerr.New(pgerr.BadCopyFileFormat, "row %d, which the option header names, is empty or no row of the table", row).
		At("%s, sheet %s", s.File, s.Name)
}

// names gives the texts of a row's cells by slot.
func (s *Sheet) names(row *Row) (names []string, err error) {
	var text []byte
	for i := 0; i <= row.Last; i++ {
		if text, err = s.appendText(text[:0], &row.Cells[i], row.Text, false); err != nil {
			return nil, err
		}
		names = append(names, strings.TrimSpace(string(text)))
	}
	return names, nil
}

func headerNames(raw []string) string { return text.Clip([]byte(strings.Join(raw, ", "))) }
