package exec

import (
	"howdah/internal/spill"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

const (
	fanout    = 16 // files that rows are spread over by their hash
	fanBits   = 4
	maxLevels = 8 // how often what is too much again is spread again
	fanBuffer = 8 << 10
)

// partitions spreads rows over files by bits of a hash, so that equal keys come into the same file.
type partitions struct {
	files [fanout]*spill.File
	rows  [fanout]int64
	types []types.Type
	level int
	space Space
	idx   [fanout][]int32
	buf   []byte
}

func newPartitions(ts []types.Type, level int, space Space) *partitions {
	return &partitions{types: ts, level: level, space: space}
}

// add writes the selected rows; hash[i] is row i's.
func (p *partitions) add(cols []*vector.Column, sel []int32, hash []uint64) error {
	for i := range p.idx {
		p.idx[i] = p.idx[i][:0]
	}
	for _, i := range sel {
		k := hash[i] >> (64 - fanBits*(p.level+1)) % fanout
		p.idx[k] = append(p.idx[k], i)
	}
	for k, idx := range p.idx {
		if len(idx) == 0 {
			continue
		}
		if p.files[k] == nil {
			f, err := p.space.create()
			if err != nil {
				return err
			}
			f.Hold(fanBuffer)
			p.files[k] = f
		}
		p.rows[k] += int64(len(idx))
		for len(idx) > 0 {
			n := blockOf(cols, idx)
			var err error
			if p.buf, err = writeBlock(p.files[k], p.buf, cols, idx[:n]); err != nil {
				return err
			}
			idx = idx[n:]
		}
	}
	return nil
}

// take gives the rows of file k, which the reader then owns; a file without rows reads as none.
func (p *partitions) take(k, max int) (*partReader, error) {
	f := p.files[k]
	p.files[k] = nil
	r := &partReader{file: f, block: newBlockReader(p.types), max: max}
	if f == nil {
		return r, nil
	}
	if err := f.Flush(); err != nil {
		f.Close()
		return nil, err
	}
	return r, r.Rewind()
}

func (p *partitions) close() {
	if p == nil {
		return
	}
	for k, f := range p.files {
		f.Close()
		p.files[k] = nil
	}
}

// partReader is an Operator over the rows of one file.
type partReader struct {
	file  *spill.File
	r     *spill.Reader
	block *blockReader
	max   int
	batch vector.Batch
	given int // rows of the block that were given
}

func (p *partReader) Next() (*vector.Batch, error) {
	if p.r == nil {
		return nil, nil
	}
	if p.given >= p.block.n {
		if err := p.block.read(p.r); err != nil || p.block.n == 0 {
			return nil, err
		}
		p.batch.N, p.given = p.block.n, 0
		p.batch.Cols = append(p.batch.Cols[:0], p.block.cols...)
	}
	to := min(p.given+p.max, p.batch.N)
	p.batch.Sel = vector.Identity(p.batch.N)[p.given:to]
	p.given = to
	return &p.batch, nil
}

func (p *partReader) Rewind() error {
	if p.file != nil {
		p.r = p.file.Reader(0, p.file.Size())
	}
	p.block.n, p.given = 0, 0
	return nil
}

func (p *partReader) Close() error { return p.file.Close() }

// columnTypes lists the types of a node's columns.
func columnTypes(n plan.Node) []types.Type {
	var ts []types.Type
	for _, c := range n.Columns() {
		ts = append(ts, c.Type)
	}
	return ts
}

// spread is what is still to do of an operator's input: files of rows, and how often they were spread.
type spread struct {
	parts *partitions
	next  int
}

// spreads is a stack of them: what is spread last is done first.
type spreads []spread

// pop gives the next file with rows and the level that its rows are spread at if they are too many again.
func (s *spreads) pop(max int) (*partReader, int, error) {
	for len(*s) > 0 {
		top := &(*s)[len(*s)-1]
		for top.next < fanout && top.parts.rows[top.next] == 0 {
			top.next++
		}
		if top.next == fanout {
			top.parts.close()
			*s = (*s)[:len(*s)-1]
			continue
		}
		k := top.next
		top.next++
		r, err := top.parts.take(k, max)
		return r, top.parts.level + 1, err
	}
	return nil, 0, nil
}

func (s *spreads) push(p *partitions) { *s = append(*s, spread{parts: p}) }

func (s *spreads) close() {
	for _, x := range *s {
		x.parts.close()
	}
	*s = nil
}

// size is how many bytes are on disk.
func (p *partitions) size() (n int64) {
	for _, f := range p.files {
		if f != nil {
			n += f.Size()
		}
	}
	return n
}
