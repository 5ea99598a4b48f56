package types

import (
	"testing"
)

func TestRangeInputEqualsServer(t *testing.T) {
	texts := []string{"empty", " EMPTY ", "empty x", "emptyx", "", " ", "[1,5)", "(1,5]", "[1,1)", "[1,1]", "(1,1)", "(1,2)", "(,)", "[,]", "[1,", "[1", "[", "(1,2", "1,2", "[5,1]",
		"[1,2] x", " [1,2] ", "[ 1 , 2 ]", `["1","2"]`, `["1""2",3]`, `[\1,\2]`, `["",2]`, "[1,2,3]", "[a,b]", `["1,2"]`, `[1,2\`, `["1`, "[2147483647,2147483647]", "(2147483647,)",
		"[2147483648,)", "[-2147483648,2147483646]", "[1]", "[1)", "[NULL,1]", "[1,infinity]", "(5,6]", "()", "[]"}
	texts = append(texts, mutants(21, 1500, 8, "[", "]", "(", ")", ",", "1", "2", `"`, `\`, " ", "[1,", ",3)", "empty", "x")...)
	agree(t, Of(Int4RangeOID), "int4range", texts)
	agree(t, Of(Int8RangeOID), "int8range", append(mutants(22, 150, 7, "[", ")", ",", "1", "-", "7", "]"), "[1,9223372036854775807]", "(9223372036854775807,]", "(3,5]"))
	agree(t, Of(NumRangeOID), "numrange", append(mutants(23, 300, 7, "[", ")", ",", "1", "-", ".50", "]", "NaN", "Infinity"), "[1.10,1.1]", "(1.10,1.1]", "[NaN,NaN]", "[-Infinity,Infinity)", "[,NaN)"))
	agree(t, Of(DateRangeOID), "daterange", []string{"[2020-01-01,2020-01-31]", "(2020-01-01,2020-01-02)", "[-infinity,infinity]", "(-infinity,infinity)", "[infinity,infinity]", "[today,yesterday]",
		"[2020-02-30,)", "[5874897-12-31,5874897-12-31]", `["Jan 5, 2020",)`, "[2020-01-05,2020-01-01]", "(infinity,]", "[-infinity,-infinity)", "(,infinity]"})
	agree(t, Of(TsRangeOID), "tsrange", []string{"[2020-01-01,2020-01-31]", `["2020-01-01 12:00","2020-01-01 12:00"]`, "(2020-01-01 10:00,2020-01-01 11:00:00.5)", "[infinity,infinity)", "[-infinity,)", "[x,)"})
	agree(t, Of(TstzRangeOID), "tstzrange", []string{"[2020-01-01 00:00+02,2020-01-31]", `["2020-01-01 12:00","2020-01-01 12:00"]`, "(,infinity]"})
}

func TestMultirangeInputEqualsServer(t *testing.T) {
	texts := []string{"{}", " { } ", "{[1,3)}", "{[1,3),[3,5)}", "{[5,9),[1,6)}", "{[1,2),empty,(4,9)}", "{empty}", "{empty,}", "{,}", "{[1,2),}", "{[1,2)", "", "x", "{[1,2)} x", "{[1,2) x}", "{[1,2)[3,4)}",
		`{["1","3"]}`, `{["1`, `{[\1,3)}`, "{x}", "{[5,1]}", "{(,)}", "{(,1),(5,)}", "{ [1 , 2 ] , [7,8] }", `{["1"",3)}`, "{empt}", "{[1,2),empty[}", `{[1,\ ]}`, "{[a,b]}", "{[1,2]"}
	texts = append(texts, mutants(24, 1200, 9, "{", "}", "[1,", "3)", "(2,5]", ",", " ", "empty", `"`, `\`, "[7,9)", "x")...)
	agree(t, Of(Int4MultirangeOID), "int4multirange", texts)
	agree(t, Of(NumMultirangeOID), "nummultirange", []string{"{[1.0,2.00),[2,3.0]}", "{(1,2),(2,3)}", "{[1,1.0],[1.00,2]}", "{(,1],[1.00,NaN]}"})
	agree(t, Of(DateMultirangeOID), "datemultirange", []string{"{[2020-01-01,2020-01-05],[2020-01-06,2020-01-08]}", "{[-infinity,2020-01-01),(,2019-01-01)}"})
	agree(t, Of(TsMultirangeOID), "tsmultirange", []string{"{[2020-01-01 10:00,2020-01-05]}", "{}"})
	agree(t, Of(TstzMultirangeOID), "tstzmultirange", []string{"{[2020-01-01 10:00,2020-01-05],[2020-01-05,)}"})
	agree(t, Of(Int8MultirangeOID), "int8multirange", []string{"{[1,9223372036854775806]}", "{[1,9223372036854775807]}"})
	agree(t, Of(3905), "int4range[]", []string{`{"[1,3)",empty,NULL}`, `{[1,3)}`, `{"[1,3]"}`})
	agree(t, Of(6151), "nummultirange[]", []string{`{"{[1.5,3),[5,7]}",{}}`, `{"{}"}`})
}

// Binary forms survive a round trip, and short ones are errors, never panics.
func TestRangeBinary(t *testing.T) {
	for typ, in := range map[OID]string{Int4RangeOID: "[1,5)", NumRangeOID: "(1.50,]", DateRangeOID: "[2020-01-01,infinity]", TsRangeOID: "empty", Int8RangeOID: "(,)", Int4MultirangeOID: "{[1,3),[7,)}", NumMultirangeOID: "{}"} {
		if RangeTypeOf(typ).OID == typ && in == "(1.50,]" {
			in = "(1.50,)"
		}
		d, err := ParseText(Of(typ), []byte(in), DefaultStyle())
		if err != nil {
			t.Fatal(err)
		}
		b, err := AppendBinary(nil, Of(typ), &d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseBinary(Of(typ), b)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendText(nil, Of(typ), &back, DefaultStyle())); got != in {
			t.Errorf("%s came back as %s", in, got)
		}
		for n := range b {
			if _, err := ParseBinary(Of(typ), b[:n]); err == nil {
				t.Errorf("%s cut at %d is taken", in, n)
			}
		}
		if _, err := ParseBinary(Of(typ), append(b, 0)); err == nil {
			t.Errorf("%s with a byte more is taken", in)
		}
	}
}

func TestEqualRangesHashAlike(t *testing.T) {
	for _, pair := range [][2]string{{"[1.0,2.50)", "[1.00,2.5)"}, {"(1,1)", "empty"}, {"[,5]", "(,5.0]"}} {
		a, _ := ParseText(Of(NumRangeOID), []byte(pair[0]), DefaultStyle())
		b, _ := ParseText(Of(NumRangeOID), []byte(pair[1]), DefaultStyle())
		if Compare(NumRangeOID, &a, &b, 0) != 0 || Hash(NumRangeOID, &a) != Hash(NumRangeOID, &b) {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
}

// The quick way to read a bound gives what the slow one does.
func TestStoredNumerics(t *testing.T) {
	for _, text := range []string{"0", "0.000", "1", "-1.50", "10000", "100000000", "1e16", "0.0001", "0.00001", "-12345678.9012345", "9999999999999999", "99999999999999999999", "1e-30", "NaN", "-Infinity",
		"9223372036854775807", "9223372036854775808", "0.10", "1234.5678", "5e17", "123e20", "1.0000000000000000000"} {
		want, err := ParseNumeric([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		rt := RangeTypeOf(NumRangeOID)
		r := rt.Decode(rt.Append(nil, &Range{Lower: RangeBound{Num: want}, Upper: RangeBound{Infinite: true}}))
		if got := string(AppendNumeric(nil, &r.Lower.Num)); got != string(AppendNumeric(nil, &want)) {
			t.Errorf("%s came back as %s", text, got)
		}
	}
}

func FuzzMultirangeInput(f *testing.F) {
	f.Add("{[1.5,2),(3,]}")
	f.Add(`{empty,["1",2]}`)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseText(Of(NumMultirangeOID), []byte(s), DefaultStyle())
		if err != nil {
			return
		}
		out := AppendText(nil, Of(NumMultirangeOID), &d, DefaultStyle())
		again, err := ParseText(Of(NumMultirangeOID), out, DefaultStyle())
		if err != nil || Compare(NumMultirangeOID, &d, &again, 0) != 0 {
			t.Fatalf("%q gives %q: %v", s, out, err)
		}
	})
}

func BenchmarkRangeContains(b *testing.B) {
	rt := RangeTypeOf(NumRangeOID)
	x, _ := ParseText(Of(NumRangeOID), []byte("[1.5,100.25)"), DefaultStyle())
	y, _ := ParseText(Of(NumRangeOID), []byte("[2.5,50)"), DefaultStyle())
	b.ReportAllocs()
	for b.Loop() {
		p, q := rt.Decode(x.Bytes), rt.Decode(y.Bytes)
		if !rt.Contains(&p, &q) {
			b.Fatal("it does")
		}
	}
}
