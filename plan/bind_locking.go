package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
)

// lockWords are how errors call a locking clause (LCS_asString).
func lockWords(n *pg.Node) string {
	switch n.GetLockingClause().GetStrength() {
	case pg.LockClauseStrength_LCS_FORKEYSHARE:
		return "FOR KEY SHARE"
	case pg.LockClauseStrength_LCS_FORSHARE:
		return "FOR SHARE"
	case pg.LockClauseStrength_LCS_FORNOKEYUPDATE:
		return "FOR NO KEY UPDATE"
	}
	return "FOR UPDATE"
}

// noLocking refuses FOR UPDATE and its like where nothing can be locked.
func noLocking(sel *pg.SelectStmt, format string) error {
	if len(sel.LockingClause) == 0 {
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, format, lockWords(sel.LockingClause[0]))
}

// locking checks FOR UPDATE and its like (transformLockingClause). The rows of temporary tables are the session's own, so
// that nothing is to be done for them; others are read only.
func (s *selecting) locking() error {
	for _, n := range s.sel.LockingClause {
		word := lockWords(n)
		what := ""
		switch {
		case len(s.sel.DistinctClause) > 0:
			what = "DISTINCT clause"
		case s.grouped:
			what = "GROUP BY clause"
		case s.sel.HavingClause != nil:
			what = "HAVING clause"
		case s.scope.HasAggs:
			what = "aggregate functions"
		case len(s.scope.Windows) > len(s.sel.WindowClause):
			what = "window functions"
		case s.scope.HasSets:
			what = "set-returning functions in the target list"
		}
		if what != "" {
			return pgerr.New(pgerr.FeatureNotSupported, "%s is not allowed with %s", word, what)
		}
		items := map[string]*pg.Node{}
		for _, f := range s.sel.FromClause {
			lockable(f, items)
		}
		if rels := n.GetLockingClause().LockedRels; len(rels) > 0 {
			named := map[string]*pg.Node{}
			for _, r := range rels {
				v := r.GetRangeVar()
				if v.Schemaname != "" || v.Catalogname != "" {
					return s.q.errorAt(v.Location, pgerr.SyntaxError, "%s must specify unqualified relation names", word)
				}
				item, ok := items[v.Relname]
				if !ok {
					return s.q.errorAt(v.Location, pgerr.UndefinedTable, `relation "%s" in %s clause not found in FROM clause`, v.Relname, word)
				}
				kind := ""
				switch {
				case item.GetJoinExpr() != nil:
					kind = "a join"
				case item.GetRangeFunction() != nil:
					kind = "a function"
				case item.GetRangeVar() != nil && s.lockedEntry(v.Relname) == nil:
					kind = "a WITH query"
				}
				if kind != "" {
					return s.q.errorAt(v.Location, pgerr.FeatureNotSupported, "%s cannot be applied to %s", word, kind)
				}
				named[v.Relname] = item
			}
			items = named
		}
		for name, item := range items {
			e := s.lockedEntry(name)
			if item.GetRangeSubselect() != nil || e != nil && e.Rel.Temp == nil {
				return ReadOnly("SELECT " + word)
			}
		}
	}
	return nil
}

// lockedEntry is the entry of a table of that name, or nil.
func (s *selecting) lockedEntry(name string) *RangeEntry {
	for _, e := range s.scope.Entries {
		if e.Name == name && e.Rel != nil {
			return e
		}
	}
	return nil
}

// lockable gives the items of FROM by the names that a locking clause calls them by.
func lockable(n *pg.Node, items map[string]*pg.Node) {
	switch x := n.Node.(type) {
	case *pg.Node_RangeVar:
		name := x.RangeVar.Relname
		if x.RangeVar.Alias != nil {
			name = x.RangeVar.Alias.Aliasname
		}
		items[name] = n
	case *pg.Node_RangeSubselect:
		items[x.RangeSubselect.GetAlias().GetAliasname()] = n
	case *pg.Node_RangeFunction:
		if a := x.RangeFunction.Alias; a != nil {
			items[a.Aliasname] = n
		}
	case *pg.Node_RangeTableSample:
		lockable(x.RangeTableSample.Relation, items)
	case *pg.Node_JoinExpr:
		lockable(x.JoinExpr.Larg, items)
		lockable(x.JoinExpr.Rarg, items)
		if a := x.JoinExpr.Alias; a != nil {
			items[a.Aliasname] = n
		}
	}
}
