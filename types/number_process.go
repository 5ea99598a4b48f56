package types

import (
	"bytes"

	"howdah/pgerr"
)

// numShow is a number on its way through a template (NUMProc).
type numShow struct {
	t      *NumberTemplate
	number []byte // digits and a point
	at     int    // the next of them
	sign   byte   // '+', '-'; 0 = Roman
	signed bool   // the sign is written, or is not to be
	lsign  numSign
	bracket,
	in bool // digits were written
	spaces   int // digits of the template that the number has not
	count    int
	current  int
	relevant int // the last digit behind the point that counts (FM); -1 = all do
	out      []byte
}

// process shows a number's text through the template (NUM_processor).
func (t *NumberTemplate) process(dst, number []byte, spaces int, sign byte) ([]byte, error) {
	start := len(dst)
	s := numShow{t: t, number: number, spaces: spaces, sign: sign, out: dst, lsign: t.sign, bracket: t.bracket, relevant: -1}
	if t.roman {
		plain := NumberTemplate{nodes: t.nodes, zeroStart: t.zeroStart, zeroEnd: t.zeroEnd, fill: t.fill, roman: true}
		s.t, s.lsign, s.bracket = &plain, signNone, false
		t = s.t
	}
	if t.plus || t.minus {
		s.signed = !t.plus || t.minus
	} else {
		if sign != '-' && t.fill {
			s.bracket = false
		}
		s.signed = sign == '+' && t.fill && !t.hasSign
		if s.lsign == signPre && t.pre == t.signBefore {
			s.lsign = signPost
		}
	}
	s.count = t.post + t.pre - 1
	if t.fill && t.decimal {
		s.findRelevant()
	}
	if !s.signed && s.spaces == 0 {
		s.count++
	}
	for i := range t.nodes {
		if err := s.show(&t.nodes[i]); err != nil {
			return dst, err
		}
	}
	// A sign of a Roman number is a zero byte, which ends a C string.
	if end := bytes.IndexByte(s.out[start:], 0); end >= 0 {
		s.out = s.out[:start+end]
	}
	return s.out, nil
}

func (s *numShow) findRelevant() {
	point := bytes.IndexByte(s.number, '.')
	if point < 0 {
		return
	}
	s.relevant = point
	for i := point + 1; i < len(s.number); i++ {
		if s.number[i] != '0' {
			s.relevant = i
		}
	}
	if s.t.zeroEnd > s.spaces { // zeros of the template stay
		s.relevant = max(s.relevant, min(len(s.number)-1, s.t.zeroEnd-s.spaces))
	}
}

// blankOr writes what stands before the digits: nothing with FM, else a blank, and c among the digits.
func (s *numShow) blankOr(c byte) {
	switch {
	case s.in:
		s.out = append(s.out, c)
	case !s.t.fill:
		s.out = append(s.out, ' ')
	}
}

func (s *numShow) show(n *numNode) error {
	t := s.t
	switch n.id {
	case numText:
		s.out = append(s.out, n.text...)
	case numNine, numZero, numPoint:
		if !t.roman {
			s.digit(n.id)
		}
	case numComma, numG:
		s.blankOr(',')
	case numL:
		s.out = append(s.out, ' ')
	case numRN, numSmallRN:
		text := s.number[s.at:]
		if n.id == numSmallRN {
			text = bytes.ToLower(text)
		}
		for i := len(text); i < 15 && !t.fill; i++ {
			s.out = append(s.out, ' ')
		}
		s.out = append(s.out, text...)
	case numTH, numSmallTH:
		if t.roman || first(s.number) == '#' || s.sign == '-' || t.decimal {
			return nil
		}
		th := byte('T')
		if n.id == numSmallTH {
			th = 't'
		}
		ending, err := ordinalEnding(s.number, th)
		if err != nil {
			return err
		}
		s.out = append(s.out, ending...)
	case numMI:
		s.mark('-')
	case numPL:
		s.mark('+')
	case numSG:
		s.out = append(s.out, s.sign)
	}
	return nil
}

// mark writes a sign if it is the number's, else a blank.
func (s *numShow) mark(sign byte) {
	if s.sign == sign {
		s.out = append(s.out, sign)
	} else if !s.t.fill {
		s.out = append(s.out, ' ')
	}
}

// beforePoint tells that the number's 0 before the point is not shown.
func (s *numShow) beforePoint() bool {
	return !s.t.zero && s.at == 0 && first(s.number) == '0' && s.t.post != 0
}

func (s *numShow) next() byte {
	if s.at < len(s.number) {
		return s.number[s.at]
	}
	return 0
}

// pointRelevant tells that nothing behind the point counts.
func (s *numShow) pointRelevant() bool { return s.relevant >= 0 && s.number[s.relevant] == '.' }

// digit shows a digit or the point (NUM_numpart_to_char).
func (s *numShow) digit(id numID) {
	t := s.t
	s.in = false
	if !s.signed && (s.current >= s.spaces || t.zero && t.zeroStart == s.current) && (!s.beforePoint() || s.pointRelevant()) {
		s.writeSign()
	}
	switch {
	case s.current < s.spaces && (t.zeroStart > s.current || !t.zero):
		if !t.fill {
			s.out = append(s.out, ' ')
		}
	case t.zero && s.current < s.spaces && t.zeroStart <= s.current:
		s.out = append(s.out, '0')
		s.in = true
	default:
		switch c := s.next(); {
		case c == '.':
			if !s.pointRelevant() || t.fill {
				s.out = append(s.out, '.')
			}
		case s.relevant >= 0 && s.at > s.relevant && id != numZero:
		case s.beforePoint():
			if !t.fill {
				s.out = append(s.out, ' ')
			} else if s.pointRelevant() {
				s.out = append(s.out, '0')
			}
		default:
			if c != 0 {
				s.out = append(s.out, c)
			} else {
				s.out = append(s.out, 0)
			}
			s.in = true
		}
		if s.at < len(s.number) {
			s.at++
		}
	}
	end := s.count
	if s.spaces != 0 {
		end++
	}
	if t.decimal {
		end++
	}
	if s.relevant >= 0 && s.relevant == s.at {
		end = s.current
	}
	if s.current+1 == end {
		s.writeEnd()
	}
	s.current++
}

func (s *numShow) writeSign() {
	switch {
	case s.t.hasSign:
		if s.lsign == signPre {
			s.out = append(s.out, s.sign)
			s.signed = true
		}
	case s.bracket:
		if s.sign == '+' {
			s.out = append(s.out, ' ')
		} else {
			s.out = append(s.out, '<')
		}
		s.signed = true
	case s.sign == '+':
		if !s.t.fill {
			s.out = append(s.out, ' ')
		}
		s.signed = true
	case s.sign == '-':
		s.out = append(s.out, '-')
		s.signed = true
	}
}

func (s *numShow) writeEnd() {
	if s.signed && s.bracket {
		if s.sign == '+' {
			s.out = append(s.out, ' ')
		} else {
			s.out = append(s.out, '>')
		}
	} else if s.t.hasSign && s.lsign == signPost {
		s.out = append(s.out, s.sign)
	}
}

// numScan is a text on its way to a number.
type numScan struct {
	t                 *NumberTemplate
	in                []byte
	number            []byte // a sign or a blank, then digits and a point
	readPre, readPost int
	point             bool
}

// Parse is to_number.
func (t *NumberTemplate) Parse(text []byte) (Numeric, error) {
	if t.scientific {
		return Numeric{}, pgerr.New(pgerr.FeatureNotSupported, `"EEEE" not supported for input`)
	}
	if t.roman {
		return Numeric{}, pgerr.New(pgerr.FeatureNotSupported, `"RN" not supported for input`)
	}
	s := numScan{t: t, in: text, number: append(t.text[:0], ' ')}
	for i := range t.nodes {
		if len(s.in) == 0 {
			break
		}
		s.scan(&t.nodes[i])
	}
	t.text = s.number
	number := bytes.TrimSuffix(s.number, []byte{'.'})
	v, err := ParseNumericMod(number, int32(t.pre+t.multi+s.readPost)<<16|int32(s.readPost)+4)
	if err != nil || !t.multiplied {
		return v, err
	}
	shift, err := NumericFromInt(10).Power(NumericFromInt(int64(-t.multi)))
	if err != nil {
		return v, err
	}
	return v.Mul(shift)
}

// advance goes on by so many bytes, at most to the end.
func (s *numScan) advance(n int) { s.in = s.in[min(n, len(s.in)):] }

// skipText goes over characters that are no part of a number.
func (s *numScan) skipText(n int) {
	for ; n > 0 && len(s.in) > 0 && bytes.IndexByte([]byte("0123456789.,+-\x00"), s.in[0]) < 0; n-- {
		s.advance(runeLen(s.in))
	}
}

func (s *numScan) scan(n *numNode) {
	c := s.in[0]
	sign := func(signs string) {
		for i := range len(signs) {
			if c == signs[i] {
				s.number[0] = c
				s.advance(1)
				return
			}
		}
		s.skipText(1)
	}
	switch n.id {
	case numText:
		s.advance(runeLen(s.in))
	case numNine, numZero, numPoint:
		s.digit(n.id)
		s.advance(1)
	case numComma, numG: // what was read so far is not looked at: nothing sets it here
		if !s.t.fill && c == ',' {
			s.advance(1)
		}
	case numL:
		s.skipText(1)
	case numTH, numSmallTH:
		if s.t.decimal {
			return
		}
		s.skipText(2)
	case numMI:
		sign("-")
	case numPL:
		sign("+")
	case numSG:
		sign("-+")
	}
}

// digit reads a digit or the point, with the sign around them (NUM_numpart_from_char). It stays on the last byte.
func (s *numScan) digit(id numID) {
	t := s.t
	if s.in[0] == ' ' {
		s.advance(1)
	}
	if len(s.in) == 0 {
		return
	}
	if s.number[0] == ' ' && id != numPoint && s.readPre+s.readPost == 0 {
		c := s.in[0]
		switch {
		case c == '-' || t.bracket && c == '<':
			s.number[0] = '-'
			s.advance(1)
		case c == '+':
			s.number[0] = '+'
			s.advance(1)
		}
	}
	if len(s.in) == 0 {
		return
	}
	read := false
	if c := s.in[0]; isDigit(c) {
		if s.point && s.readPost == t.post {
			return
		}
		s.number = append(s.number, c)
		if s.point {
			s.readPost++
		} else {
			s.readPre++
		}
		read = true
	} else if t.decimal && !s.point && c == '.' {
		s.number = append(s.number, '.')
		s.point, read = true, true
	}
	if s.number[0] != ' ' || s.readPre+s.readPost == 0 {
		return
	}
	// A sign behind the number.
	if t.hasSign && read && len(s.in) > 1 && !isDigit(s.in[1]) {
		if c := s.in[1]; c == '-' || c == '+' {
			s.number[0] = c
			s.advance(1)
		}
	} else if !read && (t.plus || t.minus) { // for MI, PL and SG, whose place the number's length shifts
		if c := s.in[0]; c == '-' || c == '+' {
			s.number[0] = c
		}
	}
}
