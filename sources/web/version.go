package web

import (
	"net/http"
	"strings"
	"time"
)

// grain is how much older than the answer a Last-Modified, which counts in seconds, must be to tell versions apart.
const grain = 2 * time.Second

// version picks the strongest validator of an answer: a strong ETag, a Last-Modified old enough to be strong, and failing
// these a weak one, which serves for comparison but not for joining ranges.
func version(h http.Header) (v string, strong bool) {
	etag, modified := h.Get("ETag"), h.Get("Last-Modified")
	if strongETag(etag) {
		return etag, true
	}
	if t, err := http.ParseTime(modified); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil && date.Sub(t) >= grain {
			return modified, true
		}
	}
	if etag != "" {
		return etag, false
	}
	return modified, false
}

func strongETag(v string) bool { return len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' }

func isDate(v string) bool {
	_, err := http.ParseTime(v)
	return err == nil
}

// demand makes the server refuse, if it can, to send anything but version v.
func demand(h http.Header, v string) {
	switch {
	case strongETag(v):
		h.Set("If-Match", v)
	case isDate(v):
		h.Set("If-Unmodified-Since", v)
	}
}

// isVersion says whether an answer is of version v. Servers that ignore conditions are caught here.
func isVersion(h http.Header, v string) bool {
	if isDate(v) {
		return h.Get("Last-Modified") == v
	}
	return strings.TrimPrefix(h.Get("ETag"), "W/") == strings.TrimPrefix(v, "W/")
}
