package types

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"testing"

	"howdah/pgerr"
)

func TestBitsInput(t *testing.T) {
	for _, c := range []struct {
		t    Type
		text string
		want string // the text form, or the SQLSTATE and message
	}{
		{Of(VarbitOID), "", ""}, {Of(VarbitOID), "b", ""}, {Of(VarbitOID), "x", ""}, {Of(VarbitOID), "X1f", "00011111"},
		{Of(BitOID), "B101", "101"}, {Type{BitOID, 3}, "101", "101"}, {Type{VarbitOID, 3}, "10", "10"},
		{Type{BitOID, 3}, "1010", "22026 bit string length 4 does not match type bit(3)"},
		{Type{BitOID, 3}, "x", "22026 bit string length 0 does not match type bit(3)"},
		{Type{VarbitOID, 3}, "xF", "22001 bit string too long for type bit varying(3)"},
		{Of(VarbitOID), "B012", `22P02 "2" is not a valid binary digit`},
		{Of(VarbitOID), "010101010101010a0", `22P02 "a" is not a valid binary digit`},
		{Of(VarbitOID), "1€", `22P02 "€" is not a valid binary digit`},
		{Of(VarbitOID), "x1g", `22P02 "g" is not a valid hexadecimal digit`},
	} {
		d, err := ParseText(c.t, []byte(c.text), DefaultStyle())
		got := ""
		if err != nil {
			e := pgerr.From(err)
			got = string(e.Code) + " " + e.Message
		} else {
			got = string(AppendText(nil, c.t, &d, DefaultStyle()))
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestBitsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 300 {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte('0' + r.IntN(2))
		}
		d, err := ParseText(Of(VarbitOID), text, DefaultStyle())
		if err != nil || !bytes.Equal(AppendText(nil, Of(VarbitOID), &d, DefaultStyle()), text) {
			t.Fatalf("%s: %x, %v", text, d.Bytes, err)
		}
		if got := CountBits(d.Bytes); got != bytes.Count(text, []byte("1")) {
			t.Fatalf("%s: %d ones", text, got)
		}
		b, err := AppendBinary(nil, Of(VarbitOID), &d)
		if err != nil {
			t.Fatal(err)
		}
		if n%8 != 0 {
			b[len(b)-1] |= 1 // what lies behind the last bit is ignored
		}
		if back, err := ParseBinary(Of(VarbitOID), b); err != nil || !bytes.Equal(back.Bytes, d.Bytes) {
			t.Fatalf("%s: received %x, %v", text, back.Bytes, err)
		}
		if _, err := ParseBinary(Of(VarbitOID), b[:len(b)-1]); err == nil {
			t.Fatalf("%s: a cut message was taken", text)
		}
	}
}

// TestPackedDigits compares both ways of packing, also with bytes that are no digits, at every length and place.
func TestPackedDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 20_000 {
		text := make([]byte, r.IntN(200))
		for i := range text {
			text[i] = byte('0' + r.IntN(2))
		}
		if len(text) > 0 && r.IntN(3) == 0 {
			text[r.IntN(len(text))] = byte(r.IntN(256))
		}
		var want []byte
		for i, c := range text {
			if c != '0' && c != '1' {
				want = nil
				break
			}
			if i%8 == 0 {
				want = append(want, 0)
			}
			want[i/8] |= (c & 1) << (7 - i%8)
		}
		digits := want != nil || len(text) == 0
		got, err := appendBinaryDigits(nil, text)
		if (err == nil) != digits || digits && !bytes.Equal(got, want) {
			t.Fatalf("%q: %x, %v, want %x", text, got, err, want)
		}
		words := make([]byte, (len(text)+7)/8)
		ok := packWords(words, text)
		if ok != digits || digits && !bytes.Equal(words, want) {
			t.Fatalf("%q by words: %x, %v, want %x", text, words, ok, want)
		}
	}
}

func TestCountCombinedBits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for n := range 700 {
		a, b := AppendZeroBits(nil, n), AppendZeroBits(nil, n)
		for k := BitHeader; k < len(a); k++ {
			a[k], b[k] = byte(r.Uint32()), byte(r.Uint32())
		}
		PadBits(a)
		PadBits(b)
		for op, word := range map[BitOp]func(x, y byte) byte{
			BitAnd: func(x, y byte) byte { return x & y }, BitOr: func(x, y byte) byte { return x | y }, BitXor: func(x, y byte) byte { return x ^ y }} {
			c, ones := bytes.Clone(a), 0
			for k := BitHeader; k < len(c); k++ {
				c[k] = word(a[k], b[k])
				ones += bits.OnesCount8(c[k])
			}
			into := bytes.Clone(a)
			CombineBits(op, into, b)
			if got := CountCombinedBits(op, a, b); got != ones || !bytes.Equal(into, c) || CountBits(c) != ones {
				t.Fatalf("%x, %x, %d: %d, %x, want %d, %x", a, b, op, got, into, ones, c)
			}
		}
	}
}

func BenchmarkParseBits(b *testing.B) {
	text := bytes.Repeat([]byte("01101000"), 111)[:881]
	buf := make([]byte, 0, 128)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseBits(buf, Of(VarbitOID), text); err != nil {
			b.Fatal(err)
		}
	}
}
