package sheet

import (
	"io"
	"slices"

	"howdah/pgerr"
)

// layout lays out the next rows, at least one, or gives io.EOF.
func (r *reader) layout(most int) error {
	if r.stride > 0 {
		most = max(1, min(most, batchCells/r.stride))
	}
	r.n, r.text = 0, r.text[:0]
	if need := most * r.stride; cap(r.cells) < need {
		r.cells = make([]Cell, need)
	}
	r.cells = r.cells[:most*r.stride]
	clear(r.cells)
	r.numbers, r.records = r.numbers[:0], r.records[:0]
	if r.sorted {
		return r.replay(most)
	}
	for r.n < most && len(r.text) < batchText {
		switch {
		case r.owed > 0:
			// A row of NULLs: its cells are empty already.
			r.add(r.row.Number-r.owed, nil, nil)
			r.owed--
			continue
		case r.held:
			r.held = false
			r.add(r.row.Number, r.row.Cells, r.row.Text)
			continue
		}
		row := &r.read
		row.Cells, row.Text = r.cells[r.n*r.stride:(r.n+1)*r.stride], r.text
		before := len(r.text)
		gap, err := r.nextFilled(row)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		r.row.Number = row.Number
		if gap > 0 {
			// The empty rows come first: put the row by.
			r.row.Cells = append(r.row.Cells[:0], row.Cells...)
			for i := range r.row.Cells {
				if c := &r.row.Cells[i]; pointsToText(c.Kind) {
					c.Off -= uint32(before)
				}
			}
			r.row.Text = append(r.row.Text[:0], row.Text[before:]...)
			r.text = row.Text[:before]
			clear(row.Cells)
			r.owed, r.held = gap, true
			continue
		}
		r.text = row.Text
		r.laid++
		r.n++
		r.numbers, r.records = append(r.numbers, row.Number), append(r.records, r.laid)
	}
	if err := r.pay(); err != nil {
		return err
	}
	if r.n == 0 {
		return io.EOF
	}
	return nil
}

func pointsToText(k Kind) bool { return k == Number || k == Text || k == Error || k == Moment }

// add appends a row from elsewhere.
func (r *reader) add(number int64, cells []Cell, text []byte) {
	to := r.cells[r.n*r.stride : (r.n+1)*r.stride]
	base := uint32(len(r.text))
	r.text = append(r.text, text...)
	copy(to, cells)
	for i := range to {
		if pointsToText(to[i].Kind) {
			to[i].Off += base
		}
	}
	r.laid++
	r.n++
	r.numbers, r.records = append(r.numbers, number), append(r.records, r.laid)
}

// pay takes from the budget what the text buffer has grown by.
func (r *reader) pay() error {
	more := int64(cap(r.text)+cap(r.row.Text)) - r.paid
	if more <= 0 {
		return nil
	}
	if err := r.in.Budget().Grow(more); err != nil {
		return err
	}
	r.paid += more
	return nil
}

// nextFilled reads on to the next row that is one of the table; gap is the number of empty ones before it that count.
func (r *reader) nextFilled(row *Row) (gap int64, err error) {
	before := len(row.Text)
	for {
		if r.ended {
			return 0, io.EOF
		}
		row.Text = row.Text[:before]
		row.Number, row.Hidden, row.Filled, row.Last = 0, false, false, -1
		if err := r.sheet.Rows.Next(row); err != nil {
			return 0, err
		}
		if row.Number > r.sheet.Range.LastRow {
			r.ended = true
			return 0, io.EOF // what follows is not looked at
		}
		if row.Number < r.firstRow() {
			clear(row.Cells)
			continue
		}
		if r.merges != nil {
			if err := r.merges.fill(row); err != nil {
				return 0, pgerr.From(err).Clone().At("%s, sheet %s, row %d", r.sheet.File, r.sheet.Name, row.Number)
			}
		}
		if row.Hidden && r.set.HiddenRows == "skip" {
			r.last++ // it leaves no gap
			clear(row.Cells)
			continue
		}
		if !row.Filled {
			clear(row.Cells)
			continue
		}
		if r.begun {
			gap = row.Number - r.last - 1
		}
		r.last, r.begun = row.Number, true
		switch r.set.EmptyRows {
		case "stop":
			if gap > 0 {
				r.ended = true
				clear(row.Cells)
				row.Text = row.Text[:before]
				return 0, io.EOF
			}
		case "skip":
			gap = 0
		}
		return gap, nil
	}
}

// firstRow is the number of the first row that may be one of the table.
func (r *reader) firstRow() int64 {
	return max(r.sheet.Range.FirstRow+int64(r.set.Skip), r.last+1)
}

// merges knows the areas of merged cells.
type merges struct {
	areas []Range
	first int // those before it end above the row at hand
	slots []int32
	held  map[int]anchor // by index into areas
}

// anchor is the value of an area's first cell.
type anchor struct {
	cell Cell
	text []byte
}

func newMerges(s *Sheet) (*merges, error) {
	areas, err := s.Merged()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(areas, func(a, b Range) int { return int(a.FirstRow - b.FirstRow) })
	return &merges{areas: areas, held: map[int]anchor{}}, nil
}

// addSlots gives slots to the columns in which areas begin that reach into a wanted one.
func (m *merges) addSlots(slots *[]int32, stride int) int {
	wanted := slices.Clone(*slots)
	for _, a := range m.areas {
		for c := a.FirstCol; c <= a.LastCol && c < len(wanted); c++ {
			if wanted[c] < 0 {
				continue
			}
			if (*slots)[a.FirstCol] < 0 {
				(*slots)[a.FirstCol] = int32(stride)
				stride++
			}
			break
		}
	}
	m.slots = *slots
	return stride
}

// fill gives the cells of a row the values of the areas that they are in.
func (m *merges) fill(row *Row) error {
	width := 0
	for m.first < len(m.areas) && m.areas[m.first].LastRow < row.Number {
		delete(m.held, m.first)
		m.first++
	}
	for i := m.first; i < len(m.areas) && m.areas[i].FirstRow <= row.Number; i++ {
		a := m.areas[i]
		if a.LastRow < row.Number {
			delete(m.held, i)
			continue
		}
		if width += a.LastCol - a.FirstCol + 1; width > MaxColumns {
			return pgerr.New(pgerr.DataCorrupted, "areas of merged cells overlap")
		}
		if a.FirstCol >= len(m.slots) || m.slots[a.FirstCol] < 0 {
			continue
		}
		if a.FirstRow == row.Number {
			c := row.Cells[m.slots[a.FirstCol]]
			h := anchor{cell: c}
			if pointsToText(c.Kind) {
				h.text = append(h.text, row.Text[c.Off:c.Off+c.Len]...)
			}
			m.held[i] = h
		}
		h, ok := m.held[i]
		if !ok || h.cell.Kind == Empty {
			continue
		}
		off := -1
		for c := a.FirstCol; c <= a.LastCol && c < len(m.slots); c++ {
			if m.slots[c] < 0 {
				continue
			}
			v := h.cell
			if pointsToText(v.Kind) {
				if off < 0 {
					off = len(row.Text)
					row.Text = append(row.Text, h.text...)
				}
				v.Off = uint32(off)
			}
			row.Cells[m.slots[c]] = v
			row.Last = max(row.Last, int(m.slots[c]))
		}
	}
	return nil
}
