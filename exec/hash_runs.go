package exec

import (
	"encoding/binary"
	"math/bits"

	"howdah/internal/spill"
)

// hashRuns keeps hashes, each with a number, of which there are more than memory holds: the last ones in a table in memory,
// those before in files, sorted. A file's filter, in memory, leaves out most of the hashes that it does not have; for others
// one page of it is read. Files of a level are merged, so that there are few.
type hashRuns struct {
	space Space
	held  int64
	table hashTable
	runs  []*hashRun
	buf   []byte
}

const (
	entryBytes  = 16
	pageEntries = 256
	mergedRuns  = 8 // so many files of a level become one
)

// entry is a hash and its number + 1; the zero entry is none.
type entry struct {
	hash uint64
	n    int64
}

// hashTable is a hash table in which entries stand at the place that the upper bits of the hash give, or soon after: so
// they are nearly sorted.
type hashTable struct {
	bits    int
	n       int
	entries []entry
}

func newHashRuns(space Space) *hashRuns {
	h := &hashRuns{space: space}
	const most, least = 18, 11
	h.table.bits = most
	if l := space.Memory.Limit(); l > 0 { // a quarter, as the operators of a step hold rows too
		h.table.bits = min(max(bits.Len64(uint64(l/4/entryBytes))-1, least), most)
	}
	for h.table.bits > least && space.Memory.Grow(h.table.bytes()) != nil {
		h.table.bits--
	}
	if h.table.bits > least {
		h.held = h.table.bytes()
	}
	h.table.entries = make([]entry, 1<<h.table.bits+pageEntries) // those of the last places may stand behind them
	return h
}

func (t *hashTable) bytes() int64 { return (1<<t.bits + pageEntries) * entryBytes }

// has tells whether there is an entry of the hash for whose number same is true.
func (h *hashRuns) has(hash uint64, same func(n int64) (bool, error)) (bool, error) {
	t := &h.table
	for _, e := range t.entries[hash>>(64-t.bits):] {
		if e.n == 0 {
			break
		}
		if e.hash == hash {
			if yes, err := same(e.n - 1); yes || err != nil {
				return yes, err
			}
		}
	}
	for k := len(h.runs) - 1; k >= 0; k-- {
		if r := h.runs[k]; r.mayHave(hash) {
			if yes, err := r.has(hash, same); yes || err != nil {
				return yes, err
			}
		}
	}
	return false, nil
}

// add makes an entry.
func (h *hashRuns) add(hash uint64, n int64) error {
	t := &h.table
	if t.n > 5<<t.bits>>3 {
		if err := h.flush(); err != nil {
			return err
		}
	}
	place := hash >> (64 - t.bits)
	for t.entries[place].n != 0 {
		if place++; int(place) == len(t.entries) {
			if err := h.flush(); err != nil {
				return err
			}
			place = hash >> (64 - t.bits)
		}
	}
	t.entries[place] = entry{hash, n + 1}
	t.n++
	return nil
}

// flush writes the table to a file, sorted.
func (h *hashRuns) flush() error {
	t := &h.table
	sorted := t.entries[:0]
	for _, e := range t.entries {
		if e.n == 0 {
			continue
		}
		k := len(sorted)
		sorted = sorted[:k+1]
		for ; k > 0 && sorted[k-1].hash > e.hash; k-- {
			sorted[k] = sorted[k-1]
		}
		sorted[k] = e
	}
	r, err := h.create(int64(len(sorted)), 0)
	if err != nil {
		return err
	}
	for _, e := range sorted {
		if err := r.write(e); err != nil {
			return err
		}
	}
	clear(t.entries)
	t.n = 0
	if err := r.file.Flush(); err != nil {
		return err
	}
	return h.merge()
}

// create makes an empty file for so many entries.
func (h *hashRuns) create(n int64, level int) (*hashRun, error) {
	f, err := h.space.create()
	if err != nil {
		return nil, err
	}
	r := &hashRun{file: f, level: level, space: h.space}
	h.runs = append(h.runs, r)
	words := max(n*10/64, 1) // ten bits an entry
	if size := 8*words + n/pageEntries*8; h.space.Memory.Grow(size) == nil {
		r.held, r.filter = size, make([]uint64, words)
	}
	return r, nil
}

// merge makes one file of the last ones while there are enough of their level.
func (h *hashRuns) merge() error {
	for {
		level, n := h.runs[len(h.runs)-1].level, 1
		for n < len(h.runs) && h.runs[len(h.runs)-1-n].level == level {
			n++
		}
		if n < mergedRuns {
			return nil
		}
		from := h.runs[len(h.runs)-n:]
		total := int64(0)
		for _, r := range from {
			total += r.n
			r.forgetFilter() // the merged file needs the memory
		}
		to, err := h.create(total, level+1)
		if err != nil {
			return err
		}
		if err := to.mergeOf(from); err != nil {
			return err
		}
		for _, r := range from {
			r.close()
		}
		h.runs = append(h.runs[:len(h.runs)-1-n], to)
	}
}

func (h *hashRuns) close() {
	if h == nil {
		return
	}
	for _, r := range h.runs {
		r.close()
	}
	h.space.Memory.Shrink(h.held)
	h.runs, h.held, h.table = nil, 0, hashTable{}
}

// hashRun is a file of sorted entries.
type hashRun struct {
	space  Space
	held   int64
	file   *spill.File
	level  int
	n      int64
	filter []uint64 // by the upper bits of a hash the word, by others four bits of it; nil = there is no memory for it
	first  []uint64 // the first hash of each page
	page   [pageEntries * entryBytes]byte
	at     int64 // which page that is, + 1
}

// write appends the next entry.
func (r *hashRun) write(e entry) error {
	if r.n%pageEntries == 0 {
		r.first = append(r.first, e.hash)
	}
	r.n++
	if r.filter != nil {
		word, bits := r.bits(e.hash)
		r.filter[word] |= bits
	}
	var b [entryBytes]byte
	binary.LittleEndian.PutUint64(b[:], e.hash)
	binary.LittleEndian.PutUint64(b[8:], uint64(e.n))
	_, err := r.file.Write(b[:])
	return err
}

func (r *hashRun) bits(hash uint64) (word, set uint64) {
	word, _ = bits.Mul64(hash, uint64(len(r.filter)))
	mixed := hash * 0x9E3779B97F4A7C15
	return word, 1<<(mixed>>58) | 1<<(mixed>>52&63) | 1<<(mixed>>46&63) | 1<<(mixed>>40&63)
}

// mayHave is false for most of the hashes that are not there, and for none of the others.
func (r *hashRun) mayHave(hash uint64) bool {
	if r.filter == nil {
		return true
	}
	word, set := r.bits(hash)
	return r.filter[word]&set == set
}

// has is hashRuns.has for one file.
func (r *hashRun) has(hash uint64, same func(n int64) (bool, error)) (bool, error) {
	guess, _ := bits.Mul64(hash, uint64(len(r.first))) // hashes are spread evenly
	p := int(guess)
	for p+1 < len(r.first) && r.first[p+1] < hash {
		p++
	}
	for p > 0 && r.first[p] >= hash {
		p--
	}
	for ; p < len(r.first) && r.first[p] <= hash; p++ {
		size := min(int(r.n-int64(p)*pageEntries), pageEntries)
		if r.at != int64(p)+1 {
			r.at = 0
			if err := r.file.ReadAt(r.page[:size*entryBytes], int64(p)*pageEntries*entryBytes); err != nil {
				return false, err
			}
			r.at = int64(p) + 1
		}
		low, high := 0, size // the first entry that is not before the hash
		for low < high {
			mid := (low + high) / 2
			if binary.LittleEndian.Uint64(r.page[mid*entryBytes:]) < hash {
				low = mid + 1
			} else {
				high = mid
			}
		}
		for ; low < size && binary.LittleEndian.Uint64(r.page[low*entryBytes:]) == hash; low++ {
			n := int64(binary.LittleEndian.Uint64(r.page[low*entryBytes+8:])) - 1
			if yes, err := same(n); yes || err != nil {
				return yes, err
			}
		}
		if low < size {
			break
		}
	}
	return false, nil
}

// mergeOf fills an empty file.
func (r *hashRun) mergeOf(from []*hashRun) error {
	ins := make([]*spill.Reader, 0, len(from))
	next := make([]entry, 0, len(from))
	var b [entryBytes]byte
	read := func(in *spill.Reader) (entry, error) {
		if err := in.Full(b[:]); err != nil {
			return entry{}, err
		}
		return entry{binary.LittleEndian.Uint64(b[:]), int64(binary.LittleEndian.Uint64(b[8:]))}, nil
	}
	left := make([]int64, 0, len(from))
	for _, x := range from {
		in := x.file.Reader(0, x.file.Size())
		e, err := read(in)
		if err != nil {
			return err
		}
		ins, next, left = append(ins, in), append(next, e), append(left, x.n-1)
	}
	for len(ins) > 0 {
		k := 0
		for i := range next {
			if next[i].hash < next[k].hash {
				k = i
			}
		}
		if err := r.write(next[k]); err != nil {
			return err
		}
		if left[k]--; left[k] >= 0 {
			var err error
			if next[k], err = read(ins[k]); err != nil {
				return err
			}
			continue
		}
		last := len(ins) - 1
		ins[k], next[k], left[k] = ins[last], next[last], left[last]
		ins, next, left = ins[:last], next[:last], left[:last]
	}
	return r.file.Flush()
}

func (r *hashRun) forgetFilter() {
	r.space.Memory.Shrink(r.held)
	r.held, r.filter = 0, nil
}

func (r *hashRun) close() {
	r.forgetFilter()
	r.file.Close()
}
