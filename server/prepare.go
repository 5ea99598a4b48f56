package server

import (
	"context"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// withoutPosition drops a position that points into a text which the client has not sent.
func withoutPosition(err error) error {
	e := pgerr.From(err).Clone()
	e.Position = 0
	return e
}

// prepareStmt runs PREPARE.
func (x *session) prepareStmt(ctx context.Context, s Statement, n *pg.PrepareStmt) error {
	if n.Name == "" {
		return pgerr.New(pgerr.InvalidPreparedStatementDef, "invalid statement name: must not be empty")
	}
	ps := &prepared{name: n.Name, text: s.Text, stmt: s, bySQL: true, created: time.Now(), declared: []types.OID{}}
	ps.stmt.Node, ps.stmt.Kind = n.Query, sql.KindOf(n.Query)
	for _, a := range n.Argtypes {
		t, err := x.server.engine.ResolveType(ctx, x.snapshot(), sessionExpr{x}, a.GetTypeName())
		if err != nil {
			return err
		}
		if t.OID == types.UnknownOID {
			t.OID = types.InvalidOID
		}
		ps.declared = append(ps.declared, t.OID)
	}
	if err := x.makePlan(ctx, ps); err != nil {
		return err
	}
	if x.statements[n.Name] != nil {
		return duplicateStatement(n.Name)
	}
	x.statements[n.Name] = ps
	return nil
}

// executeStmt makes the portal run what EXECUTE names.
func (x *session) executeStmt(ctx context.Context, p *portal, n *pg.ExecuteStmt) error {
	ps := x.statements[n.Name]
	if ps == nil {
		return pgerr.New(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, n.Name)
	}
	if ps.empty {
		return nil
	}
	args, err := x.executeArguments(ctx, p, ps, n)
	if err != nil {
		return err
	}
	if ps.stmt.Kind == sql.Execute {
		return pgerr.New(pgerr.FeatureNotSupported, "EXECUTE of an EXECUTE is not supported")
	}
	p.stmt, p.plan, p.params, p.columns = ps.stmt, ps.plan, args, ps.columns
	return x.start(ctx, p)
}

// executeArguments plans what EXECUTE names anew if it has to be, and computes the arguments.
func (x *session) executeArguments(ctx context.Context, p *portal, ps *prepared, n *pg.ExecuteStmt) ([]types.Datum, error) {
	if err := x.fresh(ctx, ps); err != nil {
		return nil, err
	}
	if len(ps.params) > 0 && len(n.Params) != len(ps.params) {
		return nil, pgerr.New(pgerr.SyntaxError, `wrong number of parameters for prepared statement "%s"`, n.Name).
			WithDetail("Expected %d parameters but got %d.", len(ps.params), len(n.Params))
	}
	return x.arguments(ctx, p, n.Params, ps.params)
}

// arguments computes EXECUTE's expressions, as a SELECT of them cast to the parameters' types would.
func (x *session) arguments(ctx context.Context, p *portal, exprs []*pg.Node, want []types.Type) ([]types.Datum, error) {
	if len(want) == 0 {
		return nil, nil
	}
	sel := &pg.SelectStmt{LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg.SetOperation_SETOP_NONE}
	for i, e := range exprs {
		name := "text"
		if t := pgdata.TypeByOID(uint32(want[i].OID)); t != nil {
			name = t.Name
		}
		cast := &pg.TypeCast{Arg: e, TypeName: &pg.TypeName{Names: []*pg.Node{stringNode("pg_catalog"), stringNode(name)}, Typemod: -1, Location: -1}, Location: -1}
		sel.TargetList = append(sel.TargetList, &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{
			Val: &pg.Node{Node: &pg.Node_TypeCast{TypeCast: cast}}, Location: -1,
		}}})
	}
	q := p.stmt
	q.Node = &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: sel}}
	q.Kind = sql.Select
	plan, err := x.server.engine.Prepare(ctx, PrepareRequest{Stmt: q, View: x.snapshot(), Session: sessionExpr{x}, Style: x.inputStyle(), NoParams: true})
	if err != nil {
		return nil, err
	}
	c := &portal{plan: plan, columns: plan.Columns()}
	defer c.close()
	detach := c.attach(ctx)
	defer detach()
	if err := x.run(c); err != nil {
		return nil, err
	}
	b, rows, err := c.tape.forward(1)
	if err != nil {
		return nil, err
	}
	values := make([]types.Datum, len(want))
	for i := range values {
		d := b.Cols[i].Datum(rows[0])
		d.Bytes = append([]byte(nil), d.Bytes...)
		values[i] = d
	}
	return values, nil
}

func stringNode(s string) *pg.Node {
	return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}}
}

func (x *session) deallocate(n *pg.DeallocateStmt) error {
	if n.Name == "" {
		clear(x.statements)
		return nil
	}
	if x.statements[n.Name] == nil {
		return pgerr.New(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, n.Name)
	}
	delete(x.statements, n.Name)
	return nil
}
