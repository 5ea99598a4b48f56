package pgdata

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Null stands for a NULL in [Rows] and in the string fields that say so: no text of PostgreSQL holds a zero byte.
const Null = "\x00"

// Relations that Rows knows beyond PostgreSQL's own: keywords (pg_get_keywords()), settings (pg_settings without
// what belongs to one server, and with the flags), view_definitions (oid, definition), icu_collations, timezone_names and
// timezone_abbrevs (the default set: utc_offset in seconds and is_dst, or the zone that an abbreviation follows).

var rowsCache sync.Map // relation → func() ([]string, [][]string)

// Rows gives a relation's columns and rows in text form, ordered by OID or key, with NULL as [Null]; nil, nil for a
// relation it does not know. Columns of the reg* types hold plain OIDs, and those of type pg_node_tree the SQL text
// of the expression (a function's prosqlbody, its whole body). [RelationNames] lists what there is.
func Rows(relation string) (columns []string, rows [][]string) {
	if _, ok := content(relation); !ok {
		return nil, nil
	}
	parse, ok := rowsCache.Load(relation)
	if !ok {
		parse, _ = rowsCache.LoadOrStore(relation, sync.OnceValues(func() ([]string, [][]string) {
			t := open(relation)
			rows := make([][]string, 0, t.rows())
			for t.next() {
				rows = append(rows, append([]string(nil), t.row...))
			}
			return t.columns, rows
		}))
	}
	return parse.(func() ([]string, [][]string))()
}

// RelationNames names what [Rows] gives.
func RelationNames() []string { return relations() }

// table walks through one file. row is the current one, overwritten by next.
type table struct {
	name    string
	columns []string
	row     []string
	varying []int  // ordinals of the columns that the lines hold
	rest    string // lines not read yet
}

func open(relation string) *table {
	text, ok := content(relation)
	if !ok {
		panic("pgdata: no relation " + relation)
	}
	header, rest, _ := strings.Cut(text, "\n")
	t := &table{name: relation, rest: rest}
	for i, field := range strings.Split(header, "\t") {
		name, value, constant := strings.Cut(field, "=")
		t.columns = append(t.columns, name)
		t.row = append(t.row, unescape(value))
		if !constant {
			t.varying = append(t.varying, i)
		}
	}
	return t
}

// rows counts the lines left.
func (t *table) rows() int { return strings.Count(t.rest, "\n") }

func (t *table) next() bool {
	if t.rest == "" {
		return false
	}
	end := strings.IndexByte(t.rest, '\n')
	line := t.rest[:end]
	t.rest = t.rest[end+1:]
	escaped := strings.IndexByte(line, '\\') >= 0
	last := len(t.varying) - 1
	for k, i := range t.varying {
		field := line
		if k < last {
			tab := strings.IndexByte(line, '\t')
			field, line = line[:tab], line[tab+1:]
		}
		if escaped {
			field = unescape(field)
		}
		t.row[i] = field
	}
	return true
}

// col gives a column's ordinal; to ask for one that is not there is a fault of this package.
func (t *table) col(name string) int {
	for i, c := range t.columns {
		if c == name {
			return i
		}
	}
	panic("pgdata: no column " + name + " in " + t.name)
}

// cols gives the ordinals of the columns named in a list separated by blanks, in its order.
func (t *table) cols(names string) []int {
	fields := strings.Fields(names)
	out := make([]int, len(fields))
	for i, name := range fields {
		out[i] = t.col(name)
	}
	return out
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")

func unescape(field string) string {
	if field == `\N` {
		return Null
	}
	if strings.IndexByte(field, '\\') < 0 {
		return field
	}
	return unescaper.Replace(field)
}

// The conversions below panic on what is not of their form: the files are part of the program.

func oid(s string) uint32 {
	n := uint32(0)
	if s == "" {
		panic("pgdata: empty OID")
	}
	for i := 0; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			panic(fmt.Sprintf("pgdata: bad OID %q", s))
		}
		n = n*10 + uint32(c)
	}
	return n
}

func integer(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("pgdata: " + err.Error())
	}
	return n
}

func float(s string) float64 {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return float64(s[0] - '0')
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("pgdata: " + err.Error())
	}
	return f
}

func boolean(s string) bool { return s == "t" }

// char gives a "char" value; the empty text is the zero byte.
func char(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// list splits an array's or vector's text whose elements need no quotes; nil for NULL or no elements.
func list(s string, yield func(element string)) {
	sep := byte(' ')
	if strings.HasPrefix(s, "{") {
		s, sep = s[1:len(s)-1], ','
	}
	for s != "" && s != Null {
		end := strings.IndexByte(s, sep)
		if end < 0 {
			end = len(s)
		}
		yield(s[:end])
		s = s[min(end+1, len(s)):]
	}
}

// texts splits a text array, unquoting its elements.
func texts(s string) []string {
	if s == Null || s == "{}" {
		return nil
	}
	var out []string
	s = s[1 : len(s)-1]
	for s != "" {
		var element strings.Builder
		i := 0
		if s[0] == '"' {
			for i = 1; s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
				element.WriteByte(s[i])
			}
			i++
		} else {
			for i < len(s) && s[i] != ',' {
				i++
			}
			element.WriteString(s[:i])
		}
		out = append(out, element.String())
		s = s[min(i+1, len(s)):]
	}
	return out
}
