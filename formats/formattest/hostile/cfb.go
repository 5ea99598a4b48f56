package hostile

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

var cfbMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

const (
	freeSector  = 0xFFFFFFFF
	endOfChain  = 0xFFFFFFFE
	fatSector   = 0xFFFFFFFD
	miniCutoff  = 4096
	headerBytes = 512
	entryBytes  = 128
)

// compound is a compound file taken apart.
type compound struct {
	data       []byte
	sector     int
	fatAt      []int // offsets of the sectors of the FAT
	dirAt      []int // of the directory
	miniFATAt  []int
	entries    []int // offsets of directory entries
	fat        []uint32
	miniSector int
}

func parseCFB(data []byte) *compound {
	if len(data) < headerBytes {
		return nil
	}
	le := binary.LittleEndian
	c := &compound{data: data, miniSector: 64}
	switch le.Uint16(data[30:]) {
	case 9:
		c.sector = 512
	case 12:
		c.sector = 4096
	default:
		return nil
	}
	at := func(sector uint32) (int, bool) {
		off := (int(sector) + 1) * c.sector
		return off, sector < 1<<24 && off+c.sector <= len(data)
	}
	for i := range 109 {
		if off, ok := at(le.Uint32(data[76+4*i:])); ok {
			c.fatAt = append(c.fatAt, off)
			for k := 0; k < c.sector; k += 4 {
				c.fat = append(c.fat, le.Uint32(data[off+k:]))
			}
		}
	}
	chain := func(start uint32) (offs []int) {
		for s := start; len(offs) < 10000; {
			off, ok := at(s)
			if !ok || int(s) >= len(c.fat) {
				return offs
			}
			offs = append(offs, off)
			s = c.fat[s]
		}
		return offs
	}
	c.dirAt, c.miniFATAt = chain(le.Uint32(data[48:])), chain(le.Uint32(data[60:]))
	for _, off := range c.dirAt {
		for k := 0; k < c.sector; k += entryBytes {
			if data[off+k+66] != 0 {
				c.entries = append(c.entries, off+k)
			}
		}
	}
	return c
}

// stream is one of a compound file.
type stream struct {
	name string
	data []byte
}

// streams reads what lies in the root storage and elsewhere, flat.
func (c *compound) streams() (out []stream) {
	le := binary.LittleEndian
	read := func(start uint32, size int) (b []byte) {
		for s := start; int(s) < len(c.fat) && len(b) < size; s = c.fat[s] {
			off := (int(s) + 1) * c.sector
			if off+c.sector > len(c.data) {
				return b
			}
			b = append(b, c.data[off:off+c.sector]...)
		}
		return b[:min(len(b), size)]
	}
	var mini []byte
	var miniFAT []uint32
	for _, off := range c.miniFATAt {
		for k := 0; k < c.sector; k += 4 {
			miniFAT = append(miniFAT, le.Uint32(c.data[off+k:]))
		}
	}
	for _, e := range c.entries {
		d := c.data[e : e+entryBytes]
		start, size := le.Uint32(d[116:]), int(le.Uint32(d[120:]))
		switch d[66] {
		case 5:
			mini = read(start, size)
		case 2:
			var b []byte
			if size >= miniCutoff {
				b = read(start, size)
			} else {
				for s := start; int(s) < len(miniFAT) && len(b) < size && (int(s)+1)*64 <= len(mini); s = miniFAT[s] {
					b = append(b, mini[s*64:(s+1)*64]...)
				}
				b = b[:min(len(b), size)]
			}
			n := int(le.Uint16(d[64:]))
			var name []uint16
			for k := 0; k+2 < min(n, 64); k += 2 {
				name = append(name, le.Uint16(d[k:]))
			}
			out = append(out, stream{string(utf16.Decode(name)), b})
		}
	}
	return out
}

// WriteCFB writes a compound file of streams in its root storage: those below the cutoff lie in mini sectors.
func WriteCFB(names []string, contents [][]byte) []byte {
	le := binary.LittleEndian
	const size = 512
	var body []byte
	var fat, miniFAT []uint32
	store := func(b []byte) uint32 {
		if len(b) == 0 {
			return endOfChain
		}
		start := uint32(len(fat))
		n := (len(b) + size - 1) / size
		for k := range n {
			fat = append(fat, start+uint32(k)+1)
		}
		fat[len(fat)-1] = endOfChain
		body = append(append(body, b...), make([]byte, n*size-len(b))...)
		return start
	}
	entry := func(name string, kind byte, start, bytes, child, right uint32) []byte {
		e := make([]byte, entryBytes)
		units := utf16.Encode([]rune(name))
		for k, u := range units[:min(len(units), 31)] {
			le.PutUint16(e[2*k:], u)
		}
		le.PutUint16(e[64:], uint16(2*min(len(units), 31)+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[68:], freeSector)
		le.PutUint32(e[72:], right)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], bytes)
		return e
	}
	var mini, dir []byte
	for i, b := range contents {
		right := uint32(freeSector)
		if i+1 < len(contents) {
			right = uint32(i + 2)
		}
		var start uint32 = endOfChain
		if len(b) >= miniCutoff {
			start = store(b)
		} else if len(b) > 0 {
			start = uint32(len(miniFAT))
			n := (len(b) + 63) / 64
			for k := range n {
				miniFAT = append(miniFAT, start+uint32(k)+1)
			}
			miniFAT[len(miniFAT)-1] = endOfChain
			mini = append(append(mini, b...), make([]byte, n*64-len(b))...)
		}
		dir = append(dir, entry(names[i], 2, start, uint32(len(b)), freeSector, right)...)
	}
	child := uint32(freeSector)
	if len(contents) > 0 {
		child = 1
	}
	dir = append(entry("Root Entry", 5, store(mini), uint32(len(mini)), child, freeSector), dir...)
	for len(dir)%size != 0 {
		dir = append(dir, make([]byte, entryBytes)...)
	}
	dirStart := store(dir)
	var packed []byte
	for _, n := range miniFAT {
		packed = le.AppendUint32(packed, n)
	}
	for len(packed)%size != 0 {
		packed = le.AppendUint32(packed, freeSector)
	}
	miniStart := store(packed)
	fats := 1
	for (len(fat)+fats)*4 > fats*size {
		fats++
	}
	first := uint32(len(fat))
	for range fats {
		fat = append(fat, fatSector)
	}
	for len(fat)*4 < fats*size {
		fat = append(fat, freeSector)
	}
	for _, n := range fat {
		body = le.AppendUint32(body, n)
	}
	head := make([]byte, headerBytes)
	copy(head, cfbMagic)
	le.PutUint16(head[24:], 0x3E)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xFFFE)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], uint32(fats))
	le.PutUint32(head[48:], dirStart)
	le.PutUint32(head[56:], miniCutoff)
	le.PutUint32(head[60:], miniStart)
	le.PutUint32(head[64:], uint32(len(packed)/size))
	le.PutUint32(head[68:], endOfChain)
	for k := range 109 {
		v := uint32(freeSector)
		if k < fats {
			v = first + uint32(k)
		}
		le.PutUint32(head[76+4*k:], v)
	}
	return append(head, body...)
}

// The fields of header and directory entries, as offset and width.
var (
	cfbFields = [][2]int{{0, 8}, {24, 2}, {26, 2}, {28, 2}, {30, 2}, {32, 2}, {40, 4}, {44, 4}, {48, 4}, {52, 4}, {56, 4}, {60, 4}, {64, 4}, {68, 4}, {72, 4}, {76, 4}, {80, 4}, {508, 4}}
	dirFields = [][2]int{{0, 2}, {2, 2}, {64, 2}, {66, 1}, {67, 1}, {68, 4}, {72, 4}, {76, 4}, {116, 4}, {120, 4}, {124, 4}}
)

// mutateCFB damages a compound file's own structure or the records of its book.
func mutateCFB(d dice, data []byte, s *story) []byte {
	c := parseCFB(data)
	if c == nil || len(c.entries) == 0 || len(c.fat) == 0 {
		return damageBytes(d, data, s)
	}
	if !d.one(4) {
		all := c.streams()
		var names []string
		var contents [][]byte
		damaged := false
		for _, st := range all {
			if isBIFF(st.data) || d.one(4*len(all)) {
				s.add("in %s", st.name)
				st.data = mutateContent(d, st.data, s)
				damaged = true
			}
			names, contents = append(names, st.name), append(contents, st.data)
		}
		if damaged {
			return WriteCFB(names, contents)
		}
	}
	out := bytes.Clone(data)
	sectors := uint64(len(data)/c.sector - 1)
	link := func(at int) {
		n := pick(d, []uint64{freeSector, endOfChain, fatSector, 0xFFFFFFFC, 0xFFFFFFFA, 0x7FFFFFFF, 0, 1, sectors, sectors - 1, sectors + 1, d.Uint64N(sectors + 1), d.Uint64N(sectors + 1)})
		putNumber(out, at, 4, n)
		s.add("the link at %d is %d", at, n)
	}
	for range d.upto(3) {
		switch d.IntN(8) {
		case 0, 1:
			f := pick(d, cfbFields)
			putNumber(out, f[0], f[1], d.nearby(number(out, f[0], f[1])))
			s.add("header field %d is %d", f[0], number(out, f[0], f[1]))
		case 2, 3:
			link(pick(d, c.fatAt) + 4*d.IntN(min(c.sector/4, len(c.fat))))
		case 4:
			if len(c.miniFATAt) > 0 {
				link(pick(d, c.miniFATAt) + 4*d.IntN(c.sector/4))
			}
		case 5, 6:
			e, f := pick(d, c.entries), pick(d, dirFields)
			if f[0] == 116 || f[0] >= 68 && f[0] < 80 {
				link(e + f[0])
				break
			}
			putNumber(out, e+f[0], f[1], d.nearby(number(out, e+f[0], f[1])))
			s.add("directory entry at %d: field %d is %d", e, f[0], number(out, e+f[0], f[1]))
		case 7:
			switch d.IntN(3) {
			case 0:
				n := c.sector * d.IntN(len(out)/c.sector)
				s.add("cut to %d bytes", n)
				out = out[:n]
				return out
			case 1:
				i, j := c.sector*d.IntN(int(sectors)), c.sector*d.IntN(int(sectors))
				copy(out[i:i+c.sector], data[j:j+c.sector])
				s.add("the sector at %d is that at %d", i, j)
			case 2:
				out = append(out, bytes.Repeat([]byte{byte(d.IntN(256))}, d.upto(5000))...)
				s.add("%d bytes in all", len(out))
			}
		}
	}
	return out
}
