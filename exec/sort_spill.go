package exec

import (
	"howdah/internal/spill"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// maxRuns is how many sorted runs lie on disk before they are merged into one.
const maxRuns = 32

// runs is the part of a sort that is on disk: sorted runs of rows, the input's columns and then the keys'.
type runs struct {
	file  *spill.File
	all   []sortedRun
	types []types.Type
	width int // of the input
	buf   []byte

	merge *merger
	out   *rows
	batch vector.Batch
}

// sortedRun is a run's place in the file. Level tells how often its rows were merged: only runs of a level are merged with
// each other, so that no row is written more often than the logarithm of their number.
type sortedRun struct {
	from, to int64
	level    int
}

func isOutOfMemory(err error) bool { return pgerr.HasCode(err, pgerr.OutOfMemory) }

// write appends a run: the columns' rows in the order given.
func (r *runs) write(cols []*vector.Column, order []int32, keys *sortKeys) error {
	from := r.file.Size()
	for len(order) > 0 {
		n := blockOf(cols, order)
		var err error
		if r.buf, err = writeBlock(r.file, r.buf, cols, order[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	r.all = append(r.all, sortedRun{from: from, to: r.file.Size()})
	for {
		n := 1
		level := r.all[len(r.all)-1].level
		for n < len(r.all) && r.all[len(r.all)-1-n].level == level {
			n++
		}
		if n < maxRuns {
			return nil
		}
		if err := r.compact(n, keys); err != nil {
			return err
		}
	}
}

// compact merges the last n runs into one, behind them.
func (r *runs) compact(n int, keys *sortKeys) error {
	last := r.all[len(r.all)-n:]
	m, err := r.open(last, keys)
	if err != nil {
		return err
	}
	from, out := r.file.Size(), newRows(nil, len(r.types))
	for {
		out.reset()
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
	}
	if err := r.file.Forget(last[0].from, from); err != nil {
		return err
	}
	r.all = append(r.all[:len(r.all)-n], sortedRun{from: from, to: r.file.Size(), level: last[0].level + 1})
	return nil
}

// next gives the next batch of the merged runs, so many columns of it.
func (r *runs) next(keys *sortKeys, width, max int) (*vector.Batch, error) {
	if r.merge == nil {
		var err error
		if r.merge, err = r.open(r.all, keys); err != nil {
			return nil, err
		}
	}
	if r.out == nil {
		r.out = newRows(nil, width)
	}
	r.out.reset()
	more, err := r.merge.take(r.out, max, width)
	if err != nil || !more {
		return nil, err
	}
	r.batch.Cols = append(r.batch.Cols[:0], r.out.cols...)
	r.batch.SetLen(r.out.n)
	return &r.batch, nil
}

func (r *runs) open(all []sortedRun, keys *sortKeys) (*merger, error) {
	if err := r.file.Flush(); err != nil {
		return nil, err
	}
	m := &merger{keys: keys, width: r.width}
	for i, x := range all {
		s := &source{number: i, r: r.file.Reader(x.from, x.to), block: newBlockReader(r.types)}
		if err := s.load(); err != nil {
			return nil, err
		}
		if s.block.n > 0 {
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
}

// source is one run: a block of it, and the place in that.
type source struct {
	number int
	r      *spill.Reader
	block  *blockReader
	at     int
}

func (s *source) load() error {
	s.at = 0
	return s.block.read(s.r)
}

func (m *merger) less(a, b *source) bool {
	c := m.keys.compare(a.block.cols[m.width:], int32(a.at), b.block.cols[m.width:], int32(b.at))
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

// second gives the source that follows the first one, nil without one.
func (m *merger) second() *source {
	switch {
	case len(m.heap) < 2:
		return nil
	case len(m.heap) > 2 && m.less(m.heap[2], m.heap[1]):
		return m.heap[2]
	}
	return m.heap[1]
}

// take appends up to max rows, their first width columns, to out; false = there are none left.
func (m *merger) take(out *rows, max, width int) (bool, error) {
	for out.n < max && len(m.heap) > 0 {
		s, second := m.heap[0], m.second()
		from := s.at
		for s.at++; s.at < s.block.n && s.at-from < max-out.n && (second == nil || m.less(s, second)); s.at++ {
		}
		if err := out.put(s.block.cols[:width], span32(from, s.at)); err != nil {
			return false, err
		}
		if s.at == s.block.n {
			if err := s.load(); err != nil {
				return false, err
			}
			if s.block.n == 0 {
				last := len(m.heap) - 1
				m.heap[0] = m.heap[last]
				m.heap = m.heap[:last]
			}
		}
		m.down(0)
	}
	return out.n > 0, nil
}

// span32 gives the numbers from..to-1 of rows of a block.
func span32(from, to int) []int32 { return vector.Identity(vector.Size)[from:to] }
