package catalog

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"howdah/sources"
)

// workbook is an xlsx file of sheets, each a name and the XML of its rows; a name with a minus before is hidden.
func workbook(t *testing.T, sheets ...string) string {
	t.Helper()
	var b strings.Builder
	w := zip.NewWriter(&b)
	part := func(name, text string) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, text)
	}
	var list, rels strings.Builder
	for i, s := range sheets {
		name, rows, _ := strings.Cut(s, ":")
		state := ""
		if strings.HasPrefix(name, "-") {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="r%d"/>`, name, i+1, state, i)
		fmt.Fprintf(&rels, `<Relationship Id="r%d" Type="x/worksheet" Target="s%d.xml"/>`, i, i)
		part(fmt.Sprintf("xl/s%d.xml", i), "<worksheet><sheetData>"+rows+"</sheetData></worksheet>")
	}
	part("xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+list.String()+`</sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", "<Relationships>"+rels.String()+"</Relationships>")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSheetsAreTables(t *testing.T) {
	one, yes := `<row><c><v>1</v></c></row>`, `<row><c t="b"><v>1</v></c><c><v>2.5</v></c></row>`
	dir := writeFiles(t, map[string]string{
		"many.xlsx":   workbook(t, "First:"+one, "-Secret:"+one, "Empty:", "Q 2/24:"+yes),
		"one.xlsx":    workbook(t, "Cover:", "Data:"+yes),
		"none.xlsx":   workbook(t, "A:", "B:"),
		"same.xlsx":   workbook(t, "a b:"+one, "a-b:"+yes),
		"year/1.xlsx": workbook(t, "Jan:"+yes),
		"year/2.xlsx": workbook(t, "Feb:"+yes),
		"dept/1.xlsx": workbook(t, "Staff:"+one, "Pay:"+yes, "-Notes:"+one),
		"dept/2.xlsx": workbook(t, "Staff:"+one, "Pay:"+yes),
		"odd/1.xlsx":  workbook(t, "X:"+one, "Y:"+yes),
		"odd/2.xlsx":  workbook(t, "X:"+one),
		"lone/1.xlsx": workbook(t, "Cover:", "P:"+one, "Q:"+yes),
		"late/1.xlsx": workbook(t, "Cover:", "P:"+yes),
		"late/2.xlsx": workbook(t, "Cover:", "P:"+yes),
		"plain.csv":   "a,b\n1,2\n",
		"wrong.xlsx":  "no workbook at all",
	})
	got := listing(t, open(t, "", dir))
	for _, want := range []string{"public.many_first(column_1 20)", "public.many_q_2_24(column_1 16, column_2 1700)", "public.one(column_1 16, column_2 1700)", "public.year(column_1 16, column_2 1700)", "public.dept_staff(column_1 20)",
		"public.dept_pay(column_1 16, column_2 1700)", "public.odd_1_x(column_1 20)", "public.odd_1_y(column_1 16, column_2 1700)", "public.odd_2(column_1 20)", "public.lone_p(column_1 20)",
		"public.lone_q(column_1 16, column_2 1700)", "public.late(column_1 16, column_2 1700)", "public.plain(a 20, b 20)"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %q", want, got)
		}
	}
	for _, g := range got {
		if strings.Contains(g, "secret") || strings.Contains(g, "many_empty") {
			t.Errorf("%s is a table", g)
		}
	}
	c := open(t, "", dir)
	for table, want := range map[string]bool{"many_first": true, "one": true, "plain": false} {
		r, err := c.View("me", sources.NewSnapshot()).Lookup(context.Background(), []string{"public"}, "", table)
		if err != nil {
			t.Fatal(err)
		}
		has := slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Name == "_sheet" && c.Hidden && c.Role == HiddenSheet })
		if has != want {
			t.Errorf("%s: column _sheet: %v, want %v", table, has, want)
		}
	}
	n := 0
	for _, g := range got {
		if strings.HasPrefix(g, "public.same") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("two sheets of one name are %d tables: %q", n, got)
	}
}
