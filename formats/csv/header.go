package csv

import (
	"io"
	"slices"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/text"
	"howdah/internal/ident"
	"howdah/pgerr"
)

// firstRecord gives the fields of the first record that is not left out, nil of an empty file. It stays to be read
// unless it is consumed.
func (c *chunk) firstRecord(consume bool) ([]string, error) {
	places := c.places
	c.places = true
	defer func() { c.places = places }()
	for {
		if c.left() == 0 {
			if err := c.fill(); err != nil {
				return nil, ignoreEOF(err)
			}
		}
		next, pos, before := c.next, c.pos, -1
		if next > 0 {
			before = int(c.last[next-1])
		}
		for ; next < len(c.last); next++ {
			l := int(c.last[next])
			start, end := pos, int(c.sep[l])
			pos = end + 1
			if c.returns && end > start && c.buf[end] == '\n' && c.buf[end-1] == '\r' {
				end--
			}
			if c.leftOut(start, end, l-before) {
				before = l
				continue
			}
			if p := c.badIn(start, end); c.suspect && p >= 0 {
				return nil, c.badByte(p)
			}
			var fields []string
			for at, s := before+1, start; at <= l; at++ {
				e := int(c.sep[at])
				if at == l {
					e = end
				}
				fields = append(fields, string(c.appendValue(nil, c.buf[s:e])))
				s = int(c.sep[at]) + 1
			}
			if consume {
				c.next, c.pos = next+1, pos
			}
			return fields, nil
		}
		c.next, c.pos = next, pos
	}
}

// readHeader reads the header by itself, for a split that does not begin with it.
func readHeader(in *formats.Input, d *dialect) ([]string, error) {
	raw, text, err := openBytes(in, d.enc, formats.Split{}, true)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	c := chunk{forgiving: true} // of other records than the first the readers say what is wrong
	defer c.close()
	if err := c.open(name(in), d, text, in.Budget()); err != nil {
		return nil, err
	}
	return c.firstRecord(true)
}

// matchHeader is COPY's header match.
func (r *reader) matchHeader() error {
	if r.mapped || r.d.byName {
		return nil // mapFields looks each name up
	}
	if len(r.header) != len(r.columns) {
		return pgerr.New(pgerr.BadCopyFileFormat, "wrong number of fields in header line: got %d, expected %d", len(r.header), len(r.columns)).
			At("%s, line %d", r.chunk.name, r.d.skip+1)
	}
	names := ident.Columns(r.header)
	for i, col := range r.columns {
		if r.header[i] != col.name && names[i] != col.name {
			return pgerr.New(pgerr.BadCopyFileFormat, "column name mismatch in header line field %d: got %q, expected %q", i+1, r.header[i], col.name).
				At("%s, line %d", r.chunk.name, r.d.skip+1)
		}
	}
	return nil
}

// mapFields finds the field of each column where that is not simply its number.
func (r *reader) mapFields() error {
	if !r.mapped && !r.d.byName {
		return nil
	}
	r.width = len(r.header)
	var names []string
	if r.d.header != headerNo {
		names = ident.Columns(r.header)
	}
	for i := range r.columns {
		col, o := &r.columns[i], r.given[i]
		field := i
		switch {
		case o.Position > 0:
			field = o.Position - 1
		case o.Name != "":
			if field = slices.Index(r.header, o.Name); names == nil {
				return pgerr.New(pgerr.InvalidParameterValue, "columns by name need a header")
			}
		case r.d.byName:
			if field = slices.Index(r.header, col.name); field < 0 {
				field = slices.Index(names, col.name)
			}
		}
		if field < 0 || field >= r.width {
			return pgerr.New(pgerr.BadCopyFileFormat, "column %q is not among the %d fields of the file", col.name, r.width).
				WithHint("The fields are: %s", text.Clip([]byte(strings.Join(r.header, ", ")))).At("%s, line %d", r.chunk.name, r.d.skip+1)
		}
		col.field = field
	}
	return nil
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
