package ods

import (
	"io"
	"math"
	"strings"

	"howdah/formats/internal/sheet"
	"howdah/pgerr"
)

// The most that a file may declare.
const (
	maxStyles     = math.MaxUint16
	maxStyleBytes = 4 << 20 // of their names and codes
	maxCode       = 1024    // bytes of a format code
	maxParents    = 64
)

// styles are what a file's styles say that matters: how numbers look, and which tables are hidden.
type styles struct {
	data   map[string]dataStyle
	cells  map[string]cellStyle
	hidden map[string]bool // by name of a table's style
	normal cellStyle       // the default style of cells
	size   int

	formats  []sheet.Format    // 0 is that of cells without a style
	index    map[string]uint16 // into formats, by name of a cell's style
	temporal []bool            // by format
}

type cellStyle struct{ data, parent string }

func newStyles() *styles {
	return &styles{data: map[string]dataStyle{}, cells: map[string]cellStyle{}, hidden: map[string]bool{}}
}

func (s *styles) grow(d *elements, n int) error {
	if s.size += n + 64; s.size > maxStyleBytes || len(s.data)+len(s.cells) >= maxStyles {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many styles", d.Source().Path())
	}
	return nil
}

// read takes the styles of the container whose start tag was just read.
func (s *styles) read(d *elements) error {
	if d.Empty {
		return nil
	}
	for level := d.Depth(); ; {
		if err := d.next(); err != nil {
			return d.AtEnd(err)
		}
		if d.Closing {
			if d.Depth() < level {
				return nil
			}
			continue
		}
		if err := s.readOne(d); err != nil {
			return err
		}
	}
}

func (s *styles) readOne(d *elements) error {
	switch d.el {
	case elStyle, elDefaultStyle:
		id, family := d.Attr("name"), d.Attr("family")
		if err := s.grow(d, 2*len(id)); err != nil {
			return err
		}
		switch {
		case family == "table-cell":
			c := cellStyle{d.Attr("data-style-name"), d.Attr("parent-style-name")}
			if err := s.grow(d, len(c.data)+len(c.parent)); err != nil {
				return err
			}
			if d.el == elDefaultStyle {
				s.normal = c
			} else {
				s.cells[id] = c
			}
		case family == "table" && d.el == elStyle:
			return s.readTable(d, id)
		}
		return d.pass()
	case elNumberStyle, elCurrencyStyle, elPercentStyle, elDateStyle, elTimeStyle, elBooleanStyle, elTextStyle:
		id := d.Attr("name")
		style, err := readDataStyle(d)
		if err != nil {
			return err
		}
		s.data[id] = style
		return s.grow(d, 2*len(id)+len(style.code))
	}
	return d.pass()
}

// readTable learns whether tables of the style are hidden.
func (s *styles) readTable(d *elements, id string) error {
	if d.Empty {
		return nil
	}
	for level := d.Depth(); ; {
		if err := d.next(); err != nil {
			return d.AtEnd(err)
		}
		switch {
		case d.Closing && d.Depth() < level:
			return nil
		case d.starts(elTableProperties) && d.get(atDisplay) == "false":
			s.hidden[id] = true
		}
	}
}

// readAll takes all styles of a document that has nothing else in it.
func (s *styles) readAll(d *elements) error {
	for {
		err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if d.starts(elStyles) || d.starts(elAutomatic) {
			if err := s.read(d); err != nil {
				return err
			}
		}
	}
}

// finish numbers the formats.
func (s *styles) finish() {
	s.index = make(map[string]uint16, len(s.cells))
	s.formats, s.temporal = nil, nil
	seen := map[string]uint16{}
	number := func(code string) uint16 {
		i, ok := seen[code]
		if !ok {
			i = uint16(len(s.formats))
			seen[code] = i
			f := sheet.ParseFormat(code)
			s.formats, s.temporal = append(s.formats, f), append(s.temporal, f.Class >= sheet.Date)
		}
		return i
	}
	number(s.code(s.normal.data))
	for id, c := range s.cells {
		data := c.data
		for n := 0; data == "" && n < maxParents; n++ {
			parent, ok := s.cells[c.parent]
			if !ok {
				data = s.normal.data
				break
			}
			c, data = parent, parent.data
		}
		s.index[id] = number(s.code(data))
	}
}

// code is the format code of a data style, its conditions resolved.
func (s *styles) code(id string) string {
	style, ok := s.data[id]
	if !ok {
		return "General"
	}
	if len(style.maps) == 0 {
		return style.code
	}
	var codes, conditions []string
	for _, m := range style.maps {
		other, ok := s.data[m.style]
		condition, fine := strings.CutPrefix(strings.ReplaceAll(m.condition, " ", ""), "value()")
		if ok && fine && len(codes) < 3 {
			codes, conditions = append(codes, other.code), append(conditions, condition)
		}
	}
	codes = append(codes, style.code)
	switch strings.Join(conditions, " ") {
	case ">=0", ">0 <0", ">0 <0 =0": // as format codes have them without saying so
	default:
		for i, c := range conditions {
			if c = strings.Replace(c, "!=", "<>", 1); len(c) > 1 {
				codes[i] = "[" + c + "]" + codes[i]
			}
		}
	}
	return strings.Join(codes, ";")
}
