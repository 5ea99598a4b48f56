package exec

import (
	"context"
	"slices"

	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// join is the hash join and, without keys, the nested loop: one side is held (the build side), the other's rows are
// probed in their order. Output rows follow the probe side's order, whatever the size of batches.
type join struct {
	node         *plan.Join
	probe, build Operator
	probeKeys    *computed
	buildKeys    *computed
	residual     *expr.Filter
	rt           *Runtime
	ctx          context.Context
	max          int
	colls        []types.OID
	buildLeft    bool
	keepProbe    bool // unmatched probe rows come out with NULLs
	keepBuild    bool
	once         bool // SEMI, ANTI: the probe row alone comes out
	marks        bool // SEMI, ANTI with the left side held: held rows come out at the end, by whether a row met them

	built   bool
	table   *groups // distinct keys of the build side
	head    []int32 // per group: its first build row; -1 never
	chain   []int32 // per build row: the next one of the same group
	tail    []int32
	data    *rows
	matched []bool // per build row, where keepBuild
	hasNull bool   // NOT IN: a build key is NULL
	held    int64

	batch   *vector.Batch // the probe batch in work
	ids     []int32       // per live probe row: its group or -1
	at      int           // index into batch.Sel
	cursor  int32         // next candidate of the current probe row; -1 = none left, -2 = row not begun
	hit     bool          // the current probe row has matched
	left    []int32       // pairs: rows of the probe batch,
	right   []int32       // and of data; -1 or blocked = the probe row's end
	outL    []int32
	outR    []int32
	pairs   vector.Batch // candidate pairs, for the residual
	out     vector.Batch
	drained int  // build rows looked at for unmatched ones
	ended   bool // the probe side is through
	nulls   []types.Type

	some  bool     // the build side has a row at all
	from  Operator // probe, or a file of its rows
	level int
	told  []*scan // that know which keys are sought

	spilled bool             // rows were spread over files
	took    *plan.HashActual // for EXPLAIN ANALYZE
	later   pairsOfFiles
	chunk   chunks
}

const (
	notBegun = int32(-2)
	unknown  = int32(-3) // NOT IN of a NULL: no group
	blocked  = int32(-4) // NOT IN is neither true nor false: the row does not pass
)

func (r *run) join(n *plan.Join, env *expr.Env) (Operator, error) {
	if n.IsLateral {
		return r.lateral(n, env)
	}
	left, err := r.build(n.Left, env)
	if err != nil {
		return nil, err
	}
	right, err := r.build(n.Right, env)
	if err != nil {
		return nil, closing(left, err)
	}
	j := &join{node: n, probe: left, build: right, rt: &r.rt, ctx: r.ctx, max: r.max, buildLeft: n.BuildLeft, cursor: notBegun}
	if r.rt.Actual != nil {
		j.took = &r.rt.Actual.Node(n).Hash
	}
	probeKeys, buildKeys := n.LeftKeys, n.RightKeys
	j.keepProbe = n.Kind == plan.LeftJoin || n.Kind == plan.FullJoin
	j.keepBuild = n.Kind == plan.RightJoin || n.Kind == plan.FullJoin
	j.once = n.Kind == plan.SemiJoin || n.Kind == plan.AntiJoin
	built := n.Right
	if n.BuildLeft {
		j.probe, j.build = right, left
		probeKeys, buildKeys = buildKeys, probeKeys
		j.keepProbe, j.keepBuild = n.Kind == plan.RightJoin || n.Kind == plan.FullJoin, n.Kind == plan.LeftJoin || n.Kind == plan.FullJoin
		j.marks, j.keepBuild, j.once = j.once, j.keepBuild || j.once, false
		built = n.Left
	}
	for _, c := range built.Columns() {
		j.nulls = append(j.nulls, c.Type)
	}
	if j.probeKeys, err = compute(unnamed(probeKeys), env); err != nil {
		return nil, closing(j, err)
	}
	if j.buildKeys, err = compute(unnamed(buildKeys), env); err != nil {
		return nil, closing(j, err)
	}
	for _, k := range buildKeys {
		j.colls = append(j.colls, k.Collation())
	}
	if len(n.Residual) > 0 {
		if j.residual, err = expr.CompileFilter(n.Residual, env); err != nil {
			return nil, closing(j, err)
		}
	}
	j.clear()
	return j, nil
}

// unnamed takes the columns out of keys that give them another name of their type: varchar as text.
func unnamed(keys []expr.Expr) []expr.Expr {
	out := slices.Clone(keys)
	for i, k := range keys {
		if r, ok := k.(*expr.Relabel); ok && r.Typ.OID == types.TextOID && r.Arg.Type().OID == types.VarcharOID {
			out[i] = r.Arg
		}
	}
	return out
}

func (j *join) clear() {
	j.table.release()
	j.data.release()
	j.rt.Budget.Shrink(j.held)
	j.held = 0
	j.table = newGroups(j.rt.Budget, j.colls)
	j.data = newRows(j.rt.Budget, len(j.nulls))
	j.head, j.tail, j.chain, j.matched = j.head[:0], j.tail[:0], j.chain[:0], nil
	j.built, j.ended, j.hit = false, false, false
	j.batch, j.cursor, j.drained = nil, notBegun, 0
}

// hold reads the build side, or a file of its rows. Where the budget refuses, both sides are spread over files by
// their keys' hashes, to be joined file by file; without keys, or where all rows have the same, the build side is done in
// chunks.
func (j *join) hold(build Operator) error {
	hashed := len(j.colls) > 0
	var ids []int32
	for {
		b, err := build.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		sel := b.Sel
		j.some = true
		var refused error
		if hashed {
			keys, err := j.buildKeys.eval(b)
			if err != nil {
				return err
			}
			whole := sel
			sel = notNull(keys, sel)
			j.hasNull = j.hasNull || len(sel) < len(whole)
			if len(ids) < len(whole) {
				ids = make([]int32, max(len(whole), vector.Size))
			}
			if _, err = j.table.assign(keys, sel, ids, nil); isOutOfMemory(err) {
				refused = err
			} else if err != nil {
				return err
			}
			at := j.data.n
			for k := range sel {
				j.link(ids[k], int32(at+k))
			}
			if j.keepBuild && len(sel) < len(whole) { // rows without a key match nothing but come out
				if err := j.data.put(b.Cols, sel); err != nil {
					return err
				}
				rest := without(whole, sel)
				for range rest {
					j.chain = append(j.chain, -1)
				}
				sel = rest
			}
		}
		if err := j.data.add(b.Cols, sel); isOutOfMemory(err) {
			refused = err
		} else if err != nil {
			return err
		}
		if hashed {
			if want := int64(4 * (cap(j.chain) + cap(j.head) + cap(j.tail))); want > j.held {
				if err := j.rt.Budget.Grow(want - j.held); err != nil {
					refused = outOfMemory(err)
				} else {
					j.held = want
				}
			}
		}
		if refused == nil || j.data.bytes() < least(j.rt.Budget) {
			continue
		}
		// Rows of one key alone, found in a file of those of many, would come into one file again.
		if hashed && !j.chunk.on && j.level < maxLevels && (j.level == 0 || j.table.n() > 1) {
			return j.spread(build)
		}
		j.chunk.on, j.chunk.rest = true, build
		break
	}
	return j.filled()
}

// filled readies the held rows for probing.
func (j *join) filled() error {
	if j.took != nil {
		j.took.Add(len(j.table.slots), j.data.bytes()+j.table.held+j.table.keys.bytes())
	}
	if j.keepBuild {
		j.matched = make([]bool, j.data.n)
	}
	for i, t := range j.nulls { // an empty side has columns too
		if j.data.cols[i] == nil {
			j.data.cols[i] = &vector.Column{Type: t, Kind: types.KindOf(t.OID)}
			j.data.cols[i].Resize(j.data.n)
		}
	}
	return nil
}

func (j *join) link(id, row int32) {
	j.chain = append(j.chain, -1)
	if int(id) == len(j.head) {
		j.head, j.tail = append(j.head, row), append(j.tail, row)
		return
	}
	j.chain[j.tail[id]] = row
	j.tail[id] = row
}

// notNull gives the rows in which no key is NULL.
func notNull(keys []*vector.Column, sel []int32) []int32 {
	for _, k := range keys {
		if !k.HasNulls {
			continue
		}
		keep := make([]int32, 0, len(sel))
		for _, i := range sel {
			if !k.Nulls[i] {
				keep = append(keep, i)
			}
		}
		sel = keep
	}
	return sel
}

// without gives the rows of all that are not in some; both ascend.
func without(all, some []int32) []int32 {
	var out []int32
	for _, i := range all {
		if len(some) > 0 && some[0] == i {
			some = some[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}

func (j *join) Next() (*vector.Batch, error) {
	if !j.built {
		j.from = j.probe
		if err := j.hold(j.build); err != nil {
			return nil, err
		}
		j.narrow()
		j.built = true
	}
	for {
		if j.batch == nil && !j.ended {
			if j.data.n == 0 && !j.keepProbe && (j.node.Kind != plan.AntiJoin || j.marks) {
				j.ended = true // nothing can match
			} else if err := j.more(); err != nil {
				return nil, err
			}
		}
		if j.batch == nil {
			if b := j.unmatched(); b != nil {
				return b, nil
			}
			more, err := j.nextChunk()
			if !more && err == nil {
				more, err = j.nextPart()
			}
			if err != nil || !more {
				return nil, err
			}
			continue
		}
		if err := canceled(j.ctx); err != nil {
			return nil, err
		}
		if err := j.candidates(); err != nil {
			return nil, err
		}
		if b := j.emit(); b != nil {
			return b, nil
		}
	}
}

// more takes the next probe batch.
func (j *join) more() error {
	b, err := j.from.Next()
	if err != nil {
		return err
	}
	if b == nil {
		j.ended = true
		return nil
	}
	j.batch, j.at, j.cursor = b, 0, notBegun
	if err := j.number(b); err != nil || len(j.colls) == 0 {
		return err
	}
	keys, err := j.probeKeys.eval(b)
	if err != nil {
		return err
	}
	if len(j.ids) < len(b.Sel) {
		j.ids = make([]int32, max(len(b.Sel), vector.Size))
	}
	j.table.find(keys, b.Sel, j.ids)
	for _, k := range keys {
		if !k.HasNulls {
			continue
		}
		for n, i := range b.Sel {
			if k.Nulls[i] {
				j.ids[n] = -1
				if j.node.NullAware {
					j.ids[n] = unknown
				}
			}
		}
	}
	return nil
}

// candidates collects pairs of a probe row and a build row that may match, and each probe row's end (-1), until the
// batch is through or there are enough.
func (j *join) candidates() error {
	j.left, j.right = j.left[:0], j.right[:0]
	sel := j.batch.Sel
	for j.at < len(sel) && len(j.left) < j.max {
		row := sel[j.at]
		if j.cursor == notBegun {
			j.cursor = j.first()
		}
		for j.cursor >= 0 && len(j.left) < j.max {
			if j.marks && j.matched[j.cursor] {
				j.cursor = j.after(j.cursor)
				continue
			}
			j.left, j.right = append(j.left, row), append(j.right, j.cursor)
			if j.cursor = j.after(j.cursor); j.once && j.residual == nil {
				j.cursor = -1 // one is enough
			}
		}
		if j.cursor < 0 {
			j.left, j.right = append(j.left, row), append(j.right, j.cursor)
			j.at++
			j.cursor = notBegun
		}
	}
	return j.test()
}

func (j *join) first() int32 {
	if len(j.colls) == 0 {
		if j.data.n > 0 {
			return 0
		}
		return -1
	}
	id := j.ids[j.at]
	if j.node.NullAware {
		if (j.hasNull || id == unknown) && j.some {
			return blocked
		}
	}
	if id < 0 {
		return -1
	}
	return j.head[id]
}

func (j *join) after(row int32) int32 {
	if len(j.colls) > 0 {
		return j.chain[row]
	}
	if int(row)+1 < j.data.n {
		return row + 1
	}
	return -1
}

// test applies the residual to the pairs and turns those that pass, and the ends of unmatched rows, into output.
func (j *join) test() error {
	var pass []int32
	if j.residual != nil {
		if err := j.applyResidual(); err != nil {
			return err
		}
		pass = j.pairs.Sel
	}
	j.outL, j.outR = j.outL[:0], j.outR[:0]
	for k, row := range j.left {
		b := j.right[k]
		if b < 0 {
			if !j.hit && b != blocked && (j.keepProbe || j.node.Kind == plan.AntiJoin && !j.marks) && j.chunk.rest == nil && !j.metBefore() {
				j.outL, j.outR = append(j.outL, row), append(j.outR, -1)
			}
			j.rowEnds(j.hit)
			j.hit = false
			continue
		}
		if j.residual != nil {
			if len(pass) == 0 || pass[0] != int32(k) {
				continue
			}
			pass = pass[1:]
		}
		if j.once {
			if j.passesOnce() {
				j.outL, j.outR = append(j.outL, row), append(j.outR, -1)
			}
			j.hit = true
			continue
		}
		j.hit = true
		if j.matched != nil {
			j.matched[b] = true
		}
		if j.marks {
			continue
		}
		j.outL, j.outR = append(j.outL, row), append(j.outR, b)
	}
	return nil
}

func (j *join) applyResidual() error {
	// Row ends stand among the pairs: their rows are left out of the selection.
	j.fill(&j.pairs, j.left, j.right, true)
	keep := j.pairs.Narrow()
	for k, b := range j.right {
		if b >= 0 {
			keep = append(keep, int32(k))
		}
	}
	if j.pairs.Sel = keep; len(keep) == 0 {
		return nil
	}
	return j.residual.Apply(&j.pairs)
}

// fill makes a batch of pairs, left side's columns first.
func (j *join) fill(out *vector.Batch, probe, build []int32, both bool) {
	pw, bw := len(j.batch.Cols), len(j.nulls)
	if out.Cols == nil {
		out.Cols = make([]*vector.Column, pw+bw)
	}
	po, bo := 0, pw
	if j.buildLeft {
		po, bo = bw, 0
	}
	for i, c := range j.batch.Cols {
		if c != nil {
			gatherColumn(out.Cols, po+i, c, probe)
		}
	}
	if both {
		for i, c := range j.data.cols {
			gatherColumn(out.Cols, bo+i, c, build)
		}
	}
	out.SetLen(len(probe))
}

// emit gives the rows found, if any, and lets go of the probe batch when it is through.
func (j *join) emit() *vector.Batch {
	b := j.batch
	if len(j.outL) > 0 {
		j.fill(&j.out, j.outL, j.outR, !j.once)
		if j.once {
			j.out.Cols = j.out.Cols[:len(b.Cols)]
		}
	}
	if j.at >= len(b.Sel) {
		j.batch = nil
	}
	if len(j.outL) == 0 {
		return nil
	}
	return &j.out
}

// unmatched gives the build rows that no probe row met; of a semi-join, those that one did meet.
func (j *join) unmatched() *vector.Batch {
	if !j.keepBuild {
		return nil
	}
	j.outR = j.outR[:0]
	for ; j.drained < j.data.n && len(j.outR) < j.max; j.drained++ {
		if j.matched[j.drained] == (j.marks && j.node.Kind == plan.SemiJoin) {
			j.outR = append(j.outR, int32(j.drained))
		}
	}
	n := len(j.outR)
	if n == 0 {
		return nil
	}
	pw := len(j.node.Cols) - len(j.nulls)
	if j.out.Cols == nil {
		j.out.Cols = make([]*vector.Column, len(j.node.Cols))
	}
	po, bo := 0, pw
	if j.buildLeft {
		po, bo = len(j.nulls), 0
	}
	for i := range pw {
		j.out.Cols[po+i] = nullColumn(j.out.Cols[po+i], j.node.Cols[po+i].Type, n)
	}
	for i, c := range j.data.cols {
		gatherColumn(j.out.Cols, bo+i, c, j.outR)
	}
	j.out.SetLen(n)
	return &j.out
}

func nullColumn(c *vector.Column, t types.Type, n int) *vector.Column {
	if c == nil {
		c = vector.New(t, n)
	}
	c.Resize(n)
	for i := range n {
		c.SetNull(int32(i))
	}
	return c
}

func (j *join) Rewind() error {
	if j.node.KeepBuild && j.built && j.level == 0 && !j.chunk.on && !j.spilled {
		clear(j.matched)
		j.ended, j.hit, j.batch, j.cursor, j.drained = false, false, nil, notBegun, 0
		return j.probe.Rewind()
	}
	j.drop()
	j.untell()
	j.clear()
	j.some, j.hasNull, j.level, j.spilled = false, false, 0, false
	if err := j.probe.Rewind(); err != nil {
		return err
	}
	return j.build.Rewind()
}

func (j *join) Close() error {
	j.drop()
	j.untell()
	j.table.release()
	j.data.release()
	j.rt.Budget.Shrink(j.held)
	j.held = 0
	return closeAll(j.probe, j.build)
}
