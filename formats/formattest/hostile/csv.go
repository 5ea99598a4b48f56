package hostile

import (
	"bytes"
	"strings"
)

// mutateCSV damages delimited text a few times.
func mutateCSV(d dice, data []byte, s *story) []byte {
	delim := ","
	for _, c := range []string{";", "\t", "|"} {
		if bytes.Count(data, []byte(c)) > bytes.Count(data, []byte(delim)) {
			delim = c
		}
	}
	lines := strings.SplitAfter(string(data), "\n")
	for range d.upto(4) {
		lines = mutateLines(d, lines, delim, s)
	}
	out := []byte(strings.Join(lines, ""))
	switch d.IntN(40) {
	case 0:
		s.add("as UTF-16")
		return utf16Of(d, out)
	case 1:
		s.add("with a BOM")
		return append([]byte("\xef\xbb\xbf"), out...)
	case 2:
		s.add("line ends are CR LF")
		return bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	case 3:
		s.add("line ends are CR")
		return bytes.ReplaceAll(out, []byte("\n"), []byte("\r"))
	case 4:
		n := min(d.upto(300), maxRepeated/(len(out)+1))
		s.add("%d times", n+1)
		return bytes.Repeat(out, n+1)
	case 5:
		return damageBytes(d, out, s)
	}
	return out
}

func mutateLines(d dice, lines []string, delim string, s *story) []string {
	i := d.IntN(len(lines))
	line := lines[i]
	put := func(from, to int, with ...string) []string {
		return append(append(append([]string{}, lines[:from]...), with...), lines[to:]...)
	}
	fields := strings.Split(strings.TrimRight(line, "\r\n"), delim)
	end := line[len(strings.TrimRight(line, "\r\n")):]
	f := d.IntN(len(fields))
	join := func() { lines[i] = strings.Join(fields, delim) + end }
	switch d.IntN(16) {
	case 0, 1, 2:
		fields[f] = d.number()
		join()
	case 3, 4:
		fields[f] = d.text()
		if d.one(2) {
			fields[f] = `"` + strings.ReplaceAll(fields[f], `"`, `""`) + `"`
		}
		join()
	case 5: // a quote more or less
		if k := strings.IndexByte(line, '"'); k >= 0 && d.one(2) {
			lines[i] = line[:k] + line[k+1:]
		} else {
			k := d.IntN(len(line) + 1)
			lines[i] = line[:k] + pick(d, []string{`"`, `""`, `"""`, `\"`}) + line[k:]
		}
	case 6: // ragged
		switch d.IntN(4) {
		case 0:
			fields = fields[:f]
		case 1:
			fields = append(fields, d.number())
		case 2:
			fields = append(fields[:f:f], append([]string{""}, fields[f:]...)...)
		case 3:
			n := d.upto(20)
			if d.one(20) {
				n = d.upto(3000)
			}
			for range n {
				fields = append(fields, "")
			}
		}
		join()
	case 7: // another line end
		k := d.IntN(len(line) + 1)
		lines[i] = line[:k] + pick(d, []string{"\r", "\n", "\r\n", "\n\r", "\r\r\n", "\u2028", "\x85", "\f", "\x00", "\x1a"}) + line[k:]
	case 8: // no line end
		lines[i] = strings.TrimRight(line, "\r\n")
	case 9:
		s.add("line %d is gone", i+1)
		if len(lines) > 1 {
			return put(i, i+1)
		}
	case 10:
		n := d.upto(4)
		if d.one(10) {
			n = d.upto(2000)
		}
		s.add("line %d is there %d times more", i+1, n)
		return put(i, i, strings.Repeat(line, n))
	case 11:
		odd := pick(d, []string{"\n", "\r\n", "\n\n\n", "\\.\n", "#\n", delim + "\n", `""` + "\n", `"` + "\n", "sep=;\n", "\x00\n", " \n", "\xff\xfe\n", strings.Repeat(delim, d.upto(5000)) + "\n", strings.Repeat("\n", d.upto(3000))})
		s.add("%s put in before line %d", head(odd), i+1)
		return put(i, i, odd)
	case 12:
		j := d.IntN(len(lines))
		s.add("lines %d and %d change places", i+1, j+1)
		lines[i], lines[j] = lines[j], lines[i]
	case 13: // another delimiter
		lines[i] = strings.ReplaceAll(line, delim, pick(d, []string{",", ";", "\t", "|", "\x01", delim + delim, delim + " "}))
	case 14: // columns of one name, of none
		for k := range fields {
			if d.one(2) {
				fields[k] = pick(d, []string{fields[f], "", " ", "a", "A", `""`, "select", "_row", strings.Repeat("n", d.upto(200))})
			}
		}
		join()
	case 15:
		k := d.IntN(len(line) + 1)
		if d.one(4) {
			s.add("cut within line %d", i+1)
			return append(lines[:i:i], line[:k])
		}
		lines[i] = line[:k] + pick(d, oddTexts) + line[min(len(line), k+d.IntN(3)):]
	}
	if lines[i] != line {
		s.add("line %d is %s", i+1, head(lines[i]))
	}
	return lines
}
