package expr

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// The methods of TABLESAMPLE as conditions: (percentage, seed, whether it was given, path, row). A row is chosen by a
// hash of its place and the seed.
var sampleKernels = map[string]Kernel{
	"tsm_bernoulli_handler": sampleRows(1),
	"tsm_system_handler":    sampleRows(sampleBlock),
}

// sampleBlock is how many rows SYSTEM takes or leaves together, about as many as a page of PostgreSQL holds.
const sampleBlock = 128

var sampleMethods = sync.OnceValue(func() map[string]*pgdata.Proc {
	m := map[string]*pgdata.Proc{}
	for name, oid := range map[string]uint32{"bernoulli": 3313, "system": 3314} {
		p := *pgdata.ProcByOID(oid)
		p.Volatile, p.Strict, p.Ret = 'v', false, uint32(types.BoolOID)
		m[name] = &p
	}
	return m
})

// SampleMethod gives the condition of a method, or nil.
func SampleMethod(name string) *pgdata.Proc { return sampleMethods()[name] }

// sampling is what a scan keeps between batches: the seed is the same in every rescan.
type sampling struct {
	seed   uint64
	cutoff uint64 // of 2^32
}

func sampleRows(block int64) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		if len(sel) == 0 {
			return nil
		}
		s, ok := c.State.(*sampling)
		if !ok {
			var err error
			if s, err = newSampling(c, sel[0]); err != nil {
				return err
			}
			c.State = s
		}
		var last []byte
		path := uint64(0)
		for n, i := range sel {
			if p := c.Args[3].Bytes(i); n == 0 || string(p) != string(last) {
				h := fnv.New64a()
				h.Write(p)
				path, last = h.Sum64(), p
			}
			state := s.seed ^ path + uint64(c.Args[4].Ints[i]/block)*0x9E3779B97F4A7C15
			out.Bools[i] = splitMix(&state)>>32 < s.cutoff
		}
		return nil
	}
}

func newSampling(c *Call, i int32) (*sampling, error) {
	if c.Args[0].Null(i) {
		return nil, pgerr.New(pgerr.InvalidTablesampleArgument, "TABLESAMPLE parameter cannot be null")
	}
	if c.Args[1].Null(i) {
		return nil, pgerr.New(pgerr.InvalidTablesampleRepeat, "TABLESAMPLE REPEATABLE parameter cannot be null")
	}
	percent := c.Args[0].Floats[i]
	if !(percent >= 0 && percent <= 100) {
		return nil, pgerr.New(pgerr.InvalidTablesampleArgument, "sample percentage must be between 0 and 100")
	}
	s := &sampling{cutoff: uint64(math.RoundToEven((math.MaxUint32 + 1) * percent / 100))}
	if !c.Args[2].Bools[i] {
		s.seed = c.generator().Next()
		return s, nil
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], math.Float64bits(c.Args[1].Floats[i]))
	h := fnv.New64a()
	h.Write(b[:])
	s.seed = h.Sum64()
	return s, nil
}
