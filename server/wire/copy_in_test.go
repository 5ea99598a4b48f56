package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/types"
	"howdah/vector"
)

// records reads all of data, which comes in the pieces that cut ends.
func records(opt CopyOptions, width int, data []byte, cut func() int) string {
	c := NewCopyIn(opt, width, nil, nil, func(b []byte) ([]byte, error) { return b, nil })
	var out strings.Builder
	take := func() bool {
		for {
			fields, more, err := c.Next()
			if err != nil {
				fmt.Fprintf(&out, "line %d: %v", c.Line, err)
				return false
			}
			if !more {
				return true
			}
			fmt.Fprintf(&out, "%d:", c.Line)
			for _, f := range fields {
				fmt.Fprintf(&out, " %q%v", f.Value, f.Null)
			}
			out.WriteString("\n")
		}
	}
	for len(data) > 0 {
		n := min(max(cut(), 1), len(data))
		c.Feed(data[:n])
		data = data[n:]
		if !take() {
			return out.String()
		}
	}
	c.Finish()
	take()
	return out.String()
}

var copyForms = []CopyOptions{
	{Delimiter: '\t', Null: `\N`},
	{Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"'},
	{Format: CopyCSV, Delimiter: ';', Quote: '\'', Escape: '\\', Null: "NIL"},
	{Format: CopyBinary},
}

// However the bytes are cut into messages, the records are the same.
func FuzzCopyIn(f *testing.F) {
	for k := range copyForms {
		for _, s := range []string{"1\ta\n2\t\\N\n\\.\n", "a,\"b\"\"c\"\r\nd,\"e\r\nf\"\r\n", "'a\\'b';NIL\n;'NIL'\n", "a\\\nb\n\r", string(binarySignature) + "\x00\x02\x00\x00\x00\x01x\xff\xff\xff\xff\xff\xff"} {
			f.Add([]byte(s), byte(k))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, k byte) {
		opt := copyForms[int(k)%len(copyForms)]
		want := records(opt, 2, data, func() int { return len(data) })
		r := rand.New(rand.NewPCG(uint64(len(data)), uint64(k)))
		if got := records(opt, 2, data, func() int { return 1 }); got != want {
			t.Errorf("%q byte by byte:\n%s\nwhole:\n%s", data, got, want)
		}
		if got := records(opt, 2, data, func() int { return r.IntN(5) }); got != want {
			t.Errorf("%q in pieces:\n%s\nwhole:\n%s", data, got, want)
		}
	})
}

// What COPY TO writes, COPY FROM reads.
func TestCopyThereAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, opt := range copyForms {
		for range 300 {
			b := &vector.Batch{}
			want := ""
			for range 2 {
				c := vector.New(types.Of(types.TextOID), 3)
				c.Reset()
				b.Cols = append(b.Cols, c)
			}
			b.SetLen(3)
			for i := range int32(3) {
				want += fmt.Sprintf("%d:", i+1)
				for _, c := range b.Cols {
					if r.IntN(5) == 0 {
						c.SetNull(i)
						want += ` ""true`
						continue
					}
					v := make([]byte, r.IntN(6))
					for k := range v {
						v[k] = "ab\\N.,;'\"\t\b"[r.IntN(12)%11]
					}
					c.SetBytes(i, v)
					want += fmt.Sprintf(" %qfalse", v)
				}
				want += "\n"
			}
			enc := NewCopy([]types.Type{types.Of(types.TextOID), types.Of(types.TextOID)}, types.DefaultStyle(), opt)
			out, err := enc.Begin(nil, []string{"a", "b"})
			if err == nil {
				err = enc.Prepare(b)
			}
			for _, i := range b.Sel {
				if err == nil {
					out, err = enc.Append(out, i)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			out = enc.End(out)
			var data []byte
			for len(out) > 0 { // CopyData messages
				n := int(out[1])<<24 | int(out[2])<<16 | int(out[3])<<8 | int(out[4])
				data = append(data, out[5:n+1]...)
				out = out[n+1:]
			}
			got := records(opt, 2, data, func() int { return 1 + r.IntN(9) })
			if got != want {
				t.Fatalf("%+v: %q\ngot\n%s\nwant\n%s", opt, bytes.TrimSpace(data), got, want)
			}
		}
	}
}
