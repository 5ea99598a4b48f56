package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

// kinds are the formats that a random table may be written in. CSV comes most: PostgreSQL writes all of its dialects.
var kinds = []string{"csv", "csv", "csv", "csv", "ndjson", "json", "xlsx", "xls", "ods"}

// kind picks a table's format, without drawing from the generator of everything else. HOWDAH_FORMAT says one for all.
func (d *differential) kind(t *table, at int) string {
	k := kinds[rand.New(rand.NewPCG(0xF0, uint64(d.round)<<8|uint64(at))).IntN(len(kinds))]
	if only := os.Getenv("HOWDAH_FORMAT"); only != "" {
		k = only
	}
	if (k == "json" || k == "ndjson") && t.holds("null", "json", "jsonb") {
		return "csv" // the value null is no value there
	}
	return k
}

// holds tells whether a column of one of the types has the value.
func (t *table) holds(value string, types ...string) bool {
	for i, c := range t.cols {
		if slices.Contains(types, c.typ) && slices.ContainsFunc(t.rows, func(r []string) bool { return r[i] == value }) {
			return true
		}
	}
	return false
}

// encode writes rows of a table in a format other than CSV: JSON as PostgreSQL writes it, workbooks by the tests' writers.
func (d *differential) encode(kind string, t *table, heap string, limit, offset int) []byte {
	if kind == "json" || kind == "ndjson" {
		var list []string
		for _, c := range t.cols {
			n := quoteName(c.name)
			if strings.HasSuffix(c.typ, "[]") {
				n += "::text as " + n // JSON knows no lower bounds
			}
			list = append(list, n)
		}
		rows, err := d.heap.Query(fmt.Sprintf("select row_to_json(x)::text from (select %s from %s limit %d offset %d) x", strings.Join(list, ", "), heap, limit, offset))
		if err != nil {
			d.t.Fatal(err)
		}
		var lines []string
		for _, r := range rows {
			lines = append(lines, r[0])
		}
		if kind == "json" {
			return []byte("[" + strings.Join(lines, ",\n ") + "]")
		}
		return []byte(strings.Join(lines, "\n") + "\n")
	}
	// The heap's order is not always that of t.rows: a small row may have found place in an earlier page.
	texts, err := d.heap.Query(fmt.Sprintf("select * from %s limit %d offset %d", heap, limit, offset))
	if err != nil {
		d.t.Fatal(err)
	}
	var header []string
	for _, c := range t.cols {
		header = append(header, c.name)
	}
	var rows [][]any
	for _, r := range texts {
		var row []any
		for i, c := range t.cols {
			row = append(row, cellOf(c, r[i]))
		}
		rows = append(rows, row)
	}
	switch kind {
	case "xlsx":
		return writeXLSX(d.t, header, rows)
	case "xls":
		return writeXLS(d.t, header, rows)
	}
	return writeODS(d.t, header, rows)
}

// cellOf is a value as a cell: a number or a boolean where that keeps it, else its text.
func cellOf(c tableColumn, text string) any {
	if text == null {
		return nil
	}
	switch c.typ {
	case "bool":
		return text == "t"
	case "int2", "int4", "int8", "float8", "numeric":
		if len(text) > 15 || c.typ == "numeric" && c.decl == "numeric" && strings.HasSuffix(text, "0") && strings.Contains(text, ".") {
			return text
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == text && text != "-0" && text[len(text)-1] <= '9' {
			return f
		}
	}
	return text
}
