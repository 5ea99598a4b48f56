package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"howdah/internal/pgdata"
	"howdah/types"
)

// borders are values at the borders of each type, in text form, by the type's internal name. Arrays and ranges are
// made out of the values of their elements, beside the ones named here.
var borders = map[string][]string{
	"bool":   {"t", "f"},
	"char":   {"a", "", " ", "Z", "1", `\`, "~"},
	"name":   {"", "a", "Name", "ünïcode", "it's", " x ", strings.Repeat("n", 63), strings.Repeat("é", 40), "pg_catalog", "select"},
	"int2":   {"-32768", "32767", "0", "1", "-1", "2", "10", "-32767", "255", "256"},
	"int4":   {"-2147483648", "2147483647", "0", "1", "-1", "2", "3", "10", "65536", "-2147483647", "1114112", "100000", "32768"},
	"int8":   {"-9223372036854775808", "9223372036854775807", "0", "1", "-1", "2", "4294967296", "9007199254740993", "-2147483649", "2147483648", "100", "1000000000000000000"},
	"oid":    {"0", "1", "4294967295", "2147483648", "23", "25", "1259", "11"},
	"float4": {"NaN", "Infinity", "-Infinity", "-0", "0", "1", "-1", "0.5", "2.5", "3.4028235e+38", "-3.4028235e+38", "1e-45", "1.17549435e-38", "0.1", "16777216", "16777217", "1e+06", "1e-05", "32767.5", "2147483648", "9.223372e+18"},
	"float8": {
		"NaN", "Infinity", "-Infinity", "-0", "0", "1", "-1", "0.5", "-0.5", "1.5", "2.5", "1.7976931348623157e+308", "-1.7976931348623157e+308", "5e-324", "2.2250738585072014e-308", "0.1", "1e+15", "1e+16", "1e-05", "0.0001",
		"123456789.125", "9007199254740993", "1e+22", "0.30000000000000004", "32767.5", "2147483647.5", "9.223372036854775e+18", "-9.223372036854775808e+18", "3.141592653589793", "90", "45", "180", "1e-300", "1e300",
	},
	"numeric": {
		"NaN", "Infinity", "-Infinity", "0", "0.00", "1", "1.0", "1.00", "-1", "2", "10", "100", "0.5", "-0.5", "1.5", "2.5", "1e30", "-1e30", "1e-20", "0.00000000000000000001", "99999999999999999999.999999", "12345678901234567890123456789",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "9223372036854775807.5", "32767.5", "-32768.5", "2147483647.4999", "1e131", "1e-131", "0.1", "3.14159265358979323846264338327950288", "9999.9999", "10000", "1000000000000000000.00000000001",
		"123456789012345678901234567890.123456789012345678901234567890", "1e1000", "-0.000001", "5e-5",
	},
	"money": {"$0.00", "$1.00", "-$1.00", "$0.01", "$92,233,720,368,547,758.07", "-$92,233,720,368,547,758.08", "$1,234.56", "$100.00", "-$0.05", "$3.33"},
	"text": {
		"", " ", "a", "A", "ab", "aB", "abc", "ABC", "it's", `say "hi"`, "line\nbreak", "cr\rlf\r\n", "tab\there", "a,b", "a;b", "ünïcode", "É", "ß", "İ", "ı", "ſ", "ǆ", "ﬁ", "Σς", "日本語", "😀", "e\u0301", "\u00e9", "👩‍👩‍👧", "\u200b", "\u00a0", "Ω",
		`back\slash`, `\\`, "%", "_", "a%b", "a_b", `a\%b`, `\N`, "NULL", `\.`, " padded ", "0", "12", "-5", "1.5", "007", "true", "2024-01-01", "aa", "aaa", "abab", "xyz", "xyxyz", "Hello World", "hello_wörld-foo BAR", "a1b2", "\x01", "\x7f",
		strings.Repeat("x", 300), strings.Repeat("ab,", 100), "{1,2}", `{"a":1}`, "[1,5)", "1 day", "infinity", "NaN", "12:00", "abc  ", "  abc", "\u3000x", "𝔸", "\U0010ffff",
	},
	"bytea": {`\x`, `\x00`, `\xdeadbeef`, `\x61`, `\xff`, `\x6162`, `\x0000`, `\x5c`, `\x80`, `\xc3a9`, `\x00ff00ff00ff`, `\x61626361`, `\x` + strings.Repeat("ab", 70), `\x7f`, `\xf09f9880`},
	"bit":   {"00000000000", "11111111111", "10000000000", "00000000001", "10101010101"},
	"varbit": {
		"", "0", "1", "01", "10101", "11111111", "000000000", "1111111111111111", strings.Repeat("10", 40), strings.Repeat("1", 33), strings.Repeat("0", 64), "00000001", "100000000000000000000000000000000",
		"1" + strings.Repeat("0", 31),
	},
	"date": {
		"2024-02-29", "1970-01-01", "2000-02-29", "1900-02-28", "0001-01-01", "0001-12-31 BC", "4713-11-24 BC", "4713-01-01 BC", "infinity", "-infinity", "5874897-12-31", "9999-12-31", "10000-01-01", "1999-12-31", "2000-01-01", "2024-03-10", "2024-11-03",
		"2024-12-30", "2021-01-03", "2023-01-01", "294277-01-01", "294276-12-31", "1582-10-15", "0004-02-29 BC", "2026-01-31",
	},
	"time":   {"00:00:00", "24:00:00", "23:59:59.999999", "12:00:00", "00:00:00.000001", "10:11:12.5", "02:30:00", "12:34:56.789012", "01:00:00"},
	"timetz": {"00:00:00+00", "24:00:00-15:59", "24:00:00+00", "23:59:59.999999+15:59:59", "12:00:00+05:30", "00:00:00.000001-08", "10:11:12.5+00:00:01", "02:30:00-04", "12:00:00-05"},
	"timestamp": {
		"2024-02-29 00:00:00", "1970-01-01 00:00:00", "infinity", "-infinity", "294276-12-31 23:59:59.999999", "4714-11-24 00:00:00 BC", "4713-01-01 00:00:00 BC", "2024-01-01 12:34:56.5", "1999-12-31 23:59:59.999999", "0001-01-01 00:00:00", "0001-12-31 23:59:59 BC",
		"2000-01-01 00:00:00", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "2024-03-31 01:30:00", "2024-10-27 01:30:00", "1883-11-18 12:00:00", "2038-01-19 03:14:08", "1999-12-31 23:59:59.5", "2023-12-31 23:59:60", "2024-01-31 10:00:00", "1900-01-01 00:00:00.000001",
	},
	"timestamptz": {
		"2024-02-29 00:00:00+00", "1970-01-01 00:00:00+00", "infinity", "-infinity", "294276-12-30 23:59:59.999999+00", "4713-01-02 00:00:00+00 BC", "2024-03-10 06:59:59.999999+00", "2024-03-10 07:00:00+00", "2024-11-03 05:30:00+00", "2024-11-03 06:30:00+00",
		"2024-03-31 01:30:00+00", "2024-10-27 00:30:00+00", "2024-10-27 01:30:00+00", "1999-12-31 23:59:59.999999-08", "1900-01-01 00:00:00+05:30", "0001-01-01 00:00:00+00", "0001-12-31 23:59:59+00 BC", "1883-11-18 17:00:00+00", "2040-07-01 12:00:00+00", "2024-01-31 23:00:00+00",
	},
	"interval": {
		"1 mon", "30 days", "720:00:00", "-1 days +02:00:00", "1 year 2 mons 3 days 04:05:06.7", "00:00:00", "00:00:00.000001", "-00:00:00.000001", "100000 years", "-1 mons +30 days", "24:00:00", "1 day", "-1 day", "1 year", "-1 year -1 mon", "178000000 years", "-178000000 years",
		"1 mon -1 day", "2147483647 days", "-2147483648 days", "2562047788:00:54.775807", "-2562047788:00:54.775807", "1 day -25:00:00", "00:00:59.9999999", "13 mons", "1.5 years", "15 days 12:00:00", "-1 year +5 days -03:00:00", "23:59:59.999999", "10 years", "00:15:00",
	},
	"uuid": {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000001", "80000000-0000-0000-0000-000000000000"},
	"json": {
		`{"a":1}`, `{"a": 1, "a": 2}`, `[1, 2 ,null]`, `"x"`, `null`, `{"b":{"c":[1,{"d":"e\n"}]}}`, `1.10`, `true`, `false`, `{"k":"ü"}`, `{}`, `[]`, `{"a":{"b":"\u00e9"}}`, `{"bb":1,"a":"x,y"}`, `["a","b"]`, ` [ 1 ] `, `1e5`, `-0`, `0.10`, `12345678901234567890.5`, `""`,
		`[[1,2],[3,4]]`, `[{"a":1,"b":"x"},{"a":null},{"b":true}]`, `{"a":[1,2,3],"b":{"a":null}}`, `[[[[[[1]]]]]]`, `{"":""}`, `[1.0,1,"1",null,true,{},[]]`, `{"a":"2024-01-01","b":"1.5","c":"t"}`, `"\ud83d\ude00"`, `[-1,-2]`, `{"x":1,"y":2,"z":[true,false]}`, `1E400`, `{"a":null}`,
	},
	"jsonpath": {
		"$", "$.a", "$.*", "$[*]", "$[0]", "$[last]", "$.a.b", "strict $.a", "lax $[*].a", "$.**", "$.**{1}", "$.**{1 to last}", "$[*] ? (@ > 1)", "$ ? (@.a == 1)", `$.a ? (@ like_regex "^x" flag "i")`, `$.a ? (@ starts with "x")`, "$.a + 1", "-$[*]", "$[*].type()", "$.size()", "$.a.double()", "$.keyvalue()",
		"$[*].floor()", "$.a.abs()", "$.b.ceiling()", "exists($.a)", "$.a == 1", "$[0] < $[1]", "$x", "$[$x]", `"str"`, "1.5", "null", "true", "$.a[0,2 to 3]", `$."a b"`, "($.a).b", "$ ? (exists(@.a) && !(@.b == 2))", "$[*] ? ((@ == 1) is unknown)", "$.a % 2", "$.a / 0", "strict $[5]", "strict $.nope", "$[1 to 0]", "$ ? (@ == null)", "2 + 3 * 4",
	},
	"inet":     {"0.0.0.0", "255.255.255.255", "192.168.1.5/24", "10.0.0.0/8", "0.0.0.0/0", "192.168.1.0/25", "::", "::1", "fe80::1/64", "::ffff:1.2.3.4", "2001:db8::/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0", "192.168.1.5/32", "127.0.0.1/1", "2001:db8::1/128"},
	"cidr":     {"0.0.0.0/0", "10.0.0.0/8", "192.168.1.0/24", "192.168.1.128/25", "255.255.255.255/32", "::/0", "2001:db8::/32", "::1/128", "fe80::/10", "::ffff:0.0.0.0/96"},
	"macaddr":  {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03", "80:00:00:00:00:00"},
	"macaddr8": {"00:00:00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff", "08:00:2b:ff:fe:01:02:03", "08:00:2b:01:02:03:04:05", "02:00:00:ff:fe:00:00:00"},
	"tid":      {"(0,0)", "(0,1)", "(4294967295,65535)", "(42,7)"},
	"xid8":     {"0", "18446744073709551615", "4294967296", "3"},
	"pg_lsn":   {"0/0", "FFFFFFFF/FFFFFFFF", "16/B374D848", "0/1"},
	"tsvector": {"", "a", "'a':1 'b':2", "'fat':2,4A 'cat':3B", "'it''s':1", "'ü':1", "a:16383"},
	"tsquery":  {"", "a", "a & b", "a | !b", "fat <-> cat", "a:*", "'x y' & b:AB", "!(a | b)", "a <3> b"},

	"int4range": {"empty", "(,)", "[1,1]", "[1,10)", "[-2147483648,2147483647)", "(,5)", "[5,)", "[2147483647,)"},
	"numrange":  {"empty", "(,)", "[1.5,2.5]", "(1.5,2.5)", "[1,1]", "(NaN,)", "[-Infinity,Infinity]", "[0,1e30)"},
	"daterange": {"empty", "(,)", "[2024-02-29,2024-03-01)", "[-infinity,infinity]", "[2024-01-01,)", "(,2000-01-01)"},
	"_int4":     {"{}", "{1,2,3}", "{NULL}", "{1,NULL,-5}", "{{1,2},{3,4}}", "[0:1]={1,2}", "[-2:-1][5:6]={{1,2},{3,NULL}}", "{7}", "{2147483647,-2147483648}", "{{{1}}}", "{1,1,2,2}", "{{1,2,3}}"},
	"_text":     {"{}", `{a,"b c",NULL,""}`, `{"x,y","q\"z"}`, "{a}", `{NULL,"null"}`, `{"{}","\\"}`, "{a,b}", "{{a,b},{c,d}}", "[3:4]={x,y}", "{a,b,a}", "{b,c}", "{0}", "{a,1}", "{-1}"},
}

// exprType is a type of which the expressions have values.
type exprType struct {
	name string // internal: "int4", "_int4"
	sql  string // as one writes it
	decl string // as a column
	elem string // of an array, or the subtype of a range
	kind byte   // b base, a array, r range, m multirange
	mods []string
}

// exprTypes are the types of columns and arguments. An array of each is a type for arguments, too; those in arrayTypes are columns as well.
var exprTypes = func() map[string]*exprType {
	out := map[string]*exprType{}
	mods := map[string][]string{
		"numeric": {"(5,2)", "(3)", "(38,10)", "(2,-3)", "(4,6)", "(1000,500)"}, "varchar": {"(1)", "(3)", "(300)"}, "bpchar": {"(1)", "(3)", "(20)"}, "bit": {"(1)", "(4)", "(11)", "(40)"}, "varbit": {"(1)", "(4)", "(70)"},
		"time": {"(0)", "(3)"}, "timetz": {"(0)", "(3)"}, "timestamp": {"(0)", "(3)"}, "timestamptz": {"(0)", "(2)"}, "interval": {"(0)", "(2)", " year", " day to second", " month", " hour to minute", " second(1)", " year to month", " day"},
	}
	for name := range borders {
		t := &exprType{name: name, sql: name, decl: name, kind: 'b', mods: mods[name]}
		switch name {
		case "char":
			t.sql = `"char"`
		case "bit":
			t.decl = "bit(11)"
		}
		if strings.HasPrefix(name, "_") || strings.HasSuffix(name, "range") || !held(name) {
			continue
		}
		out[name] = t
	}
	for _, name := range []string{"varchar", "bpchar"} {
		out[name] = &exprType{name: name, sql: name, decl: name, kind: 'b', mods: mods[name]}
	}
	out["jsonb"] = &exprType{name: "jsonb", sql: "jsonb", kind: 'b'}
	for r, e := range map[string]string{"int4": "int4", "int8": "int8", "num": "numeric", "date": "date", "ts": "timestamp", "tstz": "timestamptz"} {
		out[r+"range"] = &exprType{name: r + "range", sql: r + "range", elem: e, kind: 'r'}
		out[r+"multirange"] = &exprType{name: r + "multirange", sql: r + "multirange", elem: r + "range", kind: 'm'}
	}
	var names []string
	for name := range out {
		names = append(names, name)
	}
	for _, name := range names {
		t := out[name]
		if !held("_" + name) {
			continue
		}
		out["_"+name] = &exprType{name: "_" + name, sql: t.sql + "[]", elem: name, kind: 'a'}
		if name == "bit" {
			out["_bit"].decl = "bit(11)[]"
		}
	}
	for _, t := range out {
		if t.decl == "" {
			t.decl = t.sql
		}
		if t.name == "char" {
			t.decl = t.sql
		}
	}
	return out
}()

// held tells whether Howdah has values of a type.
func held(name string) bool {
	_, err := types.ParseText(types.Type{OID: types.OID(pgdata.TypeByName(name).OID), Typmod: -1}, []byte("{}"), types.DefaultStyle())
	return err == nil || !strings.Contains(err.Error(), "has no input and output here")
}

// exprTypeNames are the names in order, so that a seed means the same each time.
var exprTypeNames = func() []string {
	var out []string
	for name := range exprTypes {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}()

// columnTypes are those of which the table has columns.
var columnTypes = func() []string {
	var out []string
	for _, name := range exprTypeNames {
		switch t := exprTypes[name]; {
		case name == "tsvector" || name == "tsquery" || name == "jsonpath":
		case t.kind == 'a' && !slices.Contains([]string{"_int4", "_text", "_numeric", "_float8", "_date", "_jsonb", "_bool", "_timestamptz", "_int8", "_varbit"}, name):
		default:
			out = append(out, name)
		}
	}
	return out
}()

// border makes a value of a type in text form.
func (g *generator) border(name string) string {
	t := exprTypes[name]
	list := borders[name]
	switch name {
	case "varchar":
		list = borders["text"]
	case "bpchar":
		return strings.TrimRight(one(g, borders["text"]...), " ")
	case "jsonb":
		list = borders["json"][:len(borders["json"])-2]
	}
	if len(list) > 0 && g.chance(60) {
		return one(g, list...)
	}
	switch t.kind {
	case 'a':
		return g.arrayText(t.elem)
	case 'r':
		return g.rangeText(t.elem)
	case 'm':
		var parts []string
		for range g.IntN(4) {
			parts = append(parts, g.border(t.elem))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	switch name {
	case "int2", "int4", "int8":
		return strconv.Itoa(g.IntN(40) - 12)
	case "oid":
		return strconv.Itoa(g.IntN(3000))
	case "float4", "float8":
		return strconv.FormatFloat(float64(g.IntN(4000)-1000)/8*one(g, 1, 1, 1e-3, 1e7), 'g', -1, 32)
	case "numeric":
		return fmt.Sprintf("%s%d%s", one(g, "", "-"), g.IntN(100000), one(g, "", ".5", "."+strconv.Itoa(g.IntN(1000000)), "e"+strconv.Itoa(g.IntN(40)-20)))
	case "money":
		return fmt.Sprintf("%s%d.%02d", one(g, "", "-"), g.IntN(100000), g.IntN(100))
	case "text", "varchar":
		b := make([]rune, g.IntN(9))
		for i := range b {
			b[i] = one(g, []rune("abcABC xyz019-_%.,\\\"'(é日")...)
		}
		return string(b)
	case "name":
		return one(g, "a", "b", "pg_type", "x y", "ABC")
	case "bytea":
		b := make([]byte, g.IntN(9))
		for i := range b {
			b[i] = byte(g.IntN(256))
		}
		return fmt.Sprintf(`\x%x`, b)
	case "bit", "varbit":
		n := 11
		if name == "varbit" {
			n = g.IntN(40)
		}
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + g.IntN(2))
		}
		return string(b)
	case "date", "time", "timestamp", "timestamptz", "interval":
		return g.fresh(name, true)
	case "timetz":
		return g.fresh("time", true) + one(g, "+00", "-05", "+05:30", "+13")
	case "inet":
		return fmt.Sprintf("%d.%d.%d.%d/%d", g.IntN(256), g.IntN(256), g.IntN(256), g.IntN(256), g.IntN(33))
	case "json", "jsonb":
		return g.jsonText(3)
	}
	if len(list) == 0 {
		panic("no values of " + name)
	}
	return one(g, list...)
}

func (g *generator) jsonText(depth int) string {
	switch n := g.IntN(10); {
	case n < 2:
		return strconv.Itoa(g.IntN(20) - 5)
	case n < 3:
		return one(g, "1.50", "1e2", "-0.0", "100.000", "12345678901234567890")
	case n < 5:
		return one(g, `"a"`, `"b"`, `"1"`, `"é"`, `"x y"`, `"\""`, `""`)
	case n < 6 || depth == 0:
		return one(g, "null", "true", "false")
	case n < 8:
		var parts []string
		for range g.IntN(4) {
			parts = append(parts, g.jsonText(depth-1))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	var parts []string
	for range g.IntN(4) {
		parts = append(parts, one(g, `"a"`, `"b"`, `"c"`, `"bb"`, `"x"`, `"1"`)+": "+g.jsonText(depth-1))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func quoteElement(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// arrayText is an array of one to three dimensions, sometimes with lower bounds of its own.
func (g *generator) arrayText(elem string) string {
	dims := make([]int, one(g, 0, 1, 1, 1, 1, 1, 2, 2, 3))
	if len(dims) == 0 {
		return "{}"
	}
	bounds := ""
	odd := g.chance(20)
	for i := range dims {
		dims[i] = 1 + g.IntN(3)
		if odd {
			low := g.IntN(7) - 3
			bounds += fmt.Sprintf("[%d:%d]", low, low+dims[i]-1)
		}
	}
	var write func(level int) string
	write = func(level int) string {
		var parts []string
		for range dims[level] {
			switch {
			case level+1 < len(dims):
				parts = append(parts, write(level+1))
			case g.chance(12):
				parts = append(parts, "NULL")
			default:
				parts = append(parts, quoteElement(g.border(elem)))
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	text := write(0)
	if odd {
		return bounds + "=" + text
	}
	return text
}

// rangeText is a range; its bounds are in order mostly.
func (g *generator) rangeText(elem string) string {
	bound := func() string {
		if g.chance(15) {
			return ""
		}
		switch elem {
		case "int4", "int8":
			return strconv.Itoa(g.IntN(30) - 5)
		case "numeric":
			return fmt.Sprintf("%d.%d", g.IntN(20), g.IntN(100))
		}
		return quoteElement(g.fresh(elem, g.chance(80)))
	}
	a, b := bound(), bound()
	if a != "" && b != "" && g.chance(90) {
		less := a < b
		if elem == "int4" || elem == "int8" || elem == "numeric" {
			x, _ := strconv.ParseFloat(a, 64)
			y, _ := strconv.ParseFloat(b, 64)
			less = x < y
		}
		if !less {
			a, b = b, a
		}
	}
	return one(g, "[", "(") + a + "," + b + one(g, ")", ")", "]")
}

// The languages that some text arguments are written in.
var textPools = map[string][]string{
	"field": {
		"year", "month", "day", "hour", "minute", "second", "milliseconds", "microseconds", "century", "decade", "millennium", "week", "quarter", "dow", "doy", "isodow", "isoyear", "epoch", "julian", "timezone", "timezone_hour", "timezone_minute",
		"YEAR", "Years", "mon", "hrs", "nonsense", "", "y", "sec", "us", "c",
	},
	"zone": {
		"UTC", "GMT", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "america/new_york", "EST", "EST5EDT", "PST8PDT", "+05:30", "-3", "CET", "Z", "utc", "XYZ+3", "FOO3BAR,M3.2.0,M11.1.0", "Nowhere/Here", "", "Asia/Kathmandu", "MSK", "Europe/Dublin",
		"Africa/Casablanca", "5", "+15:59:59", "+24", "America/St_Johns", "IST", "zulu", "<+03>-3", "pdt", "Pacific/Apia",
	},
	"flags":    {"", "i", "g", "gi", "x", "n", "s", "m", "q", "c", "e", "b", "w", "p", "t", "ix", "gz", "z", "in"},
	"encode":   {"hex", "base64", "escape", "HEX", "nope", ""},
	"charset":  {"UTF8", "LATIN1", "SQL_ASCII", "utf-8", "WIN1252", "EUC_JP", "nope", "latin9", "KOI8R", "UTF8", "LATIN2", "WIN1251"},
	"form":     {"NFC", "NFD", "NFKC", "NFKD", "nfc", "x"},
	"regex":    {"a", "b+", "^a", "a$", "(a)(b)?", "[[:alpha:]]+", `\d+`, `\w`, `\m`, `\M`, `\y`, "(?i)AB", "a|b", "a*?", "(a+)(b*)", `(.)\1`, "", "[", "a{2}", "a{1,3}", "(?=b)", "(?<!a)b", ".", `\s`, "[^a-c]", "***=a.b", "(?x) a b", "x*", `\u00e9`, "日", "(", "a{3,2}", `[[:<:]]`, "é", "(?:ab)+", `[\d]`, "[a-]", "\\", "((a))"},
	"replace":  {"", "X", `[\1]`, `\&`, `\\`, `\2\1`, `<\&>`, `\3`, "é"},
	"like":     {"%", "_", "a%", "%b%", `a\%b`, "A_", "", "%_%", `%\`, "é%", "日_", "__", "abc", `\_`, "%a%b%", "%%"},
	"similar":  {"a%", "(a|b)%", "_{2}", "[a-c]+", "%", "", `a\%`, "(ab)+", "a#%b", "a*", "[[:alpha:]]%", "(", "a|", `x#"y#"z`, `%#"a#"%`},
	"escape":   {`\`, "#", "", "ab", "!", "é", "%"},
	"jsonkey":  {"a", "b", "c", "0", "1", "-1", "", "bb", "x"},
	"format":   {"%s", "%I", "%L", "%%", "%1$s", "%2$I %1$L", "%-5s|", "%5s|", "%*s", "%s %s", "%", "%x", "%0$s", "%*1$s", "%-*2$L", "no", "%10$s", "%1s%", "%1$-10s|"},
	"typename": {"int4", "integer", "text", "varchar(3)", "numeric(5,2)", "_int4", "int4[]", "nope", "", "pg_catalog.int4", "timestamp with time zone", `"char"`, "interval day"},
	"tochar_time": {
		"YYYY-MM-DD HH24:MI:SS.US", "Day, DD Mon YYYY", "FMDay, FMDDth FMMonth", "IYYY-IW-ID", "J", "Q", "WW", "W", "CC", "HH12:MI AM", "HH:MI:SS a.m.", "TZ", "tz", "OF", "TZH:TZM", "SSSS", "SSSSS", "FF1 FF2 FF3 FF4 FF5 FF6", "MS", "Y,YYY", "YYY", "YY", "Y", "BC", "b.c.", "AD",
		"RM", "rm", "DDD", "IDDD", "D", "ID", "DY dy Dy", "MONTH month Month", "MON mon", `"text" YYYY`, `"quo\"ted"DD`, "FMMonth", "TMMonth", "IYY IY I", "FX YYYY", "HH24th", "DDTH", "YYYYth", "FMHH12", "AM PM", "", "xyz", `\"Q\"`, "YYYY-MM-DDTHH24:MI:SSOF", "DS", "SP", "SSTHSP",
	},
	"tochar_number": {
		"999", "9999.99", "000.00", "FM999.0", "9G999D99", "S999", "999S", "MI999", "999MI", "PL999", "SG999", "999PR", "9.99EEEE", "RN", "FMRN", "999th", "999TH", "V99", "9V9", "L999", "999L", "$999", "B999", "BZ", "0", "9", "FM9", ".99", "9,999,999,999,999,999,999.999999", "FM0000",
		"99.9EEEE", "9D9EEEE", `"a"99`, "999 ", "S", "PR", "", "x9", "FM99.", "99PR.9", "S9S", "0999", "9990", "FM9,999", "9.9.9", "SG9PR", "MI9S", "9th9", "FM999999999999999999999999", "999999999999999999999999.9999999999",
	},
}

// timeTemplate is a template for to_char, to_date and to_timestamp.
func (g *generator) pooled(pool string) string {
	list := textPools[pool]
	switch pool {
	case "tochar_time", "tochar_number":
		if g.chance(25) {
			s := ""
			for range 1 + g.IntN(3) {
				s += one(g, list...) + one(g, "", " ", "-", ":", ",")
			}
			return s
		}
	case "regex":
		if g.chance(25) {
			return one(g, list...) + one(g, list...)
		}
	case "jsonpath":
		return g.border("jsonpath")
	case "timetext":
		return one(g, g.border("timestamp"), g.border("date"), g.border("time"), "2024-02-30", "12", "Thursday, 05 Dec 2024", "1 Jan 1 BC", "20240102030405", "99", "2024-13-01", "+05:30", "2454321", "IV", "am", "12:30 PM", "2024 366", "001", "  2024  01", "-44-03-15")
	case "numbertext":
		return one(g, g.border("numeric"), "1,234.5", "-12", "12-", "<12>", "$5", "1.2e3", "", " 7 ", "+3", "12,34", "IX", "0.1", "--1", "1 2")
	}
	return one(g, list...)
}

// mangled damages the text of a value, or dresses it otherwise: what a type's input function is for.
func (g *generator) mangled(name string) string {
	s := []rune(g.border(name))
	for range 1 + g.IntN(2) {
		i := g.IntN(len(s) + 1)
		switch g.IntN(7) {
		case 0:
			if len(s) > 0 {
				s = slices.Delete(s, min(i, len(s)-1), min(i, len(s)-1)+1)
			}
		case 1:
			s = slices.Insert(s, i, one(g, []rune(`0123456789 -+.,:;/()[]{}"'\eExXtTzZaé%$_`)...))
		case 2:
			s = slices.Insert(s, i, ' ')
		case 3:
			s = append([]rune(" "), append(s, ' ')...)
		case 4:
			s = []rune(strings.ToUpper(string(s)))
		case 5:
			if len(s) > 1 {
				s = s[:i]
			}
		case 6:
			if len(s) > 0 && len(s) < 100 {
				j := g.IntN(len(s))
				s = slices.Insert(s, i, s[min(i, j):max(i, j)]...)
			}
		}
	}
	return string(s)
}
