package expr

import (
	crypto "crypto/rand"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"

	"howdah/pgerr"
	"howdah/vector"
)

// Random is PostgreSQL's generator of a session, xoroshiro128** (src/common/pg_prng.c): after setseed it gives the same
// numbers. The zero value seeds itself from the system.
type Random struct{ s0, s1 uint64 }

// Randomness is implemented by sessions that have a generator; one goroutine at a time.
type Randomness interface{ Random() *Random }

var randomKernels = map[string]Kernel{
	"drandom": random,
	"setseed": setSeed,
}

// Seed starts the sequence that setseed(seed) starts; seed is between -1 and 1.
func (r *Random) Seed(seed float64) {
	state := uint64(int64(float64(uint64(1)<<52-1) * seed))
	r.s0, r.s1 = splitMix(&state), splitMix(&state)
	if r.s0 == 0 && r.s1 == 0 {
		r.s0, r.s1 = 0x5851F42D4C957F2D, 0x14057B7EF767814F
	}
}

func splitMix(state *uint64) uint64 {
	*state += 0x9E3779B97F4A7C15
	v := *state
	v = (v ^ v>>30) * 0xBF58476D1CE4E5B9
	v = (v ^ v>>27) * 0x94D049BB133111EB
	return v ^ v>>31
}

// Next gives 64 random bits.
func (r *Random) Next() uint64 {
	for r.s0 == 0 && r.s1 == 0 {
		var b [16]byte
		crypto.Read(b[:]) // never fails
		r.s0, r.s1 = binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])
	}
	s0, sx := r.s0, r.s1^r.s0
	v := bits.RotateLeft64(s0*5, 7) * 9
	r.s0 = bits.RotateLeft64(s0, 24) ^ sx ^ sx<<16
	r.s1 = bits.RotateLeft64(sx, 37)
	return v
}

// Float gives a number from 0 up to but not including 1.
func (r *Random) Float() float64 { return math.Ldexp(float64(r.Next()>>12), -52) }

// generator is the session's, or the call's own where there is no session.
func (c *Call) generator() *Random {
	if s, ok := c.Env.Session.(Randomness); ok {
		return s.Random()
	}
	r, ok := c.State.(*Random)
	if !ok {
		r = &Random{}
		c.State = r
	}
	return r
}

func random(c *Call, out *vector.Column, sel []int32) error {
	r := c.generator()
	for _, i := range sel {
		out.Floats[i] = r.Float()
	}
	return nil
}

func setSeed(c *Call, out *vector.Column, sel []int32) error {
	if _, ok := c.Env.Session.(Randomness); !ok {
		return noSession("the session's state")
	}
	for _, i := range sel {
		seed := c.Args[0].Floats[i]
		if !(seed >= -1 && seed <= 1) {
			return pgerr.New(pgerr.InvalidParameterValue, "setseed parameter %s is out of allowed range [-1,1]", strconv.FormatFloat(seed, 'g', 6, 64))
		}
		c.generator().Seed(seed)
		out.SetBytes(i, nil)
	}
	return nil
}
