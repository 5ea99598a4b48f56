package exec

import (
	"sort"

	"howdah/internal/budget"
	"howdah/internal/spill"
	"howdah/types"
	"howdah/vector"
)

// Space is where rows that outlive their batch are kept: memory as far as the budget grants it, and a folder for what
// it refuses.
type Space struct {
	Memory *budget.Budget // nil = no limit
	Dir    string         // of temporary files; "" = the system's
	Files  *spill.Quota   // what they may take on disk; nil = no limit
}

// create makes a temporary file.
func (s Space) create() (*spill.File, error) {
	f, err := spill.Create(s.Dir)
	if err != nil {
		return nil, err
	}
	f.Within(s.Files)
	return f, nil
}

// Store keeps rows in the order in which they were added, numbered from 0. They are in memory until the budget refuses;
// then they go to a temporary file without a name, and so do all that follow, but for the last few. Any number of
// readers may be under way while rows are added. One goroutine at a time uses a store and its readers.
type Store struct {
	types  []types.Type
	space  Space
	filed  int64 // rows in the file
	mem    *rows // those after them
	file   *spill.File
	blocks []block // of the file
	buf    []byte
}

// block is a stretch of rows in a file.
type block struct {
	first, offset int64
	size          int
}

// NewStore makes an empty store of rows of the types. The caller releases it.
func NewStore(ts []types.Type, space Space) *Store {
	return &Store{types: ts, space: space, mem: newRows(space.Memory, len(ts))}
}

// Len is the number of rows.
func (s *Store) Len() int64 { return s.filed + int64(s.mem.n) }

// Bytes is what the store takes in memory and on disk.
func (s *Store) Bytes() (memory, disk int64) {
	memory = s.mem.bytes() + 24*int64(cap(s.blocks))
	if s.file != nil {
		disk = s.file.Size()
	}
	return memory, disk
}

// Add copies the selected rows of the columns; a column that nobody asks for is nil each time. An error is the end of
// the store: 53100 and 53400 where there is no room on disk.
func (s *Store) Add(cols []*vector.Column, sel []int32) error {
	if s.file == nil && s.mem.full(len(sel)) {
		if err := s.toFile(); err != nil {
			return err
		}
	}
	if err := s.mem.put(cols, sel); err != nil {
		return err
	}
	if s.file != nil {
		if s.mem.n < blockRows && s.mem.bytes() < blockBytes {
			return nil
		}
		return s.flush()
	}
	err := s.mem.account()
	if isOutOfMemory(err) {
		return s.toFile()
	}
	return err
}

// toFile moves all rows to a file.
func (s *Store) toFile() error {
	var err error
	if s.file, err = s.space.create(); err != nil {
		return err
	}
	return s.flush()
}

// flush writes the rows in memory. Views of them stay valid: the memory is not used again. Where they cannot be written
// they stay in memory.
func (s *Store) flush() error {
	idx := identity(s.mem.n)
	filed, blocks := s.filed, len(s.blocks)
	for len(idx) > 0 {
		n := blockOf(s.mem.cols, idx)
		at := block{first: s.filed, offset: s.file.Size()}
		var err error
		if s.buf, err = writeBlock(s.file, s.buf, s.mem.cols, idx[:n]); err != nil {
			s.filed, s.blocks = filed, s.blocks[:blocks]
			return err
		}
		at.size = int(s.file.Size() - at.offset)
		s.blocks = append(s.blocks, at)
		s.filed += int64(n)
		idx = idx[n:]
	}
	if err := s.file.Flush(); err != nil {
		s.filed, s.blocks = filed, s.blocks[:blocks]
		return err
	}
	s.mem.release()
	return nil
}

// Truncate forgets the rows from n on. Readers that are further than that are not to be used any more.
func (s *Store) Truncate(n int64) {
	if n >= s.filed {
		s.mem.n = min(s.mem.n, int(n-s.filed))
		return
	}
	s.mem.release()
	s.filed = n
	end := s.file.Size()
	from := end
	for len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].first >= n {
		from = s.blocks[len(s.blocks)-1].offset
		s.blocks = s.blocks[:len(s.blocks)-1]
	}
	s.file.Forget(from, end) // where it fails the space comes back with the file
}

// reset forgets the rows and keeps the memory; what readers gave is not to be used any more.
func (s *Store) reset() {
	if s.file == nil {
		s.mem.reset()
		return
	}
	s.Release()
	s.mem = newRows(s.space.Memory, len(s.types))
}

// Release gives memory and file back. What readers gave is not to be used any more. A nil store may be released.
func (s *Store) Release() {
	if s == nil {
		return
	}
	s.mem.release()
	s.file.Close()
	s.file, s.blocks, s.filed = nil, nil, 0
}

// Reader gives a reader that stands before the first row.
func (s *Store) Reader() *StoreReader { return &StoreReader{s: s, block: -1} }

// StoreReader reads a store's rows from any place on. It holds some rows of the file at a time.
type StoreReader struct {
	s    *Store
	next int64

	// The rows that are at hand: [first, end), rows [0, end-first) of cols.
	first, end int64
	cols       []*vector.Column

	block int // of the file, where the rows at hand are of one; -1 else
	kept  []keptBlock

	views []vector.Column
}

// keptBlock is a block of the file in memory. A block's number % len(kept) is its place among them.
type keptBlock struct {
	offset int64 // + 1; 0 = none
	rows   *blockReader
}

// keep sets how many blocks of the file stay in memory, for those who go back and forth.
func (r *StoreReader) keep(blocks int) *StoreReader {
	r.kept = make([]keptBlock, blocks)
	return r
}

// forget goes to the first row of a store that was reset.
func (r *StoreReader) forget() {
	r.next, r.block = 0, -1
	for i := range r.kept {
		r.kept[i].offset = 0
	}
}

// GoTo goes to before row n.
func (r *StoreReader) GoTo(n int64) { r.next = n }

// At is the number of the next row.
func (r *StoreReader) At() int64 { return r.next }

// Next fills b with up to max of the next rows, as views that are valid until the next call, and gives their number: 0
// at the present end; when rows are added later it goes on.
func (r *StoreReader) Next(b *vector.Batch, max int) (int, error) {
	return r.upTo(b, max, r.s.Len())
}

// upTo is Next for rows before end.
func (r *StoreReader) upTo(b *vector.Batch, max int, end int64) (int, error) {
	if r.next >= end {
		return 0, nil
	}
	if err := r.reach(r.next); err != nil {
		return 0, err
	}
	n := int(min(int64(max), min(r.end, end)-r.next))
	if b.Cols == nil {
		b.Cols = make([]*vector.Column, len(r.cols))
	}
	if r.views == nil {
		r.views = make([]vector.Column, len(r.cols))
	}
	from := int(r.next - r.first)
	for i, c := range r.cols {
		b.Cols[i] = nil
		if c != nil {
			slice(&r.views[i], c, from, from+n)
			b.Cols[i] = &r.views[i]
		}
	}
	r.next += int64(n)
	b.SetLen(n)
	return n, nil
}

// reach has row n at hand, which must exist.
func (r *StoreReader) reach(n int64) error {
	s := r.s
	if n >= s.filed { // more rows may have been added since
		r.first, r.end, r.cols, r.block = s.filed, s.Len(), s.mem.cols, -1
		return nil
	}
	if r.block >= 0 && n >= r.first && n < r.end {
		return nil
	}
	k := r.block + 1
	if k == 0 || k >= len(s.blocks) || n < s.blocks[k].first || k+1 < len(s.blocks) && n >= s.blocks[k+1].first {
		k = sort.Search(len(s.blocks), func(i int) bool { return s.blocks[i].first > n }) - 1
	}
	if r.kept == nil {
		r.keep(1)
	}
	r.block = -1
	at := &r.kept[k%len(r.kept)]
	if at.offset != s.blocks[k].offset+1 {
		if at.rows == nil {
			at.rows = newBlockReader(s.types)
		}
		at.offset = 0
		if err := at.rows.readAt(s.file, s.blocks[k].offset, s.blocks[k].size); err != nil {
			return err
		}
		at.offset = s.blocks[k].offset + 1
	}
	r.block, r.cols, r.first, r.end = k, at.rows.cols, s.blocks[k].first, s.filed
	if k+1 < len(s.blocks) {
		r.end = s.blocks[k+1].first
	}
	return nil
}

// at gives the columns in which row n lies, and its place there.
func (r *StoreReader) at(n int64) (cols []*vector.Column, i int32, err error) {
	if n < r.first || n >= r.end || r.block < 0 {
		if err := r.reach(n); err != nil {
			return nil, 0, err
		}
	}
	return r.cols, int32(n - r.first), nil
}

// slice makes v a view of c's rows [from, to).
func slice(v, c *vector.Column, from, to int) {
	*v = vector.Column{Type: c.Type, Kind: c.Kind, Form: c.Form, HasNulls: c.HasNulls, Buf: c.Buf}
	v.Nulls = c.Nulls[from:to:to]
	if c.Form == vector.CanonicalText {
		v.Spans = c.Spans[from:to:to]
		return
	}
	switch c.Kind {
	case types.KindBool:
		v.Bools = c.Bools[from:to:to]
	case types.KindInt:
		v.Ints = c.Ints[from:to:to]
	case types.KindFloat:
		v.Floats = c.Floats[from:to:to]
	case types.KindNumeric:
		v.Nums = c.Nums[from:to:to]
	case types.KindInterval:
		v.Intervals = c.Intervals[from:to:to]
	case types.KindArray:
		v.Arrays = c.Arrays[from:to:to]
	case types.KindRecord:
		v.Records = c.Records[from:to:to]
	default:
		v.Spans = c.Spans[from:to:to]
	}
}
