package exec

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// windowCall computes one call for the rows of a unit.
type windowCall struct {
	w      *window
	call   *expr.WindowCall
	args   *computed
	filter *expr.Program
	at     int // of its arguments among the unit's columns
	result *vector.Column

	// Of an aggregate.
	make  expr.NewAggregate
	ctx   expr.Call
	held  int64
	state expr.Aggregate // of a running one: all rows of the partition so far
	one   *vector.Column // a result

	rank, dense int64
}

func newWindowCall(call *expr.WindowCall, w *window, at int, env *expr.Env) (*windowCall, error) {
	c := &windowCall{w: w, call: call, at: at}
	var err error
	if c.args, err = compute(call.Args, env); err != nil {
		return nil, err
	}
	if call.Filter != nil {
		if c.filter, err = expr.Compile(call.Filter, env); err != nil {
			return nil, err
		}
	}
	if call.Proc.Kind != 'a' {
		return c, nil
	}
	if c.make, err = expr.AggregateOf(call.Proc); err != nil {
		return nil, err
	}
	c.ctx = expr.Call{Result: call.Typ, Collation: call.In, Env: env}
	for _, a := range call.Args {
		c.ctx.ArgTypes = append(c.ctx.ArgTypes, a.Type())
		_, constant := a.(*expr.Const)
		c.ctx.Const = append(c.ctx.Const, constant)
	}
	return c, nil
}

// width is how many columns of the unit are the call's: arguments, and the filter's outcome.
func (c *windowCall) width() int {
	if c.filter != nil {
		return len(c.call.Args) + 1
	}
	return len(c.call.Args)
}

// unit is what the call must see at once.
func (c *windowCall) unit() unitKind {
	switch c.call.Proc.Src {
	case "window_row_number", "window_rank", "window_dense_rank":
		return unitBatch
	}
	if c.make == nil || !c.running() {
		return unitPartition
	}
	if c.w.node.Frame.Mode == plan.FrameRows {
		return unitBatch
	}
	return unitPeers
}

// running tells of an aggregate over all rows of the partition up to the present one or its last peer.
func (c *windowCall) running() bool {
	f := &c.w.node.Frame
	return f.Exclude == plan.ExcludeNone && f.Start.Kind == plan.UnboundedPreceding && f.End.Kind == plan.CurrentRow
}

func (c *windowCall) clear() {
	c.release()
	c.rank, c.dense = 0, 0
}

func (c *windowCall) release() {
	c.w.rt.Budget.Shrink(c.held)
	c.held, c.state = 0, nil
}

// eval adds the call's columns of a batch to cols.
func (c *windowCall) eval(b *vector.Batch, cols []*vector.Column) ([]*vector.Column, error) {
	args, err := c.args.eval(b)
	if err != nil {
		return nil, err
	}
	cols = append(cols, args...)
	if c.filter != nil {
		pass, err := c.filter.Eval(b, b.Sel)
		if err != nil {
			return nil, err
		}
		cols = append(cols, pass)
	}
	return cols, nil
}

func (c *windowCall) arg(i int) *vector.Column { return c.w.rows.cols[c.at+i] }

// compute fills result for the unit's rows.
func (c *windowCall) compute() error {
	if c.make != nil {
		return c.aggregate()
	}
	switch c.call.Proc.Src {
	case "window_first_value", "window_last_value", "window_nth_value":
		return c.fromFrame()
	case "window_lag", "window_lag_with_offset", "window_lag_with_offset_and_default":
		return c.shifted(-1)
	case "window_lead", "window_lead_with_offset", "window_lead_with_offset_and_default":
		return c.shifted(1)
	}
	if c.result == nil {
		c.result = vector.New(c.call.Typ, 0)
	}
	c.result.ClearNulls()
	c.result.Resize(c.w.n)
	if c.call.Proc.Src == "window_ntile" {
		return c.ntile()
	}
	c.number()
	return nil
}

// number computes the calls that only look at where a row stands.
func (c *windowCall) number() {
	w, out := c.w, c.result
	if w.isNew {
		c.rank, c.dense = 0, 0
	}
	var peers []span
	if c.call.Proc.Src == "window_cume_dist" {
		peers = w.peers()
	}
	for i := range w.n {
		row := w.before + int64(i) + 1
		if w.fresh[i] {
			c.rank = row
			c.dense++
		}
		switch c.call.Proc.Src {
		case "window_row_number":
			out.Ints[i] = row
		case "window_rank":
			out.Ints[i] = c.rank
		case "window_dense_rank":
			out.Ints[i] = c.dense
		case "window_percent_rank":
			out.Floats[i] = 0
			if w.n > 1 {
				out.Floats[i] = float64(c.rank-1) / float64(w.n-1)
			}
		case "window_cume_dist":
			out.Floats[i] = float64(peers[i].hi) / float64(w.n)
		}
	}
}

// ntile deals the partition's rows out to so many buckets, the first ones taking what is left over (window_ntile).
func (c *windowCall) ntile() error {
	arg, out, n := c.arg(0), c.result, c.w.n
	first := 0
	for first < n && arg.Null(int32(first)) {
		out.SetNull(int32(first))
		first++
	}
	if first == n {
		return nil
	}
	buckets := arg.Ints[first]
	if buckets <= 0 {
		return pgerr.New(pgerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero")
	}
	size, rest := int64(n)/buckets, int64(n)%buckets
	if size <= 0 {
		size = 1
	} else if rest != 0 {
		size++
	}
	bucket, in := int64(1), int64(0)
	for i := first; i < n; i++ {
		if in++; in > size {
			if rest != 0 && bucket == rest {
				rest = 0
				size--
			}
			bucket++
			in = 1
		}
		out.Ints[i] = bucket
	}
	return nil
}

// shifted computes lag (back = -1) and lead.
func (c *windowCall) shifted(direction int64) error {
	n := c.w.n
	idx := make([]int32, n)
	var defaults []int32
	for i := range n {
		distance := int64(1)
		idx[i] = -1
		if len(c.call.Args) > 1 {
			offset := c.arg(1)
			if offset.Null(int32(i)) {
				continue
			}
			distance = offset.Ints[i]
		}
		to := int64(i) + direction*distance
		if to >= 0 && to < int64(n) {
			idx[i] = int32(to)
		} else if len(c.call.Args) > 2 {
			defaults = append(defaults, int32(i))
		}
	}
	if defaults == nil {
		return c.gather(c.arg(0), idx)
	}
	return c.pick(c.arg(0), idx, c.arg(2), defaults)
}

// gather makes the result of rows of a column; -1 is NULL.
func (c *windowCall) gather(src *vector.Column, idx []int32) error {
	out := []*vector.Column{c.result}
	gatherColumn(out, 0, src, idx)
	c.result = out[0]
	return nil
}

// pick is gather, but for the rows listed in others, which have their own value of a second column.
func (c *windowCall) pick(src *vector.Column, idx []int32, second *vector.Column, others []int32) error {
	all := &vector.Column{Type: src.Type, Kind: src.Kind, Form: src.Form}
	n := c.w.n
	if err := appendTo(all, 0, src, identity(n)); err != nil {
		return err
	}
	if err := appendTo(all, n, second, others); err != nil {
		return err
	}
	for k, i := range others {
		idx[i] = int32(n + k)
	}
	c.result = nil // it would be a view of what is reused
	return c.gather(all, idx)
}

// fromFrame computes first_value, last_value and nth_value.
func (c *windowCall) fromFrame() error {
	w := c.w
	peers := w.peers()
	frames, err := w.frames(peers)
	if err != nil {
		return err
	}
	idx := make([]int32, w.n)
	var spans []span
	for i := range idx {
		idx[i] = -1
		spans = w.excluded(frames[i], int32(i), peers[i], spans[:0])
		nth := int64(1)
		switch c.call.Proc.Src {
		case "window_last_value":
			for _, s := range spans {
				if s.lo < s.hi {
					idx[i] = s.hi - 1
				}
			}
			continue
		case "window_nth_value":
			arg := c.arg(1)
			if arg.Null(int32(i)) {
				continue
			}
			if nth = arg.Ints[i]; nth <= 0 {
				return pgerr.New(pgerr.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero")
			}
		}
		for _, s := range spans {
			if size := int64(s.hi - s.lo); nth > size {
				nth -= size
				continue
			}
			idx[i] = s.lo + int32(nth-1)
			break
		}
	}
	return c.gather(c.arg(0), idx)
}

// passing leaves the rows of a span that the FILTER lets through.
func (c *windowCall) passing(s span, sel []int32) []int32 {
	if c.filter == nil {
		for i := s.lo; i < s.hi; i++ {
			sel = append(sel, i)
		}
		return sel
	}
	pass := c.arg(len(c.call.Args))
	for i := s.lo; i < s.hi; i++ {
		if !pass.Null(i) && pass.Bools[i] {
			sel = append(sel, i)
		}
	}
	return sel
}

// add feeds rows of the unit to the groups of a state.
func (c *windowCall) add(state expr.Aggregate, groups, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	c.ctx.Args = c.w.rows.cols[c.at : c.at+len(c.call.Args)]
	if err := state.Add(&c.ctx, groups, sel); err != nil {
		return err
	}
	if b := state.Bytes(); b > c.held {
		if err := c.w.rt.Budget.Grow(b - c.held); err != nil {
			return outOfMemory(err)
		}
		c.held = b
	}
	return nil
}

// aggregate computes an aggregate over each row's frame. Neighbours with the same frame share a result.
func (c *windowCall) aggregate() error {
	w := c.w
	if w.isNew {
		c.release()
	}
	results := &vector.Column{}
	idx := make([]int32, w.n)
	var err error
	if c.growing() {
		err = c.aggregateGrowing(results, idx)
	} else {
		err = c.aggregateFrames(results, idx)
	}
	if err != nil {
		return err
	}
	c.result = nil
	return c.gather(results, idx)
}

// growing tells of frames that begin with the partition, so that each contains the one before.
func (c *windowCall) growing() bool {
	return c.w.node.Frame.Start.Kind == plan.UnboundedPreceding && c.w.node.Frame.Exclude == plan.ExcludeNone
}

func (c *windowCall) aggregateGrowing(results *vector.Column, idx []int32) error {
	w := c.w
	if c.state == nil {
		c.state = c.make(&c.ctx)
		c.state.Resize(1)
	}
	ends := make([]int32, w.n)
	switch {
	case c.running() && w.node.Frame.Mode == plan.FrameRows:
		for i := range ends {
			ends[i] = int32(i) + 1
		}
	case c.running():
		for i, p := range w.peers() {
			ends[i] = p.hi
		}
	default:
		frames, err := w.frames(w.peers())
		if err != nil {
			return err
		}
		for i, f := range frames {
			ends[i] = f.hi
		}
	}
	var sel []int32
	fed, n := int32(0), 0
	for i, end := range ends {
		if i > 0 && end == fed {
			idx[i] = int32(n - 1)
			continue
		}
		sel = c.passing(span{fed, end}, sel[:0])
		if err := c.add(c.state, make([]int32, len(sel)), sel); err != nil {
			return err
		}
		fed = max(fed, end)
		if err := c.take(c.state, 0, 1, results, n); err != nil {
			return err
		}
		idx[i] = int32(n)
		n++
	}
	return nil
}

// pairs bounds how many rows of frames are fed at once.
const pairs = 1 << 15

// aggregateFrames computes each distinct frame anew, many frames at a time.
func (c *windowCall) aggregateFrames(results *vector.Column, idx []int32) error {
	w := c.w
	peers := w.peers()
	frames, err := w.frames(peers)
	if err != nil {
		return err
	}
	var spans, before []span
	var groups, sel []int32
	n, open := 0, 0
	flush := func() error {
		if open == 0 {
			return nil
		}
		if err := canceled(w.env.Ctx); err != nil {
			return err
		}
		state := c.make(&c.ctx)
		state.Resize(open)
		if err := c.add(state, groups, sel); err != nil {
			return err
		}
		if err := c.take(state, 0, open, results, n); err != nil {
			return err
		}
		n += open
		open, groups, sel = 0, groups[:0], sel[:0]
		return nil
	}
	for i := range idx {
		spans = w.excluded(frames[i], int32(i), peers[i], spans[:0])
		if i > 0 && sameSpans(spans, before) {
			idx[i] = idx[i-1]
			continue
		}
		before = append(before[:0], spans...)
		for _, s := range spans {
			sel = c.passing(s, sel)
		}
		for len(groups) < len(sel) {
			groups = append(groups, int32(open))
		}
		idx[i] = int32(n + open)
		open++
		if len(sel) >= pairs || open == vector.Size {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
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

// take appends the results of groups to those that there are.
func (c *windowCall) take(state expr.Aggregate, first, n int, results *vector.Column, have int) error {
	if c.one == nil {
		c.one = vector.New(types.Type(c.call.Typ), 0)
	}
	c.one.Reset()
	c.one.Resize(n)
	if err := state.Result(&c.ctx, first, n, c.one); err != nil {
		return err
	}
	if have == 0 {
		results.Type, results.Kind, results.Form = c.one.Type, c.one.Kind, c.one.Form
	}
	return appendTo(results, have, c.one, identity(n))
}
