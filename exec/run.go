package exec

import (
	"context"
	"errors"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/internal/spill"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/sources"
	"howdah/types"
	"howdah/vector"
)

// Runtime is what one execution of a query works with.
type Runtime struct {
	Budget   *budget.Budget    // what rows held in memory are taken from; nil = no limit
	Snapshot *sources.Snapshot // pins the versions of objects; nil = one of the execution's own
	Session  catalog.Session   // for tables of the system catalogs
	BatchMax int               // rows of a batch at most; 0 = vector.Size
	Rejects  *reject.Run       // what scans reject; nil = nobody asks
	TempDir  string            // where spill files go; "" = the system's
	Files    *spill.Quota      // what spill files may take; nil = no limit
	// Meter gives the counters of a scan; nil = each scan has its own, seen by nobody.
	Meter func(*plan.Scan) *meter.Scan
	// Actual, where not nil, gathers what EXPLAIN ANALYZE shows.
	Actual *plan.Actuals
}

// space is where operators keep rows.
func (rt *Runtime) space() Space { return Space{Memory: rt.Budget, Dir: rt.TempDir, Files: rt.Files} }

// run is one execution: what its operators share.
type run struct {
	ctx      context.Context
	rt       Runtime
	max      int
	query    *plan.Query
	ctes     map[int]*cte
	subplans []*subplan
}

// Cursor yields a query's rows. One goroutine at a time.
type Cursor struct {
	run  *run
	root Operator
	cols []plan.Column
	err  error
	out  vector.Batch
	ctx  context.Context
}

// Run prepares to execute a query; no file is opened before the first Next. env has Params, Style, times and Session
// set; Run completes a copy of it. The caller closes the cursor.
func Run(ctx context.Context, q *plan.Query, env *expr.Env, rt Runtime) (*Cursor, error) {
	if q.Failed != nil {
		return nil, q.Failed
	}
	if rt.Snapshot == nil {
		rt.Snapshot = sources.NewSnapshot()
	}
	r := &run{ctx: ctx, rt: rt, max: rt.BatchMax, query: q}
	if r.max <= 0 {
		r.max = vector.Size
	}
	own := *env
	own.Ctx = ctx
	own.Exec = nil
	own.Subplans = make([]expr.Subplan, len(q.Subplans))
	for i := range q.Subplans {
		r.subplans = append(r.subplans, &subplan{r: r, node: &q.Subplans[i]})
		own.Subplans[i] = r.subplans[i]
	}
	for i, s := range r.subplans {
		s.env = own
		s.env.Exec = make([]types.Datum, q.Subplans[i].Args)
	}
	root, err := r.build(q.Root, &own)
	if err != nil {
		return nil, err
	}
	return &Cursor{run: r, root: root, cols: q.Root.Columns(), ctx: ctx}, nil
}

// Columns are the result's, without hidden ones.
func (c *Cursor) Columns() []plan.Column { return c.cols }

// Next gives the next batch, valid until the next call; nil at the end. After an error it gives that error again.
func (c *Cursor) Next() (*vector.Batch, error) {
	if c.err != nil {
		return nil, c.err
	}
	if c.err = canceled(c.ctx); c.err != nil {
		return nil, c.err
	}
	b, err := c.root.Next()
	if err != nil {
		c.err = err
		return nil, err
	}
	if b == nil {
		return nil, nil
	}
	c.out.Cols, c.out.N, c.out.Sel = b.Cols[:len(c.cols)], b.N, b.Sel
	return &c.out, nil
}

// Rewind starts from the first row again, over the same versions of files.
func (c *Cursor) Rewind() error {
	if c.err != nil {
		return c.err
	}
	return c.root.Rewind()
}

// Close lets go of files, memory and temporary files.
func (c *Cursor) Close() error {
	if c.root == nil {
		return nil
	}
	err := c.root.Close()
	for _, s := range c.run.subplans {
		err = errors.Join(err, s.close())
	}
	c.root = nil
	if c.err == nil {
		c.err = pgerr.New(pgerr.InvalidCursorState, "cursor is closed")
	}
	return err
}

// build makes the operator of a node; env is what its expressions see.
func (r *run) build(n plan.Node, env *expr.Env) (Operator, error) {
	op, err := r.operator(n, env)
	if err != nil {
		return nil, err
	}
	if r.rt.Actual != nil {
		op = &measured{op: op, actual: r.rt.Actual.Node(n)}
	}
	return op, nil
}

func (r *run) operator(n plan.Node, env *expr.Env) (Operator, error) {
	switch n := n.(type) {
	case *plan.Scan:
		return r.scan(n, env)
	case *plan.System:
		return r.system(n)
	case *plan.Values:
		return r.values(n, env)
	case *plan.Empty:
		return nothing{}, nil
	case *plan.Function:
		return r.function(n, env)
	case *plan.ProjectSet:
		return r.projectSet(n, env)
	case *plan.Filter:
		return r.filter(n, env)
	case *plan.Project:
		return r.project(n, env)
	case *plan.Sort:
		return r.sort(n, env)
	case *plan.Limit:
		return r.limit(n, env)
	case *plan.Aggregate:
		return r.aggregate(n, env)
	case *plan.Window:
		return r.window(n, env)
	case *plan.Unique:
		return r.unique(n, env)
	case *plan.Join:
		return r.join(n, env)
	case *plan.Append:
		return r.appendAll(n, env)
	case *plan.SetOp:
		return r.setop(n, env)
	case *plan.Subquery:
		return r.build(n.Input, env)
	case *plan.With:
		return r.with(n, env)
	case *plan.CTEScan:
		return r.cteScan(n)
	case *plan.Keep:
		return r.keep(n, env)
	}
	return nil, pgerr.New(pgerr.InternalError, "no operator for %T", n)
}

// canceled gives why the context ended, nil while it has not.
func canceled(ctx context.Context) error {
	return pgerr.Stopped(ctx)
}

// closing closes what was opened already when err ends the making of an operator.
func closing(op Operator, err error) error {
	op.Close()
	return err
}

func closeAll(ops ...Operator) error {
	var err error
	for _, op := range ops {
		if op != nil {
			err = errors.Join(err, op.Close())
		}
	}
	return err
}
