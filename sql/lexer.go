package sql

import "strings"

// token is what the scan before the parser needs to know of one.
type token uint8

const (
	tokenEnd      token = iota
	tokenWord           // identifier or key word, not quoted
	tokenOperand        // quoted identifier, string, number, parameter
	tokenJunk           // number or parameter with letters after it
	tokenOperator       // operator or part of one, or ::
	tokenOther          // any other single character: ( ) [ ] , ; . : =
)

// lexer finds the tokens of a text as PostgreSQL's scan.l does with standard_conforming_strings on, except that it
// gives every + and - by itself, which is what an operator may at most be split into.
type lexer struct {
	text       string
	pos        int // where the next token is looked for
	start, end int // the last token
}

func (l *lexer) next() token {
	l.skipBlanks()
	l.start = l.pos
	if l.pos >= len(l.text) {
		l.end = l.pos
		return tokenEnd
	}
	t := l.scan()
	l.end = l.pos
	return t
}

func (l *lexer) at(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

func (l *lexer) scan() token {
	c, d := l.text[l.pos], l.at(l.pos+1)
	switch {
	case (c == 'e' || c == 'E') && d == '\'':
		l.pos++
		l.escapeString()
		return tokenOperand
	case c|0x20 == 'b' && d == '\'', c|0x20 == 'x' && d == '\'':
		l.pos++
		l.quoted('\'')
		return tokenOperand
	case c|0x20 == 'u' && d == '&' && (l.at(l.pos+2) == '\'' || l.at(l.pos+2) == '"'):
		l.pos += 2
		l.quoted(l.text[l.pos])
		return tokenOperand
	case c == '\'' || c == '"':
		l.quoted(c)
		return tokenOperand
	case identStart(c):
		l.word()
		return tokenWord
	case c >= '0' && c <= '9' || c == '.' && d >= '0' && d <= '9':
		return l.number()
	case c == '$':
		return l.dollar()
	case c == ':' && d == ':':
		l.pos += 2
		return tokenOperator
	}
	l.pos++
	switch {
	case c == '+' || c == '-':
		return tokenOperator
	case !operatorByte(c):
		return tokenOther
	}
	for d := l.at(l.pos); operatorByte(d) && !(d == '/' && l.at(l.pos+1) == '*'); d = l.at(l.pos) {
		l.pos++
	}
	return tokenOperator
}

// operatorByte leaves out + and -, at which PostgreSQL may cut an operator.
func operatorByte(c byte) bool {
	return c != 0 && strings.IndexByte("~!@#^&|`?*/%<>=", c) >= 0
}

func (l *lexer) skipBlanks() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			l.pos++
		case c == '-' && l.at(l.pos+1) == '-':
			l.lineComment()
		case c == '/' && l.at(l.pos+1) == '*':
			l.blockComment()
		default:
			return
		}
	}
}

func (l *lexer) lineComment() {
	for l.pos < len(l.text) && l.text[l.pos] != '\n' && l.text[l.pos] != '\r' {
		l.pos++
	}
}

func (l *lexer) blockComment() {
	depth := 0
	for l.pos < len(l.text) {
		switch {
		case l.text[l.pos] == '/' && l.at(l.pos+1) == '*':
			depth++
			l.pos += 2
		case l.text[l.pos] == '*' && l.at(l.pos+1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

// quoted passes over a quoted thing in which only the doubled quote is special. pos is at the quote. (A string that
// goes on after a line end is as good as another string.)
func (l *lexer) quoted(quote byte) {
	l.pos++
	for {
		i := strings.IndexByte(l.text[l.pos:], quote)
		if i < 0 {
			l.pos = len(l.text)
			return
		}
		l.pos += i + 1
		if l.at(l.pos) != quote {
			return
		}
		l.pos++
	}
}

// escapeString passes over an E” string with its continuations, in which the backslash keeps its meaning.
func (l *lexer) escapeString() {
	l.pos++
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		l.pos++
		switch {
		case c == '\\':
			l.pos = min(l.pos+1, len(l.text))
		case c == '\'' && l.at(l.pos) == '\'':
			l.pos++
		case c == '\'':
			if !l.continues() {
				return
			}
		}
	}
}

// continues tells whether the string goes on after a line end, and then moves behind its new quote.
func (l *lexer) continues() bool {
	after := lexer{text: l.text, pos: l.pos}
	lineEnd := false
	for after.pos < len(after.text) {
		switch c := after.text[after.pos]; {
		case c == '\n' || c == '\r':
			lineEnd = true
			after.pos++
		case c == ' ' || c == '\t' || c == '\f' || c == '\v':
			after.pos++
		case c == '-' && after.at(after.pos+1) == '-':
			after.lineComment()
		case c == '\'' && lineEnd:
			l.pos = after.pos + 1
			return true
		default:
			return false
		}
	}
	return false
}

func (l *lexer) word() {
	for l.pos < len(l.text) && identPart(l.text[l.pos]) {
		l.pos++
	}
}

// number passes over a number of PostgreSQL 15; letters after it make it junk, whole.
func (l *lexer) number() token {
	l.digits()
	if l.at(l.pos) == '.' && l.at(l.pos+1) != '.' {
		l.pos++
		l.digits()
	}
	if c := l.at(l.pos); c == 'e' || c == 'E' {
		exponent := l.pos + 1
		if c := l.at(exponent); c == '+' || c == '-' {
			exponent++
		}
		if c := l.at(exponent); c >= '0' && c <= '9' {
			l.pos = exponent
			l.digits()
		}
	}
	if l.pos < len(l.text) && identStart(l.text[l.pos]) {
		l.word()
		return tokenJunk
	}
	return tokenOperand
}

func (l *lexer) digits() {
	for c := l.at(l.pos); c >= '0' && c <= '9'; c = l.at(l.pos) {
		l.pos++
	}
}

// dollar passes over a parameter, a dollar-quoted string, or a lone dollar.
func (l *lexer) dollar() token {
	start := l.pos
	l.pos++
	if c := l.at(l.pos); c >= '0' && c <= '9' {
		l.digits()
		if l.pos < len(l.text) && identStart(l.text[l.pos]) {
			l.word()
			return tokenJunk
		}
		return tokenOperand
	}
	i := l.pos
	if identStart(l.at(i)) {
		for identStart(l.at(i)) || l.at(i) >= '0' && l.at(i) <= '9' {
			i++
		}
	}
	if l.at(i) != '$' {
		return tokenOther
	}
	delimiter := l.text[start : i+1]
	l.pos = i + 1
	if end := strings.Index(l.text[l.pos:], delimiter); end >= 0 {
		l.pos += end + len(delimiter)
	} else {
		l.pos = len(l.text)
	}
	return tokenOperand
}

func identStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func identPart(c byte) bool { return identStart(c) || c >= '0' && c <= '9' || c == '$' }
