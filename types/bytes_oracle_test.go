package types

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/internal/pgtest"
	"howdah/pgerr"
)

// tryInput defines a function on the server that reads a value and tells its text form or the error.
const tryInput = `create or replace function pg_temp.try_in(ty text, v text) returns text language plpgsql as $$
declare r text; c text; d text;
begin
  execute format('select (%L::%s)::text', v, ty) into r;
  return 'ok ' || r;
exception when others then
  get stacked diagnostics c = pg_exception_context, d = pg_exception_detail;
  return sqlstate || ' ' || sqlerrm || ' | ' || d || ' | ' ||
    case when c like 'JSON data%' then left(c, position(E'\nPL/pgSQL function' in c) - 1) else '' end;
end $$`

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ours tells what we make of the text, in the words of try_in.
func ours(t Type, text string) string {
	d, err := ParseText(t, []byte(text), DefaultStyle())
	if err != nil {
		e := pgerr.From(err)
		return fmt.Sprintf("%s %s | %s | %s", e.SQLState(), e.Message, e.Detail, e.Where)
	}
	return "ok " + string(AppendText(nil, t, &d, DefaultStyle()))
}

// agree compares what both sides make of each text.
func agree(t *testing.T, typ Type, name string, texts []string) {
	t.Helper()
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec("set standard_conforming_strings = on; " + tryInput); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for len(texts) > 0 {
		n := min(len(texts), 500)
		var sql strings.Builder
		sql.WriteString("select pg_temp.try_in(" + literal(name) + ", v) from unnest(array[")
		for i, s := range texts[:n] {
			if i > 0 {
				sql.WriteByte(',')
			}
			sql.WriteString(literal(s))
		}
		sql.WriteString("]::text[]) with ordinality u(v, o) order by o")
		rows, err := conn.Query(sql.String())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if got := ours(typ, texts[i]); got != r[0] {
				t.Errorf("%s %q:\n got %s\nwant %s", name, texts[i], got, r[0])
				if bad++; bad > 15 {
					t.FailNow()
				}
			}
		}
		texts = texts[n:]
	}
}

// mutants makes texts from pieces, at random but always the same ones.
func mutants(seed uint64, n, most int, pieces ...string) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for range r.IntN(most) + 1 {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		out[i] = b.String()
	}
	return out
}

func TestArrayInputEqualsServer(t *testing.T) {
	texts := []string{
		"{}", " {} ", "{1,2,3}", "{1,NULL,3}", `{"NULL",null,nUlL}`, `{a\,b,c}`, `{"a\"b","c\\d"}`, "{{1,2},{3,4}}", "{{1,2},{3}}",
		"[2:4]={1,2,3}", "[0:1][-1:0]={{1,2},{3,4}}", "[2:1]={}", "[2]={a,b}", "[1:2]={1}", "[1:2] = {1,2}", "[a]={1}", "[1={2}",
		"[1:]={2}", "1,2", "", " ", "{", "}", "{a", `{"a`, `{"a\`, `{a\`, "{a}}", "{a} b", "{,}", "{a,}", "{a,,b}", `{a"b"}`, `{"a"b}`, `{"a" "b"}`,
		"{{}}", "{{},{}}", "{{{{{{1}}}}}}", "{{{{{{{1}}}}}}}", "{ a b , c  }", `{ " a " }`, `{é,"日本",}`, `{""}`, `{'a'}`, "{a;b}", "{(a),[b]}",
		"[1:1][1:1][1:1][1:1][1:1][1:1][1:1]={1}", "[-2147483648:2147483647]={1}", "[2147483647:2147483647]={1}", `{"\""}`, "{\\\\}", "{a\tb}", "{\ta\v}",
	}
	texts = append(texts, mutants(1, 6000, 12, "{", "}", ",", `"`, `\`, "a", "NULL", " ", "1", "{", "}", "{{", "}}", "},{", "\t")...)
	texts = append(texts, mutants(2, 2000, 8, "[", "]", ":", "=", "{", "}", "1", "2", "-", "a", ",", " ", "[1:2]=")...)
	agree(t, Of(TextArrayOID), "text[]", texts)
	agree(t, Of(Int4ArrayOID), "int4[]", mutants(3, 500, 6, "{", "}", "1", ",", " ", "NULL", "x", `"`, "-"))
	agree(t, Of(ByteaArrayOID), "bytea[]", []string{`{"\\x00ff"}`, `{\\x00ff,NULL}`})
	agree(t, Of(UUIDArrayOID), "uuid[]", []string{`{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}`, "{x}"})
	agree(t, Of(JSONBArrayOID), "jsonb[]", []string{`{"{\"b\":1, \"a\":[1,2]}",1,"\"x\""}`, "{[}"})
}

func TestJSONInputEqualsServer(t *testing.T) {
	texts := []string{
		"1", " 1 ", "-0", "-0.0", "1e5", "1E-3", "1.50", "1.0e2", "-1.5e-10", "0e0", "00", "01", "-", "+1", "1.", ".5", "1e", "1e+", "1ex", "12abc", "0.00e-2",
		"1e131071", "1e131072", "1e-16383", "1e-16384", "1e99999999999999999999", "0e99999", "9e-131072", "123456789.123456789e5", "100e-2",
		`"abc"`, `"a\u0041b"`, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\ud83d"`, `"\u00zz"`, `"\u00é"`, `"\x"`, `"\é"`,
		`"abc`, `"a\`, `"a\u12`, "\"a\nb\"", "\"a\tb\"", "true", "false", "null", "True", "nul", "truee", "tru e", "", " ", "\n\n  x", "@", "é", "é è",
		"[]", "[1,2]", "[1,]", "[,]", "[1 2]", "[1", "[", "]", "{}", `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{1:1}`, `{,}`, "{", "}", `{"a":1`, `{"a":1 "b":2}`,
		`{"b":1,"a":2,"b":3,"aa":0,"":5}`, `{"a":{"z":[1,{"y":null}]}}`, "1 2", "[] []", `{"a":1}}`, "[[[[[[]]]]]]", `"\/\b\f\n\r\t\"\\"`, "\"\x7f\"", `"\u001f\u007f"`,
		strings.Repeat(`{"long key number one":`, 5) + "x", strings.Repeat("é", 40) + `"`, "[1,\n2,\n" + strings.Repeat(" ", 60) + "x,3]", "[\"" + strings.Repeat("日本", 30) + "\", x]", "{\"a\":\n1\nx", "\n\n\n[1,2",
		`abcdef ghi`, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, x 17]", "\"\\ud83d\\u0041\"", "\"\\u0000x", "{\"\\u0000\":1}",
	}
	texts = append(texts, mutants(4, 6000, 9, "{", "}", "[", "]", ",", ":", `"a"`, `"b"`, "1", "-2.50", "true", "null", " ", "\n", `"`, `\`, "x", `\u00e9`, "1e3", `{"a":`)...)
	texts = append(texts, mutants(5, 1500, 9, `"`, `\ud83d`, `\ude00`, "a", `\n`, `\u0041`, "é", `\u0`, `\q`)...)
	agree(t, Of(JSONOID), "json", texts)
	agree(t, Of(JSONBOID), "jsonb", texts)
}

func TestBytesInputEqualsServer(t *testing.T) {
	agree(t, Of(ByteaOID), "bytea", append(mutants(6, 800, 8, `\`, `\\`, "x", "0", "1", "377", "a", " ", "é", "g", `\x`, `\101`),
		`\x`, `\x 41 42`, `\x4`, `\xg0`, `\x4é`, `\x4 1`, `\400`, `\08`, ""))
	agree(t, Of(UUIDOID), "uuid", []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "A0EEBC999C0B4EF8BB6D6BB9BD380A11",
		"a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11", "a0-eebc999c0b4ef8bb6d6bb9bd380a11", "", "{", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
		"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11x", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11", " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"})
	if got := ours(Type{VarcharOID, 7}, "abcd"); got != "22001 value too long for type character varying(3) |  | " {
		t.Error(got)
	}
	if got := ours(Type{BpcharOID, 7}, "abcd"); got != "22001 value too long for type character(3) |  | " {
		t.Error(got)
	}
	agree(t, Of(NameOID), "name", []string{strings.Repeat("é", 40), strings.Repeat("x", 70), "abc", ""})
	agree(t, Of(CharOID), `"char"`, []string{"", "a", "ab", "é", `\101`, `\377`, `\40`, `\4000`, `\000`, `\777`, `\477`})
	agree(t, Of(OidVectorOID), "oidvector", []string{"1 2 3", "", " 4  5 "})
	agree(t, Of(Int2VectorOID), "int2vector", []string{"1 2 3", "", " 4  5 "})
}

func TestRecordOutput(t *testing.T) {
	want, err := pgtest.New(t).Query(`select row(1, null, '', 'a b', 'q"\\x', '(x)', '{1,2}'::int4[], row(1,'y z'), 'null')::text`)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) Datum { return Datum{Bytes: []byte(s)} }
	tt, ti := Of(TextOID), Of(Int4OID)
	inner := &Record{Types: []Type{ti, tt}, Fields: []Datum{{Int: 1}, text("y z")}}
	r := &Record{
		Types: []Type{ti, tt, tt, tt, tt, tt, Of(Int4ArrayOID), Of(RecordOID), tt},
		Fields: []Datum{{Int: 1}, NullDatum, text(""), text("a b"), text(`q"\\x`), text("(x)"),
			{Array: NewArray(Int4OID, []Datum{{Int: 1}, {Int: 2}})}, {Record: inner}, text("null")},
	}
	if got := string(AppendRecord(nil, r, DefaultStyle())); got != want[0][0] {
		t.Errorf("got %s, want %s", got, want[0][0])
	}
}

// Binary forms survive a round trip, and short ones are errors, never panics.
func TestArrayBinaryRoundTrip(t *testing.T) {
	for _, in := range []string{"{}", "{1,NULL,3}", "[0:1][2:3]={{1,2},{3,4}}"} {
		d, err := ParseText(Of(Int4ArrayOID), []byte(in), DefaultStyle())
		if err != nil {
			t.Fatal(err)
		}
		b, err := AppendBinary(nil, Of(Int4ArrayOID), &d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseBinary(Of(Int4ArrayOID), b)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendText(nil, Of(Int4ArrayOID), &back, DefaultStyle())); got != in {
			t.Errorf("%s came back as %s", in, got)
		}
		for n := range b {
			if _, err := ParseBinary(Of(Int4ArrayOID), b[:n]); err == nil {
				t.Errorf("%s cut at %d is taken", in, n)
			}
		}
	}
}

func FuzzArrayInput(f *testing.F) {
	f.Add("{1,NULL}")
	f.Add(`[0:1]={"a\"",b}`)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseText(Of(TextArrayOID), []byte(s), DefaultStyle())
		if err != nil {
			return
		}
		out := AppendText(nil, Of(TextArrayOID), &d, DefaultStyle())
		again, err := ParseText(Of(TextArrayOID), out, DefaultStyle())
		if err != nil || CompareArrays(d.Array, again.Array, CCollation) != 0 {
			t.Fatalf("%q gives %q: %v", s, out, err)
		}
	})
}

func FuzzJSONInput(f *testing.F) {
	f.Add(`{"a":[1,2.50,"\u00e9"],"b":null}`)
	f.Add("1e-5")
	f.Fuzz(func(t *testing.T, s string) {
		out, err := AppendJSONB(nil, []byte(s))
		if plain := CheckJSON([]byte(s)); plain != nil && err == nil {
			t.Fatalf("%q: json refuses (%v) what jsonb takes", s, plain)
		}
		if err != nil {
			return
		}
		again, err := AppendJSONB(nil, out)
		if err != nil || string(again) != string(out) {
			t.Fatalf("%q gives %q, then %q: %v", s, out, again, err)
		}
		a, b := Datum{Bytes: out}, Datum{Bytes: again}
		if Hash(JSONBOID, &a) != Hash(JSONBOID, &b) {
			t.Fatal("hash is not stable")
		}
	})
}
