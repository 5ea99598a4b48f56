package types

import (
	"bytes"
	"encoding/binary"

	"howdah/pgerr"
)

func badRange(text []byte, detail string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "malformed range literal: \"%s\"", string(text)).WithDetail("%s", detail)
}

func badMultirange(text []byte, detail string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "malformed multirange literal: \"%s\"", string(text)).WithDetail("%s", detail)
}

var emptyWord = []byte("empty")

func startsEmpty(b []byte) bool { return len(b) >= 5 && bytes.EqualFold(b[:5], emptyWord) }

func pastSpace(b []byte, p int) int {
	for p < len(b) && arraySpace(b[p]) {
		p++
	}
	return p
}

// parse reads a range's text form (range_in).
func (rt *RangeType) parse(text []byte, s *Style) (r Range, err error) {
	p := pastSpace(text, 0)
	if startsEmpty(text[p:]) {
		if pastSpace(text, p+len(emptyWord)) < len(text) {
			return r, badRange(text, `Junk after "empty" key word.`)
		}
		return emptyRange, nil
	}
	if p >= len(text) || text[p] != '[' && text[p] != '(' {
		return r, badRange(text, "Missing left parenthesis or bracket.")
	}
	lower, upper := RangeBound{Inclusive: text[p] == '['}, RangeBound{}
	lowerText, p, err := boundText(text, p+1)
	if err != nil {
		return r, err
	}
	if p >= len(text) || text[p] != ',' {
		return r, badRange(text, "Missing comma after lower bound.")
	}
	upperText, p, err := boundText(text, p+1)
	if err != nil {
		return r, err
	}
	if p >= len(text) || text[p] != ']' && text[p] != ')' {
		return r, badRange(text, "Too many commas.")
	}
	upper.Inclusive = text[p] == ']'
	if pastSpace(text, p+1) < len(text) {
		return r, badRange(text, "Junk after right parenthesis or bracket.")
	}
	if err = rt.readBound(&lower, lowerText, s); err != nil {
		return r, err
	}
	if err = rt.readBound(&upper, upperText, s); err != nil {
		return r, err
	}
	return rt.Make(lower, upper)
}

func (rt *RangeType) readBound(b *RangeBound, text []byte, s *Style) error {
	if text == nil {
		b.Infinite = true
		return nil
	}
	d, err := ParseText(Of(rt.Elem), text, s)
	b.Int, b.Num = d.Int, d.Num
	return err
}

// boundText gives a bound's text without its quotes, nil for none, and where it ends.
func boundText(text []byte, p int) ([]byte, int, error) {
	ends := func() bool { return p < len(text) && (text[p] == ',' || text[p] == ')' || text[p] == ']') }
	if ends() {
		return nil, p, nil
	}
	// Mostly the bound is the text as it stands.
	plain := p
	for plain < len(text) && text[plain] != '"' && text[plain] != '\\' && text[plain] != ',' && text[plain] != ')' && text[plain] != ']' {
		plain++
	}
	if plain < len(text) && text[plain] != '"' && text[plain] != '\\' {
		return text[p:plain], plain, nil
	}
	if p < len(text) && text[p] == '"' {
		n := bytes.IndexAny(text[p+1:], `"\`)
		if end := p + n + 2; n >= 0 && end < len(text) && text[end-1] == '"' && (text[end] == ',' || text[end] == ')' || text[end] == ']') {
			return text[p+1 : end-1], end, nil
		}
	}
	out, quoted := []byte{}, false
	for quoted || !ends() {
		if p >= len(text) || text[p] == '\\' && p+1 >= len(text) {
			return nil, p, badRange(text, "Unexpected end of input.")
		}
		c := text[p]
		p++
		switch {
		case c == '\\':
			out = append(out, text[p])
			p++
		case c != '"':
			out = append(out, c)
		case !quoted:
			quoted = true
		case p < len(text) && text[p] == '"':
			out = append(out, '"')
			p++
		default:
			quoted = false
		}
	}
	return out, p, nil
}

// appendText appends a range's text form (range_out).
func (rt *RangeType) appendText(dst []byte, r *Range, s *Style) []byte {
	if r.Empty {
		return append(dst, emptyWord...)
	}
	open, end := byte('('), byte(')')
	if r.Lower.Inclusive {
		open = '['
	}
	if r.Upper.Inclusive {
		end = ']'
	}
	dst = append(dst, open)
	if !r.Lower.Infinite {
		dst = rt.appendBoundText(dst, &r.Lower, s)
	}
	dst = append(dst, ',')
	if !r.Upper.Infinite {
		dst = rt.appendBoundText(dst, &r.Upper, s)
	}
	return append(dst, end)
}

func (rt *RangeType) appendBoundText(dst []byte, b *RangeBound, s *Style) []byte {
	from := len(dst)
	switch rt.Elem {
	case Int4OID, Int8OID:
		return AppendInt(dst, b.Int)
	case NumericOID:
		return AppendNumeric(dst, &b.Num)
	}
	d := b.Value(rt)
	dst = AppendText(dst, Of(rt.Elem), &d, s)
	quote, extra := len(dst) == from, 2
	for _, c := range dst[from:] {
		switch {
		case c == '"' || c == '\\':
			extra++
			quote = true
		case c == '(' || c == ')' || c == '[' || c == ']' || c == ',' || arraySpace(c):
			quote = true
		}
	}
	if !quote {
		return dst
	}
	return quoteInPlace(dst, from, extra, '"', '\\')
}

// Where multirange input stands.
const (
	beforeRange = iota
	inRange
	inRangeEscaped
	inRangeQuoted
	inRangeQuotedEscaped
	afterRange
)

// parseMulti reads a multirange's text form (multirange_in). Blanks are passed over wherever they stand, behind a backslash
// too, as PostgreSQL does.
func (rt *RangeType) parseMulti(text []byte, s *Style) ([]Range, error) {
	p := pastSpace(text, 0)
	if p >= len(text) || text[p] != '{' {
		return nil, badMultirange(text, "Missing left brace.")
	}
	var list []Range
	state, begin, seen := beforeRange, 0, 0
	for p++; ; p++ {
		if p >= len(text) {
			return nil, badMultirange(text, "Unexpected end of input.")
		}
		c := text[p]
		if arraySpace(c) {
			continue
		}
		switch state {
		case beforeRange:
			switch {
			case c == '[' || c == '(':
				begin, state = p, inRange
			case c == '}' && seen == 0:
				return rt.endMulti(text, p+1, list)
			case startsEmpty(text[p:]):
				seen++
				p += len(emptyWord) - 1
				state = afterRange
			default:
				return nil, badMultirange(text, "Expected range start.")
			}
		case inRange:
			switch c {
			case ']', ')':
				r, err := rt.parse(text[begin:p+1], s)
				if err != nil {
					return nil, err
				}
				seen++
				list = append(list, r)
				state = afterRange
			case '"':
				state = inRangeQuoted
			case '\\':
				state = inRangeEscaped
			}
		case inRangeEscaped:
			state = inRange
		case inRangeQuoted:
			switch {
			case c == '"' && p+1 < len(text) && text[p+1] == '"':
				p++
			case c == '"':
				state = inRange
			case c == '\\':
				state = inRangeQuotedEscaped
			}
		case inRangeQuotedEscaped:
			state = inRangeQuoted
		case afterRange:
			switch c {
			case ',':
				state = beforeRange
			case '}':
				return rt.endMulti(text, p+1, list)
			default:
				return nil, badMultirange(text, "Expected comma or end of multirange.")
			}
		}
	}
}

func (rt *RangeType) endMulti(text []byte, p int, list []Range) ([]Range, error) {
	if pastSpace(text, p) < len(text) {
		return nil, badMultirange(text, "Junk after closing right brace.")
	}
	return rt.Normalize(list)
}

func (rt *RangeType) appendMultiText(dst, stored []byte, s *Style) []byte {
	dst = append(dst, '{')
	first := true
	for r := range rt.eachRange(stored) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = rt.appendText(dst, &r, s)
	}
	return append(dst, '}')
}

// receive is range_recv.
func (rt *RangeType) receive(b []byte) (r Range, err error) {
	if len(b) < 1 {
		return r, shortMessage()
	}
	f := b[0] & (rangeEmpty | rangeLowerInc | rangeUpperInc | rangeLowerInf | rangeUpperInf)
	b = b[1:]
	lower := RangeBound{Infinite: f&rangeLowerInf != 0, Inclusive: f&rangeLowerInc != 0}
	upper := RangeBound{Infinite: f&rangeUpperInf != 0, Inclusive: f&rangeUpperInc != 0}
	if f&(rangeEmpty|rangeLowerInf) == 0 {
		if b, err = rt.receiveBound(&lower, b); err != nil {
			return r, err
		}
	}
	if f&(rangeEmpty|rangeUpperInf) == 0 {
		if b, err = rt.receiveBound(&upper, b); err != nil {
			return r, err
		}
	}
	if len(b) > 0 {
		return r, pgerr.New(pgerr.ProtocolViolation, "invalid message format")
	}
	if f&rangeEmpty != 0 {
		return emptyRange, nil
	}
	return rt.Make(lower, upper)
}

func (rt *RangeType) receiveBound(to *RangeBound, b []byte) (rest []byte, err error) {
	v, rest, err := sizedPart(b)
	if err != nil {
		return nil, err
	}
	d, err := ParseBinary(Of(rt.Elem), v)
	to.Int, to.Num = d.Int, d.Num
	return rest, err
}

// sizedPart cuts off a part that its length stands before.
func sizedPart(b []byte) (part, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, shortMessage()
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n > int64(len(b)-4) {
		return nil, nil, shortMessage()
	}
	return b[4 : 4+n : 4+n], b[4+n:], nil
}

// receiveMulti is multirange_recv.
func (rt *RangeType) receiveMulti(b []byte) ([]Range, error) {
	if len(b) < 4 {
		return nil, shortMessage()
	}
	n := binary.BigEndian.Uint32(b)
	b = b[4:]
	var list []Range
	for range n {
		part, rest, err := sizedPart(b)
		if err != nil {
			return nil, err
		}
		r, err := rt.receive(part)
		if err != nil {
			return nil, err
		}
		list, b = append(list, r), rest
	}
	if len(b) > 0 {
		return nil, pgerr.New(pgerr.ProtocolViolation, "invalid message format")
	}
	return rt.Normalize(list)
}

// The hooks of the byte values' functions. ok is false for other types.

func parseRangeText(t OID, text []byte, s *Style) (d Datum, ok bool, err error) {
	if RangeTypeOf(t) == nil {
		return d, false, nil
	}
	d.Bytes, err = appendParsedRange(nil, t, text, s)
	return d, true, err
}

func appendParsedRange(dst []byte, t OID, text []byte, s *Style) ([]byte, error) {
	rt := RangeTypeOf(t)
	if rt.OID == t {
		r, err := rt.parse(text, s)
		if err != nil {
			return nil, err
		}
		return rt.Append(dst, &r), nil
	}
	list, err := rt.parseMulti(text, s)
	if err != nil {
		return nil, err
	}
	return rt.AppendMulti(dst, list), nil
}

func appendRangeText(dst []byte, t OID, stored []byte, s *Style) (out []byte, ok bool) {
	rt := RangeTypeOf(t)
	switch {
	case rt == nil:
		return dst, false
	case rt.OID == t:
		r := rt.Decode(stored)
		return rt.appendText(dst, &r, s), true
	}
	return rt.appendMultiText(dst, stored, s), true
}

func parseRangeBinary(t OID, b []byte) (d Datum, ok bool, err error) {
	rt := RangeTypeOf(t)
	switch {
	case rt == nil:
		return d, false, nil
	case rt.OID == t:
		var r Range
		if r, err = rt.receive(b); err == nil {
			d.Bytes = rt.Append(nil, &r)
		}
	default:
		var list []Range
		if list, err = rt.receiveMulti(b); err == nil {
			d.Bytes = rt.AppendMulti(nil, list)
		}
	}
	return d, true, err
}

// compareRanges and hashRange look at stored values.
func compareRanges(t OID, a, b []byte) (c int, ok bool) {
	rt := RangeTypeOf(t)
	switch {
	case rt == nil:
		return 0, false
	case rt.OID == t:
		x, y := rt.Decode(a), rt.Decode(b)
		return rt.Compare(&x, &y), true
	}
	return rt.compareStored(a, b), true
}

func hashRange(t OID, stored []byte) (h uint64, ok bool) {
	rt := RangeTypeOf(t)
	switch {
	case rt == nil:
		return 0, false
	case rt.OID == t:
		r := rt.Decode(stored)
		return rt.hash(&r), true
	}
	for r := range rt.eachRange(stored) {
		h = h*31 + rt.hash(&r)
	}
	return h, true
}
