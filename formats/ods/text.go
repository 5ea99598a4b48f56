package ods

import (
	"bytes"
	"unicode/utf8"

	"howdah/formats/internal/xml"
)

// maxSpaces is how many blanks a text:s may stand for.
const maxSpaces = 1 << 20

// paragraphs appends the text of the cell whose start tag was just read, its paragraphs joined by line ends, and reads to
// the cell's end. What else is in a cell, annotations, drawings, tables, is no part of its text. White space stays as it
// is in the file, as LibreOffice has it.
func (r *rows) paragraphs(dst []byte) (out []byte, any bool, err error) {
	d, begin := r.d, len(dst)
	covered := d.el == elCovered
	level := d.Depth()
	// Nearly always there is one paragraph without anything in it, and all of it lies in the buffer.
	if d.Enter(d.openParagraph) {
		raw, err := d.RawText()
		if err != nil {
			return dst, true, err
		}
		if plain(raw) && d.Leave(d.endParagraph) {
			dst = append(dst, raw...)
		} else {
			if dst, err = d.Unescape(dst, raw); err != nil {
				return dst, true, r.at(err)
			}
			if dst, err = r.inline(dst, begin); err != nil {
				return dst, true, err
			}
		}
		any = true
		if !covered && d.Leave(d.endCell) {
			return dst, true, r.clean(dst[begin:])
		}
	}
	for {
		if err := d.next(); err != nil {
			return dst, any, d.AtEnd(err)
		}
		switch {
		case d.Closing:
			if d.Depth() >= level || d.el != elCell && d.el != elCovered {
				return dst, any, r.bad("</%s> stands where the end of a cell should", clip(d.Full))
			}
			return dst, any, r.clean(dst[begin:])
		case d.el == elParagraph:
			if any {
				dst = append(dst, '\n')
			}
			any = true
			if d.Empty {
				continue
			}
			if dst, err = r.inline(dst, begin); err != nil {
				return dst, any, err
			}
		default:
			if err := d.pass(); err != nil {
				return dst, any, err
			}
		}
	}
}

// plain tells whether a text needs no second look: no references, no line ends.
func plain(raw []byte) bool {
	return bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0
}

// inline appends the text of a paragraph up to its end.
func (r *rows) inline(dst []byte, begin int) (out []byte, err error) {
	d := r.d
	for level := d.Depth(); ; {
		if dst, err = d.Text(dst); err != nil {
			return dst, r.at(err)
		}
		if len(dst)-begin > xml.MaxText {
			return dst, r.at(d.TooLong())
		}
		if err := d.next(); err != nil {
			return dst, d.AtEnd(err)
		}
		switch {
		case d.Closing:
			if d.Depth() < level {
				return dst, nil
			}
		case d.el == elSpace:
			n := int64(1)
			if text := d.get(atCount); text != "" {
				if n, err = r.spaces(text); err != nil {
					return dst, err
				}
			}
			dst = append(dst, bytes.Repeat([]byte{' '}, int(n))...)
		case d.el == elTab:
			dst = append(dst, '\t')
		case d.el == elBreak:
			dst = append(dst, '\n')
		case d.el == elInline:
		default: // an annotation, a drawing, a note
			if err := d.pass(); err != nil {
				return dst, err
			}
		}
	}
}

// spaces reads how many blanks there are; none is possible.
func (r *rows) spaces(text string) (int64, error) {
	if text == "0" {
		return 0, nil
	}
	n, err := r.repeat(text)
	if err == nil && n > maxSpaces {
		err = r.bad("there are %d blanks in a row", n)
	}
	return n, err
}

// badByte gives the first byte that is no part of valid UTF-8, or is zero; -1 = there is none.
func badByte(v []byte) int {
	if bytes.IndexByte(v, 0) >= 0 {
		return 0
	}
	if utf8.Valid(v) {
		return -1
	}
	for len(v) > 0 {
		c, n := utf8.DecodeRune(v)
		if c == utf8.RuneError && n == 1 {
			return int(v[0])
		}
		v = v[n:]
	}
	return -1
}
