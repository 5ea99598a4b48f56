package regex

import (
	"slices"
	"unicode/utf8"

	"howdah/internal/ctype"
)

// class is a named class of characters; the first ones are ctype's.
type class rune

const (
	classDigit = class(ctype.Digit)
	classSpace = class(ctype.Space)
	classAlpha = class(ctype.Alpha)
	classWord  = class(100)
	classASCII = class(101)
)

var classNames = map[string]class{
	"alnum": class(ctype.Alnum), "alpha": classAlpha, "ascii": classASCII, "blank": class(ctype.Blank),
	"cntrl": class(ctype.Cntrl), "digit": classDigit, "graph": class(ctype.Graph), "lower": class(ctype.Lower),
	"print": class(ctype.Print), "punct": class(ctype.Punct), "space": classSpace, "upper": class(ctype.Upper),
	"xdigit": class(ctype.Xdigit), "word": classWord,
}

// charset is a set of characters: ranges, ascending and apart once normal.
type charset struct{ ranges []ctype.Range }

func (s *charset) add(lo, hi rune) { s.ranges = append(s.ranges, ctype.Range{Lo: lo, Hi: hi}) }

func (s *charset) addClass(c class, ascii bool) {
	switch c {
	case classASCII:
		s.add(0, 127)
	case classWord:
		s.ranges = append(s.ranges, ctype.Ranges(ctype.Alnum, ascii)...)
		s.add('_', '_')
	default:
		s.ranges = append(s.ranges, ctype.Ranges(ctype.Class(c), ascii)...)
	}
}

// normal sorts and joins the ranges.
func (s *charset) normal() *charset {
	slices.SortFunc(s.ranges, func(a, b ctype.Range) int { return int(a.Lo) - int(b.Lo) })
	out := s.ranges[:0:0]
	for _, r := range s.ranges {
		if n := len(out); n > 0 && r.Lo <= out[n-1].Hi+1 {
			out[n-1].Hi = max(out[n-1].Hi, r.Hi)
			continue
		}
		out = append(out, r)
	}
	s.ranges = out
	return s
}

// complement gives all other characters.
func (s *charset) complement() *charset {
	s.normal()
	out := &charset{}
	from := rune(0)
	for _, r := range s.ranges {
		if r.Lo > from {
			out.add(from, r.Lo-1)
		}
		from = r.Hi + 1
	}
	if from <= utf8.MaxRune {
		out.add(from, utf8.MaxRune)
	}
	return out
}

func (s *charset) equal(o *charset) bool { return slices.Equal(s.ranges, o.ranges) }

// alphabet divides all characters into classes that no set of the expression tells apart.
type alphabet struct {
	sets  []*charset
	n     int // number of classes; class n stands for the end of the string
	ascii [utf8.RuneSelf]uint16
	wide  []wideRange // above ASCII, ascending
	in    [][]bool    // per set, per class
	kind  []nextKind  // per class, and of the end
}

type wideRange struct {
	hi    rune
	class uint16
}

// nextKind is what constraints ask of a character.
type nextKind uint8

const (
	kindOther nextKind = iota
	kindWord
	kindNewline
	kindEdge // before the first or after the last character
	kinds
)

// set gives the index of a set, normal already.
func (a *alphabet) set(s *charset) int {
	for i, have := range a.sets {
		if have.equal(s) {
			return i
		}
	}
	a.sets = append(a.sets, s)
	return len(a.sets) - 1
}

// build makes the classes once all sets are known. word is the index of the word characters' set, or -1.
func (a *alphabet) build(newline, word int) {
	type event struct {
		at  rune
		set int
		on  bool
	}
	var events []event
	for i, s := range a.sets {
		for _, r := range s.ranges {
			events = append(events, event{r.Lo, i, true})
			if r.Hi < utf8.MaxRune {
				events = append(events, event{r.Hi + 1, i, false})
			}
		}
	}
	slices.SortFunc(events, func(x, y event) int { return int(x.at) - int(y.at) })
	a.in = make([][]bool, len(a.sets))
	present := make([]byte, len(a.sets))
	classes := map[string]uint16{}
	classOf := func() uint16 {
		if c, ok := classes[string(present)]; ok {
			return c
		}
		c := uint16(a.n)
		a.n++
		classes[string(present)] = c
		kind := kindOther
		for i, p := range present {
			a.in[i] = append(a.in[i], p == 1)
		}
		if word >= 0 && present[word] == 1 {
			kind = kindWord
		} else if present[newline] == 1 {
			kind = kindNewline
		}
		a.kind = append(a.kind, kind)
		return c
	}
	put := func(lo, hi rune) { // [lo, hi)
		if lo >= hi {
			return
		}
		c := classOf()
		for r := lo; r < min(hi, utf8.RuneSelf); r++ {
			a.ascii[r] = c
		}
		if hi > utf8.RuneSelf {
			a.wide = append(a.wide, wideRange{hi - 1, c})
		}
	}
	from := rune(0)
	for i := 0; i < len(events); {
		at := events[i].at
		put(from, at)
		from = max(from, at)
		for ; i < len(events) && events[i].at == at; i++ {
			present[events[i].set] = 0
			if events[i].on {
				present[events[i].set] = 1
			}
		}
	}
	put(from, utf8.MaxRune+1)
	a.kind = append(a.kind, kindEdge)
}

func (a *alphabet) classOf(r rune) uint16 {
	if r < utf8.RuneSelf {
		return a.ascii[r]
	}
	lo, hi := 0, len(a.wide)-1
	for lo < hi {
		m := (lo + hi) / 2
		if a.wide[m].hi < r {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return a.wide[lo].class
}
