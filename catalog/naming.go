package catalog

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compressed are the suffixes that say how a file is packed, not what it holds.
var compressed = []string{".gz", ".bz2", ".xz", ".zst", ".lz4"}

// splitName takes a file's name apart: "Orders 2024.csv.gz" is "Orders 2024" and ".csv" (lower case).
func splitName(file string) (stem, ext string) {
	stem = path.Base(file)
	for _, c := range compressed {
		if len(stem) > len(c) && strings.EqualFold(stem[len(stem)-len(c):], c) {
			stem = stem[:len(stem)-len(c)]
			break
		}
	}
	ext = path.Ext(stem)
	if ext == stem { // ".csv" is a name, not an extension
		ext = ""
	}
	return stem[:len(stem)-len(ext)], strings.ToLower(ext)
}

// maxName is NAMEDATALEN-1, in bytes.
const maxName = 63

// launder makes an identifier that needs no quotes of any text: lower case, words joined by one underscore.
func launder(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		default:
			gap = true
		}
	}
	s := b.String()
	if s == "" {
		s = "unnamed"
	}
	if s[0] >= '0' && s[0] <= '9' {
		s = "t_" + s
	}
	return clip(s, maxName)
}

// clip cuts s to at most n bytes between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// numbered gives name with a number behind it, within the length of a name.
func numbered(name string, n int) string {
	suffix := "_" + strconv.Itoa(n)
	return clip(name, maxName-len(suffix)) + suffix
}

// partitionValues reads the k=v folders between base and the file, in order.
func partitionValues(rel string) (names, values []string) {
	dir := path.Dir(rel)
	if dir == "." || dir == "/" {
		return nil, nil
	}
	for part := range strings.SplitSeq(dir, "/") {
		if k, v, ok := strings.Cut(part, "="); ok && k != "" {
			names = append(names, launder(k))
			values = append(values, unescapePartition(v))
		}
	}
	return names, values
}

// hiveNull is how Hive writes a NULL partition.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// unescapePartition undoes Hive's %XX.
func unescapePartition(v string) string {
	if !strings.Contains(v, "%") {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			if n, err := strconv.ParseUint(v[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(v[i])
	}
	return b.String()
}
