package exec

import (
	"math"
	"math/bits"
	"slices"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// sought are the keys that a join's held side has, made for a scan of the other one: most rows without a partner are left
// out before more of them is decoded. It may let rows pass that have none.
type sought struct {
	by    *join
	cols  []int // of the scan's working columns
	names []string
	int   bool // one key of whole numbers: bits are the numbers from low on, else hashes
	low   int64
	top   uint64 // the last bit there is
	bits  []uint64
	colls []types.OID
	work  []uint64 // hashes of the present batch

	budget   *budget.Budget
	held     int64
	in, kept int  // rows seen and passed
	off      bool // nearly all pass: it does not pay
}

const (
	triedRows = 16 << 10 // after so many rows it is seen whether it pays to look for keys
	mostBits  = 1 << 27
)

// newSought makes the set of the columns' values, or gives nil where there is no memory for it.
func newSought(by *join, colls []types.OID, keys []*vector.Column, n int) *sought {
	s := &sought{by: by, colls: colls, budget: by.rt.Budget}
	if len(keys) == 1 && keys[0].Kind == types.KindInt && keys[0].Form == vector.Values {
		low, high := int64(math.MaxInt64), int64(math.MinInt64)
		for _, v := range keys[0].Ints[:n] {
			low, high = min(low, v), max(high, v)
		}
		if span := uint64(high) - uint64(low); span < max(256*uint64(n), 1<<20) && span < mostBits {
			s.int, s.low, s.top = true, low, span
		}
	}
	size := s.top/64 + 1
	if !s.int {
		size = max(uint64(1)<<bits.Len(uint(16*n)), 1<<10) / 64
		s.top = 64*size - 1
		if size > mostBits/64 {
			return nil
		}
	}
	if s.budget.Grow(int64(8*size)) != nil {
		return nil
	}
	s.held, s.bits = int64(8*size), make([]uint64, size)
	if s.int {
		for _, v := range keys[0].Ints[:n] {
			at := uint64(v) - uint64(s.low)
			s.bits[at/64] |= 1 << (at % 64)
		}
		return s
	}
	s.work = make([]uint64, n)
	hashRows(keys, colls, identity(n), s.work)
	for _, h := range s.work {
		at := h & s.top
		s.bits[at/64] |= 1 << (at % 64)
	}
	s.work = nil
	return s
}

// keep appends the rows of sel whose keys may be among those sought.
func (s *sought) keep(keys []*vector.Column, sel, keep []int32) []int32 {
	if s.off {
		return append(keep, sel...)
	}
	if s.int {
		return s.keepInts(keys[0], sel, keep)
	}
	return s.keepHashes(keys, sel, keep)
}

func (s *sought) keepInts(key *vector.Column, sel, keep []int32) []int32 {
	n := len(sel)
	for _, i := range sel {
		at := uint64(key.Ints[i]) - uint64(s.low)
		if at <= s.top && s.bits[at/64]>>(at%64)&1 != 0 && !(key.HasNulls && key.Nulls[i]) {
			keep = append(keep, i)
		}
	}
	s.count(n, len(keep))
	return keep
}

func (s *sought) keepHashes(keys []*vector.Column, sel, keep []int32) []int32 {
	n := len(sel)
	if need := int(sel[n-1]) + 1; len(s.work) < need {
		s.work = make([]uint64, max(need, vector.Size))
	}
	hashRows(keys, s.colls, sel, s.work)
	for _, i := range sel {
		if at := s.work[i] & s.top; s.bits[at/64]>>(at%64)&1 != 0 {
			keep = append(keep, i)
		}
	}
	s.count(n, len(keep))
	return keep
}

func (s *sought) count(in, kept int) {
	s.in, s.kept = s.in+in, s.kept+kept
	s.off = s.in >= triedRows && s.kept > s.in/4*3
}

func (s *sought) release() {
	s.budget.Shrink(s.held)
	s.held, s.bits, s.work, s.off = 0, nil, nil, true
}

// scanBelow finds the scan that an operator's column comes from unchanged, where only rows are passed on between, and
// the scan does all that could fail for a row. col is of its working columns.
func scanBelow(op Operator, col int) (*scan, int) {
	switch op := unmeasured(op).(type) {
	case *scan:
		if op.rest != nil || op.node.Request.Limit >= 0 {
			return nil, 0
		}
		return op, col
	case *project:
		if slices.ContainsFunc(op.es.progs, isComputed) {
			return nil, 0
		}
		return scanBelow(op.in, op.es.col[col])
	case *join:
		left, right := op.probe, op.build
		if op.buildLeft {
			left, right = right, left
		}
		if lw := len(op.node.Left.Columns()); col >= lw {
			return scanBelow(right, col-lw)
		}
		return scanBelow(left, col)
	}
	return nil, 0
}

// seek tells the scans of the probe side which keys the held side has. The keys of one scan are sought together where
// all of them are its own.
func (j *join) seek() {
	var scans []*scan
	cols := make([]int, len(j.probeKeys.progs))
	for k, p := range j.probeKeys.progs {
		var s *scan
		if p == nil {
			s, cols[k] = scanBelow(j.probe, j.probeKeys.col[k])
		}
		if s != nil && !s.seekable(cols[k]) {
			s = nil
		}
		scans = append(scans, s)
	}
	keys := j.table.keys.cols
	together := len(keys) > 1
	for k, s := range scans { // what is known of whole objects is sought by itself, before they are opened
		together = together && s != nil && s == scans[0] && !s.fixed[cols[k]].use
	}
	for k, s := range scans {
		switch {
		case s == nil || together && k > 0:
		case together:
			j.tell(s, cols, newSought(j, j.colls, keys, j.table.n()))
		default:
			j.tell(s, cols[k:k+1], newSought(j, j.colls[k:k+1], keys[k:k+1], j.table.n()))
		}
	}
}

func (j *join) tell(s *scan, cols []int, what *sought) {
	if what == nil {
		return
	}
	what.cols = cols
	for _, c := range cols {
		what.names = append(what.names, s.node.Rel.Columns[s.node.Work[c]].Name)
	}
	s.sought = append(s.sought, what)
	j.told = append(j.told, s)
	if s.r.rt.Actual != nil {
		s.r.rt.Actual.Node(s.node).Seek(what.names)
	}
}

// untell takes back what was told for an earlier run of the join.
func (j *join) untell() {
	for _, s := range j.told {
		s.sought = slices.DeleteFunc(s.sought, func(x *sought) bool {
			if x.by == j {
				x.release()
			}
			return x.by == j
		})
	}
	j.told = nil
}

// seekable tells whether a working column is known of a whole object, or stands in the file.
func (s *scan) seekable(col int) bool {
	return s.fixed[col].use && s.node.Rel.Columns[s.node.Work[col]].Role != catalog.HiddenSheet ||
		s.node.Rel.Columns[s.node.Work[col]].Role == catalog.FromFile
}

// wanted gives what the reader of an object may leave out; none is true where joins want no row of it at all.
func (s *scan) wanted(values []types.Datum) (list []pushdown.Sought, none bool) {
	for _, x := range s.sought {
		if !s.fixed[x.cols[0]].use {
			w := pushdown.Sought{Keep: x.keep}
			for _, c := range x.cols {
				w.Ordinals = append(w.Ordinals, s.node.Rel.Columns[s.node.Work[c]].Ordinal)
			}
			list = append(list, w)
			continue
		}
		i := s.node.Work[x.cols[0]]
		if values[i].Null {
			return nil, true
		}
		c := vector.New(s.node.Rel.Columns[i].Type, 1)
		c.Resize(1)
		setOne(c, 0, values[i])
		if x.bits != nil && len(x.keep([]*vector.Column{c}, []int32{0}, nil)) == 0 {
			return nil, true
		}
	}
	return list, false
}

func isComputed(p *expr.Program) bool { return p != nil }
