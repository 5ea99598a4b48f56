package xls

import (
	"fmt"
	"os"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/formats/internal/cfb/cfbtest"
	"howdah/pushdown"
)

// mixed is a workbook of all kinds of cells; n rows.
func mixed(n int) wb {
	var texts []any
	for i := range 9 {
		if i%3 == 2 {
			texts = append(texts, []byte{2, 0, 8, 1, 0}, "n", byte('0'+i), uint32(0)) // rich
		} else {
			texts = append(texts, str16(fmt.Sprint([]string{"n", " n"}[i%3], i)))
		}
	}
	body := [][]byte{label(1, 0, "id"), label(1, 1, "name"), label(1, 2, "price"), label(1, 3, "ok"), label(1, 4, "day"), label(1, 5, "note")}
	for i := range n {
		at := i + 2 + i/7*2
		add := func(b []byte) { body = append(body, b) }
		if i%4 != 3 {
			add(rk(at, 0, 0, rkInt(i)))
		}
		add(labelSST(at, 1, uint32(i%9)))
		switch i % 5 {
		case 0:
			add(formula(at, 2, double(float64(i)+0.1)))
		case 1:
			add(rk(at, 2, 6, rkInt(-25)|1))
		case 2:
			add(num(at, 2, 5, 1.5e-3))
		case 3:
			add(boolErr(at, 2, 7, 1))
		}
		if i%3 != 0 {
			add(boolErr(at, 3, byte(i%2), 0))
		}
		if i%6 != 0 {
			add(rk(at, 4, 1, rkInt(45000+i)))
		}
		switch i % 4 {
		case 0:
			add(join(formula(at, 5, special(0, 0)), rec(recString, str16("a & b"))))
		case 1:
			add(label(at, 5, "ünï"))
		case 2:
			add(formula(at, 5, special(3, 0)))
		case 3:
			add(rec(recRString, at, 5, 0, 4, byte(8), 1, "rich", uint32(0)))
		}
	}
	return one(body...).with(sst(texts...))
}

func conformCases(t testing.TB) []formattest.Case {
	sch := formattest.Schema("id bigint", "name text", "price numeric", "ok bool", "day date", "note text")
	quals := []expr.Expr{formattest.Qual(t, sch, "id", ">", "7"), formattest.Qual(t, sch, "name", "=", "n3"), formattest.Qual(t, sch, "day", "IS NOT NULL", ""),
		formattest.Qual(t, sch, "note", "~~", "%i%"), formattest.Qual(t, sch, "price", "<", "2"), formattest.Var(t, sch, "ok")}
	sorts := [][]pushdown.SortKey{
		{formattest.Key(t, sch, "price", true), formattest.Key(t, sch, "id", false)},
		{formattest.Key(t, sch, "name", false)},
		{formattest.Key(t, sch, "ok", true), formattest.Key(t, sch, "note", false), formattest.Key(t, sch, "day", true)},
	}
	header := formats.Options{"header": "true"}
	small := formattest.Schema("a text", "b int")
	merged := one(label(0, 0, "x"), num(0, 1, 0, 1), num(1, 1, 0, 2), num(2, 1, 0, 3), merge(0, 1, 0, 0))
	gaps := one(num(1, 1, 0, 1), rowRec(2, 0), num(4, 1, 0, 2), boolErr(4, 3, 1, 0), rec(recBlank, 5, 0, 0))
	five := wb{version: biff5, globals: join(rec(recCodePage, 1250), xf(0)), sheets: []ws{{name: "S", body: join(rec(recLabel, 0, 0, 0, 1, "\xb9"), num(0, 1, 0, 5), num(1, 1, 0, 6))}}}
	shuffled := one(num(1, 1, 0, 2), label(0, 0, "x"), num(2, 1, 0, 3), num(0, 1, 0, 1))
	return []formattest.Case{
		{Name: "mixed", Data: mixed(16).file(), Schema: sch, Options: header, Quals: quals, Sorts: sorts, Rows: 16},
		{Name: "scattered", Data: cfbtest.Write(cfbtest.Layout{Scattered: true}, cfbtest.Stream{Name: "x", Data: make([]byte, 5000)}, cfbtest.Stream{Name: "WORKBOOK", Data: mixed(9).stream()}),
			Schema: formattest.Schema("day date", "id int"), Options: formats.Options{"header": "2", "columns": "name", "sheet": "s 1"}, Rows: 9},
		{Name: "bare", Data: mixed(9).stream(), Schema: sch, Options: header, Rows: 9},
		{Name: "encrypted", Data: mixed(9).rc4Book("x").file(), Schema: sch, Options: formats.Options{"header": "true", "file_password": "x"}, Quals: quals[:2], Rows: 9},
		{Name: "BIFF5", Data: five.file(), Schema: small, Rows: 2, Text: []string{"ą|5", `\N|6`}},
		{Name: "shuffled", Data: shuffled.file(), Schema: small, Rows: 3, Text: []string{"x|1", `\N|2`, `\N|3`}},
		{Name: "merged", Data: merged.file(), Schema: small, Rows: 3, Text: []string{"x|1", `\N|2`, `\N|3`}},
		{Name: "filled", Data: merged.file(), Schema: small, Options: formats.Options{"merged": "fill"}, Rows: 3, Text: []string{"x|1", `x|2`, `\N|3`}},
		{Name: "gaps", Data: gaps.file(), Schema: small, Rows: 2, Text: []string{`\N|1`, `\N|2`}},
		{Name: "empty rows are NULLs", Data: gaps.file(), Schema: small, Options: formats.Options{"empty_rows": "null"}, Rows: 4,
			Text: []string{`\N|1`, `\N|\N`, `\N|\N`, `\N|2`}, Quals: []expr.Expr{formattest.Qual(t, small, "b", "IS NULL", "")},
			Sorts: [][]pushdown.SortKey{{formattest.Key(t, small, "b", true)}}},
		{Name: "empty rows stop", Data: gaps.file(), Schema: small, Options: formats.Options{"empty_rows": "stop"}, Rows: 1, Text: []string{`\N|1`}},
		{Name: "range", Data: gaps.file(), Schema: small, Options: formats.Options{"range": "'S 1'!$A$3:B9"}, Rows: 1, Text: []string{`\N|2`}},
	}
}

func TestConformance(t *testing.T) { formattest.Run(t, Format{}, conformCases(t)) }

func TestConformanceOfAnotherMaker(t *testing.T) {
	if testing.Short() {
		t.Skip("a file of 24 KB, cut at every byte")
	}
	data, err := os.ReadFile("testdata/xlwt1904.xls")
	if err != nil {
		t.Fatal(err)
	}
	formattest.Run(t, Format{}, []formattest.Case{{Name: "xlwt", Data: data, Schema: formattest.Schema("d timestamp"), Options: formats.Options{"header": "true"}, Rows: 2,
		Text: []string{"1904-01-02 12:00:00", "2013-07-07 06:00:00"}}})
}
