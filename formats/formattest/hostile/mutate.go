package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"howdah/formats"
)

// Seed is a well-formed file that mutants are made of.
type Seed struct {
	Name    string
	Format  string // by the registry's name
	Options formats.Options
	Data    []byte
}

// Mutant is a damaged file.
type Mutant struct {
	Number uint64
	Seed   *Seed
	Data   []byte
	Story  string // what was done to the seed
}

// story tells what was done.
type story struct{ parts []string }

func (s *story) add(format string, args ...any) {
	if len(s.parts) < 20 {
		s.parts = append(s.parts, fmt.Sprintf(format, args...))
	}
}

// Make makes mutant number n of a run over one format's seeds.
func Make(seeds []Seed, run, n uint64) Mutant {
	d := newDice(run, n)
	m := Mutant{Number: n, Seed: &seeds[d.IntN(len(seeds))]}
	var s story
	other := seeds[d.IntN(len(seeds))].Data
	for tries := 0; ; tries++ {
		m.Data = mutate(d, m.Seed.Data, other, &s)
		if tries == 3 || !bytes.Equal(m.Data, m.Seed.Data) {
			break
		}
	}
	m.Story = strings.Join(s.parts, "; ")
	return m
}

// mutate damages a file by its structure, or at times without regard to it.
func mutate(d dice, data, other []byte, s *story) []byte {
	switch {
	case d.one(40):
		return damageBytes(d, data, s)
	case d.one(400) && len(other) > 0 && len(data) > 0:
		i, j := d.IntN(len(data)), d.IntN(len(other))
		s.add("%d bytes, then another file from %d on", i, j)
		return append(bytes.Clone(data[:i]), other[j:]...)
	}
	return mutateContent(d, data, s)
}

// mutateContent finds out what the content is.
func mutateContent(d dice, data []byte, s *story) []byte {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return mutateZip(d, data, s)
	case bytes.HasPrefix(data, cfbMagic):
		return mutateCFB(d, data, s)
	case isBIFF(data):
		return mutateBIFF(d, data, s)
	case envelopeOf(data) != nil:
		return mutateEnvelope(d, data, envelopeOf(data), s)
	case bytes.HasPrefix(trimmed, []byte("<")):
		return mutateXML(d, data, s)
	case bytes.HasPrefix(trimmed, []byte("{")), bytes.HasPrefix(trimmed, []byte("[")):
		return mutateJSON(d, data, s)
	case bytes.IndexByte(data, 0) < 0 || bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return mutateCSV(d, data, s)
	}
	return damageBytes(d, data, s)
}

// Readable tells why a file is no seed: it cannot be read, or has no rows.
func Readable(registry formats.Registry, seed Seed) error {
	s := newSubject(context.Background(), registry, &seed, nil, seed.Data, newDice(0, 0))
	t := s.infer(registry.ByName(seed.Format), seed.Options)
	if t == nil {
		return s.last
	}
	r := s.ask("all columns", t, query{limit: -1, key: -1})
	if r.err == nil && r.rows == 0 {
		r.err = errors.New("no rows")
	}
	return r.err
}
