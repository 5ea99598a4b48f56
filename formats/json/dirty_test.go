package json

import (
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/reject"
	"howdah/pushdown"
)

func policy(t testing.TB, action string) reject.Policy {
	t.Helper()
	p, err := reject.Parse(map[string]string{"on_error": action})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var dirtyLines = []string{
	`{"id":1,"name":"a","price":1.5,"c":{"x":1}}`,       // 1
	`{"id":"x","name":"b","price":2}`,                   // 2
	`{"id":3,"name":"c"`,                                // 3
	`{"id":4,"name":"nul\u0000","price":4}`,             // 4
	`{"id":5,"name":"e"} trailing`,                      // 5
	``,                                                  // no row
	`"just text"`,                                       // 6
	`{"id":7,"price":"7"}`,                              // 7
	"{\"id\":8,\"name\":\"\xe9t\xe9\"}",                 // 8
	`{"id":9.5,"name":"i","price":[1]}`,                 // 9: two
	`[10,"j",null]`,                                     // 10
	`{"id":11,"name":"\ud800","price":11}`,              // 11
	`{"id":12,"id":true}`,                               // 12
	"  {\"id\":13,\"name\":\"tab\tin it\"}",             // 13
	`{"id":14,"name":{"first":"n"},"c":{"z":"\u0000"}}`, // 14
	`nul`,                                   // 15
	`{"id":16,"name":"last","price":16e0} `, // 16
}

func dirtyCases(t testing.TB) []formattest.Case {
	sch := schemaOf("id bigint", "name text", "price numeric", "c jsonb")
	quals := func() []expr.Expr {
		return []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "~~", "%a%"), formattest.Qual(t, sch, "price", "IS NULL", "")}
	}
	sorts := [][]pushdown.SortKey{{formattest.Key(t, sch, "price", true)}, {formattest.Key(t, sch, "id", false)}, {formattest.Key(t, sch, "name", false)}}
	lines := strings.Join(dirtyLines, "\n")
	skipped := []string{
		`2|id|22P02|skipped|"x"`, `3||22P02|skipped|{"id":3,"name":"c"`, `4|name|22P05|skipped|"nul\u0000"`, `5||22P02|skipped|{"id":5,"name":"e"} trailing`,
		`6||22P02|skipped|"just text"`, `8||22021|skipped|{"id":8,"name":"\xe9t\xe9"}`, `9|id|22P02|skipped|9.5`, `11||22P02|skipped|{"id":11,"name":"\ud800","price":11}`,
		`12|id|22P02|skipped|true`, "13||22P02|skipped|{\"id\":13,\"name\":\"tab\tin it\"}", `14|c|22P05|skipped|{"z":"\u0000"}`, `15||22P02|skipped|nul`,
	}
	nulled := []string{
		`2|id|22P02|null|"x"`, `3||22P02|skipped|{"id":3,"name":"c"`, `4|name|22P05|null|"nul\u0000"`, `5||22P02|skipped|{"id":5,"name":"e"} trailing`,
		`6||22P02|skipped|"just text"`, `8||22021|skipped|{"id":8,"name":"\xe9t\xe9"}`, `9|id|22P02|null|9.5`, `9|price|22P02|null|[1]`,
		`11||22P02|skipped|{"id":11,"name":"\ud800","price":11}`,
		`12|id|22P02|null|true`, "13||22P02|skipped|{\"id\":13,\"name\":\"tab\tin it\"}", `14|c|22P05|null|{"z":"\u0000"}`, `15||22P02|skipped|nul`,
	}
	document := "[{\"id\":1},\n5,{\"id\":\"x\"},{\"id\":3,\"name\":null},\"" + strings.Repeat("long ", 40) + "\",[4]]"
	small := schemaOf("id int", "name text")
	return []formattest.Case{
		{
			Name: "ignore", Data: []byte(lines), Schema: sch, Options: formats.Options{}, Quals: quals(), Sorts: sorts, Policy: policy(t, "ignore"),
			Rows: 4, Text: []string{`1|a|1.5|{"x": 1}`, `7|\N|7|\N`, `10|j|\N|\N`, `16|last|16|\N`}, Numbers: []int64{1, 7, 10, 16}, Rejected: skipped,
		},
		{
			Name: "set_null", Data: []byte(lines + "\n\n"), Schema: sch, Options: formats.Options{}, Quals: quals(), Sorts: sorts, Policy: policy(t, "set_null"),
			Rows: 9, Text: []string{`1|a|1.5|{"x": 1}`, `\N|b|2|\N`, `4|\N|4|\N`, `7|\N|7|\N`, `\N|i|\N|\N`, `10|j|\N|\N`, `\N|\N|\N|\N`,
				`14|{"first":"n"}|\N|\N`, `16|last|16|\N`}, Numbers: []int64{1, 2, 4, 7, 9, 10, 12, 14, 16}, Rejected: nulled,
		},
		{
			Name: "crlf", Data: []byte(strings.ReplaceAll(lines, "\n", "\r\n")), Schema: sch, Options: formats.Options{}, Policy: policy(t, "ignore"),
			Rows: 4, Text: []string{`1|a|1.5|{"x": 1}`, `7|\N|7|\N`, `10|j|\N|\N`, `16|last|16|\N`}, Numbers: []int64{1, 7, 10, 16}, Rejected: skipped,
		},
		{
			// A line that is broken gives none of its rows; a value over several lines is as many broken lines.
			Name: "rows within lines", Data: []byte(`{"d":[{"id":1},{"id":2}]}` + "\n" + `{"d":[{"id":3},{"id":4}` + "\n" + `{"d":[{"id":"x"},7,{"id":5}]}` + "\n{\"d\":[\n{\"id\":6}]}\n" + `{"d":[]}` + "\n"),
			Schema: small, Options: formats.Options{"json_path": "d"}, Policy: policy(t, "ignore"), Rows: 3, Text: []string{`1|\N`, `2|\N`, `5|\N`},
			Numbers: []int64{1, 2, 6}, Rejected: []string{`3||22P02|skipped|{"d":[{"id":3},{"id":4}`, `4|id|22P02|skipped|"x"`, `5||22P02|skipped|7`,
				`7||22P02|skipped|{"d":[`, `8||22P02|skipped|{"id":6}]}`},
		},
		{
			Name: "document", Data: []byte(document), Schema: small, Options: formats.Options{"lines": "false"}, Policy: policy(t, "ignore"), Rows: 3,
			Text: []string{`1|\N`, `3|\N`, `4|\N`}, Numbers: []int64{1, 4, 6},
			Rejected: []string{"2||22P02|skipped|5", `3|id|22P02|skipped|"x"`, `5||22P02|skipped|"` + strings.Repeat("long ", 40) + `"`},
		},
	}
}

func dirtySuite(t *testing.T, chunk int) {
	for _, c := range dirtyCases(t) {
		f := Format{Lines: c.Options["lines"] == "", chunkBytes: chunk}
		formattest.Run(t, f, []formattest.Case{c})
	}
}

func TestDirtyConformance(t *testing.T) { dirtySuite(t, 0) }

func TestDirtyConformanceTinyChunks(t *testing.T) { dirtySuite(t, 24) }
