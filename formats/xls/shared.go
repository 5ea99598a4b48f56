package xls

import (
	"howdah/formats/internal/phrases"
	"howdah/pgerr"
)

const (
	maxPhrases = 1 << 28
	maxFaults  = 4096
)

// sharedTexts are the texts that cells share. They are read in order and only as far as somebody asks; what was read
// stays in a store.
type sharedTexts struct {
	b      *book
	r      *records
	c      cursor
	have   *phrases.Store
	faults map[uint32]error // texts that PostgreSQL cannot hold
	done   bool
	buf    []byte
	err    error
}

func newSharedTexts(b *book) (*sharedTexts, error) {
	r, err := b.recordsAt(b.phraseAt, b.firstSheet())
	if err != nil {
		return nil, err
	}
	s := &sharedTexts{b: b, r: r, have: phrases.New(b.budget, phrases.Memory)}
	if err := r.next(); err != nil {
		r.close()
		return nil, err
	}
	if r.id != recSST || len(r.data) < 8 {
		r.close()
		return nil, b.corrupt("The record at byte %d is too short.", b.phraseAt)
	}
	s.c = cursor{r, r.data[8:]} // how many there are is not believed
	return s, nil
}

func (s *sharedTexts) close() {
	s.r.close()
	s.have.Close()
	s.done = true
}

// get gives a text, which is valid until the next call.
func (s *sharedTexts) get(i uint32) ([]byte, error) {
	for i >= s.have.Count() {
		if s.err != nil {
			return nil, s.err
		}
		if s.done {
			return nil, s.b.corrupt("A cell refers to shared text %d; there are %d.", i, s.have.Count())
		}
		if s.err = s.read(); s.err != nil {
			return nil, s.err
		}
	}
	if s.faults != nil && s.faults[i] != nil {
		return nil, s.faults[i]
	}
	return s.have.Get(i)
}

// read takes the next text.
func (s *sharedTexts) read() error {
	if len(s.c.p) == 0 {
		more, err := s.c.continues()
		if err != nil {
			return err
		}
		if !more {
			s.done = true
			return nil
		}
	}
	var scratch [8]byte
	v, err := s.c.bytes(2, &scratch)
	if err != nil {
		return err
	}
	n := u16(v)
	var fault error
	if s.buf, fault, err = s.c.text(s.buf[:0], n); err != nil {
		return err
	}
	if fault != nil {
		if len(s.faults) == maxFaults {
			return fault
		}
		if s.faults == nil {
			s.faults = map[uint32]error{}
		}
		s.faults[s.have.Count()] = fault
	}
	if s.have.Count() >= maxPhrases || s.have.Size() > phrases.MaxBytes {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many shared texts", s.b.path)
	}
	return s.have.Add(s.buf)
}
