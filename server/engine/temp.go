package engine

import (
	"howdah/catalog"
	"howdah/exec"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/options"
	"howdah/internal/spill"
	"howdah/plan"
	"howdah/server"
	"howdah/types"
)

// own is a session's temporary tables: what the last transaction left, and where their rows are. Rows are given back as
// soon as no state of the tables has them that anybody can see: the session's, its transaction's, those that a savepoint
// would bring back, and those that open cursors read.
type own struct {
	engine *Engine
	pid    int32
	temp   *catalog.Temp
	tx     *transaction // open; nil = none
	open   map[*rows]*opened
	read   knobs
	busy   bool // rows are being written that no state has yet

	space  *exec.TempSpace
	memory *budget.Budget
	files  *spill.Quota // of the tables and of the queries
}

// knobs are what a session's settings say of how its queries run, read again when any of them has changed.
type knobs struct {
	known    bool
	version  uint64
	workMem  int64
	batchMax int
}

// versioned is a session that tells when its settings have changed.
type versioned interface{ SettingsVersion() uint64 }

func (o *own) knobs(s expr.Session) knobs {
	v, ok := s.(versioned)
	if !ok {
		return knobs{workMem: workMem(s), batchMax: batchSize(s)}
	}
	if o.read.known && o.read.version == v.SettingsVersion() {
		return o.read
	}
	o.read = knobs{known: true, version: v.SettingsVersion(), workMem: workMem(s), batchMax: batchSize(s)}
	return o.read
}

// opened is a cursor that reads temporary tables.
type opened struct {
	temp   *catalog.Temp
	tables []types.OID
	held   bool // it has outlived its transaction: in PostgreSQL its rows have been copied, and nothing is in use any more
}

// Own implements server.Engine.
func (e *Engine) Own(session int32) server.Own {
	return &own{engine: e, pid: session, temp: catalog.TempSchema(catalog.TempSchemaOf(session)), open: map[*rows]*opened{}}
}

// Close implements server.Own.
func (o *own) Close() {
	if o.space != nil {
		o.space.Close()
		o.memory.Close()
	}
}

func (o *own) begin(t *transaction) {
	o.tx = t
	t.tx.Own(o.temp, o.inUse)
	t.tx.SetBinder(plan.BindColumn)
}

// end ends the transaction with what it leaves.
func (o *own) end(temp *catalog.Temp) {
	o.temp, o.tx = temp, nil
	for _, c := range o.open { // the others are about to be closed
		c.held = true
	}
	o.sweep()
}

// opened and closed keep account of what reads temporary tables.
func (o *own) opened(r *rows, q *plan.Query, v *view) {
	if tables := tempTables(q); len(tables) > 0 {
		o.open[r] = &opened{temp: v.t.tx.Temp(), tables: tables}
	}
}

func (o *own) closed(r *rows) {
	if o.open[r] != nil {
		delete(o.open, r)
		o.sweep()
	}
}

func (o *own) inUse(oid types.OID) bool {
	for _, c := range o.open {
		for _, t := range c.tables {
			if t == oid && !c.held {
				return true
			}
		}
	}
	return false
}

// sweep gives back the rows that nobody can see any more.
func (o *own) sweep() {
	if o.space == nil || o.busy {
		return
	}
	states := []*catalog.Temp{o.temp}
	if o.tx != nil {
		states = append(states, o.tx.tx.Temp())
		for _, m := range o.tx.marks {
			states = append(states, m.Temp())
		}
	}
	for _, c := range o.open {
		states = append(states, c.temp)
	}
	o.space.Keep(states...)
}

// writing begins to write rows, within the session's present limits; the function that it gives ends it.
func (o *own) writing(s expr.Session) (done func()) {
	limit := workMem(s)
	if o.space == nil {
		o.memory = budget.New("temporary tables", limit, o.engine.Budget).RaisedBy("work_mem")
		o.space = exec.NewTempSpace(exec.Space{Memory: o.memory, Dir: o.engine.TempDir, Files: o.quota(s)})
	}
	o.memory.SetLimit(limit)
	o.quota(s)
	o.busy = true
	return func() {
		o.busy = false
		o.sweep()
	}
}

// quota is what the session's temporary files may take together: temp_file_limit.
func (o *own) quota(s expr.Session) *spill.Quota {
	limit := tempFileLimit(s)
	if o.files == nil {
		o.files = spill.NewQuota(limit)
	}
	o.files.SetLimit(limit)
	return o.files
}

// tempFileLimit is temp_file_limit in bytes; 0 = none.
func tempFileLimit(s expr.Session) int64 {
	text, ok := s.Setting("temp_file_limit")
	if !ok || text == "-1" {
		return 0
	}
	var n struct {
		Limit options.Bytes `option:"temp_file_limit" help:"size of a session's temporary files"`
	}
	if err := options.Decode(map[string]string{"temp_file_limit": text}, &n); err != nil {
		return 0
	}
	return max(int64(n.Limit), 1)
}

// tempTables lists the temporary tables that a query reads.
func tempTables(q *plan.Query) []types.OID {
	var out []types.OID
	var visit func(plan.Node)
	visit = func(n plan.Node) {
		if s, ok := n.(*plan.System); ok && s.Rel.Temp != nil {
			out = append(out, s.Rel.OID)
		}
		for _, in := range n.Inputs() {
			visit(in)
		}
	}
	visit(q.Root)
	for _, s := range q.Subplans {
		visit(s.Root)
	}
	return out
}
