package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// setop is UNION, INTERSECT and EXCEPT, and the latter two with ALL. It counts the right side's rows, then passes
// the left side's on in their order.
type setop struct {
	kind        plan.SetKind
	all         bool
	left, right Operator
	seen        *groups
	count       []int64 // per group: right rows that are left over; taken = given already
	built       bool
	onRight     bool // UNION: the left side is through
	ids         []int32
	width       int
}

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
	for i, c := range n.Cols {
		colls[i] = c.Collation
	}
	return &setop{kind: n.Kind, all: n.All, left: left, right: right, seen: newGroups(r.rt.Budget, colls), width: len(colls)}, nil
}

func (s *setop) Next() (*vector.Batch, error) {
	if s.kind == plan.Union {
		return s.union()
	}
	if !s.built {
		if err := s.build(); err != nil {
			return nil, err
		}
	}
	for {
		b, err := s.left.Next()
		if b == nil || err != nil {
			return nil, err
		}
		s.room(b)
		cols := b.Cols[:s.width]
		keep := b.Narrow()
		if s.kind == plan.Except && !s.all {
			// Every distinct left row is given once, unless the right side has it.
			if _, err := s.seen.assign(cols, b.Sel, s.ids, nil); err != nil {
				return nil, err
			}
			s.grow()
		} else {
			s.seen.find(cols, b.Sel, s.ids)
		}
		for k, i := range b.Sel {
			if s.passes(s.ids[k]) {
				keep = append(keep, i)
			}
		}
		if b.Sel = keep; len(keep) > 0 {
			return b, nil
		}
	}
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

func (s *setop) build() error {
	for {
		b, err := s.right.Next()
		if err != nil {
			return err
		}
		if b == nil {
			s.built = true
			return nil
		}
		s.room(b)
		if _, err := s.seen.assign(b.Cols[:s.width], b.Sel, s.ids, nil); err != nil {
			return err
		}
		s.grow()
		for k := range b.Sel {
			s.count[s.ids[k]]++
		}
	}
}

func (s *setop) union() (*vector.Batch, error) {
	for {
		in := s.left
		if s.onRight {
			in = s.right
		}
		b, err := in.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			if s.onRight {
				return nil, nil
			}
			s.onRight = true
			continue
		}
		s.room(b)
		if b.Sel, err = s.seen.assign(b.Cols[:s.width], b.Sel, s.ids, b.Narrow()); err != nil {
			return nil, err
		}
		if len(b.Sel) > 0 {
			return b, nil
		}
	}
}

func (s *setop) room(b *vector.Batch) {
	if len(s.ids) < len(b.Sel) {
		s.ids = make([]int32, max(len(b.Sel), vector.Size))
	}
}

func (s *setop) grow() {
	for len(s.count) < s.seen.n() {
		s.count = append(s.count, 0)
	}
}

func (s *setop) Rewind() error {
	s.seen.reset()
	s.count, s.built, s.onRight = s.count[:0], false, false
	if err := s.left.Rewind(); err != nil {
		return err
	}
	return s.right.Rewind()
}

func (s *setop) Close() error {
	s.seen.release()
	return closeAll(s.left, s.right)
}
