package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"path"
	"strings"

	"howdah/internal/options"
	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/internal/transport"
)

// Config is what the server allows.
type Config struct {
	// Hosts are the host names, maybe with patterns as in *.example.org, that may be read from, directly or by a
	// redirect; nil = all.
	Hosts []string
}

// Source reads files by URL.
type Source struct {
	cfg    Config
	opt    Options
	scheme string
	id     string
	header http.Header
	client *http.Client
}

var _ sources.Source = (*Source)(nil)

// Factory serves http and https locations over one pool of connections.
func Factory(cfg Config) sources.Factory {
	pool := transport.New()
	return sources.Factory{
		Schemes: []string{"http", "https"},
		Options: Options{},
		Open: func(scheme string, values map[string]string) (sources.Source, error) {
			return open(cfg, pool, scheme, values)
		},
		Close: pool.CloseIdleConnections,
	}
}

func open(cfg Config, pool *http.Transport, scheme string, values map[string]string) (*Source, error) {
	s := &Source{cfg: cfg, scheme: scheme}
	if err := options.Decode(values, &s.opt); err != nil {
		return nil, err
	}
	var err error
	if s.header, err = s.opt.header(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(s.opt)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	s.id = "web:" + hex.EncodeToString(sum[:12])
	s.client = &http.Client{Transport: pool, CheckRedirect: s.redirect}
	return s, nil
}

// ID is a digest of the options.
func (s *Source) ID() string { return s.id }

// Scheme is http or https.
func (s *Source) Scheme() string { return s.scheme }

// Remote is true.
func (s *Source) Remote() bool { return true }

// List gives the one file that the URL names.
func (s *Source) List(ctx context.Context, pattern string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) {
		info, err := s.list(ctx, pattern)
		yield(info, err)
	}
}

func (s *Source) list(ctx context.Context, pattern string) (sources.Info, error) {
	u, err := url.Parse(pattern)
	if err != nil {
		return sources.Info{}, pgerr.New(pgerr.InvalidParameterValue, "invalid location").WithDetail("It is not a valid URL.")
	}
	if strings.ContainsAny(u.Path, "*{") {
		return sources.Info{}, pgerr.New(pgerr.FeatureNotSupported, "%q: patterns are not supported for web locations", sources.PublicURL(pattern)).
			WithDetail("A web server cannot list its files.")
	}
	return s.Stat(ctx, pattern)
}

const maxRedirects = 10

// redirect lets credentials go only where the location itself points: the client would carry headers that it does not
// know to be secret anywhere, and send the first URL, signature and all, as Referer.
func (s *Source) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return pgerr.New(pgerr.ConnectionFailure, "could not read %q: the server redirects more than %d times", sources.PublicURL(via[0].URL.String()), maxRedirects)
	}
	req.Header.Del("Referer")
	if first := via[0].URL; req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		for name := range req.Header {
			if !own[name] && name != "User-Agent" {
				req.Header.Del(name)
			}
		}
	}
	return s.allowed(req.URL, via[0].URL)
}

func (s *Source) allowed(u, first *url.URL) error {
	if s.cfg.Hosts == nil {
		return nil
	}
	for _, pattern := range s.cfg.Hosts {
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(u.Hostname())); ok && err == nil {
			return nil
		}
	}
	return sources.Denied(sources.PublicURL(first.String()), fmt.Sprintf("Host %q is not among those that this server may read from.", u.Hostname()))
}

// ask sends one request and gives the answer's head; extra are its special headers. The caller closes the body.
func (s *Source) ask(ctx context.Context, method, key string, extra http.Header) (*answer, error) {
	shown := sources.PublicURL(key)
	inner, guard := transport.Watch(ctx, s.opt.Timeout)
	req, err := http.NewRequestWithContext(inner, method, key, nil)
	if err != nil {
		guard.Stop()
		return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid location").WithDetail("It is not a valid URL.")
	}
	req.Header = s.header.Clone()
	req.Header.Set("Accept-Encoding", "identity")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "howdah")
	}
	if user := req.URL.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
		req.URL.User = nil
	}
	if s.opt.User != "" || s.opt.Password != "" {
		req.SetBasicAuth(s.opt.User, s.opt.Password)
	}
	for name, values := range extra {
		req.Header[name] = values
	}
	if err := s.allowed(req.URL, req.URL); err != nil {
		guard.Stop()
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		err = transport.Explain(ctx, inner, shown, err)
		guard.Stop()
		return nil, err
	}
	guard.Hold()
	return &answer{Response: resp, body: &transport.Body{
		Outer: ctx, Inner: inner, Guard: guard, Raw: resp.Body, Path: shown, Want: -1,
	}}, nil
}

// answer is a response whose body is under guard.
type answer struct {
	*http.Response
	body *transport.Body
}

// refusal turns a status that brings no content into an error.
func (a *answer) refusal() error {
	shown := a.body.Path
	said := fmt.Sprintf("The server answered %d %s.", a.StatusCode, http.StatusText(a.StatusCode))
	switch code := a.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired:
		return sources.Denied(shown, said)
	case code == http.StatusNotFound, code == http.StatusGone:
		err := sources.Missing(shown)
		return err.WithDetail("%s", said)
	case code == http.StatusPreconditionFailed, code == http.StatusRequestedRangeNotSatisfiable:
		return sources.Changed(shown)
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests,
		code >= 500 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		return sources.Unreachable(shown, fmt.Sprintf("the server answered %d %s", code, http.StatusText(code)))
	}
	return pgerr.New(pgerr.IOError, "could not read file %q: the server answered %d %s", shown, a.StatusCode, http.StatusText(a.StatusCode))
}

// coding is the answer's content coding: "", or "gzip", or an error for any other.
func (a *answer) coding() (string, error) {
	switch c := strings.ToLower(strings.Join(a.Header.Values("Content-Encoding"), ",")); c {
	case "", "identity":
		return "", nil
	case "gzip", "x-gzip":
		return "gzip", nil
	default:
		return "", pgerr.New(pgerr.FeatureNotSupported, "could not read file %q: the server sends it in the coding %q, which it was not asked for", a.body.Path, c)
	}
}

// OpenRange asks for the bytes of version o.Version.
func (s *Source) OpenRange(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, error) {
	extra := http.Header{}
	demand(extra, o.Version)
	ranged := off > 0 || n >= 0
	if ranged && n < 0 {
		n = o.Size - off
	}
	if ranged && n == 0 {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if ranged {
		extra.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	}
	a, err := s.ask(ctx, http.MethodGet, o.Key, extra)
	if err != nil {
		return nil, err
	}
	body, err := s.content(a, o, ranged, off, n)
	if err != nil {
		a.body.Close()
		return nil, err
	}
	return body, nil
}

// content checks an answer's head against what was asked for.
func (s *Source) content(a *answer, o sources.Info, ranged bool, off, n int64) (io.ReadCloser, error) {
	if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusPartialContent {
		err := a.refusal()
		if o.Version != "" && pgerr.HasCode(err, pgerr.UndefinedFile) {
			err = sources.Changed(o.Path) // it was there when it was pinned
		}
		return nil, err
	}
	if o.Version != "" && !isVersion(a.Header, o.Version) {
		return nil, sources.Changed(o.Path)
	}
	coding, err := a.coding()
	if err != nil {
		return nil, err
	}
	switch {
	case a.StatusCode == http.StatusPartialContent:
		first, last, total, err := contentRange(a.Header)
		if err != nil || !ranged || first != off || last >= off+n || coding != "" {
			return nil, pgerr.New(pgerr.IOError, "could not read file %q: the server sends another part of it than was asked for", o.Path)
		}
		if total >= 0 && total != o.Size {
			return nil, sources.Changed(o.Path)
		}
		a.body.Want = n
		return a.body, nil
	case ranged && (off > 0 || coding != ""):
		return nil, pgerr.New(pgerr.IOError, "could not read file %q: the server announces ranges, but does not send them", o.Path)
	case ranged: // the whole instead of its beginning
		a.body.Want = n
		return a.body, nil
	case coding == "gzip":
		if unframed(a.Response) && !s.opt.AllowUnprovenLength {
			return nil, unproven(o.Path)
		}
		return unpack.New(unpack.Gzip, a.body, o.Path, nil), nil
	}
	if a.ContentLength >= 0 && o.Size >= 0 && a.ContentLength != o.Size {
		if o.Version == "" {
			return nil, sources.Changed(o.Path)
		}
		return nil, pgerr.New(pgerr.IOError, "could not read file %q: the server announced %d bytes, but sends %d", o.Path, o.Size, a.ContentLength)
	}
	if unframed(a.Response) && o.Size < 0 && !s.opt.AllowUnprovenLength {
		return nil, unproven(o.Path)
	}
	a.body.Want = max(a.ContentLength, -1)
	return a.body, nil
}

// unframed says that nothing but the end of the connection, which may also be a cut, ends the content.
func unframed(r *http.Response) bool {
	return r.ContentLength < 0 && len(r.TransferEncoding) == 0 && r.ProtoMajor < 2
}

func unproven(path string) error {
	return pgerr.New(pgerr.IOError, "could not read file %q: the server neither says how long it is nor marks its end", path).
		WithDetail("A connection that breaks could not be told from the end of the file.").
		WithHint("Set option \"allow_unproven_length\" to true to read it nevertheless.")
}
