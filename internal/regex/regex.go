package regex

import (
	"bytes"
	"context"
	"unicode/utf8"
)

// Regexp is a compiled expression. It keeps scratch space, so it serves one goroutine at a time.
type Regexp struct {
	NumSub int // capturing parentheses

	tree     *node
	abc      alphabet
	looks    []*lookaround
	words    bool // constraints ask for word characters
	backrefs bool
	fold     func(rune) rune // how back-references compare; nil = exactly
	search   *prog           // the expression, anywhere
	literal  []byte          // the whole expression is this text
	m        matcher
}

// Compile compiles an expression of the flavour that flags say. ascii is for the C collation, which knows classes and
// case of ASCII alone. The error is an [Error].
func Compile(pattern string, flags Flags, ascii bool) (re *Regexp, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(Error)
			if !ok {
				panic(r)
			}
			re, err = nil, e
		}
	}()
	if flags&Quote != 0 && flags&(Advanced|Expanded|Newline) != 0 || flags&Extended == 0 && flags&AdvF != 0 {
		return nil, errInvArg
	}
	re = &Regexp{}
	newline := &charset{}
	newline.add('\n', '\n')
	re.abc.set(newline)
	p := &parser{lexer: lexer{in: []rune(pattern), flags: flags}, re: re, subs: map[int]*node{}, ascii: ascii}
	p.start()
	re.tree = p.parse(tEOS, false)
	re.NumSub = p.nsubexp
	if p.flags&ICase != 0 {
		re.fold = p.lower
	}
	word := -1
	if re.words {
		s := &charset{}
		s.addClass(classWord, ascii)
		word = re.abc.set(s.normal())
	}
	re.abc.build(0, word)
	for _, l := range re.looks {
		l.prog = re.compile(l.lang, l.behind)
	}
	re.search = re.compile(re.tree.lang, true)
	if len(re.looks) > 0 {
		re.search.looks = true
	}
	re.literal = re.plain(re.tree.lang)
	re.m.re = re
	return re, nil
}

// plain gives the text that the language consists of, or nil.
func (re *Regexp) plain(a *ast) []byte {
	if re.backrefs {
		return nil
	}
	var text []byte
	one := func(a *ast) bool {
		if a.op != opSet {
			return false
		}
		r := re.abc.sets[a.set].ranges
		if len(r) != 1 || r[0].Lo != r[0].Hi || !utf8.ValidRune(r[0].Lo) {
			return false
		}
		text = utf8.AppendRune(text, r[0].Lo)
		return true
	}
	if a.op == opCat {
		for _, s := range a.subs {
			if !one(s) {
				return nil
			}
		}
		return text
	}
	if one(a) {
		return text
	}
	return nil
}

// Match tells whether the expression matches anywhere in the text (UTF-8). An error is the context's.
func (re *Regexp) Match(ctx context.Context, text []byte) (bool, error) {
	if re.literal != nil {
		return bytes.Contains(text, re.literal), nil
	}
	if re.backrefs || len(re.looks) > 0 {
		re.m.load(text)
		ok, err := re.m.find(ctx, 0)
		return ok, err
	}
	p := re.search
	s := p.from(kindEdge)
	abc := &re.abc
	for i, budget := 0, checkEvery; i < len(text); {
		var c uint16
		if b := text[i]; b < utf8.RuneSelf {
			c = abc.ascii[b]
			i++
		} else {
			r, n := utf8.DecodeRune(text[i:])
			c = abc.classOf(r)
			i += n
		}
		t := s.next[c]
		accept := false
		if t == nil {
			t, accept = p.step(s, c, nil)
		} else {
			accept = s.acc[c]
		}
		if accept {
			return true, nil
		}
		if t == deadState {
			return false, nil
		}
		s = t
		if budget--; budget == 0 {
			budget = checkEvery
			if err := ctx.Err(); err != nil {
				return false, err
			}
		}
	}
	_, accept := p.step(s, uint16(abc.n), nil)
	return accept, nil
}

// Text is a text prepared for searches with captures. Positions are characters, from 0.
type Text struct {
	Runes   []rune
	offsets []int // of each character and the end; nil where they are the positions
}

// Offset is a character's place in bytes.
func (t *Text) Offset(pos int) int {
	if t.offsets == nil {
		return pos
	}
	return t.offsets[pos]
}

// Load prepares a text; the value is good until the next Load or Match.
func (re *Regexp) Load(text []byte) *Text {
	re.m.load(text)
	return &re.m.text
}

// Find searches the loaded text from a position on; what stands before it is seen by constraints. It gives pairs of
// positions: the match, then each subexpression, -1 where that took no part. The slice is good until the next Find;
// nil is no match.
func (re *Regexp) Find(ctx context.Context, from int) ([]int, error) {
	ok, err := re.m.find(ctx, from)
	if !ok || err != nil {
		return nil, err
	}
	return re.m.caps, nil
}
