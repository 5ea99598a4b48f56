// Package ident makes SQL identifiers of the names that files, folders and headers have.
package ident

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is NAMEDATALEN-1: the longest identifier in bytes.
const Max = 63

// Launder makes an identifier that needs no quotes of any text, or "" where nothing is left: lower case, words joined by
// one underscore, a leading digit behind one. Letters and marks of any script stay.
func Launder(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		default:
			gap = true
		}
	}
	n := b.String()
	if n != "" && n[0] >= '0' && n[0] <= '9' {
		n = "_" + n
	}
	return Clip(n, Max)
}

// Columns launders a header: no two names are alike, and a name of which nothing is left is column_N.
func Columns(header []string) []string {
	names := make([]string, len(header))
	taken := map[string]bool{}
	next := map[string]int{} // all numbers below are taken: a header may hold one name ten thousand times
	for i, h := range header {
		base := Launder(h)
		if base == "" {
			base = "column_" + strconv.Itoa(i+1)
		}
		n := base
		for k := max(next[base], 2); taken[n]; k++ {
			n = Numbered(base, k)
			next[base] = k + 1
		}
		taken[n] = true
		names[i] = n
	}
	return names
}

// Numbered gives name with a number behind it, within Max.
func Numbered(name string, n int) string {
	suffix := "_" + strconv.Itoa(n)
	return Clip(name, Max-len(suffix)) + suffix
}

// Clip cuts s to at most n bytes between characters.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
