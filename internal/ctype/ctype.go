package ctype

import (
	_ "embed"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// Class is a POSIX character class.
type Class uint8

const (
	Alpha Class = iota
	Digit
	Alnum
	Upper
	Lower
	Space
	Punct
	Print
	Graph
	Cntrl
	Xdigit
	Blank
	classes
)

// Range is an inclusive range of code points.
type Range struct{ Lo, Hi rune }

//go:embed ctype.txt
var tables string

type table struct {
	sets  [classes][]Range
	ascii [classes][]Range // the part below 128
	bits  [128]uint16      // per ASCII character, 1<<Class
	upper mapping
	lower mapping
}

// mapping is a case mapping: dense below 0x600, where most letters are, and runs above.
type mapping struct {
	low  [0x600]uint16
	runs []run
}

type run struct {
	first, last, step, delta rune
}

var load = sync.OnceValue(func() *table {
	t := &table{}
	lines := strings.Split(strings.TrimSpace(tables), "\n")
	for c := range classes {
		for _, field := range strings.Fields(lines[c])[1:] {
			lo, hi, found := strings.Cut(field, "-")
			r := Range{hex(lo), hex(lo)}
			if found {
				r.Hi = hex(hi)
			}
			t.sets[c] = append(t.sets[c], r)
			for x := r.Lo; x <= min(r.Hi, 127); x++ {
				t.bits[x] |= 1 << c
			}
			if r.Lo < 128 {
				t.ascii[c] = append(t.ascii[c], Range{r.Lo, min(r.Hi, 127)})
			}
		}
	}
	t.upper.fill(lines[classes])
	t.lower.fill(lines[classes+1])
	return t
})

func (m *mapping) fill(line string) {
	for i := range m.low {
		m.low[i] = uint16(i)
	}
	for _, field := range strings.Fields(line)[1:] {
		f := strings.Split(field, ",")
		count, _ := strconv.Atoi(f[1])
		step, _ := strconv.Atoi(f[2])
		delta, _ := strconv.Atoi(f[3])
		r := run{first: hex(f[0]), step: rune(step), delta: rune(delta)}
		r.last = r.first + rune((count-1)*step)
		for x := r.first; x <= r.last && x < rune(len(m.low)); x += r.step {
			m.low[x] = uint16(x + r.delta)
		}
		m.runs = append(m.runs, r)
	}
}

func hex(s string) rune {
	n, err := strconv.ParseUint(s, 16, 21)
	if err != nil {
		panic("ctype: broken table: " + s)
	}
	return rune(n)
}

func (m *mapping) of(r rune) rune {
	if r < rune(len(m.low)) {
		return rune(m.low[r])
	}
	i := sort.Search(len(m.runs), func(i int) bool { return m.runs[i].last >= r })
	if i < len(m.runs) && m.runs[i].first <= r && (r-m.runs[i].first)%m.runs[i].step == 0 {
		return r + m.runs[i].delta
	}
	return r
}

// ToUpper is glibc's towupper in C.UTF-8.
func ToUpper(r rune) rune { return load().upper.of(r) }

// ToLower is glibc's towlower in C.UTF-8.
func ToLower(r rune) rune { return load().lower.of(r) }

// Is tells whether the code point is of the class; in the C collation (ascii) nothing above 127 is of any.
func Is(c Class, r rune, ascii bool) bool {
	t := load()
	if r < 128 {
		return r >= 0 && t.bits[r]&(1<<c) != 0
	}
	if ascii {
		return false
	}
	s := t.sets[c]
	i := sort.Search(len(s), func(i int) bool { return s[i].Hi >= r })
	return i < len(s) && s[i].Lo <= r
}

// Ranges gives the code points of the class, ascending. Do not change it.
func Ranges(c Class, ascii bool) []Range {
	if ascii {
		return load().ascii[c]
	}
	return load().sets[c]
}
