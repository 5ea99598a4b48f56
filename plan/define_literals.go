package plan

import (
	"cmp"
	"slices"
	"strings"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// fixLiterals writes the literals of dates and times in the text that was bound so that they are read alike whatever
// DateStyle, TimeZone and IntervalStyle are, and whenever: 'now' is the moment that it was.
func (q *query) fixLiterals(text string) (string, error) {
	type literal struct {
		at, end int
		value   string
	}
	var found []literal
	for e, loc := range q.b.res.Literals() {
		if !isTimely(e.Typ.OID) || e.Value.Null || loc < 0 || int(loc) >= len(text) {
			continue
		}
		end, ok := literalEnd(text, int(loc))
		if !ok {
			continue // no literal, but what a constant was made of
		}
		value := string(types.AppendText(nil, e.Typ, &e.Value, types.DefaultStyle()))
		l := literal{int(loc), end, "'" + strings.ReplaceAll(value, "'", "''") + "'"}
		if i := slices.IndexFunc(found, func(x literal) bool { return x.at == l.at }); i >= 0 {
			if found[i].value != l.value {
				return "", pgerr.New(pgerr.FeatureNotSupported, "the literal %s means two things in this view", text[l.at:l.end]).
					WithHint("Cast it to the type that is meant.")
			}
			continue
		}
		found = append(found, l)
	}
	slices.SortFunc(found, func(a, b literal) int { return cmp.Compare(b.at, a.at) })
	for _, l := range found {
		text = text[:l.at] + l.value + text[l.end:]
	}
	return text, nil
}

// isTimely tells the types whose literals mean different things under different settings.
func isTimely(t types.OID) bool {
	if elem := expr.ElementOf(t); elem != types.InvalidOID {
		t = elem
	}
	switch t {
	case types.DateOID, types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID:
		return true
	}
	switch expr.TypeName(t) {
	case "daterange", "tsrange", "tstzrange", "datemultirange", "tsmultirange", "tstzmultirange":
		return true
	}
	return false
}

// literalEnd finds the end of the string literal that begins at a place of the text.
func literalEnd(text string, at int) (int, bool) {
	escapes := strings.HasPrefix(text[at:], "E'") || strings.HasPrefix(text[at:], "e'")
	i := at
	if escapes {
		i++
	}
	if text[i] == '$' {
		tag := strings.IndexByte(text[i+1:], '$')
		if tag < 0 {
			return 0, false
		}
		mark := text[i : i+tag+2]
		end := strings.Index(text[i+len(mark):], mark)
		return i + 2*len(mark) + end, end >= 0
	}
	if text[i] != '\'' {
		return 0, false
	}
	for i++; i < len(text); i++ {
		switch {
		case escapes && text[i] == '\\':
			i++
		case text[i] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == '\'':
			return i + 1, true
		}
	}
	return 0, false
}
