package exec

import (
	"howdah/internal/spill"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// maxRuns is how many sorted runs lie on disk before they are merged into one.
const maxRuns = 64

// runs is the part of a sort that is on disk: sorted runs of rows, the input's columns and then the keys'.
type runs struct {
	file  *spill.File
	ends  []int64 // the file's size after each run; a run begins at the one before
	start int64   // where the first run begins: what is before was merged
	types []types.Type
	width int // of the input
	buf   []byte

	merge *merger
	out   *rows
	batch vector.Batch
}

func isOutOfMemory(err error) bool { return pgerr.HasCode(err, pgerr.OutOfMemory) }

// flush writes the rows held, sorted, as a run. refused is the budget's error, given back if the rows cannot be written.
func (s *sorter) flush(refused error) error {
	if s.spill == nil {
		var ts []types.Type
		for _, c := range s.node.Cols {
			ts = append(ts, c.Type)
		}
		for _, k := range s.node.Keys {
			ts = append(ts, k.Expr.Type())
		}
		if !canSpill(ts) {
			return refused
		}
		f, err := spill.Create(s.rt.TempDir)
		if err != nil {
			return err
		}
		s.spill = &runs{file: f, types: ts, width: len(s.node.Cols)}
	}
	order := s.sorted()
	cols := append(append([]*vector.Column(nil), s.data.cols...), s.kept.cols...)
	for len(order) > 0 {
		n := min(blockRows, len(order))
		var err error
		if s.spill.buf, err = writeBlock(s.spill.file, s.spill.buf, cols, order[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	s.spill.ends = append(s.spill.ends, s.spill.file.Size())
	s.data.release()
	s.kept.release()
	s.order = nil
	if len(s.spill.ends) >= maxRuns {
		return s.spill.compact(s.keys)
	}
	return nil
}

// compact merges all runs into one, behind them.
func (r *runs) compact(keys *sortKeys) error {
	m, err := r.open(keys)
	if err != nil {
		return err
	}
	start := r.file.Size()
	out := newRows(nil, len(r.types))
	for {
		more, err := m.take(out, blockRows, len(r.types))
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if r.buf, err = writeBlock(r.file, r.buf, out.cols, identity(out.n)); err != nil {
			return err
		}
		out = newRows(nil, len(r.types))
	}
	r.start, r.ends = start, []int64{r.file.Size()}
	return nil
}

// next gives the next batch of the merged runs.
func (r *runs) next(keys *sortKeys, max int) (*vector.Batch, error) {
	if r.merge == nil {
		var err error
		if r.merge, err = r.open(keys); err != nil {
			return nil, err
		}
	}
	r.out = newRows(nil, r.width)
	more, err := r.merge.take(r.out, max, r.width)
	if err != nil || !more {
		return nil, err
	}
	r.batch.Cols = r.out.cols
	r.batch.SetLen(r.out.n)
	return &r.batch, nil
}

func (r *runs) open(keys *sortKeys) (*merger, error) {
	if err := r.file.Flush(); err != nil {
		return nil, err
	}
	m := &merger{keys: keys, width: r.width, types: r.types}
	from := r.start
	for i, end := range r.ends {
		s := &source{number: i, r: r.file.Reader(from, end), cols: make([]*vector.Column, len(r.types))}
		from = end
		if err := m.load(s); err != nil {
			return nil, err
		}
		if s.n > 0 {
			m.heap = append(m.heap, s)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m, nil
}

func (r *runs) close() {
	if r != nil {
		r.file.Close()
	}
}

// merger merges sorted runs; equal rows come in the order of their runs.
type merger struct {
	keys  *sortKeys
	heap  []*source
	width int
	types []types.Type
}

// source is one run: a block of it, and the place in that.
type source struct {
	number int
	r      *spill.Reader
	cols   []*vector.Column
	n, at  int
	one    [1]int32
}

func (m *merger) load(s *source) error {
	var err error
	s.n, err = readBlock(s.r, s.cols, m.types)
	s.at = 0
	return err
}

func (m *merger) less(a, b *source) bool {
	c := m.keys.compare(a.cols[m.width:], int32(a.at), b.cols[m.width:], int32(b.at))
	return c < 0 || c == 0 && a.number < b.number
}

func (m *merger) down(i int) {
	for {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(m.heap) && m.less(m.heap[c], m.heap[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// take appends up to max rows, their first width columns, to out; false = there are none left.
func (m *merger) take(out *rows, max, width int) (bool, error) {
	for out.n < max && len(m.heap) > 0 {
		s := m.heap[0]
		s.one[0] = int32(s.at)
		if err := out.put(s.cols[:width], s.one[:]); err != nil {
			return false, err
		}
		if s.at++; s.at == s.n {
			if err := m.load(s); err != nil {
				return false, err
			}
			if s.n == 0 {
				last := len(m.heap) - 1
				m.heap[0] = m.heap[last]
				m.heap = m.heap[:last]
			}
		}
		m.down(0)
	}
	return out.n > 0, nil
}
