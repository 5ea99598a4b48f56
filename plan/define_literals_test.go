package plan

import "testing"

func TestLiteralEnd(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // "" = no literal
	}{
		{`'a' x`, `'a'`}, {`'it''s' x`, `'it''s'`}, {`E'a\'b' x`, `E'a\'b'`}, {`$$a'b$$ x`, `$$a'b$$`}, {`$q$a$$b$q$ x`, `$q$a$$b$q$`},
		{`now()`, ""}, {`'open`, ""}, {`$1`, ""}, {`$$open`, ""},
	} {
		end, ok := literalEnd(c.text, 0)
		if ok != (c.want != "") || ok && c.text[:end] != c.want {
			t.Errorf("%s: %d %v, want %q", c.text, end, ok, c.want)
		}
	}
}
