package json

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(m.Run()) // the fuzzer keeps goroutines of its own
	}
	sourcetest.Main(m, nil)
}

// schemaOf makes a schema of "name type" pairs.
func schemaOf(columns ...string) (s types.Schema) {
	oids := map[string]types.OID{"int": types.Int4OID, "bigint": types.Int8OID, "text": types.TextOID, "numeric": types.NumericOID,
		"float8": types.Float8OID, "bool": types.BoolOID, "timestamp": types.TimestampOID, "date": types.DateOID, "uuid": types.UUIDOID,
		"json": types.JSONOID, "jsonb": types.JSONBOID, "text[]": types.TextArrayOID, "int[]": types.Int4ArrayOID, "jsonb[]": types.JSONBArrayOID}
	for _, c := range columns {
		n, t, _ := strings.Cut(c, " ")
		col := types.Column{Name: n, Type: types.Of(oids[t])}
		if t == "text" {
			col.Collation = types.CCollation
		}
		s.Columns = append(s.Columns, col)
	}
	return s
}

// mixed is n objects with all kinds of members, each on a line.
func mixed(n int) (rows []string) {
	for i := range n {
		members := []string{fmt.Sprintf(`"id":%s`, []string{fmt.Sprint(i), fmt.Sprintf(`"%d"`, i), "null"}[i%3])}
		if i%4 != 1 {
			members = append(members, fmt.Sprintf(`"name" : "n%d"`, i%5))
		}
		members = append(members, `"skipped":{"a":[1,{"b":"}\"]"}],"id":7}`)
		members = append(members, fmt.Sprintf(`"price":%s`, []string{"1.50", "null", "7", `"3"`, "-0.25", "1e3", "12345678901234567890.123"}[i%7]))
		members = append(members, fmt.Sprintf(`"ok":%s`, []string{"true", "false", `"t"`, "null", `"no"`}[i%5]))
		members = append(members, fmt.Sprintf(`"note":%s`, []string{"null", `""`, `"plain"`, `"a,b"`, `"say \"hi\""`, `"two\nlines"`, `"ünïcode \ud83d\ude00 😀"`, `12`, `{"x": [1, 2]}`, `"\u0041\u00e4"`}[i%10]))
		members = append(members, fmt.Sprintf(`"customer":%s`, []string{`{"city":"Köln","zip":1}`, `{"zip":{"city":2},"city":null}`, `5`, `{}`, `[{"city":1}]`}[i%5]))
		if i%6 == 2 { // duplicates: the last one counts
			members = append(members, `"ok":true`, `"customer":{"zip":9}`, `"n\u0061me":"n3"`)
		}
		rows = append(rows, "{"+strings.Join(members, ", ")+"}")
	}
	return rows
}

var (
	mixedSchema  = schemaOf("id bigint", "name text", "price numeric", "ok bool", "note text", "city text", "c jsonb")
	mixedColumns = []formats.Options{nil, nil, nil, nil, nil, {"path": "customer.city"}, {"name": "customer"}}
)

func conformCases(t testing.TB, lines bool) []formattest.Case {
	sch := mixedSchema
	quals := func() []expr.Expr {
		return []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "=", "n3"), formattest.Qual(t, sch, "note", "IS NOT NULL", ""),
			formattest.Qual(t, sch, "note", "~~", "%i%"), formattest.Qual(t, sch, "price", "<", "2"), formattest.Var(t, sch, "ok")}
	}
	sorts := [][]pushdown.SortKey{
		{formattest.Key(t, sch, "price", true), formattest.Key(t, sch, "id", false)},
		{formattest.Key(t, sch, "name", false)},
		{formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false)},
	}
	mixedCase := func(name, data string, n int, opt formats.Options) formattest.Case {
		return formattest.Case{Name: name, Data: []byte(data), Schema: sch, Columns: mixedColumns, Options: opt, Quals: quals(), Sorts: sorts, Rows: n}
	}
	rows := mixed(30)
	if lines {
		nested := formattest.Case{Name: "rows within lines", Data: []byte("{\"r\":[{\"a\":1},{\"a\":2}]}\n{\"r\":[]}\n{}\n{\"r\":{\"a\":3}}\n"), Schema: schemaOf("a int"),
			Options: formats.Options{"json_path": "r"}, Rows: 3, Text: []string{"1", "2", "3"}}
		return []formattest.Case{
			mixedCase("lines", strings.Join(rows, "\n")+"\n", 30, nil),
			mixedCase("crlf, blank lines, no last line end", "\r\n"+strings.Join(rows[:12], "\r\n\r\n"), 12, nil),
			{Name: "arrays", Data: []byte("[1, \"x\"]\n[2]\n[]\n[3,null,5]\n"), Schema: schemaOf("a int", "b text"), Rows: 4, Text: []string{"1|x", `2|\N`, `\N|\N`, `3|\N`}},
			nested,
		}
	}
	pretty := strings.NewReplacer(",", "\n  ,\n  ", ":", " :\t").Replace // strings hold none of both, but for "a,b" and times
	cases := []formattest.Case{
		mixedCase("array", "["+strings.Join(rows, ",")+"]", 30, nil),
		mixedCase("array of lines", "[\n"+strings.Join(rows[:12], ",\n")+"\n]\n", 12, nil),
		mixedCase("objects after one another", strings.Join(rows[:6], " ")+strings.Join(rows[6:12], ""), 12, nil),
		mixedCase("lines", strings.Join(rows[:12], "\n"), 12, formats.Options{"lines": "true"}),
		mixedCase("pretty", "\xEF\xBB\xBF "+pretty("["+strings.Join([]string{rows[0], rows[1], rows[2]}, ",")+"]"), 3, nil),
		mixedCase("below", `{"data":[{"other":[{"id":0}]},{"x":{"deep":[[]],"rows":1}},{"rows":{"id":1},"z":[`+strings.Repeat(`{"rows":[1]},`, 20)+`0]},{"rows":[`+
			strings.Join(rows[:5], ",")+`]},{"rows":[]},{"rows":[`+strings.Join(rows[5:9], ",")+`],"rows":null}],"rows":[1]}`, 10, formats.Options{"json_path": "data.item.rows"}),
		mixedCase("pointer", `{"a/b":[[{"id":5}],[`+strings.Join(rows[:7], ",")+`]]}`, 7, formats.Options{"json_path": "/a~1b/1"}),
		mixedCase("wildcard", `{"x":{"k":`+rows[0]+`,"l":`+rows[1]+`},"y":{"m":`+rows[2]+`}}`, 3, formats.Options{"json_path": "$.*.*"}),
		{Name: "one object", Data: []byte("{\n\"a\": 1,\n\"b\": \"x\"}\n"), Schema: schemaOf("a int", "b text"), Rows: 1, Text: []string{"1|x"}},
		{Name: "empty array", Data: []byte(" [ ] "), Schema: schemaOf("a int"), Rows: 0},
		{Name: "scalars", Data: []byte(`[1, "b", null, [true], {"a": 1.0}, 2.50]`), Schema: schemaOf("v jsonb", "t text"), Columns: []formats.Options{{"path": "$"}, {"path": "$"}}, Rows: 6,
			Text: []string{"1|1", `"b"|b`, `\N|\N`, `[true]|[true]`, `{"a": 1.0}|{"a": 1.0}`, "2.50|2.50"}},
		{Name: "paths", Data: []byte(`[{"a.b":{"item":[10,[20,{"c":"x"}]]},"0":7},{"a.b":{"item":[null,[21]]}},null]`), Schema: schemaOf("a int", "b text", "c int", "d json"),
			Columns: []formats.Options{{"path": `$["a.b"].item[0]`}, {"path": "/a.b/item/1/1/c"}, {"path": "/0"}, {"path": "$['a.b'].item[1]"}}, Rows: 3,
			Text: []string{`10|x|7|[20,{"c":"x"}]`, `\N|\N|\N|[21]`, `\N|\N|\N|\N`}},
		{Name: "positions", Data: []byte(`[[1,"x",true],[2,"y"]]`), Schema: schemaOf("b text", "a int"), Columns: []formats.Options{{"position": "2"}, {"position": "1"}}, Rows: 2,
			Text: []string{"x|1", "y|2"}},
		{Name: "arrays of PostgreSQL", Data: []byte(`[{"t":["a","b c",null,"\"","\u00e4"],"n":[[1,2],[3,4]],"j":[{"a":1},2,"x"]},{"t":[],"n":"{5,6}","j":[null]},{"t":[1,[2],{"a":3}],"n":[[],[]]}]`),
			Schema: schemaOf("t text[]", "n int[]", "j jsonb[]"), Rows: 3,
			Text: []string{`{a,"b c",NULL,"\"",ä}|{{1,2},{3,4}}|{"{\"a\": 1}",2,"\"x\""}`, `{}|{5,6}|{NULL}`, `{1,[2],"{\"a\":3}"}|{}|\N`}},
	}
	return cases
}

func TestConformance(t *testing.T) { formattest.Run(t, Format{}, conformCases(t, false)) }

func TestConformanceLines(t *testing.T) {
	formattest.Run(t, Format{Lines: true}, conformCases(t, true))
}

// With a tiny buffer every row straddles two of them, and most make it grow.
func TestConformanceTinyChunks(t *testing.T) {
	formattest.Run(t, Format{chunkBytes: 48}, conformCases(t, false))
	formattest.Run(t, Format{chunkBytes: 7, Lines: true}, conformCases(t, true))
}

// Splits of lines are many, and documents have none.
func TestSplitsOfLines(t *testing.T) {
	data := []byte(strings.Join(mixed(100), "\n"))
	in, done := input(data)
	defer done()
	parts, err := Format{Lines: true}.Splits(in, nil, int64(len(data)/10))
	if err != nil || len(parts) < 9 || len(parts) > 10 {
		t.Fatalf("%v, %v", parts, err)
	}
	for _, p := range parts[1:] {
		if data[p.Off-1] != '\n' || !bytes.HasPrefix(data[p.Off:], []byte(`{"id"`)) {
			t.Errorf("a split begins at %q", data[p.Off-1:p.Off+10])
		}
	}
	if parts, err = (Format{}).Splits(in, nil, 100); err != nil || len(parts) != 1 {
		t.Fatalf("%v, %v", parts, err)
	}
}
