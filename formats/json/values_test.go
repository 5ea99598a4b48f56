package json

import (
	"strings"
	"testing"

	"howdah/formats"
	"howdah/pushdown"
)

// A bad value names file, line, row, column and value, and hints at the way out, however it is read.
func TestBadValue(t *testing.T) {
	sch := schemaOf("id int", "qty int")
	data := []byte("[{\"id\":1,\"o\":{\"qty\":2}},\n{\"id\":2,\"o\":{\"qty\":\"a\\\"b\"}}]")
	cols := []formats.Options{nil, {"path": "o.qty"}}
	for _, text := range []bool{false, true} {
		r := &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 1, Text: text}}}
		_, err := all(Format{}, data, &formats.Scan{Schema: sch, Columns: cols, Request: r, Table: "public.Orders"})
		if got := where(err); got != `invalid input syntax for type integer: "a"b" (SQLSTATE 22P02) @ x, line 2, row 2, column qty (o.qty): ""a\"b""` {
			t.Error(got)
		}
		if e := errorOf(err); !strings.HasSuffix(e.Hint, `ALTER FOREIGN TABLE public."Orders" ALTER COLUMN qty TYPE text`) {
			t.Error(e.Hint)
		}
	}
	r := &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 0}}}
	if rows, err := all(Format{}, data, &formats.Scan{Schema: sch, Columns: cols, Request: r}); err != nil || len(rows) != 2 {
		t.Errorf("%q, %v", rows, err) // nobody needs the column
	}
}

// Of members with the same name the last one counts, with all that is in it.
func TestDuplicates(t *testing.T) {
	sch := schemaOf("city text", "c jsonb")
	cols := []formats.Options{{"path": "c.city"}, nil}
	for value, want := range map[string]string{
		`{"zip":1}`: `\N|{"zip": 1}`, `null`: `\N|\N`, `5`: `\N|5`, `[{"city":2}]`: `\N|[{"city": 2}]`, `"{"`: `\N|"{"`, `{"city":"b"}`: `b|{"city": "b"}`, `{}`: `\N|{}`,
		`{"city":"b","city":null}`: `\N|{"city": null}`, `{"c\u0069ty":"b"}`: `b|{"city": "b"}`,
	} {
		rows, err := all(Format{}, []byte(`[{"c":{"city":"a"},"c":`+value+`}]`), &formats.Scan{Schema: sch, Columns: cols})
		if err != nil || rows[0] != want {
			t.Errorf("%s: %q, want %s; %v", value, rows, want, err)
		}
	}
}

// What a scan allocates does not grow with its rows.
func TestNoAllocationPerRow(t *testing.T) {
	sch := ordersSchema()
	r := &pushdown.Request{Limit: -1, Quals: quals(t, sch, "qty > 10", "note ~~ %a%")}
	for i := range sch.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: i%2 == 0})
	}
	count := func(rows int) float64 {
		data := ordersJSON(t, rows)
		return testing.AllocsPerRun(3, func() { drain(t, Format{Lines: true}, data, sch, r) })
	}
	if few, many := count(3000), count(9000); many > few+100 {
		t.Errorf("%v allocations for 3000 rows, %v for 9000", few, many)
	}
}
