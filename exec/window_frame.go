package exec

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// span is rows [lo, hi) of a unit.
type span struct{ lo, hi int64 }

// nextFresh gives the first row from n on that begins a group of peers, or the unit's end.
func (w *window) nextFresh(r *StoreReader, n int64) (int64, error) {
	for n < w.n {
		cols, i, err := r.at(n)
		if err != nil {
			return 0, err
		}
		for _, fresh := range cols[w.freshColumn()].Bools[i : int64(i)+min(r.end, w.n)-n] {
			if fresh {
				return n, nil
			}
			n++
		}
	}
	return n, nil
}

// peers gives, per row in work, its group of peers.
func (w *window) peers() ([]span, error) {
	if w.peered {
		return w.peer, nil
	}
	w.peered, w.peer = true, w.peer[:0]
	for n := w.first; n < w.first+int64(w.now.N); n++ {
		if n >= w.group.hi {
			hi, err := w.nextFresh(w.ahead, n+1)
			if err != nil {
				return nil, err
			}
			w.group = span{n, hi}
		}
		w.peer = append(w.peer, w.group)
	}
	return w.peer, nil
}

// frames gives, per row in work, its frame before exclusion. It is to be asked for all rows of a partition or for none.
func (w *window) frames() ([]span, error) {
	if w.framed {
		return w.frame, nil
	}
	if err := w.start.evaluate(); err != nil {
		return nil, err
	}
	if err := w.end.evaluate(); err != nil {
		return nil, err
	}
	var peers []span
	if w.node.Frame.Mode != plan.FrameRows {
		var err error
		if peers, err = w.peers(); err != nil {
			return nil, err
		}
	}
	w.framed, w.frame = true, w.frame[:0]
	fresh := w.now.Cols[w.freshColumn()].Bools
	for k := range w.now.N {
		if fresh[k] {
			w.number++
		}
		var group span
		if peers != nil {
			group = peers[k]
		}
		lo, err := w.start.position(k, group)
		if err != nil {
			return nil, err
		}
		hi, err := w.end.position(k, group)
		if err != nil {
			return nil, err
		}
		w.frame = append(w.frame, span{lo, max(lo, hi)})
	}
	return w.frame, nil
}

// excluded gives the rows of a frame that EXCLUDE leaves: up to three spans.
func (w *window) excluded(f span, i int64, peers span, out []span) []span {
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
	at     int64 // the last position of RANGE or GROUPS with an offset
	group  int64 // of GROUPS: the number of the group that begins there
	read   *StoreReader

	test  *expr.Program // in_range(value, base, offset, before, less)
	batch vector.Batch
	row   [1]int32
}

func newFrameBound(w *window, b *plan.FrameBound, starts bool) (*frameBound, error) {
	f := &frameBound{w: w, bound: b, starts: starts, read: w.rows.Reader()}
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

// begin goes to the first row of a partition.
func (f *frameBound) begin() {
	f.at, f.group = 0, 0
	f.read.forget()
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

// position is the first row of the frame of row k of those in work, or the row behind its last.
func (f *frameBound) position(k int, peers span) (int64, error) {
	i, n := f.w.first+int64(k), f.w.n
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
			return i + past, nil
		case f.starts:
			return peers.lo, nil
		}
		return peers.hi, nil
	}
	distance := min(f.rows, n+1) // more is the same, and does not overflow
	if f.bound.Kind == plan.Preceding {
		distance = -distance
	}
	switch f.w.node.Frame.Mode {
	case plan.FrameRows:
		return min(max(i+distance+past, 0), n), nil
	case plan.FrameGroups:
		return f.ofGroup(f.w.number + distance + past)
	}
	return f.ranged(k)
}

// ofGroup moves on to where a group of peers begins.
func (f *frameBound) ofGroup(number int64) (int64, error) {
	if number < 0 {
		return 0, nil
	}
	for f.group < number && f.at < f.w.n {
		at, err := f.w.nextFresh(f.read, f.at+1)
		if err != nil {
			return 0, err
		}
		f.at = at
		f.group++
	}
	return f.at, nil
}

// ranged moves on to where the frame of row k of those in work begins or ends by in_range (update_frameheadpos,
// update_frametailpos).
func (f *frameBound) ranged(k int) (int64, error) {
	key := f.w.keyColumn()
	base := f.w.now.Cols[key]
	nullsFirst := f.w.node.Order[0].NullsFirst
	current := base.Null(int32(k))
	for ; f.at < f.w.n; f.at++ {
		cols, i, err := f.read.at(f.at)
		if err != nil {
			return 0, err
		}
		null := cols[key].Null(i)
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
		in, err := f.inRange(cols[key], i, base, int32(k))
		if err != nil {
			return 0, err
		}
		if in == f.starts {
			break
		}
	}
	return f.at, nil
}

func (f *frameBound) inRange(values *vector.Column, value int32, bases *vector.Column, base int32) (bool, error) {
	f.row[0] = value
	gatherColumn(f.batch.Cols, 0, values, f.row[:])
	f.row[0] = base
	gatherColumn(f.batch.Cols, 1, bases, f.row[:])
	c, err := f.test.Eval(&f.batch, f.batch.Sel)
	if err != nil {
		return false, err
	}
	return c.Bools[0], nil
}

// framesAndPeers gives the frames of the rows in work and, where the frame excludes some rows, their peers.
func (w *window) framesAndPeers() (frames, peers []span, err error) {
	if frames, err = w.frames(); err != nil || w.node.Frame.Exclude == plan.ExcludeNone {
		return frames, nil, err
	}
	peers, err = w.peers()
	return frames, peers, err
}
