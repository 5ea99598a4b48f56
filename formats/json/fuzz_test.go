package json

import (
	"bytes"
	stdjson "encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"howdah/formats"
	"howdah/pgerr"
	"howdah/types"
)

// FuzzDocument compares with encoding/json, which forgives bad UTF-8 and lone surrogates and bounds depth elsewhere: what
// it accepts apart from these has the same rows, whatever the size of the buffer, and what it refuses is an error.
func FuzzDocument(f *testing.F) {
	for _, seed := range append(mixed(3), `[{"a":"x"},[1,2.5e3],null,{"a":[],"a":"\u00e4\ud83d\ude00"}]`, "{\"a\":1}\n{\"a\":\"\\n\"}", `{"a":{"b":[1,{"c":"}"}]}}[3]`, "[]", "5",
		`[{"a":"ü"},]`, `[{"a":1e400,"b":-0.0}]`, "\xEF\xBB\xBF[1]", `[{"a":"\ud800"}]`) {
		f.Add([]byte(seed), byte(5))
	}
	sch := schemaOf("row jsonb", "a text")
	cols := []formats.Options{{"path": "$"}, {"path": "/a"}}
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		if bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) {
			return
		}
		scan := func(size int) ([]string, error) {
			return all(Format{chunkBytes: size}, data, &formats.Scan{Schema: sch, Columns: cols})
		}
		rows, err := scan(0)
		small, smallErr := scan(int(size) + 1)
		if (err == nil) != (smallErr == nil) || err == nil && !slices.Equal(rows, small) || err != nil && where(err) != where(smallErr) {
			t.Fatalf("buffer of %d: %q, %v; else %q, %v", int(size)+1, small, where(smallErr), rows, where(err))
		}
		want, valid := reference(data)
		switch {
		case err != nil && pgerr.HasCode(err, pgerr.UntranslatableCharacter, pgerr.NumericValueOutOfRange, pgerr.StatementTooComplex):
		case err != nil && valid && utf8.Valid(data) && !strings.Contains(errorOf(err).Detail, "surrogate"):
			t.Fatalf("%s, but encoding/json reads it", where(err))
		case err == nil && !valid:
			t.Fatalf("%q, but encoding/json does not read it", rows)
		case err == nil && !slices.Equal(rows, want):
			t.Fatalf("%q, want %q", rows, want)
		}
		if _, err := (Format{}).Infer(inputOf(t, data), nil); err != nil && rows != nil && valid && utf8.Valid(data) && scanErr(scan(0)) == nil {
			t.Fatalf("cannot be inferred: %v", where(err))
		}
	})
}

func scanErr(_ []string, err error) error { return err }

func inputOf(t *testing.T, data []byte) *formats.Input {
	in, done := input(data)
	t.Cleanup(done)
	return in
}

// reference reads a document by encoding/json: its rows as jsonb and their member a as text.
func reference(data []byte) (rows []string, valid bool) {
	d := stdjson.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))))
	for n := 0; ; n++ {
		var v stdjson.RawMessage
		err := d.Decode(&v)
		if err == io.EOF {
			return rows, n > 0
		}
		if err != nil || n > 0 && !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), " \t\r\n"), []byte("{")) {
			return rows, false
		}
		values := []stdjson.RawMessage{v}
		if v[0] == '[' {
			values = nil
			if err := stdjson.Unmarshal(v, &values); err != nil {
				return rows, false
			}
		}
		for _, v := range values {
			row, a := `\N`, `\N`
			if p, err := types.ParseJSON(v); err == nil && string(v) != "null" {
				row = string(p.Append(nil))
				if m := p.Get([]byte("a")); m != nil && m.Kind == types.JSONString {
					a = string(m.Text)
				} else if m != nil && m.Kind != types.JSONNull {
					types.EachJSON(v, func(key, value []byte) bool {
						if name, err := appendUnescaped(nil, key); err == nil && string(name) == "a" {
							a = string(value)
						}
						return true
					})
				}
			}
			rows = append(rows, row+"|"+a)
		}
	}
}
