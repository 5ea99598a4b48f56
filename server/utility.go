package server

import (
	"context"
	"fmt"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/sql"
)

// tagOf gives CommandComplete's text after n rows.
func (p *portal) tagOf(n int64) string {
	if !p.counted {
		return p.tag
	}
	return fmt.Sprintf("%s %d", p.tag, n)
}

// mayRun refuses what changes data, before anything of it is looked at: all but what can be about temporary tables.
func (x *session) mayRun(s Statement) error {
	tag := ""
	switch s.Kind {
	case sql.Write:
		if !changesTable(s.Node) && !locksRows(s.Node) {
			tag = sql.CommandTag(s.Node)
		}
	case sql.Vacuum:
		tag = "VACUUM"
	case sql.Explain:
		q := s.Node.GetExplainStmt().Query
		if k := sql.KindOf(q); k == sql.Write && !locksRows(q) || k == sql.CreateTableAs {
			return pgerr.New(pgerr.FeatureNotSupported, "EXPLAIN of %s is not supported", sql.CommandTag(q)).
				WithHint("EXPLAIN the query that gives the rows.")
		}
	case sql.Declare:
		if err := declarable(s.Node.GetDeclareCursorStmt(), s.Source); err != nil {
			return err
		}
		if q := s.Node.GetDeclareCursorStmt().Query; sql.KindOf(q) == sql.Write && !locksRows(q) {
			tag = sql.CommandTag(s.Node.GetDeclareCursorStmt().Query)
		}
	}
	if tag == "" {
		return nil
	}
	return readOnly(tag)
}

func readOnly(tag string) error {
	return pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", tag)
}

// changesTable tells the statements that change one table and whose name is looked up before they are refused.
func changesTable(n *pg.Node) bool {
	return n.GetInsertStmt() != nil || n.GetUpdateStmt() != nil || n.GetDeleteStmt() != nil || n.GetTruncateStmt() != nil
}

// locksRows tells SELECT … FOR UPDATE and its like. The planner knows of which tables it is refused.
func locksRows(n *pg.Node) bool { return len(n.GetSelectStmt().GetLockingClause()) > 0 }

// utilityColumns tells the columns of a statement that is not planned; nil if it yields no rows.
func (x *session) utilityColumns(s Statement) []Column {
	switch n := s.Node; s.Kind {
	case sql.Fetch:
		if p := x.portals[n.GetFetchStmt().Portalname]; p != nil && p.plan != nil {
			return p.plan.Columns()
		}
	case sql.Show:
		return showColumns(n.GetVariableShowStmt().Name)
	case sql.Execute:
		if ps := x.statements[n.GetExecuteStmt().Name]; ps != nil {
			return ps.columns
		}
	}
	return nil
}

// start begins to execute a portal: afterwards its source gives rows, or its tag says what was done.
func (x *session) start(ctx context.Context, p *portal) error {
	n := p.stmt.Node
	p.tag = sql.CommandTag(n)
	kind := p.stmt.Kind
	if locksRows(n) {
		kind = sql.Select
	}
	switch kind {
	case sql.Select, sql.Values:
		p.tag, p.counted = "SELECT", true
		return x.run(p)
	case sql.Explain:
		return x.run(p)
	case sql.Write, sql.CreateTable, sql.CreateTableAs:
		return x.change(ctx, p)
	case sql.Begin, sql.Commit, sql.Rollback, sql.Savepoint, sql.Release, sql.RollbackTo, sql.TwoPhase:
		tag, err := x.transactionStmt(ctx, n.GetTransactionStmt())
		if tag != "" {
			p.tag = tag
		}
		return err
	case sql.Declare:
		return x.declare(ctx, p)
	case sql.Fetch, sql.Move:
		return x.fetch(ctx, p, n.GetFetchStmt())
	case sql.Close:
		return x.closeCursor(n.GetClosePortalStmt().Portalname)
	case sql.Prepare:
		return x.prepareStmt(ctx, p.stmt, n.GetPrepareStmt())
	case sql.Execute:
		return x.executeStmt(ctx, p, n.GetExecuteStmt())
	case sql.Deallocate:
		return x.deallocate(n.GetDeallocateStmt())
	case sql.Copy:
		if n.GetCopyStmt().IsFrom {
			return x.copyFrom(ctx, p, n.GetCopyStmt())
		}
		return x.copyTo(ctx, p, n.GetCopyStmt())
	case sql.Set, sql.Reset, sql.SetTransaction:
		return x.set(n.GetVariableSetStmt())
	case sql.Show:
		return x.show(p, n.GetVariableShowStmt().Name)
	case sql.Discard:
		return x.discard(n.GetDiscardStmt().Target)
	case sql.Listen, sql.Unlisten, sql.Notify, sql.SetConstraints:
		return nil // nobody else is there to notify, and nothing is deferred
	case sql.Lock:
		return x.lock(ctx, n.GetLockStmt())
	case sql.Analyze:
		return x.analyze(ctx, n.GetVacuumStmt())
	case sql.Checkpoint:
		return pgerr.New(pgerr.FeatureNotSupported, "CHECKPOINT is not supported")
	case sql.Do:
		return pgerr.New(pgerr.FeatureNotSupported, "DO is not supported")
	case sql.Call:
		return pgerr.New(pgerr.FeatureNotSupported, "CALL is not supported")
	case sql.Load:
		return pgerr.New(pgerr.FeatureNotSupported, "LOAD is not supported")
	case sql.AlterSystem:
		return pgerr.New(pgerr.FeatureNotSupported, "ALTER SYSTEM is not supported").WithHint("Parameters are set by the flags of howdah serve, or for a session by SET.")
	}
	return x.define(ctx, p)
}

// define runs a statement of the definition language.
func (x *session) define(ctx context.Context, p *portal) error {
	if x.settings.Bool("transaction_read_only") {
		return readOnly(p.tag)
	}
	stmt, err := x.readRoleSetting(p.stmt)
	if err != nil {
		return err
	}
	tag, notices, err := x.tx.engine.Define(ctx, stmt, x.searchPath(false), x.inputStyle())
	for _, n := range notices {
		x.notice(n.Severity, n.Error)
	}
	if err != nil {
		return err
	}
	x.tx.view = nil
	p.tag = tag
	return nil
}

func (x *session) lock(ctx context.Context, s *pg.LockStmt) error {
	if err := x.needBlock("LOCK TABLE"); err != nil {
		return err
	}
	const accessShare = 1
	if s.Mode != accessShare {
		return readOnly("LOCK TABLE")
	}
	return x.tablesExist(ctx, s.Relations)
}

func (x *session) analyze(ctx context.Context, s *pg.VacuumStmt) error {
	var tables []*pg.Node
	for _, r := range s.Rels {
		if v := r.GetVacuumRelation(); v != nil && v.Relation != nil {
			tables = append(tables, &pg.Node{Node: &pg.Node_RangeVar{RangeVar: v.Relation}})
		}
	}
	return x.tablesExist(ctx, tables)
}

func (x *session) tablesExist(ctx context.Context, relations []*pg.Node) error {
	for _, r := range relations {
		v := r.GetRangeVar()
		if v == nil {
			continue
		}
		if err := x.snapshot().Table(ctx, x.searchPath(true), v.Schemaname, v.Relname); err != nil {
			return err
		}
	}
	return nil
}

func (x *session) discard(target pg.DiscardMode) error {
	switch target {
	case pg.DiscardMode_DISCARD_TEMP:
		err := x.tx.engine.DiscardTemp()
		x.tx.view = nil
		return err
	case pg.DiscardMode_DISCARD_ALL:
	default:
		return nil // plans are made anew where they must be; there are no sequences
	}
	if x.inBlock() {
		return pgerr.New(pgerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
	}
	x.closeAll()
	clear(x.statements)
	x.settings.ResetAll()
	err := x.tx.engine.DiscardTemp()
	x.tx.view = nil
	if err != nil {
		return err
	}
	return x.followSettings()
}

// closeAll closes all cursors (CLOSE ALL).
func (x *session) closeAll() {
	for _, p := range x.portals {
		x.drop(p)
	}
}

// constText gives a constant of the raw tree as text.
func constText(n *pg.Node) string {
	switch v := n.GetNode().(type) {
	case *pg.Node_AConst:
		switch c := v.AConst.Val.(type) {
		case *pg.A_Const_Ival:
			return fmt.Sprint(c.Ival.Ival)
		case *pg.A_Const_Fval:
			return c.Fval.Fval
		case *pg.A_Const_Sval:
			return c.Sval.Sval
		case *pg.A_Const_Boolval:
			return fmt.Sprint(c.Boolval.Boolval)
		}
	case *pg.Node_TypeCast: // SET TIME ZONE INTERVAL '…'
		return "INTERVAL '" + constText(v.TypeCast.Arg) + "'"
	case *pg.Node_String_:
		return v.String_.Sval
	case *pg.Node_Integer:
		return fmt.Sprint(v.Integer.Ival)
	case *pg.Node_Float:
		return v.Float.Fval
	case *pg.Node_Boolean:
		return fmt.Sprint(v.Boolean.Boolval)
	case *pg.Node_TypeName:
		var parts []string
		for _, p := range v.TypeName.Names {
			parts = append(parts, constText(p))
		}
		return strings.Join(parts, ".")
	case *pg.Node_AStar:
		return "*"
	}
	return ""
}
