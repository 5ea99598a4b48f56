package xlsx

import (
	"io"
	"math"
	"path"

	"howdah/formats/internal/sheet"
	"howdah/formats/internal/xml"
	"howdah/formats/internal/zip"
	"howdah/pgerr"
)

// rows reads the rows of one worksheet.
type rows struct {
	p      *zip.Member
	t      *xml.Tokens
	file   string
	sheet  string
	hidden []sheet.Range // columns

	slots       []int32
	first, last int
	row         int64 // of the row last read
	done        bool
	err         error
	scratch     []byte
}

var _ sheet.Rows = (*rows)(nil)

// openRows reads up to the first row.
func openRows(a *zip.Archive, part, name string) (*rows, error) {
	p, err := a.Open(part)
	if err != nil {
		return nil, err
	}
	r := &rows{p: p, t: xml.New(p), file: path.Base(a.Path), sheet: name}
	if err := r.begin(); err != nil {
		p.Close()
		return nil, err
	}
	return r, nil
}

func (r *rows) begin() error {
	for {
		err := r.t.Next()
		if err == io.EOF {
			return r.t.Bad("it is no worksheet")
		}
		if err != nil {
			return err
		}
		switch {
		case r.t.Is("col"):
			if r.t.Yes("hidden") && len(r.hidden) < sheet.MaxColumns {
				from, ok := number(r.t.Attr("min"))
				to, ok2 := number(r.t.Attr("max"))
				if ok && ok2 && from >= 1 {
					r.hidden = append(r.hidden, sheet.Range{FirstCol: int(from) - 1, LastCol: int(min(to, sheet.MaxColumns)) - 1})
				}
			}
		case r.t.Is("sheetData"):
			if r.t.Empty {
				r.done = true
				return r.t.Rest()
			}
			return nil
		}
	}
}

func number(text string) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 9 {
		return 0, false
	}
	for i := range len(text) {
		d := text[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return n, true
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

// Close lets go of the part.
func (r *rows) Close() error { return r.p.Close() }

// Next reads the next row.
func (r *rows) Next(row *sheet.Row) error {
	if r.err != nil {
		return r.err
	}
	if r.done {
		return io.EOF
	}
	r.err = r.next(row)
	if r.err == io.EOF {
		r.done = true
	}
	return r.err
}

func (r *rows) next(row *sheet.Row) error {
	t := r.t
	for {
		if err := t.Next(); err != nil {
			return t.AtEnd(err)
		}
		switch {
		case t.Ends("sheetData"):
			if err := t.Rest(); err != nil {
				return err
			}
			return io.EOF
		case t.Closing:
			return t.Bad("</%s> stands where a row should", t.Name)
		case t.Is("row"):
			return r.readRow(row)
		}
		if err := t.Skip(); err != nil {
			return t.AtEnd(err)
		}
	}
}

func (r *rows) readRow(row *sheet.Row) error {
	t := r.t
	r.row++
	for attrs := t.Attrs; ; {
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch string(n) {
		case "r":
			to, ok := number(string(v))
			if !ok || to < r.row || to > sheet.MaxRows {
				return r.bad("row %q stands where row %d or a later one up to %d should", xml.Clip(v), r.row, sheet.MaxRows)
			}
			r.row = to
		case "hidden":
			row.Hidden = string(v) == "1" || string(v) == "true"
		}
	}
	if r.row > sheet.MaxRows {
		return r.bad("there are more than %d rows", sheet.MaxRows)
	}
	row.Number = r.row
	if t.Empty {
		return nil
	}
	for column := -1; ; {
		if at, err := r.quickCell(row, column); err != nil {
			return err
		} else if at >= 0 {
			column = at
			continue
		}
		if err := t.Next(); err != nil {
			return t.AtEnd(err)
		}
		if t.Closing {
			if string(t.Name) != "row" {
				return r.bad("</%s> stands where </row> should", t.Name)
			}
			return nil
		}
		if len(t.Name) != 1 || t.Name[0] != 'c' {
			if err := t.Skip(); err != nil {
				return t.AtEnd(err)
			}
			continue
		}
		at, err := r.readCell(row, column)
		if err != nil {
			return err
		}
		column = at
	}
}

func (r *rows) bad(format string, args ...any) error {
	return pgerr.From(r.t.Bad(format, args...)).Clone().At("%s, sheet %s, row %d", r.file, r.sheet, r.row)
}

// readCell reads a cell; column is the one before it. It gives the cell's own.
func (r *rows) readCell(row *sheet.Row, column int) (int, error) {
	t := r.t
	before := column
	column++
	var style int64
	kind := []byte(nil)
	for attrs := t.Attrs; len(attrs) > 0; {
		// The three attributes that matter have names of one letter.
		if len(attrs) > 4 && attrs[0] == ' ' && attrs[2] == '=' && attrs[3] == '"' {
			end := 4
			for end < len(attrs) && attrs[end] != '"' {
				end++
			}
			if end == len(attrs) {
				break
			}
			v := attrs[4:end]
			switch attrs[1] {
			case 'r':
				at, ok := cellColumn(v, r.row)
				if !ok || at <= before {
					return 0, r.bad("cell %q is out of place", xml.Clip(v))
				}
				column = at
			case 's':
				if style = 0; len(v) == 0 {
					return 0, r.bad("style %q of a cell does not exist", v)
				}
				for _, c := range v {
					if style = style*10 + int64(c-'0'); c < '0' || c > '9' || style > math.MaxUint16 {
						return 0, r.bad("style %q of a cell does not exist", xml.Clip(v))
					}
				}
			case 't':
				kind = v
			}
			attrs = attrs[end+1:]
			continue
		}
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch string(n) {
		case "r":
			at, ok := cellColumn(v, r.row)
			if !ok || at <= before {
				return 0, r.bad("cell %q is out of place", xml.Clip(v))
			}
			column = at
		case "s":
			if style, ok = number(string(v)); !ok || style > math.MaxUint16 {
				return 0, r.bad("style %q of a cell does not exist", xml.Clip(v))
			}
		case "t":
			kind = v
		}
	}
	if column >= sheet.MaxColumns {
		return 0, r.bad("there are more than %d columns", sheet.MaxColumns)
	}
	if t.Empty {
		return column, nil
	}
	slot := int32(-1)
	if column < len(r.slots) {
		slot = r.slots[column]
	}
	inside := column >= r.first && column <= r.last
	return column, r.readValue(row, slot, cellKind(kind), uint16(style), inside)
}

// cellColumn reads a reference such as B7, which must be of the row.
func cellColumn(ref []byte, row int64) (column int, ok bool) {
	i := 0
	for i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z' {
		column = column*26 + int(ref[i]-'A') + 1
		i++
	}
	if i == 0 || column > sheet.MaxColumns || i == len(ref) || len(ref)-i > 7 {
		return 0, false
	}
	n := int64(0)
	for ; i < len(ref); i++ {
		d := ref[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return column - 1, n == row
}

// The types of cells, as the attribute t has them.
type cellType uint8

const (
	typeNumber cellType = iota
	typeShared
	typeInline
	typeFormula
	typeBool
	typeError
	typeDate
	typeUnknown
)

func cellKind(t []byte) cellType {
	switch string(t) {
	case "", "n":
		return typeNumber
	case "s":
		return typeShared
	case "inlineStr":
		return typeInline
	case "str":
		return typeFormula
	case "b":
		return typeBool
	case "e":
		return typeError
	case "d":
		return typeDate
	}
	return typeUnknown
}

// readValue reads a cell's content up to its end. Without a slot it only learns whether there is any.
func (r *rows) readValue(row *sheet.Row, slot int32, kind cellType, style uint16, inside bool) error {
	t := r.t
	// Nearly always the value is all there is, without a prefix and within the buffer.
	if t.Enter("<v>") {
		if err := r.readV(row, slot, kind, style, inside); err != nil {
			return err
		}
		if t.Leave("</c>") {
			return nil
		}
	}
	for {
		if err := t.Next(); err != nil {
			return t.AtEnd(err)
		}
		if t.Closing {
			if len(t.Name) != 1 || t.Name[0] != 'c' {
				return r.bad("</%s> stands where </c> should", t.Name)
			}
			return nil
		}
		switch {
		case len(t.Name) == 1 && t.Name[0] == 'v':
			if t.Empty {
				continue
			}
			if err := r.readV(row, slot, kind, style, inside); err != nil {
				return err
			}
		case string(t.Name) == "is" && kind == typeInline:
			row.Filled = row.Filled || inside
			if slot < 0 {
				if err := t.Skip(); err != nil {
					return t.AtEnd(err)
				}
				continue
			}
			off := len(row.Text)
			text, err := richText(t, row.Text, "is")
			row.Text = text
			if err != nil {
				return r.at(err)
			}
			row.Set(slot, sheet.Text, style, off)
		default: // a formula, an extension
			if err := t.Skip(); err != nil {
				return t.AtEnd(err)
			}
		}
	}
}

// readV reads a <v>.
func (r *rows) readV(row *sheet.Row, slot int32, kind cellType, style uint16, inside bool) error {
	t := r.t
	off := len(row.Text)
	// Nearly always the text and its end lie in the buffer as they are.
	raw, err := t.RawText()
	if err != nil {
		return err
	}
	if plain(raw) && t.At("</v>") {
		filled := len(raw) > 0 || kind == typeFormula
		if slot >= 0 && filled {
			if err := r.value(row, slot, kind, style, raw); err != nil {
				return err
			}
		}
		row.Filled = row.Filled || filled && inside
		t.Leave("</v>")
		return nil
	}
	if r.scratch, err = t.Unescape(r.scratch[:0], raw); err != nil {
		return err
	}
	if r.scratch, err = t.Text(r.scratch); err != nil {
		return err
	}
	if err := t.Next(); err != nil {
		return t.AtEnd(err)
	}
	if !t.Ends("v") {
		return r.bad("<%s> stands within a value", t.Name)
	}
	filled := len(r.scratch) > 0 || kind == typeFormula
	row.Filled = row.Filled || filled && inside
	if slot < 0 || !filled {
		row.Text = row.Text[:off]
		return nil
	}
	return r.value(row, slot, kind, style, r.scratch)
}

// plain tells whether a value needs no second look: no references, no line ends.
func plain(raw []byte) bool {
	for _, c := range raw {
		if c == '&' || c == '\r' {
			return false
		}
	}
	return true
}

// value makes the slot's cell of a value's text.
func (r *rows) value(row *sheet.Row, slot int32, kind cellType, style uint16, v []byte) error {
	switch kind {
	case typeNumber:
		return r.put(row, slot, sheet.Number, style, trim(v))
	case typeShared:
		n := uint64(0)
		for _, c := range trim(v) {
			d := c - '0'
			if n = n*10 + uint64(d); d > 9 || n > math.MaxUint32 {
				return r.bad("%q is no number of a shared text", xml.Clip(v))
			}
		}
		row.SetIndex(slot, sheet.Shared, style, uint32(n))
	case typeBool:
		switch string(trim(v)) {
		case "1", "true":
			row.SetIndex(slot, sheet.Bool, style, 1)
		case "0", "false":
			row.SetIndex(slot, sheet.Bool, style, 0)
		default:
			return r.bad("%q is no boolean value", xml.Clip(v))
		}
	case typeFormula, typeInline:
		off := len(row.Text)
		text, err := cleanText(r.t, append(row.Text, v...), off)
		row.Text = text
		if err != nil {
			return r.at(err)
		}
		row.Set(slot, sheet.Text, style, off)
	case typeError:
		off := len(row.Text)
		text, err := cleanText(r.t, append(row.Text, v...), off)
		row.Text = text
		if err != nil {
			return r.at(err)
		}
		row.Set(slot, sheet.Error, style, off)
	case typeDate:
		return r.put(row, slot, sheet.Moment, style, trim(v))
	default:
		return r.bad("a cell has an unknown type")
	}
	return nil
}

// put stores a number's or a date's text, of which everything that is allowed is ASCII.
func (r *rows) put(row *sheet.Row, slot int32, kind sheet.Kind, style uint16, v []byte) error {
	for _, c := range v {
		if c < ' ' || c > '~' {
			return r.bad("%q is no value of a cell", xml.Clip(v))
		}
	}
	if len(v) == 0 {
		return nil
	}
	off := len(row.Text)
	row.Text = append(row.Text, v...)
	row.Set(slot, kind, style, off)
	return nil
}

func trim(v []byte) []byte {
	for len(v) > 0 && xml.IsSpace(v[0]) {
		v = v[1:]
	}
	for len(v) > 0 && xml.IsSpace(v[len(v)-1]) {
		v = v[:len(v)-1]
	}
	return v
}

func (r *rows) at(err error) error {
	e := pgerr.From(err).Clone()
	return e.At("%s, sheet %s, row %d", r.file, r.sheet, r.row)
}

// merged reads the areas of merged cells, which stand behind the rows.
func merged(a *zip.Archive, part string) ([]sheet.Range, error) {
	p, err := a.Open(part)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	t := xml.New(p)
	var areas []sheet.Range
	for {
		err := t.Next()
		if err == io.EOF {
			return areas, nil
		}
		if err != nil {
			return nil, err
		}
		if !t.Is("mergeCell") {
			continue
		}
		area, ok := sheet.ParseRange(t.Attr("ref"))
		if !ok {
			return nil, t.Bad("an area of merged cells is %q", xml.Clip([]byte(t.Attr("ref"))))
		}
		if len(areas) >= maxMerged {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many merged cells", a.Path)
		}
		areas = append(areas, area)
	}
}

const maxMerged = 100_000
