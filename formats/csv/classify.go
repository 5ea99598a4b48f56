package csv

import (
	"bytes"
	"encoding/binary"
)

// block is what one look at 64 bytes tells: bit i stands for byte i.
type block struct {
	quote uint64
	delim uint64
	line  uint64 // LF; later also CR without LF after it
	odd   uint64 // not 0: some byte is NUL or not ASCII
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	lows  = 0x7f7f7f7f7f7f7f7f
)

// equal gives a high bit for each byte of w that equals the byte repeated in pattern; exact, unlike the shorter forms.
func equal(w, pattern uint64) uint64 {
	x := w ^ pattern
	return ^((x&lows + lows) | x) & highs
}

// gather packs the high bits of w's bytes, the only ones set, into the low 8 bits of the result.
func gather(w uint64) uint64 { return (w >> 7) * 0x0102040810204080 >> 56 }

// classifyWords is classify by words of 8 bytes, for every processor. buf holds 64 bytes per block.
func classifyWords(blocks []block, buf []byte, quote, delim byte) (returns bool) {
	q, d, l := uint64(quote)*ones, uint64(delim)*ones, uint64('\n')*ones
	for i := range blocks {
		p := (*[64]byte)(buf[i*64:])
		var quotes, delims, lines, odd uint64
		for j := 0; j < 64; j += 8 {
			w := binary.LittleEndian.Uint64(p[j : j+8])
			odd |= w | (w - ones) // a word with NUL borrows: superfluous alarms cost a closer look, no more
			quotes |= gather(equal(w, q)) << j
			delims |= gather(equal(w, d)) << j
			lines |= gather(equal(w, l)) << j
		}
		blocks[i] = block{quotes, delims, lines, odd & highs}
	}
	return bytes.IndexByte(buf, '\r') >= 0
}
