package sources

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/pgerr"
)

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]Location{
		"./dir":                    {"file", "./dir"},
		"x.csv":                    {"file", "x.csv"},
		"/abs/*.csv":               {"file", "/abs/*.csv"},
		"file:///abs/a%20b.csv":    {"file", "/abs/a b.csv"},
		"FILE://localhost/abs":     {"file", "/abs"},
		"s3://bucket/a b/%20*.csv": {"s3", "bucket/a b/%20*.csv"},
		"s3://bucket":              {"s3", "bucket"},
		"HTTPS://host/x.csv?q=1#f": {"https", "https://host/x.csv?q=1"},
		"http://u:p@host:8080/x":   {"http", "http://u:p@host:8080/x"},
		"./odd://name":             {"file", "./odd://name"},
	} {
		if got, err := ParseLocation(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, code := range map[string]pgerr.Code{
		"": "22023", "ftp://host/canary": "0A000", "gs://b/canary": "0A000", "s3://": "22023", "s3://b*/canary": "22023", "s3://k:canary@b/x": "22023",
		"file://host/canary": "22023", "file:///%zz-canary": "22023", "http://": "22023", "http://u:canary@ho st/": "22023", "http://%zz/canary": "22023", "a\x00b": "22023",
		"file:///a%00canary": "22023",
	} {
		_, err := ParseLocation(text)
		if !errors.Is(err, code) {
			t.Errorf("%q: %v", text, err)
		}
		if e := pgerr.From(err); e != nil && strings.Contains(e.Message+e.Detail+e.Hint, "canary") {
			t.Errorf("%q: %+v repeats it", text, e)
		}
	}
}

func TestLocationsOfMembers(t *testing.T) {
	for text, want := range map[string][2]string{
		"/d/a.zip!/x.csv": {"/d/a.zip", "x.csv"}, "./a.zip!/d/**/*.csv": {"./a.zip", "d/**/*.csv"}, "/d/*.zip!/": {"/d/*.zip", ""}, "/d/a.zip!": {"/d/a.zip", ""},
		"a.zip!/b.zip!/x.csv": {"a.zip", "b.zip!/x.csv"}, "s3://b/k/a.zip!/x.csv": {"b/k/a.zip", "x.csv"}, `s3://b/x\!/a.zip!/y`: {`b/x\!/a.zip`, "y"},
		"file:///d/a%20b.zip!/x%20y.csv": {"/d/a b.zip", "x y.csv"}, "https://u:p@h/d/a.zip!/x%20y.csv?sig=a!/b": {"https://u:p@h/d/a.zip?sig=a!/b", "x y.csv"},
		"https://h/a.zip!?q": {"https://h/a.zip?q", ""}, "http://h/a.zip!/*.csv": {"http://h/a.zip", "*.csv"},
	} {
		l, err := ParseLocation(text)
		if err != nil {
			t.Fatal(text, err)
		}
		archives, members, ok := l.Split()
		if !ok || archives.Scheme != l.Scheme || archives.Pattern != want[0] || members != want[1] {
			t.Errorf("%s: %+v, %q, %v", text, archives, members, ok)
		}
		again, members, ok := archives.Join(members).Split()
		if !ok || again != archives || members != want[1] {
			t.Errorf("%s: joined and split it is %+v, %q, %v", text, again, members, ok)
		}
	}
	for _, text := range []string{"/d/x.csv", `/d/x\!/y.csv`, "/d/!/y.csv", "!/y.csv", "!", "/d/!", "/d/wow!.csv", "https://h/x%21/y.csv", "https://h/x?q!/y", "https://h", "s3://b/k", `s3://b/x\!`} {
		l, err := ParseLocation(text)
		if err != nil {
			t.Fatal(text, err)
		}
		if archives, members, ok := l.Split(); ok || archives != l {
			t.Errorf("%s: %+v, %q", text, archives, members)
		}
	}
}

func TestLocationsAreShownWithoutSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"https://u:canary@host/x.csv?X-Amz-Signature=canary#canary": "https://host/x.csv",
		"https://host/x.csv?": "https://host/x.csv",
		"s3://b/k":            "s3://b/k",
		"./a":                 "./a",
	} {
		l, err := ParseLocation(text)
		if err != nil || l.String() != want {
			t.Errorf("%s: %s, %v", text, l, err)
		}
	}
}

func TestFromCloudFS(t *testing.T) {
	for _, c := range []struct {
		opts     map[string]string
		location string
		rest     map[string]string
		code     pgerr.Code
	}{
		{map[string]string{"bucket": "b", "filepath": "/d/x.csv", "host": "h", "port": "1", "format": "csv"}, "s3://b/d/x.csv", map[string]string{"host": "h", "port": "1", "format": "csv"}, ""},
		{map[string]string{"source": "s3", "bucket": "b", "filepath": "x.csv"}, "s3://b/x.csv", map[string]string{}, ""},
		{map[string]string{"source": "http/https", "url": "https://h/x", "header": "true"}, "https://h/x", map[string]string{"header": "true"}, ""},
		{map[string]string{"source": "HTTP", "url": "http://h/x"}, "http://h/x", map[string]string{}, ""},
		{map[string]string{"source": "file", "filepath": "/d/x.csv"}, "/d/x.csv", map[string]string{}, ""},
		{map[string]string{"source": "filesystem", "filepath": "s3://b/x"}, "./s3://b/x", map[string]string{}, ""},
		{map[string]string{"source": "ftp", "url": "x"}, "", nil, "0A000"},
		{map[string]string{"source": "s3", "filepath": "x"}, "", nil, "22023"},
		{map[string]string{"source": "s3", "bucket": "b"}, "", nil, "22023"},
		{map[string]string{"source": "http/https"}, "", nil, "22023"},
		{map[string]string{"source": "http/https", "url": "file:///etc/passwd"}, "", nil, "22023"},
		{map[string]string{"source": "http/https", "url": "http://h/", "bucket": "b"}, "", nil, "22023"},
		{map[string]string{"source": "file"}, "", nil, "22023"},
	} {
		location, rest, err := FromCloudFS(c.opts)
		if location != c.location || !reflect.DeepEqual(rest, c.rest) || c.code == "" && err != nil || c.code != "" && !errors.Is(err, c.code) {
			t.Errorf("%v: %s, %v, %v", c.opts, location, rest, err)
		}
	}
}

func TestGlobsDescendOnlyWhereSomethingMayMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, folder string
		want            bool
	}{
		{"/d/*.csv", "/d", true}, {"/d/*.csv", "/d/sub", false}, {"/d/*/x.csv", "/d/sub", true}, {"/d/*/x.csv", "/d/sub/sub", false},
		{"/d/k=*/x.csv", "/d/other", false}, {"/d/**/x.csv", "/d/a/b/c", true}, {"/d/**/x.csv", "/d/.git", false}, {"/d/**/.git/x", "/d/.git", true},
		{"/d/{a,b/c}/x", "/d/b", true},
	} {
		g, ok, err := ParseGlob(c.pattern)
		if !ok || err != nil || g.Descend(c.folder) != c.want {
			t.Errorf("%s in %s: %v, %v", c.pattern, c.folder, g.Descend(c.folder), err)
		}
	}
}

type fake struct {
	Source
	id    string
	lists int
	mu    sync.Mutex
	fail  error
}

func (f *fake) ID() string { return f.id }
func (f *fake) List(context.Context, string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.lists++
		if f.fail != nil {
			yield(Info{}, f.fail)
			return
		}
		for _, p := range []string{"b", "a"} {
			if !yield(Info{Path: p, Key: p, Version: strings.Repeat("v", f.lists)}, nil) {
				return
			}
		}
	}
}

func TestSnapshotAsksOnceAndForgetsErrors(t *testing.T) {
	s, f, other := NewSnapshot(), &fake{id: "1", fail: pgerr.New(pgerr.IOError, "x")}, &fake{id: "2"}
	if _, err := s.List(t.Context(), f, "p"); !errors.Is(err, pgerr.IOError) {
		t.Fatal(err)
	}
	f.fail = nil
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			infos, err := s.List(t.Context(), f, "p")
			if err != nil || len(infos) != 2 || infos[0].Path != "a" || infos[0].Version != "vv" {
				t.Error(infos, err)
			}
		})
	}
	wg.Wait()
	if f.lists != 2 {
		t.Errorf("asked %d times", f.lists)
	}
	if infos, _ := s.List(t.Context(), f, "q"); infos[0].Version != "vv" {
		t.Errorf("another pattern shows another version: %v", infos)
	}
	if infos, _ := s.List(t.Context(), other, "p"); infos[0].Version != "v" {
		t.Errorf("another source shows the same objects: %v", infos)
	}
}

func TestRegistrySharesAndChecks(t *testing.T) {
	type opts struct {
		A string `option:"a" help:"h"`
	}
	made := 0
	r := NewRegistry(Factory{Schemes: []string{"x", "y"}, Options: opts{}, Open: func(string, map[string]string) (Source, error) {
		made++
		return &fake{}, nil
	}})
	one, _, _ := r.Open(Location{"x", "p"}, map[string]string{"a": "1"})
	two, _, _ := r.Open(Location{"x", "q"}, map[string]string{"a": "1"})
	three, _, _ := r.Open(Location{"x", "p"}, map[string]string{"a": "2"})
	if one != two || one == three || made != 2 {
		t.Errorf("%d made", made)
	}
	if _, _, err := r.Open(Location{"x", "p"}, map[string]string{"b": "1"}); !errors.Is(err, pgerr.FDWInvalidOptionName) || pgerr.From(err).Hint != "Valid options in this context are: a" {
		t.Error(err)
	}
	if _, _, err := r.Open(Location{"z", "p"}, nil); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("two factories for one scheme")
		}
	}()
	NewRegistry(Factory{Schemes: []string{"x"}}, Factory{Schemes: []string{"x"}})
}

func TestRetryEnds(t *testing.T) {
	n := 0
	start := time.Now()
	err := Retry(t.Context(), func() error { n++; return Unreachable("p", "why") })
	if n != Attempts || !IsTransient(err) || time.Since(start) > 3*time.Second {
		t.Errorf("%d attempts, %v", n, err)
	}
	n = 0
	if err := Retry(t.Context(), func() error { n++; return Missing("p") }); n != 1 || !errors.Is(err, pgerr.UndefinedFile) {
		t.Errorf("%d attempts, %v", n, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := pgerr.New(pgerr.QueryCanceled, "stop")
	if err := Retry(ctx, func() error { cancel(stop); return Unreachable("p", "why") }); err != stop {
		t.Error(err)
	}
}
