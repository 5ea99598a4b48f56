package json

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/csv"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/pushdown"
)

func infer(f Format, data []byte, opt formats.Options) (formats.Inference, error) {
	in, done := input(data)
	defer done()
	return f.Infer(in, opt)
}

// describe prints an inference in one line: columns, with their options, then the options found.
func describe(inf formats.Inference) string {
	var parts []string
	for i, c := range inf.Schema.Columns {
		part := c.Name + " " + pgdata.TypeByOID(uint32(c.Type.OID)).Name
		if inf.Columns != nil {
			part += printOptions(inf.Columns[i])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ") + ";" + printOptions(inf.Options)
}

func printOptions(o formats.Options) (s string) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		s += fmt.Sprintf(" %s=%q", k, o[k])
	}
	return s
}

func TestInfer(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"numbers", `[{"i":1,"d":1.5,"big":99999999999999999999,"f":1e5,"long":1e5},{"i":-2,"d":3,"big":1,"f":2.5E-7,"long":0.12345678901234567},{"huge":1e400}]`,
			`i int8, d numeric, big numeric, f float8, long numeric, huge numeric;`},
		{"strings", `[{"d":"2024-02-29","ts":"2024-01-01 10:00:00","tz":"2024-01-01T10:00:00Z","t":"10:00:00","u":"0e37df36-f698-11e6-8dd4-cb9ced3df976","n":"12","b":"true"},
			{"d":null,"ts":"2024-01-01T10:00:00.5","tz":"2024-01-01 10:00:00+02"}]`, `d date, ts timestamp, tz timestamptz, t time, u uuid, n text, b text;`},
		{"impossible date", `[{"d":"2024-02-30"}]`, `d text;`},
		{"empty string beside a date", `[{"d":"2024-02-28"},{"d":""}]`, `d text;`},
		{"mixed", `[{"a":1,"b":1,"c":{},"d":true,"e":[1]},{"a":"x","b":[1],"c":1,"d":1,"e":null}]`, `a text, b jsonb, c jsonb, d text, e jsonb;`},
		{"names", `[{"User ID":1,"userId":2,"größe":3,"":4,"1st":5,"user_id":6,"n\u0061me":7},{"name":"x"}]`,
			`user_id int8 name="User ID", userid int8 name="userId", größe int8, column_4 int8 path="/", _1st int8 name="1st", user_id_2 int8 name="user_id", name text;`},
		{"null", `[{"a":null}]`, `a text;`},
		{"lines", "{\"a\":1}\n{\"a\":2.5,\"b\":true}\n", `a numeric, b bool; lines="true"`},
		{"lines of arrays", "[1,\"x\"]\n[2,\"y\"]\n", `column_1 int8, column_2 text; lines="true"`},
		{"array over lines", "[{\"a\":1},\n{\"a\":2}\n]\n", `a int8;`},
		{"pretty objects", "{\n\"a\":1\n}\n{\n\"a\":2\n}\n", `a int8;`},
		{"one object", "{\"a\":1}\n", `a int8;`},
		{"arrays", `[[1,"x"],[2,"y",true]]`, `column_1 int8, column_2 text, column_3 bool;`},
		{"scalars", `[1,2.5]`, `value numeric path="$";`},
		{"several kinds", `[1,{"a":1}]`, `value jsonb path="$";`},
		{"empty", `[]`, `;`},
		{"byte order mark", "\xEF\xBB\xBF[{\"a\":1}]", `a int8;`},
	} {
		inf, err := infer(Format{}, []byte(c.data), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, where(err))
			continue
		}
		if got := describe(inf); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if len(inf.Schema.Columns) == 0 {
			continue
		}
		rows, err := all(Format{}, []byte(c.data), &formats.Scan{Schema: inf.Schema, Columns: inf.Columns, Options: inf.Options})
		if err != nil || int64(len(rows)) != inf.Rows {
			t.Errorf("%s: %d rows of %d, %v", c.name, len(rows), inf.Rows, err)
		}
	}
}

func TestInferObeysWhatIsGiven(t *testing.T) {
	inf, err := infer(Format{}, []byte(`{"n":1,"data":{"rows":[{"tags":["a"],"m":[[1]],"x":[1,"a"]},{"tags":[],"m":[],"x":[]}]}}`), formats.Options{"json_path": "/data/rows", "arrays": "array"})
	if got := describe(inf); err != nil || got != "tags _text, m jsonb, x jsonb;" {
		t.Fatalf("%s, %v", got, err)
	}
	inf, err = infer(Format{}, []byte(`{"n":1,"the data":[{"a":1}]}`), nil)
	if notes := strings.Join(inf.Notes, "; "); err != nil || !strings.Contains(notes, `json_path '$["the data"]' makes them the rows`) {
		t.Fatalf("%s, %v", notes, err)
	}
	if _, err = infer(Format{Lines: true}, []byte("{}"), formats.Options{"lines": "true"}); errorOf(err).Code != pgerr.FDWInvalidOptionName {
		t.Errorf("%v", err)
	}
	for _, path := range []string{"a..b", "$.a[?(@.x)]", "$..a", "$[1", `$["x]`, "$x", "a[-1]"} {
		if _, err = infer(Format{}, []byte("[]"), formats.Options{"json_path": path}); errorOf(err).Code != pgerr.InvalidParameterValue {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A large file is sampled in its body, too: a value far from the head makes the column text.
func TestInferLooksAtTheBody(t *testing.T) {
	data := ordersJSON(t, 5000)
	want := `id int8, ts timestamp, customer text, country text, qty int8, price numeric, discount numeric, paid bool, note text, sku text;`
	inf, err := infer(Format{}, data, nil)
	if got := describe(inf); err != nil || got != want+` lines="true"` || inf.Rows < 4500 || inf.Rows > 5500 {
		t.Fatalf("%s, %d rows, %v", got, inf.Rows, err)
	}
	data = append(data, "{\"id\":\"x\"}\n"...)
	if inf, err = infer(Format{Lines: true}, data, nil); err != nil || !strings.HasPrefix(describe(inf), "id text, ts") {
		t.Fatalf("%s, %v", describe(inf), err)
	}
	array := []byte(`{"x":[` + strings.ReplaceAll(strings.TrimSpace(string(data)), "\n", ",") + `]}`)
	if inf, err = infer(Format{}, array, formats.Options{"json_path": "x.item"}); err != nil || describe(inf) != want {
		t.Fatalf("%s, %v", describe(inf), err)
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		data        string
		json, lines formats.Likelihood
	}{
		{`[{"a":1}]`, formats.Surely, formats.No}, {"{\"a\":1}\n{\"a\":2}\n", formats.Surely, formats.Surely}, {"{\"a\":1}\n", formats.Surely, formats.No},
		{"{\n\"a\":1}\n{\"a\":2}\n", formats.Surely, formats.No}, {"{\"a\":1}\n{\"a\":2}\n{\"a\":", formats.Surely, formats.Surely},
		{"[section]\nx=1\n", formats.No, formats.No}, {"{\\rtf1", formats.No, formats.No}, {"a,b\n", formats.No, formats.No}, {"", formats.No, formats.No},
		{"[1,2,", formats.Surely, formats.No}, {"\xEF\xBB\xBF {", formats.Surely, formats.No}, {`"x"`, formats.No, formats.No}, {"[1]\n[2]\n", formats.Surely, formats.Surely},
	} {
		if a, b := sniff([]byte(c.data)), sniffLines([]byte(c.data)); a != c.json || b != c.lines {
			t.Errorf("%q: %d, %d", c.data, a, b)
		}
	}
}

// The same table in CSV, lines and a document has the same columns and rows.
func TestSameAsCSV(t *testing.T) {
	read := func(f formats.Format, data []byte) (string, []string) {
		in, done := input(data)
		defer done()
		inf, err := f.Infer(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := &pushdown.Request{Limit: -1}
		for i := range inf.Schema.Columns {
			r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: i%2 == 0})
		}
		inf.Options = maps.Clone(inf.Options)
		rows, err := allOf(f, in, &formats.Scan{Schema: inf.Schema, Options: inf.Options, Columns: inf.Columns, Request: r, Answer: f.Offer(inf.Schema, inf.Options, r)})
		if err != nil {
			t.Fatal(err)
		}
		inf.Options = nil
		return describe(inf), rows
	}
	lines := ordersJSON(t, 300)
	wantColumns, want := read(csv.Format{}, ordersCSV(t, 300))
	for _, c := range []struct {
		format Format
		data   []byte
	}{{Format{Lines: true}, lines}, {Format{}, []byte("[" + strings.ReplaceAll(strings.TrimSpace(string(lines)), "}\n{", "},{") + "]")}} {
		columns, rows := read(c.format, c.data)
		if columns != wantColumns || !slices.Equal(rows, want) {
			t.Errorf("%s, want %s; %d rows, want %d", columns, wantColumns, len(rows), len(want))
		}
	}
}

var update = flag.Bool("update", false, "write what is read into testdata/*.rows")

// The files of other makers read as their .rows say, whose first line tells who made them and how.
func TestFilesOfOthers(t *testing.T) {
	expected, err := filepath.Glob("testdata/*.rows")
	if err != nil || len(expected) == 0 {
		t.Fatal(expected, err)
	}
	for _, file := range expected {
		file = strings.TrimSuffix(file, ".rows")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file + ".rows")
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := bytes.Cut(want, []byte("\n"))
		opt := formats.Options{}
		if _, path, ok := strings.Cut(string(first), "json_path="); ok {
			opt["json_path"] = path
		}
		f := Format{Lines: strings.HasSuffix(file, ".ndjson")}
		inf, err := infer(f, data, opt)
		if err != nil {
			t.Errorf("%s: %s", file, where(err))
			continue
		}
		maps.Copy(opt, inf.Options)
		rows, err := all(f, data, &formats.Scan{Schema: inf.Schema, Columns: inf.Columns, Options: opt})
		got := string(first) + "\n" + describe(inf) + "\n" + strings.Join(rows, "\n") + "\n"
		if *update && err == nil {
			if err := os.WriteFile(file+".rows", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err != nil || got != string(want) {
			t.Errorf("%s: %v\n%s", file, err, got)
		}
	}
}
