package json

import (
	"bytes"

	"howdah/formats"
)

// sniff tells whether the beginning of a file is that of a JSON document.
func sniff(head []byte) formats.Likelihood {
	values, _ := look(head)
	if values < 0 {
		return formats.No
	}
	return formats.Surely
}

// sniffLines tells whether the beginning of a file is lines of JSON: two values, each on a line.
func sniffLines(head []byte) formats.Likelihood {
	if _, lines := look(head); lines {
		return formats.Surely
	}
	return formats.No
}

// look reads the values at the beginning of a file, of which there may be more. values is the number of the complete
// ones, -1 where the content is no object or array. lines says that it begins with two or more, each on a line of its own,
// that are not the elements of one array.
func look(head []byte) (values int, lines bool) {
	data := bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	s := &scanner{buf: append(append(make([]byte, 0, len(data)+pad), data...), make([]byte, pad)...), n: len(data)}
	p := s.space(0)
	if p >= s.n || s.buf[p] != '{' && s.buf[p] != '[' {
		return -1, false
	}
	open := s.buf[p]
	var k nest
	for lines = true; ; values++ {
		k.begin()
		s.line = false
		end, f := s.pass(&k, p)
		if f != ok && f != more {
			if values == 0 {
				return -1, false
			}
			return values, false
		}
		if s.line {
			lines = false
		}
		if f == more {
			return values, lines && values > 1
		}
		s.line = false
		p = s.space(end)
		if p >= s.n {
			return values + 1, lines && values > 0
		}
		if lines = lines && s.line; s.buf[p] != open {
			if values == 0 || s.buf[p] != '{' && s.buf[p] != '[' {
				return values, false
			}
		}
	}
}
