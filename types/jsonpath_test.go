package types_test

import (
	"errors"
	"testing"

	"howdah/pgerr"
	"howdah/types"
)

// FuzzJSONPath: whatever the text, the parser gives a path whose text it reads back as the same one, or an error for
// clients.
func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{
		"$", "strict $.a[*] ? (@.b > 1 && !exists(@.c)).d", "$.**{2 to last}", `$."a\u00e9\x41\u{1F600}"`, "-1.5e3", "$[last - 1, 0 to 2]",
		`$ ? (@ like_regex "^a" flag "iq")`, "($.a + 1).abs()", "$.a starts with $v", "1a", "$.a /* x", `"\ud83d"`, "(($.a > 1) is unknown).type()",
		"$.keyvalue().id", ".5.type()", `$.datetime("HH24")`, "((((((1))))))", "- - 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if types.CheckText([]byte(text)) != nil {
			return // no text of PostgreSQL's
		}
		p, err := types.ParseJSONPath([]byte(text))
		if err != nil {
			if _, ok := errors.AsType[*pgerr.Error](err); !ok {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		once := string(p.Append(nil))
		again, err := types.StoredJSONPath([]byte(once))
		if err != nil {
			t.Fatalf("%q is shown as %q: %v", text, once, err)
		}
		if twice := string(again.Append(nil)); twice != once {
			t.Fatalf("%q: %q, then %q", text, once, twice)
		}
	})
}
