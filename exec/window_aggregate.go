package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// windowAggregate is what a windowCall of an aggregate has beside the others.
type windowAggregate struct {
	make  expr.NewAggregate
	ctx   expr.Call
	held  int64
	state expr.Aggregate // of one whose frames grow: all rows of the partition up to fed
	fed   int64
	one   *vector.Column // a result

	results [2]*vector.Column // of the rows in work, and of those before
	shown   bool              // there are results of the unit's rows before
	have    int               // how many results there are
	rows    []int64
	spans   []span
	before  []span
	groups  []int32
	sel     []int32
	pending []*vector.Column // that sel selects from
}

// aggregate computes an aggregate over each row's frame. Neighbours with the same frame share a result.
func (c *windowCall) aggregate() error {
	c.results[0], c.results[1] = c.results[1], c.results[0]
	if c.results[0] == nil {
		c.results[0] = &vector.Column{}
	}
	buf := c.results[0].Buf[:0]
	c.results[0].Reset()
	c.results[0].Buf = buf
	last := c.have - 1
	c.have = 0
	c.idx = c.idx[:0]
	var err error
	if c.growing() {
		err = c.aggregateGrowing(last)
	} else {
		err = c.aggregateFrames(last)
	}
	if err != nil {
		return err
	}
	c.shown = true
	out := [1]*vector.Column{c.other}
	gatherColumn(out[:], 0, c.results[0], c.idx)
	c.other, c.result = out[0], out[0]
	return nil
}

// again gives the first row in work the result of the row before it.
func (c *windowCall) again(last int) error {
	old, r := c.results[1], c.results[0]
	r.Type, r.Kind, r.Form = old.Type, old.Kind, old.Form
	c.have = 1
	return appendTo(r, 0, old, []int32{int32(last)})
}

// growing tells of frames that begin with the partition, so that each contains the one before.
func (c *windowCall) growing() bool {
	return c.w.node.Frame.Start.Kind == plan.UnboundedPreceding && c.w.node.Frame.Exclude == plan.ExcludeNone
}

func (c *windowCall) aggregateGrowing(last int) error {
	w := c.w
	if c.state == nil {
		c.state = c.make(&c.ctx)
		c.state.Resize(1)
	}
	var frames []span
	var err error
	byRow := false
	switch {
	case c.running() && w.node.Frame.Mode == plan.FrameRows:
		byRow = true
	case c.running():
		frames, err = w.peers()
	default:
		frames, err = w.frames()
	}
	if err != nil {
		return err
	}
	for k := range w.now.N {
		end := w.first + int64(k) + 1
		if !byRow {
			end = frames[k].hi
		}
		if end == c.fed && (k > 0 || c.shown) {
			if k == 0 {
				if err := c.again(last); err != nil {
					return err
				}
			}
			c.idx = append(c.idx, int32(c.have-1))
			continue
		}
		if err := c.feed(c.state, span{c.fed, end}, 0); err != nil {
			return err
		}
		if err := c.flush(c.state); err != nil {
			return err
		}
		c.fed = max(c.fed, end)
		c.idx = append(c.idx, int32(c.have))
		if err := c.take(c.state, 1); err != nil {
			return err
		}
	}
	return nil
}

// pairs bounds how many rows of frames are fed at once.
const pairs = 1 << 15

// aggregateFrames computes each distinct frame anew, many frames at a time.
func (c *windowCall) aggregateFrames(last int) error {
	w := c.w
	frames, peers, err := w.framesAndPeers()
	if err != nil {
		return err
	}
	var state expr.Aggregate
	open, rows := 0, int64(0)
	most := int(min(max(least(w.rt.Budget)/512, 8), vector.Size))
	finish := func() error {
		if open == 0 {
			return nil
		}
		if err := canceled(w.env.Ctx); err != nil {
			return err
		}
		err := c.flush(state)
		if err == nil {
			err = c.take(state, open)
		}
		open, rows = 0, 0
		return err
	}
	for k := range w.now.N {
		var group span
		if peers != nil {
			group = peers[k]
		}
		c.spans = w.excluded(frames[k], w.first+int64(k), group, c.spans[:0])
		if (k > 0 || c.shown) && sameSpans(c.spans, c.before) {
			if k == 0 {
				if err := c.again(last); err != nil {
					return err
				}
			}
			c.idx = append(c.idx, int32(c.have+open-1))
			continue
		}
		c.before = append(c.before[:0], c.spans...)
		if open == 0 {
			state = c.make(&c.ctx)
		}
		state.Resize(open + 1)
		for _, s := range c.spans {
			if err := c.feed(state, s, int32(open)); err != nil {
				return err
			}
			rows += s.hi - s.lo
		}
		c.idx = append(c.idx, int32(c.have+open))
		if open++; rows >= pairs || open == most {
			if err := finish(); err != nil {
				return err
			}
		}
	}
	return finish()
}

func sameSpans(a, b []span) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// feed has the rows of a span fed to a group of the state: those that the FILTER lets through. Rows that lie side by side
// wait for flush.
func (c *windowCall) feed(state expr.Aggregate, s span, group int32) error {
	for s.lo < s.hi {
		cols, i, err := c.read.at(s.lo)
		if err != nil {
			return err
		}
		if c.pending == nil || &cols[0] != &c.pending[0] || c.read.block >= 0 {
			if err := c.flush(state); err != nil {
				return err
			}
			c.pending = cols
		}
		n := int32(min(c.read.end, s.hi) - s.lo)
		c.passing(cols, i, i+n)
		for len(c.groups) < len(c.sel) {
			c.groups = append(c.groups, group)
		}
		if len(c.sel) >= pairs || c.read.block >= 0 {
			if err := c.flush(state); err != nil {
				return err
			}
		}
		s.lo += int64(n)
	}
	return nil
}

// passing selects the rows from lo to hi that the FILTER lets through.
func (c *windowCall) passing(cols []*vector.Column, lo, hi int32) {
	if c.filter == nil {
		for i := lo; i < hi; i++ {
			c.sel = append(c.sel, i)
		}
		return
	}
	pass := cols[c.at+len(c.call.Args)]
	for i := lo; i < hi; i++ {
		if !pass.Null(i) && pass.Bools[i] {
			c.sel = append(c.sel, i)
		}
	}
}

// flush feeds the rows that wait.
func (c *windowCall) flush(state expr.Aggregate) error {
	sel, cols := c.sel, c.pending
	c.pending = nil
	if len(sel) == 0 {
		return nil
	}
	c.ctx.Args = cols[c.at : c.at+len(c.call.Args)]
	err := state.Add(&c.ctx, c.groups, sel)
	c.sel, c.groups = c.sel[:0], c.groups[:0]
	if err != nil {
		return err
	}
	return hold(c.w.rt.Budget, &c.held, state.Bytes())
}

// take appends the results of the state's first n groups to those that there are.
func (c *windowCall) take(state expr.Aggregate, n int) error {
	if c.one == nil {
		c.one = vector.New(types.Type(c.call.Typ), 0)
	}
	c.one.Reset()
	c.one.Resize(n)
	if err := state.Result(&c.ctx, 0, n, c.one); err != nil {
		return err
	}
	r := c.results[0]
	if c.have == 0 {
		r.Type, r.Kind, r.Form = c.one.Type, c.one.Kind, c.one.Form
	}
	err := appendTo(r, c.have, c.one, identity(n))
	c.have += n
	return err
}
