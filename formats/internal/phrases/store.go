package phrases

import (
	"encoding/binary"
	"errors"
	"math"

	"howdah/internal/budget"
	"howdah/internal/spill"
	"howdah/pgerr"
)

const (
	// Memory is how many bytes of texts a workbook's reader keeps in memory, places included.
	Memory = 32 << 20
	// MaxBytes is how much of them it may have in all.
	MaxBytes = 16 << 30

	blockBytes = 256 << 10
	blockShift = 18
	runTexts   = 4096
)

// Store keeps texts by their number: the first of them in memory, paid for from the query's budget, and those that
// are beyond a bound, or more than the budget has, in a temporary file with a small cache.
type Store struct {
	budget *budget.Budget
	most   int64 // bytes in memory
	paid   int64
	count  uint32
	size   int64 // bytes of all texts

	kept   uint32 // so many are in memory
	blocks [][]byte
	starts [][]uint32 // by runs: block and offset, where the text's length and then the text are
	texts  *pages
	places *pages // of the texts in the file: 8 bytes each, offset and length
}

// New makes a store that keeps up to most bytes in memory, places included.
func New(b *budget.Budget, most int64) *Store { return &Store{budget: b, most: most} }

// Count is how many texts there are.
func (s *Store) Count() uint32 { return s.count }

// Size is how many bytes all texts have.
func (s *Store) Size() int64 { return s.size }

// Get gives a text, which is valid until the next call of any method.
func (s *Store) Get(i uint32) ([]byte, error) {
	if i < s.kept {
		at := s.starts[i/runTexts][i%runTexts]
		b := s.blocks[at>>blockShift][at&(1<<blockShift-1):]
		n, w := binary.Uvarint(b)
		return b[w : w+int(n) : w+int(n)], nil
	}
	p, err := s.places.view(int64(i-s.kept)*8, 8)
	if err != nil {
		return nil, err
	}
	place := binary.LittleEndian.Uint64(p)
	return s.texts.view(int64(place>>lengthBits), int(place&(1<<lengthBits-1)))
}

// lengthBits hold the length of a text, which no cell's text exceeds.
const lengthBits = 24

// Add appends a text, of which it makes a copy.
func (s *Store) Add(v []byte) error {
	if s.texts == nil {
		ok, err := s.keep(v)
		if err != nil {
			return err
		}
		if ok {
			s.kept++
			s.count++
			s.size += int64(len(v))
			return nil
		}
		if s.texts, err = newPages(s.budget, textSlots); err != nil {
			return err
		}
		if s.places, err = newPages(s.budget, placeSlots); err != nil {
			return err
		}
	}
	var place [8]byte
	binary.LittleEndian.PutUint64(place[:], uint64(s.texts.size)<<lengthBits|uint64(len(v)))
	if err := s.texts.append(v); err != nil {
		return err
	}
	if err := s.places.append(place[:]); err != nil {
		return err
	}
	s.count++
	s.size += int64(len(v))
	return nil
}

// keep puts a text into memory, if there is room for it.
func (s *Store) keep(v []byte) (bool, error) {
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(v)))
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last])+n+len(v) > cap(s.blocks[last]) {
		size := max(blockBytes, n+len(v))
		if last < 0 {
			size = max(8<<10, n+len(v)) // most workbooks are small
		}
		if ok, err := s.pay(size); !ok {
			return false, err
		}
		s.blocks = append(s.blocks, make([]byte, 0, size))
		last++
	}
	if last > math.MaxUint32>>blockShift {
		return false, nil
	}
	run := len(s.starts) - 1
	if s.kept%runTexts == 0 {
		room := runTexts
		if run < 0 {
			room = 256
		}
		if ok, err := s.pay(4 * room); !ok {
			return false, err
		}
		s.starts = append(s.starts, make([]uint32, 0, room))
		run++
	} else if len(s.starts[run]) == cap(s.starts[run]) {
		if ok, err := s.pay(4 * (runTexts - cap(s.starts[run]))); !ok {
			return false, err
		}
		s.starts[run] = append(make([]uint32, 0, runTexts), s.starts[run]...)
	}
	s.starts[run] = append(s.starts[run], uint32(last<<blockShift|len(s.blocks[last])))
	s.blocks[last] = append(append(s.blocks[last], head[:n]...), v...)
	return true, nil
}

// pay takes memory; ok is false where there is none left.
func (s *Store) pay(n int) (ok bool, err error) {
	if s.paid+int64(n) > s.most {
		return false, nil
	}
	if err := s.budget.Grow(int64(n)); err != nil {
		if errors.Is(err, pgerr.OutOfMemory) {
			return false, nil
		}
		return false, err
	}
	s.paid += int64(n)
	return true, nil
}

// Close gives everything back.
func (s *Store) Close() {
	s.budget.Shrink(s.paid)
	s.texts.close()
	s.places.close()
	*s = Store{budget: s.budget}
}

const (
	pageBytes  = 16 << 10
	textSlots  = 128
	placeSlots = 32
)

// pages is a file that grows at its end and is read anywhere, through a cache of its pages.
type pages struct {
	f       *spill.File
	budget  *budget.Budget
	paid    int64
	size    int64
	tail    []byte // the page that is not full yet
	flushed int64
	slots   []page // by number, modulo
	spare   page   // what there is where the budget has nothing left
	scratch []byte
}

type page struct {
	number int64 // from 1; 0 = none
	data   []byte
}

func newPages(b *budget.Budget, slots int) (*pages, error) {
	f, err := spill.Create("")
	if err != nil {
		return nil, err
	}
	return &pages{f: f, budget: b, slots: make([]page, slots)}, nil
}

func (p *pages) close() {
	if p == nil {
		return
	}
	p.f.Close()
	p.budget.Shrink(p.paid)
	p.paid, p.slots, p.spare, p.tail, p.scratch = 0, nil, page{}, nil, nil
}

// page gives the memory of a page's slot, which is the page's from now on.
func (p *pages) page(number int64) (*page, error) {
	s := &p.slots[number%int64(len(p.slots))]
	if s.data == nil {
		switch err := p.budget.Grow(pageBytes); {
		case err == nil:
			p.paid += pageBytes
		case errors.Is(err, pgerr.OutOfMemory):
			s = &p.spare
		default:
			return nil, err
		}
		if s.data == nil {
			s.data = make([]byte, pageBytes)
		}
	}
	s.number = number + 1
	return s, nil
}

// cached gives a page if it is in memory.
func (p *pages) cached(number int64) []byte {
	if s := &p.slots[number%int64(len(p.slots))]; s.number == number+1 {
		return s.data
	}
	if p.spare.number == number+1 {
		return p.spare.data
	}
	return nil
}

func (p *pages) append(v []byte) error {
	p.size += int64(len(v))
	for len(v) > 0 {
		if p.tail == nil {
			p.tail = make([]byte, 0, pageBytes)
		}
		n := min(len(v), pageBytes-len(p.tail))
		p.tail = append(p.tail, v[:n]...)
		v = v[n:]
		if len(p.tail) < pageBytes {
			break
		}
		number := p.f.Size() / pageBytes
		if _, err := p.f.Write(p.tail); err != nil {
			return err
		}
		s, err := p.page(number)
		if err != nil {
			return err
		}
		copy(s.data, p.tail)
		p.tail = p.tail[:0]
	}
	return nil
}

// view gives n bytes from off on, which were appended before. They are valid until the next call.
func (p *pages) view(off int64, n int) ([]byte, error) {
	data, err := p.from(off)
	if err != nil {
		return nil, err
	}
	if n <= len(data) {
		return data[:n:n], nil
	}
	p.scratch = append(p.scratch[:0], data...)
	for len(p.scratch) < n {
		if data, err = p.from(off + int64(len(p.scratch))); err != nil {
			return nil, err
		}
		p.scratch = append(p.scratch, data[:min(len(data), n-len(p.scratch))]...)
	}
	return p.scratch, nil
}

// from gives what there is of a page from off on.
func (p *pages) from(off int64) ([]byte, error) {
	number, within := off/pageBytes, off%pageBytes
	if off >= p.f.Size() {
		return p.tail[within:], nil
	}
	if data := p.cached(number); data != nil {
		return data[within:], nil
	}
	if (number+1)*pageBytes > p.flushed {
		if err := p.f.Flush(); err != nil {
			return nil, err
		}
		p.flushed = p.f.Size()
	}
	s, err := p.page(number)
	if err != nil {
		return nil, err
	}
	if err := p.f.ReadAt(s.data, number*pageBytes); err != nil {
		s.number = 0
		return nil, err
	}
	return s.data[within:], nil
}
