package sources

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"howdah/pgerr"
)

// What can be parsed is shown without credentials and query; what cannot is an error for a client that repeats nothing.
func FuzzParseLocation(f *testing.F) {
	for _, seed := range []string{"./x*.csv", "file:///a%20b", "s3://b/k/**", "https://u:p@h:1/x?q#f", "ftp://x", "http://[::1]/%2e", "s3://", "://", "HTTP://h\x00", "/a.zip!/*.csv", "https://h/a.zip!/x%20y?q!/z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLocation(text)
		if err != nil {
			if _, ok := errors.AsType[*pgerr.Error](err); !ok {
				t.Fatalf("%q: %v is no error for a client", text, err)
			}
			return
		}
		if l.Pattern == "" || strings.ContainsRune(l.Pattern, 0) && l.Scheme == "file" {
			t.Fatalf("%q: %+v", text, l)
		}
		if l.Scheme == "http" || l.Scheme == "https" {
			shown, err := url.Parse(l.String())
			if err != nil || shown.User != nil || shown.RawQuery != "" || shown.Fragment != "" {
				t.Fatalf("%q is shown as %q", text, l)
			}
		}
		if archives, members, ok := l.Split(); ok {
			if again, m, ok := archives.Join(members).Split(); ok && again == archives && m != members {
				t.Fatalf("%q: %q becomes %q", text, members, m)
			}
		}
		if g, isGlob, err := ParseGlob(l.Pattern); isGlob && err == nil {
			g.Match(l.Pattern)
			g.Descend(g.Base)
		}
	})
}
