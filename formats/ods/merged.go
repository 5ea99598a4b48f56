package ods

import (
	"howdah/formats/internal/sheet"
	"howdah/formats/internal/xml"
	"howdah/pgerr"
)

const maxMerged = 100_000

// merged reads the areas of merged cells of a sheet, which it goes through for them.
func (b *book) merged(at int) (areas []sheet.Range, err error) {
	c, err := b.open()
	if err != nil {
		return nil, err
	}
	defer c.close()
	for c.at < at {
		if more, err := c.next(); err != nil || !more {
			return nil, err
		}
	}
	if c.table == "" {
		return nil, nil
	}
	r := &rows{c: c, d: c.d, file: b.File(), sheet: b.sheets[at].Name, part: true}
	if err := r.begin(); err != nil || r.done {
		return nil, err
	}
	d := r.d
	for row := int64(0); ; {
		if !r.pending {
			if err := d.next(); err != nil {
				return nil, d.AtEnd(err)
			}
		}
		r.pending = false
		switch {
		case d.Closing && string(d.Full) == c.table:
			return areas, nil
		case d.Closing || d.el == elRows:
		case d.el != elRow:
			if err := d.pass(); err != nil {
				return nil, err
			}
		default:
			times, err := r.repeat(d.get(atRowsRepeated))
			if err != nil {
				return nil, err
			}
			if areas, err = r.spans(areas, row); err != nil {
				return nil, err
			}
			if row += times; row >= sheet.MaxRows {
				return areas, nil // what follows has no values
			}
		}
	}
}

// spans adds the areas that begin in the row whose start tag was just read; row counts from 0.
func (r *rows) spans(areas []sheet.Range, row int64) ([]sheet.Range, error) {
	d := r.d
	if d.Empty {
		return areas, nil
	}
	level, column := d.Depth(), int64(0)
	for {
		if err := d.next(); err != nil {
			return nil, d.AtEnd(err)
		}
		if d.Closing {
			if d.Depth() < level {
				return areas, nil
			}
			return nil, r.bad("</%s> stands where a cell should", clip(d.Full))
		}
		if d.el != elCell && d.el != elCovered {
			if err := d.pass(); err != nil {
				return nil, err
			}
			continue
		}
		times, wide, high, err := r.span()
		if err != nil {
			return nil, err
		}
		if d.el == elCell && (wide > 1 || high > 1) && column < sheet.MaxColumns {
			if len(areas) >= maxMerged {
				return nil, pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many merged cells", d.Source().Path())
			}
			areas = append(areas, sheet.Range{FirstRow: row + 1, LastRow: min(row+high, sheet.MaxRows), FirstCol: int(column), LastCol: int(min(column+wide, sheet.MaxColumns)) - 1})
		}
		column = min(column+times, sheet.MaxColumns)
		if !d.Empty {
			if err := d.SkipNamed(string(d.Full)); err != nil {
				return nil, err
			}
		}
	}
}

// span reads how often a cell stands there, and how many columns and rows it covers.
func (r *rows) span() (times, wide, high int64, err error) {
	d := r.d
	times, wide, high = 1, 1, 1
	for attrs := d.Attrs; ; {
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			return times, wide, high, nil
		}
		attrs = rest
		at := (*int64)(nil)
		switch d.attribute(n) {
		case atColumnsRepeated:
			at = &times
		case atColumnsSpanned:
			at = &wide
		case atRowsSpanned:
			at = &high
		default:
			continue
		}
		if *at, err = r.repeat(string(v)); err != nil {
			return 0, 0, 0, err
		}
	}
}
