package textsearch

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"howdah/pgerr"
)

// isClients tells the errors that a client may see; anything else is a bug.
func isClients(err error) bool { return pgerr.From(err).Code != "" }

func valid(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

func FuzzVector(f *testing.F) {
	for _, s := range []string{"", "a:1A,2 b", `'it''s \\ x':3B`, "a:1,1C,16383", `\`, "'", "a:0", "é:1*", ":", "a :1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !valid(text) {
			t.Skip()
		}
		v, err := ParseVector([]byte("x"), []byte(text))
		if err != nil {
			if !isClients(err) {
				t.Fatal(err)
			}
			return
		}
		w := Vector(v[1:])
		again, err := ParseVector(nil, w.AppendText(nil))
		if err != nil || w.Compare(again) != 0 || !bytes.Equal(w, again) {
			t.Fatalf("%q: %q after a round trip, %v", w.AppendText(nil), Vector(again).AppendText(nil), err)
		}
		again, err = ParseVectorBinary(nil, w.AppendBinary(nil))
		if err != nil || !bytes.Equal(w, again) {
			t.Fatalf("%q: %v after a binary round trip, %v", w.AppendText(nil), again, err)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "a & !b | c <-> d", "(a|b):A", "a:*AB <3> 'x y'", "!!!a", "a <16384> b", "((", "a b", `"x" -y or z`, "a <->"} {
		f.Add(s)
	}
	d := &Document{}
	f.Fuzz(func(t *testing.T, text string) {
		if !valid(text) {
			t.Skip()
		}
		for _, name := range []string{"simple", "english"} {
			d.Reset(configOf(name))
			if q, err := d.AppendQuery(nil, []byte(text)); err == nil {
				makeVector(name, text).Matches(Query(q).Tree())
			}
			if _, err := d.AppendWebQuery(nil, []byte(text)); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if _, err := d.AppendPlainQuery(nil, []byte(text), Phrase); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		q, err := ParseQuery(nil, []byte(text))
		if err != nil {
			return
		}
		p := Query(q)
		again, err := ParseQuery(nil, p.AppendText(nil))
		if err != nil || !bytes.Equal(q, again) {
			t.Fatalf("%q: %q after a round trip, %v", p.AppendText(nil), Query(again).AppendText(nil), err)
		}
		again, err = ParseQueryBinary(nil, q)
		if err != nil || !bytes.Equal(q, again) {
			t.Fatalf("%q: %q after a binary round trip, %v", p.AppendText(nil), Query(again).AppendText(nil), err)
		}
	})
}

func FuzzBinary(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01a\x00\x00\x01\x00\x05"))
	f.Add([]byte("\x00\x00\x00\x03\x02\x04\x00\x02\x01\x00\x00b\x00\x01\x0f\x01a\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := ParseVectorBinary(nil, b); err == nil {
			Vector(v).AppendText(nil)
			Vector(v).Compare(v)
		}
		if q, err := ParseQueryBinary(nil, b); err == nil {
			again, err := ParseQueryBinary(nil, q)
			if p := Query(q); err != nil || !bytes.Equal(q, again) || p.Compare(p) != 0 {
				t.Fatalf("%x: %x, then %x, %v", b, q, again, err)
			}
			Query(q).AppendText(nil)
		}
	})
}

// FuzzParser holds that tokens follow one another without gaps, but that what a token is divided into comes again.
func FuzzParser(f *testing.F) {
	for _, s := range append(oddWords, "a-b-1", "http://a.com/x y", "<script>x</script>", "-1.2.3", "a@b@c@d.com", "é-x-2") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !valid(text) {
			t.Skip()
		}
		rest := text
		for p := NewParser([]byte(text)); p.Next(); {
			w := headWord{kind: p.Type}
			token := string(p.Token)
			if token == "" {
				t.Fatalf("%q: an empty token of type %d", text, p.Type)
			}
			if !strings.HasPrefix(rest, token) {
				t.Fatalf("%q: %q does not begin %q", text, token, rest)
			}
			if !w.divided() {
				rest = rest[len(token):]
			}
		}
		if rest != "" {
			t.Fatalf("%q: %q is left", text, rest)
		}
	})
}
