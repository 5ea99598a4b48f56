package json

import (
	"bytes"
	"slices"
	"strings"

	"howdah/types"
)

// deepest is how many objects deep an array of rows is looked for.
const deepest = 4

// mend makes a whole document of the beginning of one: what is cut at the end goes, and what is open then is closed.
func mend(head []byte) []byte {
	var open []byte
	key := false // a member's name is next
	good, i := 0, 0
scan:
	for i < len(head) {
		switch c := head[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
		case '{', '[':
			open = append(open, c+2) // the closing one: { is 7B, } is 7D, [ is 5B, ] is 5D
			key = c == '{'
			i++
			good = i
		case '}', ']':
			if len(open) == 0 {
				break scan
			}
			open = open[:len(open)-1]
			key = false
			i++
			good = i
		case ',':
			key = len(open) > 0 && open[len(open)-1] == '}'
			i++
		case ':':
			key = false
			i++
		case '"':
			end := i + 1
			for end < len(head) && head[end] != '"' {
				if head[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(head) {
				break scan
			}
			i = end + 1
			if !key {
				good = i
			}
		default:
			n := bytes.IndexAny(head[i:], " \t\r\n,]}")
			if n <= 0 {
				break scan // it may be cut, or is no JSON
			}
			i += n
			good = i
		}
	}
	slices.Reverse(open)
	return append(append(make([]byte, 0, good+len(open)), head[:good]...), open...)
}

// rowsWithin finds the largest array of objects below the members of an object, and gives the way to it.
func rowsWithin(v []byte, depth int) (way []string, size int) {
	types.EachJSON(v, func(key, value []byte) bool {
		if len(value) <= max(size, 1) {
			return true
		}
		var below []string
		n := 0
		switch value[0] {
		case '[':
			if value[types.SkipJSONSpace(value, 1)] == '{' {
				n = len(value)
			}
		case '{':
			if depth > 1 {
				below, n = rowsWithin(value, depth-1)
			}
		}
		if n > size {
			if name, err := appendUnescaped(nil, key); err == nil {
				way, size = append([]string{string(name)}, below...), n
			}
		}
		return true
	})
	return way, size
}

// asPath writes a way for json_path.
func asPath(way []string) string {
	if !slices.ContainsFunc(way, func(n string) bool {
		return n == "" || strings.ContainsAny(n, `./"\[*?@()' `) || n == "item" || n[0] == '$'
	}) {
		return strings.Join(way, ".")
	}
	var b strings.Builder
	b.WriteByte('$')
	for _, n := range way {
		b.WriteString(`["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(n) + `"]`)
	}
	return b.String()
}
