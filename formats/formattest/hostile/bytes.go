package hostile

import (
	"bytes"
	"encoding/binary"
)

// damageBytes changes a few bytes of anything.
func damageBytes(d dice, b []byte, s *story) []byte {
	b = bytes.Clone(b)
	for range d.upto(4) {
		if len(b) == 0 {
			return b
		}
		i := d.IntN(len(b))
		n := min(d.upto(40), len(b)-i)
		switch d.IntN(10) {
		case 0:
			b[i] ^= 1 << d.IntN(8)
			s.add("bit at %d", i)
		case 1:
			b[i] = byte(d.Uint32())
			s.add("byte at %d", i)
		case 2:
			b = append(b[:i], b[i+n:]...)
			s.add("%d bytes gone at %d", n, i)
		case 3:
			b = splice(b, i, i, b[i:i+n])
			s.add("%d bytes twice at %d", n, i)
		case 4:
			b = splice(b, i, i, []byte(d.text()))
			s.add("text put in at %d", i)
		case 5:
			b = splice(b, i, i+n, []byte(d.text()))
			s.add("text put over at %d", i)
		case 6:
			if d.one(4) {
				b = b[:i]
				s.add("cut to %d bytes", i)
			}
		case 7:
			b = putEdge(d, b, i)
			s.add("number at %d", i)
		case 8:
			j := d.IntN(len(b))
			m := min(n, len(b)-j)
			piece := bytes.Clone(b[j : j+m])
			copy(b[i:], piece)
			s.add("%d bytes from %d put at %d", m, j, i)
		case 9:
			fill := byte(d.IntN(2) * 255)
			for k := i; k < i+n; k++ {
				b[k] = fill
			}
			s.add("%d bytes of %d at %d", n, fill, i)
		}
	}
	return b
}

// splice replaces b[from:to].
func splice(b []byte, from, to int, with []byte) []byte {
	out := make([]byte, 0, len(b)-(to-from)+len(with))
	out = append(append(out, b[:from]...), with...)
	return append(out, b[to:]...)
}

// putEdge writes a telling number of 1, 2, 4 or 8 bytes at i, little-endian, and adds it to what is there at times.
func putEdge(d dice, b []byte, i int) []byte {
	width := pick(d, []int{1, 2, 2, 4, 4, 4, 8})
	for i+width > len(b) {
		if width /= 2; width == 0 {
			return b
		}
	}
	return putNumber(b, i, width, d.nearby(number(b, i, width)))
}

// nearby is another value for a field: an edge, or the old one moved a little.
func (d dice) nearby(old uint64) uint64 {
	switch d.IntN(4) {
	case 0:
		return old + uint64(d.IntN(9)) - 4
	case 1:
		return old ^ 1<<d.IntN(32)
	}
	return uint64(d.edge())
}

func number(b []byte, i, width int) uint64 {
	var v [8]byte
	copy(v[:], b[i:i+width])
	return binary.LittleEndian.Uint64(v[:])
}

func putNumber(b []byte, i, width int, n uint64) []byte {
	var v [8]byte
	binary.LittleEndian.PutUint64(v[:], n)
	copy(b[i:i+width], v[:])
	return b
}
