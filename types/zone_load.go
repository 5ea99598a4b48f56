package types

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the same zones everywhere, also where the system has none
)

// zoneNames are the names of the time zone database, one a line.
//
//go:embed zone_names.txt
var zoneNames string

var zoneByLower = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		m[strings.ToLower(name)] = name
	}
	return m
})

var loadedZones sync.Map // lower-case name of the database → *time.Location

// LoadZone finds a time zone by name: one of the time zone database in any case, or a POSIX specification such as
// EST5EDT,M3.2.0,M11.1.0 (pg_tzset). ok is false where there is none.
func LoadZone(name string) (zone *time.Location, ok bool) {
	if len(name) > 255 {
		return nil, false
	}
	lower := strings.ToLower(name)
	if z, ok := loadedZones.Load(lower); ok {
		return z.(*time.Location), true
	}
	if proper, ok := zoneByLower()[lower]; ok {
		if proper == "UTC" {
			return time.UTC, true
		}
		if z, err := time.LoadLocation(proper); err == nil {
			loadedZones.Store(lower, z)
			return z, true
		}
	}
	return posixZone(strings.ToUpper(name)) // not kept: a client may invent any number of them
}

// FixedZone gives the zone of a fixed offset in seconds east, named as PostgreSQL names it (pg_tzset_offset).
func FixedZone(east int) *time.Location {
	name := appendZone(nil, east)
	return time.FixedZone(string(name), east)
}

// posixZone reads a POSIX specification of a zone, in capitals. Without rules daylight saving follows those of the
// United States, as PostgreSQL has it.
func posixZone(spec string) (*time.Location, bool) {
	std, rest, ok := posixName(spec)
	if !ok || rest == "" {
		return nil, false
	}
	offset, rest, ok := posixOffset(rest)
	if !ok {
		return nil, false
	}
	footer := "<" + std + ">" + offset
	if rest != "" {
		dst, after, ok := posixName(rest)
		if !ok || dst == "" {
			return nil, false
		}
		footer += "<" + dst + ">"
		rest = after
		if rest != "" && rest[0] != ',' && rest[0] != ';' {
			if offset, rest, ok = posixOffset(rest); !ok {
				return nil, false
			}
			footer += offset
		}
		switch {
		case rest == "":
			footer += ",M3.2.0,M11.1.0"
		case rest[0] == ',' || rest[0] == ';':
			rules := strings.Split(rest[1:], ",")
			if len(rules) != 2 || !posixRule(rules[0]) || !posixRule(rules[1]) {
				return nil, false
			}
			footer += "," + rest[1:]
		default:
			return nil, false
		}
	}
	if std == "" {
		std = "?"
	}
	zone, err := time.LoadLocationFromTZData(spec, posixFile(std, footer))
	if err != nil {
		return nil, false
	}
	return zone, true
}

// posixName reads an abbreviation, in angle brackets or up to a digit, a comma or a sign.
func posixName(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, "<") {
		i := strings.IndexByte(s, '>')
		if i < 0 {
			return "", "", false
		}
		return s[1:i], s[i+1:], true
	}
	i := strings.IndexAny(s, "0123456789,-+")
	if i < 0 {
		i = len(s)
	}
	return s[:i], s[i:], true
}

// posixOffset reads [+-]hh[:mm[:ss]] and writes it with seconds below 60, of which PostgreSQL takes 60 too.
func posixOffset(s string) (offset, rest string, ok bool) {
	i, sign := 0, ""
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		sign = s[:1]
		i++
	}
	total := 0
	for part, limit := range []int{24*7 - 1, 59, 60} {
		start, v := i, 0
		for i < len(s) && isDigit(s[i]) {
			if v = v*10 + int(s[i]-'0'); v > limit {
				return "", "", false
			}
			i++
		}
		if i == start {
			return "", "", false
		}
		total += v * [...]int{3600, 60, 1}[part]
		if part == 2 || i == len(s) || s[i] != ':' {
			break
		}
		i++
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, total/3600, total/60%60, total%60), s[i:], true
}

// posixRule tells whether s is Jn, n or Mm.w.d, with or without a time.
func posixRule(s string) bool {
	rule, clock, timed := strings.Cut(s, "/")
	if timed {
		if _, rest, ok := posixOffset(clock); !ok || rest != "" {
			return false
		}
	}
	number := func(s string, lo, hi int) bool {
		v := 0
		for i := range len(s) {
			if !isDigit(s[i]) || v > hi {
				return false
			}
			v = v*10 + int(s[i]-'0')
		}
		return s != "" && v >= lo && v <= hi
	}
	switch {
	case strings.HasPrefix(rule, "J"):
		return number(rule[1:], 1, 365)
	case strings.HasPrefix(rule, "M"):
		p := strings.Split(rule[1:], ".")
		return len(p) == 3 && number(p[0], 1, 12) && number(p[1], 1, 5) && number(p[2], 0, 6)
	}
	return number(rule, 0, 365)
}

// posixFile makes a time zone file (RFC 8536) of nothing but a specification.
func posixFile(name, footer string) []byte {
	block := func(b []byte) []byte {
		b = append(b, "TZif2"...)
		b = append(b, make([]byte, 15)...)
		for _, n := range []uint32{0, 0, 0, 0, 1, uint32(len(name) + 1)} { // one type, no changes
			b = binary.BigEndian.AppendUint32(b, n)
		}
		b = append(b, make([]byte, 6)...) // the type: UTC, standard time, name 0
		return append(append(b, name...), 0)
	}
	b := block(block(nil))
	return append(append(append(b, '\n'), footer...), '\n')
}
