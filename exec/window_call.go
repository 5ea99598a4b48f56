package exec

import (
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// windowCall computes one call for the rows of a unit, some at a time from the first to the last.
type windowCall struct {
	w      *window
	call   *expr.WindowCall
	args   *computed
	filter *expr.Program
	at     int // of its arguments among the unit's columns
	result *vector.Column
	read   *StoreReader // rows of the unit that are not in work
	idx    []int32
	other  *vector.Column

	rank, dense int64
	tiles       tiles
	windowAggregate
}

// readBack is how many blocks of a unit on disk a call has at hand, as frames go back and forth over them.
const readBack = 8

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

// types are those of the unit's columns that are the call's: arguments, and the filter's outcome.
func (c *windowCall) types() []types.Type {
	var ts []types.Type
	for _, a := range c.call.Args {
		ts = append(ts, a.Type())
	}
	if c.filter != nil {
		ts = append(ts, types.Of(types.BoolOID))
	}
	return ts
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

// begin goes to the first row of a unit.
func (c *windowCall) begin() {
	if c.read == nil {
		c.read = c.w.rows.Reader().keep(readBack)
	}
	c.read.forget()
	c.fed, c.shown = 0, false
	if c.w.isNew {
		c.release()
		c.rank, c.dense = 0, 0
		c.tiles = tiles{}
	}
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

// arg is an argument of the rows in work.
func (c *windowCall) arg(i int) *vector.Column { return c.w.now.Cols[c.at+i] }

// compute fills result for the rows in work.
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
	c.result.Resize(c.w.now.N)
	if c.call.Proc.Src == "window_ntile" {
		return c.tiles.fill(c.result, c.arg(0), c.w)
	}
	return c.number()
}

// number computes the calls that only look at where a row stands.
func (c *windowCall) number() error {
	w, out := c.w, c.result
	if c.call.Proc.Src == "window_cume_dist" {
		peers, err := w.peers()
		for k, p := range peers {
			out.Floats[k] = float64(p.hi) / float64(w.n)
		}
		return err
	}
	fresh := w.now.Cols[w.freshColumn()].Bools
	for k := range w.now.N {
		row := w.before + w.first + int64(k) + 1
		if fresh[k] {
			c.rank = row
			c.dense++
		}
		switch c.call.Proc.Src {
		case "window_row_number":
			out.Ints[k] = row
		case "window_rank":
			out.Ints[k] = c.rank
		case "window_dense_rank":
			out.Ints[k] = c.dense
		case "window_percent_rank":
			out.Floats[k] = 0
			if w.n > 1 {
				out.Floats[k] = float64(c.rank-1) / float64(w.n-1)
			}
		}
	}
	return nil
}

// tiles deals a partition's rows out to so many buckets, the first ones taking what is left over (window_ntile).
type tiles struct {
	size, rest int64 // rows of a bucket, and how many have that many while there is a rest
	bucket, in int64 // the present bucket, 0 = the first row is still to come, and how many rows it has
}

func (t *tiles) fill(out, arg *vector.Column, w *window) error {
	for k := range w.now.N {
		if t.bucket == 0 {
			if arg.Null(int32(k)) {
				out.SetNull(int32(k))
				continue
			}
			buckets := arg.Ints[k]
			if buckets <= 0 {
				return pgerr.New(pgerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero")
			}
			t.bucket, t.size, t.rest = 1, w.n/buckets, w.n%buckets
			if t.size <= 0 {
				t.size = 1
			} else if t.rest != 0 {
				t.size++
			}
		}
		if t.in++; t.in > t.size {
			if t.rest != 0 && t.bucket == t.rest {
				t.rest = 0
				t.size--
			}
			t.bucket++
			t.in = 1
		}
		out.Ints[k] = t.bucket
	}
	return nil
}

// What stands in place of a row's number.
const (
	noRow      = -1 // NULL
	defaultRow = -2 // the row in work's own value of another argument
)

// shifted computes lag (direction = -1) and lead.
func (c *windowCall) shifted(direction int64) error {
	w := c.w
	rows := c.places()
	for k := range rows {
		distance := int64(1)
		rows[k] = noRow
		if len(c.call.Args) > 1 {
			offset := c.arg(1)
			if offset.Null(int32(k)) {
				continue
			}
			distance = offset.Ints[k]
		}
		to := w.first + int64(k) + direction*distance
		if to >= 0 && to < w.n {
			rows[k] = to
		} else if len(c.call.Args) > 2 {
			rows[k] = defaultRow
		}
	}
	return c.fetch(rows)
}

// places gives room for the number of a row per row in work.
func (c *windowCall) places() []int64 {
	if cap(c.rows) < c.w.now.N {
		c.rows = make([]int64, max(c.w.now.N, c.w.max))
	}
	return c.rows[:c.w.now.N]
}

// fetch makes the result of rows of the unit: their value of the first argument.
func (c *windowCall) fetch(rows []int64) error {
	c.idx = c.idx[:0]
	var from *vector.Column
	for _, n := range rows {
		if n == defaultRow {
			from = nil
			break
		}
		i := int32(-1)
		if n >= 0 {
			cols, at, err := c.read.at(n)
			if err != nil {
				return err
			}
			if from != nil && cols[c.at] != from {
				from = nil
				break
			}
			i, from = at, cols[c.at]
		}
		c.idx = append(c.idx, i)
	}
	if len(c.idx) < len(rows) || from != nil && c.read.block >= 0 {
		return c.assemble(rows)
	}
	if from == nil {
		c.result = nullColumn(c.result, c.call.Typ, len(rows))
		return nil
	}
	out := [1]*vector.Column{c.other}
	gatherColumn(out[:], 0, from, c.idx)
	c.other, c.result = out[0], out[0]
	return nil
}

// assemble is fetch for rows that do not lie side by side in memory.
func (c *windowCall) assemble(rows []int64) error {
	out := &vector.Column{Type: c.call.Typ, Kind: types.KindOf(c.call.Typ.OID)}
	null := nullColumn(nil, c.call.Typ, 1)
	var one [1]int32
	for k, n := range rows {
		src := null
		switch one[0] = 0; {
		case n == defaultRow:
			src, one[0] = c.arg(2), int32(k)
		case n >= 0:
			cols, i, err := c.read.at(n)
			if err != nil {
				return err
			}
			src, one[0] = cols[c.at], i
		}
		if src.Form != out.Form && src != null {
			if k == 0 || len(out.Nulls) == 0 {
				out.Form = src.Form
			} else if err := toText(out, identity(k)); err != nil {
				return err
			}
		}
		if src == null && out.Form != vector.Values {
			out.Nulls, out.Spans = append(out.Nulls[:k], true), append(out.Spans[:k], vector.Span{})
			out.HasNulls = true
			continue
		}
		if src.Form != out.Form {
			text := *src
			if err := toText(&text, one[:]); err != nil {
				return err
			}
			src = &text
		}
		if err := appendTo(out, k, src, one[:]); err != nil {
			return err
		}
	}
	c.result = out
	return nil
}

// fromFrame computes first_value, last_value and nth_value.
func (c *windowCall) fromFrame() error {
	w := c.w
	frames, peers, err := w.framesAndPeers()
	if err != nil {
		return err
	}
	rows := c.places()
	for k := range rows {
		rows[k] = noRow
		var group span
		if peers != nil {
			group = peers[k]
		}
		c.spans = w.excluded(frames[k], w.first+int64(k), group, c.spans[:0])
		nth := int64(1)
		switch c.call.Proc.Src {
		case "window_last_value":
			for _, s := range c.spans {
				if s.lo < s.hi {
					rows[k] = s.hi - 1
				}
			}
			continue
		case "window_nth_value":
			arg := c.arg(1)
			if arg.Null(int32(k)) {
				continue
			}
			if nth = arg.Ints[k]; nth <= 0 {
				return pgerr.New(pgerr.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero")
			}
		}
		for _, s := range c.spans {
			if size := s.hi - s.lo; nth > size {
				nth -= size
				continue
			}
			rows[k] = s.lo + nth - 1
			break
		}
	}
	return c.fetch(rows)
}
