package archive

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"howdah/sources"
)

// maxName is the longest name of a member, in bytes.
const maxName = 4096

// zipName makes a name of the bytes in a zip directory: UTF-8 if they are, else in the code page of the first PCs, as the
// format has it. Archives made on Windows by careless writers have backslashes instead of slashes.
func zipName(raw string) string {
	name := raw
	if !utf8.ValidString(raw) {
		if text, err := charmap.CodePage437.NewDecoder().String(raw); err == nil {
			name = text
		}
	}
	if !strings.Contains(name, "/") {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	return clean(name)
}

// clean takes away what says nothing: a leading slash, empty parts and ".". What cannot be shown as text is written as
// %XX. ".." stays: it leads nowhere.
func clean(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, control) {
		var b strings.Builder
		for len(name) > 0 {
			r, n := utf8.DecodeRuneInString(name)
			if r == utf8.RuneError && n == 1 || control(r) {
				fmt.Fprintf(&b, "%%%02X", name[0])
				name = name[1:]
				continue
			}
			b.WriteString(name[:n])
			name = name[n:]
		}
		name = b.String()
	}
	if !strings.Contains(name, "//") && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "./") && !strings.Contains(name, "/./") && !strings.HasSuffix(name, "/.") && name != "." {
		return name
	}
	var parts []string
	for p := range strings.SplitSeq(name, "/") {
		if p != "" && p != "." {
			parts = append(parts, p)
		}
	}
	if strings.HasSuffix(name, "/") {
		parts = append(parts, "")
	}
	return strings.Join(parts, "/")
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }

// noise says that a member is what some system leaves in archives beside the files of people, or hidden as in folders.
func noise(name string) bool {
	return sources.Hidden(name) || strings.HasPrefix(name, "__MACOSX/")
}

// wanted is which members a pattern names.
type wanted struct {
	text   string // without a slash at its end
	folder bool   // it had one: nothing but a folder is meant
	isGlob bool
	glob   sources.Glob
}

var everything = wanted{folder: true}

func parseWanted(members string) (wanted, error) {
	text := strings.TrimSuffix(members, "/")
	w := wanted{text: text, folder: text != members || text == ""}
	var err error
	w.glob, w.isGlob, err = sources.ParseGlob(members)
	return w, err
}

// of gives the members of an archive that are meant, in order of their names.
func (w wanted) of(d *directory) []entry {
	if i, ok := d.find(w.text); ok && !w.folder {
		return d.entries[i : i+1 : i+1] // also one whose name looks like a pattern
	}
	var out []entry
	prefix := w.text + "/"
	if w.text == "" {
		prefix = ""
	}
	for _, e := range d.entries {
		switch {
		case w.isGlob:
			if w.glob.Match(e.name) && !strings.HasPrefix(e.name, "__MACOSX/") {
				out = append(out, e)
			}
		case strings.HasPrefix(e.name, prefix) && !noise(e.name[len(prefix):]):
			out = append(out, e)
		}
	}
	return out
}
