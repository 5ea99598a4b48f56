package server

import (
	"context"
	"math"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/sql"
	"howdah/vector"
)

// The options of DECLARE (parsenodes.h).
const (
	cursorBinary   = 0x0001
	cursorScroll   = 0x0002
	cursorNoScroll = 0x0004
	cursorInsens   = 0x0008
	cursorAsens    = 0x0010
	cursorHold     = 0x0020
)

// declare makes a cursor of the portal's plan.
func (x *session) declare(ctx context.Context, p *portal) error {
	s := p.stmt.Node.GetDeclareCursorStmt()
	hold := s.Options&cursorHold != 0
	if !hold {
		if err := x.needBlock("DECLARE CURSOR"); err != nil {
			return err
		}
	}
	if s.Portalname == "" {
		return pgerr.New(pgerr.InvalidCursorName, "invalid cursor name: must not be empty")
	}
	text := p.stmt.Source
	if text == "" {
		text = p.text
	}
	c := &portal{
		name: s.Portalname, stmt: p.stmt, text: text, plan: p.plan, params: p.params, cursor: true, created: time.Now(), ran: true,
		scroll: s.Options&cursorScroll != 0, noScroll: s.Options&cursorNoScroll != 0, hold: hold, binary: s.Options&cursorBinary != 0,
		columns: p.plan.Columns(),
	}
	if err := x.addPortal(c); err != nil {
		return err
	}
	detach := c.attach(ctx)
	defer detach()
	if err := x.run(c); err != nil {
		x.drop(c)
		return err
	}
	return nil
}

// declarable is transformDeclareCursorStmt: what a DECLARE must not say.
func declarable(s *pg.DeclareCursorStmt, source string) error {
	switch {
	case s.Options&cursorScroll != 0 && s.Options&cursorNoScroll != 0:
		return pgerr.New(pgerr.InvalidCursorDefinition, "cannot specify both SCROLL and NO SCROLL")
	case s.Options&cursorInsens != 0 && s.Options&cursorAsens != 0:
		return pgerr.New(pgerr.InvalidCursorDefinition, "cannot specify both ASENSITIVE and INSENSITIVE")
	}
	if into := s.Query.GetSelectStmt().GetIntoClause(); into != nil {
		return pgerr.New(pgerr.SyntaxError, "SELECT ... INTO is not allowed here").AtPosition(sql.Position(source, int(into.Rel.GetLocation())))
	}
	return nil
}

// find gives the portal that a cursor name means.
func (x *session) find(name string) (*portal, error) {
	if p := x.portals[name]; p != nil && name != "" {
		return p, nil
	}
	return nil, pgerr.New(pgerr.InvalidCursorName, `cursor "%s" does not exist`, name)
}

func (x *session) closeCursor(name string) error {
	if name == "" {
		x.closeAll()
		return nil
	}
	p, err := x.find(name)
	if err != nil {
		return err
	}
	x.drop(p)
	return nil
}

// fetch makes the rows of a FETCH the portal's source, or does a MOVE.
func (x *session) fetch(ctx context.Context, p *portal, s *pg.FetchStmt) error {
	target, err := x.find(s.Portalname)
	if err != nil {
		return err
	}
	if target.failed || target.tape == nil {
		if target.plan == nil {
			return pgerr.New(pgerr.ObjectNotInPrerequisiteState, `portal "%s" cannot be run`, target.name)
		}
		if target.failed {
			return pgerr.New(pgerr.ObjectNotInPrerequisiteState, `portal "%s" cannot be run`, target.name)
		}
		target.ran = true // a portal of the protocol that was not executed yet
		if err := x.start(ctx, target); err != nil {
			target.failed = true
			return err
		}
	}
	m := &moves{t: target.tape, noScroll: target.noScroll, broken: func() { target.failed = true }}
	p.counted = true
	if s.Ismove {
		detach := target.attach(ctx)
		defer detach()
		n, err := m.move(s.Direction, s.HowMany)
		if err != nil {
			target.failed = true
			return because(ctx, err)
		}
		if target.tape.end >= 0 {
			x.tellRejects(target)
		}
		p.tag = p.tagOf(n)
		p.counted = false
		return nil
	}
	p.begin()
	link := context.AfterFunc(p.ctx, func() { target.cancel(context.Cause(p.ctx)) })
	p.unlink = func() { link() }
	p.columns, p.target = target.columns, target
	p.binary = p.binary || target.binary
	if err := m.position(s.Direction, s.HowMany); err != nil {
		target.failed = true
		return because(ctx, err)
	}
	p.source = m
	return nil
}

// moves is one FETCH or MOVE on a tape.
type moves struct {
	t        *tape
	noScroll bool
	broken   func()

	left     int64 // rows to give
	backward bool
}

func (m *moves) pull(limit int64) (*vector.Batch, []int32, error) {
	limit = min(limit, m.left)
	if limit <= 0 {
		return nil, nil, nil
	}
	var b *vector.Batch
	var rows []int32
	var err error
	if m.backward {
		b, rows, err = m.t.backward(limit)
	} else {
		b, rows, err = m.t.forward(limit)
	}
	if err != nil {
		m.broken()
	}
	m.left -= int64(len(rows))
	return b, rows, err
}

// mayGoBack refuses to on a NO SCROLL cursor.
func (m *moves) mayGoBack() error {
	if !m.noScroll {
		return nil
	}
	return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "cursor can only scan forward").
		WithHint("Declare it with SCROLL option to enable backward scan.")
}

// position goes to where the rows wanted begin, and says how many there are and which way (DoPortalRunFetch).
func (m *moves) position(dir pg.FetchDirection, n int64) error {
	switch dir {
	case pg.FetchDirection_FETCH_FORWARD, pg.FetchDirection_FETCH_BACKWARD:
		if n < 0 {
			n = -n
			if dir == pg.FetchDirection_FETCH_FORWARD {
				dir = pg.FetchDirection_FETCH_BACKWARD
			} else {
				dir = pg.FetchDirection_FETCH_FORWARD
			}
		}
		if n == 0 {
			return m.again()
		}
		m.left = n
		if dir == pg.FetchDirection_FETCH_BACKWARD {
			m.backward = true
			return m.mayGoBack()
		}
		return nil
	case pg.FetchDirection_FETCH_ABSOLUTE:
		return m.absolute(n)
	default:
		return m.relative(n)
	}
}

// again gives the row the cursor stands on, if it stands on one.
func (m *moves) again() error {
	if !m.onRow() {
		m.left = 0
		return nil
	}
	if err := m.mayGoBack(); err != nil {
		return err
	}
	m.t.pos--
	m.left = 1
	return nil
}

func (m *moves) onRow() bool { return m.t.pos > 0 && (m.t.end < 0 || m.t.pos <= m.t.end) }

// to makes row n the next one; the cursor must be allowed to go there.
func (m *moves) to(n int64) error {
	if n-1 < m.t.pos {
		if err := m.mayGoBack(); err != nil {
			return err
		}
		m.t.pos = n - 1
		return nil
	}
	_, err := m.skip(n - 1 - m.t.pos)
	return err
}

func (m *moves) skip(n int64) (int64, error) {
	done, err := m.t.skip(n)
	if err != nil {
		m.broken()
	}
	return done, err
}

func (m *moves) absolute(n int64) error {
	switch {
	case n > 0:
		m.left = 1
		return m.to(n)
	case n == 0:
		m.left = 0
		if m.t.pos == 0 {
			return nil
		}
		if err := m.mayGoBack(); err != nil {
			return err
		}
		m.t.rewind()
		return nil
	}
	if err := m.mayGoBack(); err != nil {
		return err
	}
	if _, err := m.skip(math.MaxInt64); err != nil {
		return err
	}
	target := m.t.end + 1 + n
	if target < 1 {
		m.t.rewind()
		m.left = 0
		return nil
	}
	m.left = 1
	return m.to(target)
}

func (m *moves) relative(n int64) error {
	switch {
	case n == 0:
		return m.again()
	case n > 0:
		m.left = 1
		_, err := m.skip(n - 1)
		return err
	}
	if err := m.mayGoBack(); err != nil {
		return err
	}
	target := m.t.pos + n
	if target < 1 {
		m.t.rewind()
		m.left = 0
		return nil
	}
	m.left = 1
	m.t.pos = target - 1
	return nil
}

// move goes where a FETCH would, and tells how many rows that would have given.
func (m *moves) move(dir pg.FetchDirection, n int64) (int64, error) {
	if dir == pg.FetchDirection_FETCH_BACKWARD && n == math.MaxInt64 { // a rewind, on any cursor that has not begun
		moved := max(m.t.pos-1, 0)
		if m.t.pos > 0 {
			if err := m.mayGoBack(); err != nil {
				return 0, err
			}
		}
		m.t.rewind()
		return moved, nil
	}
	onRow := m.onRow()
	if dir != pg.FetchDirection_FETCH_ABSOLUTE && n == 0 { // it stays where it is
		if onRow {
			return 1, nil
		}
		return 0, nil
	}
	if err := m.position(dir, n); err != nil {
		return 0, err
	}
	if m.backward {
		moved := min(m.left, max(m.t.pos-1, 0))
		m.t.pos = max(m.t.pos-m.left, 0)
		return moved, nil
	}
	return m.skip(m.left)
}
