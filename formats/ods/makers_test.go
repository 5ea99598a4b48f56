package ods

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/formats"
)

// TestMakers compares files of several makers with what LibreOffice shows of them; testdata/README.md tells who made what.
func TestMakers(t *testing.T) {
	// Where Howdah differs on purpose: file, sheet, cell.
	ours := map[string]string{
		// LibreOffice cuts fractions of a second off; Excel, whom text_values follows, rounds.
		"libreoffice.ods Orders & more B2": "2024-02-27 12:34:57", "libreoffice.fods Orders & more B2": "2024-02-27 12:34:57",
		// LibreOffice loses tabs and the line ends of some makers when it reads a file.
		"libreoffice.ods Orders & more K5": "tab\tx", "libreoffice.fods Orders & more K5": "tab\tx", "gnumeric.ods Orders & more K5": "tab\tx",
		"gnumeric.ods Orders & more H3": "two\nlines",
		// It calculates formulas of others anew; the file has this value.
		"gnumeric.ods Orders & more J4": "#VALUE!",
		// Without a style it shows times and booleans as numbers. The file says what they are.
		"odfpy.ods Data D2": "05:30:00", "odfpy.ods Data D3": "10:30:00", "odfpy.ods Data D4": "15:30:00", "odfpy.ods Data D5": "20:30:00", "odfpy.ods Data D6": "25:30:00",
		"odfpy.ods Data E2": "TRUE", "odfpy.ods Data E3": "FALSE", "odfpy.ods Data E4": "TRUE", "odfpy.ods Data E5": "FALSE", "odfpy.ods Data E6": "TRUE",
	}
	for _, c := range []struct{ file, sheet, expect string }{
		{"libreoffice.ods", "Orders & more", "libreoffice.ods.Orders___more.csv"}, {"libreoffice.ods", "Merged", "libreoffice.ods.Merged.csv"},
		{"libreoffice.fods", "Orders & more", "libreoffice.fods.Orders___more.csv"}, {"libreoffice.fods", "Merged", "libreoffice.fods.Merged.csv"},
		{"gnumeric.ods", "Orders & more", "gnumeric.ods.Orders___more.csv"}, {"gnumeric.ods", "Merged", "gnumeric.ods.Merged.csv"},
		{"odfpy.ods", "Data", "odfpy.ods.Data.csv"},
	} {
		f, err := os.Open(filepath.Join("testdata", c.expect))
		if err != nil {
			t.Fatal(err)
		}
		want, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var columns []string
		for i := range want[0] {
			columns = append(columns, fmt.Sprintf("c%d text", i))
		}
		rows, err := read(testFile(t, c.file), formats.Options{"sheet": c.sheet, "text_values": "true", "error_cells": "text", "empty_rows": "null"}, columns...)
		if err != nil || len(rows) != len(want) {
			t.Errorf("%s %s: %d rows, want %d: %v", c.file, c.sheet, len(rows), len(want), err)
			continue
		}
		for i := range want {
			cells := strings.Split(rows[i], "|")
			for k := range want[i] {
				at := fmt.Sprintf("%s %s %c%d", c.file, c.sheet, 'A'+k, i+1)
				expect := want[i][k]
				if v, ok := ours[at]; ok {
					expect = v
				}
				if got := strings.ReplaceAll(cells[k], `\N`, ""); got != expect {
					t.Errorf("%s: %q, want %q", at, got, expect)
				}
			}
		}
	}
}

// TestHandMade reads what no program wrote: values without styles, styles of other kinds, blanks, a value under a merged
// cell. LibreOffice shows the values as their styles have them; here they are what they say.
func TestHandMade(t *testing.T) {
	columns := []string{"a text", "b text", "c text", "d text", "e text", "f text", "g text", "h text", "i text"}
	rows, err := read(testFile(t, "hand.fods"), nil, columns...)
	check(t, rows, err, "2024-02-27|2024-02-27|  a   b\n c  |no type|attr|36:15:00|36:15:00|7|5", "m|\\N|xy   z\tt\nl\n\nend|2024-02-27|TRUE|0.25|0.25||-01:00:00")
}

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
