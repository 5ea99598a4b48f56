package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestJoinsPrunePartitions: the keys of a join's other side tell which files are opened, and which rows are decoded.
func TestJoinsPrunePartitions(t *testing.T) {
	dir := t.TempDir()
	for year := 2021; year <= 2024; year++ {
		var rows strings.Builder
		for id := range 3000 {
			fmt.Fprintf(&rows, "%d,text %d\n", id, id)
		}
		put(t, dir, fmt.Sprintf("events/year=%d/part.csv", year), []byte("id,v\n"+rows.String()))
	}
	put(t, dir, "years.csv", []byte("year,name\n2022,two\n2024,four\n2030,none\n"))
	put(t, dir, "ids.csv", []byte("id,name\n7,seven\n2999,last\n5000,none\n"))
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), "here="+dir)
	c := h.Connect(t)
	for _, q := range []struct{ query, files, kept, rows string }{
		{"select e.id from here.events e join here.years y on y.year = e.year", "2 of 4", "Rows Kept: 6000", "6000"},
		{"select e.v from here.events e join here.ids i on i.id = e.id", "4 of 4", "Rows Kept: 8", "8"},
		{"select e.v from here.events e join here.ids i on i.id = e.id join here.years y on y.year = e.year", "2 of 4", "Rows Kept: 4", "4"},
		{"select i.name from here.ids i where exists (select 1 from here.events e where e.id = i.id and e.v like 'text%')", "4 of 4", "Rows Kept: 8", "2"},
		{"select i.name from here.ids i where not exists (select 1 from here.events e where e.id = i.id)", "4 of 4", "Rows Kept: 8", "1"},
		{"select e.id from here.events e left join here.years y on y.year = e.year", "4 of 4", "Rows Kept: 12000", "12000"},
	} {
		text, _ := explain(t, c, q.query)
		if !strings.Contains(text, "Files: "+q.files) || !strings.Contains(text, q.kept+"\n") {
			t.Errorf("%s: want %s files, %s\n%s", q.query, q.files, q.kept, text)
		}
		if v := h.value(t, "select count(*) from ("+q.query+") x"); v != q.rows {
			t.Errorf("%s: %s rows, want %s", q.query, v, q.rows)
		}
	}
}
