package regex

type token uint8

const (
	tEmpty token = iota // the start
	tEOS
	tPlain
	tDigit
	tBackref
	tCollEl
	tEClass
	tCClass
	tEnd
	tClassS // \d and the like; the value is the class
	tClassC // \D and the like
	tRange
	tLookaround
	tSBegin
	tSEnd
	tWBdry
	tNWBdry
	tBOL
	tEOL
	tWordStart
	tWordEnd
	tAlt
	tStar
	tPlus
	tQuest
	tBrace
	tBraceEnd
	tParen
	tParenEnd
	tBracket
	tBracketEnd
	tDot
	tComma
)

type lexContext uint8

const (
	inERE lexContext = iota
	inBRE
	inQuote
	inEBound
	inBBound
	inBracket
	inCollEl
	inEClass
	inCClass
)

// lookaround kinds, as values of tLookaround.
const (
	aheadNeg = iota
	aheadPos
	behindNeg
	behindPos
)

// lexer is regc_lex.c. Errors are panics of type Error, caught by Compile.
type lexer struct {
	in      []rune
	now     int
	flags   Flags
	con     lexContext
	last    token
	next    token
	value   rune
	nsubexp int // capturing parentheses seen so far, which tell \12 from an octal number
}

func (l *lexer) fail(e Error) { panic(e) }

func (l *lexer) eos() bool { return l.now >= len(l.in) }

func (l *lexer) ahead(s string) bool {
	i := l.now
	for _, r := range s {
		if i >= len(l.in) || l.in[i] != r {
			return false
		}
		i++
	}
	return true
}

func (l *lexer) start() {
	l.prefixes()
	switch {
	case l.flags&Quote != 0:
		l.con = inQuote
	case l.flags&Extended != 0:
		l.con = inERE
	default:
		l.con = inBRE
	}
	l.next = tEmpty
	l.advance()
}

func asciiAlpha(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }
func asciiDigit(r rune) bool { return r >= '0' && r <= '9' }

func (l *lexer) prefixes() {
	if l.flags&Quote != 0 {
		return
	}
	if len(l.in)-l.now >= 4 && l.ahead("***") {
		switch l.in[l.now+3] {
		case '?':
			l.fail(errBadPat)
		case '=':
			l.flags |= Quote
			l.flags &^= Advanced | Expanded | Newline
			l.now += 4
			return
		case ':':
			l.flags |= Advanced
			l.now += 4
		default:
			l.fail(errBadRpt)
		}
	}
	if l.flags&Advanced != Advanced {
		return
	}
	if len(l.in)-l.now >= 3 && l.ahead("(?") && asciiAlpha(l.in[l.now+2]) {
		l.now += 2
		for ; !l.eos() && asciiAlpha(l.in[l.now]); l.now++ {
			f, ok := l.flags.embedded(l.in[l.now])
			if !ok {
				l.fail(errBadOpt)
			}
			l.flags = f
		}
		if !l.ahead(")") {
			l.fail(errBadOpt)
		}
		l.now++
		if l.flags&Quote != 0 {
			l.flags &^= Expanded | Newline
		}
	}
}

func (l *lexer) skip() {
	for {
		for !l.eos() && isSpace(l.in[l.now]) {
			l.now++
		}
		if l.eos() || l.in[l.now] != '#' {
			return
		}
		for !l.eos() && l.in[l.now] != '\n' {
			l.now++
		}
	}
}

func isSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

func (l *lexer) ret(t token, v rune) { l.next, l.value = t, v }

// lazy sees a ? after a quantifier: 0 where it stands, which makes the quantifier non-greedy.
func (l *lexer) lazy() rune {
	if l.flags&AdvF != 0 && l.ahead("?") {
		l.now++
		return 0
	}
	return 1
}

func (l *lexer) advance() {
	l.last = l.next
	if l.flags&Expanded != 0 {
		switch l.con {
		case inERE, inBRE, inEBound, inBBound:
			l.skip()
		}
	}
	if l.eos() {
		switch l.con {
		case inEBound, inBBound:
			l.fail(errBrace)
		case inBracket, inCollEl, inEClass, inCClass:
			l.fail(errBrack)
		}
		l.ret(tEOS, 0)
		return
	}
	c := l.in[l.now]
	l.now++
	switch l.con {
	case inBRE:
		l.bre(c)
	case inQuote:
		l.ret(tPlain, c)
	case inEBound, inBBound:
		l.bound(c)
	case inBracket:
		l.bracket(c)
	case inCollEl:
		l.classEnd(c, '.')
	case inEClass:
		l.classEnd(c, '=')
	case inCClass:
		l.classEnd(c, ':')
	default:
		l.ere(c)
	}
}

func (l *lexer) classEnd(c, mark rune) {
	if c == mark && l.ahead("]") {
		l.now++
		l.con = inBracket
		l.ret(tEnd, c)
		return
	}
	l.ret(tPlain, c)
}

func (l *lexer) bound(c rune) {
	switch {
	case asciiDigit(c):
		l.ret(tDigit, c-'0')
	case c == ',':
		l.ret(tComma, 0)
	case c == '}' && l.con == inEBound:
		l.con = inERE
		l.ret(tBraceEnd, l.lazy())
	case c == '\\' && l.con == inBBound && l.ahead("}"):
		l.now++
		l.con = inBRE
		l.ret(tBraceEnd, 1)
	default:
		l.fail(errBadBR)
	}
}

func (l *lexer) bracket(c rune) {
	switch c {
	case '\\':
		if l.flags&AdvF == 0 {
			break
		}
		if l.eos() {
			l.fail(errEscape)
		}
		l.escape()
		switch l.next {
		case tPlain, tClassS, tClassC:
			return
		}
		l.fail(errEscape)
	case '-':
		if l.last != tBracket && !l.ahead("]") {
			l.ret(tRange, c)
			return
		}
	case ']':
		if l.last == tBracket {
			break
		}
		l.con = inBRE
		if l.flags&Extended != 0 {
			l.con = inERE
		}
		l.ret(tBracketEnd, 0)
		return
	case '[':
		if l.eos() {
			l.fail(errBrack)
		}
		l.now++
		switch l.in[l.now-1] {
		case '.':
			l.con = inCollEl
			l.ret(tCollEl, 0)
			return
		case '=':
			l.con = inEClass
			l.ret(tEClass, 0)
			return
		case ':':
			l.con = inCClass
			l.ret(tCClass, 0)
			return
		}
		l.now--
	}
	l.ret(tPlain, c)
}

// openBracket lexes what follows [, with [[:<:]] and [[:>:]] apart.
func (l *lexer) openBracket() {
	if l.ahead("[:<:]]") || l.ahead("[:>:]]") {
		t := tWordStart
		if l.in[l.now+2] == '>' {
			t = tWordEnd
		}
		l.now += 6
		l.ret(t, 0)
		return
	}
	l.con = inBracket
	if l.ahead("^") {
		l.now++
		l.ret(tBracket, 0)
		return
	}
	l.ret(tBracket, 1)
}

func (l *lexer) ere(c rune) {
	switch c {
	case '|':
		l.ret(tAlt, 0)
	case '*':
		l.ret(tStar, l.lazy())
	case '+':
		l.ret(tPlus, l.lazy())
	case '?':
		l.ret(tQuest, l.lazy())
	case '{':
		if l.flags&Expanded != 0 {
			l.skip()
		}
		if l.eos() || !asciiDigit(l.in[l.now]) {
			l.ret(tPlain, c)
			return
		}
		l.con = inEBound
		l.ret(tBrace, 0)
	case '(':
		if l.flags&AdvF != 0 && l.ahead("?") {
			l.now++
			l.group()
			return
		}
		l.ret(tParen, 1)
	case ')':
		l.ret(tParenEnd, c)
	case '[':
		l.openBracket()
	case '.':
		l.ret(tDot, 0)
	case '^':
		l.ret(tBOL, 0)
	case '$':
		l.ret(tEOL, 0)
	case '\\':
		if l.eos() {
			l.fail(errEscape)
		}
		if l.flags&AdvF == 0 {
			l.ret(tPlain, l.in[l.now])
			l.now++
			return
		}
		l.escape()
	default:
		l.ret(tPlain, c)
	}
}

// group lexes what follows (?.
func (l *lexer) group() {
	if l.eos() {
		l.fail(errBadRpt)
	}
	l.now++
	switch l.in[l.now-1] {
	case ':':
		l.ret(tParen, 0)
	case '#':
		for !l.eos() && l.in[l.now] != ')' {
			l.now++
		}
		if !l.eos() {
			l.now++
		}
		l.next = l.last
		l.advance()
	case '=':
		l.ret(tLookaround, aheadPos)
	case '!':
		l.ret(tLookaround, aheadNeg)
	case '<':
		if l.eos() {
			l.fail(errBadRpt)
		}
		l.now++
		switch l.in[l.now-1] {
		case '=':
			l.ret(tLookaround, behindPos)
		case '!':
			l.ret(tLookaround, behindNeg)
		default:
			l.fail(errBadRpt)
		}
	default:
		l.fail(errBadRpt)
	}
}

func (l *lexer) bre(c rune) {
	switch c {
	case '*':
		if l.last == tEmpty || l.last == tParen || l.last == tAlt || l.last == tBOL {
			break
		}
		l.ret(tStar, 1)
		return
	case '[':
		l.openBracket()
		return
	case '.':
		l.ret(tDot, 0)
		return
	case '^':
		if l.last == tEmpty || l.last == tParen {
			l.ret(tBOL, 0)
			return
		}
	case '$':
		if l.flags&Expanded != 0 {
			l.skip()
		}
		if l.eos() || l.ahead(`\)`) {
			l.ret(tEOL, 0)
			return
		}
	case '\\':
		if l.eos() {
			l.fail(errEscape)
		}
		c = l.in[l.now]
		l.now++
		switch {
		case c == '{':
			l.con = inBBound
			l.ret(tBrace, 0)
			return
		case c == '(':
			l.ret(tParen, 1)
			return
		case c == ')':
			l.ret(tParenEnd, c)
			return
		case c == '<':
			l.ret(tWordStart, 0)
			return
		case c == '>':
			l.ret(tWordEnd, 0)
			return
		case c >= '1' && c <= '9':
			l.ret(tBackref, c-'0')
			return
		}
	}
	l.ret(tPlain, c)
}

// maxChar is the largest code point of a pattern (CHR_MAX).
const maxChar = 0x7ffffffe

// digits reads between least and most digits of a base.
func (l *lexer) digits(base rune, least, most int) rune {
	n := int64(0)
	i := 0
	for ; i < most && !l.eos(); i++ {
		d := rune(-1)
		switch c := l.in[l.now]; {
		case asciiDigit(c):
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		}
		if d < 0 || d >= base {
			break
		}
		l.now++
		n = n*int64(base) + int64(d)
		n &= 0xffffffff
	}
	if i < least {
		l.fail(errEscape)
	}
	if n > maxChar {
		return -1
	}
	return rune(n)
}

// escape lexes an ARE escape; the backslash is eaten.
func (l *lexer) escape() {
	c := l.in[l.now]
	l.now++
	if !asciiAlpha(c) && !asciiDigit(c) {
		l.ret(tPlain, c)
		return
	}
	hex := func(least, most int) {
		v := l.digits(16, least, most)
		if v < 0 {
			l.fail(errEscape)
		}
		l.ret(tPlain, v)
	}
	switch c {
	case 'a':
		l.ret(tPlain, 7)
	case 'A':
		l.ret(tSBegin, 0)
	case 'b':
		l.ret(tPlain, '\b')
	case 'B':
		l.ret(tPlain, '\\')
	case 'c':
		if l.eos() {
			l.fail(errEscape)
		}
		l.ret(tPlain, l.in[l.now]&037)
		l.now++
	case 'd':
		l.ret(tClassS, rune(classDigit))
	case 'D':
		l.ret(tClassC, rune(classDigit))
	case 'e':
		l.ret(tPlain, 033)
	case 'f':
		l.ret(tPlain, '\f')
	case 'm':
		l.ret(tWordStart, 0)
	case 'M':
		l.ret(tWordEnd, 0)
	case 'n':
		l.ret(tPlain, '\n')
	case 'r':
		l.ret(tPlain, '\r')
	case 's':
		l.ret(tClassS, rune(classSpace))
	case 'S':
		l.ret(tClassC, rune(classSpace))
	case 't':
		l.ret(tPlain, '\t')
	case 'u':
		hex(4, 4)
	case 'U':
		hex(8, 8)
	case 'v':
		l.ret(tPlain, '\v')
	case 'w':
		l.ret(tClassS, rune(classWord))
	case 'W':
		l.ret(tClassC, rune(classWord))
	case 'x':
		hex(1, 255)
	case 'y':
		l.ret(tWBdry, 0)
	case 'Y':
		l.ret(tNWBdry, 0)
	case 'Z':
		l.ret(tSEnd, 0)
	default:
		if !asciiDigit(c) {
			l.fail(errEscape)
		}
		l.number(c)
	}
}

// number lexes a back-reference or an octal character.
func (l *lexer) number(c rune) {
	if c != '0' {
		save := l.now
		l.now--
		n := l.digits(10, 1, 255)
		if l.now == save || n > 0 && int(n) <= l.nsubexp {
			l.ret(tBackref, n)
			return
		}
		l.now = save
	}
	l.now--
	n := l.digits(8, 1, 3)
	if l.now == 0 || n > 0xff {
		l.now--
		n >>= 3
	}
	l.ret(tPlain, n)
}
