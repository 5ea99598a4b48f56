package xlsx

import (
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/reject"
	"howdah/pushdown"
)

// TestDirtyConformance is for all spreadsheets: what is dirty of them is found in the package that they share.
func TestDirtyConformance(t *testing.T) {
	policy := func(action string) reject.Policy {
		p, err := reject.Parse(map[string]string{"on_error": action})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	text := func(cell, v string) string { return `<c r="` + cell + `" t="inlineStr"><is><t>` + v + `</t></is></c>` }
	rows := `<row r="1">` + text("A1", "id") + text("B1", "day") + text("C1", "note") + `</row>` +
		`<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>45000</v></c>` + text("C2", "good") + `</row>` +
		`<row r="3">` + text("A3", "two") + `<c r="B3" s="1"><v>45001</v></c>` + text("C3", "no number") + `</row>` +
		`<row r="5"><c r="A5"><v>3</v></c><c r="B5"><v>210405</v></c><c r="C5"><v>7</v></c></row>` +
		`<row r="6"><c r="A6"><v>4.5</v></c><c r="B6" t="b"><v>1</v></c></row>` +
		`<row r="7"><c r="A7"><v>5</v></c><c r="B7" s="1"><v>60</v></c></row>` +
		`<row r="8"><c r="A8"><v>6</v></c><c r="C8" t="e"><v>#N/A</v></c></row>` +
		`<row r="9"><c r="A9"><v>99999999999</v></c></row>` +
		`<row r="10"><c r="A10"><v>8</v></c><c r="B10" s="1"><v>45007</v></c>` + text("C10", "last") + `</row>`
	data := workbook(rows, "", dateStyles).zip()
	// Two columns of the table may take one column of the sheet.
	sch := formattest.Schema("id int", "day date", "note text", "again text")
	columns := []formats.Options{{"column": "A"}, {"column": "B"}, {"column": "C"}, {"column": "A"}}
	quals := func() []expr.Expr {
		return []expr.Expr{formattest.Qual(t, sch, "id", ">", "1"), formattest.Qual(t, sch, "again", "<>", "two"), formattest.Qual(t, sch, "day", "IS NULL", "")}
	}
	sorts := [][]pushdown.SortKey{{formattest.Key(t, sch, "day", true)}, {formattest.Key(t, sch, "id", false)}, {formattest.Key(t, sch, "again", true)}}
	opt := formats.Options{"header": "true", "error_cells": "error"}
	formattest.Run(t, Format{}, []formattest.Case{
		{
			Name: "ignore", Data: data, Schema: sch, Columns: columns, Options: opt, Quals: quals(), Sorts: sorts, Policy: policy("ignore"), Rows: 2,
			Text: []string{"1|2023-03-15|good|1", "8|2023-03-22|last|8"}, Numbers: []int64{1, 8},
			Rejected: []string{"2|id|22P02|skipped|two", "3|day|22007|skipped|210405", "4|id|22P02|skipped|4.5", "5|day|22008|skipped|60", "6|note|22P02|skipped|#N/A",
				"7|id|22003|skipped|99999999999"},
		},
		{
			Name: "set_null", Data: data, Schema: sch, Columns: columns, Options: opt, Quals: quals(), Sorts: sorts, Policy: policy("set_null"), Rows: 8,
			Text: []string{"1|2023-03-15|good|1", `\N|2023-03-16|no number|two`, `3|\N|7|3`, `\N|\N|\N|4.5`, `5|\N|\N|5`, `6|\N|\N|6`, `\N|\N|\N|99999999999`, "8|2023-03-22|last|8"},
			Rejected: []string{"2|id|22P02|null|two", "3|day|22007|null|210405", "4|id|22P02|null|4.5", "4|day|22007|null|TRUE", "5|day|22008|null|60", "6|note|22P02|null|#N/A",
				"7|id|22003|null|99999999999"},
		},
	})
}
