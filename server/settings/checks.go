package settings

import (
	"errors"
	"strings"
	"unicode"

	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
)

// errInvalid makes parse say `invalid value for parameter`.
var errInvalid = errors.New("invalid value")

// invalidDetail is errInvalid with a DETAIL.
type invalidDetail string

func (d invalidDetail) Error() string { return string(d) }

func checkASCII(s string) (string, error) {
	b := []byte(s)
	for i, c := range b {
		if c < 32 || c > 126 {
			b[i] = '?'
		}
	}
	return string(b), nil
}

func checkStandardStrings(s string) (string, error) {
	if s == "off" {
		return "", pgerr.New(pgerr.FeatureNotSupported, "standard_conforming_strings = off is not supported")
	}
	return s, nil
}

// checkTextSearch gives a text search configuration's whole name.
func checkTextSearch(s string) (string, error) {
	oid, err := textsearch.ConfigNamed(s)
	switch {
	case errors.Is(err, pgerr.UndefinedObject):
		return "", errInvalid
	case err != nil:
		return "", err
	}
	return "pg_catalog." + textsearch.ConfigByOID(oid).Name, nil
}

func checkNameList(s string) (string, error) {
	if _, ok := SplitNames(s); !ok {
		return "", invalidDetail("List syntax is invalid.")
	}
	return s, nil
}

// SplitNames reads a list of identifiers as SplitIdentifierString does: unquoted ones are folded to lower case.
func SplitNames(s string) (names []string, ok bool) {
	const space = " \t\n\r\f\v"
	s = strings.TrimLeft(s, space)
	if s == "" {
		return nil, true
	}
	for {
		var name string
		if strings.HasPrefix(s, `"`) {
			var b strings.Builder
			s = s[1:]
			for {
				i := strings.IndexByte(s, '"')
				if i < 0 {
					return nil, false
				}
				b.WriteString(s[:i])
				s = s[i+1:]
				if !strings.HasPrefix(s, `"`) {
					break
				}
				b.WriteByte('"')
				s = s[1:]
			}
			name = b.String()
		} else {
			i := strings.IndexAny(s, ","+space)
			if i < 0 {
				i = len(s)
			}
			if i == 0 {
				return nil, false
			}
			name, s = strings.ToLower(s[:i]), s[i:]
		}
		names = append(names, name)
		s = strings.TrimLeft(s, space)
		if s == "" {
			return names, true
		}
		if s[0] != ',' {
			return nil, false
		}
		if s = strings.TrimLeft(s[1:], space); s == "" {
			return nil, false
		}
	}
}

// dateStyle is the two halves of DateStyle.
type dateStyle struct {
	style types.DateStyle
	order types.DateOrder
}

var (
	styleNames = [...]string{types.ISO: "ISO", types.SQLStyle: "SQL", types.PostgresStyle: "Postgres", types.GermanStyle: "German"}
	orderNames = [...]string{types.MDY: "MDY", types.DMY: "DMY", types.YMD: "YMD"}
)

func (d dateStyle) String() string { return styleNames[d.style] + ", " + orderNames[d.order] }

// parseDateStyle changes what the words name and keeps the other half (check_datestyle).
func parseDateStyle(value string, now, reset dateStyle) (dateStyle, error) {
	words, ok := SplitNames(value)
	if !ok {
		return now, invalid("DateStyle", value).WithDetail("List syntax is invalid.")
	}
	haveStyle, haveOrder := false, false
	conflict := false
	setStyle := func(s types.DateStyle) {
		conflict = conflict || haveStyle && now.style != s
		now.style, haveStyle = s, true
	}
	setOrder := func(o types.DateOrder) {
		conflict = conflict || haveOrder && now.order != o
		now.order, haveOrder = o, true
	}
	for _, w := range words {
		w = strings.ToLower(w)
		switch {
		case w == "iso":
			setStyle(types.ISO)
		case w == "sql":
			setStyle(types.SQLStyle)
		case strings.HasPrefix(w, "postgres"):
			setStyle(types.PostgresStyle)
		case w == "german":
			setStyle(types.GermanStyle)
			if !haveOrder {
				now.order = types.DMY
			}
		case w == "ymd":
			setOrder(types.YMD)
		case w == "dmy", strings.HasPrefix(w, "euro"):
			setOrder(types.DMY)
		case w == "mdy", w == "us", strings.HasPrefix(w, "noneuro"):
			setOrder(types.MDY)
		case w == "default":
			if !haveStyle {
				now.style = reset.style
			}
			if !haveOrder {
				now.order = reset.order
			}
		default:
			return now, invalid("DateStyle", value).WithDetail(`Unrecognized key word: "%s".`, w)
		}
	}
	if conflict {
		return now, invalid("DateStyle", value).WithDetail(`Conflicting "datestyle" specifications.`)
	}
	return now, nil
}

// validCustomName tells whether a name may be used for a parameter that nobody declared: simple identifiers with dots.
func validCustomName(name string) bool {
	parts := strings.Split(name, ".")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		for i, r := range p {
			letter := r == '_' || r > 127 || unicode.IsLetter(r)
			if !letter && (i == 0 || r != '$' && !unicode.IsDigit(r)) {
				return false
			}
		}
		if p == "" {
			return false
		}
	}
	return true
}
