package xls

import (
	"encoding/binary"

	"howdah/pgerr"
)

const (
	phraseShift = 18 // a block's size; no text is larger
	phraseBlock = 1 << phraseShift
	phraseFirst = 8 << 10 // most workbooks are small
	phraseRun   = 4096
	maxPhrases  = 1 << 28
	maxBlocks   = 1 << (32 - phraseShift)
)

// phrases are the texts that cells share. They are read in order and only as far as somebody asks; what was read stays,
// as UTF-8 with its length before it, paid for from the query's budget.
type phrases struct {
	b      *book
	r      *records
	c      cursor
	blocks [][]byte
	index  [][]uint32 // where each text is: block << phraseShift | place
	count  uint32
	faults map[uint32]error // texts that PostgreSQL cannot hold
	done   bool
	paid   int64
	buf    []byte
	err    error
}

func newPhrases(b *book) (*phrases, error) {
	r, err := b.recordsAt(b.phraseAt, b.firstSheet())
	if err != nil {
		return nil, err
	}
	s := &phrases{b: b, r: r}
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

func (s *phrases) close() {
	s.r.close()
	s.b.budget.Shrink(s.paid)
	s.paid, s.blocks, s.index, s.done, s.count = 0, nil, nil, true, 0
}

// get gives a text, which is valid until close.
func (s *phrases) get(i uint32) ([]byte, error) {
	for i >= s.count {
		if s.err != nil {
			return nil, s.err
		}
		if s.done {
			return nil, s.b.corrupt("A cell refers to shared text %d; there are %d.", i, s.count)
		}
		if s.err = s.read(); s.err != nil {
			return nil, s.err
		}
	}
	if s.faults != nil && s.faults[i] != nil {
		return nil, s.faults[i]
	}
	at := s.index[i/phraseRun][i%phraseRun]
	block := s.blocks[at>>phraseShift][at&(phraseBlock-1):]
	n, k := binary.Uvarint(block)
	return block[k : k+int(n) : k+int(n)], nil
}

// read takes the next text.
func (s *phrases) read() error {
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
		if s.faults == nil {
			s.faults = map[uint32]error{}
		}
		if len(s.faults) < phraseRun {
			s.faults[s.count] = fault
		} else {
			return fault
		}
	}
	return s.add(s.buf)
}

func (s *phrases) add(v []byte) error {
	if s.count >= maxPhrases {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many shared texts", s.b.path)
	}
	last := len(s.blocks) - 1
	if need := len(v) + binary.MaxVarintLen32; last < 0 || len(s.blocks[last])+need > cap(s.blocks[last]) {
		size := phraseBlock
		if last < 0 {
			size = max(phraseFirst, need)
		}
		if len(s.blocks) == maxBlocks {
			return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many shared texts", s.b.path)
		}
		if err := s.pay(int64(size)); err != nil {
			return err
		}
		s.blocks = append(s.blocks, make([]byte, 0, size))
		last++
	}
	if s.count%phraseRun == 0 {
		if err := s.pay(4 * phraseRun); err != nil {
			return err
		}
		s.index = append(s.index, make([]uint32, 0, phraseRun))
	}
	run := len(s.index) - 1
	s.index[run] = append(s.index[run], uint32(last)<<phraseShift|uint32(len(s.blocks[last])))
	s.blocks[last] = append(binary.AppendUvarint(s.blocks[last], uint64(len(v))), v...)
	s.count++
	return nil
}

func (s *phrases) pay(n int64) error {
	if err := s.b.budget.Grow(n); err != nil {
		return err
	}
	s.paid += n
	return nil
}
