package ods

import (
	"io"
	"math"

	"howdah/formats/internal/sheet"
	"howdah/formats/internal/xml"
	"howdah/pgerr"
)

const (
	maxRowText = 16 << 20 // bytes of text of a row
	maxReplay  = 1 << 30  // bytes of text that repeated rows may amount to
	maxRuns    = 100_000  // of columns
)

// rows reads the rows of one sheet.
type rows struct {
	c       *cursor
	d       *elements
	file    string
	sheet   string
	columns []columnRun

	slots       []int32
	wanted      int // columns from it on have no slot
	first, last int

	row     int64    // the number of the row last yielded, or of the last of those that it was left out with
	groups  []string // the names of the groups of rows that are open
	hidden  int      // how many of them are hidden, and those within them
	pending bool     // the start tag of the next row was just read
	style   uint16   // the row's default

	part    bool  // the sheet's end is not to be proven the document's
	again   int64 // times that the row is to be yielded again
	kept    sheet.Row
	done    bool
	err     error
	scratch []byte
}

// columnRun is columns that are alike, up to one.
type columnRun struct {
	end    int // the first column behind them
	hidden bool
	style  uint16
}

var _ sheet.Rows = (*rows)(nil)

// openRows reads up to the first row of the sheet that the cursor, which is the rows' from now on, stands in.
func openRows(c *cursor, file, name string) (*rows, error) {
	r := &rows{c: c, d: c.d, file: file, sheet: name}
	if c.table == "" {
		r.done = true
		if err := c.finish(); err != nil {
			c.close()
			return nil, err
		}
		return r, nil
	}
	if err := r.begin(); err != nil {
		c.close()
		return nil, err
	}
	return r, nil
}

// begin reads the columns.
func (r *rows) begin() error {
	d := r.d
	for {
		if err := d.next(); err != nil {
			return d.AtEnd(err)
		}
		switch {
		case d.Closing && string(d.Full) == r.c.table:
			return r.end()
		case d.Closing:
		case d.el == elColumns:
		case d.el == elColumn:
			if err := r.readColumn(); err != nil {
				return err
			}
		case d.el == elRows || d.el == elRow:
			r.pending = true
			return nil
		default:
			if err := d.pass(); err != nil {
				return err
			}
		}
	}
}

func (r *rows) readColumn() error {
	d := r.d
	v := d.get(atVisibility)
	run := columnRun{hidden: v == "collapse" || v == "filter", style: r.c.b.styles.index[d.get(atDefaultCellStyle)]}
	n, err := r.repeat(d.get(atColumnsRepeated))
	if err != nil {
		return err
	}
	if k := len(r.columns); k > 0 {
		run.end = r.columns[k-1].end
	}
	run.end = int(min(int64(run.end)+n, sheet.MaxColumns))
	if k := len(r.columns); k > 0 && r.columns[k-1].hidden == run.hidden && r.columns[k-1].style == run.style {
		r.columns[k-1].end = run.end
	} else if k < maxRuns {
		r.columns = append(r.columns, run)
	}
	return d.pass()
}

// repeat reads how often something is repeated: 1 if that is not said.
func (r *rows) repeat(text string) (int64, error) {
	if text == "" {
		return 1, nil
	}
	n := int64(0)
	for i := range len(text) {
		c := text[i] - '0'
		if c > 9 {
			return 0, r.bad("a number of repetitions is %q", xml.Clip([]byte(text)))
		}
		n = min(n*10+int64(c), math.MaxInt32)
	}
	if n == 0 {
		return 0, r.bad("a number of repetitions is %q", xml.Clip([]byte(text)))
	}
	return n, nil
}

// Want says which columns are looked at.
func (r *rows) Want(slots []int32, first, last int) {
	r.slots, r.first, r.last, r.wanted = slots, first, last, 0
	for c, s := range slots {
		if s >= 0 {
			r.wanted = c + 1
		}
	}
}

// Hidden tells whether a column is hidden.
func (r *rows) Hidden(column int) bool {
	for _, run := range r.columns {
		if column < run.end {
			return run.hidden
		}
	}
	return false
}

// Close lets go of the content.
func (r *rows) Close() error { return r.c.close() }

// Next reads the next row that has a value, or that is hidden.
func (r *rows) Next(row *sheet.Row) error {
	if r.err != nil {
		return r.err
	}
	if r.again > 0 {
		return r.replay(row)
	}
	if r.done {
		return io.EOF
	}
	r.err = r.next(row)
	return r.err
}

// replay yields a row once more.
func (r *rows) replay(row *sheet.Row) error {
	r.again--
	r.row++
	off := uint32(len(row.Text))
	row.Text = append(row.Text, r.kept.Text...)
	copy(row.Cells, r.kept.Cells)
	for i := range row.Cells {
		switch c := &row.Cells[i]; c.Kind {
		case sheet.Number, sheet.Text, sheet.Error, sheet.Moment:
			c.Off += off
		}
	}
	row.Number, row.Hidden, row.Filled, row.Last = r.row, r.kept.Hidden, r.kept.Filled, r.kept.Last
	return nil
}

// keep puts a row by that is to be yielded n times more.
func (r *rows) keep(row *sheet.Row, n int64, begin int) error {
	text := row.Text[begin:]
	if int64(len(text))*n > maxReplay {
		return r.at(pgerr.New(pgerr.ProgramLimitExceeded, "a row of %d bytes is repeated %d times", len(text), n+1))
	}
	r.again = n
	r.kept.Text = append(r.kept.Text[:0], text...)
	r.kept.Cells = append(r.kept.Cells[:0], row.Cells...)
	for i := range r.kept.Cells {
		switch c := &r.kept.Cells[i]; c.Kind {
		case sheet.Number, sheet.Text, sheet.Error, sheet.Moment:
			c.Off -= uint32(begin)
		}
	}
	r.kept.Hidden, r.kept.Filled, r.kept.Last = row.Hidden, row.Filled, row.Last
	return nil
}

// next reads on to a row that is to be yielded.
func (r *rows) next(row *sheet.Row) error {
	d, begin := r.d, len(row.Text)
	for {
		if !r.pending {
			if err := d.next(); err != nil {
				return d.AtEnd(err)
			}
		}
		r.pending = false
		switch {
		case d.el == elRow && !d.Closing:
			times, err := r.readRow(row)
			if err != nil {
				return err
			}
			number := r.row + 1
			if !row.Filled && !row.Hidden && row.Last < 0 {
				r.row = min(r.row+times, math.MaxInt32)
				row.Text = row.Text[:begin]
				continue
			}
			if r.row += times; row.Filled && r.row > sheet.MaxRows {
				return r.bad("there are more than %d rows", sheet.MaxRows)
			}
			if number > sheet.MaxRows {
				row.Hidden = false // nothing is in it
				clear(row.Cells)
				row.Text, row.Last = row.Text[:begin], -1
				continue
			}
			times = min(r.row, sheet.MaxRows) - number
			r.row, row.Number = number, number
			if times > 0 {
				return r.keep(row, times, begin)
			}
			return nil
		case d.el == elRows && !d.Closing:
			if d.Empty {
				continue
			}
			r.groups = append(r.groups, string(d.Full))
			if r.hidden > 0 || d.get(atDisplay) == "false" {
				r.hidden++
			}
		case d.Closing && len(r.groups) > 0:
			last := len(r.groups) - 1
			if string(d.Full) != r.groups[last] {
				return r.bad("</%s> stands where </%s> should", clip(d.Full), r.groups[last])
			}
			r.groups = r.groups[:last]
			r.hidden = max(r.hidden-1, 0)
		case d.Closing:
			if string(d.Full) != r.c.table {
				return r.bad("</%s> stands where a row should", clip(d.Full))
			}
			if err := r.end(); err != nil {
				return err
			}
			return io.EOF
		default:
			if err := d.pass(); err != nil {
				return err
			}
		}
	}
}

// end proves that the sheet's end is not the end of what there is.
func (r *rows) end() error {
	r.done = true
	r.c.table = ""
	if r.part {
		return nil
	}
	return r.c.finish()
}

func (r *rows) bad(format string, args ...any) error { return r.at(r.d.Bad(format, args...)) }

func (r *rows) at(err error) error {
	return pgerr.From(err).Clone().At("%s, sheet %s, row %d", r.file, r.sheet, r.row+1)
}

// readRow reads the row whose start tag was just read; it stands times times.
func (r *rows) readRow(row *sheet.Row) (times int64, err error) {
	d, begin := r.d, len(row.Text)
	times, r.style = 1, 0
	row.Hidden = r.hidden > 0
	for attrs := d.Attrs; ; {
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch d.attribute(n) {
		case atRowsRepeated:
			if times, err = r.repeat(string(v)); err != nil {
				return 0, err
			}
		case atVisibility:
			row.Hidden = row.Hidden || string(v) == "collapse" || string(v) == "filter"
		case atDefaultCellStyle:
			r.style = r.c.b.styles.index[d.Value(v)]
		}
	}
	if d.Empty {
		return times, nil
	}
	name, level := d.row, d.Depth()
	if string(d.Full) != name {
		name = string(d.Full)
	}
	for column := 0; ; {
		if column >= r.wanted && (row.Filled || column > r.last && column < sheet.MaxColumns) {
			return times, d.SkipOut(name, level)
		}
		if err := d.next(); err != nil {
			return 0, d.AtEnd(err)
		}
		switch {
		case d.Closing:
			if d.Depth() >= level || string(d.Full) != name {
				return 0, r.bad("</%s> stands where </%s> should", clip(d.Full), name)
			}
			return times, nil
		case d.el == elCell || d.el == elCovered:
			if column, err = r.readCell(row, column); err != nil {
				return 0, err
			}
			if len(row.Text)-begin > maxRowText {
				return 0, r.at(pgerr.New(pgerr.ProgramLimitExceeded, "a row holds more than %d bytes", maxRowText))
			}
		default:
			if err := d.pass(); err != nil {
				return 0, err
			}
		}
	}
}
