package exec

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// span is rows [lo, hi) of a unit.
type span struct{ lo, hi int32 }

// peers gives, per row of the unit, its group of peers.
func (w *window) peers() []span {
	out := make([]span, w.n)
	for i := 0; i < w.n; {
		j := i + 1
		for j < w.n && !w.fresh[j] {
			j++
		}
		for k := i; k < j; k++ {
			out[k] = span{int32(i), int32(j)}
		}
		i = j
	}
	return out
}

// frames gives, per row of a partition, its frame before exclusion.
func (w *window) frames(peers []span) ([]span, error) {
	out := make([]span, w.n)
	if err := w.start.evaluate(); err != nil {
		return nil, err
	}
	if err := w.end.evaluate(); err != nil {
		return nil, err
	}
	var firsts []int32 // of the groups of peers
	if w.node.Frame.Mode == plan.FrameGroups {
		for i, f := range w.fresh {
			if f {
				firsts = append(firsts, int32(i))
			}
		}
	}
	group := -1
	w.start.at, w.end.at = 0, 0
	for i := range out {
		if w.fresh[i] {
			group++
		}
		lo, err := w.start.position(int32(i), peers[i], group, firsts)
		if err != nil {
			return nil, err
		}
		hi, err := w.end.position(int32(i), peers[i], group, firsts)
		if err != nil {
			return nil, err
		}
		out[i] = span{lo, max(lo, hi)}
	}
	return out, nil
}

// excluded gives the rows of a frame that EXCLUDE leaves: up to three spans.
func (w *window) excluded(f span, i int32, peers span, out []span) []span {
	cut := span{}
	switch w.node.Frame.Exclude {
	case plan.ExcludeNone:
		return append(out, f)
	case plan.ExcludeCurrentRow:
		cut = span{i, i + 1}
	default:
		cut = peers
	}
	if left := (span{f.lo, min(f.hi, cut.lo)}); left.lo < left.hi {
		out = append(out, left)
	}
	if w.node.Frame.Exclude == plan.ExcludeTies && i >= f.lo && i < f.hi {
		out = append(out, span{i, i + 1})
	}
	if right := (span{max(f.lo, cut.hi), f.hi}); right.lo < right.hi {
		out = append(out, right)
	}
	return out
}

// frameBound finds where frames begin or end. The rows come in order, so that it only moves forward.
type frameBound struct {
	w      *window
	bound  *plan.FrameBound
	starts bool
	known  bool
	rows   int64 // the offset of ROWS and GROUPS
	at     int32 // the last position of RANGE with an offset

	test  *expr.Program // in_range(value, base, offset, before, less)
	batch vector.Batch
}

func newFrameBound(w *window, b *plan.FrameBound, starts bool) (*frameBound, error) {
	f := &frameBound{w: w, bound: b, starts: starts}
	if b.InRange == nil {
		return f, nil
	}
	key := w.node.Order[0]
	before := b.Kind == plan.Preceding
	less := !starts
	if key.Desc {
		before, less = !before, !less
	}
	boolean := func(v bool) expr.Expr {
		return &expr.Const{Typ: types.Of(types.BoolOID), Value: types.Datum{Bool: v}}
	}
	t := types.Of(key.Expr.Type().OID)
	call := &expr.Func{Proc: b.InRange, Typ: types.Of(types.BoolOID), Args: []expr.Expr{
		&expr.Var{Col: 0, Typ: t}, &expr.Var{Col: 1, Typ: t}, &expr.Var{Col: 2, Typ: b.Offset.Type()}, boolean(before), boolean(less),
	}}
	var err error
	f.test, err = expr.Compile(call, w.env)
	f.batch.Cols = make([]*vector.Column, 3)
	f.batch.SetLen(1)
	return f, err
}

// evaluate gives the offset its value, once.
func (f *frameBound) evaluate() error {
	if f.bound.Offset == nil || f.known {
		return nil
	}
	which := "ending"
	if f.starts {
		which = "starting"
	}
	c, err := one(f.bound.Offset, f.w.env)
	if err != nil {
		return err
	}
	if c.Null(0) {
		return pgerr.New(pgerr.NullValueNotAllowed, "frame %s offset must not be null", which)
	}
	f.known = true
	if f.test != nil {
		copied := &vector.Column{Type: c.Type, Kind: c.Kind, Form: c.Form}
		f.batch.Cols[2] = copied
		return appendTo(copied, 0, c, []int32{0})
	}
	if f.rows = c.Ints[0]; f.rows < 0 {
		return pgerr.New(pgerr.InvalidFrameOffset, "frame %s offset must not be negative", which)
	}
	return nil
}

// position is the frame's first row, or the one behind its last.
func (f *frameBound) position(i int32, peers span, group int, firsts []int32) (int32, error) {
	n := int32(f.w.n)
	past := int64(0)
	if !f.starts {
		past = 1
	}
	switch f.bound.Kind {
	case plan.UnboundedPreceding:
		return 0, nil
	case plan.UnboundedFollowing:
		return n, nil
	case plan.CurrentRow:
		switch {
		case f.w.node.Frame.Mode == plan.FrameRows:
			return i + int32(past), nil
		case f.starts:
			return peers.lo, nil
		}
		return peers.hi, nil
	}
	distance := min(f.rows, int64(n)+1) // more is the same, and does not overflow
	if f.bound.Kind == plan.Preceding {
		distance = -distance
	}
	switch f.w.node.Frame.Mode {
	case plan.FrameRows:
		return int32(min(max(int64(i)+distance+past, 0), int64(n))), nil
	case plan.FrameGroups:
		g := int64(group) + distance + past
		switch {
		case g < 0:
			return 0, nil
		case g >= int64(len(firsts)):
			return n, nil
		}
		return firsts[g], nil
	}
	return f.ranged(i)
}

// ranged moves on to where the frame of row i begins or ends by in_range (update_frameheadpos, update_frametailpos).
func (f *frameBound) ranged(i int32) (int32, error) {
	key := f.w.keyColumns()[0]
	nullsFirst := f.w.node.Order[0].NullsFirst
	current := key.Null(i)
	for ; int(f.at) < f.w.n; f.at++ {
		null := key.Null(f.at)
		if null || current {
			stop := false
			switch {
			case f.starts && nullsFirst:
				stop = !null || current
			case f.starts:
				stop = null || !current
			case nullsFirst:
				stop = !null
			default:
				stop = !current
			}
			if stop {
				break
			}
			continue
		}
		in, err := f.inRange(key, f.at, i)
		if err != nil {
			return 0, err
		}
		if in == f.starts {
			break
		}
	}
	return f.at, nil
}

func (f *frameBound) inRange(key *vector.Column, value, base int32) (bool, error) {
	gatherColumn(f.batch.Cols, 0, key, []int32{value})
	gatherColumn(f.batch.Cols, 1, key, []int32{base})
	c, err := f.test.Eval(&f.batch, f.batch.Sel)
	if err != nil {
		return false, err
	}
	return c.Bools[0], nil
}
