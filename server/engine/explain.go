package engine

import (
	"context"
	"strings"
	"time"

	"howdah/exec"
	"howdah/plan"
	"howdah/server"
	"howdah/types"
	"howdah/vector"
)

// explained is an EXPLAIN: with ANALYZE it runs the query to its end before the first line is given.
type explained struct {
	prepared
	options  plan.ExplainOptions
	planning time.Duration
}

// Columns implements server.Plan.
func (e *explained) Columns() []server.Column {
	t := types.Of(types.TextOID)
	switch e.options.Format {
	case plan.ExplainJSON:
		t = types.Of(types.JSONOID)
	case plan.ExplainXML:
		t = types.Of(types.XMLOID)
	}
	return []server.Column{{Name: "QUERY PLAN", Type: t}}
}

// Run implements server.Plan.
func (e *explained) Run(ctx context.Context, x *server.Execution) (server.Rows, error) {
	return &explainRows{plan: e, ctx: ctx, x: x}, nil
}

type explainRows struct {
	plan  *explained
	ctx   context.Context
	x     *server.Execution
	lines []string
	made  bool
	at    int
}

func (r *explainRows) make() error {
	r.made = true
	env, rt, running := r.plan.runtime(r.ctx, r.x)
	defer running.end()
	defer rt.Budget.Close()
	lines, err := exec.Explain(r.ctx, r.plan.query, r.plan.options, r.plan.planning, env, rt)
	if err != nil {
		return err
	}
	r.lines = lines
	if r.plan.options.Format != plan.ExplainText {
		r.lines = []string{strings.Join(r.lines, "\n")}
	}
	return nil
}

// Next implements server.Rows.
func (r *explainRows) Next() (*vector.Batch, error) {
	if !r.made {
		if err := r.make(); err != nil {
			return nil, err
		}
	}
	n := min(len(r.lines)-r.at, vector.Size)
	if n == 0 {
		return nil, nil
	}
	c := vector.New(r.plan.Columns()[0].Type, n)
	for i, line := range r.lines[r.at : r.at+n] {
		c.SetBytes(int32(i), []byte(line))
	}
	r.at += n
	b := &vector.Batch{Cols: []*vector.Column{c}}
	b.SetLen(n)
	return b, nil
}

// Rewind implements server.Rows.
func (r *explainRows) Rewind() error {
	r.at = 0
	return nil
}

// Close implements server.Rows.
func (r *explainRows) Close() error { return nil }
