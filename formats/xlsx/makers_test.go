package xlsx

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
)

// TestMakers reads one workbook as five programs write it (testdata/README.md): the types and rows are the same, and
// text_values shows what LibreOffice does.
func TestMakers(t *testing.T) {
	want := []string{
		"id bigint, name text, qty bigint, price numeric, share numeric, day date, at timestamp, took interval, paid bool, note text",
		"1|plain|5|1234.5|0.125|2024-02-29|2024-02-29 13:30:15|01:02:03|t|a",
		"2|Müller & <Söhne>|-7|0.1|1|1999-12-31|1999-12-31 23:59:59|36:00:00|f|007",
		"3|  blanks  |0|1000000|0.005|2038-01-19|2001-01-01 00:00:00|00:00:01|t|two\nlines",
		`4|日本語 🙂|123456789012|99.995|-0.5|\N|\N|\N|\N|\N`,
		"6|_x0041_ is no A|2147483648|-0.25|0.3333|1900-03-01|2024-02-27 12:00:00|100:30:00|f|quo\"te",
		"7|tab\there|1|1234567.891|0|9999-12-31|2024-12-31 06:07:08|00:00:00|t|#N/A",
	}
	for _, maker := range []string{"openpyxl", "xlsxwriter", "libreoffice", "gnumeric", "excelize"} {
		t.Run(maker, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + maker + ".xlsx")
			if err != nil {
				t.Fatal(err)
			}
			want := append([]string(nil), want...)
			switch maker {
			case "libreoffice":
				want[6] = strings.Replace(want[6], "\t", "", 1) // it lost it
			case "gnumeric", "excelize":
				want[5] = strings.Replace(want[5], "_x0041_", "A", 1) // which they do not escape, so that it is an escape
			}
			schema, rows, err := inferred(data, formats.Options{"range": "A:J"})
			check(t, append([]string{schema}, rows...), err, want...)
			computed := maker != "openpyxl" && maker != "excelize"
			if computed {
				rows, err = read(data, formats.Options{"range": "K:K", "header": "true"}, "sum numeric")
				check(t, rows, err, "1239.5", "-6.9", "1000000", "123456789111.995", "2147483647.75", "1234568.891")
			}
			in := formattest.Input(formattest.Memory(data), nil)
			defer in.Close()
			inf, err := Format{}.Infer(in, nil)
			for _, note := range []string{"column qty (C) is bigint: integers\n", "column share (E) is numeric: decimals, shown as 0.0%\n", "column took (H) is interval: durations, shown as [h"} {
				if err != nil || !strings.Contains(strings.Join(inf.Notes, "\n")+"\n", note) {
					t.Errorf("%q is not in %q %v", note, inf.Notes, err)
				}
			}
			tables, err := Format{}.Tables(in, nil)
			if err != nil || maker != "gnumeric" && len(tables) != 1 || tables[0].Name != "Kinds of cells" { // it shows what was hidden
				t.Error(tables, err)
			}
			shown, err := os.ReadFile("testdata/" + maker + ".csv")
			if err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(bytes.NewReader(shown)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var columns, texts []string
			width := 10
			if computed {
				width = 11
			}
			for i := range width {
				columns = append(columns, string(rune('a'+i))+" text")
			}
			for _, r := range records {
				for i := range r {
					if r[i] == "" {
						r[i] = `\N`
					}
				}
				text := strings.Join(r[:width], "|")
				if maker == "gnumeric" || maker == "excelize" {
					text = strings.Replace(text, "_x0041_", "A", 1)
				}
				texts = append(texts, strings.Replace(text, "|123456789012|", "|1.23457E+11|", 1)) // as Excel's General has it
			}
			rows, err = read(data, formats.Options{"text_values": "true", "empty_rows": "null"}, columns...)
			check(t, rows, err, texts...)
		})
	}
}
