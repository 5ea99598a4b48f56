package sql

import pg_query "github.com/pganalyze/pg_query_go/v6"

// Kind says what a statement is, as far as a server's ways part before names are bound.
type Kind uint8

const (
	OtherDDL Kind = iota // a definition of something that has no kind of its own
	Select               // also TABLE; not SELECT INTO
	Values
	Write // INSERT, UPDATE, DELETE, MERGE, TRUNCATE; SELECT with FOR UPDATE or SHARE, or with such a WITH

	Explain
	Declare
	Fetch
	Move
	Close
	Prepare
	Execute
	Deallocate
	Copy

	Begin // also START TRANSACTION
	Commit
	Rollback
	Savepoint
	Release
	RollbackTo
	TwoPhase // PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED
	SetConstraints

	Set
	SetTransaction // SET TRANSACTION, SET SESSION CHARACTERISTICS
	Reset
	Show
	Discard
	Listen
	Unlisten
	Notify
	Lock
	Analyze
	Vacuum
	Do
	Call
	Checkpoint
	Load
	AlterSystem

	Comment
	Grant     // GRANT, REVOKE and ALTER DEFAULT PRIVILEGES
	GrantRole // membership
	Role      // CREATE, ALTER, DROP ROLE

	CreateTableAs // also SELECT INTO and CREATE MATERIALIZED VIEW
	CreateTable
	CreateForeignTable
	CreateView
	CreateSchema
	CreateExtension
	CreateWrapper
	AlterWrapper
	CreateServer
	AlterServer
	CreateUserMapping
	AlterUserMapping
	DropUserMapping
	ImportForeignSchema
	AlterTable // of any relation
	AlterOwner
	Rename
	Drop // what DROP takes a list of: tables, views, schemas, servers, …
)

// KindOf classifies a statement's tree.
func KindOf(node *Node) Kind {
	switch n := node.GetNode().(type) {
	case *pg_query.Node_SelectStmt:
		return selectKind(n.SelectStmt)
	case *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt, *pg_query.Node_MergeStmt,
		*pg_query.Node_TruncateStmt:
		return Write
	case *pg_query.Node_ExplainStmt:
		return Explain
	case *pg_query.Node_DeclareCursorStmt:
		return Declare
	case *pg_query.Node_FetchStmt:
		if n.FetchStmt.Ismove {
			return Move
		}
		return Fetch
	case *pg_query.Node_ClosePortalStmt:
		return Close
	case *pg_query.Node_PrepareStmt:
		return Prepare
	case *pg_query.Node_ExecuteStmt:
		return Execute
	case *pg_query.Node_DeallocateStmt:
		return Deallocate
	case *pg_query.Node_CopyStmt:
		return Copy
	case *pg_query.Node_TransactionStmt:
		return transactionKind(n.TransactionStmt.Kind)
	case *pg_query.Node_ConstraintsSetStmt:
		return SetConstraints
	case *pg_query.Node_VariableSetStmt:
		switch n.VariableSetStmt.Kind {
		case pg_query.VariableSetKind_VAR_RESET, pg_query.VariableSetKind_VAR_RESET_ALL:
			return Reset
		case pg_query.VariableSetKind_VAR_SET_MULTI:
			return SetTransaction
		}
		return Set
	case *pg_query.Node_VariableShowStmt:
		return Show
	case *pg_query.Node_DiscardStmt:
		return Discard
	case *pg_query.Node_ListenStmt:
		return Listen
	case *pg_query.Node_UnlistenStmt:
		return Unlisten
	case *pg_query.Node_NotifyStmt:
		return Notify
	case *pg_query.Node_LockStmt:
		return Lock
	case *pg_query.Node_VacuumStmt:
		if n.VacuumStmt.IsVacuumcmd {
			return Vacuum
		}
		return Analyze
	case *pg_query.Node_DoStmt:
		return Do
	case *pg_query.Node_CallStmt:
		return Call
	case *pg_query.Node_CheckPointStmt:
		return Checkpoint
	case *pg_query.Node_LoadStmt:
		return Load
	case *pg_query.Node_AlterSystemStmt:
		return AlterSystem
	case *pg_query.Node_CommentStmt:
		return Comment
	case *pg_query.Node_GrantStmt, *pg_query.Node_AlterDefaultPrivilegesStmt:
		return Grant
	case *pg_query.Node_GrantRoleStmt:
		return GrantRole
	case *pg_query.Node_CreateRoleStmt, *pg_query.Node_AlterRoleStmt, *pg_query.Node_AlterRoleSetStmt,
		*pg_query.Node_DropRoleStmt:
		return Role
	case *pg_query.Node_CreateTableAsStmt:
		return CreateTableAs
	case *pg_query.Node_CreateStmt:
		return CreateTable
	case *pg_query.Node_CreateForeignTableStmt:
		return CreateForeignTable
	case *pg_query.Node_ViewStmt:
		return CreateView
	case *pg_query.Node_CreateSchemaStmt:
		return CreateSchema
	case *pg_query.Node_CreateExtensionStmt:
		return CreateExtension
	case *pg_query.Node_CreateFdwStmt:
		return CreateWrapper
	case *pg_query.Node_AlterFdwStmt:
		return AlterWrapper
	case *pg_query.Node_CreateForeignServerStmt:
		return CreateServer
	case *pg_query.Node_AlterForeignServerStmt:
		return AlterServer
	case *pg_query.Node_CreateUserMappingStmt:
		return CreateUserMapping
	case *pg_query.Node_AlterUserMappingStmt:
		return AlterUserMapping
	case *pg_query.Node_DropUserMappingStmt:
		return DropUserMapping
	case *pg_query.Node_ImportForeignSchemaStmt:
		return ImportForeignSchema
	case *pg_query.Node_AlterTableStmt:
		return AlterTable
	case *pg_query.Node_AlterOwnerStmt:
		return AlterOwner
	case *pg_query.Node_RenameStmt:
		return Rename
	case *pg_query.Node_DropStmt:
		return Drop
	}
	return OtherDDL
}

// selectKind looks at the statement's own level and its WITH; FOR UPDATE in a subquery is for the binder to find.
func selectKind(s *pg_query.SelectStmt) Kind {
	for _, item := range s.GetWithClause().GetCtes() {
		if KindOf(item.GetCommonTableExpr().GetCtequery()) == Write {
			return Write
		}
	}
	if len(s.LockingClause) > 0 {
		return Write
	}
	leftmost := s
	for leftmost.Larg != nil {
		leftmost = leftmost.Larg
	}
	switch {
	case leftmost.IntoClause != nil:
		return CreateTableAs
	case len(s.ValuesLists) > 0:
		return Values
	}
	return Select
}

func transactionKind(kind pg_query.TransactionStmtKind) Kind {
	switch kind {
	case pg_query.TransactionStmtKind_TRANS_STMT_BEGIN, pg_query.TransactionStmtKind_TRANS_STMT_START:
		return Begin
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT:
		return Commit
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return Rollback
	case pg_query.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		return Savepoint
	case pg_query.TransactionStmtKind_TRANS_STMT_RELEASE:
		return Release
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		return RollbackTo
	}
	return TwoPhase
}

// IsTransaction tells the statements that begin, end or mark a transaction.
func (k Kind) IsTransaction() bool { return k >= Begin && k <= TwoPhase }

// IsDDL tells the statements that define something, rights and comments included.
func (k Kind) IsDDL() bool { return k == OtherDDL || k >= Comment }

// IsReadOnly tells whether PostgreSQL runs the statement in a read-only transaction (25006 otherwise), as far as that
// is known before names are bound: EXECUTE, CALL and DO count as read-only here and are judged by what they run.
func IsReadOnly(node *Node) bool {
	switch k := KindOf(node); k {
	case Write, AlterSystem, CreateTableAs:
		return false
	case Explain:
		e := node.GetExplainStmt()
		return !explainRuns(e) || IsReadOnly(e.GetQuery())
	case Declare:
		return true // FOR UPDATE is refused when rows are locked
	case Copy:
		c := node.GetCopyStmt()
		return !c.IsFrom && (c.Query == nil || IsReadOnly(c.Query))
	case TwoPhase:
		return false
	default:
		if k == OtherDDL {
			switch node.GetNode().(type) {
			case *pg_query.Node_ClusterStmt, *pg_query.Node_ReindexStmt:
				return true // they change nothing that is to be seen
			}
		}
		return !k.IsDDL()
	}
}

// explainRuns tells EXPLAIN ANALYZE.
func explainRuns(e *pg_query.ExplainStmt) bool {
	runs := false
	for _, option := range e.GetOptions() {
		if d := option.GetDefElem(); d.GetDefname() == "analyze" {
			runs = optionIsOn(d.GetArg())
		}
	}
	return runs
}

// optionIsOn reads a Boolean option as defGetBoolean does; what that refuses is off.
func optionIsOn(arg *Node) bool {
	if arg == nil {
		return true
	}
	switch a := arg.GetNode().(type) {
	case *pg_query.Node_Integer:
		return a.Integer.Ival == 1
	case *pg_query.Node_Boolean:
		return a.Boolean.Boolval
	case *pg_query.Node_String_:
		return a.String_.Sval == "true" || a.String_.Sval == "on"
	}
	return false
}
