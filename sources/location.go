package sources

import (
	"net/url"
	"strings"

	"howdah/pgerr"
)

// Location is where a table's files are, as a user wrote it, parsed but not resolved.
type Location struct {
	// Scheme is file, http, https or s3.
	Scheme string
	// Pattern is what Source.List takes: a path (maybe relative) for file, bucket/key for s3, the URL for the web. It
	// may hold secrets: print String instead.
	Pattern string
}

// ParseLocation reads ./dir, /abs/x.csv, dir/*.csv, file:///dir, s3://bucket/prefix/**/*.csv, https://host/x.csv?query.
// A path without scheme and an S3 key are taken as they stand; file: and web locations are URLs.
func ParseLocation(text string) (Location, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || strings.ContainsAny(scheme, "/.") {
		if text == "" {
			return Location{}, pgerr.New(pgerr.InvalidParameterValue, "a location must not be empty")
		}
		if strings.ContainsRune(text, 0) {
			return Location{}, invalidLocation("It holds a zero byte.")
		}
		return Location{Scheme: "file", Pattern: text}, nil
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "file":
		host, path, _ := strings.Cut(rest, "/")
		if host != "" && host != "localhost" {
			return Location{}, invalidLocation("A file location has three slashes: file:///folder/name.")
		}
		path, err := url.PathUnescape("/" + path)
		if err != nil || strings.ContainsRune(path, 0) {
			return Location{}, invalidLocation("A percent sign in a file location must be followed by two hexadecimal digits, not 00.")
		}
		return Location{Scheme: scheme, Pattern: path}, nil
	case "s3":
		bucket, _, _ := strings.Cut(rest, "/")
		if bucket == "" || strings.ContainsAny(bucket, "*?[]{}\\:@") {
			return Location{}, invalidLocation("An S3 location is s3://bucket/key, without patterns in the bucket's name.")
		}
		return Location{Scheme: scheme, Pattern: rest}, nil
	case "http", "https":
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return Location{}, invalidLocation("It is not a valid URL.") // the parser's text would show the URL
		}
		u.Fragment = ""
		u.Scheme = scheme
		return Location{Scheme: scheme, Pattern: u.String()}, nil
	}
	return Location{}, pgerr.New(pgerr.FeatureNotSupported, "locations of the kind %q are not supported", scheme+":").
		WithHint("Known kinds are: file, http, https, s3.")
}

// MemberMark stands between an archive and what is in it: /data/a.zip!/dir/x.csv.
const MemberMark = "!/"

// Split takes apart a location that names members of archives: the archives, which may be a pattern, and the pattern
// of the members, "" for all. The mark is the first that no backslash escapes, or a ! at the end; in a URL it is
// looked for in the path, where %21 escapes it, and the query belongs to the archive.
func (l Location) Split() (archives Location, members string, ok bool) {
	text, query := l.Pattern, ""
	web := l.Scheme == "http" || l.Scheme == "https"
	from := 0
	if web {
		if at := strings.IndexByte(text, '?'); at >= 0 {
			text, query = text[:at], text[at:]
		}
		if at := strings.Index(text, "://"); at >= 0 {
			if slash := strings.IndexByte(text[at+3:], '/'); slash >= 0 {
				from = at + 3 + slash
			} else {
				return l, "", false
			}
		}
	}
	for at := from; ; at += 2 {
		next := strings.Index(text[at:], MemberMark)
		if next < 0 {
			break
		}
		if at += next; at == 0 || text[at-1] == '\\' || text[at-1] == '/' {
			continue // escaped, or a folder named !
		}
		archives, members = Location{l.Scheme, text[:at] + query}, text[at+2:]
		if web {
			plain, err := url.PathUnescape(members)
			if err != nil {
				return l, "", false
			}
			members = plain
		}
		return archives, members, true
	}
	if short, cut := strings.CutSuffix(text, "!"); cut && len(short) > from && !strings.HasSuffix(short, "/") && !strings.HasSuffix(short, `\`) {
		return Location{l.Scheme, short + query}, "", true
	}
	return l, "", false
}

// Join is Split's inverse.
func (l Location) Join(members string) Location {
	if l.Scheme != "http" && l.Scheme != "https" {
		return Location{l.Scheme, l.Pattern + MemberMark + members}
	}
	text, query := l.Pattern, ""
	if at := strings.IndexByte(text, '?'); at >= 0 {
		text, query = text[:at], text[at:]
	}
	return Location{l.Scheme, text + MemberMark + (&url.URL{Path: members}).EscapedPath() + query}
}

// String gives the location as it may be shown: without credentials and query.
func (l Location) String() string {
	switch l.Scheme {
	case "http", "https":
		return PublicURL(l.Pattern)
	case "s3":
		return "s3://" + l.Pattern
	}
	return l.Pattern
}

// PublicURL gives a URL without user, password, query and fragment, any of which may be a secret.
func PublicURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "(invalid URL)"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u.String()
}

// invalidLocation does not repeat the text, which may hold a password.
func invalidLocation(detail string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid location").WithDetail("%s", detail)
}
