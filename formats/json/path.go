package json

import (
	"strconv"
	"strings"

	"howdah/pgerr"
)

// step leads from a value to those within it.
type step struct {
	name    string // of a member
	member  bool   // the member of that name
	members bool   // every member
	index   int    // of an element, from 0
	element bool   // the element of that index
	each    bool   // every element
}

func (t *step) takesMember(name []byte) bool { return t.members || t.member && string(name) == t.name }

func (t *step) takesElement(i int) bool { return t.each || t.element && i == t.index }

// parsePath reads a path in any of three notations: names joined by dots, where "item" also stands for every element of
// an array, as cloudfs_fdw has it; a JSON pointer (RFC 6901), which begins with a slash; or JSONPath with members,
// indexes and [*], which begins with $.
func parsePath(option, text string) ([]step, error) {
	bad := func(why string) error {
		return pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %q", option, text).WithDetail("%s", why).
			WithHint("A path is data.item, /data/rows or $.data.rows[*].")
	}
	switch {
	case text == "":
		return nil, nil
	case text[0] == '/':
		var steps []step
		for _, t := range strings.Split(text[1:], "/") {
			n := strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
			s := step{name: n, member: true}
			if i, err := strconv.Atoi(t); err == nil && i >= 0 && strconv.Itoa(i) == t {
				s.index, s.element = i, true
			}
			steps = append(steps, s)
		}
		return steps, nil
	case text[0] == '$':
		return parseJSONPath(text, bad)
	}
	return parseDotted(text, bad)
}

// parseDotted reads names, indexes in brackets and the word item.
func parseDotted(text string, bad func(string) error) ([]step, error) {
	if text[0] == '[' {
		return parseJSONPath("$"+text, bad)
	}
	if strings.ContainsAny(text, `["*`) {
		return parseJSONPath("$."+text, bad)
	}
	var steps []step
	for _, n := range strings.Split(text, ".") {
		if n == "" {
			return nil, bad("A name is missing.")
		}
		steps = append(steps, step{name: n, member: true, each: n == "item"})
	}
	return steps, nil
}

func parseJSONPath(text string, bad func(string) error) ([]step, error) {
	var steps []step
	for rest := text[1:]; rest != ""; {
		switch {
		case strings.HasPrefix(rest, ".*"):
			steps = append(steps, step{members: true})
			rest = rest[2:]
		case rest[0] == '.' && len(rest) > 1 && rest[1] == '"':
			name, tail, ok := quoted(rest[1:], "")
			if !ok {
				return nil, bad("A quote is not closed.")
			}
			steps, rest = append(steps, step{name: name, member: true}), tail
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			name := rest[1 : end+1]
			if name == "" || strings.ContainsAny(name, "?@()\"'* ") {
				return nil, bad("Only members, indexes, .* and [*] are supported.")
			}
			steps, rest = append(steps, step{name: name, member: true}), rest[end+1:]
		case strings.HasPrefix(rest, "[*]"):
			steps = append(steps, step{each: true})
			rest = rest[3:]
		case strings.HasPrefix(rest, "['"), strings.HasPrefix(rest, `["`):
			name, tail, ok := quoted(rest[1:], "]")
			if !ok {
				return nil, bad("A quote or bracket is not closed.")
			}
			steps, rest = append(steps, step{name: name, member: true}), tail
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, bad("A bracket is not closed.")
			}
			i, err := strconv.Atoi(rest[1:end])
			if err != nil || i < 0 {
				return nil, bad("Only members, indexes, .* and [*] are supported.")
			}
			steps, rest = append(steps, step{index: i, element: true}), rest[end+1:]
		default:
			return nil, bad("Only members, indexes, .* and [*] are supported.")
		}
	}
	return steps, nil
}

// quoted reads a quoted name, with backslashes before quotes and backslashes, and what must follow it.
func quoted(text, then string) (name, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0]:
			rest, ok = strings.CutPrefix(text[i+1:], then)
			return b.String(), rest, ok
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
