package sheet

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"howdah/formats"
	"howdah/internal/ident"
	"howdah/pgerr"
	"howdah/types"
)

const (
	windowRows  = 1000    // rows that types are inferred from
	windowCells = 400_000 // and cells
	headRows    = 10      // rows that may stand above the header
	maxNotes    = 200     // columns that are explained
)

// sample is what has been seen of a sheet.
type sample struct {
	s      *Sheet
	set    *settings
	given  formats.Options
	inf    formats.Inference
	cols   []int
	rows   []Row
	whole  bool
	cells  int
	header int // index into rows; -1 = none
	width  int
	first  int
}

// Infer looks at the first rows of a sheet, which it closes: which of them is the header, where the columns begin, and
// what their types are. small says that the sheet is to be looked at as a whole.
func Infer(given formats.Options, s *Sheet, small bool) (inf formats.Inference, err error) {
	defer func() {
		err2 := s.Rows.Close()
		err3 := s.Close()
		if err == nil && err2 != nil {
			err = err2
		}
		if err == nil {
			err = err3
		}
		if e, ok := errors.AsType[*pgerr.Error](err); ok && e.Where == "" && e.Code.Class() == "22" {
			err = e.Clone().At("%s, sheet %s", s.File, s.Name) // a cell
		}
	}()
	p := &sample{s: s, given: given, header: -1, inf: formats.Inference{Options: formats.Options{}, Rows: -1}}
	if p.set, err = parse(given); err != nil {
		return p.inf, err
	}
	if err := s.load(); err != nil {
		return p.inf, err
	}
	if err := p.read(small); err != nil {
		return p.inf, err
	}
	if len(p.rows) == 0 {
		p.inf.Rows = 0
		p.note("sheet %q is empty", s.Name)
		return p.inf, nil
	}
	if err := p.findHeader(); err != nil {
		return p.inf, err
	}
	p.measure()
	return p.inf, p.finish()
}

func (p *sample) note(format string, args ...any) {
	p.inf.Notes = append(p.inf.Notes, fmt.Sprintf(format, args...))
}

// read takes the rows of the window, by the reader that will read them later.
func (p *sample) read(small bool) error {
	r := &reader{sheet: p.s, set: p.set}
	if p.set.Merged == "fill" {
		var err error
		if r.merges, err = newMerges(p.s); err != nil {
			return err
		}
	}
	r.tableColumns()
	p.cols = r.cols
	slots := make([]int32, p.s.Range.LastCol+1)
	for i := range slots {
		slots[i] = -1
	}
	for k, c := range r.cols {
		slots[c] = int32(k)
	}
	stride := len(r.cols)
	if r.merges != nil {
		stride = r.merges.addSlots(&slots, stride)
	}
	p.s.Rows.Want(slots, p.s.Range.FirstCol, p.s.Range.LastCol)
	if p.set.header > 0 {
		r.last = p.set.header - 1
	}
	cells := make([]Cell, stride)
	for {
		row := Row{Cells: cells}
		_, err := r.nextFilled(&row)
		if err == io.EOF {
			p.whole = true
			return nil
		}
		if err != nil {
			return err
		}
		kept := Row{Number: row.Number, Last: row.Last, Cells: append([]Cell(nil), row.Cells[:row.Last+1]...), Text: row.Text}
		clear(cells[:row.Last+1])
		p.rows = append(p.rows, kept)
		p.cells += row.Last + 1
		if len(p.rows) > windowRows && !small || p.cells > windowCells {
			return nil
		}
	}
}

// text gives a cell's text if it is one.
func (p *sample) text(row *Row, i int) (text string, is bool, err error) {
	c := &row.Cells[i]
	if c.Kind != Text && c.Kind != Shared {
		return "", false, nil
	}
	t, err := p.s.appendText(nil, c, row.Text, false)
	return strings.TrimSpace(string(t)), true, err
}

func (r *Row) filled() (n int) {
	for i := range r.Cells {
		if r.Cells[i].Kind != Empty {
			n++
		}
	}
	return n
}

// findHeader decides which row holds the names of the columns.
func (p *sample) findHeader() error {
	_, told := p.given["header"]
	switch {
	case p.set.header > 0:
		if p.rows[0].Number != p.set.header {
			return noHeader(p.s, p.set.header)
		}
		p.header = 0
		return nil
	case p.set.header == headerFirst:
		p.header = 0
		return nil
	case told:
		return nil
	}
	wide := 0
	for i := range p.rows {
		wide = max(wide, p.rows[i].filled())
	}
	for i := 0; i < len(p.rows) && i < headRows; i++ {
		ok, err := p.looksLikeHeader(i)
		if err != nil {
			return err
		}
		if ok {
			p.header = i
			break
		}
		if p.rows[i].filled() > max(1, wide/3) {
			break // it is no title
		}
	}
	switch {
	case p.header < 0:
		p.inf.Options["header"] = "false"
		p.note("header false: no row is of names alone")
	case p.header == 0:
		p.inf.Options["header"] = "true"
		p.note("header true: row %d is of names, and the rows below it differ", p.rows[0].Number)
	default:
		n := p.rows[p.header].Number
		p.inf.Options["header"] = strconv.FormatInt(n, 10)
		p.note("header %d: the rows above it have few cells", n)
	}
	return nil
}

// looksLikeHeader: the cells are texts that could be names, no two alike, and the columns below are of other types, or
// do not repeat them.
func (p *sample) looksLikeHeader(at int) (bool, error) {
	head := &p.rows[at]
	seen := map[string]bool{}
	named := 0
	for i := range head.Cells {
		if head.Cells[i].Kind == Empty {
			continue
		}
		t, is, err := p.text(head, i)
		if err != nil {
			return false, err
		}
		if !is || seen[t] || !nameLike(t) {
			return false, nil
		}
		seen[t] = true
		named++
	}
	wide := 0
	for i := at + 1; i < len(p.rows); i++ {
		wide = max(wide, p.rows[i].filled())
	}
	if named == 0 || named*2 < wide {
		return false, nil
	}
	guesses := make([]guess, len(head.Cells))
	for k := at + 1; k < len(p.rows); k++ {
		row := &p.rows[k]
		for i := range min(len(row.Cells), len(guesses)) {
			if err := guesses[i].learn(p.s, &row.Cells[i], row.Text); err != nil {
				return false, err
			}
			if t, is, err := p.text(row, i); err != nil {
				return false, err
			} else if h, isHead, _ := p.text(head, i); is && isHead && t == h {
				return false, nil
			}
		}
	}
	for _, g := range guesses {
		if oid := g.typeOID(); g.seen != 0 && oid != types.TextOID {
			return true, nil
		}
	}
	return named > 1, nil
}

// why tells what a column's type follows from.
func (p *sample) why(name string, column int, oid types.OID, g guess) string {
	text := fmt.Sprintf("column %s (%s) is %s: ", name, ColumnName(column), typeNames[oid])
	switch {
	case p.set.TextValues:
		return text + "text_values"
	case g.seen == 0:
		return text + "no value was seen"
	}
	text += g.kinds()
	if g.format > 0 {
		if code := p.s.format(g.format - 1).Code; len(code) <= 40 && strings.IndexFunc(code, unicode.IsControl) < 0 {
			text += ", shown as " + code
		}
	}
	return text
}

// typeNames are the types that are inferred, as PostgreSQL calls them.
var typeNames = map[types.OID]string{
	types.Int8OID: "bigint", types.NumericOID: "numeric", types.Float8OID: "double precision", types.DateOID: "date", types.TimestampOID: "timestamp",
	types.TimeOID: "time", types.IntervalOID: "interval", types.BoolOID: "boolean", types.TextOID: "text",
}

// nameLike: there is a letter, no line end, and it is not long.
func nameLike(t string) bool {
	return len(t) <= 128 && strings.IndexFunc(t, unicode.IsLetter) >= 0 && !strings.Contains(t, "@")
}

// measure finds the first and the last column that has a value.
func (p *sample) measure() {
	p.first = len(p.cols)
	for k := max(p.header, 0); k < len(p.rows); k++ {
		row := &p.rows[k]
		for i := range row.Cells {
			if row.Cells[i].Kind != Empty {
				p.first, p.width = min(p.first, i), max(p.width, i+1)
			}
		}
	}
	p.width = min(p.width, len(p.cols))
	if _, told := p.given["range"]; told || p.first == 0 || p.first >= p.width {
		p.first = 0
		return
	}
	// The letters say the same to whoever reads the table later.
	p.inf.Options["range"] = ColumnName(p.cols[p.first]) + ":" + ColumnName(MaxColumns-1)
	p.note("range %s: the columns before it are empty", p.inf.Options["range"])
}

func (p *sample) finish() error {
	guesses := make([]guess, p.width)
	n := 0
	for k := p.header + 1; k < len(p.rows); k++ {
		n++
		row := &p.rows[k]
		for i := p.first; i < min(len(row.Cells), p.width); i++ {
			if err := guesses[i].learn(p.s, &row.Cells[i], row.Text); err != nil {
				return err
			}
		}
	}
	raw := make([]string, p.width-p.first)
	if p.header >= 0 {
		head := &p.rows[p.header]
		names, err := p.s.names(&Row{Cells: head.Cells, Text: head.Text, Last: head.Last})
		if err != nil {
			return err
		}
		if p.first < len(names) {
			copy(raw, names[p.first:])
		}
	}
	for i, name := range ident.Columns(raw) {
		g := guesses[p.first+i]
		oid := g.typeOID()
		if p.set.TextValues {
			oid = types.TextOID
		}
		if i < maxNotes {
			p.note("%s", p.why(name, p.cols[p.first+i], oid, g))
		} else if i == maxNotes {
			p.note("and %d more columns", len(raw)-maxNotes)
		}
		c := types.Column{Name: name, Type: types.Of(oid)}
		if oid == types.TextOID {
			c.Collation = types.CCollation
		}
		p.inf.Schema.Columns = append(p.inf.Schema.Columns, c)
	}
	if p.whole {
		p.inf.Rows = int64(n)
	} else if p.s.Estimate != nil {
		p.inf.Rows, p.inf.Width = p.s.Estimate(p.rows[len(p.rows)-1].Number)
	}
	p.inf.Width = max(p.inf.Width, 1)
	p.note("%d rows sampled of sheet %q", n, p.s.Name)
	return nil
}
