// Package engine joins the rooms below the server: catalog, planner and executor, as the server's Engine.
package engine

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/exec"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/internal/options"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/server"
	"howdah/sources"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// Engine implements server.Engine.
type Engine struct {
	Catalog *catalog.Catalog
	Budget  *budget.Budget // the server's; each query has a part of it, as large as its session's work_mem
	TempDir string         // for spill files; "" = the system's

	scans scans
}

// DefaultWorkMem is the setting work_mem of a new session: what a query may hold in memory.
const DefaultWorkMem = "256MB"

// workMem is a session's work_mem in bytes.
func workMem(s expr.Session) int64 {
	text, ok := s.Setting("work_mem")
	if !ok {
		text = DefaultWorkMem
	}
	if last := lastWorkMem.Load(); last != nil && last.text == text {
		return last.bytes
	}
	var n struct {
		WorkMem options.Bytes `option:"work_mem" help:"memory of a query"`
	}
	if err := options.Decode(map[string]string{"work_mem": text}, &n); err != nil {
		return 0 // SET lets no such value in; without a limit of its own the server's holds
	}
	lastWorkMem.Store(&readMemory{text, int64(n.WorkMem)})
	return int64(n.WorkMem)
}

// lastWorkMem is the one that was read last: mostly all sessions have the same.
var lastWorkMem atomic.Pointer[readMemory]

type readMemory struct {
	text  string
	bytes int64
}

// Two settings are there for tests: howdah.push_down = off plans as if every reader refused everything, and
// howdah.batch_size is the number of rows of a batch. Neither changes an answer.
const (
	settingPushDown  = "howdah.push_down"
	settingBatchSize = "howdah.batch_size"
)

func noPush(s expr.Session) bool {
	text, _ := s.Setting(settingPushDown)
	return text == "off"
}

// batchSize is 0 for the ordinary size.
func batchSize(s expr.Session) int {
	text, ok := s.Setting(settingBatchSize)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > vector.Size {
		return 0
	}
	return n
}

var _ server.Engine = (*Engine)(nil)

// New makes an engine, and gives the catalog the planner to describe views with.
func New(cat *catalog.Catalog, total *budget.Budget) *Engine {
	e := &Engine{Catalog: cat, Budget: total}
	cat.SetDescriber(describe)
	cat.SetDefiner(define)
	return e
}

func describe(ctx context.Context, v catalog.View, path []string, query string) ([]types.Column, error) {
	stmts, err := sql.Parse(query)
	if err != nil {
		return nil, err
	}
	q, err := plan.Prepare(ctx, stmts[0], v, path, nil, plan.Options{Text: query, NoParams: true, Style: namesAlong(ctx, v, path)})
	if err != nil {
		return nil, err
	}
	var cols []types.Column
	for _, c := range q.Root.Columns() {
		cols = append(cols, types.Column{Name: c.Name, Type: c.Type, Collation: c.Collation, Record: c.Record})
	}
	return cols, nil
}

// namesAlong is the default style with the names that a search path gives.
func namesAlong(ctx context.Context, v catalog.View, path []string) *types.Style {
	s := *types.DefaultStyle()
	s.Names = catalog.NewNames(ctx, v, path)
	return &s
}

func define(ctx context.Context, v catalog.View, path []string, query string, names []string, how catalog.Definition) (string, error) {
	return plan.DefineView(ctx, query, v, path, names, how, catalog.NewNames(ctx, v, path))
}

// Role implements server.Engine.
func (e *Engine) Role(name string) (server.Role, bool) {
	r := e.Catalog.Role(name)
	if r == nil {
		return server.Role{Settings: e.Catalog.RoleSettings(name)}, false
	}
	return server.Role{
		Name: r.Name, Login: r.Login, Superuser: r.Superuser, Verifier: r.Verifier, ConnLimit: r.ConnLimit, ValidUntil: r.ValidUntil,
		Settings: e.Catalog.RoleSettings(name),
	}, true
}

// HasPassword implements server.Engine.
func (e *Engine) HasPassword() bool { return e.Catalog.HasPassword() }

// Begin implements server.Engine.
func (e *Engine) Begin(user string, o server.Own) server.Transaction {
	t := &transaction{tx: e.Catalog.Begin(user), own: o.(*own)}
	t.own.begin(t)
	return t
}

// ResolveType implements server.Engine.
func (e *Engine) ResolveType(_ context.Context, _ server.View, _ expr.Session, name *pg.TypeName) (types.Type, error) {
	return catalog.TypeName(name)
}

type transaction struct {
	tx    *catalog.Tx
	snap  *sources.Snapshot
	own   *own
	marks []catalog.Mark // savepoints to which the transaction may go back
}

func (t *transaction) View(fresh bool) server.View {
	if fresh {
		t.tx.Refresh()
		t.snap = nil
	}
	if t.snap == nil {
		t.snap = sources.NewSnapshot()
	}
	return &view{View: t.tx.View(t.snap), t: t}
}

func (t *transaction) Mark() func() {
	m := t.tx.Mark()
	t.marks = append(t.marks, m)
	n := len(t.marks)
	return func() {
		t.tx.Return(m)
		t.marks = t.marks[:n]
		t.own.sweep()
	}
}

func (t *transaction) Define(ctx context.Context, stmt server.Statement, path []string, style *types.Style) (string, []server.Notice, error) {
	t.tx.SetStyle(style)
	tag, notices, err := t.tx.Exec(ctx, stmt.Statement, path)
	var out []server.Notice
	for _, n := range notices {
		out = append(out, server.Notice{Severity: n.Severity, Error: n.Error})
	}
	t.own.sweep()
	return tag, out, err
}

func (t *transaction) DiscardTemp() error {
	err := t.tx.DiscardTemp()
	t.own.sweep()
	return err
}

func (t *transaction) Commit(ctx context.Context) error {
	if err := t.tx.Commit(ctx); err != nil {
		return err
	}
	t.own.end(t.tx.Temp().Committed())
	return nil
}

func (t *transaction) Rollback() { t.own.end(t.own.temp) }

// view is a catalog.View with what the server asks of it.
type view struct {
	catalog.View
	t *transaction
}

func (v *view) TempSchema() string {
	if temp := v.t.tx.Temp(); temp.Used() {
		return temp.Schema()
	}
	return ""
}

func (v *view) HasSchema(name string) bool {
	return catalog.HasSchema(v.View, name)
}

func (v *view) Table(ctx context.Context, path []string, schema, name string) error {
	_, err := v.Lookup(ctx, path, schema, name)
	return err
}

// Style implements server.View.
func (v *view) Style(ctx context.Context, s expr.Session, base *types.Style) *types.Style {
	own := *base
	own.Names = catalog.NewNames(ctx, v.View, s.SearchPath(true))
	return &own
}

// SameState implements server.View.
func (v *view) SameState(other server.View) bool {
	o, ok := other.(*view)
	return ok && catalog.SameState(v.View, o.View)
}

// Same implements server.View.
func (v *view) Same(other server.View) bool {
	o, ok := other.(*view)
	return ok && catalog.SameDefinitions(v.View, o.View)
}

// Prepare implements server.Engine.
func (e *Engine) Prepare(ctx context.Context, r server.PrepareRequest) (server.Plan, error) {
	started := time.Now()
	v := r.View.(*view)
	params := make([]types.Type, len(r.ParamTypes))
	for i, oid := range r.ParamTypes {
		params[i] = types.Of(oid)
	}
	path := r.Session.SearchPath(true)
	opts := plan.Options{Text: r.Stmt.Source, Style: v.Style(ctx, r.Session, r.Style), NoParams: r.NoParams, NoPush: noPush(r.Session)}
	stmt := r.Stmt.Statement
	if c, err := e.prepareChange(ctx, stmt, v, path, params, opts); c != nil || err != nil {
		return c, err
	}
	if ex := stmt.Node.GetExplainStmt(); ex != nil {
		o, err := plan.ParseExplain(ex)
		if err != nil {
			return nil, err
		}
		sel := ex.Query.GetSelectStmt()
		if d := ex.Query.GetDeclareCursorStmt(); d != nil {
			sel = d.Query.GetSelectStmt()
		}
		if sel == nil {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "EXPLAIN of this statement is not supported")
		}
		opts.NoParams = opts.NoParams && !o.Generic
		q, err := plan.PrepareSelect(ctx, sel, stmt, v.View, path, params, opts)
		if err != nil {
			return nil, err
		}
		return &explained{prepared{engine: e, query: q}, o, time.Since(started)}, nil
	}
	q, err := plan.Prepare(ctx, stmt, v.View, path, params, opts)
	if err != nil {
		return nil, err
	}
	return &prepared{engine: e, query: q, lasting: catalog.NamesNoFile(v.View, path)}, nil
}

type prepared struct {
	engine  *Engine
	query   *plan.Query
	lasting bool // no file decides of what it is

	once    sync.Once
	columns []server.Column
}

// Lasting implements server.Lasting.
func (p *prepared) Lasting() bool { return p.lasting }

func (p *prepared) Columns() []server.Column {
	p.once.Do(func() { p.columns = p.makeColumns() })
	return p.columns
}

func (p *prepared) makeColumns() []server.Column {
	out := []server.Column{} // not nil: rows of no columns are rows
	for _, c := range p.query.Root.Columns() {
		out = append(out, server.Column{Name: c.Name, Type: c.Type, TableOID: c.TableOID, AttNum: c.AttNum})
	}
	return out
}

func (p *prepared) Params() []types.Type { return p.query.Params }

func (p *prepared) Run(ctx context.Context, x *server.Execution) (server.Rows, error) {
	env, rt, running := p.runtime(ctx, x)
	cur, err := exec.Run(ctx, p.query, env, rt)
	if err != nil {
		running.end()
		rt.Budget.Close()
		return nil, err
	}
	out := &rows{Cursor: cur, mem: rt.Budget, running: running, own: x.View.(*view).t.own}
	out.own.opened(out, p.query, x.View.(*view))
	return out, nil
}

// runtime is what an execution works with. Its budget is the caller's to close, and the running scans are to be ended.
func (p *prepared) runtime(ctx context.Context, x *server.Execution) (*expr.Env, exec.Runtime, *scansOf) {
	v := x.View.(*view)
	k := v.t.own.knobs(x.Env.Session)
	env := *x.Env
	env.Style = v.Style(ctx, x.Env.Session, x.Env.Style)
	env.Catalog = env.Style.Names.(*catalog.Names)
	var running *scansOf
	rt := exec.Runtime{
		Budget:   budget.New("work_mem", k.workMem, p.engine.Budget).RaisedBy("work_mem"),
		Snapshot: v.Snapshot(), Session: &session{env.Session, v.View}, TempDir: p.engine.TempDir,
		BatchMax: k.batchMax, Rejects: x.Rejects, Files: v.t.own.quota(x.Env.Session),
	}
	switch {
	case x.Meter != nil: // makes all scans count in one place
		rt.Meter = func(*plan.Scan) *meter.Scan { return x.Meter }
	case !p.lasting: // there may be files
		running = &scansOf{all: &p.engine.scans, pid: v.t.own.pid}
		rt.Meter = running.meter
	}
	return &env, rt, running
}

type rows struct {
	*exec.Cursor
	mem     *budget.Budget
	running *scansOf
	own     *own
}

func (r *rows) Next() (*vector.Batch, error) { return r.Cursor.Next() }

func (r *rows) Close() error {
	err := r.Cursor.Close()
	r.running.end()
	r.mem.Close()
	r.own.closed(r)
	return err
}

// session is what the tables of the system catalogs ask of the session.
type session struct {
	expr.Session
	view catalog.View
}

func (s *session) View() catalog.View { return s.view }

// AllSettings implements catalog.Settings.
func (s *session) AllSettings() map[string]string {
	if a, ok := s.Session.(catalog.Settings); ok {
		return a.AllSettings()
	}
	return nil
}

// SettingOrigins implements catalog.Origins.
func (s *session) SettingOrigins() map[string]catalog.SettingOrigin {
	if o, ok := s.Session.(catalog.Origins); ok {
		return o.SettingOrigins()
	}
	return nil
}

// Activities implements catalog.Activities.
func (s *session) Activities() []catalog.Activity {
	if a, ok := s.Session.(catalog.Activities); ok {
		return a.Activities()
	}
	return nil
}

// Cursors implements catalog.Cursors.
func (s *session) Cursors() []catalog.Cursor {
	if c, ok := s.Session.(catalog.Cursors); ok {
		return c.Cursors()
	}
	return nil
}

// PreparedStatements implements catalog.Cursors.
func (s *session) PreparedStatements() []catalog.Prepared {
	if c, ok := s.Session.(catalog.Cursors); ok {
		return c.PreparedStatements()
	}
	return nil
}

// Scans implements catalog.Progress.
func (s *session) Scans() []catalog.ScanProgress {
	if p, ok := s.Session.(catalog.Progress); ok {
		return p.Scans()
	}
	return nil
}

// Rejected implements catalog.Rejects.
func (s *session) Rejected() *reject.Run {
	if r, ok := s.Session.(catalog.Rejects); ok {
		return r.Rejected()
	}
	return nil
}

// RejectedRuns implements catalog.Rejects.
func (s *session) RejectedRuns() []*reject.Run {
	if r, ok := s.Session.(catalog.Rejects); ok {
		return r.RejectedRuns()
	}
	return nil
}
