package csv

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"howdah/formats"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
)

// Values that are stored as bytes are what the type's input function makes of the field, and their text what its output
// function makes of that, be they quoted, padded, cut, or refused.
func TestByteTypes(t *testing.T) {
	long := strings.Repeat("0110", 20)
	for _, c := range []struct {
		typ    types.Type
		values []string
	}{
		{types.Of(types.VarbitOID), []string{"0", "1", "10101010", "101010101", long, long + "1", "B101", "x1F", "", "12"}},
		{types.Type{OID: types.VarbitOID, Typmod: 9}, []string{"0", "111111111", "1111111110", ""}},
		{types.Type{OID: types.BitOID, Typmod: 8}, []string{"10101010", "1010101", "xAA", "101010101"}},
		{types.Type{OID: types.VarcharOID, Typmod: 4 + 3}, []string{"a", "abc", "abc  ", "abcd", "äöü", "äöü ", "äöüß", "   ", `a"b`, ""}},
		{types.Type{OID: types.BpcharOID, Typmod: 4 + 3}, []string{"a", "abc", "abc  ", "abcd", "äöü", "äöü ", "äöüß", "ä", `a"b`, ""}},
		{types.Of(types.BpcharOID), []string{"a", "a ", "abc", ""}},
		{types.Of(types.UUIDOID), []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", "a0eebc99"}},
		{types.Of(types.InetOID), []string{"192.168.0.1", "::1/64", "300.0.0.1"}},
		{types.Of(types.MacaddrOID), []string{"08:00:2b:01:02:03", "08002b010203", "08"}},
		{types.Of(types.Macaddr8OID), []string{"08:00:2b:01:02:03", "8"}},
		{types.Of(types.JSONBOID), []string{`{"b": 1, "a":[2]}`, "1", "{"}},
		{types.Of(types.JSONOID), []string{`{"b": 1, "a":[2]}`, "1", "{"}},
		{types.Of(types.ByteaOID), []string{`\x0aff`, `a\\b`, `\x0`}},
	} {
		sch := types.Schema{Columns: []types.Column{{Name: "id", Type: types.Of(types.Int4OID)}, {Name: "v", Type: c.typ, Collation: types.CCollation}}}
		for _, v := range c.values {
			want := ""
			d, err := types.ParseText(c.typ, []byte(v), types.DefaultStyle())
			if err != nil {
				want = pgerr.From(err).Message
			} else {
				want = fmt.Sprintf("%q", types.AppendText(nil, c.typ, &d, types.DefaultStyle()))
			}
			quoted := `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			fields := []string{quoted}
			if v != "" && !strings.ContainsAny(v, `",`) {
				_, first := utf8.DecodeRuneInString(v)
				fields = append(fields, v, v[:first]+`"`+v[first:]+`"`)
			}
			for _, field := range fields {
				for _, text := range []bool{false, true} {
					data := []byte("1,\n2," + field + "\n3," + field)
					r := &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 1, Text: text}}}
					rows, err := all(Format{}, data, &formats.Scan{Schema: sch, Options: formats.Options{"header": "false"}, Request: r, Answer: r.RefuseAll(), Table: "t"})
					got := strings.Join(rows, " ")
					wanted := `\N ` + want + " " + want
					if err != nil {
						got, wanted = pgerr.From(err).Message, want
					}
					if got != wanted {
						t.Errorf("type %d (%d), field %s, as text %v: %s, want %s", c.typ.OID, c.typ.Typmod, field, text, got, wanted)
					}
				}
			}
		}
	}
}
