package server

import (
	"howdah/server/wire"
	"howdah/types"
)

// shape is what the result that was sent last looked like: its description as a message, and its encoder. Whoever asks the
// same again is answered in the same shape.
type shape struct {
	columns *Column // the first; plans give the same ones each time
	count   int
	format  wire.Format
	style   *types.Style
	rows    *wire.Rows
	message []byte // RowDescription
}

// uniform tells whether all columns of a portal go out in one format, and in which.
func (p *portal) uniform() (wire.Format, bool) {
	switch {
	case p.binary:
		return wire.Binary, true
	case len(p.formats) == 0:
		return wire.Text, true
	}
	return p.formats[0], len(p.formats) == 1
}

// shapeOf gives the shape of a portal's result if it is that of the last one.
func (x *session) shapeOf(p *portal) *shape {
	s := &x.last
	f, ok := p.uniform()
	if !ok || x.charset != nil || len(p.columns) == 0 || s.columns != &p.columns[0] || s.count != len(p.columns) || s.format != f {
		return nil
	}
	return s
}

// describeRows sends a portal's RowDescription.
func (x *session) describeRows(p *portal) error {
	if s := x.shapeOf(p); s != nil && s.message != nil {
		return x.out.Raw(s.message)
	}
	m := x.rowDescription(p.columns, p.format)
	if s := x.keepShape(p); s != nil {
		if b, err := m.Encode(nil); err == nil {
			s.message = b
		}
	}
	return x.out.Send(m)
}

// keepShape makes a portal's shape the last one, if such are kept.
func (x *session) keepShape(p *portal) *shape {
	if s := x.shapeOf(p); s != nil {
		return s
	}
	f, ok := p.uniform()
	if !ok || x.charset != nil || len(p.columns) == 0 {
		return nil
	}
	x.last = shape{columns: &p.columns[0], count: len(p.columns), format: f}
	return &x.last
}

// encoderOf gives the portal's DataRow encoder. It may be that of another portal of the same statement: it is prepared anew
// for each batch, and rows are sent by one portal at a time.
func (x *session) encoderOf(p *portal) *wire.Rows {
	cols := make([]types.Type, 0, 16)
	for _, c := range p.columns {
		cols = append(cols, c.Type)
	}
	style := x.style(cols)
	if s := x.shapeOf(p); s != nil && s.rows != nil && s.style == style {
		return s.rows
	}
	formats := make([]wire.Format, len(cols))
	for i := range cols {
		formats[i] = p.format(i)
	}
	var e wire.Encoder
	if x.charset != nil {
		e = x.charset
	}
	rows := wire.NewRows(append([]types.Type(nil), cols...), formats, style, e)
	if s := x.keepShape(p); s != nil {
		s.rows, s.style = rows, style
	}
	return rows
}
