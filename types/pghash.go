package types

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// PostgreSQL's own hash functions, whose values users see by hashtext() and the like: Bob Jenkins' lookup3 with
// PostgreSQL's start value. [Hash] is faster, for what nobody sees.

type jenkins struct{ a, b, c uint32 }

func newJenkins(size int, seed uint64) jenkins {
	v := 0x9e3779b9 + uint32(size) + 3923095
	j := jenkins{v, v, v}
	if seed != 0 {
		j.a += uint32(seed >> 32)
		j.b += uint32(seed)
		j.mix()
	}
	return j
}

func (j *jenkins) mix() {
	a, b, c := j.a, j.b, j.c
	a = (a - c) ^ bits.RotateLeft32(c, 4)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 6)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 8)
	b += a
	a = (a - c) ^ bits.RotateLeft32(c, 16)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 19)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 4)
	b += a
	j.a, j.b, j.c = a, b, c
}

func (j *jenkins) final() uint64 {
	a, b, c := j.a, j.b, j.c
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	c = (c ^ b) - bits.RotateLeft32(b, 24)
	return uint64(b)<<32 | uint64(c)
}

// PGHash is hash_bytes_extended(k, seed); its low 32 bits under seed 0 are hash_bytes(k), which is hashtext() under
// collations that compare bytes.
func PGHash(k []byte, seed uint64) uint64 {
	j := newJenkins(len(k), seed)
	for ; len(k) >= 12; k = k[12:] {
		j.a += binary.LittleEndian.Uint32(k)
		j.b += binary.LittleEndian.Uint32(k[4:])
		j.c += binary.LittleEndian.Uint32(k[8:])
		j.mix()
	}
	for i, v := range k { // the lowest byte of c belongs to the length
		switch at := uint32(v) << (8 * (i & 3)); {
		case i < 4:
			j.a += at
		case i < 8:
			j.b += at
		default:
			j.c += at << 8
		}
	}
	return j.final()
}

// PGHashUint32 is hash_bytes_uint32_extended(k, seed), and hash_bytes_uint32(k) in the low half under seed 0.
func PGHashUint32(k uint32, seed uint64) uint64 {
	j := newJenkins(4, seed)
	j.a += k
	return j.final()
}

// PGHashInt8 is hashint8extended: integers of all sizes hash alike.
func PGHashInt8(v int64, seed uint64) uint64 {
	lo, hi := uint32(v), uint32(uint64(v)>>32)
	if v < 0 {
		hi = ^hi
	}
	return PGHashUint32(lo^hi, seed)
}

// PGHashFloat8 is hashfloat8extended; float4 hashes as float8.
func PGHashFloat8(v float64, seed uint64) uint64 {
	if v == 0 {
		return seed
	}
	w := math.Float64bits(v)
	if v != v {
		w = 0x7ff8 << 48
	}
	var k [8]byte
	binary.LittleEndian.PutUint64(k[:], w)
	return PGHash(k[:], seed)
}

// PGHashNumeric is hash_numeric_extended.
func PGHashNumeric(n *Numeric, seed uint64) uint64 {
	if n.form != NumericFinite {
		return seed
	}
	if n.isZero() {
		return seed - 1
	}
	var buf [16]uint16
	digits, weight := n.base10000(buf[:0])
	k := make([]byte, 0, 64)
	for _, d := range digits {
		k = append(k, byte(d), byte(d>>8))
	}
	return PGHash(k, seed) ^ uint64(int64(weight))
}
