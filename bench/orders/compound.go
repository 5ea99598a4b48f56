package orders

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
)

const (
	sectorBytes = 512
	perSector   = sectorBytes / 4 // sector numbers
	inHeader    = 109             // sectors of the allocation table that the header names

	sectorFree  = 0xFFFFFFFF
	sectorEnd   = 0xFFFFFFFE
	sectorTable = 0xFFFFFFFD
	sectorNames = 0xFFFFFFFC
)

// writeCompound writes a compound file ([MS-CFB], version 3) that holds one stream: the stream's sectors, the
// directory, the allocation table, and the sectors that name those of the table beyond the header's.
func writeCompound(w io.Writer, name string, stream []byte) error {
	// Streams of less than 4096 bytes would live elsewhere; what follows the last record is no part of a workbook.
	data := (max(len(stream), 4096) + sectorBytes - 1) / sectorBytes
	table, more := 0, 0
	for {
		t := (data + 1 + table + more + perSector - 1) / perSector
		m := (max(t-inHeader, 0) + perSector - 2) / (perSector - 1)
		if t == table && m == more {
			break
		}
		table, more = t, m
	}
	directory, firstTable, firstMore := data, data+1, data+1+table

	head := make([]byte, sectorBytes)
	copy(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	for at, v := range map[int]uint16{24: 0x3E, 26: 3, 28: 0xFFFE, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(head[at:], v)
	}
	moreAt := uint32(sectorEnd)
	if more > 0 {
		moreAt = uint32(firstMore)
	}
	for at, v := range map[int]uint32{44: uint32(table), 48: uint32(directory), 56: 4096, 60: sectorEnd, 68: moreAt, 72: uint32(more)} {
		binary.LittleEndian.PutUint32(head[at:], v)
	}
	tableSector := func(i int) uint32 {
		if i < table {
			return uint32(firstTable + i)
		}
		return sectorFree
	}
	for i := range inHeader {
		binary.LittleEndian.PutUint32(head[76+4*i:], tableSector(i))
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	if _, err := w.Write(stream); err != nil {
		return err
	}

	rest := make([]byte, data*sectorBytes-len(stream))
	rest = appendEntry(rest, "Root Entry", 5, 1, sectorEnd, 0)
	rest = appendEntry(rest, name, 2, sectorFree, 0, uint64(data*sectorBytes))
	rest = appendEntry(rest, "", 0, sectorFree, 0, 0)
	rest = appendEntry(rest, "", 0, sectorFree, 0, 0)
	for i := range table * perSector {
		next := uint32(sectorFree)
		switch {
		case i < data-1:
			next = uint32(i + 1)
		case i <= directory: // the ends of the stream and of the directory
			next = sectorEnd
		case i < firstMore:
			next = sectorTable
		case i < firstMore+more:
			next = sectorNames
		}
		rest = binary.LittleEndian.AppendUint32(rest, next)
	}
	for m := range more {
		for i := range perSector - 1 {
			rest = binary.LittleEndian.AppendUint32(rest, tableSector(inHeader+m*(perSector-1)+i))
		}
		next := uint32(sectorEnd)
		if m < more-1 {
			next = uint32(firstMore + m + 1)
		}
		rest = binary.LittleEndian.AppendUint32(rest, next)
	}
	_, err := w.Write(rest)
	return err
}

// appendEntry appends an entry of the directory.
func appendEntry(b []byte, name string, kind byte, child, start uint32, size uint64) []byte {
	e := make([]byte, 128)
	for i, c := range utf16.Encode([]rune(name)) {
		binary.LittleEndian.PutUint16(e[2*i:], c)
		binary.LittleEndian.PutUint16(e[64:], uint16(2*i+4))
	}
	e[66], e[67] = kind, 1
	binary.LittleEndian.PutUint32(e[68:], sectorFree)
	binary.LittleEndian.PutUint32(e[72:], sectorFree)
	binary.LittleEndian.PutUint32(e[76:], child)
	binary.LittleEndian.PutUint32(e[116:], start)
	binary.LittleEndian.PutUint64(e[120:], size)
	return append(b, e...)
}
