package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// table is a random table: the heap in PostgreSQL, and the same rows in files behind Howdah.
type table struct {
	name    string
	kind    string // the files' format
	cols    []tableColumn
	rows    [][]string // values in text form; null for NULL
	options string     // of COPY, as in "delimiter ';'"
	files   int        // the rows are spread over so many files
}

type tableColumn struct {
	column
	decl string // the type with its modifier
}

const null = "\x00"

// inexact are the types whose equal values may be told apart: which one a group shows is nobody's promise.
var inexact = map[string]bool{"numeric": true, "float4": true, "float8": true, "interval": true, "jsonb": true, "bpchar": true}

// specials are values at the borders of a type, and ordinary ones for the modest.
var specials = map[string][]string{
	"bool":        {"t", "f"},
	"int2":        {"-32768", "32767", "0", "1", "-1"},
	"int4":        {"-2147483648", "2147483647", "0", "1", "-1", "65536"},
	"int8":        {"-9223372036854775808", "9223372036854775807", "0", "-1", "4294967296", "9007199254740993"},
	"float4":      {"NaN", "Infinity", "-Infinity", "-0", "0", "3.4028235e+38", "1e-45", "0.1", "16777216", "1e+06", "1e-05"},
	"float8":      {"NaN", "Infinity", "-Infinity", "-0", "0", "1.7976931348623157e+308", "5e-324", "0.1", "1e+15", "1e+16", "1e-05", "123456789.125", "9007199254740993", "1e+22", "0.30000000000000004"},
	"numeric":     {"NaN", "Infinity", "-Infinity", "0", "0.00", "1.0", "1.00", "1", "100", "-0.5", "1e30", "0.00000000000000000001", "99999999999999999999.999999", "12345678901234567890123456789", "9223372036854775808"},
	"text":        {"", " ", "a", "A", "ab", "aB", "abc", "ABC", "it's", `say "hi"`, "line\nbreak", "cr\rlf\r\n", "tab\there", "a,b", "a;b", "ünïcode", "É", "ß", "日本語", "😀", "e\u0301", `back\slash`, "%", "_", "a%b", "a_b", `\N`, "NULL", `\.`, " padded ", "0", "12", "-5", "1.5", "007", "true", "2024-01-01", "aa", "bb", "xyz", "b", "c", "z\u00a0"},
	"date":        {"2024-02-29", "1970-01-01", "2000-02-29", "0001-01-01", "4713-11-24 BC", "infinity", "-infinity", "5874897-12-31", "9999-12-31", "10000-01-01", "1999-12-31", "0001-12-31 BC"},
	"time":        {"00:00:00", "24:00:00", "23:59:59.999999", "12:00:00", "00:00:00.000001", "10:11:12.5"},
	"timestamp":   {"2024-02-29 00:00:00", "1970-01-01 00:00:00", "infinity", "-infinity", "294276-12-31 23:59:59.999999", "4713-11-24 00:00:00 BC", "2024-01-01 12:34:56.5", "1999-12-31 23:59:59.999999", "0001-01-01 00:00:00"},
	"timestamptz": {"2024-02-29 00:00:00+00", "1970-01-01 00:00:00+00", "infinity", "-infinity", "294276-12-30 23:59:59.999999+00", "2024-03-31 01:30:00+00", "2024-10-27 01:30:00+00", "1999-12-31 23:59:59.999999-08", "1900-01-01 00:00:00+05:30"},
	"interval":    {"1 mon", "30 days", "720:00:00", "-1 days +02:00:00", "1 year 2 mons 3 days 04:05:06.7", "00:00:00", "00:00:00.000001", "100000 years", "-1 mons +30 days", "24:00:00", "1 day"},
	"uuid":        {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	"json":        {`{"a":1}`, `{"a": 1, "a": 2}`, `[1, 2 ,null]`, `"x"`, `null`, `{"b":{"c":[1,{"d":"e\n"}]}}`, `1.10`, `true`, `{"k":"ü"}`, `{}`, `[]`, `{"a":{"b":"\u00e9"}}`, `{"bb":1,"a":"x,y"}`, `["a","b"]`},
	"bytea":       {`\x`, `\x00`, `\xdeadbeef`, `\x61`, `\xff`, `\x6162`},
	"int4[]":      {"{}", "{1,2,3}", "{NULL}", "{1,NULL,-5}", "{{1,2},{3,4}}", "[0:1]={1,2}", "{7}", "{2147483647,-2147483648}"},
	"text[]":      {"{}", `{a,"b c",NULL,""}`, `{"x,y","q\"z"}`, "{a}", `{NULL,"null"}`, `{"{}","\\"}`, "{a,b}"},
}

// fresh makes a value of a type, in text form.
func (g *generator) fresh(typ string, tame bool) string {
	list := specials[typ]
	switch typ {
	case "bool", "bytea", "jsonb", "json", "uuid":
		if typ == "jsonb" {
			list = specials["json"]
		}
		if g.chance(70) || typ == "bool" {
			return one(g, list...)
		}
		switch typ {
		case "bytea":
			return fmt.Sprintf(`\x%04x`, g.IntN(1<<16))
		case "uuid":
			return fmt.Sprintf("%08x-0000-4000-8000-%012x", g.Uint32(), g.IntN(1<<20))
		}
		return fmt.Sprintf(`{"a": %d, "b": {"c": "%s"}}`, g.IntN(100)-50, one(g, "x", "y", `\"`, "日"))
	case "int4[]":
		if tame || g.chance(50) {
			return fmt.Sprintf("{%d,%d}", g.IntN(10), g.IntN(10)-5)
		}
		return one(g, list...)
	case "text[]":
		return one(g, list...)
	case "varchar", "bpchar":
		s := []rune(one(g, specials["text"]...))
		v := string(s[:min(len(s), 8)])
		if typ == "bpchar" {
			v = strings.TrimRight(v, " ")
		}
		return v
	}
	if !tame && typ != "text" && g.chance(40) {
		return one(g, list...)
	}
	switch typ {
	case "int2", "int4", "int8":
		return strconv.Itoa(g.IntN(220) - 60)
	case "float4", "float8":
		return strconv.FormatFloat(float64(g.IntN(4000)-1000)/8, 'g', -1, 32)
	case "numeric":
		n := g.IntN(40000) - 10000
		return strconv.FormatFloat(float64(n)/100, 'f', g.IntN(4), 64)
	case "text":
		if tame || g.chance(70) {
			return one(g, list...)
		}
		if g.chance(2) {
			return strings.Repeat("long, \"text\"\n", 300)
		}
		b := make([]byte, 1+g.IntN(12))
		for i := range b {
			b[i] = "abcABC xyz019-_"[g.IntN(15)]
		}
		return string(b)
	case "date":
		return fmt.Sprintf("%04d-%02d-%02d", 1990+g.IntN(40), 1+g.IntN(12), 1+g.IntN(28))
	case "time":
		return fmt.Sprintf("%02d:%02d:%02d%s", g.IntN(24), g.IntN(60), g.IntN(60), one(g, "", ".5", ".123456"))
	case "timestamp", "timestamptz":
		zone := ""
		if typ == "timestamptz" {
			zone = one(g, "+00", "+00", "+02", "-08", "+05:30")
		}
		return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d%s%s", 1990+g.IntN(40), 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60), one(g, "", "", ".25", ".000001"), zone)
	case "interval":
		return fmt.Sprintf("%d %s %02d:%02d:%02d%s", g.IntN(60)-20, one(g, "days", "mons", "years"), g.IntN(30), g.IntN(60), g.IntN(60), one(g, "", ".5"))
	}
	panic(typ)
}

// value is a value of the pool mostly, so that values meet.
func (g *generator) value(typ string, tame bool) string {
	key := typ
	if tame {
		key += "~"
	}
	if len(g.pool[key]) < 10 {
		g.pool[key] = append(g.pool[key], g.fresh(typ, tame))
	}
	if g.chance(75) {
		// Skewed: the first values come most.
		p := g.pool[key]
		return p[g.IntN(1+g.IntN(len(p)))]
	}
	return g.fresh(typ, tame)
}

// table makes a table of n rows.
func (g *generator) table(name string, n int) *table {
	t := &table{name: name, files: 1}
	add := func(name, typ, decl string, tame bool) {
		t.cols = append(t.cols, tableColumn{column{name: name, typ: typ, tame: tame}, decl})
	}
	add("id", "int4", "int4", true)
	add("k", "int4", "int4", true)
	add("s", "text", "text", true)
	types := slices.Clone(classes['x'])
	g.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
	for i, typ := range types[:9+g.IntN(4)] {
		decl := typ
		switch typ {
		case "numeric":
			decl = one(g, "numeric", "numeric(12,2)", "numeric(30,10)", "numeric(5)")
		case "varchar":
			decl = one(g, "varchar", "varchar(8)", "varchar(20)")
		case "bpchar":
			decl = one(g, "char(8)", "char(10)")
		case "time", "timestamp":
			decl = one(g, typ, typ, typ+"(3)")
		}
		name := fmt.Sprintf("c%d", i)
		if g.chance(10) {
			name = one(g, "Select", "ü x", "A"+name, `from`, `with space`) + strconv.Itoa(i)
		}
		add(name, typ, decl, g.chance(60))
	}
	ids := g.Perm(n)
	nulls := make([]int, len(t.cols))
	for i := range nulls {
		nulls[i] = one(g, 0, 5, 15, 40)
	}
	for r := range n {
		row := make([]string, len(t.cols))
		for i, c := range t.cols {
			switch {
			case i == 0:
				row[i] = strconv.Itoa(ids[r])
			case i == 1:
				row[i] = strconv.Itoa(g.IntN(1 + g.IntN(14)))
			default:
				row[i] = g.value(c.typ, c.tame)
				if c.typ == "numeric" && c.decl != "numeric" {
					row[i] = fmt.Sprintf("%d", g.IntN(2000)-500)
					if c.decl != "numeric(5)" {
						row[i] += one(g, "", ".5", ".25", ".10")
					}
				}
				if strings.HasSuffix(c.decl, "(3)") && strings.HasPrefix(row[i], "294276") {
					row[i] = "infinity" // rounds out of range
				}
			}
			if i > 0 && g.chance(nulls[i]) {
				row[i] = null
			}
		}
		t.rows = append(t.rows, row)
	}
	t.options = "header 'true'"
	switch g.IntN(8) {
	case 0:
		t.options += ", delimiter ';'"
	case 1:
		t.options += ", null 'NULL'"
	case 2:
		t.options += `, quote '''', delimiter '|'`
	case 3:
		t.options += `, escape '\'`
	case 4:
		t.options = "header 'false'"
	}
	if g.chance(15) {
		t.files = 3
	}
	return t
}

func (t *table) columnList() string {
	var b strings.Builder
	for i, c := range t.cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoteName(c.name) + " " + c.decl)
	}
	return b.String()
}

// heapColumns are the columns as Howdah reports them: text is COLLATE "C".
func (t *table) heapColumns() string {
	var b strings.Builder
	for i, c := range t.cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoteName(c.name) + " " + c.decl)
		if in(c.typ, "t") || c.typ == "text[]" {
			b.WriteString(` collate "C"`)
		}
	}
	return b.String()
}

// copyText is the rows as the text format of COPY.
func (t *table) copyText() string {
	var b strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	for _, row := range t.rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if v == null {
				b.WriteString(`\N`)
				continue
			}
			if !utf8.ValidString(v) {
				panic(v)
			}
			b.WriteString(escape.Replace(v))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
