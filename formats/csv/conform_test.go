package csv

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
		"float8": types.Float8OID, "bool": types.BoolOID, "timestamp": types.TimestampOID, "date": types.DateOID, "uuid": types.UUIDOID}
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

// mixed is a file of all kinds of fields; n rows.
func mixed(n int, eol string) []byte {
	var b bytes.Buffer
	b.WriteString("id,name,price,ok,note" + eol)
	for i := range n {
		note := []string{"", `""`, "plain", `"a,b"`, `"say ""hi"""`, "\"two" + eol + "lines\"", "ünïcode", ` spaced `, `mid"dle"`}[i%9]
		price := []string{"1.50", "", "007.5", `"3"`, "-0.25", "1e3", "12345678901234567890.123"}[i%7]
		fmt.Fprintf(&b, "%s,n%d,%s,%s,%s%s", []string{fmt.Sprint(i), fmt.Sprintf("00%d", i), fmt.Sprintf(`"%d"`, i), ""}[i%4], i%5, price,
			[]string{"t", "f", "true", "", "no"}[i%5], note, eol)
	}
	return b.Bytes()
}

func conformCases(t testing.TB) []formattest.Case {
	sch := schemaOf("id bigint", "name text", "price numeric", "ok bool", "note text")
	quals := func() []expr.Expr {
		return []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "=", "n3"), formattest.Qual(t, sch, "note", "IS NOT NULL", ""),
			formattest.Qual(t, sch, "note", "~~", "%i%"), formattest.Qual(t, sch, "price", "<", "2"), formattest.Var(t, sch, "ok")}
	}
	sorts := [][]pushdown.SortKey{
		{formattest.Key(t, sch, "price", true), formattest.Key(t, sch, "id", false)},
		{formattest.Key(t, sch, "name", false)},
		{formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false)},
	}
	var cases []formattest.Case
	for name, eol := range map[string]string{"lf": "\n", "crlf": "\r\n", "cr": "\r"} {
		data := mixed(40, eol)
		cases = append(cases, formattest.Case{Name: name, Data: data, Schema: sch, Options: formats.Options{"header": "true"}, Quals: quals(), Sorts: sorts, Rows: 40})
		cases = append(cases, formattest.Case{Name: name + " without last line end", Data: bytes.TrimSuffix(data, []byte(eol)), Schema: sch,
			Options: formats.Options{"header": "match"}, Quals: quals()[:2], Rows: 40})
	}
	semi := bytes.ReplaceAll(bytes.ReplaceAll(mixed(15, "\n"), []byte(","), []byte(";")), []byte(`""hi""`), []byte(`\"hi\"`))
	cases = append(cases,
		formattest.Case{Name: "escape", Data: semi, Schema: sch, Options: formats.Options{"header": "on", "delimiter": ";", "escape": `\`}, Quals: quals(), Sorts: sorts, Rows: 15},
		formattest.Case{Name: "one column", Data: []byte("a\n\nb\n\"\"\n\"x\ny\"\nc"), Schema: schemaOf("v text"), Rows: 6, Text: []string{"a", `\N`, "b", "", "x\ny", "c"}},
		formattest.Case{Name: "comments and blanks", Data: []byte("# \"one\na,b\n1,2\n\n#x,y,z\n3,4\n\n"), Schema: schemaOf("a int", "b int"),
			Options: formats.Options{"header": "true", "comment": "#", "blank_lines": "skip"}, Rows: 2, Text: []string{"1|2", "3|4"}},
		formattest.Case{Name: "no quotes", Data: []byte("5\" pipe\t1\n\"\t2\n3\t\n"), Schema: schemaOf("a text", "b int"),
			Options: formats.Options{"delimiter": `\t`, "quote": "none"}, Rows: 3, Text: []string{"5\" pipe|1", "\"|2", `3|\N`}},
		formattest.Case{Name: "by name", Data: []byte("x,B c,a\n1,2,3\n4,5,6\n"), Schema: schemaOf("a int", "b_c int"),
			Options: formats.Options{"header": "true", "columns": "name"}, Rows: 2, Text: []string{"3|2", "6|5"}},
		formattest.Case{Name: "fit", Data: []byte("1\n1,2\n1,2,3\n"), Schema: schemaOf("a int", "b int"), Options: formats.Options{"ragged": "fit"},
			Rows: 3, Text: []string{`1|\N`, "1|2", "1|2"}},
		formattest.Case{Name: "trim and null", Data: []byte(" 1 , NULL\n2,\" x \"\n"), Schema: schemaOf("a int", "b text"),
			Options: formats.Options{"trim": "true", "null": "NULL"}, Rows: 2, Text: []string{`1|\N`, "2| x "}},
	)
	return cases
}

func TestConformance(t *testing.T) { formattest.Run(t, Format{}, conformCases(t)) }

// With a tiny buffer every record straddles two of them, and most make it grow.
func TestConformanceTinyChunks(t *testing.T) {
	formattest.Run(t, Format{chunkBytes: 48}, conformCases(t))
}
