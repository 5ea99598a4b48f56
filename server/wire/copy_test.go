package wire

import (
	"math/rand/v2"
	"testing"

	"howdah/types"
	"howdah/vector"
)

// Looking at eight bytes at a time never calls a value clean that has a special byte, and finds the usual ones clean.
func TestCopyClean(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, opt := range []CopyOptions{{Delimiter: '\t', Null: `\N`}, {Delimiter: '|'}, {Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"'},
		{Format: CopyCSV, Delimiter: ' ', Quote: '\'', Escape: '\''}, {Format: CopyCSV, Delimiter: '\x7f', Quote: '\x01', Escape: '\\'}} {
		c := NewCopy([]types.Type{types.Of(types.TextOID)}, types.DefaultStyle(), opt)
		for range 100_000 {
			v := make([]byte, random.IntN(20))
			special := false
			for i := range v {
				v[i] = byte(random.IntN(256))
				if random.IntN(16) > 0 { // most are plain
					v[i] = 'A' + v[i]%58&^0x1c
				}
				special = special || c.special[v[i]]
			}
			if c.clean(v) && special {
				t.Fatalf("%+v: %q", opt, v)
			}
		}
		if !c.clean([]byte("größe_M")) || !c.clean([]byte("plain-text_of_some_length")) {
			t.Errorf("%+v: plain text is not clean", opt)
		}
	}
}

// Values of numbers and dates are passed on unlooked at only if neither delimiter, quote nor null can be in them.
func TestCopyPlainColumns(t *testing.T) {
	cols := []types.Type{types.Of(types.NumericOID), types.Of(types.DateOID), types.Of(types.BoolOID)}
	b := &vector.Batch{}
	for i, v := range []string{"-1.5", "2024-02-29", "t"} {
		col := vector.New(cols[i], 0)
		col.Form = vector.CanonicalText
		col.Resize(1)
		col.SetBytes(0, []byte(v))
		b.Cols = append(b.Cols, col)
	}
	b.SetLen(1)
	for _, c := range []struct {
		opt  CopyOptions
		want string
	}{
		{CopyOptions{Delimiter: '\t', Null: `\N`}, "-1.5\t2024-02-29\tt\n"},
		{CopyOptions{Delimiter: '-', Null: `\N`}, `\-1.5-2024\-02\-29-t` + "\n"},
		{CopyOptions{Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"'}, "-1.5,2024-02-29,t\n"},
		{CopyOptions{Format: CopyCSV, Delimiter: '-', Quote: '"', Escape: '"'}, `"-1.5"-"2024-02-29"-t` + "\n"},
		{CopyOptions{Format: CopyCSV, Delimiter: ',', Quote: '2', Escape: '2'}, "-1.5,2220224-022-2292,t\n"},
		{CopyOptions{Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"', Null: "t"}, `-1.5,2024-02-29,"t"` + "\n"},
		{CopyOptions{Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"', ForceQuote: []bool{true, false, false}}, `"-1.5",2024-02-29,t` + "\n"},
	} {
		e := NewCopy(cols, types.DefaultStyle(), c.opt)
		if err := e.Prepare(b); err != nil {
			t.Fatal(err)
		}
		got, err := e.Append(nil, 0)
		if err != nil || string(got[5:]) != c.want {
			t.Errorf("%+v: %q, %v; want %q", c.opt, got[5:], err, c.want)
		}
	}
}
