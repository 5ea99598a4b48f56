package e2e

import (
	"bytes"
	le "encoding/binary"
	"math"
	"testing"
	"unicode/utf16"
)

// biff collects the records of an xls workbook ([MS-XLS]).
type biff struct{ bytes.Buffer }

func (b *biff) record(kind uint16, fields ...any) {
	var body bytes.Buffer
	for _, f := range fields {
		le.Write(&body, le.LittleEndian, f)
	}
	le.Write(b, le.LittleEndian, []uint16{kind, uint16(body.Len())})
	b.Write(body.Bytes())
}

// text is a string with a length of 16 bits: one byte a character where all fit, else UTF-16.
func biffText(s string) []byte {
	u := utf16.Encode([]rune(s))
	var b bytes.Buffer
	le.Write(&b, le.LittleEndian, uint16(len(u)))
	narrow := true
	for _, c := range u {
		narrow = narrow && c < 256
	}
	if !narrow {
		b.WriteByte(1)
		le.Write(&b, le.LittleEndian, u)
		return b.Bytes()
	}
	b.WriteByte(0)
	for _, c := range u {
		b.WriteByte(byte(c))
	}
	return b.Bytes()
}

// writeXLS puts a BIFF8 workbook together: shared texts with continuations between them, integers as RK records and runs
// of them as MULRK, other numbers as NUMBER.
func writeXLS(t testing.TB, header []string, rows [][]any) []byte {
	t.Helper()
	table := [][]any{nil}
	for _, name := range header {
		table[0] = append(table[0], name)
	}
	table = append(table, rows...)

	index := map[string]uint32{}
	var texts []string
	uses := uint32(0)
	for _, r := range table {
		for _, v := range r {
			if s, ok := v.(string); ok {
				uses++
				if _, seen := index[s]; !seen {
					index[s] = uint32(len(texts))
					texts = append(texts, s)
				}
			}
		}
	}

	var b biff
	b.record(0x0809, []uint16{0x0600, 5, 0x0DBB, 0x07CC}, uint32(0), uint32(6))
	b.record(0x0042, uint16(1200))
	stamp := biffText("yyyy-mm-dd hh:mm:ss.000")
	b.record(0x041E, uint16(164), stamp)
	const general, date, when, hour, money = 15, 16, 17, 18, 19
	for i := range 20 {
		format := map[int]uint16{date: 14, when: 164, hour: 21, money: 4}[i]
		kind := uint16(1)
		if i < general {
			kind = 0xFFF5
		}
		b.record(0x00E0, []uint16{0, format, kind, 0x20, 0x0400, 0, 0, 0, 0, 0x20C0})
	}
	at := b.Len() + 4
	b.record(0x0085, uint32(0), uint16(0), []byte{6, 0}, []byte("Sheet1"))
	var sst bytes.Buffer
	kind := uint16(0x00FC)
	le.Write(&sst, le.LittleEndian, []uint32{uses, uint32(len(texts))})
	for _, s := range texts {
		x := biffText(s)
		if sst.Len()+len(x) > 8224 {
			b.record(kind, sst.Bytes())
			kind = 0x003C
			sst.Reset()
		}
		sst.Write(x)
	}
	b.record(kind, sst.Bytes())
	b.record(0x000A)

	sheet := uint32(b.Len())
	b.record(0x0809, []uint16{0x0600, 0x10, 0x0DBB, 0x07CC}, uint32(0), uint32(6))
	b.record(0x0200, uint32(0), uint32(len(table)), []uint16{0, uint16(len(header)), 0})
	rk := func(v any) (uint32, bool) {
		n, ok := v.(int64)
		return uint32(n)<<2 | 2, ok && n > -1<<29 && n < 1<<29
	}
	for i, r := range table {
		for k := 0; k < len(r); k++ {
			v, place := r[k], []uint16{uint16(i), uint16(k), general}
			if first, ok := rk(v); ok {
				var second uint32
				if k+1 < len(r) {
					second, ok = rk(r[k+1])
				}
				if k+1 < len(r) && ok {
					b.record(0x00BD, place[:2], uint16(general), first, uint16(general), second, uint16(k+1))
					k++
				} else {
					b.record(0x027E, place, first)
				}
				continue
			}
			switch v := v.(type) {
			case nil:
			case string:
				b.record(0x00FD, place, index[v])
			case bool:
				n := byte(0)
				if v {
					n = 1
				}
				b.record(0x0205, place, n, byte(0))
			default:
				switch v.(type) {
				case day:
					place[2] = date
				case moment:
					place[2] = when
				case clock:
					place[2] = hour
				case decimal:
					place[2] = money
				}
				n, _ := number(v)
				b.record(0x0203, place, math.Float64bits(n))
			}
		}
	}
	b.record(0x000A)
	book := b.Bytes()
	le.LittleEndian.PutUint32(book[at:], sheet)
	return compound(book)
}

// compound wraps the stream Workbook into a compound file ([MS-CFB]) of up to 109 sectors of allocation table.
func compound(stream []byte) []byte {
	const size, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
	stream = append(stream, make([]byte, max(4096-len(stream), 0))...)
	length := len(stream)
	stream = append(stream, make([]byte, -length&(size-1))...)
	data := len(stream) / size
	tables := (data+1)/(size/4-1) + 1
	var b bytes.Buffer
	put := func(v any) { le.Write(&b, le.LittleEndian, v) }
	b.WriteString("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	b.Write(make([]byte, 16))
	put([]uint16{0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0})
	put([]uint32{0, uint32(tables), uint32(data), 0, 4096, end, 0, end, 0})
	for i := range 109 {
		if i < tables {
			put(uint32(data + 1 + i))
		} else {
			put(uint32(free))
		}
	}
	b.Write(stream)
	entry := func(name string, kind byte, child, start, n uint32) {
		u := make([]uint16, 32)
		copy(u, utf16.Encode([]rune(name)))
		put(u)
		put(uint16(2 * (len(name) + 1)))
		put([]byte{kind, 1})
		put([]uint32{free, free, child})
		b.Write(make([]byte, 36))
		put([]uint32{start, n, 0})
	}
	entry("Root Entry", 5, 1, end, 0)
	entry("Workbook", 2, free, 0, uint32(length))
	for range 2 {
		e := make([]byte, 128)
		copy(e[68:], bytes.Repeat([]byte{0xFF}, 12))
		b.Write(e)
	}
	for i := range tables * size / 4 {
		switch {
		case i < data-1:
			put(uint32(i + 1))
		case i <= data:
			put(uint32(end))
		case i <= data+tables:
			put(uint32(0xFFFFFFFD))
		default:
			put(uint32(free))
		}
	}
	return b.Bytes()
}
