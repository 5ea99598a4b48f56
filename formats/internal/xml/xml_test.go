package xml

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"howdah/pgerr"
)

// text is a Source of a string.
type text struct{ io.Reader }

func (text) Damaged(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "damaged").WithDetail(format, args...)
}
func (text) Path() string { return "a.xml" }
func (text) Part() string { return "part" }

func of(s string) *Tokens      { return New(text{strings.NewReader(s)}) }
func dribble(s string) *Tokens { return New(text{iotest.OneByteReader(strings.NewReader(s))}) }

// walk writes tags and texts down.
func walk(t *Tokens) (string, error) {
	var b strings.Builder
	for {
		err := t.Next()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch {
		case t.Closing:
			b.WriteString("/" + string(t.Name))
		default:
			b.WriteString(string(t.Name))
			for attrs := t.Attrs; ; {
				n, v, rest, ok := CutAttribute(attrs)
				if !ok {
					break
				}
				fmt.Fprintf(&b, "(%s=%s)", n, t.Value(v))
				attrs = rest
			}
			if t.Empty {
				b.WriteString(".")
			}
		}
		if t.Depth() > 0 {
			v, err := t.Text(nil)
			if err != nil {
				return b.String(), err
			}
			fmt.Fprintf(&b, "%q", v)
		}
		b.WriteByte(' ')
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		`<?xml version="1.0"?><a><b/>x</a>`:                   `a"" b."x" /a `,
		"<a x='1' y = \"2\"\n z=\"&lt;>\">t&amp;&#65;</a >":   `a(x=1)(y=2)(z=<>)"t&A" /a `,
		`<p:a p:q="'"><!-- <b> --><![CDATA[<c>&]]>d</p:a>`:    `a(p:q=')"<c>&d" /a `,
		"<a>1\r\n2\r3</a>":                                    `a"1\n2\n3" /a `,
		`<long one="aaaaaaaaaaaaaaaaaaaaaaaaaaaa>" two=">"/>`: `long(one=aaaaaaaaaaaaaaaaaaaaaaaaaaaa>)(two=>). `,
		`<long one="aaaaaaaaaaaaaaaaaaaaaaaaaaa'" two='"'/>`:  `long(one=aaaaaaaaaaaaaaaaaaaaaaaaaaa')(two="). `,
	} {
		for name, tokens := range map[string]*Tokens{"whole": of(in), "dribbled": dribble(in)} {
			if got, err := walk(tokens); err != nil || got != want {
				t.Errorf("%s %s: %s %v, want %s", name, in, got, err, want)
			}
		}
		for n := range len(in) - 1 {
			if strings.HasPrefix(in, "<?xml") && n <= strings.Index(in, "<a>") {
				continue
			}
			if got, err := walk(of(in[:n])); err == nil && n > 0 {
				t.Errorf("%s cut at %d: %s", in, n, got)
			}
		}
	}
	for _, in := range []string{"<a></b></a>", "</a>", "<a><b></a></b>", "<!DOCTYPE a><a/>", `<?xml version="1.0" encoding="latin1"?><a/>`, "<a>&b;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&amp</a>", "< a/>", "<a <b/>",
		"<a/" + strings.Repeat(" ", MaxTag) + ">", "<a>" + strings.Repeat("x", MaxText+1) + "</a>", strings.Repeat("<a>", MaxDepth+1)} {
		tokens := of(in)
		got, err := walk(tokens)
		if err == nil {
			t.Errorf("%.40s: %s", in, got)
			continue
		}
		if again := tokens.Next(); again != err {
			t.Errorf("%.40s: %v and then %v", in, err, again)
		}
	}
}

func TestSkipping(t *testing.T) {
	inner := `<x:b c="/a>"><a/><a>1</a><a x="/"></a><ab/><!-- </a> --><![CDATA[</a>]]><?pi </a>?></x:b><a
 ></a >`
	for name, in := range map[string]string{"plain": "<r><a>" + inner + "</a><z/></r>", "spaced": "<r><a q='>'>" + inner + "</a ><z/></r>", "long": "<r><a>" + strings.Repeat(inner, 3000) + "</a><z/></r>"} {
		for _, named := range []bool{true, false} {
			tokens := of(in)
			if len(in) < 1000 {
				tokens = dribble(in)
			}
			tokens.Next()
			tokens.Next()
			var err error
			if named {
				err = tokens.SkipNamed("a")
			} else {
				err = tokens.Skip()
			}
			if err != nil || tokens.Depth() != 1 {
				t.Fatalf("%s: %v at depth %d", name, err, tokens.Depth())
			}
			if err := tokens.Next(); err != nil || !tokens.Is("z") {
				t.Errorf("%s: <%s> %v", name, tokens.Full, err)
			}
			if err := tokens.Rest(); err != nil {
				t.Error(err)
			}
		}
	}
	tokens := of("<r><t><g><c>1</c><c/></g></t><z/></r>")
	for range 4 {
		tokens.Next()
	}
	if err := tokens.SkipOut("t", 2); err != nil || tokens.Depth() != 1 || !tokens.Ends("t") {
		t.Errorf("%v, depth %d, <%s>", err, tokens.Depth(), tokens.Name)
	}
	for _, in := range []string{"<a><b>", "<a><b></a>", "<a>", "<a", "<a></"} {
		tokens := of("<r>" + in)
		tokens.Next()
		err := tokens.Next()
		if err == nil {
			err = tokens.SkipNamed("a")
		}
		if in != "<a><b></a>" && (err == nil || !errors.Is(err, pgerr.DataCorrupted)) {
			t.Errorf("%s: %v", in, err)
		}
	}
}
