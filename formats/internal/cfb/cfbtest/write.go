// Package cfbtest writes compound files for tests, well-formed ones and, by the options, oddly laid out ones.
package cfbtest

import (
	"encoding/binary"
	"unicode/utf16"
)

// Stream is a stream to be written.
type Stream struct {
	Name string
	Data []byte
}

// Layout says how a file is laid out.
type Layout struct {
	Version   int  // 3 or 4; 0 = 3
	Scattered bool // the streams' sectors lie in turns, backwards
}

const (
	free  = 0xFFFFFFFF
	end   = 0xFFFFFFFE
	fatID = 0xFFFFFFFD
	difID = 0xFFFFFFFC
)

// Write makes a compound file of streams below the root.
func Write(l Layout, streams ...Stream) []byte {
	shift := uint(9)
	if l.Version == 4 {
		shift = 12
	}
	ss := 1 << shift
	le := binary.LittleEndian

	var mini []byte
	var miniFAT []uint32
	type placed struct {
		start uint32
		size  int
	}
	place := make([]placed, len(streams))
	var chains [][]byte // the content of each chain of sectors, in order
	owner := map[int]int{}
	for i, s := range streams {
		place[i] = placed{end, len(s.Data)}
		if len(s.Data) >= 4096 {
			owner[len(chains)] = i
			chains = append(chains, s.Data)
			continue
		}
		for off := 0; off < len(s.Data); off += 64 {
			if off == 0 {
				place[i].start = uint32(len(miniFAT))
			} else {
				miniFAT[len(miniFAT)-1] = uint32(len(miniFAT))
			}
			miniFAT = append(miniFAT, end)
			part := make([]byte, 64)
			copy(part, s.Data[off:])
			mini = append(mini, part...)
		}
	}
	miniChain, tableChain := -1, -1
	if len(mini) > 0 {
		miniChain = len(chains)
		chains = append(chains, mini)
		var table []byte
		for _, n := range miniFAT {
			table = le.AppendUint32(table, n)
		}
		for len(table)%ss != 0 {
			table = le.AppendUint32(table, free)
		}
		tableChain = len(chains)
		chains = append(chains, table)
	}
	dirChain := len(chains)
	dirLen := (len(streams) + 1) * 128
	chains = append(chains, make([]byte, (dirLen+ss-1)/ss*ss))

	// Give sectors to the chains, in order or in turns from the end.
	sectors := make([][]uint32, len(chains))
	total := uint32(0)
	need := func(c int) int { return (len(chains[c]) + ss - 1) / ss }
	for more := true; more; {
		more = false
		for c := range chains {
			for len(sectors[c]) < need(c) {
				sectors[c] = append(sectors[c], total)
				total++
				if more = true; l.Scattered {
					break
				}
			}
		}
	}
	if l.Scattered {
		for c := range sectors {
			for i := range sectors[c] {
				sectors[c][i] = total - 1 - sectors[c][i]
			}
		}
	}
	per := ss / 4
	nFAT, nDIF := 0, 0
	for {
		f := (int(total) + nFAT + nDIF + per - 1) / per
		d := 0
		if f > 109 {
			d = (f - 109 + per - 2) / (per - 1)
		}
		if f == nFAT && d == nDIF {
			break
		}
		nFAT, nDIF = f, d
	}
	fat := make([]uint32, nFAT*per)
	for i := range fat {
		fat[i] = free
	}
	start := func(c int) uint32 {
		if c < 0 || len(sectors[c]) == 0 {
			return end
		}
		return sectors[c][0]
	}
	out := make([]byte, (int(total)+nFAT+nDIF+1)*ss)
	for _, list := range sectors {
		for i, s := range list {
			fat[s] = end
			if i+1 < len(list) {
				fat[s] = list[i+1]
			}
		}
	}
	for c, i := range owner {
		place[i].start = start(c)
	}

	dir := chains[dirChain]
	for i := range len(dir) / 128 {
		for _, at := range []int{68, 72, 76} {
			le.PutUint32(dir[i*128+at:], free)
		}
	}
	put := func(i int, name string, kind byte, start uint32, size int) {
		e := dir[i*128:]
		units := utf16.Encode([]rune(name))
		for k, u := range units {
			le.PutUint16(e[2*k:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(units)+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[116:], start)
		le.PutUint64(e[120:], uint64(size))
	}
	put(0, "Root Entry", 5, start(miniChain), len(mini))
	for i, s := range streams {
		put(i+1, s.Name, 2, place[i].start, place[i].size)
		if i > 0 { // a tree that is a list
			le.PutUint32(dir[i*128+72:], uint32(i+1))
		}
	}
	if len(streams) > 0 {
		le.PutUint32(dir[76:], 1)
	}
	for c, list := range sectors {
		for i, s := range list {
			copy(out[(int(s)+1)*ss:(int(s)+2)*ss], chains[c][i*ss:])
		}
	}

	copy(out, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	le.PutUint16(out[24:], 0x3E)
	le.PutUint16(out[26:], uint16(max(l.Version, 3)))
	le.PutUint16(out[28:], 0xFFFE)
	le.PutUint16(out[30:], uint16(shift))
	le.PutUint16(out[32:], 6)
	le.PutUint32(out[44:], uint32(nFAT))
	le.PutUint32(out[48:], start(dirChain))
	le.PutUint32(out[56:], 4096)
	le.PutUint32(out[60:], start(tableChain))
	if tableChain >= 0 {
		le.PutUint32(out[64:], uint32(len(sectors[tableChain])))
	}
	le.PutUint32(out[68:], end)
	if nDIF > 0 {
		le.PutUint32(out[68:], total+uint32(nFAT))
		le.PutUint32(out[72:], uint32(nDIF))
	}
	for i := range nDIF {
		d := out[(int(total)+nFAT+i+1)*ss:]
		for k := range per - 1 {
			le.PutUint32(d[4*k:], free)
		}
		le.PutUint32(d[4*(per-1):], end)
		if i+1 < nDIF {
			le.PutUint32(d[4*(per-1):], total+uint32(nFAT+i+1))
		}
		fat[int(total)+nFAT+i] = difID
	}
	for i := range 109 {
		le.PutUint32(out[76+4*i:], free)
	}
	for i := range nFAT {
		fat[int(total)+i] = fatID
		at := total + uint32(i)
		if i < 109 {
			le.PutUint32(out[76+4*i:], at)
			continue
		}
		k := i - 109
		le.PutUint32(out[(int(total)+nFAT+k/(per-1)+1)*ss+4*(k%(per-1)):], at)
	}
	for i, v := range fat {
		le.PutUint32(out[(int(total)+1)*ss+4*i:], v)
	}
	return out
}
