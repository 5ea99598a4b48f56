package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/sourcetest"
	"howdah/sources/web"
)

var factory = web.Factory(web.Config{})

func TestMain(m *testing.M) { sourcetest.Main(m, factory.Close) }

func open(t *testing.T, values map[string]string) sources.Source {
	t.Helper()
	src, err := factory.Open("http", values)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func read(t *testing.T, src sources.Source, info sources.Info, off, n int64) (string, error) {
	t.Helper()
	r, err := src.OpenRange(t.Context(), info, off, n)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}

// files is a web server in which files change: net/http's own file handling, with an ETag of the content.
type files struct {
	mu    sync.Mutex
	pages map[string]page
}

type page struct {
	data []byte
	etag string
	at   time.Time
}

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	p, ok := f.pages[r.URL.Path]
	f.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", p.etag)
	http.ServeContent(w, r, r.URL.Path, p.at, bytes.NewReader(p.data))
}

func TestConformance(t *testing.T) {
	f := &files{pages: map[string]page{}}
	server := httptest.NewServer(f)
	defer server.Close()
	defer factory.Close()
	n := 0
	sourcetest.Run(t, sourcetest.Harness{
		Source:  open(t, nil),
		Pattern: func(name string) string { return server.URL + "/" + name },
		Put: func(_ testing.TB, name string, data []byte) {
			f.mu.Lock()
			defer f.mu.Unlock()
			n++
			f.pages["/"+name] = page{data, `"` + strings.Repeat("v", n) + `"`, time.Now()}
		},
		Remove: func(_ testing.TB, name string) {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.pages, "/"+name)
		},
	})
}

func TestServersThatLackThings(t *testing.T) {
	content := sourcetest.Content(100)
	const old, now = "Mon, 02 Jan 2006 15:04:05 GMT", "Mon, 02 Jan 2006 15:04:08 GMT"
	for name, c := range map[string]struct {
		page    sourcetest.Page
		size    int64
		version string
		ranges  bool
	}{
		"everything":             {sourcetest.Page{ETag: `"1"`, Ranges: true}, 100, `"1"`, true},
		"no HEAD":                {sourcetest.Page{ETag: `"1"`, Ranges: true, NoHead: true}, 100, `"1"`, true},
		"no HEAD, no ranges":     {sourcetest.Page{ETag: `"1"`, NoHead: true}, 100, `"1"`, false},
		"weak ETag":              {sourcetest.Page{ETag: `W/"1"`, Ranges: true}, 100, `W/"1"`, false},
		"only a date":            {sourcetest.Page{LastModified: old, Date: now, Ranges: true}, 100, old, true},
		"weak ETag and a date":   {sourcetest.Page{ETag: `W/"1"`, LastModified: old, Date: now, Ranges: true}, 100, old, true},
		"only a fresh date":      {sourcetest.Page{LastModified: now, Date: now, Ranges: true}, 100, now, false},
		"a date without a clock": {sourcetest.Page{LastModified: old, Ranges: true}, 100, old, false},
		"no validator":           {sourcetest.Page{Ranges: true}, 100, "", false},
		"chunked":                {sourcetest.Page{Framing: sourcetest.Chunked, ETag: `"1"`}, -1, `"1"`, false},
		"chunked with ranges":    {sourcetest.Page{Framing: sourcetest.Chunked, ETag: `"1"`, Ranges: true}, 100, `"1"`, true},
		"closing, HEAD tells":    {sourcetest.Page{Framing: sourcetest.CloseDelimited, HeadLength: true}, 100, "", false},
	} {
		c.page.Content = content
		server := sourcetest.NewRawServer(t, c.page)
		src := open(t, nil)
		info, err := src.Stat(t.Context(), server.URL+"/x.csv")
		if err != nil || info.Size != c.size || info.Version != c.version || info.Ranges != c.ranges {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		if got, err := read(t, src, info, 0, -1); err != nil || got != string(content) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if info.Ranges {
			if got, err := read(t, src, info, 10, 20); err != nil || got != string(content[10:30]) {
				t.Errorf("%s: range: %q, %v", name, got, err)
			}
		}
		// The same server with other content, ignoring every condition.
		if info.Version != "" {
			c.page.IgnoreIf = true
			if c.page.ETag != "" {
				c.page.ETag = strings.Replace(c.page.ETag, "1", "2", 1)
			}
			if c.page.LastModified != "" {
				c.page.LastModified = "Mon, 02 Jan 2006 15:04:09 GMT"
			}
			server.Set(c.page)
			if _, err := read(t, src, info, 0, -1); !errors.Is(err, pgerr.SerializationFailure) {
				t.Errorf("%s: changed: %v", name, err)
			}
			if _, err := read(t, src, info, 10, 20); info.Ranges && !errors.Is(err, pgerr.SerializationFailure) {
				t.Errorf("%s: range of the changed: %v", name, err)
			}
		}
		server.Close()
	}
}

func TestUnprovenLength(t *testing.T) {
	for _, framing := range []sourcetest.Framing{sourcetest.CloseDelimited, sourcetest.HTTP10} {
		server := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("1,2\n"), Framing: framing})
		for _, allow := range []string{"false", "true"} {
			src := open(t, map[string]string{"allow_unproven_length": allow})
			info, err := src.Stat(t.Context(), server.URL)
			if err != nil || info.Size != -1 {
				t.Fatalf("%+v, %v", info, err)
			}
			got, err := read(t, src, info, 0, -1)
			if allow == "true" && (err != nil || got != "1,2\n") || allow == "false" && (!errors.Is(err, pgerr.IOError) || pgerr.From(err).Hint == "") {
				t.Errorf("%v, allowed %s: %q, %v", framing, allow, got, err)
			}
		}
	}
}

func TestStatusesBecomeSQLStates(t *testing.T) {
	for status, code := range map[int]pgerr.Code{
		401: "42501", 403: "42501", 407: "42501", 404: "58P01", 410: "58P01", 400: "58030", 418: "58030", 501: "58030", 300: "58030", 304: "58030", 204: "58030",
	} {
		server := sourcetest.NewRawServer(t, sourcetest.Page{Status: status, Header: "X: y\r\n"})
		_, err := open(t, nil).Stat(t.Context(), server.URL+"/x.csv?sig=canary")
		if !errors.Is(err, code) || strings.Contains(pgerr.From(err).Message, "canary") {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
	}
}

func TestOverloadedServersAreAskedAgain(t *testing.T) {
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("x"), ETag: `"1"`})
	server.Cut = func(request int, _ *http.Request, wire []byte) []byte {
		if request <= 2 {
			return []byte("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n")
		}
		return wire
	}
	if info, err := open(t, nil).Stat(t.Context(), server.URL); err != nil || info.Size != 1 {
		t.Fatalf("%+v, %v", info, err)
	}
	server.Cut = func(int, *http.Request, []byte) []byte { return []byte("HTTP/1.1 503 No\r\n\r\n") }
	_, err := open(t, nil).Stat(t.Context(), server.URL)
	if !errors.Is(err, pgerr.ConnectionFailure) || !strings.Contains(err.Error(), "503 Service Unavailable") {
		t.Fatal(err)
	}
}

func TestHostsThatCannotBeReached(t *testing.T) {
	silent := sourcetest.NewRawServer(t, sourcetest.Page{})
	silent.Cut = func(int, *http.Request, []byte) []byte { return nil }
	silent.Hang = make(chan struct{})
	defer close(silent.Hang)
	garbage := sourcetest.NewRawServer(t, sourcetest.Page{})
	garbage.Cut = func(int, *http.Request, []byte) []byte { return []byte("SSH-2.0-OpenSSH_9.2\r\n\r\n") }
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for url, want := range map[string]string{
		"http://127.0.0.1:1/x":   "connection refused",
		"http://nowhere.invalid": "host's name",
		silent.URL:               "stopped answering",
		garbage.URL:              "not valid HTTP",
		"https" + strings.TrimPrefix(plain.URL, "http"): "does not speak TLS",
		secure.URL: "certificate is not valid",
	} {
		start := time.Now()
		_, err := open(t, map[string]string{"timeout": "50ms"}).Stat(t.Context(), url+"?sig=canary")
		if !errors.Is(err, pgerr.ConnectionFailure) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", url, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: only after %v", url, took)
		}
	}
}

func TestLinkLocalAddressesAreNotReadFrom(t *testing.T) {
	_, err := open(t, nil).Stat(t.Context(), "http://169.254.169.254/latest/meta-data/")
	if !errors.Is(err, pgerr.InsufficientPrivilege) {
		t.Error(err)
	}
	server := sourcetest.NewRawServer(t, sourcetest.Page{Status: 302, Header: "Location: http://169.254.169.254/\r\n"})
	if _, err = open(t, nil).Stat(t.Context(), server.URL); !errors.Is(err, pgerr.InsufficientPrivilege) {
		t.Error(err)
	}
}

func TestCredentialsAreNotCarriedToOtherHosts(t *testing.T) {
	target := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("data"), ETag: `"1"`, Ranges: true})
	first := sourcetest.NewRawServer(t, sourcetest.Page{Status: 302, Header: "Location: " + target.URL + "/there\r\n"})
	for _, values := range []map[string]string{
		{"bearer_token": "canary", "headers": "X-Api-Key: canary\nAccept: canary/*"},
		{"user": "canary", "password": "canary"},
	} {
		src := open(t, values)
		info, err := src.Stat(t.Context(), first.URL+"/here?sig=canary")
		if err != nil || info.Size != 4 {
			t.Fatalf("%+v, %v", info, err)
		}
		if got, err := read(t, src, info, 1, 2); err != nil || got != "at" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if _, err := open(t, nil).Stat(t.Context(), strings.Replace(first.URL, "//", "//canary:canary@", 1)); err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	for _, r := range first.Requests() {
		r.Header.Write(&sent)
	}
	if strings.Count(sent.String(), "Authorization:") != len(first.Requests()) {
		t.Errorf("the first host gets no credentials:\n%s", sent.String())
	}
	for _, r := range target.Requests() {
		var head bytes.Buffer
		r.Header.Write(&head)
		if strings.Contains(head.String(), "canary") || r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("carried on:\n%s", head.String())
		}
	}
}

func TestRedirectsEnd(t *testing.T) {
	server := sourcetest.NewRawServer(t, sourcetest.Page{Status: 302, Header: "Location: /again?sig=canary\r\n"})
	if _, err := open(t, nil).Stat(t.Context(), server.URL); !errors.Is(err, pgerr.ConnectionFailure) || !strings.Contains(err.Error(), "redirects more than 10 times") {
		t.Error(err)
	}
	server.Set(sourcetest.Page{Status: 302, Header: "Location: file:///etc/passwd\r\n"})
	if _, err := open(t, nil).Stat(t.Context(), server.URL); err == nil || strings.Contains(err.Error(), "passwd") {
		t.Error(err)
	}
}

func TestHostsAllowed(t *testing.T) {
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("x"), ETag: `"1"`})
	away := sourcetest.NewRawServer(t, sourcetest.Page{Status: 302, Header: "Location: http://localhost:1/\r\n"})
	f := web.Factory(web.Config{Hosts: []string{"127.0.0.*", "*.example.org"}})
	defer f.Close()
	src, err := f.Open("http", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Stat(t.Context(), server.URL); err != nil {
		t.Error(err)
	}
	for _, url := range []string{"http://localhost:1/", away.URL} {
		if _, err := src.Stat(t.Context(), url); !errors.Is(err, pgerr.InsufficientPrivilege) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestContentCodings(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte("a,b\n1,2\n"))
	w.Close()
	for _, framing := range []sourcetest.Framing{sourcetest.ContentLength, sourcetest.Chunked} {
		server := sourcetest.NewRawServer(t, sourcetest.Page{Content: packed.Bytes(), Framing: framing, ETag: `"1"`, Header: "Content-Encoding: gzip\r\n"})
		src := open(t, nil)
		info, err := src.Stat(t.Context(), server.URL)
		if err != nil || info.Size != -1 || info.Ranges {
			t.Fatalf("%+v, %v", info, err)
		}
		if got, err := read(t, src, info, 0, -1); err != nil || got != "a,b\n1,2\n" {
			t.Errorf("%v: %q, %v", framing, got, err)
		}
		whole := server.Requests()[len(server.Requests())-1]
		if whole.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("asked for %q", whole.Header.Get("Accept-Encoding"))
		}
		size := len(sourcetest.Page{Content: packed.Bytes(), Framing: framing, ETag: `"1"`, Header: "Content-Encoding: gzip\r\n"}.Wire(whole))
		for cut := range size {
			server.Cut = func(_ int, _ *http.Request, wire []byte) []byte { return wire[:cut] }
			if got, err := read(t, src, info, 0, -1); err == nil {
				t.Fatalf("%v cut at %d of %d: %q", framing, cut, size, got)
			}
		}
		server.Close()
	}
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("x"), Header: "Content-Encoding: br\r\n"})
	if _, err := open(t, nil).Stat(t.Context(), server.URL); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
}

func TestOneFilePerLocation(t *testing.T) {
	src := open(t, nil)
	for info, err := range src.List(t.Context(), "http://host/*.csv?sig=canary") {
		if !errors.Is(err, pgerr.FeatureNotSupported) || strings.Contains(err.Error(), "canary") {
			t.Error(info, err)
		}
	}
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: []byte("x"), ETag: `"1"`, Header: "Content-Type: text/html\r\n"})
	for info, err := range src.List(t.Context(), server.URL+"/x.csv?sig=canary") {
		if err != nil || info.Path != server.URL+"/x.csv" || info.ContentType != "text/html" {
			t.Error(info, err)
		}
	}
}

func TestHeaderOption(t *testing.T) {
	for _, bad := range []string{"no colon", ": x", "a b: x", "Range: bytes=0-1", "host: other", "x: a\x01b"} {
		_, err := factory.Open("http", map[string]string{"headers": bad})
		if !errors.Is(err, pgerr.InvalidParameterValue) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := factory.Open("http", map[string]string{"bearer_token": "a", "user": "b"}); !errors.Is(err, pgerr.InvalidParameterValue) {
		t.Error(err)
	}
	a, b := open(t, map[string]string{"bearer_token": "a"}), open(t, map[string]string{"bearer_token": "b"})
	if a.ID() == b.ID() || a.ID() != open(t, map[string]string{"bearer_token": "a"}).ID() {
		t.Error("sources of different users have one ID")
	}
}

func TestRangesShareConnections(t *testing.T) {
	var mu sync.Mutex
	fresh := 0
	data := sourcetest.Content(3 << 20)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "x", time.Time{}, bytes.NewReader(data))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if mu.Lock(); s == http.StateNew {
			fresh++
		}
		mu.Unlock()
	}
	server.Start()
	defer server.Close()
	defer factory.Close()
	src := open(t, nil)
	info, err := src.Stat(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1<<20)
	for i := range int64(12) {
		off := (i % 3) << 20
		r, err := src.OpenRange(t.Context(), info, off, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, buf); err != nil || !bytes.Equal(buf, data[off:off+1<<20]) {
			t.Fatal(err)
		}
		r.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	if fresh > 2 {
		t.Errorf("%d connections for 12 ranges", fresh)
	}
}
