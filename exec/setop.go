package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// setop is INTERSECT and EXCEPT, with ALL or without. It counts the right side's rows, then passes the left side's on in
// their order. Where the budget refuses, what is counted and what is still to come of both sides is spread over files by
// the rows' hashes, to be done file by file.
type setop struct {
	kind        plan.SetKind
	all         bool
	left, right Operator
	rt          *Runtime
	max         int
	types       []types.Type // of the rows, and of the count beside them on disk

	seen  *groups
	count []int64 // per group: right rows that are left over; taken = given already
	held  int64   // granted for count
	built bool
	ids   []int32

	from   Operator // left, or a file of its rows
	counts Operator // what the groups are built from: right, or a file of counted rows
	level  int
	later  pairsOfFiles
	number *vector.Column
}

// taken, in place of a count, makes the group's left rows not pass any more.
const taken = int64(-1) << 62

func (r *run) setop(n *plan.SetOp, env *expr.Env) (Operator, error) {
	left, err := r.build(n.Left, env)
	if err != nil {
		return nil, err
	}
	right, err := r.build(n.Right, env)
	if err != nil {
		return nil, closing(left, err)
	}
	colls := make([]types.OID, len(n.Cols))
	on := make([]int, len(n.Cols))
	for i, c := range n.Cols {
		colls[i], on[i] = c.Collation, i
	}
	if n.Kind == plan.Union {
		return r.newUnique(&appendAll{ins: []Operator{left, right}}, on, colls, columnTypes(n)), nil
	}
	return &setop{
		kind: n.Kind, all: n.All, left: left, right: right, from: left, counts: right, rt: &r.rt, max: r.max,
		types: append(columnTypes(n), types.Of(types.Int8OID)), seen: newGroups(r.rt.Budget, colls),
	}, nil
}

func (s *setop) width() int { return len(s.types) - 1 }

func (s *setop) Next() (*vector.Batch, error) {
	for {
		b, err := s.next()
		if b != nil || err != nil {
			return b, err
		}
		more, err := s.nextPart()
		if err != nil || !more {
			return nil, err
		}
	}
}

func (s *setop) next() (*vector.Batch, error) {
	if !s.built {
		if err := s.build(); err != nil {
			return nil, err
		}
		s.built = true
	}
	for s.from != nil {
		b, err := s.from.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return nil, nil
		}
		s.room(b)
		cols := b.Cols[:s.width()]
		keep := b.Narrow()
		var refused error
		if s.kind == plan.Except && !s.all {
			// Every distinct left row is given once, unless the right side has it.
			_, err := s.seen.assign(cols, b.Sel, s.ids, nil)
			if err = s.grow(err); err != nil && !isOutOfMemory(err) {
				return nil, err
			}
			refused = err
		} else {
			s.seen.find(cols, b.Sel, s.ids)
		}
		for k, i := range b.Sel {
			if s.passes(s.ids[k]) {
				keep = append(keep, i)
			}
		}
		b.Sel = keep
		if refused != nil {
			return s.lastBefore(b, refused)
		}
		if len(keep) > 0 {
			return b, nil
		}
	}
	return nil, nil
}

// lastBefore gives a batch and spreads what follows it.
func (s *setop) lastBefore(b *vector.Batch, refused error) (*vector.Batch, error) {
	// The batch is valid until its operator is asked again, which spreading does.
	last := newRows(nil, s.width())
	if err := last.put(b.Cols[:s.width()], b.Sel); err != nil {
		return nil, err
	}
	if err := s.spread(refused); err != nil {
		return nil, err
	}
	if last.n == 0 {
		return nil, nil
	}
	out := &vector.Batch{Cols: last.cols}
	out.SetLen(last.n)
	return out, nil
}

// passes decides on a left row of the group (-1 = none on the right).
func (s *setop) passes(id int32) bool {
	if id < 0 {
		return s.kind == plan.Except
	}
	n := &s.count[id]
	switch {
	case s.kind == plan.Intersect && s.all, s.kind == plan.Except && s.all:
		if *n > 0 {
			*n--
			return s.kind == plan.Intersect
		}
		return s.kind == plan.Except
	case s.kind == plan.Intersect:
		if *n > 0 {
			*n = taken
			return true
		}
		return false
	default:
		if *n == 0 {
			*n = taken
			return true
		}
		return false
	}
}

// build counts the right side's rows.
func (s *setop) build() error {
	for {
		b, err := s.counts.Next()
		if b == nil || err != nil {
			return err
		}
		s.room(b)
		_, err = s.seen.assign(b.Cols[:s.width()], b.Sel, s.ids, nil)
		if err = s.grow(err); err != nil && !isOutOfMemory(err) {
			return err
		}
		for k, i := range b.Sel {
			if s.counts == s.right {
				s.count[s.ids[k]]++
			} else {
				s.count[s.ids[k]] += b.Cols[s.width()].Ints[i]
			}
		}
		if err != nil {
			return s.spread(err)
		}
	}
}

// spread writes the groups with their counts, and what is still to come of both sides, to files by the hashes of the
// rows. refused is the budget's error, given back where that was done too often.
func (s *setop) spread(refused error) error {
	if s.level >= maxLevels {
		return refused
	}
	space := s.rt.space()
	pair := pairOfFiles{newPartitions(s.types, s.level, space), newPartitions(s.types[:s.width()], s.level, space)}
	s.later = append(s.later, pair)
	left, counts := s.count, vector.New(types.Of(types.Int8OID), vector.Size)
	if err := s.seen.keys.each(func(b *vector.Batch) error {
		counts.Resize(b.N)
		left = left[copy(counts.Ints, left):]
		s.seen.hash(b.Cols, b.Sel)
		return pair.build.add(append(b.Cols[:s.width():s.width()], counts), b.Sel, s.seen.work)
	}); err != nil {
		return err
	}
	s.forget()
	if err := drain(s.counts, func(cols []*vector.Column, sel []int32) error {
		if s.counts == s.right {
			cols = append(cols[:s.width():s.width()], s.ones(sel))
		}
		s.seen.hash(cols[:s.width()], sel)
		return pair.build.add(cols, sel, s.seen.work)
	}); err != nil {
		return err
	}
	if err := drain(s.from, func(cols []*vector.Column, sel []int32) error {
		s.seen.hash(cols[:s.width()], sel)
		return pair.probe.add(cols[:s.width()], sel, s.seen.work)
	}); err != nil {
		return err
	}
	s.closeParts()
	s.from = nil
	return nil
}

// ones is a column of counts for rows that come one by one.
func (s *setop) ones(sel []int32) *vector.Column {
	n := int(sel[len(sel)-1]) + 1
	if s.number == nil {
		s.number = vector.New(types.Of(types.Int8OID), 0)
	}
	for s.number.Resize(n); n > 0; n-- {
		s.number.Ints[n-1] = 1
	}
	return s.number
}

// nextPart goes on with a file of counted rows and the left rows beside it.
func (s *setop) nextPart() (bool, error) {
	s.closeParts()
	pair, k := s.later.pop()
	if pair == nil {
		return false, nil
	}
	s.level = pair.build.level + 1
	var err error
	if s.counts, err = take(pair.build, k, s.max); err != nil {
		return false, err
	}
	if s.from, err = take(pair.probe, k, s.max); err != nil {
		return false, err
	}
	s.forget()
	s.built = false
	return true, nil
}

// take is partitions.take as an Operator.
func take(p *partitions, k, max int) (Operator, error) {
	r, err := p.take(k, max)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// closeParts closes the files in work.
func (s *setop) closeParts() {
	if s.from != nil && s.from != s.left {
		s.from.Close()
	}
	if s.counts != nil && s.counts != s.right {
		s.counts.Close()
	}
	s.from, s.counts = nil, nil
}

func (s *setop) room(b *vector.Batch) {
	if len(s.ids) < len(b.Sel) {
		s.ids = make([]int32, max(len(b.Sel), vector.Size))
	}
}

// grow makes counts for the groups there are. refused is what the budget said to these, nil where it granted them; grow
// gives that on, or what it says to the counts.
func (s *setop) grow(refused error) error {
	for len(s.count) < s.seen.n() {
		s.count = append(s.count, 0)
	}
	if err := hold(s.rt.Budget, &s.held, 8*int64(cap(s.count))); refused == nil {
		return err
	}
	return refused
}

// forget lets go of the groups.
func (s *setop) forget() {
	s.seen.forget()
	s.rt.Budget.Shrink(s.held)
	s.count, s.held = nil, 0
}

func (s *setop) drop() {
	s.closeParts()
	s.later.close()
}

func (s *setop) Rewind() error {
	s.drop()
	s.forget()
	s.built, s.level = false, 0
	s.from, s.counts = s.left, s.right
	if err := s.left.Rewind(); err != nil {
		return err
	}
	return s.right.Rewind()
}

func (s *setop) Close() error {
	s.drop()
	s.forget()
	s.seen.release()
	return closeAll(s.left, s.right)
}
