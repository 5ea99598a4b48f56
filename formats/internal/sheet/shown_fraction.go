package sheet

import (
	"math"
	"strconv"
	"strings"
)

// fraction is what a section says of a fraction: # ??/??, ?/8.
type fraction struct {
	numerator   string // its places
	denominator string // its places, if it is chosen
	fixed       int64  // the denominator that is given; 0 = none
	mixed       bool   // there are places for a whole number before
	tight       bool   // # only: what is not there leaves no room
}

// startsDenominator tells whether places or a number stand behind the slash.
func (p *sectionParser) startsDenominator() bool {
	return p.at < len(p.code) && (strings.IndexByte("0#?", p.code[p.at]) >= 0 || p.code[p.at] >= '1' && p.code[p.at] <= '9')
}

// toFraction makes the section one of a fraction: the places just before the slash are the numerator's, those before them
// the whole number's; what follows is the denominator.
func (p *sectionParser) toFraction() {
	s := p.s
	f := &fraction{}
	p.flush()
	end := len(s.pieces)
	for end > 0 && s.pieces[end-1].kind == pieceLiteral {
		end-- // blanks before the slash
	}
	from := end
	for from > 0 && s.pieces[from-1].kind == pieceWhole {
		from--
	}
	for _, x := range s.pieces[from:end] {
		f.numerator += string(x.place)
	}
	s.whole -= end - from
	for _, x := range s.pieces[:from] {
		f.mixed = f.mixed || x.kind == pieceWhole
	}
	tail := append([]piece(nil), s.pieces[end:]...)
	s.pieces = append(append(s.pieces[:from], piece{kind: pieceNumerator}), tail...)
	begin := p.at
	for p.at < len(p.code) && (strings.IndexByte("0#?", p.code[p.at]) >= 0 || p.code[p.at] >= '0' && p.code[p.at] <= '9') && p.at-begin < 9 {
		p.at++
	}
	f.denominator = p.code[begin:p.at]
	f.tight = strings.Trim(f.numerator+f.denominator, "#") == ""
	if n, err := strconv.ParseInt(f.denominator, 10, 64); err == nil && n > 0 {
		f.fixed = n
	}
	s.kind, s.fraction = sectionFraction, f
	s.pieces = append(s.pieces, piece{kind: pieceDenominator})
}

// appendFraction shows a number as a whole number and a fraction, or as a fraction alone.
func (s *section) appendFraction(dst []byte, x float64) []byte {
	f := s.fraction
	neg := x < 0
	x = math.Abs(x)
	for range s.percent {
		x *= 100
	}
	if x >= 1e15 { // no double that large has a fraction
		if neg {
			dst = append(dst, '-')
		}
		return appendGeneral(dst, x)
	}
	whole, part := math.Floor(x), x-math.Floor(x)
	var num, den int64
	if f.fixed > 0 {
		den = f.fixed
		if f.mixed {
			num = int64(math.Floor(part*float64(den) + 0.5))
		} else {
			num = int64(math.Floor(x*float64(den) + 0.5))
		}
	} else {
		most := int64(math.Pow10(min(len(f.denominator), 9))) - 1
		num, den = approximate(x, most)
		if f.mixed {
			num -= int64(whole) * den
		}
	}
	if f.mixed && num >= den {
		whole, num = whole+1, 0
	}
	if neg && (num != 0 || f.mixed && whole != 0) {
		dst = append(dst, '-')
	}
	// A fraction of nothing leaves its room empty.
	blank := f.mixed && num == 0
	var d decimal
	if f.mixed {
		d.set(whole)
	}
	left, begun := s.whole, false
	for i, p := range s.pieces {
		switch p.kind {
		case pieceLiteral:
			if s.between(i) && (blank || f.tight && f.mixed && whole == 0) {
				if !f.tight {
					dst = append(dst, strings.Repeat(" ", len([]rune(p.literal)))...)
				}
				continue
			}
			dst = append(dst, p.literal...)
		case pieceWhole:
			if !begun {
				begun = true
				for n := d.point; n > s.whole; n-- {
					dst = s.digit(dst, &d, n)
				}
			}
			switch {
			case left <= d.point || p.place == '0' || left == 1 && num == 0:
				dst = s.digit(dst, &d, left)
			case p.place == '?':
				dst = append(dst, ' ')
			}
			left--
		case pieceNumerator:
			if blank {
				if !f.tight {
					dst = append(dst, strings.Repeat(" ", len(f.numerator))...)
				}
				continue
			}
			text := strconv.FormatInt(num, 10)
			for n := len(f.numerator); n > len(text); n-- {
				switch f.numerator[len(f.numerator)-n] {
				case '0':
					dst = append(dst, '0')
				case '?':
					dst = append(dst, ' ')
				}
			}
			dst = append(dst, text...)
		case pieceDenominator:
			if blank {
				if !f.tight {
					dst = append(dst, strings.Repeat(" ", 1+len(f.denominator))...)
				}
				continue
			}
			dst = append(dst, '/')
			text := strconv.FormatInt(den, 10)
			dst = append(dst, text...)
			for n := len(text); n < len(f.denominator) && f.fixed == 0; n++ {
				if f.denominator[n] != '#' {
					dst = append(dst, ' ')
				}
			}
		}
	}
	return dst
}

// between tells whether the piece stands between the numerator or the whole number and the denominator.
func (s *section) between(at int) bool {
	before, after := false, false
	for i, p := range s.pieces {
		if p.kind == pieceLiteral {
			continue
		}
		before = before || i < at
		after = after || i > at
	}
	return before && after
}

// approximate gives the fraction near x whose denominator is at most the given one, by continued
// fractions as Excel does.
func approximate(x float64, most int64) (num, den int64) {
	p2, p1, q2, q1 := int64(0), int64(1), int64(1), int64(0)
	b := x
	var p, q int64
	for q1 < most {
		a := int64(math.Floor(b))
		p, q = a*p1+p2, a*q1+q2
		if b-float64(a) < 5e-8 || q > most {
			break
		}
		b = 1 / (b - float64(a))
		p2, p1, q2, q1 = p1, p, q1, q
	}
	if q > most {
		return p1, q1
	}
	return p, q
}
