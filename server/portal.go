package server

import (
	"context"
	"time"

	"howdah/expr"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/server/wire"
	"howdah/types"
	"howdah/vector"
)

// portal is a statement being executed: a protocol portal or an SQL cursor.
type portal struct {
	name    string
	stmt    Statement
	text    string // what pg_cursors shows
	plan    Plan   // nil for statements that are not planned
	params  []types.Datum
	formats []wire.Format // per column; empty: text
	created time.Time

	cursor   bool // made by DECLARE
	scroll   bool
	noScroll bool
	hold     bool
	binary   bool

	level  int  // the savepoint level it was made in
	held   bool // it has outlived its transaction
	ran    bool // start was called
	failed bool // it cannot be run any more
	done   bool // everything was sent

	columns []Column
	rejects *reject.Run
	target  *portal // of a FETCH: whose rows it gives
	source  puller  // where its rows come from; nil for statements without
	tape    *tape   // of a planned one
	tag     string  // CommandComplete's text, but for the count if rows
	counted bool    // the tag ends in the number of rows
	ctx     context.Context
	cancel  context.CancelCauseFunc
	unlink  func()
}

// puller gives rows, up to limit at a time; no batch at the end.
type puller interface {
	pull(limit int64) (*vector.Batch, []int32, error)
}

func (t *tape) pull(limit int64) (*vector.Batch, []int32, error) { return t.forward(limit) }

// outlives tells whether the portal stays when its transaction ends.
func (p *portal) outlives(committed bool) bool {
	return p.held || committed && p.hold && !p.failed
}

// close lets go of what the portal runs.
func (p *portal) close() {
	p.leave()
	if p.tape != nil {
		p.tape.close()
		p.tape = nil
	}
	if p.cancel != nil {
		p.cancel(nil)
	}
	p.source = nil
}

// leave lets the cursor that a FETCH reads outlive it.
func (p *portal) leave() {
	if p.unlink != nil {
		p.unlink()
		p.unlink = nil
	}
}

func (x *session) drop(p *portal) {
	p.close()
	if !p.failed {
		x.tellRejects(p)
	}
	if x.portals[p.name] == p {
		delete(x.portals, p.name)
	}
}

// begin gives the portal its own context, which outlives the statement that runs it.
func (p *portal) begin() {
	if p.ctx == nil {
		p.ctx, p.cancel = context.WithCancelCause(context.Background())
	}
}

// attach lets the statement's context cancel the portal's as long as the statement runs it.
func (p *portal) attach(ctx context.Context) (detach func()) {
	p.begin()
	stop := context.AfterFunc(ctx, func() { p.cancel(context.Cause(ctx)) })
	return func() { stop() }
}

// borrow makes the statement's context the portal's own: one that runs to its end, or not at all, within the statement.
func (p *portal) borrow(ctx context.Context) {
	if p.ctx == nil {
		p.ctx = ctx
	}
}

// run starts a planned portal.
func (x *session) run(p *portal) error {
	p.begin()
	text := make([]bool, len(p.columns))
	for i := range text {
		text[i] = p.format(i) == wire.Text
	}
	p.rejects = x.beginRejects(p.text)
	rows, err := p.plan.Run(p.ctx, &Execution{Env: x.env(p), View: x.snapshot(), Text: text, Rejects: p.rejects})
	if err != nil {
		return err
	}
	p.tape = newTape(rows, p.columns, x.memory)
	p.source = p.tape
	return nil
}

// beginRejects keeps what a statement rejects.
func (x *session) beginRejects(query string) *reject.Run {
	return x.server.rejects.Begin(reject.Origin{PID: x.pid, User: x.user, Query: query, Began: x.at},
		func(r *reject.Run) { x.rejected = r })
}

// ended tells what the rows that came to their end were not: those that were rejected.
func (x *session) ended(p *portal) {
	if p.target == nil {
		x.tellRejects(p)
	} else if t := p.target.tape; t != nil && t.end >= 0 {
		x.tellRejects(p.target)
	}
}

func (x *session) tellRejects(p *portal) {
	for _, e := range p.rejects.Notices() {
		x.notice("NOTICE", e)
	}
}

func (p *portal) format(i int) wire.Format {
	switch {
	case p.binary:
		return wire.Binary
	case len(p.formats) == 1:
		return p.formats[0]
	case i < len(p.formats):
		return p.formats[i]
	}
	return wire.Text
}

func (x *session) env(p *portal) *expr.Env {
	return &expr.Env{Ctx: p.ctx, Params: p.params, Style: x.inputStyle(), Now: x.tx.start, StmtTime: x.at, Session: sessionExpr{x}}
}

// addPortal registers a portal under its name.
func (x *session) addPortal(p *portal) error {
	if old := x.portals[p.name]; old != nil {
		if p.name != "" {
			return pgerr.New(pgerr.DuplicateCursor, `cursor "%s" already exists`, p.name)
		}
		x.drop(old)
	}
	p.created = x.at
	if x.tx != nil {
		p.level = x.tx.innermost()
	}
	x.portals[p.name] = p
	return nil
}
