package types

import (
	"bytes"
	"slices"
	"strconv"

	"howdah/pgerr"
)

// CheckJSON verifies that text is a json value (22P02), as json_in does; the value is the text itself.
func CheckJSON(text []byte) error {
	l := &jsonLexer{in: text, line: 1}
	if err := l.next(); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	if l.token != jsonEnd {
		return l.expected("end of input")
	}
	return nil
}

// check consumes one value from the present token on.
func (l *jsonLexer) check() error {
	switch l.token {
	case jsonObjectStart:
		if err := l.deeper(); err != nil {
			return err
		}
		if err := l.next(); err != nil {
			return err
		}
		if err := l.members(func([]byte) error { return l.check() }); err != nil {
			return err
		}
	case jsonArrayStart:
		if err := l.deeper(); err != nil {
			return err
		}
		if err := l.next(); err != nil {
			return err
		}
		if err := l.elements(l.check); err != nil {
			return err
		}
	default:
		if l.token < jsonTrue && l.token != jsonString && l.token != jsonNumber || l.token == jsonEnd {
			return l.expected("JSON value")
		}
		return l.next()
	}
	l.depth--
	return nil
}

// members parses an object after its brace; value parses each member's value.
func (l *jsonLexer) members(value func(key []byte) error) error {
	switch l.token {
	case jsonObjectEnd:
		return l.next()
	case jsonString:
	default:
		return l.expected(`string or "}"`)
	}
	for {
		if l.token != jsonString {
			return l.expected("string")
		}
		key := l.text
		if err := l.next(); err != nil {
			return err
		}
		if l.token != jsonColon {
			return l.expected(`":"`)
		}
		if err := l.next(); err != nil {
			return err
		}
		if err := value(key); err != nil {
			return err
		}
		if l.token != jsonComma {
			break
		}
		if err := l.next(); err != nil {
			return err
		}
	}
	if l.token != jsonObjectEnd {
		return l.expected(`"," or "}"`)
	}
	return l.next()
}

// elements parses an array after its bracket.
func (l *jsonLexer) elements(value func() error) error {
	if l.token == jsonArrayEnd {
		return l.next()
	}
	for {
		if err := value(); err != nil {
			return err
		}
		if l.token != jsonComma {
			break
		}
		if err := l.next(); err != nil {
			return err
		}
	}
	if l.token != jsonArrayEnd {
		return l.expected(`"," or "]"`)
	}
	return l.next()
}

// JSONKind tells JSON values apart; the order is that of jsonb's btree (except where jsonb_cmp says otherwise).
type JSONKind uint8

const (
	JSONNull JSONKind = iota
	JSONString
	JSONNumber
	JSONBool
	JSONArray
	JSONObject
)

// JSON is a parsed jsonb value. Objects have their keys in jsonb's order, each once.
type JSON struct {
	Kind  JSONKind
	Bool  bool
	Text  []byte // a string's value, or a number in numeric's text form
	Elems []JSON // of an array, or an object's values
	Keys  [][]byte
}

// ParseJSON reads text as jsonb_in does: duplicate keys and number spellings are gone, escapes resolved. The value has
// memory of its own; [JSONParser] reads many without.
func ParseJSON(text []byte) (JSON, error) {
	var p JSONParser
	return p.Parse(bytes.Clone(text))
}

// CompareJSONKeys is the order of an object's keys: by length, then by bytes.
func CompareJSONKeys(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

// Get gives an object's member, or nil.
func (v *JSON) Get(key []byte) *JSON {
	if v.Kind != JSONObject {
		return nil
	}
	if i, ok := slices.BinarySearchFunc(v.Keys, key, CompareJSONKeys); ok {
		return &v.Elems[i]
	}
	return nil
}

// Append appends the canonical text, as jsonb_out gives it.
func (v *JSON) Append(dst []byte) []byte {
	switch v.Kind {
	case JSONString:
		return AppendJSONString(dst, v.Text)
	case JSONNumber:
		return append(dst, v.Text...)
	case JSONBool:
		return strconv.AppendBool(dst, v.Bool)
	case JSONArray, JSONObject:
		open, closing := byte('['), byte(']')
		if v.Kind == JSONObject {
			open, closing = '{', '}'
		}
		dst = append(dst, open)
		for i := range v.Elems {
			if i > 0 {
				dst = append(dst, ',', ' ')
			}
			if v.Kind == JSONObject {
				dst = append(AppendJSONString(dst, v.Keys[i]), ':', ' ')
			}
			dst = v.Elems[i].Append(dst)
		}
		return append(dst, closing)
	}
	return append(dst, "null"...)
}

// AppendJSONB reads any JSON text and appends jsonb's canonical text.
func AppendJSONB(dst, text []byte) ([]byte, error) {
	p := borrowJSONParser()
	defer returnJSONParser(p)
	v, err := p.Parse(text)
	if err != nil {
		return nil, err
	}
	return v.Append(dst), nil
}

// AppendJSONString appends s in quotes, escaped as escape_json does.
func AppendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= 32 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// NormalNumber appends a JSON number as numeric_out would show it: no exponent, digits after the point kept.
func NormalNumber(dst, text []byte) ([]byte, error) {
	s := text
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	exp := 0
	if at := bytes.IndexAny(s, "eE"); at >= 0 {
		e, err := strconv.Atoi(string(s[at+1:]))
		if err != nil || e >= 1<<30 || e <= -1<<30 {
			return nil, pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")
		}
		exp, s = e, s[:at]
	}
	whole, fraction, _ := bytes.Cut(s, []byte{'.'})
	scale := max(len(fraction)-exp, 0)
	digits := append(append(make([]byte, 0, len(whole)+len(fraction)), whole...), fraction...)
	point := len(whole) + exp // where the point stands among digits
	lead := 0
	for lead < len(digits) && digits[lead] == '0' {
		lead++
	}
	digits, point = digits[lead:], point-lead
	if len(digits) > 0 && point > 131072 || scale > 16383 {
		return nil, pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")
	}
	if neg && len(digits) > 0 {
		dst = append(dst, '-')
	}
	at := func(i int) byte {
		if i >= 0 && i < len(digits) {
			return digits[i]
		}
		return '0'
	}
	if point <= 0 || len(digits) == 0 {
		dst = append(dst, '0')
	} else {
		for i := range point {
			dst = append(dst, at(i))
		}
	}
	if scale > 0 {
		dst = append(dst, '.')
		for i := range scale {
			dst = append(dst, at(point+i))
		}
	}
	return dst, nil
}

// CompareNumberText orders two numbers in numeric's plain text form.
func CompareNumberText(a, b []byte) int {
	negA, negB := a[0] == '-', b[0] == '-'
	if negA != negB { // a normal zero has no sign
		if negA {
			return -1
		}
		return 1
	}
	if negA {
		return compareDigits(b[1:], a[1:])
	}
	return compareDigits(a, b)
}

func compareDigits(a, b []byte) int {
	wa, fa, _ := bytes.Cut(a, []byte{'.'})
	wb, fb, _ := bytes.Cut(b, []byte{'.'})
	if len(wa) != len(wb) {
		return len(wa) - len(wb)
	}
	if c := bytes.Compare(wa, wb); c != 0 {
		return c
	}
	return bytes.Compare(bytes.TrimRight(fa, "0"), bytes.TrimRight(fb, "0"))
}

// ByteDifference orders by bytes, as memcmp does: the first ones that differ tell by how much; else -1, 0 or 1, the
// longer one being greater.
func ByteDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return sign(len(a) - len(b))
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// CompareJSON is jsonb_cmp.
func CompareJSON(a, b *JSON) int {
	scalarA, scalarB := a.Kind < JSONArray, b.Kind < JSONArray
	// A scalar is kept as an array of one that is marked raw: so it is compared with arrays by length, and the mark
	// only decides between equal lengths.
	if scalarA && b.Kind == JSONArray {
		if len(b.Elems) == 0 {
			return 1
		}
		return -1
	}
	if scalarB && a.Kind == JSONArray {
		if len(a.Elems) == 0 {
			return -1
		}
		return 1
	}
	if scalarA && b.Kind == JSONObject {
		return -1
	}
	if scalarB && a.Kind == JSONObject {
		return 1
	}
	return compareJSONNested(a, b)
}

func compareJSONNested(a, b *JSON) int {
	if a.Kind != b.Kind {
		return sign(int(a.Kind) - int(b.Kind))
	}
	switch a.Kind {
	case JSONString:
		return TerminatedDifference(a.Text, b.Text)
	case JSONNumber:
		return sign(CompareNumberText(a.Text, b.Text))
	case JSONBool:
		if a.Bool == b.Bool {
			return 0
		}
		if b.Bool {
			return -1
		}
		return 1
	case JSONArray, JSONObject:
		if len(a.Elems) != len(b.Elems) {
			return sign(len(a.Elems) - len(b.Elems))
		}
		for i := range a.Elems {
			if a.Kind == JSONObject {
				if c := TerminatedDifference(a.Keys[i], b.Keys[i]); c != 0 {
					return c
				}
			}
			if c := compareJSONNested(&a.Elems[i], &b.Elems[i]); c != 0 {
				return c
			}
		}
	}
	return 0
}

// CompareJSONB orders two jsonb values in canonical text.
func CompareJSONB(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	p := borrowJSONParser()
	defer returnJSONParser(p)
	va, errA := p.Parse(a)
	vb, errB := p.Parse(b)
	if errA != nil || errB != nil { // stored jsonb is canonical; the order of anything else only has to be one
		return bytes.Compare(a, b)
	}
	return CompareJSON(&va, &vb)
}

// CheckJSONEscapes verifies json text as functions that look into it do: escapes must name characters (\u0000 is 22P05).
func CheckJSONEscapes(text []byte) error {
	if !bytes.Contains(text, []byte(`\u`)) {
		return nil
	}
	l := &jsonLexer{in: text, line: 1, unescape: true}
	if err := l.next(); err != nil {
		return err
	}
	return l.check()
}

// JSONValueEnd gives the offset after the value that begins at i, in valid JSON.
func JSONValueEnd(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = jsonStringEnd(text, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth <= 0 {
				if depth < 0 { // the end of what holds a bare value
					return i
				}
				return i + 1
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

// SkipJSONSpace gives the offset of the first byte from i on that is not white space.
func SkipJSONSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}

// EachJSON calls each for the members of an object (raw key, in quotes, and value) or the elements of an array (key
// nil) in valid JSON text, until it returns false. Scalars have none.
func EachJSON(text []byte, each func(key, value []byte) bool) {
	i := SkipJSONSpace(text, 0)
	if i >= len(text) || text[i] != '{' && text[i] != '[' {
		return
	}
	object := text[i] == '{'
	for i = SkipJSONSpace(text, i+1); i < len(text) && text[i] != '}' && text[i] != ']'; {
		var key []byte
		if object {
			end := jsonStringEnd(text, i)
			key = text[i:end]
			i = SkipJSONSpace(text, SkipJSONSpace(text, end)+1) // past the colon
		}
		end := JSONValueEnd(text, i)
		if !each(key, text[i:end]) {
			return
		}
		i = SkipJSONSpace(text, end)
		if i < len(text) && text[i] == ',' {
			i = SkipJSONSpace(text, i+1)
		}
	}
}

// AppendUnescaped appends the value of a JSON string in its quotes.
func AppendUnescaped(dst, quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(dst, quoted[1:len(quoted)-1]...), nil
	}
	l := &jsonLexer{in: quoted, line: 1, unescape: true}
	if err := l.next(); err != nil {
		return nil, err
	}
	return append(dst, l.text...), nil
}
