package web

import (
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"howdah/pgerr"
)

// Options are what DDL may set.
type Options struct {
	User                string        `option:"user" alias:"username" help:"user name for basic authentication"`
	Password            string        `option:"password" secret:"true" help:"password for basic authentication"`
	BearerToken         string        `option:"bearer_token" secret:"true" help:"token sent as Authorization: Bearer"`
	Headers             string        `option:"headers" secret:"true" help:"further request headers, one \"Name: value\" per line"`
	Timeout             time.Duration `option:"timeout" default:"30s" help:"how long the server may send nothing"`
	AllowUnprovenLength bool          `option:"allow_unproven_length" default:"false" help:"read files whose server neither says how long they are nor marks their end"`
}

// own are headers that the source itself sets, or that would change the meaning of a request.
var own = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Expect": true, "Host": true, "If-Match": true,
	"If-Modified-Since": true, "If-None-Match": true, "If-Range": true, "If-Unmodified-Since": true, "Range": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// header makes what is sent with each request to the location's own host. Its errors repeat no value.
func (o Options) header() (http.Header, error) {
	h := http.Header{}
	for line := range strings.Lines(o.Headers) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !validName(name) || !validValue(value) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q", "headers").
				WithHint("Write one header per line, as Name: value.")
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		if own[name] {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "header %q cannot be set by option %q", name, "headers")
		}
		h.Add(name, value)
	}
	if o.BearerToken != "" {
		if o.User != "" || o.Password != "" {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "options %q and %q cannot be used together", "bearer_token", "user")
		}
		if !validValue(o.BearerToken) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q", "bearer_token")
		}
		h.Set("Authorization", "Bearer "+o.BearerToken)
	}
	return h, nil
}

// validName says whether text is a token in the sense of RFC 9110.
func validName(text string) bool {
	other := func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}
	return text != "" && !strings.ContainsFunc(text, other)
}

// validValue says whether text has no control characters, which could end the header.
func validValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
