package xls

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
)

// memory is a stream of records in memory.
type memory struct{ *bytes.Reader }

func (m memory) Section(off, n int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(m.Reader, off, n)), nil
}

func isCell(id uint16) bool {
	switch id {
	case recNumber, recRK, recLabelSST, recLabel, recFormula, recBoolErr, recMulRK, recRString:
		return true
	}
	return false
}

// order looks at all cells, from the first one, which is at hand, and reads what is said of the rows. If they do not lie
// in order it puts them so, in memory: then sorted is true and r.rec reads them from the first on.
func (r *rows) order() (sorted bool, err error) {
	size := int64(0)
	previous, inOrder := 0, true
	err = r.lookAhead(func(rec *records) error {
		if !isCell(rec.id) {
			return nil
		}
		if len(rec.data) < 6 {
			return r.bad("the record of a cell is too short")
		}
		at := u16(rec.data)
		inOrder = inOrder && at >= previous
		previous = at
		return nil
	}, &size)
	if err != nil {
		return false, err
	}
	r.checked = true
	if inOrder {
		return false, nil
	}
	return true, r.sort(size)
}

// lookAhead calls f with all records from the one at hand up to the sheet's end. It gives their size.
func (r *rows) lookAhead(f func(rec *records) error, size *int64) error {
	rec, err := r.b.recordsAt(r.rec.at, r.end)
	if err != nil {
		return err
	}
	defer rec.close()
	for {
		if err := nextOwn(rec); err != nil {
			return r.at(err)
		}
		*size += int64(headBytes + len(rec.data))
		switch rec.id {
		case recEOF:
			return nil
		case recRow:
			if err := r.announce(rec.data); err != nil {
				return err
			}
		}
		if err := f(rec); err != nil {
			return err
		}
	}
}

// sort puts cells in the order of their rows; several records of one cell stay in theirs. size is that of the records.
func (r *rows) sort(size int64) error {
	const offsetBits = 40
	// The cells once as they lie, once in order, and eight bytes for each record of more than ten.
	need := 3 * size
	if err := r.b.budget.Grow(need); err != nil {
		return err
	}
	r.paid += need
	cells := make([]byte, 0, size)
	var keys []uint64
	within := false // a cell's further records may follow
	err := r.lookAhead(func(rec *records) error {
		switch id := rec.id; {
		case isCell(id):
			keys = append(keys, uint64(u16(rec.data))<<offsetBits|uint64(len(cells)))
			within = true
		case !within:
			return nil
		default:
			switch id {
			case recString, recContinue, recShared, recShared5, recArray, recTable, recTable3:
			default:
				within = false
				return nil
			}
		}
		cells = binary.LittleEndian.AppendUint16(cells, rec.id)
		cells = binary.LittleEndian.AppendUint16(cells, uint16(len(rec.data)))
		cells = append(cells, rec.data...)
		return nil
	}, new(int64))
	if err != nil {
		return err
	}
	slices.Sort(keys)
	sorted := make([]byte, 0, len(cells)+headBytes)
	for _, k := range keys {
		from := int(k & (1<<offsetBits - 1))
		to := from
		for more := true; more; more = to < len(cells) && !isCell(binary.LittleEndian.Uint16(cells[to:])) {
			to += headBytes + u16(cells[to+2:])
		}
		sorted = append(sorted, cells[from:to]...)
	}
	sorted = append(sorted, byte(recEOF), 0, 0, 0)
	back := need - int64(len(sorted))
	r.b.budget.Shrink(back)
	r.paid -= back
	if err := r.rec.close(); err != nil {
		return err
	}
	r.from, r.end = 0, int64(len(sorted))
	r.rec, err = newRecords(memory{bytes.NewReader(sorted)}, r.b.path, nil, r.b.budget, 0, int64(len(sorted)))
	return err
}
