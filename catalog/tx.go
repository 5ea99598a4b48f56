package catalog

import (
	"context"
	"maps"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sql"
	"howdah/types"
)

// Tx is DDL under way in one transaction: it sees its own changes, others see them after Commit. One goroutine at a time.
type Tx struct {
	cat   *Catalog
	base  *state // what it began on
	state *state
	user  string
	done  []change // what was executed, to be replayed if somebody else committed meanwhile

	temp    *Temp        // the session's temporary tables; nil where there is no session
	after   *Temp        // what they are once the statement under way has succeeded; nil = no change
	dropped []*TempTable // by that statement
	inUse   func(types.OID) bool
	bind    Binder // of columns of temporary tables
	style   *types.Style
}

type change struct {
	stmt  sql.Statement
	path  []string
	style *types.Style
}

// Mark is a point in a Tx to go back to (a savepoint).
type Mark struct {
	state *state
	n     int
	temp  *Temp
}

// Begin starts DDL for the user. It costs nothing until something is executed.
func (c *Catalog) Begin(user string) *Tx {
	st := c.state.Load()
	return &Tx{cat: c, base: st, state: st, user: user}
}

// View gives the catalog with the transaction's own changes.
func (t *Tx) View(snap *sources.Snapshot) View {
	v := t.cat.viewOf(t.state, t.user, snap)
	v.temp = t.temp
	return v
}

// Changed tells whether anything was executed.
func (t *Tx) Changed() bool { return len(t.done) > 0 }

// Mark remembers this point.
func (t *Tx) Mark() Mark { return Mark{t.state, len(t.done), t.temp} }

// Return goes back to a mark.
func (t *Tx) Return(m Mark) { t.state, t.done, t.temp = m.state, t.done[:m.n], m.temp }

// Temp is what the session had of temporary tables at the mark.
func (m Mark) Temp() *Temp { return m.temp }

// Refresh sees what others have committed, as a new statement does under READ COMMITTED.
func (t *Tx) Refresh() {
	if !t.Changed() {
		t.base = t.cat.state.Load()
		t.state = t.base
	}
}

// Notice is what a statement says besides its tag.
type Notice struct {
	Severity string // NOTICE or WARNING
	*pgerr.Error
}

// Exec runs one DDL statement and gives its command tag. Unqualified names are made in the first schema of path.
func (t *Tx) Exec(ctx context.Context, stmt sql.Statement, path []string) (tag string, notices []Notice, err error) {
	t.after, t.dropped = nil, nil
	rest, tag, notices, err := t.execTemp(ctx, stmt, path)
	if rest == nil || err != nil {
		return tag, notices, err
	}
	stmt.Node = rest
	d := &ddl{ctx: ctx, cat: t.cat, st: t.state.clone(), user: t.user, path: path, text: stmt.Text, offset: stmt.Offset, bind: t.bind, style: t.style}
	tag, err = d.run(stmt.Node)
	if err != nil {
		return "", nil, err
	}
	if err := t.finishTemp(); err != nil {
		return "", d.notices, err
	}
	t.state = d.st
	t.done = append(t.done, change{stmt, path, t.style})
	return tag, d.notices, nil
}

// Commit makes the changes everybody's and writes the file. If others committed meanwhile the changes are made anew on
// theirs; where that fails nothing is changed and the error is 40001.
func (t *Tx) Commit(ctx context.Context) error {
	if !t.Changed() {
		return nil
	}
	c := t.cat
	c.write.Lock()
	defer c.write.Unlock()
	st := t.state
	if now := c.state.Load(); now != t.base {
		st = now
		for _, ch := range t.done {
			d := &ddl{ctx: ctx, cat: c, st: st.clone(), user: t.user, path: ch.path, text: ch.stmt.Text, bind: t.bind, style: ch.style}
			if _, err := d.run(ch.stmt.Node); err != nil {
				return pgerr.Wrap(err, pgerr.SerializationFailure, "could not serialize access due to concurrent update").
					WithDetail("%s", pgerr.From(err).Message)
			}
			st = d.st
		}
	}
	if c.cfg.File != "" {
		if err := writeFile(c.cfg.File, st.script()); err != nil {
			return pgerr.Wrap(err, pgerr.IOError, "could not write the catalog file %q: %s", c.cfg.File, osReason(err))
		}
	}
	c.state.Store(st)
	t.base, t.state, t.done = st, st, nil
	return nil
}

// load runs a script of DDL: the catalog file's.
func (c *Catalog) load(ctx context.Context, text string) error {
	stmts, err := sql.Parse(text)
	if err != nil {
		return pgerr.From(err).At("catalog file %q", c.cfg.File)
	}
	path := []string{"public"}
	st := c.state.Load()
	for _, s := range stmts {
		d := &ddl{ctx: ctx, cat: c, st: st.clone(), user: c.cfg.Owner, path: path, text: s.Text, loading: true}
		if _, err := d.run(s.Node); err != nil {
			return pgerr.From(err).At("catalog file %q, line %d", c.cfg.File, lineOf(text, s.Offset))
		}
		st, path = d.st, d.path
	}
	c.state.Store(st)
	return nil
}

func lineOf(text string, offset int) int {
	line := 1
	for i := 0; i < offset && i < len(text); i++ {
		if text[i] == '\n' {
			line++
		}
	}
	return line
}

// SetRole makes or replaces a role outside of DDL (HOWDAH_USER); it is not written to the file.
func (c *Catalog) SetRole(r Role) {
	c.write.Lock()
	defer c.write.Unlock()
	st := c.state.Load().clone()
	st.roles = maps.Clone(st.roles)
	r.FromEnv = true
	st.roles[r.Name] = &r
	c.state.Store(st)
}

// Role gives a role by name, or nil.
func (c *Catalog) Role(name string) *Role { return c.state.Load().roles[name] }

// HasPassword tells whether any role has one.
func (c *Catalog) HasPassword() bool {
	for _, r := range c.state.Load().roles {
		if r.Verifier != "" {
			return true
		}
	}
	return false
}
