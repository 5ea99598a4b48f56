package types

import (
	"encoding/binary"
	"math/bits"
)

// BitOp is an operator of two bit strings of one length.
type BitOp uint8

const (
	BitAnd BitOp = iota
	BitOr
	BitXor
)

// CountBits counts the ones of a stored value.
func CountBits(v []byte) int {
	v = v[min(BitHeader, len(v)):]
	n := 0
	for ; len(v) >= 32; v = v[32:] {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(v)) + bits.OnesCount64(binary.LittleEndian.Uint64(v[8:])) +
			bits.OnesCount64(binary.LittleEndian.Uint64(v[16:])) + bits.OnesCount64(binary.LittleEndian.Uint64(v[24:]))
	}
	for ; len(v) >= 8; v = v[8:] {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(v))
	}
	if len(v) > 0 {
		n += bits.OnesCount64(tail(v))
	}
	return n
}

// CountCombinedBits counts the ones of what the operator makes of the bits of two stored values of the same length,
// without making it.
func CountCombinedBits(op BitOp, a, b []byte) int {
	a = a[min(BitHeader, len(a)):]
	b = b[min(BitHeader, len(b)):][:len(a)]
	n := 0
	switch op {
	case BitAnd:
		for ; len(a) >= 16 && len(b) >= 16; a, b = a[16:], b[16:] {
			n += bits.OnesCount64(binary.LittleEndian.Uint64(a)&binary.LittleEndian.Uint64(b)) +
				bits.OnesCount64(binary.LittleEndian.Uint64(a[8:])&binary.LittleEndian.Uint64(b[8:]))
		}
	case BitOr:
		for ; len(a) >= 16 && len(b) >= 16; a, b = a[16:], b[16:] {
			n += bits.OnesCount64(binary.LittleEndian.Uint64(a)|binary.LittleEndian.Uint64(b)) +
				bits.OnesCount64(binary.LittleEndian.Uint64(a[8:])|binary.LittleEndian.Uint64(b[8:]))
		}
	default:
		for ; len(a) >= 16 && len(b) >= 16; a, b = a[16:], b[16:] {
			n += bits.OnesCount64(binary.LittleEndian.Uint64(a)^binary.LittleEndian.Uint64(b)) +
				bits.OnesCount64(binary.LittleEndian.Uint64(a[8:])^binary.LittleEndian.Uint64(b[8:]))
		}
	}
	for ; len(a) >= 8 && len(b) >= 8; a, b = a[8:], b[8:] {
		n += bits.OnesCount64(op.word(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)))
	}
	if len(a) > 0 {
		n += bits.OnesCount64(op.word(tail(a), tail(b)))
	}
	return n
}

func (op BitOp) word(a, b uint64) uint64 {
	switch op {
	case BitAnd:
		return a & b
	case BitOr:
		return a | b
	}
	return a ^ b
}

// tail gives less than 8 bytes as a word.
func tail(v []byte) uint64 {
	w := uint64(0)
	if len(v) >= 4 {
		return uint64(binary.LittleEndian.Uint32(v)) | uint64(binary.LittleEndian.Uint32(v[len(v)-4:]))<<(8*(len(v)-4))
	}
	for k, c := range v {
		w |= uint64(c) << (8 * k)
	}
	return w
}

// CombineBits makes the first stored value what the operator makes of both, which are of the same length. Zeros beyond the
// last bit stay zeros.
func CombineBits(op BitOp, into, by []byte) {
	into = into[min(BitHeader, len(into)):]
	by = by[min(BitHeader, len(by)):]
	switch op {
	case BitAnd:
		for ; len(into) >= 8 && len(by) >= 8; into, by = into[8:], by[8:] {
			binary.LittleEndian.PutUint64(into, binary.LittleEndian.Uint64(into)&binary.LittleEndian.Uint64(by))
		}
	case BitOr:
		for ; len(into) >= 8 && len(by) >= 8; into, by = into[8:], by[8:] {
			binary.LittleEndian.PutUint64(into, binary.LittleEndian.Uint64(into)|binary.LittleEndian.Uint64(by))
		}
	default:
		for ; len(into) >= 8 && len(by) >= 8; into, by = into[8:], by[8:] {
			binary.LittleEndian.PutUint64(into, binary.LittleEndian.Uint64(into)^binary.LittleEndian.Uint64(by))
		}
	}
	for k := range into {
		into[k] = byte(op.word(uint64(into[k]), uint64(by[k])))
	}
}
