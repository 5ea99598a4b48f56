package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/wire"
	"howdah/types"
)

// prepared is a prepared statement, of the protocol or of PREPARE.
type prepared struct {
	name     string
	text     string
	empty    bool
	stmt     Statement
	declared []types.OID // parameter types as the client gave them; 0 = inferred
	params   []types.Type
	columns  []Column // nil: no rows, or not known before it runs
	plan     Plan
	view     View // what plan was made with
	path     string
	bySQL    bool
	created  time.Time
}

// extended runs the work of one message of the extended protocol. After an error messages are skipped up to Sync.
func (x *session) extended(f func(context.Context) error) error {
	ctx, end := x.beginStatement()
	err := f(ctx)
	err = because(ctx, err)
	end()
	if err == nil {
		return nil
	}
	x.skip = true
	return x.report1(err)
}

// sync ends the implicit transaction of the messages before.
func (x *session) sync() error {
	if x.status != txImplicit && x.status != txImplicitBlock {
		return nil
	}
	ctx, end := x.beginStatement()
	err := x.commit(ctx)
	end()
	if err != nil {
		return x.report1(err)
	}
	return nil
}

func (x *session) parse(ctx context.Context, m *pgproto3.Parse) error {
	x.setQuery(m.Query)
	name, err := x.decode(m.Name)
	if err != nil {
		return err
	}
	if name == "" {
		delete(x.statements, "")
	}
	x.startTransaction()
	stmts, err := x.parseText(m.Query)
	if err != nil {
		return err
	}
	if len(stmts) > 1 {
		return pgerr.New(pgerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	p := &prepared{name: name, text: m.Query, empty: len(stmts) == 0, created: x.at}
	if !p.empty {
		p.stmt = stmts[0]
		if x.status == txFailed && !isExit(p.stmt.Node) {
			return aborted()
		}
		for _, oid := range m.ParameterOIDs {
			p.declared = append(p.declared, types.OID(oid))
		}
		if err := x.makePlan(ctx, p); err != nil {
			return err
		}
	}
	if name != "" && x.statements[name] != nil {
		return duplicateStatement(name)
	}
	x.statements[name] = p
	return x.out.Send(&pgproto3.ParseComplete{})
}

func duplicateStatement(name string) error {
	return pgerr.New(pgerr.DuplicatePreparedStatement, `prepared statement "%s" already exists`, name)
}

// makePlan plans a prepared statement, or plans it anew.
func (x *session) makePlan(ctx context.Context, p *prepared) error {
	if err := x.mayRun(p.stmt); err != nil {
		return err
	}
	q, ok := planned(p.stmt)
	if !ok {
		p.params = nil
		for _, o := range p.declared {
			p.params = append(p.params, types.Of(o))
		}
		p.columns = x.utilityColumns(p.stmt)
		return nil
	}
	declared := p.declared
	if declared == nil {
		declared = []types.OID{}
	}
	q, named, err := x.explainedExecute(q)
	if err != nil {
		return err
	}
	view := x.snapshot()
	var plan Plan
	if len(declared) == 0 && !named {
		plan = x.planAgain(q)
	}
	if plan == nil {
		plan, err = x.server.engine.Prepare(ctx, PrepareRequest{
			Stmt: q, View: view, Session: sessionExpr{x}, Style: x.inputStyle(), ParamTypes: declared,
		})
		if err != nil {
			return err
		}
		if len(declared) == 0 && !named {
			x.remember(q, plan)
		}
	}
	cols := plan.Columns()
	if p.stmt.Node.GetDeclareCursorStmt() != nil {
		cols = nil
	}
	if p.plan != nil && !sameColumns(p.columns, cols) {
		return pgerr.New(pgerr.FeatureNotSupported, "cached plan must not change result type")
	}
	p.plan, p.params, p.columns, p.view, p.path = plan, plan.Params(), cols, view, x.settings.Text("search_path")
	p.declared = make([]types.OID, len(p.params))
	for i, t := range p.params {
		p.declared[i] = t.OID
	}
	return nil
}

func sameColumns(a, b []Column) bool {
	return slices.EqualFunc(a, b, func(a, b Column) bool { return a.Name == b.Name && a.Type == b.Type })
}

// fresh plans again where what a plan was made with has changed.
func (x *session) fresh(ctx context.Context, p *prepared) error {
	if p.plan == nil || x.holds(p.plan, p.view) && p.path == x.settings.Text("search_path") {
		return nil
	}
	return x.makePlan(ctx, p)
}

// holds tells whether a plan that was made with a view is still good.
func (x *session) holds(p Plan, made View) bool {
	if l, ok := p.(Lasting); ok && l.Lasting() {
		return made.SameState(x.snapshot())
	}
	return made.Same(x.snapshot())
}

func (x *session) statement(name string) (*prepared, error) {
	if p := x.statements[name]; p != nil {
		return p, nil
	}
	if name == "" {
		return nil, pgerr.New(pgerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerr.New(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, name)
}

func (x *session) bind(ctx context.Context, m *pgproto3.Bind) error {
	name, err := x.decode(m.DestinationPortal)
	if err != nil {
		return err
	}
	s, err := x.decode(m.PreparedStatement)
	if err != nil {
		return err
	}
	ps, err := x.statement(s)
	if err != nil {
		return err
	}
	x.setQuery(ps.text)
	x.startTransaction()
	if n := len(m.ParameterFormatCodes); n > 1 && n != len(m.Parameters) {
		return pgerr.New(pgerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(m.Parameters))
	}
	if len(m.Parameters) != len(ps.params) {
		return pgerr.New(pgerr.ProtocolViolation, `bind message supplies %d parameters, but prepared statement "%s" requires %d`,
			len(m.Parameters), ps.name, len(ps.params))
	}
	if x.status == txFailed && !ps.empty && (!isExit(ps.stmt.Node) || len(ps.params) > 0) {
		return aborted()
	}
	if x.status != txFailed {
		if err := x.fresh(ctx, ps); err != nil {
			return err
		}
	}
	p := &portal{name: name, stmt: ps.stmt, text: ps.text, plan: ps.plan, columns: ps.columns}
	if ps.plan == nil && !ps.empty && x.status != txFailed {
		p.columns = x.utilityColumns(ps.stmt)
	}
	if p.params, err = x.bindParams(name, m, ps.params); err != nil {
		return err
	}
	for _, f := range m.ResultFormatCodes { // a wrong one is noticed when there is something to send
		p.formats = append(p.formats, wire.Format(f))
	}
	if n := len(p.formats); n > 1 && n != len(p.columns) {
		return pgerr.New(pgerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", n, len(p.columns))
	}
	p.done = false
	if ps.empty {
		p.stmt = Statement{}
	}
	if err := x.addPortal(p); err != nil {
		return err
	}
	return x.out.Send(&pgproto3.BindComplete{})
}

// bindParams reads the parameters' values.
func (x *session) bindParams(portal string, m *pgproto3.Bind, want []types.Type) ([]types.Datum, error) {
	values := make([]types.Datum, len(want))
	style := x.style(want)
	for i, raw := range m.Parameters {
		if raw == nil {
			values[i] = types.NullDatum
			continue
		}
		format := int16(0)
		switch len(m.ParameterFormatCodes) {
		case 0:
		case 1:
			format = m.ParameterFormatCodes[0]
		default:
			format = m.ParameterFormatCodes[i]
		}
		var err error
		switch format {
		case 0:
			values[i], err = x.textParam(raw, want[i], style)
		case 1:
			values[i], err = x.binaryParam(raw, want[i], i+1)
		default:
			err = pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", format)
		}
		if err != nil {
			e := pgerr.From(err).Clone()
			e.Position = 0
			where := "unnamed portal"
			if portal != "" {
				where = fmt.Sprintf(`portal "%s"`, portal)
			}
			if format == 0 { // log_parameter_max_length_on_error is 0: no value is shown
				return nil, e.At("%s parameter $%d = '...'", where, i+1)
			}
			return nil, e.At("%s parameter $%d", where, i+1)
		}
	}
	return values, nil
}

func (x *session) textParam(raw []byte, t types.Type, style *types.Style) (types.Datum, error) {
	if x.charset != nil {
		s, err := x.charset.Decode(string(raw))
		if err != nil {
			return types.Datum{}, err
		}
		raw = []byte(s)
	} else if err := charset.CheckUTF8(string(raw)); err != nil {
		return types.Datum{}, err
	}
	d, err := types.ParseText(types.Of(t.OID), raw, style)
	d.Bytes = slices.Clone(d.Bytes)
	return d, err
}

func (x *session) binaryParam(raw []byte, t types.Type, number int) (types.Datum, error) {
	if x.charset != nil && textParamType(t.OID) {
		s, err := x.charset.Decode(string(raw))
		if err != nil {
			return types.Datum{}, err
		}
		raw = []byte(s)
	}
	d, err := types.ParseBinary(types.Of(t.OID), raw)
	if e, ok := errors.AsType[*pgerr.Error](err); ok && e.Message == "incorrect binary data format" {
		return d, pgerr.New(e.Code, "incorrect binary data format in bind parameter %d", number)
	}
	d.Bytes = slices.Clone(d.Bytes)
	return d, err
}

func textParamType(t types.OID) bool {
	switch t {
	case types.TextOID, types.VarcharOID, types.BpcharOID, types.NameOID, types.JSONOID, types.UnknownOID:
		return true
	}
	return false
}

func noSuchPortal(name string) error {
	return pgerr.New(pgerr.InvalidCursorName, `portal "%s" does not exist`, name)
}

func (x *session) describe(ctx context.Context, m *pgproto3.Describe) error {
	x.startTransaction()
	name, err := x.decode(m.Name)
	if err != nil {
		return err
	}
	switch m.ObjectType {
	case 'S':
		ps, err := x.statement(name)
		if err != nil {
			return err
		}
		if x.status == txFailed && ps.columns != nil {
			return aborted()
		}
		if x.status != txFailed {
			if err := x.fresh(ctx, ps); err != nil {
				return err
			}
		}
		d := &pgproto3.ParameterDescription{ParameterOIDs: make([]uint32, len(ps.params))}
		for i, t := range ps.params {
			d.ParameterOIDs[i] = uint32(t.OID)
		}
		if err := x.out.Send(d); err != nil {
			return err
		}
		if ps.columns == nil {
			return x.out.Send(&pgproto3.NoData{})
		}
		return x.out.Send(x.rowDescription(ps.columns, func(int) wire.Format { return wire.Text }))
	case 'P':
		p := x.portals[name]
		if p == nil {
			return noSuchPortal(name)
		}
		if x.status == txFailed && p.columns != nil {
			return aborted()
		}
		if p.columns == nil {
			return x.out.Send(&pgproto3.NoData{})
		}
		return x.describeRows(p)
	}
	return pgerr.New(pgerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
}

func (x *session) execute(ctx context.Context, m *pgproto3.Execute) error {
	name, err := x.decode(m.Portal)
	if err != nil {
		return err
	}
	p := x.portals[name]
	if p == nil {
		return noSuchPortal(name)
	}
	if p.stmt.Node == nil {
		return x.out.Send(&pgproto3.EmptyQueryResponse{})
	}
	x.setQuery(p.text)
	x.startTransaction()
	if x.status == txFailed && !isExit(p.stmt.Node) {
		return aborted()
	}
	if p.failed || p.done && p.source == nil {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, `portal "%s" cannot be run`, name)
	}
	if !p.ran && m.MaxRows == 0 {
		p.borrow(ctx)
		defer p.leave() // ctx ends before the portal is closed
	} else {
		detach := p.attach(ctx)
		defer detach()
	}
	if !p.ran {
		p.ran = true
		if err := x.start(ctx, p); err != nil {
			p.failed = true
			return err
		}
	}
	x.statementDone()
	tag := p.tag
	if p.columns != nil {
		for _, f := range p.formats {
			if f != wire.Text && f != wire.Binary {
				return pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", f)
			}
		}
		limit := int64(m.MaxRows)
		enc := x.encoderOf(p)
		n, err := x.send(ctx, p.source, enc, limit)
		enc.Release()
		if err != nil {
			p.failed = true
			return err
		}
		if limit > 0 && n == limit {
			return x.out.Send(&pgproto3.PortalSuspended{})
		}
		x.ended(p)
		tag = p.tagOf(n)
	}
	p.done = true
	return x.out.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

func (x *session) closeMessage(m *pgproto3.Close) error {
	name, err := x.decode(m.Name)
	if err != nil {
		return err
	}
	switch m.ObjectType {
	case 'S':
		delete(x.statements, name)
	case 'P':
		if p := x.portals[name]; p != nil {
			x.drop(p)
		}
	default:
		return pgerr.New(pgerr.ProtocolViolation, "invalid CLOSE message subtype %d", m.ObjectType)
	}
	return x.out.Send(&pgproto3.CloseComplete{})
}
