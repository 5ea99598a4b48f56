package types

import (
	"bytes"
	"math"

	"howdah/pgerr"
)

// MaxDim is the most dimensions that an array may have.
const MaxDim = 6

// maxArraySize is PostgreSQL's bound on the number of elements (MaxArraySize).
const maxArraySize = 0x3fffffff / 8

// CheckDims verifies that an array of these dimensions can be, and gives its number of elements.
func CheckDims(dims []Dim) (int, error) {
	n := int64(1)
	for _, d := range dims {
		if d.Len < 0 {
			return 0, tooManyElements()
		}
		n *= int64(d.Len)
		if n > maxArraySize {
			return 0, tooManyElements()
		}
	}
	for _, d := range dims {
		if int64(d.Lower)+int64(d.Len) > math.MaxInt32 {
			return 0, pgerr.New(pgerr.ProgramLimitExceeded, "array lower bound is too large: %d", d.Lower)
		}
	}
	if len(dims) == 0 {
		return 0, nil
	}
	return int(n), nil
}

func tooManyElements() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxArraySize)
}

func tooManyDims(n int) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", n, MaxDim)
}

// NewArray makes a one-dimensional array with lower bound 1, or the empty array.
func NewArray(elem OID, elems []Datum) *Array {
	if len(elems) == 0 {
		return &Array{Elem: elem, Elems: elems}
	}
	a := &struct { // one piece of memory
		Array
		dims [1]Dim
	}{Array{Elem: elem, Elems: elems}, [1]Dim{{Len: int32(len(elems)), Lower: 1}}}
	a.Dims = a.dims[:]
	return &a.Array
}

func arraySpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// ParseArray reads an array's text form; elem is the element type with the array's typmod.
func ParseArray(elem Type, text []byte, s *Style) (*Array, error) {
	if a, err, ok := parsePlainArray(elem, text, s); ok {
		return a, err
	}
	shown := text
	bad := func(format string, args ...any) error {
		e := pgerr.New(pgerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", shown)
		if format != "" {
			e = e.WithDetail(format, args...)
		}
		return e
	}
	dims, p, err := parseBounds(text, bad)
	if err != nil {
		return nil, err
	}
	given := dims != nil
	if !given {
		if p >= len(text) || text[p] != '{' {
			return nil, bad("%s", `Array value must start with "{" or dimension information.`)
		}
	} else {
		if p >= len(text) || text[p] != '=' {
			return nil, bad("%s", `Missing "=" after array dimensions.`)
		}
		for p++; p < len(text) && arraySpace(text[p]); p++ {
		}
		if p >= len(text) || text[p] != '{' {
			return nil, bad("%s", `Array contents must start with "{".`)
		}
	}
	shown = text[p:] // as ArrayCount quotes it
	counts, err := countArray(text[p:], bad)
	shown = text
	if err != nil {
		return nil, err
	}
	if given {
		same := len(counts) == len(dims)
		for i := 0; same && i < len(dims); i++ {
			same = dims[i].Len == counts[i]
		}
		if !same {
			return nil, bad("Specified array dimensions do not match array contents.")
		}
	} else {
		for _, n := range counts {
			dims = append(dims, Dim{Len: n, Lower: 1})
		}
	}
	n, err := CheckDims(dims)
	if err != nil {
		return nil, err
	}
	a := &Array{Elem: elem.OID}
	if n == 0 {
		return a, nil
	}
	a.Dims = dims
	a.Elems = make([]Datum, 0, n)
	if err := readElems(a, elem, text[p:], s); err != nil {
		return nil, err
	}
	if len(a.Elems) != n {
		return nil, bad("")
	}
	return a, nil
}

func isNullWord(v []byte, s *Style) bool {
	return len(v) == 4 && bytes.EqualFold(v, []byte("NULL")) && (s == nil || !s.NullsAreText)
}

// parsePlainArray reads what most arrays are: one dimension, no quotes, no white space.
func parsePlainArray(elem Type, text []byte, s *Style) (a *Array, err error, ok bool) {
	last := len(text) - 1
	if last < 2 || text[0] != '{' || text[last] != '}' || text[1] == ',' || text[last-1] == ',' {
		return nil, nil, false
	}
	list, n := text[1:last], 1
	for i, c := range list {
		switch {
		case c == ',':
			if list[i-1] == ',' {
				return nil, nil, false
			}
			n++
		case c == '{' || c == '}' || c == '"' || c == '\\' || arraySpace(c):
			return nil, nil, false
		}
	}
	if n > maxArraySize {
		return nil, nil, false
	}
	elems := make([]Datum, n)
	for i := range elems {
		v, rest, _ := bytes.Cut(list, []byte{','})
		list = rest
		if isNullWord(v, s) {
			elems[i] = NullDatum
		} else if elems[i], err = ParseText(elem, v, s); err != nil {
			return nil, err, true
		}
	}
	return NewArray(elem.OID, elems), nil, true
}

// parseBounds reads leading [m:n] items and gives where the rest begins; no item gives nil dimensions.
func parseBounds(text []byte, bad func(string, ...any) error) ([]Dim, int, error) {
	var dims []Dim
	p := 0
	number := func() (int64, bool) {
		from := p
		for p < len(text) && (text[p] >= '0' && text[p] <= '9' || text[p] == '-' || text[p] == '+') {
			p++
		}
		return int64(wrapAtoi(text[from:p])), p > from
	}
	for {
		for p < len(text) && arraySpace(text[p]) {
			p++
		}
		if p >= len(text) || text[p] != '[' {
			return dims, p, nil
		}
		p++
		if len(dims) >= MaxDim {
			return nil, 0, tooManyDims(len(dims) + 1)
		}
		upper, ok := number()
		if !ok {
			return nil, 0, bad("%s", `"[" must introduce explicitly-specified array dimensions.`)
		}
		lower := int64(1)
		if p < len(text) && text[p] == ':' {
			lower = upper
			p++
			if upper, ok = number(); !ok {
				return nil, 0, bad("Missing array dimension value.")
			}
		}
		if p >= len(text) || text[p] != ']' {
			return nil, 0, bad("%s", `Missing "]" after array dimensions.`)
		}
		p++
		if upper < lower {
			return nil, 0, pgerr.New(pgerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		dims = append(dims, Dim{Len: int32(upper - lower + 1), Lower: int32(lower)})
	}
}

// wrapAtoi is C's: a sign, digits, wrapped to 32 bits as glibc does.
func wrapAtoi(s []byte) int32 {
	neg := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	n := int64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			break
		}
		if n = n*10 + int64(c-'0'); n < 0 || n > math.MaxInt64/10-10 {
			n = math.MaxInt64 // strtol saturates
			break
		}
	}
	if neg {
		n = -n
	}
	return int32(n)
}

type arrayState uint8

const (
	noLevel arrayState = iota
	levelStarted
	elemStarted
	quotedStarted
	quotedCompleted
	elemDelimited
	levelCompleted
	levelDelimited
)

// countArray is ArrayCount: it checks the braces and gives the dimensions, none for an empty array.
func countArray(s []byte, bad func(string, ...any) error) ([]int32, error) {
	var counts, elems, lastElems [MaxDim + 1]int32
	for i := range elems {
		elems[i] = 1
	}
	nest, ndim, p := 0, 1, 0
	state := noLevel
	quotes, empty := false, true
	for done := false; !done; {
		for itemDone := false; !itemDone; {
			if state == elemStarted || state == quotedStarted {
				empty = false
			}
			if p >= len(s) {
				return nil, bad("Unexpected end of input.")
			}
			switch c := s[p]; {
			case c == '\\':
				if state != levelStarted && state != elemStarted && state != quotedStarted && state != elemDelimited {
					return nil, bad("%s", `Unexpected "\" character.`)
				}
				if state != quotedStarted {
					state = elemStarted
				}
				if p+1 >= len(s) {
					return nil, bad("Unexpected end of input.")
				}
				p++
			case c == '"':
				if state != levelStarted && state != quotedStarted && state != elemDelimited {
					return nil, bad("Unexpected array element.")
				}
				quotes = !quotes
				state = quotedCompleted
				if quotes {
					state = quotedStarted
				}
			case quotes:
			case c == '{':
				if state != noLevel && state != levelStarted && state != levelDelimited {
					return nil, bad("%s", `Unexpected "{" character.`)
				}
				state = levelStarted
				if nest >= MaxDim {
					return nil, tooManyDims(nest + 1)
				}
				counts[nest] = 0
				nest++
				ndim = max(ndim, nest)
			case c == '}':
				if state != elemStarted && state != quotedCompleted && state != levelCompleted &&
					!(nest == 1 && state == levelStarted) {
					return nil, bad("%s", `Unexpected "}" character.`)
				}
				state = levelCompleted
				if nest == 0 {
					return nil, bad("%s", `Unmatched "}" character.`)
				}
				nest--
				if lastElems[nest] != 0 && elems[nest] != lastElems[nest] {
					return nil, bad("Multidimensional arrays must have sub-arrays with matching dimensions.")
				}
				lastElems[nest] = elems[nest]
				elems[nest] = 1
				if nest == 0 {
					done, itemDone = true, true
				} else {
					counts[nest-1]++
				}
			case c == ',':
				if state != elemStarted && state != quotedCompleted && state != levelCompleted {
					return nil, bad("%s", `Unexpected "," character.`)
				}
				if state == levelCompleted {
					state = levelDelimited
				} else {
					state = elemDelimited
				}
				itemDone = true
				elems[nest-1]++
			case !arraySpace(c):
				if state != levelStarted && state != elemStarted && state != elemDelimited {
					return nil, bad("Unexpected array element.")
				}
				state = elemStarted
			}
			if !itemDone {
				p++
			}
		}
		counts[ndim-1]++
		p++
	}
	for ; p < len(s); p++ {
		if !arraySpace(s[p]) {
			return nil, bad("Junk after closing right brace.")
		}
	}
	if empty {
		return nil, nil
	}
	return counts[:ndim], nil
}

// readElems reads the elements of braces that countArray found sound.
func readElems(a *Array, elem Type, s []byte, st *Style) error {
	var item []byte
	end := 0 // of item, without blanks after it
	seen, escaped, quotes := false, false, false
	flush := func() error {
		if !seen {
			return nil
		}
		d := NullDatum
		if v := item[:end]; escaped || !isNullWord(v, st) {
			var err error
			if d, err = ParseText(elem, bytes.Clone(v), st); err != nil {
				return err
			}
		}
		a.Elems = append(a.Elems, d)
		item, end, seen, escaped = item[:0], 0, false, false
		return nil
	}
	for p := 0; p < len(s); p++ {
		c := s[p]
		switch {
		case c == '\\':
			p++
			if p >= len(s) {
				return nil
			}
			item = append(item, s[p])
			end, seen, escaped = len(item), true, true
		case c == '"':
			quotes = !quotes
			seen, escaped = true, true
			end = len(item)
		case quotes:
			item = append(item, c)
			end = len(item)
		case c == '{':
		case c == '}' || c == ',':
			if err := flush(); err != nil {
				return err
			}
		case arraySpace(c):
			if seen {
				item = append(item, c)
			}
		default:
			item = append(item, c)
			end, seen = len(item), true
		}
	}
	return nil
}

// AppendArray appends an array's text form.
func AppendArray(dst []byte, a *Array, s *Style) []byte {
	if len(a.Dims) == 0 || len(a.Elems) == 0 {
		return append(dst, '{', '}')
	}
	for _, d := range a.Dims {
		if d.Lower == 1 {
			continue
		}
		for _, d := range a.Dims {
			dst = AppendInt(append(dst, '['), int64(d.Lower))
			dst = AppendInt(append(dst, ':'), int64(d.Lower)+int64(d.Len)-1)
			dst = append(dst, ']')
		}
		dst = append(dst, '=')
		break
	}
	next := 0
	elem := Of(a.Elem)
	var level func(dim int)
	level = func(dim int) {
		dst = append(dst, '{')
		for i := range a.Dims[dim].Len {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dim+1 < len(a.Dims) {
				level(dim + 1)
				continue
			}
			dst = appendElem(dst, elem, &a.Elems[next], s)
			next++
		}
		dst = append(dst, '}')
	}
	level(0)
	return dst
}

func appendElem(dst []byte, t Type, d *Datum, s *Style) []byte {
	if d.Null {
		return append(dst, "NULL"...)
	}
	from := len(dst)
	dst = AppendText(dst, t, d, s)
	v := dst[from:]
	quote := len(v) == 0 || len(v) == 4 && bytes.EqualFold(v, []byte("NULL"))
	extra := 2
	for _, c := range v {
		switch {
		case c == '"' || c == '\\':
			extra++
			quote = true
		case c == '{' || c == '}' || c == ',' || arraySpace(c):
			quote = true
		}
	}
	if !quote {
		return dst
	}
	return quoteInPlace(dst, from, extra, '\\', '\\')
}

// quoteInPlace puts dst[from:] in double quotes, a mark before each quote and backslash; extra is how much longer it gets.
func quoteInPlace(dst []byte, from, extra int, quoteMark, slashMark byte) []byte {
	n := len(dst)
	for range extra {
		dst = append(dst, 0)
	}
	w := len(dst) - 1
	dst[w] = '"'
	w--
	for r := n - 1; r >= from; r-- {
		c := dst[r]
		dst[w] = c
		w--
		if c == '"' {
			dst[w] = quoteMark
			w--
		} else if c == '\\' {
			dst[w] = slashMark
			w--
		}
	}
	dst[w] = '"'
	return dst
}

// CompareArrays is array_cmp: elements first, a NULL above all, then sizes.
func CompareArrays(a, b *Array, collation OID) int {
	for i := range min(len(a.Elems), len(b.Elems)) {
		if c := compareNullable(a.Elem, &a.Elems[i], &b.Elems[i], collation); c != 0 {
			return c
		}
	}
	if c := len(a.Elems) - len(b.Elems); c != 0 {
		return c
	}
	if c := len(a.Dims) - len(b.Dims); c != 0 {
		return c
	}
	for i := range a.Dims {
		if c := int(a.Dims[i].Len) - int(b.Dims[i].Len); c != 0 {
			return c
		}
	}
	for i := range a.Dims {
		if c := int(a.Dims[i].Lower) - int(b.Dims[i].Lower); c != 0 {
			return c
		}
	}
	return 0
}

func compareNullable(t OID, a, b *Datum, collation OID) int {
	switch {
	case a.Null && b.Null:
		return 0
	case a.Null:
		return 1
	case b.Null:
		return -1
	}
	return Compare(t, a, b, collation)
}
