package csv

import (
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/reject"
	"howdah/pushdown"
)

func policy(t testing.TB, action, limit string) reject.Policy {
	t.Helper()
	given := map[string]string{"on_error": action}
	if limit != "" {
		given["reject_limit"] = limit
	}
	p, err := reject.Parse(given)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// dirty is a file in which every kind of fault occurs. Its quotes are all right, so that cuts can be proven.
const dirty = "id,name,price,ok,note\n" +
	"1,a,1.5,t,fine\n" + // 1
	"x,b,2,t,no number\n" + // 2
	"3,c,3,maybe,no boolean\n" + // 3
	"4,d,4,t\n" + // 4: too few
	"5,e,5,f,too,many\n" + // 5
	"\n" + // 6: blank
	"7,\"q,\n\",7,f,\"two\nlines\"\n" + // 7
	"8,\xe9t\xe9,8,t,latin1\n" + // 8
	"9,i,9,f,n\x00ul\n" + // 9
	"10,j,zehn,vielleicht,two faults\n" + // 10
	"11,k,1e5,t,good\n" + // 11
	"99999999999999999999,l,12,t,out of range\n" + // 12
	"13,m,,,\n" + // 13
	"\"14\"x,n,14,t,a loose quote\n" + // 14
	"15,\"\xff\",-1,f,bad\n" + // 15
	"16,p,16,t,last"

func dirtyCases(t testing.TB) []formattest.Case {
	sch := schemaOf("id bigint", "name text", "price numeric", "ok bool", "note text")
	quals := func() []expr.Expr {
		return []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "<>", "a"), formattest.Qual(t, sch, "note", "~~", "%o%"),
			formattest.Qual(t, sch, "price", "<", "10"), formattest.Var(t, sch, "ok"), formattest.Qual(t, sch, "price", "IS NULL", "")}
	}
	sorts := [][]pushdown.SortKey{{formattest.Key(t, sch, "price", true)}, {formattest.Key(t, sch, "id", false)}, {formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false)}}
	skipped := []string{
		"2|id|22P02|skipped|x", "3|ok|22P02|skipped|maybe", "4||22P04|skipped|4,d,4,t", "5||22P04|skipped|5,e,5,f,too,many", "6||22P04|skipped|",
		`8|name|22021|skipped|\xe9t\xe9`, `9|note|22021|skipped|n\x00ul`, "10|price|22P02|skipped|zehn", "12|id|22003|skipped|99999999999999999999",
		"14|id|22P02|skipped|14x", `15|name|22021|skipped|"\xff"`,
	}
	nulled := []string{
		"2|id|22P02|null|x", "3|ok|22P02|null|maybe", "4||22P04|skipped|4,d,4,t", "5||22P04|skipped|5,e,5,f,too,many", "6||22P04|skipped|",
		`8|name|22021|null|\xe9t\xe9`, `9|note|22021|null|n\x00ul`, "10|price|22P02|null|zehn", "10|ok|22P02|null|vielleicht", "12|id|22003|null|99999999999999999999",
		"14|id|22P02|null|14x", `15|name|22021|null|"\xff"`,
	}
	return []formattest.Case{
		{
			Name: "ignore", Data: []byte(dirty), Schema: sch, Options: formats.Options{"header": "true"}, Quals: quals(), Sorts: sorts, Policy: policy(t, "ignore", ""),
			Rows: 5, Text: []string{"1|a|1.5|t|fine", "7|q,\n|7|f|two\nlines", "11|k|100000|t|good", `13|m|\N|\N|\N`, "16|p|16|t|last"},
			Numbers: []int64{1, 7, 11, 13, 16}, Rejected: skipped,
		},
		{
			Name: "set_null", Data: []byte(dirty), Schema: sch, Options: formats.Options{"header": "true"}, Quals: quals(), Sorts: sorts, Policy: policy(t, "set_null", ""),
			Rows: 13, Text: []string{"1|a|1.5|t|fine", `\N|b|2|t|no number`, `3|c|3|\N|no boolean`, "7|q,\n|7|f|two\nlines", `8|\N|8|t|latin1`, `9|i|9|f|\N`,
				`10|j|\N|\N|two faults`, "11|k|100000|t|good", `\N|l|12|t|out of range`, `13|m|\N|\N|\N`, `\N|n|14|t|a loose quote`, `15|\N|-1|f|bad`, "16|p|16|t|last"},
			Numbers: []int64{1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, Rejected: nulled,
		},
		{
			Name: "ignore crlf", Data: []byte(strings.ReplaceAll(dirty, "\n", "\r\n")), Schema: sch, Options: formats.Options{"header": "true"}, Policy: policy(t, "ignore", ""),
			Rows: 5, Text: []string{"1|a|1.5|t|fine", "7|q,\r\n|7|f|two\r\nlines", "11|k|100000|t|good", `13|m|\N|\N|\N`, "16|p|16|t|last"},
			Numbers: []int64{1, 7, 11, 13, 16}, Rejected: skipped,
		},
		{
			// Bytes that are no characters, in a field that no column takes, leave nothing to set.
			Name: "set_null by name", Data: []byte("a,b,c\n1,2,3\n\xff,2,x\n4,5,6\n7,8\n"), Schema: schemaOf("c int", "b int"),
			Options: formats.Options{"header": "true", "columns": "name"}, Policy: policy(t, "set_null", ""),
			Rows: 2, Text: []string{"3|2", "6|5"}, Numbers: []int64{1, 3}, Rejected: []string{`2||22021|skipped|\xff,2,x`, "4||22P04|skipped|7,8"},
		},
		{
			Name: "fit", Data: []byte("1\n1,2\nx\n1,2,3\n1,x,3\n"), Schema: schemaOf("a int", "b int"), Options: formats.Options{"ragged": "fit"},
			Policy: policy(t, "ignore", ""), Rows: 3, Text: []string{`1|\N`, "1|2", "1|2"}, Numbers: []int64{1, 2, 4},
			Rejected: []string{"3|a|22P02|skipped|x", "5|b|22P02|skipped|x"},
		},
		{
			Name: "comments and an escape", Data: []byte("#\xff\n1,\"a\\\"b\"\n\nx,#\n2,b\n"), Schema: schemaOf("a int", "b text"),
			Options: formats.Options{"comment": "#", "escape": `\`, "blank_lines": "skip"}, Policy: policy(t, "ignore", ""), Rows: 2,
			Text: []string{`1|a"b`, "2|b"}, Numbers: []int64{1, 3}, Rejected: []string{"2|a|22P02|skipped|x"},
		},
		{
			Name: "WIN1252", Data: []byte("1,\xe9t\xe9\n2,\x81\n\x8d3,c\n4,\x80\n"), Schema: schemaOf("a int", "b text"), Options: formats.Options{"encoding": "WIN1252"},
			Policy: policy(t, "set_null", ""), Rows: 4, Text: []string{"1|été", `2|\N`, `\N|c`, "4|€"},
			Rejected: []string{`2|b|22021|null|\x81`, `3|a|22021|null|\x8d3`},
		},
		{
			Name: "UTF16", Data: []byte("1\x00,\x00a\x00\n\x002\x00,\x00\x00\xd8b\x00\n\x00\x00\xdc3\x00,\x00=\xd8\x00\xde\n\x004\x00,\x00=\xd8\x00\xde"), Schema: schemaOf("a int", "b text"),
			Options: formats.Options{"encoding": "UTF16LE"}, Policy: policy(t, "ignore", ""), Rows: 2, Text: []string{"1|a", "4|😀"}, Numbers: []int64{1, 4},
			Rejected: []string{`2|b|22021|skipped|\x00\xd8b`, `3|a|22021|skipped|\x00\xdc3`},
		},
		{
			Name: "nothing is left", Data: []byte("x\ny\nz\n"), Schema: schemaOf("a int"), Policy: policy(t, "ignore", ""), Rows: 0, Text: []string{}, Numbers: []int64{},
			Rejected: []string{"1|a|22P02|skipped|x", "2|a|22P02|skipped|y", "3|a|22P02|skipped|z"},
		},
	}
}

func TestDirtyConformance(t *testing.T) { formattest.Run(t, Format{}, dirtyCases(t)) }

func TestDirtyConformanceTinyChunks(t *testing.T) {
	formattest.Run(t, Format{chunkBytes: 48}, dirtyCases(t))
}
