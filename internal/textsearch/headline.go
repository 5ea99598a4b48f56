package textsearch

import (
	"bytes"
	"strconv"
	"strings"

	"howdah/internal/ctype"
	"howdah/pgerr"
)

// Headline makes excerpts of documents (ts_headline).
type Headline struct {
	doc    Document
	parser Parser
	words  []headWord
}

// headWord is a token of the document, and once more for each further operand that its lexeme matches.
type headWord struct {
	text     []byte
	kind     TokenType
	operand  *Node
	place    int
	repeated bool
	in       bool
	selected bool
	replaced bool
	skipped  bool
}

// headOptions are ts_headline's.
type headOptions struct {
	maxWords, minWords, shortWord, maxFragments int
	all                                         bool
	start, stop, delimiter                      string
}

func (w *headWord) interesting() bool { return w.operand != nil && !w.repeated }

// counts tells whether the token is a word, not a blank, a tag or what its parts follow.
func (w *headWord) counts() bool {
	switch w.kind {
	case Blank, Tag:
		return false
	}
	return !w.divided()
}

// divided tells whether the token's parts follow it.
func (w *headWord) divided() bool {
	switch w.kind {
	case URL, NumHyphenWord, AsciiHyphenWord, HyphenWord:
		return true
	}
	return false
}

// badEnd tells whether an excerpt should not end with the token.
func (w *headWord) badEnd(o *headOptions) bool {
	if w.interesting() {
		return false
	}
	if len(w.text) <= o.shortWord || !w.counts() {
		return true
	}
	switch w.kind {
	case ScientificFloat, Version, Float, Int, UnsignedInt, Protocol, Entity:
		return true
	}
	return false
}

// Append appends the excerpt of a text for the query of the tree, nil being the empty one. options is the function's
// last argument.
func (h *Headline) Append(dst []byte, c *Config, text []byte, root *Node, options []byte) ([]byte, error) {
	h.read(c, text, root)
	o := headOptions{maxWords: 35, minWords: 15, shortWord: 3, start: "<b>", stop: "</b>", delimiter: " ... "}
	if err := o.parse(options); err != nil {
		return nil, err
	}
	if !o.all {
		for _, check := range []struct {
			bad     bool
			message string
		}{
			{o.minWords >= o.maxWords, "MinWords should be less than MaxWords"},
			{o.minWords <= 0, "MinWords should be positive"},
			{o.shortWord < 0, "ShortWord should be >= 0"},
			{o.maxFragments < 0, "MaxFragments should be >= 0"},
		} {
			if check.bad {
				return nil, pgerr.New(pgerr.InvalidParameterValue, "%s", check.message)
			}
		}
	}
	maxCover := int(max(int32(o.maxWords)*10, 100))
	if o.maxFragments == 0 {
		h.choose(root, &o, maxCover)
	} else {
		if o.maxFragments > 0 {
			maxCover = int(int32(maxCover) * int32(o.maxFragments))
		}
		h.chooseFragments(root, &o, maxCover)
	}
	return h.write(dst, &o), nil
}

// read cuts the text into words and finds the operands that they match.
func (h *Headline) read(c *Config, text []byte, root *Node) {
	var list []*Node
	root.walk(func(n *Node) { list = append(list, n) })
	h.words = h.words[:0]
	d := &h.doc
	d.Reset(c)
	place := 0
	for h.parser.Reset(text); h.parser.Next(); {
		t, token := h.parser.Type, h.parser.Token
		if len(token) >= maxLexeme {
			continue
		}
		h.words = append(h.words, headWord{text: token, kind: t})
		if c.dict[t] == nil {
			continue
		}
		place++
		if d.buf = d.buf[:0]; !d.lexize(t, token) {
			continue
		}
		at := len(h.words) - 1
		h.words[at].place = limitPlace(place)
		for _, n := range list {
			if !bytes.Equal(n.Lexeme, d.buf) && !(n.Prefix && hasPrefix(d.buf, n.Lexeme)) {
				continue
			}
			if h.words[at].operand == nil {
				h.words[at].operand = n
				continue
			}
			w := h.words[at]
			w.operand, w.repeated = n, true
			h.words = append(h.words, w)
		}
	}
}

// first is the index of the next word from i that the query has, -1 if none.
func (h *Headline) first(i int) int {
	for ; i < len(h.words); i++ {
		if h.words[i].operand != nil {
			return i
		}
	}
	return -1
}

// cover finds the shortest stretch of words from index from that satisfies the query (hlCover).
func (h *Headline) cover(root *Node, from, maxCover int) (begin, end int, ok bool) {
	if root == nil {
		return 0, 0, false
	}
	for begin = h.first(from); begin >= 0; {
		next := -1
		end = begin
		for {
			part := h.words[begin : end+1]
			if execute(root, func(n *Node, at *places) verdict { return checkWords(part, n, at) }) != no {
				return begin, end, true
			}
			further := h.first(end + 1)
			if end == begin {
				next = further
			}
			if end = further; end < 0 || end-begin >= maxCover {
				break
			}
		}
		begin = next
	}
	return 0, 0, false
}

func checkWords(words []headWord, n *Node, at *places) verdict {
	for i := range words {
		if words[i].operand != n {
			continue
		}
		if at == nil {
			return yes
		}
		if p := Position(words[i].place); len(at.list) == 0 || at.list[len(at.list)-1] < p {
			at.list = append(at.list, p)
		}
	}
	if at != nil && len(at.list) > 0 {
		return yes
	}
	return no
}

// mark says what of the words begin to end is shown, and how.
func (h *Headline) mark(begin, end int, all bool) {
	for i := begin; i <= end && i < len(h.words); i++ {
		w := &h.words[i]
		w.selected = w.selected || w.operand != nil
		if w.kind == Tag && !all {
			w.replaced = true
		} else if w.divided() {
			w.skipped = true
		}
		w.in = !w.repeated
	}
}

// choose selects one excerpt, or the whole document (mark_hl_words).
func (h *Headline) choose(root *Node, o *headOptions, maxCover int) {
	if o.all {
		h.mark(0, len(h.words)-1, true)
		return
	}
	bestBegin, bestEnd, bestCount, bestCover := -1, -1, -1, false
	bad := func(i int) bool { return i < 0 || i >= len(h.words) || h.words[i].badEnd(o) }
	for from := 0; ; {
		p, q, ok := h.cover(root, from, maxCover)
		if !ok {
			break
		}
		length, count := 0, 0
		note := func(i, sign int) {
			if h.words[i].counts() {
				length += sign
			}
			if h.words[i].interesting() {
				count += sign
			}
		}
		begin, end, i := p, p, p
		for ; i <= q && length < o.maxWords; i++ {
			note(i, 1)
			end = i
		}
		if length < o.maxWords { // there is room: on to the right, to a good end
			for i--; i < len(h.words) && length < o.maxWords; i++ {
				if i > q {
					note(i, 1)
				}
				if end = i; !bad(i) && length >= o.minWords {
					break
				}
			}
			if length < o.minWords { // then to the left
				for i = p - 1; i >= 0; i-- {
					if note(i, 1); length >= o.maxWords || !bad(i) && length >= o.minWords {
						break
					}
				}
				begin = max(i, 0)
			}
		} else { // a bad end is cut off
			for i = min(i, q); length > o.minWords && bad(i); i-- {
				note(i, -1)
				end = i - 1
			}
		}
		whole := begin <= p && end >= q
		if whole && !bestCover || whole == bestCover && (count > bestCount || count == bestCount && !bad(end) && bad(bestEnd)) {
			bestBegin, bestEnd, bestCount, bestCover = begin, end, count, whole
		}
		from = p + 1
	}
	if bestCount < 0 {
		bestBegin, bestEnd = 0, h.head(o)
	}
	h.mark(bestBegin, bestEnd, false)
}

// head is the index of the last of the first words, as many as an excerpt has at least; -1 if there are none.
func (h *Headline) head(o *headOptions) int {
	length, end := 0, -1
	for i := 0; i < len(h.words) && length < o.minWords; i++ {
		if h.words[i].counts() {
			length++
		}
		end = i
	}
	return end
}

// fragment is a part of a cover that is short enough.
type fragment struct {
	begin, end     int
	count, length  int
	chosen, closed bool
}

// fragments cuts the covers of the query (get_next_fragment).
func (h *Headline) fragments(root *Node, o *headOptions, maxCover int) []fragment {
	var out []fragment
	for from := 0; ; {
		p, q, ok := h.cover(root, from, maxCover)
		if !ok {
			return out
		}
		for begin := p; begin <= q; {
			f := h.fragment(begin, q, o)
			out = append(out, f)
			begin = f.end + 1
		}
		from = p + 1
	}
}

func (h *Headline) fragment(begin, end int, o *headOptions) fragment {
	f := fragment{begin: begin, end: end}
	for i := begin; i <= end; i++ {
		if f.begin = i; h.words[i].interesting() {
			break
		}
	}
	i := f.begin
	for ; i <= end && f.length < o.maxWords; i++ {
		if h.words[i].counts() {
			f.length++
		}
		if h.words[i].interesting() {
			f.count++
		}
	}
	if end > i { // cut: back to a word of the query
		f.end = i
		for ; i >= f.begin; i-- {
			if f.end = i; h.words[i].interesting() {
				break
			}
			if h.words[i].counts() {
				f.length--
			}
		}
	}
	return f
}

// chooseFragments selects several excerpts (mark_hl_fragments).
func (h *Headline) chooseFragments(root *Node, o *headOptions, maxCover int) {
	list := h.fragments(root, o, maxCover)
	chosen := 0
	for ; chosen < o.maxFragments; chosen++ {
		best, count, length := -1, 0, int(^uint32(0)>>1)
		for i := range list {
			if f := &list[i]; !f.chosen && !f.closed && (count < f.count || count == f.count && length > f.length) {
				best, count, length = i, f.count, f.length
			}
		}
		if best < 0 {
			break
		}
		f := &list[best]
		f.chosen = true
		h.stretch(f, o)
		h.mark(f.begin, f.end, o.all)
		for i := range list {
			if g := &list[i]; i != best && (g.begin >= f.begin && g.begin <= f.end || g.end >= f.begin && g.end <= f.end ||
				g.begin < f.begin && g.end > f.end) {
				g.closed = true
			}
		}
	}
	if chosen == 0 {
		h.mark(0, h.head(o), o.all)
	}
}

// stretch makes a fragment longer on both sides.
func (h *Headline) stretch(f *fragment, o *headOptions) {
	if f.length >= o.maxWords {
		return
	}
	room, taken := (o.maxWords-f.length)/2, 0
	far := f.begin
	for i := f.begin - 1; i >= 0 && taken < room && !h.words[i].in; i-- {
		if h.words[i].counts() {
			f.length++
			taken++
		}
		far = i
	}
	for ; far < f.begin && h.words[far].badEnd(o); far++ {
		if h.words[far].counts() {
			f.length--
		}
	}
	f.begin = far
	far = f.end
	for i := f.end + 1; i < len(h.words) && f.length < o.maxWords && !h.words[i].in; i++ {
		if h.words[i].counts() {
			f.length++
		}
		far = i
	}
	for ; far > f.end && h.words[far].badEnd(o); far-- {
		if h.words[far].counts() {
			f.length--
		}
	}
	f.end = far
}

// write prints what was chosen (generateHeadline).
func (h *Headline) write(dst []byte, o *headOptions) []byte {
	inside, count := false, 0
	for i := range h.words {
		w := &h.words[i]
		switch {
		case w.repeated:
		case !w.in:
			inside = false
		default:
			if !inside {
				inside = true
				if count++; count > 1 {
					dst = append(dst, o.delimiter...)
				}
			}
			switch {
			case w.replaced:
				dst = append(dst, ' ')
			case w.skipped:
			case w.selected:
				dst = append(append(append(dst, o.start...), w.text...), o.stop...)
			default:
				dst = append(dst, w.text...)
			}
		}
	}
	return dst
}

// parse reads options: name = value, with values as they are or in quotes of either kind (deserialize_deflist).
func (o *headOptions) parse(text []byte) error {
	bad := func() error {
		return pgerr.New(pgerr.SyntaxError, "invalid parameter list format: \"%s\"", text)
	}
	type option struct{ name, value string }
	var list []option
	i := 0
	quotedUpTo := func(quote byte) (string, bool) {
		var out []byte
		for ; i < len(text); i++ {
			c := text[i]
			if c == quote {
				if i++; !isAt(text, i, quote) {
					return string(out), true
				}
			} else if c == '\\' && quote == '\'' && isAt(text, i+1, '\\') {
				i++
			}
			out = append(out, c)
		}
		return "", false
	}
	blank := func() bool { return i < len(text) && ctype.Is(ctype.Space, rune(text[i]), true) }
	for i < len(text) {
		if blank() || text[i] == ',' {
			i++
			continue
		}
		var name, value string
		if text[i] == '"' {
			i++
			var ok bool
			if name, ok = quotedUpTo('"'); !ok {
				return bad()
			}
		} else {
			start := i
			for i < len(text) && !blank() && text[i] != '=' {
				i++
			}
			name = string(text[start:i])
		}
		for blank() {
			i++
		}
		if !isAt(text, i, '=') {
			return bad()
		}
		i++
		for blank() {
			i++
		}
		if i >= len(text) {
			return bad()
		}
		if text[i] == 'E' && isAt(text, i+1, '\'') {
			i++
		}
		if q := text[i]; q == '\'' || q == '"' {
			i++
			var ok bool
			if value, ok = quotedUpTo(q); !ok {
				return bad()
			}
		} else {
			start := i
			for i++; i < len(text) && !blank() && text[i] != ','; {
				i++
			}
			if value = string(text[start:i]); value != "" {
				if n, err := strconv.ParseInt(value, 10, 32); err == nil { // a number loses its zeros
					value = strconv.FormatInt(n, 10)
				}
			}
		}
		list = append(list, option{name, value})
	}
	for _, p := range list {
		if err := o.set(p.name, p.value); err != nil {
			return err
		}
	}
	return nil
}

func (o *headOptions) set(name, value string) (err error) {
	switch strings.ToLower(name) {
	case "maxwords":
		o.maxWords, err = parseInt4(value)
	case "minwords":
		o.minWords, err = parseInt4(value)
	case "shortword":
		o.shortWord, err = parseInt4(value)
	case "maxfragments":
		o.maxFragments, err = parseInt4(value)
	case "startsel":
		o.start = value
	case "stopsel":
		o.stop = value
	case "fragmentdelimiter":
		o.delimiter = value
	case "highlightall":
		switch strings.ToLower(value) {
		case "1", "on", "true", "t", "y", "yes":
			o.all = true
		default:
			o.all = false
		}
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "unrecognized headline parameter: \"%s\"", name)
	}
	return err
}

// parseInt4 is pg_strtoint32.
func parseInt4(s string) (int, error) {
	t := strings.Trim(s, " \t\n\v\f\r")
	digits := strings.TrimLeft(t, "+-")
	if len(t)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", "integer", s)
	}
	n, err := strconv.ParseInt(t, 10, 32)
	if err != nil {
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", s, "integer")
	}
	return int(n), nil
}
