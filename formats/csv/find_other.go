//go:build !amd64 || purego

package csv

// find gives the offset of the needle in buf[from:to], or -1.
func (s *search) find(buf []byte, from, to int) int { return s.findPlain(buf, from, to) }
