package catalog

import (
	"context"
	"slices"
	"strings"
	"testing"

	"howdah/pgerr"
	"howdah/sources"
)

// TestContentDecides: a name that misleads hides no table; what is no table stays an error.
func TestContentDecides(t *testing.T) {
	book := workbook(t, "One:"+`<row><c><v>1</v></c><c><v>2</v></c></row>`)
	dir := writeFiles(t, map[string]string{
		"book.csv":    book,
		"book.json":   book,
		"two.csv":     workbook(t, "A:"+`<row><c><v>1</v></c></row>`, "B:"+`<row><c><v>2</v></c></row>`),
		"table.xlsx":  "id,name\n1,a\n",
		"tabs.xls":    "id\tname\n1\ta\n",
		"lines.csv":   `{"a": 1, "b": "x"}` + "\n" + `{"a": 2, "b": "y"}` + "\n",
		"log.txt":     `{"a": 1}` + "\n" + `{"a": 2}` + "\n",
		"array.csv":   `[{"a": true}]`,
		"doc.ndjson":  "[\n {\"a\": 1.5}\n]\n",
		"page.xls":    "<html><table><tr><td>1</td></tr></table></html>",
		"page.xlsx":   "<!DOCTYPE html><html></html>",
		"old.xls":     `<?xml version="1.0"?><Workbook/>`,
		"message.xls": "Access denied\n",
		"empty.xlsx":  "",
		"pdf.xlsx":    "%PDF-1.4 and so on",
		"torn.xlsx":   book[:len(book)/2],
		"torn.ndjson": `{"a": 1}` + "\n" + `{"a": `,
		"text.json":   "id,name\n1,a\n",
		// a CSV whose fields hold JSON or brackets is one
		"fields.csv":   "id,doc\n1,\"{\"\"a\"\": 1}\"\n",
		"brackets.csv": "[a],[b]\n[1],[2]\n",
	})
	c := open(t, "", dir)
	v := c.View("me", sources.NewSnapshot())
	for table, want := range map[string]string{
		"book_csv": "xlsx (column_1 20, column_2 20)", "book_json": "xlsx (column_1 20, column_2 20)", "two": "xlsx (column_1 20)",
		"table": "csv (id 20, name 25)", "tabs": "csv (id 20, name 25)", "lines": "ndjson (a 20, b 25)", "log": "ndjson (a 20)",
		"array": "json (a 16)", "doc": "json (a 1700)", "fields": "csv (id 20, doc 25)", "brackets": "csv (a 25, b 25)",
	} {
		r, err := v.Lookup(context.Background(), nil, "public", table)
		if err != nil {
			t.Errorf("%s: %v", table, err)
			continue
		}
		_, columns, _ := strings.Cut(describeRelation(r), "(")
		if got := r.File.Format.Spec().Name + " (" + columns; got != want {
			t.Errorf("%s: %s, want %s", table, got, want)
		}
		text, err := c.Describe(context.Background(), r)
		if err != nil {
			t.Errorf("%s: %v", table, err)
		}
		misled := !slices.Contains([]string{"fields", "brackets"}, table)
		if strings.Contains(text, "whatever the file's name says") != misled {
			t.Errorf("%s: %s", table, text)
		}
	}
	for table, want := range map[string]string{
		"page_xls": "save it as xlsx", "page_xlsx": "save it as xlsx", "old": "save it as xlsx", "message": "xls", "empty": "It is empty",
		"pdf": "no zip archive", "torn_xlsx": "may have been cut", "torn_ndjson": "ended unexpectedly", "text": "Expected JSON value",
	} {
		r, err := v.Lookup(context.Background(), nil, "public", table)
		if err == nil {
			t.Errorf("%s is a table: %s", table, describeRelation(r))
			continue
		}
		e := pgerr.From(err)
		if got := e.Message + " " + e.Detail + " " + e.Hint; !strings.Contains(got, want) || e.Code == pgerr.InternalError {
			t.Errorf("%s: %s %s", table, e.Code, got)
		}
	}
}

// TestDeclaredFormatIsObeyed: what a definition says is not overridden, but the error tells what the content seems to be.
func TestDeclaredFormatIsObeyed(t *testing.T) {
	book := workbook(t, "One:"+`<row><c><v>1</v></c></row>`)
	dir := writeFiles(t, map[string]string{"book.dat": book, "book.csv": book, "table.xlsx": "id,name\n1,a\n", "lines.csv": `{"a": 1}` + "\n" + `{"a": 2}`})
	c := open(t, "", dir)
	if err := run(t, c, `create schema f; create server s foreign data wrapper howdah options (location '`+dir+`');
		create foreign table f.a (a int) server s options (location 'book.dat', format 'csv');
		create foreign table f.b (a int) server s options (location 'book.csv');
		create foreign table f.c (a int) server s options (location 'table.xlsx', format 'xlsx');
		create foreign table f.d (a int) server s options (location 'lines.csv');
		create foreign table f.e (doc text) server s options (location 'lines.csv', delimiter '|');
		create foreign table f.f (a int) server s options (location 'book.dat')`); err != nil {
		t.Fatal(err)
	}
	v := c.View("me", sources.NewSnapshot())
	for table, want := range map[string]string{"a": "looks like xlsx", "b": "looks like xlsx", "c": "looks like csv", "d": "looks like ndjson", "e": "", "f": ""} {
		_, err := v.Lookup(context.Background(), nil, "f", table)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", table, err)
			}
		} else if err == nil || !strings.Contains(pgerr.From(err).Hint, want) {
			t.Errorf("%s: %v, hint %q", table, err, pgerr.From(err).Hint)
		}
	}
}
