package expr

import (
	"bytes"
	"unicode/utf8"

	"howdah/pgerr"
	"howdah/vector"
)

func charEnd(v []byte, at int) int {
	_, n := utf8.DecodeRune(v[at:])
	return at + n
}

// likeShape says how a pattern can be tested.
type likeShape uint8

const (
	likeGeneral likeShape = iota
	likeExact
	likePrefix
	likeSuffix
	likeContains
	likeAny // only percent signs
)

// likePattern is a prepared LIKE pattern.
type likePattern struct {
	known   bool
	source  []byte
	shape   likeShape
	literal []byte // for the simple shapes
	pattern []byte // for the general one
	bytea   bool
}

// prepare finds the shape. A pattern whose escapes are broken stays general: it is an error only where it is reached.
func (p *likePattern) prepare(source []byte, bytea bool) {
	if p.known && bytes.Equal(p.source, source) {
		return
	}
	*p = likePattern{known: true, source: append(p.source[:0], source...), bytea: bytea, literal: p.literal[:0]}
	p.pattern = p.source
	s := p.source
	lead := 0
	for lead < len(s) && s[lead] == '%' {
		lead++
	}
	if lead == len(s) && lead > 0 {
		p.shape = likeAny
		return
	}
	at := lead
	for at < len(s) && s[at] != '%' {
		switch s[at] {
		case '_':
			return
		case '\\':
			if at++; at >= len(s) {
				return
			}
		}
		p.literal = append(p.literal, s[at])
		at++
	}
	tail := at < len(s)
	for ; at < len(s); at++ {
		if s[at] != '%' {
			return
		}
	}
	switch {
	case lead > 0 && tail:
		p.shape = likeContains
	case lead > 0:
		p.shape = likeSuffix
	case tail:
		p.shape = likePrefix
	default:
		p.shape = likeExact
	}
}

func (p *likePattern) match(v []byte) (bool, error) {
	switch p.shape {
	case likeAny:
		return true, nil
	case likeExact:
		return bytes.Equal(v, p.literal), nil
	case likePrefix:
		return bytes.HasPrefix(v, p.literal), nil
	case likeSuffix:
		return bytes.HasSuffix(v, p.literal), nil
	case likeContains:
		return bytes.Contains(v, p.literal), nil
	}
	r, err := matchLike(v, p.pattern, p.bytea)
	return r == likeTrue, err
}

type likeResult int8

const (
	likeTrue  likeResult = 1
	likeFalse likeResult = 0
	likeAbort likeResult = -1 // no longer start can match either
)

func likeEscapeAtEnd() error {
	return pgerr.New(pgerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")
}

// matchLike is MatchText of like_match.c, kept close to it because even which broken patterns raise an error follows
// from the order of its steps.
func matchLike(t, p []byte, bytea bool) (likeResult, error) {
	next := func(v []byte) []byte {
		if bytea {
			return v[1:]
		}
		_, n := utf8.DecodeRune(v)
		return v[n:]
	}
	if len(p) == 1 && p[0] == '%' {
		return likeTrue, nil
	}
	for len(t) > 0 && len(p) > 0 {
		switch p[0] {
		case '\\':
			p = p[1:]
			if len(p) == 0 {
				return likeFalse, likeEscapeAtEnd()
			}
			if p[0] != t[0] {
				return likeFalse, nil
			}
		case '%':
			p = p[1:]
			for len(p) > 0 {
				if p[0] == '%' {
					p = p[1:]
				} else if p[0] == '_' {
					if len(t) == 0 {
						return likeAbort, nil
					}
					t = next(t)
					p = p[1:]
				} else {
					break
				}
			}
			if len(p) == 0 {
				return likeTrue, nil
			}
			first := p[0]
			if first == '\\' {
				if len(p) < 2 {
					return likeFalse, likeEscapeAtEnd()
				}
				first = p[1]
			}
			for len(t) > 0 {
				at := bytes.IndexByte(t, first)
				if at < 0 {
					break
				}
				t = t[at:]
				r, err := matchLike(t, p, bytea)
				if r != likeFalse || err != nil {
					return r, err
				}
				t = next(t)
			}
			return likeAbort, nil
		case '_':
			t = next(t)
			p = p[1:]
			continue
		default:
			if p[0] != t[0] {
				return likeFalse, nil
			}
		}
		t, p = t[1:], p[1:]
	}
	if len(t) > 0 {
		return likeFalse, nil
	}
	for len(p) > 0 && p[0] == '%' {
		p = p[1:]
	}
	if len(p) == 0 {
		return likeTrue, nil
	}
	return likeAbort, nil
}

// like makes LIKE or NOT LIKE. Folded compares in lower case under the collation (ILIKE).
func like(not, folded, bytea bool) Kernel {
	type state struct {
		p           likePattern
		text, lower []byte
	}
	return func(c *Call, out *vector.Column, sel []int32) error {
		s := ready[state](c)
		text, pattern := c.Args[0], c.Args[1]
		only := asciiOnly(c.Collation)
		fresh := true
		for _, i := range sel {
			if fresh || !c.Const[1] {
				fresh = false
				source := pattern.Bytes(i)
				if folded {
					s.lower = appendLower(s.lower[:0], source, only)
					source = s.lower
				}
				s.p.prepare(source, bytea)
			}
			v := text.Bytes(i)
			if folded {
				s.text = appendLower(s.text[:0], v, only)
				v = s.text
			}
			ok, err := s.p.match(v)
			if err != nil {
				return err
			}
			out.Bools[i] = ok != not
		}
		return nil
	}
}

// likeEscape rewrites a pattern so that its escape character is the backslash.
func likeEscape(bytea bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		p, e := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
		one := len(e) == 1 || !bytea && len(e) > 0 && charEnd(e, 0) == len(e)
		switch {
		case len(e) == 0: // no escape character: each backslash is one
			for _, b := range p {
				if b == '\\' {
					dst = append(dst, '\\')
				}
				dst = append(dst, b)
			}
			return dst, nil
		case !one:
			return nil, pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").
				WithHint("Escape string must be empty or one character.")
		case e[0] == '\\':
			return append(dst, p...), nil
		}
		after := false
		for len(p) > 0 {
			n := 1
			if !bytea {
				n = charEnd(p, 0)
			}
			switch {
			case bytes.Equal(p[:n], e) && !after:
				dst = append(dst, '\\')
				after = true
			case p[0] == '\\':
				dst = append(dst, '\\')
				if !after {
					dst = append(dst, '\\')
				}
				after = false
			default:
				dst = append(dst, p[:n]...)
				after = false
			}
			p = p[n:]
		}
		return dst, nil
	})
}

var likeKernels = map[string]Kernel{
	"textlike": like(false, false, false), "textnlike": like(true, false, false),
	"namelike": like(false, false, false), "namenlike": like(true, false, false),
	"texticlike": like(false, true, false), "texticnlike": like(true, true, false),
	"nameiclike": like(false, true, false), "nameicnlike": like(true, true, false),
	"bytealike": like(false, false, true), "byteanlike": like(true, false, true),
	"like_escape": likeEscape(false), "like_escape_bytea": likeEscape(true),
}
