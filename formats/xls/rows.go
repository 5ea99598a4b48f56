package xls

import (
	"errors"
	"io"
	"math/bits"

	"howdah/formats/internal/sheet"
	"howdah/pgerr"
)

// The largest sheet of the format.
const (
	maxRows    = 1 << 16
	maxColumns = 1 << 8
	maxMerged  = 100_000

	// maxRowText is more than the texts of a row take in Latin letters.
	maxRowText = 16 << 20
)

// rows reads the rows of one worksheet. Rows count from 0 here.
type rows struct {
	b      *book
	rec    *records
	name   string
	from   int64         // where the sheet, or what is read in its place, begins
	end    int64         // and ends
	hidden []sheet.Range // columns

	slots       []int32
	first, last int
	next        int // the first row that was not given yet
	err         error

	unseen    bitmap // rows that are hidden
	anyUnseen bool
	checked   bool  // the order of the rows is known to be right, or said to be
	paid      int64 // for cells that were put in order
}

// bitmap has a bit a row.
type bitmap [maxRows / 64]uint64

func (m *bitmap) set(i int)      { m[i>>6] |= 1 << (i & 63) }
func (m *bitmap) clear(i int)    { m[i>>6] &^= 1 << (i & 63) }
func (m *bitmap) has(i int) bool { return m[i>>6]&(1<<(i&63)) != 0 }

// after gives the first bit from i on that is set, -1 if there is none.
func (m *bitmap) after(i int) int {
	for w := i >> 6; w < len(m); w++ {
		v := m[w]
		if w == i>>6 {
			v &= ^uint64(0) << (i & 63)
		}
		if v != 0 {
			return w<<6 + bits.TrailingZeros64(v)
		}
	}
	return -1
}

var _ sheet.Rows = (*rows)(nil)

// rowsOf reads up to the first row of a sheet.
func (b *book) rowsOf(i int) (*rows, error) {
	s := &b.sheets[i]
	rec, err := b.beginSheet(i)
	if err != nil {
		return nil, err
	}
	r := &rows{b: b, rec: rec, name: s.Name, from: s.off, end: s.end}
	if err := r.begin(); err != nil {
		rec.close()
		return nil, err
	}
	return r, nil
}

// beginSheet reads the record that begins a sheet.
func (b *book) beginSheet(i int) (*records, error) {
	s := &b.sheets[i]
	for k := range b.sheets {
		if k != i && b.sheets[k].off == s.off {
			return nil, b.corrupt("Its sheets %q and %q lie in the same place.", s.Name, b.sheets[k].Name)
		}
	}
	rec, err := b.recordsAt(s.off, s.end)
	if err == nil {
		var kind int
		if kind, err = b.begin(rec); err == nil && kind != holdsSheet {
			err = b.corrupt("Its sheet %q is none, but of kind %#x.", s.Name, kind)
		}
		if err != nil {
			rec.close()
		}
	}
	if err != nil {
		return nil, pgerr.From(err).Clone().At("%s, sheet %s", b.file, s.Name)
	}
	return rec, nil
}

func (r *rows) begin() error {
	for {
		if err := nextOwn(r.rec); err != nil {
			return r.at(err)
		}
		d := r.rec.data
		switch r.rec.id {
		case recIndex:
			// Its writer groups rows. Others may write cells as they come.
			r.checked = true
		case recColInfo:
			if len(d) < 10 {
				return r.bad("a record of columns is too short")
			}
			if u16(d[8:])&1 != 0 && len(r.hidden) < maxColumns {
				r.hidden = append(r.hidden, sheet.Range{FirstCol: u16(d), LastCol: u16(d[2:])})
			}
		case recEOF, recRow, recBlank, recNumber, recLabel, recBoolErr, recRK, recMulRK, recMulBlank, recRString, recLabelSST, recFormula,
			recBlank2, recInteger2, recNumber2, recLabel2, recBoolErr2, recFormula3, recFormula4:
			r.rec.hold()
			return nil
		}
	}
}

// nextOwn reads a sheet's next record that is not one of a chart within.
func nextOwn(rec *records) error {
	for {
		err := rec.next()
		if err == nil && rec.id == recBOF {
			if err = skipChart(rec); err == nil {
				continue
			}
		}
		return cutSheet(rec, err)
	}
}

// skipChart reads on behind a chart, or whatever it is that has just begun within a sheet.
func skipChart(rec *records) error {
	for depth := 1; depth > 0; {
		if err := rec.next(); err != nil {
			return cutSheet(rec, err)
		}
		switch rec.id {
		case recBOF:
			depth++
		case recEOF:
			depth--
		}
	}
	return nil
}

func cutSheet(rec *records, err error) error {
	if err == io.EOF {
		return rec.corrupt("It is cut: the sheet has no end.")
	}
	return err
}

// Want says which columns are looked at.
func (r *rows) Want(slots []int32, first, last int) { r.slots, r.first, r.last = slots, first, last }

// Hidden tells whether a column is hidden.
func (r *rows) Hidden(column int) bool {
	for _, h := range r.hidden {
		if column >= h.FirstCol && column <= h.LastCol {
			return true
		}
	}
	return false
}

// Close lets go of the sheet.
func (r *rows) Close() error {
	if r.err == nil {
		r.err = pgerr.New(pgerr.InternalError, "read from a closed sheet")
	}
	r.b.budget.Shrink(r.paid)
	r.paid = 0
	return r.rec.close()
}

// Next reads the next row.
func (r *rows) Next(row *sheet.Row) error {
	if r.err != nil {
		return r.err
	}
	r.err = r.read(row)
	return r.err
}

// read collects the cells of a row: up to one of another row, or the sheet's end.
func (r *rows) read(row *sheet.Row) error {
	current := -1
	rec := r.rec
	most := len(row.Text) + maxRowText
	for {
		if err := rec.next(); err != nil {
			return r.at(cutSheet(rec, err))
		}
		switch rec.id {
		case recNumber, recRK, recLabelSST, recLabel, recFormula, recBoolErr, recMulRK, recRString:
			d := rec.data
			if len(d) < 6 {
				return r.bad("the record of a cell is too short")
			}
			at := u16(d)
			if at != current {
				if current >= 0 {
					rec.hold()
					return nil
				}
				switch then, err := r.enter(row, at); {
				case err != nil || then == giveHidden:
					return err
				case then == beginAgain:
					rec = r.rec
					continue
				}
				current = at
			}
			if err := r.cell(row, rec); err != nil {
				return err
			}
			if len(row.Text) > most {
				return r.at(pgerr.New(pgerr.ProgramLimitExceeded, "a row of file %q has more than %d bytes of text", r.b.path, maxRowText))
			}
		case recRow:
			if err := r.announce(rec.data); err != nil {
				return err
			}
		case recEOF:
			if current >= 0 {
				rec.hold()
				return nil
			}
			return io.EOF
		case recBOF:
			if err := skipChart(rec); err != nil {
				return r.at(err)
			}
		case recBlank2, recInteger2, recNumber2, recLabel2, recBoolErr2, recFormula3, recFormula4:
			return r.at(pgerr.New(pgerr.FeatureNotSupported, "cells of older versions than the workbook's are not supported"))
		}
	}
}

// announce takes a ROW record, which says whether the row is hidden.
func (r *rows) announce(d []byte) error {
	const hidden = 0x20
	if len(d) < 16 {
		return r.bad("the record of a row is too short")
	}
	at := u16(d)
	is := d[12]&hidden != 0
	if at < r.next && is != r.unseen.has(at) {
		return r.disorder(at)
	}
	if is {
		r.unseen.set(at)
		r.anyUnseen = true
	} else if r.anyUnseen {
		r.unseen.clear(at)
	}
	return nil
}

// What follows the first cell of a row.
type then uint8

const (
	takeCell   then = iota
	giveHidden      // a row that is hidden and empty is given before
	beginAgain      // the cells were put in order: read them anew
)

// enter begins a row at its first cell.
func (r *rows) enter(row *sheet.Row, at int) (then, error) {
	if at < r.next {
		return 0, r.disorder(at)
	}
	if !r.checked {
		if sorted, err := r.order(); err != nil || sorted {
			return beginAgain, err
		}
	}
	if r.anyUnseen {
		if h := r.unseen.after(r.next); h >= 0 && h < at {
			r.rec.hold()
			r.next = h + 1
			row.Number, row.Hidden = int64(h+1), true
			return giveHidden, nil
		}
		row.Hidden = r.unseen.has(at)
	}
	r.next = at + 1
	row.Number = int64(at + 1)
	return takeCell, nil
}

func (r *rows) disorder(at int) error {
	return r.at(r.b.corrupt("Row %d of sheet %q comes behind later ones, and some were read already.", at+1, r.name))
}

// bad is an error of the file at the row at hand.
func (r *rows) bad(format string, args ...any) error {
	return r.at(r.b.corrupt("The sheet is damaged: "+format+".", args...))
}

// at says where an error is.
func (r *rows) at(err error) error {
	if e, ok := errors.AsType[*pgerr.Error](err); !ok || e.Where != "" {
		return err
	}
	if r.next == 0 {
		return pgerr.From(err).Clone().At("%s, sheet %s", r.b.file, r.name)
	}
	return pgerr.From(err).Clone().At("%s, sheet %s, row %d", r.b.file, r.name, r.next)
}

// merged reads the areas of merged cells, which stand behind the rows.
func (b *book) merged(i int) (areas []sheet.Range, err error) {
	rec, err := b.beginSheet(i)
	if err != nil {
		return nil, err
	}
	defer rec.close()
	at := func(err error) error {
		return pgerr.From(err).Clone().At("%s, sheet %s", b.file, b.sheets[i].Name)
	}
	for {
		if err := nextOwn(rec); err != nil {
			return nil, at(err)
		}
		switch rec.id {
		case recEOF:
			return areas, nil
		case recMergedCells:
			d := rec.data
			if len(d) < 2 || len(d) < 2+8*u16(d) {
				return nil, at(b.corrupt("Its list of merged cells is cut."))
			}
			if len(areas) > maxMerged {
				return nil, b.tooMany("merged cells")
			}
			n := u16(d)
			for d = d[2:]; n > 0; n, d = n-1, d[8:] {
				a := sheet.Range{FirstRow: int64(u16(d)) + 1, LastRow: int64(u16(d[2:])) + 1, FirstCol: u16(d[4:]), LastCol: u16(d[6:])}
				if a.FirstRow > a.LastRow || a.FirstCol > a.LastCol || a.LastCol >= maxColumns {
					return nil, at(b.corrupt("An area of merged cells is of rows %d to %d, columns %d to %d.", a.FirstRow, a.LastRow, a.FirstCol, a.LastCol))
				}
				areas = append(areas, a)
			}
		}
	}
}
