package textsearch

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"howdah/pgerr"
)

// PostgreSQL's limits (ts_type.h).
const (
	maxLexeme    = 1<<11 - 1 // bytes of a lexeme must be fewer
	maxStrings   = 1<<20 - 1 // bytes of all lexemes and positions
	maxPosition  = 1 << 14   // positions are below
	maxPositions = 256       // of a lexeme
)

// Position is a lexeme's place in a document, from 1 to 16383, and its weight from 0 (D) to 3 (A) in the upper bits.
type Position uint16

func makePosition(place int, weight int) Position { return Position(limitPlace(place) | weight<<14) }

func limitPlace(n int) int { return min(n, maxPosition-1) }

// Place is the position without its weight.
func (p Position) Place() int { return int(p & 0x3fff) }

// Weight is 0 for D to 3 for A.
func (p Position) Weight() int { return int(p >> 14) }

// Vector is a tsvector as it is stored: the number of lexemes; for each its offset, length and number of positions;
// then the lexemes, in order and without repetition, each followed by its positions. It is made here only and always
// well formed. All numbers are little-endian.
type Vector []byte

const (
	vectorHead = 4
	entrySize  = 8
)

// Len is the number of lexemes.
func (v Vector) Len() int { return int(binary.LittleEndian.Uint32(v)) }

func (v Vector) entry(i int) (off, size, count int) {
	e := v[vectorHead+i*entrySize:]
	return int(binary.LittleEndian.Uint32(e)), int(binary.LittleEndian.Uint16(e[4:])), int(binary.LittleEndian.Uint16(e[6:]))
}

// Lexeme is lexeme i, a view.
func (v Vector) Lexeme(i int) []byte {
	off, size, _ := v.entry(i)
	return v[off : off+size]
}

// Count is the number of lexeme i's positions.
func (v Vector) Count(i int) int {
	_, _, n := v.entry(i)
	return n
}

// Position is position k of lexeme i; they ascend.
func (v Vector) Position(i, k int) Position {
	off, size, _ := v.entry(i)
	return Position(binary.LittleEndian.Uint16(v[off+size+2*k:]))
}

// Positions appends the positions of lexeme i.
func (v Vector) Positions(dst []Position, i int) []Position {
	off, size, n := v.entry(i)
	at := v[off+size:]
	for k := range n {
		dst = append(dst, Position(binary.LittleEndian.Uint16(at[2*k:])))
	}
	return dst
}

// Find gives the index of a lexeme, and whether it is there; if not, the index is that of the next greater one.
func (v Vector) Find(lexeme []byte) (int, bool) {
	low, high := 0, v.Len()
	for low < high {
		mid := int(uint(low+high) / 2)
		switch c := bytes.Compare(lexeme, v.Lexeme(mid)); {
		case c == 0:
			return mid, true
		case c > 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, false
}

// size is the number of bytes that PostgreSQL's own form takes (VARSIZE), by which vectors are compared first.
func (v Vector) size() int {
	n := v.Len()
	data := 0
	for i := range n {
		_, size, count := v.entry(i)
		data = packed(data, size, count)
	}
	return 8 + 4*n + data
}

// packed adds a lexeme to the size of PostgreSQL's form.
func packed(data, size, count int) int {
	data += size
	if count > 0 {
		data += data&1 + 2 + 2*count
	}
	return data
}

// Compare orders as tsvector_cmp does.
func (v Vector) Compare(w Vector) int {
	if c := cmp.Compare(v.size(), w.size()); c != 0 {
		return c
	}
	if c := cmp.Compare(v.Len(), w.Len()); c != 0 {
		return c
	}
	for i := range v.Len() {
		n, m := v.Count(i), w.Count(i)
		if (n > 0) != (m > 0) {
			return cmp.Compare(m, n)
		}
		if c := lexemeDifference(v.Lexeme(i), w.Lexeme(i)); c != 0 {
			return c
		}
		if n != m {
			return cmp.Compare(m, n)
		}
		for k := range n {
			p, q := v.Position(i, k), w.Position(i, k)
			if p.Place() != q.Place() {
				return cmp.Compare(q.Place(), p.Place())
			}
			if p != q {
				return cmp.Compare(q.Weight(), p.Weight())
			}
		}
	}
	return 0
}

// lexemeDifference is bytes.Compare, telling by how much the first bytes that differ do, as tsvector_cmp shows it.
func lexemeDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// Entry is a lexeme with its positions, on the way into a vector.
type Entry struct {
	Lexeme    []byte
	Positions []Position
}

// AppendVector appends a vector of entries, which are in order and without repetition.
func AppendVector(dst []byte, entries []Entry) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(entries)))
	at := len(dst)
	dst = slices.Grow(dst, entrySize*len(entries))[:at+entrySize*len(entries)]
	for i := range entries {
		e, head := &entries[i], dst[at+entrySize*i:]
		binary.LittleEndian.PutUint32(head, uint32(len(dst)-start))
		binary.LittleEndian.PutUint16(head[4:], uint16(len(e.Lexeme)))
		binary.LittleEndian.PutUint16(head[6:], uint16(len(e.Positions)))
		dst = append(dst, e.Lexeme...)
		for _, p := range e.Positions {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(p))
		}
	}
	return dst
}

// Entries appends the vector's entries; the lexemes are views.
func (v Vector) Entries(dst []Entry) []Entry {
	for i := range v.Len() {
		e := Entry{Lexeme: v.Lexeme(i)}
		if n := v.Count(i); n > 0 {
			e.Positions = v.Positions(make([]Position, 0, n), i)
		}
		dst = append(dst, e)
	}
	return dst
}

// packedSize is the size of lexemes and positions in PostgreSQL's form.
func packedSize(entries []Entry) int {
	data := 0
	for i := range entries {
		data = packed(data, len(entries[i].Lexeme), len(entries[i].Positions))
	}
	return data
}

func tooLong(size int) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "string is too long for tsvector (%d bytes, max %d bytes)", size, maxStrings)
}

// AppendText appends the vector's text form (tsvectorout).
func (v Vector) AppendText(dst []byte) []byte {
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendQuoted(dst, v.Lexeme(i))
		for k := range v.Count(i) {
			sep := byte(',')
			if k == 0 {
				sep = ':'
			}
			p := v.Position(i, k)
			dst = appendInt(append(dst, sep), p.Place())
			if w := p.Weight(); w > 0 {
				dst = append(dst, 'D'-byte(w))
			}
		}
	}
	return dst
}

// appendQuoted writes a lexeme between quotes, with quotes and backslashes doubled.
func appendQuoted(dst, lexeme []byte) []byte {
	dst = append(dst, '\'')
	for _, c := range lexeme {
		if c == '\'' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '\'')
}

// AppendBinary appends the vector's binary form (tsvectorsend).
func (v Vector) AppendBinary(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(v.Len()))
	for i := range v.Len() {
		dst = append(append(dst, v.Lexeme(i)...), 0)
		dst = binary.BigEndian.AppendUint16(dst, uint16(v.Count(i)))
		for k := range v.Count(i) {
			dst = binary.BigEndian.AppendUint16(dst, uint16(v.Position(i, k)))
		}
	}
	return dst
}
