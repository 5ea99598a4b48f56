package hostile

import (
	"bytes"
	"fmt"
	"strings"
)

// xmlToken is a tag, a text, or anything between <! or <? and its end.
type xmlToken struct {
	kind byte // '<' start, '/' end, 'e' empty, 't' text, '!' other
	text string
}

// xmlTokens takes a document apart; what is no XML comes as text.
func xmlTokens(b []byte) (out []xmlToken) {
	s := string(b)
	for len(s) > 0 {
		if s[0] != '<' {
			i := strings.IndexByte(s, '<')
			if i < 0 {
				i = len(s)
			}
			out = append(out, xmlToken{'t', s[:i]})
			s = s[i:]
			continue
		}
		end, kind := ">", byte('<')
		switch {
		case strings.HasPrefix(s, "<!--"):
			end, kind = "-->", '!'
		case strings.HasPrefix(s, "<![CDATA["):
			end, kind = "]]>", '!'
		case strings.HasPrefix(s, "<?"):
			end, kind = "?>", '!'
		case strings.HasPrefix(s, "<!"):
			kind = '!'
		case strings.HasPrefix(s, "</"):
			kind = '/'
		}
		i := strings.Index(s, end)
		if i < 0 {
			return append(out, xmlToken{'t', s})
		}
		t := s[:i+len(end)]
		if kind == '<' && strings.HasSuffix(t, "/>") {
			kind = 'e'
		}
		out = append(out, xmlToken{kind, t})
		s = s[i+len(end):]
	}
	return out
}

func xmlJoin(tokens []xmlToken) []byte {
	var b bytes.Buffer
	for _, t := range tokens {
		b.WriteString(t.text)
	}
	return b.Bytes()
}

// element is where the element that token i begins ends: after its last token.
func element(tokens []xmlToken, i int) int {
	if tokens[i].kind != '<' {
		return i + 1
	}
	deep := 0
	for k := i; k < len(tokens); k++ {
		switch tokens[k].kind {
		case '<':
			deep++
		case '/':
			if deep--; deep == 0 {
				return k + 1
			}
		}
	}
	return len(tokens)
}

// xmlAttributes are attributes by which spreadsheets declare what must not be believed.
var xmlAttributes = []string{
	"r", "s", "t", "spans", "ref", "count", "uniqueCount", "numFmtId", "formatCode", "xml:space", "min", "max", "hidden", "outlineLevel", "sheetId", "r:id", "state", "date1904", "Id", "Target", "TargetMode", "Type",
	"table:number-columns-repeated", "table:number-rows-repeated", "table:number-columns-spanned", "table:number-rows-spanned", "table:style-name", "table:visibility", "table:display",
	"office:value-type", "calcext:value-type", "office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value", "office:currency", "text:c", "table:name", "style:name", "style:data-style-name", "xmlns", "xmlns:table", "xmlns:x", "encoding", "version",
	"manifest:size", "manifest:key-size", "manifest:iteration-count", "spinCount", "blockSize", "keyBits", "saltSize", "hashAlgorithm",
}

// mutateXML damages a document a few times.
func mutateXML(d dice, data []byte, s *story) []byte {
	tokens := xmlTokens(data)
	if len(tokens) == 0 {
		return damageBytes(d, data, s)
	}
	for range d.upto(3) {
		if len(tokens) == 0 {
			break
		}
		tokens = mutateTags(d, tokens, s)
	}
	out := xmlJoin(tokens)
	switch d.IntN(60) {
	case 0:
		out = utf16Of(d, out)
		s.add("as UTF-16")
	case 1:
		out = append([]byte("\xef\xbb\xbf"), out...)
		s.add("with a BOM")
	case 2:
		out = damageBytes(d, out, s)
	}
	return out
}

// tagAt finds a token of one of the kinds, from a random one on.
func tagAt(d dice, tokens []xmlToken, kinds string) int {
	start := d.IntN(len(tokens))
	for k := range tokens {
		i := (start + k) % len(tokens)
		if strings.IndexByte(kinds, tokens[i].kind) >= 0 {
			return i
		}
	}
	return start
}

func mutateTags(d dice, tokens []xmlToken, s *story) []xmlToken {
	put := func(from, to int, with ...xmlToken) []xmlToken {
		return append(append(append([]xmlToken{}, tokens[:from]...), with...), tokens[to:]...)
	}
	raw := func(text string) xmlToken { return xmlToken{'!', text} }
	any := d.IntN(len(tokens))
	switch d.IntN(20) {
	case 0, 1, 2, 3, 4: // an attribute's value
		i := tagAt(d, tokens, "<e!")
		t := &tokens[i]
		n := strings.Count(t.text, `="`)
		if n == 0 {
			name := pick(d, xmlAttributes)
			t.text = insertAttribute(t.text, name, xmlValue(d, tokens))
			s.add("attribute %s put into %s", name, head(t.text))
			return tokens
		}
		which := d.IntN(n)
		t.text = setAttribute(t.text, which, xmlValue(d, tokens))
		s.add("attribute %d now %s", which, head(t.text))
	case 5, 6: // another attribute
		i := tagAt(d, tokens, "<e")
		name := pick(d, xmlAttributes)
		tokens[i].text = insertAttribute(tokens[i].text, name, xmlValue(d, tokens))
		s.add("attribute %s put into %s", name, head(tokens[i].text))
	case 7: // an attribute is gone, or its name is another, or there twice
		i := tagAt(d, tokens, "<e")
		tokens[i].text = breakAttribute(d, tokens[i].text)
		s.add("an attribute broken: %s", head(tokens[i].text))
	case 8, 9: // a text
		i := tagAt(d, tokens, "t")
		s.add("text %s is another", head(tokens[i].text))
		if d.one(3) {
			tokens[i].text = d.text()
		} else {
			tokens[i].text = d.number()
		}
	case 10: // an element is gone
		i := tagAt(d, tokens, "<e")
		s.add("element %s is gone", head(tokens[i].text))
		return put(i, element(tokens, i))
	case 11: // an element is there several times
		i := tagAt(d, tokens, "<e")
		end := element(tokens, i)
		times := d.upto(6)
		if end-i < 8 && d.one(4) {
			times = d.upto(3000)
		}
		s.add("element %s is there %d times more", head(tokens[i].text), times)
		var more []xmlToken
		for range times {
			more = append(more, tokens[i:end]...)
		}
		return put(end, end, more...)
	case 12: // an element within itself
		i := tagAt(d, tokens, "<")
		end := element(tokens, i)
		deep := pick(d, []int{1, 2, 10, 100, 255, 256, 257, 5000, 100000})
		s.add("element %s is nested %d deep", head(tokens[i].text), deep)
		last := tokens[end-1].text
		if d.one(3) {
			last = ""
		}
		return append(append(append(append([]xmlToken{}, tokens[:i]...), raw(strings.Repeat(tokens[i].text, deep))), tokens[i:end]...), append([]xmlToken{raw(strings.Repeat(last, deep))}, tokens[end:]...)...)
	case 13: // a tag is gone
		i := tagAt(d, tokens, pick(d, []string{"<", "/", "e"}))
		s.add("tag %s is gone", head(tokens[i].text))
		return put(i, i+1)
	case 14: // two tokens swap places
		j := d.IntN(len(tokens))
		s.add("%s and %s change places", head(tokens[any].text), head(tokens[j].text))
		tokens[any], tokens[j] = tokens[j], tokens[any]
	case 15: // something odd in between
		odd := pick(d, []string{
			"<!-- a -- b -->", "<!--", "<![CDATA[<row>]]>", "<![CDATA[", "]]>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "<?p q?>", "<?", "<!DOCTYPE x>",
			"<!DOCTYPE lolz [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">", "<!ENTITY % p SYSTEM \"http://127.0.0.1/\">",
			"&b;", "&#1;", "&#xFFFF;", "<", ">", "<>", "</>", "< a>", "<a", "<a b>", "<a b=>", "<a b=c>", "<a 'b'>", "<a:b:c/>", "<:/>", "\x00", "\xff", "\u2028",
		})
		s.add("%q put in before %s", odd, head(tokens[any].text))
		return put(any, any, raw(odd))
	case 16: // another namespace's prefix, or none
		i := tagAt(d, tokens, "</e")
		prefix := pick(d, []string{"x:", "a:", "table:", "xmlns:", ":", "ns0:"})
		if d.one(2) {
			for k := range tokens {
				tokens[k].text = rename(tokens[k], prefix)
			}
			s.add("all tags with the prefix %s", prefix)
			break
		}
		tokens[i].text = rename(tokens[i], prefix)
		s.add("tag %s with another prefix", head(tokens[i].text))
	case 17: // a piece of the document elsewhere
		i := tagAt(d, tokens, "<e")
		end := element(tokens, i)
		j := d.IntN(len(tokens))
		s.add("element %s put in before %s too", head(tokens[i].text), head(tokens[j].text))
		return put(j, j, append([]xmlToken{}, tokens[i:end]...)...)
	case 18: // an end
		if d.one(3) {
			s.add("it ends before %s", head(tokens[any].text))
			return tokens[:any]
		}
		i := tagAt(d, tokens, "<e/")
		cut := d.IntN(len(tokens[i].text))
		s.add("tag %s is cut to %d bytes", head(tokens[i].text), cut)
		tokens[i].text = tokens[i].text[:cut]
	case 19: // a byte
		if t := &tokens[any]; t.text != "" {
			i := d.IntN(len(t.text))
			t.text = t.text[:i] + pick(d, []string{"\x00", "\xff", "<", ">", "&", "\"", "'", "=", "/", " ", ":", "\r", "\u00fc", "\xc3"}) + t.text[i+d.IntN(2):]
			s.add("a character of %s", head(t.text))
		}
	}
	return tokens
}

func head(text string) string {
	if len(text) > 48 {
		return fmt.Sprintf("%q…", text[:48])
	}
	return fmt.Sprintf("%q", text)
}

// xmlValue is a value for an attribute: odd, or from elsewhere in the document.
func xmlValue(d dice, tokens []xmlToken) string {
	switch d.IntN(5) {
	case 0:
		t := tokens[tagAt(d, tokens, "<e")].text
		if parts := strings.Split(t, `"`); len(parts) > 2 {
			return parts[1+2*d.IntN((len(parts)-1)/2)]
		}
	case 1:
		return strings.ReplaceAll(d.text(), `"`, "&quot;")
	}
	return d.number()
}

func setAttribute(tag string, which int, value string) string {
	parts := strings.Split(tag, `="`)
	rest := parts[which+1]
	if i := strings.IndexByte(rest, '"'); i >= 0 {
		parts[which+1] = value + rest[i:]
	}
	return strings.Join(parts, `="`)
}

func insertAttribute(tag, name, value string) string {
	i := strings.IndexAny(tag, " />?")
	if i <= 0 {
		return tag
	}
	return tag[:i] + " " + name + `="` + strings.ReplaceAll(value, `"`, "&quot;") + `"` + tag[i:]
}

func breakAttribute(d dice, tag string) string {
	fields := strings.Split(tag, " ")
	if len(fields) < 2 {
		return insertAttribute(tag, "", "")
	}
	i := 1 + d.IntN(len(fields)-1)
	switch d.IntN(5) {
	case 0:
		fields[i] = strings.Repeat(fields[i]+" ", 1+d.upto(50))
	case 1:
		fields[i] = "x" + fields[i]
	case 2:
		fields[i] = strings.ReplaceAll(fields[i], `"`, "'")
	case 3:
		fields[i] = strings.Replace(fields[i], `"`, "", 1)
	default:
		fields[i] = strings.TrimLeft(fields[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-=\"0123456789")
	}
	return strings.Join(fields, " ")
}

// rename changes the prefix of a tag.
func rename(t xmlToken, prefix string) string {
	skip := 1
	switch t.kind {
	case '/':
		skip = 2
	case '<', 'e':
	default:
		return t.text
	}
	if len(t.text) <= skip {
		return t.text // cut before
	}
	name := t.text[skip:]
	if i := strings.IndexByte(name, ':'); i >= 0 && i < strings.IndexAny(name+" ", " />") {
		name = name[i+1:]
	}
	return t.text[:skip] + prefix + name
}

// utf16Of spells ASCII text as UTF-16.
func utf16Of(d dice, b []byte) []byte {
	var out []byte
	big := d.one(2)
	if !d.one(4) {
		b = append([]byte{0}, b...) // room for the mark
	}
	for i, c := range b {
		switch {
		case i == 0 && c == 0 && big:
			out = append(out, 0xfe, 0xff)
		case i == 0 && c == 0:
			out = append(out, 0xff, 0xfe)
		case big:
			out = append(out, 0, c)
		default:
			out = append(out, c, 0)
		}
	}
	if d.one(5) {
		out = out[:len(out)-1]
	}
	return out
}
