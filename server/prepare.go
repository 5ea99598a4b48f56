package server

import (
	"context"
	"time"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

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

// placedAt gives an error without a position the place of what stands at byte at of the text.
func placedAt(err error, text string, at int32) error {
	e := pgerr.From(err)
	if e.Position > 0 || at < 0 || int(at) > len(text) {
		return err
	}
	return e.Clone().AtPosition(utf8.RuneCountInString(text[:at]) + 1)
}

// explainedExecute puts into an EXPLAIN EXECUTE what it names, with the arguments in the parameters' places. It tells
// whether the statement is one.
func (x *session) explainedExecute(q Statement) (Statement, bool, error) {
	ex := q.Node.GetExplainStmt()
	n := ex.GetQuery().GetExecuteStmt()
	if n == nil {
		return q, false, nil
	}
	ps := x.statements[n.Name]
	if ps == nil {
		return q, true, pgerr.New(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, n.Name)
	}
	if len(n.Params) != len(ps.params) {
		return q, true, pgerr.New(pgerr.SyntaxError, `wrong number of parameters for prepared statement "%s"`, n.Name).
			WithDetail("Expected %d parameters but got %d.", len(ps.params), len(n.Params))
	}
	named := proto.Clone(ps.stmt.Node).(*pg.Node)
	putArguments(named.ProtoReflect(), n.Params, ps.params)
	q.Node = &pg.Node{Node: &pg.Node_ExplainStmt{ExplainStmt: &pg.ExplainStmt{Query: named, Options: ex.Options}}}
	return q, true, nil
}

// putArguments replaces $1 and so on by expressions, cast to the parameters' types.
func putArguments(m protoreflect.Message, args []*pg.Node, params []types.Type) {
	if n, ok := m.Interface().(*pg.Node); ok {
		if p := n.GetParamRef(); p != nil && p.Number >= 1 && int(p.Number) <= len(args) {
			n.Node = castTo(args[p.Number-1], params[p.Number-1]).Node
			return
		}
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Kind() != protoreflect.MessageKind:
		case f.IsList():
			for i := range v.List().Len() {
				putArguments(v.List().Get(i).Message(), args, params)
			}
		default:
			putArguments(v.Message(), args, params)
		}
		return true
	})
}

// castTo is an expression cast to a type.
func castTo(e *pg.Node, t types.Type) *pg.Node {
	name := "text"
	if p := pgdata.TypeByOID(uint32(t.OID)); p != nil {
		name = p.Name
	}
	cast := &pg.TypeCast{Arg: e, TypeName: &pg.TypeName{Names: []*pg.Node{stringNode("pg_catalog"), stringNode(name)}, Typemod: -1, Location: -1}, Location: -1}
	return &pg.Node{Node: &pg.Node_TypeCast{TypeCast: cast}}
}

// prepareStmt runs PREPARE.
func (x *session) prepareStmt(ctx context.Context, s Statement, n *pg.PrepareStmt) error {
	if n.Name == "" {
		return pgerr.New(pgerr.InvalidPreparedStatementDef, "invalid statement name: must not be empty")
	}
	ps := &prepared{name: n.Name, text: x.query, stmt: s, bySQL: true, created: time.Now(), declared: []types.OID{}}
	ps.stmt.Node, ps.stmt.Kind = n.Query, sql.KindOf(n.Query)
	for _, a := range n.Argtypes {
		t, err := x.server.engine.ResolveType(ctx, x.snapshot(), sessionExpr{x}, a.GetTypeName())
		if err != nil {
			return placedAt(err, s.Source, a.GetTypeName().GetLocation())
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
		sel.TargetList = append(sel.TargetList, &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: castTo(e, want[i]), Location: -1}}})
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
