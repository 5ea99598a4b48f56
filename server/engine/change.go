package engine

import (
	"context"
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/exec"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/server"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// prepareChange plans a statement that makes or changes temporary tables; of others it gives nil.
func (e *Engine) prepareChange(ctx context.Context, stmt sql.Statement, v *view, path []string, params []types.Type, opts plan.Options) (server.Plan, error) {
	switch n := stmt.Node.Node.(type) {
	case *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt:
		c, err := plan.PrepareChange(ctx, stmt, v.View, path, params, opts)
		if err != nil {
			return nil, err
		}
		return &change{prepared{engine: e, query: c.Query}, c}, nil
	case *pg.Node_CreateStmt, *pg.Node_CreateTableAsStmt:
		return e.prepareCreate(ctx, stmt, v, path, params, opts)
	case *pg.Node_SelectStmt:
		if stmt.Kind == sql.CreateTableAs {
			return e.prepareCreate(ctx, stmt, v, path, params, opts)
		}
	case *pg.Node_TruncateStmt:
		return &truncation{stmt: n.TruncateStmt, path: path}, nil
	}
	return nil, nil
}

// change is an INSERT, UPDATE or DELETE.
type change struct {
	prepared
	change *plan.Change
}

var _ server.Change = (*change)(nil)

// Columns implements server.Plan: RETURNING's.
func (c *change) Columns() []server.Column {
	if c.change.Returning == nil {
		return nil
	}
	return (&prepared{engine: c.engine, query: c.change.Returning}).Columns()
}

// Params implements server.Plan.
func (c *change) Params() []types.Type { return c.change.Params }

// Run implements server.Plan.
func (c *change) Run(context.Context, *server.Execution) (server.Rows, error) { return nil, applied() }

func applied() error { return pgerr.New(pgerr.InternalError, "a change is applied, not run") }

// Apply implements server.Change.
func (c *change) Apply(ctx context.Context, x *server.Execution) (*server.Applied, error) {
	t := x.View.(*view).t
	defer t.own.writing(x.Env.Session)()
	table := t.tx.Temp().ByOID(c.change.Table.OID)
	if table == nil {
		return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", c.change.Table.Name)
	}
	env, rt, running := c.runtime(ctx, x)
	defer running.end()
	defer rt.Budget.Close()
	done, err := exec.Change(ctx, c.change, table, env, rt)
	if err != nil {
		return nil, err
	}
	out := &server.Applied{Tag: fmt.Sprintf("%s %d", [...]string{"INSERT 0", "UPDATE", "DELETE"}[c.change.Kind], done.Count)}
	if c.change.Returning != nil {
		env, rt, running := c.runtime(ctx, x)
		defer running.end()
		rt.Session = &returning{rt.Session.(*session), table, done.Returned}
		kept, err := exec.Keep(ctx, c.change.Returning, env, rt)
		if err != nil {
			rt.Budget.Close()
			return nil, err
		}
		out.Rows = kept
	}
	t.tx.SetTemp(t.tx.Temp().WithRows(table.OID, done.Rows))
	return out, nil
}

// returning is the session as RETURNING sees it.
type returning struct {
	*session
	table *catalog.TempTable
	rows  catalog.TempRows
}

// ChangedRows implements plan.Changed.
func (r *returning) ChangedRows() (*catalog.TempTable, catalog.TempRows) { return r.table, r.rows }

// create is a CREATE TEMP TABLE, also AS, and SELECT INTO.
type create struct {
	prepared
	create *plan.Create
	tag    string
}

var _ server.Change = (*create)(nil)

func (e *Engine) prepareCreate(ctx context.Context, stmt sql.Statement, v *view, path []string, params []types.Type, opts plan.Options) (server.Plan, error) {
	c, err := plan.PrepareCreate(ctx, stmt, v.View, path, params, opts)
	if err != nil {
		return nil, err
	}
	return &create{prepared{engine: e, query: c.Query}, c, sql.CommandTag(stmt.Node)}, nil
}

// Columns implements server.Plan.
func (c *create) Columns() []server.Column { return nil }

// Params implements server.Plan.
func (c *create) Params() []types.Type { return c.create.Params }

// Run implements server.Plan.
func (c *create) Run(context.Context, *server.Execution) (server.Rows, error) { return nil, applied() }

// Apply implements server.Change.
func (c *create) Apply(ctx context.Context, x *server.Execution) (*server.Applied, error) {
	t := x.View.(*view).t
	defer t.own.writing(x.Env.Session)()
	table := *c.create.Table
	table.OID = c.engine.Catalog.NewOID()
	table.Keys = append([]catalog.TempKey(nil), table.Keys...)
	for i := range table.Keys {
		table.Keys[i].OID = c.engine.Catalog.NewOID()
	}
	table.Rows = t.own.space.Rows(&table)
	before := t.tx.Temp()
	existed, err := t.tx.AddTemp(&table, c.create.IfNotExists)
	if err != nil {
		return nil, err
	}
	out := &server.Applied{Tag: c.tag}
	if existed {
		if c.create.Query != nil {
			out.Tag = "CREATE TABLE AS"
		}
		out.Notices = []server.Notice{{Severity: "NOTICE", Error: pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists, skipping", table.Name)}}
		return out, nil
	}
	if c.create.Query == nil {
		return out, nil
	}
	if c.create.NoData {
		out.Tag = "CREATE TABLE AS"
		return out, nil
	}
	env, rt, running := c.runtime(ctx, x)
	defer running.end()
	defer rt.Budget.Close()
	n, err := c.fill(ctx, t, &table, env, rt)
	if err != nil {
		t.tx.SetTemp(before)
		return nil, err
	}
	out.Tag = fmt.Sprintf("SELECT %d", n)
	return out, nil
}

func (c *create) fill(ctx context.Context, t *transaction, table *catalog.TempTable, env *expr.Env, rt exec.Runtime) (int64, error) {
	cur, err := exec.Run(ctx, c.create.Query, env, rt)
	if err != nil {
		return 0, err
	}
	defer cur.Close()
	done, err := exec.Insert(cur, table, env, false)
	if err != nil {
		return 0, err
	}
	t.tx.SetTemp(t.tx.Temp().WithRows(table.OID, done.Rows))
	return done.Count, nil
}

// truncation is a TRUNCATE.
type truncation struct {
	stmt *pg.TruncateStmt
	path []string
}

var _ server.Change = (*truncation)(nil)

// Columns implements server.Plan.
func (c *truncation) Columns() []server.Column { return nil }

// Params implements server.Plan.
func (c *truncation) Params() []types.Type { return nil }

// Run implements server.Plan.
func (c *truncation) Run(context.Context, *server.Execution) (server.Rows, error) {
	return nil, applied()
}

// Apply implements server.Change.
func (c *truncation) Apply(ctx context.Context, x *server.Execution) (*server.Applied, error) {
	v := x.View.(*view)
	defer v.t.own.writing(x.Env.Session)()
	const tag = "TRUNCATE TABLE"
	if err := v.t.tx.TruncateTemp(ctx, v.View, c.path, c.stmt, plan.ReadOnly(tag)); err != nil {
		return nil, err
	}
	return &server.Applied{Tag: tag}, nil
}

// Load implements server.Engine.
func (e *Engine) Load(ctx context.Context, x *server.Execution, r *pg.RangeVar, columns []string) (server.Load, error) {
	v := x.View.(*view)
	rel, err := v.Lookup(ctx, x.Env.Session.SearchPath(true), r.Schemaname, r.Relname)
	if err != nil {
		return nil, err
	}
	table := v.t.tx.Temp().ByOID(rel.OID)
	if rel.Temp == nil || table == nil {
		return nil, plan.ReadOnly("COPY FROM")
	}
	l := &load{t: v.t, table: table, cols: make([]*vector.Column, len(table.Columns)), defaults: make([]*expr.Program, len(table.Columns))}
	if err := l.choose(columns); err != nil {
		return nil, err
	}
	env, rt, _ := (&prepared{engine: e}).runtime(ctx, x)
	rt.Budget.Close() // a load holds nothing but a batch
	for i, c := range table.Columns {
		if l.cols[i] == nil && c.Default != nil {
			if l.defaults[i], err = expr.Compile(c.Default, env); err != nil {
				return nil, err
			}
		}
	}
	clear(l.cols)
	l.end = v.t.own.writing(x.Env.Session)
	if l.writer, err = exec.NewTempWriter(table, env, false); err != nil {
		l.end()
		return nil, err
	}
	return l, nil
}

// load is a COPY … FROM.
type load struct {
	t        *transaction
	table    *catalog.TempTable
	writer   *exec.TempWriter
	sent     []int // indexes of the columns that come
	cols     []*vector.Column
	defaults []*expr.Program // of the others; nil = NULL
	end      func()
}

// choose finds the columns that come.
func (l *load) choose(names []string) error {
	if names == nil {
		for i := range l.table.Columns {
			l.sent = append(l.sent, i)
			l.cols[i] = &vector.Column{}
		}
		return nil
	}
	for _, n := range names {
		at := -1
		for i, c := range l.table.Columns {
			if c.Name == n {
				at = i
			}
		}
		if at < 0 {
			return pgerr.New(pgerr.UndefinedColumn, `column "%s" of relation "%s" does not exist`, n, l.table.Name)
		}
		if l.cols[at] != nil {
			return pgerr.New(pgerr.DuplicateColumn, `column "%s" specified more than once`, n)
		}
		l.sent = append(l.sent, at)
		l.cols[at] = &vector.Column{}
	}
	return nil
}

// Columns implements server.Load.
func (l *load) Columns() []server.Column {
	var out []server.Column
	for _, i := range l.sent {
		c := l.table.Columns[i]
		out = append(out, server.Column{Name: c.Name, Type: c.Type, TableOID: l.table.OID, AttNum: c.AttNum})
	}
	return out
}

// Table implements server.Load.
func (l *load) Table() string { return l.table.Name }

// Add implements server.Load.
func (l *load) Add(b *vector.Batch) (failed int32, err error) {
	for k, i := range l.sent {
		l.cols[i] = b.Cols[k]
	}
	all := vector.Batch{Cols: l.cols, N: b.N, Sel: b.Sel}
	for i := range l.cols {
		switch {
		case l.defaults[i] != nil:
			c, err := l.defaults[i].Eval(&vector.Batch{N: b.N, Sel: b.Sel}, b.Sel)
			if err != nil {
				return -1, err
			}
			l.cols[i] = c
		case !l.comes(i):
			l.cols[i] = nulls(l.table.Columns[i].Type, b.N)
		}
	}
	err = l.writer.Add(all.Cols, all.Sel)
	return l.writer.Failed, err
}

func (l *load) comes(i int) bool {
	for _, s := range l.sent {
		if s == i {
			return true
		}
	}
	return false
}

func nulls(t types.Type, n int) *vector.Column {
	c := vector.New(t, n)
	for i := range n {
		c.SetNull(int32(i))
	}
	return c
}

// Done implements server.Load.
func (l *load) Done(commit bool) (n int64) {
	if commit {
		l.writer.Done()
		var rows *exec.TempRows
		rows, n = l.writer.Rows()
		l.t.tx.SetTemp(l.t.tx.Temp().WithRows(l.table.OID, rows))
	}
	l.end()
	return n
}
