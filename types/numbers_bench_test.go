package types

import "testing"

func BenchmarkNumberText(b *testing.B) {
	buf := make([]byte, 0, 64)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	num, integer, float := []byte("48213.75"), []byte("4821375"), []byte("0.4821375")
	n, _ := ParseNumeric(num)
	mod := NumericTypmod(10, 2)
	run("ParseNumeric", func() { ParseNumeric(num) })
	run("ParseNumericMod", func() { ParseNumericMod(num, mod) })
	run("CanonicalNumeric", func() { CanonicalNumeric(num, mod) })
	run("AppendNumeric", func() { buf = AppendNumeric(buf[:0], &n) })
	run("HashNumeric", func() { HashNumeric(&n) })
	run("ParseInt4", func() { ParseInt4(integer) })
	run("CanonicalInt", func() { CanonicalInt(integer, 32) })
	run("ParseFloat8", func() { ParseFloat8(float) })
	run("CanonicalFloat", func() { CanonicalFloat(float) })
	run("AppendFloat8", func() { buf = AppendFloat8(buf[:0], 0.4821375, 1) })
}

// FuzzNumberInput: what is read prints as something that reads as the same value again.
func FuzzNumberInput(f *testing.F) {
	for _, s := range []string{"1.50", "-0", "1e10", "NaN", " +inf ", "0x1p-3", "9223372036854775808", "1e-16383", ".5", "12345678901234567890.12"} {
		f.Add(s)
	}
	kinds := []OID{BoolOID, Int2OID, Int4OID, Int8OID, OidOID, Float4OID, Float8OID, NumericOID}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 100 {
			return
		}
		for _, k := range kinds {
			d, err := ParseText(Of(k), []byte(s), DefaultStyle())
			if err != nil || k == NumericOID && d.Num.digitCount() > 2000 {
				continue
			}
			text := AppendText(nil, Of(k), &d, DefaultStyle())
			back, err := ParseText(Of(k), text, DefaultStyle())
			if err != nil || Compare(k, &d, &back, NoCollation) != 0 {
				t.Fatalf("type %d: %q prints %q, which reads as %v %v", k, s, text, back, err)
			}
			b, err := AppendBinary(nil, Of(k), &d)
			if err != nil {
				t.Fatal(err)
			}
			if back, err = ParseBinary(Of(k), b); err != nil || Compare(k, &d, &back, NoCollation) != 0 {
				t.Fatalf("type %d: %q as %x reads as %v %v", k, s, b, back, err)
			}
		}
	})
}
