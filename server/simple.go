package server

import (
	"context"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/sql"
)

// parseText gives the statements of a client's text.
func (x *session) parseText(text string) ([]Statement, error) {
	text, err := x.decode(text)
	if err != nil {
		return nil, err
	}
	list, err := x.server.parsed.Parse(text)
	if err != nil {
		return nil, err
	}
	out := make([]Statement, len(list))
	for i, s := range list {
		out[i] = Statement{s, text}
	}
	return out, nil
}

// simpleQuery serves a Query message: several statements are one implicit transaction (exec_simple_query). What it
// returns ends the session.
func (x *session) simpleQuery(text string) error {
	delete(x.statements, "") // the unnamed ones do not outlive a simple query
	if p := x.portals[""]; p != nil {
		x.drop(p)
	}
	stmts, err := x.parseText(text)
	if err != nil {
		return x.report1(err)
	}
	if len(stmts) == 0 {
		if err := x.sync(); err != nil {
			return err
		}
		return x.out.Send(&pgproto3.EmptyQueryResponse{})
	}
	for i, s := range stmts {
		last := i == len(stmts)-1
		tag, err := x.simpleStatement(s, len(stmts) > 1, last)
		if err != nil {
			return x.report1(err)
		}
		if err := x.out.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)}); err != nil {
			return err
		}
	}
	return nil
}

// simpleStatement runs one statement of a Query message and, if it is the last, ends an implicit transaction.
func (x *session) simpleStatement(s Statement, several, last bool) (tag string, err error) {
	if x.status == txFailed && !isExit(s.Node) {
		return "", aborted()
	}
	x.startTransaction()
	if several && x.status == txImplicit {
		x.status = txImplicitBlock
	}
	ctx, end := x.beginStatement()
	defer end()
	defer func() { err = because(ctx, err) }()
	p := &portal{stmt: s, text: s.Text}
	defer p.close()
	if tag, err = x.simplePortal(ctx, p); err != nil {
		return "", err
	}
	p.close() // before a commit, which may take long
	x.statementDone()
	if last && (x.status == txImplicit || x.status == txImplicitBlock) {
		if err := x.commit(ctx); err != nil {
			return "", err
		}
	}
	return tag, nil
}

func (x *session) simplePortal(ctx context.Context, p *portal) (tag string, err error) {
	if err := x.prepareInto(ctx, p); err != nil {
		return "", err
	}
	p.borrow(ctx)
	if err := x.start(ctx, p); err != nil {
		return "", err
	}
	if p.columns == nil {
		return p.tag, nil
	}
	if err := x.describeRows(p); err != nil {
		return "", err
	}
	enc := x.encoderOf(p)
	n, err := x.send(ctx, p.source, enc, 0)
	enc.Release()
	if err != nil {
		return "", err
	}
	x.ended(p)
	return p.tagOf(n), nil
}

// planned tells what there is to plan in a statement: itself, or the query in a DECLARE.
func planned(s Statement) (Statement, bool) {
	switch n := s.Node; {
	case n.GetSelectStmt() != nil, n.GetExplainStmt() != nil, n.GetInsertStmt() != nil, n.GetUpdateStmt() != nil, n.GetDeleteStmt() != nil:
		return s, true
	case n.GetCreateTableAsStmt() != nil:
		return s, n.GetCreateTableAsStmt().Query.GetSelectStmt() != nil
	case n.GetDeclareCursorStmt() != nil:
		q := s
		q.Node = n.GetDeclareCursorStmt().Query
		q.Kind = sql.KindOf(q.Node)
		return q, true
	}
	return s, false
}

// prepareInto plans what the portal's statement has to be planned for, without parameters.
func (x *session) prepareInto(ctx context.Context, p *portal) error {
	if err := x.mayRun(p.stmt); err != nil {
		return err
	}
	q, ok := planned(p.stmt)
	if !ok {
		return nil
	}
	q, named, err := x.explainedExecute(q)
	if err != nil {
		return err
	}
	var plan Plan
	if !named {
		plan = x.planAgain(q)
	}
	if plan == nil {
		plan, err = x.server.engine.Prepare(ctx, PrepareRequest{
			Stmt: q, View: x.snapshot(), Session: sessionExpr{x}, Style: x.inputStyle(), NoParams: true,
		})
		if err != nil {
			return err
		}
		if !named {
			x.remember(q, plan)
		}
	}
	p.plan = plan
	if p.stmt.Node.GetDeclareCursorStmt() == nil {
		p.columns = plan.Columns()
	}
	return nil
}
