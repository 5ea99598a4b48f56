package hostile

import (
	"bytes"
	"strings"
)

// jsonTokens takes a document apart: strings, runs of blanks, punctuation, and what lies between.
func jsonTokens(b []byte) (out []string) {
	for i := 0; i < len(b); {
		j := i + 1
		switch c := b[i]; {
		case c == '"':
			for j < len(b) && b[j] != '"' {
				if b[j] == '\\' {
					j++
				}
				j++
			}
			j = min(j+1, len(b))
		case strings.IndexByte("{}[]:,", c) >= 0:
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			for j < len(b) && (b[j] == ' ' || b[j] == '\n' || b[j] == '\r' || b[j] == '\t') {
				j++
			}
		default:
			for j < len(b) && strings.IndexByte("{}[]:,\" \n\r\t", b[j]) < 0 {
				j++
			}
		}
		out = append(out, string(b[i:j]))
		i = j
	}
	return out
}

// jsonStrings are strings, sound or not.
var jsonStrings = []string{
	`""`, `"\u0000"`, `"\ud800"`, `"\udc00"`, `"\ud83d\ude00"`, `"\ud83d\ud83d"`, `"\u12"`, `"\x41"`, `"\`, `"\"`, `"`, `"\\"`, `"\/"`, `"\u00e4"`, "\"a\nb\"", "\"a\tb\"", "\"\x00\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\u2028\"", `'a'`,
	`"NaN"`, `"1e400"`, `"9223372036854775808"`, `"2024-02-30"`, `"infinity"`, `"{1,2}"`, `"{\"a\":1}"`, `"t"`, `"\n"`,
}

// jsonOdds are put between tokens.
var jsonOdds = []string{
	",", ":", "{", "}", "[", "]", "null", "true", "false", "nul", "NULL", "True", "undefined", "/* c */", "// c\n", "#", "\x00", "\ufeff", "\u00a0", "\f", "\x1e", ";", "\n", "\r", "\r\n", " ", "[]", "{}", "[[]]", `{"":{}}`, `,,`, `{"a":1,"a":2}`, `[1,2,3]`, `"x":1,`, "-", "+",
}

// maxRepeated is how large a mutant becomes by repetition.
const maxRepeated = 8 << 20

// mutateJSON damages a document, or lines of them, a few times.
func mutateJSON(d dice, data []byte, s *story) []byte {
	tokens := jsonTokens(data)
	for range d.upto(3) {
		if len(tokens) == 0 {
			return nil
		}
		tokens = mutateJSONTokens(d, tokens, s)
	}
	out := []byte(strings.Join(tokens, ""))
	switch d.IntN(50) {
	case 0:
		s.add("as UTF-16")
		return utf16Of(d, out)
	case 1:
		s.add("with a BOM")
		return append([]byte("\xef\xbb\xbf"), out...)
	case 2:
		n := min(d.upto(40), maxRepeated/(len(out)+1))
		s.add("%d times", n+1)
		return bytes.Repeat(out, n+1)
	case 3:
		return damageBytes(d, out, s)
	case 4:
		s.add("line ends are CR LF")
		return bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out
}

func mutateJSONTokens(d dice, tokens []string, s *story) []string {
	i := d.IntN(len(tokens))
	for strings.TrimSpace(tokens[i]) == "" && !d.one(8) && i+1 < len(tokens) {
		i++
	}
	if tokens[i] == "" {
		tokens[i] = " "
	}
	was := tokens[i]
	put := func(from, to int, with ...string) []string {
		return append(append(append([]string{}, tokens[:from]...), with...), tokens[to:]...)
	}
	value := was[0] != '{' && was[0] != '}' && was[0] != '[' && was[0] != ']' && was[0] != ',' && was[0] != ':'
	switch d.IntN(16) {
	case 0, 1, 2, 3:
		if !value {
			tokens[i] = pick(d, jsonOdds)
			break
		}
		if was[0] == '"' != d.one(4) {
			tokens[i] = pick(d, jsonStrings)
		} else {
			tokens[i] = d.number()
		}
	case 4:
		s.add("%s is gone", head(was))
		return put(i, i+1)
	case 5:
		n := d.upto(5)
		if d.one(30) {
			n = d.upto(5000)
		}
		s.add("%s is there %d times more", head(was), n)
		return put(i, i, strings.Repeat(was, n))
	case 6:
		odd := pick(d, jsonOdds)
		s.add("%q put in before %s", odd, head(was))
		return put(i, i, odd)
	case 7:
		j := d.IntN(len(tokens))
		s.add("%s and %s change places", head(was), head(tokens[j]))
		tokens[i], tokens[j] = tokens[j], tokens[i]
	case 8:
		cut := d.IntN(len(was))
		s.add("%s is cut to %d bytes", head(was), cut)
		tokens[i] = was[:cut]
		if d.one(3) {
			return tokens[:i+1]
		}
	case 9:
		deep := pick(d, []int{1, 2, 10, 100, 500, 1000, 1023, 1024, 1025, 6400, 6401, 10000, 100000})
		open, end := "[", "]"
		if d.one(3) {
			open, end = `{"a":`, "}"
		}
		if d.one(4) {
			end = ""
		}
		s.add("%s within %d of %s", head(was), deep, open)
		tokens[i] = strings.Repeat(open, deep) + was + strings.Repeat(end, deep)
	case 10:
		n := d.upto(2000)
		s.add("%s is an array of %d", head(was), n)
		tokens[i] = "[" + strings.Repeat(was+",", n) + was + "]"
	case 11: // a member twice, or one that nobody knows
		for k := i; k+2 < len(tokens); k++ {
			if tokens[k] == ":" && k > 0 {
				name := tokens[k-1]
				if d.one(3) {
					name = pick(d, jsonStrings)
				}
				s.add("one more member %s", head(name))
				return put(k-1, k-1, name, ":", pick(d, []string{"1", "null", `"x"`, "{}", "[]", d.number(), pick(d, jsonStrings)}), ",")
			}
		}
	case 12: // a large string or number
		s.add("%s is large", head(was))
		n := d.upto(1 << 12)
		if d.one(20) {
			n = 1 << 20
		}
		if d.one(2) {
			tokens[i] = `"` + strings.Repeat(pick(d, []string{"x", `\n`, `\u00e4`, "ü", `\ud83d\ude00`}), n) + `"`
		} else {
			tokens[i] = strings.Repeat("7", n)
		}
	case 13: // a value from elsewhere
		j := d.IntN(len(tokens))
		end := min(len(tokens), j+d.upto(12))
		piece := strings.Join(tokens[j:end], "")
		s.add("%s put over %s", head(piece), head(was))
		tokens[i] = piece
	case 14:
		k := d.IntN(len(was))
		tokens[i] = was[:k] + pick(d, oddTexts) + was[k+d.IntN(2):]
	case 15:
		if d.one(3) {
			s.add("it ends before %s", head(was))
			return tokens[:i]
		}
		j := d.IntN(len(tokens))
		i, j = min(i, j), max(i, j)
		j = min(j, i+d.upto(30))
		s.add("%d tokens are gone from %s on", j-i, head(was))
		return put(i, j)
	}
	if tokens[i] != was {
		s.add("%s is %s", head(was), head(tokens[i]))
	}
	return tokens
}
