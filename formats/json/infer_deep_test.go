package json

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestMendEverywhere cuts documents at every byte: what is left is a document, and at the end the same one.
func TestMendEverywhere(t *testing.T) {
	for _, doc := range []string{
		`{"a": [1, -2.5e3, {"b": "x\"y\\", "c": null}], "d,}": {"e": [], "f": {}}, "g": true}`,
		`[{"a":1},{"a":"}"}]`, `[[1,2],["]"]]`,
	} {
		for i := range len(doc) {
			got := mend([]byte(doc[:i]))
			if !json.Valid(got) && len(got) > 0 {
				t.Errorf("%s: cut at %d: %s", doc, i, got)
			}
		}
		if got := mend([]byte(doc)); string(got) != doc {
			t.Errorf("%s became %s", doc, got)
		}
	}
	for _, junk := range []string{"]", "}{", `{"a"`, "x", `"`, `{]`, "\x00", `[,`, `{:`} {
		mend([]byte(junk))
	}
}

// TestInferTornDocument: a document longer than the sample is known by what stands at its beginning.
func TestInferTornDocument(t *testing.T) {
	var rows []string
	for i := range 20_000 {
		rows = append(rows, fmt.Sprintf(`{"id": %d, "name": "number %d"}`, i, i))
	}
	list := "[" + strings.Join(rows, ",\n") + "]"
	for _, c := range []struct{ name, data, want, note string }{
		{"document around the rows", `{"count": 20000, "data": {"links": [{"x": 1}], "rows": ` + list + `}, "late": 1}`,
			"count int8, data jsonb;", "the first row holds an array of objects: json_path 'data.rows' makes them the rows"},
		{"rows at the top", `{"it's": ` + list + `}`, `it_s jsonb name="it's";`, `json_path '$["it''s"]' makes them the rows`},
		{"one long text", `{"a": 1, "b": "` + strings.Repeat("x", headBytes) + `", "c": 2}`, "a int8;", "members behind its first 256 KiB are no columns"},
		{"a long element", `[{"a": 1, "b": [` + strings.Repeat("1,", headBytes) + `1]}, {"a": 2}]`, "a int8, b jsonb;", "longer than the sample"},
	} {
		inf, err := infer(Format{}, []byte(c.data), nil)
		if got := describe(inf); err != nil || got != c.want {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
		if notes := strings.Join(inf.Notes, "; "); !strings.Contains(notes, c.note) || strings.Contains(notes, "no rows") {
			t.Errorf("%s: notes %q", c.name, notes)
		}
	}
	// A path leads to rows that are complete, however far behind they begin.
	far := `{"before": [` + strings.Repeat(`{"no": 1}, `, 50_000) + `1], "data": {"rows": ` + list + `}}`
	inf, err := infer(Format{}, []byte(far), map[string]string{"json_path": "data.rows"})
	if got := describe(inf); err != nil || got != "id int8, name text;" || strings.Contains(strings.Join(inf.Notes, ";"), "no rows") {
		t.Errorf("far behind: %s, %v, %q", got, err, inf.Notes)
	}
	if inf, err = infer(Format{}, []byte(far), map[string]string{"json_path": "nowhere"}); err == nil {
		t.Errorf("nowhere: %s", describe(inf))
	}
	inf, err = infer(Format{}, []byte(`{"data": {"rows": `+list+`}}`), map[string]string{"json_path": "data.rows"})
	if got := describe(inf); err != nil || got != "id int8, name text;" {
		t.Errorf("with its path: %s, %v", got, err)
	}
}

func TestSuggestedPathsAreRead(t *testing.T) {
	for _, c := range []struct{ doc, path string }{
		{`{"a": [{"x": 1}]}`, "a"}, {`{"a": {"b": {"c": [{"x": 1}, {"x": 2}]}}, "l": [{"x": 9}]}`, "a.b.c"},
		{`{"a.b": [{"x": 1}]}`, `$["a.b"]`}, {`{"item": [{"x": 1}]}`, `$["item"]`}, {`{"a\"\\": {"": [{"x": 1}]}}`, `$["a\"\\"][""]`},
		{`{"$": [{"x": 1}]}`, `$["$"]`}, {`{"größe": [{"x": 1}]}`, "größe"},
	} {
		way, _ := rowsWithin([]byte(c.doc), deepest)
		if got := asPath(way); got != c.path {
			t.Errorf("%s: path %s, want %s", c.doc, got, c.path)
		}
		inf, err := infer(Format{}, []byte(c.doc), map[string]string{"json_path": asPath(way)})
		if got := describe(inf); err != nil || got != "x int8;" {
			t.Errorf("%s by %s: %s, %v", c.doc, asPath(way), got, err)
		}
	}
	if way, _ := rowsWithin([]byte(`{"a": [1], "b": [], "c": {"d": [[{}]]}}`), deepest); way != nil {
		t.Errorf("there are no rows at %q", way)
	}
	const byKey = `{"k1": {"x": 1}, "k2": {"x": 2}}`
	inf, err := infer(Format{}, []byte(byKey), nil)
	if err != nil || !strings.Contains(strings.Join(inf.Notes, ";"), "json_path '$.*' makes them the rows") {
		t.Errorf("objects by key: %v, %q", err, inf.Notes)
	}
	if inf, err = infer(Format{}, []byte(byKey), map[string]string{"json_path": "$.*"}); err != nil || describe(inf) != "x int8;" || inf.Rows != 2 {
		t.Errorf("by that path: %s, %v", describe(inf), err)
	}
}
