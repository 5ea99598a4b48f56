package server

import (
	"context"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/sql"
)

// change runs a statement that makes or changes temporary tables. What has no parameters and is known only when it is run
// (CREATE TABLE, TRUNCATE, CREATE TABLE AS EXECUTE) is planned here.
func (x *session) change(ctx context.Context, p *portal) error {
	if k := p.stmt.Kind; x.settings.Bool("transaction_read_only") && (k != sql.Write || p.stmt.Node.GetTruncateStmt() != nil) {
		return readOnly(tagOfChange(p.stmt))
	}
	p.begin()
	if p.plan == nil {
		if err := x.planChange(ctx, p); err != nil {
			return err
		}
	}
	c, ok := p.plan.(Change)
	if !ok {
		return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", tagOfChange(p.stmt))
	}
	p.rejects = x.beginRejects(p.text)
	done, err := c.Apply(p.ctx, &Execution{Env: x.env(p), View: x.snapshot(), Rejects: p.rejects})
	x.tx.view = nil // what comes next sees the change
	if err != nil {
		return because(ctx, err)
	}
	if p.columns == nil { // else when the rows have been sent
		x.tellRejects(p)
	}
	for _, n := range done.Notices {
		x.notice(n.Severity, n.Error)
	}
	p.tag = done.Tag
	if done.Rows != nil { // the tag counts what is sent, as PostgreSQL's does
		p.tag, p.counted = p.tag[:strings.LastIndexByte(p.tag, ' ')], true
		p.tape = newTape(done.Rows, p.columns, x.memory)
		p.source = p.tape
	}
	return nil
}

// tagOfChange names a statement in a refusal.
func tagOfChange(s Statement) string {
	tag := sql.CommandTag(s.Node)
	if s.Kind == sql.CreateTableAs && tag == "SELECT" {
		tag = "SELECT INTO"
	}
	return tag
}

// planChange plans what is not planned before it runs.
func (x *session) planChange(ctx context.Context, p *portal) error {
	s := p.stmt
	r := PrepareRequest{Stmt: s, View: x.snapshot(), Session: sessionExpr{x}, Style: x.inputStyle(), NoParams: true}
	if as := s.Node.GetCreateTableAsStmt(); as != nil && as.Query.GetExecuteStmt() != nil {
		e := as.Query.GetExecuteStmt()
		ps := x.statements[e.Name]
		switch {
		case ps == nil:
			return pgerr.New(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, e.Name)
		case ps.stmt.Node.GetSelectStmt() == nil || ps.stmt.Kind == sql.CreateTableAs:
			return pgerr.New(pgerr.WrongObjectType, "prepared statement is not a SELECT")
		}
		args, err := x.executeArguments(ctx, p, ps, e)
		if err != nil {
			return err
		}
		filled := &pg.CreateTableAsStmt{Query: ps.stmt.Node, Into: as.Into, Objtype: as.Objtype, IsSelectInto: as.IsSelectInto, IfNotExists: as.IfNotExists}
		r.Stmt = ps.stmt // its text is what positions point into
		r.Stmt.Node, r.Stmt.Kind = &pg.Node{Node: &pg.Node_CreateTableAsStmt{CreateTableAsStmt: filled}}, sql.CreateTableAs
		r.NoParams, r.ParamTypes = false, ps.declared
		p.params = args
	}
	var err error
	p.plan, err = x.server.engine.Prepare(ctx, r)
	return err
}
