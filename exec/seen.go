package exec

import (
	"encoding/binary"

	"howdah/internal/spill"
	"howdah/types"
	"howdah/vector"
)

// seen tells which rows are not in a store yet, to which its caller then adds them. It knows the store's rows by a hash
// table in memory or, where the budget refuses, by one in a file.
type seen struct {
	in     *Store
	colls  []types.OID
	groups *groups
	ids    []int32
	out    []int32 // never nil

	disk  *hashFile // instead of groups
	batch *groups   // the rows of the present batch
	old   *StoreReader
	one   vector.Batch
}

func newSeen(in *Store, colls []types.OID) *seen {
	return &seen{in: in, colls: colls, groups: newGroups(in.space.Memory, colls), out: []int32{}}
}

// fresh gives those of the rows that are new, each once. They are to be added to the store before the next call.
func (s *seen) fresh(cols []*vector.Column, sel []int32) ([]int32, error) {
	if len(s.ids) < len(sel) {
		s.ids = make([]int32, max(len(sel), vector.Size))
	}
	if s.disk == nil {
		var err error
		s.out, err = s.groups.assign(cols, sel, s.ids, s.out[:0])
		if isOutOfMemory(err) {
			return s.out, s.toDisk(cols)
		}
		return s.out, err
	}
	s.batch.reset()
	rows, err := s.batch.assign(cols, sel, s.ids, s.out[:0])
	if err != nil {
		return nil, err
	}
	s.out = rows[:0]
	for _, i := range rows {
		h := s.batch.work[i]
		known, err := s.disk.has(h, func(n int64) (bool, error) { return s.equals(n, cols, i) })
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if err := s.disk.add(h, s.in.Len()+int64(len(s.out))); err != nil {
			return nil, err
		}
		s.out = append(s.out, i)
	}
	return s.out, nil
}

// toDisk makes the table in a file, of the store's rows and those of s.out that it is about to get.
func (s *seen) toDisk(cols []*vector.Column) error {
	s.groups.release()
	s.groups = nil
	var err error
	if s.disk, err = newHashFile(s.in.space); err != nil {
		return err
	}
	s.batch, s.old = newGroups(nil, s.colls), s.in.Reader()
	var b vector.Batch
	for {
		n, err := s.old.Next(&b, vector.Size)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := s.addAll(b.Cols, b.Sel, s.old.At()-int64(n)); err != nil {
			return err
		}
	}
	return s.addAll(cols, s.out, s.in.Len())
}

func (s *seen) addAll(cols []*vector.Column, sel []int32, first int64) error {
	s.batch.hash(cols, sel)
	for k, i := range sel {
		if err := s.disk.add(s.batch.work[i], first+int64(k)); err != nil {
			return err
		}
	}
	return nil
}

// equals compares a row of the store with row i of the columns.
func (s *seen) equals(n int64, cols []*vector.Column, i int32) (bool, error) {
	s.old.GoTo(n)
	if _, err := s.old.Next(&s.one, 1); err != nil {
		return false, err
	}
	for c, col := range cols {
		if !equalAt(s.one.Cols[c], 0, col, i, s.colls[c]) {
			return false, nil
		}
	}
	return true, nil
}

func (s *seen) release() {
	if s == nil {
		return
	}
	s.groups.release()
	s.disk.close()
}

// hashFile is a hash table in a file: 64 bits of hash and a number per entry. The upper bits of the hash are an entry's
// place, the next free one from there on where that is taken; so a larger table is filled from front to back.
type hashFile struct {
	space Space
	file  *spill.File
	bits  int // the table has 1 << bits places
	n     int64
	pages [pagesKept]page
}

const (
	entryBytes = 16
	pageBytes  = 4096
	pagesKept  = 256
)

// page is a part of the file that is at hand.
type page struct {
	number int64 // + 1; 0 = none
	dirty  bool
	data   []byte
}

func newHashFile(space Space) (*hashFile, error) {
	h := &hashFile{space: space, bits: 12}
	return h, h.create()
}

func (h *hashFile) create() error {
	f, err := h.space.create()
	if err != nil {
		return err
	}
	h.file = f
	return f.WriteAt([]byte{0}, entryBytes<<h.bits-1)
}

// at gives the entry of a place.
func (h *hashFile) at(place int64) ([]byte, *page, error) {
	off := place * entryBytes
	n := off / pageBytes
	p := &h.pages[n%pagesKept]
	if p.number != n+1 {
		if err := h.write(p); err != nil {
			return nil, nil, err
		}
		if p.data == nil {
			p.data = make([]byte, pageBytes)
		}
		p.number = 0
		if err := h.file.ReadAt(p.data, n*pageBytes); err != nil {
			return nil, nil, err
		}
		p.number = n + 1
	}
	at := off % pageBytes
	return p.data[at : at+entryBytes], p, nil
}

func (h *hashFile) write(p *page) error {
	if p.number == 0 || !p.dirty {
		return nil
	}
	p.dirty = false
	return h.file.WriteAt(p.data, (p.number-1)*pageBytes)
}

// has tells whether there is an entry of the hash for whose number same is true.
func (h *hashFile) has(hash uint64, same func(n int64) (bool, error)) (bool, error) {
	for place := int64(hash >> (64 - h.bits)); ; place = (place + 1) & (1<<h.bits - 1) {
		e, _, err := h.at(place)
		if err != nil {
			return false, err
		}
		n := int64(binary.LittleEndian.Uint64(e[8:]))
		if n == 0 {
			return false, nil
		}
		if binary.LittleEndian.Uint64(e) == hash {
			if yes, err := same(n - 1); yes || err != nil {
				return yes, err
			}
		}
	}
}

// add makes an entry.
func (h *hashFile) add(hash uint64, n int64) error {
	if 2*h.n >= 1<<h.bits {
		if err := h.enlarge(); err != nil {
			return err
		}
	}
	h.n++
	for place := int64(hash >> (64 - h.bits)); ; place = (place + 1) & (1<<h.bits - 1) {
		e, p, err := h.at(place)
		if err != nil {
			return err
		}
		if binary.LittleEndian.Uint64(e[8:]) == 0 {
			binary.LittleEndian.PutUint64(e, hash)
			binary.LittleEndian.PutUint64(e[8:], uint64(n+1))
			p.dirty = true
			return nil
		}
	}
}

// enlarge makes the table four times as large, in another file.
func (h *hashFile) enlarge() error {
	for i := range h.pages {
		if err := h.write(&h.pages[i]); err != nil {
			return err
		}
		h.pages[i].number = 0
	}
	old, places := h.file, int64(1)<<h.bits
	defer old.Close()
	h.bits += 2
	h.n = 0
	if err := h.create(); err != nil {
		return err
	}
	r := old.Reader(0, places*entryBytes)
	var e [entryBytes]byte
	for range places {
		if err := r.Full(e[:]); err != nil {
			return err
		}
		if n := binary.LittleEndian.Uint64(e[8:]); n != 0 {
			if err := h.add(binary.LittleEndian.Uint64(e[:]), int64(n-1)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *hashFile) close() {
	if h != nil {
		h.file.Close()
	}
}
