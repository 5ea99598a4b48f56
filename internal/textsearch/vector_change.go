package textsearch

import (
	"bytes"
	"slices"

	"howdah/pgerr"
)

// ParseWeight reads a letter from A to D, as setweight takes it, into a weight from 3 to 0.
func ParseWeight(c byte) (weight int, ok bool) {
	if c |= 0x20; c < 'a' || c > 'd' {
		return 0, false
	}
	return int('d' - c), true
}

// AppendStripped appends the vector without positions (strip).
func (v Vector) AppendStripped(dst []byte) []byte {
	entries := v.Entries(nil)
	for i := range entries {
		entries[i].Positions = nil
	}
	return AppendVector(dst, entries)
}

// AppendWeighted appends the vector with all positions of the weight; lexemes, if not nil, says of which lexemes alone.
func (v Vector) AppendWeighted(dst []byte, weight int, lexemes [][]byte) []byte {
	entries := v.Entries(nil)
	change := func(e *Entry) {
		for k, p := range e.Positions {
			e.Positions[k] = makePosition(p.Place(), weight)
		}
	}
	if lexemes == nil {
		for i := range entries {
			change(&entries[i])
		}
	}
	for _, l := range lexemes {
		if i, ok := v.Find(l); ok {
			change(&entries[i])
		}
	}
	return AppendVector(dst, entries)
}

// AppendWithout appends the vector without some lexemes (ts_delete).
func (v Vector) AppendWithout(dst []byte, lexemes [][]byte) []byte {
	entries := v.Entries(nil)
	for _, l := range lexemes {
		if i, ok := v.Find(l); ok {
			entries[i].Lexeme = nil
		}
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Lexeme == nil })
	return AppendVector(dst, entries)
}

// AppendFiltered appends what has a position of the weights, and those positions (ts_filter). weights has a bit for each.
func (v Vector) AppendFiltered(dst []byte, weights int) []byte {
	entries := v.Entries(nil)
	for i := range entries {
		entries[i].Positions = slices.DeleteFunc(entries[i].Positions, func(p Position) bool { return weights&(1<<p.Weight()) == 0 })
	}
	return AppendVector(dst, slices.DeleteFunc(entries, func(e Entry) bool { return len(e.Positions) == 0 }))
}

// AppendConcatenated appends the vectors one behind the other: w's positions follow v's greatest (tsvector_concat).
func AppendConcatenated(dst []byte, v, w Vector) ([]byte, error) {
	a, b := v.Entries(nil), w.Entries(nil)
	last := 0
	for i := range a {
		for _, p := range a[i].Positions {
			last = max(last, p.Place())
		}
	}
	out := make([]Entry, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		c := 0
		switch {
		case len(a) == 0:
			c = 1
		case len(b) == 0:
			c = -1
		default:
			c = bytes.Compare(a[0].Lexeme, b[0].Lexeme)
		}
		var e Entry
		if c <= 0 {
			e, a = a[0], a[1:]
		} else {
			e.Lexeme = b[0].Lexeme
		}
		if c >= 0 {
			e.Positions = shifted(e.Positions, b[0].Positions, last)
			b = b[1:]
		}
		out = append(out, e)
	}
	if size := packedSize(out); size > maxStrings {
		return nil, tooLong(size)
	}
	return AppendVector(dst, out), nil
}

// shifted appends positions moved by an offset, as long as there is room for them (add_pos).
func shifted(dst, list []Position, offset int) []Position {
	for _, p := range list {
		if n := len(dst); n >= maxPositions || n > 0 && dst[n-1].Place() == maxPosition-1 {
			break
		}
		dst = append(dst, makePosition(p.Place()+offset, p.Weight()))
	}
	return dst
}

// AppendFromLexemes appends a vector without positions (array_to_tsvector). It sorts lexemes.
func AppendFromLexemes(dst []byte, lexemes [][]byte) ([]byte, error) {
	slices.SortFunc(lexemes, bytes.Compare)
	lexemes = slices.CompactFunc(lexemes, bytes.Equal)
	entries := make([]Entry, len(lexemes))
	for i, l := range lexemes {
		if len(l) > maxLexeme { // PostgreSQL cuts such a length to its lower bits
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "word is too long (%d bytes, max %d bytes)", len(l), maxLexeme-1)
		}
		entries[i].Lexeme = l
	}
	if size := packedSize(entries); size > maxStrings {
		return nil, tooLong(size)
	}
	return AppendVector(dst, entries), nil
}
