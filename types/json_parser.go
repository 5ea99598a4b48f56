package types

import (
	"bytes"
	"slices"
	"sync"
)

// JSONParser reads jsonb values again and again into the same memory. The zero value is ready.
type JSONParser struct {
	lex   jsonLexer
	elems []JSON   // of the containers that were read
	keys  [][]byte // likewise
	open  []JSON   // elements of the containers that are being read, the innermost last
	names [][]byte // likewise
}

// Reset forgets what was read: values parsed before must not be used any more.
func (p *JSONParser) Reset() {
	p.lex.buf, p.elems, p.keys = p.lex.buf[:0], p.elems[:0], p.keys[:0]
}

// Parse is [ParseJSON] without copies: the value refers to text and to the parser's memory, until its next Reset.
func (p *JSONParser) Parse(text []byte) (JSON, error) {
	p.lex = jsonLexer{in: text, line: 1, unescape: true, buf: p.lex.buf}
	p.open, p.names = p.open[:0], p.names[:0]
	if err := p.lex.next(); err != nil {
		return JSON{}, err
	}
	v, err := p.value()
	if err == nil && p.lex.token != jsonEnd {
		err = p.lex.expected("end of input")
	}
	return v, err
}

// Grow makes room for n more elements, and keys of an object, in the parser's memory: they can be appended to v then.
func (p *JSONParser) Grow(v *JSON, n int) {
	v.Elems = carve(&p.elems, v.Elems, n)
	if v.Kind == JSONObject {
		v.Keys = carve(&p.keys, v.Keys, n)
	}
}

// carve moves a list into a slab, with room for more. A slab that is full is left to those who refer to it.
func carve[T any](slab *[]T, list []T, more int) []T {
	at, n := len(*slab), len(list)+more
	if n > cap(*slab)-at {
		*slab = make([]T, 0, max(2*cap(*slab), n, 16))
		at = 0
	}
	*slab = (*slab)[:at+n]
	out := (*slab)[at : at+len(list) : at+n]
	copy(out, list)
	return out
}

func (p *JSONParser) value() (v JSON, err error) {
	l := &p.lex
	switch l.token {
	case jsonString:
		v.Kind, v.Text = JSONString, l.text
	case jsonNumber:
		v.Kind = JSONNumber
		if v.Text, err = p.number(l.in[l.start:l.end]); err != nil {
			return v, err
		}
	case jsonTrue, jsonFalse:
		v.Kind, v.Bool = JSONBool, l.token == jsonTrue
	case jsonNull:
		v.Kind = JSONNull
	case jsonObjectStart:
		return p.container(JSONObject)
	case jsonArrayStart:
		return p.container(JSONArray)
	default:
		return v, l.expected("JSON value")
	}
	return v, l.next()
}

func (p *JSONParser) container(kind JSONKind) (v JSON, err error) {
	l := &p.lex
	if err := l.deeper(); err != nil {
		return v, err
	}
	if err := l.next(); err != nil {
		return v, err
	}
	v.Kind = kind
	first, name := len(p.open), len(p.names)
	if kind == JSONObject {
		err = l.members(func(key []byte) error {
			p.names = append(p.names, key)
			e, err := p.value()
			p.open = append(p.open, e)
			return err
		})
	} else {
		err = l.elements(func() error {
			e, err := p.value()
			p.open = append(p.open, e)
			return err
		})
	}
	if err != nil {
		return v, err
	}
	l.depth--
	v.Elems = p.open[first:]
	if kind == JSONObject {
		v.Keys = p.names[name:]
		v.SortKeys()
		v.Keys = carve(&p.keys, v.Keys, 0)
	}
	v.Elems = carve(&p.elems, v.Elems, 0)
	p.open, p.names = p.open[:first], p.names[:name]
	return v, nil
}

// number gives a number as numeric shows it: in most texts it is written so.
func (p *JSONParser) number(text []byte) ([]byte, error) {
	const sure = 1 << 10 // digits that are below all limits
	if len(text) < sure && !bytes.HasPrefix(text, []byte("-0")) && bytes.IndexByte(text, 'e') < 0 && bytes.IndexByte(text, 'E') < 0 {
		return text, nil
	}
	at := len(p.lex.buf)
	buf, err := NormalNumber(p.lex.buf, text)
	if err != nil {
		return nil, err
	}
	p.lex.buf = buf
	return buf[at:len(buf):len(buf)], nil
}

// SortKeys puts an object's keys in order, in their place; of equal ones the last stays.
func (v *JSON) SortKeys() {
	keys, elems := v.Keys, v.Elems
	sorted := true
	for i := 1; i < len(keys) && sorted; i++ {
		sorted = CompareJSONKeys(keys[i-1], keys[i]) < 0
	}
	if sorted {
		return
	}
	const few = 24
	if len(keys) <= few {
		for i := 1; i < len(keys); i++ {
			for k := i; k > 0 && CompareJSONKeys(keys[k-1], keys[k]) > 0; k-- {
				keys[k-1], keys[k] = keys[k], keys[k-1]
				elems[k-1], elems[k] = elems[k], elems[k-1]
			}
		}
	} else {
		order := make([]int, len(keys))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return CompareJSONKeys(keys[a], keys[b]) })
		k, e := slices.Clone(keys), slices.Clone(elems)
		for i, at := range order {
			keys[i], elems[i] = k[at], e[at]
		}
	}
	n := 0
	for i := range keys {
		if i+1 < len(keys) && bytes.Equal(keys[i], keys[i+1]) {
			continue
		}
		keys[n], elems[n] = keys[i], elems[i]
		n++
	}
	v.Keys, v.Elems = keys[:n], elems[:n]
}

// jsonParsers serve those who have no place to keep a parser in: comparison, input.
var jsonParsers = sync.Pool{New: func() any { return new(JSONParser) }}

func borrowJSONParser() *JSONParser {
	p := jsonParsers.Get().(*JSONParser)
	p.Reset()
	return p
}

// returnJSONParser keeps a parser for the next one, unless a large value has made it large.
func returnJSONParser(p *JSONParser) {
	const keep = 1 << 14
	if cap(p.elems) <= keep && cap(p.lex.buf) <= 64*keep {
		jsonParsers.Put(p)
	}
}
