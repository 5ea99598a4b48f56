package server

import (
	"context"
	"fmt"
	"strconv"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/internal/scram"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// miniEngine runs SELECTs of constants, parameters, casts of them, divisions, pg_sleep, and the column g of
// generate_series(1, n) g. It is what the protocol is tested with, beside a real PostgreSQL that runs the same.
type miniEngine struct {
	roles   map[string]Role
	batch   int
	running chan struct{} // one token per execution that is under way
}

func newMini() *miniEngine {
	return &miniEngine{roles: map[string]Role{
		"postgres": {Name: "postgres", Login: true, Superuser: true, ConnLimit: -1},
		"group":    {Name: "group", ConnLimit: -1},
	}, batch: 3, running: make(chan struct{}, 10000)}
}

func (m *miniEngine) withPassword(name, password string) {
	v, err := scram.New(password)
	if err != nil {
		panic(err)
	}
	m.roles[name] = Role{Name: name, Login: true, Verifier: v.String(), ConnLimit: -1}
}

func (m *miniEngine) Role(name string) (Role, bool) { r, ok := m.roles[name]; return r, ok }

func (m *miniEngine) HasPassword() bool {
	for _, r := range m.roles {
		if r.Verifier != "" {
			return true
		}
	}
	return false
}

func (m *miniEngine) Begin(string, Own) Transaction { return &miniTx{} }

func (m *miniEngine) Own(int32) Own { return miniOwn{} }

type miniOwn struct{}

func (miniOwn) Close() {}

func (m *miniEngine) Load(context.Context, *Execution, *pg.RangeVar, []string) (Load, error) {
	return nil, pgerr.New(pgerr.FeatureNotSupported, "not here")
}

func (m *miniEngine) ResolveType(_ context.Context, _ View, _ expr.Session, n *pg.TypeName) (types.Type, error) {
	return miniType(n)
}

func miniType(n *pg.TypeName) (types.Type, error) {
	name := n.Names[len(n.Names)-1].GetString_().Sval
	if t := pgdata.TypeByName(name); t != nil {
		return types.Of(types.OID(t.OID)), nil
	}
	return types.Type{}, pgerr.New(pgerr.UndefinedObject, `type "%s" does not exist`, name).AtPosition(int(n.Location) + 1)
}

type miniTx struct{ views int }

type miniView struct{}

func (t *miniTx) View(bool) View                                                         { t.views++; return miniView{} }
func (t *miniTx) Mark() func()                                                           { return func() {} }
func (miniView) TempSchema() string                                                      { return "" }
func (t *miniTx) DiscardTemp() error                                                     { return nil }
func (t *miniTx) Rollback()                                                              {}
func (miniView) HasSchema(string) bool                                                   { return true }
func (miniView) Style(_ context.Context, _ expr.Session, base *types.Style) *types.Style { return base }
func (miniView) SameState(View) bool                                                     { return true }
func (miniView) Same(View) bool                                                          { return true }
func (miniView) Table(_ context.Context, _ []string, _, name string) error {
	return pgerr.New(pgerr.UndefinedTable, `relation "%s" does not exist`, name)
}
func (t *miniTx) Commit(context.Context) error { return nil }
func (t *miniTx) Define(context.Context, Statement, []string, *types.Style) (string, []Notice, error) {
	return "", nil, pgerr.New(pgerr.FeatureNotSupported, "not here")
}

type miniPlan struct {
	m      *miniEngine
	cols   []Column
	eval   []func(x *Execution, g int64) (types.Datum, error)
	params []types.Type
	n      int64
}

func (p *miniPlan) Columns() []Column    { return p.cols }
func (p *miniPlan) Params() []types.Type { return p.params }

func (m *miniEngine) Prepare(_ context.Context, r PrepareRequest) (Plan, error) {
	s := r.Stmt.Node.GetSelectStmt()
	if r.Stmt.Kind == sql.Write || r.Stmt.Kind == sql.CreateTableAs {
		return nil, readOnly(tagOfChange(r.Stmt))
	}
	if s == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the test engine runs SELECT only")
	}
	p := &miniPlan{m: m, n: 1, cols: []Column{}}
	for _, o := range r.ParamTypes {
		p.params = append(p.params, types.Of(o))
	}
	if len(s.FromClause) > 0 {
		f := s.FromClause[0].GetRangeFunction()
		if f == nil {
			return nil, pgerr.New(pgerr.UndefinedTable, `relation "%s" does not exist`, s.FromClause[0].GetRangeVar().GetRelname()).
				AtPosition(int(s.FromClause[0].GetRangeVar().GetLocation()) + 1)
		}
		call := f.Functions[0].GetList().Items[0].GetFuncCall()
		p.n, _ = strconv.ParseInt(constText(call.Args[1]), 10, 64)
	}
	for _, t := range s.TargetList {
		e, ty, name, err := p.compile(t.GetResTarget().Val, types.Type{}, r)
		if err != nil {
			return nil, err
		}
		if ty.OID == types.UnknownOID {
			ty = types.Of(types.TextOID)
		}
		if t.GetResTarget().Name != "" {
			name = t.GetResTarget().Name
		}
		p.cols = append(p.cols, Column{Name: name, Type: ty})
		p.eval = append(p.eval, e)
	}
	for i, t := range p.params {
		if t.OID == 0 {
			return nil, pgerr.New(pgerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	return p, nil
}

type miniExpr = func(x *Execution, g int64) (types.Datum, error)

func (p *miniPlan) compile(n *pg.Node, want types.Type, r PrepareRequest) (miniExpr, types.Type, string, error) {
	fail := func(err error) (miniExpr, types.Type, string, error) { return nil, types.Type{}, "", err }
	switch e := n.Node.(type) {
	case *pg.Node_AConst:
		if e.AConst.Isnull {
			return func(*Execution, int64) (types.Datum, error) { return types.NullDatum, nil }, types.Of(types.UnknownOID), "?column?", nil
		}
		t := types.Of(types.TextOID)
		if _, ok := e.AConst.Val.(*pg.A_Const_Ival); ok {
			t = types.Of(types.Int4OID)
		}
		if want.OID != 0 {
			t = want
		}
		d, err := types.ParseText(t, []byte(constText(n)), r.Style)
		if err != nil {
			return fail(pgerr.From(err).AtPosition(int(e.AConst.Location) + 1))
		}
		return func(*Execution, int64) (types.Datum, error) { return d, nil }, t, "?column?", nil
	case *pg.Node_TypeCast:
		t, err := miniType(e.TypeCast.TypeName)
		if err != nil {
			return fail(err)
		}
		f, from, name, err := p.compile(e.TypeCast.Arg, t, r)
		if name == "?column?" {
			name = e.TypeCast.TypeName.Names[len(e.TypeCast.TypeName.Names)-1].GetString_().Sval
		}
		if err == nil && from.OID != t.OID { // by text
			inner := f
			f = func(x *Execution, g int64) (types.Datum, error) {
				d, err := inner(x, g)
				if err != nil || d.Null {
					return d, err
				}
				return types.ParseText(t, types.AppendText(nil, from, &d, x.Env.Style), x.Env.Style)
			}
		}
		return f, t, name, err
	case *pg.Node_ParamRef:
		i := int(e.ParamRef.Number) - 1
		if r.NoParams {
			return fail(pgerr.New(pgerr.UndefinedParameter, "there is no parameter $%d", i+1).AtPosition(int(e.ParamRef.Location) + 1))
		}
		for len(p.params) <= i {
			p.params = append(p.params, types.Type{})
		}
		if p.params[i].OID == 0 {
			p.params[i] = types.Of(types.TextOID)
			if want.OID != 0 {
				p.params[i] = want
			}
		}
		return func(x *Execution, _ int64) (types.Datum, error) { return x.Env.Params[i], nil }, p.params[i], "?column?", nil
	case *pg.Node_ColumnRef:
		name := e.ColumnRef.Fields[0].GetString_().GetSval()
		if name != "g" {
			return fail(pgerr.New(pgerr.UndefinedColumn, `column "%s" does not exist`, name).AtPosition(int(e.ColumnRef.Location) + 1))
		}
		return func(_ *Execution, g int64) (types.Datum, error) { return types.Datum{Int: g}, nil }, types.Of(types.Int4OID), "g", nil
	case *pg.Node_AExpr:
		a, _, _, err := p.compile(e.AExpr.Lexpr, types.Type{}, r)
		if err != nil {
			return fail(err)
		}
		b, _, _, err := p.compile(e.AExpr.Rexpr, types.Type{}, r)
		return func(x *Execution, g int64) (types.Datum, error) {
			u, _ := a(x, g)
			v, _ := b(x, g)
			switch e.AExpr.Name[0].GetString_().Sval {
			case "-":
				return types.Datum{Int: u.Int - v.Int}, nil
			case "/":
				if v.Int == 0 {
					return types.Datum{}, pgerr.New(pgerr.DivisionByZero, "division by zero")
				}
				return types.Datum{Int: u.Int / v.Int}, nil
			}
			return types.Datum{}, pgerr.New(pgerr.FeatureNotSupported, "operator")
		}, types.Of(types.Int4OID), "?column?", err
	case *pg.Node_FuncCall:
		switch name := e.FuncCall.Funcname[len(e.FuncCall.Funcname)-1].GetString_().Sval; name {
		case "pg_sleep":
			return func(x *Execution, _ int64) (types.Datum, error) {
				secs, _ := strconv.ParseFloat(constText(e.FuncCall.Args[0]), 64)
				select {
				case <-time.After(time.Duration(secs * float64(time.Second))):
					return types.Datum{Bytes: []byte("")}, nil
				case <-x.Env.Ctx.Done():
					return types.Datum{}, context.Cause(x.Env.Ctx)
				}
			}, types.Of(types.TextOID), name, nil
		case "panic":
			return func(*Execution, int64) (types.Datum, error) { panic("the test asked for it") }, types.Of(types.TextOID), name, nil
		case "set_config":
			return func(x *Execution, _ int64) (types.Datum, error) {
				v, err := r.Session.SetSetting(constText(e.FuncCall.Args[0]), constText(e.FuncCall.Args[1]), constText(e.FuncCall.Args[2]) == "true")
				return types.Datum{Bytes: []byte(v)}, err
			}, types.Of(types.TextOID), name, nil
		}
	}
	return fail(pgerr.New(pgerr.FeatureNotSupported, "the test engine does not know %s", fmt.Sprintf("%T", n.Node)))
}

type miniRows struct {
	p    *miniPlan
	x    *Execution
	next int64
	b    vector.Batch
	open bool
}

func (p *miniPlan) Run(ctx context.Context, x *Execution) (Rows, error) {
	x.Env.Ctx = ctx
	p.m.running <- struct{}{}
	return &miniRows{p: p, x: x, next: 1, open: true}, nil
}

func (r *miniRows) Next() (*vector.Batch, error) {
	if err := r.x.Env.Ctx.Err(); err != nil {
		return nil, context.Cause(r.x.Env.Ctx)
	}
	if r.next > r.p.n {
		return nil, nil
	}
	k := int(min(int64(r.p.m.batch), r.p.n-r.next+1))
	if r.b.Cols == nil {
		for _, c := range r.p.cols {
			r.b.Cols = append(r.b.Cols, vector.New(c.Type, r.p.m.batch))
		}
	}
	r.b.Reset()
	for i := range k {
		for c, e := range r.p.eval {
			d, err := e(r.x, r.next+int64(i))
			if err != nil {
				return nil, err
			}
			r.b.Cols[c].Set(int32(i), d)
		}
	}
	r.next += int64(k)
	r.b.SetLen(k)
	return &r.b, nil
}

func (r *miniRows) Rewind() error { r.next = 1; return nil }

func (r *miniRows) Close() error {
	if r.open {
		r.open = false
		<-r.p.m.running
	}
	return nil
}
