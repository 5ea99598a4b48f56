package server

import (
	"context"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/server/settings"
)

// txStatus is where a session stands between transactions (TBLOCK_… in xact.c).
type txStatus uint8

const (
	txIdle          txStatus = iota
	txImplicit               // around one statement, or the messages up to Sync
	txImplicitBlock          // around the statements of one simple query
	txBlock                  // between BEGIN and COMMIT
	txFailed                 // the same, after an error
)

// transaction is what lasts from BEGIN, or a statement without one, to the end.
type transaction struct {
	engine Transaction
	start  time.Time
	view   View // of the present statement, or of the whole transaction
	levels []level
	lastID int
	used   bool // a view was taken: the isolation level is fixed
}

// level is a savepoint.
type level struct {
	name string
	id   int
	back func()
}

// innermost is the id of the level that is open; 0 is the transaction's own.
func (t *transaction) innermost() int {
	if n := len(t.levels); n > 0 {
		return t.levels[n-1].id
	}
	return 0
}

func (x *session) txByte() byte {
	switch x.status {
	case txBlock, txImplicitBlock:
		return 'T'
	case txFailed:
		return 'E'
	}
	return 'I'
}

func (x *session) inBlock() bool { return x.status == txBlock || x.status == txImplicitBlock }

// startTransaction begins an implicit transaction unless one is open.
func (x *session) startTransaction() {
	if x.tx != nil {
		return
	}
	x.tx = &transaction{engine: x.server.engine.Begin(x.user, x.own), start: x.at}
	x.status = txImplicit
	x.mu.Lock()
	x.activity.XactBegan = x.tx.start
	x.mu.Unlock()
	x.settings.Begin()
	x.defaultModes()
}

// defaultModes gives the transaction's parameters the session's defaults. They end with the transaction.
func (x *session) defaultModes() {
	if x.modes0 == x.settings.Version()+1 {
		return
	}
	forced := false
	for _, m := range []string{"transaction_isolation", "transaction_read_only", "transaction_deferrable"} {
		if def := x.settings.Text("default_" + m); def != x.settings.Text(m) {
			x.settings.Force(m, def, settings.Local)
			forced = true
		}
	}
	if x.modes0 = 0; !forced {
		x.modes0 = x.settings.Version() + 1
	}
}

// commit ends the transaction. After an error nothing of it stays.
func (x *session) commit(ctx context.Context) error {
	if x.tx == nil {
		return nil
	}
	if err := x.tx.engine.Commit(ctx); err != nil {
		x.abort()
		return err
	}
	x.endTransaction(true)
	return nil
}

// abort takes everything back.
func (x *session) abort() {
	if x.tx != nil {
		x.endTransaction(false)
	}
}

func (x *session) endTransaction(committed bool) {
	before := x.settings.Version()
	x.settings.End(committed)
	if x.settings.Version() != before {
		x.followSettings()
	}
	for _, p := range x.portals {
		if !p.outlives(committed) {
			x.drop(p)
			continue
		}
		p.level, p.held = 0, true
	}
	if !committed {
		x.tx.engine.Rollback()
	}
	x.tx = nil
	x.status = txIdle
	x.forgetPlans()
}

// failTransaction is what an error does: an implicit transaction is over, a block waits for its ROLLBACK.
func (x *session) failTransaction() {
	switch x.status {
	case txImplicit, txImplicitBlock:
		x.abort()
	case txBlock:
		x.status = txFailed
		x.settings.Rollback()
		x.settings.Begin()
		x.followSettings()
		x.dropLevel(x.tx.innermost())
	}
}

// dropLevel closes the cursors made at a savepoint's level or below it.
func (x *session) dropLevel(id int) {
	for _, p := range x.portals {
		if p.level >= id && !p.held {
			x.drop(p)
		}
	}
}

// snapshot gives the view for a statement: under READ COMMITTED a new one for each, else the transaction's.
func (x *session) snapshot() View {
	t := x.tx
	if t.view == nil {
		fresh := !t.used || x.settings.Text("transaction_isolation") == "read committed" || x.settings.Text("transaction_isolation") == "read uncommitted"
		t.view = t.engine.View(fresh)
		t.used = true
	}
	return t.view
}

// statementDone lets the next statement see what others commit.
func (x *session) statementDone() {
	if x.tx != nil {
		x.tx.view = nil
	}
}

// isExit tells whether a statement may run in a failed transaction.
func isExit(n *pg.Node) bool {
	t := n.GetTransactionStmt()
	if t == nil {
		return false
	}
	switch t.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT, pg.TransactionStmtKind_TRANS_STMT_PREPARE,
		pg.TransactionStmtKind_TRANS_STMT_ROLLBACK, pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		return true
	}
	return false
}

func aborted() error {
	return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// transactionStmt runs BEGIN, COMMIT, SAVEPOINT and their relatives.
func (x *session) transactionStmt(ctx context.Context, s *pg.TransactionStmt) (tag string, err error) {
	switch s.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		tag = "BEGIN"
		if s.Kind == pg.TransactionStmtKind_TRANS_STMT_START {
			tag = "START TRANSACTION"
		}
		if x.status == txBlock {
			x.warning(pgerr.ActiveSQLTransaction, "there is already a transaction in progress")
		}
		x.status = txBlock
		return tag, x.modes(s.Options, settings.Local)
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT:
		return x.endBlock(ctx, "COMMIT", true, s.Chain)
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return x.endBlock(ctx, "ROLLBACK", false, s.Chain)
	case pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		if err := x.needBlock("SAVEPOINT"); err != nil {
			return "", err
		}
		t := x.tx
		t.lastID++
		t.levels = append(t.levels, level{s.SavepointName, t.lastID, t.engine.Mark()})
		x.settings.Begin()
		return "SAVEPOINT", nil
	case pg.TransactionStmtKind_TRANS_STMT_RELEASE:
		if err := x.needBlock("RELEASE SAVEPOINT"); err != nil {
			return "", err
		}
		i, err := x.savepoint(s.SavepointName)
		if err != nil {
			return "", err
		}
		x.release(i)
		return "RELEASE", nil
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		if x.status != txFailed {
			if err := x.needBlock("ROLLBACK TO SAVEPOINT"); err != nil {
				return "", err
			}
		}
		i, err := x.savepoint(s.SavepointName)
		if err != nil {
			return "", err
		}
		x.rollbackTo(i)
		return "ROLLBACK", nil
	case pg.TransactionStmtKind_TRANS_STMT_PREPARE:
		if x.status == txFailed {
			x.abort()
			return "ROLLBACK", nil
		}
		if x.status != txBlock {
			x.warning(pgerr.NoActiveSQLTransaction, "there is no transaction in progress")
			return "ROLLBACK", nil
		}
		x.abort()
		return "", pgerr.New(pgerr.ObjectNotInPrerequisiteState, "prepared transactions are disabled").
			WithHint("Set max_prepared_transactions to a nonzero value.")
	default:
		return "", pgerr.New(pgerr.UndefinedObject, `prepared transaction with identifier "%s" does not exist`, s.Gid)
	}
}

// needBlock is RequireTransactionBlock.
func (x *session) needBlock(what string) error {
	if x.status == txImplicitBlock && what != "DECLARE CURSOR" && what != "LOCK TABLE" || !x.inBlock() {
		return pgerr.New(pgerr.NoActiveSQLTransaction, "%s can only be used in transaction blocks", what)
	}
	return nil
}

// savepoint finds the innermost level of that name.
func (x *session) savepoint(name string) (int, error) {
	for i := len(x.tx.levels) - 1; i >= 0; i-- {
		if x.tx.levels[i].name == name {
			return i, nil
		}
	}
	return 0, pgerr.New(pgerr.InvalidSavepointSpecification, `savepoint "%s" does not exist`, name)
}

// release merges level i, and those in it, with the one around it.
func (x *session) release(i int) {
	t := x.tx
	id := t.levels[i].id
	for range t.levels[i:] {
		x.settings.Release()
	}
	t.levels = t.levels[:i]
	outer := t.innermost()
	for _, p := range x.portals {
		if p.level >= id {
			p.level = outer
		}
	}
}

// rollbackTo takes level i back and opens it anew.
func (x *session) rollbackTo(i int) {
	t := x.tx
	l := t.levels[i]
	for range t.levels[i:] {
		x.settings.Rollback()
	}
	x.followSettings()
	x.dropLevel(l.id)
	l.back()
	t.view = nil
	t.lastID++
	t.levels = append(t.levels[:i], level{l.name, t.lastID, t.engine.Mark()})
	x.settings.Begin()
	x.status = txBlock
}

// endBlock is COMMIT or ROLLBACK. The tag tells what became of a COMMIT.
func (x *session) endBlock(ctx context.Context, tag string, commit, chain bool) (string, error) {
	if x.status != txBlock && x.status != txFailed {
		if chain {
			return "", pgerr.New(pgerr.NoActiveSQLTransaction, "%s AND CHAIN can only be used in transaction blocks", tag)
		}
		x.warning(pgerr.NoActiveSQLTransaction, "there is no transaction in progress")
		if commit {
			return tag, x.commit(ctx)
		}
		x.abort()
		return tag, nil
	}
	modes := map[string]string{}
	if chain {
		for _, m := range []string{"transaction_isolation", "transaction_read_only", "transaction_deferrable"} {
			modes[m] = x.settings.Text(m)
		}
	}
	if x.status == txFailed {
		tag, commit = "ROLLBACK", false
	}
	if commit {
		if err := x.commit(ctx); err != nil {
			return "", err
		}
	} else {
		x.abort()
	}
	if chain {
		x.startTransaction()
		x.status = txBlock
		for m, v := range modes {
			x.settings.Force(m, v, settings.Local)
		}
	}
	return tag, nil
}

// modes applies the modes of BEGIN, SET TRANSACTION or, with scope Session, SET SESSION CHARACTERISTICS.
func (x *session) modes(options []*pg.Node, scope settings.Scope) error {
	for _, o := range options {
		d := o.GetDefElem()
		if d == nil {
			continue
		}
		value := constText(d.Arg)
		switch d.Defname {
		case "transaction_read_only", "transaction_deferrable":
			if value == "1" {
				value = "on"
			} else {
				value = "off"
			}
		}
		name := d.Defname
		if scope == settings.Session {
			name = "default_" + name
			if err := x.settings.Set(name, value, scope); err != nil {
				return err
			}
			continue
		}
		if err := x.setMode(name, value); err != nil {
			return err
		}
	}
	return nil
}

// setMode changes a property of the transaction that is open, by SET TRANSACTION or as a parameter.
func (x *session) setMode(name, value string) error {
	was := x.settings.Text(name)
	sub := len(x.tx.levels) > 0
	switch name {
	case "transaction_isolation":
		if value != was {
			switch {
			case x.tx.used:
				return pgerr.New(pgerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
			case sub:
				return pgerr.New(pgerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction")
			}
		}
	case "transaction_read_only":
		if value == "off" && was == "on" {
			switch {
			case sub:
				return pgerr.New(pgerr.ActiveSQLTransaction, "cannot set transaction read-write mode inside a read-only transaction")
			case x.tx.used:
				return pgerr.New(pgerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
			}
		}
	case "transaction_deferrable":
		switch {
		case sub:
			return pgerr.New(pgerr.ActiveSQLTransaction, "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction")
		case x.tx.used:
			return pgerr.New(pgerr.ActiveSQLTransaction, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query")
		}
	}
	// Let the parameter's own check see it, then keep it for the transaction.
	return x.settings.Set(name, value, settings.Local)
}
