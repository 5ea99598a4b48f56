package types

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"howdah/pgerr"
)

// numberText gives something that is a number, nearly one, or none.
func numberText(r *rand.Rand) string {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + r.IntN(10)))
		}
		return b.String()
	}
	pick := func(v ...string) string { return v[r.IntN(len(v))] }
	var s string
	switch r.IntN(12) {
	case 0:
		s = pick("NaN", "nan", "inf", "+inf", "-inf", "Infinity", "+Infinity", "-INFINITY", "infinit", "nan(12)", "+nan", "-", "+", ".", "", "-0", "0.0", "-0.00", "00012", "0e10", "0e-5")
	case 1:
		s = pick("32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "999999999999999999999x")
	case 2:
		s = pick("1e400", "-1e400", "1e-400", "1e-320", "1e400x", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "2e-324", "3.4028236e38", "1e-46", "1e-45", "0x10", "0x1.8p3", "1e", "1e+", "1_000",
			"1e23", "9007199254740993", "1e15", "1e16", "123456789012345678", "0.0001", "0.00001", "1e131071", "1e131072", "1e-16383", "1e-16384", "0e-16384", "1e99999999999", "1e 5", "1 e5")
	case 3:
		s = digits(1 + r.IntN(40))
	case 4:
		s = pick("", "-") + digits(1+r.IntN(12)) + "." + digits(r.IntN(12))
	case 5:
		s = pick("", "-") + "." + digits(r.IntN(12))
	case 6:
		s = digits(1+r.IntN(5)) + "." + digits(r.IntN(20)) + pick("e", "E") + pick("", "-", "+") + digits(1+r.IntN(2))
	case 7:
		s = strconv.FormatFloat(math.Float64frombits(r.Uint64()), pick("e", "g")[0], -1, 64)
	case 8:
		s = strconv.FormatFloat(r.NormFloat64()*math.Pow(10, float64(r.IntN(60)-30)), 'g', -1, 32)
	case 9:
		s = "0." + strings.Repeat("0", r.IntN(30)) + digits(1+r.IntN(20))
	default:
		s = strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10)
	}
	switch r.IntN(12) {
	case 0:
		s = pick(" ", "\t", "\n", "  ") + s
	case 1:
		s += pick(" ", "\t\v", "\r\n", " x", "x", "\u00a0")
	}
	return s
}

func TestNumberInputAsPostgreSQL(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	types := []struct {
		t    Type
		name string
	}{
		{Of(Int2OID), "int2"}, {Of(Int4OID), "int4"}, {Of(Int8OID), "int8"}, {Of(OidOID), "oid"}, {Of(XidOID), "xid"},
		{Of(Float4OID), "float4"}, {Of(Float8OID), "float8"}, {Of(NumericOID), "numeric"},
		{Type{NumericOID, NumericTypmod(5, 2)}, "numeric(5,2)"}, {Type{NumericOID, NumericTypmod(30, 10)}, "numeric(30,10)"},
		{Type{NumericOID, NumericTypmod(3, -2)}, "numeric(3,-2)"}, {Type{NumericOID, NumericTypmod(2, 5)}, "numeric(2,5)"},
		{Type{NumericOID, NumericTypmod(4, 4)}, "numeric(4,4)"},
	}
	for _, c := range types {
		t.Run(c.name, func(t *testing.T) {
			var texts []string
			for range 1500 {
				text := numberText(r)
				// A literal is read without the typmod first; input from a file, with it, is more forgiving.
				if _, err := ParseNumeric([]byte(text)); c.t.Typmod >= 0 && pgerr.HasCode(err, pgerr.NumericValueOutOfRange) {
					continue
				}
				texts = append(texts, text)
			}
			agree(t, c.t, c.name, texts)
		})
	}
}

func TestBoolInput(t *testing.T) {
	yes := []string{"t", "tr", "TRUE", "true", "y", "yes", "Ye", "on", "1", " true ", "\ton\n"}
	no := []string{"f", "fals", "FALSE", "n", "no", "of", "off", "0", " 0"}
	bad := []string{"", " ", "o", "2", "truex", "tru e", "01", "nope"}
	for _, s := range yes {
		if v, err := ParseBool([]byte(s)); err != nil || !v {
			t.Errorf("%q: %v %v", s, v, err)
		}
	}
	for _, s := range no {
		if v, err := ParseBool([]byte(s)); err != nil || v {
			t.Errorf("%q: %v %v", s, v, err)
		}
	}
	for _, s := range bad {
		if _, err := ParseBool([]byte(s)); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

// TestCanonicalNumbers: what passes for canonical is what parsing and printing gives back.
func TestCanonicalNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	mod := NumericTypmod(10, 2)
	checks := []struct {
		name string
		t    Type
		ok   func(b []byte) bool
	}{
		{"int2", Of(Int2OID), func(b []byte) bool { return CanonicalInt(b, 16) }},
		{"int4", Of(Int4OID), func(b []byte) bool { return CanonicalInt(b, 32) }},
		{"int8", Of(Int8OID), func(b []byte) bool { return CanonicalInt(b, 64) }},
		{"numeric", Of(NumericOID), func(b []byte) bool { return CanonicalNumeric(b, -1) }},
		{"numeric(10,2)", Type{NumericOID, mod}, func(b []byte) bool { return CanonicalNumeric(b, mod) }},
		{"float8", Of(Float8OID), CanonicalFloat},
		{"float4", Of(Float4OID), CanonicalFloat4},
		{"bool", Of(BoolOID), CanonicalBool},
	}
	for _, c := range checks {
		took := 0
		for range 60000 {
			text := []byte(numberText(r))
			switch r.IntN(4) {
			case 0:
				text = []byte(strconv.FormatFloat(float64(r.Int64N(2000000)-1000000)/100, 'f', r.IntN(4), 64))
			case 1:
				text = []byte(strconv.Itoa(r.IntN(100000) - 50000))
			case 2:
				if c.t.OID == BoolOID {
					text = []byte{"tfTF01"[r.IntN(6)]}
				}
			}
			if !c.ok(text) {
				continue
			}
			took++
			d, err := ParseText(c.t, text, DefaultStyle())
			if err != nil {
				t.Fatalf("%s: %q passes but %v", c.name, text, err)
			}
			if back := AppendText(nil, c.t, &d, DefaultStyle()); string(back) != string(text) {
				t.Fatalf("%s: %q passes but prints %q", c.name, text, back)
			}
		}
		if took < 1000 {
			t.Errorf("%s: only %d texts passed", c.name, took)
		}
	}
	for _, s := range []string{"0", "-1", "12.50", "-0.01", "123456789012345678901234567890.5"} {
		if !CanonicalNumeric([]byte(s), -1) {
			t.Errorf("numeric %s does not pass", s)
		}
	}
}

func TestNumberBinaryRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, typ := range []OID{BoolOID, Int2OID, Int4OID, Int8OID, OidOID, Float4OID, Float8OID, NumericOID, CharOID} {
		n := 0
		for range 5000 {
			text := numberText(r)
			if typ == BoolOID {
				text = []string{"t", "f"}[r.IntN(2)]
			}
			d, err := ParseText(Of(typ), []byte(text), DefaultStyle())
			if err != nil {
				continue
			}
			n++
			b, err := AppendBinary(nil, Of(typ), &d)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParseBinary(Of(typ), b)
			if err != nil {
				t.Fatalf("%d %q: %v", typ, text, err)
			}
			x, y := AppendText(nil, Of(typ), &d, DefaultStyle()), AppendText(nil, Of(typ), &back, DefaultStyle())
			if string(x) != string(y) {
				t.Fatalf("%d: %q became %q", typ, x, y)
			}
			if Compare(typ, &d, &back, 0) != 0 || Hash(typ, &d) != Hash(typ, &back) {
				t.Fatalf("%d: %q does not equal itself", typ, x)
			}
		}
		if n < 100 {
			t.Errorf("type %d: only %d values", typ, n)
		}
	}
}

func TestNumericOrderAndHash(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var all []Numeric
	for len(all) < 400 {
		if n, err := ParseNumeric([]byte(numberText(r))); err == nil && n.Scale() < 100 && n.digitCount() < 200 {
			all = append(all, n)
			if n.IsFinite() { // the same value with more digits
				m, err := n.Round(n.Scale() + r.IntN(30))
				if err != nil {
					t.Fatal(err)
				}
				if CompareNumeric(&n, &m) != 0 || HashNumeric(&n) != HashNumeric(&m) {
					t.Errorf("%s and %s differ", AppendNumeric(nil, &n), AppendNumeric(nil, &m))
				}
				all = append(all, m)
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			c := CompareNumeric(&a, &b)
			if c != -CompareNumeric(&b, &a) {
				t.Fatalf("%s and %s: %d both ways", AppendNumeric(nil, &a), AppendNumeric(nil, &b), c)
			}
			if a.IsFinite() && b.IsFinite() {
				d, err := a.Sub(b)
				if err != nil || d.Sign() != compareInt(c, 0) {
					t.Fatalf("%s and %s: %d, difference %s", AppendNumeric(nil, &a), AppendNumeric(nil, &b), c, AppendNumeric(nil, &d))
				}
			}
		}
	}
}

func TestFloatPrecisionSettings(t *testing.T) {
	for _, c := range []struct {
		v     float64
		extra int
		size  int
		want  string
	}{
		{0.1, 1, 64, "0.1"}, {0.1, 0, 64, "0.1"}, {1.0 / 3, 0, 64, "0.333333333333333"}, {1.0 / 3, -3, 64, "0.333333333333"},
		{1e15, 0, 64, "1e+15"}, {123456, 0, 64, "123456"}, {1234567, 0, 32, "1.23457e+06"}, {float64(float32(0.1)), 1, 32, "0.1"},
		{1e23, 1, 64, "9.999999999999999e+22"}, {1e16, 3, 64, "1e+16"}, {1e-5, 3, 64, "1e-05"}, {1e6, 3, 32, "1e+06"}, {math.Copysign(0, -1), 1, 64, "-0"},
		{100, -15, 64, "1e+02"},
	} {
		var got []byte
		if c.size == 32 {
			got = AppendFloat4(nil, c.v, c.extra)
		} else {
			got = AppendFloat8(nil, c.v, c.extra)
		}
		if string(got) != c.want {
			t.Errorf("%v extra_float_digits %d: %s, want %s", c.v, c.extra, got, c.want)
		}
	}
}

func TestSmallNumbersDoNotAllocate(t *testing.T) {
	text, buf := []byte("-12345.67"), make([]byte, 0, 64)
	var sink Numeric
	if n := testing.AllocsPerRun(100, func() {
		n, _ := ParseNumeric(text)
		m, _ := n.Add(n)
		m, _ = m.Mul(n)
		m, _ = m.Sub(n)
		m, _ = m.Div(n)
		sink = m
		buf = AppendNumeric(buf[:0], &m)
		CompareNumeric(&m, &n)
		ParseFloat8(text)
		buf = AppendFloat8(buf[:0], 1.25, 1)
	}); n > 0 {
		t.Errorf("%v allocations, result %s", n, AppendNumeric(nil, &sink))
	}
}
