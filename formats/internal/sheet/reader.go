package sheet

import (
	"context"
	"errors"
	"io"
	"slices"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/internal/sift"
	"howdah/internal/ident"
	"howdah/internal/options"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// A batch ends early where so many cells or bytes of text are laid out.
const (
	batchCells = 1 << 16
	batchText  = 1 << 20
)

// reader reads one sheet. Per batch: lay out the cells of the needed columns row by row, decode the columns of the
// quals and narrow, then decode the columns wanted for the rows that are left.
type reader struct {
	in    *formats.Input
	sheet *Sheet
	set   *settings
	table string
	name  string // the sheet's, which outlives it
	style *types.Style
	sift  *sift.Sift // nil = rows that do not fit are errors

	columns []column
	cols    []int // the sheet's columns that make the table, in order
	merges  *merges
	read    Row   // the row at hand
	row     Row   // one that is put by
	last    int64 // number of the last row that was looked at
	begun   bool  // a row of data was seen
	ended   bool
	owed    int64 // empty rows that are rows of NULLs
	held    bool  // row is to be given after them

	stride  int // cells of a row
	n       int // rows laid out
	cells   []Cell
	text    []byte
	paid    int64   // bytes taken from the budget for text
	numbers []int64 // per row: its number in the sheet
	records []int64 // per row: its number among the table's rows
	laid    int64

	late    pushdown.Late
	kept    []keptRow
	winners []keptRow
	sorted  bool
	err     error // sticky

	scratch []byte
}

// column is a column of the table.
type column struct {
	name string
	nth  int // its ordinal
	typ  types.Type
	kind types.Kind
	bits int // of an integer type; 0 = not one
	at   int // the sheet's column
	slot int // -1 = not needed
	text bool
	fit  int64 // a mantissa below it fits a numeric's typmod as it stands; 0 = none does
	max  int   // the digits behind the point that fit
}

// keptRow is a row that may be among the first.
type keptRow struct {
	cells          []Cell
	text           []byte
	number, record int64
}

var _ formats.SheetReader = (*reader)(nil)

// Open starts reading the sheet, which it closes, also where it fails.
func Open(in *formats.Input, scan *formats.Scan, s *Sheet) (formats.Reader, error) {
	r := &reader{in: in, sheet: s, table: scan.Table, name: s.Name, style: types.DefaultStyle()}
	if err := r.open(scan); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *reader) open(scan *formats.Scan) (err error) {
	if r.set, err = parse(scan.Options); err != nil {
		return err
	}
	env := scan.Env
	if env == nil {
		env = &expr.Env{Ctx: context.Background(), Style: r.style}
	} else if env.Style != nil {
		r.style = env.Style
	}
	req := *scan.Request // values are decoded whatever they are for: cells have no canonical text
	req.Columns = slices.Clone(req.Columns)
	for i := range req.Columns {
		req.Columns[i].Text = false
	}
	if r.late, err = pushdown.NewLate(&req, scan.Answer, env, r.in.Meter(), r.in.Budget()); err != nil {
		return err
	}
	r.late.Decode = func(ordinal int, out *vector.Column, sel []int32, _ bool) error {
		return r.decode(&r.columns[ordinal], out, sel)
	}
	r.late.RowNumber, r.late.Sought = func(row int32) int64 { return r.records[row] }, scan.Sought
	if r.sift = sift.New(scan.Rejects, scan.Schema.Columns); r.sift != nil {
		r.sift.Describe = r.describe
	}
	if r.set.Merged == "fill" {
		if r.merges, err = newMerges(r.sheet); err != nil {
			return err
		}
	}
	r.tableColumns()
	if err := r.setColumns(scan); err != nil {
		return err
	}
	r.setSlots()
	return nil
}

// tableColumns lists the sheet's columns within the range, without those that are hidden if they do not count.
func (r *reader) tableColumns() {
	for c := r.sheet.Range.FirstCol; c <= r.sheet.Range.LastCol; c++ {
		if r.set.HiddenColumns != "skip" || !r.sheet.Rows.Hidden(c) {
			r.cols = append(r.cols, c)
		}
	}
}

// setColumns finds each column of the table in the sheet, with the help of the header where there is one.
func (r *reader) setColumns(scan *formats.Scan) error {
	given := make([]ColumnOptions, len(scan.Schema.Columns))
	byName := r.set.Columns == "name"
	for i := range scan.Schema.Columns {
		if i < len(scan.Columns) && scan.Columns[i] != nil {
			if err := options.Decode(scan.Columns[i], &given[i]); err != nil {
				return err
			}
		}
		byName = byName || given[i].Name != ""
	}
	var raw, names []string
	if r.set.header != headerNone {
		var err error
		if raw, err = r.readHeader(byName); err != nil {
			return err
		}
		names = ident.Columns(raw)
	} else if byName {
		return pgerr.New(pgerr.InvalidParameterValue, "columns by name need a header")
	}
	r.columns = make([]column, len(scan.Schema.Columns))
	for i, c := range scan.Schema.Columns {
		col, o := &r.columns[i], given[i]
		*col = newColumn(c)
		col.nth = i
		r.late.Types = append(r.late.Types, c.Type)
		nth := i
		switch {
		case o.Column != "":
			at, ok := ParseColumn(o.Column)
			if !ok {
				return pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %s", "column", o.Column).
					WithHint("A column of a sheet is named by its letters, from A to XFD.")
			}
			col.at = at
			continue
		case o.Position > 0:
			nth = o.Position - 1
		case o.Name != "":
			nth = slices.Index(raw, o.Name)
		case byName && r.set.Columns == "name":
			if nth = slices.Index(raw, c.Name); nth < 0 {
				nth = slices.Index(names, c.Name)
			}
		}
		if nth < 0 || nth >= len(r.cols) {
			e := pgerr.New(pgerr.BadCopyFileFormat, "column %q is not in the sheet", c.Name)
			if byName {
				e = e.WithHint("The header's names are: %s", headerNames(raw))
			}
			return e.At("%s, sheet %s, row %d", r.sheet.File, r.sheet.Name, r.last)
		}
		col.at = r.cols[nth]
	}
	return nil
}

// setSlots gives the needed columns their slots.
func (r *reader) setSlots() {
	need := make([]bool, len(r.columns))
	if r.late.Filter != nil {
		for _, c := range r.late.Filter.Columns() {
			need[c] = true
		}
	}
	for _, c := range r.late.Request.Columns {
		need[c.Ordinal] = true
	}
	if r.late.Top != nil {
		for _, k := range r.late.Request.Sort {
			need[k.Ordinal] = true
		}
	}
	for i := range need {
		need[i] = need[i] || r.sift != nil
	}
	var slots []int32
	for i := range r.columns {
		col := &r.columns[i]
		if col.slot = -1; !need[i] {
			continue
		}
		for len(slots) <= col.at {
			slots = append(slots, -1)
		}
		if slots[col.at] < 0 {
			slots[col.at] = int32(r.stride)
			r.stride++
		}
		col.slot = int(slots[col.at])
	}
	if r.merges != nil {
		r.stride = r.merges.addSlots(&slots, r.stride)
	}
	r.sheet.Rows.Want(slots, r.sheet.Range.FirstCol, r.sheet.Range.LastCol)
}

// Sheet is the sheet's name.
func (r *reader) Sheet() string { return r.name }

// Next fills b.
func (r *reader) Next(b *vector.Batch) error {
	if r.err == nil {
		r.err = r.in.Stopped()
	}
	if r.err != nil {
		return r.fail(b, r.err)
	}
	if r.late.Top != nil && !r.sorted {
		if err := r.scanTop(); err != nil {
			return r.fail(b, err)
		}
	}
	if err := r.next(b); err != nil {
		return r.fail(b, err)
	}
	return nil
}

func (r *reader) fail(b *vector.Batch, err error) error {
	r.err = err
	b.SetLen(0)
	return err
}

func (r *reader) next(b *vector.Batch) error {
	for {
		if r.late.Limit == 0 {
			return io.EOF
		}
		most := b.Cap()
		if r.late.Limit >= 0 && r.late.Filter == nil {
			most = int(min(int64(most), r.late.Limit))
		}
		if err := r.lay(most); err != nil {
			return err
		}
		if r.sorted {
			r.late.Work.SetLen(r.n)
		} else if err := r.late.Narrow(r.n); err != nil {
			return err
		}
		if len(r.late.Work.Sel) > 0 {
			return r.late.Deliver(b, r.n)
		}
		if err := r.in.Stopped(); err != nil {
			return err
		}
	}
}

// Close lets go of everything; it may be called again.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = pgerr.New(pgerr.InternalError, "reader is closed")
	}
	r.late.Close()
	r.in.Budget().Shrink(r.paid)
	r.paid, r.text, r.cells, r.kept, r.winners = 0, nil, nil, nil, nil
	if r.sheet == nil {
		return nil
	}
	s := r.sheet
	r.sheet = nil
	err := s.Rows.Close()
	return errors.Join(err, s.Close())
}
