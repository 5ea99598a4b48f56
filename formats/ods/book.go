package ods

import (
	"io"
	"path"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/sheet"
	"howdah/internal/options"
	"howdah/pgerr"
	"howdah/types"
)

// The most that a file may declare.
const (
	maxSheets  = 10_000
	maxRanges  = 10_000
	maxNameLen = 4096
)

// book is an opened spreadsheet.
type book struct {
	*content
	styles   *styles
	styled   bool // all styles are known
	nullDate int64
	sheets   []sheet.Info // as far as they were seen
	cursor   *cursor
	names    []rangeName
	named    bool
}

type rangeName struct {
	name, ref string
	sheet     int // -1 = the file's
}

var _ sheet.Book = (*book)(nil)

// openBook reads up to the first sheet.
func openBook(in *formats.Input, opt formats.Options) (*book, error) {
	c, err := openContent(in)
	if err != nil {
		return nil, err
	}
	b := &book{content: c, styles: newStyles(), nullDate: types.DaysFromCivil(1899, 12, 30)}
	if err := b.begin(opt); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *book) begin(opt formats.Options) error {
	if !b.isFlat() {
		if err := b.unlock(opt); err != nil {
			return err
		}
		if !b.archive.Has(contentPart) {
			return b.archive.Corrupt("It has no part %q.", contentPart)
		}
		if b.archive.Has(stylesPart) {
			if err := b.readStyles(); err != nil {
				return err
			}
		}
	}
	var err error
	b.cursor, err = b.open()
	return err
}

const (
	contentPart = "content.xml"
	stylesPart  = "styles.xml"
)

func (b *book) readStyles() error {
	p, err := b.part(stylesPart)
	if err != nil {
		return err
	}
	defer p.Close()
	return b.styles.readAll(newElements(p))
}

func (b *book) close() error {
	if b.cursor != nil {
		b.cursor.close()
	}
	return b.content.close()
}

// File is the file's name.
func (b *book) File() string { return path.Base(b.in.Info().Path) }

// Sheets lists the sheets that were seen.
func (b *book) Sheets() []sheet.Info { return b.sheets }

func (b *book) tooMany(what string) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many %s", b.in.Info().Path, what)
}

// cursor goes through the content from sheet to sheet.
type cursor struct {
	b           *book
	p           part
	d           *elements
	spreadsheet string // the name of the element that the sheets are in
	level       int    // its depth
	table       string // of the one that it stands in; "" = between sheets
	at          int    // the last sheet that was seen, -1 = none
	done        bool   // all were
}

// open opens the content and goes to the first sheet.
func (b *book) open() (*cursor, error) {
	p, err := b.part(contentPart)
	if err != nil {
		return nil, err
	}
	c := &cursor{b: b, p: p, d: newElements(p), at: -1}
	if err := c.begin(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *cursor) close() error { return c.p.Close() }

func (c *cursor) begin() error {
	b, d := c.b, c.d
	for {
		err := d.next()
		if err == io.EOF {
			return d.Bad("there is no spreadsheet in it")
		}
		if err != nil {
			return err
		}
		switch {
		case d.Closing:
		case d.Depth() <= 1 && !d.Empty && d.el != elDocument:
			return d.Bad("its root is <%s>", clip(d.Full))
		case d.el == elDocument || d.el == elBody:
		case (d.el == elStyles || d.el == elAutomatic) && !b.styled:
			if err := b.styles.read(d); err != nil {
				return err
			}
		case d.el == elSpreadsheet:
			if !b.styled {
				b.styles.finish()
				b.styled = true
			}
			c.spreadsheet, c.level, c.done = string(d.Full), d.Depth(), d.Empty
			return nil
		default:
			if kind, ok := strings.CutPrefix(d.canonical(d.Full), "office:"); ok && d.Depth() == 3 && (kind == "text" || kind == "presentation" || kind == "drawing" || kind == "chart" || kind == "database") {
				return pgerr.New(pgerr.BadCopyFileFormat, "the content is an OpenDocument file of the kind %q, not a spreadsheet", kind).At("%s", b.File())
			}
			if err := d.pass(); err != nil {
				return err
			}
		}
	}
}

// next goes into the next sheet; false if there is none, which is the document's proven end.
func (c *cursor) next() (bool, error) {
	d := c.d
	if c.table != "" {
		table := c.table
		c.table = ""
		if err := d.SkipOut(table, c.level+1); err != nil {
			return false, err
		}
	}
	for !c.done {
		if err := d.next(); err != nil {
			return false, d.AtEnd(err)
		}
		switch {
		case d.Closing && string(d.Full) == c.spreadsheet:
			c.done = true
		case d.starts(elSettings):
		case d.starts(elNullDate):
			if day, err := types.ParseText(types.Of(types.DateOID), []byte(d.get(atDateValue)), types.DefaultStyle()); err == nil && types.DateFinite(day.Int) {
				c.b.nullDate = day.Int
			}
		case d.starts(elTable):
			return true, c.enter()
		case !d.Closing:
			if err := d.pass(); err != nil {
				return false, err
			}
		}
	}
	return false, d.Rest()
}

// enter takes note of the table whose start tag was just read.
func (c *cursor) enter() error {
	b, d := c.b, c.d
	c.at++
	c.table = string(d.Full)
	if d.Empty {
		c.table = ""
	}
	if c.at < len(b.sheets) {
		return nil
	}
	if c.at >= maxSheets {
		return b.tooMany("sheets")
	}
	name := d.get(atTableName)
	if len(name) > maxNameLen {
		return d.Bad("a sheet's name is longer than %d bytes", maxNameLen)
	}
	b.sheets = append(b.sheets, sheet.Info{Name: name, Hidden: b.styles.hidden[d.get(atStyleName)] || d.get(atDisplay) == "false"})
	return d.Err()
}

// finish reads to the document's end, from within the spreadsheet, outside of all sheets.
func (c *cursor) finish() error {
	if !c.done {
		if err := c.d.SkipOut(c.spreadsheet, c.level); err != nil {
			return err
		}
		c.done = true
	}
	return c.d.Rest()
}

// locate finds the sheet and the cells that the options name, and reads no further than it must to know.
func (b *book) locate(opt formats.Options) (at int, area sheet.Range, err error) {
	var o sheet.Options
	if err := options.Decode(opt, &o); err != nil {
		return 0, area, err
	}
	want, all := o.Sheet, false
	if o.Range != "" {
		name, rest := sheet.CutSheet(o.Range)
		if _, ok := sheet.ParseRange(rest); name == "" && !ok {
			all = true // it is a name, which may be of any sheet
		} else if want == "" {
			want = name
		}
	}
	for {
		if n := len(b.sheets); n > 0 && !all && (b.sheets[n-1].Name == want || want == "" && !b.sheets[n-1].Hidden) {
			break
		}
		more, err := b.cursor.next()
		if err != nil {
			return 0, area, err
		}
		if !more {
			break
		}
	}
	return sheet.Locate(b, opt)
}

// seek gives the cursor, which stands in the sheet, to the caller; empty says that the sheet is an empty element.
func (b *book) seek(at int) (*cursor, error) {
	c := b.cursor
	b.cursor = nil
	if c == nil || c.at > at || c.at == at && c.table == "" && c.done {
		if c != nil {
			c.close()
		}
		var err error
		if c, err = b.open(); err != nil {
			return nil, err
		}
	}
	for c.at < at {
		more, err := c.next()
		if err == nil && !more {
			err = c.d.Bad("it has changed")
		}
		if err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

// Named looks a name up among the named ranges and then among the database ranges.
func (b *book) Named(name string, at int) (string, error) {
	if !b.named {
		if err := b.readNames(); err != nil {
			return "", err
		}
		b.named = true
	}
	best := ""
	for _, n := range b.names {
		if n.ref == "" || !strings.EqualFold(n.name, name) {
			continue
		}
		if at >= 0 && n.sheet == at {
			return n.ref, nil
		}
		if n.sheet < 0 && best == "" {
			best = n.ref
		}
	}
	for _, n := range b.names {
		if best == "" && strings.EqualFold(n.name, name) {
			best = n.ref
		}
	}
	return best, nil
}

// readNames reads the names of ranges, which stand behind the rows of sheets and behind the sheets.
func (b *book) readNames() error {
	c, err := b.open()
	if err != nil {
		return err
	}
	defer c.close()
	d, current, level := c.d, -1, c.level
	for !c.done {
		if err := d.next(); err != nil {
			return d.AtEnd(err)
		}
		switch {
		case d.Closing && string(d.Full) == c.spreadsheet && d.Depth() < level:
			c.done = true
		case d.starts(elTable) && !d.Empty && d.Depth() == level+1:
			c.at++
			current = c.at
		case d.starts(elTable):
			if d.Depth() == level {
				c.at++
			}
			if err := d.pass(); err != nil {
				return err
			}
		case d.Closing && d.el == elTable:
			current = -1
		case d.starts(elRow) || d.starts(elRows):
			if err := d.SkipNamed(string(d.Full)); err != nil {
				return err
			}
		case d.starts(elNamedRange) || d.starts(elDatabaseRange):
			if len(b.names) >= maxRanges {
				return b.tooMany("names")
			}
			n := rangeName{d.get(atTableName), "", current}
			if d.el == elNamedRange {
				n.ref = reference(d.get(atRangeAddress))
			} else {
				n.ref = reference(d.get(atTargetAddress))
			}
			if len(n.name)+len(n.ref) <= maxNameLen {
				b.names = append(b.names, n)
			}
		}
	}
	return d.Rest()
}

func clip(b []byte) []byte { return b[:min(len(b), 40)] }
