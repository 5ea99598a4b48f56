//go:build amd64 && !purego

package csv

//go:noescape
func findPairAVX2(p *byte, n, apart int, a, b byte) int

// find gives the offset of the needle in buf[from:to], or -1. pad bytes beyond to are readable.
func (s *search) find(buf []byte, from, to int) int {
	if !haveAVX2 {
		return s.findPlain(buf, from, to)
	}
	_ = buf[:to+pad]
	for n := to - from - len(s.needle) + 1; n > 0; n = to - from - len(s.needle) + 1 {
		i := findPairAVX2(&buf[from+s.at], n, s.apart, s.needle[s.at], s.needle[s.at+s.apart])
		if i < 0 {
			return -1
		}
		if string(buf[from+i:from+i+len(s.needle)]) == string(s.needle) {
			return from + i
		}
		from += i + 1
	}
	return -1
}
