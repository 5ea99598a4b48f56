package textsearch

import (
	"strings"
	"unicode/utf8"

	"howdah/internal/ctype"
)

// TokenType is a kind of token by PostgreSQL's number.
type TokenType uint8

// The token types of the default parser.
const (
	AsciiWord TokenType = 1 + iota
	Word
	NumWord
	Email
	URL
	Host
	ScientificFloat
	Version
	HyphenNumPart
	HyphenPart
	HyphenAsciiPart
	Blank
	Tag
	Protocol
	NumHyphenWord
	AsciiHyphenWord
	HyphenWord
	URLPath
	File
	Float
	Int
	UnsignedInt
	Entity
	tokenTypes // one more than the last
)

// Parser cuts a text into tokens that, one after the other, are the whole text. Two kinds are there twice: a
// hyphenated word and a URL are followed by their parts.
type Parser struct {
	text []byte

	stack    []parserFrame // the last one is where the parser is, those below are where it can go back to
	ignoring bool          // within a script or a style
	wantHost bool          // a URL's host is due
	depth    int           // of parsers looking ahead

	Type  TokenType // of the token that Next found
	Token []byte    // a view
}

// parserFrame is a place in the text and what was seen of the token until there.
type parserFrame struct {
	at       int
	size     int // of the character at at, 0 at the end
	tokenLen int
	chars    int // of the token
	state    state
	resume   int // the rule after the one that left the frame, when it is gone back to
}

// maxLookahead bounds parsers within parsers: an address may hold another.
const maxLookahead = 500

// NewParser gives a parser of a text in UTF-8.
func NewParser(text []byte) *Parser {
	p := &Parser{}
	p.Reset(text)
	return p
}

// Reset makes the parser begin with another text.
func (p *Parser) Reset(text []byte) {
	*p = Parser{text: text, stack: append(p.stack[:0], parserFrame{})}
}

func (p *Parser) top() *parserFrame { return &p.stack[len(p.stack)-1] }

// Next finds the next token; false at the end.
func (p *Parser) Next() bool {
	f := p.top()
	if f.at >= len(p.text) {
		return false
	}
	start := f.at
	f.resume = 0
	for {
		f = p.top()
		if f.at > len(p.text) {
			return false
		}
		rules := machine[f.state]
		i := f.resume
		f.size, f.resume = 0, 0
		if f.at < len(p.text) {
			if c := p.text[f.at]; c >= utf8.RuneSelf {
				f.size = charLen(p.text, f.at)
			} else if f.size = 1; i == 0 {
				i = int(firstRules[f.state][c])
			}
		}
		for !p.holds(&rules[i]) {
			i++
		}
		r := &rules[i]
		f = p.top()
		if r.hook != nil {
			r.hook(p, start)
		}
		if r.token != 0 {
			p.Token = p.text[start : start+f.tokenLen]
			p.Type = r.token
			f.tokenLen, f.chars = 0, 0
		}
		switch r.move {
		case goBack:
			p.stack = p.stack[:len(p.stack)-1]
		case branch:
			f.resume = i + 1
			p.stack = append(p.stack, *f)
			p.top().resume = 0
		case commit:
			p.stack[len(p.stack)-2] = *f
			p.stack = p.stack[:len(p.stack)-1]
		case commitAll:
			p.stack[0] = *f
			p.stack = p.stack[:1]
		case keepPlace:
			here := *f
			p.stack = p.stack[:len(p.stack)-1]
			f = p.top()
			f.at, f.size, f.tokenLen, f.chars = here.at, here.size, here.tokenLen, here.chars
		}
		f = p.top()
		if r.to != same {
			f.state = r.to
		}
		if r.token != 0 {
			return true
		}
		if f.at >= len(p.text) && r.move != again {
			return false
		}
		if r.move == again || r.move == goBack {
			continue
		}
		f.at += f.size
		f.tokenLen += f.size
		if f.size > 0 {
			f.chars++
		}
	}
}

// holds tells whether a rule's test is true of the character here. Tests for a host or a path move on behind it.
func (p *Parser) holds(r *rule) bool {
	f := p.top()
	switch r.test {
	case isAlways:
		return true
	case isEnd:
		return f.at == len(p.text)
	case isIgnored:
		return p.ignoring
	case isHostDue:
		due := p.wantHost
		p.wantHost = false
		return due
	case isHostAhead:
		return p.ahead(base, func(t TokenType) bool { return t == Host })
	case isPathAhead:
		return p.ahead(urlPathFirst, func(t TokenType) bool { return t == URLPath })
	}
	if f.at >= len(p.text) {
		return false
	}
	c := p.text[f.at]
	if c < utf8.RuneSelf {
		return r.holdsOf(c)
	}
	u, _ := utf8.DecodeRune(p.text[f.at:])
	switch r.test {
	case isAlpha:
		return ctype.Is(ctype.Alpha, u, false)
	case isAlnum:
		return ctype.Is(ctype.Alnum, u, false)
	case isNotAlnum:
		return !ctype.Is(ctype.Alnum, u, false)
	case isBlank:
		return ctype.Is(ctype.Space, u, false)
	case isSpecial:
		return special(u)
	}
	return false
}

// holdsOf tells whether a rule's test of the character here is true of one of ASCII.
func (r *rule) holdsOf(c byte) bool {
	switch r.test {
	case isChar:
		return c == r.char
	case isLetter, isAlpha:
		return c|0x20 >= 'a' && c|0x20 <= 'z'
	case isNumber:
		return c >= '0' && c <= '9'
	case isHex:
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
	case isAlnum:
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	case isNotAlnum:
		return !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z')
	case isBlank:
		return c == ' ' || c >= '\t' && c <= '\r'
	case isURLChar:
		return c > ' ' && c < 0x7f && strings.IndexByte("\"<>\\^`{|}", c) < 0
	}
	return false // nothing in ASCII is special
}

// ahead looks with another parser whether a token of some type stands here; if so, this one moves behind it.
func (p *Parser) ahead(from state, wanted func(TokenType) bool) bool {
	f := p.top()
	if p.depth >= maxLookahead {
		return false
	}
	q := Parser{text: p.text[f.at:], depth: p.depth + 1, wantHost: from == base}
	q.stack = make([]parserFrame, 1, 8)
	if from != base {
		q.stack = append(q.stack, parserFrame{state: from})
	}
	if !q.Next() || !wanted(q.Type) {
		return false
	}
	n := len(q.Token)
	f.at += n
	f.tokenLen += n
	f.chars += utf8.RuneCount(q.Token)
	f.size = q.top().size
	return true
}

// noteTag finds out when text is a script or a style, which is no text.
func noteTag(p *Parser, start int) {
	f := p.top()
	if f.chars != f.tokenLen {
		return
	}
	switch name := string(p.text[start : start+f.tokenLen]); {
	case strings.EqualFold(name, "</script"), strings.EqualFold(name, "</style"):
		p.ignoring = false
	case strings.EqualFold(name, "<script"), strings.EqualFold(name, "<style"):
		p.ignoring = true
	}
}

// rewind goes back to where the token began, to cut it into its parts.
func rewind(p *Parser, _ int) {
	f := p.top()
	f.at -= f.tokenLen
}

// rewindURL does so for a URL, whose first part is a host.
func rewindURL(p *Parser, _ int) {
	p.wantHost = true
	f := p.top()
	f.at -= f.tokenLen
}

// restart goes back and forgets the token.
func restart(p *Parser, _ int) {
	f := p.top()
	f.at -= f.tokenLen
	f.tokenLen, f.chars = 0, 0
}
