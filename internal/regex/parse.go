package regex

import "howdah/internal/ctype"

// astOp is an operation of a language.
type astOp uint8

const (
	opEmpty astOp = iota
	opNone        // matches nothing
	opSet
	opCat
	opAlt
	opRepeat
	opCons // a constraint on the place
	opLook
)

// ast is a language: what a DFA is made of. Captures play no part in it.
type ast struct {
	op       astOp
	set      int
	subs     []*ast
	min, max int // of opRepeat; max < 0 = any number
	cons     consKind
	look     int // index into Regexp.looks
}

// consKind is a constraint on what stands before and after a place.
type consKind uint8

const (
	consBegin     consKind = iota // of the string
	consEnd                       // of the string
	consLineBegin                 // after a newline, or at the begin
	consLineEnd
	consWordStart
	consWordEnd
	consWordEdge
	consNoWordEdge
)

func (k consKind) holds(prev, next nextKind) bool {
	switch k {
	case consBegin:
		return prev == kindEdge
	case consEnd:
		return next == kindEdge
	case consLineBegin:
		return prev == kindEdge || prev == kindNewline
	case consLineEnd:
		return next == kindEdge || next == kindNewline
	case consWordStart:
		return prev != kindWord && next == kindWord
	case consWordEnd:
		return prev == kindWord && next != kindWord
	case consWordEdge:
		return (prev == kindWord) != (next == kindWord)
	}
	return (prev == kindWord) == (next == kindWord)
}

// lookaround is a (?=…), (?!…), (?<=…) or (?<!…).
type lookaround struct {
	lang   *ast
	behind bool
	not    bool
	prog   *prog
}

// The flags of tree nodes (regguts.h): what matters for the division of matches.
const (
	longer  = 01
	shorter = 02
	mixed   = 04
	capture = 010
	backref = 020

	prefers = longer | shorter
	upward  = mixed | capture | backref
)

func up(f int) int { return f&upward | f<<2&(f<<1)&mixed }

func messy(f int) bool { return f&(mixed|capture|backref) != 0 }

func combine(a, b int) int {
	pref := a & prefers
	if pref == 0 {
		pref = b & prefers
	}
	return up(a|b) | pref
}

// node is a node of the tree that divides matches (struct subre). op is = (a DFA alone), . (two kids), | (kids),
// * (one kid, repeated), b (a back-reference), ( (one kid, captured once more).
type node struct {
	op       byte
	flags    int
	capno    int
	backno   int
	min, max int
	kids     []*node
	lang     *ast
	prog     *prog
}

// maxRepeat is the largest number in a bound (DUPMAX).
const maxRepeat = 255

type parser struct {
	lexer
	re    *Regexp
	subs  map[int]*node // finished subexpressions by number
	depth int
	ascii bool // the C collation: classes and case of ASCII only
}

func cat(a, b *ast) *ast {
	switch {
	case a == nil || a.op == opEmpty:
		return b
	case b == nil || b.op == opEmpty:
		return a
	case a.op == opCat:
		return &ast{op: opCat, subs: append(a.subs[:len(a.subs):len(a.subs)], b)}
	}
	return &ast{op: opCat, subs: []*ast{a, b}}
}

func repeat(a *ast, m, n int) *ast {
	if m == 1 && n == 1 {
		return a
	}
	if n == 0 {
		return &ast{op: opEmpty}
	}
	return &ast{op: opRepeat, subs: []*ast{a}, min: m, max: n}
}

// parse parses alternatives up to the stopper (tEOS or tParenEnd).
func (p *parser) parse(stopper token, inLook bool) *node {
	if p.depth++; p.depth > 1000 {
		p.fail(errTooBig)
	}
	defer func() { p.depth-- }()
	all := &node{op: '|', flags: longer, lang: &ast{op: opAlt}}
	for {
		b := p.branch(stopper, inLook, false)
		all.kids = append(all.kids, b)
		all.lang.subs = append(all.lang.subs, b.lang)
		all.flags |= up(all.flags | b.flags)
		if p.next != tAlt {
			break
		}
		p.advance()
	}
	if p.next != stopper {
		p.fail(errParen)
	}
	if len(all.kids) == 1 {
		return all.kids[0]
	}
	if !messy(all.flags) {
		all.op, all.kids = '=', nil
	}
	return all
}

func (p *parser) atEnd(stopper token) bool {
	return p.next == tAlt || p.next == stopper || p.next == tEOS
}

// branch parses a concatenation; what follows a messy atom is a branch of its own.
func (p *parser) branch(stopper token, inLook, partial bool) *node {
	top := &node{op: '=', lang: &ast{op: opEmpty}}
	begun := false // something stands before the present atom, if only a constraint
	for !p.atEnd(stopper) {
		if p.constraint(top, inLook) {
			begun = true
			continue
		}
		a := p.atom(stopper, inLook)
		m, n, prefer := p.quantifier()
		if m == 0 && n == 0 {
			begun = true
			continue
		}
		f := top.flags | prefer
		if a.node != nil {
			f |= a.node.flags
		}
		if !a.captured && !a.backref && !messy(up(f)) {
			top.lang = cat(top.lang, repeat(a.lang, m, n))
			top.flags = f
			begun = true
			continue
		}
		return p.hard(top, begun, a, m, n, prefer, stopper, inLook)
	}
	return top
}

// hard finishes a branch from a messy atom on (the "hard part" of parseqatom).
func (p *parser) hard(top *node, begun bool, a atom, m, n, prefer int, stopper token, inLook bool) *node {
	if a.node == nil {
		a.node = &node{op: '=', lang: a.lang}
	}
	x := a.node
	tFlags := combine(prefer, x.flags)
	var quantified *node
	switch {
	case a.backref:
		x.lang = repeat(x.lang, m, n)
		x.min, x.max = m, n
		x.flags |= combine(prefer, x.flags)
		quantified = x
	case m == 1 && n == 1 && (prefer == 0 || x.flags&(prefers|mixed) == 0 || prefer == x.flags&(prefers|mixed)):
		quantified = x
	case x.flags&(capture|backref) == 0:
		quantified = &node{op: '=', flags: combine(prefer, x.flags), lang: repeat(x.lang, m, n)}
	case m > 0 && x.flags&backref == 0:
		rest := n
		if n >= 0 {
			rest = n - 1
		}
		f := combine(prefer, x.flags)
		prefix := &node{op: '=', flags: f & prefers, lang: repeat(x.lang, m-1, rest)}
		quantified = &node{op: '.', flags: f, kids: []*node{prefix, x}, lang: cat(prefix.lang, x.lang)}
	default:
		quantified = &node{op: '*', flags: combine(prefer, x.flags), min: m, max: n, kids: []*node{x}, lang: repeat(x.lang, m, n)}
	}
	prefix := top
	top = &node{op: '.', flags: prefix.flags}
	if p.atEnd(stopper) {
		top.kids = []*node{prefix, quantified}
		top.flags |= combine(top.flags, quantified.flags)
		top.lang = cat(prefix.lang, quantified.lang)
		if !begun {
			return quantified
		}
		return top
	}
	rest := p.branch(stopper, inLook, true)
	t := &node{op: '.', flags: tFlags, kids: []*node{quantified, rest}, lang: cat(quantified.lang, rest.lang)}
	t.flags |= combine(t.flags, rest.flags)
	top.flags |= combine(top.flags, t.flags)
	top.lang = cat(prefix.lang, t.lang)
	switch {
	case !begun:
		top.kids = t.kids
		return top
	case quantified.op == '=' && rest.op == '=' && !messy(up(quantified.flags|rest.flags)):
		t.op, t.kids = '=', nil
		t.flags = combine(quantified.flags, rest.flags)
	}
	top.kids = []*node{prefix, t}
	return top
}

// constraint parses what matches a place and no characters.
func (p *parser) constraint(top *node, inLook bool) bool {
	add := func(k consKind) {
		if k >= consWordStart {
			p.re.words = true
		}
		top.lang = cat(top.lang, &ast{op: opCons, cons: k})
		p.advance()
	}
	line := p.flags&NLAnch != 0
	switch p.next {
	case tBOL:
		if line {
			add(consLineBegin)
		} else {
			add(consBegin)
		}
	case tEOL:
		if line {
			add(consLineEnd)
		} else {
			add(consEnd)
		}
	case tSBegin:
		add(consBegin)
	case tSEnd:
		add(consEnd)
	case tWordStart:
		add(consWordStart)
	case tWordEnd:
		add(consWordEnd)
	case tWBdry:
		add(consWordEdge)
	case tNWBdry:
		add(consNoWordEdge)
	case tLookaround:
		kind := p.value
		p.advance()
		in := p.parse(tParenEnd, true)
		p.advance()
		p.re.looks = append(p.re.looks, &lookaround{
			lang: in.lang, behind: kind == behindNeg || kind == behindPos, not: kind == aheadNeg || kind == behindNeg,
		})
		top.lang = cat(top.lang, &ast{op: opLook, look: len(p.re.looks) - 1})
	case tStar, tPlus, tQuest, tBrace:
		p.fail(errBadRpt)
	default:
		return false
	}
	return true
}

// atom is a parsed atom; node is nil for a plain one.
type atom struct {
	lang     *ast
	node     *node
	captured bool
	backref  bool
}

func (p *parser) atom(stopper token, inLook bool) (a atom) {
	switch p.next {
	case tParen:
		capno := 0
		if p.value == 1 && !inLook {
			p.nsubexp++
			capno = p.nsubexp
		}
		p.advance()
		x := p.parse(tParenEnd, inLook)
		p.advance()
		if capno > 0 {
			if x.capno == 0 {
				x.flags |= capture
				x.capno = capno
			} else {
				x = &node{op: '(', flags: x.flags | capture, capno: capno, kids: []*node{x}, lang: x.lang}
			}
			p.subs[capno] = x
			a.captured = true
		}
		a.node, a.lang = x, x.lang
	case tBackref:
		no := int(p.value)
		target := p.subs[no]
		if inLook || target == nil {
			p.fail(errSubReg)
		}
		p.re.backrefs = true
		lang := unconstrained(target.lang)
		a = atom{lang: lang, backref: true, node: &node{op: 'b', flags: backref, backno: no, min: 1, max: 1, lang: lang}}
		p.advance()
	case tParenEnd:
		if p.flags&Advanced != Extended {
			p.fail(errParen)
		}
		a.lang = p.char(p.value)
		p.advance()
	case tPlain:
		a.lang = p.char(p.value)
		p.advance()
	case tBracket:
		a.lang = p.brackets()
	case tClassS, tClassC:
		s := &charset{}
		s.addClass(class(p.value), p.ascii)
		if p.next == tClassC {
			s = s.complement()
		}
		a.lang = p.setOf(s)
		p.advance()
	case tDot:
		s := &charset{}
		if p.flags&NLStop != 0 {
			s.add('\n', '\n')
		}
		a.lang = p.setOf(s.complement())
		p.advance()
	default:
		p.fail(errBadRpt)
	}
	return a
}

// unconstrained drops constraints from a language: a back-reference repeats characters, not places.
func unconstrained(a *ast) *ast {
	switch a.op {
	case opCons, opLook:
		return &ast{op: opEmpty}
	case opCat, opAlt, opRepeat:
		c := *a
		c.subs = make([]*ast, len(a.subs))
		for i, s := range a.subs {
			c.subs[i] = unconstrained(s)
		}
		return &c
	}
	return a
}

func (p *parser) quantifier() (m, n, prefer int) {
	pref := func() int {
		if p.value != 0 {
			return longer
		}
		return shorter
	}
	switch p.next {
	case tStar:
		m, n, prefer = 0, -1, pref()
	case tPlus:
		m, n, prefer = 1, -1, pref()
	case tQuest:
		m, n, prefer = 0, 1, pref()
	case tBrace:
		p.advance()
		m = p.number()
		ranged := p.next == tComma
		n = m
		if ranged {
			p.advance()
			n = -1
			if p.next == tDigit {
				n = p.number()
				if m > n {
					p.fail(errBadBR)
				}
			}
		}
		if p.next != tBraceEnd {
			p.fail(errBadBR)
		}
		if ranged {
			prefer = pref()
		}
	default:
		return 1, 1, 0
	}
	p.advance()
	return m, n, prefer
}

func (p *parser) number() int {
	n := 0
	for p.next == tDigit && n < maxRepeat {
		n = n*10 + int(p.value)
		p.advance()
	}
	if p.next == tDigit || n > maxRepeat {
		p.fail(errBadBR)
	}
	return n
}

func (p *parser) setOf(s *charset) *ast {
	s.normal()
	if len(s.ranges) == 0 {
		return &ast{op: opNone}
	}
	return &ast{op: opSet, set: p.re.abc.set(s)}
}

func (p *parser) upper(r rune) rune {
	if p.ascii && r >= 128 || r > 0x10ffff {
		return r
	}
	return ctype.ToUpper(r)
}

func (p *parser) lower(r rune) rune {
	if p.ascii && r >= 128 || r > 0x10ffff {
		return r
	}
	return ctype.ToLower(r)
}

func (p *parser) addChar(s *charset, r rune) {
	if p.flags&ICase != 0 {
		lo, up := p.lower(r), p.upper(r)
		s.add(lo, lo)
		s.add(up, up)
		return
	}
	s.add(r, r)
}

func (p *parser) char(r rune) *ast {
	s := &charset{}
	p.addChar(s, r)
	return p.setOf(s)
}

// brackets parses a bracket expression from its opening on.
func (p *parser) brackets() *ast {
	positive := p.value == 1
	s := &charset{}
	p.advance()
	for p.next != tBracketEnd && p.next != tEOS {
		p.bracketPart(s)
	}
	p.advance()
	if !positive {
		if p.flags&NLStop != 0 {
			s.add('\n', '\n')
		}
		s = s.complement()
	}
	return p.setOf(s)
}

func (p *parser) bracketPart(s *charset) {
	var from rune
	switch p.next {
	case tRange:
		p.fail(errRange)
	case tPlain:
		from = p.value
		p.advance()
		if p.next != tRange {
			p.addChar(s, from)
			return
		}
	case tCollEl:
		from = p.element()
	case tEClass:
		p.addChar(s, p.element())
		return
	case tCClass:
		name := p.scanName()
		c, ok := classNames[name]
		if name == "" || !ok {
			p.fail(errCType)
		}
		if p.flags&ICase != 0 && (c == class(ctype.Upper) || c == class(ctype.Lower)) {
			c = classAlpha
		}
		s.addClass(c, p.ascii)
		return
	case tClassS, tClassC:
		one := &charset{}
		one.addClass(class(p.value), p.ascii)
		if p.next == tClassC {
			one = one.complement()
		}
		s.ranges = append(s.ranges, one.ranges...)
		p.advance()
		return
	}
	to := from
	if p.next == tRange {
		p.advance()
		switch p.next {
		case tPlain, tRange:
			to = p.value
			p.advance()
		case tCollEl:
			to = p.element()
		default:
			p.fail(errRange)
		}
	}
	if to < from {
		p.fail(errRange)
	}
	s.add(from, to)
	if p.flags&ICase == 0 {
		return
	}
	if to-from >= 100000 { // PostgreSQL adds the other cases of so many only
		p.fail(errTooBig)
	}
	for r := from; r <= to; r++ {
		if c := p.lower(r); c != r && (c < from || c > to) {
			s.add(c, c)
		}
		if c := p.upper(r); c != r && (c < from || c > to) {
			s.add(c, c)
		}
	}
}

// scanName reads up to the end of [. [= or [: .
func (p *parser) scanName() string {
	var name []rune
	p.advance()
	for p.next == tPlain {
		name = append(name, p.value)
		p.advance()
	}
	p.advance()
	return string(name)
}

func (p *parser) element() rune {
	name := p.scanName()
	if rs := []rune(name); len(rs) == 1 {
		return rs[0]
	}
	c, ok := charNames[name]
	if !ok {
		p.fail(errCollate)
	}
	return c
}
