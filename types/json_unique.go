package types

import "howdah/pgerr"

// UniqueJSONKeys checks JSON text as [CheckJSON] does, escapes too, and tells whether no object in it has a key twice.
func UniqueJSONKeys(text []byte) (bool, error) {
	u := uniqueKeys{l: jsonLexer{in: text, line: 1, unescape: true}, unique: true}
	if err := u.l.next(); err != nil {
		return false, err
	}
	if err := u.value(); err != nil {
		return false, err
	}
	if u.l.token != jsonEnd {
		return false, u.l.expected("end of input")
	}
	return u.unique, nil
}

// uniqueKeys reads a text to the end, so that what is wrong behind the first double is still an error.
type uniqueKeys struct {
	l      jsonLexer
	unique bool
}

func (u *uniqueKeys) value() error {
	l := &u.l
	switch l.token {
	case jsonObjectStart, jsonArrayStart:
	default:
		return l.check()
	}
	if err := l.deeper(); err != nil {
		return err
	}
	object := l.token == jsonObjectStart
	if err := l.next(); err != nil {
		return err
	}
	var err error
	if object {
		seen := map[string]struct{}{}
		err = l.members(func(key []byte) error {
			if _, twice := seen[string(key)]; twice {
				u.unique = false
			}
			seen[string(key)] = struct{}{}
			return u.value()
		})
	} else {
		err = l.elements(u.value)
	}
	l.depth--
	return err
}

// DuplicateJSONKey is the error of a key that stands twice; quoted is empty where PostgreSQL does not name it.
func DuplicateJSONKey(quoted []byte) error {
	if len(quoted) == 0 {
		return pgerr.New(pgerr.DuplicateJSONObjectKeyValue, "duplicate JSON object key value")
	}
	return pgerr.New(pgerr.DuplicateJSONObjectKeyValue, "duplicate JSON object key value: %s", quoted)
}
