package sheet

import (
	"math"
	"strconv"
	"strings"

	"howdah/pgerr"
)

// look gives a format taken apart.
func (s *Sheet) look(format uint16) *look {
	if int(format) >= len(s.formats) {
		return generalLook
	}
	if s.looks == nil {
		s.looks = make([]*look, len(s.formats))
	}
	if s.looks[format] == nil {
		s.looks[format] = parseLook(s.formats[format].Code)
	}
	return s.looks[format]
}

var generalLook = parseLook("")

// shownNumber appends a number as its format shows it: what Excel gives as the text of the cell in a column that is wide
// enough, in English. Colours are not followed; what pads a cell to its width is a blank or nothing.
func (s *Sheet) shownNumber(dst []byte, x float64, format uint16) ([]byte, error) {
	sec, x := s.look(format).choose(x)
	if sec.kind == sectionClock {
		return s.shownSerial(dst, x, sec)
	}
	return sec.appendNumber(dst, x), nil
}

// shownText appends a text as its format shows it.
func (s *Sheet) shownText(dst, v []byte, format uint16) []byte {
	sec := s.look(format).text
	if sec == nil {
		return append(dst, v...)
	}
	for _, p := range sec.pieces {
		switch p.kind {
		case pieceLiteral:
			dst = append(dst, p.literal...)
		case pieceText, pieceGeneral:
			dst = append(dst, v...)
		}
	}
	return dst
}

// changesTexts tells whether texts of a format are shown otherwise than they are.
func (s *Sheet) changesTexts(format uint16) bool {
	t := s.look(format).text
	return t != nil && (len(t.pieces) != 1 || t.pieces[0].kind != pieceText)
}

func (s *section) appendNumber(dst []byte, x float64) []byte {
	switch s.kind {
	case sectionGeneral:
		if x < 0 && len(s.pieces) > 1 {
			dst, x = append(dst, '-'), -x
		}
		for _, p := range s.pieces {
			if p.kind == pieceGeneral {
				dst = appendGeneral(dst, x)
			} else {
				dst = append(dst, p.literal...)
			}
		}
		return dst
	case sectionDigits:
		return s.appendDigits(dst, x)
	case sectionScientific:
		return s.appendScientific(dst, x)
	case sectionFraction:
		return s.appendFraction(dst, x)
	}
	if x < 0 && len(s.pieces) > 0 {
		dst = append(dst, '-')
	}
	for _, p := range s.pieces {
		dst = append(dst, p.literal...)
	}
	return dst
}

// appendGeneral shows a number as General does in a wide cell: eleven characters, with an exponent where they do not
// suffice.
func appendGeneral(dst []byte, x float64) []byte {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return append(dst, '0')
	}
	if x < 0 {
		dst, x = append(dst, '-'), -x
	}
	var d decimal
	d.set(x)
	switch {
	case d.point > 11:
	case d.point == 11:
		if d.round(0); d.point == 11 {
			return d.appendPlain(dst)
		}
	case d.point > -4:
		d.round(10 - max(d.point, 1)) // what fits behind the point
		return d.appendPlain(dst)
	case d.point > -9 && d.n-d.point <= 9:
		return d.appendPlain(dst)
	}
	d.round(6 - d.point)
	dst = append(dst, d.first())
	if rest := d.rest(); len(rest) > 0 {
		dst = append(append(dst, '.'), rest...)
	}
	dst = append(dst, 'E')
	return appendExponent(dst, d.point-1, 2)
}

func appendExponent(dst []byte, exp, least int) []byte {
	sign := byte('+')
	if exp < 0 {
		sign, exp = '-', -exp
	}
	dst = append(dst, sign)
	for n := 10; least > 1; least-- {
		if exp < n {
			dst = append(dst, '0')
		}
		n *= 10
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

// decimal is the fifteen digits that Excel knows of a number: 0.d1d2… × 10^point, without zeros at either end.
type decimal struct {
	d     [17]byte
	n     int
	point int
}

// set takes a number that is not negative.
func (d *decimal) set(x float64) {
	var buf [32]byte
	t := strconv.AppendFloat(buf[:0], x, 'e', 14, 64) // d.dddde±xx
	d.n = 0
	i := 0
	for ; i < len(t) && t[i] != 'e'; i++ {
		if t[i] != '.' {
			d.d[d.n] = t[i]
			d.n++
		}
	}
	exp, neg := 0, t[i+1] == '-'
	for _, c := range t[i+2:] {
		exp = exp*10 + int(c-'0')
	}
	if neg {
		exp = -exp
	}
	d.point = exp + 1
	d.trim()
}

func (d *decimal) trim() {
	for d.n > 0 && d.d[d.n-1] == '0' {
		d.n--
	}
	if d.n == 0 {
		d.point = 0
	}
}

// round leaves so many digits behind the point, half away from zero.
func (d *decimal) round(places int) {
	keep := d.point + places
	if keep >= d.n {
		return
	}
	if keep < 0 {
		d.n, d.point = 0, 0
		return
	}
	up := d.d[keep] >= '5'
	d.n = keep
	if up {
		i := keep - 1
		for i >= 0 && d.d[i] == '9' {
			i--
		}
		d.n = i + 1
		if i < 0 {
			d.d[0], d.n = '1', 1
			d.point++
			return
		}
		d.d[i]++
	}
	d.trim()
}

func (d *decimal) zero() bool { return d.n == 0 }

// at is the digit whose weight is 10^-place: place 1 is the first behind the point, 0 the last before it.
func (d *decimal) at(place int) byte {
	i := d.point + place - 1
	if i < 0 || i >= d.n {
		return '0'
	}
	return d.d[i]
}

func (d *decimal) first() byte {
	if d.n == 0 {
		return '0'
	}
	return d.d[0]
}

func (d *decimal) rest() []byte { return d.d[min(1, d.n):d.n] }

// appendPlain writes all digits, with a point where there are some behind it.
func (d *decimal) appendPlain(dst []byte) []byte {
	if d.point <= 0 {
		dst = append(dst, '0')
	}
	for i := 1 - d.point; i <= 0; i++ {
		dst = append(dst, d.at(i))
	}
	if d.n > d.point {
		dst = append(dst, '.')
		for i := 1; i <= d.n-d.point; i++ {
			dst = append(dst, d.at(i))
		}
	}
	return dst
}

// appendDigits shows a number in places for digits, with literals between them.
func (s *section) appendDigits(dst []byte, x float64) []byte {
	var d decimal
	d.set(math.Abs(x))
	if !d.zero() {
		d.point += 2*s.percent - 3*s.scale
	}
	d.round(s.behind)
	if x < 0 && !d.zero() {
		dst = append(dst, '-')
	}
	return s.place(dst, &d, 0)
}

// place puts digits into their places. exp is shown where the exponent stands.
func (s *section) place(dst []byte, d *decimal, exp int) []byte {
	left := s.whole                    // places before the point that are still to come
	have := max(d.point, 0)            // digits before the point
	behind := 0                        // the place behind the point
	last := max(d.n-d.point, 0)        // digits behind the point
	last = max(last, s.leastBehind, 0) // zeros included
	begun := false
	for _, p := range s.pieces {
		switch p.kind {
		case pieceLiteral:
			dst = append(dst, p.literal...)
		case pieceWhole:
			if !begun {
				begun = true
				for n := have; n > s.whole; n-- { // digits that have no place of their own
					dst = s.digit(dst, d, n)
				}
			}
			switch {
			case left <= have || left <= s.least:
				dst = s.digit(dst, d, left)
			case p.place == '?':
				dst = append(dst, ' ')
				if s.thousands && left > 1 && left%3 == 1 {
					dst = append(dst, ' ')
				}
			}
			left--
		case piecePoint:
			if !begun && s.whole == 0 {
				for n := have; n > 0; n-- {
					dst = s.digit(dst, d, n)
				}
			}
			dst = append(dst, '.')
		case pieceBehind:
			behind++
			switch {
			case behind <= last:
				dst = append(dst, d.at(behind))
			case p.place == '?':
				dst = append(dst, ' ')
			}
		case pieceExponent:
			dst = append(dst, 'E')
			if exp >= 0 && !s.exponentSign {
				dst = appendExponent(dst, exp, s.exponent)
				sign := len(dst) - 1
				for dst[sign] != '+' {
					sign--
				}
				dst = append(dst[:sign], dst[sign+1:]...)
			} else {
				dst = appendExponent(dst, exp, s.exponent)
			}
		case pieceGeneral, pieceText:
			dst = appendGeneral(dst, 0)
		}
	}
	return dst
}

// digit appends the n-th digit before the point, counted from it, and what parts it from the next group.
func (s *section) digit(dst []byte, d *decimal, n int) []byte {
	dst = append(dst, d.at(1-n))
	if s.thousands && n > 1 && n%3 == 1 {
		dst = append(dst, ',')
	}
	return dst
}

// appendScientific shows a number with an exponent that is a multiple of the places before the point.
func (s *section) appendScientific(dst []byte, x float64) []byte {
	var d decimal
	d.set(math.Abs(x))
	if !d.zero() {
		d.point += 2 * s.percent
	}
	exp := 0
	period := max(s.whole, 1)
	for range 2 { // rounding may carry into one more digit
		if d.zero() {
			break
		}
		e := d.point - 1
		step := e - mod(e, period)
		if s.whole == 0 {
			step = e + 1
		}
		exp += step
		d.point -= step
		d.round(s.behind)
	}
	if x < 0 && !d.zero() {
		dst = append(dst, '-')
	}
	return s.place(dst, &d, exp)
}

func mod(a, b int) int { return ((a % b) + b) % b }

func unsupportedFormat(code string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "the number format %q is not supported with text_values", strings.TrimSpace(code))
}
