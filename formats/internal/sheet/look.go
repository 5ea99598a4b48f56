package sheet

import (
	"strconv"
	"strings"
)

// look is a number format taken apart for showing values: up to three sections for numbers and one for texts.
type look struct {
	sections []section
	text     *section // nil = texts are shown as they are
	chosen   bool     // a section has a condition of its own
}

// section is one of the parts between semicolons.
type section struct {
	kind   sectionKind
	op     string // "" = no condition; else < <= > >= = <>
	limit  float64
	pieces []piece
	code   string

	// Of numbers.
	whole, behind   int  // places before and behind the point
	thousands       bool // groups of three are parted
	percent         int
	scale           int // thousands that are left out, by commas at the end
	exponent        int // places of the exponent
	exponentSign    bool
	point           bool
	least           int // digits before the point that are always shown
	leastBehind     int
	fraction        *fraction
	clock           []clockField
	unknownCalendar bool
}

type sectionKind uint8

const (
	sectionEmpty sectionKind = iota // shows nothing, or only literals
	sectionGeneral
	sectionDigits
	sectionScientific
	sectionFraction
	sectionClock
)

// piece is a part of a section: a literal, a place for a digit, or a value as General.
type piece struct {
	kind    pieceKind
	place   byte // 0 # ?
	literal string
}

type pieceKind uint8

const (
	pieceLiteral pieceKind = iota
	pieceWhole             // a digit before the point
	pieceBehind            // one behind it
	piecePoint
	pieceExponent      // E, its sign and the first of its places
	pieceExponentPlace // a further place of the exponent
	pieceNumerator     // all places of a fraction's numerator, in literal
	pieceDenominator
	pieceGeneral
	pieceText // @
)

// parseLook takes a format's code apart, as Excel does: with a section of texts at the end, the others are for numbers.
func parseLook(code string) *look {
	l := &look{}
	codes := splitSections(code)
	if len(codes) > 4 {
		codes = codes[:4]
	}
	all := make([]section, len(codes))
	for i := range codes {
		all[i] = parseSection(codes[i], len(codes) > 1)
	}
	if last := &all[len(all)-1]; len(all) == 4 || last.hasText() {
		l.text, all = last, all[:len(all)-1]
	}
	if len(all) == 0 {
		all = []section{{kind: sectionGeneral, pieces: []piece{{kind: pieceGeneral}}}} // @ alone
	}
	for i := range all {
		l.chosen = l.chosen || all[i].op != ""
	}
	l.sections = all
	return l
}

// choose gives the section for a number, and the number as it is to be shown there: without its sign where the section is
// for negative numbers only.
func (l *look) choose(x float64) (*section, float64) {
	n := len(l.sections)
	if !l.chosen {
		switch {
		case n == 1, x > 0, x == 0 && n == 2:
			return &l.sections[0], x
		case x < 0:
			return &l.sections[1], -x
		}
		return &l.sections[2], x
	}
	for i := range l.sections {
		s := &l.sections[i]
		if !s.holds(x, i, n, l) {
			continue
		}
		if x < 0 && (s.op == "<" || s.op == "<=") && s.limit <= 0 {
			x = -x
		} else if x < 0 && i == 1 && s.op == "" && l.sections[0].limit == 0 && strings.HasPrefix(l.sections[0].op, ">") {
			x = -x
		}
		return s, x
	}
	return &l.sections[n-1], x
}

// holds tells whether a number is the i-th section's. Where only some have conditions, the others have what is usual.
func (s *section) holds(x float64, i, n int, l *look) bool {
	switch s.op {
	case "<":
		return x < s.limit
	case "<=":
		return x <= s.limit
	case ">":
		return x > s.limit
	case ">=":
		return x >= s.limit
	case "=":
		return x == s.limit
	case "<>":
		return x != s.limit
	}
	switch {
	case i == n-1:
		return true
	case i == 0:
		return x > 0
	}
	return x < 0 || l.sections[0].op == ""
}

// hasText tells whether the section is one of texts: @ stands in it.
func (s *section) hasText() bool {
	for _, p := range s.pieces {
		if p.kind == pieceText {
			return true
		}
	}
	return false
}

// splitSections parts a code at its semicolons.
func splitSections(code string) (sections []string) {
	from := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return append(sections, code[from:])
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case ';':
			sections = append(sections, code[from:i])
			from = i + 1
		}
	}
	return append(sections, code[from:])
}

// parseSection takes one section apart. One that is empty shows numbers as General where it is alone, and else nothing.
func parseSection(code string, several bool) section {
	s := section{code: code}
	for _, system := range [][2]string{{"[$-F800]", "dddd, mmmm d, yyyy"}, {"[$-F400]", "h:mm:ss AM/PM"}} {
		if len(code) >= len(system[0]) && strings.EqualFold(code[:len(system[0])], system[0]) {
			code = system[1] // the machine's own form, whatever stands behind
		}
	}
	if ParseFormat(code).Class >= Date {
		s.kind = sectionClock
		var ok bool
		s.clock, ok = clockFields(code)
		s.unknownCalendar = !ok
		return s
	}
	p := sectionParser{s: &s, code: code}
	p.parse()
	switch {
	case s.kind != sectionEmpty:
	case code == "" && !several, p.bare && code != "":
		s.kind = sectionGeneral // a colour alone
		s.pieces = append(s.pieces, piece{kind: pieceGeneral})
	}
	return s
}

// sectionParser reads a section of numbers or texts from the left.
type sectionParser struct {
	s        *section
	code     string
	at       int
	commas   int  // that stand behind the last digit
	inExp    bool // within an exponent
	bare     bool // nothing but brackets was seen
	slash    bool
	literals strings.Builder
}

// utf8Len is how many bytes the character at the front takes.
func utf8Len(s string) int {
	n := 1
	for n < len(s) && s[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// next takes the character that a backslash or an underscore stands before.
func (p *sectionParser) next() string {
	if p.at >= len(p.code) {
		return ""
	}
	n := utf8Len(p.code[p.at:])
	p.at += n
	return p.code[p.at-n : p.at]
}

func (p *sectionParser) flush() {
	if p.literals.Len() > 0 {
		p.s.pieces = append(p.s.pieces, piece{kind: pieceLiteral, literal: p.literals.String()})
		p.literals.Reset()
	}
}

func (p *sectionParser) add(x piece) {
	p.flush()
	p.s.pieces = append(p.s.pieces, x)
}

func (p *sectionParser) parse() {
	s := p.s
	p.bare = true
	for p.at < len(p.code) {
		c := p.code[p.at]
		p.at++
		if c != '[' {
			p.bare = false
		}
		switch c {
		case '"':
			end := strings.IndexByte(p.code[p.at:], '"')
			if end < 0 {
				end = len(p.code) - p.at
			}
			p.literals.WriteString(p.code[p.at : p.at+end])
			p.at = min(p.at+end+1, len(p.code))
		case '\\':
			p.literals.WriteString(p.next())
		case '_':
			p.next()
			p.literals.WriteByte(' ') // as wide as the character
		case '*':
			p.next() // fills the cell, which has no width here
		case '[':
			p.bracket()
		case '0', '#', '?':
			p.digit(c)
		case '.':
			if s.point || p.inExp || p.slash {
				p.literals.WriteByte(c)
				continue
			}
			s.point = true
			if s.kind == sectionEmpty {
				s.kind = sectionDigits
			}
			p.s.scale, p.commas = p.commas, 0
			p.add(piece{kind: piecePoint})
		case ',':
			if s.kind == sectionDigits && s.whole > 0 {
				p.commas++
			} else if s.kind != sectionDigits {
				p.literals.WriteByte(c)
			}
		case '%':
			s.percent++
			p.literals.WriteByte(c)
		case 'E', 'e':
			if p.at < len(p.code) && (p.code[p.at] == '+' || p.code[p.at] == '-') && s.kind == sectionDigits {
				s.kind, s.exponentSign, p.inExp = sectionScientific, p.code[p.at] == '+', true
				p.at++
				continue
			}
			p.literals.WriteByte(c)
		case '/':
			if s.kind == sectionDigits && !s.point && s.whole > 0 && p.startsDenominator() {
				p.toFraction()
				continue
			}
			p.literals.WriteByte(c)
		case '@':
			p.add(piece{kind: pieceText})
		default:
			if rest := p.code[p.at-1:]; len(rest) >= 7 && strings.EqualFold(rest[:7], "general") && s.kind == sectionEmpty {
				s.kind = sectionGeneral
				p.at += 6
				p.add(piece{kind: pieceGeneral})
				continue
			}
			p.literals.WriteByte(c)
		}
	}
	p.flush()
	s.scale += p.commas
	s.count()
}

// bracket reads [Red], [>=100], [$€-407] and the like.
func (p *sectionParser) bracket() {
	end := strings.IndexByte(p.code[p.at:], ']')
	if end < 0 {
		end = len(p.code) - p.at
	}
	inner := p.code[p.at : p.at+end]
	p.at = min(p.at+end+1, len(p.code))
	switch {
	case strings.HasPrefix(inner, "$"):
		symbol, _, _ := strings.Cut(inner[1:], "-")
		if symbol != "" {
			p.bare = false
		}
		p.literals.WriteString(symbol)
	case inner != "" && strings.IndexByte("<>=", inner[0]) >= 0:
		n := 1
		if len(inner) > 1 && (inner[1] == '=' || inner[1] == '>') {
			n = 2
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(inner[n:]), 64); err == nil {
			p.s.op, p.s.limit = inner[:n], v
		}
	}
}

func (p *sectionParser) digit(c byte) {
	s := p.s
	switch {
	case s.kind == sectionGeneral:
		p.literals.WriteByte(c)
		return
	case p.inExp:
		kind := pieceExponentPlace
		if s.exponent == 0 {
			kind = pieceExponent
		}
		s.exponent++
		p.add(piece{kind: kind, place: c})
		return
	case s.kind == sectionFraction:
		p.literals.WriteByte(c)
		return
	}
	s.kind = sectionDigits
	if s.point {
		s.behind++
		p.add(piece{kind: pieceBehind, place: c})
		return
	}
	if p.commas > 0 {
		s.thousands, p.commas = true, 0
	}
	s.whole++
	p.add(piece{kind: pieceWhole, place: c})
}

// count finds how many digits are always shown.
func (s *section) count() {
	whole, behind := 0, 0
	for _, p := range s.pieces {
		switch p.kind {
		case pieceWhole:
			whole++
			if p.place == '0' && s.least == 0 {
				s.least = s.whole - whole + 1
			}
		case pieceBehind:
			if behind++; p.place == '0' {
				s.leastBehind = behind
			}
		}
	}
}
