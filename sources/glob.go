package sources

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"howdah/pgerr"
)

// Glob is a slash-separated pattern in two parts: what can be looked up, and what must be matched.
type Glob struct {
	// Base is the folder, without trailing slash, above the first pattern; "" if the pattern begins at once.
	Base string
	// Prefix is the literal text before the first pattern character; Base is the part of it that ends at a slash.
	Prefix  string
	pattern string
	dots    bool
}

// ParseGlob tells whether text has pattern characters (* ? [ {), and reads it if so. Backslash escapes one.
func ParseGlob(text string) (g Glob, isGlob bool, err error) {
	first := strings.IndexAny(text, `*?[{\`)
	if first < 0 {
		return Glob{}, false, nil
	}
	if !doublestar.ValidatePattern(text) {
		return Glob{}, true, pgerr.New(pgerr.InvalidParameterValue, "invalid pattern %q", text).
			WithHint("A bracket or brace is not closed, or a backslash stands at the end; a backslash before a character takes it literally.")
	}
	g = Glob{Prefix: text[:first], pattern: text}
	if slash := strings.LastIndexByte(g.Prefix, '/'); slash >= 0 {
		g.Base = text[:slash]
	}
	g.dots = strings.Contains(text[len(g.Base):], "/.") || strings.HasPrefix(text, ".") && g.Base == ""
	return g, true, nil
}

// Descend says whether something below the folder may fit, so that listings can pass over folders.
func (g Glob) Descend(folder string) bool {
	if !g.dots && len(folder) >= len(g.Base) && Hidden(folder[len(g.Base):]) {
		return false
	}
	want, have := strings.Split(g.pattern, "/"), strings.Split(folder, "/")
	for i, name := range have {
		if i >= len(want) {
			return false
		}
		if strings.Contains(want[i], "**") || strings.ContainsAny(want[i], `{\`) {
			return true // braces may hold slashes
		}
		if ok, err := doublestar.Match(want[i], name); !ok || err != nil {
			return false
		}
	}
	return len(have) < len(want)
}

// Match says whether a path fits. Names that begin with a dot fit only a pattern that has such a name itself.
func (g Glob) Match(path string) bool {
	if !strings.HasPrefix(path, g.Prefix) || !g.dots && Hidden(path[len(g.Base):]) {
		return false
	}
	ok, err := doublestar.Match(g.pattern, path)
	return ok && err == nil
}

// Hidden says whether a part of the relative path begins with a dot.
func Hidden(relative string) bool {
	return strings.HasPrefix(relative, ".") || strings.Contains(relative, "/.")
}
